"""What is said of records beside who may see them, and what must be stated before they are used."""

from datetime import date

import pytest

from clew.domain.cover import (
    Condition,
    Confidentiality,
    Cover,
    InformationEvaluation,
    Purpose,
    SourceEvaluation,
    Words,
    check_retention,
    check_use,
    cover_from_words,
    default_retention_end,
    months_before,
    stated,
)
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Use

TODAY = date(2026, 11, 27)
END = date(2031, 11, 27)
WHY = stated("victim-identification", "NO-2026-17")


def test_where_nothing_is_said_the_stricter_holds() -> None:
    cover = cover_from_words(Words(), TODAY)
    assert cover == Cover(retention_end=END)
    assert cover.is_minor
    assert cover.confidentiality is Confidentiality.RESTRICTED
    assert cover.conditions == {Condition.H0}
    assert (cover.source_evaluation, cover.information_evaluation) == (
        SourceEvaluation.NOT_ASSESSED, InformationEvaluation.NOT_ASSESSED,
    )  # fmt: skip


def test_everything_can_be_said_in_words() -> None:
    cover = cover_from_words(
        Words(
            purposes="Investigation, forensic-analysis", legal_basis="Police Act 3", conditions="h1,H3",
            condition_text="Ask first.", confidentiality="official-use", evaluation="b2", keep_until="2030-02-28",
            adults=True,
        ),
        TODAY,
    )  # fmt: skip
    assert cover == Cover(
        retention_end=date(2030, 2, 28), purposes=frozenset({Purpose.INVESTIGATION, Purpose.FORENSIC_ANALYSIS}),
        legal_basis="Police Act 3", conditions=frozenset({Condition.H1, Condition.H3}), condition_text="Ask first.",
        confidentiality=Confidentiality.OFFICIAL_USE, source_evaluation=SourceEvaluation.MOSTLY_RELIABLE,
        information_evaluation=InformationEvaluation.KNOWN_TO_SOURCE, is_minor=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        Words(purposes="curiosity"), Words(conditions="H9"), Words(conditions="H3"), Words(confidentiality="secret"),
        Words(evaluation="D1"), Words(evaluation="A5"), Words(evaluation="A"), Words(evaluation="1A"),
        Words(keep_until="soon"), Words(keep_until="2031-02-30"), Words(legal_basis="x" * 501), Words(legal_basis="a\nb"),
    ],
)  # fmt: skip
def test_words_that_are_on_no_list_are_refused_in_one_sentence(wrong: Words) -> None:
    with pytest.raises(Invalid) as refused:
        cover_from_words(wrong, TODAY)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("end", "review"),
    [
        (date(2031, 11, 27), date(2031, 5, 27)), (date(2031, 8, 31), date(2031, 2, 28)),
        (date(2028, 8, 31), date(2028, 2, 29)), (date(2031, 3, 1), date(2030, 9, 1)), (date(2031, 1, 15), date(2030, 7, 15)),
    ],
)  # fmt: skip
def test_the_owner_is_asked_six_months_before_the_end(end: date, review: date) -> None:
    assert Cover(retention_end=end).review_date == review == months_before(end, 6)


def test_retention_ends_within_the_limits_of_the_rules() -> None:
    assert default_retention_end(date(2028, 2, 29)) == date(2033, 2, 28)
    check_retention(date(2026, 11, 28), TODAY)
    check_retention(date(2125, 11, 27), TODAY)
    for wrong in (TODAY, date(2025, 1, 1), date(2125, 11, 28)):
        with pytest.raises(Invalid):
            check_retention(wrong, TODAY)


def test_a_statement_names_a_purpose_of_the_list_and_a_case() -> None:
    assert (WHY.purpose, WHY.case_reference) == (Purpose.VICTIM_IDENTIFICATION, "NO-2026-17")
    assert "NO-2026-17" not in repr(WHY)
    for purpose, case in (("curiosity", "NO-1"), ("", "NO-1"), ("investigation", " "), ("investigation", "x" * 201)):
        with pytest.raises(Invalid):
            stated(purpose, case)


def test_a_record_is_used_for_what_it_is_kept_for_only() -> None:
    cover = Cover(retention_end=END, purposes=frozenset({Purpose.INVESTIGATION}))
    check_use(cover, Use.ORIGINAL, stated("investigation", "NO-1"), is_own=False)
    for is_own in (True, False):
        with pytest.raises(StepRefused):
            check_use(cover, Use.ORIGINAL, WHY, is_own=is_own)


def test_each_member_supervises_its_own_records_and_anothers_where_the_owner_says_so() -> None:
    why = stated("supervision", "2026-4")
    cover = Cover(retention_end=END, purposes=frozenset({Purpose.INVESTIGATION}))
    for use in (Use.FACTS, Use.PREVIEW, Use.ORIGINAL):
        check_use(cover, use, why, is_own=True)
        check_use(None, use, why, is_own=True)
        for foreign in (cover, None):
            with pytest.raises(StepRefused):
                check_use(foreign, use, why, is_own=False)
        check_use(Cover(retention_end=END, purposes=frozenset({Purpose.SUPERVISION})), use, why, is_own=False)
    with pytest.raises(StepRefused):
        check_use(cover, Use.EXPORT, why, is_own=True)


def test_what_may_not_be_handed_on_is_exported_by_its_owner_only() -> None:
    cover = Cover(retention_end=END, conditions=frozenset({Condition.H2}))
    check_use(cover, Use.EXPORT, WHY, is_own=True)
    check_use(cover, Use.PREVIEW, WHY, is_own=False)
    with pytest.raises(StepRefused, match="H2"):
        check_use(cover, Use.EXPORT, WHY, is_own=False)


def test_what_is_confidential_is_not_exported() -> None:
    cover = Cover(retention_end=END, confidentiality=Confidentiality.CONFIDENTIAL)
    check_use(cover, Use.ORIGINAL, WHY, is_own=True)
    with pytest.raises(StepRefused, match="confidential"):
        check_use(cover, Use.EXPORT, WHY, is_own=True)


def test_records_without_a_cover_are_used_by_their_owner_only() -> None:
    check_use(None, Use.ORIGINAL, WHY, is_own=True)
    with pytest.raises(StepRefused, match="cover"):
        check_use(None, Use.ORIGINAL, WHY, is_own=False)


def test_a_record_has_a_purpose() -> None:
    with pytest.raises(Invalid):
        Cover(retention_end=END, purposes=frozenset())
