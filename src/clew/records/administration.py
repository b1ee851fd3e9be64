"""Who may read and write members, units, officers, certifications, suspensions and reveal budgets: rules of row security.

A national administrator writes for the own member only. The operator of the node, at the command line,
acts at home in the member concerned, so that the acts stand in that member's audit; what the operator
may do there ends where the member can help itself: certify alone where it has no administrator, as one of two where
it has fewer than three.
"""

from clew.domain.certification import ADMINISTRATORS_MIN
from clew.domain.officer import Role
from clew.records.visibility import HOME, HOME_UNIT, OFFICER, ROLE

IS_ADMINISTRATOR = f"{ROLE} = '{Role.NATIONAL_ADMINISTRATOR}'"
IS_OPERATOR = f"{ROLE} = '{Role.OPERATOR}'"
ADMINISTERS = f"member = {HOME} and ({IS_ADMINISTRATOR} or {IS_OPERATOR})"
OVERSEES = (
    f"member = {HOME} and {ROLE} in ('{Role.NATIONAL_ADMINISTRATOR}', '{Role.OPERATOR}',"
    f" '{Role.DATA_PROTECTION_OFFICER}', '{Role.AUDITOR}')"
)
NEEDS_HELP = f"(select clew_administrators({HOME})) < {ADMINISTRATORS_MIN}"
"""The member has too few certified administrators to certify its own officers: the operator may be one of the two."""
HAS_NONE = f"not (select clew_has_administrator({HOME}, null))"
"""The member has no certified administrator at all: the operator founds it, alone."""
SOMEBODY = f"{HOME} is not null"
OWN_OFFICER = "exists (select from public.officers o where o.username = {0}.officer and o.member = {0}.member)"

HAS_GROUND = "clew_has_ground(certifications.officer, certifications.member)"
"""The member asks for no exercise, or the officer passed one that counts."""

RULES = {
    "members": {
        "select": f"using ({SOMEBODY})",
        "insert": f"with check (code = {HOME} and {IS_OPERATOR})",
        "update": f"using (code = {HOME} and ({IS_ADMINISTRATOR} or {IS_OPERATOR}))",
    },
    "units": {
        "select": f"using ({SOMEBODY})",
        "insert": f"with check ({ADMINISTERS})",
        "update": f"using ({ADMINISTERS})",
    },
    "officers": {
        "select": "using (true)",
        "insert": f"with check ({ADMINISTERS})",
        # Only what signing in itself writes; see the grants.
        "update": "using (true)",
    },
    "certifications": {
        "select": f"using ({OVERSEES} or member = {HOME} and officer = {OFFICER})",
        "insert": (
            f"with check (member = {HOME} and proposed_by = {OFFICER} and {OWN_OFFICER.format('certifications')}"
            f" and ({IS_ADMINISTRATOR} and state = 'proposed' and not is_founding and given_at is null"
            f" or {IS_OPERATOR} and state = 'proposed' and not is_founding and given_at is null and {NEEDS_HELP}"
            f" or {IS_OPERATOR} and state = 'given' and is_founding and {HAS_NONE}))"
        ),
        "update": (
            f"using ({ADMINISTERS} and state in ('proposed', 'given')) with check ({ADMINISTERS} and ("
            f"state = 'given' and ({IS_ADMINISTRATOR} or {IS_OPERATOR} and {NEEDS_HELP}) and given_by = {OFFICER}"
            f" and {HAS_GROUND} or state in ('refused', 'withdrawn') and {IS_ADMINISTRATOR} and closed_by = {OFFICER}))"
        ),
    },
    "member_rules": {
        "select": f"using (member = {HOME})",
        "insert": f"with check (member = {HOME} and {IS_ADMINISTRATOR} and changed_by = {OFFICER})",
        "update": f"using (member = {HOME} and {IS_ADMINISTRATOR}) with check (member = {HOME} and changed_by = {OFFICER})",
    },
    "suspensions": {
        "select": f"using ({OVERSEES} or member = {HOME} and officer = {OFFICER})",
        "insert": (
            f"with check ({ADMINISTERS} and laid_by = {OFFICER} and lifted_at is null"
            f" and (officer is null or {OWN_OFFICER.format('suspensions')}))"
        ),
        "update": (
            f"using (lifted_at is null and member = {HOME} and ({IS_ADMINISTRATOR} or {IS_OPERATOR}"
            f" and (level = 'member' or laid_by = {OFFICER} or {NEEDS_HELP})))"
            f" with check (member = {HOME} and lifted_by = {OFFICER})"
        ),
    },
    "reveal_budgets": {
        "select": (
            f"using ({OVERSEES} or member = {HOME} and (level = 'member' or level = 'unit' and unit = {HOME_UNIT}"
            f" or level = 'officer' and officer = {OFFICER}))"
        ),
        # Nobody their own; that nobody widens it by their unit's or member's, the action knows.
        "insert": (
            f"with check (member = {HOME} and {IS_ADMINISTRATOR} and given_by = {OFFICER} and ended_at is null"
            f" and officer is distinct from {OFFICER} and (officer is null or {OWN_OFFICER.format('reveal_budgets')}))"
        ),
        "update": (
            f"using (ended_at is null and member = {HOME} and {IS_ADMINISTRATOR} and officer is distinct from {OFFICER})"
            f" with check (member = {HOME} and ended_by = {OFFICER})"
        ),
    },
    "sign_ins": {
        "select": f"using (member = {HOME} and officer = {OFFICER} or {ADMINISTERS})",
        "insert": f"with check (member = {HOME} and officer = {OFFICER} and ended_at is null)",
        "update": (
            f"using (ended_at is null and (member = {HOME} and officer = {OFFICER} or {ADMINISTERS}))"
            f" with check (member = {HOME} and ended_by = {OFFICER})"
        ),
    },
    "tokens": {
        "select": f"using ({ADMINISTERS})",
        "insert": f"with check (member = {HOME} and {IS_ADMINISTRATOR} and made_by = {OFFICER} and ended_at is null)",
        "update": f"using (ended_at is null and {ADMINISTERS}) with check (member = {HOME} and ended_by = {OFFICER})",
    },
}
"""By table and verb. A second `with check` repeats `using` where it is not said."""

APP_GRANTS = {
    "certifications": "select, insert, update (state, given_by, given_at, closed_by, closed_at)",
    "member_rules": "select, insert, update (widening_needs_second, changed_by, changed_at, exercise_needed)",
    "members": "select, insert, update (name, contact_point, kind, languages, legal_basis)",
    "door_memory": "select, insert, update, delete",
    "officers": "select, insert, update (password, last_login, keys_forgotten_at)",
    "reveal_budgets": "select, insert, update (ended_by, ended_at, end_reason)",
    "sign_ins": "select, insert, update (ended_by, ended_at)",
    "suspensions": "select, insert, update (lifted_by, lifted_at)",
    "tokens": "select, insert, update (ended_by, ended_at)",
    "units": "select, insert, update (specialities)",
}

BLIND_GRANTS = {
    "certifications": "select",
    "officers": "select",
    "sign_ins": "select, update",
    "suspensions": "select",
    "tokens": "select",
}

READ_BEFORE_SIGN_IN = ("officers",)
"""Tables that are not empty without an actor."""
