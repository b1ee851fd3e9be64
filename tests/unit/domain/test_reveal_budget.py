"""What is left of a reveal budget and how long to wait: against counting, second by second."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clew.domain.errors import Invalid, SecondPersonNeeded
from clew.domain.reveal_budget import (
    BY_TICKET,
    COUNTED,
    DAY_SECONDS,
    HOUR_SECONDS,
    MOST,
    SHIPPED,
    OverBudget,
    RevealBudget,
    check_not_wider,
    left,
    nearest,
    refused,
)
from clew.domain.suspension import Level

SMALL, WIDE = RevealBudget(hourly=2, daily=5), RevealBudget(hourly=900, daily=900)


def counted(budget: RevealBudget, ages: list[int], later: int) -> tuple[int, int]:
    """Counted one by one: what may be revealed in each window, `later` seconds from now."""
    hour = budget.hourly - sum(age + later < HOUR_SECONDS for age in ages)
    day = budget.daily - sum(age + later < DAY_SECONDS for age in ages)
    return max(0, min(hour, day)), max(0, day)


@given(
    some.lists(some.integers(0, DAY_SECONDS - 1) | some.integers(0, HOUR_SECONDS), max_size=12),
    some.integers(1, 6), some.integers(0, 6),
)  # fmt: skip
def test_what_is_left_is_what_counting_leaves_and_the_wait_is_the_shortest(ages: list[int], hourly: int, more: int) -> None:
    budget = RevealBudget(hourly=hourly, daily=hourly + more)
    found = left(budget, sorted(ages))
    assert (found.hourly, found.daily) == counted(budget, ages, 0)
    assert (found.wait_seconds == 0) == (found.hourly > 0)
    assert counted(budget, ages, found.wait_seconds)[0] > 0
    assert found.wait_seconds == 0 or counted(budget, ages, found.wait_seconds - 1)[0] == 0


def test_a_part_of_a_second_is_waited_for() -> None:
    """An hour has 3,600 seconds and a day 86,400, whatever the rule calls them."""
    assert left(RevealBudget(hourly=1, daily=2), [3_599.75]).wait_seconds == 1
    assert left(RevealBudget(hourly=1, daily=1), [86_399.75]).wait_seconds == 1


@pytest.mark.parametrize(("hourly", "daily"), [(0, 5), (3, 2), (1, MOST + 1)])
def test_a_budget_is_bounded(hourly: int, daily: int) -> None:
    with pytest.raises(Invalid, match="at least one medium"):
        RevealBudget(hourly=hourly, daily=daily)


def test_the_shipped_budget_lets_somebody_look_without_a_pause() -> None:
    assert left(SHIPPED, [0.0] * (SHIPPED.hourly - 1)).hourly == 1
    assert SHIPPED.daily >= 5 * SHIPPED.hourly


def test_the_nearest_budget_holds_whether_it_is_wider_or_not() -> None:
    assert nearest({}) == SHIPPED
    assert nearest({Level.MEMBER: SMALL}) == SMALL
    assert nearest({Level.MEMBER: SMALL, Level.UNIT: WIDE}) == WIDE
    assert nearest({Level.UNIT: WIDE, Level.MEMBER: WIDE, Level.OFFICER: SMALL}) == SMALL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {Level.MEMBER: WIDE}),
        ({}, {Level.MEMBER: RevealBudget(hourly=1, daily=3_001)}),
        ({Level.UNIT: SMALL}, {}),
        ({Level.UNIT: SMALL, Level.MEMBER: WIDE}, {Level.MEMBER: WIDE}),
        ({Level.UNIT: SMALL}, {Level.UNIT: RevealBudget(hourly=3, daily=5)}),
    ],
    ids=["for all", "a day", "ended", "ended beneath a wider one", "one more"],
)  # fmt: skip
def test_nobody_widens_the_own_budget(before: dict[Level, RevealBudget], after: dict[Level, RevealBudget]) -> None:
    with pytest.raises(SecondPersonNeeded):
        check_not_wider(before, after)
    check_not_wider(before, before)
    check_not_wider(before, before | {Level.OFFICER: RevealBudget(hourly=1, daily=1)})


def test_a_refusal_says_until_when_and_whom_to_ask() -> None:
    said = str(OverBudget(datetime(2026, 11, 28, 14, 32, tzinfo=UTC), 60, SHIPPED))
    assert said == (
        "Your reveal budget (600 different media an hour, 3,000 a day) is used up until 2026-11-28 14:32 UTC:"
        " an administrator of your member can change it."
    )


def test_a_refusal_never_counts_as_what_it_refused() -> None:
    assert {refused(act) for act in COUNTED} == {"medium.over_budget", "crop.over_budget"}
    assert not {refused(act) for act in COUNTED} & {*COUNTED, *BY_TICKET}
