"""Readiness keeps its word: steps in their order, done by what the records show or a person states, and what comes next."""

from datetime import date, timedelta

import pytest

from clew.domain.errors import Invalid, StepRefused
from clew.domain.readiness import STEPS, TEXT_CHARACTERS_MAX, Known, Step, Word, checked, checklist, comes_next

TODAY = date(2026, 5, 4)
OWN = {step for step, about in STEPS.items() if about.is_own}


def test_the_steps_come_in_their_order_and_each_says_what_is_to_be_done() -> None:
    assert [line.step for line in checklist({}, {}, TODAY, is_own=True)] == list(Step)
    assert len({about.next for about in STEPS.values()}) == len(Step)


def test_what_comes_next_is_the_first_step_that_is_open() -> None:
    shown: dict[Step, date | None] = {}
    for step in Step:
        assert comes_next(checklist(shown, {}, TODAY, is_own=True)) == STEPS[step].next
        shown[step] = None
    assert comes_next(checklist(shown, {}, TODAY, is_own=True)) == "This member is connected."
    others = {step: None for step in Step if step not in OWN}
    assert "the member itself" in comes_next(checklist(others, {}, TODAY, is_own=False))


@pytest.mark.parametrize("is_shown", [True, False])
def test_of_what_is_a_members_own_others_are_told_nothing_whatever_it_is(is_shown: bool) -> None:
    shown = dict.fromkeys(Step, TODAY) if is_shown else {}
    words = {step: Word(due_on=TODAY - timedelta(days=9), kept_by="ada") for step in Step}
    lines = {line.step: line for line in checklist(shown, words, TODAY, is_own=False)}
    assert {step for step, line in lines.items() if not line.is_told} == OWN
    for step in OWN:
        assert (lines[step].is_done, lines[step].done_on, lines[step].word, lines[step].is_overdue) == (
            False, None, Word(), False,
        )  # fmt: skip


@pytest.mark.parametrize("step", Step)
def test_only_what_no_record_shows_is_done_because_somebody_says_so(step: Step) -> None:
    stated = {step: Word(done_on=TODAY, basis="a paper")}
    line = next(one for one in checklist({}, stated, TODAY, is_own=True) if one.step is step)
    assert line.is_done is (STEPS[step].known is Known.STATED)
    if STEPS[step].known is Known.RECORDS:
        with pytest.raises(StepRefused):
            checked(step, stated[step], TODAY)
    else:
        assert checked(step, stated[step], TODAY) == stated[step]


def test_the_records_come_before_what_is_stated() -> None:
    stated = {Step.SECURE_LINK: Word(done_on=TODAY, basis="a paper")}
    shown: dict[Step, date | None] = {Step.SECURE_LINK: TODAY - timedelta(days=30)}
    line = next(one for one in checklist(shown, stated, TODAY, is_own=True) if one.step is Step.SECURE_LINK)
    assert (line.is_shown, line.done_on) == (True, TODAY - timedelta(days=30))


@pytest.mark.parametrize(("days", "is_overdue"), [(-1, True), (0, False), (1, False)])
def test_a_step_is_overdue_from_the_day_after_the_one_that_was_set_and_never_once_it_is_done(
    days: int, is_overdue: bool
) -> None:
    words = {Step.UNIT: Word(due_on=TODAY + timedelta(days=days))}
    line = checklist({}, words, TODAY, is_own=True)[1]
    assert (line.step, line.is_overdue) == (Step.UNIT, is_overdue)
    assert not checklist({Step.UNIT: None}, words, TODAY, is_own=True)[1].is_overdue


@pytest.mark.parametrize(
    "word",
    [
        Word(done_on=TODAY), Word(done_on=TODAY, basis=" "), Word(done_on=TODAY + timedelta(days=1), basis="x"),
        Word(words="x" * (TEXT_CHARACTERS_MAX + 1)), Word(kept_by="x" * (TEXT_CHARACTERS_MAX + 1)),
    ],
)  # fmt: skip
def test_a_statement_has_a_day_that_has_come_a_basis_and_few_words(word: Word) -> None:
    with pytest.raises(Invalid):
        checked(Step.SECURE_LINK, word, TODAY)
    assert checked(Step.SECURE_LINK, Word(words="x" * TEXT_CHARACTERS_MAX), TODAY).words == "x" * TEXT_CHARACTERS_MAX
