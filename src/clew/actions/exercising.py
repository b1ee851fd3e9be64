"""Exercising: in the academy, an exercise is laid out, others answer in it, and what the officer did is scored."""

import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from clew.actions import corresponding, deconflicting, identifying, opening
from clew.actions.admitting import member_of, operator_at
from clew.domain.errors import NotVisible, StepRefused, Unavailable
from clew.domain.exercise import (
    ASKED_AFTER_MAX,
    HIDDEN,
    PARALLEL,
    SEIZED_BYTES_MAX,
    SEIZED_FILES_MAX,
    SEIZURE,
    Answers,
    Cast,
    result_of,
    score,
)
from clew.domain.handling_change import SubjectKind
from clew.domain.message import Kind
from clew.domain.overlap import State, Step
from clew.media.walk import open_seized, path_text, walk
from clew.records import audit, exercises, performances
from clew.records.exercises import LaidOut, Line
from clew.records.session import Session, acting_as

__all__ = ["Line", "Seizure", "hand_in", "lay_out", "look", "play", "results", "seizure"]

ANSWERED_MAX = 100
"""So many messages, steps and overlaps the others answer at once."""
KNOWS = "We work on this series too, and write to you first when something comes of it."
IS_OVER = "This exercise is handed in: begin another one."
NOT_HERE = "The files of this exercise are not on this machine, or cannot be read: ask the operator for them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seizure:
    """What was seized in an exercise, as one ZIP, and what it is called."""

    name: str
    content: bytes


def lay_out(exercise_id: UUID, account: str, briefing: str, truth: Answers, *, series: str, case: str) -> None:
    """Begin an exercise of an officer in the academy: what is right lies where the officer cannot read it."""
    exercises.lay_out(exercise_id, LaidOut(truth=truth, series=series, case=case))
    with acting_as(operator_at(opening.actor_of(account).member)) as session:
        exercises.begin(session, exercise_id, account, briefing)
        audit.append(session, "exercise.begin", str(exercise_id))


def look(session: Session) -> Line:
    """The exercise of the session's officer.

    Raises:
        NotVisible: the officer has none.
    """
    audit.append(session, "exercise.read", "")
    return _own(session)


def seizure(session: Session, folder: Path | None) -> Seizure:
    """The files that were drawn as the seizure of the officer's own exercise, to be taken in.

    `folder`: where this machine has the exercises that were drawn on it.

    Raises:
        NotVisible: the officer has no exercise.
        StepRefused: it is handed in.
        Unavailable: its files are not here, or are not what was drawn.
    """
    line = _own(session)
    if line.ended_at is not None:
        raise StepRefused(IS_OVER)
    if folder is None:
        raise Unavailable(NOT_HERE)
    cast = Cast.of(line.id, line.officer)  # of the row, and of no word that anybody said
    seized = folder / cast.code / SEIZURE
    files = _seized(seized)
    content = _zipped(seized, files)
    audit.append(session, "exercise.take_seizure", str(line.id), {"files": len(files)})
    return Seizure(name=f"{cast.case}.zip", content=content)


def _seized(folder: Path) -> list[tuple[bytes, int]]:
    """The files of a folder, by path and size, in the order of their names; a link or anything else is none."""
    if not folder.is_dir():
        raise Unavailable(NOT_HERE)
    found = list(islice(walk(folder), SEIZED_FILES_MAX + 1))
    is_whole = 0 < len(found) <= SEIZED_FILES_MAX and all(one.reason is None for one in found)
    if not is_whole or sum(one.size_bytes for one in found) > SEIZED_BYTES_MAX:
        raise Unavailable(NOT_HERE)
    return sorted((one.path, one.size_bytes) for one in found)


def _zipped(folder: Path, files: Sequence[tuple[bytes, int]]) -> bytes:
    """These files as they are; when they were written is nobody's to know."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path, size in files:
            with os.fdopen(open_seized(folder, path), "rb") as file:
                content = file.read(size + 1)
            if len(content) != size:
                raise Unavailable(NOT_HERE)
            archive.writestr(zipfile.ZipInfo(path_text(path)), content)
    return made.getvalue()


def play(account: str) -> None:
    """Let a day pass in an officer's exercise: whoever is played by the program answers what waits for them.

    Raises:
        NotVisible: the officer has no exercise.
        StepRefused: it is handed in.
    """
    with acting_as(opening.actor_of(account)) as session:
        line = _own(session)
        if line.ended_at is not None:
            raise StepRefused(IS_OVER)
        audit.append(session, "exercise.play", str(line.id))
    exercises.a_day_passes()
    deconflicting.release_all()
    cast = Cast.behind(account)
    _consent(cast.played(HIDDEN))
    _confirm(cast.played(0))
    _answer(cast.played(PARALLEL))


def hand_in(account: str) -> Line:
    """End an officer's exercise: what was done is scored once, and stays so; again, it gives what came of it.

    Raises:
        NotVisible: the officer has no exercise.
    """
    actor = opening.actor_of(account)
    with acting_as(actor) as session:
        line = _own(session)
        if line.ended_at is not None:
            return line
        laid = exercises.laid_out(line.id)
        found = score(laid.truth, performances.of(session, laid.series, laid.case))
    with acting_as(operator_at(actor.member)) as session:
        exercises.end(session, line.id, result_of(found))
        audit.append(session, "exercise.end", str(line.id), {"points": found.points})
        return exercises.get(session, line.id)


def results(accounts: Sequence[str]) -> tuple[Line, ...]:
    """Of the exercises of these officers those that are handed in: what the node asks its academy for.

    An officer who is not known here has none: the academy was made anew meanwhile.
    """
    found = []
    for account in accounts[:ASKED_AFTER_MAX]:
        member = member_of(account)
        if member is None:
            continue
        with acting_as(operator_at(member)) as session:
            ended = [line for line in exercises.of_officer(session, account, 1) if line.ended_at is not None]
            for line in ended:
                audit.append(session, "exercise.read", str(line.id))
            found += ended
    return tuple(found)


def _own(session: Session) -> Line:
    # The node keeps lines of exercises too: nobody works in one there.
    found = exercises.of_officer(session, session.actor.officer, 1) if exercises.is_academy() else ()
    if not found:
        raise NotVisible("There is no exercise of yours here.")
    return found[0]


def _consent(officer: str) -> None:
    with acting_as(opening.actor_of(officer)) as session:
        waiting = [
            line.side.name for line in deconflicting.sides(session, limit=ANSWERED_MAX).items
            if line.side.kind is SubjectKind.CASE and line.side.state in (State.ASKED, State.WAITING)
        ]  # fmt: skip
        for name in waiting:
            deconflicting.say(session, SubjectKind.CASE, name, Step.CONSENT)


def _confirm(officer: str) -> None:
    with acting_as(opening.actor_of(officer)) as session:
        for reference in performances.waiting_steps(session, ANSWERED_MAX):
            identifying.confirm(session, reference)


def _answer(officer: str) -> None:
    with acting_as(opening.actor_of(officer)) as session:
        for one in corresponding.page(session, limit=ANSWERED_MAX).items:
            is_asked = (one.to_member, one.units[-1]) == (session.actor.member, session.actor.unit)
            if is_asked and not one.is_answered and one.closed_at is None:
                corresponding.say(session, one.id, Kind.ANSWER, KNOWS)
