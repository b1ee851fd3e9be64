"""Handlings for programs: who may use a case, an exhibit, a series or whatever is handled as a whole, and for what."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import restricting
from clew.actions.opening import Session
from clew.actions.restricting import Change
from clew.api.door import looking, reading, writing
from clew.api.given import Given, GivenSubject, Name, OneOf, Reason
from clew.domain.agreement import State
from clew.domain.cover import TEXT_CHARACTERS_MAX, Condition, Cover, Purpose
from clew.domain.errors import Invalid
from clew.domain.handling import BLOCKED, MEMBERS_PER_RECORD_MAX, NOTHING, Handling, Use, in_circles
from clew.domain.handling_change import SubjectKind, latest
from clew.domain.retention import Rule
from clew.domain.wording import Reworded

router = Router(tags=["handling"])
CHANGES_MAX = 100
COUNTED_MAX = 1_000
UseWord = Literal["fingerprints", "facts", "preview", "original", "export"]
Uses = Annotated[list[UseWord], Field(max_length=len(Use))]
Level = Literal["official-use", "restricted", "confidential"]
Codes = Annotated[list[Name], Field(max_length=MEMBERS_PER_RECORD_MAX)]
Text = Annotated[str, Field(max_length=TEXT_CHARACTERS_MAX)]


class HandlingUses(Schema):
    """What others may use it for: other units of the own member, `members` who are named, and every member.

    The own unit has every use. `excluded` members have none, whatever else is said; nor has anybody of what
    `is_blocked`.
    """

    own: list[UseWord]
    named: list[UseWord]
    everyone: list[UseWord]
    members: list[str]
    excluded: list[str]
    is_blocked: bool


class HandlingCover(Schema):
    """What is said of it beside that; `evaluation`: of source and information, such as B2."""

    purposes: list[OneOf[Purpose]]
    legal_basis: str
    conditions: list[OneOf[Condition]]
    condition_text: str
    confidentiality: Level
    evaluation: str
    is_minor: bool
    retention_end: date
    review_date: date


class HandlingChange(Schema):
    """A handling that was given, or words where there is a `cover`; with `until` a restriction to the day before it."""

    id: UUID
    state: OneOf[State]
    uses: HandlingUses
    cover: HandlingCover | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    until: date | None
    reaches_own: bool


class HandlingView(Schema):
    """A subject of the own unit. `media`: of so many places at most, `has_more`: there are others; `changes`: the
    latest hundred, the latest first, and of those before them what holds or waits; `needs_second`: a wider handling
    waits for a second officer.
    """

    kind: OneOf[SubjectKind]
    id: UUID
    name: str
    within: str | None
    uses: HandlingUses
    cover: HandlingCover | None
    ends_on: date
    ends_by: OneOf[Rule]
    media: int
    has_more: bool
    needs_second: bool
    changes: list[HandlingChange]


class HandlingSight(Schema):
    """What a member sees: the subject itself or not, and how many media for each use, of a thousand places at most.

    `matches_told`: of how many media it is told what they match, which takes facts and fingerprints.
    """

    member: str
    sees_subject: bool
    media: dict[str, int]
    matches_told: int


class GivenUses(Given):
    """Uses of each circle: a nearer one gets what a wider one has besides."""

    own: Uses = []  # noqa: RUF012 (pydantic copies it)
    named: Uses = []  # noqa: RUF012
    everyone: Uses = []  # noqa: RUF012
    members: Codes = []  # noqa: RUF012
    excluded: Codes = []  # noqa: RUF012

    def handling(self, session: Session) -> Handling:
        """The same as a handling of what the actor's own unit has.

        Raises:
            Invalid: it cannot be.
        """
        own, named, everyone = (_uses(words) for words in (self.own, self.named, self.everyone))
        try:
            return in_circles(
                owner_member=session.actor.member, owner_unit=session.actor.unit, own=own, named=named,
                everyone=everyone, members=self.members, excluded=self.excluded,
            )  # fmt: skip
        except ValueError as wrong:
            raise Invalid(f"This handling cannot be: {wrong}.") from None


class GivenPreview(GivenSubject):
    """`uses`: absent, as it is handled now."""

    member: Name
    uses: GivenUses | None = None


class GivenWidening(Given):
    needs_second: bool


class GivenHandlingChange(GivenSubject):
    """`until`: a restriction that ends by itself; `reaches_own`: media that were entered for fewer are widened too."""

    uses: GivenUses
    reason: Reason
    until: date | None = None
    reaches_own: bool = False


class GivenRewording(GivenSubject):
    """What is absent stays as it is, and an empty text is taken away; `reaches_own`: stricter words of media too."""

    purposes: Annotated[list[OneOf[Purpose]], Field(min_length=1, max_length=len(Purpose))] | None = None
    legal_basis: Text | None = None
    conditions: Annotated[list[OneOf[Condition]], Field(min_length=1, max_length=len(Condition))] | None = None
    condition_text: Text | None = None
    confidentiality: Level | None = None
    evaluation: Annotated[str | None, Field(pattern="^[ABCX][1-4]$")] = None
    is_minor: bool | None = None
    reason: Reason
    reaches_own: bool = False

    def said(self) -> Reworded:
        return Reworded(
            purposes=None if self.purposes is None else ",".join(self.purposes), legal_basis=self.legal_basis,
            conditions=None if self.conditions is None else ",".join(self.conditions),
            condition_text=self.condition_text, confidentiality=self.confidentiality, evaluation=self.evaluation,
            is_minor=self.is_minor,
        )  # fmt: skip


@reading(router, "/handling", HandlingView)
def look(session: Session, kind: OneOf[SubjectKind], name: Name, within: Name | None = None) -> dict[str, object]:
    """Who may use a subject of the own unit and for what, what is said beside it, and what was done about both."""
    found = restricting.page(session, kind, name, within, counted_max=COUNTED_MAX)
    view = found.view
    return {
        "kind": view.kind, "id": view.id, "name": view.name, "within": view.within, "uses": _circles(view.handling),
        "cover": _cover(view.cover), "ends_on": found.kept.ends_on, "ends_by": found.kept.rule, "media": view.media,
        "has_more": view.has_more, "needs_second": found.needs_second,
        "changes": [_change(one) for one in latest(view.changes, CHANGES_MAX)],
    }  # fmt: skip


@looking(router, "/handling/preview", HandlingSight)
def preview(session: Session, given: GivenPreview) -> dict[str, object]:
    """What another member sees of a subject of the own unit: now, or under the handling that is given."""
    planned = None if given.uses is None else given.uses.handling(session)
    sight = restricting.preview(
        session, given.kind, given.name, given.within, given.member, planned, counted_max=COUNTED_MAX
    )
    media = {str(use.name).lower(): count for use, count in sight.media.items()}
    return {"member": sight.member, "sees_subject": sight.sees_subject, "media": media, "matches_told": sight.told}


@writing(router, "/handling/change", HandlingChange)
def change(session: Session, given: GivenHandlingChange) -> dict[str, object]:
    """Give a subject of the own unit another handling; proposed where a second officer must agree to a wider one."""
    handling = given.uses.handling(session)
    made = restricting.change(
        session, given.kind, given.name, given.within, handling, given.reason, given.until,
        reaches_own=given.reaches_own,
    )  # fmt: skip
    return _change(made)


@writing(router, "/handling/reword", HandlingChange)
def reword(session: Session, given: GivenRewording) -> dict[str, object]:
    """Give a subject of the own unit other words of its cover; proposed where a second officer must agree to looser."""
    made = restricting.reword(
        session, given.kind, given.name, given.within, given.said(), given.reason, reaches_own=given.reaches_own
    )
    return _change(made)


@writing(router, "/handling/rule")
def ask_for_second(session: Session, given: GivenWidening) -> None:
    """Say, as the member's administrator, whether a second officer must agree where anything is widened."""
    restricting.ask_for_second(session, is_asked=given.needs_second)


@writing(router, "/handling/changes/{uuid:change}/approve")
def approve(session: Session, change: UUID) -> None:
    """Agree, as a second officer of the unit, to a wider handling or looser words."""
    restricting.approve(session, change)


@writing(router, "/handling/changes/{uuid:change}/withdraw")
def withdraw(session: Session, change: UUID) -> None:
    """Take a proposal back, or refuse it as the second officer."""
    restricting.withdraw(session, change)


@writing(router, "/handling/changes/{uuid:change}/end")
def end(session: Session, change: UUID) -> None:
    """End a restriction before its time."""
    restricting.end(session, change)


def _change(one: Change) -> dict[str, object]:
    return {
        "id": one.id, "state": one.state, "uses": _circles(one.given), "cover": _cover(one.cover),
        "reason": one.reason, "proposed_by": one.proposed_by, "proposed_at": one.proposed_at, "until": one.until,
        "reaches_own": one.reaches_own,
    }  # fmt: skip


def _circles(of: Handling) -> dict[str, object]:
    return {
        "own": _words(of.member_uses), "named": _words(of.named_uses), "everyone": _words(of.all_uses),
        "members": sorted(of.members), "excluded": sorted(of.excluded - {BLOCKED}), "is_blocked": of.is_blocked,
    }  # fmt: skip


def _cover(of: Cover | None) -> dict[str, object] | None:
    return of and {
        "purposes": sorted(of.purposes), "legal_basis": of.legal_basis, "conditions": sorted(of.conditions),
        "condition_text": of.condition_text, "confidentiality": of.confidentiality.name.lower().replace("_", "-"),
        "evaluation": f"{of.source_evaluation}{of.information_evaluation:d}", "is_minor": of.is_minor,
        "retention_end": of.retention_end, "review_date": of.review_date,
    }  # fmt: skip


def _words(uses: Use) -> list[str]:
    return [str(use.name).lower() for use in Use if use & uses]


def _uses(words: list[UseWord]) -> Use:
    uses = NOTHING
    for word in words:
        uses |= Use[word.upper()]
    return uses
