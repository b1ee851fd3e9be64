"""Whose word sets a match aside for whom."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clew.domain.errors import Invalid
from clew.domain.verdict import MatchVerdict, Said, Why, check_said, check_two, setting_aside, standing

SAME, NOT = Said.SAME, Said.NOT_THE_SAME


def said(*words: tuple[str, str, Said]) -> list[MatchVerdict]:
    """What units say, one after another, each (member, unit, word)."""
    return [
        MatchVerdict(
            id=UUID(int=number), said=word, why=Why.OTHER if word is NOT else None, member=member, unit=unit, officer="ada",
            at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        )
        for number, (member, unit, word) in enumerate(words)
    ]  # fmt: skip


CASES = {
    "nobody has spoken": ((), None),
    "the own unit": ((("NO", "A", NOT),), 0),
    "the own unit, then otherwise": ((("NO", "A", NOT), ("NO", "A", SAME)), None),
    "the own unit, against another": ((("NO", "A", SAME), ("NO", "B", NOT)), None),
    "another unit at home": ((("NO", "B", NOT),), 0),
    "two units at home that differ": ((("NO", "B", NOT), ("NO", "C", SAME)), None),
    "another member": ((("SE", "A", NOT),), None),
    "another member and the own unit": ((("SE", "A", SAME), ("NO", "A", NOT)), 1),
}


@pytest.mark.parametrize("case", CASES)
def test_the_own_unit_decides_then_its_member_where_nobody_contradicts(case: str) -> None:
    words, at = CASES[case]
    verdicts = said(*words)
    assert setting_aside(reversed(verdicts), member="NO", unit="A") == (None if at is None else verdicts[at])


def test_of_each_unit_the_latest_word_stands() -> None:
    verdicts = said(("NO", "A", NOT), ("SE", "A", NOT), ("NO", "A", SAME))
    assert standing(verdicts) == (verdicts[1], verdicts[2])


@pytest.mark.parametrize(("word", "why"), [(NOT, None), (SAME, Why.OTHER)])
def test_a_reason_is_given_where_two_are_not_the_same_and_there_alone(word: Said, why: Why | None) -> None:
    with pytest.raises(Invalid):
        check_said(word, why)


def test_nobody_says_that_equal_bytes_differ() -> None:
    with pytest.raises(Invalid):
        check_two(b"one", b"one")
