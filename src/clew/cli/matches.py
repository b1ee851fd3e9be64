"""`clew match`: whether two media that match are the same, as officers say."""

from typing import Annotated

import typer

from clew.cli.entry import As, Json, digests, entered, identifier, said
from clew.domain.verdict import SENTENCES, MatchVerdict, Said, Why

app = typer.Typer(no_args_is_help=True)

Medium = Annotated[str, typer.Argument(metavar="MEDIUM", help="SHA-256 of the one.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="SHA-256 of the other.")]


@app.callback()
def match() -> None:
    """Matches: two media that a program calls the same, and what people say of it."""


@app.command()
def same(medium: Medium, other: Other, as_: As, json_: Json = False) -> None:
    """Say that two media which match are the same."""
    _judge(medium, other, as_, Said.SAME, None, json_=json_)


@app.command("not-the-same")
def not_the_same(
    medium: Medium, other: Other, as_: As,
    why: Annotated[Why, typer.Option(help="Why they are not.")], json_: Json = False,
) -> None:  # fmt: skip
    """Say that they are not: the match counts no longer for your unit. Other members' views stay as they are."""
    _judge(medium, other, as_, Said.NOT_THE_SAME, why, json_=json_)


@app.command()
def show(medium: Medium, other: Other, as_: As, json_: Json = False) -> None:
    """What units say of a match, the word of each that holds."""
    with entered():
        from clew.actions import judging, opening

        here, there = digests([medium, other])
        with opening.acting_as(opening.actor_of(as_)) as session:
            found = judging.verdicts_on(session, here, there)
            viewer = session.actor.member
        words = "\n".join(_line(one, viewer) for one in found) or "nobody has said anything of this match"
        said(json_, {"verdicts": [_fields(one, viewer) for one in found]}, words)


@app.command()
def undo(
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="What saying it gave.")], as_: As,
    json_: Json = False,
) -> None:  # fmt: skip
    """Take back what you said of a match; what your unit said before holds again."""
    with entered():
        from clew.actions import judging, opening

        named = identifier(verdict, "There is nothing to undo.")
        with opening.acting_as(opening.actor_of(as_)) as session:
            judging.undo(session, named)
        said(json_, {"verdict": verdict}, "taken back")


def _judge(medium: str, other: str, as_: str, word: Said, why: Why | None, *, json_: bool) -> None:
    with entered():
        from clew.actions import judging, opening

        here, there = digests([medium, other])
        with opening.acting_as(opening.actor_of(as_)) as session:
            done = judging.judge(session, here, there, word, why)
        words = f"{word.replace('-', ' ')}, for your unit; undo with {done.id}"
        counts = {"proposals_dropped": done.proposals, "leads_set_aside": done.leads}
        said(json_, {"verdict": str(done.id), "said": word, **counts}, words)


def _line(one: MatchVerdict, viewer: str) -> str:
    why = "" if one.why is None else f": {SENTENCES[one.why]}"
    officer = one.shown_by(viewer)
    by = f"{one.member} {one.unit}" + (f", {officer}" if officer else "")
    return f"{one.said.replace('-', ' ')}{why}  {by}, {one.at:%Y-%m-%d %H:%M}"


def _fields(one: MatchVerdict, viewer: str) -> dict[str, object]:
    return {
        "id": str(one.id), "said": one.said, "why": one.why, "member": one.member, "unit": one.unit,
        "officer": one.shown_by(viewer), "at": one.at.isoformat(),
    }  # fmt: skip
