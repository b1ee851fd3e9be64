"""`clew message`: what units ask one another about records."""

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, day, entered, goes_on, said
from clew.domain.message import Kind, SubjectKind

if TYPE_CHECKING:
    from clew.actions.corresponding import Correspondence, Message, View

app = typer.Typer(no_args_is_help=True)
Which = Annotated[UUID, typer.Argument(metavar="CORRESPONDENCE", help="Its identifier.")]
DUE_DAYS = 14


@app.callback()
def message() -> None:
    """Messages: what units ask one another about records. Their words come on standard input."""


@app.command("list")
def list_(
    as_: As,
    after: Annotated[UUID | None, typer.Option(help="Go on after this correspondence.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that your unit has not answered.")] = False,
    json_: Json = False,
) -> None:
    """Correspondences of your unit, the latest request first."""
    with entered():
        from clew.actions import corresponding, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = corresponding.page(session, after=after, is_waiting=waiting)
        if json_:
            sys.stdout.write(json.dumps([_line_json(one) for one in page.items], ensure_ascii=False) + "\n")
            return
        for one in page.items:
            _show_line(one)
        if not page.items:
            console.print("Your unit has no correspondence.")
        goes_on(page.next)


@app.command()
def ask(
    kind: Annotated[
        SubjectKind, typer.Argument(help="case, exhibit, series, victim, offender, place, medium, overlap or event.")
    ],
    name: Annotated[
        str,
        typer.Argument(
            help="Its reference; of a medium its SHA-256, of an event its identifier, of an overlap its contact's."
        ),
    ],
    as_: As,
    to: Annotated[str | None, typer.Option(help="As SE/VICTIM-ID; of an overlap or event nobody.")] = None,
    within: Annotated[str | None, typer.Option("--case", help="The case of an exhibit.")] = None,
    due: Annotated[str | None, typer.Option(help=f"Day by which you need an answer; else in {DUE_DAYS} days.")] = None,
    json_: Json = False,
) -> None:
    """Ask another unit about a record. It reads your words; the name of the record only where its handling says so."""
    with entered():
        from clew.actions import corresponding, opening

        member, _sign, unit = (to or "").partition("/")
        about = corresponding.About(kind=kind, name=name, within=within)
        due_on = opening.today() + timedelta(days=DUE_DAYS) if due is None else day(due)
        words = files.given()
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = corresponding.ask(session, about, None if to is None else (member.upper(), unit), due_on, words)
        said(json_, {"id": str(made)}, str(made))


@app.command()
def show(
    correspondence: Which,
    as_: As,
    before: Annotated[UUID | None, typer.Option(help="The messages before this one.")] = None,
    json_: Json = False,
) -> None:
    """A correspondence with its latest messages; you have read it then."""
    with entered():
        from clew.actions import corresponding, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = corresponding.look(session, correspondence, before)
        _show(view, as_json=json_)


@app.command()
def answer(correspondence: Which, as_: As, json_: Json = False) -> None:
    """Answer a request that your unit has."""
    _say(correspondence, as_, Kind.ANSWER, as_json=json_)


@app.command("nothing-known")
def nothing_known(correspondence: Which, as_: As, json_: Json = False) -> None:
    """Say that your unit knows nothing of it: the other need not wait."""
    _say(correspondence, as_, Kind.NOTHING_KNOWN, as_json=json_, words="")


@app.command()
def remark(correspondence: Which, as_: As, json_: Json = False) -> None:
    """Add a remark to a request of your unit."""
    _say(correspondence, as_, Kind.REMARK, as_json=json_)


@app.command("pass")
def pass_(
    correspondence: Which,
    as_: As,
    unit: Annotated[str, typer.Option(help="The unit of your member that gets it.")],
    json_: Json = False,
) -> None:
    """Hand a request over to another unit of your member."""
    with entered():
        from clew.actions import corresponding, opening

        words = files.given()
        with opening.acting_as(opening.actor_of(as_)) as session:
            view = corresponding.pass_on(session, correspondence, unit, words)
        _show(view, as_json=json_)


@app.command()
def translate(
    correspondence: Which,
    message_id: Annotated[UUID, typer.Argument(metavar="MESSAGE", help="Its identifier.")],
    as_: As,
    language: Annotated[str, typer.Option(help="ISO 639 code, such as fr.")],
    json_: Json = False,
) -> None:
    """Put a translation beside a message; the original stays."""
    with entered():
        from clew.actions import corresponding, opening

        words = files.given()
        with opening.acting_as(opening.actor_of(as_)) as session:
            view = corresponding.translate(session, correspondence, message_id, language, words)
        _show(view, as_json=json_)


@app.command()
def close(correspondence: Which, as_: As) -> None:
    """Close a request of your unit: nothing more is said in it."""
    with entered():
        from clew.actions import corresponding, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            corresponding.close(session, correspondence)
        console.print("It is closed.")


def _say(correspondence: UUID, as_: str, kind: Kind, *, as_json: bool, words: str | None = None) -> None:
    with entered():
        from clew.actions import corresponding, opening

        text = files.given() if words is None else words
        with opening.acting_as(opening.actor_of(as_)) as session:
            view = corresponding.say(session, correspondence, kind, text)
        _show(view, as_json=as_json)


def _show(view: "View", *, as_json: bool) -> None:
    if as_json:
        said = {**_line_json(view.correspondence), "side": view.side.value, "has_it": view.has_it}
        said["messages"] = [_message_json(one) for one in view.messages]
        said["has_earlier"] = view.has_earlier
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
        return
    _show_line(view.correspondence)
    if view.has_earlier:
        console.print(f"  earlier with --before {view.messages[0].id}", style="dim", markup=False)
    for one in view.messages:
        by = f" {plain(one.written_by)}" if one.written_by else ""
        when = f"{one.written_at:%Y-%m-%d %H:%M}"
        console.print(f"  {when} {one.member}/{plain(one.unit)}{by}: {one.kind.value}  {one.id}", markup=False)
        for line in one.words.splitlines():
            console.print(f"    {plain(line)}", markup=False)
        for other in one.translations:
            console.print(f"    [{other.language}] {plain(other.words)}", markup=False)


def _show_line(one: "Correspondence") -> None:
    state = "closed" if one.closed_at else "answered" if one.is_answered else "open"
    about = f" {plain(one.about)}" if one.about else ""
    console.print(
        f"{one.id}  due {one.due_on}  {one.member}/{plain(one.unit)} to {one.to_member}/{plain(one.units[-1])}"
        f"  {one.subject_kind.value}{about}  {state}{'  not read' if one.is_unread else ''}",
        markup=False,
    )  # fmt: skip


def _line_json(one: "Correspondence") -> dict[str, object]:
    return {
        "id": str(one.id), "from": [one.member, one.unit], "to": [one.to_member, *one.units], "about": one.about,
        "kind": one.subject_kind.value, "due_on": one.due_on.isoformat(), "asked_at": one.asked_at.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at else None, "is_unread": one.is_unread,
        "is_answered": one.is_answered,
    }  # fmt: skip


def _message_json(one: "Message") -> dict[str, object]:
    return {
        "id": str(one.id), "kind": one.kind.value, "member": one.member, "unit": one.unit, "words": one.words,
        "written_by": one.written_by or None, "written_at": one.written_at.isoformat(),
        "translations": [{"language": other.language, "words": other.words} for other in one.translations],
    }  # fmt: skip
