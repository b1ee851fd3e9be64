"""An agreement: the steps of what a second officer may have to agree to, whatever it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from clew.domain.errors import SecondPersonNeeded, StepRefused

PROPOSAL_DAYS_MAX = 7
"""A proposal that nobody agreed to by then has lapsed."""


class State(StrEnum):
    """How far it has come. The words are stored; never reuse one."""

    PROPOSED = "proposed"
    IN_FORCE = "in-force"
    ENDED = "ended"
    """Its end came, or its owner ended it before."""
    REPLACED = "replaced"
    """A later one without an end stands in its place."""
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Step(StrEnum):
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    END = "end"
    REPLACE = "replace"


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.PROPOSED: {Step.APPROVE: State.IN_FORCE, Step.WITHDRAW: State.WITHDRAWN, Step.LAPSE: State.LAPSED},
    State.IN_FORCE: {Step.END: State.ENDED, Step.REPLACE: State.REPLACED},
    State.ENDED: {},
    State.REPLACED: {},
    State.WITHDRAWN: {},
    State.LAPSED: {},
}


class Proposal(Protocol):
    """What may be proposed: a change of handling or of words, or a later end."""

    @property
    def state(self) -> State: ...
    @property
    def proposed_by(self) -> str: ...
    @property
    def proposed_at(self) -> datetime: ...


def after(one: Proposal, step: Step) -> State:
    """The state that `step` leads to.

    Raises:
        StepRefused: the step is not possible now.
    """
    try:
        return STEPS[one.state][step]
    except KeyError:
        raise StepRefused("This has gone on meanwhile: look again.") from None


def approved(one: Proposal, *, by: str, now: datetime) -> State:
    """The state once `by` agrees.

    Raises:
        SecondPersonNeeded: it is their own.
        StepRefused: it has lapsed, or is no proposal any more.
    """
    state = after(one, Step.APPROVE)
    if by == one.proposed_by:
        raise SecondPersonNeeded("A second officer of the unit must agree to what you proposed.")
    if has_lapsed(one, now):
        raise StepRefused("This proposal has lapsed: make it anew.")
    return state


def has_lapsed(one: Proposal, now: datetime) -> bool:
    return one.state is State.PROPOSED and now >= one.proposed_at + timedelta(days=PROPOSAL_DAYS_MAX)
