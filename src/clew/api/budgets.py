"""The officer's own reveal budget, for programs."""

from ninja import Router, Schema

from clew.actions import budgeting
from clew.actions.budgeting import Left
from clew.actions.opening import Session
from clew.api.door import reading

router = Router(tags=["media"])


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
