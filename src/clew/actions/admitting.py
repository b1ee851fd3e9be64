"""Admitting: members, units and officers, and their certification by two people."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

from clew.domain.certification import (
    FOUNDING_TERM,
    State,
    Step,
    Training,
    after,
    check_founding,
    check_helps,
    check_proposal,
    check_term,
)
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.exercise import check_ground
from clew.domain.handling import Actor
from clew.domain.member import member_code, unit_code
from clew.domain.officer import NAME, OF_OFFICERS, OPERATOR, OPERATOR_UNIT, Role
from clew.domain.suspension import Level, Scope
from clew.records import audit, certifications, exercises, members, officers, sign_ins
from clew.records.officers import Known
from clew.records.session import Session, acting_as

__all__ = [
    "Known",
    "add_officer",
    "administer",
    "administer_own",
    "admit",
    "certify",
    "check_scope",
    "first_password",
    "forget_keys",
    "founded",
    "give_waiting",
    "member_of",
    "move",
    "operator_at",
    "propose",
    "roster",
    "set_password",
]

FIRST_PASSWORD_BYTES = 15
NO_ADMINISTRATOR = "Only an administrator of the member does this."
FOUNDED_BY = "the node's operator, when the node was set up"


def operator_at(member: str) -> Actor:
    """The operator of this node at work for a member: in its audit, and without a right on content."""
    return Actor(officer=OPERATOR, member=member_code(member), unit=OPERATOR_UNIT, role=Role.OPERATOR)


def add_officer(username: str, *, member: str, unit: str, role: Role = Role.INVESTIGATOR) -> State:
    """Admit and certify an officer while the member cannot do so itself. Done by the node's operator.

    Where the member has an administrator the certification is proposed, and one gives it: that is what it gives back.
    The same again changes nothing. Without a password nobody can sign in as the officer.

    Raises:
        Invalid: the name is of no use or another's, or the member is not known.
        StepRefused: the member has administrators of its own, who admit its officers.
    """
    team = unit_code(unit)
    with acting_as(operator_at(member)) as session:
        if members.find(session, session.actor.member) is None:
            raise Invalid("The member is not known: add it first with clew member add.")
        members.enter_unit(session, session.actor.member, team)
        name = _enter(session, username, team)
        found = certifications.in_force(session, name)
        is_in_force = found is not None and found.certification.training.ends_at > datetime.now(UTC)
        if found is not None and is_in_force and found.certification.role is role:
            return State.GIVEN
        waits = certifications.waiting(session, name)
        if waits is not None and waits.certification.role is role:
            return State.PROPOSED
        return _certify(session, name, role)


def certify(session: Session, username: str, role: Role, training: Training | None = None) -> State:
    """Certify an officer as the node's operator: alone where the member has no administrator, on record and told to its
    coordinators; else it is proposed, while the member has fewer than three, and an administrator gives it.

    Raises:
        NotVisible: there is no such officer of the member.
        StepRefused: the member has enough administrators, or the actor is not the operator.
        Invalid: the training or the term cannot be.
    """
    _own_officer(session, officers.name_of(username))
    return _certify(session, officers.name_of(username), role, training)


def give_waiting(session: Session, username: str) -> None:
    """Give, as the node's operator, what an administrator of the member proposed for an officer.

    Raises:
        NotVisible: there is no such officer of the member, or nothing waits for a second person.
        StepRefused: the member has enough administrators, or an exercise is needed and none passed.
        SecondPersonNeeded: the operator proposed it.
    """
    name = officers.name_of(username)
    _own_officer(session, name)
    waits = certifications.waiting(session, name)
    if waits is None:
        raise NotVisible("There is no such certification.")
    move(session, waits.id, Step.GIVE)


def founded(session: Session) -> int:
    """How many officers of the actor's member work by what the operator certified alone, for the node's own check.

    Raises:
        StepRefused: the actor is neither an administrator nor the operator.
    """
    administer(session)
    audit.append(session, "certification.list_founded", session.actor.member)
    return certifications.founded(session)


def admit(session: Session, username: str, unit: str) -> str:
    """Admit an officer into a unit of the actor's own member; the name as it is kept.

    Nothing is certified by it: two people do that.

    Raises:
        StepRefused: the actor is no administrator.
        Invalid: the name is of no use, or another officer's.
        NotVisible: there is no such unit.
    """
    administer(session)
    team = unit_code(unit)
    if all(line.code != team for line in members.units(session, session.actor.member)):
        raise NotVisible("There is no such unit.")
    return _enter(session, username, team)


def propose(session: Session, username: str, role: Role, training: Training) -> UUID:
    """Propose a certification; a second person gives it.

    Raises:
        StepRefused: the actor is no administrator.
        SecondPersonNeeded: it is the actor's own.
        NotVisible: there is no such officer of the actor's member.
        Invalid: the training or the term cannot be.
    """
    administer(session)
    name = officers.name_of(username)
    if role not in OF_OFFICERS:
        raise Invalid("Nobody is certified as a program: a program has a token.")
    check_proposal(name, by=session.actor.officer)
    check_term(training, datetime.now(UTC))
    _own_officer(session, name)
    identifier = certifications.propose(session, name, role, training)
    audit.append(session, "certification.propose", str(identifier))
    return identifier


def move(session: Session, certification: UUID, step: Step) -> State:
    """Give, refuse or withdraw a certification.

    Raises:
        StepRefused: not in the present state, the actor is no administrator, or an exercise is needed and none passed.
            The operator gives only, where the member has fewer than three administrators.
        SecondPersonNeeded: the actor proposed it, or is certified by it.
        NotVisible: there is none of the actor's member.
    """
    administer(session)
    if session.actor.role is Role.OPERATOR:
        check_helps(step, administrators=certifications.administrators(session))
    line = certifications.get(session, certification)
    state = after(line.certification, step, by=session.actor.officer)
    if state is State.GIVEN:
        check_term(line.certification.training, datetime.now(UTC))
        officer = line.certification.officer
        until = exercises.grounds(session, [officer]).get(officer)
        check_ground(until, is_needed=exercises.is_needed(session), today=datetime.now(UTC).date())
    certifications.move(session, line.id, state)
    audit.append(session, f"certification.{step}", str(line.id))
    return state


def member_of(username: str) -> str | None:
    """The member that the officer of this name works for, for the node's operator; nothing where there is none."""
    found = officers.known(username)
    return None if found is None else found.member


def roster(session: Session) -> tuple[Known, ...]:
    """The officers of the actor's own member, each with role, standing and end of certification.

    Raises:
        StepRefused: the actor is no administrator.
    """
    administer(session)
    audit.append(session, "officer.list", session.actor.member)
    return officers.of_member(session)


def first_password(session: Session, username: str) -> str:
    """A password for an officer who has no second factor and never signed in, to be handed over in person; told once.

    With it the officer adds a second factor, and from then on nobody can do this: a lost key takes the
    node's operator (`forget_keys`) and an administrator. The same holds for who comes by single sign-on or
    by a certificate, and so has no second factor here.

    Raises:
        StepRefused: the actor is no administrator, or the officer has a second factor or has signed in before.
        NotVisible: there is no such officer of the actor's member.
    """
    administer(session)
    name = officers.name_of(username)
    _own_officer(session, name)
    if officers.has_second_factor(session, name):
        raise StepRefused("This officer has a second factor: only the operator of the node takes a lost one away.")
    if officers.has_signed_in(session, name):
        raise StepRefused("This officer has signed in before: only the operator of the node lets them begin anew.")
    password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    officers.set_password(name, password)
    audit.append(session, "officer.invite", name)
    return password


def forget_keys(session: Session, username: str) -> None:
    """Take an officer's password and second factors away and end the sign-ins. Done by the node's operator.

    Raises:
        StepRefused: the actor is not the operator: an administrator alone could become any officer.
        NotVisible: there is no such officer of the member.
    """
    name = officers.name_of(username)
    _own_officer(session, name)
    if session.actor.role is not Role.OPERATOR:
        raise StepRefused("Only the operator of the node takes a lost key away.")
    officers.forget_keys(session, name)
    sign_ins.end_all(session, Scope(level=Level.OFFICER, member=session.actor.member, officer=name))
    audit.append(session, "officer.forget_keys", name)


def set_password(username: str, password: str) -> None:
    """Give an officer another password and end the sign-ins, while the member has no other administrator to invite.

    Done by the node's operator, in the member's audit and told to its coordinators: where the officer has no second
    factor yet, whoever knows the password can come in and add one.

    Raises:
        Invalid: the node's settings do not allow the password.
        NotVisible: there is no such officer.
        StepRefused: the member has an administrator, who invites.
    """
    member = member_of(username)
    if member is None:
        raise NotVisible("There is no such officer.")
    name = officers.name_of(username)
    with acting_as(operator_at(member)) as session:
        if certifications.has_administrator(session, besides=name):
            raise StepRefused(
                "This member has an administrator, who gives a first password: where a key is lost, run"
                " clew officer forget-keys first."
            )
        officers.set_password(name, password)
        sign_ins.end_all(session, Scope(level=Level.OFFICER, member=member, officer=name))
        certifications.tell_coordinators(session, audit.append(session, "officer.set_password", name))


def administer(session: Session) -> None:
    """Refuse whoever does not administer a member; the database refuses as well.

    Raises:
        StepRefused: the actor is neither an administrator nor the operator.
    """
    if session.actor.role not in {Role.NATIONAL_ADMINISTRATOR, Role.OPERATOR}:
        raise StepRefused(NO_ADMINISTRATOR)


def administer_own(session: Session) -> None:
    """Refuse whoever is no administrator of a member: what the operator of the node has no part in.

    Raises:
        StepRefused: the actor is no administrator.
    """
    if session.actor.role is not Role.NATIONAL_ADMINISTRATOR:
        raise StepRefused(NO_ADMINISTRATOR)


def check_scope(session: Session, scope: Scope) -> None:
    """That the scope is of the actor's member, and that its unit or officer is there.

    Raises:
        NotVisible: it is another's, or there is none.
    """
    if scope.member != session.actor.member:
        raise NotVisible("There is no such member.")
    if scope.level is Level.UNIT and all(line.code != scope.unit for line in members.units(session, scope.member)):
        raise NotVisible("There is no such unit.")
    if scope.officer is not None:
        known = officers.known(scope.officer)
        if known is None or known.member != scope.member:
            raise NotVisible("There is no such officer.")


def _enter(session: Session, username: str, unit: str) -> str:
    name = officers.name_of(username)
    if not NAME.fullmatch(name) or name == OPERATOR:
        raise Invalid("The name of an officer has up to 60 small letters, digits, dots, dashes and signs @ or +.")
    if officers.enter(session, name, member=session.actor.member, unit=unit):
        audit.append(session, "officer.admit", name)
    return name


def _own_officer(session: Session, name: str) -> None:
    known = officers.known(name)
    if known is None or known.member != session.actor.member:
        raise NotVisible("There is no such officer.")


def _certify(session: Session, name: str, role: Role, training: Training | None = None) -> State:
    if session.actor.role is not Role.OPERATOR:
        raise StepRefused("Only the operator of the node does this.")
    now = datetime.now(UTC)
    given = training or Training(trainer=FOUNDED_BY, trained_on=now.date(), ends_at=now + FOUNDING_TERM)
    check_term(given, now)
    if certifications.has_administrator(session):
        check_helps(Step.GIVE, administrators=certifications.administrators(session))
        audit.append(session, "certification.propose", str(certifications.propose(session, name, role, given)))
        return State.PROPOSED
    check_founding(given, now)
    identifier = certifications.found(session, name, role, given)
    certifications.tell_coordinators(session, audit.append(session, "certification.found", str(identifier)))
    return State.GIVEN
