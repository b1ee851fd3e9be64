"""`clew program`: programs of the own member, by the tokens that an administrator lends them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered, identifier, said, shown
from clew.domain.token import TokenScope

app = typer.Typer(no_args_is_help=True)


@app.callback()
def program() -> None:
    """Programs: software of your member that comes in by a token, for named scopes and a time."""


@app.command("list")
def list_(as_: As, json_: Json = False) -> None:
    """Programs of your member whose tokens are good now, with what they may do."""
    with entered():
        from clew.actions import lending, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = lending.look(session)
        items = [
            {"id": str(one.id), "name": one.name, "unit": one.unit, "scopes": sorted(one.scopes),
             "ends_at": one.ends_at.isoformat()}
            for one in found
        ]  # fmt: skip
        lines = [
            f"{one.id}  {plain(one.name)}  {plain(one.unit)}  {', '.join(sorted(one.scopes))}"
            f"  until {one.ends_at:%Y-%m-%d}"
            for one in found
        ] or ["There is no program."]
        shown(json_, {"items": items}, lines, None)


@app.command()
def lend(
    name: Annotated[str, typer.Argument(help="What your member calls the program.")],
    as_: As,
    unit: Annotated[str, typer.Option(help="For which unit it comes.")],
    scope: Annotated[list[TokenScope], typer.Option(help="What it may do; repeated.")],
    days: Annotated[int, typer.Option(help="How long it is good.", min=1, max=366)] = 90,
    json_: Json = False,
) -> None:
    """Lend a token, as an administrator: it is written once, and nobody can read it again."""
    with entered():
        from clew.actions import lending, opening

        ends_at = datetime.now(UTC) + timedelta(days=days)
        with opening.acting_as(opening.actor_of(as_)) as session:
            token = lending.lend(session, name, unit=unit, scopes=frozenset(scope), ends_at=ends_at)
        said(json_, {"token": token, "ends_at": ends_at.isoformat()}, token)


@app.command()
def end(
    token: Annotated[str, typer.Argument(metavar="PROGRAM", help="What clew program list begins with.")], as_: As
) -> None:
    """End a token, as an administrator: the next request of its program is refused."""
    with entered():
        from clew.actions import lending, opening

        named = identifier(token, "There is no such token.")
        with opening.acting_as(opening.actor_of(as_)) as session:
            lending.end(session, named)
        console.print("It is ended.")
