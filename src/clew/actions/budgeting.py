"""Budgeting: what is opened to an officer counts, and is refused beyond the reveal budget; administrators give budgets.

Every action that opens a medium, an object or a released original to a person asks `spend` in the transaction that puts
it on record, before a key is unwrapped. A refusal is on record too, in its place.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clew.actions.admitting import administer_own, check_scope
from clew.domain import reveal_budget
from clew.domain.errors import NotVisible, SecondPersonNeeded
from clew.domain.reveal_budget import BY_TICKET, COUNTED, REFUSED_DAYS, Given, Left, OverBudget, RevealBudget
from clew.domain.suspension import Level, Scope, check_reason
from clew.records import audit, locks, reveal_budgets, reveals
from clew.records.reveal_budgets import Line
from clew.records.reveals import Refused
from clew.records.session import Session

__all__ = [
    "Left", "Line", "Refused", "RevealBudget", "Spent", "end", "give", "in_force", "left", "own", "refusal", "refused",
    "spend",
]  # fmt: skip

MINUTE = timedelta(minutes=1)
REFUSED_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The act that is on record: what was asked for, or that it was refused."""

    act_id: UUID
    refusal: OverBudget | None = None

    def granted(self) -> UUID:
        """The act of what was asked for; asked once the transaction has ended, so that a refusal stays on record.

        Raises:
            OverBudget: it was refused.
        """
        if self.refusal is not None:
            raise self.refusal
        return self.act_id


def spend(
    session: Session, act: str, subject: str, counts: Mapping[str, int] | None = None, *, purpose: str, case: str,
    owner: str,
) -> Spent:  # fmt: skip
    """Put on record that the actor is shown `subject`, or that the reveal budget refused it.

    Of several at one moment, each counts those before it. What a ticket gives was counted with the reveal.

    Raises:
        ValueError: the act is neither counted nor given by a ticket.
        Unavailable: the audit cannot be written.
    """
    if act not in COUNTED + BY_TICKET:
        raise ValueError("what is shown to officers is counted against their budget")
    refused = None if act in BY_TICKET else _beyond(session, subject)
    said = act if refused is None else reveal_budget.refused(act)
    act_id = audit.append(session, said, subject, counts, purpose=purpose, case=case, owner=owner)
    return Spent(act_id=act_id, refusal=refused)


def refusal(session: Session, act: str, subject: str, *, purpose: str, case: str, owner: str) -> OverBudget | None:
    """Why `spend` would refuse now, which is on record then; asked by a page before it offers what it cannot refuse."""
    refused = _beyond(session, subject)
    if refused is not None:
        audit.append(session, reveal_budget.refused(act), subject, purpose=purpose, case=case, owner=owner)
    return refused


def left(session: Session) -> Left:
    """What is left of the actor's reveal budget."""
    lately = reveals.lately(session)
    return reveal_budget.left(reveal_budget.nearest(lately.given), lately.ages)


def own(session: Session) -> Left:
    """What is left of the actor's reveal budget, asked for by itself: on record."""
    audit.append(session, "reveal_budget.read", "", owner=session.actor.member)
    return left(session)


def in_force(session: Session) -> tuple[Line, ...]:
    """Budgets that the actor's member gave: to all, to units and to officers. Where none is, the shipped one holds.

    Raises:
        StepRefused: the actor is no administrator.
    """
    administer_own(session)
    audit.append(session, "reveal_budget.list", "", owner=session.actor.member)
    return reveal_budgets.in_force(session)


def refused(session: Session) -> tuple[Refused, ...]:
    """Officers of the actor's member whom the reveal budget refused within a week: a part of what `in_force` asks.

    Raises:
        StepRefused: the actor is no administrator.
    """
    administer_own(session)
    return reveals.refused(session, REFUSED_DAYS, REFUSED_MAX)


def give(session: Session, scope: Scope, budget: RevealBudget, reason: str) -> UUID:
    """Give a budget to an officer, to each of a unit or of the member, from the next reveal on; in place of another.

    Raises:
        StepRefused: the actor is no administrator.
        SecondPersonNeeded: it is the actor's own, or would widen the actor's own.
        NotVisible: there is no such officer or unit of the actor's member.
        Invalid: no reason is given.
    """
    kept = _check(session, scope, reason)
    _check_own(session, scope, budget)
    reveal_budgets.end(session, scope, kept)
    identifier = reveal_budgets.give(session, scope, budget, kept)
    counts = {"hourly": budget.hourly, "daily": budget.daily}
    audit.append(session, f"reveal_budget.{scope.level}", str(identifier), counts, owner=session.actor.member)
    return identifier


def end(session: Session, scope: Scope, reason: str) -> UUID:
    """End the budget of exactly this scope: the next wider one holds from the next reveal on.

    Raises: as `give`; NotVisible: none is in force there.
    """
    kept = _check(session, scope, reason)
    _check_own(session, scope, None)
    ended = reveal_budgets.end(session, scope, kept)
    if ended is None:
        raise NotVisible("There is no such reveal budget.")
    audit.append(session, "reveal_budget.end", str(ended), owner=session.actor.member)
    return ended


def _beyond(session: Session, subject: str) -> OverBudget | None:
    """Why `subject` is not opened now; nothing where it may be."""
    locks.close_reveals(session)
    lately = reveals.lately(session, subject)
    budget = reveal_budget.nearest(lately.given)
    wait = 0 if lately.is_known else reveal_budget.wait_seconds(budget, lately.ages)
    return OverBudget(_to_the_minute(lately.at + timedelta(seconds=wait)), wait, budget) if wait else None


def _to_the_minute(moment: datetime) -> datetime:
    """The next full minute: what is said to be over by then is."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + math.ceil((moment - whole) / MINUTE) * MINUTE


def _check(session: Session, scope: Scope, reason: str) -> str:
    administer_own(session)
    kept = check_reason(reason)
    check_scope(session, scope)
    if scope.officer == session.actor.officer:
        raise SecondPersonNeeded("Your own reveal budget is given by another administrator.")
    locks.close_budgets(session)
    return kept


def _check_own(session: Session, scope: Scope, budget: RevealBudget | None) -> None:
    """That what covers the actor is not widened; `budget` is what the scope has afterwards, if any."""
    actor = session.actor
    if not scope.covers(member=actor.member, unit=actor.unit, officer=actor.officer):
        return
    before: Given = reveal_budgets.covering(session)
    after: dict[Level, RevealBudget] = {level: kept for level, kept in before.items() if level is not scope.level}
    if budget is not None:
        after[scope.level] = budget
    reveal_budget.check_not_wider(before, after)
