"""Identities: who a victim or an offender is, sealed; read by the owner's unit alone, in a transaction for originals."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from clew.domain.errors import StepRefused
from clew.domain.handling import Use
from clew.records import sealed
from clew.records.nouns import Noun
from clew.records.session import Session

WORDS = b"identities.words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A version of who a person is."""

    words: str = field(repr=False)
    written_by: str
    written_at: datetime


def add(session: Session, noun: Noun, person_id: UUID, words: str) -> None:
    """Keep who an own victim or offender is, beside what was written before."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            f"insert into identities ({noun.about}, words, member, unit, written_by) values (%s, %s, %s, %s, %s)",
            [person_id, sealed.note(actor.member, WORDS, words), actor.member, actor.unit, actor.officer],
        )


def of(session: Session, noun: Noun, person_id: UUID, limit: int) -> tuple[Identity, ...]:
    """What the own unit wrote of who it is, the latest first.

    Raises:
        StepRefused: the transaction is for another use: the database would show nothing.
    """
    if session.use is not Use.ORIGINAL:
        raise StepRefused("Who somebody is, is read in a transaction for originals.")
    with session.cursor() as cursor:
        cursor.execute(
            f"select words, written_by, written_at, member from identities where {noun.about} = %s"
            " order by written_at desc, id limit %s",
            [person_id, limit],
        )
        return tuple(
            Identity(words=sealed.words_of_note(member, WORDS, words), written_by=written_by, written_at=written_at)
            for words, written_by, written_at, member in cursor
        )


def forget(session: Session, noun: Noun, person_id: UUID) -> None:
    """Nothing of who it is stays. In a transaction for originals: others do not see what would go."""
    with session.cursor() as cursor:
        cursor.execute(f"delete from identities where {noun.about} = %s", [person_id])
