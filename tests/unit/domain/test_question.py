"""Who is asked a question, what is an answer, where an object may lie, and how a referral goes on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from clew.domain import crop, referral
from clew.domain.agreement import PROPOSAL_DAYS_MAX
from clew.domain.crop import Box
from clew.domain.errors import Invalid, SecondPersonNeeded, StepRefused
from clew.domain.member import Speciality
from clew.domain.question import UNITS_ASKED_MAX, Answer, Said, Whom, asked, reference_in, whom_from_words
from clew.domain.referral import Section, State, Step

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    member: str
    code: str
    specialities: frozenset[Speciality] = frozenset()


FORENSICS, LIAISON, VICTIMS = Speciality.DIGITAL_FORENSICS, Speciality.LIAISON, Speciality.VICTIM_IDENTIFICATION
UNITS = (
    Unit(member="NO", code="A", specialities=frozenset({VICTIMS})), Unit(member="NO", code="B"),
    Unit(member="SE", code="A", specialities=frozenset({VICTIMS, FORENSICS})),
    Unit(member="SE", code="B", specialities=frozenset({FORENSICS})), Unit(member="DK", code="A"),
    Unit(member="FI", code="A", specialities=frozenset({LIAISON})), Unit(member="FI", code="B"),
)  # fmt: skip
SPEAKS = (("NO", frozenset({"no"})), ("SE", frozenset({"sv"})), ("DK", frozenset({"da", "sv"})), ("FI", frozenset({"fi", "sv"})))


def ask(whom: Whom, excluded: frozenset[str] = frozenset()) -> set[str]:
    return {"/".join(one) for one in asked(whom, UNITS, SPEAKS, own=("NO", "A"), excluded=excluded)}


@pytest.mark.parametrize(
    ("whom", "found"),
    [
        (Whom(units=frozenset({("SE", "B")})), {"SE/B"}),
        (Whom(members=frozenset({"SE"})), {"SE/A"}),
        (Whom(members=frozenset({"DK"})), {"DK/A"}),
        (Whom(specialities=frozenset({FORENSICS})), {"SE/A", "SE/B"}),
        (Whom(specialities=frozenset({FORENSICS, VICTIMS})), {"SE/A"}),
        (Whom(languages=frozenset({"sv"})), {"SE/A", "SE/B", "DK/A", "FI/A", "FI/B"}),
        (Whom(languages=frozenset({"sv"}), specialities=frozenset({LIAISON})), {"FI/A"}),
        (Whom(units=frozenset({("DK", "A")}), specialities=frozenset({LIAISON})), {"DK/A", "FI/A"}),
        (Whom(units=frozenset({("NO", "B")})), {"NO/B"}),
    ],
    ids=["a unit", "a member", "its second with a lead", "good at it", "good at both", "speaking", "both", "a unit and who is", "own member"],
)
def test_those_are_asked_who_are_named_or_fit(whom: Whom, found: set[str]) -> None:
    assert ask(whom) == found


@pytest.mark.parametrize(
    "whom",
    [
        Whom(), Whom(units=frozenset({("NO", "A")})), Whom(units=frozenset({("XX", "A")})), Whom(members=frozenset({"XX"})),
        Whom(members=frozenset({"FI"})), Whom(languages=frozenset({"ja"})),
    ],
    ids=str,
)  # fmt: skip
def test_nobody_is_asked_by_words_that_mean_nobody(whom: Whom) -> None:
    with pytest.raises(Invalid):
        ask(whom)


def test_who_is_excluded_is_left_out_where_it_fits_and_refused_where_it_is_named() -> None:
    fit = Whom(languages=frozenset({"sv"}))
    assert ask(fit, frozenset({"SE", "FI"})) == {"DK/A"}
    with pytest.raises(Invalid, match="excluded"):
        ask(Whom(units=frozenset({("SE", "A")})), frozenset({"SE"}))


@pytest.mark.parametrize("count", [UNITS_ASKED_MAX, UNITS_ASKED_MAX + 1])
def test_a_question_goes_to_so_many_units_and_no_more(count: int) -> None:
    units = [Unit(member="SE", code=f"U{number}") for number in range(count)]
    whom = Whom(units=frozenset((one.member, one.code) for one in units))
    if count > UNITS_ASKED_MAX:
        with pytest.raises(Invalid):
            asked(whom, units, (), own=("NO", "A"), excluded=frozenset())
    else:
        assert len(asked(whom, units, (), own=("NO", "A"), excluded=frozenset())) == count


def test_who_is_meant_is_read_from_words() -> None:
    found = whom_from_words(["se", " DK/victim-id "], frozenset(), frozenset())
    assert (found.members, found.units) == (frozenset({"SE"}), frozenset({("DK", "VICTIM-ID")}))


@pytest.mark.parametrize(("said", "country"), [(Said.YES, "se"), (Said.NO, "SWE"), (Said.NOTHING_KNOWN, "SE")])
def test_an_answer_that_cannot_be_is_refused(said: Said, country: str) -> None:
    with pytest.raises(Invalid):
        Answer(said=said, country=country)


def test_a_reference_is_of_its_letter() -> None:
    assert reference_in("q-100000017") == "Q-100000017"
    assert reference_in("S-100000017") is referral.reference_in("Q-100000017") is None


@pytest.mark.parametrize(
    ("left", "top", "width", "height", "is_one"),
    [
        (0, 0, 500, 500, True), (0, 0, 501, 500, False), (500, 500, 500, 500, True), (501, 0, 500, 10, False),
        (0, 501, 10, 500, False), (-1, 0, 10, 10, False), (0, 0, 5, 5, True), (0, 0, 4, 5, False), (0, 0, 1000, 250, True),
        (0, 0, 1000, 251, False),
    ],
)  # fmt: skip
def test_an_object_lies_in_the_picture_and_is_at_most_a_quarter_of_it(
    left: int, top: int, width: int, height: int, is_one: bool
) -> None:
    if is_one:
        assert Box(left=left, top=top, width=width, height=height)
    else:
        with pytest.raises(Invalid):
            Box(left=left, top=top, width=width, height=height)


def test_a_box_is_written_as_that_of_a_clue_and_lies_in_pixels() -> None:
    found = crop.box_in("0.12, 0.34, 0.2, 0.18")
    assert found == Box(left=120, top=340, width=200, height=180)
    assert found.in_pixels(1000, 500) == (120, 170, 320, 260)
    assert Box(left=0, top=0, width=5, height=5).in_pixels(10, 10) == (0, 0, 1, 1)
    for words in ("", "0,0,1,1", "0.1,0.1,0.1", "x"):
        with pytest.raises(Invalid):
            crop.box_in(words)


def test_a_referral_is_agreed_to_by_another_officer_before_it_lapses() -> None:
    def approve(by: str, state: State = State.PROPOSED, days: int = 0) -> State:
        return referral.approved(
            state, proposed_by="ada", proposed_at=NOW - timedelta(days=days), by=by, now=NOW
        )

    assert approve("bo", days=PROPOSAL_DAYS_MAX - 1) is State.HANDED_OVER
    with pytest.raises(SecondPersonNeeded):
        approve("ada")
    for state, days in ((State.PROPOSED, PROPOSAL_DAYS_MAX), *((one, 0) for one in State if one is not State.PROPOSED)):
        with pytest.raises(StepRefused):
            approve("bo", state, days)


def test_each_side_of_a_referral_takes_its_own_steps() -> None:
    for step in Step:
        is_theirs = step in {Step.ACCEPT, Step.DECLINE, Step.HAND_BACK}
        referral.check_taken(step, is_own=not is_theirs)
        with pytest.raises(StepRefused):
            referral.check_taken(step, is_own=is_theirs)
    for state, step in ((State.PROPOSED, Step.ACCEPT), (State.HANDED_OVER, Step.HAND_BACK), (State.DECLINED, Step.ACCEPT)):
        with pytest.raises(StepRefused):
            referral.after(state, step)


def test_the_narrative_goes_only_by_name() -> None:
    assert Section.NARRATIVE not in referral.sections_from_words("")
    assert referral.sections_from_words("narrative, clues") == {Section.NARRATIVE, Section.CLUES}
    with pytest.raises(Invalid):
        referral.sections_from_words("identities")
