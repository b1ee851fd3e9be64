"""Rewrapping: the node's operator renews a member's key, which stands in the member's audit before it is done."""

from clew.actions.admitting import operator_at
from clew.domain.errors import Invalid
from clew.domain.member import member_code
from clew.keys import rotation
from clew.keys.keyring import Keyring
from clew.records import audit, members
from clew.records.session import acting_as


def rotate(keyring: Keyring, member: str) -> tuple[int, int]:
    """Renew the member's key, or go on with a renewal that was stopped; the version now, and how many keys it wraps.

    Keys lie outside the database: the act is committed first, so that nothing is renewed that is not on record.

    Raises:
        Invalid: the member is not known, or has no keys here.
        Unavailable: the audit cannot be written.
    """
    code = member_code(member)
    with acting_as(operator_at(code)) as session:
        if members.find(session, code) is None:
            raise Invalid("The member is not known: add it first with clew member add.")
        audit.append(session, "key.rotate", code)
    return rotation.rotate(keyring, code)
