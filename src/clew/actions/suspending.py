"""Suspending: the kill-switch for an officer, a unit or a member, and lifting it again."""

from collections.abc import Iterable
from uuid import UUID

from clew.actions.admitting import administer, check_scope
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.officer import Role
from clew.domain.suspension import Level, Scope, check_reason
from clew.records import audit, sign_ins, suspensions
from clew.records.session import Session
from clew.records.suspensions import Line

__all__ = ["LINES_SHOWN_MAX", "Line", "in_force", "lift", "look", "suspend"]

LINES_SHOWN_MAX = 1_000


def suspend(session: Session, scope: Scope, reason: str) -> UUID:
    """Stop everybody in `scope` from their next request on; their jobs wait.

    An administrator may stop the whole own member, which includes them: then the node's operator lifts it.

    Raises:
        StepRefused: the actor is no administrator, or would stop themselves by their name or unit.
        NotVisible: there is no such officer or unit of the actor's member.
        Invalid: no reason is given.
    """
    administer(session)
    kept = check_reason(reason)
    _check(session, scope)
    identifier = suspensions.lay(session, scope, kept)
    ended = sign_ins.end_all(session, scope)
    audit.append(session, f"suspension.{scope.level}", str(identifier), {"sign_ins_ended": ended})
    return identifier


def lift(session: Session, scope: Scope) -> tuple[UUID, ...]:
    """Lift the suspensions of exactly this scope.

    Raises:
        StepRefused: the actor is no administrator.
        NotVisible: there is none, none that is the actor's to lift, or no such officer or unit of the actor's member.
    """
    administer(session)
    check_scope(session, scope)
    lifted = suspensions.lift(session, scope)
    if not lifted:
        raise NotVisible("There is no such suspension, or it is its administrators' to lift.")
    for identifier in lifted:
        audit.append(session, "suspension.lift", str(identifier))
    return lifted


def in_force(session: Session) -> Iterable[Line]:
    """What is suspended of the actor's member now.

    Raises:
        StepRefused: the actor is no administrator.
    """
    administer(session)
    return suspensions.in_force(session)


def look(session: Session) -> tuple[Line, ...]:
    """As `in_force`, asked for by itself: on record; the latest, `LINES_SHOWN_MAX` at most.

    Raises:
        StepRefused: the actor is no administrator.
    """
    administer(session)
    audit.append(session, "suspension.list", session.actor.member)
    return suspensions.in_force(session, LINES_SHOWN_MAX)


def _check(session: Session, scope: Scope) -> None:
    actor = session.actor
    if (
        actor.role is not Role.OPERATOR
        and scope.level is not Level.MEMBER
        and scope.covers(member=actor.member, unit=actor.unit, officer=actor.officer)
    ):
        raise StepRefused("This would stop your own access: another administrator does it.")
    check_scope(session, scope)
