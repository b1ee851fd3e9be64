"""Suspensions: laid on an officer, a unit or a member, and lifted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from clew.domain.suspension import Level, Scope
from clew.records import sealed
from clew.records.session import Session

REASON = b"suspensions.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A suspension in force."""

    id: UUID
    scope: Scope
    reason: str
    laid_by: str
    laid_at: datetime


def lay(session: Session, scope: Scope, reason: str) -> UUID:
    """Stop everybody in `scope` from the next transaction on."""
    identifier = uuid4()
    with session.cursor() as cursor:
        cursor.execute(
            "insert into suspensions (id, level, member, unit, officer, reason, laid_by) values (%s, %s, %s, %s, %s, %s, %s)",
            [identifier, scope.level, scope.member, scope.unit, scope.officer,
             sealed.note(scope.member, REASON, reason), session.actor.officer],
        )
    return identifier


def lift(session: Session, scope: Scope) -> tuple[UUID, ...]:
    """Lift every suspension laid on exactly this scope that is the actor's to lift; which."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            update suspensions set lifted_by = %s, lifted_at = clock_timestamp()
             where lifted_at is null and level = %s and member = %s
               and unit is not distinct from %s::text and officer is not distinct from %s::text
            returning id""",
            [session.actor.officer, scope.level, scope.member, scope.unit, scope.officer],
        )
        return tuple(row[0] for row in cursor)


def in_force(session: Session, limit: int | None = None) -> tuple[Line, ...]:
    """Suspensions of the actor's member that are in force, newest first."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id, level, member, unit, officer, reason, laid_by, laid_at from suspensions"
            " where lifted_at is null and member = %s order by laid_at desc, id limit %s",
            [session.actor.member, limit],
        )
        return tuple(
            Line(id=row[0], scope=Scope(level=Level(row[1]), member=row[2], unit=row[3], officer=row[4]),
                 reason=sealed.words_of_note(row[2], REASON, row[5]), laid_by=row[6], laid_at=row[7])
            for row in cursor
        )  # fmt: skip
