"""Rounds of what is new, as one unit looks at them: laid out for the statements of rules, and how far the unit has come.

A look at a round may end before all of it was looked at. It then leaves a mark, in the transaction that keeps what it
found, and the next look goes on there: what a limit cuts off is looked at later, never left out.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import TupleRow

from clew.domain.handling import BLOCKED
from clew.domain.series import SOLVED, UNSOLVED
from clew.records.session import Session
from clew.records.verdicts import REFUSED

SERIES_MAX = 100_000
"""So many series that the unit waits for are laid out together; the next come once all rules have looked at these."""
PAIRS_MAX = 20_000
"""So many rows one statement gives; the next statement goes on behind them."""
MATCHES_MAX = 200_000
"""So many matches of media of the round are laid out together."""

Key = tuple[object, ...]
"""Where something stands in its order: words, numbers, bytes, identifiers. No part is null."""
Item = TypeVar("Item")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a look at a round has come: behind which series, at which stage, behind what is looked up there (`behind`,
    up to `upto` where that is begun), and behind which of what was found by that (`found`).
    """

    series: Key = ()
    series_upto: Key = ()
    stage: str = ""
    behind: Key = ()
    upto: Key = ()
    found: Key = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Generic[Item]):
    """Some of what a rule looks up, up to a key; `is_last`: nothing lies behind it."""

    items: Sequence[Item]
    upto: Key
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Generic[Item, Row]):
    """A rule's way through a round: what it looks up, some at a time, and what is found by that, some at a time.

    `slice`: behind a key and, where one is given, up to another. `page`: at most so many rows behind a key, each with
    its own.
    """

    name: str
    slice: Callable[[Session, Key, Key], Slice[Item]]
    page: Callable[[Session, Sequence[Item], Key, int], list[tuple[Key, Row]]]


def mark(session: Session, round_id: UUID) -> Mark:
    """How far the unit has come in the round."""
    with session.cursor() as cursor:
        cursor.execute("select clew_lead_mark(%s)", [round_id])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return Mark()
    kept = json.loads(row[0])
    return Mark(**{name: value if name == "stage" else tuple(map(_read, value)) for name, value in kept.items()})


def keep_mark(session: Session, round_id: UUID, at: Mark) -> None:
    """The unit has come so far in the round: the next look goes on there."""
    kept = {
        name: value if name == "stage" else [_written(each) for each in value]
        for name in Mark.__dataclass_fields__ if (value := getattr(at, name))
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute("select clew_keep_lead_mark(%s, %s)", [round_id, json.dumps(kept)])


def _written(value: object) -> object:
    if isinstance(value, UUID):
        return {"id": value.hex}
    return {"bytes": value.hex()} if isinstance(value, bytes) else value


def _read(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return UUID(value["id"]) if "id" in value else bytes.fromhex(value["bytes"])


def begin(session: Session) -> None:
    """Have the tables empty in which media and series are laid out for the statements of rules."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            create temporary table if not exists lead_candidates (
                id uuid primary key, name bytea, owner_member text, owner_unit text, camera_serial bytea, camera_make bytea,
                document_id bytea, latitude float8, longitude float8, precision_m real) on commit delete rows"""
        )
        cursor.execute(
            "create temporary table if not exists lead_series (id uuid primary key, is_solved boolean) on commit delete rows"
        )
        cursor.execute("truncate pg_temp.lead_candidates, pg_temp.lead_series")


def lay_out(session: Session, round_id: UUID) -> int:
    """Begin: what of the round the unit may see, for the statements of rules, until the transaction ends; how many media."""
    begin(session)
    with session.cursor() as cursor:
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
        return count


def lay_out_series(session: Session, behind: Key, upto: Key) -> Slice[UUID]:
    """Some of the series that the unit waits for, open or solved: its own, and those that it has media in.

    The second are found from one to the next in the index: a unit may have a hundred thousand media in one.
    """
    with session.cursor() as cursor:
        cursor.execute("truncate pg_temp.lead_series")
        after = "and {0} > %(behind)s" if behind else ""
        until = f"where id <= %(upto)s order by id limit {SERIES_MAX}" if upto else f"order by id limit {SERIES_MAX}"
        cursor.execute(
            f"""
            with recursive placed (id) as (
                (select m.series_id from series_media m
                  where m.owner_member = %(member)s and m.owner_unit = %(unit)s {after.format("m.series_id")}
                  order by m.series_id limit 1)
                union all
                select (select m.series_id from series_media m
                         where m.owner_member = %(member)s and m.owner_unit = %(unit)s and m.series_id > p.id
                         order by m.series_id limit 1)
                  from placed p where p.id is not null),
            own (id) as (
                select s.id from series s where s.owner_member = %(member)s and s.owner_unit = %(unit)s {after.format("s.id")}
                 order by s.id limit {SERIES_MAX}),
            here as materialized (
                select id from (
                    (select id from placed where id is not null limit {SERIES_MAX}) union select id from own) every {until}),
            kept as (
                insert into pg_temp.lead_series
                select s.id, s.state = any(%(solved)s) from here w join series s on s.id = w.id
                 where s.state = any(%(all)s) and '{BLOCKED}' <> all (s.excluded)
                returning id)
            select count(*), (select id from here order by id desc limit 1), array(select id from kept) from here""",
            {
                **unit(session), "solved": sorted(SOLVED), "all": sorted(SOLVED | UNSOLVED),
                "behind": behind[0] if behind else None, "upto": upto[0] if upto else None,
            },
        )  # fmt: skip
        count, last, kept = cursor.fetchone()
        cursor.execute("analyze pg_temp.lead_series")
    return Slice(items=kept, upto=(last,) if last else upto, is_last=count < SERIES_MAX and not upto)


def lay_out_matches(session: Session, behind: Key, upto: Key) -> Slice[None]:
    """Some of what the media of the round are near to, whoever has it and may be seen, but for what the unit refused.

    All matches of a pair of media are laid out together.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            create temporary table if not exists lead_matches (
                c uuid, n uuid, kind smallint, distance smallint, radius smallint, matched int, compared int, ms int)
            on commit delete rows"""
        )
        cursor.execute("truncate pg_temp.lead_matches")
        at = "and (c.id, m.{there}) > (%(c)s, %(n)s)" if behind else ""
        until = "and (c.id, m.{there}) <= (%(to_c)s, %(to_n)s)" if upto else ""
        ways = " union all ".join(
            f"""
            select c.id, m.{there}, m.kind, m.distance_bits, m.radius_bits, coalesce(m.frames_matched, 0),
                   coalesce(m.frames_compared, 0), coalesce(m.{side}_to_ms - m.{side}_from_ms, 0)
              from pg_temp.lead_candidates c join matches m on m.{here} = c.id
             where true {at.format(there=there)} {until.format(there=there)}"""
            for side, here, there in (("a", "a_medium", "b_medium"), ("b", "b_medium", "a_medium"))
        )
        cursor.execute(
            f"""
            insert into pg_temp.lead_matches with {REFUSED}
            select * from ({ways}) near (c, n, kind, distance, radius, matched, compared, ms)
             where not exists (select from refused r where r.here = near.c and r.there = near.n)
             order by c, n fetch first {MATCHES_MAX} rows with ties""",
            {
                **unit(session), **dict(zip(("c", "n"), behind, strict=False)),
                **dict(zip(("to_c", "to_n"), upto, strict=False)),
            },
        )  # fmt: skip
        count = cursor.rowcount
        last: Key = upto
        if count:
            cursor.execute("analyze pg_temp.lead_matches")
            cursor.execute("select c, n from pg_temp.lead_matches order by c desc, n desc limit 1")
            last = cursor.fetchone()
    return Slice(items=(None,) * min(count, 1), upto=tuple(last), is_last=count < MATCHES_MAX and not upto)


def page_of(
    session: Session, statement: str, values: Mapping[str, object], keys: Sequence[str], behind: Key, limit: int
) -> list[tuple[Key, TupleRow]]:
    """At most so many rows of a statement in the order of some of its columns, behind a key; each with its own.

    The columns tell every row from every other, and none of them is null.
    """
    named = ", ".join(keys)
    after = f"where ({named}) > ({', '.join(f'%(behind_{at})s' for at, _ in enumerate(keys))})" if behind else ""
    with session.cursor() as cursor:
        cursor.execute(
            f"select * from ({statement}) given {after} order by {named} limit {limit:d}",
            {**unit(session), **values, **{f"behind_{at}": each for at, each in enumerate(behind)}},
        )
        at = _columns(cursor, keys)
        return [(tuple(_plain(row[number]) for number in at), row) for row in cursor.fetchall()]


def pages_of(
    session: Session, statements: Iterable[tuple[str, Sequence[str]]], values: Mapping[str, object], behind: Key, limit: int
) -> list[tuple[Key, tuple[int, TupleRow]]]:
    """The same of several statements, one after the other; each row with the number of its statement."""
    found: list[tuple[Key, tuple[int, TupleRow]]] = []
    for number, (statement, keys) in enumerate(statements):
        if (behind and number < behind[0]) or len(found) == limit:
            continue
        within = behind[1:] if behind and behind[0] == number else ()
        rows = page_of(session, statement, values, keys, within, limit - len(found))
        found += [((number, *key), (number, row)) for key, row in rows]
    return found


def unit(session: Session) -> dict[str, object]:
    """Whose calendar acts, for statements."""
    return {"member": session.actor.member, "unit": session.actor.unit}


def _columns(cursor: Cursor[TupleRow], keys: Sequence[str]) -> list[int]:
    names = [column.name for column in cursor.description or ()]
    return [names.index(key) for key in keys]


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
