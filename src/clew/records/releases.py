"""Releases: originals that a member opened to another, one medium and one recipient each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.records import sealed
from clew.records.session import Session

CONDITIONS = b"releases.conditions"

_COLUMNS = "id, medium_id, member, recipient, conditions, wrapped, released_by, released_at, withdrawn_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A medium opened to `recipient` by `owner`. `wrapped` opens it; None once it is withdrawn."""

    id: UUID
    medium_id: UUID
    owner: str
    recipient: str
    conditions: str
    wrapped: bytes | None
    released_by: str
    released_at: datetime
    withdrawn_at: datetime | None


def add(session: Session, medium_id: UUID, recipient: str, conditions: str, wrapped: bytes) -> UUID:
    """Keep a release of a medium of the actor's own unit; an earlier one to the same member ends."""
    actor = session.actor
    text = sealed.of_member(actor.member).seal(conditions.encode(), CONDITIONS, medium_id.bytes)
    with session.cursor() as cursor:
        cursor.execute(
            "update releases set wrapped = null, withdrawn_at = now()"
            " where medium_id = %s and recipient = %s and withdrawn_at is null",
            [medium_id, recipient],
        )
        cursor.execute(
            """
            insert into releases (medium_id, member, unit, recipient, conditions, wrapped, released_by)
            values (%s, %s, %s, %s, %s, %s, %s) returning id""",
            [medium_id, actor.member, actor.unit, recipient, text, wrapped, actor.officer],
        )
        return cursor.fetchone()[0]


def get(session: Session, release_id: UUID) -> Release:
    """The release, for its owner and its recipient; NotVisible for everybody else."""
    with session.cursor() as cursor:
        cursor.execute(f"select {_COLUMNS} from releases where id = %s", [release_id])
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such release.")
    return _release(row)


def of(session: Session, limit: int, after: UUID | None = None) -> tuple[Release, ...]:
    """Releases that the actor's member gave or got, the latest first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from releases
             where %(after)s::uuid is null
                   or (released_at, id) < (select a.released_at, a.id from releases a where a.id = %(after)s)
             order by released_at desc, id desc limit %(limit)s""",
            {"after": after, "limit": limit},
        )
        return tuple(_release(row) for row in cursor)


def withdraw(session: Session, release_id: UUID) -> None:
    """End a release of the actor's own unit; what opened it is taken out of the record.

    Raises:
        NotVisible: there is none that is open.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update releases set wrapped = null, withdrawn_at = now()"
            " where id = %s and withdrawn_at is null and member = %s returning id",
            [release_id, session.actor.member],
        )
        if cursor.fetchone() is None:
            raise NotVisible("There is no such release, or it ended before.")


def _release(row: Sequence) -> Release:
    texts = sealed.of_member(row[2])
    return Release(
        id=row[0], medium_id=row[1], owner=row[2], recipient=row[3],
        conditions=texts.unseal(bytes(row[4]), CONDITIONS, row[1].bytes).decode(),
        wrapped=None if row[5] is None else bytes(row[5]), released_by=row[6], released_at=row[7], withdrawn_at=row[8],
    )  # fmt: skip
