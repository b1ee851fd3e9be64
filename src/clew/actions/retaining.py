"""Retaining: what comes due is asked of its owner, who gives it a later end with a reason, or lets it end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from clew.actions import blocking
from clew.actions.blocking import Blocked
from clew.actions.opening import today
from clew.domain import agreement
from clew.domain import retention as rules
from clew.domain.cover import REVIEW_MONTHS
from clew.domain.errors import StepRefused
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.retention import (
    Decision,
    State,
    calendar_of,
    check_extension,
    checked_reason,
    checked_term,
)
from clew.records import (
    audit,
    blocks,
    decisions,
    handling_changes,
    handlings,
    messages,
    officers,
    retentions,
    tombstones,
)
from clew.records.retentions import Kept, Marker
from clew.records.session import Session, acting_as
from clew.records.several import several
from clew.records.tombstones import Tombstone

COUNTED_MAX = 1_000
WAITING_MAX = 1_000
"""So many subjects are looked at of which a longer end waits for the officer; others come up once these are decided."""
ANSWERS_FOR_MEMBER = frozenset({Role.NATIONAL_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A subject that comes due, where it stands, and what waits for a second officer."""

    kept: Kept
    state: State
    proposal: Decision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """Some of what comes due, the nearest first; `next` is where the following page begins."""

    items: tuple[Due, ...]
    next: Marker | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDue:
    """How much of a unit comes due within six months or is blocked, as who answers for the member sees it: numbers."""

    unit: str
    by_kind: Mapping[SubjectKind, int]
    undecided: int
    blocked: int
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TombstonePage:
    items: tuple[Tombstone, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How much of each an overview shows, and where their pages begin.

    `is_waiting`: of what comes due that alone of which a longer end waits for the actor to agree.
    """

    due: int
    due_after: Marker | None
    ended: int
    ended_after: UUID | None
    blocks: int
    blocks_after: UUID | None
    is_waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A unit's retention on one page: what comes due, what is blocked, what ended, and the member's terms in years."""

    due: DuePage
    blocks: tuple[Blocked, ...]
    next_block: UUID | None
    ended: TombstonePage
    terms: Mapping[SubjectKind, int]


def coming_due(session: Session, *, limit: int, after: Marker | None = None, is_waiting: bool = False) -> DuePage:
    """What of the own unit ends within six months or is past its end, blocked subjects too.

    `is_waiting`: that alone, whenever it ends, of which a longer end waits for the actor to agree.
    """
    audit.append(session, "retention.list", "")
    return _coming(session, limit, after, is_waiting=is_waiting)


def _coming(
    session: Session, limit: int, after: Marker | None, *, is_waiting: bool, known: retentions.Known | None = None
) -> DuePage:
    only = decisions.waiting(session, WAITING_MAX) if is_waiting else None
    found = retentions.until(
        session, today(), months=REVIEW_MONTHS, limit=limit + 1, after=after, known=known, only=only
    )
    return _due_page(session, found, limit)


def marker_in(untrusted_text: str) -> Marker | None:
    """The marker that was written so; None, and the first page, where nothing sensible is said."""
    day, _sign, identifier = untrusted_text.partition("~")
    try:
        return Marker(ends_on=date.fromisoformat(day), id=UUID(identifier))
    except ValueError:
        return None


def overview(session: Session, asked: Asked) -> Overview:
    """What a page shows of the unit's retention at once: what comes due, is blocked and ended, and the terms."""
    member = session.actor.member
    acts = ["retention.tombstones", "block.list", "retention.terms"]
    acts += ["retention.list_units"] if session.actor.role in ANSWERS_FOR_MEMBER else []
    audit.append_each(session, ("retention.list", ""), *((act, member) for act in acts))
    terms_said, held, found, lasting = several(
        session,
        retentions.said_terms,
        retentions.held,
        lambda asking: tombstones.page(asking, asked.ended + 1, asked.ended_after),
        lambda asking: blocks.lasting(asking, asked.blocks + 1, asked.blocks_after),
    )
    few = lasting[: asked.blocks]
    known = retentions.Known(terms=terms_said, held=held)
    coming, names = several(
        session,
        lambda asking: _coming(asking, asked.due, asked.due_after, is_waiting=asked.is_waiting, known=known),
        lambda asking: retentions.names(asking, [one.subject_id for one in few]),
    )
    return Overview(
        due=coming, ended=_stones(found, asked.ended), terms=terms_said.years,
        blocks=blocking.called(few, names), next_block=few[-1].id if len(few) < len(lasting) else None,
    )  # fmt: skip


def _due_page(session: Session, found: Sequence[Kept], limit: int) -> DuePage:
    shown = found[:limit]
    proposed = decisions.proposed(session, [kept.id for kept in shown]) if shown else []
    waiting = {one.subject_id: one for one in proposed if not agreement.has_lapsed(one, _now())}
    return DuePage(
        items=tuple(Due(kept=kept, state=_state(kept), proposal=waiting.get(kept.id)) for kept in shown),
        next=Marker(ends_on=shown[-1].ends_on, id=shown[-1].id) if len(found) > limit else None,
    )


def _stones(found: Sequence[Tombstone], limit: int) -> TombstonePage:
    return TombstonePage(items=tuple(found[:limit]), next=found[limit - 1].id if len(found) > limit else None)


def units_of(actor: Actor) -> tuple[str, ...]:
    """The units of the member, for who answers for it; nothing for others."""
    if actor.role not in ANSWERS_FOR_MEMBER:
        return ()
    return tuple(unit for member, unit in officers.units() if member == actor.member)


def of_unit(actor: Actor, unit: str) -> UnitDue:
    """What comes due in a unit that `units_of` gave, as numbers, for an overview that put this on record."""
    return _unit_due(calendar_of(actor.member, unit))


def of_every_unit(actor: Actor) -> tuple[UnitDue, ...]:
    """What comes due in each unit of the member, as numbers; nothing for who does not answer for the member."""
    with acting_as(actor) as session:
        audit.append(session, "retention.list_units", actor.member)
    return tuple(_unit_due(calendar_of(actor.member, unit)) for unit in units_of(actor))


def _unit_due(calendar: Actor) -> UnitDue:
    with acting_as(calendar) as session:
        found = retentions.until(session, today(), months=REVIEW_MONTHS, limit=COUNTED_MAX + 1)
    counted = found[:COUNTED_MAX]
    return UnitDue(
        unit=calendar.unit, by_kind={kind: sum(kept.kind is kind for kept in counted) for kind in SubjectKind},
        undecided=sum(not kept.is_decided and not kept.is_blocked for kept in counted),
        blocked=sum(kept.is_blocked for kept in counted), is_more=len(found) > COUNTED_MAX,
    )  # fmt: skip


def ask_for_review(calendar: Actor) -> bool:
    """As a unit's calendar, tell the unit that something of its comes to its end undecided; whether it was told now.

    It is told once, and again after `REVIEW_ASKED_AFTER` for as long as anything is undecided: what nobody decides on
    ends, and nobody need look at a page to hear of that.
    """
    with acting_as(calendar) as session:
        subject = retentions.undecided(session, today())
        if subject is None or not messages.ask_for_review(session, subject):
            return False
        audit.append(session, "retention.ask", str(subject))
    return True


def look(session: Session, kind: SubjectKind, name: str, within: str | None = None) -> tuple[Due, tuple[Decision, ...]]:
    """The own unit's subject with its end, and everything that was decided about it.

    Raises:
        NotVisible: the unit has no such subject.
    """
    kept = _find(session, kind, name, within)
    audit.append(session, "retention.read", str(kept.id))
    said = tuple(decisions.of(session, kept.id))
    waiting = [one for one in said if one.state is agreement.State.PROPOSED and not agreement.has_lapsed(one, _now())]
    return Due(kept=kept, state=_state(kept), proposal=waiting[-1] if waiting else None), said


def extend(
    session: Session, kind: SubjectKind, name: str, within: str | None, until: date, reason: str
) -> Decision:
    """Keep the own unit's subject longer: at once, or as a proposal where a second officer must agree to what is wider.

    Raises:
        NotVisible: the unit has no such subject.
        Invalid: there is no reason, or the new end cannot be.
        StepRefused: its end has come.
    """
    said = checked_reason(reason)
    kept = _held(session, _find(session, kind, name, within))
    check_extension(kind, kept.ends_on, until, today(), is_blocked=kept.is_blocked)
    needs_second = handling_changes.widening_needs_second(session)
    state = agreement.State.PROPOSED if needs_second else agreement.State.IN_FORCE
    decision_id = decisions.add(session, kind, kept.id, until, said, state)
    audit.append(session, f"retention.{'propose' if needs_second else 'extend'}", str(kept.id))
    return decisions.get(session, decision_id)


def let_end(session: Session, kind: SubjectKind, name: str, within: str | None, reason: str) -> None:
    """Answer the review: the own unit's subject shall end as it is. A later extension still may say otherwise.

    Raises:
        NotVisible: the unit has no such subject.
        Invalid: there is no reason.
        StepRefused: it is not asked about yet, or its end has come.
    """
    said = checked_reason(reason)
    kept = _held(session, _find(session, kind, name, within))
    where = rules.state(kept.ends_on, today(), is_blocked=False)
    if where is not State.REVIEW:
        raise StepRefused("It is asked about from six months before its end to the day before.")
    decisions.add(session, kind, kept.id, None, said, agreement.State.IN_FORCE)
    audit.append(session, "retention.let_end", str(kept.id))


def approve(session: Session, decision_id: UUID) -> None:
    """Agree, as a second officer of the unit, to a longer end; it is in force at once.

    Raises:
        NotVisible: the unit has no such proposal.
        SecondPersonNeeded: it is the actor's own.
        StepRefused: it has lapsed, is none any more, or the end has come meanwhile.
    """
    decision = decisions.get(session, decision_id)
    state = agreement.approved(decision, by=session.actor.officer, now=_now())
    kept = _held(session, retentions.of(session, decision.kind, decision.subject_id))
    if decision.until is None:
        raise StepRefused("This decision needs nobody to agree.")
    check_extension(decision.kind, kept.ends_on, decision.until, today(), is_blocked=kept.is_blocked)
    _move(session, decision_id, state)
    audit.append(session, "retention.approve", str(kept.id))


def withdraw(session: Session, decision_id: UUID) -> None:
    """Take a proposal back, or refuse it as the second officer.

    Raises:
        NotVisible: the unit has no such proposal.
        StepRefused: it is none any more.
    """
    decision = decisions.get(session, decision_id)
    _move(session, decision_id, agreement.after(decision, agreement.Step.WITHDRAW))
    audit.append(session, "retention.withdraw", str(decision.subject_id))


def terms(session: Session) -> dict[SubjectKind, int]:
    """How many years the own member keeps each type where nothing else is said."""
    audit.append(session, "retention.terms", session.actor.member)
    return retentions.terms(session)


def default_end(session: Session, kind: SubjectKind) -> date:
    """The end of what is entered today, where nothing else is said, by the own member's term of its type."""
    return rules.own_end(today(), retentions.terms(session)[kind], cover=None, extension=None).on


def set_term(session: Session, kind: SubjectKind, years: int) -> None:
    """Set the own member's term for a type, as its administrator: for what is entered from now on without another end,
    and for what is kept without a cover. A shorter one ends nothing of that before owners were asked about it.

    Raises:
        StepRefused: the actor is no administrator.
        Invalid: no such term can be.
    """
    retentions.set_term(session, kind, checked_term(kind, years, role=session.actor.role))
    audit.append(session, "retention.set_term", session.actor.member, {kind.value: years})


def ended(session: Session, *, limit: int, after: UUID | None = None) -> TombstonePage:
    """Tombstones of the own member, the latest first."""
    audit.append(session, "retention.tombstones", session.actor.member)
    found = tombstones.page(session, limit + 1, after)
    return _stones(found, limit)


def proof(session: Session, kind: SubjectKind, name: str, within: str | None) -> tuple[Tombstone, ...]:
    """Tombstones of subjects of the own member that bore this name: `clew audit prove` proves the event of each."""
    audit.append(session, "retention.proof", session.actor.member)
    return tuple(tombstones.find(session, kind, name, within))


def _find(session: Session, kind: SubjectKind, name: str, within: str | None) -> Kept:
    return retentions.of(session, kind, handlings.find(session, kind, name, within).id)


def _held(session: Session, kept: Kept) -> Kept:
    """The same, held against other decisions and a run of the calendar until the transaction ends."""
    handlings.get(session, kept.kind, kept.id)
    if tombstones.is_ending(session, kept.id):
        raise StepRefused("Its end has come and is being carried out.")
    return retentions.of(session, kept.kind, kept.id)


def _state(kept: Kept) -> State:
    return rules.state(kept.ends_on, today(), is_blocked=kept.is_blocked)


def _move(session: Session, decision_id: UUID, state: agreement.State) -> None:
    if not decisions.move(session, decision_id, state):
        raise StepRefused("This decision has gone on meanwhile: look again.")


def _now() -> datetime:
    return datetime.now(tz=UTC)
