"""Arriving: what an officer finds on the home page, in one look that costs little however much there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clew.actions import corresponding, following
from clew.actions.opening import today
from clew.domain.arrival import INTAKES_SHOWN_MAX, LEADS_SHOWN_MAX, OUTCOME_DAYS, OUTCOMES_SHOWN_MAX, Waiting
from clew.domain.handling_change import SubjectKind
from clew.domain.message import NoticeKind
from clew.records import audit, messages, recent_intakes, retentions, waiting
from clew.records.messages import OUTCOMES, Notice
from clew.records.recent_intakes import Recent
from clew.records.session import Session

TOLD_HERE = frozenset({
    NoticeKind.CONTACT, NoticeKind.TASK_FORCE, NoticeKind.MESSAGE_DUE, NoticeKind.OVERLAP_REMINDER, NoticeKind.REVIEW,
})  # fmt: skip
"""Notices that say more than a count of what waits."""

NAMED_MAX = 5
"""So many of each kind are named of what waits for a second officer and has no list of its own."""

__all__ = ["Home", "Named", "Notice", "Recent", "SubjectKind", "Waiting", "arrive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A subject of the own unit of which something waits for the officer; `within`: the case of an exhibit."""

    kind: SubjectKind
    name: str
    within: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Leads, the most urgent first; what came of the unit's own work; what waits; and the officer's own intakes.

    `named`: of what waits and has no list of its own, which subjects wait longest.
    """

    leads: tuple[following.Line, ...]
    outcomes: tuple[Notice, ...]
    notices: tuple[Notice, ...]
    waiting: Mapping[Waiting, int]
    named: Mapping[Waiting, Sequence[Named]]
    intakes: tuple[Recent, ...]


def arrive(session: Session) -> Home:
    """What waits for the officer and the own unit, and what came of their work. Nothing is counted far."""
    leads = following.best(session, limit=LEADS_SHOWN_MAX)
    told = messages.notices_of(session, TOLD_HERE | OUTCOMES)
    since = datetime.now(UTC) - timedelta(days=OUTCOME_DAYS)
    outcomes = [one for one in told if one.kind in OUTCOMES and (one.seen_at is None or one.raised_at >= since)]
    outcomes = sorted(outcomes, key=lambda one: one.raised_at, reverse=True)[:OUTCOMES_SHOWN_MAX]
    notices = [one for one in told if one.kind in TOLD_HERE and one.seen_at is None]
    shown = corresponding.owners_shown([*outcomes, *notices]) | following.owners_shown(leads)
    audit.append(session, "home.read", "", owner=session.actor.member, shown=shown)
    return Home(
        leads=leads, outcomes=tuple(outcomes), notices=tuple(notices),
        waiting=waiting.counts(session, today()), named=_named(session),
        intakes=recent_intakes.of_officer(session, INTAKES_SHOWN_MAX),
    )


def _named(session: Session) -> dict[Waiting, list[Named]]:
    rows = waiting.named(session, NAMED_MAX)
    names = retentions.names(session, [row.id for row in rows]) if rows else {}
    found: dict[Waiting, list[Named]] = {}
    for row in rows:
        if row.id in names:
            name, within = names[row.id]
            found.setdefault(row.what, []).append(Named(kind=row.kind, name=name, within=within))
    return found
