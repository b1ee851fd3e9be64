"""`clew mark`: whether media matter to the own unit's enquiry, said of many at once, and taken back."""

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.entry import As, Json, entered, identifier, said
from clew.domain.mark import Relevance

if TYPE_CHECKING:
    from clew.actions.browsing import Page
    from clew.actions.opening import Session

app = typer.Typer(no_args_is_help=True)

Media = Annotated[list[str], typer.Argument(metavar="MEDIUM…", help="Their SHA-256.")]

Stacks = Annotated[
    str | None, typer.Option("--stacks-of", metavar="CASE", help="Of all that lies in their stacks there, too.")
]  # fmt: skip


@app.callback()
def mark() -> None:
    """Marks: whether media matter to your unit's enquiry. Nobody else sees them, and they are no category."""


@app.command()
def relevant(media: Media, as_: As, stacks_of: Stacks = None, json_: Json = False) -> None:
    """Say that media are relevant."""
    _mark(media, as_, Relevance.RELEVANT, stacks_of, json_=json_)


@app.command("not-relevant")
def not_relevant(media: Media, as_: As, stacks_of: Stacks = None, json_: Json = False) -> None:
    """Say that media are not relevant."""
    _mark(media, as_, Relevance.NOT_RELEVANT, stacks_of, json_=json_)


@app.command()
def stacks(case: Annotated[str, typer.Argument(metavar="CASE")], as_: As, json_: Json = False) -> None:
    """The stacks of a case, the largest first: what stands for each, and how many near copies it holds."""
    with entered():
        from clew.actions import opening

        found: list[dict[str, object]] = []
        after: str | None = None
        while True:
            with opening.acting_as(opening.actor_of(as_)) as session:
                page = _page(session, case, after)
            found += [
                {"medium": item.medium.name.hex(), "stacked": item.medium.stacked} for item in page.items
                if item.medium.stacked > 1
            ]  # fmt: skip
            after = page.next
            if after is None or any(item.medium.stacked == 1 for item in page.items):
                break
        lines = [f"{one['stacked']:>6}  {one['medium']}" for one in found]
        said(json_, {"stacks": found}, "\n".join(lines) or "no near copies lie together in this case")


@app.command()
def undo(
    act: Annotated[str, typer.Argument(metavar="ACT", help="What the marking said.")], as_: As, json_: Json = False
) -> None:
    """Take back what you said with one act; what your unit said before holds again."""
    with entered():
        from clew.actions import marking, opening

        named = identifier(act, "There is nothing to undo.")
        with opening.acting_as(opening.actor_of(as_)) as session:
            count = marking.undo(session, named)
        said(json_, {"act": act, "media": count}, f"taken back of {count} media")


def _page(session: "Session", case: str, after: str | None) -> "Page":
    from clew.actions import browsing

    return browsing.of_case(session, case, wanted=browsing.Wanted(), answers=frozenset(browsing.Answer), after=after)


def _mark(media: list[str], as_: str, word: Relevance, stacks_of: str | None, *, json_: bool) -> None:
    with entered():
        from clew.actions import marking, opening, releasing

        names = [releasing.digest_of(one) for one in dict.fromkeys(media)]
        with opening.acting_as(opening.actor_of(as_)) as session:
            if stacks_of is None:
                done = marking.Marked(act=marking.mark(session, names, word), media=len(names))
            else:
                done = marking.mark_stacks(session, stacks_of, names, word)
        said(json_, {"act": str(done.act), "media": done.media}, f"{word} of {done.media} media; undo with {done.act}")
