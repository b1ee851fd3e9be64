"""The second officer: where a member's administrator asks for two, the database itself lets no one widen anything alone."""

from collections.abc import Mapping

from clew.domain.agreement import State
from clew.domain.handling_change import SubjectKind
from clew.records.handlings import TABLES
from clew.records.visibility import OFFICER

ONE_DECIDES = "not (select clew_asks_for_two())"
"""The own member lets one officer widen."""
PROPOSED_OR_ALONE = f"(state = '{State.PROPOSED}' or {ONE_DECIDES})"
"""Of what is added: it waits for another, or need not."""


def by_two(proposed_by: str = "proposed_by") -> str:
    """What was proposed comes into force by another than who proposed it, in the own name."""
    return f"(state <> '{State.IN_FORCE}' or decided_by = {OFFICER} and decided_by <> {proposed_by})"


ADDED: Mapping[str, str] = {
    "handling_changes": (
        f"(state = '{State.PROPOSED}' or state = '{State.IN_FORCE}' and ({ONE_DECIDES} or not reaches_own and not"
        " clew_change_widens(subject_id, given_audience, given_members, given_excluded, given_cover_id)))"
    ),
}
"""By covered table: what holds beside its cover of a row that is added."""
CHANGED: Mapping[str, str] = {"handling_changes": by_two()}
"""The same of a row that changes."""

FUNCTIONS_OF_THE_APP = (
    "clew_asks_for_two()",
    "clew_widens(text, smallint, text[], text[], smallint, text[], text[])",
    "clew_change_widens(uuid, smallint, text[], text[], uuid)",
)
FUNCTIONS_OF_THE_BLIND = ("clew_hold_brought()", "clew_hold_widening()")

SUBJECTS = " union all ".join(
    f"select owner_member, audience, members, excluded, cover_id from {TABLES[kind]} where id = subject"
    for kind in SubjectKind
)
PLACES = {"{subjects}": SUBJECTS}
"""What stands in `second_officer.sql` for what is handled as a whole."""

TRIGGERS: Mapping[str, str] = {
    **{
        f"{TABLES[kind]}_are_widened_by_two": (
            f"before update of audience, members, excluded on {TABLES[kind]} for each row"
            " when ((old.audience, old.members, old.excluded) is distinct from (new.audience, new.members, new.excluded))"
            " execute function clew_hold_widening()"
        )
        for kind in SubjectKind
    },
    "brought_for_more_by_two": (
        "before update of uses, state on task_force_series for each row execute function clew_hold_brought()"
    ),
}
HELD_BY_THE_DATABASE = frozenset({*TRIGGERS, "release_needs_two", "brought_by_two"})
"""Triggers and constraints without which what this page says does not hold."""
