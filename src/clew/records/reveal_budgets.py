"""Reveal budgets: given to an officer, a unit or a member, and ended when another takes their place."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from clew.domain.reveal_budget import RevealBudget
from clew.domain.suspension import Level, Scope
from clew.records import sealed
from clew.records.session import Session

REASON = b"reveal_budgets.reason"
END_REASON = b"reveal_budgets.end_reason"
COVERING = (
    "ended_at is null and member = %(member)s and (level = 'member' or level = 'unit' and unit = %(unit)s"
    " or level = 'officer' and officer = %(officer)s)"
)
"""Those in force that cover an officer: at most one at each level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A budget in force."""

    id: UUID
    scope: Scope
    budget: RevealBudget
    reason: str
    given_by: str
    given_at: datetime


def covering(session: Session) -> dict[Level, RevealBudget]:
    """Budgets in force that cover the actor."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            f"select level, hourly, daily from reveal_budgets where {COVERING}",
            {"member": actor.member, "unit": actor.unit, "officer": actor.officer},
        )
        return {Level(level): RevealBudget(hourly=hourly, daily=daily) for level, hourly, daily in cursor}


def give(session: Session, scope: Scope, budget: RevealBudget, reason: str) -> UUID:
    """Have everybody in `scope` reveal by this budget from now on; one that was there has been ended before."""
    identifier = uuid4()
    with session.cursor() as cursor:
        cursor.execute(
            "insert into reveal_budgets (id, level, member, unit, officer, hourly, daily, reason, given_by)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [identifier, scope.level, scope.member, scope.unit, scope.officer, budget.hourly, budget.daily,
             sealed.note(scope.member, REASON, reason), session.actor.officer],
        )  # fmt: skip
    return identifier


def end(session: Session, scope: Scope, reason: str) -> UUID | None:
    """End the budget of exactly this scope; which, or nothing where none is in force that is the actor's to end."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            update reveal_budgets set ended_by = %s, ended_at = clock_timestamp(), end_reason = %s
             where ended_at is null and level = %s and member = %s
               and unit is not distinct from %s::text and officer is not distinct from %s::text
            returning id""",
            [session.actor.officer, sealed.note(scope.member, END_REASON, reason), scope.level, scope.member,
             scope.unit, scope.officer],
        )  # fmt: skip
        found = cursor.fetchone()
    return None if found is None else found[0]


def in_force(session: Session) -> tuple[Line, ...]:
    """Budgets of the actor's member: its own, then those of units and of officers, each by name."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id, level, member, unit, officer, hourly, daily, reason, given_by, given_at from reveal_budgets
             where ended_at is null and member = %s order by officer nulls first, unit nulls first""",
            [session.actor.member],
        )
        return tuple(
            Line(id=row[0], scope=Scope(level=Level(row[1]), member=row[2], unit=row[3], officer=row[4]),
                 budget=RevealBudget(hourly=row[5], daily=row[6]), reason=sealed.words_of_note(row[2], REASON, row[7]),
                 given_by=row[8], given_at=row[9])
            for row in cursor
        )  # fmt: skip
