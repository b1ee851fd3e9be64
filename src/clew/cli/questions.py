"""`clew question`: what units ask those who may know an object, and what they answer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, day, entered, shown
from clew.cli.entry import said as say
from clew.domain.errors import Invalid
from clew.domain.question import About, Answer, Kind, Said

if TYPE_CHECKING:
    from clew.actions.questioning import Given, Question, View

app = typer.Typer(no_args_is_help=True)
Which = Annotated[str, typer.Argument(metavar="QUESTION", help="Its reference, such as Q-482177348.")]
DUE_DAYS = 14
FOR_NOTHING_KNOWN = "Say nothing-known by the command of that name."


@app.callback()
def question() -> None:
    """Questions: whether others know an object. Words come on standard input."""


@app.command("list")
def list_(
    as_: As,
    own: Annotated[bool, typer.Option("--own", help="Those that your unit asked, instead of those put to it.")] = False,
    after: Annotated[UUID | None, typer.Option(help="Go on behind this one.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that your unit has not answered.")] = False,
    json_: Json = False,
) -> None:
    """Questions that were put to your unit, or that it asked; the latest first."""
    with entered():
        from clew.actions import opening, questioning

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = questioning.page(session, is_own=own, after=after, is_waiting=waiting)
        following = None if page.next is None else str(page.next)
        lines = [_line(one) for one in page.items] or ["There is no question."]
        shown(json_, {"items": [_fields(one) for one in page.items], "next": following}, lines, following)


@app.command()
def ask(
    kind: Annotated[Kind, typer.Argument(help="What it is, such as plug-type, sign, product or school-wear.")],
    about: Annotated[About, typer.Argument(help="What it is about: series, medium, place or clue.")],
    name: Annotated[str, typer.Argument(help="Reference, SHA-256 of a medium, or identifier of a clue.")],
    as_: As,
    to: Annotated[list[str] | None, typer.Option(help="Member or unit, such as SE/VICTIM-ID; repeated.")] = None,
    good_at: Annotated[list[str] | None, typer.Option(help="Ask units with this speciality; repeated.")] = None,
    speaking: Annotated[list[str] | None, typer.Option(help="Ask who speaks it, by ISO 639; repeated.")] = None,
    language: Annotated[str, typer.Option(help="Language that you write in: an ISO 639 code.")] = "en",
    due: Annotated[str | None, typer.Option(help=f"Day by which you need an answer; else in {DUE_DAYS} days.")] = None,
    crop: Annotated[UUID | None, typer.Option(help="An approved crop of your unit that goes with it.")] = None,
    json_: Json = False,
) -> None:
    """Ask others whether they know an object. Each sees your words and the object, and nobody else who was asked."""
    with entered():
        from clew.actions import opening, questioning

        asking = questioning.Asking(
            kind=kind, about=about, name=name, words=files.given(), language=language, crop_id=crop,
            due_on=opening.today() + timedelta(days=DUE_DAYS) if due is None else day(due),
        )  # fmt: skip
        whom = questioning.whom(to or (), good_at or (), speaking or ())
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = questioning.ask(session, asking, whom)
        say(json_, {"reference": made}, made)


@app.command()
def show(question: Which, as_: As, json_: Json = False) -> None:
    """A question with who was asked and what they answered; you have read it then."""
    with entered():
        from clew.actions import opening, questioning

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = questioning.look(session, question)
        _show(view, as_json=json_)


@app.command()
def answer(
    question: Which,
    as_: As,
    said: Annotated[Said, typer.Option(help="yes, no or probably.")],
    country: Annotated[str, typer.Option(help="The country that it speaks for: two letters.")] = "",
    json_: Json = False,
) -> None:
    """Answer a question that was put to your unit; a later answer takes the place of an earlier one."""
    if said is Said.NOTHING_KNOWN:
        raise Invalid(FOR_NOTHING_KNOWN)
    _answer(question, as_, Answer(said=said, country=country.strip().upper()), files.given(), as_json=json_)


@app.command("nothing-known")
def nothing_known(question: Which, as_: As, json_: Json = False) -> None:
    """Say that your unit knows nothing of it: the other need not wait."""
    _answer(question, as_, Answer(said=Said.NOTHING_KNOWN), "", as_json=json_)


@app.command("pass")
def pass_(
    question: Which,
    as_: As,
    unit: Annotated[str, typer.Option(help="The unit of your member that gets it.")],
    json_: Json = False,
) -> None:
    """Hand a question over to another unit of your member."""
    with entered():
        from clew.actions import opening, questioning

        words = files.given()
        with opening.acting_as(opening.actor_of(as_)) as session:
            view = questioning.pass_on(session, question, unit, words)
        _show(view, as_json=json_)


@app.command()
def translate(
    question: Which,
    as_: As,
    language: Annotated[str, typer.Option(help="ISO 639 code, such as fr.")],
    json_: Json = False,
) -> None:
    """Put a translation beside the question; the original stays."""
    with entered():
        from clew.actions import opening, questioning

        words = files.given()
        with opening.acting_as(opening.actor_of(as_)) as session:
            view = questioning.translate(session, question, language, words)
        _show(view, as_json=json_)


@app.command()
def conclude(
    question: Which,
    as_: As,
    answer: Annotated[UUID, typer.Option(help="Identifier of an answer that names a country.")],
    json_: Json = False,
) -> None:
    """Make a clue of an answer, on the medium that the question is about."""
    with entered():
        from clew.actions import concluding, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            made = concluding.conclude(session, question, answer)
        say(json_, {"clue": str(made)}, f"Clue {made}.")


@app.command()
def close(question: Which, as_: As) -> None:
    """Close a question of your unit: nobody answers any more, and nobody is shown its object."""
    with entered():
        from clew.actions import opening, questioning

        with opening.acting_as(opening.actor_of(as_)) as session:
            questioning.close(session, question)
        console.print("It is closed.")


def _answer(question: str, as_: str, given: Answer, words: str, *, as_json: bool) -> None:
    with entered():
        from clew.actions import opening, questioning

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = questioning.answer(session, question, given, words)
        _show(view, as_json=as_json)


def _show(view: "View", *, as_json: bool) -> None:
    fields = {
        **_fields(view.question), "side": view.side.value, "has_it": view.has_it, "has_object": view.has_object,
        "asked": [
            {
                "correspondence": str(party.correspondence_id), "member": party.member, "units": list(party.units),
                "closed": party.is_closed,
                "answers": [_given(one) for one in party.answers],
                "messages": [
                    {
                        "kind": one.kind.value, "member": one.member, "unit": one.unit, "words": one.words,
                        "at": one.written_at.isoformat(),
                        "translations": [{"language": each.language, "words": each.words} for each in one.translations],
                    }
                    for one in view.messages[party.correspondence_id].items
                ],
                "has_earlier": view.messages[party.correspondence_id].has_earlier,
            }
            for party in view.parties
        ],
    }  # fmt: skip
    shown(as_json, fields, _lines(view), None)


def _lines(view: "View") -> Iterator[str]:
    yield _line(view.question)
    for party in view.parties:
        latest = party.answers[0].answer if party.answers else None
        stands = "nobody answered yet" if latest is None else f"{latest.said.value} {latest.country}".strip()
        if party.answers:  # by which clew question conclude takes it
            stands += f"  {party.answers[0].id}"
        yield f"  {party.member}/{plain(party.units[-1])}: {stands}"
        said = view.messages[party.correspondence_id]
        if said.has_earlier:
            yield f"    earlier ones with clew message show {party.correspondence_id}"
        for one in said.items:
            yield f"    {one.written_at:%Y-%m-%d %H:%M} {one.member}/{plain(one.unit)}: {one.kind.value}"
            yield from (f"      {plain(line)}" for line in one.words.splitlines())
            yield from (f"      [{each.language}] {plain(each.words)}" for each in one.translations)


def _line(one: "Question") -> str:
    about = f" about {one.about_kind.value} {plain(one.about)}" if one.about else ""
    state = "closed" if one.closed_at else "open"
    object_ = f"  object {one.crop_id}" if one.crop_id else ""
    unread = "  not read" if one.is_unread else ""
    return (
        f"{one.reference}  {one.member}/{plain(one.unit)}  {one.kind.value}{about}  due {one.due_on}  {state}"
        f"{object_}{unread}"
    )


def _fields(one: "Question") -> dict[str, object]:
    return {
        "id": str(one.id), "reference": one.reference, "member": one.member, "unit": one.unit, "kind": one.kind.value,
        "about_kind": one.about_kind.value, "about": one.about, "crop": str(one.crop_id) if one.crop_id else None,
        "language": one.language, "due_on": one.due_on.isoformat(), "asked_at": one.asked_at.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at else None, "is_unread": one.is_unread,
    }  # fmt: skip


def _given(one: "Given") -> dict[str, object]:
    return {
        "id": str(one.id), "said": one.answer.said.value, "country": one.answer.country or None, "member": one.member,
        "unit": one.unit, "at": one.at.isoformat(),
    }  # fmt: skip
