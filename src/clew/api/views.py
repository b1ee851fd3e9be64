"""Saved views for programs: filters of media that the officer keeps under names."""

from uuid import UUID

from ninja import Router, Schema

from clew.actions import browsing, remembering
from clew.actions.opening import Session
from clew.actions.remembering import Filter
from clew.api.door import reading, writing
from clew.api.given import Given, Name, OneOf, Reference
from clew.api.grids import CameraNamed, Token, named
from clew.domain.medium import MediumKind
from clew.domain.triage import Answer

router = Router(tags=["going through media"])


class ViewKept(Schema):
    """A filter under its name: of one answer, or with `is_every` of each, else of all but what is known.

    `has_place`, `in_series`, `has_clue`: of media with it, or without, or null; `series`: of one by its reference.
    """

    id: UUID
    name: str
    answer: OneOf[Answer] | None
    is_every: bool
    kind: OneOf[MediumKind] | None
    is_undecided: bool
    has_place: bool | None
    in_series: bool | None
    has_clue: bool | None
    series: str | None
    camera: CameraNamed | None


class ViewsKept(Schema):
    items: list[ViewKept]


class GivenView(Given):
    """`camera`: by its token, as media of a case have it."""

    title: Name
    answer: OneOf[Answer] | None = None
    is_every: bool = False
    kind: OneOf[MediumKind] | None = None
    is_undecided: bool = True
    has_place: bool | None = None
    in_series: bool | None = None
    has_clue: bool | None = None
    series: Reference | None = None
    camera: Token | None = None


class ViewNamed(Schema):
    view: UUID


@reading(router, "/views", ViewsKept)
def look(session: Session) -> dict[str, object]:
    """The saved views of the officer; nobody else reads them."""
    return {
        "items": [
            {
                "id": one.id, "name": one.name, "answer": one.filter.answer, "is_every": one.filter.is_every,
                "kind": one.filter.kind, "is_undecided": one.filter.is_undecided, "has_place": one.filter.has_place,
                "in_series": one.filter.is_in_series, "has_clue": one.filter.has_clue,
                "series": one.filter.series or None, "camera": named(session.actor, one.filter.camera),
            }
            for one in remembering.look(session)
        ]
    }  # fmt: skip


@writing(router, "/views", ViewNamed)
def keep(session: Session, given: GivenView) -> dict[str, object]:
    """Keep a filter of media under a name."""
    what = Filter(
        answer=given.answer, is_every=given.is_every, kind=given.kind, is_undecided=given.is_undecided,
        has_place=given.has_place, is_in_series=given.in_series, has_clue=given.has_clue,
        series="" if given.series is None else remembering.series_named(given.series),
        camera=None if given.camera is None else browsing.camera_of(session, given.camera),
    )  # fmt: skip
    return {"view": remembering.keep(session, given.title, what)}


@writing(router, "/views/{uuid:view}/delete", ViewNamed)
def delete(session: Session, view: UUID) -> dict[str, object]:
    """Keep a view no longer."""
    remembering.delete(session, view)
    return {"view": view}
