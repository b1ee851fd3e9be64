"""Following leads: what waits for the own unit, the most urgent first, and the steps that its officers take."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from clew.actions import localising, triaging
from clew.domain import lead as rules
from clew.domain.errors import Invalid
from clew.domain.lead import OPEN, Outcome, Rank, Rule, State, Step, after, checked_step, rank, sentence
from clew.records import audit, leads, messages, series
from clew.records.leads import Lead, Speaking, Taken
from clew.records.series import SeriesRow
from clew.records.session import Session
from clew.records.several import several

RANKED_MAX = 2_000
"""So many of the unit's leads are ranked, the latest."""
SHOWN_MAX = 50
BEST_OF_MAX = 200
"""So many are ranked where only the best few are told beside other things."""
LOOKED_AT_MAX = 500
"""Of so many of the unit's latest it is asked then whether something of a case speaks for them."""

__all__ = [
    "OPEN", "Lead", "Line", "LineList", "Outcome", "Rule", "Speaking", "State", "Step", "Taken", "View", "best",
    "best_of", "every", "look", "move",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A lead with its rank as it is now, and why it was raised in one sentence."""

    lead: Lead
    rank: Rank
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineList:
    """Leads, the most urgent first. `is_cut`: there are more than are ranked, or shown; `series`: that they are on."""

    lines: tuple[Line, ...]
    is_cut: bool
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
    exhibit: str | None = None, unit: str | None = None, limit: int = SHOWN_MAX,
) -> LineList:  # fmt: skip
    """Leads of the actor's unit in these states (those that are open), the most urgent first; of one series, or of a
    case or exhibit of which some medium speaks for them, if asked. `unit`: whose case it is, where not the own one.

    Raises:
        NotVisible: there is no such series, case or exhibit, or the actor may not see it.
        Invalid: a series and a case are named, or an exhibit without its case.
    """
    if (of_series is not None and case is not None) or (case is None and (exhibit or unit)):
        raise Invalid("Leads are of a series or of a case: name one of them, and an exhibit with its case.")
    asked = {*states} - {State.WATCHED}
    of = None if of_series is None else series.find(session, of_series)
    subject, is_cut = None if of is None else of.id, False
    if case is not None:
        scope = triaging.scope(session, case, exhibit, unit)
        subject = scope.exhibit or scope.case
        found, is_cut = _of_place(session, asked, RANKED_MAX + 1, scope, RANKED_MAX)
    else:
        found = leads.of_unit(session, asked, RANKED_MAX + 1, subject)
    audit.append(session, "lead.list", str(subject or session.actor.unit), {"leads": len(found)})
    if of is not None:
        messages.see(session, [of.id])
    lines = _ranked(session, found[:RANKED_MAX])
    return LineList(lines=lines[:limit], is_cut=is_cut or len(found) > min(limit, RANKED_MAX), series=of)


def best_of(session: Session, scope: triaging.Scope, *, limit: int) -> LineList:
    """The most urgent of the unit's latest open leads for which media of a case or exhibit speak; as `best`.

    Beside much else, so what clues say of countries is left out of the rank; the list of leads counts it.
    """
    found, is_cut = _of_place(session, OPEN, BEST_OF_MAX, scope, LOOKED_AT_MAX)
    return LineList(lines=_sorted(found, ())[:limit], is_cut=is_cut or len(found) > limit)


def _of_place(
    session: Session, states: Collection[State], limit: int, scope: triaging.Scope, looked_at: int
) -> tuple[tuple[Lead, ...], bool]:
    """Leads for which media of a case or exhibit speak; and whether the unit has more than were looked at."""
    found, is_cut = several(
        session,
        lambda asking: leads.of_place(asking, states, limit, *scope, looked_at),
        lambda asking: leads.has_more(asking, states, looked_at),
    )
    return found, is_cut


def best(session: Session, *, limit: int) -> tuple[Line, ...]:
    """The most urgent of the unit's latest open leads, for who tells them beside other things and puts it on record."""
    return _ranked(session, leads.of_unit(session, OPEN, BEST_OF_MAX))[:limit]


def _ranked(session: Session, found: Sequence[Lead]) -> tuple[Line, ...]:
    return _sorted(found, _countries(session, found))


def _sorted(found: Sequence[Lead], countries: Collection[UUID]) -> tuple[Line, ...]:
    now = datetime.now(UTC)
    return tuple(sorted((_line(one, now, countries) for one in found), key=lambda line: -line.rank.points))


def look(session: Session, lead_id: UUID) -> View:
    """A lead with all that is known of it. What waited because of it is seen.

    Raises:
        NotVisible: the unit has no such lead, or what it is about is not seen any more.
    """
    one = leads.get(session, lead_id)
    speaking = leads.media(session, one.id, SHOWN_MAX)
    audit.append(session, "lead.read", str(one.id), {"media": len(speaking)}, shown={each.owner for each in speaking})
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
