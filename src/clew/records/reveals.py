"""Reveals: what an officer opened lately, as the acts say; no second count of it is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clew.domain.reveal_budget import COUNTED, DAY_SECONDS, MOST, REFUSED, RevealBudget
from clew.domain.suspension import Level
from clew.records.acts import bounds
from clew.records.reveal_budgets import COVERING
from clew.records.session import Session

ACTS = ", ".join(f"'{act}'" for act in COUNTED)
"""Written out, so that the planner knows the partial index `reveals_by_officer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """What the actor revealed within a day of `at`.

    `ages`: for each subject the seconds since its first reveal, the latest first, at most `MOST`. `is_known`: the
    subject that was asked for is among them. `given`: the reveal budgets in force that cover the actor.
    """

    at: datetime
    given: Mapping[Level, RevealBudget]
    ages: tuple[float, ...]
    is_known: bool


def lately(session: Session, subject: str = "") -> Lately:
    """What the actor revealed within the day, and may. Exact for a decision only beneath `locks.close_reveals`."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with began as materialized (select clock_timestamp() as at),
            first as (
                select subject, extract(epoch from (select at from began) - min(a.at))::float8 as age
                  from acts a
                 where a.member = %(member)s and a.officer = %(officer)s and a.act in ({ACTS})
                   and a.at > (select at from began) - %(day)s
                 group by subject order by age limit %(most)s)
            select (select at from began), coalesce(array_agg(age order by age), '{{}}'),
                   coalesce(bool_or(subject = %(subject)s), false),
                   (select jsonb_object_agg(level, jsonb_build_array(hourly, daily)) from reveal_budgets where {COVERING})
              from first""",
            {
                "subject": subject, "member": actor.member, "unit": actor.unit, "officer": actor.officer,
                "day": timedelta(seconds=DAY_SECONDS), "most": MOST,
            },
        )  # fmt: skip
        ((at, ages, is_known, given),) = cursor.fetchall()
    return Lately(at=at, given=_budgets(given), ages=tuple(ages), is_known=is_known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An officer who was refused by the reveal budget lately: how often, and when last."""

    officer: str
    times: int
    last_at: datetime


def refused(session: Session, days: int, limit: int) -> tuple[Refused, ...]:
    """Officers of the actor's member whom the reveal budget refused within so many days, as far as the actor reads it."""
    now = datetime.now(UTC)
    first, _ = bounds(now - timedelta(days=days), now)
    with session.cursor() as cursor:
        cursor.execute(
            """
            select officer, count(*), max(at) from acts where act = any(%s) and member = %s and id >= %s
             group by officer order by max(at) desc, officer limit %s""",
            [list(REFUSED), session.actor.member, first, limit],
        )
        return tuple(Refused(officer=row[0], times=row[1], last_at=row[2]) for row in cursor)


def _budgets(given: str | None) -> dict[Level, RevealBudget]:
    found = json.loads(given or "{}")
    return {Level(level): RevealBudget(hourly=hourly, daily=daily) for level, (hourly, daily) in found.items()}
