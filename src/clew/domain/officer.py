"""What an officer is here to do, and which of them may see members' content at all."""

import re
from enum import StrEnum

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,59}")
"""What an officer signs in with."""
OPERATOR = "operator"
"""Whoever runs the node, at its command line: no officer, and no name for one."""
OPERATOR_UNIT = "NODE"


class Role(StrEnum):
    """What an officer is certified for. The words are stored and signed; never reuse one."""

    INVESTIGATOR = "investigator"
    ANALYST = "analyst"
    NATIONAL_ADMINISTRATOR = "national-administrator"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    DATA_PROTECTION_OFFICER = "data-protection-officer"
    OPERATOR = "operator"
    PROGRAM = "program"
    CALENDAR = "calendar"
    """Nobody: what ends by itself, of the records of one unit, when its time has come."""



WITHOUT_CONTENT = frozenset({Role.OPERATOR, Role.AUDITOR, Role.PROGRAM})
"""Roles to which every record of a member is invisible, whatever its handling: who runs a node has
no right to read in it, who audits sees references only, and a program has its scopes."""

OF_OFFICERS = tuple(role for role in Role if role not in (Role.PROGRAM, Role.CALENDAR))
"""Roles that people are certified for."""
