"""Grounds: pairs of an own medium and a series in which something like it lies, as the database finds them, for rules to judge.

Every statement runs under row security of whoever asks: what is hidden is never a ground. Facts lie sealed under
their owner's key, so equal words of two members are different bytes: what the own media say is sealed once more
under the key of each member whose series are seen, and looked up as that member has it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import BLOCKED
from clew.domain.proposal import BURST_SECONDS_MAX, PLACE_DEGREES, Place
from clew.domain.series import SeriesState
from clew.keys.texts import Texts
from clew.records import sealed
from clew.records.intakes import PATH
from clew.records.session import Session
from clew.records.verdicts import REFUSED

PAIRS_MAX = 20_000
"""How many pairs one rule looks at."""
WORDS_MAX = 2_000
"""How many different serial numbers, documents or models are sealed once more for each member."""
PATHS_MAX = 50_000
MEMBERS_MAX = 300

Pair = tuple[UUID, UUID]
"""An own medium, and a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The own unit's media that are looked at: those of a case, or of one exhibit of it."""

    case_id: UUID
    exhibit_id: UUID | None


def lay_out(session: Session, scope: Scope) -> int:
    """Begin: the media of the scope, for the statements below, until the transaction ends; how many."""
    return _lay_out(
        session,
        """m.id in (select o.medium_id from occurrences o
                     where o.case_id = %(case)s and (%(exhibit)s::uuid is null or o.exhibit_id = %(exhibit)s))
           and m.owner_member = %(member)s and m.owner_unit = %(unit)s and %(blocked)s <> all (m.excluded)""",
        {
            "case": scope.case_id, "exhibit": scope.exhibit_id, "blocked": BLOCKED,
            "member": session.actor.member, "unit": session.actor.unit,
        },
    )  # fmt: skip


def lay_out_some(session: Session, media: Sequence[UUID]) -> int:
    """The same with these own media."""
    return _lay_out(session, "m.id = any(%(media)s)", {"media": list(media)})


def _lay_out(session: Session, condition: str, values: dict[str, object]) -> int:
    with session.cursor() as cursor:
        cursor.execute(
            "create temporary table if not exists candidates (id uuid primary key, name bytea) on commit delete rows"
        )
        cursor.execute("truncate pg_temp.candidates")
        cursor.execute(f"insert into pg_temp.candidates select m.id, m.name from media m where {condition}", values)
        count = cursor.rowcount
        cursor.execute("analyze pg_temp.candidates")
        return count


def names(session: Session) -> dict[UUID, bytes]:
    """The content of each medium that is looked at."""
    with session.cursor() as cursor:
        cursor.execute("select id, name from pg_temp.candidates")
        return {row[0]: bytes(row[1]) for row in cursor}


def places_of(session: Session, media: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """For each of the media: the series that it is in already, as far as the actor sees and their owners say so."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select sm.medium_id, s.id from series_media sm join series s on s.id = sm.series_id
             where sm.medium_id = any(%s) and s.state <> %s""",
            [list(media), SeriesState.WITHDRAWN.value],
        )
        found: dict[UUID, set[UUID]] = {}
        for medium_id, series_id in cursor:
            found.setdefault(medium_id, set()).add(series_id)
    return found


def equal_bytes(session: Session) -> list[Pair]:
    """Own media of which another record of the same bytes is in a series."""
    return _pairs(session, "select c.id, n.id from pg_temp.candidates c join media n on n.name = c.name and n.size_bytes <> 0")


def matched(session: Session, kind: int) -> list[tuple[UUID, UUID, int, int, int, int, int]]:
    """(medium, series, bits, radius, frames matched, compared, milliseconds) of matches of a kind, each way round.

    What the own unit says is not the same is no ground.
    """
    one_way = """
        select c.id as medium, m.{there} as n, m.distance_bits, m.radius_bits, m.frames_matched, m.frames_compared,
               m.a_to_ms - m.a_from_ms as ms
          from pg_temp.candidates c join matches m on m.{here} = c.id and m.kind = %(kind)s"""
    ways = f"{one_way.format(here='a_medium', there='b_medium')} union all {one_way.format(here='b_medium', there='a_medium')}"
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with {REFUSED}
            select p.medium, s.id, p.distance_bits, p.radius_bits, p.frames_matched, p.frames_compared, p.ms
              from ({ways}) p join series_media sm on sm.medium_id = p.n join series s on s.id = sm.series_id and {IS_SAID}
             where not exists (select from refused r where r.here = p.medium and r.there = p.n)
             limit {PAIRS_MAX}""",
            {"kind": kind, "member": session.actor.member, "unit": session.actor.unit},
        )
        return [tuple(row) for row in cursor]


def same_words(session: Session, column: str, *, with_make: bool) -> Iterator[tuple[UUID, UUID, str]]:
    """(medium, series, words) where a sealed fact of both says the same; `with_make`: of cameras of one make too.

    `column` is one of the sealed columns of media: the caller's own word.
    """
    said = _said(session, (column, "camera_make") if with_make else (column,))
    seals = _seals(session, column, said)
    make = "and n.camera_make is not distinct from w.make" if with_make else ""
    statement = f"""
        with w (member, own, theirs, own_make, make) as materialized (
            select * from unnest(%(member)s::text[], %(own)s::bytea[], %(theirs)s::bytea[], %(own_make)s::bytea[], %(make)s::bytea[]))
        select c.id, n.id, w.own from w join media o on o.{column} = w.own {'and o.camera_make is not distinct from w.own_make' if with_make else ''}
          join pg_temp.candidates c on c.id = o.id
          join media n on n.{column} = w.theirs and n.owner_member = w.member {make}"""
    texts = sealed.of_member(session.actor.member)
    for medium_id, series_id, own in _pairs_with(session, statement, seals):
        yield medium_id, series_id, texts.unseal(bytes(own), _column(column)).decode()


def close_in_time(session: Session) -> list[tuple[UUID, UUID, float]]:
    """(medium, series, seconds apart) where both were taken within moments, by cameras of one make and model."""
    said = _said(session, ("camera_model", "camera_make"))
    statement = f"""
        with w (member, own, theirs, own_make, make) as materialized (
            select * from unnest(%(member)s::text[], %(own)s::bytea[], %(theirs)s::bytea[], %(own_make)s::bytea[], %(make)s::bytea[]))
        select c.id, n.id, extract(epoch from n.taken_at - o.taken_at)::float8
          from pg_temp.candidates c join media o on o.id = c.id
          join w on w.own = o.camera_model and w.own_make is not distinct from o.camera_make
          join media n on n.taken_at between o.taken_at - interval '{BURST_SECONDS_MAX} seconds'
                                         and o.taken_at + interval '{BURST_SECONDS_MAX} seconds'
               and n.owner_member = w.member and n.camera_model = w.theirs and n.camera_make is not distinct from w.make"""
    return list(_pairs_with(session, statement, _seals(session, "camera_model", said)))


def close_in_space(session: Session) -> list[tuple[UUID, UUID, Place, Place]]:
    """(medium, series, where, where the other) where both were taken not far apart."""
    statement = f"""
        select c.id, n.id, o.latitude, o.longitude, o.gps_precision_m, n.latitude, n.longitude, n.gps_precision_m
          from pg_temp.candidates c join media o on o.id = c.id
          join media n on n.latitude between o.latitude - {PLACE_DEGREES} and o.latitude + {PLACE_DEGREES}
               and abs(n.longitude - o.longitude) * cos(radians(o.latitude)) <= {PLACE_DEGREES}"""
    return [
        (row[0], row[1], Place(latitude=row[2], longitude=row[3], precision_m=row[4]),
         Place(latitude=row[5], longitude=row[6], precision_m=row[7]))
        for row in _pairs_with(session, statement, {})
    ]  # fmt: skip


def contributors(session: Session, some: str) -> list[str]:
    """Members who have media in some series that the actor sees, from one to the next in the index.

    `some` names the series as `s`, in the caller's own words: "series s where …".
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with recursive found (id, member) as (
                select s.id, '' from {some}
                union
                select f.id, (select m.owner_member from series_media m
                               where m.series_id = f.id and m.owner_member > f.member order by m.owner_member limit 1)
                  from found f where f.member is not null)
            select distinct member from found where member <> '' order by 1 limit {MEMBERS_MAX}"""
        )
        return [row[0] for row in cursor]


def paths(session: Session) -> Iterator[tuple[UUID, bytes]]:
    """(medium, path) of files of the media that are looked at."""
    yield from _paths(session, "select o.medium_id, o.case_id, o.path from pg_temp.candidates c join occurrences o on o.medium_id = c.id")


def paths_in_series(session: Session) -> Iterator[tuple[UUID, bytes]]:
    """(series, path) of files of the own unit's media that are in series."""
    yield from _paths(
        session,
        f"""select s.id, o.case_id, o.path from series_media sm
              join series s on s.id = sm.series_id and {IS_SAID}
              join occurrences o on o.medium_id = sm.medium_id
             where sm.owner_member = %(member)s and sm.owner_unit = %(unit)s""",
    )


IS_SAID = f"s.state <> '{SeriesState.WITHDRAWN}' and '{BLOCKED}' <> all (s.excluded)"


def _pairs(session: Session, statement: str) -> list[Pair]:
    return [(row[0], row[1]) for row in _pairs_with(session, statement, {})]


def _pairs_with(session: Session, statement: str, values: dict[str, object]) -> Iterator[tuple]:
    """The statement gives (own medium, other medium, …): the other's series stands in its place."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select p.*, s.id from ({statement}) p (medium, n) join series_media sm on sm.medium_id = p.n
              join series s on s.id = sm.series_id and {IS_SAID} where p.medium <> p.n limit {PAIRS_MAX}""",
            values,
        )
        for row in cursor.fetchall():
            yield (row[0], row[-1], *row[2:-1])


def _said(session: Session, columns: tuple[str, ...]) -> list[tuple]:
    """The different words, sealed, that the media which are looked at say."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select distinct {', '.join(f'm.{column}' for column in columns)} from pg_temp.candidates c
              join media m on m.id = c.id where m.{columns[0]} is not null limit {WORDS_MAX}"""
        )
        return cursor.fetchall()


def _seals(session: Session, column: str, said: Iterable[tuple]) -> dict[str, object]:
    """The same words as each member has them whose series the actor sees."""
    own = sealed.of_member(session.actor.member)
    rows: list[tuple[str, bytes, bytes, bytes | None, bytes | None]] = []
    for member in {session.actor.member, *contributors(session, f"series s where {IS_SAID}")}:
        theirs = sealed.of_member(member)
        for words, *makes in said:
            make = bytes(makes[0]) if makes and makes[0] is not None else None
            rows.append((
                member, bytes(words), _again(own, theirs, column, bytes(words)), make,
                None if make is None else _again(own, theirs, "camera_make", make),
            ))  # fmt: skip
    keys = ("member", "own", "theirs", "own_make", "make")
    return {key: [row[number] for row in rows] for number, key in enumerate(keys)}


def _again(own: Texts, theirs: Texts, column: str, words: bytes) -> bytes:
    return theirs.seal(own.unseal(words, _column(column)), _column(column))


def _column(column: str) -> bytes:
    return b"media." + column.encode()


def _paths(session: Session, statement: str) -> Iterator[tuple[UUID, bytes]]:
    values = {"member": session.actor.member, "unit": session.actor.unit}
    texts: dict[UUID, Texts] = {}
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select f.* from ({statement}) f (what, case_id, path) join cases k on k.id = f.case_id
             where k.owner_member = %(member)s and k.shredded_at is null limit {PATHS_MAX}""",
            values,
        )
        for what, case_id, path in cursor.fetchall():
            if case_id not in texts:
                texts[case_id] = sealed.of_case(session.actor.member, case_id)
            yield what, texts[case_id].unseal(bytes(path), PATH)
