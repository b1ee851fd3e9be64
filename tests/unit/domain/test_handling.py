"""The rule of visibility, to be read; the property test holds the SQL to it."""

import pytest

from clew.domain.handling import MEMBERS_PER_RECORD_MAX, Actor, Audience, Handling, audience_from_words, may_see

ADA = Actor(officer="ada", member="NO", unit="VICTIM-ID")
BO = Actor(officer="bo", member="NO", unit="CYBER")
SVEN = Actor(officer="sven", member="SE", unit="VICTIM-ID")
DINA = Actor(officer="dina", member="DK", unit="VICTIM-ID")


def handling(audience: Audience, *, members: frozenset[str] = frozenset(), excluded: frozenset[str] = frozenset()) -> Handling:
    return Handling(owner_member="NO", owner_unit="VICTIM-ID", audience=audience, members=members, excluded=excluded)


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
    assert {actor for actor in (ADA, BO, SVEN, DINA) if may_see(actor, given)} == seen_by


def test_nobody_sees_nothing() -> None:
    assert not may_see(None, handling(Audience.ALL))


def test_an_owner_cannot_be_excluded_and_names_members_only_where_they_count() -> None:
    with pytest.raises(ValueError, match="excluded"):
        handling(Audience.ALL, excluded=frozenset({"NO"}))
    with pytest.raises(ValueError, match="named members"):
        handling(Audience.ALL, members=frozenset({"SE"}))
    with pytest.raises(ValueError, match="named members"):
        handling(Audience.MEMBERS)
    many = frozenset(f"X{number}" for number in range(MEMBERS_PER_RECORD_MAX + 1))
    with pytest.raises(ValueError, match="more members"):
        handling(Audience.MEMBERS, members=many)
    handling(Audience.MEMBERS, members=frozenset(list(many)[:-1]))


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
