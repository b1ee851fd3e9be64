"""Explorations: what is linked with some records, one hop at a time, as far as the actor sees it.

Row security asks both ends of each link, so a path through a hidden record does not exist. Every look is bounded: so many
links of one record each way, and so many in all, whoever may have made how many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.link import LINKS_PER_NODE_MAX, SHOWN, Basis, Confidence, EndKind, LinkState, LinkType, word_of
from clew.records import merges, sealed
from clew.records.links import NOTE, End
from clew.records.session import Session

EDGES_PER_HOP_MAX = 1_000
ONE_WITH = "one-with"
IN_SERIES = "in-series"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What joins two records. `link` has its identifier; None for what is no link: a merge, or a medium in a series.

    `what` is the word of its type. A merge and a place in a series are facts, said by an officer. `note` is the evidence in
    a few words, or empty; `said_at` is not known of a place in a series.
    """

    link: UUID | None
    what: str
    a: End
    b: End
    basis: Basis
    confidence: Confidence
    state: LinkState
    owner: str
    said_at: datetime | None
    note: str

    def other(self, one: UUID) -> End:
        """The end that is not this one."""
        return self.b if self.a.id == one else self.a


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """The edges of some records. `more` are records of which not all were read; `is_cut`: nor of others."""

    edges: tuple[Edge, ...]
    more: frozenset[UUID]
    is_cut: bool


def hop(session: Session, frontier: Sequence[End], *, with_candidates: bool) -> Hop:
    """The edges of these records, those of each in the order of their other ends."""
    ids_of = {kind: [end.id for end in frontier if end.kind is kind] for kind in EndKind}
    values = {
        "ids": [end.id for end in frontier], "states": _states(with_candidates=with_candidates),
        "each": LINKS_PER_NODE_MAX + 1, "all": EDGES_PER_HOP_MAX + 1, "victims": ids_of[EndKind.VICTIM],
        "series": ids_of[EndKind.SERIES], "media": ids_of[EndKind.MEDIUM],
    }  # fmt: skip
    # Only of the kinds that are there: every table that is named is planned with its rules, and theirs with theirs.
    asked = [*_LINKS, *(words for kind, several in _OF_A_KIND.items() if ids_of[kind] for words in several)]
    with session.cursor() as cursor:
        cursor.execute(f"select * from ({' union all '.join(asked)}) found limit %(all)s", values)
        rows = cursor.fetchall()
    return _hop(rows)


def _hop(rows: Sequence[Sequence]) -> Hop:
    counted: dict[tuple[UUID, str], int] = {}
    edges: dict[tuple, Edge] = {}
    for seed, side, *row in rows[:EDGES_PER_HOP_MAX]:
        counted[seed, side] = counted.get((seed, side), 0) + 1
        if counted[seed, side] <= LINKS_PER_NODE_MAX:
            edge = _edge(row)
            edges.setdefault((edge.link, edge.what, edge.a.id, edge.b.id, edge.owner), edge)
    more = frozenset(seed for (seed, _), count in counted.items() if count > LINKS_PER_NODE_MAX)
    return Hop(edges=tuple(edges.values()), more=more, is_cut=len(rows) > EDGES_PER_HOP_MAX)


def _states(*, with_candidates: bool) -> list[int]:
    return [int(one) for one in (SHOWN if with_candidates else {LinkState.ACCEPTED})]


def _edge(row: Sequence) -> Edge:
    link, number, a_kind, a_id, b_kind, b_id, basis, confidence, state, owner, said_at, note = row
    return Edge(
        link=link, what=_WORDS[number], a=End(kind=EndKind(a_kind), id=a_id), b=End(kind=EndKind(b_kind), id=b_id),
        basis=Basis(basis), confidence=Confidence(confidence), state=LinkState(state), owner=owner,
        said_at=said_at, note=sealed.words_of_note(owner, _sealed_under(number, a_kind), note),
    )  # fmt: skip


def _sealed_under(number: int, a_kind: int) -> bytes:
    """The column whose words the note of an edge is: of a link, or the reason of a merge."""
    if number != _SAME:
        return NOTE
    return (merges.VICTIMS if a_kind == EndKind.VICTIM else merges.SERIES).reason


_SAME, _LIES = 101, 102
_WORDS: Mapping[int, str] = {**{int(one): word_of(one) for one in LinkType}, _SAME: ONE_WITH, _LIES: IN_SERIES}

_COLUMNS = (
    "l.id, l.type, l.a_kind, l.a_id, l.b_kind, l.b_id, l.basis, l.confidence, l.state, l.owner_member, l.asserted_at, l.note"
)
_SAID = f"{Basis.STATED:d}, {Confidence.CERTAIN:d}, {LinkState.ACCEPTED:d}, m.owner_member"


def _linked(side: str, other: str) -> str:
    """Links by one side's own index, in its order, so that a record with very many links costs no more than `each`."""
    return f"""
        (select f.id, '{side}', {_COLUMNS} from unnest(%(ids)s::uuid[]) f (id)
          cross join lateral (
            select * from links k where k.{side}_id = f.id and k.state <> {LinkState.WITHDRAWN:d}
               and k.state = any(%(states)s::smallint[]) order by k.{other}_id limit %(each)s) l)"""


def _merged(table: str, kind: EndKind, side: str, column: str, ids: str) -> str:
    """Merges of the records of one kind in the frontier, by one side, as edges."""
    return f"""
        (select f.id, '{table} {side}', null::uuid, {_SAME}, {kind:d}, m.a_{column}, {kind:d}, m.b_{column}, {_SAID},
                m.asserted_at, m.reason
          from unnest(%({ids})s::uuid[]) f (id)
          cross join lateral (
            select * from {table} k where k.{side}_{column} = f.id and k.withdrawn_at is null limit %(each)s) m)"""


_LINKS = (_linked("a", "b"), _linked("b", "a"))

_OF_A_KIND: Mapping[EndKind, Sequence[str]] = {
    EndKind.VICTIM: [_merged("victim_merges", EndKind.VICTIM, side, "victim", "victims") for side in ("a", "b")],
    EndKind.SERIES: [_merged("series_merges", EndKind.SERIES, side, "series", "series") for side in ("a", "b")],
    EndKind.MEDIUM: [
        f"""
        (select f.id, 'series', null::uuid, {_LIES}, {EndKind.MEDIUM:d}, m.medium_id, {EndKind.SERIES:d}, m.series_id, {_SAID},
                null::timestamptz, ''
          from unnest(%(media)s::uuid[]) f (id)
          cross join lateral (
            select s.* from series_media s join series t on t.id = s.series_id where s.medium_id = f.id
             limit %(each)s) m)"""
    ],
}
"""Besides links: what is said to be one with a record of that kind, and in which series a medium lies."""
