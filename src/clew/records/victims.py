"""Victims: by reference, with what can be told of them without saying who they are; and what units assert of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Handling
from clew.domain.person import Sex
from clew.domain.victim import Said, VictimFacts, VictimState, reference_in
from clew.records import nouns, sealed
from clew.records.nouns import Kept, Noun
from clew.records.session import Session, handling_columns

NOUN = Noun(table="victims", about="victim_id", columns=("state", "sex", "youngest", "oldest", "age_on"))
WORD = b"victim_words.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimRow:
    """A victim that the actor may see."""

    kept: Kept
    state: VictimState
    facts: VictimFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a unit asserts of a victim. `asserted_by` is an officer of the actor's own member, or None."""

    id: UUID
    said: Said
    reason: str
    owner: str
    unit: str
    is_own: bool
    asserted_by: str | None
    asserted_at: datetime
    withdrawn_at: datetime | None


def enter(session: Session, facts: VictimFacts, basis: str, handling: Handling, cover_id: UUID) -> VictimRow:
    """Enter a victim of the own unit."""
    made = nouns.enter(session, NOUN, _columns(facts), handling, cover_id)
    nouns.keep_description(session, NOUN, made, _columns(facts), basis)
    return of(session, [made])[made]


def find(session: Session, reference: str) -> VictimRow:
    """The victim of that reference. Raises as `nouns.found`."""
    return _row(nouns.found(session, NOUN, reference_in(reference)))


def hold_own(session: Session, reference: str) -> VictimRow:
    """The own unit's victim of that reference, held until the transaction ends. Raises as `nouns.held`."""
    return _row(nouns.held(session, NOUN, reference_in(reference)))


def of(session: Session, ids: Iterable[UUID]) -> dict[UUID, VictimRow]:
    """Those of these victims that the actor may see."""
    rows = map(_row, nouns.of(session, NOUN, ids))
    return {row.kept.id: row for row in rows}


def page(session: Session, *, is_own: bool, after: UUID | None, limit: int) -> list[VictimRow]:
    """Victims that the actor may see, or those of the own unit; the newest first."""
    return [_row(row) for row in nouns.page(session, NOUN, is_own=is_own, after=after, limit=limit)]


def describe(session: Session, victim_id: UUID, facts: VictimFacts, basis: str) -> None:
    """Say of an own victim what is known now."""
    nouns.describe(session, NOUN, victim_id, _columns(facts), basis)


def move(session: Session, victim_id: UUID, state: VictimState) -> None:
    """The own victim is in this state from now on; who decided so, and on what basis, is kept by who calls."""
    with session.cursor() as cursor:
        cursor.execute("update victims set state = %s where id = %s", [state.value, victim_id])


def say(session: Session, victim_id: UUID, said: Said, reason: str, handling: Handling) -> UUID:
    """Keep what the own unit asserts of a victim; the same said again is the same assertion."""
    values = {
        "victim": victim_id, "said": said.value, "reason": sealed.note(session.actor.member, WORD, reason),
        "officer": session.actor.officer, **handling_columns(handling),
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into victim_words (victim_id, said, reason, asserted_by,
                                      owner_member, owner_unit, audience, members, excluded)
            values (%(victim)s, %(said)s, %(reason)s, %(officer)s, %(owner_member)s, %(owner_unit)s, %(audience)s,
                    %(members)s, %(excluded)s)
            on conflict (owner_member, owner_unit, victim_id, said) where withdrawn_at is null do nothing""",
            values,
        )
        cursor.execute(
            """
            select id from victim_words where victim_id = %(victim)s and said = %(said)s and withdrawn_at is null
               and owner_member = %(owner_member)s and owner_unit = %(owner_unit)s""",
            values,
        )
        return UUID(str(cursor.fetchone()[0]))


def word_of(session: Session, word_id: UUID) -> tuple[UUID, Said] | None:
    """Of which victim the own unit asserts what; None where it asserts no such thing."""
    with session.cursor() as cursor:
        cursor.execute(
            "select victim_id, said from victim_words where id = %s and withdrawn_at is null and owner_member = %s and owner_unit = %s",
            [word_id, session.actor.member, session.actor.unit],
        )
        row = cursor.fetchone()
    return None if row is None else (row[0], Said(row[1]))


def unsay(session: Session, word_id: UUID) -> UUID:
    """Take back what the own unit asserts of a victim; which victim.

    Raises:
        NotVisible: the unit asserts no such thing, or the victim is not seen any more.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            update victim_words set withdrawn_by = %s, withdrawn_at = now()
             where id = %s and withdrawn_at is null and owner_member = %s and owner_unit = %s returning victim_id""",
            [session.actor.officer, word_id, session.actor.member, session.actor.unit],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("Your unit has no such assertion.")
    return UUID(str(row[0]))


def words_of(session: Session, victim_ids: Sequence[UUID], limit: int) -> tuple[Word, ...]:
    """What units assert of these victims, as far as the actor sees; what holds before what was withdrawn."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id, said, reason, owner_member, owner_unit, asserted_by, asserted_at, withdrawn_at from victim_words
             where victim_id = any(%s) order by withdrawn_at is not null, asserted_at desc, id limit %s""",
            [list(victim_ids), limit],
        )
        return tuple(_word(session, row) for row in cursor)


def _word(session: Session, row: Sequence) -> Word:
    word_id, said, reason, owner, unit, asserted_by, asserted_at, withdrawn_at = row
    return Word(
        id=word_id, said=Said(said), reason=sealed.words_of_note(owner, WORD, reason), owner=owner, unit=unit,
        is_own=(owner, unit) == (session.actor.member, session.actor.unit),
        asserted_by=asserted_by if owner == session.actor.member else None, asserted_at=asserted_at,
        withdrawn_at=withdrawn_at,
    )  # fmt: skip


def _columns(facts: VictimFacts) -> dict[str, object]:
    return {"sex": facts.sex.value, **nouns.age_columns(facts.age)}


def _row(found: tuple[Kept, Sequence]) -> VictimRow:
    kept, (state, sex, *age) = found
    return VictimRow(kept=kept, state=VictimState(state), facts=VictimFacts(sex=Sex(sex), age=nouns.age_of(*age)))
