"""Clues for programs: what officers saw, heard or read in media, and in which country a series was probably made."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field as In

from clew.actions import localising, spotting
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Digest, Given, GivenEndOfRestriction, GivenRestriction, OneOf, Reason, Words
from clew.api.links import ConfidenceWord, HandledSince, handled_since, numbered
from clew.domain.clue import MOMENT_MS_MAX, VALUE_CHARACTERS_MAX, WEIGHT_MAX, Box, ClueKind, Field, Said, Where
from clew.domain.likely_country import Caution, Ranked, sentence
from clew.domain.link import Confidence, word_of
from clew.records.clues import ClueRow

router = Router(tags=["clues"])
Country = Annotated[str, In(pattern="^[A-Z]{2}$", description="ISO 3166-1, two letters.")]
Weight = Annotated[int, In(ge=-WEIGHT_MAX, le=WEIGHT_MAX)]
Share = Annotated[float, In(ge=0, le=1)]
Moment = Annotated[int, In(ge=0, le=MOMENT_MS_MAX)]


class ClueBox(Given):
    """A part of a picture, as shares of its width and height from its left and upper edge."""

    x: Share
    y: Share
    width: Share
    height: Share


class CluePlace(Given):
    """Where in a medium: a box, a moment, a span of sound, or a field of its metadata. Units: milliseconds."""

    box: ClueBox | None = None
    from_ms: Moment | None = None
    to_ms: Moment | None = None
    field: OneOf[Field] | None = None


class Clue(Schema):
    """`speaks`: weights by country, below 0 against it."""

    id: UUID
    medium: str
    kind: OneOf[ClueKind]
    value: str
    note: str
    where: CluePlace
    confidence: ConfidenceWord
    speaks: dict[str, int]
    owner: str
    unit: str
    is_own: bool
    asserted_by: str | None
    asserted_at: datetime
    withdrawn_at: datetime | None
    handled: list[HandledSince]


class Clues(Schema):
    items: list[Clue]


class CountryReason(Schema):
    sentence: str
    points: int
    clues: list[str]


class RankedCountry(Schema):
    """Points put countries in order; they are no probability."""

    country: str
    points: int
    clue_points: int
    vote_points: int
    votes: int
    reasons: list[CountryReason]


class CountryVote(Schema):
    """`by`: named of the own member alone."""

    country: str
    confidence: ConfidenceWord
    reason: str
    member: str
    unit: str
    by: str | None
    is_own: bool
    voted_at: datetime


class ProgramHint(Schema):
    """What a program reads in metadata: a suggestion and no clue."""

    kind: OneOf[ClueKind]
    field: OneOf[Field]
    words: str
    speaks: dict[str, int]
    media: int
    medium: str
    known: list[str]


class Workbench(Schema):
    """`likely`: null while too little is known, or another country is close behind; `cautions`: why to doubt it."""

    series: str
    likely: str | None
    cautions: list[OneOf[Caution]]
    countries: list[RankedCountry]
    clues: list[Clue]
    votes: list[CountryVote]
    hints: list[ProgramHint]
    is_cut: bool


class Speaks(Schema):
    speaks: dict[str, int]


class GivenClue(Given):
    """`speaks`: absent, what public facts say of such a clue."""

    medium: Digest
    kind: OneOf[ClueKind]
    value: Annotated[str, In(max_length=VALUE_CHARACTERS_MAX)] = ""
    note: Words = ""
    where: CluePlace = CluePlace()
    confidence: ConfidenceWord = word_of(Confidence.PROBABLE)
    speaks: dict[Country, Weight] | None = None

    def said(self) -> Said:
        box = self.where.box and Box(**self.where.box.dict())
        where = Where(box=box, from_ms=self.where.from_ms, to_ms=self.where.to_ms, field=self.where.field)
        value = self.value.strip()
        speaks = localising.proposed(self.kind, value) if self.speaks is None else self.speaks
        certainty = numbered(Confidence, self.confidence)
        return Said(kind=self.kind, value=value, note=self.note, certainty=certainty, where=where, speaks=speaks)


class GivenVote(Given):
    country: Country
    confidence: ConfidenceWord
    reason: Reason


@reading(router, "/clues", Clues)
def of_medium(session: Session, medium: Digest, withdrawn: bool = False) -> dict[str, object]:
    """Clues on a medium, whoever put them there, as far as the officer sees them."""
    return {"items": [_clue(one) for one in spotting.of_media(session, [medium], is_all=withdrawn)]}


@writing(router, "/clues", Clue)
def add(session: Session, given: GivenClue) -> dict[str, object]:
    """Say what was seen, heard or read in a medium that the officer sees."""
    return _clue(spotting.add(session, given.medium, given.said()))


@writing(router, "/clues/{uuid:clue}/withdraw")
def withdraw(session: Session, clue: UUID) -> None:
    """Take a clue of the own unit back: it stays on record and speaks for nothing."""
    spotting.withdraw(session, clue)


@writing(router, "/clues/{uuid:clue}/restrict")
def restrict(session: Session, clue: UUID, given: GivenRestriction) -> None:
    """Have a clue of the own unit be seen by fewer than its medium, or by as many, for good or for a time."""
    spotting.restrict(session, clue, given.handling(session), given.reason, given.until)


@writing(router, "/clues/{uuid:clue}/end-restriction")
def end_restriction(session: Session, clue: UUID, given: GivenEndOfRestriction) -> None:
    """End what restricts a clue of the own unit for a time before its time."""
    spotting.end_restriction(session, clue, given.reason)


@reading(router, "/series/{reference}/workbench", Workbench)
def workbench(session: Session, reference: str) -> dict[str, object]:
    """Countries in which a series was probably made, the likeliest first, with the reasons."""
    bench = localising.look(session, reference)
    votes = [
        {"country": one.country, "confidence": word_of(one.certainty), "reason": one.reason, "member": one.member,
         "unit": one.unit, "by": one.shown_by(bench.viewer), "is_own": one.is_own, "voted_at": one.voted_at}
        for one in bench.votes
    ]  # fmt: skip
    return {
        "series": bench.series.reference, "likely": bench.ranking.likely, "cautions": bench.ranking.cautions,
        "countries": [_ranked(one) for one in bench.ranking.countries], "clues": [_clue(one) for one in bench.clues],
        "votes": votes, "hints": bench.hints, "is_cut": bench.is_cut,
    }  # fmt: skip


@writing(router, "/series/{reference}/vote")
def vote(session: Session, reference: str, given: GivenVote) -> None:
    """Say in which country one thinks that a series was made; an earlier vote of the officer's ends."""
    localising.vote(session, reference, given.country, numbered(Confidence, given.confidence), given.reason)


@writing(router, "/series/{reference}/unvote")
def unvote(session: Session, reference: str) -> None:
    """Take the own vote back."""
    localising.unvote(session, reference)


def _clue(one: ClueRow) -> dict[str, object]:
    said = one.said
    return {
        "id": one.id, "medium": one.name.hex(), "kind": said.kind, "value": said.value, "note": said.note,
        "where": said.where, "confidence": word_of(said.certainty), "speaks": dict(said.speaks),
        "owner": one.handling.owner_member, "unit": one.handling.owner_unit, "is_own": one.is_own,
        "asserted_by": one.asserted_by, "asserted_at": one.asserted_at, "withdrawn_at": one.withdrawn_at,
        "handled": handled_since(one.handled),
    }  # fmt: skip


def _ranked(one: Ranked) -> dict[str, object]:
    reasons = [
        {"sentence": sentence(one.country, why), "points": why.points, "clues": why.clues} for why in one.reasons
    ]
    return {
        "country": one.country, "points": one.points, "clue_points": one.clue_points, "vote_points": one.vote_points,
        "votes": one.votes, "reasons": reasons,
    }  # fmt: skip
