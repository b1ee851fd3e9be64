"""Ends, reviews and extensions on the days on which it is easy to be wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.retention import (
    CALENDAR,
    TERMS,
    Rule,
    State,
    calendar_of,
    check_extension,
    checked_reason,
    checked_term,
    own_end,
    state,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
CASE = SubjectKind.CASE


def test_the_owners_decision_counts_before_the_cover_and_the_cover_before_the_term() -> None:
    entered, cover, extension = date(2026, 1, 31), date(2030, 6, 1), date(2033, 6, 1)
    assert own_end(entered, 5, cover=cover, extension=extension).on == extension
    assert own_end(entered, 5, cover=cover, extension=None).on == cover
    found = own_end(entered, 5, cover=None, extension=None)
    assert (found.on, found.rule) == (date(2031, 1, 31), Rule.TERM)


@pytest.mark.parametrize(
    ("entered", "years", "ends"),
    [
        (date(2024, 2, 29), 5, date(2029, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
        (date(2026, 12, 31), 99, date(2125, 12, 31)),
    ],
)
def test_a_term_that_ends_in_february_ends_on_a_day_that_there_is(entered: date, years: int, ends: date) -> None:
    assert own_end(entered, years, cover=None, extension=None).on == ends


@pytest.mark.parametrize(
    ("end", "first_asked"),
    [
        (date(2027, 8, 31), date(2027, 2, 28)),
        (date(2028, 8, 31), date(2028, 2, 29)),
        (date(2028, 8, 29), date(2028, 2, 29)),
        (date(2027, 8, 28), date(2027, 2, 28)),
        (date(2027, 3, 31), date(2026, 9, 30)),
        (date(2027, 6, 30), date(2026, 12, 30)),
        (date(2027, 1, 1), date(2026, 7, 1)),
        (date(2028, 2, 29), date(2027, 8, 29)),
    ],
)
def test_the_owner_is_asked_from_six_months_before_to_the_day_before(end: date, first_asked: date) -> None:
    day = timedelta(days=1)
    assert state(end, first_asked - day, is_blocked=False) is State.KEPT
    assert state(end, first_asked, is_blocked=False) is State.REVIEW
    assert state(end, end - day, is_blocked=False) is State.REVIEW
    assert state(end, end, is_blocked=False) is State.DUE
    assert state(end, end, is_blocked=True) is State.BLOCKED


def test_an_extension_is_later_and_not_too_late() -> None:
    end, today = date(2027, 1, 31), date(2026, 11, 27)
    check_extension(CASE, end, date(2027, 2, 1), today, is_blocked=False)
    check_extension(CASE, end, date(2125, 11, 27), today, is_blocked=False)
    for wrong in (end, date(2027, 1, 30), date(2125, 11, 28)):
        with pytest.raises(Invalid):
            check_extension(CASE, end, wrong, today, is_blocked=False)


def test_once_the_end_has_come_only_what_is_blocked_can_be_kept_longer() -> None:
    end = date(2027, 1, 31)
    check_extension(CASE, end, date(2028, 1, 1), date(2027, 1, 30), is_blocked=False)
    with pytest.raises(StepRefused):
        check_extension(CASE, end, date(2028, 1, 1), end, is_blocked=False)
    check_extension(CASE, end, date(2028, 1, 1), date(2027, 6, 1), is_blocked=True)
    with pytest.raises(Invalid):
        check_extension(CASE, end, date(2027, 6, 1), date(2027, 6, 1), is_blocked=True)


def test_only_an_administrator_sets_a_term_and_only_one_that_can_be() -> None:
    assert checked_term(CASE, 1, role=Role.NATIONAL_ADMINISTRATOR) == 1
    assert checked_term(CASE, TERMS[CASE].years_max, role=Role.NATIONAL_ADMINISTRATOR) == 99
    for years in (0, -1, 100):
        with pytest.raises(Invalid):
            checked_term(CASE, years, role=Role.NATIONAL_ADMINISTRATOR)
    for role in set(Role) - {Role.NATIONAL_ADMINISTRATOR}:
        with pytest.raises(StepRefused):
            checked_term(CASE, 5, role=role)


def test_a_reason_is_said() -> None:
    assert checked_reason("  An appeal. ") == "An appeal."
    for wrong in ("", "  ", "x" * 501, "a\nb"):
        with pytest.raises(Invalid):
            checked_reason(wrong)


def test_the_calendar_is_nobody_and_acts_for_one_unit() -> None:
    from clew.domain.officer import NAME, OF_OFFICERS

    actor = calendar_of("NO", "VICTIM-ID")
    assert (actor.officer, actor.member, actor.unit, actor.role) == (CALENDAR, "NO", "VICTIM-ID", Role.CALENDAR)
    assert NAME.fullmatch(CALENDAR) is None, "no officer can be called so"
    assert Role.CALENDAR not in OF_OFFICERS
