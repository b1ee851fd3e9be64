"""In which order leads of a unit are looked through: by what their rank is at most, worked out by the database for all of them.

What it rests on lies beside each lead since it was last raised, so that a grave one of years ago is found among any number
that came since. The rank itself is worked out when it is read, over what is seen then (`domain/lead.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clew.domain.lead import (
    AHEAD,
    BECAUSE,
    DANGER_DAYS,
    FRESH_DAYS,
    MANY_MEDIA,
    RANK_MAX,
    RECENT_DAYS,
    STRONG_RULES,
    Because,
    State,
)
from clew.domain.lead_page import LeadAt
from clew.domain.series import UNSOLVED
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A lead of the unit, which the actor may not see any more, and where it stands."""

    id: UUID
    at: LeadAt


def in_order(
    session: Session, states: Iterable[State], now: datetime, limit: int, series_id: UUID | None = None,
    behind: LeadAt | None = None,
) -> list[Ordered]:  # fmt: skip
    """Leads of the actor's unit in these states, on one series if asked, those first whose rank is highest at most.

    None of them is left out, however many there are; `behind`: only those that stand behind it.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "select id, points, raised_at from clew_leads_in_order(%s::text[], %s::uuid, %s::timestamptz, %s::int, %s::timestamptz,"
            " %s::uuid, %s::int)",
            [
                [state.value for state in states], series_id, now, behind and behind.points, behind and behind.raised_at,
                behind and behind.id, limit,
            ],
        )  # fmt: skip
        return [Ordered(id=row[0], at=LeadAt(points=row[1], raised_at=row[2], id=row[0])) for row in cursor.fetchall()]


def _when(condition: str, part: Because) -> str:
    return f"case when {condition} then {BECAUSE[part][0]} else 0 end"


def _hours(days: int) -> str:
    """Days as they are counted, whatever the time zone and its summer."""
    return f"interval '{timedelta(days=days) // timedelta(hours=1)} hours'"


def _among(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


POINTS = f"""
    case when l.came_at is null then {RANK_MAX} else
        {_when(f"l.newest_taken_at between $3 - {_hours(DANGER_DAYS)} and $3 + {_hours(AHEAD.days)}", Because.DANGER)}
        + {_when(f"s.state in ({_among(UNSOLVED)})", Because.STILL_OPEN)}
        + case when $3 - l.came_at <= {_hours(FRESH_DAYS)} then {BECAUSE[Because.FRESH][0]}
               when $3 - l.came_at <= {_hours(RECENT_DAYS)} then {BECAUSE[Because.RECENT][0]} else 0 end
        + {max(BECAUSE[Because.PLACE][0], BECAUSE[Because.LIKELY_COUNTRY][0])}
        + case when l.rule in ({_among(STRONG_RULES)}) then {BECAUSE[Because.STRONG][0]} else {BECAUSE[Because.SOME_WEIGHT][0]} end
        + {_when(f"l.media >= {MANY_MEDIA}", Because.MANY)} + {_when("l.has_others", Because.OTHERS)} end"""
"""`domain/lead.at_most` of a lead `l` on a series `s` at the moment $3; of one whose inputs nobody kept, all there is."""
