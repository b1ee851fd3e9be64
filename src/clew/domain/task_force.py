"""A task force: officers of named members work on chosen series for a time; who speaks for a member, what ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from clew.domain import reference
from clew.domain.cover import Condition
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import NOTHING, Actor, Use
from clew.domain.officer import Role

REFERENCE_LETTER: Final = "T"
DAYS_MAX = 92
"""The longest a task force lasts: what goes on is opened anew, and every member says anew that it takes part."""
STARTS_WITHIN_DAYS_MAX = 92
MEMBERS_MAX = 60
OFFICERS_PER_MEMBER_MAX = 60
SERIES_MAX = 500
PURPOSE_CHARACTERS_MAX = 2_000
WORDS_CHARACTERS_MAX = 1_000
KEPT_DAYS = 365
"""So long after its end the figures of a task force are kept; then all of it goes."""

SPEAKS = frozenset({Role.COORDINATOR, Role.NATIONAL_ADMINISTRATOR})
"""Who opens a task force, lets the own member in or out, and names its officers: the administrator, and whom the member
certified to speak with others for it. Opening one opens no record: each owner brings its own."""

BRINGS = Use.FINGERPRINTS | Use.FACTS
"""What can be brought: previews and originals are not; those are released by their owner alone."""
KEPT_BACK = frozenset({Condition.H2, Condition.H3})
"""What is not to be handed on, or only as words say, is not brought, and what comes to be so goes out."""

STACK_MEDIA_MAX = 200
STACKED_AT_ONCE_MAX = 50_000
"""So many media are put into stacks by one act; the rest when the series is brought once more."""
LEASE = timedelta(minutes=30)
"""So long a stack is one officer's; then whoever asks gets it."""


class Standing(StrEnum):
    """How a member stands to a task force. The words are stored; never reuse one."""

    INVITED = "invited"
    IN = "in"
    DECLINED = "declined"
    OUT = "out"
    """It was in, and went: its officers and its material at once."""


class Step(StrEnum):
    """What is done about a member's part in it."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


STEPS: Mapping[Standing, Mapping[Step, Standing]] = {
    Standing.INVITED: {Step.ACCEPT: Standing.IN, Step.DECLINE: Standing.DECLINED},
    Standing.IN: {Step.WITHDRAW: Standing.OUT},
    Standing.DECLINED: {},
    Standing.OUT: {},
}
"""Who said no or went hears no more of it, until it is invited anew."""


class StackState(StrEnum):
    """What became of a stack. The words are stored; never reuse one."""

    WAITING = "waiting"
    UNSURE = "unsure"
    """Who looked was not sure: another looks."""
    DONE = "done"


class Finding(StrEnum):
    """How an officer gives a stack back."""

    DONE = "done"
    NOT_SURE = "not-sure"
    SET_BACK = "set-back"


LEADS_TO: Mapping[Finding, StackState] = {
    Finding.DONE: StackState.DONE,
    Finding.NOT_SURE: StackState.UNSURE,
    Finding.SET_BACK: StackState.WAITING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a task force runs; `closed_at`: it was closed before its end."""

    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None = None

    def runs_at(self, moment: datetime) -> bool:
        """Whether it runs then: from its start on, and not at its end any more."""
        return self.starts_at <= moment < self.ends_at and self.closed_at is None

    def is_over_at(self, moment: datetime) -> bool:
        return self.closed_at is not None or moment >= self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An officer's place in a task force, and how the officer's member stands to it."""

    officer: str
    member: str
    standing: Standing
    has_accepted: bool
    has_left: bool


def is_in(actor: Actor | None, span: Span, seats: Iterable[Seat], moment: datetime) -> bool:
    """Whether the actor works in it then: named by the own member, by the own word, and for its time alone."""
    if actor is None or not span.runs_at(moment):
        return False
    return any(
        (seat.officer, seat.member) == (actor.officer, actor.member)
        and seat.standing is Standing.IN and seat.has_accepted and not seat.has_left
        for seat in seats
    )  # fmt: skip


def brought_to(actor: Actor | None, span: Span, seats: Iterable[Seat], brought: Use, moment: datetime) -> Use:
    """The uses of what an owner brought that the actor has there, besides those by handling (`handling.uses_of`)."""
    return brought if is_in(actor, span, seats, moment) else NOTHING


def check_speaks(role: Role) -> None:
    """Refuse whoever does not speak for a member.

    Raises:
        StepRefused: the officer is neither a coordinator nor an administrator.
    """
    if role not in SPEAKS:
        raise StepRefused("A coordinator or an administrator of the member does this.")


def after(standing: Standing, step: Step) -> Standing:
    """The standing that `step` leads to.

    Raises:
        StepRefused: the step is not possible now.
    """
    try:
        return STEPS[standing][step]
    except KeyError:
        raise StepRefused("This is not possible as your member stands to the task force: look again.") from None


def checked_span(starts_at: datetime, ends_at: datetime, now: datetime) -> Span:
    """When it shall run.

    Raises:
        Invalid: it ends before it begins or in the past, begins too far ahead, or lasts too long.
    """
    if not starts_at < ends_at or ends_at <= now or starts_at > now + timedelta(days=STARTS_WITHIN_DAYS_MAX):
        raise Invalid("A task force begins within {most} days and ends after that.", most=STARTS_WITHIN_DAYS_MAX)
    if ends_at - max(starts_at, now) > timedelta(days=DAYS_MAX):
        raise Invalid("A task force lasts at most {most} days: what goes on is opened anew.", most=DAYS_MAX)
    return Span(starts_at=max(starts_at, now), ends_at=ends_at)


def checked_conditions(conditions: Iterable[Condition]) -> None:
    """Refuse what its conditions keep back.

    Raises:
        StepRefused: it is not to be handed on, or only as words say.
    """
    if KEPT_BACK & frozenset(conditions):
        raise StepRefused("This series is under H2 or H3 and is not brought: have its words changed first.")


def checked_uses(uses: Use) -> Use:
    """What is brought.

    Raises:
        Invalid: it is not facts, or facts and fingerprints.
    """
    if not uses & Use.FACTS or uses & ~BRINGS:
        raise Invalid("What is brought is brought for facts, or for facts and fingerprints.")
    return uses


def reference_in(untrusted_text: str) -> str | None:
    """The reference that somebody typed, as it is kept (`T-482177348`); None where it is none."""
    return reference.reference_in(untrusted_text, REFERENCE_LETTER)
