"""Grounds for leads: what a series that the actor's unit waits for shares with material outside of it, for rules to judge.

Every statement runs under row security of the unit's calendar, so what the unit may not see is never a ground. Either
side may be what is new: a medium that comes, or one that is put into a series, marked anew or opened to the unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import TupleRow

from clew.domain.handling import BLOCKED
from clew.domain.lead import State
from clew.domain.series import SOLVED
from clew.records import grounds
from clew.records.lead_rounds import Key, Slice, page_of, pages_of, unit
from clew.records.matches import MatchKind
from clew.records.session import Session

MEDIA_AT_ONCE = 10_000
"""So many media of a round are looked at together for what is equal to them."""
WATCHED_AT_ONCE = 2_000
"""So many leads that watch an exhibit are looked at together."""
NEWEST_MAX = 200
"""So many of the newest media of an exhibit are looked at: one that is newer than a series is enough."""
BESIDE_MAX = 50
"""So many media that are newer than what a series knows are told of each lead: more say nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A series that the unit waits for, and a medium outside of it. `said`: what they share, as a rule measures it."""

    series_id: UUID
    medium_id: UUID
    owner: tuple[str, str]
    said: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What one match gives a ground for: the kind of the match, or a solved series that reappears (`exhibit`)."""

    ground: Ground
    kind: MatchKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A medium beside one that reappears, by the lead that watches for it; and until when the series knows material.

    Units: both times as cameras showed them.
    """

    lead_id: UUID
    series_id: UUID
    medium_id: UUID
    newest_known: datetime
    taken_at: datetime


def contributors(session: Session) -> list[str]:
    """Members who have media in the unsolved series that are laid out."""
    return grounds.contributors(session, "pg_temp.lead_series s where not s.is_solved")


def ground(row: TupleRow) -> Ground:
    """A row that begins with series, medium and the medium's owner and unit."""
    return Ground(series_id=row[0], medium_id=row[1], owner=(row[2], row[3]), said=tuple(row[4:]))


def near(session: Session, _some: Sequence[None], behind: Key, limit: int) -> list[tuple[Key, Near]]:
    """Grounds by the matches that are laid out: runs of moving media; near pictures; and what reappears by either.

    `said`: (matched, compared, milliseconds, name of the content in hex); (distance, radius in bits, the day it came);
    (the exhibit,).
    """
    values = {
        "solved": sorted(SOLVED), "moving": [int(MatchKind.VIDEO), int(MatchKind.SOUND)], "still": [int(MatchKind.PDQ)]
    }
    ways = ((_CLIPS, _OF_CLIPS), (_STILLS, _OF_STILLS), (_REAPPEARING.format(pairs=_MATCHED), _OF_EXHIBITS))
    kinds = (MatchKind.VIDEO, MatchKind.PDQ, None)
    return [
        (key, Near(ground=ground(row), kind=kinds[number]))
        for key, (number, row) in pages_of(session, ways, values, behind, limit)
    ]


_SIDES = """
    with sides as (
        select c as inside, n as outside, distance, radius, matched, compared, ms from pg_temp.lead_matches where kind = any(%(kinds)s)
         union
        select n, c, distance, radius, matched, compared, ms from pg_temp.lead_matches where kind = any(%(kinds)s))
    select distinct s.id as series_id, o.id as medium_id, o.owner_member, o.owner_unit, {said}
      from sides d join series_media sm on sm.medium_id = d.inside
      join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved join media o on o.id = d.outside and '{BLOCKED}' <> all (o.excluded)""".replace("{BLOCKED}", BLOCKED)
_CLIPS = _SIDES.replace("%(kinds)s", "%(moving)s").format(said="d.matched, d.compared, d.ms, encode(o.name, 'hex') as name")
_OF_CLIPS = ("series_id", "medium_id", "matched", "compared", "ms")
_STILLS = _SIDES.replace("%(kinds)s", "%(still)s").format(
    said="d.distance, d.radius, (o.taken_in_at at time zone 'UTC')::date::text as came"
)
_OF_STILLS = ("series_id", "medium_id", "distance", "radius")

_MATCHED = "select c, n from pg_temp.lead_matches"
_EQUAL = "select c.id, n.id from pg_temp.lead_candidates c join media n on n.name = c.name where c.id = any(%(media)s)"
_REAPPEARING = f"""
    with p (c, n) as materialized ({{pairs}}),
    sides (inside, outside) as (select c, n from p union select n, c from p),
    solved as materialized (
        select k.id, k.outside, coalesce(
                   (select max(t.taken_at) from series_steps t where t.series_id = s.id and t.state = any(%(solved)s)),
                   s.entered_at) as solved_at
          from (select distinct w.id, d.outside from sides d join series_media sm on sm.medium_id = d.inside
                  join pg_temp.lead_series w on w.id = sm.series_id and w.is_solved) k
          join series s on s.id = k.id)
    select distinct z.id as series_id, y.id as medium_id, y.owner_member, y.owner_unit, e.id as exhibit_id
      from solved z join media y on y.id = z.outside join occurrences o on o.medium_id = y.id
      join exhibits e on e.id = o.exhibit_id and e.entered_at > z.solved_at
     where '{BLOCKED}' <> all (y.excluded)"""
"""Contents of solved series that lie in exhibits which came after the series was solved."""
_OF_EXHIBITS = ("series_id", "medium_id", "exhibit_id")


def media(session: Session, behind: Key, upto: Key) -> Slice[UUID]:
    """Some of the media of the round, by their identifiers."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id from pg_temp.lead_candidates
             where (%(behind)s::uuid is null or id > %(behind)s) and (%(upto)s::uuid is null or id <= %(upto)s)
             order by id limit %(limit)s""",
            {
                "behind": behind[0] if behind else None, "upto": upto[0] if upto else None, "limit": MEDIA_AT_ONCE,
            },
        )  # fmt: skip
        some = [row[0] for row in cursor.fetchall()]
    return Slice(items=some, upto=tuple(some[-1:]) or upto, is_last=len(some) < MEDIA_AT_ONCE and not upto)


def equal(session: Session, some: Sequence[UUID], behind: Key, limit: int) -> list[tuple[Key, Ground]]:
    """What reappears by its bytes: as by a match."""
    values = {"solved": sorted(SOLVED), "media": list(some)}
    rows = page_of(session, _REAPPEARING.format(pairs=_EQUAL), values, _OF_EXHIBITS, behind, limit)
    return [(key, ground(row)) for key, row in rows]


def watching(session: Session, behind: Key, upto: Key) -> Slice[UUID]:
    """Some of the leads of the unit that watch an exhibit, on series that are laid out."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select l.id from leads l join pg_temp.lead_series s on s.id = l.series_id and s.is_solved
             where l.member = %(member)s and l.unit = %(unit)s and l.state = %(watched)s
               and (%(behind)s::uuid is null or l.id > %(behind)s) and (%(upto)s::uuid is null or l.id <= %(upto)s)
             order by l.id limit %(limit)s""",
            {
                **unit(session), "watched": State.WATCHED.value, "behind": behind[0] if behind else None,
                "upto": upto[0] if upto else None, "limit": WATCHED_AT_ONCE,
            },
        )  # fmt: skip
        some = [row[0] for row in cursor.fetchall()]
    return Slice(items=some, upto=tuple(some[-1:]) or upto, is_last=len(some) < WATCHED_AT_ONCE and not upto)


def brought_beside(session: Session, some: Sequence[UUID], behind: Key, limit: int) -> list[tuple[Key, Beside]]:
    """Of leads that watch an exhibit: what the round brings there that is newer than the series and not in it."""
    lying = """
        select o.exhibit_id, x.id, x.name, x.taken_at
          from pg_temp.lead_candidates c join media x on x.id = c.id and x.taken_at is not null
          join occurrences o on o.medium_id = c.id
         where o.exhibit_id in (select exhibit_id from watched)"""
    return _beside(session, lying, some, behind, limit)


def lying_beside(session: Session, some: Sequence[UUID]) -> list[Beside]:
    """The same of leads that watch since now: of all that lies in the exhibit, the newest."""
    lying = f"""
        select e.exhibit_id, m.id, m.name, m.taken_at
          from (select distinct exhibit_id from watched) e
         cross join lateral (
               select x.id, x.name, x.taken_at from occurrences o join media x on x.id = o.medium_id
                where o.exhibit_id = e.exhibit_id and x.taken_at is not null and '{BLOCKED}' <> all (x.excluded)
                order by x.taken_at desc, x.id limit {NEWEST_MAX}) m"""
    found: list[Beside] = []
    for first in range(0, len(some), WATCHED_AT_ONCE):
        leads = some[first : first + WATCHED_AT_ONCE]
        found += [one for _, one in _beside(session, lying, leads, (), BESIDE_MAX * len(leads))]
    return found


def _beside(session: Session, lying: str, some: Sequence[UUID], behind: Key, limit: int) -> list[tuple[Key, Beside]]:
    statement = f"""
        with watched as materialized (
            select l.id, l.series_id, l.exhibit_id,
                   (select max(m.taken_at) from series_media sm join media m on m.id = sm.medium_id
                     where sm.series_id = l.series_id) as newest
              from leads l where l.id = any(%(leads)s) and l.state = %(watched)s),
        lying as materialized ({lying}),
        newer as (
            select distinct w.id as lead_id, w.series_id, y.id as medium_id, w.newest, y.taken_at
              from watched w join lying y on y.exhibit_id = w.exhibit_id and y.taken_at > w.newest
             where not exists (select from media z join series_media sm on sm.medium_id = z.id
                                where z.name = y.name and sm.series_id = w.series_id))
        select lead_id, series_id, medium_id, newest, taken_at
          from (select n.*, row_number() over (partition by lead_id order by taken_at desc, medium_id) as nth from newer n) each
         where nth <= {BESIDE_MAX}"""
    values = {"leads": list(some), "watched": State.WATCHED.value}
    return [
        (key, Beside(lead_id=row[0], series_id=row[1], medium_id=row[2], newest_known=row[3], taken_at=row[4]))
        for key, row in page_of(session, statement, values, ("lead_id", "medium_id"), behind, limit)
    ]


def known_of(session: Session, together: Mapping[UUID, Sequence[UUID]], found: Iterable[Ground]) -> set[tuple[UUID, UUID]]:
    """(series, medium) of those grounds whose content lies in the series, or in one that is one with it, already."""
    pairs = {(one.series_id, other, one.medium_id) for one in found for other in together[one.series_id]}
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct g.series, g.medium from unnest(%s::uuid[], %s::uuid[], %s::uuid[]) g (series, other, medium)
              join media o on o.id = g.medium join media z on z.name = o.name
              join series_media sm on sm.medium_id = z.id and sm.series_id = g.other""",
            [[pair[number] for pair in pairs] for number in range(3)],
        )
        return {(row[0], row[1]) for row in cursor}


def contents(session: Session, media: Iterable[UUID]) -> dict[UUID, bytes]:
    """The content (its name) of each of these media."""
    with session.cursor() as cursor:
        cursor.execute("select id, name from media where id = any(%s)", [list(media)])
        return {row[0]: bytes(row[1]) for row in cursor}
