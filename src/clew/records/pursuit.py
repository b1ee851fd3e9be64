"""Pursuit: who may read and write leads; rules of row security.

A lead is its unit's own. The unit sees it while it sees the series and at least one medium that speaks for it; and where that
speaks by a match, while it is told of the match. So a handling that narrows later takes away as much of the lead as it takes
of what the lead is made of. What is new on the
node (`lead_news`, `lead_checks`), and by which rules it was looked at (`lead_rules`), has no policy for the application at all.
"""

from collections.abc import Mapping
from datetime import timedelta

from clew.domain.message import NoticeKind
from clew.records.assertions import NEAR_A_MEDIUM, SEES_MEDIUM, SEES_SERIES
from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.visibility import OFFICER

HAS_EVIDENCE = "exists (select from public.lead_media e where e.lead_id = leads.id)"
IS_TOLD = (
    "(near_medium is null or exists (select from public.media m join public.media n on n.name = m.name"
    " join public.series_media y on y.medium_id = n.id where m.id = near_medium and y.series_id = near_series)"
    f" or {NEAR_A_MEDIUM.format('near_medium', 'near_series')})"
)
"""Nothing speaks by a match, or it is of equal bytes, or the viewer is told of a match."""
OF_A_LEAD = "exists (select from public.leads l where l.id = lead_id)"

RULES: Mapping[str, Mapping[str, str]] = {
    "leads": {
        "select": f"using ({OWN_UNIT} and {SEES_SERIES} and {HAS_EVIDENCE})",
        "insert": f"with check ({OWN_UNIT} and {SEES_SERIES})",
        "update": f"using ({OWN_UNIT}) with check ({OWN_UNIT})",
    },
    "lead_media": {
        "select": f"using ({OWN_UNIT} and {SEES_SERIES} and {SEES_MEDIUM} and {IS_TOLD})",
        "insert": f"with check ({OWN_UNIT} and {SEES_SERIES} and {SEES_MEDIUM})",
    },
    "lead_steps": {
        "select": f"using ({OWN_UNIT} and {OF_A_LEAD})",
        "insert": f"with check ({OWN_UNIT} and taken_by = {OFFICER} and {OF_A_LEAD})",
    },
    "lead_news": {},
    "lead_checks": {},
    "lead_rules": {},
}

NOTICED = (
    f"{OWN_UNIT} and seen_at is null and"
    f" (kind = '{NoticeKind.LEAD}' and exists (select from public.series s where s.id = subject_id)"
    f" or kind = '{NoticeKind.PROPOSALS}' and {OF_THE_UNIT.format('public.cases', 'subject_id')})"
)
"""A unit is told of its own leads, and of proposals about its own cases, by its own calendar, under its own sight."""

APP_GRANTS = {
    "lead_media": "select, insert",
    "lead_steps": "select, insert",
    "leads": "select, insert, update (state, raised_at, changed_at, newest_taken_at, came_at, media, has_others)",
}

BLIND_GRANTS = {
    "lead_checks": "select, insert, update (mark), delete",
    "lead_media": "select (lead_id, medium_id, near_medium), delete",
    "lead_news": "select, insert, update (round), delete",
    "lead_rules": "select, update (version, next, behind)",
}

FUNCTIONS_OF_THE_APP = (
    "clew_keep_lead_mark(uuid, text)",
    "clew_lead_checked(uuid)",
    "clew_lead_mark(uuid)",
    "clew_lead_media_of(uuid)",
    "clew_lead_rounds()",
    "clew_leads_in_order(text[], uuid, timestamp with time zone, integer, timestamp with time zone, uuid, integer)",
    "clew_look_again(integer, integer)",
    "clew_note_renewed(uuid[])",
    "clew_open_lead_round(integer, integer)",
)
FUNCTIONS_OF_THE_BLIND = (
    "clew_lead_unit()",
    "clew_leave_news(uuid[])",
    "clew_note_changed_clues()",
    "clew_note_new_answers()",
    "clew_note_changed_links()",
    "clew_note_changed_media()",
    "clew_note_changed_places()",
    "clew_note_changed_places_in_series()",
    "clew_note_changed_points()",
    "clew_note_changed_series()",
    "clew_note_new_matches()",
    "clew_note_new_media()",
    "clew_note_new_places()",
    "clew_note_verdicts()",
)

LATE_AFTER = timedelta(hours=1)
"""What is new and waits longer than that to be looked at has been forgotten."""

NEW = "referencing new table as new_rows"
CHANGED = "referencing old table as old_rows new table as new_rows"
TRIGGERS: Mapping[str, tuple[str, str, str, str]] = {
    "media_are_news": ("insert", "media", NEW, "clew_note_new_media"),
    "changed_media_are_news": ("update", "media", CHANGED, "clew_note_changed_media"),
    "places_are_news": ("insert", "occurrences", NEW, "clew_note_new_places"),
    "changed_places_are_news": ("update", "occurrences", CHANGED, "clew_note_changed_places"),
    "places_in_series_are_news": ("insert", "series_media", NEW, "clew_note_new_places"),
    "changed_places_in_series_are_news": ("update", "series_media", CHANGED, "clew_note_changed_places_in_series"),
    "changed_series_are_news": ("update", "series", CHANGED, "clew_note_changed_series"),
    "matches_are_news": ("insert", "matches", NEW, "clew_note_new_matches"),
}
OF_PLACES: Mapping[str, tuple[str, str, str, str]] = {
    "links_are_news": ("insert", "links", NEW, "clew_note_changed_links"),
    "changed_links_are_news": ("update", "links", NEW, "clew_note_changed_links"),
    "points_are_news": ("insert", "place_points", NEW, "clew_note_changed_points"),
    "changed_points_are_news": ("update", "place_points", NEW, "clew_note_changed_points"),
}
OF_CLUES: Mapping[str, tuple[str, str, str, str]] = {
    "clues_are_news": ("insert", "clues", NEW, "clew_note_new_places"),
    "changed_clues_are_news": ("update", "clues", CHANGED, "clew_note_changed_clues"),
}
OF_VERDICTS: Mapping[str, tuple[str, str, str, str]] = {
    "verdicts_are_news": ("insert", "match_verdicts", NEW, "clew_note_verdicts"),
    "changed_verdicts_are_news": ("update", "match_verdicts", NEW, "clew_note_verdicts"),
}
OF_ANSWERS: Mapping[str, tuple[str, str, str, str]] = {
    "answers_are_news": ("insert", "question_answers", NEW, "clew_note_new_answers"),
}
"""By name: when, on which table, with which rows, what it calls. Without them nothing is looked at again."""


def triggers(some: Mapping[str, tuple[str, str, str, str]] = TRIGGERS) -> list[str]:
    """Statements that note whatever may make a lead; for whoever owns the tables and may call the functions."""
    return [
        f"create trigger {name} after {verb} on {table} {rows} for each statement execute function {function}()"
        for name, (verb, table, rows, function) in some.items()
    ]
