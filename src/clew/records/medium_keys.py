"""Medium keys: by which case's key a medium's bytes can be read; a row for each case that holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from clew.domain.errors import Unavailable
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumKey:
    """A medium's data key, wrapped under the key of `case_id`; `blob` names its bytes in the vault."""

    medium_id: UUID
    case_id: UUID
    blob: bytes
    wrapped: bytes


def of(session: Session, media: Sequence[UUID], *, first: UUID | None = None) -> dict[UUID, MediumKey]:
    """One key of each of `media` that has any; that of case `first` where there is one.

    Of another member's media only in a transaction that asks for their originals.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (medium_id) medium_id, case_id, blob, wrapped from medium_keys
            where medium_id = any(%s) order by medium_id, (case_id = %s) desc nulls last""",
            [list(media), first],
        )
        return {row[0]: _key(row) for row in cursor}


def sample(session: Session, limit: int) -> list[tuple[MediumKey, bytes]]:
    """Keys to media of the actor's unit with each medium's SHA-256: a few of a few cases, of chance; up to `limit`."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            with chosen as materialized (
                select id from cases where owner_member = %(member)s and owner_unit = %(unit)s order by random() limit %(limit)s)
            select k.medium_id, k.case_id, k.blob, k.wrapped, m.sha256
            from chosen c cross join lateral (
                (select * from medium_keys where case_id = c.id and medium_id >= %(from)s limit %(limit)s)
                union all
                (select * from medium_keys where case_id = c.id and medium_id < %(from)s limit %(limit)s)
                limit %(limit)s) k
            join media m on m.id = k.medium_id order by random() limit %(limit)s""",
            {"member": session.actor.member, "unit": session.actor.unit, "from": uuid4(), "limit": limit},
        )
        return [(_key(row), bytes(row[4])) for row in cursor]


def add(session: Session, case_id: UUID, keys: Mapping[UUID, tuple[bytes, bytes]]) -> None:
    """Keep (blob, wrapped data key) of media whose bytes were stored for the case; what is there stays."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into medium_keys (medium_id, case_id, member, blob, wrapped)
            select medium, %(case)s, %(member)s, blob, wrapped
            from unnest(%(media)s::uuid[], %(blobs)s::bytea[], %(wraps)s::bytea[]) as given(medium, blob, wrapped)
            on conflict (medium_id, case_id) do nothing""",
            {"case": case_id, "member": session.actor.member, **_columns(keys)},
        )


def hold(session: Session, case_id: UUID, media: Sequence[UUID]) -> None:
    """Have the case's keys to these media stay until the transaction ends.

    Raises:
        Unavailable: one went since it was found, with the exhibit that held the medium.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "select from medium_keys where case_id = %s and medium_id = any(%s) order by medium_id for share",
            [case_id, list(media)],
        )
        if cursor.rowcount != len(media):
            raise Unavailable("Some media went meanwhile with an exhibit that ended; they are taken in again.")


def carry(session: Session, case_id: UUID, keys: Mapping[UUID, tuple[bytes, bytes]]) -> None:
    """The same for media that another case holds, as long as it does.

    Raises:
        Unavailable: meanwhile the last case that held one was shredded.
    """
    if not keys:
        return
    with session.cursor() as cursor:
        cursor.execute(
            """
            with given as (
                select * from unnest(%(media)s::uuid[], %(blobs)s::bytea[], %(wraps)s::bytea[]) as g(medium_id, blob, wrapped)),
            held as (
                select k.medium_id, k.blob from medium_keys k join given g using (medium_id, blob) for share of k),
            added as (
                insert into medium_keys (medium_id, case_id, member, blob, wrapped)
                select distinct on (g.medium_id) g.medium_id, %(case)s::uuid, %(member)s, g.blob, g.wrapped
                from given g join held using (medium_id, blob) on conflict (medium_id, case_id) do nothing)
            select count(distinct medium_id) from held""",
            {"case": case_id, "member": session.actor.member, **_columns(keys)},
        )
        if cursor.fetchone() != (len(keys),):
            raise Unavailable("A case that held some of these media was shredded meanwhile; they are taken in again.")


def _columns(keys: Mapping[UUID, tuple[bytes, bytes]]) -> dict[str, object]:
    return {
        "media": list(keys),
        "blobs": [blob for blob, _ in keys.values()],
        "wraps": [wrapped for _, wrapped in keys.values()],
    }


def _key(row: Sequence) -> MediumKey:
    return MediumKey(medium_id=row[0], case_id=row[1], blob=bytes(row[2]), wrapped=bytes(row[3]))
