"""What lasts of an assertion's handlings, and what restricts it for a time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clew.domain.assertion import Handled, Lying, lasting_of, lying, restrictions
from clew.domain.errors import Invalid
from clew.domain.handling import MEMBERS_PER_RECORD_MAX, Audience, Handling, handled, widens

DAY = date(2027, 1, 31)


def for_whom(audience: Audience = Audience.ALL, *excluded: str) -> Handling:
    return handled(owner_member="NO", owner_unit="VICTIM-ID", audience=audience, excluded=excluded)


def given(one: Handling, until: date | None = None, lasting: Handling | None = None, *, is_end: bool = False) -> Handled:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Handled(given=one, reason="Why.", by="ada", at=at, until=until, is_end=is_end, lasting=lasting)


ALL, MEMBER, UNIT = for_whom(), for_whom(Audience.MEMBER), for_whom(Audience.UNIT)


def test_what_was_given_last_for_good_lasts_whatever_restricts_it_for_a_time() -> None:
    assert lasting_of((), ALL) == ALL
    assert lasting_of((), None) is None
    history = [given(MEMBER), given(UNIT, DAY, MEMBER)]
    assert lasting_of(history, UNIT) == MEMBER
    assert lasting_of([*history, given(ALL)], UNIT) == ALL
    assert lasting_of([given(UNIT, DAY)], UNIT) is None, "it followed what it is about, and does again"


def test_each_restriction_holds_to_the_day_before_its_end_and_none_is_wider_than_any() -> None:
    history = [given(for_whom(Audience.ALL, "SE"), DAY, ALL), given(for_whom(Audience.ALL, "DK"), DAY + timedelta(days=1), ALL)]
    for today, excluded, until in (
        (DAY - timedelta(days=1), {"SE", "DK"}, DAY), (DAY, {"DK"}, DAY + timedelta(days=1)),
        (DAY + timedelta(days=1), set(), None),
    ):  # fmt: skip
        found = lying(ALL, history, today, follows=False)
        assert (found.handling.excluded, found.until, found.follows) == (excluded, until, False)
        assert not widens(ALL, found.handling)


def test_it_follows_what_it_is_about_only_where_nothing_restricts_it() -> None:
    history = [given(UNIT, DAY)]
    assert lying(ALL, history, DAY - timedelta(days=1), follows=True) == Lying(handling=UNIT, follows=False, until=DAY)
    assert lying(MEMBER, history, DAY, follows=True) == Lying(handling=MEMBER, follows=True, until=None)


def test_an_end_before_its_time_ends_what_was_before_it_and_nothing_after_it() -> None:
    history = [given(UNIT, DAY, ALL), given(ALL, lasting=ALL, is_end=True)]
    assert restrictions(history, DAY - timedelta(days=9)) == []
    later = given(MEMBER, DAY, ALL)
    assert restrictions([*history, later], DAY - timedelta(days=9)) == [later]


def test_together_they_name_no_more_members_than_a_record_holds() -> None:
    some = [f"{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(MEMBERS_PER_RECORD_MAX + 2)]
    history = [given(for_whom(Audience.ALL, *part), DAY, ALL) for part in (some[:200], some[200:])]
    with pytest.raises(Invalid, match="more members than a record can hold"):
        lying(ALL, history, DAY - timedelta(days=1), follows=False)
