"""Reveal budgets: how many different media an officer may reveal within an hour and within a day.

A thief of a sign-in, or somebody curious, would open far more than anybody looks at. A medium counts from its first
reveal within the day; opened again within the day it costs nothing, so nobody is kept from looking twice. Both windows
slide: there is no hour at which all is free again.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.domain.errors import Invalid, SecondPersonNeeded, StepRefused
from clew.domain.suspension import Level

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
MOST = 20_000
"""No budget is above it: so many reveals are read at most to know what is left."""

COUNTED = ("medium.reveal", "medium.open_released", "crop.show")
"""Acts that open a medium, an original that was released, or an object to an officer; each subject counts once."""
BY_TICKET = ("medium.part", "medium.draw")
"""What the ticket of a reveal gives afterwards: it was counted with the reveal."""
OVER_BUDGET = "over_budget"
REFUSED_DAYS = 7
"""So far back an administrator is told of refusals beside the budgets; the audit has all of them."""


class OverBudget(StepRefused):
    """The reveal budget is used up; `wait_seconds` until it is not."""

    def __init__(self, until: datetime, wait_seconds: int, budget: "RevealBudget") -> None:
        super().__init__(
            "Your reveal budget ({hourly} different media an hour, {daily} a day) is used up until {until}: an"
            " administrator of your member can change it.",
            hourly=budget.hourly, daily=budget.daily, until=until,
        )  # fmt: skip
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealBudget:
    """Different media an hour and a day.

    Raises:
        Invalid: not 1 <= hourly <= daily <= MOST.
    """

    hourly: int
    daily: int

    def __post_init__(self) -> None:
        if not 1 <= self.hourly <= self.daily <= MOST:
            raise Invalid(
                "A reveal budget is at least one medium an hour, no less a day, and at most {most} a day.", most=MOST
            )

    def is_within(self, other: "RevealBudget") -> bool:
        """Whether it opens no more than the other."""
        return self.hourly <= other.hourly and self.daily <= other.daily


SHIPPED = RevealBudget(hourly=600, daily=3_000)
"""One medium every six seconds for an hour, or five hours of that in a day: more than anybody judges one by one, and
far below the hundreds of thousands of a seized device. Grids and previews reveal nothing and cost nothing."""

Given = Mapping[Level, RevealBudget]
"""Budgets in force that cover one officer: their own, their unit's, their member's."""


def nearest(given: Given) -> RevealBudget:
    """The officer's own budget, or else the unit's, the member's, the shipped one."""
    return next((given[level] for level in (Level.OFFICER, Level.UNIT, Level.MEMBER) if level in given), SHIPPED)


def check_not_wider(before: Given, after: Given) -> None:
    """Nobody widens the own budget, by whatever level: neither by giving one nor by ending one.

    Raises:
        SecondPersonNeeded: `after` would open more to whoever changes it than `before`.
    """
    if not nearest(after).is_within(nearest(before)):
        raise SecondPersonNeeded("This would widen your own reveal budget: another administrator does it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How many media more may be revealed now: within this hour, and within this day.

    `wait_seconds`: until one more may be; 0: now.
    """

    budget: RevealBudget
    hourly: int
    daily: int
    wait_seconds: int


def left(budget: RevealBudget, ages: Sequence[float]) -> Left:
    """What is left of a budget.

    `ages`: for each medium that counts, the seconds since its first reveal within the day, the latest first.
    """
    daily = max(0, budget.daily - len(ages))
    within = sum(age < HOUR_SECONDS for age in ages)
    return Left(
        budget=budget, hourly=min(daily, max(0, budget.hourly - within)), daily=daily,
        wait_seconds=wait_seconds(budget, ages),
    )  # fmt: skip


def wait_seconds(budget: RevealBudget, ages: Sequence[float]) -> int:
    """Whole seconds until one medium more may be revealed; 0: now. `ages` as in `left`."""
    limits = ((budget.hourly, HOUR_SECONDS), (budget.daily, DAY_SECONDS))
    waits = [math.ceil(window - ages[most - 1]) for most, window in limits if len(ages) >= most]
    return max([0, *waits])


def refused(act: str) -> str:
    """What goes on record in place of a counted act."""
    return f"{act.partition('.')[0]}.{OVER_BUDGET}"


REFUSED = tuple(sorted({refused(act) for act in COUNTED}))
"""`crop.over_budget` and `medium.over_budget`."""
