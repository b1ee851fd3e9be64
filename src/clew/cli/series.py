"""`clew series`: media that belong together."""

from typing import Annotated

import typer

from clew.cli.entry import As, console, entered
from clew.domain.series import SeriesState

app = typer.Typer(no_args_is_help=True)


@app.callback()
def series() -> None:
    """Series: media that belong together."""


@app.command()
def mark(
    name: Annotated[str, typer.Argument(metavar="SERIES")],
    as_: As,
    state: Annotated[SeriesState, typer.Option(help="Whether the victim is identified.")],
) -> None:
    """Say of a series of your unit whether its victim is identified."""
    with entered():
        from clew.actions import opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            opening.mark_series(session, name, state)
        console.print(f"{name} is {state}")
