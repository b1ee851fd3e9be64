"""The check of statistics: whether each day that is over was counted."""

import psycopg
from psycopg import sql

from clew.node.connection import ConnectionFacts
from clew.node.doctor import Check

LATE_DAYS = 2


def check_statistics(facts: ConnectionFacts) -> Check:
    """Whether the last day that was counted is one of the last days; a new node has none yet."""
    with psycopg.connect(**facts.as_owner()) as owner:
        owner.execute(sql.SQL("set local role {}").format(sql.Identifier(facts.roles.blind)))
        found = owner.execute(
            "select coalesce(max(day) < (now() at time zone 'UTC')::date - %s::int, false) from statistics", [LATE_DAYS]
        ).fetchone()
    is_late = found == (True,)
    return Check(
        name="statistics", ok=not is_late,
        sentence="Days that are over were not counted for statistics: keep clew work running." if is_late
        else "Each day is counted for statistics once it is over.",
    )  # fmt: skip
