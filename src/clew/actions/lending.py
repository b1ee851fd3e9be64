"""Lending: tokens by which programs of a member come in, and what they may then do."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

from clew.actions import counting
from clew.actions.admitting import administer
from clew.domain import token as rules
from clew.domain.errors import NotAdmitted, NotVisible
from clew.domain.handling import Actor
from clew.domain.member import unit_code
from clew.domain.officer import Role
from clew.domain.statistics import THE_USUAL, Period, Statistics
from clew.domain.token import TokenScope
from clew.records import audit, members, tokens
from clew.records.members import MemberLine
from clew.records.session import Session
from clew.records.tokens import Program, program_of

__all__ = ["Program", "actor_of", "check_scope", "directory", "end", "lend", "lent", "look", "program_of", "statistics"]


def lend(session: Session, name: str, *, unit: str, scopes: frozenset[TokenScope], ends_at: datetime) -> str:
    """A new token of the actor's member, told once.

    Raises:
        StepRefused: the actor is no administrator.
        Invalid: the name, the scopes or the end cannot be.
        NotVisible: there is no such unit of the actor's member.
    """
    administer(session)
    rules.check(name, scopes, ends_at, datetime.now(UTC))
    team = unit_code(unit)
    if all(line.code != team for line in members.units(session, session.actor.member)):
        raise NotVisible("There is no such unit.")
    token = rules.PREFIX + secrets.token_urlsafe(rules.SECRET_BYTES)
    identifier = tokens.add(session, token, unit=team, name=name, scopes=scopes, ends_at=ends_at)
    audit.append(session, "token.lend", str(identifier))
    return token


def lent(session: Session) -> tuple[Program, ...]:
    """Tokens of the actor's member that are good now.

    Raises:
        StepRefused: the actor is no administrator.
    """
    administer(session)
    return tokens.of_member(session)


def look(session: Session) -> tuple[Program, ...]:
    """The same, asked for by itself: on record. Raises as `lent`."""
    found = lent(session)
    audit.append(session, "token.list", session.actor.member)
    return found


def end(session: Session, token: UUID) -> None:
    """End a token: the program's next request is refused.

    Raises:
        StepRefused: the actor is no administrator.
        NotVisible: there is no such token of the actor's member.
    """
    administer(session)
    if not tokens.end(session, token):
        raise NotVisible("There is no such token.")
    audit.append(session, "token.end", str(token))


def actor_of(program: Program) -> Actor:
    """The actor that a program is: of its member and unit, never an officer, without a right on content."""
    return Actor(
        officer=f"{rules.PROGRAM}{program.name}", member=program.member, unit=program.unit, role=Role.PROGRAM
    )


def check_scope(program: Program, scope: TokenScope) -> None:
    """Refuse what the program was not lent.

    Raises:
        NotAdmitted: this.
    """
    if scope not in program.scopes:
        raise NotAdmitted("This token was not given the scope {scope}.", scope=scope.value)


def statistics(program: Program, of: Period = THE_USUAL) -> Statistics:
    """Numbers of the program's member, and of others as far as they are told; on record.

    Raises:
        NotAdmitted: the program was not given this.
        NotVisible: it is a year of which there are no numbers.
    """
    check_scope(program, TokenScope.STATISTICS)
    return counting.read(actor_of(program), of)


def directory(session: Session, program: Program) -> tuple[MemberLine, ...]:
    """Every member with its particulars and units, on record.

    Raises:
        NotAdmitted: the program was not given this.
    """
    check_scope(program, TokenScope.DIRECTORY)
    audit.append(session, "directory.read", str(program.id))
    return members.lines(session)
