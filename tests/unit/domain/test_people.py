"""Ages at another date, points on earth, references, and what a link may join."""

from datetime import date

import pytest

from clew.domain import link, reference, series, victim
from clew.domain.errors import Invalid, StepRefused
from clew.domain.link import Basis, EndKind, LinkState, LinkType, Named, Step
from clew.domain.person import AgeBand, age_band
from clew.domain.place import PlaceFacts, PlaceKind, Point, point_in

BAND = AgeBand(youngest=7, oldest=9, on=date(2023, 4, 15))


@pytest.mark.parametrize(
    ("day", "ages"),
    [
        (date(2023, 4, 15), (7, 9)),
        (date(2023, 4, 16), (7, 10)),
        (date(2024, 4, 14), (7, 10)),
        (date(2024, 4, 15), (8, 10)),
        (date(2033, 4, 15), (17, 19)),
        (date(2022, 4, 16), (6, 9)),
        (date(2022, 4, 15), (6, 8)),
        (date(2010, 1, 1), (0, 0)),
    ],
)
def test_an_age_band_holds_at_its_date_and_widens_by_the_birthday_nobody_knows(day: date, ages: tuple[int, int]) -> None:
    assert BAND.at(day) == ages


def test_whoever_was_seven_is_surely_adult_eleven_years_later_and_not_a_day_before() -> None:
    assert BAND.is_surely_adult(date(2034, 4, 15))
    assert not BAND.is_surely_adult(date(2034, 4, 14))


def test_an_age_band_is_written_with_its_day() -> None:
    assert age_band("7-9", date(2023, 4, 15)) == BAND
    assert age_band(" 8 ", date(2023, 4, 15)) == AgeBand(youngest=8, oldest=8, on=date(2023, 4, 15))
    assert age_band("", None) is None
    for words, on in (("7-9", None), ("", date(2023, 4, 15)), ("9-7", BAND.on), ("7-", BAND.on), ("x", BAND.on), ("121", BAND.on)):
        with pytest.raises(Invalid):
            age_band(words, on)


def test_a_point_lies_on_earth_and_two_are_one_where_their_circles_meet() -> None:
    oslo, drammen = point_in("59.9139,10.7522,50"), Point(latitude=59.7440, longitude=10.2045, precision_m=50)
    assert oslo is not None
    assert oslo.coarse == (59.9, 10.8)
    assert oslo.metres_to(drammen) == pytest.approx(36_000, rel=0.02)
    assert not oslo.may_be(drammen)
    assert oslo.may_be(Point(latitude=59.7440, longitude=10.2045, precision_m=37_000))
    assert Point(latitude=0, longitude=179.999, precision_m=200).may_be(Point(latitude=0, longitude=-179.999, precision_m=200))
    assert point_in(" ") is None
    for words in ("59.9", "91,0,5", "0,181,5", "0,0,0", "nan,0,5", "0,0,inf", "a,b,c"):
        with pytest.raises(Invalid):
            point_in(words)


def test_a_place_says_what_its_kind_needs() -> None:
    for wrong in ({"kind": PlaceKind.GPS}, {"kind": PlaceKind.LANGUAGE}, {"kind": PlaceKind.ROOM, "country": "Norway"}):
        with pytest.raises(Invalid):
            PlaceFacts(**wrong)


def test_a_reference_is_read_by_its_letter_and_one_digit_mistyped_is_none() -> None:
    kept = "V-100000017"
    assert victim.reference_in("v 100 000 017") == victim.reference_in("100000017") == kept
    assert series.reference_in(kept) is None
    assert reference.reference_in("100000017", "V", is_letter_demanded=True) is None
    digits = kept[2:]
    for at, digit in enumerate(digits):
        for other in "0123456789":
            if other != digit:
                assert victim.reference_in(f"V-{digits[:at]}{other}{digits[at + 1:]}") is None


def test_an_end_is_named_by_its_letter_by_a_digest_or_as_a_case() -> None:
    assert link.named(" o-100000017 ") == Named(kind=EndKind.OFFENDER, words="O-100000017")
    assert link.named("AB" * 32) == Named(kind=EndKind.MEDIUM, words="ab" * 32)
    for words in ("NO-2026-17", "100000017", "V-100000018"):
        assert link.named(words) == Named(kind=EndKind.CASE, words=words)


def test_every_type_of_link_says_what_it_joins_and_both_ways_only_where_it_says_the_same_of_both() -> None:
    assert link.ENDS.keys() == {*LinkType}
    for symmetric in link.SYMMETRIC:
        assert link.ENDS[symmetric][0] == link.ENDS[symmetric][1]
    with pytest.raises(Invalid, match="offender or victim to place"):
        link.check_ends(LinkType.WAS_AT, EndKind.PLACE, EndKind.VICTIM)
    assert link.from_word(Basis, "Seen") is Basis.SEEN
    with pytest.raises(Invalid, match="matched"):
        link.from_word(Basis, "guessed")


def test_no_step_makes_a_candidate_of_a_fact_and_what_is_withdrawn_stays_so() -> None:
    assert link.STEPS.keys() == {*LinkState}
    assert all(LinkState.CANDIDATE not in steps.values() for steps in link.STEPS.values())
    for step in Step:
        with pytest.raises(StepRefused):
            link.after(LinkState.WITHDRAWN, step)
