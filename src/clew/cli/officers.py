"""`clew officer`: the people who work here."""

import getpass
import sys
from typing import Annotated

import typer

from clew.cli.entry import console, entered
from clew.domain.errors import Invalid

app = typer.Typer(no_args_is_help=True)
PASSWORD_CHARACTERS_MIN = 12


@app.callback()
def officer() -> None:
    """Officers: the people who work here."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    member: Annotated[str, typer.Option(help="Code of the member.")],
    unit: Annotated[str, typer.Option(help="The unit within the member, such as VICTIM-ID.")],
) -> None:
    """Add an officer of a unit, which is made where it is new."""
    with entered():
        from clew.actions import opening

        opening.add_officer(name, member=member, unit=unit)
        console.print(f"{name.lower()} is an officer of {member.upper()}/{unit.upper()}")
        console.print(f"To sign in to the pages: clew officer password {name.lower()}", style="dim")


@app.command()
def password(name: Annotated[str, typer.Argument(help="Name of the officer.")]) -> None:
    """Set the password of an officer; it is asked for, or read from standard input."""
    given = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(given) < PASSWORD_CHARACTERS_MIN:
        raise Invalid(f"A password has at least {PASSWORD_CHARACTERS_MIN} characters.")
    with entered():
        from clew.actions import opening

        opening.set_password(name, given)
        console.print(f"{name.lower()} can sign in with the new password")


def _asked() -> str:
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("The same again: "):
        raise Invalid("The two passwords differ.")
    return first
