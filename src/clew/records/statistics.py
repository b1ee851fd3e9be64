"""Statistics: numbers that the database counts and tells; no record leaves it for them."""

from clew.domain.statistics import LINKED, USUAL, Number
from clew.records.session import Session


def count(session: Session) -> None:
    """Have yesterday counted, where that was not done yet."""
    with session.cursor() as cursor:
        cursor.execute("select clew_count_statistics()")


def told(session: Session, period: str = USUAL) -> tuple[Number, ...]:
    """What the actor may be told as it stood at the end of the period; nothing for a role that reads no statistics."""
    with session.cursor() as cursor:
        cursor.execute("select is_own, member, figure, of, day, number from clew_statistics(%s)", [period])
        return tuple(
            Number(is_own=row[0], member=row[1], figure=row[2], of=row[3], day=row[4], number=row[5]) for row in cursor
        )


def in_period(session: Session, period: str) -> tuple[Number, ...]:
    """What was in a period, of the actor's own member; nothing for a role that reads no statistics."""
    return _of_the_own(session, "clew_statistics_of_period", period)


def over_time(session: Session, period: str) -> tuple[Number, ...]:
    """How the actor's own member went from month to month; nothing for a role that reads no statistics."""
    return _of_the_own(session, "clew_statistics_over_time", period)


def _of_the_own(session: Session, function: str, period: str) -> tuple[Number, ...]:
    with session.cursor() as cursor:
        cursor.execute(f"select figure, of, day, number from {function}(%s)", [period])
        return tuple(
            Number(is_own=True, member=session.actor.member, figure=row[0], of=row[1], day=row[2], number=row[3])
            for row in cursor
        )


def years(session: Session) -> tuple[str, ...]:
    """Whole years that are over and of which there are numbers; none for a role that reads no statistics."""
    with session.cursor() as cursor:
        cursor.execute("select clew_statistics_years()")
        return tuple(row[0] for row in cursor)


def linked(session: Session, period: str) -> tuple[Number, ...]:
    """With which members how many overlaps were consented to in the period: of the cards that the actor may see."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.other_member, p.ends, count(distinct c.contact_id)
              from clew_statistics_period(%s) p join overlap_contacts c
                on (c.since at time zone 'UTC')::date between p.begins and p.ends
             group by c.other_member, p.ends order by c.other_member""",
            [period],
        )
        return tuple(
            Number(is_own=True, member=session.actor.member, figure=LINKED, of=row[0], day=row[1], number=row[2])
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
