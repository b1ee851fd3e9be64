"""Categories: one observation for every scheme, trusted from three, and disputed as soon as two differ."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain import category
from clew.domain.category import Assessed, FactList, Question, Rule, Scheme, Standing, Vote, assessed, is_told
from clew.domain.errors import Invalid

QUESTIONS = FactList(
    version=1,
    questions=(
        Question(code="made", words="Made?", answers={"camera": "c", "drawn": "d"}),
        Question(code="grade", words="Grade?", answers={"none": "0", "one": "1", "two": "2"}),
    ),
)
SCHEME = Scheme(
    name="ours", version=1, title="Ours", categories={"D": "drawn", "1": "one or two", "0": "none"},
    rules=(
        Rule(category="D", when={"made": frozenset({"drawn"}), "grade": frozenset({"one", "two"})}),
        Rule(category="1", when={"grade": frozenset({"one", "two"})}),
    ),
    otherwise="0",
)  # fmt: skip
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def vote(officer: str, *, member: str = "NO", hour: int = 0, is_review: bool = False, is_led: bool = False, made: str = "camera", grade: str = "one") -> Vote:
    return Vote(
        facts={"made": made, "grade": grade}, member=member, officer=officer, at=NOON + timedelta(hours=hour),
        is_review=is_review, is_led=is_led,
    )  # fmt: skip


# What a scheme makes of facts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "grade", "expected"),
    [("drawn", "two", "D"), ("camera", "two", "1"), ("camera", "none", "0"), ("drawn", "none", "0")],
)
def test_the_first_rule_that_holds_decides_and_else_what_the_scheme_says_otherwise(made: str, grade: str, expected: str) -> None:
    assert SCHEME.category_of({"made": made, "grade": grade}) == expected


def test_a_rule_that_can_never_decide_is_refused_by_its_number() -> None:
    idle = replace(SCHEME, rules=(*SCHEME.rules, Rule(category="1", when={"made": frozenset({"drawn"}), "grade": frozenset({"two"})})))
    with pytest.raises(Invalid, match="Rule 3 can never decide"):
        category.check_scheme(idle, QUESTIONS)
    category.check_scheme(SCHEME, QUESTIONS)


@pytest.mark.parametrize(
    "broken",
    [
        replace(SCHEME, otherwise="X"),
        replace(SCHEME, rules=(Rule(category="X", when={}),)),
        replace(SCHEME, rules=(Rule(category="1", when={"colour": frozenset({"red"})}),)),
        replace(SCHEME, rules=(Rule(category="1", when={"grade": frozenset({"seven"})}),)),
        replace(SCHEME, rules=(Rule(category="1", when={"grade": frozenset()}),)),
    ],
)
def test_a_scheme_that_speaks_of_what_is_not_there_is_refused(broken: Scheme) -> None:
    with pytest.raises(Invalid):
        category.check_scheme(broken, QUESTIONS)


@pytest.mark.parametrize(
    "facts", [{}, {"made": "camera"}, {"made": "camera", "grade": "seven"}, {"made": "camera", "grade": "one", "colour": "red"}]
)
def test_facts_answer_every_question_of_the_list_and_no_other(facts: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        category.check_facts(facts, QUESTIONS)
    category.check_facts({"made": "camera", "grade": "one"}, QUESTIONS)


# What votes make of a medium --------------------------------------------------------------------------------


def test_three_officers_who_come_to_one_category_make_it_trusted_and_two_do_not() -> None:
    two = [vote("ada"), vote("sven", member="SE")]
    assert assessed([], SCHEME, "NO") == Assessed(category=None, standing=Standing.NONE, votes=0)
    assert assessed(two, SCHEME, "NO") == Assessed(category="1", standing=Standing.INDICATIVE, votes=2)
    assert assessed([*two, vote("nina")], SCHEME, "NO") == Assessed(category="1", standing=Standing.TRUSTED, votes=3)


def test_one_officer_three_times_is_one_and_officers_of_one_name_in_two_members_are_two() -> None:
    thrice = [vote("ada", hour=hour) for hour in range(3)]
    assert assessed(thrice, SCHEME, "NO").standing is Standing.INDICATIVE
    namesakes = [vote("ada", member=member) for member in ("NO", "SE", "DK")]
    assert assessed(namesakes, SCHEME, "NO").standing is Standing.TRUSTED


def test_facts_that_differ_and_make_one_category_are_no_dispute() -> None:
    votes = [vote("ada", grade="one"), vote("nina", grade="two"), vote("sven", member="SE", grade="two")]
    assert assessed(votes, SCHEME, "NO") == Assessed(category="1", standing=Standing.TRUSTED, votes=3)


def test_one_that_differs_disputes_what_three_had_trusted() -> None:
    votes = [vote("ada"), vote("nina"), vote("sven", member="SE"), vote("dag", member="DK", grade="none")]
    assert assessed(votes, SCHEME, "NO") == Assessed(category=None, standing=Standing.DISPUTED, votes=4)


def test_a_review_of_the_own_member_decides_until_somebody_contradicts_later() -> None:
    votes = [vote("ada"), vote("nina", grade="none"), vote("rolf", hour=1, is_review=True, grade="none")]
    assert assessed(votes, SCHEME, "NO") == Assessed(category="0", standing=Standing.REVIEWED, votes=3)
    agreed = [*votes, vote("liv", hour=2, grade="none")]
    assert assessed(agreed, SCHEME, "NO").standing is Standing.REVIEWED
    contradicted = [*votes, vote("liv", hour=2)]
    assert assessed(contradicted, SCHEME, "NO").standing is Standing.DISPUTED


def test_a_review_of_another_member_is_a_vote_like_others() -> None:
    votes = [vote("ada"), vote("nina"), vote("rolf", member="SE", hour=1, is_review=True, grade="none")]
    assert assessed(votes, SCHEME, "NO").standing is Standing.DISPUTED
    assert assessed(votes, SCHEME, "SE") == Assessed(category="0", standing=Standing.REVIEWED, votes=3)


VOTES = st.builds(
    vote, st.sampled_from(["ada", "nina", "liv", "rolf"]), member=st.sampled_from(["NO", "SE"]), hour=st.integers(0, 3),
    is_review=st.booleans(), made=st.sampled_from(["camera", "drawn"]), grade=st.sampled_from(["none", "one", "two"]),
)  # fmt: skip


@given(st.lists(VOTES, max_size=4))
def test_the_order_of_votes_does_not_matter(votes: list[Vote]) -> None:
    reviews = [(one.at, one.officer) for one in votes if one.is_review and one.member == "NO"]
    if len(reviews) != len(set(reviews)):
        return  # one officer says one thing at a time
    assert len({assessed(order, SCHEME, "NO") for order in permutations(votes)}) == 1


@given(st.lists(VOTES, max_size=8))
def test_nothing_is_trusted_that_fewer_than_three_officers_said_or_of_which_two_differ(votes: list[Vote]) -> None:
    found = assessed(votes, SCHEME, "DK")
    said = {SCHEME.category_of(one.facts) for one in votes}
    officers = {(one.member, one.officer) for one in votes}
    assert (found.standing is Standing.TRUSTED) == (len(said) == 1 and len(officers) >= 3)
    assert (found.standing is Standing.DISPUTED) == (len(said) > 1)
    assert found.category == (next(iter(said)) if len(said) == 1 else None)


def test_nobody_is_told_what_one_or_two_others_observed_before_they_said_themselves() -> None:
    votes = [vote("ada"), vote("nina")]
    indicative = assessed(votes, SCHEME, "NO")
    assert not is_told(indicative, votes, "NO", "liv")
    assert not is_told(indicative, votes, "SE", "ada")
    assert is_told(indicative, votes, "NO", "ada")
    for settled in (replace(indicative, standing=standing) for standing in (Standing.TRUSTED, Standing.DISPUTED, Standing.REVIEWED)):
        assert is_told(settled, votes, "NO", "liv")


def test_who_knew_what_others_said_is_none_of_the_three() -> None:
    """Their word still opens a dispute, and settles one."""
    led = vote("c", is_led=True)
    two = [vote("a"), vote("b")]
    assert assessed([*two, led], SCHEME, "NO") == Assessed(category="1", standing=Standing.INDICATIVE, votes=3)
    assert assessed([*two, led, vote("d", member="SE")], SCHEME, "NO").standing is Standing.TRUSTED
    assert assessed([*two, vote("c", grade="none", is_led=True)], SCHEME, "NO").standing is Standing.DISPUTED
