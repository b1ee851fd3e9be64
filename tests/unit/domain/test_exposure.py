"""How long somebody looked, and when a break is suggested."""

from hypothesis import given
from hypothesis import strategies as some

from clew.domain.exposure import (
    BEAT_SECONDS_MAX,
    BREAK_AFTER_SECONDS,
    BREAK_AFTER_WARNED_SECONDS,
    DAY_SECONDS,
    POSTPONED_SECONDS,
    Exposure,
    beaten,
    postponed,
    rested,
)


@given(some.lists(some.tuples(some.integers(-5, 500), some.integers(-5, 500)), max_size=50))
def test_nothing_a_page_says_counts_more_than_can_be(beats: list[tuple[int, int]]) -> None:
    found = Exposure()
    for seconds, warned in beats:
        before, found = found, beaten(found, seconds, warned)
        assert 0 <= found.seconds - before.seconds <= BEAT_SECONDS_MAX
        assert 0 <= found.warned_seconds - before.warned_seconds <= found.seconds - before.seconds
    assert beaten(Exposure(seconds=DAY_SECONDS), 60, 60).seconds == DAY_SECONDS


def test_a_break_is_suggested_at_its_second_and_not_before() -> None:
    assert not Exposure(seconds=BREAK_AFTER_SECONDS - 1, warned_seconds=BREAK_AFTER_WARNED_SECONDS - 1).is_break_due
    assert Exposure(seconds=BREAK_AFTER_SECONDS).is_break_due
    assert Exposure(seconds=BREAK_AFTER_SECONDS - 1, warned_seconds=BREAK_AFTER_WARNED_SECONDS).is_break_due


def test_one_press_postpones_it_and_a_break_begins_anew() -> None:
    due = Exposure(seconds=3000, warned_seconds=1300)
    later = postponed(due)
    assert not later.is_break_due
    assert beaten(later, 60, 0).seconds == 3060
    assert Exposure(seconds=3000 + POSTPONED_SECONDS, break_at=later.break_at).is_break_due
    assert not rested(due).is_break_due
    assert rested(due).break_at == 3000 + BREAK_AFTER_SECONDS
