"""Going through media, for programs: pages of a case or series with what the own unit said of each, previews, marks."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import browsing, marking, previewing
from clew.actions.browsing import Camera, Item, Lack, Page, Wanted
from clew.actions.marking import Relevance
from clew.actions.opening import Session
from clew.api.door import acting, reading, writing
from clew.api.given import After, Digests, Given, Name, OneOf, Reference, digests
from clew.api.triages import Unit
from clew.domain.handling import Actor
from clew.domain.medium import MediumKind
from clew.domain.triage import Answer

router = Router(tags=["going through media"])
Token = Annotated[str, Field(min_length=1, max_length=8_000, description="The token of a camera.")]


class CameraNamed(Schema):
    """A camera in its own words. `token`: what stands for it where media of it are asked for."""

    make: str
    model: str
    token: str


class GridItem(Schema):
    """A medium: `answer` is of a case; `mark`, `is_categorised` and `seen_at` (last) are of the own unit.

    `stacked`: it stands for so many near copies of the case, itself among them; ask for its stack to have the others.
    """

    id: UUID
    name: str
    kind: OneOf[MediumKind]
    answer: OneOf[Answer] | None
    owner: str
    unit: str
    mark: OneOf[Relevance] | None
    is_categorised: bool
    is_warned: bool
    seen_at: datetime | None
    stacked: int
    camera: CameraNamed | None


class GridPage(Schema):
    """A page may be shorter, or empty, where few of the media looked at are asked for: `next` goes on behind them.

    `folded`: so many media are known and were left out, since known ones were not asked for.
    """

    items: list[GridItem]
    next: str | None
    folded: int


class PreviewFrame(Schema):
    """A frame of a film; `preview` in base64."""

    at_ms: int
    preview: str


class Preview(Schema):
    """`still`, and those of `strip` along a film, are 80 bytes each in base64: a medium grey and blurred, as waves and
    no picture. `lacks`: why there is none.
    """

    id: UUID
    name: str
    is_warned: bool
    still: str | None
    strip: list[PreviewFrame]
    lacks: OneOf[Lack] | None


class Previews(Schema):
    """The media of one page of the grid, in its order; `next` and `folded` as there."""

    items: list[Preview]
    next: str | None
    folded: int


class GivenFilter(Given):
    """Media of one kind, or with and without what is said; `after`: `next` of the page before."""

    kind: OneOf[MediumKind] | None = None
    undecided: bool = False
    has_place: bool | None = None
    has_clue: bool | None = None
    camera: Token | None = None
    after: After = None


class GivenSeriesPage(GivenFilter):
    """A page of a series."""

    def wanted(self, session: Session) -> Wanted:
        """What is asked for."""
        wanted = Wanted(kind=self.kind, is_undecided=self.undecided, has_place=self.has_place, has_clue=self.has_clue)
        return browsing.narrowed(session, wanted, camera=self.camera or "")


class GivenCasePage(GivenFilter):
    """A page of a case or exhibit, of another unit if so said; of one answer if asked, all of them else."""

    case: Name
    exhibit: Name | None = None
    unit: Unit = None
    answer: OneOf[Answer] | None = None
    in_series: bool | None = None
    series: Reference | None = None

    def wanted(self, session: Session) -> Wanted:
        """What is asked for."""
        wanted = Wanted(
            kind=self.kind, is_undecided=self.undecided, has_place=self.has_place, is_in_series=self.in_series,
            has_clue=self.has_clue,
        )  # fmt: skip
        return browsing.narrowed(session, wanted, named=self.series or "", camera=self.camera or "")


class GivenStack(Given):
    """In which case or exhibit, of another unit if so said."""

    case: Name
    exhibit: Name | None = None
    unit: Unit = None


class GivenMark(Given):
    media: Digests
    said: OneOf[Relevance]


class GivenStackMark(GivenMark):
    """Media of a case (or exhibit, of another unit if so said), each with everything that lies in its stack there."""

    case: Name
    exhibit: Name | None = None
    unit: Unit = None


class StackMarkAct(Schema):
    """The act, by which it is undone, and of how many media it is."""

    act: UUID
    media: int


class MarkAct(Schema):
    """The act, by which it is undone."""

    act: UUID


class MarksUndone(Schema):
    media: int


@reading(router, "/cases/media", GridPage)
def of_case(
    session: Session, case: Name, exhibit: Name | None = None, unit: Unit = None, answer: OneOf[Answer] | None = None,
    kind: OneOf[MediumKind] | None = None, undecided: bool = False, has_place: bool | None = None,
    in_series: bool | None = None, has_clue: bool | None = None, series: Reference | None = None,
    camera: Token | None = None, after: After = None,
) -> dict[str, object]:  # fmt: skip
    """Media of a case or exhibit, of one answer if asked, all of them else; of a stack what stands for it.

    Only those that name a place, lie in a series or have a clue, or only those that do not, where that is said; only
    those of one series, and of one camera. A series that the officer does not see holds none.
    """
    given = GivenCasePage(
        case=case, exhibit=exhibit, unit=unit, answer=answer, kind=kind, undecided=undecided, has_place=has_place,
        in_series=in_series, has_clue=has_clue, series=series, camera=camera, after=after,
    )  # fmt: skip
    return _page(session.actor, _of_case(session, given))


@reading(router, "/cases/stacks/{uuid:medium}", GridPage)
def stack(
    session: Session, medium: UUID, case: Name, exhibit: Name | None = None, unit: Unit = None
) -> dict[str, object]:
    """The stack in which a medium of the case or exhibit lies: near copies, the one that stands for them first."""
    return _page(session.actor, browsing.stack(session, case, medium, exhibit, unit=unit))


@reading(router, "/series/{reference}/grid", GridPage)
def of_series(
    session: Session, reference: Reference, kind: OneOf[MediumKind] | None = None, undecided: bool = False,
    has_place: bool | None = None, has_clue: bool | None = None, camera: Token | None = None, after: After = None,
) -> dict[str, object]:  # fmt: skip
    """Media of a series and of all that are one with it; of a place, a clue or a camera as for a case."""
    given = GivenSeriesPage(
        kind=kind, undecided=undecided, has_place=has_place, has_clue=has_clue, camera=camera, after=after
    )
    return _page(session.actor, _of_series(session, reference, given))


@acting(router, "/cases/previews", Previews)
def previews_of_case(actor: Actor, given: GivenCasePage) -> dict[str, object]:
    """The previews of a page of a case or exhibit: that it was looked at is signed before they are given."""
    return _previews(actor, lambda session: _of_case(session, given))


@acting(router, "/cases/stacks/{uuid:medium}/previews", Previews)
def previews_of_stack(actor: Actor, medium: UUID, given: GivenStack) -> dict[str, object]:
    """The previews of the stack in which a medium of the case or exhibit lies, in the same way."""
    return _previews(
        actor, lambda session: browsing.stack(session, given.case, medium, given.exhibit, unit=given.unit)
    )


@acting(router, "/series/{reference}/previews", Previews)
def previews_of_series(actor: Actor, reference: Reference, given: GivenSeriesPage) -> dict[str, object]:
    """The previews of a page of a series, in the same way."""
    return _previews(actor, lambda session: _of_series(session, reference, given))


@writing(router, "/marks", MarkAct)
def mark(session: Session, given: GivenMark) -> dict[str, object]:
    """Say whether media matter to the own unit's enquiry: it is no category, and nobody else sees it."""
    return {"act": marking.mark(session, [*dict.fromkeys(digests(given.media))], given.said)}


@writing(router, "/marks/stacks", StackMarkAct)
def mark_stacks(session: Session, given: GivenStackMark) -> dict[str, object]:
    """Say the same of whole stacks of a case, with one act."""
    names = [*dict.fromkeys(digests(given.media))]
    done = marking.mark_stacks(session, given.case, names, given.said, given.exhibit, unit=given.unit)
    return {"act": done.act, "media": done.media}


@writing(router, "/marks/{uuid:act}/undo", MarksUndone)
def undo(session: Session, act: UUID) -> dict[str, object]:
    """Take back what the officer said with that act; what the unit said before holds again."""
    return {"media": marking.undo(session, act)}


def _of_case(session: Session, given: GivenCasePage) -> Page:
    answers = frozenset(Answer) if given.answer is None else frozenset({given.answer})
    return browsing.of_case(
        session, given.case, given.exhibit, unit=given.unit, wanted=given.wanted(session), answers=answers,
        after=given.after,
    )  # fmt: skip


def _of_series(session: Session, reference: str, given: GivenSeriesPage) -> Page:
    return browsing.of_series(session, reference, wanted=given.wanted(session), after=given.after)


def _previews(actor: Actor, browsed: Callable[[Session], Page]) -> dict[str, object]:
    found = previewing.page(actor, browsed)
    items = []
    for item in found.page.items:
        shown = found.shown.get(item.medium.id)
        items.append({
            "id": item.medium.id, "name": item.medium.name.hex(), "is_warned": item.medium.is_warned,
            "still": shown and _text(shown.still), "lacks": found.lacking.get(item.medium.id),
            "strip": [{"at_ms": at_ms, "preview": _text(one)} for at_ms, one in shown.strip] if shown else [],
        })  # fmt: skip
    return {"items": items, "next": found.page.next, "folded": found.page.folded}


def _text(preview: bytes) -> str:
    return b64encode(preview).decode("ascii")


def named(actor: Actor, camera: Camera | None) -> dict[str, str] | None:
    """A camera with what stands for it to programs of the actor's member."""
    if camera is None:
        return None
    return {"make": camera.make, "model": camera.model, "token": browsing.token_of(actor, camera)}


def _page(actor: Actor, page: Page) -> dict[str, object]:
    return {"items": [_item(actor, item) for item in page.items], "next": page.next, "folded": page.folded}


def _item(actor: Actor, item: Item) -> dict[str, object]:
    medium = item.medium
    return {
        "id": medium.id, "name": medium.name.hex(), "kind": medium.kind, "answer": item.answer, "owner": medium.owner,
        "unit": medium.unit, "mark": medium.mark, "is_categorised": medium.is_categorised,
        "is_warned": medium.is_warned, "seen_at": medium.seen_at, "stacked": medium.stacked,
        "camera": named(actor, medium.camera),
    }  # fmt: skip
