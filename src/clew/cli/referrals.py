"""`clew referral`: what is handed over about a series to the country in which it was probably made."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, day, entered, said, shown
from clew.domain.referral import Step, sections_from_words

if TYPE_CHECKING:
    from clew.actions.referring import Referral, View

app = typer.Typer(no_args_is_help=True)
Which = Annotated[str, typer.Argument(metavar="REFERRAL", help="Its reference, such as R-482177348.")]
DUE_DAYS = 30


@app.callback()
def referral() -> None:
    """Referrals: what is handed over about a series to another country. Words come on standard input."""


@app.command("list")
def list_(
    as_: As,
    after: Annotated[UUID | None, typer.Option(help="Go on behind this one.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait for you to agree.")] = False,
    json_: Json = False,
) -> None:
    """Referrals of your unit and those that were handed to it, the latest first."""
    with entered():
        from clew.actions import opening, referring

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = referring.page(session, after=after, is_waiting=waiting)
        following = None if page.next is None else str(page.next)
        lines = [_line(one) for one in page.items] or ["There is no referral."]
        shown(json_, {"items": [_fields(one) for one in page.items], "next": following}, lines, following)


@app.command()
def build(
    series: Annotated[str, typer.Argument(help="Reference of a series of your unit.")],
    country: Annotated[str, typer.Argument(help="Two letters of the country, such as SE.")],
    as_: As,
    to: Annotated[str | None, typer.Option(help="Member and unit, such as SE/VICTIM-ID; none for a file.")] = None,
    sections: Annotated[str, typer.Option(help="Such as media,clues,places; else all but the narrative.")] = "",
    crop: Annotated[list[UUID] | None, typer.Option(help="An approved crop of your unit; repeated.")] = None,
    due: Annotated[str | None, typer.Option(help=f"Day by which you need an answer; else in {DUE_DAYS} days.")] = None,
    json_: Json = False,
) -> None:
    """Build a package; a second officer of your unit approves it before it is handed over."""
    with entered():
        from clew.actions import opening, referring

        member, _sign, unit = (to or "").partition("/")
        wanted = referring.Wanted(
            series=series, country=country, to=None if to is None else (member.upper(), unit.upper()),
            words=files.given(), sections=sections_from_words(sections), crops=tuple(crop or ()),
            due_on=opening.today() + timedelta(days=DUE_DAYS) if due is None else day(due),
        )  # fmt: skip
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = referring.build(session, wanted)
        said(json_, {"reference": made}, made)


@app.command()
def show(referral: Which, as_: As, json_: Json = False) -> None:
    """A referral with its package, as far as your unit reads it."""
    with entered():
        from clew.actions import opening, referring

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = referring.look(session, referral)
        _show(view, as_json=json_)


@app.command()
def approve(referral: Which, as_: As) -> None:
    """Agree, as the second officer, to hand it over."""
    with entered():
        from clew.actions import opening, referring

        with opening.acting_as(opening.actor_of(as_)) as session:
            referring.approve(session, referral)
        console.print("It is handed over.")


@app.command()
def withdraw(referral: Which, as_: As) -> None:
    """Withdraw a referral of your unit: its package goes, and nobody reads it any more."""
    _move(referral, as_, Step.WITHDRAW, "", "It is withdrawn, and its package is gone.")


@app.command()
def accept(referral: Which, as_: As) -> None:
    """Accept what was handed to your unit."""
    _move(referral, as_, Step.ACCEPT, files.given(), "It is accepted.")


@app.command()
def decline(referral: Which, as_: As) -> None:
    """Decline what was handed to your unit; say why."""
    _move(referral, as_, Step.DECLINE, files.given(), "It is declined.")


@app.command("hand-back")
def hand_back(referral: Which, as_: As) -> None:
    """Hand back what your unit accepted; say why."""
    _move(referral, as_, Step.HAND_BACK, files.given(), "It is handed back.")


@app.command()
def write(
    referral: Which,
    as_: As,
    to: Annotated[Path, typer.Option(help="ZIP to write; it must not be there yet.")],
    purpose: Annotated[str, typer.Option(help="Why, of the closed list.")],
    case: Annotated[str, typer.Option(help="Reference of the case for which it is needed.")],
) -> None:
    """Write an approved package into a ZIP with a signed manifest: JSON, PDF and objects; on the record."""
    with entered() as configuration:
        from django.conf import settings

        from clew.actions import opening, referring
        from clew.node import keys

        with files.new(to) as file:
            packed = referring.pack(
                settings.CLEW_VAULT, opening.actor_of(as_), referral, purpose=purpose, case=case,
                seed=keys.key(configuration.keys_folder, keys.CERTIFICATES),
            )  # fmt: skip
            file.write(packed)
        console.print(f"{len(packed):,} bytes written.")


def _move(referral: str, as_: str, step: Step, words: str, done: str) -> None:
    with entered():
        from clew.actions import opening, referring

        with opening.acting_as(opening.actor_of(as_)) as session:
            referring.move(session, referral, step, words)
        console.print(done)


def _show(view: "View", *, as_json: bool) -> None:
    import json

    from clew.formats.referral import as_json as package_json

    package = None if view.package is None else json.loads(package_json(view.package))
    fields = {**_fields(view.referral), "package": package, "steps": [step.value for step in view.steps]}
    shown(as_json, fields, _lines(view), None)


def _lines(view: "View") -> Iterator[str]:
    yield _line(view.referral)
    if view.package is None:
        return
    yield from (f"  {plain(line)}" for line in view.package.words.splitlines())
    for section, lines in view.package.sections.items():
        yield f"  {section.value}: {len(lines)}"
        for line in lines:
            yield "    " + plain("  ".join(f"{name} {value}" for name, value in line.items() if value))
    yield from (f"  {file}  {plain(words)}" for file, words in view.package.crops)


def _line(one: "Referral") -> str:
    to = f"{one.to_member}/{plain(one.to_unit or '')}" if one.to_member else "by file"
    return f"{one.reference}  {one.member}/{plain(one.unit)} to {one.country} ({to})  {one.series}  {one.state.value}"


def _fields(one: "Referral") -> dict[str, object]:
    return {
        "reference": one.reference, "member": one.member, "unit": one.unit, "series": one.series or None,
        "country": one.country, "to_member": one.to_member, "to_unit": one.to_unit, "due_on": one.due_on.isoformat(),
        "state": one.state.value, "proposed_by": one.proposed_by or None, "proposed_at": one.proposed_at.isoformat(),
        "decided_by": one.decided_by or None,
    }  # fmt: skip
