"""Following leads: what waits for the own unit, the most urgent first, and the steps that its officers take."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from clew.actions import localising, triaging
from clew.domain import lead as rules
from clew.domain.errors import Invalid
from clew.domain.lead import OPEN, Outcome, Rank, Rule, State, Step, after, checked_step, rank, sentence
from clew.domain.lead_page import LeadAt, LeadPage
from clew.records import audit, lead_order, leads, messages, series
from clew.records.leads import Lead, Speaking, Taken
from clew.records.series import SeriesRow
from clew.records.session import Session

RANKED_MAX = 2_000
"""So many of the unit's leads are ranked together, those whose rank is highest at most; the next come behind these."""
SHOWN_MAX = 50
BEST_OF_MAX = 200
"""So many are ranked first where only the best few are told beside other things; where one behind them could be better,
`RANKED_MAX`."""
LOOKED_AT_MAX = 500
"""Of so many of the unit's leads, the most urgent first, it is asked then whether media of a case speak for them."""

__all__ = [
    "OPEN", "Lead", "Line", "LineList", "Outcome", "Rule", "Speaking", "State", "Step", "Taken", "View", "best",
    "best_of", "every", "look", "move", "owners_shown",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A lead with its rank as it is now, and why it was raised in one sentence."""

    lead: Lead
    rank: Rank
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineList:
    """Leads, the most urgent first.

    `is_cut`: there are more than are shown, or were looked at; `next`: where the next page begins, if there may be
    one; `series`: that they are on.
    """

    lines: tuple[Line, ...]
    is_cut: bool
    next: str | None = None
    series: SeriesRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A lead with what speaks for it, each with its sentence, what officers did, and what they may do now."""

    line: Line
    media: tuple[tuple[Speaking, str], ...]
    steps: tuple[Taken, ...]
    may: tuple[Step, ...]


def every(
    session: Session, *, states: Iterable[State] = OPEN, of_series: str | None = None, case: str | None = None,
    exhibit: str | None = None, unit: str | None = None, after: str | None = None, limit: int = SHOWN_MAX,
) -> LineList:  # fmt: skip
    """Leads of the actor's unit in these states (those that are open), the most urgent first; of one series, or of a
    case or exhibit of which some medium speaks for them, if asked. `unit`: whose case it is, where not the own one.

    `after`: `next` of the page before. A page may be shorter than asked for, or empty, where there is still a next one.

    Raises:
        NotVisible: there is no such series, case or exhibit, or the actor may not see it.
        Invalid: a series and a case are named, or an exhibit without its case; or `after` is no place in a list.
    """
    if (of_series is not None and case is not None) or (case is None and (exhibit or unit)):
        raise Invalid("Leads are of a series or of a case: name one of them, and an exhibit with its case.")
    at = LeadPage(now=datetime.now(UTC)) if after is None else LeadPage.read(after)
    of = None if of_series is None else series.find(session, of_series)
    scope = None if case is None else triaging.scope(session, case, exhibit, unit)
    lines, behind = _page(session, {*states} - {State.WATCHED}, at, None if of is None else of.id, scope, limit)
    subject = of.id if of is not None else None if scope is None else scope.exhibit or scope.case
    audit.append(
        session, "lead.list", str(subject or session.actor.unit), {"leads": len(lines)}, shown=owners_shown(lines)
    )
    if of is not None:
        messages.see(session, [of.id])
    return LineList(lines=lines, is_cut=behind is not None, next=None if behind is None else str(behind), series=of)


def _page(
    session: Session, states: Collection[State], at: LeadPage, series_id: UUID | None, scope: triaging.Scope | None,
    limit: int,
) -> tuple[tuple[Line, ...], LeadPage | None]:  # fmt: skip
    """A page of leads, and where the next begins.

    Those of a block are ranked as they are seen now. None of a later block can have more points than the least that any
    of it has at most, so that what is grave stands in the first, whenever it was raised.
    """
    ordered = lead_order.in_order(session, states, at.now, RANKED_MAX + 1, series_id, at.block)
    block = ordered[:RANKED_MAX]
    found = leads.some(session, [one.id for one in block], scope and (scope.case, scope.exhibit))
    lines = _sorted(found, _countries(session, found), at.now)
    if at.shown is not None:
        lines = tuple(line for line in lines if _at(line).key > at.shown.key)
    if len(lines) > limit:
        return lines[:limit], replace(at, shown=_at(lines[limit - 1]))
    if len(ordered) > RANKED_MAX:
        return lines, replace(at, block=block[-1].at, shown=None)
    return lines, None


def _at(line: Line) -> LeadAt:
    return LeadAt(points=line.rank.points, raised_at=line.lead.raised_at, id=line.lead.id)


def best_of(session: Session, scope: triaging.Scope, *, limit: int) -> LineList:
    """The most urgent of the unit's open leads for which media of a case or exhibit speak; as `best`.

    Beside much else, so what clues say of countries is left out of the rank, and where there are very many not all are
    looked at; the list of leads counts it, and looks at all.
    """
    now = datetime.now(UTC)
    ordered = lead_order.in_order(session, OPEN, now, LOOKED_AT_MAX + 1)
    found = leads.some(session, [one.id for one in ordered[:LOOKED_AT_MAX]], (scope.case, scope.exhibit))
    lines = _sorted(found, (), now)
    return LineList(lines=lines[:limit], is_cut=len(ordered) > LOOKED_AT_MAX or len(lines) > limit)


def owners_shown(lines: Iterable[Line]) -> set[str]:
    """Members of whose records these leads tell."""
    return {owner for line in lines for owner in line.lead.owners}


def best(session: Session, *, limit: int) -> tuple[Line, ...]:
    """The most urgent of the unit's open leads, for who tells them beside other things and puts it on record.

    As many are ranked as it takes to know that none behind them is more urgent, but no more than in a list.
    """
    now = datetime.now(UTC)
    lines: tuple[Line, ...] = ()
    behind: LeadAt | None = None
    for many in (BEST_OF_MAX, RANKED_MAX - BEST_OF_MAX):
        ordered = lead_order.in_order(session, OPEN, now, many + 1, behind=behind)
        found = leads.some(session, [one.id for one in ordered[:many]])
        both = (*lines, *_sorted(found, _countries(session, found), now))
        lines = tuple(sorted(both, key=lambda line: _at(line).key))[:limit]
        is_all = len(ordered) <= many
        if is_all or (len(lines) == limit and lines[-1].rank.points >= ordered[-1].at.points):
            break
        behind = ordered[many - 1].at
    return lines


def _sorted(found: Sequence[Lead], countries: Collection[UUID], now: datetime) -> tuple[Line, ...]:
    return tuple(sorted((_line(one, now, countries) for one in found), key=lambda line: _at(line).key))


def look(session: Session, lead_id: UUID) -> View:
    """A lead with all that is known of it. What waited because of it is seen.

    Raises:
        NotVisible: the unit has no such lead, or what it is about is not seen any more.
    """
    one = leads.get(session, lead_id)
    speaking = leads.media(session, one.id, SHOWN_MAX)
    shown = {*one.owners, *(each.owner for each in speaking)}
    audit.append(session, "lead.read", str(one.id), {"media": len(speaking)}, shown=shown)
    messages.see(session, [one.series_id])
    return View(
        line=_line(one, datetime.now(UTC), _countries(session, [one])),
        media=tuple((each, sentence(one.rule, each.measured)) for each in speaking),
        steps=leads.steps(session, one.id, SHOWN_MAX), may=tuple(rules.STEPS[one.state]),
    )  # fmt: skip


def move(session: Session, lead_id: UUID, step: Step, *, why: str = "", outcome: Outcome | None = None) -> State:
    """Take a step on a lead, on the record; the state it led to.

    Raises:
        NotVisible: the unit has no such lead, or what it is about is not seen any more.
        StepRefused: the step is not possible now.
        Invalid: a reason or an outcome is missing, or the words are too long.
    """
    one = leads.get(session, lead_id)
    kept = checked_step(step, why, outcome)
    state = after(one.state, step)
    leads.move(session, one, step, state, kept, outcome)
    audit.append(session, f"lead.{step}", str(one.id))
    return state


def _countries(session: Session, some: Iterable[Lead]) -> Collection[UUID]:
    """Series of these leads whose country clues and votes make likely, where it is not known from a place."""
    return localising.likely(session, {one.series_id for one in some if not one.weighed.has_place})


def _line(one: Lead, now: datetime, countries: Collection[UUID]) -> Line:
    weighed = replace(one.weighed, has_likely_country=one.series_id in countries)
    return Line(lead=one, rank=rank(weighed, now), reason=sentence(one.rule, one.measured))
