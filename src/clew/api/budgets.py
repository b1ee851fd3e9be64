"""Reveal budgets for programs: the officer's own, and those that an administrator gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import budgeting
from clew.actions.budgeting import Left, RevealBudget
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import OneOf
from clew.api.officers import GivenSuspension, scope_of
from clew.domain.reveal_budget import MOST
from clew.domain.suspension import Level

router = Router(tags=["media"])
given_by_administrators = Router(tags=["administration"])


class BudgetLeft(Schema):
    """Different media that may be revealed within an hour and a day, what is left now, and how long until one more."""

    hourly: int
    daily: int
    hourly_left: int
    daily_left: int
    wait_seconds: int


@reading(router, "/reveal-budget", BudgetLeft)
def look(session: Session) -> dict[str, int]:
    """What is left of the officer's reveal budget; beyond it a reveal is refused with 429 and Retry-After."""
    return told(budgeting.own(session))


def told(left: Left) -> dict[str, int]:
    """What is left as the document says it."""
    return {
        "hourly": left.budget.hourly, "daily": left.budget.daily, "hourly_left": left.hourly, "daily_left": left.daily,
        "wait_seconds": left.wait_seconds,
    }  # fmt: skip


class BudgetLine(Schema):
    """`name`: the officer, the unit or the member whom it is for."""

    id: UUID
    level: OneOf[Level]
    name: str
    hourly: int
    daily: int
    reason: str
    given_by: str
    given_at: datetime


class BudgetRefused(Schema):
    officer: str
    times: int
    last_at: datetime


class Budgets(Schema):
    """`refused`: officers whom the budget refused within a week, 50 at most."""

    items: list[BudgetLine]
    refused: list[BudgetRefused]


class BudgetGiven(Schema):
    budget: UUID


class GivenBudget(GivenSuspension):
    """`hourly` and `daily`: different media that may be revealed."""

    hourly: Annotated[int, Field(ge=1, le=MOST)]
    daily: Annotated[int, Field(ge=1, le=MOST)]


@reading(given_by_administrators, "/reveal-budgets", Budgets)
def every_one(session: Session) -> dict[str, object]:
    """Budgets that the own member gave, and whom they refused; where none was given, the shipped one holds."""
    return {
        "items": [
            {"id": one.id, "level": one.scope.level, "name": one.scope.name,
             "hourly": one.budget.hourly, "daily": one.budget.daily, "reason": one.reason, "given_by": one.given_by,
             "given_at": one.given_at}
            for one in budgeting.in_force(session)
        ],
        "refused": [
            {"officer": one.officer, "times": one.times, "last_at": one.last_at} for one in budgeting.refused(session)
        ],
    }  # fmt: skip


@writing(given_by_administrators, "/reveal-budgets", BudgetGiven)
def give(session: Session, given: GivenBudget) -> dict[str, UUID]:
    """Give a budget to an officer, to each of a unit or of the member, from the next reveal on; in place of another."""
    budget = RevealBudget(hourly=given.hourly, daily=given.daily)
    return {"budget": budgeting.give(session, scope_of(session, given), budget, given.reason)}


@writing(given_by_administrators, "/reveal-budgets/end", BudgetGiven)
def end(session: Session, given: GivenSuspension) -> dict[str, UUID]:
    """End the budget of exactly this officer, unit or member: the next wider one holds from the next reveal on."""
    return {"budget": budgeting.end(session, scope_of(session, given), given.reason)}
