"""Restating: a source that is given again lies under the words of the first time, and may be kept longer."""

from dataclasses import replace
from uuid import UUID

from clew.actions.opening import today
from clew.domain.cover import Cover, Words, check_retention, cover_from_words
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling_change import words_in_force
from clew.domain.wording import as_said, loosens, reworded
from clew.records import audit, covers, handling_changes, intakes
from clew.records.intakes import Intake
from clew.records.session import Session

OTHER_WORDS = (
    "This source was taken in before under other words of its cover:"
    " clew handling words changes them, an intake does not."
)
LONGER = (
    "This source was taken in before with an earlier end, and a second officer must agree to a longer one:"
    " clew retention extend proposes it."
)


def restate(session: Session, intake_id: UUID, words: Words) -> None:
    """Hold an intake that was begun before to its words; an end that is said now and is later becomes its own.

    What is left out is as it was, and what was tightened meanwhile stays so. Of what was taken in before there were
    covers nothing is known, and nothing is said.

    Raises:
        Invalid: other words are said, or an earlier end.
        StepRefused: the end is later, and a second officer must agree.
    """
    intake = intakes.get(session, intake_id)
    current = covers.get(session, intake.cover_id)
    if current is None:
        return
    asked = reworded(current, as_said(words))
    if loosens(asked, current) or (_differ(asked, current) and not _were_changed(session, intake)):
        raise Invalid(OTHER_WORDS)
    if words.keep_until.strip():
        _keep_until(session, intake_id, current, cover_from_words(words, today()))


def _differ(asked: Cover, current: Cover) -> bool:
    return asked != current and not loosens(current, asked)


def _were_changed(session: Session, intake: Intake) -> bool:
    """Whether the words of what it goes into were changed since: then the same command must go on all the same."""
    place = intake.exhibit_id or intake.list_id
    return place is not None and words_in_force(handling_changes.of(session, [place]).get(place, ())) is not None


def _keep_until(session: Session, intake_id: UUID, current: Cover, said: Cover) -> None:
    until = said.retention_end
    if until < current.retention_end:
        raise Invalid(
            "This source was taken in before to be kept until {day}: retention decides whether it ends"
            " earlier, an intake does not.",
            day=current.retention_end
        )
    if until == current.retention_end:
        return
    check_retention(until, today())
    if handling_changes.widening_needs_second(session):
        raise StepRefused(LONGER)
    given = intakes.get(session, intake_id).handling
    intakes.describe(session, intake_id, covers.keep(session, given, replace(current, retention_end=until)))
    audit.append(session, "intake.keep_longer", str(intake_id))
