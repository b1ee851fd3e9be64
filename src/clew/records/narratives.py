"""Narratives: what the owner of a series tells of it, each version kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.records import sealed
from clew.records.session import Session

WORDS = b"series_narratives.words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """A version. `written_by` is an officer of the actor's own member, or None."""

    words: str
    unit: str
    written_by: str | None
    written_at: datetime


def add(session: Session, series_id: UUID, words: str) -> None:
    """Keep another version of the own series' narrative."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "insert into series_narratives (series_id, words, member, unit, written_by) values (%s, %s, %s, %s, %s)",
            [series_id, sealed.note(actor.member, WORDS, words), actor.member, actor.unit, actor.officer],
        )


def of(session: Session, series_id: UUID, limit: int) -> tuple[Narrative, ...]:
    """The latest versions, the one that holds first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select words, member, unit, written_by, written_at from series_narratives where series_id = %s
             order by written_at desc, id limit %s""",
            [series_id, limit],
        )
        return tuple(
            Narrative(
                words=sealed.words_of_note(member, WORDS, words), unit=unit,
                written_by=written_by if member == session.actor.member else None, written_at=written_at,
            )
            for words, member, unit, written_by, written_at in cursor
        )  # fmt: skip
