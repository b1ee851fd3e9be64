"""Alliance: who may read and write task forces; rules of row security.

A member is let in by who speaks for it, an officer is named by the own member and comes in by the own word; what is brought
is brought by its owner. None of it can be done by another. What was brought and the queue are read by whoever works in
the task force while it runs; what it is, who takes part and what was done by whoever may know of it.
"""

from collections.abc import Mapping
from importlib.resources import files

from clew.domain.agreement import State
from clew.domain.fingerprint import NAME_BYTES
from clew.domain.handling import BLOCKED, Use
from clew.domain.task_force import KEPT_BACK, SPEAKS, StackState, Standing
from clew.records.assertions import SEES_SERIES
from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.second_officer import PROPOSED_OR_ALONE
from clew.records.visibility import OFFICER, ROLE, VIEWER_MEMBER

FORCES = "(select clew_task_forces())::uuid[]"
KNOWN = "(select clew_task_forces_known())::uuid[]"
_SPEAKS = ", ".join(f"'{role}'" for role in sorted(SPEAKS))
SPEAKS_FOR_MEMBER = f"member = {VIEWER_MEMBER} and {ROLE} in ({_SPEAKS})"
IS_RUNNING = f"task_force_id = any ({FORCES})"
IS_BROUGHT = "(series_id, member, unit) in (select b.series_id, b.member, b.unit from clew_brought() b)"
"""Who may not see a series does not hear that it was brought, nor how many stacks it has."""
IS_KNOWN = f"task_force_id = any ({KNOWN})"
NOT_OVER = "exists (select from public.task_forces t where t.id = task_force_id and t.closed_at is null and t.ends_at > now())"
LEADS_IT = (
    "exists (select from public.task_forces t where t.id = task_force_id and t.closed_at is null and t.ends_at > now()"
    f" and t.opened_by = {OFFICER} and t.member = {VIEWER_MEMBER})"
)
OF_A_MEMBER_THAT_IS_IN = (
    f"exists (select from public.officers o where o.username = officer and o.member = {VIEWER_MEMBER})"
    " and exists (select from public.task_force_members m where m.task_force_id = task_force_officers.task_force_id"
    f" and m.member = {VIEWER_MEMBER} and m.standing = '{Standing.IN}')"
)
THE_MEMBER_WAS_IN = (
    "exists (select from public.task_force_members m where m.task_force_id = task_force_days.task_force_id"
    f" and m.member = {VIEWER_MEMBER} and day >= (m.accepted_at at time zone 'UTC')::date"
    f" and (m.standing = '{Standing.IN}' or day < (m.decided_at at time zone 'UTC')::date))"
)
"""What others did on a day is told to members that were in then; of the day on which one left nothing, as it went on."""
IS_HELD_BY_NOBODY_ELSE = f"(held_by is null or held_until <= now() or held_by = {OFFICER})"

RULES: Mapping[str, Mapping[str, str]] = {
    "task_forces": {
        "select": f"using (id = any ({KNOWN}) or opened_by = {OFFICER} and member = {VIEWER_MEMBER})",
        "insert": f"with check ({SPEAKS_FOR_MEMBER} and opened_by = {OFFICER} and closed_at is null)",
        "update": (
            f"using (opened_by = {OFFICER} and member = {VIEWER_MEMBER} and closed_at is null)"
            f" with check (opened_by = {OFFICER} and closed_at is not null)"
        ),
    },
    "task_force_members": {
        "select": f"using ({IS_KNOWN})",
        # Who leads it invites, and says for the own member alone that it is in.
        "insert": (
            f"with check ({LEADS_IT} and (standing = '{Standing.INVITED}' and accepted_at is null"
            f" or {SPEAKS_FOR_MEMBER} and standing = '{Standing.IN}'))"
        ),
        "update": f"using ({SPEAKS_FOR_MEMBER} and {NOT_OVER}) with check ({SPEAKS_FOR_MEMBER} and decided_by = {OFFICER})",
    },
    "task_force_officers": {
        "select": f"using ({IS_KNOWN})",
        "insert": (
            f"with check ({SPEAKS_FOR_MEMBER} and named_by = {OFFICER} and accepted_at is null and left_at is null"
            f" and {NOT_OVER} and {OF_A_MEMBER_THAT_IS_IN})"
        ),
        # In by the own word alone; out by it, or by who speaks for the member.
        "update": (
            f"using (left_at is null and {NOT_OVER} and (officer = {OFFICER} and member = {VIEWER_MEMBER} or {SPEAKS_FOR_MEMBER}))"
            f" with check (officer = {OFFICER} and member = {VIEWER_MEMBER} or {SPEAKS_FOR_MEMBER} and left_at is not null)"
        ),
    },
    "task_force_series": {
        "select": f"using ({IS_RUNNING} and state = '{State.IN_FORCE}' and {IS_BROUGHT} or {OWN_UNIT})",
        "insert": (
            f"with check ({OWN_UNIT} and {IS_RUNNING} and {SEES_SERIES} and brought_by = {OFFICER} and decided_by is null"
            f" and {PROPOSED_OR_ALONE})"
        ),
        "update": f"using ({OWN_UNIT}) with check ({OWN_UNIT} and {IS_RUNNING} and (decided_by is null or decided_by <> brought_by))",
        "delete": f"using ({OWN_UNIT})",
    },
    "task_force_stacks": {
        "select": f"using ({IS_RUNNING} and brought_id in (select b.id from public.task_force_series b))",
        "insert": (
            f"with check ({IS_RUNNING} and held_by is null and state = '{StackState.WAITING}' and exists (select from"
            " public.task_force_series b where b.id = brought_id and b.task_force_id = task_force_stacks.task_force_id"
            f" and b.{OWN_UNIT.replace(' and ', ' and b.')}))"
        ),
        "update": (
            f"using ({IS_RUNNING} and {IS_HELD_BY_NOBODY_ELSE})"
            f" with check ({IS_RUNNING} and (held_by is null or held_by = {OFFICER} and held_member = {VIEWER_MEMBER}))"
        ),
    },
    "task_force_stack_media": {
        "select": "using (exists (select from public.task_force_stacks k where k.id = stack_id))",
        "insert": (
            f"with check ({OWN_UNIT} and {OF_THE_UNIT.format('public.media', 'medium_id')} and exists (select from"
            " public.task_force_stacks k join public.task_force_series b on b.id = k.brought_id"
            f" where k.id = stack_id and b.{OWN_UNIT.replace(' and ', ' and b.')}))"
        ),
    },
    "task_force_days": {
        "select": f"using ({IS_KNOWN} and (member = {VIEWER_MEMBER} or {THE_MEMBER_WAS_IN}))",
        "insert": f"with check ({IS_RUNNING} and officer = {OFFICER} and member = {VIEWER_MEMBER})",
        "update": (
            f"using ({IS_RUNNING} and officer = {OFFICER} and member = {VIEWER_MEMBER})"
            f" with check ({IS_RUNNING} and officer = {OFFICER} and member = {VIEWER_MEMBER})"
        ),
    },
}

APP_GRANTS = {
    "task_force_days": "select, insert, update (done, not_sure, set_back)",
    "task_force_members": "select, insert, update (standing, accepted_at, decided_by, decided_at)",
    "task_force_officers": "select, insert, update (accepted_at, left_at)",
    "task_force_series": "select, insert, update (uses, conditions, brought_at, state, decided_by), delete",
    "task_force_stack_media": "select, insert",
    "task_force_stacks": (
        "select, insert, update (state, held_by, held_member, held_until, said_by, said_member, said_at, words, set_back_at)"
    ),
    "task_forces": "select, insert, update (closed_by, closed_at)",
}

BLIND_GRANTS = {
    "covers": "select (id, purposes, conditions)",
    "task_force_members": "select (task_force_id, member, standing, accepted_at)",
    "task_force_officers": "select (task_force_id, officer, member, accepted_at, left_at), update (left_at)",
    "task_force_series": "select, update (conditions), delete",
    "task_force_stacks": "select (task_force_id, held_by), update (held_by, held_member, held_until)",
    "task_forces": "select (id, reference, member, opened_by, starts_at, ends_at, closed_at), delete",
}

FUNCTIONS_OF_THE_APP = (
    "clew_brought()",
    "clew_look_after_task_forces()",
    "clew_medium_was_brought(uuid)",
    "clew_task_force_found(uuid)",
    "clew_task_forces()",
    "clew_task_forces_known()",
)
FUNCTIONS_OF_THE_BLIND = (
    "clew_ask_for_task_force()",
    "clew_keep_back_brought()",
    "clew_leave_task_force()",
    "clew_refuse_kept_back()",
)

PLACES = {
    "{speaks}": _SPEAKS,
    "{kept_back}": ", ".join(f"'{condition}'" for condition in sorted(KEPT_BACK)),
    "{name_bytes}": str(NAME_BYTES),
    "{fingerprints}": f"{Use.FINGERPRINTS:d}",
}
"""What stands in `task_force.sql` for words of the domain."""

_AMONG = "({0}, {1}.owner_member, {1}.owner_unit) in (select b.series_id, b.member, b.unit from clew_brought() b)"
_WAS_BROUGHT: Mapping[str, str] = {
    "series": _AMONG.format("series.id", "series"),
    "series_media": _AMONG.format("series_media.series_id", "series_media"),
    # Asked row by row, and only by who works in a running task force, of media that nothing else shows them.
    "media": f"{FORCES} <> '{{}}' and clew_medium_was_brought(media.id)",
}
BROUGHT = tuple(_WAS_BROUGHT)
"""Tables that a series is made of: what may be seen of them because it was brought."""


def brought(table: str, rule: str | None = None) -> str:
    """An SQL condition: the row of `table` was brought, by its owner and for the use, where the viewer works now."""
    text = brought_rule() if rule is None else rule
    named = {
        "{viewer_member}": VIEWER_MEMBER, "{blocked}": BLOCKED, "{was_brought}": _WAS_BROUGHT[table], "{table}": table,
    }  # fmt: skip
    for place, words in named.items():
        text = text.replace(place, words)
    return f"({text})"


def brought_rule() -> str:
    """The text of `brought.sql`, its places open."""
    text = files("clew.records").joinpath("brought.sql").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


GOES_WITH: Mapping[tuple[str, str], str] = {
    ("task_force_members", "task_force_id"): "task_forces",
    ("task_force_officers", "task_force_id"): "task_forces",
    ("task_force_series", "task_force_id"): "task_forces",
    ("task_force_days", "task_force_id"): "task_forces",
    ("task_force_series", "series_id"): "series",
    ("task_force_stacks", "brought_id"): "task_force_series",
    ("task_force_stack_media", "stack_id"): "task_force_stacks",
    ("task_force_stack_media", "medium_id"): "media",
}
"""By table and column: with what a row goes."""
TRIGGERS: Mapping[str, str] = {
    "task_force_is_given_a_reference": "before insert on task_forces for each row execute function clew_give_reference('T')",
    "who_leaves_lets_go": "after update of left_at on task_force_officers for each row execute function clew_leave_task_force()",
    "who_goes_takes_all_along": (
        "after update of standing on task_force_members for each row execute function clew_leave_task_force()"
    ),
    "brought_is_kept_back": "after update of cover_id on series for each row execute function clew_keep_back_brought()",
}
TRIGGERS_OF_WORDS: Mapping[str, str] = {
    "who_is_invited_hears_of_it": (
        "after insert on task_force_members for each row execute function clew_ask_for_task_force()"
    ),
    "who_is_named_hears_of_it": (
        "after insert on task_force_officers for each row execute function clew_ask_for_task_force()"
    ),
    "kept_back_is_not_brought": (
        "before insert on task_force_series for each row execute function clew_refuse_kept_back()"
    ),
}
HELD_BY_THE_DATABASE = frozenset({
    *TRIGGERS, *TRIGGERS_OF_WORDS, *(f"{table}_{column}_goes_with_it" for table, column in GOES_WITH),
    "task_force_lasts_no_longer", "stack_is_whole", "brought_for_what_may_be",
})  # fmt: skip
"""Triggers and constraints without which what this page says does not hold."""


def bound() -> list[str]:
    """Statements that have all of it go with what it belongs to, for whoever owns the tables and may call the functions."""
    return [
        *(
            f"alter table {table} add constraint {table}_{column}_goes_with_it"
            f" foreign key ({column}) references {parent} (id) on delete cascade"
            for (table, column), parent in GOES_WITH.items()
        ),
        *(f"create trigger {name} {words}" for name, words in TRIGGERS.items()),
    ]
