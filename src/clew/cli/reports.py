"""`clew report`: the annual report of a member."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered
from clew.domain.errors import Invalid

app = typer.Typer(no_args_is_help=True)


@app.callback()
def report() -> None:
    """Reports of a member, as numbers."""


@app.command()
def annual(
    as_: As,
    year: Annotated[int | None, typer.Option(help="The year; this one where not said.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write it as PDF into this file, a new one.")] = None,
    json_: Json = False,
) -> None:
    """What was done with the records of the officer's member in a year."""
    with entered():
        from clew.actions import opening, reporting

        made = reporting.annual(opening.actor_of(as_), year or datetime.now(UTC).year)
        if pdf is not None:
            _keep(pdf, reporting.as_pdf(made))
        if json_:
            sys.stdout.write(reporting.as_json(made))
        elif pdf is None:
            _print(made)


def _keep(pdf: Path, content: bytes) -> None:
    """A new file for its user alone.

    Raises:
        Invalid: it is there already, or cannot be written.
    """
    try:
        pdf.touch(mode=0o600, exist_ok=False)
        pdf.write_bytes(content)
    except OSError:
        raise Invalid("The PDF cannot be written there: choose a new file in a folder of yours.") from None


def _print(made: object) -> None:
    from clew.domain.annual_report import TITLES, WORDS

    console.print(f"{made.member} {plain(made.member_name)} {made.year}", markup=False)
    for section in made.sections:
        console.print(f"\n{TITLES[section.name]}", style="bold")
        for figure in section.figures:
            parts = ", ".join(f"{of} {number:,}" for of, number in figure.parts)
            console.print(f"{figure.total:>12,}  {WORDS[section.name, figure.name]}  {parts}", markup=False)
    console.print(f"\n{made.log.size:,} events in the log, root {made.log.root}", markup=False)
