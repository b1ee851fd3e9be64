"""`clew mark`: whether media matter to the own unit's enquiry, said of many at once, and taken back."""

from typing import Annotated
from uuid import UUID

import typer

from clew.cli.entry import As, Json, entered, said
from clew.domain.errors import NotVisible
from clew.domain.mark import Relevance

app = typer.Typer(no_args_is_help=True)

Media = Annotated[list[str], typer.Argument(metavar="MEDIUM…", help="Their SHA-256.")]


@app.callback()
def mark() -> None:
    """Marks: whether media matter to your unit's enquiry. Nobody else sees them, and they are no category."""


@app.command()
def relevant(media: Media, as_: As, json_: Json = False) -> None:
    """Say that media are relevant."""
    _mark(media, as_, Relevance.RELEVANT, json_=json_)


@app.command("not-relevant")
def not_relevant(media: Media, as_: As, json_: Json = False) -> None:
    """Say that media are not relevant."""
    _mark(media, as_, Relevance.NOT_RELEVANT, json_=json_)


@app.command()
def undo(
    act: Annotated[str, typer.Argument(metavar="ACT", help="What the marking said.")], as_: As, json_: Json = False
) -> None:
    """Take back what you said with one act; what your unit said before holds again."""
    with entered():
        from clew.actions import marking, opening

        try:
            named = UUID(act)
        except ValueError:
            raise NotVisible("There is nothing to undo.") from None
        with opening.acting_as(opening.actor_of(as_)) as session:
            count = marking.undo(session, named)
        said(json_, {"act": act, "media": count}, f"taken back of {count} media")


def _mark(media: list[str], as_: str, word: Relevance, *, json_: bool) -> None:
    with entered():
        from clew.actions import marking, opening, releasing

        names = [releasing.digest_of(one) for one in dict.fromkeys(media)]
        with opening.acting_as(opening.actor_of(as_)) as session:
            act = marking.mark(session, names, word)
        said(json_, {"act": str(act), "media": len(names)}, f"{word} of {len(names)} media; undo with {act}")
