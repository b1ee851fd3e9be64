"""Outcomes: who may read and write the steps by which victims are found; rules of row security."""

from collections.abc import Mapping

from clew.domain.identification import Status
from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.visibility import OFFICER

OWN_VICTIM = f"{OWN_UNIT} and {OF_THE_UNIT.format('public.victims', 'victim_id')}"

RULES: Mapping[str, Mapping[str, str]] = {
    "victim_steps": {
        "select": f"using ({OWN_VICTIM})",
        "insert": f"with check ({OWN_VICTIM} and proposed_by = {OFFICER} and status = '{Status.PROPOSED}')",
        "update": (
            f"using ({OWN_VICTIM} and status = '{Status.PROPOSED}')"
            f" with check ({OWN_VICTIM} and decided_by = {OFFICER} and decided_at = transaction_timestamp())"
        ),
    },
    # What is left of victims that ended, and which others are counted by that: the ledger alone reads it.
    "children_counted": {},
    "children_ended": {},
}

APP_GRANTS = {"victim_steps": "select, insert, update (status, decided_by, decided_at)"}
BLIND_GRANTS = {
    "children_counted": "select, insert",
    "children_ended": "select, insert",
    # What the ledger counts: never a basis, evidence, or what comes next.
    "leads": "select (id, series_id, member, unit, rule, state, raised_at, newest_taken_at, came_at, media, has_others)",
    "victims": "select (owner_member, owner_unit, audience, members, excluded, id, reference, state, sex, youngest, entered_at)",
    "victim_steps": "select (victim_id, state, status, decided_at)",
    "victim_merges": (
        "select (owner_member, owner_unit, audience, members, excluded, id, a_victim, b_victim, asserted_at, withdrawn_at)"
    ),
    "victim_words": "select (owner_member, owner_unit, audience, members, excluded, victim_id, said, withdrawn_at)",
}
FUNCTIONS_OF_THE_APP = (
    "clew_tell_outcome(uuid[], text)", "clew_tell_of_merge(uuid)", "clew_tell_owners_of_step(uuid)",
    "clew_tell_owners_of_same(uuid)", "clew_ledger(text, integer)", "clew_ledger_times(integer)",
    "clew_keep_child(uuid)",
)  # fmt: skip
FUNCTIONS_OF_THE_BLIND = (
    "clew_children()", "clew_keep_victim_state()", "clew_parts(uuid[], uuid, boolean)",
    "clew_last_told(text, text, uuid)", "clew_tell_solved(uuid[], uuid)", "clew_come_to(uuid[], uuid, boolean, uuid, text)",
    "clew_tell_owners(uuid[], uuid, boolean, boolean, uuid, text)",
)  # fmt: skip

GOES_WITH_ITS_VICTIM = (
    "alter table victim_steps add constraint victim_steps_victim_id_goes_with_it"
    " foreign key (victim_id) references victims (id) on delete cascade"
)
COUNTED_GOES_WITH_ITS_VICTIM = GOES_WITH_ITS_VICTIM.replace("victim_steps", "children_counted")
COMES_BY_A_STEP = (
    "create trigger victim_comes_by_a_step before insert or update of state on victims"
    " for each row execute function clew_keep_victim_state()"
)
HELD_BY_THE_DATABASE = frozenset({
    "victim_steps_victim_id_goes_with_it", "children_counted_victim_id_goes_with_it", "victim_step_is_confirmed_by_another", "victim_step_leads_there",
    "victim_comes_by_a_step",
})  # fmt: skip
"""Constraints and a trigger without which what this page says does not hold."""
