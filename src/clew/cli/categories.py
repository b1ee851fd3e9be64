"""`clew category`: what officers observed of media, and the categories that schemes make of it."""

from collections.abc import Iterable
from typing import Annotated

import typer

from clew.cli.entry import As, Json, console, digests, entered, said, write
from clew.domain.category import Standing
from clew.domain.errors import Invalid

app = typer.Typer(no_args_is_help=True)

SHOWN_PER_PAGE = 200

Media = Annotated[list[str], typer.Argument(metavar="SHA256...", help="Media by their SHA-256.")]
Medium = Annotated[str, typer.Argument(metavar="SHA256", help="A medium by its SHA-256.")]
Fact = Annotated[list[str], typer.Option("--fact", metavar="QUESTION=ANSWER", help="Once for each question.")]
SchemeName = Annotated[
    str | None, typer.Option("--scheme", help="NAME, NAME@VERSION or MEMBER/NAME; else your member's last.")
]
Exhibit = Annotated[str | None, typer.Option(help="Of the case, only this exhibit.")]
After = Annotated[str | None, typer.Option(help="Where to go on, as the page before said.")]


@app.callback()
def categories() -> None:
    """Categories: observed once, and made by each scheme."""


@app.command()
def facts(json_: Json = False) -> None:
    """The questions that are asked of every medium, and their answers."""
    from clew.actions import categorising

    asked = categorising.fact_list()
    if json_:
        write({
            "version": asked.version,
            "questions": [
                {"code": one.code, "words": one.words, "answers": dict(one.answers)} for one in asked.questions
            ],
        })  # fmt: skip
        return
    for one in asked.questions:
        console.print(f"{one.code}  {one.words}", markup=False)
        for code, words in one.answers.items():
            console.print(f"    {one.code}={code}  {words}", markup=False)


@app.command()
def record(media: Media, as_: As, fact: Fact, json_: Json = False) -> None:
    """Say what you observe of media. What you said before ends."""
    with entered():
        from clew.actions import categorising, opening

        names = digests(media)
        with opening.acting_as(opening.actor_of(as_)) as session:
            count = categorising.record(session, names, _facts(fact))
        said(json_, {"media": count}, f"kept for {count:,} media")


@app.command()
def review(
    medium: Medium,
    as_: As,
    fact: Fact,
    reason: Annotated[str, typer.Option(help="Why: others read it.")],
    json_: Json = False,
) -> None:
    """Decide what holds of a medium on which officers differ; for an analyst who has not spoken."""
    with entered():
        from clew.actions import categorising, opening

        (name,) = digests([medium])
        with opening.acting_as(opening.actor_of(as_)) as session:
            categorising.review(session, name, _facts(fact), reason)
        said(json_, {"sha256": medium}, "It is decided.")


@app.command()
def withdraw(media: Media, as_: As, json_: Json = False) -> None:
    """Take back what you said of media."""
    with entered():
        from clew.actions import categorising, opening

        names = digests(media)
        with opening.acting_as(opening.actor_of(as_)) as session:
            count = categorising.withdraw(session, names)
        said(json_, {"media": count}, f"taken back for {count:,} media")


@app.command()
def show(medium: Medium, as_: As, scheme: SchemeName = None, json_: Json = False) -> None:
    """The category of a medium, and who observed what."""
    with entered():
        from clew.actions import categorising, opening
        from clew.cli import category_answers as answers

        (name,) = digests([medium])
        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            by = categorising.chosen(session, scheme)
            found = categorising.look(session, name, by.scheme)
        if json_:
            write({**answers.scheme_json(by), **answers.medium_json(found, actor.member)})
            return
        console.print(answers.in_words(found), markup=False)
        for word in found.words:
            for line in answers.word_in_words(word, actor.member):
                console.print(line, markup=False)


@app.command("list")
def list_(
    case: Annotated[str, typer.Argument(help="A case of your member.")],
    as_: As,
    exhibit: Exhibit = None,
    scheme: SchemeName = None,
    standing: Annotated[Standing | None, typer.Option(help="Only media of this standing.")] = None,
    after: After = None,
    json_: Json = False,
) -> None:
    """Media of a case with their categories."""
    with entered():
        from clew.actions import categorising, opening
        from clew.cli import category_answers as answers

        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            by = categorising.chosen(session, scheme)
            page = categorising.of_case(
                session, case, exhibit, by.scheme, standing=standing, after=after, limit=SHOWN_PER_PAGE
            )
        answers.show_page(page.items, page.next, {**answers.scheme_json(by)}, actor.member, as_json=json_)


@app.command()
def disputes(as_: As, scheme: SchemeName = None, after: After = None, json_: Json = False) -> None:
    """Media of your unit on whose category officers differ: what waits for a reviewer."""
    with entered():
        from clew.actions import categorising, opening
        from clew.cli import category_answers as answers

        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            by = categorising.chosen(session, scheme)
            page = categorising.disputes(session, by.scheme, after=after, limit=SHOWN_PER_PAGE)
        answers.show_page(page.items, page.next, {**answers.scheme_json(by)}, actor.member, as_json=json_)


@app.command()
def count(
    case: Annotated[str, typer.Argument(help="A case of your member.")],
    as_: As,
    exhibit: Exhibit = None,
    scheme: SchemeName = None,
    json_: Json = False,
) -> None:
    """How many media of a case there are of each category."""
    with entered():
        from clew.actions import categorising, opening
        from clew.cli import category_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            by = categorising.chosen(session, scheme)
            found = categorising.count(session, case, exhibit, by.scheme)
        if json_:
            write({
                **answers.scheme_json(by), "media": found.contents, "disputed": found.disputed,
                "unspoken": found.unspoken, "is_whole": found.is_whole,
                "categories": [
                    {"category": code, "standing": standing.value, "media": number}
                    for (code, standing), number in sorted(found.by_category.items())
                ],
            })  # fmt: skip
            return
        console.print(f"{by.scheme.title}, version {by.scheme.version}", markup=False)
        for (code, standing), number in sorted(found.by_category.items()):
            console.print(f"{number:>9,}  {code}  {by.scheme.categories[code]}  ({standing})", markup=False)
        for number, words in ((found.disputed, "disputed"), (found.unspoken, "of which nobody has said anything")):
            console.print(f"{number:>9,}  {words}", markup=False)
        if not found.is_whole:
            console.print("The case has more: count it exhibit by exhibit.", markup=False)


def _facts(untrusted_words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in untrusted_words:
        question, is_there, answer = word.partition("=")
        if not is_there or question in found:
            raise Invalid("Say each fact once, as QUESTION=ANSWER; clew category facts lists both.")
        found[question] = answer
    return found
