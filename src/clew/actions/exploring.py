"""Exploring: links of a record, candidates that wait, and what is reached from a record by two hops."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.assertion import Handled
from clew.domain.errors import NOWHERE, Invalid
from clew.domain.link import NODES_MAX, SHOWN, hops, named
from clew.records import audit, ends, explorations, links
from clew.records.ends import EndRow
from clew.records.explorations import Edge
from clew.records.links import End, LinkRow, LinkStepTaken
from clew.records.session import Session

HISTORY_MAX = 50
"""How many steps are shown, the latest."""
LINKS_SHOWN_MAX = 100

__all__ = [
    "Edge",
    "EndRow",
    "Exploration",
    "Handled",
    "LinkLine",
    "LinkPage",
    "LinkRow",
    "LinkView",
    "Node",
    "explore",
    "linked",
    "links_of",
    "look_at_link",
    "marker",
    "seen",
    "waiting",
]


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


def linked(session: Session, name: str, *, after: str | None = None) -> LinkPage:
    """Links of a record of any kind, candidates among them. Raises as `look_at_victim`."""
    row = ends.find(session, named(name))
    page = links_of(session, [row.end.id], after)
    shown = {row.handling.owner_member, *owners_of(page.items)}
    audit.append(session, "link.list", str(row.end.id), {"links": len(page.items)}, shown=shown)
    return page


def look_at_link(session: Session, link_id: UUID) -> LinkView:
    """A link with the steps that its unit took.

    Raises:
        NotVisible: there is none, or the actor may not see it and both its ends.
    """
    row = links.get(session, link_id)
    lines = _lines(session, [row])
    audit.append(session, "link.read", str(row.claim.a.id), shown=owners_of(lines))
    return LinkView(line=lines[0], steps=links.steps_of(session, link_id, HISTORY_MAX))


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
    rows = links.waiting(session, after=marker(after), limit=limit + 1)
    lines = _lines(session, rows[:limit])
    audit.append(session, "link.list", "", {"links": len(lines)}, shown=owners_of(lines))
    return LinkPage(items=lines, next=str(rows[limit - 1].id) if len(rows) > limit else None)


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


def links_of(session: Session, ids: Sequence[UUID], after: str | None) -> LinkPage:
    """Facts and candidates of these records, in a page; for actions that put on record that they were shown."""
    return page_of(session, rows_of(session, ids, after))


def rows_of(session: Session, ids: Sequence[UUID], after: str | None) -> Sequence[LinkRow]:
    """The links of such a page, and one more where there is one."""
    return links.of(session, ids, states=SHOWN, after=marker(after), limit=LINKS_SHOWN_MAX + 1)


def page_of(session: Session, rows: Sequence[LinkRow]) -> LinkPage:
    """The page of these links, with what each end is called."""
    shown = rows[:LINKS_SHOWN_MAX]
    return LinkPage(items=_lines(session, shown), next=str(shown[-1].id) if len(rows) > LINKS_SHOWN_MAX else None)


def owners_of(lines: Iterable[LinkLine]) -> set[str]:
    """Members who own something that a page of links shows: the link, or an end of it."""
    return {row.handling.owner_member for line in lines for row in (line.link, line.a, line.b)}


def _lines(session: Session, rows: Sequence[LinkRow]) -> tuple[LinkLine, ...]:
    """Links whose ends the actor sees: row security has asked that already, at the moment of this transaction."""
    called = ends.of(session, {end for row in rows for end in (row.claim.a, row.claim.b)})
    return tuple(
        LinkLine(link=row, a=called[row.claim.a.id], b=called[row.claim.b.id])
        for row in rows
        if row.claim.a.id in called and row.claim.b.id in called
    )


def marker(after: str | None) -> UUID | None:
    """Where a page begins, as the page before gave it.

    Raises:
        Invalid: no page begins there.
    """
    try:
        return None if after is None else UUID(after)
    except ValueError:
        raise Invalid(NOWHERE) from None


