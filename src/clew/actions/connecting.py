"""Connecting: how far members have come on their way in, by what the records show and what they state themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clew.actions.admitting import administer_own
from clew.actions.opening import today
from clew.domain import readiness as rules
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.readiness import Line, Step, Word
from clew.records import audit, exercise_asks, exercises, members, readiness
from clew.records.readiness import Told
from clew.records.session import Session, acting_as

__all__ = ["Checklist", "Line", "Step", "Word", "checklists", "end_old", "look", "say"]

READERS = (Role.NATIONAL_ADMINISTRATOR, Role.COORDINATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The steps of one member and what comes next. `is_own`: it is the actor's; `may_edit`: who administers it."""

    member: str
    name: str
    is_own: bool
    may_edit: bool
    lines: tuple[Line, ...]
    next: str


def checklists(session: Session) -> tuple[Checklist, ...]:
    """The checklist of the own member and, for a coordinator, of all; of others without words and what is their own.

    Raises:
        NotVisible: the actor is neither an administrator nor a coordinator.
    """
    _refuse_others(session)
    audit.append(session, "readiness.list", session.actor.member)
    told, names = readiness.told(session), members.names(session)
    return tuple(_checklist(session, member, names[member], told[member]) for member in sorted(told) if member in names)


def look(session: Session, member: str | None = None) -> Checklist:
    """The checklist of one member, or of the own.

    Raises:
        NotVisible: there is no such member, or the actor may not see its checklist.
    """
    _refuse_others(session)
    wanted = session.actor.member if member is None else member.strip().upper()
    audit.append(session, "readiness.read", session.actor.member)
    told, names = readiness.told(session), members.names(session)
    if wanted not in told or wanted not in names:
        raise NotVisible("There is no such checklist.")
    return _checklist(session, wanted, names[wanted], told[wanted])


def say(session: Session, step: Step, word: Word) -> Line:
    """Say of a step of the own member who sees to it and by when, or state that it is done.

    Raises:
        StepRefused: the actor is no administrator, or the records show whether it is done.
        Invalid: a text is too long, a day lies ahead, or a statement has no basis.
    """
    administer_own(session)
    readiness.say(session, step, rules.checked(step, word, today()))
    audit.append(session, "readiness.say", f"{session.actor.member}/{step.value}")
    return next(line for line in look(session).lines if line.step is step)


def end_old(actor: Actor) -> int:
    """As the calendar of a unit, let go what its member said of steps long ago, and old exercises; how many."""
    with acting_as(actor) as session:
        count = readiness.end_old(session) + exercises.end_old(session) + exercise_asks.end_old(session)
        if count:
            audit.append(session, "readiness.end", session.actor.member, {"records": count})
        return count


def _refuse_others(session: Session) -> None:
    if session.actor.role not in READERS:
        raise NotVisible("There is no such checklist.")


def _checklist(session: Session, member: str, name: str, told: list[Told]) -> Checklist:
    is_own = member == session.actor.member
    shown: dict[Step, date | None] = {one.step: one.shown_on for one in told if one.is_shown}
    if is_own:
        shown |= readiness.own(session)
    words = _words(session, told, is_own=is_own)
    lines = rules.checklist(shown, words, today(), is_own=is_own)
    return Checklist(
        member=member, name=name, is_own=is_own, lines=lines, next=rules.comes_next(lines),
        may_edit=is_own and session.actor.role is Role.NATIONAL_ADMINISTRATOR,
    )  # fmt: skip


def _words(session: Session, told: list[Told], *, is_own: bool) -> Mapping[Step, Word]:
    """What was said of each step: in words to its own administrator, else in days alone."""
    days = {one.step: Word(due_on=one.due_on, done_on=one.done_on) for one in told}
    return days | readiness.words(session) if is_own else days
