"""Grounds for leads: what a series that the actor's unit waits for shares with material outside of it, for rules to judge.

Every statement runs under row security of the unit's calendar, so what the unit may not see is never a ground. Either
side may be what is new: a medium that comes, or one that is put into a series, marked anew or opened to the unit. What
is equal is looked up by its value, never pair by pair: thousands of pictures of one camera are one value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import TupleRow

from clew.domain.handling import BLOCKED
from clew.domain.lead import State
from clew.domain.link import EndKind, LinkState, LinkType
from clew.domain.proposal import PLACE_PRECISION_METRES_MAX, Place
from clew.domain.series import SOLVED, UNSOLVED
from clew.records import grounds, sealed
from clew.records.matches import MatchKind
from clew.records.session import Session
from clew.records.verdicts import REFUSED

SERIES_MAX = 100_000
"""How many series one unit waits for at most: what is left out is looked at by nobody."""
PAIRS_MAX = 20_000
"""How many rows one statement gives."""
MATCHES_MAX = 200_000
"""How many matches of the media of one round are looked at."""
ALIKE_MAX = 200
"""So many media are given that would speak for one and the same lead: what is crowded leaves room for all else."""
WORDS_AT_ONCE = 2_000
"""How many different serial numbers or documents are looked up together."""
PLACES_MAX = 5_000
"""How many places of its series one unit looks around."""
NEWEST_MAX = 200
"""So many of the newest media of an exhibit are looked at: one that is newer than a series is enough."""
WORDS_PER_STATEMENT = 20_000
BAND_DEGREES = 2 * PLACE_PRECISION_METRES_MAX / 111_000
"""Further apart in latitude two places have nothing in common, whatever their precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A series that the unit waits for, and a medium outside of it. `said`: what they share, as a rule measures it."""

    series_id: UUID
    medium_id: UUID
    owner: tuple[str, str]
    said: tuple[object, ...]


def lay_out(session: Session, round_id: UUID) -> int:
    """Begin: what of the round the unit may see, for the statements below, until the transaction ends; how many media."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            create temporary table if not exists lead_candidates (
                id uuid primary key, name bytea, owner_member text, owner_unit text, camera_serial bytea, camera_make bytea,
                document_id bytea, latitude float8, longitude float8, precision_m real) on commit delete rows"""
        )
        cursor.execute("truncate pg_temp.lead_candidates")
        cursor.execute(
            """
            insert into pg_temp.lead_candidates
            select m.id, m.name, m.owner_member, m.owner_unit, m.camera_serial, m.camera_make, m.document_id, m.latitude,
                   m.longitude, m.precision_m
              from clew_lead_media_of(%s) m where %s <> all (m.excluded)""",
            [round_id, BLOCKED],
        )
        count = cursor.rowcount
        if count:
            cursor.execute("analyze pg_temp.lead_candidates")
            _lay_out_series(session, cursor)
            _lay_out_matches(session, cursor)
        return count


def _lay_out_series(session: Session, cursor: Cursor[TupleRow]) -> None:
    """The series that the unit waits for, open or solved: its own, and those that it has media in.

    The second are found from one to the next in the index: a unit may have a hundred thousand media in one.
    """
    cursor.execute(
        "create temporary table if not exists lead_series (id uuid primary key, is_solved boolean) on commit delete rows"
    )
    cursor.execute("truncate pg_temp.lead_series")
    cursor.execute(
        f"""
        with recursive placed (id) as (
            (select series_id from series_media where owner_member = %(member)s and owner_unit = %(unit)s
              order by series_id limit 1)
            union all
            select (select m.series_id from series_media m
                     where m.owner_member = %(member)s and m.owner_unit = %(unit)s and m.series_id > p.id
                     order by m.series_id limit 1)
              from placed p where p.id is not null),
        waits (id) as (
            select id from placed where id is not null
            union select id from series where owner_member = %(member)s and owner_unit = %(unit)s)
        insert into pg_temp.lead_series
        select s.id, s.state = any(%(solved)s) from waits w join series s on s.id = w.id
         where s.state = any(%(all)s) and '{BLOCKED}' <> all (s.excluded) limit {SERIES_MAX}""",
        {**_unit(session), "solved": sorted(SOLVED), "all": sorted(SOLVED | UNSOLVED)},
    )
    cursor.execute("analyze pg_temp.lead_series")


def _lay_out_matches(session: Session, cursor: Cursor[TupleRow]) -> None:
    """What the media of the round are near to, whoever has it and may be seen, but for what the unit refused; runs first."""
    cursor.execute(
        """
        create temporary table if not exists lead_matches (
            c uuid, n uuid, kind smallint, matched int, compared int, ms int) on commit delete rows"""
    )
    cursor.execute("truncate pg_temp.lead_matches")
    ways = " union all ".join(
        f"""
        select c.id, m.{there}, m.kind, m.frames_matched, m.frames_compared, m.{side}_to_ms - m.{side}_from_ms
          from pg_temp.lead_candidates c join matches m on m.{here} = c.id"""
        for side, here, there in (("a", "a_medium", "b_medium"), ("b", "b_medium", "a_medium"))
    )
    cursor.execute(
        f"""
        insert into pg_temp.lead_matches with {REFUSED} select * from ({ways}) near (c, n, kind, matched, compared, ms)
         where not exists (select from refused r where r.here = near.c and r.there = near.n)
         order by kind desc limit {MATCHES_MAX}""",
        _unit(session),
    )
    cursor.execute("analyze pg_temp.lead_matches")


def contributors(session: Session) -> list[str]:
    """Members who have media in the unsolved series that the unit waits for."""
    return grounds.contributors(session, "pg_temp.lead_series s where not s.is_solved")


def same_words(
    session: Session, column: str, seen_again: "SealedAgain", of_series: Sequence[str]
) -> Iterator[Ground]:
    """Grounds by a sealed fact that says the same, a serial number together with the camera's make; `said`: the words.

    `column` is one of the sealed columns of media: the caller's own word. `of_series`: members who have media in series
    that the unit waits for; only as they have them are words looked for in series.
    """
    after = ("", b"", b"")
    while words := _words(session, column, after):
        hits = _hits(session, column, words, seen_again, of_series)
        for number, found in _outside(session, column, words, hits, seen_again):
            said = (seen_again.plain(column, words[number]),)
            yield Ground(series_id=found[0], medium_id=found[1], owner=(found[2], found[3]), said=said)
        if len(words) < WORDS_AT_ONCE:
            return
        after = (words[-1].owner, words[-1].words, words[-1].make or b"")


def clips(session: Session) -> Iterator[Ground]:
    """Grounds by runs of frames or seconds; `said`: (matched, compared, milliseconds, name of the content in hex)."""
    statement = f"""
        with p as (select c, n, matched, compared, ms from pg_temp.lead_matches where kind = any(%(kinds)s)),
        sides as (select c as inside, n as outside, matched, compared, ms from p
                  union select n, c, matched, compared, ms from p)
        select s.id, o.id, o.owner_member, o.owner_unit, d.matched, d.compared, d.ms, encode(o.name, 'hex')
          from sides d join series_media sm on sm.medium_id = d.inside join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved
          join media o on o.id = d.outside
         order by d.matched desc limit {PAIRS_MAX}"""
    kinds = [int(MatchKind.VIDEO), int(MatchKind.SOUND)]
    yield from _grounds(session, statement, {"kinds": kinds})


def close_in_space(session: Session) -> Iterator[Ground]:
    """Grounds by where both were taken; `said`: (where, where the other).

    Places are told to the fourth decimal of a degree, eleven metres: a hand that holds a camera moves as far.
    """
    near = f"""
        n.latitude between c.latitude - {BAND_DEGREES} and c.latitude + {BAND_DEGREES}
        and abs(n.longitude - c.longitude) * cos(radians(c.latitude)) <= {BAND_DEGREES}"""
    spot = "round(n.latitude::numeric, 4)::float8, round(n.longitude::numeric, 4)::float8, n.gps_precision_m"
    new_outside = f"""
        with spots as materialized (
            select distinct latitude, longitude from pg_temp.lead_candidates where latitude is not null and longitude is not null),
        known as materialized (
            select distinct c.latitude as at_latitude, c.longitude as at_longitude, s.id, {spot}
              from spots c join media n on {near}
              join series_media sm on sm.medium_id = n.id
              join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved limit {PAIRS_MAX})
        select k.id, o.id, o.owner_member, o.owner_unit, o.latitude, o.longitude, o.precision_m, k.round, k.round_1, k.gps_precision_m
          from known k (at_latitude, at_longitude, id, round, round_1, gps_precision_m)
          join pg_temp.lead_candidates o on o.latitude = k.at_latitude and o.longitude = k.at_longitude
         limit {PAIRS_MAX}"""
    new_inside = f"""
        with known as materialized (
            select distinct s.id as series_id, c.latitude, c.longitude, c.precision_m from pg_temp.lead_candidates c
              join series_media sm on sm.medium_id = c.id join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved
             where c.latitude is not null and c.longitude is not null limit {PAIRS_MAX})
        select c.series_id, n.id, n.owner_member, n.owner_unit, {spot}, c.latitude, c.longitude, c.precision_m
          from known c join media n on {near} limit {PAIRS_MAX}"""
    places = _known_places(session)
    for statement in (new_outside, new_inside, *(_OF_PLACES if places else ())):
        for one in _grounds(session, statement, places):
            here, there = one.said[:3], one.said[3:]
            yield Ground(series_id=one.series_id, medium_id=one.medium_id, owner=one.owner, said=(_place(here), _place(there)))


_AT_PLACES = f"""
    select distinct k.series_id, round(n.latitude::numeric, 4)::float8, round(n.longitude::numeric, 4)::float8, n.precision_m
      from (select w.id as series_id, l.b_id as place_id from pg_temp.lead_series w
              join links l on l.a_id = w.id and l.type = {LinkType.TAKEN_AT:d} and l.state = {LinkState.ACCEPTED:d}
                   and l.owner_member = %(member)s and l.owner_unit = %(unit)s
             where not w.is_solved
             union
            select w.id, l.a_id from pg_temp.lead_series w
              join links l on l.b_id = w.id and l.type = {LinkType.APPEARS_IN:d} and l.a_kind = {EndKind.PLACE:d}
                   and l.state = {LinkState.ACCEPTED:d} and l.owner_member = %(member)s and l.owner_unit = %(unit)s
             where not w.is_solved) k
      join places p on p.id = k.place_id and p.owner_member = %(member)s and p.owner_unit = %(unit)s
      join place_points n on n.place_id = p.id and n.precision_m <= {PLACE_PRECISION_METRES_MAX} limit {PLACES_MAX}"""
_KNOWN = """
    with known (series_id, latitude, longitude, precision_m) as (
        select * from unnest(%(series)s::uuid[], %(latitude)s::float8[], %(longitude)s::float8[], %(precision)s::float8[]))"""
_NEAR_KNOWN = f"""
    {{n}}.latitude between k.latitude - {BAND_DEGREES} and k.latitude + {BAND_DEGREES}
    and abs({{n}}.longitude - k.longitude) * cos(radians(k.latitude)) <= {BAND_DEGREES}"""
_OF_PLACES = (
    f"""{_KNOWN}
    select k.series_id, o.id, o.owner_member, o.owner_unit, o.latitude, o.longitude, o.precision_m, k.latitude, k.longitude,
           k.precision_m
      from known k join pg_temp.lead_candidates o on {_NEAR_KNOWN.format(n="o")} limit {PAIRS_MAX}""",
    f"""{_KNOWN}
    select k.series_id, n.id, n.owner_member, n.owner_unit, round(n.latitude::numeric, 4)::float8,
           round(n.longitude::numeric, 4)::float8, n.gps_precision_m, k.latitude, k.longitude, k.precision_m
      from (select * from known g
             where exists (select from pg_temp.lead_candidates c join series_media sm on sm.medium_id = c.id
                            where sm.series_id = g.series_id)) k
     cross join lateral (select n.* from media n where {_NEAR_KNOWN.format(n="n")} offset 0) n limit {PAIRS_MAX}""",
)


def _known_places(session: Session) -> dict[str, object]:
    """Where the unit itself says that its series are: its own places by its own links, which nobody hides from it later."""
    with session.cursor() as cursor:
        cursor.execute(_AT_PLACES, _unit(session))
        rows = cursor.fetchall()
    keys = ("series", "latitude", "longitude", "precision")
    return {key: [row[at] for row in rows] for at, key in enumerate(keys)} if rows else {}


def reappearing(session: Session) -> Iterator[Ground]:
    """Contents of solved series that lie in exhibits which came after the series was solved; `said`: (the exhibit,)."""
    statement = f"""
        with p (c, n) as materialized (
            select c.id, n.id from pg_temp.lead_candidates c join media n on n.name = c.name
            union all select c, n from pg_temp.lead_matches),
        sides (inside, outside) as (select c, n from p union select n, c from p),
        solved as materialized (
            select k.id, k.outside, coalesce(
                       (select max(t.taken_at) from series_steps t where t.series_id = s.id and t.state = any(%(solved)s)),
                       s.entered_at) as solved_at
              from (select distinct w.id, d.outside from sides d join series_media sm on sm.medium_id = d.inside
                      join pg_temp.lead_series w on w.id = sm.series_id and w.is_solved limit {PAIRS_MAX}) k
              join series s on s.id = k.id)
        select distinct on (z.id, e.id, y.id) z.id, y.id, y.owner_member, y.owner_unit, e.id
          from solved z join media y on y.id = z.outside join occurrences o on o.medium_id = y.id
          join exhibits e on e.id = o.exhibit_id and e.entered_at > z.solved_at
         where '{BLOCKED}' <> all (y.excluded) limit {PAIRS_MAX}"""
    yield from _grounds(session, statement, {"solved": sorted(SOLVED)})


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


def newer_beside(session: Session) -> list[Beside]:
    """Of leads that watch an exhibit: the newest material in it that is newer than the series and not in it.

    What is watched anew looks at all of its exhibit, once; what was watched before at what the round brings.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with watched as materialized (
                select l.id, l.series_id, l.exhibit_id, l.raised_at = transaction_timestamp() as is_fresh,
                       (select max(m.taken_at) from series_media sm join media m on m.id = sm.medium_id
                         where sm.series_id = l.series_id) as newest
                  from leads l join pg_temp.lead_series s on s.id = l.series_id and s.is_solved
                 where l.member = %(member)s and l.unit = %(unit)s and l.state = %(watched)s),
            lying as materialized (
                select e.exhibit_id, m.id, m.name, m.taken_at
                  from (select distinct exhibit_id from watched where is_fresh) e
                 cross join lateral (
                       select x.id, x.name, x.taken_at from occurrences o join media x on x.id = o.medium_id
                        where o.exhibit_id = e.exhibit_id and x.taken_at is not null and '{BLOCKED}' <> all (x.excluded)
                        order by x.taken_at desc limit {NEWEST_MAX}) m
                 union
                select o.exhibit_id, x.id, x.name, x.taken_at
                  from pg_temp.lead_candidates c join media x on x.id = c.id and x.taken_at is not null
                  join occurrences o on o.medium_id = c.id
                 where o.exhibit_id in (select exhibit_id from watched where not is_fresh))
            select distinct w.id, w.series_id, y.id, w.newest, y.taken_at
              from watched w join lying y on y.exhibit_id = w.exhibit_id and y.taken_at > w.newest
             where not exists (select from media z join series_media sm on sm.medium_id = z.id
                                where z.name = y.name and sm.series_id = w.series_id)
             order by y.taken_at desc limit {PAIRS_MAX}""",
            {**_unit(session), "watched": State.WATCHED.value},
        )
        return [
            Beside(lead_id=row[0], series_id=row[1], medium_id=row[2], newest_known=row[3], taken_at=row[4])
            for row in cursor.fetchall()
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


class SealedAgain:
    """Sealed words of one member as each other member has them. Lives as long as a round: all units look at the same."""

    def __init__(self, members: Sequence[str]) -> None:
        self.members = tuple(members[:grounds.MEMBERS_MAX])
        self._plain: dict[tuple[str, str, bytes], bytes] = {}
        self._again: dict[tuple[str, str, bytes], bytes] = {}

    def plain(self, column: str, word: "Word") -> tuple[bytes, bytes]:
        """The words, and those of the make; empty where there is none."""
        make = b"" if word.make is None else self._words("camera_make", word.owner, word.make)
        return self._words(column, word.owner, word.words), make

    def again(self, column: str, word: "Word", member: str) -> tuple[bytes, bytes | None]:
        """The same two as `member` has them."""
        words, make = self.plain(column, word)
        return self._seal(column, member, words), None if word.make is None else self._seal("camera_make", member, make)

    def _words(self, column: str, owner: str, kept: bytes) -> bytes:
        key = (column, owner, kept)
        if key not in self._plain:
            self._plain[key] = sealed.of_member(owner).unseal(kept, _sealed_as(column))
        return self._plain[key]

    def _seal(self, column: str, member: str, words: bytes) -> bytes:
        key = (column, member, words)
        if key not in self._again:
            self._again[key] = sealed.of_member(member).seal(words, _sealed_as(column))
        return self._again[key]


def _sealed_as(column: str) -> bytes:
    """A column of media, or of another table that is named before it."""
    return column.encode() if "." in column else b"media." + column.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A sealed fact as its owner has it, with the camera's make where it is a serial number."""

    owner: str
    words: bytes
    make: bytes | None


def _words(session: Session, column: str, after: tuple[str, bytes, bytes]) -> list[Word]:
    """The next words of the round behind this owner, word and make."""
    make = "camera_make" if column == "camera_serial" else "null::bytea"
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select distinct owner_member, {column}, {make}, coalesce({make}, '\\x') from pg_temp.lead_candidates
             where {column} is not null and (owner_member, {column}, coalesce({make}, '\\x')) > (%s, %s, %s)
             order by 1, 2, 4 limit {WORDS_AT_ONCE}""",
            after,
        )
        return [
            Word(owner=row[0], words=bytes(row[1]), make=None if row[2] is None else bytes(row[2]))
            for row in cursor.fetchall()
        ]


def _hits(
    session: Session, column: str, words: Sequence[Word], again: SealedAgain, of_series: Sequence[str]
) -> list[tuple[int, UUID]]:
    """(number of a word, a series that the unit waits for in which it is said)."""
    statement = f"""
        select distinct w.number, s.id from w join media n on n.{column} = w.theirs and n.owner_member = w.member {_make(column)}
          join series_media sm on sm.medium_id = n.id join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved"""
    return [(row[0], row[1]) for row in _said(session, statement, _seals(column, words, range(len(words)), again, of_series))]


def _outside(
    session: Session, column: str, words: Sequence[Word], hits: Sequence[tuple[int, UUID]], again: SealedAgain
) -> Iterator[tuple[int, tuple]]:
    """(number of a word, (series, medium, owner, unit)): media that say the word and are not in the series.

    Those of the round; and of all media, as whoever has them, where it is the series that has something new.
    """
    if not hits:
        return
    values = {"hit_numbers": [number for number, _ in hits], "hit_series": [series_id for _, series_id in hits]}
    own_make = "and c.camera_make is not distinct from w.make" if column == "camera_serial" else ""
    say = f"""
        hits (number, series_id) as materialized (select * from unnest(%(hit_numbers)s::int[], %(hit_series)s::uuid[])),
        said as materialized (
            select h.number, h.series_id, c.id, c.owner_member, c.owner_unit, c.name,
                   exists (select from series_media x where x.series_id = h.series_id and x.medium_id = c.id) as is_inside
              from hits h join w on w.number = h.number
              join pg_temp.lead_candidates c on c.{column} = w.theirs and c.owner_member = w.member {own_make})"""
    either = f"""
        {_few("select * from said where not is_inside")}
        union all
        select distinct number, series_id, null::uuid, null, null from said where is_inside"""
    own = _seals(column, words, {number for number, _ in hits}, again, None)
    fresh: set[tuple[int, UUID]] = set()
    for row in _said(session, either, own, say, **values):
        if row[2] is None:
            fresh.add((row[0], row[1]))
        else:
            yield row[0], tuple(row[1:])
    if not fresh:
        return
    values = {"hit_numbers": [number for number, _ in fresh], "hit_series": [series_id for _, series_id in fresh]}
    of_all = f"""
        select h.number, h.series_id, n.id, n.owner_member, n.owner_unit, n.name
          from (select * from unnest(%(hit_numbers)s::int[], %(hit_series)s::uuid[])) h (number, series_id)
          join w on w.number = h.number
          join media n on n.{column} = w.theirs and n.owner_member = w.member {_make(column)}
         where not exists (select from series_media x where x.series_id = h.series_id and x.medium_id = n.id)"""
    everybodys = _seals(column, words, {number for number, _ in fresh}, again, again.members)
    for row in _said(session, _few(of_all), everybodys, **values):
        yield row[0], tuple(row[1:])


def _few(pairs: str) -> str:
    """Of pairs of a series and a medium (`number`, `series_id`, `id`, its owner, `name`), those whose content the series
    has not, and of what would speak for one lead so many as may be: what is crowded hides nothing else.
    """
    return f"""
        select number, series_id, id, owner_member, owner_unit
          from (select p.*, row_number() over (partition by number, series_id, owner_member, owner_unit) as nth
                  from ({pairs}) p
                 where not exists (select from media z join series_media sm on sm.medium_id = z.id
                                    where z.name = p.name and sm.series_id = p.series_id)) few
         where nth <= {ALIKE_MAX}"""


def _make(column: str) -> str:
    return "and n.camera_make is not distinct from w.make" if column == "camera_serial" else ""


Seals = tuple[int, str, bytes, bytes | None]
"""Number of a word; a member; the word and the make as that member has them."""


def _seals(
    column: str, words: Sequence[Word], numbers: Iterable[int], again: SealedAgain, members: Sequence[str] | None
) -> Iterator[Seals]:
    """The words of these numbers as each of the members has them; without members, as their own owner has."""
    for number in sorted(numbers):
        word = words[number]
        if members is None:
            yield number, word.owner, word.words, word.make
        else:
            for member in members:
                yield number, member, *again.again(column, word, member)


def _said(
    session: Session, statement: str, seals: Iterator[Seals], more: str = "", **values: object
) -> Iterator[tuple]:
    """Rows of the statement over `w`, the words, some at a time; `more`: what else it is over."""
    keys = ("number", "said_by", "theirs", "make")
    while some := list(islice(seals, WORDS_PER_STATEMENT)):
        with session.cursor() as cursor:
            cursor.execute(
                f"""
                with w (number, member, theirs, make) as materialized (
                    select * from unnest(%(number)s::int[], %(said_by)s::text[], %(theirs)s::bytea[], %(make)s::bytea[]))
                {f", {more}" if more else ""} {statement} limit {PAIRS_MAX}""",
                {**values, **{key: [row[at] for row in some] for at, key in enumerate(keys)}},
            )
            yield from cursor.fetchall()


def _grounds(session: Session, statement: str, values: Mapping[str, object]) -> list[Ground]:
    with session.cursor() as cursor:
        cursor.execute(statement, {**_unit(session), **values})
        return [
            Ground(series_id=row[0], medium_id=row[1], owner=(row[2], row[3]), said=tuple(row[4:]))
            for row in cursor.fetchall()
        ]


def _unit(session: Session) -> dict[str, object]:
    return {"member": session.actor.member, "unit": session.actor.unit}


def _place(said: Sequence[object]) -> Place:
    latitude, longitude, precision = said
    return Place(
        latitude=float(str(latitude)), longitude=float(str(longitude)),
        precision_m=None if precision is None else float(str(precision)),
    )  # fmt: skip
