"""Questions for programs: what a unit asks of others about an object, and what they answer."""

from base64 import b64encode
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.conf import settings
from ninja import Router, Schema
from pydantic import Field

from clew.actions import concluding, cropping, questioning
from clew.actions.cropping import Piece
from clew.actions.opening import Session
from clew.actions.questioning import Question
from clew.api.door import acting, reading, writing
from clew.api.given import Digest, Given, GivenStatement, Limit, Name, OneOf, Reason, Words
from clew.domain.agreement import State as CropState
from clew.domain.crop import box_in
from clew.domain.handling import Actor
from clew.domain.message import Kind as MessageKind
from clew.domain.message import Side
from clew.domain.question import About, Answer, Kind, Said

router = Router(tags=["questions"])
Language = Annotated[str, Field(min_length=2, max_length=3, description="ISO 639, such as fr.")]
Word = Annotated[str, Field(max_length=200)]


class CropLine(Schema):
    """An object that an officer cut out; a second lets it out."""

    id: UUID
    words: str
    at_ms: int | None
    state: OneOf[CropState]
    is_there: bool
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class CropLines(Schema):
    items: list[CropLine]
    next: UUID | None


class CropMade(Schema):
    crop: UUID


class CropShown(Schema):
    """A PNG in base64 (RFC 4648, section 4)."""

    png: str


class QuestionLine(Schema):
    """`about`: empty of what the unit may not see."""

    reference: str
    member: str
    unit: str
    kind: OneOf[Kind]
    about_kind: OneOf[About]
    about: str
    crop: UUID | None
    language: str
    due_on: date
    asked_at: datetime
    closed_at: datetime | None
    is_unread: bool


class QuestionLines(Schema):
    items: list[QuestionLine]
    next: UUID | None


class QuestionAnswer(Schema):
    id: UUID
    said: OneOf[Said]
    country: str
    member: str
    unit: str
    at: datetime


class QuestionWords(Schema):
    language: str
    words: str


class QuestionMessage(Schema):
    kind: OneOf[MessageKind]
    member: str
    unit: str
    words: str
    written_at: datetime
    translations: list[QuestionWords]


class QuestionParty(Schema):
    """Somebody who was asked; who else was, only the unit that asks is told.

    `messages` are the latest of the `correspondence`; where it `has_earlier`, they are read there.
    """

    correspondence: UUID
    member: str
    units: list[str]
    is_closed: bool
    answers: list[QuestionAnswer]
    messages: list[QuestionMessage]
    has_earlier: bool


class QuestionView(Schema):
    question: QuestionLine
    side: OneOf[Side]
    has_it: bool
    has_object: bool
    asked: list[QuestionParty]


class QuestionAsked(Schema):
    reference: str


class ClueMade(Schema):
    clue: UUID


class GivenCrop(GivenStatement):
    """`box`: x,y,width,height as shares of the picture as it is shown; `at_ms`: when in a moving medium."""

    medium: Digest
    box: Annotated[str, Field(min_length=7, max_length=100)]
    words: Reason
    at_ms: Annotated[int | None, Field(ge=0)] = None


class GivenQuestion(Given):
    """`to`: members and units by name; `good_at`, `speaking`: and whoever has the speciality and language."""

    kind: OneOf[Kind]
    about: OneOf[About]
    name: Name
    words: Words
    language: Language
    due_on: date
    crop: UUID | None = None
    to: Annotated[list[Word], Field(max_length=100)] = []  # noqa: RUF012 (pydantic copies it)
    good_at: Annotated[list[Word], Field(max_length=20)] = []  # noqa: RUF012
    speaking: Annotated[list[Language], Field(max_length=20)] = []  # noqa: RUF012


class GivenAnswerTo(Given):
    """`nothing-known` needs no words."""

    said: OneOf[Said]
    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    words: Words = ""


class GivenPassedOn(Given):
    unit: Name
    words: Words = ""


class GivenInLanguage(Given):
    language: Language
    words: Words


class GivenAnswerId(Given):
    answer: UUID


@reading(router, "/crops", CropLines)
def crops(
    session: Session, after: UUID | None = None, limit: Limit = 50, *, is_waiting: bool = False
) -> dict[str, object]:
    """Objects that the own unit cut out of media, the latest first.

    `is_waiting`: those alone that wait for you to let them out.
    """
    page = cropping.page(session, limit=limit, after=after, is_waiting=is_waiting)
    return {"items": page.items, "next": page.next}


@reading(router, "/crops/{uuid:crop}", CropLine)
def crop(session: Session, crop: UUID) -> cropping.Crop:
    """An object that the own unit cut out."""
    return cropping.look(session, crop)


@writing(router, "/crops/{uuid:crop}/approve")
def approve_crop(session: Session, crop: UUID) -> None:
    """Let an object out, as the second officer."""
    cropping.approve(session, crop)


@acting(router, "/crops", CropMade)
def cut(actor: Actor, given: GivenCrop) -> dict[str, UUID]:
    """Cut an object out of a medium of the own unit, in the sandbox; nothing of the medium is given."""
    piece = Piece(sha256=bytes.fromhex(given.medium), box=box_in(given.box), words=given.words, at_ms=given.at_ms)
    made = cropping.make(settings.CLEW_CUTTER, actor, piece, purpose=given.purpose, case=given.case)
    return {"crop": made}


@writing(router, "/crops/{uuid:crop}/refuse")
def refuse_crop(session: Session, crop: UUID) -> None:
    """Let an object not out, or take it back: its bytes go."""
    cropping.refuse(settings.CLEW_VAULT, session, crop)


@writing(router, "/crops/{uuid:crop}/end")
def end_crop(session: Session, crop: UUID) -> None:
    """Have an object that was let out be shown no more: its bytes go."""
    cropping.end(settings.CLEW_VAULT, session, crop)


@acting(router, "/crops/{uuid:crop}/show", CropShown)
def show_crop(actor: Actor, crop: UUID, given: GivenStatement) -> dict[str, str]:
    """An object that the own unit may be shown: the act is signed before its bytes are given."""
    with cropping.revealed(settings.CLEW_VAULT, actor, crop, purpose=given.purpose, case=given.case) as png:
        return {"png": b64encode(png).decode()}


@reading(router, "/questions", QuestionLines)
def page(
    session: Session, asked_by_us: bool = False, after: UUID | None = None, limit: Limit = 50, *,
    is_waiting: bool = False,
) -> dict[str, object]:
    """Questions that were put to the own unit, or that it asked; the latest first.

    `is_waiting`: of those put to your unit those alone that it has not answered.
    """
    found = questioning.page(session, is_own=asked_by_us, limit=limit, after=after, is_waiting=is_waiting)
    return {"items": [_line(one) for one in found.items], "next": found.next}


@reading(router, "/questions/{reference}", QuestionView)
def look(session: Session, reference: str) -> dict[str, object]:
    """A question with who was asked and what they answered; the officer has read it then."""
    return _view(questioning.look(session, reference))


@writing(router, "/questions", QuestionAsked)
def ask(session: Session, given: GivenQuestion) -> dict[str, str]:
    """Ask others whether they know an object."""
    asking = questioning.Asking(
        kind=given.kind, about=given.about, name=given.name, words=given.words, language=given.language,
        due_on=given.due_on, crop_id=given.crop,
    )  # fmt: skip
    to = questioning.whom(given.to, given.good_at, given.speaking)
    return {"reference": questioning.ask(session, asking, to)}


@writing(router, "/questions/{reference}/answer", QuestionView)
def answer(session: Session, reference: str, given: GivenAnswerTo) -> dict[str, object]:
    """Answer for the own unit; it takes the place of what the unit said before."""
    said = Answer(said=given.said, country=given.country)
    return _view(questioning.answer(session, reference, said, given.words))


@writing(router, "/questions/{reference}/pass", QuestionView)
def pass_on(session: Session, reference: str, given: GivenPassedOn) -> dict[str, object]:
    """Hand a question over to another unit of the own member."""
    return _view(questioning.pass_on(session, reference, given.unit, given.words))


@writing(router, "/questions/{reference}/translate", QuestionView)
def translate(session: Session, reference: str, given: GivenInLanguage) -> dict[str, object]:
    """Put a translation beside the question; the original stays."""
    return _view(questioning.translate(session, reference, given.language, given.words))


@writing(router, "/questions/{reference}/conclude", ClueMade)
def conclude(session: Session, reference: str, given: GivenAnswerId) -> dict[str, UUID]:
    """Make a clue of an answer that names a country."""
    return {"clue": concluding.conclude(session, reference, given.answer)}


@writing(router, "/questions/{reference}/close")
def close(session: Session, reference: str) -> None:
    """Close a question of the own unit."""
    questioning.close(session, reference)


def _view(view: questioning.View) -> dict[str, object]:
    asked = [
        {
            "correspondence": party.correspondence_id, "member": party.member, "units": party.units,
            "is_closed": party.is_closed,
            "answers": [
                {"id": one.id, "said": one.answer.said, "country": one.answer.country, "member": one.member,
                 "unit": one.unit, "at": one.at}
                for one in party.answers
            ],
            "messages": view.messages[party.correspondence_id].items,
            "has_earlier": view.messages[party.correspondence_id].has_earlier,
        }
        for party in view.parties
    ]  # fmt: skip
    return {
        "question": _line(view.question), "side": view.side, "has_it": view.has_it, "has_object": view.has_object,
        "asked": asked,
    }  # fmt: skip


def _line(one: Question) -> dict[str, object]:
    return {
        "reference": one.reference, "member": one.member, "unit": one.unit, "kind": one.kind,
        "about_kind": one.about_kind, "about": one.about, "crop": one.crop_id, "language": one.language,
        "due_on": one.due_on, "asked_at": one.asked_at, "closed_at": one.closed_at, "is_unread": one.is_unread,
    }  # fmt: skip
