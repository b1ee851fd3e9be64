"""Matches for programs: what officers say of two media that are called the same."""

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema

from clew.actions import judging
from clew.actions.judging import MatchVerdict, Said, Why
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Digest, Given, OneOf

router = Router(tags=["matches"])


class VerdictOnMatch(Schema):
    """The word of a unit on a match. `why` where the two are not the same; `officer` of the own member alone."""

    id: UUID
    said: OneOf[Said]
    why: OneOf[Why] | None
    member: str
    unit: str
    officer: str | None
    at: datetime


class VerdictsOnMatch(Schema):
    items: list[VerdictOnMatch]


class GivenVerdict(Given):
    """Two media that match; `why` where they are not the same, and there alone."""

    medium: Digest
    other: Digest
    said: OneOf[Said]
    why: OneOf[Why] | None = None


class VerdictKept(Schema):
    """The verdict, by which it is undone; so many of the unit's proposals wait no longer, and leads are set aside."""

    verdict: UUID
    proposals_dropped: int
    leads_set_aside: int


class VerdictUndone(Schema):
    verdict: UUID


@reading(router, "/matches/verdicts", VerdictsOnMatch)
def verdicts(session: Session, medium: Digest, other: Digest) -> dict[str, object]:
    """What units say of a match, the word of each that holds."""
    found = judging.verdicts_on(session, bytes.fromhex(medium), bytes.fromhex(other))
    return {"items": [fields(one, session.actor.member) for one in found]}


@writing(router, "/matches/verdicts", VerdictKept)
def judge(session: Session, given: GivenVerdict) -> dict[str, object]:
    """Say whether two media that match are the same, for the own unit; other members' views stay as they are."""
    done = judging.judge(session, bytes.fromhex(given.medium), bytes.fromhex(given.other), given.said, given.why)
    return {"verdict": done.id, "proposals_dropped": done.proposals, "leads_set_aside": done.leads}


@writing(router, "/matches/verdicts/{uuid:verdict}/undo", VerdictUndone)
def undo(session: Session, verdict: UUID) -> dict[str, object]:
    """Take back what the officer said of a match; what the unit said before holds again."""
    judging.undo(session, verdict)
    return {"verdict": verdict}


def fields(one: MatchVerdict, viewer: str) -> dict[str, object]:
    """A word on a match as an officer of the member `viewer` is told it."""
    return {
        "id": one.id, "said": one.said, "why": one.why, "member": one.member, "unit": one.unit,
        "officer": one.shown_by(viewer), "at": one.at,
    }  # fmt: skip
