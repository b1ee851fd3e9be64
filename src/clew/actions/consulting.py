"""Consulting: the member that owns a record is asked before anything of it is disclosed, corrected or deleted."""

from datetime import UTC, datetime
from uuid import UUID

from clew.actions.examining import Which, held
from clew.domain.clock import answer_ends_at
from clew.domain.cover import Purpose
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.officer import Role
from clew.domain.request import CONSULTATIONS_PER_REQUEST_MAX, Step, View, after, check_answer, text
from clew.records import audit, consultations, members
from clew.records.consultations import Consultation
from clew.records.session import Session

__all__ = ["Consultation", "View", "answer", "ask", "asked_of_us", "look"]

CONSULTATIONS_SHOWN_MAX = 200
ROLES_THAT_ANSWER = frozenset({Role.DATA_PROTECTION_OFFICER, Role.NATIONAL_ADMINISTRATOR})


def ask(session: Session, which: Which, owner: str, question: str, record_id: UUID | None = None) -> UUID:
    """Ask the owner of a record about which somebody asked: it has 30 days, or what is left of the clock.

    Who asked is not told to the owner unless the question says it.

    Raises:
        StepRefused: the actor is no data-protection officer, or the request is not examined now.
        NotVisible: the member has no such request, or there is no such record of that owner.
        Invalid: the owner does not take part or is the actor's own member, or the question is of no use.
    """
    request = held(session, which)
    after(request.state, Step.CONSULT)
    if owner == session.actor.member or owner not in members.names(session):
        raise Invalid("Another member that takes part is consulted; your own records you examine yourselves.")
    if record_id is not None and consultations.owner_of_record(session, record_id) != owner:
        raise NotVisible("There is no such record.")
    if len(consultations.of(session, request.id)) >= CONSULTATIONS_PER_REQUEST_MAX:
        raise StepRefused("A request has up to {most} consultations.", most=CONSULTATIONS_PER_REQUEST_MAX)
    ends_at = answer_ends_at(datetime.now(UTC), request.ends_at)
    consultation_id = consultations.add(
        session, request.id, request.kind, owner, record_id, text(question), ends_at
    )  # fmt: skip
    audit.append(session, "request.consult", str(consultation_id), purpose=Purpose.SUPERVISION, owner=owner)
    return consultation_id


def asked_of_us(session: Session) -> tuple[Consultation, ...]:
    """What other members ask the actor's, first what waits for an answer.

    Raises:
        StepRefused: the actor neither protects the data of the member nor administers it.
    """
    _check_role(session)
    audit.append(session, "consultation.list", "", purpose=Purpose.SUPERVISION)
    return consultations.asked_of(session, CONSULTATIONS_SHOWN_MAX)


def look(session: Session, consultation_id: UUID) -> Consultation:
    """What another member asks the actor's.

    Raises:
        StepRefused: the actor neither protects the data of the member nor administers it.
        NotVisible: nobody asks that.
    """
    _check_role(session)
    found = consultations.get(session, consultation_id)
    audit.append(session, "consultation.read", str(found.id), purpose=Purpose.SUPERVISION, owner=found.member)
    return found


def answer(session: Session, consultation_id: UUID, view: View, words: str) -> None:
    """Say, for the owner, whether it agrees; once, and in time.

    Raises:
        StepRefused: the actor may not answer, or it was answered, ended or ran out.
        NotVisible: nobody asks that.
        Invalid: no reasons are given.
    """
    _check_role(session)
    found = consultations.get(session, consultation_id)
    check_answer(found.consulted, datetime.now(UTC))
    consultations.answer(session, found, view, text(words))
    audit.append(session, "consultation.answer", str(found.id), purpose=Purpose.SUPERVISION, owner=found.member)


def _check_role(session: Session) -> None:
    if session.actor.role not in ROLES_THAT_ANSWER:
        raise StepRefused("Only a data-protection officer or an administrator of the member does this.")
