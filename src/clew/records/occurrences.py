"""Occurrences: a medium found at one place in one exhibit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import Handling
from clew.domain.medium import Verdict
from clew.records.intakes import LOCATION, PATH, Chunk, Stub
from clew.records.session import Session, handling_columns

LIES = """exists (
    select from occurrences o where o.case_id = %(case)s and o.medium_id = {0}
       and (%(exhibit)s::uuid is null or o.exhibit_id = %(exhibit)s) offset 0)"""
"""A condition: the medium {0} lies in a case or, where one is named, in an exhibit of it.

Looked up for each medium (`offset 0`): joined, a case that the database has not counted yet is gone through for each.
"""

LIES_IN_CASE = "exists (select from occurrences o where o.case_id = %(case)s and o.medium_id = {0} offset 0)"
"""The same of a case as a whole."""

IN_ORDER = "o.id > 0"
"""What a statement says that goes through the places `o` of a case or an exhibit by their numbers.

It is always so. It lets the statement have the index of that order, which no other statement must be planned by: to a
database that has not counted a new case yet, going through it seems as cheap as looking one medium up.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file that was seen and has no verdict yet."""

    id: int
    path: bytes
    location: bytes | None


def waiting(session: Session, chunk: Chunk) -> tuple[Waiting, ...]:
    """Files of the chunk without a verdict."""
    texts = chunk.intake.texts
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select o.id, o.path, o.location from occurrences o left join media m on m.id = o.medium_id
            where o.chunk_id = %s and ((o.medium_id is null and o.reason = '') or m.verdict = {Verdict.WAITING:d})
            order by o.id""",
            [chunk.id],
        )
        return tuple(
            Waiting(id=row[0], path=texts.unseal(bytes(row[1]), PATH),
                    location=None if row[2] is None else texts.unseal(bytes(row[2]), LOCATION))
            for row in cursor
        )  # fmt: skip


def fill(session: Session, media: Mapping[int, UUID], reasons: Mapping[int, str]) -> None:
    """Give occurrences their medium, or the reason why the file could not be read."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            update occurrences o set medium_id = given.medium
            from unnest(%s::bigint[], %s::uuid[]) as given(id, medium) where o.id = given.id""",
            [list(media), list(media.values())],
        )
        cursor.execute(
            """
            update occurrences o set reason = given.reason
            from unnest(%s::bigint[], %s::text[]) as given(id, reason) where o.id = given.id""",
            [list(reasons), list(reasons.values())],
        )


def cover(session: Session, occurrences: Sequence[int], handling: Handling) -> None:
    """Put these occurrences under `handling`, those that have their medium by now."""
    with session.cursor() as cursor:
        cursor.execute(
            "update occurrences set audience = %(audience)s, members = %(members)s, excluded = %(excluded)s"
            " where id = any(%(ids)s) and medium_id is not null",
            {"ids": list(occurrences), **handling_columns(handling)},
        )


def add(session: Session, chunk: Chunk, found: Sequence[tuple[Stub, UUID | None]]) -> None:
    """Occurrences of an archive's entries, each with its medium or its reason; those that are there stay."""
    intake = chunk.intake
    texts = intake.texts
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into occurrences (exhibit_id, case_id, intake_id, chunk_id, path, path_key, size_bytes, reason,
                                     medium_id, owner_member, owner_unit, audience, members, excluded)
            select %(exhibit)s, %(case)s, %(intake)s, %(chunk)s, path, key, size, reason, medium,
                   %(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]
            from unnest(%(paths)s::bytea[], %(keys)s::bytea[], %(sizes)s::bigint[], %(reasons)s::text[], %(media)s::uuid[])
                as given(path, key, size, reason, medium)
            on conflict (exhibit_id, path_key) do update set medium_id = excluded.medium_id
                where occurrences.medium_id is null""",
            {"exhibit": intake.exhibit_id, "case": intake.case_id, "intake": intake.id, "chunk": chunk.id,
             "paths": [texts.seal(stub.path, PATH) for stub, _ in found], "keys": [texts.token(stub.key) for stub, _ in found],
             "sizes": [stub.size_bytes for stub, _ in found], "reasons": [stub.reason for stub, _ in found],
             "media": [medium for _, medium in found], **handling_columns(intake.handling)},
        )  # fmt: skip
