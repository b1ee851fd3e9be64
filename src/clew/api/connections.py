"""Getting connected, for programs: how far members have come, exercises of officers, and statistics."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from clew.actions import connecting, counting, enrolling, opening, schooling
from clew.actions.opening import Session
from clew.api.door import READS, acting, described, reading, writing
from clew.api.given import Given, OneOf
from clew.domain.exercise import AskState
from clew.domain.handling import Actor
from clew.domain.readiness import Step, Word
from clew.web.academies import academy, add_drawing

router = Router(tags=["getting connected"])
Text = Annotated[str, Field(max_length=1_000)]


class ReadinessWord(Schema):
    """What the member's administrator said of a step; words to itself alone."""

    kept_by: str
    due_on: date | None
    done_on: date | None
    basis: str
    words: str


class ReadinessLine(Schema):
    """A step; of one that is not told nothing is known, not even whether it is done."""

    step: OneOf[Step]
    is_told: bool
    is_done: bool
    is_shown: bool
    done_on: date | None
    word: ReadinessWord
    is_overdue: bool


class Checklist(Schema):
    member: str
    name: str
    is_own: bool
    may_edit: bool
    lines: list[ReadinessLine]
    next: str


class Checklists(Schema):
    items: list[Checklist]


PeriodAsked = Annotated[str, Field(max_length=4)]


class StatisticsNumber(Schema):
    """`member`: empty of all others together; `number`: null where it is too small to be told; waits are in seconds."""

    is_own: bool
    member: str
    figure: str
    of: str
    day: date
    number: int | None


class StatisticsSaved(Schema):
    is_own: bool
    member: str
    share: float | None
    hours: float | None


class StatisticsTold(Schema):
    """`numbers`: as it stood at the end of the period, and what came in the 365 days until then.

    Of the own member alone: `in_period` what was in it; `linked` its overlaps by the other member (`of`); `over_time`
    how it went month by month.
    """

    period: str
    periods: list[str]
    numbers: list[StatisticsNumber]
    in_period: list[StatisticsNumber]
    linked: list[StatisticsNumber]
    over_time: list[StatisticsNumber]
    saved: list[StatisticsSaved]
    own_day: date | None
    others_day: date | None
    period_day: date | None
    has_arrivals: bool

    @staticmethod
    def resolve_period(told: counting.Statistics) -> str:
        return told.period.name

    @staticmethod
    def resolve_periods(told: counting.Statistics) -> list[str]:
        return [one.name for one in told.periods]


class ExerciseLine(Schema):
    """An exercise of an officer; `has_passed`: null until it is handed in."""

    id: UUID
    officer: str
    version: str
    begun_at: datetime
    ended_at: datetime | None
    points: int | None
    has_passed: bool | None


class ExerciseAsked(Schema):
    """An exercise that the officer asked for. `officer`: the name in the academy, null until it is ready.

    `says_why`: what the officer can do where it has failed. `has_password`: it waits to be shown, once.
    """

    asked_at: datetime
    state: OneOf[AskState]
    says_why: str | None
    officer: str | None
    has_password: bool


class ExercisePassword(Schema):
    """By what name and password the officer comes into the academy."""

    officer: str
    password: str


class Exercises(Schema):
    """`is_needed`: officers of the own member are certified only once they have passed one.

    `asked`: what the officer asked for last, until it is handed in; `may_ask`: whether for another one now.
    `academy_address`: of the academy's pages, null where the operator of the node does not say it here.
    """

    items: list[ExerciseLine]
    is_needed: bool
    asked: ExerciseAsked | None
    may_ask: bool
    academy_address: str | None


class GivenNeed(Given):
    is_needed: bool


class GivenReadiness(Given):
    step: OneOf[Step]
    kept_by: Text = ""
    due_on: date | None = None
    done_on: date | None = None
    basis: Text = ""
    words: Text = ""


@reading(router, "/readiness", Checklists)
def checklists(session: Session) -> dict[str, object]:
    """How far the own member has come, and for a coordinator every other."""
    return {"items": connecting.checklists(session)}


@writing(router, "/readiness", ReadinessLine)
def say(session: Session, given: GivenReadiness) -> connecting.Line:
    """Say of a step of the own member who sees to it and by when, or that it is done, as its administrator."""
    word = Word(
        kept_by=given.kept_by, due_on=given.due_on, done_on=given.done_on, basis=given.basis, words=given.words
    )
    return connecting.say(session, given.step, word)


@reading(router, "/exercises", Exercises)
def exercises(session: Session) -> dict[str, object]:
    """The officer's own exercises; of all officers of the member to its administrators."""
    page = schooling.look(session)
    items = [
        {"id": one.id, "officer": one.officer, "version": one.version, "begun_at": one.begun_at,
         "ended_at": one.ended_at, "points": one.result and one.result.points,
         "has_passed": one.result and one.result.has_passed}
        for one in page.items
    ]  # fmt: skip
    asked = None if page.asked is None else _asked(page.asked)
    return {
        "items": items, "is_needed": page.is_needed, "asked": asked, "may_ask": page.may_ask,
        "academy_address": settings.CLEW_ACADEMY_URL,
    }  # fmt: skip


@writing(router, "/exercises/ask", ExerciseAsked)
def ask(session: Session) -> dict[str, object]:
    """Ask for an exercise for oneself: a worker draws it in the academy, where the node has one."""
    return _asked(enrolling.ask(session, academy(), add_drawing()))


@acting(router, "/exercises/password", ExercisePassword)
def password(actor: Actor) -> dict[str, str]:
    """The officer's own password of the academy, told this once, as the page does.

    So it takes no idempotency key, under which the answer would be kept.
    """
    with opening.acting_as(actor) as session:
        told = enrolling.tell_password(session)
    return {"officer": told.account, "password": told.password}


def _asked(asked: schooling.Asked) -> dict[str, object]:
    return {
        "asked_at": asked.asked_at, "state": asked.state, "says_why": asked.says_why or None, "officer": asked.account,
        "has_password": asked.has_password,
    }  # fmt: skip


@writing(router, "/exercises/need")
def need(session: Session, given: GivenNeed) -> None:
    """Say, as an administrator, whether officers of the member are certified only once they passed an exercise."""
    schooling.need(session, is_needed=given.is_needed)


@router.get("/statistics", response=described(StatisticsTold), throttle=READS)
def statistics(request: HttpRequest, period: PeriodAsked = "") -> counting.Statistics:
    """Whether cooperation works, in numbers that name nobody: for coordinators and administrators.

    `period`: 30, 90, 365 (where none is said), all, or one of the whole years in `periods`.
    """
    return counting.read(opening.actor_of(request.user.get_username()), counting.period(period))
