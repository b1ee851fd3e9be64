"""Overlap: two members on the same ground where one may not see the other. Who learns what, when, and by whose word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Actor
from clew.domain.officer import Role

TEXT_CHARACTERS_MAX = 500
TICK_HOURS_DEFAULT = 24
TICK_HOURS_MAX = 168
"""A week: who waits longer than that for a notice has lost it."""
REMINDED_AFTER = timedelta(days=7)
"""So long after a notice nobody has answered it is brought up again, and every time that long passes."""
RENEWED_AFTER = timedelta(days=30)
"""So long after a side consented it is asked whether that is to hold for who came since, whether anybody did or not."""
WAIT_DAYS_MAX = 365


class Mode(StrEnum):
    """The rule by which an owner's case meets others. The words are stored; never reuse one."""

    OPEN = "open"
    """The other side sees at once whose it is and what it belongs to."""
    CONTACT = "contact"
    """Both learn that there is an overlap, and who it is once both consent."""
    SILENT = "silent"
    """A running operation: only the owner learns that there is an overlap, and nobody learns of it."""


MODE_DEFAULT = Mode.CONTACT


class View(StrEnum):
    """What one side gets of an overlap."""

    NOTHING = "nothing"
    NOTICE = "notice"
    """That there is an overlap; it cannot be answered."""
    ASKED = "asked"
    """That there is an overlap, and the question whether the other may know of it."""
    FACTS = "facts"
    """The same, and whose material the other's is."""


VIEWS: Mapping[Mode, Mapping[Mode, View]] = {
    Mode.OPEN: {Mode.OPEN: View.FACTS, Mode.CONTACT: View.ASKED, Mode.SILENT: View.NOTHING},
    Mode.CONTACT: {Mode.OPEN: View.FACTS, Mode.CONTACT: View.ASKED, Mode.SILENT: View.NOTHING},
    Mode.SILENT: {Mode.OPEN: View.NOTICE, Mode.CONTACT: View.NOTICE, Mode.SILENT: View.NOTHING},
}
"""By the own rule and then the other's: what one gets. Whoever is silent shows nothing, whatever the other says."""


def view(mine: Mode, theirs: Mode) -> View:
    """What the side under `mine` gets of an overlap with one under `theirs`."""
    return VIEWS[mine][theirs]


def toward(mode: Mode, *, excludes: bool) -> Mode:
    """The rule that a side has for one other member: nobody is open to whom its handling excludes."""
    return Mode.CONTACT if mode is Mode.OPEN and excludes else mode


class State(StrEnum):
    """Where one side stands. The other side is never told it."""

    ASKED = "asked"
    CONSENTED = "consented"
    DECLINED = "declined"
    WAITING = "waiting"


class Step(StrEnum):
    """What a side may say. The words are stored; never reuse one."""

    CONSENT = "consent"
    DECLINE = "decline"
    WAIT = "wait"


STEPS: Mapping[State, Mapping[Step, State]] = {
    State.ASKED: {Step.CONSENT: State.CONSENTED, Step.DECLINE: State.DECLINED, Step.WAIT: State.WAITING},
    State.WAITING: {Step.CONSENT: State.CONSENTED, Step.DECLINE: State.DECLINED, Step.WAIT: State.WAITING},
    State.DECLINED: {Step.CONSENT: State.CONSENTED, Step.WAIT: State.WAITING},
    # Consent is taken back for whoever has not consented yet; what was exchanged stays exchanged. It holds for whoever
    # was there when it was said: said again, for who came since.
    State.CONSENTED: {Step.CONSENT: State.CONSENTED, Step.DECLINE: State.DECLINED, Step.WAIT: State.WAITING},
}
STATE_OF: Mapping[Step | None, State] = {
    None: State.ASKED, Step.CONSENT: State.CONSENTED, Step.DECLINE: State.DECLINED, Step.WAIT: State.WAITING,
}  # fmt: skip
"""The state that the latest word leaves a side in."""


def after(state: State, step: Step, mode: Mode) -> State:
    """The state that `step` leads to.

    Raises:
        StepRefused: it is the word that holds already, or the side is silent.
    """
    if mode is Mode.SILENT:
        raise StepRefused("A silent side answers nobody: set another rule for it first.")
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepRefused("That is what your side has said already.") from None


def agrees(mode: Mode, state: State, *, was_there: bool) -> bool:
    """Whether a side lets another that agrees too know of it; `was_there`: they had met when it said so."""
    return mode is Mode.OPEN or (mode is Mode.CONTACT and state is State.CONSENTED and was_there)


def check_who(actor: Actor, member: str, unit: str) -> None:
    """Refuse whoever is neither of the unit whose case it is nor coordinates for its member.

    Raises:
        StepRefused: the actor is neither.
    """
    if actor.member != member or (actor.unit != unit and actor.role is not Role.COORDINATOR):
        raise StepRefused("Officers of the unit answer for its cases, and coordinators of its member.")


def tick(now: datetime, hours: int) -> datetime:
    """The latest moment at which notices were released: every so many hours from 1970 in UTC, for all together."""
    every = timedelta(hours=hours)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (now - epoch) // every * every


def next_reminder(state: State, told_at: datetime, again_on: date | None) -> date | None:
    """The first day on which a side is reminded: it has not made up its mind, or its consent is a while ago; or None.

    One that declines is not. `told_at` is when the side was told or last said something: nothing of the other side
    moves this clock.
    """
    if state is State.DECLINED:
        return None
    if state is State.CONSENTED:
        return (told_at + RENEWED_AFTER).date()
    return again_on or (told_at + REMINDED_AFTER).date()


def checked_reason(step: Step, reason: str) -> str:
    """The reason as it is kept: to decline or wait there must be one.

    Raises:
        Invalid: there is none, or it is too long.
    """
    kept = reason.strip()
    if (not kept and step is not Step.CONSENT) or len(kept) > TEXT_CHARACTERS_MAX or (kept and not kept.isprintable()):
        raise Invalid("Say why, in up to {most} characters.", most=TEXT_CHARACTERS_MAX)
    return kept


def checked_words(step: Step, words: str) -> str:
    """What goes on the card that the other side gets once both consent: how to reach whoever knows the case.

    Raises:
        Invalid: it is too long, or nobody gets it.
    """
    kept = words.strip()
    if len(kept) > TEXT_CHARACTERS_MAX or (kept and not kept.isprintable()):
        raise Invalid("What you say on your card has up to {most} characters.", most=TEXT_CHARACTERS_MAX)
    if kept and step is not Step.CONSENT:
        raise Invalid("Only who consents says something to the other side.")
    return kept


def checked_wait(step: Step, until: date | None, today: date) -> date | None:
    """The day on which a side that waits wants to be asked again.

    Raises:
        Invalid: it does not wait, or the day cannot be.
    """
    if until is None:
        return None
    if step is not Step.WAIT or not today < until <= today + timedelta(days=WAIT_DAYS_MAX):
        raise Invalid("A day to be asked again is for who waits, and within {most} days from now.", most=WAIT_DAYS_MAX)
    return until


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule of one case or hash list, or of a member. `mode` is None where it is as its member says.

    `is_in_force`: a wider rule may wait for a second officer.
    """

    mode: Mode | None
    reason: str
    changed_by: str
    changed_at: datetime
    is_in_force: bool


def needs_second(before: Mode, after: Mode, *, is_asked: bool) -> bool:
    """Whether a rule that shows more needs a second officer: where the member asks for one whenever sight widens."""
    return is_asked and after is Mode.OPEN and before is not Mode.OPEN
