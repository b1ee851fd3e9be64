"""Assertions about series: who may read and write what is said of them; rules of row security.

A step and a narrative are their series' owner's, and whoever sees the series sees them. That two series are one
is asserted by whoever sees both, under a cover of its own; it is seen by whoever that cover and both series
let see it: so it never tells of a series that is hidden.
"""

from collections.abc import Mapping

from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.visibility import OFFICER, VIEWER_MEMBER, VIEWER_UNIT, visible

COVERED = ("series_dissents", "series_merges")
"""Tables with the columns of the cover that are seen by fewer than it says: by those who see what they are about."""

OWN = f"owner_member = {VIEWER_MEMBER} and owner_unit = {VIEWER_UNIT}"
SEES = "exists (select from public.series s where s.id = {})"
SEES_BOTH = f"{SEES.format('a_series')} and {SEES.format('b_series')}"
SEES_SERIES = SEES.format("series_id")
SEES_MEDIUM = "exists (select from public.media m where m.id = medium_id)"
OF_AN_OWN_SERIES = f"{OWN_UNIT} and {OF_THE_UNIT.format('public.series', 'series_id')}"
SEES_SERIES_AND_OWNS_MEDIUM = f"{SEES_SERIES} and {OF_THE_UNIT.format('public.media', 'medium_id')}"
"""Who puts a medium into a series: an own medium, into any series that is seen."""
SEES_WHAT_IS_PROPOSED = (
    f"(medium_id is null or {OF_THE_UNIT.format('public.media', 'medium_id')})"
    f" and (other_id is null or {SEES.format('other_id')})"
)
NEAR_A_MEDIUM = (
    "exists (select from public.matches x join public.series_media y on y.medium_id = x.b_medium"
    " where x.a_medium = {0} and y.series_id = {1})"
    " or exists (select from public.matches x join public.series_media y on y.medium_id = x.a_medium"
    " where x.b_medium = {0} and y.series_id = {1})"
)
"""The viewer is told of a match of a medium with one in a series."""
IS_TOLD = f"(near_medium is null or {NEAR_A_MEDIUM.format('near_medium', 'near_series')})"
"""What rests on a match shows while the viewer is told of one."""
WITHDRAWN = f"using ({OWN} and withdrawn_at is null) with check ({OWN} and withdrawn_by = {OFFICER})"



def merged(sees: str) -> Mapping[str, str]:
    """The rules of what a unit asserts under a cover of its own and may withdraw; `sees`: the viewer sees what it is of."""
    return {
        "select": f"using ({visible()} and {sees})",
        "insert": f"with check ({OWN} and asserted_by = {OFFICER} and withdrawn_at is null and {sees})",
        "update": WITHDRAWN,
    }


RULES: Mapping[str, Mapping[str, str]] = {
    "series_steps": {
        "select": f"using ({SEES_SERIES})",
        "insert": f"with check ({OF_AN_OWN_SERIES} and taken_by = {OFFICER})",
    },
    "series_narratives": {
        "select": f"using ({SEES_SERIES})",
        "insert": f"with check ({OF_AN_OWN_SERIES} and written_by = {OFFICER})",
    },
    "series_merges": merged(SEES_BOTH),
    "series_splits": {
        "select": f"using ({SEES_BOTH})",
        "insert": f"with check ({OWN_UNIT} and asserted_by = {OFFICER} and {SEES_BOTH})",
    },
    "series_dissents": {**merged(f"{SEES_SERIES} and {SEES_MEDIUM}"), "delete": f"using ({OWN})"},
    "series_rejections": {
        "select": f"using ({OWN_UNIT} and {SEES_SERIES})",
        "insert": f"with check ({OWN_UNIT} and rejected_by = {OFFICER} and {SEES_SERIES})",
        "delete": f"using ({OWN_UNIT})",
    },
    "series_proposals": {
        "select": f"using ({OWN_UNIT} and {SEES_SERIES} and {SEES_WHAT_IS_PROPOSED} and {IS_TOLD})",
        "insert": f"with check ({OWN_UNIT} and {SEES_SERIES} and {SEES_WHAT_IS_PROPOSED})",
        "update": f"using ({OWN_UNIT})",
        "delete": f"using ({OWN_UNIT})",
    },
}

APP_GRANTS = {
    "series": (
        "select, insert, delete, update (audience, members, excluded, state, cover_id, opened_by, entered_at)"
    ),
    "series_dissents": "select, insert, delete, update (withdrawn_by, withdrawn_at)",
    "series_merges": "select, insert, update (withdrawn_by, withdrawn_at)",
    "series_narratives": "select, insert",
    "series_proposals": "select, insert, delete, update (rejected_by, rejected_at)",
    "series_rejections": "select, insert, delete",
    "series_splits": "select, insert",
    "series_steps": "select, insert",
}

BLIND_GRANTS = {
    # What the audit asks of whose a series is, which references are taken, and what an open rule shows of overlaps.
    "series": "select (owner_member, owner_unit, audience, members, excluded, id, state, cover_id, reference)",
    "series_dissents": "select, delete",
    # Who is told what came of a series, by which paths of merges.
    "series_merges": "select (owner_member, owner_unit, audience, members, excluded, id, a_series, b_series, withdrawn_at)",
    "series_media": "select (owner_member, owner_unit, audience, members, excluded, series_id, medium_id), delete",
}

FUNCTIONS_OF_THE_APP = ("clew_forget_places_in_series(uuid)",)
FUNCTIONS_OF_THE_BLIND = ("clew_draw_reference(text, text)", "clew_give_series_reference()")

ABOUT: Mapping[str, tuple[str, ...]] = {
    "lead_media": ("series_id",),
    "lead_steps": ("series_id",),
    "leads": ("series_id",),
    "series_dissents": ("series_id",),
    "series_merges": ("a_series", "b_series"),
    "series_narratives": ("series_id",),
    "series_proposals": ("series_id", "other_id"),
    "series_rejections": ("series_id",),
    "series_splits": ("a_series", "b_series"),
    "series_steps": ("series_id",),
}
"""By table: the columns that name series. What is said of a series goes with it."""


HELD_BY_THE_DATABASE = frozenset({
    "series_is_given_a_reference", "series_reference_is_given_once",
    *(f"{table}_{column}_goes_with_it" for table, columns in ABOUT.items() for column in columns),
})  # fmt: skip
"""A trigger and constraints without which what this page says does not hold."""


def bound_to_series(tables: Mapping[str, tuple[str, ...]] = ABOUT) -> list[str]:
    """Statements that have what is said of a series go with it.

    A foreign key looks past row security; the rules above ask before it, and with one answer, whether both are seen.
    """
    return [
        f"alter table {table} add constraint {table}_{column}_goes_with_it"
        f" foreign key ({column}) references series (id) on delete cascade"
        for table, columns in tables.items()
        for column in columns
    ]
