"""Going through media, for programs: pages of a case or a series with what the own unit said of each, and marks."""

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema

from clew.actions import browsing, marking
from clew.actions.browsing import Item, Page, Wanted
from clew.actions.marking import Relevance
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import After, Digests, Given, Name, OneOf, Reference, digests
from clew.api.triages import Unit
from clew.domain.medium import MediumKind
from clew.domain.triage import Answer

router = Router(tags=["going through media"])


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


class GridPage(Schema):
    """A page may be shorter, or empty, where few of the media looked at are asked for: `next` goes on behind them.

    `folded`: so many media are known and were left out, since known ones were not asked for.
    """

    items: list[GridItem]
    next: str | None
    folded: int


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
    in_series: bool | None = None, has_clue: bool | None = None, after: After = None,
) -> dict[str, object]:  # fmt: skip
    """Media of a case or exhibit, of one answer if asked, all of them else; of a stack what stands for it.

    Only those that name a place, lie in a series or have a clue, or only those that do not, where that is said.
    """
    wanted = Wanted(
        kind=kind, is_undecided=undecided, has_place=has_place, is_in_series=in_series, has_clue=has_clue
    )
    answers = frozenset(Answer) if answer is None else frozenset({answer})
    return _page(browsing.of_case(session, case, exhibit, unit=unit, wanted=wanted, answers=answers, after=after))


@reading(router, "/cases/stacks/{uuid:medium}", GridPage)
def stack(
    session: Session, medium: UUID, case: Name, exhibit: Name | None = None, unit: Unit = None
) -> dict[str, object]:
    """The stack in which a medium of the case or exhibit lies: near copies, the one that stands for them first."""
    return _page(browsing.stack(session, case, medium, exhibit, unit=unit))


@reading(router, "/series/{reference}/grid", GridPage)
def of_series(
    session: Session, reference: Reference, kind: OneOf[MediumKind] | None = None, undecided: bool = False,
    has_place: bool | None = None, has_clue: bool | None = None, after: After = None,
) -> dict[str, object]:  # fmt: skip
    """Media of a series and of all that are one with it; of a place or a clue as for a case."""
    wanted = Wanted(kind=kind, is_undecided=undecided, has_place=has_place, has_clue=has_clue)
    return _page(browsing.of_series(session, reference, wanted=wanted, after=after))


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


def _page(page: Page) -> dict[str, object]:
    return {"items": [_item(item) for item in page.items], "next": page.next, "folded": page.folded}


def _item(item: Item) -> dict[str, object]:
    medium = item.medium
    return {
        "id": medium.id, "name": medium.name.hex(), "kind": medium.kind, "answer": item.answer, "owner": medium.owner,
        "unit": medium.unit, "mark": medium.mark, "is_categorised": medium.is_categorised,
        "is_warned": medium.is_warned, "seen_at": medium.seen_at, "stacked": medium.stacked,
    }  # fmt: skip
