"""Triage: what is known of the media of a case, and what needs a person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Protocol
from uuid import UUID

from clew.domain.handling import Actor
from clew.domain.intake import Progress
from clew.domain.medium import MediumKind
from clew.domain.triage import Answer, Counts, Reason, ReasonKind, SetAside, TriagedMedium, answer, evidence
from clew.domain.verdict import MatchVerdict, setting_aside
from clew.media.walk import path_text
from clew.records import audit, cases, intakes, members, verdicts
from clew.records import triage as known
from clew.records.session import Session, acting_as

MEDIA_PER_BLOCK = 1000
"""How many media one query looks at: large enough to be quick, small enough for any memory."""


FILES = "file-"
"""Begins the marker of a page of files that have no medium."""


class Scope(NamedTuple):
    """Identifiers of a case that the actor may see, and of one exhibit in it if only that is meant."""

    case: UUID
    exhibit: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some triaged media; `next` is where the following page begins, or None."""

    items: tuple[TriagedMedium, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFile:
    """A file that gave no pixels, frames or samples, whatever is known of it by its digest."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadPage:
    """Some files that gave nothing to look at; `next` is where the following page begins, or None."""

    items: tuple[UnreadFile, ...]
    next: str | None


def counts(session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None) -> Counts:
    """How many media of the case (or exhibit) got each answer; a file that could not be read counts as one.

    Here and below `unit` says whose case it is, where that is not the actor's own.
    """
    case_id, exhibit_id = scope(session, case, exhibit, unit)
    numbers = dict.fromkeys(Answer, 0)
    for _, medium in _triaged(session, case_id, exhibit_id, None, MEDIA_PER_BLOCK):
        numbers[medium.answer] += 1
    numbers[Answer.UNDECODABLE] += known.count_without_medium(session, case_id, exhibit_id)
    audit.append(session, "triage.count", str(exhibit_id or case_id))
    return Counts(**{name.value: number for name, number in numbers.items()})


def every_medium(
    actor: Actor, case: str, exhibit: str | None = None, *, unit: str | None = None
) -> Iterator[TriagedMedium]:
    """All media of the case (or exhibit) with their answers, a block at a time, each in a transaction of its own.

    Behind them come the files that could not even be read, so that there are as many as `counts` counts.
    What was read is on record, and committed, before any of it is given: a transaction whose audit cannot be
    kept gives nothing.
    """
    after: UUID | None = None
    while block := _block(actor, case, exhibit, unit, after):
        after = block[-1][0]
        yield from (medium for _, medium in block)
    last = 0
    while files := _unread_block(actor, case, exhibit, unit, last):
        last = files[-1][0]
        yield from (of_file(path, reason) for _, path, reason in files)


def _unread_block(
    actor: Actor, case: str, exhibit: str | None, unit: str | None, after: int
) -> tuple[tuple[int, bytes, str], ...]:
    with acting_as(actor) as session:
        case_id, exhibit_id = scope(session, case, exhibit, unit)
        return known.without_medium(session, case_id, exhibit_id, MEDIA_PER_BLOCK, after=after)


def of_file(path: bytes, reason: str) -> TriagedMedium:
    """A file that could not even be read, where media are listed: nobody knows what medium it is."""
    return TriagedMedium(
        name=None, sha256=None, paths=(path_text(path),), kind=MediumKind.UNKNOWN, answer=Answer.UNDECODABLE,
        verdict_reason=reason,
    )  # fmt: skip


def _block(
    actor: Actor, case: str, exhibit: str | None, unit: str | None, after: UUID | None
) -> list[tuple[UUID, TriagedMedium]]:
    with acting_as(actor) as session:
        case_id, exhibit_id = scope(session, case, exhibit, unit)
        if after is None:
            audit.append(session, "triage.read", str(exhibit_id or case_id))
        block = next(blocks(session, case_id, exhibit_id, after, MEDIA_PER_BLOCK), [])
        if shown := owners_shown(medium for _, medium in block) - {actor.member}:
            audit.append(session, "triage.show", str(exhibit_id or case_id), {"media": len(block)}, shown=shown)
        return block


def media(
    session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None,
    answer: Answer | None = None, after: str | None = None, limit: int = 50,
) -> Page:  # fmt: skip
    """A page of media of the case (or exhibit), of one answer if asked; files that could not even be read come last."""
    within = scope(session, case, exhibit, unit)
    is_behind = after is not None and after.startswith(FILES)
    page = Page(items=(), next=None) if is_behind else _page(session, *within, answer, after, limit)
    if page.next is None and answer in (None, Answer.UNDECODABLE):
        files = undecodable_files(session, within, after if is_behind else None, limit - len(page.items))
        page = Page(items=(*page.items, *files.items), next=files.next)
    audit.append(session, "triage.read", str(within.exhibit or within.case), shown=owners_shown(page.items))
    return page


def _page(
    session: Session, case_id: UUID, exhibit_id: UUID | None, answer: Answer | None, after: str | None, limit: int
) -> Page:
    block = limit + 1 if answer is None else MEDIA_PER_BLOCK
    items: list[TriagedMedium] = []
    last: UUID | None = None
    for medium_id, medium in _triaged(session, case_id, exhibit_id, marker(after), block):
        if answer is not None and medium.answer is not answer:
            continue
        if len(items) == limit:
            return Page(items=tuple(items), next=str(last))
        items.append(medium)
        last = medium_id
    return Page(items=tuple(items), next=None)


def undecodable_files(session: Session, scope: Scope, after: str | None, room: int) -> Page:
    """Files of the case (or exhibit) that could not even be read; `after` is a marker of theirs, or None."""
    start = _number((after or "").removeprefix(FILES))
    rows = known.without_medium(session, scope.case, scope.exhibit, room + 1, skip=start)
    items = tuple(of_file(path, reason) for _, path, reason in rows[:room])
    return Page(items=items, next=f"{FILES}{start + room}" if len(rows) > room else None)


def unread(
    session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None,
    after: str | None = None, limit: int = 50,
) -> UnreadPage:  # fmt: skip
    """A page of files of the case (or exhibit) that gave no pixels, frames or samples, with the reason."""
    case_id, exhibit_id = scope(session, case, exhibit, unit)
    audit.append(session, "triage.read", str(exhibit_id or case_id))
    rows = known.unreadable_after(session, case_id, exhibit_id, _number(after or ""), limit + 1)
    files = tuple(UnreadFile(path=path_text(path), reason=reason) for _, path, reason in rows[:limit])
    return UnreadPage(items=files, next=str(rows[limit - 1][0]) if len(rows) > limit else None)


def unread_count(session: Session, case: str, exhibit: str | None = None) -> int:
    """How many files all pages of `unread` hold."""
    case_id, exhibit_id = scope(session, case, exhibit)
    audit.append(session, "triage.count", str(exhibit_id or case_id))
    return known.count_unreadable(session, case_id, exhibit_id)


def _number(marker: str) -> int:
    return int(marker) if marker.isascii() and marker.isdecimal() and len(marker) < 19 else 0


def progress(session: Session, scope: Scope) -> Progress:
    """How far the intakes of the case (or exhibit) have come."""
    return intakes.progress(session, case_id=scope.case, exhibit_id=scope.exhibit)


def follow(session: Session, scope: Scope) -> Progress:
    """The same, and on record: somebody begins to follow it."""
    audit.append(session, "triage.follow", str(scope.exhibit or scope.case))
    return intakes.progress(session, case_id=scope.case, exhibit_id=scope.exhibit)


def names_and_contacts(session: Session) -> tuple[dict[str, str], dict[str, str]]:
    """The name of each member, and how each other one that says so is reached; by its code."""
    found = members.contacts(session)
    names = {code: name for code, (name, _) in found.items()}
    me = session.actor.member
    return names, {code: contact for code, (_, contact) in found.items() if contact and code != me}


class Told(Protocol):
    """A medium with what is told of it."""

    @property
    def reasons(self) -> tuple[Reason, ...]: ...

    @property
    def set_aside(self) -> tuple[SetAside, ...]: ...


def owners_shown(media: Iterable[Told]) -> set[str]:
    """Members whose records the reasons of `media` show, those set aside too; each is told of it by the audit."""
    return owners_of(
        reason for medium in media for reason in (*medium.reasons, *(one.reason for one in medium.set_aside))
    )


def owners_of(reasons: Iterable[Reason]) -> set[str]:
    """Members whose records these reasons show."""
    return {member for reason in reasons for member in (reason.owner, reason.holder) if member is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a medium: reasons that count, the best first, and those that somebody at home set aside."""

    reasons: tuple[Reason, ...] = ()
    set_aside: tuple[SetAside, ...] = ()

    def answer(self, *, is_decoded: bool) -> Answer:
        """What it makes of the medium: by the best reason, whether or not its bytes were read."""
        return answer(self.reasons[0].evidence if self.reasons else None, is_decoded=is_decoded)


def found(
    session: Session, case_id: UUID, exhibit_id: UUID | None, media: Sequence[UUID]
) -> dict[UUID, Found]:
    """What is known of each of these media of a case; asked of all of them at once."""
    pairs = _by_medium(known.pairs(session, case_id, exhibit_id, media)) if media else {}
    near = [medium for medium, some in pairs.items() if any(pair.kind is not ReasonKind.DIGEST for pair in some)]
    said = verdicts.of_media(session, near, at_home=True) if near else {}
    return {medium: _sorted(session, medium, pairs.get(medium, ()), said) for medium in media}


def _sorted(
    session: Session, medium: UUID, pairs: Iterable[known.Pair], said: Mapping[tuple[UUID, str], Sequence[MatchVerdict]]
) -> Found:
    """Which reasons count, and which do not because of what was said of the match."""
    member, unit = session.actor.member, session.actor.unit
    counting: list[known.Pair] = []
    aside: list[SetAside] = []
    for pair in pairs:
        verdict = setting_aside(said.get((medium, pair.matched), ()), member=member, unit=unit)
        reason = None if verdict is None else reason_of(pair)
        if verdict is None:
            counting.append(pair)
        elif reason is not None:
            aside.append(SetAside(reason=reason, verdict=verdict))
    return Found(reasons=best_first(counting), set_aside=tuple(sorted(aside, key=lambda one: one.reason.rank)))


def reason_of(pair: known.Pair) -> Reason | None:
    """What a pair says in triage, or None where the other medium gives no evidence."""
    found = evidence(pair.other)
    if found is None:
        return None
    return Reason(
        kind=pair.kind, evidence=found, matched=pair.matched, distance_bits=pair.distance_bits,
        radius_bits=pair.radius_bits, transform=pair.transform, aligned=pair.aligned, series=pair.series,
        reference=pair.reference, owner=pair.owner, unit=pair.unit, holder=pair.holder,
    )  # fmt: skip


def best_first(pairs: Iterable[known.Pair]) -> tuple[Reason, ...]:
    """Every reason that `pairs` give, the best first. Doors for people show them in groups."""
    reasons = (reason for pair in pairs if (reason := reason_of(pair)) is not None)
    return tuple(sorted(reasons, key=lambda reason: reason.rank))


def _triaged(
    session: Session, case_id: UUID, exhibit_id: UUID | None, after: UUID | None, block: int
) -> Iterator[tuple[UUID, TriagedMedium]]:
    return chain.from_iterable(blocks(session, case_id, exhibit_id, after, block))


def blocks(
    session: Session, case_id: UUID, exhibit_id: UUID | None, after: UUID | None, block: int
) -> Iterator[list[tuple[UUID, TriagedMedium]]]:
    """The media of the case (or exhibit) with their answers, behind `after` and in the order of their identifiers."""
    while scoped := known.media_after(session, case_id, exhibit_id, after, block):
        after = scoped[-1].id
        known_of = found(session, case_id, exhibit_id, [medium.id for medium in scoped])
        yield [(medium.id, _answered(medium, known_of[medium.id])) for medium in scoped]


def _by_medium(pairs: Iterable[known.Pair]) -> Mapping[UUID, list[known.Pair]]:
    found: dict[UUID, list[known.Pair]] = defaultdict(list)
    for pair in pairs:
        found[pair.medium_id].append(pair)
    return found


def _answered(medium: known.ScopedMedium, found: Found) -> TriagedMedium:
    return TriagedMedium(
        name=medium.name, sha256=medium.sha256, paths=tuple(path_text(path) for path in medium.paths),
        kind=medium.kind, answer=found.answer(is_decoded=medium.verdict.is_decoded), reasons=found.reasons,
        set_aside=found.set_aside, verdict=medium.verdict, verdict_reason=medium.reason,
    )  # fmt: skip


def scope(session: Session, case: str, exhibit: str | None = None, unit: str | None = None) -> Scope:
    """Identifiers of the case and of the exhibit in it, if one is named.

    Raises:
        NotVisible: there is no such case or exhibit, or the actor may not see it.
    """
    if exhibit is None:
        return Scope(case=cases.find(session, case, unit), exhibit=None)
    return Scope(*cases.find_with(session, case, exhibit, unit))


def marker(after: str | None) -> UUID | None:
    """Behind which medium a page begins; None from the beginning, or for what is no marker."""
    try:
        return None if after is None else UUID(after)
    except ValueError:
        return None
