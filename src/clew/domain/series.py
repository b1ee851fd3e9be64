"""A series: its reference, its states, and the steps between them."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from clew.domain import reference
from clew.domain.errors import Invalid, StepRefused

REFERENCE_LETTER = "S"

TEXT_CHARACTERS_MAX = 20_000
REASON_CHARACTERS_MAX = 500
SERIES_TOGETHER_MAX = 1_000
"""How many series one officer may see as one: what is worked out of them stays small."""


class Event(IntEnum):
    """What happened on a day of a series."""

    TAKEN = 1
    TAKEN_IN = 2
    EXHIBIT_ENTERED = 3


class SeriesState(StrEnum):
    """How far the enquiry into a series has come. The words are stored; never reuse one."""

    OPEN = "open"
    """Nobody knows the victim, and nobody says that they look."""
    UNDER_ENQUIRY = "under-enquiry"
    IDENTIFIED = "identified"
    SAFEGUARDED = "safeguarded"
    """Identified, and the child has been reached and is safe."""
    WITHDRAWN = "withdrawn"
    """Its owner takes it back: it says nothing any more."""


SOLVED = frozenset({SeriesState.IDENTIFIED, SeriesState.SAFEGUARDED})
"""The victim is known."""
UNSOLVED = frozenset({SeriesState.OPEN, SeriesState.UNDER_ENQUIRY})
"""Somebody looks for the victim, or should."""


class Step(StrEnum):
    """What its owner does about a series. The words are stored; never reuse one."""

    TAKE = "take"
    HAND_BACK = "hand-back"
    IDENTIFY = "identify"
    SAFEGUARD = "safeguard"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    """It was a mistake."""


STEPS: Mapping[SeriesState, Mapping[Step, SeriesState]] = {
    SeriesState.OPEN: {
        Step.TAKE: SeriesState.UNDER_ENQUIRY,
        Step.IDENTIFY: SeriesState.IDENTIFIED,
        Step.WITHDRAW: SeriesState.WITHDRAWN,
    },
    SeriesState.UNDER_ENQUIRY: {
        Step.HAND_BACK: SeriesState.OPEN,
        Step.IDENTIFY: SeriesState.IDENTIFIED,
        Step.WITHDRAW: SeriesState.WITHDRAWN,
    },
    SeriesState.IDENTIFIED: {
        Step.SAFEGUARD: SeriesState.SAFEGUARDED,
        Step.REOPEN: SeriesState.OPEN,
        Step.WITHDRAW: SeriesState.WITHDRAWN,
    },
    SeriesState.SAFEGUARDED: {Step.REOPEN: SeriesState.OPEN, Step.WITHDRAW: SeriesState.WITHDRAWN},
    SeriesState.WITHDRAWN: {Step.REOPEN: SeriesState.OPEN},
}


def after(state: SeriesState, step: Step) -> SeriesState:
    """The state that `step` leads to.

    Raises:
        StepRefused: the step is not possible now.
    """
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepRefused("This step is not possible in the present state of the series: look again.") from None


def step_to(state: SeriesState, wanted: SeriesState) -> Step | None:
    """The step that leads from `state` to `wanted`; None where it is there already.

    Raises:
        StepRefused: no single step does.
    """
    if state is wanted:
        return None
    for step, reached in STEPS[state].items():
        if reached is wanted:
            return step
    raise StepRefused("A series that is {state} does not become {wanted} in one step.", state=state, wanted=wanted)


def reference_in(untrusted_text: str) -> str | None:
    """The reference that somebody typed, as it is kept (`S-482177348`); None where it is none.

    With or without its S, in groups or not. One with a digit mistyped is none.
    """
    return reference.reference_in(untrusted_text, REFERENCE_LETTER)


def checked_words(words: str, *, characters_max: int = REASON_CHARACTERS_MAX, is_demanded: bool = False) -> str:
    """A reason, a basis or a narrative as it is kept: lines that can be seen.

    Raises:
        Invalid: there is none where one is demanded, it is too long, or holds what does not show.
    """
    kept = words.replace("\r\n", "\n").strip()
    if len(kept) > characters_max or not all(line.isprintable() for line in kept.split("\n")):
        raise Invalid("This has at most {most} characters, all of which can be seen.", most=characters_max)
    if is_demanded and not kept:
        raise Invalid("Say why: this is on record, and others decide by it.")
    return kept
