"""`clew --academy exercise`: an exercise from within, by the officer whose it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.entry import As, Json, aside, console, entered, said, shown
from clew.domain.errors import StepRefused
from clew.node.configuration import Configuration

if TYPE_CHECKING:
    from clew.actions.exercising import Line

app = typer.Typer(no_args_is_help=True)


@app.callback()
def exercise() -> None:
    """Exercises of the academy; each is done within it: clew --academy exercise."""


@contextmanager
def _within() -> Iterator[Configuration]:
    if not Configuration.from_environment().academy:
        raise StepRefused("This is done in the academy: clew --academy exercise.")
    with entered() as configuration:
        yield configuration


@app.command()
def draw(
    officer: Annotated[str, typer.Argument(help="For whom.")], json_: Json = False
) -> None:
    """Draw a new exercise; clew academy open does it and notes it in the node."""
    configuration = Configuration.from_environment()
    if configuration.academy:
        from clew.node import founding

        with aside.status("keys and database of the academy"):
            founding.found(configuration, say=aside.print)
    with _within():
        from clew.cli import exercise_story
        from clew.node.workplace import equipped

        with equipped(configuration) as workplace:
            made = exercise_story.draw(workplace, officer.strip().lower(), configuration.exercises_folder, aside)
        fields = {"exercise": str(made.id), "officer": made.account, "password": made.password}
        words = f"{made.briefing}\nThe password of {made.account}: {made.password}"
        said(json_, {**fields, "briefing": made.briefing}, words)


@app.command()
def show(as_: As, json_: Json = False) -> None:
    """What you are asked to do, and what came of it once it is handed in."""
    with _within():
        from clew.actions import exercising, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            line = exercising.look(session)
        _tell(line, as_json=json_)


@app.command()
def play(as_: As, json_: Json = False) -> None:
    """Let a day pass: the other officers of your exercise answer what waits for them."""
    with _within():
        from clew.actions import exercising

        exercising.play(as_)
        said(json_, {"played": True}, "A day has passed, and the others have answered.")


@app.command(name="hand-in")
def hand_in(as_: As, json_: Json = False) -> None:
    """End your exercise: what you did is scored, once. A worker of the node notes it there."""
    with _within():
        from clew.actions import exercising

        _tell(exercising.hand_in(as_), as_json=json_)


@app.command()
def results(
    officers: Annotated[list[str], typer.Argument(help="Whose exercises, by their names in the academy.")],
    json_: Json = False,
) -> None:
    """What came of exercises that are handed in; the node asks it, and keeps it."""
    with _within():
        from clew.actions import exercising
        from clew.cli import academies

        found = exercising.results(officers)
        items = [
            {"exercise": str(line.id), "officer": line.officer, **academies.fields_of(line.result)} for line in found
        ]
        lines = (f"{line.officer}  {academies.in_short(line.result)}" for line in found)
        shown(json_, {"items": items}, lines, None)


def _tell(line: "Line", *, as_json: bool) -> None:
    from clew.cli import academies

    fields = {"exercise": str(line.id), "briefing": line.briefing, **academies.fields_of(line.result)}
    said(as_json, fields, line.briefing if line.result is None else academies.words_of(line.result))
    if line.result is None and not as_json:
        console.print("Hand it in with clew --academy exercise hand-in, when you are done.", style="dim")
