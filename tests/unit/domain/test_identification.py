"""Steps about a victim, each by two officers; how far a series has come; and numbers that name nobody."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain import ledger
from clew.domain.errors import Invalid, SecondPersonNeeded, StepRefused
from clew.domain.identification import (
    NEXT_DAYS_MAX,
    STEPS,
    Outcome,
    Status,
    Step,
    after,
    check_decided,
    checked_next,
    outcome_of,
    told_of,
)
from clew.domain.ledger import SMALL
from clew.domain.series import SeriesState
from clew.domain.victim import VictimState

TODAY = date(2026, 3, 1)
NOBODY, LOCATED, KNOWN, SAFE = VictimState


def test_a_child_is_safe_only_after_it_was_identified_and_every_step_may_have_been_a_mistake() -> None:
    assert {(state, step) for state, step in product(VictimState, Step) if step in STEPS[state]} == {
        (NOBODY, Step.LOCATE), (NOBODY, Step.IDENTIFY), (LOCATED, Step.IDENTIFY), (LOCATED, Step.REOPEN),
        (KNOWN, Step.SAFEGUARD), (KNOWN, Step.REOPEN), (SAFE, Step.REOPEN),
    }  # fmt: skip
    assert after(LOCATED, Step.IDENTIFY) is KNOWN
    with pytest.raises(StepRefused):
        after(NOBODY, Step.SAFEGUARD)


def test_who_proposed_neither_confirms_nor_does_another_withdraw() -> None:
    check_decided(Status.PROPOSED, Status.CONFIRMED, proposed_by="ada", by="bo")
    check_decided(Status.PROPOSED, Status.REFUSED, proposed_by="ada", by="bo")
    check_decided(Status.PROPOSED, Status.WITHDRAWN, proposed_by="ada", by="ada")
    with pytest.raises(SecondPersonNeeded):
        check_decided(Status.PROPOSED, Status.CONFIRMED, proposed_by="ada", by="ada")
    with pytest.raises(StepRefused):
        check_decided(Status.PROPOSED, Status.WITHDRAWN, proposed_by="ada", by="bo")
    for done in (Status.CONFIRMED, Status.REFUSED, Status.WITHDRAWN):
        with pytest.raises(StepRefused):
            check_decided(done, Status.CONFIRMED, proposed_by="ada", by="bo")


@pytest.mark.parametrize(
    ("words", "on", "holds"),
    [
        ("", None, True), ("Visit", TODAY, True), ("Visit", TODAY + timedelta(NEXT_DAYS_MAX), True),
        ("Visit", None, False), ("", TODAY, False), ("Visit", TODAY - timedelta(1), False),
        ("Visit", TODAY + timedelta(NEXT_DAYS_MAX + 1), False),
    ],
)  # fmt: skip
def test_a_next_step_has_a_day_within_a_year(words: str, on: date | None, holds: bool) -> None:
    if holds:
        checked_next(words, on, TODAY)
    else:
        with pytest.raises(Invalid):
            checked_next(words, on, TODAY)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], None), ([NOBODY], None), ([LOCATED], None), ([KNOWN], KNOWN), ([SAFE], SAFE), ([KNOWN, SAFE], KNOWN),
        ([SAFE, NOBODY], None), ([SAFE, LOCATED], None),
    ],
)  # fmt: skip
def test_a_series_has_come_as_far_as_the_child_who_waits_longest(states: list[VictimState], expected: VictimState | None) -> None:
    assert outcome_of(states) is expected


@pytest.mark.parametrize(
    ("before", "state", "told"),
    [
        ("open", "identified", Outcome.IDENTIFIED), ("under-enquiry", "identified", Outcome.IDENTIFIED),
        ("identified", "safeguarded", Outcome.SAFEGUARDED), ("identified", "identified", None),
        ("identified", "open", Outcome.TAKEN_BACK), ("safeguarded", "open", Outcome.TAKEN_BACK),
        ("safeguarded", "withdrawn", None), ("open", "withdrawn", None), ("open", "under-enquiry", None),
    ],
)  # fmt: skip
def test_what_is_told_when_a_series_is_marked(before: str, state: str, told: Outcome | None) -> None:
    assert told_of(SeriesState(before), SeriesState(state)) is told


# Small numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "told"), [(0, 0), (1, None), (SMALL - 1, None), (SMALL, 5), (9, 5), (10, 10)])
def test_a_number_of_others_is_told_in_fives_and_not_at_all_where_it_is_small(number: int, told: int | None) -> None:
    assert ledger.of_others(number) == told


@given(st.integers(0, 40), st.integers(0, 4))
def test_no_small_number_follows_from_the_difference_of_two_that_are_told(number: int, more: int) -> None:
    """Whoever compares two days, or a total with its lines, finds the same number again, or one five larger."""
    before, after_ = ledger.of_others(number), ledger.of_others(number + more)
    if before is not None and after_ is not None:
        assert after_ - before in (0, SMALL)
