"""Identification: how a victim is found, step by step, each proposed by one officer and confirmed by another."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

from clew.domain.errors import Invalid, SecondPersonNeeded, StepRefused
from clew.domain.series import SOLVED, SeriesState
from clew.domain.victim import VictimState

NEXT_DAYS_MAX = 365
"""So far ahead the next step is planned at most."""


class Step(StrEnum):
    """What is said of a victim. The words are stored; never reuse one."""

    LOCATE = "locate"
    IDENTIFY = "identify"
    SAFEGUARD = "safeguard"
    REOPEN = "reopen"
    """It was a mistake: whoever was told the outcome is told so."""


STEPS: Mapping[VictimState, Mapping[Step, VictimState]] = {
    VictimState.UNIDENTIFIED: {Step.LOCATE: VictimState.LOCATED, Step.IDENTIFY: VictimState.IDENTIFIED},
    VictimState.LOCATED: {Step.IDENTIFY: VictimState.IDENTIFIED, Step.REOPEN: VictimState.UNIDENTIFIED},
    VictimState.IDENTIFIED: {Step.SAFEGUARD: VictimState.SAFEGUARDED, Step.REOPEN: VictimState.UNIDENTIFIED},
    VictimState.SAFEGUARDED: {Step.REOPEN: VictimState.UNIDENTIFIED},
}

FOUND = frozenset({VictimState.IDENTIFIED, VictimState.SAFEGUARDED})
"""It is known who the child is."""


class Status(StrEnum):
    """What became of a proposed step. The words are stored; never reuse one."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What is told to those who had a part in it. The words are stored as kinds of notices; never reuse one."""

    IDENTIFIED = "identified"
    SAFEGUARDED = "safeguarded"
    TAKEN_BACK = "outcome-taken-back"


def after(state: VictimState, step: Step) -> VictimState:
    """The state that `step` leads to.

    Raises:
        StepRefused: the step is not possible now.
    """
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepRefused("This step is not possible in the present state of the victim: look again.") from None


def check_decided(status: Status, decided: Status, *, proposed_by: str, by: str) -> None:
    """Refuse what `by` may not decide about a proposed step.

    Raises:
        SecondPersonNeeded: who proposed it would confirm it too.
        StepRefused: it is decided already, or somebody else would withdraw it.
    """
    if status is not Status.PROPOSED:
        raise StepRefused("This step is decided already: look again.")
    if decided is Status.CONFIRMED and by == proposed_by:
        raise SecondPersonNeeded("Another officer of the unit must confirm what you proposed.")
    if decided is Status.WITHDRAWN and by != proposed_by:
        raise StepRefused("Who proposed a step withdraws it; others confirm or refuse it.")


def checked_next(words: str, on: date | None, today: date) -> None:
    """Refuse a next step without its day, a day without a step, and a day that is past or too far ahead.

    Raises:
        Invalid: the sentence says which.
    """
    if bool(words) is not (on is not None):
        raise Invalid("Say the next step together with its day, or neither.")
    if on is not None and not today <= on <= today + timedelta(days=NEXT_DAYS_MAX):
        raise Invalid("The next step is planned within {most} days from today.", most=NEXT_DAYS_MAX)


def furthest(states: Iterable[VictimState]) -> VictimState:
    """How far a child has come by the states of the victims that are one with it: as far as any of them."""
    order = [*VictimState]
    return max(states, key=order.index, default=VictimState.UNIDENTIFIED)


def outcome_of(states: Iterable[VictimState]) -> VictimState | None:
    """How far a series has come by the states of all the children in it: only as far as the one who waits longest.

    None where nobody of them is identified, or there is nobody.
    """
    found = set(states)
    if not found or not found <= FOUND:
        return None
    return VictimState.SAFEGUARDED if found == {VictimState.SAFEGUARDED} else VictimState.IDENTIFIED


def is_agreed(wanted: SeriesState, reached: VictimState | None) -> bool:
    """Whether two officers agreed, of every child in a series, to what somebody marks the series as.

    `reached`: how far all the children in it have come, None where not all of them are found. Of other states nothing
    is to be agreed.
    """
    return wanted not in SOLVED or reached is VictimState.SAFEGUARDED or (
        wanted is SeriesState.IDENTIFIED and reached is VictimState.IDENTIFIED
    )


def told_of(before: SeriesState, state: SeriesState) -> Outcome | None:
    """What is told where somebody marks a series; None where nothing is."""
    if before is state:
        return None
    if state in SOLVED:
        return Outcome.SAFEGUARDED if state is SeriesState.SAFEGUARDED else Outcome.IDENTIFIED
    return Outcome.TAKEN_BACK if before in SOLVED and state is not SeriesState.WITHDRAWN else None
