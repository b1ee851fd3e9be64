"""Exploring: victims, offenders and places in pages, one with all that is said of it, and what is linked with what."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.errors import Invalid
from clew.domain.link import NODES_MAX, SHOWN, hops, named
from clew.records import audit, ends, explorations, links, merges, nouns, offenders, places, victims
from clew.records.ends import EndRow
from clew.records.explorations import Edge
from clew.records.links import End, LinkRow, LinkStepTaken
from clew.records.merges import Merge
from clew.records.nouns import Description, Noun
from clew.records.offenders import OffenderRow
from clew.records.places import PlaceRow
from clew.records.session import Session
from clew.records.victims import VictimRow, Word

HISTORY_MAX = 50
"""How many versions, assertions and steps are shown, the latest."""
TOGETHER_SHOWN_MAX = 50
LINKS_SHOWN_MAX = 200
NEAR_SHOWN_MAX = 20
NOWHERE = "No page begins there: take the marker as the page before gave it."

__all__ = [
    "Edge",
    "EndRow",
    "Exploration",
    "LinkLine",
    "LinkPage",
    "LinkRow",
    "LinkView",
    "Node",
    "OffenderRow",
    "OffenderView",
    "Page",
    "PlaceRow",
    "PlaceView",
    "VictimRow",
    "VictimView",
    "every_offender",
    "every_place",
    "every_victim",
    "explore",
    "linked",
    "look_at_link",
    "look_at_offender",
    "look_at_place",
    "look_at_victim",
    "seen",
    "waiting",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records; `next` is where the following page begins, or None."""

    items: tuple[VictimRow | OffenderRow | PlaceRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """A link with what its two ends are called to the actor."""

    link: LinkRow
    a: EndRow
    b: EndRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """Some links; `next` is where the following page begins, or None."""

    items: tuple[LinkLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A link with the steps that its unit took."""

    line: LinkLine
    steps: tuple[LinkStepTaken, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A record that was reached, by so many hops; `has_more`: it has more links than were read."""

    row: EndRow
    hops: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """What was reached from a record, the nearest first, and the edges between; `is_cut`: there is more."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    is_cut: bool


def every_victim(session: Session, *, own: bool = False, after: str | None = None, limit: int = 50) -> Page:
    """A page of victims that the actor may see, or of its unit's; the newest first.

    Raises:
        Invalid: no page begins at `after`.
    """
    return _page(session, "victim", victims.page(session, is_own=own, after=_marker(after), limit=limit + 1), limit)


def every_offender(session: Session, *, own: bool = False, after: str | None = None, limit: int = 50) -> Page:
    """The same of offenders. Raises as `every_victim`."""
    return _page(session, "offender", offenders.page(session, is_own=own, after=_marker(after), limit=limit + 1), limit)


def every_place(session: Session, *, own: bool = False, after: str | None = None, limit: int = 50) -> Page:
    """The same of places. Raises as `every_victim`."""
    return _page(session, "place", places.page(session, is_own=own, after=_marker(after), limit=limit + 1), limit)


def look_at_victim(session: Session, reference: str, *, after: str | None = None) -> VictimView:
    """The victim of that reference with all that the actor may see of it; its links from a page's marker on.

    Raises:
        NotVisible: there is none, or the actor may not see it.
        Invalid: no page begins at `after`.
    """
    row = victims.find(session, reference)
    ids = merges.together(session, [row.kept.id], kind=merges.VICTIMS)[row.kept.id]
    others = victims.of(session, [one for one in ids if one != row.kept.id][:TOGETHER_SHOWN_MAX])
    asserted = merges.of(session, ids, HISTORY_MAX, kind=merges.VICTIMS)
    called = victims.of(session, {end for one in asserted for end in (one.a, one.b)})
    shown = {one.kept.handling.owner_member for one in (row, *others.values())}
    audit.append(session, "victim.read", str(row.kept.id), {"victims": len(ids)}, shown=shown)
    return VictimView(
        row=row, descriptions=_descriptions(session, victims.NOUN, row.kept.id), together=tuple(others.values()),
        together_count=len(ids) - 1, merges=asserted, words=victims.words_of(session, ids, HISTORY_MAX),
        references={one.kept.id: one.kept.reference for one in called.values()}, links=_links(session, ids, after),
    )  # fmt: skip


def look_at_offender(session: Session, reference: str, *, after: str | None = None) -> OffenderView:
    """The same of an offender. Raises as `look_at_victim`."""
    row = offenders.find(session, reference)
    audit.append(session, "offender.read", str(row.kept.id), shown={row.kept.handling.owner_member})
    return OffenderView(
        row=row, descriptions=_descriptions(session, offenders.NOUN, row.kept.id),
        links=_links(session, [row.kept.id], after),
    )  # fmt: skip


def look_at_place(session: Session, reference: str, *, after: str | None = None) -> PlaceView:
    """The same of a place. Raises as `look_at_victim`."""
    row = places.find(session, reference)
    near = places.near(session, row, NEAR_SHOWN_MAX)
    shown = {one.kept.handling.owner_member for one in (row, *near)}
    audit.append(session, "place.read", str(row.kept.id), {"places": len(near)}, shown=shown)
    return PlaceView(
        row=row, near=tuple(near), descriptions=_descriptions(session, places.NOUN, row.kept.id),
        links=_links(session, [row.kept.id], after),
    )  # fmt: skip


def linked(session: Session, name: str, *, after: str | None = None) -> LinkPage:
    """Links of a record of any kind, candidates among them. Raises as `look_at_victim`."""
    row = ends.find(session, named(name))
    audit.append(session, "link.list", str(row.end.id), shown={row.handling.owner_member})
    return _links(session, [row.end.id], after)


def look_at_link(session: Session, link_id: UUID) -> LinkView:
    """A link with the steps that its unit took.

    Raises:
        NotVisible: there is none, or the actor may not see it and both its ends.
    """
    row = links.get(session, link_id)
    audit.append(session, "link.read", str(row.claim.a.id), shown={row.handling.owner_member})
    return LinkView(line=_lines(session, [row])[0], steps=links.steps_of(session, link_id, HISTORY_MAX))


def seen(session: Session, name: str) -> None:
    """That the actor may see the record of that name, of whatever kind.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    audit.append(session, "link.find", str(ends.find(session, named(name)).end.id))


def waiting(session: Session, *, after: str | None = None, limit: int = 50) -> LinkPage:
    """Candidates of the own unit, which wait for an officer; the newest first.

    Raises:
        Invalid: no page begins at `after`.
    """
    rows = links.waiting(session, after=_marker(after), limit=limit + 1)
    audit.append(session, "link.list", "")
    return LinkPage(items=_lines(session, rows[:limit]), next=str(rows[limit - 1].id) if len(rows) > limit else None)


def explore(session: Session, name: str, *, hops_max: int = 2, with_candidates: bool = True) -> Exploration:
    """What is reached from a record by at most so many hops, the nearest first; up to `NODES_MAX` records.

    Raises:
        NotVisible: there is no such record, or the actor may not see it.
        Invalid: there are no hops, or too many.
    """
    count = hops(hops_max)
    start = ends.find(session, named(name))
    reached, edges, more, is_cut = _walk(session, start.end, count, with_candidates=with_candidates)
    rows = ends.of(session, reached)
    nodes = tuple(
        Node(row=rows[end.id], hops=distance, has_more=end.id in more)
        for end, distance in reached.items()
        if end.id in rows
    )
    kept = tuple(edge for edge in edges if edge.a.id in rows and edge.b.id in rows)
    audit.append(
        session, "link.explore", str(start.end.id), {"nodes": len(nodes), "links": len(kept)},
        shown={node.row.handling.owner_member for node in nodes} | {edge.owner for edge in kept},
    )  # fmt: skip
    return Exploration(nodes=nodes, edges=kept, is_cut=is_cut or bool(more))


def _walk(
    session: Session, start: End, hops_max: int, *, with_candidates: bool
) -> tuple[dict[End, int], list[Edge], set[UUID], bool]:
    """Breadth first: each record with how many hops it is away, the edges gone along, and what was left out."""
    reached, frontier = {start: 0}, [start]
    edges: dict[Edge, None] = {}
    more: set[UUID] = set()
    is_cut = False
    for distance in range(1, hops_max + 1):
        found = explorations.hop(session, frontier, with_candidates=with_candidates)
        more, is_cut = more | found.more, is_cut or found.is_cut
        frontier = []
        # Facts first and the surest, so that what is left out at the bound is what weighs least.
        for edge in sorted(found.edges, key=lambda edge: (-edge.state, -edge.confidence)):
            for end in (edge.a, edge.b):
                if end not in reached and len(reached) < NODES_MAX:
                    reached[end] = distance
                    frontier.append(end)
            if edge.a in reached and edge.b in reached:
                edges[edge] = None
            else:
                is_cut = True
        if not frontier:
            break
    return reached, list(edges), more, is_cut


def _page(
    session: Session, what: str, rows: Sequence[VictimRow | OffenderRow | PlaceRow], limit: int
) -> Page:
    shown = tuple(rows[:limit])
    audit.append(session, f"{what}.list", "", shown={row.kept.handling.owner_member for row in shown})
    return Page(items=shown, next=str(shown[-1].kept.id) if len(rows) > limit else None)


def _links(session: Session, ids: Sequence[UUID], after: str | None) -> LinkPage:
    rows = links.of(session, ids, states=SHOWN, after=_marker(after), limit=LINKS_SHOWN_MAX + 1)
    shown = rows[:LINKS_SHOWN_MAX]
    return LinkPage(items=_lines(session, shown), next=str(shown[-1].id) if len(rows) > LINKS_SHOWN_MAX else None)


def _lines(session: Session, rows: Sequence[LinkRow]) -> tuple[LinkLine, ...]:
    """Links whose ends the actor sees: row security has asked that already, at the moment of this transaction."""
    called = ends.of(session, {end for row in rows for end in (row.claim.a, row.claim.b)})
    return tuple(
        LinkLine(link=row, a=called[row.claim.a.id], b=called[row.claim.b.id])
        for row in rows
        if row.claim.a.id in called and row.claim.b.id in called
    )


def _descriptions(session: Session, noun: Noun, one: UUID) -> tuple[Description, ...]:
    return nouns.descriptions_of(session, noun, one, HISTORY_MAX)


def _marker(after: str | None) -> UUID | None:
    try:
        return None if after is None else UUID(after)
    except ValueError:
        raise Invalid(NOWHERE) from None


