"""Deconfliction: who may read and write what of overlaps; rules of row security.

One side is told of it in rows of its own, which lie under the handling of its case or hash list. What sees both sides
(`overlaps`, `overlap_grounds`, `overlap_facts_told`) has no policy for the application at all, and it has no grant on the clock.
"""

from collections.abc import Mapping

from clew.domain.officer import Role
from clew.domain.overlap import VIEWS, View
from clew.records.custody import OWN_SUBJECT, OWN_UNIT
from clew.records.visibility import OFFICER, ROLE, VIEWER_MEMBER

LOOKED_AT_MAX = 5_000
"""So many places of media of a case or list are looked at for open sides while somebody waits."""
SEES_SUBJECT = (
    f"(exists (select from public.cases s where s.id = subject_id and s.owner_member = {VIEWER_MEMBER})"
    f" or exists (select from public.hash_lists s where s.id = subject_id and s.owner_member = {VIEWER_MEMBER}))"
)
"""The case or hash list is the own member's, and its handling lets the viewer see it."""
IS_TOLD = f"member = {VIEWER_MEMBER} and {SEES_SUBJECT}"
ANSWERS = f"{OWN_UNIT} or member = {VIEWER_MEMBER} and {ROLE} = '{Role.COORDINATOR}'"
ITS_SIDE = (
    "exists (select from public.overlap_sides o where o.id = side_id and o.subject_id = {0}.subject_id"
    " and o.member = {0}.member and o.unit = {0}.unit)"
)
IS_ADMINISTRATOR = f"{ROLE} = '{Role.NATIONAL_ADMINISTRATOR}'"

RULES: Mapping[str, Mapping[str, str]] = {
    "overlaps": {},
    "overlap_grounds": {},
    "overlap_facts_told": {},
    "overlap_sides": {"select": f"using ({IS_TOLD})"},
    "overlap_contacts": {"select": f"using ({IS_TOLD})"},
    "overlap_decisions": {
        "select": f"using ({IS_TOLD})",
        "insert": (
            f"with check (({ANSWERS}) and decided_by = {OFFICER} and {ITS_SIDE.format('overlap_decisions')})"
        ),
    },
    "overlap_modes": {
        "select": f"using (member = {VIEWER_MEMBER} and (subject_id is null or {SEES_SUBJECT}))",
        "insert": (
            f"with check (changed_by = {OFFICER} and ({OWN_UNIT} and ({OWN_SUBJECT})"
            f" or member = {VIEWER_MEMBER} and subject_id is null and unit = '' and {IS_ADMINISTRATOR}))"
        ),
    },
}  # fmt: skip
"""By table and verb."""

APP_GRANTS = {
    # By columns: what PostgreSQL says of a row beside them (where it lies, which transaction wrote it) tells of others.
    "overlap_sides": "select (id, member, unit, subject_kind, subject_id, released_at)",
    "overlap_contacts": (
        "select (contact_id, side_id, subject_id, member, unit, other_member, other_unit, other_words, since)"
    ),
    "overlap_decisions": (
        "select (id, side_id, subject_id, member, unit, step, reason, words, again_on, decided_by, decided_at), insert"
    ),
    "overlap_modes": (
        "select (id, member, unit, subject_kind, subject_id, mode, reason, is_in_force, changed_by, changed_at), insert"
    ),
}

BLIND_GRANTS = {
    "overlap_clock": "select, update (released_until, told_facts_since)",
    "overlap_contacts": "select, insert, delete",
    "overlap_decisions": "select, delete",
    "overlap_facts_told": "select, insert, delete",
    "overlap_grounds": "select, insert, update, delete",
    "overlap_modes": "select, delete",
    "overlap_sides": "select, insert, delete",
    "overlaps": "select, insert, delete",
    "series_media": "select (series_id, medium_id)",
}

FUNCTIONS_OF_THE_APP = (
    "clew_release_overlaps()",
    "clew_join_overlaps(uuid)",
    "clew_open_overlaps(uuid, boolean)",
    "clew_forget_overlaps(uuid)",
)
FUNCTIONS_OF_THE_BLIND = (
    "clew_overlap_modes(uuid[])",
    "clew_overlap_meetings(timestamp with time zone)",
    "clew_overlap_covers(uuid, text)",
    "clew_overlap_facts()",
    "clew_overlap_lasts(uuid, uuid)",
    "clew_overlap_sayings(uuid[])",
    "clew_overlap_meet(uuid[])",
    "clew_is_going(uuid)",
)


def _where(*views: View) -> str:
    """That the rules a (mine) and b (theirs) give one of these views: the domain's table as a condition."""
    pairs = [
        f"('{mine}', '{theirs}')" for mine, row in VIEWS.items() for theirs, found in row.items() if found in views
    ]
    return f"(a.mode, b.mode) in ({', '.join(pairs)})"


PLACES = {
    "{is_told}": _where(View.NOTICE, View.ASKED, View.FACTS),
    "{has_sight}": _where(View.FACTS),
    "{looked_at}": str(LOOKED_AT_MAX),
}
"""What `overlap.sql` takes from the rules of the domain."""


def clock_is_set(hours: int) -> str:
    """The statement by which the owner of the tables sets how often notices are released."""
    return (
        f"insert into overlap_clock (id, hours) values (1, {hours:d})"
        " on conflict (id) do update set hours = excluded.hours where overlap_clock.hours <> excluded.hours"
    )
