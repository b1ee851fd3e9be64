"""Requests of people about their own data, for programs: the register of a member, and what other members ask of it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from clew.actions import consulting, examining
from clew.actions.consulting import Consultation
from clew.actions.examining import Request
from clew.actions.opening import Session
from clew.api.door import acting, reading, writing
from clew.api.given import Given, GivenSubject, Limit, Name, OneOf
from clew.domain.clock import RequestKind, Timing
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.request import TEXT_CHARACTERS_MAX, Outcome, State, View

router = Router(tags=["requests of people"])
Written = Annotated[str, Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)]


class PersonRequest(Schema):
    """A request as it stands in the register; `timing`: against its clock, now or when it was decided."""

    id: UUID
    reference: str
    kind: OneOf[RequestKind]
    state: OneOf[State]
    received_on: date
    due_on: date
    timing: OneOf[Timing]
    outcome: OneOf[Outcome] | None
    decided_at: datetime | None
    closed_at: datetime | None


class PersonRequests(Schema):
    items: list[PersonRequest]
    next: UUID | None


class RequestsDue(Schema):
    """Numbers of the own member; `unanswered`: consultations that wait for its answer."""

    open: int
    due_soon: int
    overdue: int
    unanswered: int


class OwnerAsked(Schema):
    """What a member asks of the owner of a record; `view`: null until it is answered."""

    id: UUID
    member: str
    owner: str
    kind: OneOf[RequestKind]
    record: UUID | None
    question: str
    asked_at: datetime
    ends_at: datetime
    view: OneOf[View] | None
    answer: str
    answered_at: datetime | None
    ended_at: datetime | None


class OwnersAsked(Schema):
    """First what waits for an answer, then the latest of the rest: two hundred."""

    items: list[OwnerAsked]


class RequestBlock(Schema):
    """What is blocked for a request: of which unit, and not by name."""

    id: UUID
    kind: OneOf[SubjectKind]
    unit: str
    laid_at: datetime


class PersonRequestView(Schema):
    """With everything that was asked and said about it; `reasons` and `told` are empty until there are any."""

    request: PersonRequest
    applicant: str
    asked: str
    entered_by: str
    admitted_at: datetime | None
    reasons: str
    decided_by: str | None
    told: str
    consultations: list[OwnerAsked]
    blocks: list[RequestBlock]


class RequestEntered(Schema):
    request: UUID


class OwnerAskedId(Schema):
    consultation: UUID


class RequestBlockLaid(Schema):
    block: UUID


class GivenPersonRequest(Given):
    """`received_at`: when and, by its zone, where it came; `applicant`: who asks, and where to answer."""

    reference: Name
    kind: OneOf[RequestKind]
    received_at: AwareDatetime
    applicant: Written
    asked: Written


class GivenReasons(Given):
    words: Written


class GivenDecision(Given):
    outcome: OneOf[Outcome]
    words: Written


class GivenConsultation(Given):
    """`record`: of the owner, such as the officer sees it. Who asked is not told to the owner unless `words` say it."""

    owner: Name
    words: Written
    record: UUID | None = None


class GivenRequestBlock(GivenSubject):
    """`unit`: of the own member."""

    unit: Name


class GivenOwnersView(Given):
    view: OneOf[View]
    words: Written


@reading(router, "/requests", PersonRequests)
def register(
    session: Session, decided: bool = False, after: UUID | None = None, limit: Limit = 100
) -> dict[str, object]:
    """Requests of the own member that are open, those due first first; or those that are decided, the latest first."""
    page = (examining.decided_ones if decided else examining.open_ones)(session, after, limit)
    return {"items": [_request(one) for one in page.items], "next": page.next}


@reading(router, "/requests/due", RequestsDue)
def due(session: Session) -> object:
    """How many are open, due soon and overdue; all naught for who neither protects data nor looks after the member."""
    return examining.count_due(session)


@reading(router, "/requests/{uuid:asked}", PersonRequestView)
def look(session: Session, asked: UUID) -> dict[str, object]:
    """A request with everything that was asked and said about it."""
    view = examining.look(session, asked)
    found = view.request
    return {
        "request": _request(found), "applicant": found.applicant, "asked": found.asked,
        "entered_by": found.entered_by, "admitted_at": found.admitted_at, "reasons": found.reasons,
        "decided_by": found.decided_by, "told": found.told, "blocks": view.blocks,
        "consultations": [_consultation(one) for one in view.consultations],
    }  # fmt: skip


@writing(router, "/requests", RequestEntered)
def receive(session: Session, given: GivenPersonRequest) -> dict[str, UUID]:
    """Enter a request that was received; its clock runs from the day of receipt."""
    made = examining.receive(
        session, given.reference, given.kind, given.received_at, given.applicant, given.asked
    )
    return {"request": made}


@writing(router, "/requests/{uuid:asked}/admit")
def admit(session: Session, asked: UUID) -> None:
    """Find a request admissible: it is examined from now on."""
    examining.admit(session, asked)


@writing(router, "/requests/{uuid:asked}/dismiss")
def dismiss(session: Session, asked: UUID, given: GivenReasons) -> None:
    """Find a request inadmissible."""
    examining.dismiss(session, asked, given.words)


@writing(router, "/requests/{uuid:asked}/withdraw")
def withdraw(session: Session, asked: UUID, given: GivenReasons) -> None:
    """Keep that whoever asked does so no more, and how that was said."""
    examining.withdraw(session, asked, given.words)


@writing(router, "/requests/{uuid:asked}/decide")
def decide(session: Session, asked: UUID, given: GivenDecision) -> None:
    """Decide a request that was examined: granted, partly-granted or refused."""
    examining.decide(session, asked, given.outcome, given.words)


@writing(router, "/requests/{uuid:asked}/close")
def close(session: Session, asked: UUID, given: GivenReasons) -> None:
    """Keep how and when whoever asked was told."""
    examining.close(session, asked, given.words)


@writing(router, "/requests/{uuid:asked}/consult", OwnerAskedId)
def consult(session: Session, asked: UUID, given: GivenConsultation) -> dict[str, UUID]:
    """Ask the owner of a record about which somebody asked."""
    return {"consultation": consulting.ask(session, asked, given.owner, given.words, given.record)}


@acting(router, "/requests/{uuid:asked}/blocks", RequestBlockLaid)
def block(actor: Actor, asked: UUID, given: GivenRequestBlock) -> dict[str, UUID]:
    """Block a record of a unit of the own member while a request is examined; once it is blocked, again is refused."""
    return {"block": examining.block(actor, asked, given.unit, given.kind, given.name, given.within)}


@acting(router, "/requests/{uuid:asked}/blocks/{uuid:block}/lift")
def unblock(actor: Actor, asked: UUID, block: UUID) -> None:
    """Lift a block that was laid for a request."""
    examining.unblock(actor, asked, block)


@reading(router, "/consultations", OwnersAsked)
def asked_of_us(session: Session) -> dict[str, object]:
    """What other members ask the own one about its records."""
    return {"items": [_consultation(one) for one in consulting.asked_of_us(session)]}


@reading(router, "/consultations/{uuid:consultation}", OwnerAsked)
def look_at_one(session: Session, consultation: UUID) -> dict[str, object]:
    """One thing that another member asks the own one."""
    return _consultation(consulting.look(session, consultation))


@writing(router, "/consultations/{uuid:consultation}/answer")
def answer(session: Session, consultation: UUID, given: GivenOwnersView) -> None:
    """Say, for the owner, whether it agrees; once, and in time."""
    consulting.answer(session, consultation, given.view, given.words)


def _request(one: Request) -> dict[str, object]:
    return {
        "id": one.id, "reference": one.reference, "kind": one.kind, "state": one.state,
        "received_on": one.received_on, "due_on": one.due_on, "timing": examining.timing_of(one),
        "outcome": one.outcome, "decided_at": one.decided_at, "closed_at": one.closed_at,
    }  # fmt: skip


def _consultation(one: Consultation) -> dict[str, object]:
    return {
        "id": one.id, "member": one.member, "owner": one.owner, "kind": one.kind, "record": one.record_id,
        "question": one.question, "asked_at": one.asked_at, "ends_at": one.ends_at, "view": one.view,
        "answer": one.answer, "answered_at": one.answered_at, "ended_at": one.ended_at,
    }  # fmt: skip
