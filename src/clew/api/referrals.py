"""Referrals for programs: packages about a series, handed over to the country in which it was probably made."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from ninja import Router, Schema
from pydantic import Field

from clew.actions import referring
from clew.actions.opening import Session
from clew.actions.referring import Referral
from clew.api.door import giving, reading, writing
from clew.api.given import Given, GivenStatement, Limit, OneOf, Reference, Words
from clew.domain.handling import Actor
from clew.domain.referral import CROPS_MAX, SECTIONS_DEFAULT, Section, State, Step
from clew.formats.referral import as_json

router = Router(tags=["referrals"])


class ReferralLine(Schema):
    """`series`: empty where the unit does not see it; officers are named of the own member alone."""

    reference: str
    member: str
    unit: str
    series: str
    country: str
    to_member: str | None
    to_unit: str | None
    due_on: date
    state: OneOf[State]
    proposed_by: str
    proposed_at: datetime
    decided_by: str


class ReferralLines(Schema):
    items: list[ReferralLine]
    next: UUID | None


class ReferralView(Schema):
    """`package`: null where the unit does not read it (any more); its form is `clew-referral/1`."""

    referral: ReferralLine
    package: dict[str, Any] | None
    steps: list[OneOf[Step]]


class ReferralBuilt(Schema):
    reference: str


class GivenReferral(Given):
    """`to`: member and unit, as `SE/VICTIM-ID`; absent, for a file to be handed over on paper."""

    series: Reference
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    to: Annotated[str | None, Field(pattern="^[A-Za-z0-9-]+/[A-Za-z0-9-]+$", max_length=200)] = None
    due_on: date
    words: Words
    sections: Annotated[list[OneOf[Section]], Field(max_length=len(Section))] = []  # noqa: RUF012 (pydantic copies it)
    crops: Annotated[list[UUID], Field(max_length=CROPS_MAX)] = []  # noqa: RUF012


class GivenReferralStep(Given):
    step: OneOf[Step]
    words: Words = ""


@reading(router, "/referrals", ReferralLines)
def page(
    session: Session, after: UUID | None = None, limit: Limit = 50, *, is_waiting: bool = False
) -> dict[str, object]:
    """Referrals that the own unit built, or that were handed to it; the latest first.

    `is_waiting`: those alone that wait for you to agree.
    """
    found = referring.page(session, limit=limit, after=after, is_waiting=is_waiting)
    return {"items": [_line(one) for one in found.items], "next": found.next}


@reading(router, "/referrals/{reference}", ReferralView)
def look(session: Session, reference: str) -> dict[str, object]:
    """A referral with its package, as far as the own unit reads it."""
    view = referring.look(session, reference)
    package = None if view.package is None else json.loads(as_json(view.package))
    return {"referral": _line(view.referral), "package": package, "steps": view.steps}


@writing(router, "/referrals", ReferralBuilt)
def build(session: Session, given: GivenReferral) -> dict[str, str]:
    """Build a package; a second officer of the unit approves it before it is handed over."""
    to = None
    if given.to is not None:
        member, _sign, unit = given.to.upper().partition("/")
        to = member, unit
    wanted = referring.Wanted(
        series=given.series, country=given.country, to=to, due_on=given.due_on, words=given.words,
        sections=frozenset(given.sections) or SECTIONS_DEFAULT, crops=tuple(given.crops),
    )  # fmt: skip
    return {"reference": referring.build(session, wanted)}


@writing(router, "/referrals/{reference}/approve")
def approve(session: Session, reference: str) -> None:
    """Agree, as the second officer, to hand it over."""
    referring.approve(session, reference)


@writing(router, "/referrals/{reference}/move")
def move(session: Session, reference: str, given: GivenReferralStep) -> None:
    """Withdraw an own one; accept, decline or hand back what was handed over."""
    referring.move(session, reference, given.step, given.words)


@giving(router, "/referrals/{reference}/pack", "application/zip")
def pack(actor: Actor, moment: Callable[[Session], datetime], reference: str, given: GivenStatement) -> bytes:
    """The whole package as a ZIP with a signed manifest; each object in it goes on record as shown."""
    seed = settings.CLEW_CERTIFICATE_SEED()
    return referring.pack(
        settings.CLEW_VAULT, actor, reference, purpose=given.purpose, case=given.case, seed=seed, moment=moment
    )


def _line(one: Referral) -> dict[str, object]:
    return {
        "reference": one.reference, "member": one.member, "unit": one.unit, "series": one.series,
        "country": one.country, "to_member": one.to_member, "to_unit": one.to_unit, "due_on": one.due_on,
        "state": one.state, "proposed_by": one.proposed_by, "proposed_at": one.proposed_at,
        "decided_by": one.decided_by,
    }  # fmt: skip
