"""`clew clue`: what was seen, heard or read in media, where in them, and which countries it speaks for."""

from typing import Annotated
from uuid import UUID

import typer

from clew.cli.entry import As, Json, Until, day, entered, identifier, said, shown, until_in_words
from clew.domain.clue import ClueKind, Field, Said, Where, box_in, moments_in, speaks_in
from clew.domain.errors import Invalid
from clew.domain.handling import Actor, Handling
from clew.domain.link import Confidence, from_word, word_of

app = typer.Typer(no_args_is_help=True)

Medium = Annotated[str, typer.Argument(metavar="MEDIUM", help="The medium's SHA-256.")]
Clue = Annotated[str, typer.Argument(metavar="CLUE", help="Its identifier, as list gives it.")]
KindOf = Annotated[str, typer.Option("--kind", help=f"One of {', '.join(ClueKind)}.")]
Sure = Annotated[str, typer.Option("--confidence", help=f"How sure you are: {', '.join(map(word_of, Confidence))}.")]
Audience = Annotated[
    str, typer.Option(help='Who sees it: unit, member, "members NO,SE" or all. Else as its medium.')
]


@app.callback()
def clue() -> None:
    """Clues: what was seen, heard or read in media that helps to find a place or a person."""


@app.command()
def add(
    medium: Medium, as_: As, kind: KindOf,
    value: Annotated[str, typer.Option(help="What was read or named, as it stands there.")] = "",
    box: Annotated[str, typer.Option(help="Where in the picture: x,y,width,height as shares of it, 0 to 1.")] = "",
    at: Annotated[str, typer.Option(help="At which second, such as 12.5; a span of sound as 12.5-14.")] = "",
    field: Annotated[str, typer.Option(help=f"Or a field of the metadata: {', '.join(Field)}.")] = "",
    country: Annotated[
        str, typer.Option(help="Countries it speaks for: IT=3,CL; against: FR=-1; or none. Else what public facts say.")
    ] = "",
    confidence: Sure = "probable", note: Annotated[str, typer.Option(help="What else you say of it.")] = "",
    audience: Audience = "", json_: Json = False,
) -> None:  # fmt: skip
    """Say what was seen, heard or read in a medium."""
    from_ms, to_ms = moments_in(at)
    where = Where(box=box_in(box), from_ms=from_ms, to_ms=to_ms, field=_field(field))
    with entered():
        from clew.actions import localising, opening, spotting
        from clew.cli import clue_answers as answers

        read, what = value.strip(), _kind(kind)
        given = Said(
            kind=what, value=read, note=note.strip(), certainty=from_word(Confidence, confidence), where=where,
            speaks=speaks_in(country) if country.strip() else localising.proposed(what, read),
        )  # fmt: skip
        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            made = spotting.add(session, medium, given, _handled(actor, audience) if audience else None)
        told = answers.countries_in_words(made.said) or "for no country"
        said(json_, answers.clue_json(made), f"kept as {made.id}, {told}")


@app.command()
def facts(
    kind: KindOf, value: Annotated[str, typer.Option(help="What was read or named.")] = "", json_: Json = False
) -> None:
    """For which countries a clue speaks by public facts: what add takes where you name none."""
    with entered():
        from clew.actions import localising

        found = localising.proposed(_kind(kind), value.strip())
        words = " ".join(f"{code}={weight}" for code, weight in found.items()) or "public facts say nothing of it"
        said(json_, {"countries": found}, words)


@app.command("list")
def list_(
    medium: Medium, as_: As,
    all_: Annotated[bool, typer.Option("--all", help="Also those that were taken back.")] = False, json_: Json = False,
) -> None:  # fmt: skip
    """Clues on a medium, whoever put them there, as far as you see them."""
    with entered():
        from clew.actions import opening, spotting
        from clew.cli import clue_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = spotting.of_media(session, [medium], is_all=all_)
        fields = {"clues": [answers.clue_json(one) for one in found]}
        shown(json_, fields, map(answers.clue_in_words, found), None)


@app.command()
def withdraw(name: Clue, as_: As, json_: Json = False) -> None:
    """Take a clue of your unit back: it stays on record, and speaks for nothing any more."""
    with entered():
        from clew.actions import opening, spotting

        with opening.acting_as(opening.actor_of(as_)) as session:
            spotting.withdraw(session, _id(name))
        said(json_, {"id": name, "withdrawn": True}, "taken back")


@app.command()
def restrict(
    name: Clue, as_: As, audience: Annotated[str, typer.Option(help='unit, member, "members NO,SE" or all.')],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")], until: Until = "", json_: Json = False,
) -> None:  # fmt: skip
    """Have a clue of your unit be seen by fewer than its medium, or by as many, for good or for a time."""
    with entered():
        from clew.actions import opening, spotting

        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            ends = spotting.restrict(
                session, _id(name), _handled(actor, audience), reason, day(until) if until else None
            )
        fields = {"id": name, "audience": audience, "until": ends and ends.isoformat()}
        said(json_, fields, f"restricted{until_in_words(ends)}")


@app.command()
def end_restriction(
    name: Clue, as_: As, reason: Annotated[str, typer.Option(help="Why; it is kept.")], json_: Json = False
) -> None:
    """End what restricts a clue of your unit for a time before its time: what lasted before holds again."""
    with entered():
        from clew.actions import opening, spotting

        with opening.acting_as(opening.actor_of(as_)) as session:
            spotting.end_restriction(session, _id(name), reason)
        said(json_, {"id": name, "until": None}, "what lasted before holds again")


def _handled(actor: Actor, audience: str) -> Handling:
    from clew.cli import handlings

    return handlings.said(actor, audience=audience, uses="fingerprints,facts", also="", exclude="")


def _kind(word: str) -> ClueKind:
    try:
        return ClueKind(word.strip().lower())
    except ValueError:
        raise Invalid(f"A clue is one of {', '.join(ClueKind)}.") from None


def _field(word: str) -> Field | None:
    try:
        return Field(word.strip().lower()) if word.strip() else None
    except ValueError:
        raise Invalid(f"A field is one of {', '.join(Field)}.") from None


def _id(word: str) -> UUID:
    return identifier(word, "Your unit has no such clue.")
