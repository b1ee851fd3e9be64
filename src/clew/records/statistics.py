"""Statistics: numbers that the database counts and tells; no record leaves it for them."""

from clew.domain.statistics import Number
from clew.records.session import Session


def count(session: Session) -> None:
    """Have yesterday counted, where that was not done yet."""
    with session.cursor() as cursor:
        cursor.execute("select clew_count_statistics()")


def told(session: Session) -> tuple[Number, ...]:
    """What the actor may be told; nothing for a role that reads no statistics."""
    with session.cursor() as cursor:
        cursor.execute("select is_own, member, figure, of, day, number from clew_statistics()")
        return tuple(
            Number(is_own=row[0], member=row[1], figure=row[2], of=row[3], day=row[4], number=row[5]) for row in cursor
        )


def over_time(session: Session) -> tuple[Number, ...]:
    """How the actor's own member went from month to month; nothing for a role that reads no statistics."""
    with session.cursor() as cursor:
        cursor.execute("select figure, of, day, number from clew_statistics_over_time()")
        return tuple(
            Number(is_own=True, member=session.actor.member, figure=row[0], of=row[1], day=row[2], number=row[3])
            for row in cursor
        )


def public(session: Session) -> tuple[Number, ...]:
    """What the public is told: nothing unless the operator said so."""
    with session.cursor() as cursor:
        cursor.execute("select figure, of, day, number from clew_public_indicator()")
        return tuple(
            Number(is_own=False, member="", figure=row[0], of=row[1], day=row[2], number=row[3]) for row in cursor
        )


def publish(session: Session, *, is_on: bool) -> None:
    """Keep the operator's word whether the public is told."""
    with session.cursor() as cursor:
        cursor.execute("select clew_publish(%s)", [is_on])
