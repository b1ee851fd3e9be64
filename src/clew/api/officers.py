"""Officers for programs: admitted, certified by two administrators, and stopped; all of the own member.

As on the pages, an administrator does it: who runs the node has no part in it, and works at its command line. Passkeys,
codes and passwords are the officer's own, and stay with the pages: a browser shows and takes them.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import admitting, opening, rostering, suspending
from clew.actions.opening import Session
from clew.actions.rostering import Line, Row
from clew.api.door import acting, reading, writing
from clew.api.given import After, Given, Limit, Name, OneOf
from clew.domain.certification import TRAINER_CHARACTERS_MAX, State, Step, training
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.suspension import REASON_CHARACTERS_MAX, Level, Scope, Standing

router = Router(tags=["administration"])


class CertificationLine(Schema):
    """`given_by`: null until a second person gave it; `is_founding`: by the node's operator alone."""

    id: UUID
    officer: str
    role: OneOf[Role]
    state: OneOf[State]
    trainer: str
    trained_on: date
    ends_at: datetime
    proposed_by: str
    given_by: str | None
    is_founding: bool


class OfficerLine(Schema):
    """`role` and `ends_at`: null before the first certification. `waiting`: the certification that a second person has
    not given yet; `last`: the one in force, or the last that was. `is_away`: may work, and has not signed in for long.
    `ground_until`: until when an exercise that was passed is ground for a certification.
    """

    officer: str
    unit: str
    role: OneOf[Role] | None
    standing: OneOf[Standing]
    ends_at: datetime | None
    is_ending: bool
    has_second_factor: bool
    has_passkey: bool
    signed_in_at: datetime | None
    is_away: bool
    ground_until: date | None
    waiting: CertificationLine | None
    last: CertificationLine | None


class OfficerPage(Schema):
    items: list[OfficerLine]
    next: str | None


class OfficerAdmitted(Schema):
    """`officer`: the name as it is kept."""

    officer: str


class CertificationProposed(Schema):
    certification: UUID


class CertificationMoved(Schema):
    state: OneOf[State]


class FirstPassword(Schema):
    password: str


class SuspensionLine(Schema):
    """`name`: the officer, the unit or the member that is meant."""

    id: UUID
    level: OneOf[Level]
    name: str
    reason: str
    laid_by: str
    laid_at: datetime


class Suspensions(Schema):
    items: list[SuspensionLine]


class SuspensionLaid(Schema):
    suspension: UUID


class SuspensionsLifted(Schema):
    suspensions: list[UUID]


class GivenAdmission(Given):
    """`name`: what the officer signs in with."""

    name: Name
    unit: Name


class GivenCertification(Given):
    """`until`: the last day of the certification, of UTC."""

    officer: Name
    role: OneOf[Role]
    trainer: Annotated[str, Field(min_length=1, max_length=TRAINER_CHARACTERS_MAX)]
    trained_on: date
    until: date


class GivenCertificationStep(Given):
    step: OneOf[Step]


class GivenInvited(Given):
    officer: Name


class GivenScope(Given):
    """`name`: of an officer or a unit; to stop the whole member, its code."""

    level: OneOf[Level]
    name: Name


class GivenSuspension(GivenScope):
    reason: Annotated[str, Field(min_length=1, max_length=REASON_CHARACTERS_MAX)]


@reading(router, "/officers", OfficerPage)
def every_one(session: Session, is_waiting: bool = False, after: After = None, limit: Limit = 50) -> dict[str, object]:
    """Officers of the own member by name; with `is_waiting` those whose certification waits for a second person."""
    page = rostering.look(session, after=after, limit=limit, is_waiting=is_waiting)
    return {"items": [_officer(row) for row in page.items], "next": page.next}


@writing(router, "/officers", OfficerAdmitted)
def admit(session: Session, given: GivenAdmission) -> dict[str, str]:
    """Admit an officer into a unit. It certifies nobody: propose that, and another administrator gives it."""
    admitting.administer_own(session)
    return {"officer": admitting.admit(session, given.name, given.unit)}


@acting(router, "/officers/first-password", FirstPassword)
def first_password(actor: Actor, given: GivenInvited) -> dict[str, str]:
    """A password for an officer who never signed in and has no second factor, to be handed over in person.

    As the page does, it is told this once: the officer has nothing else to begin with. So it takes no idempotency key,
    under which the answer would be kept; asked again, there is another password, and the one before is good no longer.
    """
    with opening.acting_as(actor) as session:
        admitting.administer_own(session)
        return {"password": admitting.first_password(session, given.officer)}


@writing(router, "/certifications", CertificationProposed)
def propose(session: Session, given: GivenCertification) -> dict[str, UUID]:
    """Propose a certification of an officer, or its renewal."""
    admitting.administer_own(session)
    trained = training(given.trainer, given.trained_on, given.until)
    return {"certification": admitting.propose(session, given.officer, given.role, trained)}


@writing(router, "/certifications/{uuid:certification}/move", CertificationMoved)
def move(session: Session, certification: UUID, given: GivenCertificationStep) -> dict[str, State]:
    """Give a certification as the second person, refuse it, or withdraw it."""
    admitting.administer_own(session)
    return {"state": admitting.move(session, certification, given.step)}


@reading(router, "/suspensions", Suspensions)
def suspensions(session: Session) -> dict[str, object]:
    """What is suspended of the own member now, the latest first; 1,000 at most."""
    admitting.administer_own(session)
    return {
        "items": [
            {"id": one.id, "level": one.scope.level, "name": one.scope.name,
             "reason": one.reason, "laid_by": one.laid_by, "laid_at": one.laid_at}
            for one in suspending.look(session)
        ]
    }  # fmt: skip


@writing(router, "/suspensions", SuspensionLaid)
def suspend(session: Session, given: GivenSuspension) -> dict[str, UUID]:
    """Stop an officer, a unit or the whole member from the next request on; then sign-ins end and jobs wait.

    The whole member includes the administrator, and only the node's operator lifts that.
    """
    admitting.administer_own(session)
    return {"suspension": suspending.suspend(session, scope_of(session, given), given.reason)}


@writing(router, "/suspensions/lift", SuspensionsLifted)
def lift(session: Session, given: GivenScope) -> dict[str, object]:
    """Lift every suspension of exactly this officer, unit or member."""
    admitting.administer_own(session)
    return {"suspensions": suspending.lift(session, scope_of(session, given))}


def scope_of(session: Session, given: GivenScope) -> Scope:
    """Of the own member; another's code is looked for, and is not there."""
    named, own = given.name.strip(), session.actor.member
    if given.level is Level.MEMBER:
        return Scope(level=Level.MEMBER, member=named.upper())
    if given.level is Level.UNIT:
        return Scope(level=Level.UNIT, member=own, unit=named.upper())
    return Scope(level=Level.OFFICER, member=own, officer=named.lower())


def _officer(row: Row) -> dict[str, object]:
    known = row.known
    return {
        "officer": known.officer, "unit": known.unit, "role": known.role, "standing": known.standing,
        "ends_at": known.ends_at, "is_ending": row.is_ending, "has_second_factor": known.has_second_factor,
        "has_passkey": known.has_passkey, "signed_in_at": known.signed_in_at, "is_away": row.is_away,
        "ground_until": row.ground_until, "waiting": _certification(row.waiting), "last": _certification(row.last),
    }  # fmt: skip


def _certification(line: Line | None) -> dict[str, object] | None:
    if line is None:
        return None
    one = line.certification
    return {
        "id": line.id, "officer": one.officer, "role": one.role, "state": one.state, "trainer": one.training.trainer,
        "trained_on": one.training.trained_on, "ends_at": one.training.ends_at, "proposed_by": one.proposed_by,
        "given_by": one.given_by, "is_founding": one.is_founding,
    }  # fmt: skip
