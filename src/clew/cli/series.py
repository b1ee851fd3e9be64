"""`clew series`: media that belong together, and which series are one."""

import json
import sys
from typing import Annotated
from uuid import UUID

import typer

from clew.cli.entry import As, Json, console, entered
from clew.domain.errors import NotVisible
from clew.domain.series import SeriesState

app = typer.Typer(no_args_is_help=True)

Series = Annotated[str, typer.Argument(metavar="SERIES", help="Its reference, or the name of one of your unit's.")]
Reason = Annotated[str, typer.Option(help="Why: others decide by it.")]


@app.callback()
def series() -> None:
    """Series: media that belong together."""


@app.command()
def mark(
    name: Series,
    as_: As,
    state: Annotated[SeriesState, typer.Option(help="How far its enquiry has come.")],
    basis: Annotated[str, typer.Option(help="On what basis.")] = "",
    json_: Json = False,
) -> None:
    """Say of a series of your unit how far its enquiry has come."""
    with entered():
        from clew.actions import opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            opening.mark_series(session, name, state, basis)
        _said(json_, {"series": name, "state": state.value}, f"{name} is {state}")


@app.command()
def merge(one: Series, other: Series, as_: As, reason: Reason, json_: Json = False) -> None:
    """Say that two series are one. Your unit may take it back, and nobody else."""
    with entered():
        from clew.actions import gathering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            made = gathering.merge(session, one, other, reason)
        _said(json_, {"assertion": str(made)}, str(made))


@app.command()
def undo(
    assertion: Annotated[str, typer.Argument(help="Identifier of the assertion, as merge gives it.")],
    as_: As,
    json_: Json = False,
) -> None:
    """Take back an assertion of your unit."""
    with entered():
        from clew.actions import gathering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            gathering.undo(session, _identifier(assertion))
        _said(json_, {"assertion": assertion, "withdrawn": True}, "It is taken back.")


def _said(as_json: bool, fields: dict[str, object], words: str) -> None:
    if as_json:
        sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
    else:
        console.print(words, markup=False)


def _identifier(untrusted_words: str) -> UUID:
    try:
        return UUID(untrusted_words)
    except ValueError:
        raise NotVisible("Your unit has no such assertion.") from None
