"""Leads for programs: reasons to look closer at a series, and what officers do about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from clew.actions import following
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import After, Given, Name, OneOf, Reference, Words
from clew.api.triages import Unit
from clew.domain.lead import OPEN, Because, Outcome, Rule, State, Step

router = Router(tags=["leads"])


class LeadLine(Schema):
    """A lead of the own unit. `points`, `parts`: how urgent it is, and why."""

    id: UUID
    series: str
    rule: OneOf[Rule]
    state: OneOf[State]
    reason: str
    measured: dict[str, Any]
    points: int
    parts: list[OneOf[Because]]
    raised_at: datetime
    changed_at: datetime


class LeadLines(Schema):
    """`is_cut`: there are more, from `next` on."""

    items: list[LeadLine]
    is_cut: bool
    next: str | None


class Speaking(Schema):
    """A medium that speaks for it, as facts."""

    name: str
    owner: str
    unit: str
    measured: dict[str, Any]
    reason: str
    added_at: datetime


class LeadStepTaken(Schema):
    step: OneOf[Step]
    state: OneOf[State]
    outcome: OneOf[Outcome] | None
    reason: str
    taken_by: str
    taken_at: datetime


class LeadView(Schema):
    lead: LeadLine
    media: list[Speaking]
    steps: list[LeadStepTaken]
    may: list[OneOf[Step]]


class Moved(Schema):
    state: OneOf[State]


class GivenLeadStep(Given):
    step: OneOf[Step]
    why: Words = ""
    outcome: OneOf[Outcome] | None = None


@reading(router, "/leads", LeadLines)
def every_lead(
    session: Session, series: Reference | None = None, state: OneOf[State] | None = None, case: Name | None = None,
    exhibit: Name | None = None, unit: Unit = None, after: After = None,
) -> dict[str, object]:  # fmt: skip
    """Leads of the own unit that are open, or in one state; the most urgent first.

    Those on one series; or those for which some medium of a case speaks, or of one exhibit of it. 50 to a page; where
    there are very many a page may be shorter, or empty, and `next` goes on.
    """
    states = OPEN if state is None else {state}
    found = following.every(
        session, states=states, of_series=series, case=case, exhibit=exhibit, unit=unit, after=after
    )
    return {"items": [line(one) for one in found.lines], "is_cut": found.is_cut, "next": found.next}


@reading(router, "/leads/{uuid:lead}", LeadView)
def look(session: Session, lead: UUID) -> dict[str, object]:
    """A lead: why it was raised, what speaks for it, and what officers did."""
    view = following.look(session, lead)
    media = [
        {"name": one.name, "owner": one.owner, "unit": one.unit, "measured": dict(one.measured), "reason": reason,
         "added_at": one.added_at}
        for one, reason in view.media
    ]  # fmt: skip
    return {"lead": line(view.line), "media": media, "steps": view.steps, "may": view.may}


@writing(router, "/leads/{uuid:lead}", Moved)
def move(session: Session, lead: UUID, given: GivenLeadStep) -> dict[str, State]:
    """Take a step about a lead of the own unit."""
    return {"state": following.move(session, lead, given.step, why=given.why, outcome=given.outcome)}


def line(one: following.Line) -> dict[str, object]:
    """A lead as `LeadLine` says it."""
    lead = one.lead
    return {
        "id": lead.id, "series": lead.series, "rule": lead.rule, "state": lead.state, "reason": one.reason,
        "measured": dict(lead.measured), "points": one.rank.points, "parts": one.rank.parts,
        "raised_at": lead.raised_at, "changed_at": lead.changed_at,
    }  # fmt: skip
