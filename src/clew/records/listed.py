"""Media that came as records: written by the thousand, in a few statements."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from clew.domain.errors import Unavailable
from clew.domain.fingerprint import Kind
from clew.domain.medium import Verdict
from clew.keys.texts import Texts
from clew.records.intakes import PATH, Intake
from clew.records.session import Session, handling_columns

LINES_PER_WRITE = 500
ALIKE_BYTES = 6
"""Of the sixteen of an identifier; ten are left to tell those of a batch apart."""


class ListedRow(NamedTuple):
    """A record at one place. A tuple: there are hundreds of thousands of them.

    `series` is the number that the caller gave to the series which the record names.
    """

    name: bytes
    sha256: bytes | None
    sha1: bytes | None
    md5: bytes | None
    pdq: bytes | None
    size_bytes: int | None
    kind: str
    path: bytes
    path_key: bytes
    series: int | None


def lines(rows: Sequence[ListedRow], texts: Texts) -> list[str]:
    """The rows in COPY's text format, in pieces; needs no database, so another thread can make them.

    Their identifiers begin alike, by chance: what comes together then lies together in each index by media, and a batch touches
    few pages of it, not one for each medium. They tell nothing of when it came.
    """
    near = os.urandom(ALIKE_BYTES).hex()
    return [
        "".join(_line(row, texts, near) for row in rows[start : start + LINES_PER_WRITE])
        for start in range(0, len(rows), LINES_PER_WRITE)
    ]


class Added(NamedTuple):
    """What became of some lines.

    `placed` are those media that lie in a case and are on a list too. `unnumbered` gives the PDQ of each
    medium that has none in the records yet (an earlier run may have ended between the two);
    `numbered` of each that had, and came on a list before it came in this case. `known` are media that were there,
    `fresh` those that were not.
    """

    new: int
    placed: frozenset[UUID]
    unnumbered: dict[UUID, bytes]
    numbered: dict[UUID, bytes]
    known: tuple[UUID, ...]
    fresh: tuple[UUID, ...]


def add(session: Session, intake: Intake, staged: Sequence[str], series: Mapping[int, UUID]) -> Added:
    """Keep `lines` as media, with an occurrence each or on the intake's list."""
    cover = {**handling_columns(intake.handling), "described": intake.cover_id}
    with session.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("copy pg_temp.listed from stdin") as copy:
            for piece in staged:
                copy.write(piece)
        cursor.execute(_MEDIA, cover)
        new = [row[0] for row in cursor]
        known: tuple[UUID, ...] = ()
        cursor.execute("select count(*) from pg_temp.listed")
        if cursor.fetchone() != (len(new),):
            cursor.execute(_KNOWN, cover)
            _hold_known(cursor)
            cursor.execute("select distinct id from pg_temp.listed where id <> all(%s)", [new])
            known = tuple(row[0] for row in cursor)
        scope = {"exhibit": intake.exhibit_id, "case": intake.case_id, "intake": intake.id, "list": intake.list_id, **cover}
        cursor.execute(_LISTINGS if intake.exhibit_id is None else _OCCURRENCES, scope)
        cursor.execute("select clew_note_equal_bytes(%s::uuid[])", [new])
        if series:
            cursor.execute(_SERIES, {"numbers": list(series), "series": list(series.values()), **cover})
        cursor.execute(_PDQ, {"is_placing": intake.exhibit_id is not None})
        unnumbered: dict[UUID, bytes] = {}
        numbered: dict[UUID, bytes] = {}
        for medium_id, pdq, is_numbered in cursor:
            (numbered if is_numbered else unnumbered)[medium_id] = bytes(pdq)
        cursor.execute(_PLACED)
        placed = frozenset(row[0] for row in cursor)
        cursor.execute("truncate pg_temp.listed")
    return Added(new=len(new), placed=placed, unnumbered=unnumbered, numbered=numbered, known=known, fresh=tuple(new))


def _hold_known(cursor: psycopg.Cursor[TupleRow]) -> None:
    """Have no medium of the batch go until the transaction ends, with the end of what held it before.

    Raises:
        Unavailable: one went since its name was looked for; the batch is written again.
    """
    cursor.execute("select count(distinct id) from pg_temp.listed")
    (asked,) = cursor.fetchone() or (0,)
    cursor.execute(_HOLD)
    if cursor.rowcount != asked:
        raise Unavailable("Some media went meanwhile with what held them; run the same again.")


_HOLD = """
    select m.id from media m where m.id in (select l.id from pg_temp.listed l) order by m.id for key share
"""

_STAGE = """
    create temporary table if not exists listed (
        id uuid, name bytea, sha256 bytea, sha1 bytea, md5 bytea, pdq bytea, size_bytes bigint, kind text, path bytea,
        path_key bytea, series int) on commit delete rows
"""

_COVER = "owner_member, owner_unit, audience, members, excluded"
_COVER_VALUES = "%(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]"

_MEDIA = f"""
    with made as (
        insert into media (id, name, sha256, sha1, md5, size_bytes, kind, verdict, cover_id, {_COVER})
        select distinct on (name) id, name, sha256, sha1, md5, size_bytes, kind, {Verdict.ABSENT:d}, %(described)s::uuid, {_COVER_VALUES}
        from pg_temp.listed order by name
        on conflict (name, owner_member, owner_unit, audience, members, excluded) do nothing returning id)
    select id from made
"""

# Looked up one by one (`limit`), whatever the database thinks of the size of a fresh table.
_PDQ = f"""
    select l.id, l.pdq, l.is_numbered from (
        select distinct on (l.id) l.id, l.pdq,
               exists (select from fingerprints f where f.medium_id = l.id and f.kind = {Kind.PDQ:d}) as is_numbered
        from pg_temp.listed l where l.pdq is not null) l
    left join lateral (select true as is_listed from listings k where k.medium_id = l.id limit 1) k on true
    where not l.is_numbered or %(is_placing)s and k.is_listed
"""

_PLACED = """
    select distinct l.id from pg_temp.listed l
    cross join lateral (select from listings k where k.medium_id = l.id limit 1) k
    cross join lateral (select from occurrences o where o.medium_id = l.id limit 1) o
"""

# Only where a name came twice or was there before: those rows take the identifier that counts.
_KNOWN = """
    update pg_temp.listed l set id = m.id from media m
    where m.name = l.name and m.id <> l.id and m.owner_member = %(owner_member)s and m.owner_unit = %(owner_unit)s
      and m.audience = %(audience)s and m.members = %(members)s::text[] and m.excluded = %(excluded)s::text[]
"""

# Each statement writes its rows in one order, so that two batches written at once wait for each other in turn.
_OCCURRENCES = f"""
    insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, size_bytes, medium_id, {_COVER})
    select %(exhibit)s, %(case)s, %(intake)s, path, path_key, size_bytes, id, {_COVER_VALUES}
    from pg_temp.listed order by path_key
    on conflict (exhibit_id, path_key) do nothing
"""

_LISTINGS = f"""
    insert into listings (list_id, medium_id, {_COVER})
    select distinct %(list)s::uuid, id, {_COVER_VALUES} from pg_temp.listed order by id
    on conflict (list_id, medium_id) do nothing
"""

_SERIES = f"""
    insert into series_media (series_id, medium_id, {_COVER})
    select distinct s.id, l.id, {_COVER_VALUES}
    from pg_temp.listed l join unnest(%(numbers)s::int[], %(series)s::uuid[]) as s(number, id) on s.number = l.series
    order by s.id, l.id
    on conflict (series_id, medium_id) do nothing
"""

_NULL = "\\N"


def _line(row: ListedRow, texts: Texts, near: str) -> str:
    """One line of COPY's text format. Bytes go as hexadecimal, so nothing in them needs an escape."""
    name, sha256, sha1, md5, pdq, size, kind, path, key, series = row
    return (
        f"{near}{os.urandom(16 - ALIKE_BYTES).hex()}\t\\\\x{name.hex()}\t{_bytes(sha256)}\t{_bytes(sha1)}\t{_bytes(md5)}\t{_bytes(pdq)}\t"
        f"{_NULL if size is None else size}\t{kind}\t\\\\x{texts.seal(path, PATH).hex()}\t\\\\x{texts.token(key).hex()}\t"
        f"{_NULL if series is None else series}\n"
    )


def _bytes(value: bytes | None) -> str:
    return _NULL if value is None else "\\\\x" + value.hex()
