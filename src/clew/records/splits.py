"""Splits: what a unit moved out of a series into one that it opened for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.records import sealed
from clew.records.session import Session

REASON = b"series_splits.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`media` were moved from `a_series` to `b_series`. `asserted_by` is an officer of the actor's own member, or None."""

    id: UUID
    a_series: UUID
    b_series: UUID
    media: int
    reason: str
    owner: str
    unit: str
    is_own: bool
    asserted_by: str | None
    asserted_at: datetime


def add(session: Session, one: UUID, into: UUID, media: int, reason: str) -> UUID:
    """Keep that the own unit split `one`."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series_splits (a_series, b_series, media, reason, member, unit, asserted_by)
            values (%s, %s, %s, %s, %s, %s, %s) returning id""",
            [one, into, media, sealed.note(actor.member, REASON, reason), actor.member, actor.unit, actor.officer],
        )
        return UUID(str(cursor.fetchone()[0]))


def own(session: Session, split_id: UUID) -> Split | None:
    """The own unit's split; None where there is none."""
    found = _of(session, "id = %(id)s and member = %(member)s and unit = %(unit)s", {"id": split_id}, 1)
    return found[0] if found else None


def of(session: Session, series_ids: Sequence[UUID], limit: int) -> tuple[Split, ...]:
    """Splits from or into these series that the actor may see, the latest first."""
    return _of(session, "a_series = any(%(ids)s) or b_series = any(%(ids)s)", {"ids": list(series_ids)}, limit)


def _of(session: Session, condition: str, values: dict[str, object], limit: int) -> tuple[Split, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select id, a_series, b_series, media, reason, member, unit, asserted_by, asserted_at from series_splits
             where {condition} order by asserted_at desc, id limit %(limit)s""",
            {**values, "member": session.actor.member, "unit": session.actor.unit, "limit": limit},
        )
        return tuple(_split(session, row) for row in cursor)


def _split(session: Session, row: Sequence) -> Split:
    split_id, a_series, b_series, media, reason, owner, unit, asserted_by, asserted_at = row
    return Split(
        id=split_id, a_series=a_series, b_series=b_series, media=media,
        reason=sealed.words_of_note(owner, REASON, reason), owner=owner, unit=unit,
        is_own=(owner, unit) == (session.actor.member, session.actor.unit),
        asserted_by=asserted_by if owner == session.actor.member else None, asserted_at=asserted_at,
    )  # fmt: skip
