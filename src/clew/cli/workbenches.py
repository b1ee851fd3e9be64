"""`clew workbench`: in which country a series was probably made, and why; and what specialists think of it."""

from typing import Annotated

import typer

from clew.cli.entry import As, Json, console, entered, said, write
from clew.domain.link import Confidence, from_word, word_of

COUNTRIES_SHOWN_MAX = 20

Series = Annotated[str, typer.Argument(metavar="SERIES", help="Its reference, or the name of one of your unit's.")]
Sure = Annotated[str, typer.Option("--confidence", help=f"How sure you are: {', '.join(map(word_of, Confidence))}.")]


def workbench(name: Series, as_: As, json_: Json = False) -> None:
    """In which country a series was probably made: countries ranked by clues and votes, with the reasons."""
    with entered():
        from clew.actions import localising, opening
        from clew.cli import workbench_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = localising.look(session, name)
        if json_:
            write(answers.bench_json(found))
            return
        for line in answers.bench_in_words(found, COUNTRIES_SHOWN_MAX):
            console.print(line, markup=False)


def vote(
    name: Series, country: Annotated[str, typer.Argument(metavar="COUNTRY", help="Two letters, such as BR.")], as_: As,
    reason: Annotated[str, typer.Option(help="Why: others decide by it.")], confidence: Sure = "probable",
    json_: Json = False,
) -> None:  # fmt: skip
    """Say in which country you think that a series was made; what you said before stands no longer."""
    with entered():
        from clew.actions import localising, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            localising.vote(session, name, country, from_word(Confidence, confidence), reason)
        said(json_, {"series": name, "country": country.strip().upper()}, "Your vote is kept.")


def unvote(name: Series, as_: As, json_: Json = False) -> None:
    """Take your vote on a series back."""
    with entered():
        from clew.actions import localising, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            localising.unvote(session, name)
        said(json_, {"series": name, "vote": None}, "Your vote is taken back.")
