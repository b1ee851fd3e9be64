"""Tracing: the shortest path of evidence between two records, through nothing that the actor may not see."""

from clew.actions.exploring import Edge, Exploration, Node
from clew.domain.link import NODES_MAX, PATH_LINKS_MAX, named
from clew.records import audit, ends, explorations
from clew.records.ends import EndRow
from clew.records.links import End
from clew.records.session import Session

Steps = dict[End, tuple[Edge, End] | None]
"""By record that was reached from a side: by which edge from which record; None of the record where it began."""


def trace(session: Session, name: str, other: str, *, with_candidates: bool = True) -> Exploration:
    """The records and edges along a shortest path from one record to another, in its order; facts before candidates.

    Where there is none, nothing but the first; `is_cut` says that not everything was looked at.

    Raises:
        NotVisible: there is no such record, or the actor may not see it.
    """
    start, goal = ends.find(session, named(name)), ends.find(session, named(other))
    way, edges, is_cut = _way(session, start.end, goal.end, with_candidates=with_candidates)
    rows = {start.end.id: start, goal.end.id: goal} | ends.of(session, way[1:-1])
    if any(end.id not in rows for end in way):
        way, edges = [start.end], []
    audit.append(
        session, "link.trace", str(start.end.id), {"nodes": len(way), "links": len(edges)},
        shown=_owners(start, goal, *(rows[end.id] for end in way)) | {edge.owner for edge in edges},
    )  # fmt: skip
    nodes = tuple(Node(row=rows[end.id], hops=at, has_more=False) for at, end in enumerate(way))
    return Exploration(nodes=nodes, edges=tuple(edges), is_cut=is_cut)


def _way(session: Session, start: End, goal: End, *, with_candidates: bool) -> tuple[list[End], list[Edge], bool]:
    """From both ends at once, a hop of one side after a hop of the other, until they meet."""
    sides: tuple[Steps, Steps] = ({start: None}, {goal: None})
    frontiers, is_cut = [[start], [goal]], False
    for hop in range(PATH_LINKS_MAX + 1):
        meeting = [end for end in sides[0] if end in sides[1]]
        if meeting:
            before, after = min(((_back(sides[0], end), _back(sides[1], end)) for end in meeting), key=_length)
            return [*before[0][::-1], *after[0][1:]], [*before[1][::-1], *after[1]], is_cut
        if hop == PATH_LINKS_MAX:
            break
        side = hop % 2
        found = explorations.hop(session, frontiers[side], with_candidates=with_candidates)
        frontiers[side], is_left_out = _reach(sides[side], found.edges)
        is_cut = is_cut or found.is_cut or bool(found.more) or is_left_out
    return [start], [], is_cut


def _reach(steps: Steps, edges: tuple[Edge, ...]) -> tuple[list[End], bool]:
    """Records that are new to this side, by the surest of the edges; and whether some were left out at the bound."""
    new: list[End] = []
    is_left_out = False
    earlier = set(steps)
    for edge in sorted(edges, key=lambda one: (-one.state, -one.confidence)):
        for here, there in ((edge.a, edge.b), (edge.b, edge.a)):
            if here in earlier and there not in steps:
                if len(steps) < NODES_MAX:
                    steps[there] = (edge, here)
                    new.append(there)
                else:
                    is_left_out = True
    return new, is_left_out


def _back(steps: Steps, end: End) -> tuple[list[End], list[Edge]]:
    """From a record to where its side began: records, and the edges between them."""
    way: list[End] = [end]
    edges: list[Edge] = []
    while (step := steps[way[-1]]) is not None:
        edges.append(step[0])
        way.append(step[1])
    return way, edges


def _length(both: tuple[tuple[list[End], list[Edge]], tuple[list[End], list[Edge]]]) -> int:
    return len(both[0][1]) + len(both[1][1])


def _owners(*rows: EndRow) -> set[str]:
    return {row.handling.owner_member for row in rows}
