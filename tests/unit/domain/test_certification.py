"""Certification by two people, as rules."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clew.domain.certification import STEPS, TERM_MAX, WARNING, Certification, State, Step, Training, after, check_term
from clew.domain.errors import Invalid, SecondPersonNeeded, StepRefused
from clew.domain.officer import Role
from clew.domain.suspension import Level, Scope, check_reason

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TODAY = NOW.date()
SECOND = timedelta(seconds=1)


def training(ends_in: timedelta = timedelta(days=100), trained_on: date = TODAY) -> Training:
    return Training(trainer="the national school", trained_on=trained_on, ends_at=NOW + ends_in)


def certification(state: State = State.PROPOSED, ends_in: timedelta = timedelta(days=100)) -> Certification:
    return Certification(
        officer="ada", role=Role.ANALYST, training=training(ends_in), state=state, proposed_by="anna",
        given_by="bert" if state in {State.GIVEN, State.WITHDRAWN} else None,
    )  # fmt: skip


@pytest.mark.parametrize(("by", "is_second"), [("bert", True), ("anna", False), ("ada", False)])
def test_a_certification_is_given_by_a_second_person(by: str, is_second: bool) -> None:
    if is_second:
        assert after(certification(), Step.GIVE, by=by) is State.GIVEN
    else:
        with pytest.raises(SecondPersonNeeded):
            after(certification(), Step.GIVE, by=by)


@pytest.mark.parametrize("step", [Step.REFUSE, Step.WITHDRAW])
def test_whoever_proposed_it_may_take_it_back(step: Step) -> None:
    state = State.PROPOSED if step is Step.REFUSE else State.GIVEN
    assert after(certification(state), step, by="anna") is STEPS[state][step]


def test_what_is_not_in_the_table_is_refused() -> None:
    for state in State:
        for step in set(Step) - STEPS[state].keys():
            with pytest.raises(StepRefused):
                after(certification(state), step, by="bert")


@pytest.mark.parametrize(
    ("ends_in", "trained_in", "is_good"),
    [
        (SECOND, 0, True), (timedelta(0), 0, False), (TERM_MAX, 0, True), (TERM_MAX + SECOND, 0, False),
        (SECOND, 1, False), (SECOND, -400, True),
    ],
)  # fmt: skip
def test_a_term_lies_ahead_and_is_not_too_long(ends_in: timedelta, trained_in: int, is_good: bool) -> None:
    given = training(ends_in, TODAY + timedelta(days=trained_in))
    if is_good:
        check_term(given, NOW)
    else:
        with pytest.raises(Invalid):
            check_term(given, NOW)


@pytest.mark.parametrize(("ends_in", "is_warned"), [(WARNING, True), (WARNING + SECOND, False), (-SECOND, True)])
def test_the_end_is_told_thirty_days_before(ends_in: timedelta, is_warned: bool) -> None:
    assert certification(State.GIVEN, ends_in).ends_soon(NOW) is is_warned
    assert not certification(State.PROPOSED, ends_in).ends_soon(NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": Level.OFFICER}, {"level": Level.UNIT}, {"level": Level.MEMBER, "unit": "A"},
        {"level": Level.OFFICER, "officer": "ada", "unit": "A"}, {"level": Level.UNIT, "officer": "ada"},
    ],
)  # fmt: skip
def test_a_suspension_names_exactly_its_level(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Scope(member="NO", **wrong)


def test_a_suspension_covers_its_own_and_nobody_else() -> None:
    ada = {"member": "NO", "unit": "A", "officer": "ada"}
    for scope, is_covered in (
        (Scope(level=Level.MEMBER, member="NO"), True),
        (Scope(level=Level.MEMBER, member="SE"), False),
        (Scope(level=Level.UNIT, member="NO", unit="A"), True),
        (Scope(level=Level.UNIT, member="NO", unit="B"), False),
        (Scope(level=Level.UNIT, member="SE", unit="A"), False),
        (Scope(level=Level.OFFICER, member="NO", officer="ada"), True),
        (Scope(level=Level.OFFICER, member="NO", officer="bo"), False),
        (Scope(level=Level.OFFICER, member="SE", officer="ada"), False),
    ):
        assert scope.covers(**ada) is is_covered


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "two\nlines"])
def test_a_suspension_has_a_reason(reason: str) -> None:
    with pytest.raises(Invalid):
        check_reason(reason)
