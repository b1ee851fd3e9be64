"""`clew view`: filters of media that you keep under names."""

from typing import Annotated

import typer

from clew.cli import entry
from clew.cli.entry import As, Json, entered, said
from clew.domain.camera import Camera
from clew.domain.medium import MediumKind
from clew.domain.saved_view import Filter, SavedView
from clew.domain.triage import Answer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def view() -> None:
    """Saved views: filters of media that you keep under names. Nobody else reads them."""


@app.command("list")
def list_(as_: As, json_: Json = False) -> None:
    """Your saved views."""
    with entered():
        from clew.actions import opening, remembering

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = remembering.look(session)
        lines = "\n".join(f"{one.id}  {one.name}" for one in found)
        said(json_, {"views": [_fields(one) for one in found]}, lines or "none is kept")


@app.command()
def keep(
    title: Annotated[str, typer.Argument(help="What you call it.")], as_: As,
    answer: Annotated[Answer | None, typer.Option(help="Only media with this answer.")] = None,
    every: Annotated[bool, typer.Option("--every", help="Of every answer, what is known too.")] = False,
    kind: Annotated[MediumKind | None, typer.Option(help="Only these.")] = None,
    decided: Annotated[bool, typer.Option("--decided", help="What your unit decided on too.")] = False,
    place: Annotated[bool | None, typer.Option("--place/--no-place", help="Only what names a place, or none.")] = None,
    any_series: Annotated[
        bool | None, typer.Option("--in-series/--in-no-series", help="Only what lies in a series, or in none.")
    ] = None,
    clue: Annotated[bool | None, typer.Option("--clue/--no-clue", help="Only what has a clue, or none.")] = None,
    series: Annotated[str, typer.Option(help="Only what lies in this series, by its reference.")] = "",
    camera_make: Annotated[str, typer.Option(help="Only of this camera: its make, as media name it.")] = "",
    camera_model: Annotated[str, typer.Option(help="And its model.")] = "",
    json_: Json = False,
) -> None:  # fmt: skip
    """Keep a filter under a name."""
    with entered():
        from clew.actions import opening, remembering

        what = Filter(
            answer=answer, is_every=every, kind=kind, is_undecided=not decided, has_place=place,
            is_in_series=any_series, has_clue=clue, series=remembering.series_named(series) if series else "",
            camera=Camera(make=camera_make, model=camera_model) if camera_make or camera_model else None,
        )  # fmt: skip
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = remembering.keep(session, title, what)
        said(json_, {"view": str(made)}, str(made))


@app.command()
def delete(
    identifier: Annotated[str, typer.Argument(metavar="VIEW", help="As the list gives it.")], as_: As,
    json_: Json = False,
) -> None:  # fmt: skip
    """Keep a view no longer."""
    with entered():
        from clew.actions import opening, remembering

        view_id = entry.identifier(identifier, "You have no such view.")
        with opening.acting_as(opening.actor_of(as_)) as session:
            remembering.delete(session, view_id)
        said(json_, {"view": str(view_id)}, "deleted")


def _fields(one: SavedView) -> dict[str, object]:
    what = one.filter
    return {
        "view": str(one.id), "name": one.name, "answer": what.answer, "every": what.is_every, "kind": what.kind,
        "undecided": what.is_undecided, "place": what.has_place, "in_series": what.is_in_series, "clue": what.has_clue,
        "series": what.series or None,
        "camera": None if what.camera is None else {"make": what.camera.make, "model": what.camera.model},
    }  # fmt: skip
