"""`clew member`: the countries and bodies that take part."""

from typing import Annotated

import typer

from clew.cli.entry import console, entered

app = typer.Typer(no_args_is_help=True)


@app.callback()
def member() -> None:
    """Members: the countries and bodies that take part."""


@app.command()
def add(
    code: Annotated[str, typer.Argument(help="ISO code, such as NO.")],
    name: Annotated[str, typer.Argument(help='Name, such as "Norway".')],
) -> None:
    """Add a member, or give one that is there another name."""
    with entered():
        from clew.actions import opening

        opening.add_member(code, name)
        console.print(f"{code.upper()} is a member: {name}")
