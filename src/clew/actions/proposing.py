"""Proposing: a program says what may belong together and why; officers accept or reject, and that is remembered."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from clew.actions import gathering, withdrawing
from clew.domain import proposal as rules
from clew.domain.errors import Invalid
from clew.domain.message import NoticeKind
from clew.domain.proposal import Measured, Rule
from clew.records import (
    audit,
    cases,
    exhibits,
    grounds,
    merges,
    messages,
    proposal_rounds,
    proposals,
    rejections,
    series,
)
from clew.records.lead_rounds import Mark
from clew.records.lead_words import SealedAgain
from clew.records.proposals import Drawn, Proposal
from clew.records.session import Session

PROPOSALS_PER_RUN_MAX = 5_000
REJECTED_SHOWN_MAX = 200
"""The latest; what was rejected before them is taken back by putting it into the series."""
DECIDED_MAX = 1_000
MEDIA_PER_LOOK_MAX = 2_000
"""So many own media are looked at together where nobody asked."""
FEWER = 8
"""By that they are divided where a rule has more pairs of them than are looked at."""
PDQ, VIDEO = 1, 2
"""Kinds of matches, as they are kept."""

Row = TypeVar("Row")
Ground = tuple[UUID, UUID, Rule, Measured]
"""An own medium, a series, and why it may belong there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a run looked at and found. `is_cut`: there is more than one run keeps, or looks at of one rule.

    The next run keeps what this one left; where one rule has more pairs than are looked at, take exhibits one by one.
    """

    media: int
    new: int
    by_rule: Mapping[Rule, int]
    is_cut: bool


def propose(session: Session, case: str, exhibit: str | None = None) -> Proposed:
    """Look for what of an own case (or exhibit) may belong to series that the actor sees; what is found waits.

    An own medium is proposed for a series; where it is in one already, the two series are proposed to be one. What
    the unit rejected before is not proposed again, by whatever rule.

    Raises:
        NotVisible: the unit has no such case or exhibit.
    """
    scope = _scope(session, case, exhibit)
    media = grounds.lay_out(session, scope)
    looked = _Looked()
    drawn = _drawn(session, list(_found(session, looked))) if media else []
    kept, is_more = proposals.keep(session, _unheard(session, drawn), PROPOSALS_PER_RUN_MAX)
    new = len(kept)
    audit.append(session, "series.propose", str(scope.exhibit_id or scope.case_id), {"media": media, "proposals": new})
    return Proposed(
        media=media, new=new, by_rule=Counter(one.rule for one in drawn),
        is_cut=is_more or looked.is_cut or looked.are_names_cut,
    )  # fmt: skip


ROUND, NAMES = "proposing", "naming"
STAGES = (ROUND, NAMES)
"""Where a look at a round is: at what is new and what is like it; then at files called like what is new in a series."""


def begins(session: Session, again: SealedAgain) -> bool:
    """Whether the round that is laid out gives the unit anything to be proposed about."""
    return bool(proposal_rounds.lay_out(session, again, (), 1).items)


def go_on(session: Session, at: Mark, again: SealedAgain) -> Mark | None:
    """As the calendar of a unit, propose what a round gives reason for, from the mark on; the unit is told, by case.

    Gives back where the next look at the round goes on; None at its end. The round's media are laid out. Nothing waits
    twice, and nothing is proposed that was rejected.
    """
    many = MEDIA_PER_LOOK_MAX
    while True:
        if at.stage == ROUND:
            part = proposal_rounds.lay_out(session, again, at.behind, many)
        else:
            part = proposal_rounds.lay_out_named(session, at.behind, many)
        looked = _Looked()
        grounds.lay_out_some(session, part.items)
        found = list(_found(session, looked)) if part.items else []
        if not looked.is_cut or len(part.items) <= 1:
            break
        many = max(1, min(many, len(part.items)) // FEWER)
    kept, is_more = proposals.keep(session, _unheard(session, _drawn(session, found)), PROPOSALS_PER_RUN_MAX)
    if kept:
        _tell(session, kept)
        audit.append(session, "series.propose", session.actor.unit, {"media": len(part.items), "proposals": len(kept)})
    if is_more:
        return at
    if not part.is_last:
        return Mark(stage=at.stage, behind=part.upto)
    return Mark(stage=NAMES) if at.stage == ROUND else None


def _tell(session: Session, kept: Sequence[Drawn]) -> None:
    """The unit is told once until it looks that proposals wait about a case, and how many are new."""
    lying = proposal_rounds.cases_of(session, {one.spoken_by for one in kept})
    messages.tell_proposals(session, Counter(lying[one.spoken_by] for one in kept if one.spoken_by in lying))


def _unheard(session: Session, drawn: Sequence[Drawn]) -> list[Drawn]:
    """Those that wait by the same rule neither for the same series nor for one that is one with it."""
    named = {one for each in drawn for one in (each.series_id, each.other_id) if one is not None}
    together = merges.together(session, named)
    roots = {one: whole[0] for whole in together.values() for one in whole}
    media = [one.medium_id for one in drawn if one.medium_id is not None]
    held = {_about(roots, *row) for row in proposals.held(session, roots, media)}
    return [one for one in drawn if _about(roots, one.series_id, one.medium_id, one.other_id, one.rule) not in held]


def _about(
    roots: Mapping[UUID, UUID], series_id: UUID, medium_id: UUID | None, other_id: UUID | None, rule: Rule
) -> tuple[object, ...]:
    ends = frozenset(roots.get(one, one) for one in (series_id, other_id) if one is not None)
    return ends, medium_id, rule


def waiting(session: Session, case: str, exhibit: str | None = None, *, limit: int = 200) -> tuple[Proposal, ...]:
    """What waits to be decided about an own case (or exhibit), the strongest rules first.

    Raises:
        NotVisible: the unit has no such case or exhibit.
    """
    scope = _scope(session, case, exhibit)
    audit.append(session, "series.proposals", str(scope.exhibit_id or scope.case_id))
    if scope.exhibit_id is None:
        messages.see(session, [scope.case_id], NoticeKind.PROPOSALS)
    return proposals.of_place(session, scope.case_id, scope.exhibit_id, limit)


def references(session: Session, some: Iterable[Proposal]) -> dict[UUID, str]:
    """The references of the series that the proposals name."""
    ids = {one for each in some for one in (each.series_id, each.other_id) if one is not None}
    return {row.id: row.reference for row in series.of(session, ids).values()}


def accept(session: Session, proposal_ids: Sequence[UUID]) -> int:
    """Do what is proposed, as assertions of the actor's unit, each on record as such; how many pairs.

    Raises:
        NotVisible: the unit has no such proposal.
        Invalid: none or too many are named.
        StepRefused: a series is ending or under examination, or too many would be seen as one.
    """
    pairs = _pairs(session, proposal_ids)
    for one in pairs:
        names = references(session, [one])
        if one.other_id is not None:
            gathering.merge(session, names[one.series_id], names[one.other_id], one.reason)
        elif one.name is not None:
            gathering.add(session, names[one.series_id], media=[bytes.fromhex(one.name)])
        proposals.decided(session, one)
    return len(pairs)


def reject(session: Session, proposal_ids: Sequence[UUID]) -> int:
    """Propose these pairs never again, by whatever rule; how many pairs.

    The unit's open leads on the series for which nothing else speaks are set aside, each as a step of the officer.

    Raises:
        NotVisible: the unit has no such proposal.
        Invalid: none or too many are named.
    """
    pairs = _pairs(session, proposal_ids)
    for one in pairs:
        rejections.remember(session, one.series_id, _proposed(one))
        proposals.reject(session, one)
    for series_id in {one.series_id for one in pairs}:
        withdrawing.of_contents(session, series_id)
    audit.append(session, "series.reject", str(pairs[0].series_id), {"proposals": len(pairs)})
    return len(pairs)


def rejected(
    session: Session, case: str, exhibit: str | None = None, *, limit: int = REJECTED_SHOWN_MAX
) -> tuple[Proposal, ...]:
    """What the unit rejected about an own case (or exhibit), the latest first, without what was put together since.

    Raises:
        NotVisible: the unit has no such case or exhibit.
    """
    scope = _scope(session, case, exhibit)
    audit.append(session, "series.rejections", str(scope.exhibit_id or scope.case_id))
    return proposals.of_place(session, scope.case_id, scope.exhibit_id, limit, is_rejected=True)


def reconsider(session: Session, proposal_ids: Sequence[UUID]) -> int:
    """Take back what the unit rejected: these proposals wait again, and others about the pair may come; how many pairs.

    Raises:
        NotVisible: the unit rejected no such proposal.
        Invalid: none or too many are named.
    """
    pairs = _pairs(session, proposal_ids, is_rejected=True)
    for one in pairs:
        rejections.forget(session, one.series_id, _proposed(one))
        proposals.take_back(session, one)
    for series_id in {one.series_id for one in pairs}:
        withdrawing.of_contents(session, series_id)
    audit.append(session, "series.reconsider", str(pairs[0].series_id), {"proposals": len(pairs)})
    return len(pairs)


def _proposed(one: Proposal) -> list[bytes | UUID]:
    """What is proposed for the series: a content or another series; nothing where its medium is not seen any more."""
    what = one.other_id if one.name is None else bytes.fromhex(one.name)
    return [] if what is None else [what]


def _pairs(session: Session, proposal_ids: Sequence[UUID], *, is_rejected: bool = False) -> list[Proposal]:
    """One proposal of each pair: two rules may propose the same."""
    if not 0 < len(proposal_ids) <= DECIDED_MAX:
        raise Invalid("Name 1 to {most} proposals.", most=DECIDED_MAX)
    pairs: dict[tuple[UUID, UUID | None, UUID | None], Proposal] = {}
    for proposal_id in proposal_ids:
        one = proposals.get(session, proposal_id, is_rejected=is_rejected)
        pairs.setdefault((one.series_id, one.medium_id, one.other_id), one)
    return list(pairs.values())


def _scope(session: Session, case: str, exhibit: str | None) -> grounds.Scope:
    case_id = cases.find_own(session, case)
    return grounds.Scope(
        case_id=case_id, exhibit_id=None if exhibit is None else exhibits.find(session, case_id, exhibit)
    )


class _Looked:
    """Notes where there are as many rows as are looked at, whatever a rule says of them: the rest is not seen.

    `are_names_cut`: so many files of the unit lie in series; to look at fewer media changes nothing of that.
    """

    def __init__(self) -> None:
        self.is_cut = self.are_names_cut = False

    def all_of(self, rows: Iterable[Row], limit: int) -> Iterator[Row]:
        count = 0
        for row in rows:
            count += 1
            yield row
        self.is_cut |= count >= limit

    def names_of(self, rows: Iterable[Row], limit: int) -> Iterator[Row]:
        apart = _Looked()
        yield from apart.all_of(rows, limit)
        self.are_names_cut |= apart.is_cut


def _found(session: Session, looked: _Looked) -> Iterator[Ground]:
    """Every ground that some rule finds good."""
    most = grounds.PAIRS_MAX
    for medium, one in looked.all_of(grounds.equal_bytes(session), most):
        yield medium, one, Rule.SAME_BYTES, {}
    for medium, one, bits, radius, *_ in looked.all_of(grounds.matched(session, PDQ), most):
        yield from _judged(medium, one, Rule.NEAR_COPY, rules.near_copy(bits, radius))
    for medium, one, _, _, matched, compared, milliseconds in looked.all_of(grounds.matched(session, VIDEO), most):
        found = rules.aligned_video(matched or 0, compared or 0, milliseconds or 0)
        yield from _judged(medium, one, Rule.ALIGNED_VIDEO, found)
    for medium, one, identifier in looked.all_of(grounds.same_words(session, "document_id", with_make=False), most):
        yield from _judged(medium, one, Rule.SAME_DOCUMENT, rules.same_document(identifier))
    for medium, one, serial in looked.all_of(grounds.same_words(session, "camera_serial", with_make=True), most):
        yield from _judged(medium, one, Rule.SAME_CAMERA, rules.same_camera(serial))
    for medium, one, seconds in looked.all_of(grounds.close_in_time(session), most):
        yield from _judged(medium, one, Rule.BURST, rules.burst(seconds))
    for medium, one, here, there in looked.all_of(grounds.close_in_space(session), most):
        yield from _judged(medium, one, Rule.SHARED_PLACE, rules.shared_place(here, there))
    yield from _named_alike(session, looked)


def _judged(medium: UUID, one: UUID, rule: Rule, measured: Measured | None) -> Iterator[Ground]:
    if measured is not None:
        yield medium, one, rule, measured


def _named_alike(session: Session, looked: _Looked) -> Iterator[Ground]:
    stems: dict[str, set[UUID]] = defaultdict(set)
    for one, path in looked.names_of(grounds.paths_in_series(session), grounds.PATHS_MAX):
        if (stem := rules.stem_of(path)) is not None:
            stems[stem].add(one)
    for medium, path in looked.all_of(grounds.paths(session), grounds.PATHS_MAX):
        stem = rules.stem_of(path) or ""
        for one in stems.get(stem, ()):
            yield medium, one, Rule.FILE_NAMES, rules.file_names(stem)


def _drawn(session: Session, found: Sequence[Ground]) -> list[Drawn]:
    """What is proposed for these grounds: each pair once for each rule, nothing that holds already or was rejected."""
    lying = grounds.places_of(session, list({medium for medium, *_ in found}))
    asked = {one for _, one, *_ in found} | {one for places in lying.values() for one in places}
    together = merges.together(session, asked)
    refused = rejections.Refused(session, together)
    names = grounds.names(session)
    kept: dict[tuple[UUID, UUID, Rule], Drawn] = {}
    joins: dict[tuple[UUID, UUID, Rule], Drawn] = {}
    speaking: dict[tuple[UUID, UUID, Rule], set[UUID]] = defaultdict(set)
    for medium, one, rule, measured in found:
        whole, places = together[one], lying.get(medium, set())
        if places & {*whole}:
            continue
        if not places:
            # Series that are one are proposed as one of them.
            key = medium, whole[0], rule
            if key not in kept and not refused.has(one, names[medium]):
                kept[key] = Drawn(
                    series_id=one, medium_id=medium, other_id=None, rule=rule, measured=measured, media=1,
                    near=_near(rule, medium, one), spoken_by=medium,
                )  # fmt: skip
        if refused.has(one, names[medium]):
            # It lies elsewhere because it does not belong there: it does not speak for the two being one.
            continue
        for other in places:
            first, second = sorted((whole[0], together[other][0]))
            if not refused.has(one, other):
                # Named are those in which the two media lie: of others that are one with them a case may have nothing.
                ends = sorted((one, other))
                speaking[first, second, rule].add(medium)
                joins.setdefault((first, second, rule), Drawn(
                    series_id=ends[0], medium_id=None, other_id=ends[1], rule=rule, measured=measured, media=1,
                    near=_near(rule, medium, one), spoken_by=medium,
                ))  # fmt: skip
    pairs = [replace(join, media=len(speaking[key])) for key, join in joins.items()]
    order = {rule: number for number, rule in enumerate(Rule)}
    return sorted([*pairs, *kept.values()], key=lambda drawn: order[drawn.rule])


def _near(rule: Rule, medium: UUID, one: UUID) -> tuple[UUID, UUID] | None:
    """By which match it is proposed, where the rule looks at matches."""
    return (medium, one) if rule in rules.OF_MATCHES else None
