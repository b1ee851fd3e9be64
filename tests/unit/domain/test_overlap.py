"""Who learns what of an overlap: the table against an oracle that was written without it, and its mutants."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from clew.domain import overlap
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.overlap import Mode, State, Step, View

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def oracle(mine: Mode, theirs: Mode) -> View:
    """What was asked for, in its own order: the other's silence, the own silence, the other's openness, the rest."""
    hides, shows = theirs == "silent", theirs == "open"
    if hides:
        return View("nothing")
    if mine == "silent":
        return View("notice")
    return View("facts") if shows else View("asked")


PAIRS = list(product(Mode, Mode))


@pytest.mark.parametrize(("mine", "theirs"), PAIRS)
def test_each_side_gets_what_both_rules_allow(mine: Mode, theirs: Mode) -> None:
    assert overlap.view(mine, theirs) is oracle(mine, theirs)


def test_every_single_change_of_the_table_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    for (mine, theirs), other in product(PAIRS, View):
        if other is overlap.VIEWS[mine][theirs]:
            continue
        broken = {own: dict(row) for own, row in overlap.VIEWS.items()}
        broken[mine][theirs] = other
        with monkeypatch.context() as patched:
            patched.setattr(overlap, "VIEWS", broken)
            assert any(overlap.view(a, b) is not oracle(a, b) for a, b in PAIRS)


def test_nobody_is_told_of_a_silent_side_and_no_silent_side_is_answered_or_agrees() -> None:
    assert {overlap.view(mode, Mode.SILENT) for mode in Mode} == {View.NOTHING}
    assert not any(overlap.agrees(Mode.SILENT, state, was_there=was_there) for state, was_there in product(State, (True, False)))
    for state, step in product(State, Step):
        with pytest.raises(StepRefused):
            overlap.after(state, step, Mode.SILENT)


def test_an_open_side_agrees_by_its_rule_and_another_by_its_word() -> None:
    assert all(overlap.agrees(Mode.OPEN, state, was_there=was_there) for state, was_there in product(State, (True, False)))
    assert [state for state in State if overlap.agrees(Mode.CONTACT, state, was_there=True)] == [State.CONSENTED]
    assert not any(overlap.agrees(Mode.CONTACT, state, was_there=False) for state in State), "nobody consented to who came later"


def test_nobody_is_open_to_whom_its_handling_excludes() -> None:
    assert [overlap.toward(mode, excludes=True) for mode in Mode] == [Mode.CONTACT, Mode.CONTACT, Mode.SILENT]
    assert [overlap.toward(mode, excludes=False) for mode in Mode] == [*Mode]


@pytest.mark.parametrize("state", State)
def test_every_word_may_follow_every_other_and_a_decline_alone_not_itself(state: State) -> None:
    for step in Step:
        leads_to = overlap.STATE_OF[step]
        if leads_to is state is State.DECLINED:
            with pytest.raises(StepRefused):
                overlap.after(state, step, Mode.CONTACT)
        else:
            assert overlap.after(state, step, Mode.CONTACT) is leads_to


@pytest.mark.parametrize(("hours", "at"), [(24, datetime(2026, 11, 24, tzinfo=UTC)), (1, NOON), (5, None), (168, None)])
def test_the_tick_is_the_latest_of_its_clock(hours: int, at: datetime | None) -> None:
    found = overlap.tick(NOON, hours)
    assert NOON - timedelta(hours=hours) < found <= NOON
    assert found.timestamp() % (hours * 3600) == 0
    assert at is None or found == at
    assert overlap.tick(found, hours) == found
    assert overlap.tick(found - timedelta(microseconds=1), hours) == found - timedelta(hours=hours)


def test_who_has_not_made_up_its_mind_and_who_consented_long_ago_is_reminded_by_its_own_clock() -> None:
    day = date(2027, 1, 1)
    assert overlap.next_reminder(State.ASKED, NOON, None) == NOON.date() + timedelta(days=7)
    assert overlap.next_reminder(State.WAITING, NOON, day) == day
    assert overlap.next_reminder(State.CONSENTED, NOON, day) == NOON.date() + timedelta(days=30)
    assert overlap.next_reminder(State.DECLINED, NOON, day) is None


def test_whoever_declines_or_waits_says_why_and_only_who_consents_says_something_to_the_other() -> None:
    assert overlap.checked_reason(Step.CONSENT, " ") == ""
    for step in (Step.DECLINE, Step.WAIT):
        with pytest.raises(Invalid):
            overlap.checked_reason(step, " ")
        with pytest.raises(Invalid):
            overlap.checked_words(step, "Ask for the night desk.")
    for text in ("x" * 501, "a\nb"):
        with pytest.raises(Invalid):
            overlap.checked_words(Step.CONSENT, text)


def test_a_day_to_be_asked_again_lies_within_a_year_and_is_for_who_waits() -> None:
    today = NOON.date()
    assert overlap.checked_wait(Step.WAIT, None, today) is None
    for days in (1, 365):
        assert overlap.checked_wait(Step.WAIT, today + timedelta(days=days), today) == today + timedelta(days=days)
    for step, days in ((Step.WAIT, 0), (Step.WAIT, 366), (Step.CONSENT, 1)):
        with pytest.raises(Invalid):
            overlap.checked_wait(step, today + timedelta(days=days), today)


@pytest.mark.parametrize(
    ("member", "unit", "role", "may"),
    [
        ("NO", "U", Role.INVESTIGATOR, True), ("NO", "V", Role.INVESTIGATOR, False), ("NO", "V", Role.COORDINATOR, True),
        ("SE", "U", Role.COORDINATOR, False), ("NO", "V", Role.NATIONAL_ADMINISTRATOR, False),
    ],
)  # fmt: skip
def test_the_unit_answers_for_its_cases_and_a_coordinator_of_its_member(
    member: str, unit: str, role: Role, may: bool
) -> None:
    actor = Actor(officer="ada", member=member, unit=unit, role=role)
    if may:
        overlap.check_who(actor, "NO", "U")
    else:
        with pytest.raises(StepRefused):
            overlap.check_who(actor, "NO", "U")


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_second_officer_is_needed_to_open_what_was_not_where_the_member_asks_for_one(before: Mode, after: Mode) -> None:
    opens = after is Mode.OPEN and before is not Mode.OPEN
    assert overlap.needs_second(before, after, is_asked=True) is opens
    assert not overlap.needs_second(before, after, is_asked=False)
