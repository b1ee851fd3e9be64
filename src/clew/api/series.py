"""Series for programs: what belongs together, and what units say of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Query, Router, Schema

from clew.actions import gathering, opening, proposing, surveying
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import (
    After,
    Digests,
    Given,
    GivenAudience,
    Limit,
    Name,
    OneOf,
    Reason,
    Reference,
    Words,
    digests,
)
from clew.domain.link import word_of
from clew.domain.medium import MediumKind, Verdict
from clew.domain.series import SeriesState, Step

router = Router(tags=["series"])
PROPOSALS_MAX = 200


class SeriesLine(Schema):
    """A series; `media`: how many of it are seen, `together`: how many other series are one with it."""

    reference: str
    name: str
    state: OneOf[SeriesState]
    owner: str
    unit: str
    is_own: bool
    media: int
    together: int
    entered_at: datetime


class SeriesLines(Schema):
    items: list[SeriesLine]
    next: str | None


class SeriesStepTaken(Schema):
    step: OneOf[Step]
    state: OneOf[SeriesState]
    basis: str
    unit: str
    taken_by: str | None
    taken_at: datetime


class Narrative(Schema):
    words: str
    unit: str
    written_by: str | None
    written_at: datetime


class Contributor(Schema):
    member: str
    unit: str
    media: int


class Merge(Schema):
    """An assertion that two series are one; `a`, `b`: references, null of what is not seen."""

    id: UUID
    a: str | None
    b: str | None
    reason: str
    owner: str
    unit: str
    asserted_at: datetime
    withdrawn_at: datetime | None


class Split(Schema):
    id: UUID
    a: str | None
    b: str | None
    media: int
    reason: str
    owner: str
    unit: str
    asserted_at: datetime


class Proposal(Schema):
    """What a program proposes: a medium for a series, or another series as one with it."""

    id: UUID
    series: str | None
    medium: str | None
    other: str | None
    rule: str
    reason: str
    media: int
    proposed_at: datetime
    rejected_by: str | None
    rejected_at: datetime | None


class SeriesView(Schema):
    """`rejected`: the latest 50; `rejected_next`: what to ask for those before them (`rejected_after`), or null."""

    line: SeriesLine
    media_together: int
    steps: list[SeriesStepTaken]
    narratives: list[Narrative]
    one_with: list[SeriesLine]
    contributors: list[Contributor]
    merges: list[Merge]
    splits: list[Split]
    proposals: list[Proposal]
    rejected: list[Proposal]
    rejected_next: UUID | None


class SeriesMedium(Schema):
    """A medium as facts; `own_dissent`: the own unit's assertion that it is not in the series."""

    name: str
    kind: OneOf[MediumKind]
    verdict: str
    width: int | None
    height: int | None
    duration_ms: int | None
    owner: str
    unit: str
    dissents: int
    own_dissent: UUID | None

    @staticmethod
    def resolve_verdict(row: object) -> str:
        verdict = getattr(row, "verdict", None)
        return verdict.name.lower() if isinstance(verdict, Verdict) else ""


class SeriesMedia(Schema):
    items: list[SeriesMedium]
    next: str | None


class Opened(Schema):
    reference: str
    name: str


class SeriesAsserted(Schema):
    assertion: UUID


class SeriesDay(Schema):
    """So many media, or exhibits, to which it happened on a day. Cameras have clocks of their own."""

    event: Literal["taken", "taken-in", "exhibit-entered"]
    day: date
    count: int


class SeriesDays(Schema):
    items: list[SeriesDay]


class SeriesCount(Schema):
    media: int


class Removed(Schema):
    taken_out: int
    dissented: int


class GivenSeries(GivenAudience):
    title: Name


class GivenSeriesMedia(Given):
    """SeriesMedia of the own unit by their SHA-256; or all of a case, or of an exhibit in it.

    `stacks_of`: a case; each of the media comes with all that lies in its stack there.
    """

    media: Digests | None = None
    case: Name | None = None
    exhibit: Name | None = None
    stacks_of: Name | None = None


class GivenOut(Given):
    media: Digests
    reason: Reason


class GivenSplit(GivenOut):
    title: Name


class GivenState(Given):
    state: OneOf[SeriesState]
    basis: Words = ""


class GivenWords(Given):
    words: Words


class GivenMerge(Given):
    one: Reference
    other: Reference
    reason: Reason


class GivenCase(Given):
    case: Name
    exhibit: Name | None = None


class GivenProposals(Given):
    proposals: Annotated[list[UUID], Query(min_length=1, max_length=1_000)]


class SeriesProposed(Schema):
    """What was looked at; `is_cut`: there is more, ask once more."""

    media: int
    new: int
    by_rule: dict[str, int]
    is_cut: bool


class Proposals(Schema):
    """`has_more`: there are more than these; what waits is shown once these are decided."""

    items: list[Proposal]
    has_more: bool


@reading(router, "/series", SeriesLines)
def every_series(
    session: Session, own: bool = False, state: OneOf[SeriesState] | None = None, after: After = None, limit: Limit = 50
) -> surveying.SeriesPage:
    """Series that the officer may see, the newest first."""
    return surveying.every_series(session, own=own, state=state, after=after, limit=limit)


@reading(router, "/series/{reference}", SeriesView)
def look(session: Session, reference: str, rejected_after: UUID | None = None) -> dict[str, object]:
    """A series with all that the officer may see of it."""
    view = surveying.look(session, reference, rejected_after=rejected_after)
    names = view.references
    return {
        "line": view.line, "media_together": view.media, "steps": view.steps, "narratives": view.narratives,
        "one_with": view.together, "contributors": view.contributors,
        "merges": [
            {"id": one.id, "a": names.get(one.a), "b": names.get(one.b), "reason": one.reason, "owner": one.owner,
             "unit": one.unit, "asserted_at": one.asserted_at, "withdrawn_at": one.withdrawn_at}
            for one in view.merges
        ],
        "splits": [
            {"id": one.id, "a": names.get(one.a_series), "b": names.get(one.b_series), "media": one.media,
             "reason": one.reason, "owner": one.owner, "unit": one.unit, "asserted_at": one.asserted_at}
            for one in view.splits
        ],
        "proposals": [_proposal(one, names) for one in view.proposals],
        "rejected": [_proposal(one, names) for one in view.rejected], "rejected_next": view.rejected_next,
    }  # fmt: skip


@reading(router, "/series/{reference}/media", SeriesMedia)
def media(session: Session, reference: str, after: After = None, limit: Limit = 50) -> surveying.MediaPage:
    """SeriesMedia of a series, and of those that are one with it, as facts."""
    return surveying.media(session, reference, after=after, limit=limit)


@reading(router, "/series/{reference}/days", SeriesDays)
def days(session: Session, reference: str) -> dict[str, object]:
    """On which days media of a series were taken and taken in, and exhibits entered, as far as the officer sees."""
    times = surveying.look(session, reference).times
    return {"items": [{"event": word_of(one.event), "day": one.day, "count": one.count} for one in times]}


@writing(router, "/series", Opened)
def open_new(session: Session, given: GivenSeries) -> object:
    """Open a series of the own unit."""
    return gathering.open_new(session, given.title, given.handling(session))


@writing(router, "/series/{reference}/media", SeriesCount)
def add(session: Session, reference: str, given: GivenSeriesMedia) -> dict[str, int]:
    """Put media of the own unit into a series, the own or another member's."""
    names = digests(given.media or [])
    if given.stacks_of is not None:
        return {"media": len(gathering.add_stacks(session, reference, given.stacks_of, names, given.exhibit).new)}
    return {"media": gathering.add(session, reference, media=names, case=given.case, exhibit=given.exhibit)}


@writing(router, "/series/{reference}/remove", Removed)
def remove(session: Session, reference: str, given: GivenOut) -> gathering.Removed:
    """Say that media are not in a series: own ones are taken out, of others' it is said beside them."""
    return gathering.remove(session, reference, digests(given.media), given.reason)


@writing(router, "/series/{reference}/split", Opened)
def split(session: Session, reference: str, given: GivenSplit) -> object:
    """Move what the own unit put into a series to a new one."""
    return gathering.split(session, reference, digests(given.media), given.title, given.reason)


@writing(router, "/series/{reference}/mark")
def mark(session: Session, reference: str, given: GivenState) -> None:
    """Say of a series of the own unit how far its enquiry has come.

    That it is identified or safeguarded needs a basis, unless two officers agreed to as much of every child in it.
    """
    opening.mark_series(session, reference, given.state, given.basis)


@writing(router, "/series/{reference}/narrate")
def narrate(session: Session, reference: str, given: GivenWords) -> None:
    """Tell what is known of a series of the own unit; earlier versions stay."""
    gathering.narrate(session, reference, given.words)


@writing(router, "/series-merges", SeriesAsserted)
def merge(session: Session, given: GivenMerge) -> dict[str, UUID]:
    """Say that two series are one; the own unit may take it back."""
    return {"assertion": gathering.merge(session, given.one, given.other, given.reason)}


@writing(router, "/series-assertions/{uuid:assertion}/undo")
def undo(session: Session, assertion: UUID) -> None:
    """Take back a merge, a split or a dissent of the own unit."""
    gathering.undo(session, assertion)


@reading(router, "/series-proposals", Proposals)
def waiting(session: Session, case: Name, exhibit: Name | None = None) -> dict[str, object]:
    """Proposals that wait about media of a case of the own unit, 200 at most."""
    return _listed(session, proposing.waiting(session, case, exhibit, limit=PROPOSALS_MAX + 1))


@writing(router, "/series-proposals", SeriesProposed)
def propose(session: Session, given: GivenCase) -> dict[str, object]:
    """Look for what of a case may belong to series that the officer sees."""
    done = proposing.propose(session, given.case, given.exhibit)
    by_rule = {rule.value: count for rule, count in done.by_rule.items()}
    return {"media": done.media, "new": done.new, "by_rule": by_rule, "is_cut": done.is_cut}


@writing(router, "/series-proposals/accept", SeriesCount)
def accept(session: Session, given: GivenProposals) -> dict[str, int]:
    """Do what was proposed, as assertions of the own unit."""
    return {"media": proposing.accept(session, given.proposals)}


@writing(router, "/series-proposals/reject", SeriesCount)
def reject(session: Session, given: GivenProposals) -> dict[str, int]:
    """Never propose these again, for whatever reason."""
    return {"media": proposing.reject(session, given.proposals)}


@reading(router, "/series-proposals/rejected", Proposals)
def rejected(session: Session, case: Name, exhibit: Name | None = None) -> dict[str, object]:
    """What the own unit rejected about media of a case of it, the latest 200 first."""
    return _listed(session, proposing.rejected(session, case, exhibit, limit=PROPOSALS_MAX + 1))


@writing(router, "/series-proposals/reconsider", SeriesCount)
def reconsider(session: Session, given: GivenProposals) -> dict[str, int]:
    """Take back what was rejected: it waits again."""
    return {"media": proposing.reconsider(session, given.proposals)}


def _listed(session: Session, found: Sequence[surveying.Proposal]) -> dict[str, object]:
    shown = found[:PROPOSALS_MAX]
    names = proposing.references(session, shown)
    return {"items": [_proposal(one, names) for one in shown], "has_more": len(found) > len(shown)}


def _proposal(one: surveying.Proposal, names: "dict[UUID, str]") -> dict[str, object]:
    return {
        "id": one.id, "series": names.get(one.series_id), "medium": one.name,
        "other": names.get(one.other_id) if one.other_id else None, "rule": one.rule.value, "reason": one.reason,
        "media": one.media, "proposed_at": one.proposed_at, "rejected_by": one.rejected_by,
        "rejected_at": one.rejected_at,
    }  # fmt: skip
