"""The log over the audit: leaves, tiles and checkpoints, read and written as the sequencer's role."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql
from psycopg.rows import TupleRow

from clew.domain.act import Act
from clew.domain.errors import Unavailable
from clew.domain.merkle import EMPTY_ROOT
from clew.domain.tile import Place, TileAt, edge
from clew.records.outages import LOST
from clew.records.roles import Roles

Cursor = psycopg.Cursor[TupleRow]

LOCK = 7_225_041_902
"""The advisory lock that one sequencer at a time holds; any number that nothing else here uses."""
CHECKPOINTS_KEPT = 1_000
ACT_COLUMNS = (
    "a.id, a.at, a.officer, a.member, a.unit, a.act, a.subject, a.owner, a.shown, a.counts, a.purpose,"
    " a.case_reference, a.salt"
)
LEAST, GREATEST = UUID(int=0), UUID(int=(1 << 128) - 1)
NOT_WRITTEN = (*LOST, psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
"""What a database answers that is away, full, read only or otherwise not to be written now."""
NOT_NOW = "The audit cannot be reached now; the same call may succeed later."


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest checkpoint: size and root of the tree, the signed note, when it was made."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An act that waited for its leaf; `act` is None where somebody removed it meanwhile."""

    id: UUID
    act: Act | None


def signing_key() -> bytes:
    """The secret with which this node signs checkpoints, 32 bytes."""
    return cast("bytes", settings.CLEW_AUDIT_KEY)


@contextmanager
def opened() -> Iterator[Cursor]:
    """A transaction that may read acts and write the log, and nothing else.

    Raises:
        Unavailable: the database cannot be reached or cannot write.
    """
    connection = connections["owner"]
    try:
        with transaction.atomic(using="owner"):
            connection.ensure_connection()
            cursor = psycopg.Cursor(connection.connection)
            role = Roles.of(connection.settings_dict["NAME"]).sequencer
            cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
            yield cursor
    except NOT_WRITTEN as lost:
        connection.close()
        raise Unavailable(NOT_NOW) from lost


def hold(cursor: Cursor, *, wait_ms: int) -> bool:
    """Be the only sequencer until the transaction ends; False where another one still is after `wait_ms`."""
    if not wait_ms:
        return _truth(cursor, "select pg_try_advisory_xact_lock(%s)", LOCK)
    cursor.execute("select set_config('lock_timeout', %s, true)", [f"{wait_ms}ms"])
    try:
        with cursor.connection.transaction():
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    except psycopg.errors.LockNotAvailable:
        return False
    cursor.execute("select set_config('lock_timeout', '0', true)")
    return True


def head(cursor: Cursor) -> Head:
    """The newest checkpoint; an empty tree where there is none."""
    cursor.execute("select size, root, note, at from checkpoints order by size desc limit 1")
    found = cursor.fetchone()
    return Head() if found is None else Head(size=found[0], root=bytes(found[1]), note=found[2], at=found[3])


def take(cursor: Cursor, limit: int) -> list[Taken]:
    """Acts that are committed and have no leaf, at most `limit`; they no longer wait.

    Never "behind the last one": transactions commit in another order than their acts were numbered.
    """
    cursor.execute(
        f"""
        with taken as (
            delete from waiting_acts
             where act_id in (select act_id from waiting_acts order by act_id limit %s) returning act_id)
        select taken.act_id, {ACT_COLUMNS}
          from taken left join acts a on a.id = taken.act_id order by taken.act_id""",
        [limit],
    )
    return [Taken(id=row[0], act=None if row[1] is None else act_of(row[1:])) for row in cursor.fetchall()]


def act_of(row: Sequence[object]) -> Act:
    """The act of a row of `ACT_COLUMNS`; JSON comes as text where Django set the connection up."""
    act_id, at, officer, member, unit, act, subject, owner, shown, counts, purpose, case_reference, salt = row
    return Act(
        id=act_id, at=at, officer=officer, member=member, unit=unit, act=act, subject=subject, owner=owner,
        shown=tuple(shown), counts=json.loads(counts) if isinstance(counts, str) else counts, purpose=purpose,
        case_reference=case_reference, salt=bytes(salt),
    )  # fmt: skip


def edge_tiles(cursor: Cursor, size: int) -> dict[Place, bytes]:
    """The tiles at the right edge of the tree that are begun and not full."""
    places = edge(size)
    cursor.execute(
        """
        select t.level, t.index, t.hashes from tiles t
          join unnest(%s::smallint[], %s::bigint[]) as wanted (level, index) using (level, index)""",
        [[level for level, _ in places], [index for _, index in places]],
    )
    return {(level, index): bytes(hashes) for level, index, hashes in cursor.fetchall()}


def add(cursor: Cursor, first: int, acts: Sequence[UUID], tiles: Mapping[Place, bytes], made: Head) -> None:
    """Write leaves of `acts` from number `first` on, the tiles that changed, and the checkpoint over all."""
    with cursor.copy("copy leaves (number, act_id) from stdin") as copy:
        for number, act_id in enumerate(acts, start=first):
            copy.write_row((number, act_id))
    cursor.execute(
        """
        insert into tiles (level, index, hashes) select * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])
        on conflict (level, index) do update set hashes = excluded.hashes""",
        [[level for level, _ in tiles], [index for _, index in tiles], list(tiles.values())],
    )
    cursor.execute("insert into checkpoints (size, root, note) values (%s, %s, %s)", [made.size, made.root, made.note])
    cursor.execute(
        """
        delete from checkpoints c
         where c.size < (select size from checkpoints order by size desc offset %s limit 1)
           and not exists (select from cosignatures w where w.size = c.size)""",
        [CHECKPOINTS_KEPT - 1],
    )


def number_of(cursor: Cursor, act_id: UUID) -> int | None:
    """The number of the act's leaf; None where it still waits, or there is no such act."""
    cursor.execute("select number from leaves where act_id = %s", [act_id])
    found = cursor.fetchone()
    return None if found is None else int(found[0])


def waiting(cursor: Cursor) -> tuple[int, float]:
    """How many acts wait for a leaf, at most 100,001, and for how many seconds the oldest has waited."""
    cursor.execute("select count(*) from (select from waiting_acts limit 100001) few")
    count = cursor.fetchone()[0]
    cursor.execute(
        """
        select extract(epoch from clock_timestamp() - a.at)
          from waiting_acts w join acts a on a.id = w.act_id order by w.act_id limit 1"""
    )
    oldest = cursor.fetchone()
    return count, max(0.0, float(oldest[0])) if oldest else 0.0


def freeze(cursor: Cursor) -> None:
    """What is read from now on is of one moment. Before the first statement that reads."""
    cursor.execute("set transaction isolation level repeatable read")


def between(cursor: Cursor, first: int, last: int) -> Iterator[tuple[int, Taken]]:
    """Leaves from number `first` to before `last` with their acts, by number."""
    cursor.execute(
        f"""
        select l.number, l.act_id, {ACT_COLUMNS}
          from leaves l left join acts a on a.id = l.act_id
         where l.number >= %s and l.number < %s order by l.number""",
        [first, last],
    )
    for row in cursor.fetchall():
        yield row[0], Taken(id=row[1], act=None if row[2] is None else act_of(row[2:]))


def without_leaf(cursor: Cursor, first: int, last: int, limit: int) -> list[UUID]:
    """Acts that have neither a leaf nor wait for one, at most `limit`, of those that came about leaves `first` to `last`.

    The order of leaves is not that of identifiers: all are looked at between the least and the greatest of these leaves
    and of one beside them, so that none falls between two parts. Before leaf 0 and behind the last there is no bound.
    """
    least, greatest = _bounds(cursor, first, last)
    cursor.execute(
        """
        select a.id from acts a
         where a.id >= %s and a.id <= %s
           and not exists (select from leaves l where l.act_id = a.id)
           and not exists (select from waiting_acts w where w.act_id = a.id)
         order by a.id limit %s""",
        [least, greatest, limit],
    )
    return [row[0] for row in cursor.fetchall()]


def _bounds(cursor: Cursor, first: int, last: int) -> tuple[UUID, UUID]:
    """The least and the greatest identifier about leaves `first` to `last`; asked apart, so that an index finds them."""
    cursor.execute(
        """
        select act_id, number from leaves where number between %s - 1 and %s order by act_id""",
        [first, last],
    )
    near = cursor.fetchall()
    goes_on = any(number == last for _, number in near)
    least = near[0][0] if near and first else LEAST
    return least, near[-1][0] if goes_on else GREATEST


def time_of(cursor: Cursor, number: int) -> datetime | None:
    """When the event of that number was done; None where there is none."""
    cursor.execute("select a.at from leaves l join acts a on a.id = l.act_id where l.number = %s", [number])
    found = cursor.fetchone()
    return None if found is None else found[0]


def numbers_of(cursor: Cursor, act_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The numbers of the acts' leaves; those that wait have none."""
    cursor.execute("select act_id, number from leaves where act_id = any (%s)", [list(act_ids)])
    return dict(cursor.fetchall())


def tile_at(cursor: Cursor, *, tiles_max: int = 256) -> TileAt:
    """Tiles as they are read; so many are held."""
    held: dict[Place, bytes] = {}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in held:
            if len(held) >= tiles_max:
                held.pop(next(iter(held)))
            cursor.execute("select hashes from tiles where level = %s and index = %s", [level, index])
            found = cursor.fetchone()
            held[level, index] = b"" if found is None else bytes(found[0])
        return held[level, index]

    return read


def _truth(cursor: Cursor, query: str, *values: object) -> bool:
    cursor.execute(query, list(values))
    return cursor.fetchone() == (True,)
