"""Questioning: a unit asks those who may know an object, and collects what they answer."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.actions import corresponding
from clew.actions.opening import today
from clew.actions.releasing import digest_of
from clew.domain.agreement import State
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.member import specialities
from clew.domain.message import Kind as MessageKind
from clew.domain.message import Side, SubjectKind, checked_due, checked_language, checked_text
from clew.domain.question import About, Answer, Kind, Said, Whom, asked, check_open, whom_from_words
from clew.records import audit, clues, crops, media, members, messages, places, questions, series
from clew.records.messages import Messages
from clew.records.questions import Given, Party, Question
from clew.records.session import Session

QUESTIONS_PER_PAGE_MAX = 100
MESSAGES_OF_EACH_MAX = 50
"""Shown with a question, of each whom it was sent to; those before them are read in the correspondence."""

__all__ = [
    "About", "Answer", "Asking", "Given", "Kind", "Page", "Party", "Question", "Said", "View", "Whom", "answer", "ask",
    "close", "look", "page", "pass_on", "translate", "whom",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question as it is put.

    `name`: reference of a series or place, SHA-256 of an own medium, or identifier of a clue.
    """

    kind: Kind
    about: About
    name: str
    words: str
    language: str
    due_on: date
    crop_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some questions; `next` is where the following page begins, or None."""

    items: tuple[Question, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A question with who was asked and all that was said, as far as the actor's unit sees it.

    `side`: who the unit is in it; `has_it`: an answer is wanted from it now; `has_object`: it can be shown the object.
    `messages` are by correspondence, the latest of each.
    """

    question: Question
    parties: tuple[Party, ...]
    messages: dict[UUID, Messages]
    side: Side
    has_it: bool
    has_object: bool


def whom(named: Iterable[str], good_at: Iterable[str], speaking: Iterable[str]) -> Whom:
    """Who shall be asked, from words of a form or a command.

    Raises:
        Invalid: a word is none.
    """
    languages = frozenset(checked_language(code) for code in speaking if code.strip())
    return whom_from_words((word for word in named if word.strip()), specialities(good_at), languages)


def ask(session: Session, asking: Asking, to: Whom) -> str:
    """Ask others about something; its reference. Each is asked apart and sees nobody else who was.

    They see the words, what it is about as far as its handling lets them, and the object where one goes with it: one
    that a second officer of the unit let out.

    Raises:
        NotVisible: the unit sees no such record, or has no such crop.
        StepRefused: the crop is not let out.
        Invalid: the day cannot be, the words or the language are of no use, or nobody can be asked so.
    """
    text, due = checked_text(asking.words), checked_due(asking.due_on, today())
    language = checked_language(asking.language)
    about_id = _about(session, asking)
    excluded = _check_crop(session, asking.crop_id)
    lines = members.lines(session)
    found = asked(
        to, members.units(session), [(one.code, frozenset(one.particulars.languages)) for one in lines],
        own=(session.actor.member, session.actor.unit), excluded=excluded,
    )  # fmt: skip
    question_id, reference = questions.add(
        session, asking.kind, (asking.about, about_id), asking.crop_id, language, due
    )
    for member, unit in found:
        made = messages.add(session, member, unit, SubjectKind.QUESTION, question_id, due)
        messages.write(session, made, MessageKind.REQUEST, text)
    audit.append(session, "question.ask", str(question_id), {"asked": len(found)}, owner=session.actor.member)
    return reference


def page(
    session: Session, *, is_own: bool, limit: int = QUESTIONS_PER_PAGE_MAX, after: UUID | None = None,
    is_waiting: bool = False,
) -> Page:  # fmt: skip
    """Questions that the actor's unit asked or was asked, or that wait for its answer; the latest first."""
    found = questions.page(session, limit + 1, after, is_own=is_own, is_waiting=is_waiting)
    audit.append(session, "question.list", "", owner=session.actor.member, shown=_owners(found[:limit]))
    return Page(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)


def _owners(found: Iterable[Question]) -> set[str]:
    """Members whose questions these are, and of whose records they are."""
    return {member for one in found for member in (one.member, one.about_owner) if member is not None}


def look(session: Session, reference: str) -> View:
    """A question that the actor's unit asked or was asked; the officer has read it then.

    Raises:
        NotVisible: there is none, or the unit has no part in it.
    """
    found = questions.find(session, reference)
    audit.append(session, "question.read", str(found.id), owner=found.member, shown=_owners([found]))
    view = _view(session, found)
    messages.note_each_read(session, [party.correspondence_id for party in view.parties])
    return view


def seen(session: Session, reference: str) -> None:
    """That the unit has a part in the question.

    Raises:
        NotVisible: there is none, or it has not.
    """
    found = questions.find(session, reference)
    audit.append(session, "question.find", str(found.id), owner=found.member)


def answer(session: Session, reference: str, given: Answer, words: str = "") -> View:
    """Answer for the actor's unit; another answer takes the place of what the unit said before, which stays on record.

    Raises:
        NotVisible: there is no such question, or the unit was not asked.
        StepRefused: the unit asked it itself, it is closed, or was passed on.
        Invalid: the words are of no use.
    """
    text = checked_text(words, is_demanded=False)
    found = questions.find(session, reference)
    mine = _mine(session, found)
    kind = MessageKind.NOTHING_KNOWN if given.said is Said.NOTHING_KNOWN else MessageKind.ANSWER
    for party in mine:
        message_id = messages.write(session, party.correspondence_id, kind, text)
        questions.answer(session, found.id, party.correspondence_id, message_id, given)
    audit.append(session, "question.answer", str(found.id), owner=found.member)
    return _view(session, found)


def pass_on(session: Session, reference: str, unit: str, words: str = "") -> View:
    """Hand the question over to another unit of the own member. Raises as `answer`, and Invalid: no such unit."""
    found = questions.find(session, reference)
    for party in _mine(session, found):
        corresponding.hand_over(session, party.correspondence_id, unit, words)
    audit.append(session, "question.pass", str(found.id), owner=found.member)
    return _view(session, found)


def translate(session: Session, reference: str, language: str, words: str) -> View:
    """Put a translation beside the question's words, wherever the unit sees them; the original stays.

    Raises:
        NotVisible: there is no such question, or the unit has no part in it.
        Invalid: the language is none, or the words are of no use.
    """
    found = questions.find(session, reference)
    kept, text = checked_language(language), checked_text(words)
    asking = messages.first_of(session, [party.correspondence_id for party in questions.parties(session, found.id)])
    messages.translate(session, asking, kept, text)
    audit.append(session, "question.translate", str(found.id), owner=found.member)
    return _view(session, found)


def close(session: Session, reference: str) -> None:
    """Close the own question: nobody answers any more, and nobody is shown its object.

    Raises:
        NotVisible: there is none, or the unit has no part in it.
        StepRefused: another asked it, or it is closed already.
    """
    found = questions.find(session, reference)
    if _side(session, found) is not Side.ASKER:
        raise StepRefused("Who asked closes it.")
    questions.close(session, found.id)
    audit.append(session, "question.close", str(found.id), owner=session.actor.member)


def _about(session: Session, asking: Asking) -> UUID:
    if asking.about is About.SERIES:
        return series.find(session, asking.name).id
    if asking.about is About.PLACE:
        return places.find(session, asking.name).kept.id
    if asking.about is About.CLUE:
        return _clue(session, asking.name)
    return media.own(session, digest_of(asking.name))


def _clue(session: Session, untrusted_name: str) -> UUID:
    with suppress(ValueError):
        return clues.get(session, UUID(untrusted_name)).id
    raise NotVisible("There is no such clue.")


def _check_crop(session: Session, crop_id: UUID | None) -> frozenset[str]:
    """The members who may not be shown it, because they are excluded from its medium."""
    if crop_id is None:
        return frozenset()
    found = crops.get(session, crop_id, holds=True)
    if found.state is not State.IN_FORCE:
        raise StepRefused("A second officer of your unit lets an object out before it goes with a question.")
    return media.excluded_from(session, found.medium_id)


def _mine(session: Session, found: Question) -> list[Party]:
    """The places at which an answer is wanted from the actor's unit now."""
    if _side(session, found) is Side.ASKER:
        raise StepRefused("Who asks does not answer.")
    parties = questions.parties(session, found.id)
    mine = [one for one in parties if one.units[-1] == session.actor.unit]
    check_open(is_closed=found.closed_at is not None, has_it=bool(mine))
    return mine


def _side(session: Session, found: Question) -> Side:
    own = (session.actor.member, session.actor.unit) == (found.member, found.unit)
    return Side.ASKER if own else Side.ASKED


def _view(session: Session, found: Question) -> View:
    parties, side = questions.parties(session, found.id), _side(session, found)
    has_it = False
    with suppress(StepRefused):
        has_it = bool(_mine(session, found))
    return View(
        question=found, parties=parties, side=side, has_it=has_it, has_object=crops.is_shown(session, found.crop_id),
        messages=messages.of_several(
            session, [one.correspondence_id for one in parties], limit=MESSAGES_OF_EACH_MAX
        ),
    )  # fmt: skip
