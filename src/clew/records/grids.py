"""The media of a case, an exhibit or a series in pages, with what the own unit has said of them and seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import BLOCKED
from clew.domain.mark import Relevance
from clew.domain.medium import MediumKind, Verdict
from clew.records import exhibits
from clew.records.session import Session

LOOKED_AT_MAX = 2_000
"""So many places of media one page looks at, whatever it is asked for; a page of less goes on behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where media are looked for: an own member's case (and exhibit), or series that are one."""

    case_id: UUID | None = None
    exhibit: str | None = None
    series: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which media are asked for: of one kind, and only those that the own unit has not decided on."""

    kind: MediumKind | None = None
    is_undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GridMedium:
    """A medium as far as facts go. `mark`, `is_categorised` and when it was `seen_at` last are of the own unit and of
    the content; `is_warned`: an officer whom the actor reads asks for a warning before it is shown.

    `has_bytes`: a case of the own member keeps them; `is_waiting`: its previews are still to be made. Units: `duration_ms` in milliseconds.
    """

    id: UUID
    name: bytes
    sha256: bytes | None
    kind: MediumKind
    verdict: Verdict
    reason: str
    width: int | None
    height: int | None
    duration_ms: int | None
    owner: str
    unit: str
    is_blocked: bool
    has_bytes: bool
    is_waiting: bool
    mark: Relevance | None = None
    is_categorised: bool = False
    seen_at: datetime | None = None
    is_warned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some media; `last` is behind which the following page begins, None where there is none."""

    media: tuple[GridMedium, ...]
    last: UUID | None
    exhibit_id: UUID | None


def part(session: Session, scope: Scope, wanted: Wanted, after: UUID | None, limit: int) -> Part:
    """The next media of the scope in the order of their identifiers, at most `limit`.

    What the unit said of a content it said of each medium of it, in whatever case.

    Raises:
        NotVisible: there is no such exhibit.
    """
    values = {
        "case": scope.case_id, "series": list(scope.series), "after": after or UUID(int=0),
        "kind": wanted.kind and wanted.kind.value, "undecided": wanted.is_undecided, "looked": LOOKED_AT_MAX,
        "limit": limit, "blocked": BLOCKED, "member": session.actor.member, "unit": session.actor.unit,
    }  # fmt: skip
    exhibit = None if scope.exhibit is None else exhibits.sealed_reference(session, scope.exhibit)
    with session.cursor() as cursor:
        cursor.execute(_PART.replace("{words}", _WORDS).replace("{scope}", _IN_SERIES if scope.case_id is None else _IN_CASE), {**values, "exhibit": exhibit})
        rows = cursor.fetchall()
    exhibit_id, looked, furthest = rows[0][-3:]
    if exhibit is not None and exhibit_id is None:
        raise NotVisible("There is no such exhibit.")
    media = tuple(_medium(row) for row in rows if row[0] is not None)
    is_full = len(media) == limit
    last = media[-1].id if is_full else furthest if looked == LOOKED_AT_MAX else None
    return Part(media=media, last=last, exhibit_id=exhibit_id)


def _medium(row: Sequence) -> GridMedium:
    return GridMedium(
        id=row[0], name=bytes(row[1]), sha256=None if row[2] is None else bytes(row[2]), kind=MediumKind(row[3]),
        verdict=Verdict(row[4]), reason=row[5], width=row[6], height=row[7], duration_ms=row[8], owner=row[9],
        unit=row[10], is_blocked=row[11], has_bytes=row[12], is_waiting=row[13],
        mark=None if row[14] is None else Relevance(row[14]), is_categorised=bool(row[15]),
        seen_at=row[16], is_warned=bool(row[17]),
    )  # fmt: skip


_IN_CASE = """
    select distinct o.medium_id from occurrences o
     where o.case_id = %(case)s and (%(exhibit)s::bytea is null or o.exhibit_id = (select id from exhibit)) and o.medium_id > %(after)s
     order by o.medium_id limit %(looked)s"""
_IN_SERIES = """
    select distinct s.medium_id from series_media s
     where s.series_id = any(%(series)s) and s.medium_id > %(after)s order by s.medium_id limit %(looked)s"""

_WORDS = """
        select m.name, (array_agg(k.said order by k.marked_at desc) filter (where k.said is not null))[1] as mark,
               bool_or(v.medium_id is not null) as is_categorised, max(s.seen_at) as seen_at,
               bool_or(w.medium_id is not null) as is_warned
          from media m
          left join lateral (select said, marked_at from marks where medium_id = m.id and undone_at is null
                                and member = %(member)s and unit = %(unit)s order by marked_at desc limit 1) k on true
          left join lateral (select medium_id from observations where medium_id = m.id and withdrawn_at is null
                                and member = %(member)s and unit = %(unit)s limit 1) v on true
          left join lateral (select medium_id from observations where medium_id = m.id and withdrawn_at is null
                                and facts ->> 'warn' = 'yes' limit 1) w on true
          left join sightings s on s.medium_id = m.id and s.member = %(member)s and s.unit = %(unit)s
         where m.name in (select name from chosen) group by m.name"""

_PART = """
    with exhibit as materialized (
        select e.id from exhibits e where e.case_id = %(case)s::uuid and e.reference = %(exhibit)s::bytea),
    scope as materialized ({scope}),
    looked as materialized (select count(*) as count, (array_agg(medium_id order by medium_id desc))[1] as last from scope),
    chosen as (
        select m.* from scope s join media m on m.id = s.medium_id
         where (%(kind)s::text is null or m.kind = %(kind)s)
           and (not %(undecided)s or not exists (
                   select from media n where n.name = m.name and (
                       exists (select from marks k where k.medium_id = n.id and k.undone_at is null
                                  and k.member = %(member)s and k.unit = %(unit)s)
                       or exists (select from observations v where v.medium_id = n.id and v.withdrawn_at is null
                                     and v.member = %(member)s and v.unit = %(unit)s))))
         order by m.id limit %(limit)s),
    said as ({words})
    select s.id, s.name, s.sha256, s.kind, s.verdict, s.reason, s.width, s.height, s.duration_ms, s.owner_member,
           s.owner_unit, %(blocked)s = any (s.excluded),
           s.owner_member = %(member)s and exists (select from medium_keys k where k.medium_id = s.id),
           exists (select from previews p where p.medium_id = s.id and p.is_waiting),
           said.mark, said.is_categorised, said.seen_at, said.is_warned, (select id from exhibit), looked.count, looked.last
      from looked left join chosen s on true left join said on said.name = s.name order by s.id
"""
