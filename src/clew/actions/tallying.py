"""Tallying: how many media of a case got each answer, worked out a few blocks at a time and kept for the pages.

To answer 100,000 media takes seconds, and no page waits for that: each look goes on where the last one stopped, until
all is tallied. What is kept in this process is of one officer's sight. It says in which blocks of media an answer
lies, so that a list of rare answers passes the others by.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from uuid import UUID

from clew.actions import following, retrying, triaging
from clew.actions.following import LineList
from clew.actions.retrying import Undone
from clew.actions.triaging import FILES, Scope
from clew.domain.intake import Progress
from clew.domain.triage import Answer, Counts, TriagedMedium, first_asked
from clew.records import audit
from clew.records import triage as known
from clew.records.session import Session
from clew.records.several import several

BLOCK_MEDIA = 150
"""Answered by one query within 30 ms among five million media; a page looks at two."""
BLOCKS_A_LOOK = 8
"""By so many blocks a look of whoever follows carries the counts on."""
BLOCKS_KEPT_MAX = 10_000
KEPT_SECONDS = 900.0
"""How old a tally may be that is told or carried on, and how long one is kept that nobody looks at."""
KEPT_MAX = 1_000
FRESH_FACTOR = 10.0
"""A whole tally is fresh for ten times as long as it took: a small case is tallied at each look, a large one seldom."""
_NOWHERE = UUID(int=0)
_Triaged = tuple[UUID, TriagedMedium]
_Key = tuple[str, str, str, UUID, UUID | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of what was looked at, `media` so far, all if it `is_whole`; `is_fresh`: nothing is counted again."""

    counts: Counts
    media: int
    is_whole: bool
    is_fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far the intakes of a case or exhibit have come, and what is counted of it by now."""

    progress: Progress
    tally: Tally

    @property
    def is_last(self) -> bool:
        """Whether nothing more is to come: all is taken in, and all is counted."""
        return not self.progress.is_running and self.tally.is_fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a page shows: `items` are media of `answer`, `files` those that could not even be read, where that is asked.

    `next` is where the following page begins, or None.
    """

    tally: Tally
    answer: Answer
    items: tuple[TriagedMedium, ...]
    files: tuple[TriagedMedium, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a page shows beside its tally: how far intakes have come, the best leads, and what could be tried again.

    `names` and `contacts` of members as `triaging.names_and_contacts` gives them.
    """

    progress: Progress
    leads: LineList
    undone: Undone | None
    names: Mapping[str, str]
    contacts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    last: UUID
    answers: frozenset[Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A tally as far as it has come; `done`: files that the intakes had taken in when it began."""

    done: int
    numbers: tuple[int, ...] = (0,) * len(Answer)
    blocks: tuple[_Block, ...] = ()
    media: int = 0
    after: UUID = _NOWHERE
    began: float | None = None
    cost: float = 0.0
    ended: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A tally, and the media of its first block where they were just answered."""

    part: _Part
    block: list[_Triaged]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """Some media of one answer; `next` is behind which the following page begins, or None."""

    found: list[_Triaged]
    next: UUID | None


@dataclass(slots=True)
class _Kept:
    whole: _Part | None = None
    going: _Part | None = None
    used: float = 0.0


_kept: dict[_Key, _Kept] = {}
_lock = Lock()


def page(
    session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None, answer: Answer | None = None,
    after: str | None = None, limit: int,
) -> Opened:  # fmt: skip
    """What `opened` gives of the case (or exhibit) of that name.

    Raises:
        NotVisible: there is no such case or exhibit, or the actor may not see it.
    """
    scope = triaging.scope(session, case, exhibit, unit)
    return opened(session, scope, triaging.progress(session, scope), answer=answer, after=after, limit=limit)


def follow(
    session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None, blocks: int = BLOCKS_A_LOOK,
    goes_on: bool = False,
) -> Followed:  # fmt: skip
    """How far the intakes of the case (or exhibit) have come, and its tally, carried on by at most `blocks` blocks.

    `goes_on`: whoever follows has put it on record when they began.

    Raises:
        NotVisible: there is no such case or exhibit, or the actor may not see it.
    """
    scope = triaging.scope(session, case, exhibit, unit)
    progress = (triaging.progress if goes_on else triaging.follow)(session, scope)
    return Followed(progress=progress, tally=look(session, scope, progress, blocks=blocks))


def beside(session: Session, scope: Scope, *, leads_max: int) -> Beside:
    """What stands beside the tally of a case or exhibit, asked together; `opened` puts it on record with the rest."""
    progress, leads, undone, (names, contacts) = several(
        session, lambda asked: triaging.progress(asked, scope),
        lambda asked: following.best_of(asked, scope, limit=leads_max), lambda asked: retrying.look(asked, scope),
        triaging.names_and_contacts,
    )  # fmt: skip
    return Beside(progress=progress, leads=leads, undone=undone, names=names, contacts=contacts)


def opened(
    session: Session, scope: Scope, progress: Progress, *, answer: Answer | None, after: str | None, limit: int,
    beside: LineList | None = None,
) -> Opened:  # fmt: skip
    """What a page of the case (or exhibit) shows: its tally, and media of one answer, or of the first that any has.

    A page looks at two blocks at most: with few media of the answer it is shorter, and `next` goes on behind them. The
    tally of a case of more than a block is carried on by `look`, which a page asks for again and again. `beside`: leads
    that stand beside it.
    """
    kept = _of(session, scope)
    part, block = _known(session, scope, progress, kept)
    wanted = answer or first_asked(_counts(part))
    listed = _listed(session, scope, _Look(part=part, block=block), wanted, after, limit)
    items = tuple(medium for _, medium in listed.found)
    files, goes_on = _files(session, scope, wanted, after, listed, limit)
    owners = triaging.owners_shown(items) | following.owners_shown(() if beside is None else beside.lines)
    audit.append(session, "triage.read", str(scope.exhibit or scope.case), shown=owners)
    return Opened(tally=_told(part, progress), answer=wanted, items=items, files=files, next=goes_on)


def look(session: Session, scope: Scope, progress: Progress, *, blocks: int) -> Tally:
    """The tally of the case (or exhibit), carried on by at most `blocks` blocks of media.

    `progress` is that of its intakes, asked for before: what they have done by then is in a tally that begins now.
    While a whole one is worked out afresh the one before is told, for as long as it is kept. Whoever follows has put
    it on record when they began.
    """
    kept = _of(session, scope)
    whole = _current(kept.whole)
    if whole is not None and _is_fresh(whole, progress):
        return _told(whole, progress)
    going, _ = _gone_on(session, scope, _current(kept.going) or _Part(done=progress.files_done), blocks)
    _keep(kept, going)
    return _told(whole if whole is not None and going.ended is None else going, progress)


def _known(session: Session, scope: Scope, progress: Progress, kept: _Kept) -> tuple[_Part, list[_Triaged]]:
    """What is tallied by now, of one block at least, and the media of that block where it was just answered."""
    whole, going = _current(kept.whole), _current(kept.going)
    if whole is not None and (len(whole.blocks) > 1 or _is_fresh(whole, progress)):
        return whole, []
    if whole is None and going is not None and going.media:
        return going, []
    going, block = _gone_on(session, scope, _Part(done=progress.files_done), 1)
    _keep(kept, going)
    return going, block


def _files(
    session: Session, scope: Scope, answer: Answer, after: str | None, listed: _Listed, limit: int
) -> tuple[tuple[TriagedMedium, ...], str | None]:
    """Files that are counted as undecodable, behind the media that are; and where the following page begins."""
    if listed.next is not None or answer is not Answer.UNDECODABLE:
        return (), None if listed.next is None else str(listed.next)
    begins = after if after is not None and after.startswith(FILES) else None
    page = triaging.undecodable_files(session, scope, begins, limit - len(listed.found))
    return page.items, page.next


def _listed(session: Session, scope: Scope, look: _Look, answer: Answer, after: str | None, limit: int) -> _Listed:
    """The next media of that answer behind the marker `after`."""
    if after is not None and after.startswith(FILES):
        return _Listed(found=[], next=None)
    found: list[_Triaged] = []
    at = _passed_by(look.part, answer, triaging.marker(after) or _NOWHERE)
    if look.part.ended is not None and at == look.part.after:
        return _Listed(found=[], next=None)
    block = look.block if at == _NOWHERE else []
    block = block or next(triaging.blocks(session, scope.case, scope.exhibit, at, BLOCK_MEDIA), [])
    for medium_id, medium in block:
        if medium.answer is answer:
            if len(found) == limit:
                return _Listed(found=found, next=at)
            found.append((medium_id, medium))
        at = medium_id
    return _Listed(found=found, next=None if len(block) < BLOCK_MEDIA else at)


def _passed_by(part: _Part, answer: Answer, at: UUID) -> UUID:
    """Behind all blocks from there on that are known to hold no such answer."""
    for block in part.blocks:
        if block.last > at:
            if answer in block.answers:
                break
            at = block.last
    return at


def _of(session: Session, scope: Scope) -> _Kept:
    actor, now = session.actor, monotonic()
    key = (actor.member, actor.unit, actor.officer, scope.case, scope.exhibit)
    with _lock:
        kept = _kept.get(key)
        if kept is None or now - kept.used > KEPT_SECONDS:
            if len(_kept) >= KEPT_MAX:
                _kept.clear()
            kept = _kept[key] = _Kept()
        kept.used = now
        return kept


def _gone_on(session: Session, scope: Scope, part: _Part, blocks: int) -> tuple[_Part, list[_Triaged]]:
    """The part with some blocks more, and the last of them; one that is not full ends it."""
    began = monotonic()
    part = replace(part, began=began) if part.began is None else part
    block: list[_Triaged] = []
    for _ in range(blocks):
        block = next(triaging.blocks(session, scope.case, scope.exhibit, part.after, BLOCK_MEDIA), [])
        part = _with(part, block)
        if len(block) < BLOCK_MEDIA:
            part = _ended(session, scope, part)
            break
    return replace(part, cost=part.cost + monotonic() - began), block


def _with(part: _Part, block: list[tuple[UUID, TriagedMedium]]) -> _Part:
    if not block:
        return part
    answers = [medium.answer for _, medium in block]
    numbers = tuple(number + answers.count(answer) for number, answer in zip(part.numbers, Answer, strict=True))
    noted = _Block(last=block[-1][0], answers=frozenset(answers))
    is_noted = len(part.blocks) < BLOCKS_KEPT_MAX
    return replace(
        part, numbers=numbers, media=part.media + len(block), after=noted.last,
        blocks=(*part.blocks, noted) if is_noted else part.blocks,
    )  # fmt: skip


def _ended(session: Session, scope: Scope, part: _Part) -> _Part:
    files = known.count_without_medium(session, scope.case, scope.exhibit)
    numbers = tuple(
        number + files if answer is Answer.UNDECODABLE else number
        for number, answer in zip(part.numbers, Answer, strict=True)
    )
    return replace(part, numbers=numbers, ended=monotonic())


def _is_fresh(whole: _Part, progress: Progress) -> bool:
    """Once intakes have ended only what began after that is: what they brought last must not be missing for long."""
    if not progress.is_running and whole.done != progress.files_done:
        return False
    return monotonic() - (whole.ended or 0.0) <= FRESH_FACTOR * whole.cost


def _current(part: _Part | None) -> _Part | None:
    """The part, unless it began too long ago to be told."""
    is_old = part is not None and part.began is not None and monotonic() - part.began > KEPT_SECONDS
    return None if is_old else part


def _keep(kept: _Kept, going: _Part) -> None:
    """Keep how far a tally has come. Two looks at one time may both carry it on from the same place: neither harms."""
    with _lock:
        if going.ended is not None:
            kept.whole, kept.going = going, None
        else:
            kept.going = going


def _told(part: _Part, progress: Progress) -> Tally:
    is_whole = part.ended is not None
    return Tally(
        counts=_counts(part), media=part.media, is_whole=is_whole, is_fresh=is_whole and _is_fresh(part, progress)
    )


def _counts(part: _Part) -> Counts:
    return Counts(**{answer.value: number for answer, number in zip(Answer, part.numbers, strict=True)})
