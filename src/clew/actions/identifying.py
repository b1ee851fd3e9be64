"""Identifying: a victim is located, identified, safeguarded, each step by two officers; whoever had a part is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from clew.actions.describing import check_open
from clew.actions.opening import today
from clew.domain.errors import StepRefused
from clew.domain.identification import (
    FOUND,
    Outcome,
    Status,
    Step,
    after,
    check_decided,
    checked_next,
    outcome_of,
    told_of,
)
from clew.domain.ledger import By, Ledger
from clew.domain.series import SOLVED, SeriesState, checked_words
from clew.domain.series import Step as SeriesStep
from clew.domain.victim import VictimState
from clew.records import audit, identifications, series, victims
from clew.records.identifications import StepRow, Times
from clew.records.merges import Merge
from clew.records.session import Session
from clew.records.victims import VictimRow

STEPS_SHOWN_MAX = 50
DUE_SHOWN_MAX = 200

__all__ = ["Step", "StepRow", "Times", "confirm", "due", "ledger", "propose", "refuse", "steps", "withdraw"]

_STEPS_OF_SERIES: Mapping[tuple[SeriesState, VictimState], tuple[SeriesStep, ...]] = {
    (SeriesState.OPEN, VictimState.IDENTIFIED): (SeriesStep.IDENTIFY,),
    (SeriesState.UNDER_ENQUIRY, VictimState.IDENTIFIED): (SeriesStep.IDENTIFY,),
    (SeriesState.OPEN, VictimState.SAFEGUARDED): (SeriesStep.IDENTIFY, SeriesStep.SAFEGUARD),
    (SeriesState.UNDER_ENQUIRY, VictimState.SAFEGUARDED): (SeriesStep.IDENTIFY, SeriesStep.SAFEGUARD),
    (SeriesState.IDENTIFIED, VictimState.SAFEGUARDED): (SeriesStep.SAFEGUARD,),
}
"""By the state of a series and how far all the children in it have come: the steps that follow for the series."""
_REACHED = {
    SeriesStep.IDENTIFY: SeriesState.IDENTIFIED, SeriesStep.SAFEGUARD: SeriesState.SAFEGUARDED,
    SeriesStep.REOPEN: SeriesState.OPEN,
}  # fmt: skip
BY_THE_VICTIMS = "By the steps about the victims in it."
"""What the history of a series says: the basis of a step about a victim is read by the victim's unit alone."""
AS_ONE = "By the steps about the victims in a series that is one with it."
PARTED = "It is not one any more with the series in which the victims are found."


def propose(
    session: Session, reference: str, step: Step, *, basis: str, evidence: str, next_step: str = "",
    next_on: date | None = None,
) -> UUID:  # fmt: skip
    """Propose a step about an own victim, on what basis and evidence; another officer of the unit confirms it.

    Raises:
        NotVisible: the unit has no such victim.
        Invalid: there is no basis or evidence, or a next step without its day.
        StepRefused: the step is not possible now, one waits already, or the victim is ending or under examination.
    """
    said, shown_by = (checked_words(words, is_demanded=True) for words in (basis, evidence))
    comes = checked_words(next_step)
    checked_next(comes, next_on, today())
    victim = _hold(session, reference)
    state = after(victim.state, step)
    if identifications.waiting(session, victim.kept.id) is not None:
        raise StepRefused("A step about this victim waits already: confirm, refuse or withdraw it first.")
    step_id = identifications.propose(
        session, victim.kept.id, step, state, basis=said, evidence=shown_by, next_step=comes, next_on=next_on
    )
    audit.append(session, f"victim.propose_{step.value}", str(victim.kept.id))
    return step_id


def confirm(session: Session, reference: str) -> None:
    """Confirm the step that waits about an own victim.

    The unit's series in which the child appears, and those that it says are one with them, follow once all children in
    them have come so far. Units that had a part in those, or in what they see as one with them, or whose triage named
    them, are told, in words that name nobody.

    Raises:
        NotVisible: the unit has no such victim.
        SecondPersonNeeded: the officer proposed it.
        StepRefused: none waits, or it is not possible any more.
    """
    victim, one = _decided(session, reference, Status.CONFIRMED)
    after(victim.state, one.step)
    identifications.decide(session, one.id, Status.CONFIRMED)
    victims.move(session, victim.kept.id, one.state)
    _follow(session, victim, one.step)
    audit.append(session, f"victim.{one.step.value}", str(victim.kept.id))


def refuse(session: Session, reference: str) -> None:
    """Refuse the step that waits about an own victim. Raises as `confirm`."""
    victim, one = _decided(session, reference, Status.REFUSED)
    identifications.decide(session, one.id, Status.REFUSED)
    audit.append(session, "victim.refuse_step", str(victim.kept.id))


def withdraw(session: Session, reference: str) -> None:
    """Withdraw the own proposal of a step. Raises as `confirm`."""
    victim, one = _decided(session, reference, Status.WITHDRAWN)
    identifications.decide(session, one.id, Status.WITHDRAWN)
    audit.append(session, "victim.withdraw_step", str(victim.kept.id))


def steps(session: Session, reference: str) -> tuple[StepRow, ...]:
    """The steps about an own victim, the latest first; of another's there are none to be seen.

    Raises:
        NotVisible: there is no such victim, or the actor may not see it.
    """
    return steps_of(session, victims.find(session, reference))


def steps_of(session: Session, victim: victims.VictimRow) -> tuple[StepRow, ...]:
    """The same of a victim that was looked at within this session."""
    audit.append(session, "victim.read_steps", str(victim.kept.id))
    return identifications.of(session, victim.kept.id, STEPS_SHOWN_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """Next steps, each with the victim's reference; `has_more`: others come up once these were taken."""

    items: tuple[tuple[str, StepRow], ...]
    has_more: bool


def due(session: Session) -> DuePage:
    """Next steps about own victims whose day has come, the earliest first."""
    found = identifications.due(session, today(), DUE_SHOWN_MAX + 1)
    has_more, found = len(found) > DUE_SHOWN_MAX, found[:DUE_SHOWN_MAX]
    names = victims.of(session, [one.victim_id for one in found])
    audit.append(session, "victim.list_due", "", {"victims": len(found)})
    items = tuple((names[one.victim_id].kept.reference, one) for one in found if one.victim_id in names)
    return DuePage(items=items, has_more=has_more)


def ledger(session: Session, by: By, year: int | None = None) -> tuple[Ledger, tuple[Times, ...]]:
    """How many children are identified and safeguarded, each counted once, and how long it took."""
    lines, total = identifications.ledger(session, by, year)
    audit.append(session, f"ledger.read_{by.value}", "", {} if year is None else {"year": year})
    return Ledger(lines=tuple(lines), total=total), identifications.times(session, year)


def follow_merge(session: Session, merge: Merge) -> None:
    """Have own series follow an own merge that was asserted or taken back, and tell whoever it concerns.

    Open ones that the own unit says are one with a series whose children are all found become what those came to. Taken
    back, those that had followed by such a merge, and are not one with any found child any more, are open again.
    """
    held = identifications.hold_one_with(session, [merge.a, merge.b])
    rows = series.of(session, held)
    if merge.withdrawn_at is None:
        _tell(session, _moved(session, rows.values(), {}, Step.IDENTIFY))
    else:
        bases = series.last_bases(session, [row.id for row in rows.values() if row.state in SOLVED])
        followed = [one for one, basis in bases.items() if basis == AS_ONE]
        reached = _reached(session, followed)
        parted = [one for one in followed if one not in reached]
        for one in parted:
            series.take(session, one, SeriesStep.REOPEN, SeriesState.OPEN, PARTED)
        _tell(session, {Outcome.TAKEN_BACK: parted} if parted else {})
    identifications.tell_of_merge(session, merge.id)


def _follow(session: Session, victim: VictimRow, step: Step) -> None:
    """Have the own series follow in which the child appears, and tell of each what it has come to.

    They are held first: of two children of one series that are confirmed at once, the later sees the earlier.
    """
    if step is Step.REOPEN and victim.state not in FOUND:
        return
    held = identifications.hold_series_of(session, victim.kept.id)
    _tell(session, _moved(session, series.of(session, held).values(), held, step))


def _tell(session: Session, told: Mapping[Outcome, Sequence[UUID]]) -> None:
    for outcome, ids in told.items():
        identifications.tell(session, ids, outcome)


def _moved(
    session: Session, rows: Iterable[series.SeriesRow], appears: Mapping[UUID, bool], step: Step
) -> dict[Outcome, list[UUID]]:
    """Have series follow; by what is told of them, which. `appears`: in which of them the child itself is seen."""
    some = list(rows)
    reached = {} if step is Step.REOPEN else _reached(session, [row.id for row in some])
    told: dict[Outcome, list[UUID]] = {}
    for row in some:
        follow: tuple[SeriesStep, ...]
        if step is Step.REOPEN:
            follow = (SeriesStep.REOPEN,) if row.state in SOLVED else ()
        else:
            follow = _STEPS_OF_SERIES.get((row.state, reached[row.id]), ()) if row.id in reached else ()
        state = row.state
        for taken in follow:
            state = _REACHED[taken]
            series.take(session, row.id, taken, state, BY_THE_VICTIMS if appears.get(row.id, False) else AS_ONE)
        outcome = told_of(row.state, state)
        if outcome is not None:
            told.setdefault(outcome, []).append(row.id)
    return told


def _reached(session: Session, series_ids: Sequence[UUID]) -> dict[UUID, VictimState]:
    """How far those of the series have come in which all children are found."""
    found = identifications.victims_in(session, series_ids)
    states = {one: row.state for one, row in victims.of(session, {*chain.from_iterable(found.values())}).items()}
    reached = {one: outcome_of(states[victim] for victim in some if victim in states) for one, some in found.items()}
    return {one: state for one, state in reached.items() if state is not None}


def _hold(session: Session, reference: str) -> VictimRow:
    victim = victims.hold_own(session, reference)
    check_open(session, victim.kept)
    return victim


def _decided(session: Session, reference: str, status: Status) -> tuple[VictimRow, StepRow]:
    victim = _hold(session, reference)
    one = identifications.waiting(session, victim.kept.id)
    if one is None:
        raise StepRefused("No step about this victim waits.")
    check_decided(one.status, status, proposed_by=one.proposed_by, by=session.actor.officer)
    return victim, one
