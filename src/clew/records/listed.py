"""Media that came as records: written by the thousand, in a few statements."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from clew.domain.medium import Verdict
from clew.records.intakes import Intake
from clew.records.session import Session, handling_columns


class ListedRow(NamedTuple):
    """A record at one place. A tuple: there are hundreds of thousands of them."""

    name: bytes
    sha256: bytes | None
    sha1: bytes | None
    md5: bytes | None
    pdq: bytes | None
    size_bytes: int | None
    kind: str
    path: bytes
    path_key: bytes
    series_id: UUID | None


def add(session: Session, intake: Intake, rows: Sequence[ListedRow]) -> dict[UUID, bytes | None]:
    """Keep the rows as media, with an occurrence each or on the intake's list. Gives the PDQ of each new medium."""
    cover = handling_columns(intake.handling)
    with session.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy("copy pg_temp.listed from stdin") as copy:
            for start in range(0, len(rows), 500):
                copy.write("".join(map(_line, rows[start : start + 500])))
        cursor.execute(_MEDIA, cover)
        new = {row[0]: row[1] and bytes(row[1]) for row in cursor}
        scope = {"exhibit": intake.exhibit_id, "case": intake.case_id, "intake": intake.id, "list": intake.list_id, **cover}
        cursor.execute(_LISTINGS if intake.exhibit_id is None else _OCCURRENCES, scope)
        cursor.execute(_SERIES, cover)
        cursor.execute("select clew_note_digest_overlaps(%s::uuid[])", [list(new)])
        cursor.execute("truncate pg_temp.listed")
    return new


_STAGE = """
    create temporary table if not exists listed (
        name bytea, sha256 bytea, sha1 bytea, md5 bytea, pdq bytea, size_bytes bigint, kind text, path bytea,
        path_key bytea, series_id uuid) on commit delete rows
"""

_COVER = "owner_member, owner_unit, audience, members, excluded"
_COVER_VALUES = "%(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]"
_OF_OWNER = """
    m.name = l.name and m.owner_member = %(owner_member)s and m.owner_unit = %(owner_unit)s
    and m.audience = %(audience)s and m.members = %(members)s::text[] and m.excluded = %(excluded)s::text[]
"""

_MEDIA = f"""
    with made as (
        insert into media (name, sha256, sha1, md5, size_bytes, kind, verdict, reason, {_COVER})
        select distinct on (name) name, sha256, sha1, md5, size_bytes, kind, {Verdict.ABSENT:d}, '', {_COVER_VALUES}
        from pg_temp.listed order by name
        on conflict (name, owner_member, owner_unit, audience, members, excluded) do nothing returning id, name)
    select distinct on (made.id) made.id, l.pdq from made join pg_temp.listed l on l.name = made.name
"""

_OCCURRENCES = f"""
    insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, size_bytes, medium_id, {_COVER})
    select %(exhibit)s, %(case)s, %(intake)s, l.path, l.path_key, l.size_bytes, m.id, {_COVER_VALUES}
    from pg_temp.listed l join media m on {_OF_OWNER}
    on conflict (exhibit_id, path_key) do nothing
"""

_LISTINGS = f"""
    insert into listings (list_id, medium_id, {_COVER})
    select %(list)s, m.id, {_COVER_VALUES} from pg_temp.listed l join media m on {_OF_OWNER}
    on conflict (list_id, medium_id) do nothing
"""

_SERIES = f"""
    insert into series_media (series_id, medium_id, {_COVER})
    select l.series_id, m.id, {_COVER_VALUES} from pg_temp.listed l join media m on {_OF_OWNER}
    where l.series_id is not null
    on conflict (series_id, medium_id) do nothing
"""


def _line(row: ListedRow) -> str:
    """One line of COPY's text format. Bytes go as hexadecimal, so nothing in them needs an escape."""
    name, sha256, sha1, md5, pdq, size, kind, path, key, series_id = row
    return (
        f"\\\\x{name.hex()}\t{_bytes(sha256)}\t{_bytes(sha1)}\t{_bytes(md5)}\t{_bytes(pdq)}\t"
        f"{_NULL if size is None else size}\t{kind}\t\\\\x{path.hex()}\t\\\\x{key.hex()}\t{series_id or _NULL}\n"
    )


_NULL = "\\N"


def _bytes(value: bytes | None) -> str:
    return _NULL if value is None else "\\\\x" + value.hex()
