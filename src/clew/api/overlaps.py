"""Overlaps for programs: that another member is on the same ground, and what the own side says."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import deconflicting
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given, Name, OneOf, Reason, Words
from clew.domain.overlap import Mode, State, Step
from clew.domain.series import SeriesState

router = Router(tags=["overlaps"])
Kind = Literal["case", "hash-list"]


class Card(Schema):
    """Whom to ask, once both sides consented."""

    contact: UUID
    member: str
    unit: str
    name: str
    contact_point: str
    words: str
    since: datetime


class OverlapLine(Schema):
    """A case or hash list of the own member of which it was told that there is an overlap."""

    kind: Kind
    name: str
    unit: str
    told_at: datetime
    mode: OneOf[Mode]
    state: OneOf[State]
    decided_at: datetime | None
    again_on: date | None
    remind_on: date | None
    is_due: bool
    cards: list[Card]


class OverlapLines(Schema):
    items: list[OverlapLine]
    next: UUID | None


class Rule(Schema):
    """`mode`: null is that of the member."""

    mode: OneOf[Mode] | None
    reason: str
    changed_by: str
    changed_at: datetime
    is_in_force: bool


class Said(Schema):
    step: OneOf[Step]
    reason: str
    words: str
    again_on: date | None
    decided_by: str
    decided_at: datetime


class Fact(Schema):
    member: str
    unit: str
    series: str | None
    state: OneOf[SeriesState] | None


class OverlapView(Schema):
    """`told`: null where nothing was told."""

    kind: Kind
    name: str
    unit: str
    mode: OneOf[Mode]
    rules: list[Rule]
    told: OverlapLine | None
    said: list[Said]
    facts: list[Fact]


class OfMember(Schema):
    mode: OneOf[Mode]
    rules: list[Rule]


class GivenAnswer(Given):
    """`words`: what the other side reads if it consents too; `again_on`: when to be asked again."""

    kind: Kind = "case"
    name: Name
    unit: Name | None = None
    step: OneOf[Step]
    reason: Words = ""
    words: Words = ""
    again_on: date | None = None


class GivenRule(Given):
    kind: Kind = "case"
    name: Name
    mode: OneOf[Mode] | None
    reason: Reason


class GivenRuleOfMember(Given):
    mode: OneOf[Mode]
    reason: Reason


@reading(router, "/overlaps", OverlapLines)
def every_side(
    session: Session, after: UUID | None = None, limit: Annotated[int, Field(ge=1, le=200)] = 50, *,
    is_waiting: bool = False,
) -> dict[str, object]:
    """What the own member was told, the latest first.

    `is_waiting`: that alone of which your unit said nothing yet.
    """
    page = deconflicting.sides(session, limit=limit, after_side=after, is_waiting=is_waiting)
    return {"items": [_line(line) for line in page.items], "next": page.next}


@reading(router, "/overlaps/one", OverlapView)
def look(session: Session, name: Name, kind: Kind = "case", unit: Name | None = None) -> dict[str, object]:
    """By which rule a case or list meets others, and what was told and said of it."""
    return _view(deconflicting.look(session, deconflicting.checked_kind(kind), name, unit))


@reading(router, "/overlaps/rule-of-member", OfMember)
def rule_of_member(session: Session) -> dict[str, object]:
    """The rule of the own member's cases that have none of their own."""
    mode, rules = deconflicting.mode_of_member(session)
    return {"mode": mode, "rules": rules}


@writing(router, "/overlaps/answer", OverlapView)
def say(session: Session, given: GivenAnswer) -> dict[str, object]:
    """Consent, decline or wait, for the own side."""
    kind = deconflicting.checked_kind(given.kind)
    view = deconflicting.say(
        session, kind, given.name, given.step, reason=given.reason, words=given.words, again_on=given.again_on,
        unit=given.unit,
    )  # fmt: skip
    return _view(view)


@writing(router, "/overlaps/rule", Rule)
def set_rule(session: Session, given: GivenRule) -> deconflicting.Rule:
    """Give a case or list of the own unit a rule, or that of its member again."""
    kind = deconflicting.checked_kind(given.kind)
    return deconflicting.set_mode(session, kind, given.name, given.mode, given.reason)


@writing(router, "/overlaps/rule-of-member", Rule)
def set_rule_of_member(session: Session, given: GivenRuleOfMember) -> deconflicting.Rule:
    """The rule of the own member's cases, set by its administrator."""
    return deconflicting.set_mode_of_member(session, given.mode, given.reason)


def _view(view: deconflicting.View) -> dict[str, object]:
    place = view.place
    return {
        "kind": place.kind.value, "name": place.name, "unit": place.unit, "mode": view.mode, "rules": view.rules,
        "told": None if view.line is None else _line(view.line), "said": view.said, "facts": view.facts,
    }  # fmt: skip


def _line(line: deconflicting.Line) -> dict[str, object]:
    side = line.side
    cards = [
        {"contact": one.contact.id, "member": one.contact.member, "unit": one.contact.unit, "name": one.name,
         "contact_point": one.contact_point, "words": one.contact.words, "since": one.contact.since}
        for one in line.cards
    ]  # fmt: skip
    return {
        "kind": side.kind.value, "name": side.name, "unit": side.unit, "told_at": side.released_at, "mode": line.mode,
        "state": side.state, "decided_at": side.decided_at, "again_on": side.again_on, "remind_on": line.remind_on,
        "is_due": line.is_due, "cards": cards,
    }  # fmt: skip
