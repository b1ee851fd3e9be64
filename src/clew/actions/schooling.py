"""Schooling: which exercises of the academy officers began, what came of them, and whether one is asked for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from clew.actions.admitting import member_of, operator_at
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.exercise import AskState, Result
from clew.domain.officer import Role
from clew.records import audit, exercise_asks, exercises, officers
from clew.records.exercise_asks import Asked
from clew.records.exercises import Line
from clew.records.session import Session, acting_as

__all__ = ["Asked", "Line", "Page", "begin", "grounds", "look", "need", "note", "waiting"]
LINES_SHOWN_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Exercises that the actor may see, the latest first; `is_needed`: nobody is certified without one.

    `asked`: what the actor asked for last and, unless it has failed, has not handed in; `may_ask`: for another.
    """

    items: tuple[Line, ...]
    is_needed: bool
    asked: Asked | None
    may_ask: bool


def begin(officer: str, exercise_id: UUID) -> None:
    """Note that an officer begins an exercise, certified or not. Done by the node's operator.

    Raises:
        NotVisible: there is no such officer.
    """
    name = officers.name_of(officer)
    with acting_as(operator_at(_member(name))) as session:
        exercises.begin(session, exercise_id, name)
        audit.append(session, "exercise.begin", str(exercise_id))


def waiting(officer: str) -> Line:
    """The latest exercise of an officer that is not handed in, for the node's operator.

    Raises:
        NotVisible: there is no such officer, or no such exercise.
    """
    name = officers.name_of(officer)
    with acting_as(operator_at(_member(name))) as session:
        found = [line for line in exercises.of_officer(session, name, LINES_SHOWN_MAX) if line.ended_at is None]
    if not found:
        raise NotVisible("This officer has no exercise to be handed in.")
    return found[0]


def note(officer: str, exercise_id: UUID, result: Result) -> Line:
    """Keep what came of an officer's exercise. It certifies nobody: two people do, and may ask for it.

    Raises:
        NotVisible: there is no such officer, or no such exercise that is not handed in.
    """
    with acting_as(operator_at(_member(officers.name_of(officer)))) as session:
        # Sentences on what was missed stay in the academy, with the officer.
        exercises.end(session, exercise_id, replace(result, remarks=()))
        exercise_asks.forget_password(session, exercise_id)
        audit.append(session, "exercise.end", str(exercise_id), {"points": result.points})
        return exercises.get(session, exercise_id)


def look(session: Session) -> Page:
    """The officer's own exercises; those of all its officers to who administers the member.

    A coordinator is told on the checklist that somebody has passed, and since when; not who, nor with how many points.
    """
    audit.append(session, "exercise.list", session.actor.member)
    under_way = {one.id for one in exercises.under_way(session, session.actor.officer)}
    asked = _still_said(exercise_asks.latest(session), under_way)
    is_waiting = asked is not None and asked.state is AskState.WAITING
    return Page(
        items=exercises.all_of_them(session, LINES_SHOWN_MAX), is_needed=exercises.is_needed(session), asked=asked,
        may_ask=not is_waiting and not under_way,
    )  # fmt: skip


def _still_said(asked: Asked | None, under_way: Collection[UUID]) -> Asked | None:
    """What an officer asked for; not what was handed in, nor what failed where the operator has begun one since."""
    if asked is None or asked.state is AskState.WAITING:
        return asked
    is_said = asked.exercise_id in under_way if asked.state is AskState.READY else not under_way
    return asked if is_said else None


def grounds(session: Session, names: Iterable[str]) -> dict[str, date]:
    """By officer who passed an exercise: the last day on which it is ground for a certification."""
    return exercises.grounds(session, names)


def need(session: Session, *, is_needed: bool) -> None:
    """Say, as the member's administrator, whether officers are certified only once they have passed an exercise.

    Raises:
        StepRefused: the actor is no administrator.
    """
    if session.actor.role is not Role.NATIONAL_ADMINISTRATOR:
        raise StepRefused("Only an administrator of the member sets its rules.")
    exercises.need(session, is_needed=is_needed)
    audit.append(session, "member.rule", session.actor.member, {"exercise_needed": int(is_needed)})


def _member(officer: str) -> str:
    found = member_of(officer)
    if found is None:
        raise NotVisible("There is no such officer.")
    return found
