"""Concluding: an officer makes a clue of what another unit answered; a program never does.

The answer stays the other's: what it says in words is read with the question, under the question's rules, and is not
copied into a clue, which goes by the handling of whoever asked and is seen by many who were not asked.
"""

from contextlib import suppress
from uuid import UUID

from clew.actions import spotting
from clew.domain.clue import WITH_VALUE, Box, ClueKind, Where
from clew.domain.clue import Said as ClueSaid
from clew.domain.crop import PARTS
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.link import Confidence
from clew.domain.question import WEIGHTS, About, Said
from clew.records import audit, clues, crops, questions
from clew.records.questions import Given, Question
from clew.records.session import Session

__all__ = ["conclude"]


def conclude(session: Session, reference: str, answer_id: UUID) -> UUID:
    """Make a clue of an answer to an own question that names a country; the clue.

    It lies on the medium that the question is about, or that its object was cut out of, where that was.

    Raises:
        NotVisible: there is no such question of the unit, or no such answer that it sees.
        StepRefused: another unit asked, the answer names no country or was replaced, there is such a clue already, or
            the question is about no medium.
        Invalid: the question says of no kind of clue what it is.
    """
    found = questions.find(session, reference)
    if (found.member, found.unit) != (session.actor.member, session.actor.unit):
        raise StepRefused("Who asked makes a clue of an answer.")
    given = _answer(session, found, answer_id)
    if not given.answer.country:
        raise StepRefused("This answer names no country.")
    sha256, where = _where(session, found)
    said = _said(found, given, where)
    there = clues.of_contents(session, [sha256], limit=spotting.CLUES_SHOWN_MAX)
    if any(one.is_own and one.said == said for one in there):
        raise StepRefused("There is a clue of this answer already.")
    made = spotting.add(session, sha256.hex(), said)
    audit.append(session, "question.conclude", str(found.id), owner=session.actor.member)
    return made.id


def _answer(session: Session, found: Question, answer_id: UUID) -> Given:
    """The answer, which is the one that counts."""
    for party in questions.parties(session, found.id):
        for number, given in enumerate(party.answers):
            if given.id == answer_id:
                if number:
                    raise StepRefused("This answer was replaced by a later one.")
                return given
    raise NotVisible("There is no such answer.")


def _where(session: Session, found: Question) -> tuple[bytes, Where]:
    """The medium that it is about, and where in it."""
    if found.crop_id is not None:
        with suppress(NotVisible):
            crop = crops.get(session, found.crop_id)
            sides = (crop.box.left, crop.box.top, crop.box.width, crop.box.height)
            x, y, width, height = (side / PARTS for side in sides)
            return crop.sha256, Where(box=Box(x=x, y=y, width=width, height=height), from_ms=crop.at_ms)
    if found.about_kind is About.MEDIUM and found.about:
        return bytes.fromhex(found.about), Where()
    if found.about_kind is About.CLUE:
        clue = clues.get(session, found.about_id)
        return clue.name, clue.said.where
    raise StepRefused("This question is about no medium: say the clue on one yourself.")


def _said(found: Question, given: Given, where: Where) -> ClueSaid:
    """A clue that points at the question: neither the words of the answer nor who gave it are in it."""
    try:
        kind = ClueKind(found.kind.value)
    except ValueError:
        raise Invalid("Say yourself what kind of clue it is: the question does not.") from None
    return ClueSaid(
        kind=kind, where=where, value=found.reference if kind in WITH_VALUE else "",
        note=f"By an answer to {found.reference}.",
        certainty=Confidence.PROBABLE if given.answer.said is Said.PROBABLY else Confidence.CERTAIN,
        speaks={given.answer.country: WEIGHTS[given.answer.said]},
    )
