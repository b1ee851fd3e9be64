"""Messages and notices for programs: what units ask one another about records, and what waits."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import corresponding
from clew.actions.corresponding import About
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given, Limit, Name, OneOf, Words
from clew.domain.errors import Invalid
from clew.domain.message import Kind, NoticeKind, Side, SubjectKind

router = Router(tags=["messages"])


class MessageLine(Schema):
    """A correspondence of the own unit; `about`: empty of what the unit may not see."""

    id: UUID
    member: str
    unit: str
    to_member: str
    to_units: list[str]
    kind: OneOf[SubjectKind]
    about: str
    due_on: date
    asked_by: str
    asked_at: datetime
    closed_at: datetime | None
    is_unread: bool
    is_answered: bool


class MessageLines(Schema):
    items: list[MessageLine]
    next: UUID | None


class Translation(Schema):
    language: str
    words: str
    by: str
    member: str
    at: datetime


class Message(Schema):
    id: UUID
    kind: OneOf[Kind]
    member: str
    unit: str
    words: str
    written_by: str
    written_at: datetime
    translations: list[Translation]


class MessageView(Schema):
    """`side`: who the own unit is in it; `has_it`: it answers now; `has_earlier`: ask for those `before` the first."""

    correspondence: MessageLine
    messages: list[Message]
    has_earlier: bool
    side: OneOf[Side]
    has_it: bool


class Notice(Schema):
    """That something waits, and of what.

    `since`: of an outcome, when your unit's first media in it came in. `many`: of proposals, how many came since your
    unit looked last.
    """

    id: UUID
    kind: OneOf[NoticeKind]
    about: str
    raised_at: datetime
    seen_at: datetime | None
    since: datetime | None
    many: int | None


class Notices(Schema):
    """What waits first, and of that leads last; `has_more`: what else waits is given once these are seen."""

    items: list[Notice]
    has_more: bool


class Asked(Schema):
    correspondence: UUID


class GivenRequest(Given):
    """`to`: member and unit, as `CA/VICTIM-ID`; of an overlap or an event nobody is named.

    The other side of the overlap is asked, or the supervisor of the member whose officer did what the event says.
    """

    kind: OneOf[SubjectKind]
    name: Name
    within: Name | None = None
    to: Annotated[str | None, Field(pattern="^[A-Za-z0-9-]+/[A-Za-z0-9-]+$", max_length=200)] = None
    due_on: date
    words: Words


class GivenMessage(Given):
    kind: OneOf[Kind]
    words: Words = ""


class GivenUnit(Given):
    unit: Name
    words: Words = ""


class GivenTranslation(Given):
    """`language`: a code of ISO 639, such as fr."""

    message: UUID
    language: Annotated[str, Field(min_length=2, max_length=3)]
    words: Words


@reading(router, "/messages", MessageLines)
def page(
    session: Session, after: UUID | None = None, limit: Limit = 50, *, is_waiting: bool = False
) -> dict[str, object]:
    """Correspondences of the own unit, the latest first.

    `is_waiting`: those alone that your unit has not answered.
    """
    found = corresponding.page(session, limit=limit, after=after, is_waiting=is_waiting)
    return {"items": [_line(one) for one in found.items], "next": found.next}


@reading(router, "/messages/{uuid:correspondence}", MessageView)
def look(session: Session, correspondence: UUID, before: UUID | None = None) -> dict[str, object]:
    """A correspondence with its latest messages, or those before one of them; the officer has read it then."""
    return _view(corresponding.look(session, correspondence, before))


@writing(router, "/messages", Asked)
def ask(session: Session, given: GivenRequest) -> dict[str, UUID]:
    """Ask another unit about a record."""
    to = None
    if given.to is not None:
        member, _sign, unit = given.to.upper().partition("/")
        to = member, unit
    elif given.kind not in (SubjectKind.OVERLAP, SubjectKind.EVENT):
        raise Invalid("Say which member and unit is asked, as CA/VICTIM-ID.")
    about = About(kind=given.kind, name=given.name, within=given.within)
    return {"correspondence": corresponding.ask(session, about, to, given.due_on, given.words)}


@writing(router, "/messages/{uuid:correspondence}/say", MessageView)
def say(session: Session, correspondence: UUID, given: GivenMessage) -> dict[str, object]:
    """Answer, say that nothing is known, or add a remark to the own request."""
    return _view(corresponding.say(session, correspondence, given.kind, given.words))


@writing(router, "/messages/{uuid:correspondence}/pass", MessageView)
def pass_on(session: Session, correspondence: UUID, given: GivenUnit) -> dict[str, object]:
    """Hand a request over to another unit of the own member."""
    return _view(corresponding.pass_on(session, correspondence, given.unit, given.words))


@writing(router, "/messages/{uuid:correspondence}/translate", MessageView)
def translate(session: Session, correspondence: UUID, given: GivenTranslation) -> dict[str, object]:
    """Put a translation beside a message; the original stays."""
    return _view(corresponding.translate(session, correspondence, given.message, given.language, given.words))


@writing(router, "/messages/{uuid:correspondence}/close")
def close(session: Session, correspondence: UUID) -> None:
    """Close a request of the own unit."""
    corresponding.close(session, correspondence)


@reading(router, "/notices", Notices)
def notices(session: Session) -> corresponding.NoticePage:
    """What waits for the own unit, the latest first; then what was seen."""
    return corresponding.notices(session)


@writing(router, "/notices/{uuid:notice}/seen")
def see(session: Session, notice: UUID) -> None:
    """The own unit knows now."""
    corresponding.see(session, notice)


def _view(view: corresponding.View) -> dict[str, object]:
    return {
        "correspondence": _line(view.correspondence), "messages": view.messages,
        "has_earlier": view.has_earlier, "side": view.side, "has_it": view.has_it,
    }  # fmt: skip


def _line(one: corresponding.Correspondence) -> dict[str, object]:
    return {
        "id": one.id, "member": one.member, "unit": one.unit, "to_member": one.to_member, "to_units": one.units,
        "kind": one.subject_kind.value, "about": one.about, "due_on": one.due_on, "asked_by": one.asked_by,
        "asked_at": one.asked_at, "closed_at": one.closed_at, "is_unread": one.is_unread,
        "is_answered": one.is_answered,
    }  # fmt: skip
