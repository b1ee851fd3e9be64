"""Portraying: victims, offenders and places in pages, and one with all that is known and said of it, but no name."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.actions.exploring import LinkPage, links_of, marker, owners_of, page_of, rows_of
from clew.domain.place import Around
from clew.records import audit, merges, nouns, offenders, places, victims
from clew.records.merges import Merge
from clew.records.nouns import Description, Noun
from clew.records.offenders import OffenderRow
from clew.records.places import PlaceRow
from clew.records.session import Session
from clew.records.several import several
from clew.records.victims import VictimRow, Word

HISTORY_MAX = 50
"""How many versions and assertions are shown, the latest."""
TOGETHER_SHOWN_MAX = 50
NEAR_SHOWN_MAX = 20
CHARTED_MAX = 2_000
"""How many places one map shows: as many as a list beside it can be read for."""

__all__ = [
    "Charted",
    "OffenderRow",
    "OffenderView",
    "Page",
    "PlaceRow",
    "PlaceView",
    "VictimRow",
    "VictimView",
    "chart_places",
    "every_offender",
    "every_place",
    "every_victim",
    "look_at_offender",
    "look_at_place",
    "look_at_victim",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records; `next` is where the following page begins, or None."""

    items: tuple[VictimRow | OffenderRow | PlaceRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """Places on a map; `is_cut`: there are older ones."""

    items: tuple[PlaceRow, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimView:
    """A victim with all that the actor may see of it; links are those of all victims that are one with it."""

    row: VictimRow
    descriptions: tuple[Description, ...]
    together: tuple[VictimRow, ...]
    together_count: int
    merges: tuple[Merge, ...]
    words: tuple[Word, ...]
    references: dict[UUID, str]
    links: LinkPage


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenderView:
    """An offender with all that the actor may see of it."""

    row: OffenderRow
    descriptions: tuple[Description, ...]
    links: LinkPage


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A place with all that the actor may see of it; `near` are places that may be the same, the nearest first."""

    row: PlaceRow
    near: tuple[PlaceRow, ...]
    descriptions: tuple[Description, ...]
    links: LinkPage


def every_victim(session: Session, *, own: bool = False, after: str | None = None, limit: int = 50) -> Page:
    """A page of victims that the actor may see, or of its unit's; the newest first.

    Raises:
        Invalid: no page begins at `after`.
    """
    return _page(session, "victim", victims.page(session, is_own=own, after=marker(after), limit=limit + 1), limit)


def every_offender(session: Session, *, own: bool = False, after: str | None = None, limit: int = 50) -> Page:
    """The same of offenders. Raises as `every_victim`."""
    return _page(session, "offender", offenders.page(session, is_own=own, after=marker(after), limit=limit + 1), limit)


def every_place(session: Session, *, own: bool = False, after: str | None = None, limit: int = 50) -> Page:
    """The same of places. Raises as `every_victim`."""
    return _page(session, "place", places.page(session, is_own=own, after=marker(after), limit=limit + 1), limit)


def chart_places(session: Session, around: Around | None = None) -> Charted:
    """Places that a map shows, the newest first, as near as the actor may know them; around a point, if asked."""
    rows, is_cut = places.charted(session, around, CHARTED_MAX)
    owners = {row.kept.handling.owner_member for row in rows}
    audit.append(session, "place.chart", "", {"places": len(rows)}, shown=owners)
    return Charted(items=tuple(rows), is_cut=is_cut)


def look_at_victim(session: Session, reference: str, *, after: str | None = None) -> VictimView:
    """The victim of that reference with all that the actor may see of it; its links from a page's marker on.

    Raises:
        NotVisible: there is none, or the actor may not see it.
        Invalid: no page begins at `after`.
    """
    row = victims.find(session, reference)
    ids = merges.together(session, [row.kept.id], kind=merges.VICTIMS)[row.kept.id]
    asserted, words, descriptions, link_rows = several(
        session,
        lambda asking: merges.of(asking, ids, HISTORY_MAX, kind=merges.VICTIMS),
        lambda asking: victims.words_of(asking, ids, HISTORY_MAX),
        lambda asking: _descriptions(asking, victims.NOUN, row.kept.id),
        lambda asking: rows_of(asking, ids, after),
    )
    beside = [one for one in ids if one != row.kept.id][:TOGETHER_SHOWN_MAX]
    called = victims.of(session, {*beside, *(end for one in asserted for end in (one.a, one.b))})
    linked = page_of(session, link_rows)
    shown = {one.kept.handling.owner_member for one in (row, *called.values())}
    shown |= {one.owner for one in asserted} | {one.owner for one in words} | owners_of(linked.items)
    audit.append(session, "victim.read", str(row.kept.id), {"victims": len(ids)}, shown=shown)
    return VictimView(
        row=row, descriptions=descriptions, together=tuple(called[one] for one in beside if one in called),
        together_count=len(ids) - 1, merges=asserted, words=words,
        references={one.kept.id: one.kept.reference for one in called.values()}, links=linked,
    )  # fmt: skip


def look_at_offender(session: Session, reference: str, *, after: str | None = None) -> OffenderView:
    """The same of an offender. Raises as `look_at_victim`."""
    row = offenders.find(session, reference)
    linked = links_of(session, [row.kept.id], after)
    shown = {row.kept.handling.owner_member, *owners_of(linked.items)}
    audit.append(session, "offender.read", str(row.kept.id), shown=shown)
    descriptions = _descriptions(session, offenders.NOUN, row.kept.id)
    return OffenderView(row=row, descriptions=descriptions, links=linked)


def look_at_place(session: Session, reference: str, *, after: str | None = None) -> PlaceView:
    """The same of a place. Raises as `look_at_victim`."""
    row = places.find(session, reference)
    near = places.near(session, row, NEAR_SHOWN_MAX)
    linked = links_of(session, [row.kept.id], after)
    shown = {one.kept.handling.owner_member for one in (row, *near)} | owners_of(linked.items)
    audit.append(session, "place.read", str(row.kept.id), {"places": len(near)}, shown=shown)
    return PlaceView(
        row=row, near=tuple(near), descriptions=_descriptions(session, places.NOUN, row.kept.id),
        links=linked,
    )  # fmt: skip


def _page(
    session: Session, what: str, rows: Sequence[VictimRow | OffenderRow | PlaceRow], limit: int
) -> Page:
    shown = tuple(rows[:limit])
    audit.append(session, f"{what}.list", "", shown={row.kept.handling.owner_member for row in shown})
    return Page(items=shown, next=str(shown[-1].kept.id) if len(rows) > limit else None)


def _descriptions(session: Session, noun: Noun, one: UUID) -> tuple[Description, ...]:
    return nouns.descriptions_of(session, noun, one, HISTORY_MAX)
