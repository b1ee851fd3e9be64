"""Exposures: seconds of an officer's own day with clear media on the screen; nobody else ever reads them."""

from clew.domain.exposure import Exposure
from clew.records.session import Session


def today(session: Session) -> Exposure:
    """The actor's own of today."""
    with session.cursor() as cursor:
        cursor.execute(
            "select seconds, warned_seconds, break_at, break_at_warned from exposures"
            " where member = %s and officer = %s and day = current_date for update",
            [session.actor.member, session.actor.officer],
        )
        row = cursor.fetchone()
    if row is None:
        return Exposure()
    return Exposure(seconds=row[0], warned_seconds=row[1], break_at=row[2], break_at_warned=row[3])


def keep(session: Session, exposure: Exposure) -> None:
    """This is the actor's own of today."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into exposures (member, officer, day, seconds, warned_seconds, break_at, break_at_warned)
            values (%s, %s, current_date, %s, %s, %s, %s) on conflict (member, officer, day) do update
               set (seconds, warned_seconds, break_at, break_at_warned)
                 = (excluded.seconds, excluded.warned_seconds, excluded.break_at, excluded.break_at_warned)""",
            [
                session.actor.member, session.actor.officer, exposure.seconds, exposure.warned_seconds, exposure.break_at,
                exposure.break_at_warned,
            ],
        )  # fmt: skip
