"""Fingerprints: what media are compared by, numbered densely in the order of commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from clew.domain.fingerprint import BYTES, KINDS, Engine, Kind
from clew.domain.handling import Handling
from clew.records.session import Session, handling_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """All fingerprints of one kind of one medium.

    Shapes: `bits` is 32 bytes for each; `times_ms` int32 and `qualities` uint8 for each, little-endian.
    `is_matched` is False for those that are kept for exchange but never compared.
    """

    medium_id: UUID
    kind: Kind
    bits: bytes
    times_ms: bytes | None
    qualities: bytes
    is_matched: bool = True

    @property
    def count(self) -> int:
        return len(self.bits) // BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSet:
    """A set of fingerprints that holds a number which the index found. Blind: it tells no owner."""

    id: int
    kind: Kind
    first: int
    count: int
    times_ms: bytes | None


def add(session: Session, handling: Handling, fingerprints: Sequence[Fingerprints]) -> dict[Engine, int]:
    """Keep and number `fingerprints`. Gives for each engine the first number that this call took.

    From here to the end of the transaction no other may number fingerprints of the engine: so
    numbers are dense, and whoever sees a number sees every lower one (see `after`).
    """
    cover = tuple(handling_columns(handling).values())
    firsts: dict[Engine, int] = {}
    numbered: list[tuple[object, ...]] = []
    for engine in Engine:
        matched = [f for f in fingerprints if f.is_matched and KINDS[f.kind].engine is engine]
        first = firsts[engine] = take_numbers(session, engine, sum(f.count for f in matched))
        for found in matched:
            numbered.append((*_row(found), int(engine), first, found.count, *cover))
            first += found.count
    numbered += [(*_row(f), None, None, f.count, *cover) for f in fingerprints if not f.is_matched]
    if numbered:
        with session.copy_into("fingerprints", _COLUMNS) as copy:
            for row in numbered:
                copy.write_row(row)
    return firsts


def replace(session: Session, handling: Handling, fingerprints: Sequence[Fingerprints]) -> dict[Engine, int]:
    """Keep `fingerprints` in the place of those of the same kinds of the same media.

    They get new numbers, as `add` gives them: whoever searches at the same moment finds the old ones or these.
    """
    with session.cursor() as cursor:
        cursor.execute(
            # Looked up one by one (`offset 0`): joined, the whole table is read for every chunk of an intake.
            """delete from fingerprints where id = any (array(
                   select f.id from unnest(%s::uuid[], %s::smallint[]) as given(medium, kind) cross join lateral (
                          select id from fingerprints where medium_id = given.medium and kind = given.kind offset 0) f))""",
            [[one.medium_id for one in fingerprints], [int(one.kind) for one in fingerprints]],
        )
    return add(session, handling, fingerprints)


def older(prefix: str = "") -> str:
    """The condition that fingerprints are of an older version than this release makes.

    Numbers stand in it as they are, so that the index of older ones answers; its condition is the same.
    """
    kinds = (f"{prefix}kind = {kind:d} and {prefix}version < {facts.version:d}" for kind, facts in KINDS.items())
    return f"({' or '.join(f'({each})' for each in kinds)})"


def older_media(session: Session, after: UUID, limit: int) -> list[UUID]:
    """Media of the own unit behind `after` that have such fingerprints, in their order, whether or not they can be read."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select distinct medium_id from fingerprints
             where owner_member = %s and owner_unit = %s and medium_id > %s and {older()}
             order by medium_id limit %s""",
            [session.actor.member, session.actor.unit, after, limit],
        )
        return [row[0] for row in cursor]


def older_kinds(session: Session, media: Sequence[UUID]) -> dict[UUID, frozenset[Kind]]:
    """Of which kinds those of `media` have such fingerprints that have any."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select medium_id, array_agg(kind) from fingerprints where medium_id = any(%s) and {older()} group by medium_id",
            [list(media)],
        )
        return {row[0]: frozenset(map(Kind, row[1])) for row in cursor}


def note_tried(session: Session, media: Sequence[UUID]) -> int:
    """What is still older of these own media could not be made anew, and waits no more; of how many sets."""
    version = " ".join(f"when {kind:d} then {facts.version:d}" for kind, facts in KINDS.items())
    with session.cursor() as cursor:
        cursor.execute(
            f"update fingerprints set version = case kind {version} end where medium_id = any(%s) and {older()}",
            [list(media)],
        )
        return cursor.rowcount


def note_renewed(session: Session) -> None:
    """Fingerprints were made anew now. The caller holds the counters."""
    with session.cursor() as cursor:
        cursor.execute("update fingerprint_counters set renewed_at = clock_timestamp()")


def renewed_at() -> datetime | None:
    """When fingerprints, of whomever, were last made anew; None where they never were."""
    with connection.cursor() as cursor:
        cursor.execute("select max(renewed_at) from fingerprint_counters")
        row = cursor.fetchone()
    return row[0] if row else None


def stills_of(session: Session, media: Sequence[UUID]) -> list[tuple[UUID, Kind, bytes, bytes]]:
    """(medium, kind, bits, qualities) of what is compared of the pictures among `media`."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select medium_id, kind, bits, qualities from fingerprints
            where medium_id = any(%s) and kind = any(%s) and first is not null order by medium_id, kind""",
            [list(media), [int(Kind.PDQ), int(Kind.PDQ_CENTRED)]],
        )
        return [(row[0], Kind(row[1]), bytes(row[2]), bytes(row[3])) for row in cursor]


def take_numbers(session: Session, engine: Engine, count: int) -> int:
    """The first of `count` numbers that are the caller's; holds the engine's counter to the end of the transaction."""
    with session.cursor() as cursor:
        cursor.execute(
            "update fingerprint_counters set next = next + %s where engine = %s returning next - %s", [count, engine, count]
        )
        return int(cursor.fetchone()[0])


def after(engine: Engine, number: int, limit: int) -> list[tuple[int, bytes]]:
    """(first number, bits) of sets numbered after `number`, about `limit` of them, in order. Blind."""
    with connection.cursor() as cursor:
        cursor.execute("select first, bits from clew_fingerprints_after(%s::smallint, %s, %s)", [engine, number, limit])
        return [(row[0], bytes(row[1])) for row in cursor]


def between(engine: Engine, number: int, last: int) -> int:
    """How many fingerprints the engine has above `number`, up to `last`. Blind."""
    with connection.cursor() as cursor:
        cursor.execute("select clew_fingerprints_between(%s::smallint, %s, %s)", [engine, number, last])
        return int(cursor.fetchone()[0])


def sets(session: Session, engine: Engine, numbers: Sequence[int], *, is_placed: bool = False) -> list[FoundSet]:
    """The sets that hold `numbers`, each once, in the order of their first number. Blind.

    With `is_placed` only those of media that lie in some case, whoever's.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """select fingerprint_id, kind, first, count, times_ms
               from clew_fingerprint_sets(%s::smallint, %s::bigint[], %s) order by first""",
            [engine, list(numbers), is_placed],
        )
        return [
            FoundSet(id=row[0], kind=Kind(row[1]), first=row[2], count=row[3], times_ms=row[4] and bytes(row[4]))
            for row in cursor
        ]


_COLUMNS = (
    "medium_id, kind, bits, times_ms, qualities, version, engine, first, count, owner_member, owner_unit, audience, members, excluded"
)


def _row(found: Fingerprints) -> tuple[object, ...]:
    """With the version of this release: what is kept was read by it, or came on a list and is never made anew."""
    return (
        found.medium_id, int(found.kind), found.bits, found.times_ms, found.qualities, KINDS[found.kind].version,
    )  # fmt: skip
