"""Browsing: media of a case, an exhibit or a series in pages, each with its answer and what the own unit said of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from clew.actions import triaging
from clew.domain.camera import Camera
from clew.domain.errors import NOWHERE, Invalid, NotVisible
from clew.domain.handling import Actor
from clew.domain.medium import Verdict
from clew.domain.series import reference_in
from clew.domain.stack import STACK_MEDIA_MAX
from clew.domain.triage import Answer, Reason, SetAside
from clew.records import audit, cameras, case_stacks, cases, exhibits, grids, members, merges, series, series_media
from clew.records.grids import GridMedium, Scope, Wanted
from clew.records.series_media import Named
from clew.records.session import Session

CONSIDERED_MAX = 80
"""Of so many media a page works out the answer; those that are not asked for leave it shorter."""
FOLDED_CONSIDERED_MAX = 1_000
"""Of so many media in stacks that a page would leave out it works out the answer."""
OPEN = frozenset(Answer) - {Answer.KNOWN}
"""Answers that need a person: what is known is folded away."""

__all__ = [
    "CONSIDERED_MAX", "OPEN", "Camera", "GridMedium", "Item", "Lack", "Named", "Offered", "Page", "Wanted", "camera_of",
    "lack_of", "narrowed", "of_case", "of_series", "open_case", "open_series", "stack", "token_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A medium of a page. `answer` and its reasons, the best first, are of a case; None and none in a series.

    `set_aside` are reasons that somebody at home says do not count.
    """

    medium: GridMedium
    answer: Answer | None
    reasons: tuple[Reason, ...] = ()
    set_aside: tuple[SetAside, ...] = ()

    @property
    def reason(self) -> Reason | None:
        """The best reason."""
        return self.reasons[0] if self.reasons else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some media, of a stack the one that stands for it; `next` is where the following page begins, or None.

    `folded`: so many media are known, and were left out for that.
    """

    items: tuple[Item, ...]
    next: str | None
    folded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a page offers to narrow it to: what a bounded look at its media found, and so perhaps not all there is."""

    cameras: tuple[Camera, ...]
    series: tuple[Named, ...]


class Lack(StrEnum):
    """Why there is no preview of a medium."""

    EXAMINED = "under-examination"
    FINGERPRINTS_ONLY = "fingerprints-only"
    NOT_READ = "not-read"
    NOT_MADE_YET = "not-made-yet"
    NOT_SHARED = "not-shared"
    NONE = "none"


def of_case(
    session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None, wanted: Wanted,
    answers: Collection[Answer] = OPEN, after: str | None = None,
) -> Page:  # fmt: skip
    """A page of media of the case (or exhibit) with these answers: stacks first, the largest first.

    A page is shorter where few of those looked at are asked for; `next` goes on behind them. Of a stack that is left
    out each medium was asked about: one that has another answer stands for the stack.

    Raises:
        NotVisible: there is no such case or exhibit.
        Invalid: no page begins at `after`.
    """
    scope = _scope(session, case, exhibit, unit)
    part = grids.of_case(session, scope, wanted, _marker(after), CONSIDERED_MAX)
    found = _answered(session, scope, part.media)
    kept = _instead(session, scope, wanted, [item for item in found if item.answer not in answers], answers)
    items = tuple(kept.get(item.medium.id, item) for item in found if item.answer in answers or item.medium.id in kept)
    folded = sum(
        item.medium.stacked for item in found if item.answer is Answer.KNOWN and item.medium.id not in kept
    ) if Answer.KNOWN not in answers else 0  # fmt: skip
    _tell(session, "grid.read", scope, items)
    return Page(items=items, next=None if part.last is None else str(part.last), folded=folded)


def stack(
    session: Session, case: str, medium: UUID, exhibit: str | None = None, *, unit: str | None = None
) -> Page:
    """The media of the stack in which a medium of the case (or exhibit) lies, the one that stands for it first.

    A medium without near copies there is alone in it.

    Raises:
        NotVisible: there is no such case or exhibit, or no such medium in it.
    """
    scope = _scope(session, case, exhibit, unit)
    lying = case_stacks.members(session, scope.case_id, scope.exhibit_id, [medium], STACK_MEDIA_MAX)
    if medium not in lying and not case_stacks.lies(session, scope.case_id, scope.exhibit_id, medium):
        raise NotVisible("There is no such stack.")
    items = tuple(_answered(session, scope, grids.some(session, list(lying) or [medium])))
    _tell(session, "grid.stack", scope, items)
    return Page(items=items, next=None)


def _scope(session: Session, case: str, exhibit: str | None, unit: str | None) -> Scope:
    case_id = cases.find(session, case, unit)
    return Scope(case_id=case_id, exhibit_id=None if exhibit is None else exhibits.find(session, case_id, exhibit))


def _tell(session: Session, act: str, scope: Scope, items: Sequence[Item]) -> None:
    audit.append(
        session, act, str(scope.exhibit_id or scope.case_id), {"media": len(items)}, shown=triaging.owners_shown(items)
    )


def _instead(
    session: Session, scope: Scope, wanted: Wanted, left: Sequence[Item], answers: Collection[Answer]
) -> dict[UUID, Item]:
    """What stands instead for stacks of which a medium has an answer that is asked for, by what stood for them.

    Of no more than so many media that is asked; stacks beyond them are shown as they are, and never left out unasked.
    """
    asked: list[UUID] = []
    kept: dict[UUID, Item] = {}
    room = FOLDED_CONSIDERED_MAX
    for item in left:
        if item.medium.stacked > 1 and item.medium.stacked <= room:
            asked.append(item.medium.id)
            room -= item.medium.stacked
        elif item.medium.stacked > 1:
            kept[item.medium.id] = item
    if not asked:
        return kept
    lying = case_stacks.members(session, scope.case_id, scope.exhibit_id, asked, FOLDED_CONSIDERED_MAX)
    first = {lying[medium]: medium for medium in asked if medium in lying}
    size = {item.medium.id: item.medium.stacked for item in left}
    for item in _answered(session, scope, grids.some(session, list(lying), wanted)):
        stands = first[lying[item.medium.id]]
        if item.answer in answers:
            kept.setdefault(stands, replace(item, medium=replace(item.medium, stacked=size[stands])))
    return kept


def open_case(session: Session, case: str, exhibit: str | None = None, *, unit: str | None = None) -> Offered:
    """What a page of the case (or exhibit) offers to narrow it to, before anything of it is asked.

    It is what a look at some of its media finds, wherever in it they lie: however large it is, that costs the same.

    Raises:
        NotVisible: there is no such case or exhibit.
    """
    scope = _scope(session, case, exhibit, unit)
    some = grids.sampled(session, scope)
    found, named = cameras.among(session, some), series_media.among(session, some)
    audit.append(session, "grid.open", str(scope.exhibit_id or scope.case_id), shown={one.owner for one in named})
    return Offered(cameras=tuple(found), series=named)


def open_series(session: Session, series_id: UUID) -> Offered:
    """The same of a series that the actor sees, and of all that are one with it: cameras alone."""
    some = grids.sampled_of_series(session, merges.together(session, [series_id])[series_id])
    found = cameras.among(session, some)
    audit.append(session, "grid.open", str(series_id), shown={owner for owners in found.values() for owner in owners})
    return Offered(cameras=tuple(found), series=())


def narrowed(session: Session, wanted: Wanted, *, named: str = "", camera: str = "") -> Wanted:
    """`wanted`, only of one series by its reference, and all that are one with it, and of one camera by its token.

    A series that the actor does not see holds nothing, as one that never was.

    Raises:
        Invalid: the token stands for no camera.
    """
    if named:
        found = series.named(session, reference_in(named) or "")
        wanted = replace(wanted, series=() if found is None else merges.together(session, [found])[found])
    return replace(wanted, camera=camera_of(session, camera)) if camera else wanted


def token_of(actor: Actor, camera: Camera) -> str:
    """What stands for a camera in an address of the actor's member, and tells nobody else which it is."""
    return cameras.token(actor.member, camera)


def camera_of(session: Session, token: str) -> Camera:
    """The camera that a token of the own member stands for.

    Raises:
        Invalid: it stands for none.
    """
    return cameras.of_token(session.actor.member, token)


def of_series(session: Session, name: str, *, wanted: Wanted, after: str | None = None) -> Page:
    """A page of media of a series and of all that are one with it.

    Raises:
        NotVisible: there is no such series, or the actor may not see it.
        Invalid: no page begins at `after`.
    """
    found = series.find(session, name)
    ids = merges.together(session, [found.id])[found.id]
    if wanted.camera is not None:
        wanted = replace(wanted, camera_owners=tuple(members.names(session)))
    part = grids.of_series(session, ids, wanted, _marker(after), CONSIDERED_MAX)
    items = tuple(Item(medium=one, answer=None) for one in part.media)
    owners = {item.medium.owner for item in items}
    audit.append(session, "grid.read", str(found.id), {"media": len(items)}, shown=owners)
    return Page(items=items, next=None if part.last is None else str(part.last))


def lack_of(medium: GridMedium, actor: Actor) -> Lack:
    """Why there is no preview of this medium, as far as the actor may know."""
    if medium.is_blocked:
        return Lack.EXAMINED
    if (medium.owner, medium.unit) != (actor.member, actor.unit):
        return Lack.NOT_SHARED
    if medium.verdict is Verdict.ABSENT or not medium.has_bytes:
        return Lack.FINGERPRINTS_ONLY
    if not medium.verdict.is_decoded:
        return Lack.NOT_READ
    return Lack.NOT_MADE_YET if medium.is_waiting else Lack.NONE


def _answered(session: Session, scope: Scope, media: Sequence[GridMedium]) -> list[Item]:
    found = triaging.found(session, scope.case_id, scope.exhibit_id, [medium.id for medium in media])
    made = []
    for medium in media:
        known = found[medium.id]
        said = known.answer(is_decoded=medium.verdict.is_decoded)
        made.append(Item(medium=medium, answer=said, reasons=known.reasons, set_aside=known.set_aside))
    return made


def _marker(after: str | None) -> UUID | None:
    try:
        return None if after is None else UUID(after)
    except ValueError:
        raise Invalid(NOWHERE) from None
