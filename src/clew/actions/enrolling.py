"""Enrolling: an officer asks for an exercise of the academy, a worker has it drawn, and what came of it is fetched."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from clew.actions import schooling
from clew.actions.admitting import member_of, operator_at
from clew.domain.errors import ClewError, NotVisible, StepRefused, Unavailable
from clew.domain.exercise import ASKED_AFTER_MAX, DRAWS_MAX, FAILURES, Cast, Failure, Result
from clew.domain.handling import Actor
from clew.records import audit, exercise_asks, exercises, officers
from clew.records.exercise_asks import Asked
from clew.records.exercises import Line
from clew.records.session import Session, acting_as

__all__ = ["Academy", "AddDrawing", "Asked", "Drawn", "IsStopped", "Told", "ask", "draw", "fetch", "tell_password"]

AddDrawing = Callable[[Actor, UUID], None]
"""Adds the job that draws what an officer asked for; it is there when the transaction commits."""
log = logging.getLogger("clew.actions")


IsStopped = Callable[[], bool]
"""Whether whoever waits has been told to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """An exercise that the academy has drawn, and what opens the academy to its officer."""

    exercise: UUID
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Academy:
    """How the node asks its academy, which a process of its own answers each time.

    `draw` draws an exercise for an officer; `results` gives what came of those of these accounts that are handed in.
    Both raise StepRefused where the academy refuses, and Unavailable where it takes too long or the process is ended.
    """

    is_usable: Callable[[], bool]
    draw: Callable[[str, IsStopped], Drawn]
    results: Callable[[Sequence[str], IsStopped], Mapping[UUID, Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """By what name and password an officer comes into the academy."""

    account: str
    password: str = field(repr=False)


def ask(session: Session, academy: Academy, add_drawing: AddDrawing) -> Asked:
    """Ask for an exercise for oneself: a worker draws it, whatever the officer's role.

    Raises:
        StepRefused: there is no academy that can be used, one is being drawn, or one is not handed in.
    """
    if exercises.is_academy():
        raise StepRefused("This is done in the node itself, not in its academy.")
    if not academy.is_usable():
        raise StepRefused(FAILURES[Failure.NO_ACADEMY])
    # In this order: what was drawn just now waits no more and is under way, or it still waits.
    made = exercise_asks.add(session)
    if made is None:
        raise StepRefused("An exercise is being drawn for you already.")
    if exercises.under_way(session, session.actor.officer):
        raise StepRefused("You have an exercise that is not handed in: hand it in before you ask for another one.")
    audit.append(session, "exercise.ask", str(made))
    add_drawing(session.actor, made)
    asked = exercise_asks.latest(session)
    if asked is None:
        raise NotVisible("There is no such exercise.")
    return asked


def tell_password(session: Session) -> Told:
    """The officer's own password of the academy, once: from now on nobody has it but who asks.

    Raises:
        StepRefused: there is none that waits to be shown.
    """
    taken = exercise_asks.take_password(session)
    if taken is None:
        raise StepRefused("No password of yours waits to be shown: each is shown once.")
    exercise, password = taken
    audit.append(session, "exercise.show_password", str(exercise))
    return Told(account=Cast.of(exercise, session.actor.officer).me, password=password)


def draw(academy: Academy | None, officer: str, ask_id: UUID, is_stopped: IsStopped) -> None:
    """Have what an officer asked for drawn, and keep what came of it; what waits no more is left as it is.

    Raises:
        Unavailable: the academy was broken off or did not answer; it is drawn anew, `DRAWS_MAX` times in all.
    """
    name = officers.name_of(officer)
    member = member_of(name)
    if member is None:
        return
    operator = operator_at(member)
    with acting_as(operator) as session:
        count = exercise_asks.take(session, ask_id)
        if count is not None:
            audit.append(session, "exercise.draw", str(ask_id))
    if count is None:
        _fail(operator, ask_id, Failure.UNFINISHED)
        return
    if academy is None or not academy.is_usable():
        _fail(operator, ask_id, Failure.NO_ACADEMY)
        return
    try:
        drawn = academy.draw(name, is_stopped)
    except Unavailable:
        if count < DRAWS_MAX:
            raise
        _fail(operator, ask_id, Failure.UNFINISHED)
    except ClewError:
        _fail(operator, ask_id, Failure.REFUSED)
    else:
        with acting_as(operator) as session:
            exercises.begin(session, drawn.exercise, name)
            exercise_asks.is_ready(session, ask_id, drawn.exercise, drawn.password)
            audit.append(session, "exercise.begin", str(drawn.exercise))


def fetch(academy: Academy | None, is_stopped: IsStopped) -> int:
    """Keep what came of exercises that were handed in since; how many. What no worker drew in time has failed.

    Raises:
        StepRefused, Unavailable: the academy does not tell.
    """
    if academy is None:
        return 0
    waiting = [line for member in sorted({one for one, _ in officers.units()}) for line in _under_way(member)]
    asked_after = sorted(waiting, key=lambda line: line.begun_at, reverse=True)[:ASKED_AFTER_MAX]
    if not asked_after or not academy.is_usable():
        return 0
    found = academy.results([Cast.of(line.id, line.officer).me for line in asked_after], is_stopped)
    fetched = 0
    for line in asked_after:
        if line.id in found:
            with suppress(NotVisible):  # the operator was told the same meanwhile
                schooling.note(line.officer, line.id, found[line.id])
                fetched += 1
    return fetched


def _under_way(member: str) -> tuple[Line, ...]:
    with acting_as(operator_at(member)) as session:
        for failed in exercise_asks.fail_old(session):
            audit.append(session, "exercise.fail", str(failed))
        return exercises.under_way(session)


def _fail(operator: Actor, ask_id: UUID, failure: Failure) -> None:
    with acting_as(operator) as session:
        if exercise_asks.has_failed(session, ask_id, failure):
            audit.append(session, "exercise.fail", str(ask_id))
            log.warning("an exercise could not be drawn: %s", failure.value)
