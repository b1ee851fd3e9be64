"""The rule of visibility, to be read; the property test holds the SQL to it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.handling import (
    EVERY_USE,
    MEMBERS_PER_RECORD_MAX,
    NOTHING,
    SHARED_AT_INTAKE,
    Actor,
    Audience,
    Handling,
    Use,
    audience_from_words,
    blocked,
    from_circles,
    handled,
    may_see,
    named_from_words,
    narrowest,
    uses_from_words,
    uses_of,
    widens,
)

ADA = Actor(officer="ada", member="NO", unit="VICTIM-ID")
BO = Actor(officer="bo", member="NO", unit="CYBER")
SVEN = Actor(officer="sven", member="SE", unit="VICTIM-ID")
DINA = Actor(officer="dina", member="DK", unit="VICTIM-ID")
EVERYBODY = (ADA, BO, SVEN, DINA)


def handling(audience: Audience, **more: object) -> Handling:
    return handled(owner_member="NO", owner_unit="VICTIM-ID", audience=audience, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "seen_by"),
    [
        (handling(Audience.UNIT), {ADA}),
        (handling(Audience.MEMBER), {ADA, BO}),
        (handling(Audience.MEMBERS, members=frozenset({"SE"})), {ADA, BO, SVEN}),
        (handling(Audience.MEMBERS, members=frozenset({"SE", "DK"}), excluded=frozenset({"SE"})), {ADA, BO, DINA}),
        (handling(Audience.ALL), {ADA, BO, SVEN, DINA}),
        (handling(Audience.ALL, excluded=frozenset({"SE"})), {ADA, BO, DINA}),
    ],
)
def test_the_circle_is_exactly_what_the_owner_said(given: Handling, seen_by: set[Actor]) -> None:
    assert {actor for actor in EVERYBODY if may_see(actor, given)} == seen_by


def test_at_intake_all_may_compare_and_know_and_media_stay_with_the_owner() -> None:
    shared = handling(Audience.ALL)
    assert uses_of(SVEN, shared) == SHARED_AT_INTAKE == Use.FINGERPRINTS | Use.FACTS
    assert uses_of(ADA, shared) == uses_of(BO, shared) == EVERY_USE


def test_named_members_have_more_beside_all() -> None:
    shared = handling(Audience.ALL, members={"SE"}, named_uses=Use.PREVIEW | Use.ORIGINAL, excluded={"FI"})
    assert uses_of(SVEN, shared) == SHARED_AT_INTAKE | Use.PREVIEW | Use.ORIGINAL
    assert uses_of(DINA, shared) == SHARED_AT_INTAKE
    assert uses_of(Actor(officer="x", member="FI", unit="U"), shared) == NOTHING


def test_the_own_units_may_be_restricted() -> None:
    within = Handling(owner_member="NO", owner_unit="VICTIM-ID", member_uses=Use.FACTS)
    assert uses_of(BO, within) == Use.FACTS
    assert uses_of(ADA, within) == EVERY_USE
    assert within.audience is Audience.MEMBER


def test_nobody_sees_nothing() -> None:
    assert not any(may_see(None, handling(Audience.ALL), use) for use in Use)


def test_an_owner_cannot_be_excluded_and_names_members_only_where_they_count() -> None:
    with pytest.raises(ValueError, match="excluded"):
        handling(Audience.ALL, excluded=frozenset({"NO"}))
    with pytest.raises(ValueError, match="named members"):
        handling(Audience.MEMBER, members=frozenset({"SE"}))
    with pytest.raises(ValueError, match="named members"):
        handling(Audience.MEMBERS)
    with pytest.raises(ValueError, match="where there is a use"):
        Handling(owner_member="NO", owner_unit="U", members=frozenset({"SE"}))
    with pytest.raises(ValueError, match="nearer"):
        Handling(owner_member="NO", owner_unit="U", all_uses=Use.FACTS)
    many = frozenset(f"X{number}" for number in range(MEMBERS_PER_RECORD_MAX + 1))
    with pytest.raises(ValueError, match="more members"):
        handling(Audience.MEMBERS, members=many)
    handling(Audience.MEMBERS, members=frozenset(list(many)[:-1]))


# Laws of narrowing: whoever is asked, for whatever use ------------------------------------------

CODES = ("NO", "SE", "DK", "FI", "XX")
VIEWERS = [Actor(officer="x", member=code, unit=unit) for code in (*CODES, "ZZ") for unit in ("A", "B")]
USES = st.integers(0, 31).map(Use)


@st.composite
def handlings(draw: st.DrawFn) -> Handling:
    everyone = draw(USES)
    members = draw(st.frozensets(st.sampled_from(CODES[1:]), max_size=3))
    named = draw(USES) | everyone if members else NOTHING
    return Handling(
        owner_member="NO", owner_unit="A", member_uses=draw(USES) | everyone, named_uses=named, all_uses=everyone,
        members=members if named else frozenset(), excluded=draw(st.frozensets(st.sampled_from(CODES[1:]), max_size=2)),
    )  # fmt: skip


@given(handlings())
def test_a_handling_is_kept_in_one_number(one: Handling) -> None:
    stored = from_circles(one.circles, owner_member="NO", owner_unit="A", members=one.members, excluded=one.excluded)
    assert stored == one
    assert 0 <= one.circles < 2**15


@given(handlings(), handlings())
def test_what_several_give_together_is_never_wider_than_any(one: Handling, other: Handling) -> None:
    both = narrowest(one, other)
    for viewer in VIEWERS:
        assert not uses_of(viewer, both) & ~(uses_of(viewer, one) & uses_of(viewer, other))


@given(handlings(), handlings())
def test_what_all_have_in_common_is_kept(one: Handling, other: Handling) -> None:
    assert narrowest(one, other).all_uses == one.all_uses & other.all_uses
    assert narrowest(one, one).circles == one.circles or uses_are_equal(narrowest(one, one), one)


def uses_are_equal(one: Handling, other: Handling) -> bool:
    return all(uses_of(viewer, one) == uses_of(viewer, other) for viewer in VIEWERS)


@given(handlings(), handlings())
def test_a_change_widens_exactly_if_somebody_gains_a_use(before: Handling, after: Handling) -> None:
    gains = any(uses_of(viewer, after) & ~uses_of(viewer, before) for viewer in VIEWERS)
    assert widens(before, after) is gains


def test_handlings_of_two_owners_have_nothing_in_common() -> None:
    with pytest.raises(ValueError, match="owners"):
        narrowest(handling(Audience.ALL), handled(owner_member="SE", owner_unit="A", audience=Audience.ALL))


# Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("unit", (Audience.UNIT, frozenset())),
        (" ALL ", (Audience.ALL, frozenset())),
        ("members NO, se", (Audience.MEMBERS, frozenset({"NO", "SE"}))),
    ],
)
def test_an_audience_is_said_in_words(words: str, expected: tuple[Audience, frozenset[str]]) -> None:
    assert audience_from_words(words) == expected


@pytest.mark.parametrize("words", ["", "everyone", "members", "all SE", "unit NO"])
def test_words_that_are_no_audience_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="say|name"):
        audience_from_words(words)


def test_uses_are_said_in_words() -> None:
    assert uses_from_words("facts, Preview") == Use.FACTS | Use.PREVIEW
    assert (uses_from_words("none"), uses_from_words(""), uses_from_words("every")) == (NOTHING, NOTHING, EVERY_USE)
    for wrong in ("look", "facts every", "1"):
        with pytest.raises(ValueError, match="uses are"):
            uses_from_words(wrong)


def test_members_beside_the_audience_are_said_with_what_they_have() -> None:
    assert named_from_words("br, CA=preview,original") == (frozenset({"BR", "CA"}), Use.PREVIEW | Use.ORIGINAL)
    assert named_from_words("") == (frozenset(), NOTHING)
    for wrong in ("BR", "=facts", "BR=", "BR=look"):
        with pytest.raises(ValueError, match="BR,CA|uses are"):
            named_from_words(wrong)


def test_every_use_is_one_bit_of_its_own() -> None:
    assert all(not one & other for one, other in itertools.combinations(Use, 2))


@pytest.mark.parametrize("audience", [Audience.UNIT, Audience.MEMBER, Audience.ALL])
def test_a_block_leaves_the_owners_unit_alone_whatever_else_is_said(audience: Audience) -> None:
    codes = {f"X{number}" for number in range(MEMBERS_PER_RECORD_MAX)}
    given = handling(audience, excluded=codes)
    for together in (
        narrowest(given, blocked("NO", "VICTIM-ID")), narrowest(blocked("NO", "VICTIM-ID"), given),
        narrowest(given, blocked("NO", "VICTIM-ID"), given),
    ):  # fmt: skip
        assert together.is_blocked
        assert not given.is_blocked
        assert [uses_of(one, together) for one in EVERYBODY] == [EVERY_USE, NOTHING, NOTHING, NOTHING]
        assert not widens(given, together)
    assert widens(blocked("NO", "VICTIM-ID"), handling(Audience.ALL))
