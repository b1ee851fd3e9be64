"""Identifying: a victim is located, identified, safeguarded, each step by two officers; whoever had a part is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.actions.describing import check_open
from clew.actions.opening import today
from clew.actions.reaching import reached
from clew.domain.errors import StepRefused
from clew.domain.identification import (
    FOUND,
    Outcome,
    Status,
    Step,
    after,
    check_decided,
    checked_next,
    told_of,
)
from clew.domain.ledger import By, Ledger
from clew.domain.link import EndKind, LinkType
from clew.domain.series import SOLVED, SeriesState, checked_words
from clew.domain.series import Step as SeriesStep
from clew.domain.victim import VictimState
from clew.records import audit, identifications, locks, series, victims
from clew.records.identifications import StepRow, Times
from clew.records.links import Claim
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

    The unit's series in which the child appears, by this victim or one that is the same child, and those that it says
    are one with them, follow once all children in them have come so far. Units that had a part in those, or in what
    they see as one with them, or whose triage named them, are told, in words that name nobody; so are other units of
    whose own series the same becomes true by what they see themselves.

    Raises:
        NotVisible: the unit has no such victim.
        SecondPersonNeeded: the officer proposed it.
        StepRefused: none waits, or it is not possible any more.
    """
    locks.close_children(session)
    victim, one = _decided(session, reference, Status.CONFIRMED)
    after(victim.state, one.step)
    identifications.decide(session, one.id, Status.CONFIRMED)
    victims.move(session, victim.kept.id, one.state)
    _follow(session, victim, one.step)
    identifications.tell_owners_of_step(session, victim.kept.id)
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
        still = reached(session, followed)
        parted = [one for one in followed if one not in still]
        for one in parted:
            series.take(session, one, SeriesStep.REOPEN, SeriesState.OPEN, PARTED)
        _tell(session, {Outcome.TAKEN_BACK: parted} if parted else {})
    identifications.tell_of_merge(session, merge.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Own series with children that are about to become one, or not any more; held, each as far as it had come.

    `appears`: whether a victim appears in that one itself, not in one that the own unit says is one with it.
    """

    appears: Mapping[UUID, bool]
    reached: Mapping[UUID, VictimState]


def before_same(session: Session, *victim_ids: UUID) -> Before:
    """How far own series with these victims have come: what `follow_same` needs to see what changed.

    Nobody else says which victims are one, or confirms a step, until the transaction ends.
    """
    locks.close_children(session)
    held = identifications.hold_series_of(session, victim_ids)
    return Before(appears=held, reached=reached(session, [*held]))


def before_link(session: Session, claim: Claim) -> Before | None:
    """The same where an own link is about to be said, or taken back, that a victim appears in a series or medium."""
    if claim.type is not LinkType.APPEARS_IN or claim.a.kind is not EndKind.VICTIM:
        return None
    locks.close_children(session)
    held = identifications.hold_series_with(session, [claim.b.id])
    return Before(appears=held, reached=reached(session, [*held]))


def follow(session: Session, before: Before | None) -> None:
    """Have own series follow what was said, or taken back, of a victim in them; and tell whom it concerns.

    As with `follow_same`: only what came to be by it moves, and never what an officer marked.
    """
    if before is not None:
        _settle(session, before)


def follow_same(session: Session, merge_id: UUID, before: Before) -> None:
    """Have own series follow an own assertion that two victims are one, said or taken back; and tell whom it concerns.

    Only what came to be by it moves: series whose children are all found by it, or found further, become so; those of
    which that is not true any more go back as far, but for what an officer marked. Of their own series other units are
    told, and mark them.
    """
    _settle(session, before)
    identifications.tell_owners_of_same(session, merge_id)


def _settle(session: Session, before: Before) -> None:
    """Have own series come as far as the children in them, or go back as far, where that is not what it was."""
    now = reached(session, [*before.appears])
    changed = [one for one in before.appears if now.get(one) is not before.reached.get(one)]
    rows = series.of(session, changed)
    bases = series.last_bases(session, [row.id for row in rows.values() if row.state in SOLVED])
    kept = {one for one, basis in bases.items() if basis not in (BY_THE_VICTIMS, AS_ONE)}
    told: dict[Outcome, list[UUID]] = {}
    for row in rows.values():
        come, was = now.get(row.id), before.reached.get(row.id)
        is_further = was is None or come is VictimState.SAFEGUARDED
        if come is not None and is_further:
            follow = _STEPS_OF_SERIES.get((row.state, come), ())
        else:
            follow = _back(row.state, come) if row.id not in kept else ()
        _take(session, row, follow, told, is_there=before.appears[row.id])
    _tell(session, told)


def _follow(session: Session, victim: VictimRow, step: Step) -> None:
    """Have the own series follow in which the child appears, and tell of each what it has come to.

    They are held first: of two children of one series that are confirmed at once, the later sees the earlier.
    """
    if step is Step.REOPEN and victim.state not in FOUND:
        return
    held = identifications.hold_series_of(session, [victim.kept.id])
    _tell(session, _moved(session, series.of(session, held).values(), held, step))


def _tell(session: Session, told: Mapping[Outcome, Sequence[UUID]]) -> None:
    for outcome, ids in told.items():
        identifications.tell(session, ids, outcome)


def _moved(
    session: Session, rows: Iterable[series.SeriesRow], appears: Mapping[UUID, bool], step: Step
) -> dict[Outcome, list[UUID]]:
    """Have series follow; by what is told of them, which. `appears`: in which of them the child itself is seen.

    A mistake takes a series back no further than its children have come without it.
    """
    some = list(rows)
    come = reached(session, [row.id for row in some])
    told: dict[Outcome, list[UUID]] = {}
    for row in some:
        state = come.get(row.id)
        if step is Step.REOPEN:
            follow = _back(row.state, state)
        else:
            follow = () if state is None else _STEPS_OF_SERIES.get((row.state, state), ())
        _take(session, row, follow, told, is_there=appears.get(row.id, False))
    return told


def _back(state: SeriesState, come: VictimState | None) -> tuple[SeriesStep, ...]:
    """The steps that take a solved series back as far as all the children in it have come, None: not all are found."""
    if state not in SOLVED or come is VictimState.SAFEGUARDED:
        return ()
    if come is VictimState.IDENTIFIED:
        return (SeriesStep.REOPEN, SeriesStep.IDENTIFY) if state is SeriesState.SAFEGUARDED else ()
    return (SeriesStep.REOPEN,)


def _take(
    session: Session, row: series.SeriesRow, follow: Sequence[SeriesStep], told: dict[Outcome, list[UUID]], *,
    is_there: bool,
) -> None:  # fmt: skip
    """Take these steps of a series, and put with `told` what is told of it."""
    state = row.state
    for taken in follow:
        state = _REACHED[taken]
        series.take(session, row.id, taken, state, BY_THE_VICTIMS if is_there else AS_ONE)
    outcome = told_of(row.state, state)
    if outcome is not None:
        told.setdefault(outcome, []).append(row.id)


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
