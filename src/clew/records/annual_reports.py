"""Annual reports: the numbers of a member, counted in the database; no record leaves it for them."""

from datetime import datetime

from clew.domain.annual_report import Counted
from clew.records.acts import bounds
from clew.records.session import Session


def figures(session: Session, since: datetime, until: datetime) -> list[Counted]:
    """What is counted of the actor's member between two moments; nothing for a role that does not report."""
    with session.cursor() as cursor:
        cursor.execute(
            "select section, figure, of, number from clew_annual_figures(%s, %s, %s, %s)",
            [since, until, *bounds(since, until)],
        )
        return [Counted(section=row[0], figure=row[1], of=row[2], number=row[3]) for row in cursor.fetchall()]
