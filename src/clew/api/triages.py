"""Triage for programs: what of a case is known, solved elsewhere, under a parallel enquiry, or new."""

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from clew.actions import opening, retrying, triaging
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import After, Given, Limit, Name, OneOf
from clew.api.matches import VerdictOnMatch
from clew.domain.medium import MediumKind
from clew.domain.triage import Answer, ReasonKind
from clew.web.exhibits import adder_of

router = Router(tags=["triage"])
Unit = Annotated[str | None, Field(max_length=200, description="The unit whose case it is, if not the own.")]
EXHIBITS_SHOWN_MAX = 50


class Case(Schema):
    """A case of the own member; `unit`: whose it is, null of the own."""

    reference: str
    unit: str | None
    exhibits: list[str]
    exhibits_count: int
    opened_at: datetime


class Cases(Schema):
    items: list[Case]
    next: str | None


class Counts(Schema):
    solved_elsewhere: int
    parallel_enquiry: int
    known: int
    new: int
    undecodable: int


class Aligned(Schema):
    """Which seconds of one moving medium are which of another."""

    seconds_here: tuple[float, float]
    seconds_there: tuple[float, float]
    frames_matched: int
    frames_compared: int


class Reason(Schema):
    """Why: another medium. `matched`: its digest, null where handling hides it, as are `owner` and `unit`."""

    kind: OneOf[ReasonKind]
    matched: str | None
    distance_bits: int | None
    radius_bits: int | None
    transform: str | None
    aligned: Aligned | None
    series: str | None
    reference: str | None
    owner: str | None
    unit: str | None
    holder: str | None
    others: int


class ReasonSetAside(Schema):
    """A reason that does not count, because a unit of the own member says that the two media are not the same."""

    reason: Reason
    verdict: VerdictOnMatch


class TriagedMedium(Schema):
    """A medium, or a file that could not even be read: that has no name, and is undecodable.

    `verdict_reason`: why there is nothing to look at, or not all; empty where there is all.
    """

    name: str | None
    sha256: str | None
    paths: list[str]
    kind: OneOf[MediumKind]
    answer: OneOf[Answer]
    verdict_reason: str
    reasons: list[Reason]
    set_aside: list[ReasonSetAside]


class TriagedMedia(Schema):
    items: list[TriagedMedium]
    next: str | None


class GivenExhibit(Given):
    case: Name
    exhibit: Name


class TriedAgain(Schema):
    """So many files, and so many parts that had stopped on their way, by workers of these machines."""

    files: int
    chunks: int
    hosts: list[str]


@reading(router, "/cases", Cases)
def cases(session: Session, after: After = None, limit: Limit = 50) -> opening.CasePage:
    """Cases of the own member that the officer may see, the newest first."""
    return opening.cases(session, after=after, limit=limit, exhibits_max=EXHIBITS_SHOWN_MAX)


@reading(router, "/triage", Counts)
def counts(
    session: Session, case: Name, exhibit: Name | None = None, unit: Unit = None
) -> triaging.Counts:
    """How many media of a case or exhibit got each answer."""
    return triaging.counts(session, case, exhibit, unit=unit)


@reading(router, "/triage/media", TriagedMedia)
def media(
    session: Session, case: Name, exhibit: Name | None = None, unit: Unit = None,
    answer: OneOf[Answer] | None = None, after: After = None, limit: Limit = 50,
) -> triaging.Page:  # fmt: skip
    """TriagedMedia of a case with their answers and reasons, the best reason first.

    As many as are counted: behind the media come the files that could not even be read, each as an undecodable one.
    """
    return triaging.media(session, case, exhibit, unit=unit, answer=answer, after=after, limit=limit)


@writing(router, "/triage/again", TriedAgain)
def again(session: Session, given: GivenExhibit) -> retrying.Undone:
    """Have files of an own exhibit that could not be opened or read tried again, and what stopped on its way."""
    return retrying.try_again(session, given.case, given.exhibit, adder_of(session))
