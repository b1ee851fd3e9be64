"""Identification for programs: the steps about victims, by two officers, and the ledger of children."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import identifying
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given, OneOf, Reason, Words
from clew.domain.identification import Status, Step
from clew.domain.ledger import By
from clew.domain.victim import VictimState

router = Router(tags=["identification"])


class IdentificationStepTaken(Schema):
    id: UUID
    step: OneOf[Step]
    state: OneOf[VictimState]
    status: OneOf[Status]
    basis: str
    evidence: str
    next_step: str
    next_on: date | None
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class Steps(Schema):
    items: list[IdentificationStepTaken]


class Due(Schema):
    victim: str
    step: IdentificationStepTaken


class DueList(Schema):
    """`has_more`: others come up once these were taken."""

    items: list[Due]
    has_more: bool


class IdentificationProposed(Schema):
    step: UUID


class LedgerLine(Schema):
    """Children by something; of others in fives, null where they are fewer than five."""

    key: str
    own: int
    others: int | None
    own_safeguarded: int
    others_safeguarded: int | None


class Times(Schema):
    """Medians, over own children or those of `others`: of others in whole days, and over whole fives of those known."""

    whose: str
    children: int
    to_lead: timedelta | None
    from_lead: timedelta | None
    to_identified: timedelta | None


class Ledger(Schema):
    lines: list[LedgerLine]
    total: LedgerLine
    times: list[Times]


class GivenIdentificationStep(Given):
    step: OneOf[Step]
    basis: Reason
    evidence: Reason
    next_step: Words = ""
    next_on: date | None = None


@reading(router, "/victims/{reference}/steps", Steps)
def steps(session: Session, reference: str) -> dict[str, object]:
    """The steps about an own victim, the latest first."""
    return {"items": identifying.steps(session, reference)}


@reading(router, "/identification/due", DueList)
def due(session: Session) -> dict[str, object]:
    """Next steps about own victims whose day has come."""
    found = identifying.due(session)
    return {"items": [{"victim": name, "step": step} for name, step in found.items], "has_more": found.has_more}


@reading(router, "/ledger", Ledger)
def ledger(
    session: Session, by: OneOf[By] = By.MEMBER, year: Annotated[int | None, Field(ge=1990, le=2200)] = None
) -> dict[str, object]:
    """How many children are identified and safeguarded, each counted once."""
    counted, times = identifying.ledger(session, by, year)
    return {"lines": counted.lines, "total": counted.total, "times": times}


@writing(router, "/victims/{reference}/steps", IdentificationProposed)
def propose(session: Session, reference: str, given: GivenIdentificationStep) -> dict[str, UUID]:
    """Propose a step about an own victim; another officer of the unit confirms it."""
    made = identifying.propose(
        session, reference, given.step, basis=given.basis, evidence=given.evidence, next_step=given.next_step,
        next_on=given.next_on,
    )  # fmt: skip
    return {"step": made}


@writing(router, "/victims/{reference}/steps/confirm")
def confirm(session: Session, reference: str) -> None:
    """Confirm the step that waits about an own victim."""
    identifying.confirm(session, reference)


@writing(router, "/victims/{reference}/steps/refuse")
def refuse(session: Session, reference: str) -> None:
    """Refuse the step that waits about an own victim."""
    identifying.refuse(session, reference)


@writing(router, "/victims/{reference}/steps/withdraw")
def withdraw(session: Session, reference: str) -> None:
    """Withdraw the own proposal of a step."""
    identifying.withdraw(session, reference)
