"""A referral: what a unit hands over about a series to those of the country in which it was probably made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clew.domain import reference
from clew.domain.agreement import PROPOSAL_DAYS_MAX
from clew.domain.errors import Invalid, SecondPersonNeeded, StepRefused

LETTER = "R"
CROPS_MAX = 20
MEDIA_MAX = 500
CLUES_MAX = 200
PLACES_MAX = 50
QUESTIONS_MAX = 50
TIMELINE_MAX = 366
PACKAGE_BYTES_MAX = 512 * 1024
ZIP_BYTES_MAX = 64 * 1024 * 1024
"""Twenty objects of two megabytes each, once as a picture and once on paper, fit with the package."""
FORMAT = "clew-referral/1"


class Section(StrEnum):
    """What a package may hold beside its references and the contact. The words are stored in it; never reuse one."""

    NARRATIVE = "narrative"
    MEDIA = "media"
    TIMELINE = "timeline"
    CLUES = "clues"
    RANKING = "ranking"
    PLACES = "places"
    QUESTIONS = "questions"


SECTIONS_DEFAULT = frozenset(Section) - {Section.NARRATIVE}
"""The narrative is free text, which somebody reads through before it is handed to another country."""


class State(StrEnum):
    """How far it has come. The words are stored; never reuse one."""

    PROPOSED = "proposed"
    HANDED_OVER = "handed-over"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    HANDED_BACK = "handed-back"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Step(StrEnum):
    """What is done about it."""

    APPROVE = "approve"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    ACCEPT = "accept"
    DECLINE = "decline"
    HAND_BACK = "hand-back"


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.PROPOSED: {
        Step.APPROVE: State.HANDED_OVER, Step.WITHDRAW: State.WITHDRAWN, Step.LAPSE: State.LAPSED,
    },
    State.HANDED_OVER: {
        Step.ACCEPT: State.ACCEPTED, Step.DECLINE: State.DECLINED, Step.WITHDRAW: State.WITHDRAWN,
    },
    State.ACCEPTED: {Step.HAND_BACK: State.HANDED_BACK, Step.WITHDRAW: State.WITHDRAWN},
    State.DECLINED: {},
    State.HANDED_BACK: {},
    State.WITHDRAWN: {},
    State.LAPSED: {},
}  # fmt: skip
BY_THE_RECIPIENT = frozenset({Step.ACCEPT, Step.DECLINE, Step.HAND_BACK})
SAID_WHY = frozenset({Step.DECLINE, Step.HAND_BACK})
KNOWN_TO_THE_RECIPIENT = frozenset({State.HANDED_OVER, State.ACCEPTED, State.DECLINED, State.HANDED_BACK})
READ_BY_THE_RECIPIENT = frozenset({State.HANDED_OVER, State.ACCEPTED})
"""Who declines or hands back reads the package no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom the recipient reaches."""

    member: str
    name: str
    unit: str
    contact_point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is handed over: one clear list of it, made at one moment. It holds no medium, and nobody's identity.

    `crops` are (file name, what is to be seen) of objects that two officers let out; all else are lines as they are
    read, by section. `left_out` says of a section how much more there is, or that somebody else must be asked.
    """

    reference: str
    country: str
    series: str
    series_state: str
    made_at: datetime
    by: Contact
    words: str
    sections: Mapping[Section, tuple[Mapping[str, object], ...]]
    crops: tuple[tuple[str, str], ...]
    left_out: Mapping[str, int]


def after(state: State, step: Step) -> State:
    """The state that `step` leads to.

    Raises:
        StepRefused: the step is not possible now.
    """
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepRefused("This step is not possible in the present state of the referral: look again.") from None


def approved(state: State, *, proposed_by: str, proposed_at: datetime, by: str, now: datetime) -> State:
    """The state once `by` agrees.

    Raises:
        SecondPersonNeeded: it is their own.
        StepRefused: it is decided, or has lapsed.
    """
    reached = after(state, Step.APPROVE)
    if by == proposed_by:
        raise SecondPersonNeeded("A second officer of the unit must agree to what you would hand over.")
    if now >= proposed_at + timedelta(days=PROPOSAL_DAYS_MAX):
        raise StepRefused("This referral has lapsed: make it anew.")
    return reached


def check_taken(step: Step, *, is_own: bool) -> None:
    """Refuse what is the other side's to do.

    Raises:
        StepRefused: the sentence says whose it is.
    """
    if (step in BY_THE_RECIPIENT) is is_own:
        raise StepRefused("Who hands over approves and withdraws; who gets it accepts, declines or hands back.")


def sections_from_words(words: str) -> frozenset[Section]:
    """`clues,places` as sections; empty: all but the narrative.

    Raises:
        Invalid: a word is none.
    """
    try:
        named = frozenset(Section(word.strip()) for word in words.split(",") if word.strip())
    except ValueError:
        raise Invalid("A package may hold {known}.", known=", ".join(Section)) from None
    return named or SECTIONS_DEFAULT


def reference_in(untrusted_text: str) -> str | None:
    """The reference of a referral that somebody typed, as it is kept; None where it is none."""
    return reference.reference_in(untrusted_text, LETTER)
