"""Task forces for programs: who takes part for a time, what owners brought, and the stacks that are gone through."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from clew.actions import mustering, sifting
from clew.actions.mustering import Stack, TaskForceRow
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given, Name, OneOf, Reference, Words
from clew.domain.agreement import State
from clew.domain.handling import uses_from_words
from clew.domain.medium import MediumKind
from clew.domain.task_force import Finding, StackState, Standing, Step

router = Router(tags=["task forces"])
Codes = Annotated[list[Name], Field(max_length=100)]


class TaskForceLine(Schema):
    """`standing`: how the own member stands to it, null where it left; `is_in`: the officer works in it now."""

    reference: str
    name: str
    purpose: str
    member: str
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    is_led: bool
    is_in: bool
    is_named: bool
    standing: OneOf[Standing] | None


class TaskForces(Schema):
    """`has_more`: others are not given, that are over."""

    items: list[TaskForceLine]
    has_more: bool


class TaskForceMember(Schema):
    member: str
    standing: OneOf[Standing]
    officers: int


class TaskForceOfficer(Schema):
    officer: str
    has_accepted: bool
    has_left: bool


class BroughtSeries(Schema):
    """`left` of `stacks` wait; `reference`: empty where the officer does not see the series.

    `state`: in force, or proposed where a second officer of the unit has to agree.
    """

    id: UUID
    reference: str
    member: str
    unit: str
    stacks: int
    left: int
    conditions: list[str]
    is_own: bool
    state: OneOf[State]


class TaskForceDay(Schema):
    """What was given back on a day; `officer`: empty of other members."""

    day: date
    member: str
    officer: str
    done: int
    not_sure: int
    set_back: int


class TaskForceFound(Schema):
    """`others`: in fives, null where they are fewer than five."""

    kind: str
    own: int
    others: int | None


class StackMedium(Schema):
    name: str
    kind: OneOf[MediumKind]
    width: int | None
    height: int | None
    seconds: int | None


class StackHeld(Schema):
    """A stack that the officer alone has, until then; `said`: by whom it was given back before."""

    series: str
    member: str
    held_until: datetime
    said: str
    media: list[StackMedium]


class StackSaid(Schema):
    series: str
    state: OneOf[StackState]
    member: str
    officer: str
    at: datetime
    words: str
    media: int


class TaskForceView(Schema):
    task_force: TaskForceLine
    members: list[TaskForceMember]
    officers: list[TaskForceOfficer]
    brought: list[BroughtSeries]
    days: list[TaskForceDay]
    found: list[TaskForceFound]
    said: list[StackSaid]
    held: StackHeld | None


class StackTaken(Schema):
    stack: StackHeld | None


class StackedMedia(Schema):
    media: int


class BroughtMedia(StackedMedia):
    """`state`: in force, or proposed where a second officer of the unit has to agree."""

    state: OneOf[State]


class GivenTaskForce(Given):
    name: Name
    purpose: Words
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime
    members: Codes = []  # noqa: RUF012 (pydantic copies it)


class GivenMembers(Given):
    members: Codes


class GivenStanding(Given):
    step: OneOf[Step]


class GivenOfficers(Given):
    officers: Codes


class GivenOfficer(Given):
    officer: Name


class GivenBrought(Given):
    series: Reference
    uses: Literal["facts", "facts,fingerprints"] = "facts,fingerprints"


class GivenTakenOut(Given):
    """`series`: its reference, or the identifier of what was brought."""

    series: Reference


class GivenFinding(Given):
    finding: OneOf[Finding]
    words: Words = ""


@reading(router, "/task-forces", TaskForces)
def every_one(session: Session) -> dict[str, object]:
    """Task forces that the officer may know of, the latest first."""
    found = mustering.every_one(session)
    return {"items": [_line(one) for one in found.items], "has_more": found.has_more}


@reading(router, "/task-forces/{reference}", TaskForceView)
def look(session: Session, reference: str) -> dict[str, object]:
    """A task force; for who works in it now, with what was brought and the stacks."""
    view = mustering.look(session, reference)
    return {
        "task_force": _line(view.line), "members": view.members, "officers": view.officers,
        "brought": [
            {"id": one.id, "reference": one.reference, "member": one.member, "unit": one.unit, "stacks": one.stacks,
             "left": one.left, "conditions": sorted(one.conditions), "is_own": one.is_own, "state": one.state}
            for one in view.brought
        ],
        "days": view.days, "found": view.found, "said": view.said, "held": _held(view.held),
    }  # fmt: skip


@writing(router, "/task-forces", TaskForceLine)
def open_one(session: Session, given: GivenTaskForce) -> dict[str, object]:
    """Open a task force that the officer leads, for the own member."""
    made = mustering.open_one(
        session, given.name, given.purpose, starts_at=given.starts_at, ends_at=given.ends_at, invited=given.members
    )
    return _line(made)


@writing(router, "/task-forces/{reference}/invite")
def invite(session: Session, reference: str, given: GivenMembers) -> None:
    """Invite more members into a task force that the officer leads."""
    mustering.invite(session, reference, given.members)


@writing(router, "/task-forces/{reference}/decide")
def decide(session: Session, reference: str, given: GivenStanding) -> None:
    """Accept or decline for the own member, or withdraw it."""
    mustering.decide(session, reference, given.step)


@writing(router, "/task-forces/{reference}/officers")
def name_officers(session: Session, reference: str, given: GivenOfficers) -> None:
    """Name officers of the own member for it."""
    mustering.name_officers(session, reference, given.officers)


@writing(router, "/task-forces/{reference}/put-out")
def put_out(session: Session, reference: str, given: GivenOfficer) -> None:
    """Put an officer of the own member out of it."""
    mustering.put_out(session, reference, given.officer)


@writing(router, "/task-forces/{reference}/come-in")
def come_in(session: Session, reference: str) -> None:
    """Come into a task force that one is named for."""
    mustering.come_in(session, reference)


@writing(router, "/task-forces/{reference}/leave")
def leave(session: Session, reference: str) -> None:
    """Leave it."""
    mustering.leave(session, reference)


@writing(router, "/task-forces/{reference}/close")
def close(session: Session, reference: str) -> None:
    """Close a task force that the officer leads before its end."""
    mustering.close(session, reference)


@writing(router, "/task-forces/{reference}/series", BroughtMedia)
def bring(session: Session, reference: str, given: GivenBrought) -> sifting.Brought:
    """Bring what the own unit has in a series; how many media came into stacks, or that a second has to agree."""
    return sifting.bring(session, reference, given.series, uses_from_words(given.uses))


@writing(router, "/task-forces/{reference}/series/agree", StackedMedia)
def agree_to_bring(session: Session, reference: str, given: GivenTakenOut) -> dict[str, int]:
    """Agree, as a second officer of the unit, to what another proposed to bring; how many media came into stacks."""
    return {"media": sifting.agree_to_bring(session, reference, given.series)}


@writing(router, "/task-forces/{reference}/series/take-out")
def take_out(session: Session, reference: str, given: GivenTakenOut) -> None:
    """Take out what the own unit brought of a series."""
    sifting.take_out(session, reference, given.series)


@writing(router, "/task-forces/{reference}/stack", StackTaken)
def take(session: Session, reference: str) -> dict[str, object]:
    """The next stack, or the one that the officer holds; null where none is left."""
    return {"stack": _held(sifting.take(session, reference))}


@writing(router, "/task-forces/{reference}/stack/give-back")
def give_back(session: Session, reference: str, given: GivenFinding) -> None:
    """Give back the stack that the officer holds."""
    sifting.give_back(session, reference, given.finding, given.words)


def _line(one: TaskForceRow) -> dict[str, object]:
    return {
        "reference": one.reference, "name": one.name, "purpose": one.purpose, "member": one.member,
        "starts_at": one.span.starts_at, "ends_at": one.span.ends_at, "is_over": one.is_over, "is_led": one.is_led,
        "is_in": one.is_in, "is_named": one.is_named, "standing": one.standing,
    }  # fmt: skip


def _held(held: Stack | None) -> dict[str, object] | None:
    return held and {
        "series": held.series, "member": held.member, "held_until": held.held_until, "said": held.said,
        "media": held.media,
    }  # fmt: skip
