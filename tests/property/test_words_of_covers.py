"""Other words on a cover: the rule of what loosens, and of what is strictest, against an oracle of what a reader may do."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.cover import (
    Condition,
    Confidentiality,
    Cover,
    InformationEvaluation,
    Purpose,
    SourceEvaluation,
    Statement,
    check_use,
)
from clew.domain.errors import ClewError, Invalid
from clew.domain.handling import Use
from clew.domain.wording import Reworded, following, is_own, loosens, reworded, strictest

END = date(2031, 11, 27)
TEXTS = ("", "Ask first.", "Not on paper.", "Ask first. · Not on paper.")


@st.composite
def covers(draw: st.DrawFn) -> Cover:
    text = draw(st.sampled_from(TEXTS))
    conditions = draw(st.sets(st.sampled_from(Condition), min_size=1).map(frozenset))
    return Cover(
        retention_end=draw(st.sampled_from((END, date(2030, 1, 1)))),
        # All share one: what shares none is refused, and tested apart.
        purposes=draw(st.sets(st.sampled_from(Purpose))) | frozenset({Purpose.INVESTIGATION}),
        legal_basis=draw(st.sampled_from(("", "Police Act 3"))),
        conditions=conditions if text else (conditions - {Condition.H3} or frozenset({Condition.H0})),
        condition_text=text,
        confidentiality=draw(st.sampled_from(Confidentiality)),
        source_evaluation=draw(st.sampled_from(SourceEvaluation)),
        information_evaluation=draw(st.sampled_from(InformationEvaluation)),
        is_minor=draw(st.booleans()),
    )


def allowed(cover: Cover) -> set[tuple[str, ...]]:
    """The oracle: everything that a reader may do under the cover, and everything that is not asked of one."""
    may = set()
    for use in Use:
        for purpose in Purpose:
            for own in (True, False):
                try:
                    check_use(cover, use, Statement(purpose=purpose, case_reference="NO-1"), is_own=own)
                    may.add(("use", str(use), str(purpose), str(own)))
                except ClewError:
                    pass
    # For another purpose it is looser even where all uses for that one are barred by something else.
    may |= {("kept for", str(purpose)) for purpose in cover.purposes}
    asked = {str(condition) for condition in cover.conditions if condition is not Condition.H0}
    asked |= {text for text in cover.condition_text.split(" · ") if text}
    may |= {("not asked", word) for word in {"H1", "H2", "H3", "Ask first.", "Not on paper."} - asked}
    may |= {("for less than", str(level)) for level in Confidentiality if cover.confidentiality < level}
    return may | (set() if cover.is_minor else {("as adults",)})


@given(covers(), covers())
def test_words_loosen_exactly_where_somebody_may_do_more_or_less_is_asked(before: Cover, after: Cover) -> None:
    assert loosens(before, after) == bool(allowed(after) - allowed(before))


@given(covers(), covers(), covers())
def test_the_strictest_allows_what_all_allow_and_nothing_else(one: Cover, two: Cover, three: Cover) -> None:
    together = strictest(one, two, three)
    assert allowed(together) <= allowed(one) & allowed(two) & allowed(three)
    assert not any(loosens(each, together) for each in (one, two, three))
    assert allowed(strictest(one, one)) == allowed(one)
    assert (together.legal_basis, together.source_evaluation) == (one.legal_basis, one.source_evaluation)


@given(covers(), st.lists(covers(), min_size=1, max_size=5), covers())
def test_no_course_of_changes_loosens_what_is_a_records_own(place: Cover, changes: list[Cover], entered: Cover) -> None:
    """Whatever becomes of what it lies in, the record is never looser than it was entered, nor than what holds there."""
    own = entered if is_own(entered, place) else None
    current: Cover | None = entered
    for before, after in zip((place, *changes), changes, strict=False):
        current = following(current, before, after, own)
        assert current is not None
        assert not loosens(after, current)
        assert own is None or not loosens(own, current)
    assert current is not None
    assert current.retention_end == entered.retention_end


@given(covers(), covers())
def test_a_record_without_words_of_its_own_follows_there_and_back(place: Cover, other: Cover) -> None:
    there = following(place, place, other, None)
    assert there == replace(other, retention_end=place.retention_end)
    assert following(there, other, place, None) == replace(
        place, legal_basis=place.legal_basis, retention_end=place.retention_end
    )


@given(covers(), covers())
def test_a_record_of_which_nothing_is_known_stays_so(before: Cover, after: Cover) -> None:
    assert following(None, before, after, None) is None
    assert following(None, None, after, None) == after
    assert following(before, before, None, None) == before


def test_what_shares_no_purpose_is_refused() -> None:
    one, other = (Cover(retention_end=END, purposes=frozenset({each})) for each in (Purpose.DETECTION, Purpose.INVESTIGATION))
    with pytest.raises(Invalid, match="share"):
        strictest(one, other)


def test_only_the_words_that_are_said_change() -> None:
    cover = Cover(
        retention_end=END, legal_basis="Police Act 3", conditions=frozenset({Condition.H3}), condition_text="Ask first.",
        source_evaluation=SourceEvaluation.RELIABLE, is_minor=False,
    )  # fmt: skip
    assert reworded(cover, Reworded()) == cover
    for words in (
        {"purposes": "detection"}, {"legal_basis": ""}, {"conditions": "h2,h3"}, {"condition_text": "Not on paper."},
        {"confidentiality": "confidential"}, {"evaluation": "b2"}, {"is_minor": True},
    ):  # fmt: skip
        changed = reworded(cover, Reworded(**words))
        assert changed != cover
        assert reworded(changed, Reworded(**words)) == changed
    with pytest.raises(Invalid):
        reworded(cover, Reworded(condition_text=""))
    with pytest.raises(Invalid):
        reworded(cover, Reworded(confidentiality="secret"))
