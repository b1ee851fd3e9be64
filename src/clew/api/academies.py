"""An exercise for programs, within the academy alone: what is asked, its files, a day that passes, handing it in."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpResponseBase
from ninja import Router, Schema

from clew.actions import exercising
from clew.actions.exercising import Line
from clew.actions.opening import Session
from clew.api.door import acting, fetching, reading
from clew.domain.exercise import Result
from clew.domain.handling import Actor
from clew.web.academies import file_of

router = Router(tags=["academy"])


class ExerciseResult(Schema):
    """`parts`: points by part; `sentences`: what was missed, and what was wrong."""

    points: int
    has_passed: bool
    parts: dict[str, int]
    sentences: list[str]


class Exercise(Schema):
    """`briefing`: what the officer is asked to do; `result`: null until it is handed in."""

    id: UUID
    version: str
    briefing: str
    begun_at: datetime
    ended_at: datetime | None
    result: ExerciseResult | None


@reading(router, "/exercise", Exercise)
def look(session: Session) -> dict[str, object]:
    """The officer's exercise. In the node itself there is none: `/exercises/ask` asks for one there."""
    return _exercise(exercising.look(session))


@fetching(router, "/exercise/seizure", "application/zip")
def seizure(session: Session) -> HttpResponseBase:
    """The files of the officer's own exercise, drawn for it, as one ZIP: to be taken in through `/uploads`."""
    return file_of(exercising.seizure(session, settings.CLEW_EXERCISES))


@acting(router, "/exercise/day")
def play(actor: Actor) -> None:
    """Let a day pass: the others in the exercise answer what waits for them."""
    exercising.play(actor.officer)


@acting(router, "/exercise/end", Exercise)
def hand_in(actor: Actor) -> dict[str, object]:
    """Hand the exercise in: what was done is scored, once; again, it gives what came of it."""
    return _exercise(exercising.hand_in(actor.officer))


def _exercise(line: Line) -> dict[str, object]:
    return {
        "id": line.id, "version": line.version, "briefing": line.briefing, "begun_at": line.begun_at,
        "ended_at": line.ended_at, "result": None if line.result is None else _result(line.result),
    }  # fmt: skip


def _result(result: Result) -> dict[str, object]:
    return {
        "points": result.points, "has_passed": result.has_passed,
        "parts": {part.value: points for part, points in result.parts.items()}, "sentences": result.sentences,
    }  # fmt: skip
