"""`clew link`: what joins records, candidates that wait, and what is reached from a record."""

from typing import Annotated
from uuid import UUID

import typer

from clew.cli.entry import As, Json, Until, day, entered, identifier, said, shown, until_in_words
from clew.domain.link import Basis, Confidence, LinkType, from_word, word_of

app = typer.Typer(no_args_is_help=True)


def _words(numbers: type[LinkType] | type[Basis] | type[Confidence]) -> str:
    return ", ".join(word_of(one) for one in numbers)


SHOWN_PER_PAGE = 200

End = Annotated[
    str, typer.Argument(metavar="RECORD", help="S-, V-, O- or P- and nine digits, a medium's SHA-256, or a case.")
]
TypeOf = Annotated[str, typer.Argument(metavar="TYPE", help=f"One of {_words(LinkType)}.")]
Link = Annotated[str, typer.Argument(metavar="LINK", help="Its identifier, as list gives it.")]
BasisOf = Annotated[str, typer.Option("--basis", help=f"What it rests on: {_words(Basis)}.")]
Sure = Annotated[str, typer.Option("--confidence", help=f"How sure you are: {_words(Confidence)}.")]
Note = Annotated[str, typer.Option(help="In a few words, what was seen.")]
After = Annotated[str | None, typer.Option(help="Where to go on, as the page before said.")]
Audience = Annotated[str, typer.Option(help='Who sees it: unit, member, "members NO,SE" or all. Else as its ends.')]


@app.callback()
def link() -> None:
    """Links: what joins series, media, victims, offenders, places and cases."""


@app.command()
def add(
    a: End, type_: TypeOf, b: End, as_: As, basis: BasisOf, confidence: Sure = "probable", note: Note = "",
    audience: Audience = "", json_: Json = False,
) -> None:  # fmt: skip
    """Say as a fact that two records belong together so."""
    _claim(a, type_, b, as_, basis, confidence, note, audience, json_, is_fact=True)


@app.command()
def propose(
    a: End, type_: TypeOf, b: End, as_: As, basis: BasisOf, confidence: Sure = "possible", note: Note = "",
    audience: Audience = "", json_: Json = False,
) -> None:  # fmt: skip
    """Say that two records may belong together so: a candidate, until an officer of your unit accepts it."""
    _claim(a, type_, b, as_, basis, confidence, note, audience, json_, is_fact=False)


@app.command("list")
def list_(name: End, as_: As, after: After = None, json_: Json = False) -> None:
    """Links of a record, candidates with a question mark."""
    with entered():
        from clew.actions import exploring, opening
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = exploring.linked(session, name, after=after)
        shown(json_, answers.page_json(page), answers.page_in_words(page), page.next)


@app.command()
def waiting(as_: As, after: After = None, json_: Json = False) -> None:
    """Candidates of your unit, which wait for accept or refuse."""
    with entered():
        from clew.actions import exploring, opening
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = exploring.waiting(session, after=after, limit=SHOWN_PER_PAGE)
        shown(json_, answers.page_json(page), answers.page_in_words(page), page.next)


@app.command()
def show(name: Link, as_: As, json_: Json = False) -> None:
    """A link, with every step about it."""
    with entered():
        from clew.actions import exploring, opening
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = exploring.look_at_link(session, _identifier(name))
        shown(json_, answers.link_json(view), answers.link_in_words(view), None)


@app.command()
def accept(name: Link, as_: As, reason: Annotated[str, typer.Option(help="Why.")] = "", json_: Json = False) -> None:
    """Say that a candidate of your unit is a fact."""
    with entered():
        from clew.actions import linking, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            linking.accept(session, _identifier(name), reason)
        said(json_, {"link": name, "state": "accepted"}, "It is a fact now.")


@app.command()
def refuse(name: Link, as_: As, reason: Annotated[str, typer.Option(help="Why.")], json_: Json = False) -> None:
    """Say that a link of your unit does not hold: it is not proposed to you again."""
    with entered():
        from clew.actions import linking, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            linking.refuse(session, _identifier(name), reason)
        said(json_, {"link": name, "state": "refused"}, "It is refused, and remembered.")


@app.command()
def withdraw(name: Link, as_: As, reason: Annotated[str, typer.Option(help="Why.")], json_: Json = False) -> None:
    """Take a link of your unit back; the same may be said anew."""
    with entered():
        from clew.actions import linking, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            linking.withdraw(session, _identifier(name), reason)
        said(json_, {"link": name, "state": "withdrawn"}, "It is taken back.")


@app.command()
def restrict(
    name: Link, as_: As, audience: Annotated[str, typer.Option(help='unit, member, "members NO,SE" or all.')],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    exclude: Annotated[str, typer.Option(help="Members who may not, whatever the audience: SE,DK.")] = "",
    until: Until = "", json_: Json = False,
) -> None:  # fmt: skip
    """Have a link of your unit lie under another handling, for good or for a time."""
    with entered():
        from clew.actions import linking, opening
        from clew.cli import handlings

        actor = opening.actor_of(as_)
        given = handlings.said(actor, audience=audience, uses="fingerprints,facts", also="", exclude=exclude)
        with opening.acting_as(actor) as session:
            ends = linking.restrict(session, _identifier(name), given, reason, day(until) if until else None)
        said(json_, {"link": name, "until": ends and ends.isoformat()}, f"It is done{until_in_words(ends)}.")


@app.command()
def end_restriction(
    name: Link, as_: As, reason: Annotated[str, typer.Option(help="Why; it is kept.")], json_: Json = False
) -> None:
    """End what restricts a link of your unit for a time before its time: what lasted before holds again."""
    with entered():
        from clew.actions import linking, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            linking.end_restriction(session, _identifier(name), reason)
        said(json_, {"link": name, "until": None}, "What lasted before holds again.")


@app.command()
def explore(
    name: End, as_: As,
    hops: Annotated[int, typer.Option(help="How far to go: 1 or 2.")] = 2,
    facts: Annotated[bool, typer.Option("--facts", help="Only facts, no candidates.")] = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """What is reached from a record: up to 300 records with what joins them, the nearest first."""
    with entered():
        from clew.actions import exploring, opening
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = exploring.explore(session, name, hops_max=hops, with_candidates=not facts)
        shown(json_, answers.exploration_json(found), answers.exploration_in_words(found), None)


@app.command()
def path(
    name: End, other: Annotated[str, typer.Argument(metavar="RECORD", help="Where the path ends, named likewise.")],
    as_: As,
    facts: Annotated[bool, typer.Option("--facts", help="Only facts, no candidates.")] = False,
    json_: Json = False,
) -> None:  # fmt: skip
    """The shortest path of evidence between two records: up to four links, each of which you may see."""
    with entered():
        from clew.actions import opening, tracing
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = tracing.trace(session, name, other, with_candidates=not facts)
        lines = answers.exploration_in_words(found) if found.edges else ["No path was found that you may see."]
        shown(json_, answers.exploration_json(found), lines, None)


def _claim(
    a: str, type_: str, b: str, as_: str, basis: str, confidence: str, note: str, audience: str, as_json: bool, *,
    is_fact: bool,
) -> None:  # fmt: skip
    with entered():
        from clew.actions import linking, opening
        from clew.cli import handlings

        actor = opening.actor_of(as_)
        given = None
        if audience:
            given = handlings.said(actor, audience=audience, uses="fingerprints,facts", also="", exclude="")
        kind, rests_on, sure = from_word(LinkType, type_), from_word(Basis, basis), from_word(Confidence, confidence)
        act = linking.link if is_fact else linking.propose
        with opening.acting_as(actor) as session:
            made = act(session, a, kind, b, basis=rests_on, confidence=sure, note=note, handling=given)
        said(as_json, {"link": str(made.id), "state": word_of(made.state)}, str(made.id))


def _identifier(untrusted_words: str) -> UUID:
    return identifier(untrusted_words, "There is no such link.")
