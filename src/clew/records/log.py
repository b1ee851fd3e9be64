"""The audit's rules in the database: who reads and writes acts, and the log over them."""

from clew.domain.officer import Role
from clew.records.visibility import HOME, HOME_UNIT, OFFICER, ROLE

OWN_ACT = f"member = {HOME} and unit = {HOME_UNIT} and officer = {OFFICER}"
READERS_OF_ACTS = (Role.DATA_PROTECTION_OFFICER, Role.AUDITOR, Role.NATIONAL_ADMINISTRATOR)
"""Who reads what others of the same member did, whoever is asked about it first. Everyone reads what they did themselves."""
READERS = ", ".join(f"'{role}'" for role in READERS_OF_ACTS)
READABLE_ACT = (
    f"(member = {HOME} and (officer = {OFFICER} or {ROLE} in ({READERS}))) or (select clew_supervises())"
)

RULES = {
    "acts": {"select": f"using ({READABLE_ACT})", "insert": f"with check ({OWN_ACT})"},
    "accesses": {},
}
"""By table and verb: what the application may."""

APP_GRANTS = {"acts": "select, insert", "supervisors": "select"}

_OWNED = "select (owner_member, owner_unit, audience, members, excluded, id)"
"""Whose a record is, and who may know of it."""

BLIND_GRANTS = {
    "accesses": "select, insert",
    "acts": "select",
    "cases": _OWNED,
    "exhibits": _OWNED,
    "hash_lists": _OWNED,
    "intakes": _OWNED.replace("id)", "id, exhibit_id, started_at, finished_at)"),
    "series": _OWNED,
    "supervisors": "select",
    "waiting_acts": "insert",
}

SEQUENCER_GRANTS = {
    "acts": "select",
    "checkpoints": "select, insert, delete",
    "cosignatures": "select, insert, update",
    "leaves": "select, insert",
    "tiles": "select, insert, update",
    "verifications": "select, insert, update",
    "waiting_acts": "select, delete",
}

FUNCTIONS_OF_THE_APP = (
    "clew_supervises()", "clew_accesses(uuid, text, text[], text, uuid, integer)", "clew_supervisor_of(uuid)",
)  # fmt: skip
FUNCTIONS_OF_THE_BLIND = ("clew_owner_of(text)", "clew_follow_act()")
