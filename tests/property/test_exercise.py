"""Scores of exercises: all that is right gives all, nothing gives nothing, what is wrong costs, and order is nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.domain.errors import Invalid, StepRefused
from clew.domain.exercise import (
    COST,
    PASSED_FROM,
    POINTS,
    QUESTIONS,
    Answers,
    Part,
    Question,
    Result,
    check_ground,
    counts_until,
    result_of,
    score,
)

RIGHT = tuple("abcdef")
WRONG = tuple("uvwxyz")
some = st.frozensets(st.sampled_from(RIGHT), min_size=1)
truths = st.fixed_dictionaries(dict.fromkeys(Question, some))
questions = st.sampled_from(list(Question))


def answers(draw: st.DrawFn, truth: Answers) -> Answers:
    return {
        question: draw(st.frozensets(st.sampled_from(sorted(right) + list(WRONG)))) for question, right in truth.items()
    }


@given(truths)
def test_all_that_is_right_gives_all_points_and_passes(truth: Answers) -> None:
    found = score(truth, truth)
    assert (found.points, found.has_passed) == (POINTS, True)
    assert result_of(found).sentences == ()


@given(truths)
def test_who_does_nothing_gets_nothing_and_is_told_what_was_missed(truth: Answers) -> None:
    found = score(truth, {})
    assert (found.points, found.has_passed) == (0, False)
    assert result_of(found).sentences == tuple(QUESTIONS[question].missed for question in Question)


@settings(max_examples=60)
@given(st.data(), truths, questions, st.sampled_from(WRONG))
def test_what_is_wrong_never_helps_and_costs_what_two_right_ones_give(
    data: st.DataObject, truth: Answers, question: Question, wrong: str
) -> None:
    given_ = answers(data.draw, truth)
    before = score(truth, {**given_, question: given_[question] - {wrong}})
    after = score(truth, {**given_, question: given_[question] | {wrong}})
    assert after.points <= before.points
    right = len(truth[question] & given_[question])
    others = len(given_[question] - truth[question] - {wrong})
    lines = {line.question: line for line in after.lines}
    expected = QUESTIONS[question].points * max(0, right - COST * (others + 1)) // len(truth[question])
    assert (lines[question].points, lines[question].is_wrong) == (expected, True)
    assert {line for line in after.lines if line.question is not question} == {
        line for line in before.lines if line.question is not question
    }


@settings(max_examples=60)
@given(st.data(), truths, questions)
def test_one_more_that_is_right_never_costs(data: st.DataObject, truth: Answers, question: Question) -> None:
    given_ = answers(data.draw, truth)
    one = data.draw(st.sampled_from(sorted(truth[question])))
    assert score(truth, {**given_, question: given_[question] | {one}}).points >= score(truth, given_).points


@settings(max_examples=30)
@given(st.data(), truths, st.permutations(list(Question)))
def test_the_order_in_which_things_are_done_is_nothing(data: st.DataObject, truth: Answers, order: list[Question]) -> None:
    given_ = answers(data.draw, truth)
    assert score({question: truth[question] for question in order}, {q: given_[q] for q in reversed(order)}) == score(
        truth, given_
    )


def test_points_are_a_hundred_and_each_part_has_some() -> None:
    assert sum(asked.points for asked in QUESTIONS.values()) == POINTS
    assert {asked.part for asked in QUESTIONS.values()} == set(Part)


@pytest.mark.parametrize("left_out", [{Question.CONSENTED}, {Question.IDENTIFIED}])
def test_who_leaves_a_part_out_does_not_pass_however_good_the_rest(left_out: set[Question]) -> None:
    truth = {question: frozenset("ab") for question in Question}
    found = score(truth, {question: right for question, right in truth.items() if question not in left_out})
    assert found.points >= PASSED_FROM
    assert not found.has_passed


def test_half_of_each_part_is_enough_where_the_sum_is() -> None:
    truth = {question: frozenset("ab") for question in Question}
    half = {Question.CONSENTED: frozenset("a"), Question.IDENTIFIED: frozenset("a")}
    assert score(truth, {**truth, **half}).has_passed
    third = {**truth, Question.CONSENTED: frozenset("abc")}
    assert not score(third, {**truth, Question.CONSENTED: frozenset("a")}).has_passed


def test_seventy_pass_and_sixty_nine_do_not() -> None:
    truth = {question: frozenset(RIGHT[:2]) for question in Question} | {Question.ASKED: frozenset(range_of(20))}
    given_ = {
        **truth, Question.TAKEN_IN: frozenset(RIGHT[:1]), Question.PLACED: frozenset(),
        Question.CONSENTED: frozenset(RIGHT[:1]), Question.ASKED: frozenset(range_of(15)),
    }  # fmt: skip
    assert (score(truth, given_).points, score(truth, given_).has_passed) == (70, True)
    fewer = {**given_, Question.ASKED: frozenset(range_of(14))}
    assert (score(truth, fewer).points, score(truth, fewer).has_passed) == (69, False)


def range_of(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_a_truth_that_leaves_a_question_out_scores_nobody() -> None:
    truth = {question: frozenset("a") for question in Question if question is not Question.PLACED}
    with pytest.raises(Invalid, match="not whole"):
        score(truth, truth)


def test_a_result_adds_up() -> None:
    result = result_of(score({question: frozenset("a") for question in Question}, {}))
    with pytest.raises(Invalid):
        replace(result, points=1)
    with pytest.raises(Invalid):
        Result(points=100, has_passed=True, parts={Part.TRIAGE: 100})


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_exercise_counts_for_two_years_and_the_latest_counts() -> None:
    assert counts_until([]) is None
    until = counts_until([NOW - timedelta(days=900), NOW])
    assert until == (NOW + timedelta(days=732)).date()
    check_ground(until, is_needed=True, today=until)
    with pytest.raises(StepRefused, match="passed an exercise"):
        check_ground(until, is_needed=True, today=until + timedelta(days=1))


@pytest.mark.parametrize("until", [None, date(2020, 1, 1)])
def test_nobody_needs_one_where_none_is_asked_for(until: date | None) -> None:
    check_ground(until, is_needed=False, today=NOW.date())
    with pytest.raises(StepRefused):
        check_ground(until, is_needed=True, today=NOW.date())
