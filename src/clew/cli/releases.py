"""`clew release`: originals opened to one other member."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from clew.cli import files
from clew.cli.entry import As, Json, console, entered, goes_on, said, write
from clew.domain.agreement import State

app = typer.Typer(no_args_is_help=True)

STATES = {
    State.PROPOSED: "proposed", State.IN_FORCE: "open", State.ENDED: "withdrawn", State.WITHDRAWN: "not agreed to",
    State.LAPSED: "not agreed to",
}  # fmt: skip
Identifier = Annotated[UUID, typer.Argument(metavar="RELEASE", help="Identifier of the release.")]


@app.callback()
def release() -> None:
    """Releases: originals opened to one other member."""


@app.command()
def give(
    sha256: Annotated[str, typer.Argument(help="SHA-256 of the medium.")],
    as_: As,
    to: Annotated[str, typer.Option(help="Code of the member, such as SE.")],
    purpose: Annotated[str, typer.Option(help="Why, of the closed list.")],
    case: Annotated[str, typer.Option(help="Reference of the case for which it is handed over.")],
    conditions: Annotated[str, typer.Option(help="What the recipient may do with it.")] = "",
    json_: Json = False,
) -> None:
    """Open the original of a medium of your unit to one other member."""
    with entered():
        from django.conf import settings

        from clew.actions import opening, releasing

        name = releasing.digest_of(sha256)
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = releasing.release(
                settings.CLEW_VAULT, session, name, to.upper(), conditions, purpose=purpose, case=case
            )  # fmt: skip
        waits = "" if made.wrapped else "  proposed: a second officer of your unit must agree"
        said(json_, {"id": str(made.id), "state": made.state.value}, f"{made.id}{waits}")


@app.command()
def agree(
    identifier: Identifier,
    as_: As,
    purpose: Annotated[str, typer.Option(help="Why, of the closed list.")],
    case: Annotated[str, typer.Option(help="Reference of the case for which it is handed over.")],
) -> None:
    """Agree, as a second officer of the unit, to a release that was proposed; it is open at once."""
    with entered():
        from django.conf import settings

        from clew.actions import opening, releasing

        with opening.acting_as(opening.actor_of(as_)) as session:
            releasing.agree(settings.CLEW_VAULT, session, identifier, purpose=purpose, case=case)
        console.print("It is released.")


@app.command()
def withdraw(identifier: Identifier, as_: As) -> None:
    """End a release, or take back or refuse one that is proposed. What was seen cannot be unseen."""
    with entered():
        from clew.actions import opening, releasing

        with opening.acting_as(opening.actor_of(as_)) as session:
            releasing.withdraw(session, identifier)
        console.print("The release ended.")


@app.command(name="list")
def list_(
    as_: As,
    after: Annotated[UUID | None, typer.Option(help="Go on after this release.")] = None,
    json_: Json = False,
) -> None:
    """Releases that your member gave or got, the latest first."""
    with entered():
        from clew.actions import opening, releasing

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = releasing.given_and_got(session, after=after)
        found, following = page.items, None if page.next is None else str(page.next)
        if json_:
            write({
                "releases": [
                    {
                        "id": str(one.id), "owner": one.owner, "recipient": one.recipient,
                        "is_open": one.wrapped is not None, "state": one.state.value, "conditions": one.conditions,
                        "by": one.released_by,
                        "at": one.released_at.isoformat(),
                        "withdrawn_at": None if one.withdrawn_at is None else one.withdrawn_at.isoformat(),
                    }
                    for one in found
                ],
                "next": following,
            })  # fmt: skip
            return
        for one in found:
            state = STATES[one.state]
            conditions = escape(one.conditions) or "no conditions"
            console.print(f"{one.id}  {one.owner} to {one.recipient}  {state}  {conditions}")
        goes_on(following)


@app.command()
def fetch(
    identifier: Identifier,
    as_: As,
    into: Annotated[Path, typer.Option(help="File to write; it must not be there yet.")],
    purpose: Annotated[str, typer.Option(help="Why, of the closed list.")],
    case: Annotated[str, typer.Option(help="Reference of the case for which it is needed.")],
) -> None:
    """Write an original that was released to your member into a file, on the record."""
    with entered() as configuration:
        from clew.actions import opening, releasing
        from clew.node.workplace import equipped

        actor = opening.actor_of(as_)
        with (
            files.new(into) as file,
            equipped(configuration) as workplace,
            releasing.opened(workplace.vault, actor, identifier, purpose=purpose, case=case) as reader,
        ):
            for part in reader:
                file.write(part)
        console.print(f"{reader.size_bytes:,} bytes written.")
