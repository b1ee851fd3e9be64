"""The table of triage: every kind of evidence has its answer, and the best reason stands first."""

import itertools

import pytest

from clew.domain.series import SeriesState
from clew.domain.triage import (
    ANSWER_BY_EVIDENCE,
    Answer,
    Evidence,
    Other,
    Reason,
    ReasonKind,
    answer,
    evidence,
    grouped,
)

BOOLS = (False, True)


def other(**said: object) -> Other:
    """Another medium of which nothing is known but what is said."""
    fields: dict[str, object] = {
        "is_of_own_member": False, "is_in_other_case": False, "is_earlier": False, "is_listed": False,
        "foreign_series_state": None,
    }  # fmt: skip
    return Other(**{**fields, **said})  # type: ignore[arg-type]


def test_every_evidence_has_an_answer() -> None:
    assert ANSWER_BY_EVIDENCE.keys() == set(Evidence)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"foreign_series_state": SeriesState.IDENTIFIED, "is_in_other_case": True, "is_listed": True},
         Answer.SOLVED_ELSEWHERE),
        ({"foreign_series_state": SeriesState.OPEN, "is_listed": True}, Answer.PARALLEL_ENQUIRY),
        ({"is_in_other_case": True}, Answer.PARALLEL_ENQUIRY),
        ({"is_in_other_case": True, "is_of_own_member": True, "is_earlier": True}, Answer.KNOWN),
        ({"is_in_other_case": True, "is_of_own_member": True, "is_earlier": False}, Answer.NEW),
        ({"is_of_own_member": True}, Answer.NEW),
        ({"is_of_own_member": True, "own_series_state": SeriesState.SAFEGUARDED}, Answer.KNOWN),
        ({"is_of_own_member": True, "own_series_state": SeriesState.OPEN}, Answer.NEW),
        ({"own_series_state": SeriesState.IDENTIFIED, "is_in_other_case": True}, Answer.PARALLEL_ENQUIRY),
        ({"own_series_state": SeriesState.IDENTIFIED, "foreign_series_state": SeriesState.OPEN}, Answer.PARALLEL_ENQUIRY),
        ({"is_listed": True}, Answer.KNOWN),
        ({"is_listed": True, "is_of_own_member": True}, Answer.KNOWN),
        ({}, Answer.NEW),
    ],
)  # fmt: skip
def test_what_is_known_of_the_other_medium_decides(said: dict[str, object], expected: Answer) -> None:
    assert answer(evidence(other(**said)), is_decoded=True) is expected


def test_what_is_not_decoded_is_never_new() -> None:
    assert answer(None, is_decoded=False) is Answer.UNDECODABLE
    for found in Evidence:
        assert answer(found, is_decoded=False) is ANSWER_BY_EVIDENCE[found]


def test_more_known_never_weakens_the_answer() -> None:
    """An identified series wins whatever else is known; a foreign case wins over everything of one's own."""
    for own, in_case, earlier, listed in itertools.product(BOOLS, repeat=4):
        found = evidence(
            other(is_of_own_member=own, is_in_other_case=in_case, is_earlier=earlier, is_listed=listed,
                  foreign_series_state=SeriesState.IDENTIFIED)
        )  # fmt: skip
        assert found is Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER


def reason(kind: ReasonKind, found: Evidence, matched: str, bits: int | None = None, owner: str = "SE") -> Reason:
    return Reason(kind=kind, evidence=found, matched=matched, distance_bits=bits, owner=owner)


def test_the_best_reason_of_each_group_stands_first_and_the_rest_is_counted() -> None:
    case = Evidence.CASE_OF_ANOTHER_MEMBER
    found = grouped([
        reason(ReasonKind.PDQ, case, "b", 20), reason(ReasonKind.PDQ, case, "a", 4),
        reason(ReasonKind.DIGEST, case, "a"), reason(ReasonKind.VIDEO, Evidence.HASH_LIST, "c", 0),
        reason(ReasonKind.PDQ, case, "d", 1, owner="DK"),
    ])  # fmt: skip
    assert [(one.kind, one.matched, one.others) for one in found] == [
        (ReasonKind.DIGEST, "a", 1), (ReasonKind.PDQ, "d", 0), (ReasonKind.VIDEO, "c", 0),
    ]  # fmt: skip


def test_two_reasons_for_one_medium_are_not_two_media() -> None:
    case = Evidence.CASE_OF_ANOTHER_MEMBER
    (only,) = grouped([reason(ReasonKind.DIGEST, case, "a"), reason(ReasonKind.PDQ, case, "a", 0)])
    assert only.others == 0
