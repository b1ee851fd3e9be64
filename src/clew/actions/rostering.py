"""Rostering: the officers of a member, what each is certified for, and what waits for a second person."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from clew.actions import schooling
from clew.actions.admitting import administer_own
from clew.domain.certification import State
from clew.domain.errors import NOWHERE, Invalid
from clew.domain.officer import NAME
from clew.domain.suspension import Standing
from clew.records import audit, certifications, officers
from clew.records.certifications import Line
from clew.records.officers import Known
from clew.records.session import Session

__all__ = ["AWAY_DAYS", "Line", "Page", "Row", "look"]

AWAY_DAYS = 90
"""Whoever has not signed in for so long may need no account any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An officer, as who administers the member sees one."""

    known: Known
    waiting: Line | None
    """The certification that a second person has not given yet."""
    last: Line | None
    """The one in force, or the last that was."""
    is_ending: bool
    is_away: bool
    """May work, and has not signed in for long, or never."""
    ground_until: date | None
    """Until when an exercise that was passed is ground for a certification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Officers by name; `next` is whom the following page begins after, or None."""

    items: tuple[Row, ...]
    next: str | None


def look(session: Session, *, after: str | None = None, limit: int | None = None, is_waiting: bool = False) -> Page:
    """The officers of the actor's own member, all of them without a limit; with `is_waiting` whose certification waits.

    Raises:
        StepRefused: the actor is no administrator.
        Invalid: no page begins at `after`.
    """
    administer_own(session)
    if after is not None and not NAME.fullmatch(after):
        raise Invalid(NOWHERE)
    audit.append(session, "officer.list", session.actor.member)
    asked = None if limit is None else limit + 1
    found = officers.of_member(session, after=after, limit=asked, is_waiting=is_waiting)
    shown = found[:limit]
    return Page(items=_rows(session, shown), next=shown[-1].officer if len(shown) < len(found) else None)


def _rows(session: Session, found: tuple[Known, ...]) -> tuple[Row, ...]:
    waiting: dict[str, Line] = {}
    last: dict[str, Line] = {}
    for line in certifications.of_member(session):
        kept = waiting if line.certification.state is State.PROPOSED else last
        kept[line.certification.officer] = line
    now = datetime.now(UTC)
    grounds = schooling.grounds(session, [known.officer for known in found])
    return tuple(
        Row(
            known=known, waiting=waiting.get(known.officer), last=last.get(known.officer),
            is_ending=known.officer in last and last[known.officer].certification.ends_soon(now),
            is_away=_is_away(known, now), ground_until=grounds.get(known.officer),
        )
        for known in found
    )  # fmt: skip


def _is_away(known: Known, now: datetime) -> bool:
    if known.standing is not Standing.ADMITTED:
        return False
    return known.signed_in_at is None or now - known.signed_in_at > timedelta(days=AWAY_DAYS)
