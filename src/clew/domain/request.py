"""A request: somebody asks a member for access to, correction or deletion of what is kept about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clew.domain.errors import Invalid, StepRefused

TEXT_CHARACTERS_MAX = 4_000
CONSULTATIONS_PER_REQUEST_MAX = 50
KEPT_YEARS = 5
"""So long a request is kept after whoever asked was told: then it goes by itself, with all that was said about it.

Source: none sets a term for requests; this is that of records (INTERPOL's Rules on the Processing of Data, article 49),
within which a decision can be asked about again.
"""
_UNSEEN_BUT_WRITTEN = str.maketrans("", "", "\n\u200c\u200d")
"""New lines, and the joiners that Persian words and many signs need."""


class State(StrEnum):
    """How far a request has come. The words are stored; never reuse one."""

    RECEIVED = "received"
    ADMITTED = "admitted"
    """It is admissible and is examined."""
    DECIDED = "decided"
    CLOSED = "closed"
    """Whoever asked was told."""


class Outcome(StrEnum):
    """What was decided. The words are stored; never reuse one."""

    GRANTED = "granted"
    PARTLY_GRANTED = "partly-granted"
    REFUSED = "refused"
    INADMISSIBLE = "inadmissible"
    WITHDRAWN = "withdrawn"
    """By whoever asked."""


class Step(StrEnum):
    """What a data-protection officer does with a request."""

    ADMIT = "admit"
    DISMISS = "dismiss"
    """Find it inadmissible."""
    WITHDRAW = "withdraw"
    CONSULT = "consult"
    DECIDE = "decide"
    CLOSE = "close"


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.RECEIVED: {Step.ADMIT: State.ADMITTED, Step.DISMISS: State.DECIDED, Step.WITHDRAW: State.DECIDED},
    State.ADMITTED: {Step.CONSULT: State.ADMITTED, Step.DECIDE: State.DECIDED, Step.WITHDRAW: State.DECIDED},
    State.DECIDED: {Step.CLOSE: State.CLOSED},
    State.CLOSED: {},
}

OUTCOMES: Mapping[Step, frozenset[Outcome]] = {
    Step.DECIDE: frozenset({Outcome.GRANTED, Outcome.PARTLY_GRANTED, Outcome.REFUSED}),
    Step.DISMISS: frozenset({Outcome.INADMISSIBLE}),
    Step.WITHDRAW: frozenset({Outcome.WITHDRAWN}),
}
"""What each step that ends the examination can end it with."""


class View(StrEnum):
    """What the owner of a record says when it is consulted. The words are stored; never reuse one."""

    AGREES = "agrees"
    AGREES_IN_PART = "agrees-in-part"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """What the rules ask of a consultation: what the owner said, or None, and until when it may say it."""

    view: View | None
    ends_at: datetime


def after(state: State, step: Step) -> State:
    """The state after `step`.

    Raises:
        StepRefused: it cannot be taken in this state.
    """
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepRefused("A request that is {state} cannot be taken to that step.", state=state) from None


def check_decision(outcome: Outcome, consulted: Iterable[Consulted], now: datetime) -> None:
    """Refuse a decision that an owner was not heard on, or that gives more than an owner agreed to.

    Nothing is disclosed or changed over the head of the member that owns it: silence is no consent.

    Raises:
        Invalid: such an outcome is no decision.
        StepRefused: an owner may still answer, or did not agree to all of it.
    """
    if outcome not in OUTCOMES[Step.DECIDE]:
        raise Invalid("A request is granted, partly-granted or refused.")
    views = list(consulted)
    if any(one.view is None and now < one.ends_at for one in views):
        raise StepRefused("An owner was consulted and may still answer: wait for its view, or for the end of its time.")
    if outcome is Outcome.GRANTED and any(one.view is not View.AGREES for one in views):
        raise StepRefused("An owner did not agree to all of it: grant it in part, or refuse it.")


def check_answer(consulted: Consulted, now: datetime) -> None:
    """Refuse a second answer and one that comes too late.

    Raises:
        StepRefused: it is one of these.
    """
    if consulted.view is not None:
        raise StepRefused("This consultation was answered already.")
    if now >= consulted.ends_at:
        raise StepRefused("The time for an answer is over: the other member decides without it.")


def text(untrusted_words: str) -> str:
    """What somebody wrote, as it is kept: a few paragraphs.

    Raises:
        Invalid: there is nothing, too much, or signs that cannot be seen.
    """
    kept = untrusted_words.replace("\r\n", "\n").strip()
    if not kept or len(kept) > TEXT_CHARACTERS_MAX or not kept.translate(_UNSEEN_BUT_WRITTEN).isprintable():
        raise Invalid("Write it in 1 to {most} characters that can be read.", most=TEXT_CHARACTERS_MAX)
    return kept
