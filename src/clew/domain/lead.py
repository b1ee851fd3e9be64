"""Leads: a reason to look closer. Why one is raised, how they are ranked, and the steps that officers take.

Each rule has a name and one sentence. A rule looks at a series that a unit waits for and at material outside of it;
what two media must share is judged by the same functions by which proposals are (`domain/proposal.py`). The rank is a
sum of parts, and each part says in words why it counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from clew.domain.clue import ClueKind
from clew.domain.errors import Invalid, StepRefused
from clew.domain.proposal import Measured
from clew.domain.question import SPEAKS_FOR, Said
from clew.domain.series import SOLVED, UNSOLVED, SeriesState, checked_words


class Rule(StrEnum):
    """Why a lead is raised. The words are stored; never reuse one."""

    SAME_CAMERA = "same-camera"
    SAME_DOCUMENT = "same-document"
    ALIGNED_CLIP = "aligned-clip"
    KNOWN_PLACE = "known-place"
    REAPPEARED = "reappeared"
    SAME_NAME = "same-name"
    CLUE_ANSWERED = "clue-answered"
    NEAR_COPY = "near-copy"


OF_MATCHES = (Rule.ALIGNED_CLIP, Rule.NEAR_COPY, Rule.REAPPEARED)
"""Rules that look at matches: what they found shows only to whom the match is told."""

RULES_VERSION = 3
"""Of all rules together, those of proposals too, and of how what they look at is read and compared. Who changes any of
it so that more is found counts it up: a node that looked by an earlier version looks at all series again, once."""

SENTENCES: Mapping[Rule, str] = {
    Rule.SAME_CAMERA: "It was taken with the camera of the series, whose serial number ends in {ending}.",
    Rule.SAME_DOCUMENT: "It was made from the same edited document as a medium in the series.",
    Rule.ALIGNED_CLIP: "It runs like a clip in the series for {seconds} seconds.",
    Rule.KNOWN_PLACE: "It was taken {metres} metres from where the series is known to be, as exactly as that is known.",
    Rule.REAPPEARED: "A medium of this solved series lies in an exhibit that came later, beside material taken"
    " {days} days after the newest that the series has.",
    Rule.SAME_NAME: "A clue on it reads the same as a clue in the series: {kind}.",
    Rule.CLUE_ANSWERED: "A unit that was asked about the series, or about a medium in it, answered: {answer}.",
    Rule.NEAR_COPY: "It is a near copy of a medium in the series, {bits} of {radius} bits away.",
}
"""What each rule says, with the names of what it measures."""
HALVES: Mapping[Rule, str] = {Rule.REAPPEARED: "A medium of this solved series lies in an exhibit that came later."}
"""What is said of a medium by which a rule has half of what it asks for."""

WAITING: Mapping[Rule, frozenset[SeriesState]] = {
    rule: SOLVED if rule is Rule.REAPPEARED else UNSOLVED for rule in Rule
}
"""In which states of a series each rule looks: nobody waits for what is solved, but for that it comes back."""


class State(StrEnum):
    """How far a lead has come. The words are stored; never reuse one."""

    WATCHED = "watched"
    """Half of what a rule asks for is there: nobody is told, and a program looks for the other half."""
    RAISED = "raised"
    TAKEN = "taken"
    FOLLOWED = "followed"
    SET_ASIDE = "set-aside"
    CLOSED = "closed"


class Step(StrEnum):
    """What is done about a lead. The words are stored; never reuse one."""

    RAISE = "raise"
    """By a program: the only step that is no officer's."""
    TAKE = "take"
    HAND_BACK = "hand-back"
    FOLLOW = "follow"
    SET_ASIDE = "set-aside"
    REOPEN = "reopen"
    CLOSE = "close"


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.WATCHED: {Step.RAISE: State.RAISED},
    State.RAISED: {Step.TAKE: State.TAKEN, Step.SET_ASIDE: State.SET_ASIDE},
    State.TAKEN: {Step.FOLLOW: State.FOLLOWED, Step.HAND_BACK: State.RAISED, Step.SET_ASIDE: State.SET_ASIDE},
    State.FOLLOWED: {Step.CLOSE: State.CLOSED, Step.SET_ASIDE: State.SET_ASIDE},
    State.SET_ASIDE: {Step.REOPEN: State.RAISED},
    State.CLOSED: {Step.REOPEN: State.RAISED},
}

OPEN = frozenset({State.RAISED, State.TAKEN, State.FOLLOWED})
"""Something is left to do."""
SAID_WHY = frozenset({Step.SET_ASIDE, Step.CLOSE, Step.REOPEN})
"""Steps that say why, for whoever looks later."""
BY_OFFICERS = frozenset(Step) - {Step.RAISE}


class Outcome(StrEnum):
    """What came of a lead that was followed. The words are stored; never reuse one."""

    VICTIM = "victim-found"
    OFFENDER = "offender-found"
    PLACE = "place-found"
    CONTACT = "units-in-contact"
    MORE_MATERIAL = "more-material"
    NOTHING = "nothing"


def after(state: State, step: Step) -> State:
    """The state that `step` leads to.

    Raises:
        StepRefused: the step is not possible now.
    """
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepRefused("This step is not possible in the present state of the lead: look again.") from None


def checked_step(step: Step, why: str, outcome: Outcome | None) -> str:
    """Why, as it is kept.

    Raises:
        Invalid: a reason or an outcome is missing, there is an outcome where none is due, or the words are too long.
    """
    if (step is Step.CLOSE) != (outcome is not None):
        raise Invalid("A lead is closed with an outcome, and only then has one.")
    return checked_words(why, is_demanded=step in SAID_WHY)


def sentence(rule: Rule, measured: Measured) -> str:
    """Why, in one sentence. Where a rule has a half, nothing was measured for it."""
    if not measured and rule in HALVES:
        return HALVES[rule]
    return SENTENCES[rule].format(**measured)


def newer_material(newest_known: datetime | None, taken_at: datetime | None) -> Measured | None:
    """Material beside a reappearing medium that was taken later than all of the series of which a time is known."""
    if newest_known is None or taken_at is None or taken_at <= newest_known:
        return None
    return {"days": (taken_at - newest_known).days}


NAMING: Mapping[ClueKind, int] = {
    ClueKind.ACCOUNT: 4,
    ClueKind.PHONE: 7,
    ClueKind.PRODUCT: 6,
    ClueKind.SCHOOL_WEAR: 6,
    ClueKind.SIGN: 8,
    ClueKind.TEXT: 8,
}
"""Kinds of clue that tell one from another by what is read, and how many signs at least: “exit” hangs everywhere."""


def same_name(kind: ClueKind, words: str) -> Measured | None:
    """What is read in two media tells them from others. The words themselves stay with the clues."""
    least = NAMING.get(kind)
    return None if least is None or len(words) < least else {"kind": kind.value}


def clue_answered(said: Said, country: str) -> Measured | None:
    """An answer that leads on: whoever knows the thing, or thinks so. That somebody knows nothing is no lead."""
    if said not in SPEAKS_FOR:
        return None
    return {"answer": f"{said}, {country}" if country else said.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the rank looks at, as far as the asker sees it.

    `newest_taken_at`: when the newest of the evidence was taken, by its camera; `entered_at`: when the latest came to
    the node. `media`: how many speak for it, `others`: how many other members hold some of them. `has_place`: it is
    known where some of it was taken, or an officer said in which country the series was; `has_likely_country`: clues
    and votes make one likely. Units: times in UTC.
    """

    rule: Rule
    series_state: SeriesState
    newest_taken_at: datetime | None
    entered_at: datetime
    media: int
    others: int
    has_place: bool
    has_likely_country: bool = False


class Because(StrEnum):
    """A part of the rank. The words are those of the pages and commands."""

    DANGER = "danger"
    STILL_OPEN = "still-open"
    FRESH = "fresh"
    RECENT = "recent"
    PLACE = "place"
    LIKELY_COUNTRY = "likely-country"
    STRONG = "strong"
    SOME_WEIGHT = "some-weight"
    MANY = "many"
    OTHERS = "others"


BECAUSE: Mapping[Because, tuple[int, str]] = {
    Because.DANGER: (40, "A child may be in danger now: something of it was taken within the last 90 days."),
    Because.STILL_OPEN: (15, "Nobody knows the victim yet."),
    Because.FRESH: (20, "The material is fresh: it came within the last 7 days."),
    Because.RECENT: (10, "The material came within the last 30 days."),
    Because.PLACE: (15, "It is known where some of it was taken, and so the likely country."),
    Because.LIKELY_COUNTRY: (15, "Clues or specialists make one country likely."),
    Because.STRONG: (20, "The evidence is strong: what was found belongs to one device or one document."),
    Because.SOME_WEIGHT: (10, "The evidence has some weight."),
    Because.MANY: (5, "Ten media or more speak for it."),
    Because.OTHERS: (5, "Another member holds part of it."),
}
"""What each part counts, and why in words. All that can come together is `RANK_MAX`."""

RANK_MAX = 120
DANGER_DAYS = 90
AHEAD = timedelta(days=1)
"""A camera whose clock is ahead by more than that says nothing of when."""
FRESH_DAYS = 7
RECENT_DAYS = 30
MANY_MEDIA = 10
STRONG_RULES = frozenset({Rule.SAME_CAMERA, Rule.SAME_DOCUMENT, Rule.REAPPEARED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """How urgent a lead is, and why, the heaviest part first."""

    points: int
    parts: tuple[Because, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Each part in one sentence."""
        return tuple(BECAUSE[part][1] for part in self.parts)


def rank(one: Weighed, now: datetime) -> Rank:
    """How urgent it is to look at a lead: a sum of parts, each with its words."""
    parts = [part for part, holds in _parts(one, now) if holds]
    return Rank(
        points=sum(BECAUSE[part][0] for part in parts),
        parts=tuple(sorted(parts, key=lambda part: (-BECAUSE[part][0], part))),
    )


def at_most(one: Weighed, now: datetime) -> int:
    """What the rank comes to at most, of a lead as it was when it was last raised.

    Clues, or an officer, may say at any time where it was; what was hidden since only takes away from it.
    """
    return rank(replace(one, has_place=True), now).points


def _parts(one: Weighed, now: datetime) -> tuple[tuple[Because, bool], ...]:
    came = now - one.entered_at
    is_strong = one.rule in STRONG_RULES
    return (
        (Because.DANGER, _is_within(one.newest_taken_at, now, DANGER_DAYS)),
        (Because.STILL_OPEN, one.series_state in UNSOLVED),
        (Because.FRESH, came <= timedelta(days=FRESH_DAYS)),
        (Because.RECENT, timedelta(days=FRESH_DAYS) < came <= timedelta(days=RECENT_DAYS)),
        (Because.PLACE, one.has_place),
        (Because.LIKELY_COUNTRY, one.has_likely_country and not one.has_place),
        (Because.STRONG, is_strong),
        (Because.SOME_WEIGHT, not is_strong),
        (Because.MANY, one.media >= MANY_MEDIA),
        (Because.OTHERS, one.others > 0),
    )


def _is_within(moment: datetime | None, now: datetime, days: int) -> bool:
    return moment is not None and now - timedelta(days=days) <= moment <= now + AHEAD
