"""Certification: for what an officer is certified, by which two people, until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from clew.domain.errors import Invalid, SecondPersonNeeded, StepRefused
from clew.domain.officer import Role

TERM_MAX = timedelta(days=2 * 366)
"""No certification is given for longer; then somebody must look again."""
FOUNDING_TERM = timedelta(days=180)
"""For so long at most the node's operator certifies alone, while a member has no administrator yet."""
WARNING = timedelta(days=30)
"""So long before its end an officer and the administrators are warned."""
ADMINISTRATORS_MIN = 3
"""As many certified administrators can certify each other, two of them the third; with fewer, the
operator of the node is one of the two from the command line, on record."""
TRAINER_CHARACTERS_MAX = 200


class State(StrEnum):
    """PROPOSED by one person; GIVEN by a second; REFUSED instead; WITHDRAWN after it was given."""

    PROPOSED = "proposed"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What somebody does with a certification that is there."""

    GIVE = "give"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.PROPOSED: {Step.GIVE: State.GIVEN, Step.REFUSE: State.REFUSED},
    State.GIVEN: {Step.WITHDRAW: State.WITHDRAWN},
    State.REFUSED: {},
    State.WITHDRAWN: {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a certification rests on: who trained the officer, when, and for how long that counts."""

    trainer: str
    trained_on: date
    ends_at: datetime

    def __post_init__(self) -> None:
        if not self.trainer.strip() or len(self.trainer) > TRAINER_CHARACTERS_MAX or not self.trainer.isprintable():
            raise Invalid("Say who trained the officer, in up to 200 characters.")
        if self.ends_at.tzinfo is None:
            raise Invalid("The end of a certification is a time with its zone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """One certification of an officer; `given_by` is absent until a second person gives it."""

    officer: str
    role: Role
    training: Training
    state: State
    proposed_by: str
    given_by: str | None = None
    is_founding: bool = False

    def ends_soon(self, now: datetime) -> bool:
        """Whether the officer must be warned: it ends within 30 days, or has ended."""
        return self.state is State.GIVEN and self.training.ends_at - now <= WARNING


def training(trainer: str, trained_on: date, until: date) -> Training:
    """A training that counts up to the end of the day `until`, of UTC.

    Raises:
        Invalid: the trainer is not said, or not in up to 200 characters.
    """
    return Training(trainer=trainer, trained_on=trained_on, ends_at=datetime.combine(until, time.max, tzinfo=UTC))


def check_term(training: Training, now: datetime) -> None:
    """Refuse a training in the future, an end that has passed and one too far away.

    Raises:
        Invalid: any of these.
    """
    if training.trained_on > now.date():
        raise Invalid("The training is in the future: certify the officer when it has been given.")
    if training.ends_at <= now:
        raise Invalid("The end of the certification has passed already.")
    if training.ends_at - now > TERM_MAX:
        raise Invalid("A certification is given for two years at most.")


def check_founding(training: Training, now: datetime) -> None:
    """Refuse what the node's operator would certify alone for long.

    Raises:
        Invalid: the end is too far away.
    """
    if training.ends_at - now > FOUNDING_TERM:
        raise Invalid(
            "What the operator certifies alone ends within {days} days: then two people certify.",
            days=FOUNDING_TERM.days,
        )  # fmt: skip


def check_helps(step: Step, *, administrators: int) -> None:
    """Refuse the node's operator as one of the two where a member can do without.

    Raises:
        StepRefused: it has administrators enough, or the step is an administrator's.
    """
    if step is not Step.GIVE:
        raise StepRefused("An administrator of the member refuses or withdraws a certification.")
    if administrators >= ADMINISTRATORS_MIN:
        raise StepRefused("This member has administrators of its own: they admit and certify its officers.")


def check_proposal(officer: str, *, by: str) -> None:
    """Refuse a person who proposes a certification of their own.

    Raises:
        SecondPersonNeeded: it is.
    """
    if officer == by:
        raise SecondPersonNeeded("Nobody takes part in their own certification: two others give it.")


def after(certification: Certification, step: Step, *, by: str) -> State:
    """The state after `by` takes `step`.

    Raises:
        StepRefused: it cannot be taken in the present state.
        SecondPersonNeeded: whoever proposed it, or is certified by it, cannot give it too.
    """
    state = STEPS[certification.state].get(step)
    if state is None:
        raise StepRefused("A certification that is {state} cannot be taken to that step.", state=certification.state)
    if step is Step.GIVE and by in {certification.proposed_by, certification.officer}:
        raise SecondPersonNeeded("A second person gives the certification: neither who proposed it nor the officer.")
    return state
