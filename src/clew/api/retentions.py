"""Retention for programs: what comes due, what is decided about it, what is blocked, and what ended."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import blocking, retaining
from clew.actions.opening import Session
from clew.actions.retaining import Due, Tombstone, marker_in
from clew.api.door import reading, reading_apart, writing
from clew.api.given import After, Given, GivenSubject, Limit, Name, OneOf, Reason
from clew.domain.agreement import State as AgreementState
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import TERMS, Decision, Rule, State

router = Router(tags=["retention"])
YEARS_MAX = max(term.years_max for term in TERMS.values())
Years = Annotated[int, Field(ge=1, le=YEARS_MAX)]


class RetentionDecision(Schema):
    """What was decided: a later end, or (`until` is null) that it ends as it is."""

    id: UUID
    until: date | None
    reason: str
    state: OneOf[AgreementState]
    proposed_by: str
    proposed_at: datetime


class KeptSubject(Schema):
    """`ends_on`: the first day on which it is no longer kept. `exhibits`: how many end with a case; `is_decided`: since
    it is asked about, somebody said that it shall end; `proposal`: a later end that waits for a second officer.
    """

    kind: OneOf[SubjectKind]
    id: UUID
    name: str
    case: str | None
    entered_on: date
    ends_on: date
    ends_by: OneOf[Rule]
    state: OneOf[State]
    exhibits: int
    is_decided: bool
    proposal: RetentionDecision | None


class KeptSubjects(Schema):
    items: list[KeptSubject]
    next: str | None


class KeptSubjectView(Schema):
    subject: KeptSubject
    decisions: list[RetentionDecision]


class UnitRetention(Schema):
    """How much of a unit comes due or is blocked, of a thousand at most; `is_more`: there are others."""

    unit: str
    by_kind: dict[str, int]
    undecided: int
    blocked: int
    is_more: bool


class UnitsRetention(Schema):
    items: list[UnitRetention]


class BlockLine(Schema):
    """`name`: the identifier of what is another unit's."""

    id: UUID
    kind: OneOf[SubjectKind]
    unit: str
    name: str
    case: str | None
    reason: str
    laid_by: str
    laid_at: datetime


class BlockLines(Schema):
    items: list[BlockLine]
    next: UUID | None


class EndedSubject(Schema):
    """What is left of a subject: `token` stands for its name, and `act` is the event that proves its end."""

    id: UUID
    kind: OneOf[SubjectKind]
    subject: UUID
    unit: str
    token: str
    entered_on: date
    due_on: date
    ended_by: OneOf[Rule]
    counts: dict[str, int]
    ended_at: datetime | None
    act: UUID | None


class EndedSubjects(Schema):
    items: list[EndedSubject]
    next: UUID | None


class EndedOfName(Schema):
    """The latest hundred: a name may have been entered anew."""

    items: list[EndedSubject]


class RetentionTerms(Schema):
    """Years for which each type is kept where nothing else is said."""

    terms: dict[str, int]


class BlockLaid(Schema):
    block: UUID


class GivenExtension(GivenSubject):
    until: date
    reason: Reason


class GivenReasonedSubject(GivenSubject):
    reason: Reason


class GivenTerm(Given):
    kind: OneOf[SubjectKind]
    years: Years


@reading(router, "/retention", KeptSubjects)
def coming_due(
    session: Session, after: After = None, limit: Limit = 50, *, is_waiting: bool = False
) -> dict[str, object]:
    """What of the own unit ends within six months or is past its end, the nearest first.

    `is_waiting`: that alone, whenever it ends, of which a longer end waits for you to agree.
    """
    begin = None if after is None else marker_in(after)
    page = retaining.coming_due(session, limit=limit, after=begin, is_waiting=is_waiting)
    return {"items": [_due(one) for one in page.items], "next": page.next and str(page.next)}


@reading(router, "/retention/of-subject", KeptSubjectView)
def look(session: Session, kind: OneOf[SubjectKind], name: Name, within: Name | None = None) -> dict[str, object]:
    """A subject of the own unit with its end, and everything that was decided about it."""
    due, decisions = retaining.look(session, kind, name, within)
    return {"subject": _due(due), "decisions": decisions}


@reading_apart(router, "/retention/units", UnitsRetention)
def of_every_unit(actor: Actor) -> dict[str, object]:
    """What comes due in each unit of the own member, as numbers; nothing for who does not answer for the member."""
    return {
        "items": [
            {"unit": one.unit, "by_kind": {kind.value: count for kind, count in one.by_kind.items()},
             "undecided": one.undecided, "blocked": one.blocked, "is_more": one.is_more}
            for one in retaining.of_every_unit(actor)
        ]
    }  # fmt: skip


@reading(router, "/retention/blocks", BlockLines)
def blocks(session: Session, after: UUID | None = None, limit: Limit = 50) -> dict[str, object]:
    """What is blocked now, of the own unit or, for who answers for the member, of all of it; the newest first."""
    page = blocking.blocked_now(session, limit=limit, after=after)
    return {
        "items": [
            {"id": one.block.id, "kind": one.kind, "unit": one.unit, "name": one.name, "case": one.case,
             "reason": one.block.reason, "laid_by": one.block.laid_by, "laid_at": one.block.laid_at}
            for one in page.items
        ],
        "next": page.next,
    }  # fmt: skip


@reading(router, "/retention/ended", EndedSubjects)
def ended(session: Session, after: UUID | None = None, limit: Limit = 50) -> dict[str, object]:
    """What of the own member ended by itself, the latest first."""
    page = retaining.ended(session, limit=limit, after=after)
    return {"items": [_ended(one) for one in page.items], "next": page.next}


@reading(router, "/retention/ended/of-name", EndedOfName)
def proof(session: Session, kind: OneOf[SubjectKind], name: Name, within: Name | None = None) -> dict[str, object]:
    """What of the own member bore this name and ended by itself."""
    return {"items": [_ended(one) for one in retaining.proof(session, kind, name, within)]}


@reading(router, "/retention/terms", RetentionTerms)
def terms(session: Session) -> dict[str, object]:
    """How many years the own member keeps each type where nothing else is said."""
    return {"terms": {kind.value: years for kind, years in retaining.terms(session).items()}}


@writing(router, "/retention/terms")
def set_term(session: Session, given: GivenTerm) -> None:
    """Set the own member's term for a type, as its administrator."""
    retaining.set_term(session, given.kind, given.years)


@writing(router, "/retention/extend", RetentionDecision)
def extend(session: Session, given: GivenExtension) -> Decision:
    """Keep a subject of the own unit longer; proposed where a second officer must agree."""
    return retaining.extend(session, given.kind, given.name, given.within, given.until, given.reason)


@writing(router, "/retention/let-end")
def let_end(session: Session, given: GivenReasonedSubject) -> None:
    """Answer the review of a subject of the own unit: it ends as it is."""
    retaining.let_end(session, given.kind, given.name, given.within, given.reason)


@writing(router, "/retention/decisions/{uuid:decision}/approve")
def approve(session: Session, decision: UUID) -> None:
    """Agree, as a second officer of the unit, to a longer end."""
    retaining.approve(session, decision)


@writing(router, "/retention/decisions/{uuid:decision}/withdraw")
def withdraw(session: Session, decision: UUID) -> None:
    """Take a proposal back, or refuse it as the second officer."""
    retaining.withdraw(session, decision)


@writing(router, "/retention/block", BlockLaid)
def block(session: Session, given: GivenReasonedSubject) -> dict[str, UUID]:
    """Block a subject of the own unit for examination: nobody else uses it, and its end waits."""
    return {"block": blocking.block(session, given.kind, given.name, given.within, given.reason)}


@writing(router, "/retention/blocks/{uuid:block}/lift")
def lift(session: Session, block: UUID) -> None:
    """Lift a block of the own unit: what held before holds again."""
    blocking.unblock(session, block)


def _due(one: Due) -> dict[str, object]:
    kept = one.kept
    return {
        "kind": kept.kind, "id": kept.id, "name": kept.name, "case": kept.case, "entered_on": kept.entered_on,
        "ends_on": kept.ends_on, "ends_by": kept.rule, "state": one.state, "exhibits": kept.exhibits,
        "is_decided": kept.is_decided, "proposal": one.proposal,
    }  # fmt: skip


def _ended(one: Tombstone) -> dict[str, object]:
    return {
        "id": one.id, "kind": one.kind, "subject": one.subject_id, "unit": one.unit, "token": one.token.hex(),
        "entered_on": one.entered_on, "due_on": one.due_on, "ended_by": one.rule, "counts": one.counts,
        "ended_at": one.ended_at, "act": one.act_id,
    }  # fmt: skip
