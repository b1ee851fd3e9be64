"""Offenders: by reference, with what is established of them and nothing that says who they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import Handling
from clew.domain.offender import Established, OffenderFacts, reference_in
from clew.domain.person import Sex
from clew.records import nouns
from clew.records.nouns import Kept, Noun
from clew.records.session import Session

NOUN = Noun(table="offenders", about="offender_id", columns=("established", "sex", "youngest", "oldest", "age_on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenderRow:
    """An offender that the actor may see."""

    kept: Kept
    facts: OffenderFacts


def enter(session: Session, facts: OffenderFacts, basis: str, handling: Handling, cover_id: UUID) -> OffenderRow:
    """Enter an offender of the own unit."""
    made = nouns.enter(session, NOUN, _columns(facts), handling, cover_id)
    nouns.keep_description(session, NOUN, made, _columns(facts), basis)
    return of(session, [made])[made]


def find(session: Session, reference: str) -> OffenderRow:
    """The offender of that reference. Raises as `nouns.found`."""
    return _row(nouns.found(session, NOUN, reference_in(reference)))


def hold_own(session: Session, reference: str) -> OffenderRow:
    """The own unit's offender of that reference, held until the transaction ends. Raises as `nouns.held`."""
    return _row(nouns.held(session, NOUN, reference_in(reference)))


def of(session: Session, ids: Iterable[UUID]) -> dict[UUID, OffenderRow]:
    """Those of these offenders that the actor may see."""
    rows = map(_row, nouns.of(session, NOUN, ids))
    return {row.kept.id: row for row in rows}


def page(session: Session, *, is_own: bool, after: UUID | None, limit: int) -> list[OffenderRow]:
    """Offenders that the actor may see, or those of the own unit; the newest first."""
    return [_row(row) for row in nouns.page(session, NOUN, is_own=is_own, after=after, limit=limit)]


def describe(session: Session, offender_id: UUID, facts: OffenderFacts, basis: str) -> None:
    """Say of an own offender what is known now."""
    nouns.describe(session, NOUN, offender_id, _columns(facts), basis)


def _columns(facts: OffenderFacts) -> dict[str, object]:
    return {"established": facts.established.value, "sex": facts.sex.value, **nouns.age_columns(facts.age)}


def _row(found: tuple[Kept, Sequence]) -> OffenderRow:
    kept, (established, sex, *age) = found
    return OffenderRow(
        kept=kept, facts=OffenderFacts(established=Established(established), sex=Sex(sex), age=nouns.age_of(*age))
    )
