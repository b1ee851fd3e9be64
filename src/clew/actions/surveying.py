"""Surveying: series as an officer may see them, in pages, and one with all that is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.actions import localising
from clew.actions.localising import Spotted
from clew.domain.errors import NOWHERE, Invalid
from clew.domain.series import SeriesState
from clew.records import audit, merges, narratives, proposals, series, series_media, splits
from clew.records.merges import Merge
from clew.records.narratives import Narrative
from clew.records.proposals import Proposal
from clew.records.series import SeriesRow, StepTaken
from clew.records.series_media import COUNTED_MAX, TIMED_MAX, Contributor, Day, MediumRow
from clew.records.session import Session
from clew.records.several import several
from clew.records.splits import Split

REJECTED_PER_PAGE = 50
HISTORY_MAX = 50
"""How many steps, versions of the narrative, merges and splits of a series are shown, the latest."""
TOGETHER_SHOWN_MAX = 50

__all__ = [
    "COUNTED_MAX",
    "MediumRow",
    "Proposal",
    "SeriesLine",
    "SeriesPage",
    "SeriesView",
    "every_series",
    "look",
    "media",
    "seen",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLine:
    """A series in a list: `media` of it alone, as far as the actor sees; `together` how many are one with it."""

    id: UUID
    reference: str
    name: str
    state: SeriesState
    owner: str
    unit: str
    is_own: bool
    media: int
    together: int
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPage:
    """Some series; `next` is where the following page begins, or None."""

    items: tuple[SeriesLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesView:
    """A series with all that the actor may see of it.

    `together` are the other series that are one with it (the first of them), `together_count` how many;
    `contributors`, clues and media count over all of them. `proposals` wait for the actor's unit, which `rejected` the
    others: the latest of them, and `rejected_next` is where those before them begin, or None. `references` has that of
    each series that is named.
    """

    line: SeriesLine
    ids: tuple[UUID, ...]
    """Of it and of all that are one with it."""
    steps: tuple[StepTaken, ...]
    narratives: tuple[Narrative, ...]
    together: tuple[SeriesLine, ...]
    together_count: int
    contributors: tuple[Contributor, ...]
    media: int
    merges: tuple[Merge, ...]
    splits: tuple[Split, ...]
    proposals: tuple[Proposal, ...]
    rejected: tuple[Proposal, ...]
    rejected_next: UUID | None
    clues: tuple[Spotted, ...]
    has_more_clues: bool
    times: tuple[Day, ...]
    references: dict[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPage:
    """Some media of series that are one; `next` is where the following page begins, or None."""

    items: tuple[MediumRow, ...]
    next: str | None


def every_series(
    session: Session, *, own: bool = False, state: SeriesState | None = None, after: str | None = None, limit: int = 50,
    counted_max: int = COUNTED_MAX,
) -> SeriesPage:  # fmt: skip
    """A page of series that the actor may see, or only its unit's; of one state if asked; the newest first.

    Of media of a series that has more than `counted_max`, one more than that is told.

    Raises:
        Invalid: no page begins at `after`.
    """
    rows = series.page(session, is_own=own, state=state, after=_marker(after), limit=limit + 1)
    lines = _lines(session, rows[:limit], counted_max)
    audit.append(session, "series.list", "", shown={line.owner for line in lines})
    return SeriesPage(items=lines, next=str(rows[limit - 1].id) if len(rows) > limit else None)


def look(
    session: Session, name: str, *, timed_max: int = TIMED_MAX, rejected_after: UUID | None = None
) -> SeriesView:  # fmt: skip
    """The series of that reference, or of that name of the own unit, with all that the actor may see of it.

    The days are those of no more than `timed_max` of its media. `rejected_after`: of what the unit rejected, what was
    rejected before this one.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    found = series.find(session, name)
    ids = merges.together(session, [found.id])[found.id]
    contributors, times, asserted, parted, proposed, rejected, steps, told = several(
        session,
        lambda asking: series_media.contributors(asking, ids),
        lambda asking: series_media.times(asking, ids, timed_max),
        lambda asking: merges.of(asking, ids, HISTORY_MAX),
        lambda asking: splits.of(asking, ids, HISTORY_MAX),
        lambda asking: proposals.of_series(asking, ids, HISTORY_MAX),
        lambda asking: proposals.of_series(asking, ids, REJECTED_PER_PAGE + 1, is_rejected=True, after=rejected_after),
        lambda asking: series.steps_of(asking, found.id, HISTORY_MAX),
        lambda asking: narratives.of(asking, found.id, HISTORY_MAX),
    )
    is_more, rejected = len(rejected) > REJECTED_PER_PAGE, rejected[:REJECTED_PER_PAGE]
    beside = [one for one in ids if one != found.id][:TOGETHER_SHOWN_MAX]
    named = {*beside, *_named(asserted, parted, (*proposed, *rejected))}
    rows, counts = several(
        session,
        lambda asking: series.of(asking, named),
        lambda asking: series_media.counts(asking, [found.id, *beside]),
    )
    spotted, has_more_clues = localising.spotted(session, ids)
    line, *rest = (
        # Seen as one with one of them is what is seen as one with all.
        _line(session, row, counts[row.id], len(ids) - 1)
        for row in (found, *(rows[one] for one in beside if one in rows))
    )
    shown = {one.owner for one in (line, *rest)} | {one.member for one in contributors}
    shown |= {owner for one in spotted for owner in one.owners}
    audit.append(session, "series.read", str(found.id), {"series": len(ids)}, shown=shown)
    return SeriesView(
        line=line, ids=ids, steps=steps, narratives=told, together=tuple(rest), together_count=len(ids) - 1,
        contributors=contributors, media=sum(one.media for one in contributors), merges=asserted, splits=parted,
        proposals=proposed, rejected=rejected, rejected_next=rejected[-1].id if is_more else None, clues=spotted,
        has_more_clues=has_more_clues, times=times,
        references={one.id: one.reference for one in rows.values()},
    )  # fmt: skip


def _named(asserted: Sequence[Merge], parted: Sequence[Split], proposed: Sequence[Proposal]) -> set[UUID]:
    """Every series that one of these names."""
    named = {end for one in asserted for end in (one.a, one.b)}
    named |= {one.a_series for one in parted} | {one.b_series for one in parted}
    return named | {end for one in proposed for end in (one.series_id, one.other_id) if end is not None}


def seen(session: Session, name: str) -> SeriesRow:
    """The series, if the actor may see it: the one of that reference, or of that name of the own unit.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    found = series.find(session, name)
    audit.append(session, "series.find", str(found.id))
    return found


def media(session: Session, name: str, *, after: str | None = None, limit: int = 50) -> MediaPage:
    """A page of media of a series and of all that are one with it: facts, and no pictures.

    Raises:
        NotVisible: there is no such series, or the actor may not see it.
        Invalid: no page begins at `after`.
    """
    found = series.find(session, name)
    return _media(session, found.id, merges.together(session, [found.id])[found.id], after, limit)


def media_of(session: Session, view: SeriesView, *, after: str | None = None, limit: int = 50) -> MediaPage:
    """The same of a series that was looked at within this session. Raises as `media`, but for what is not visible."""
    return _media(session, view.line.id, view.ids, after, limit)


def _media(session: Session, series_id: UUID, ids: Sequence[UUID], after: str | None, limit: int) -> MediaPage:
    rows = series_media.page(session, ids, _pair(after), limit + 1)
    shown = {row.owner for row in rows}
    audit.append(session, "series.read", str(series_id), {"media": len(rows[:limit])}, shown=shown)
    last = rows[limit - 1] if len(rows) > limit else None
    return MediaPage(items=rows[:limit], next=None if last is None else f"{last.id}.{last.series_id}")


def _lines(session: Session, rows: list[SeriesRow], counted_max: int) -> tuple[SeriesLine, ...]:
    ids = [row.id for row in rows]
    counts, together = series_media.counts(session, ids, counted_max), merges.together(session, ids)
    return tuple(_line(session, row, counts[row.id], len(together[row.id]) - 1) for row in rows)


def _line(session: Session, row: SeriesRow, media: int, together: int) -> SeriesLine:
    return SeriesLine(
        id=row.id, reference=row.reference, name=row.name, state=row.state, owner=row.handling.owner_member,
        unit=row.handling.owner_unit, media=media, together=together,
        is_own=row.handling.is_of_unit_of(session.actor), entered_at=row.entered_at,
    )  # fmt: skip


def _marker(after: str | None) -> UUID | None:
    try:
        return None if after is None else UUID(after)
    except ValueError:
        raise Invalid(NOWHERE) from None


def _pair(after: str | None) -> tuple[UUID, UUID] | None:
    if after is None:
        return None
    medium, _, series_id = after.partition(".")
    try:
        return UUID(medium), UUID(series_id)
    except ValueError:
        raise Invalid(NOWHERE) from None
