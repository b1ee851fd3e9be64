"""Signing in: an officer comes through the door, stays for a while, and leaves."""

from uuid import UUID

from clew.actions import auditing
from clew.actions.admitting import operator_at
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor
from clew.domain.sign_in import Way
from clew.records import audit, officers, sign_ins
from clew.records.officers import Known, known
from clew.records.session import Session, acting_as
from clew.records.sign_ins import Line, at_the_door, officer_of

__all__ = ["Known", "Line", "at_the_door", "begin", "end", "known", "officer_of", "own", "refused", "second_factor"]


def begin(actor: Actor, way: Way, browser: str) -> UUID:
    """A new sign-in of the actor, on record.

    Raises:
        NotAdmitted: the actor may not act now.
    """
    with acting_as(actor) as session:
        identifier = sign_ins.begin(session, way, browser)
        audit.append(session, "sign_in.begin", str(identifier))
    return identifier


def end(session: Session, sign_in: UUID) -> None:
    """End one of the actor's own sign-ins: its next request asks to sign in anew.

    Raises:
        NotVisible: there is no such sign-in of the actor, or it has ended.
    """
    if not sign_ins.end(session, sign_in):
        raise NotVisible("There is no such sign-in.")
    audit.append(session, "sign_in.end", str(sign_in))


def own(session: Session) -> tuple[Line, ...]:
    """The actor's own sign-ins."""
    audit.append(session, "sign_in.list", session.actor.officer)
    return sign_ins.own(session)


def refused(username: str) -> None:
    """Put on record that somebody failed to sign in as this officer, in the audit of the officer's member.

    A name that nobody has stands in the node's own audit, and is not written down: it may be a password.
    """
    found = officers.known(username)
    if found is None:
        auditing.note("sign_in.refused")
        return
    with acting_as(operator_at(found.member)) as session:
        audit.append(session, "sign_in.refused", found.officer)


def second_factor(session: Session, change: str) -> None:
    """Put on record that the actor added, renewed or removed a second factor."""
    audit.append(session, f"second_factor.{change}", session.actor.officer)
