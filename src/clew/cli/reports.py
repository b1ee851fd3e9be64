"""`clew report`: the annual report of a member."""

import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered, write
from clew.domain.ledger import By, Line
from clew.domain.statistics import ASSUMPTION, FLOWS, USUAL, WORDS

if TYPE_CHECKING:
    from clew.domain.statistics import Statistics

LINKED_WORDS = "Of these with"

app = typer.Typer(no_args_is_help=True)


class Public(StrEnum):
    """Whether everybody is told."""

    ON = "on"
    OFF = "off"


@app.callback()
def report() -> None:
    """Reports of a member, as numbers."""


@app.command()
def annual(
    as_: As,
    year: Annotated[int | None, typer.Option(help="The year; this one where not said.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write it as PDF into this file, a new one.")] = None,
    json_: Json = False,
) -> None:
    """What was done with the records of the officer's member in a year."""
    with entered():
        from clew.actions import opening, reporting

        actor, of = opening.actor_of(as_), year or datetime.now(UTC).year
        if pdf is None:
            made = reporting.annual(actor, of)
        else:
            with files.new(pdf) as file:
                made = reporting.annual(actor, of)
                file.write(reporting.as_pdf(made))
        if json_:
            sys.stdout.write(reporting.as_json(made))
        elif pdf is None:
            _print(made)


@app.command()
def ledger(
    as_: As,
    by: Annotated[By, typer.Option(help="What children are counted by.")] = By.MEMBER,
    year: Annotated[int | None, typer.Option(help="Only those first identified in this year.")] = None,
    json_: Json = False,
) -> None:
    """How many children are identified and safe, each counted once; small numbers of other members are not shown."""
    with entered():
        from clew.actions import identifying, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found, times = identifying.ledger(session, by, year)
        if json_:
            write({
                "by": by.value, "year": year, "lines": [_line(one) for one in found.lines], "total": _line(found.total),
                "days": [
                    {
                        "of": one.whose, "children": one.children, "upload_to_lead": _days(one.to_lead),
                        "lead_to_identified": _days(one.from_lead), "upload_to_identified": _days(one.to_identified),
                    }
                    for one in times
                ],
            })  # fmt: skip
            return
        console.print(f"{'':<14}{'own':>9}{'of others':>12}{'safe':>9}{'of others':>12}", markup=False)
        for one in (*found.lines, found.total):
            numbers = (one.own, one.others, one.own_safeguarded, one.others_safeguarded)
            shown = "".join(f"{_number(each):>{width}}" for each, width in zip(numbers, (9, 12, 9, 12), strict=True))
            console.print(f"{plain(one.key) or 'in all':<14}{shown}", markup=False)
        for span in times:
            console.print(
                f"{span.whose} ({span.children}): median days from upload to lead {_days(span.to_lead)}, from lead to"
                f" identification {_days(span.from_lead)}, from upload to identification {_days(span.to_identified)}",
                markup=False,
            )


@app.command()
def statistics(
    as_: As,
    period: Annotated[
        str, typer.Option(help="30, 90 or 365 days, a whole year that has numbers such as 2025, or all.")
    ] = USUAL,
    json_: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
) -> None:
    """Whether cooperation works: of the own member exactly, of others as of a month that is over and in fives."""
    with entered():
        from clew.actions import counting, opening

        found = counting.read(opening.actor_of(as_), counting.period(period))
        if json_ or csv:
            sys.stdout.write(counting.as_csv(found) if csv else counting.as_json(found))
            return
        _print_statistics(found)


@app.command()
def public(
    word: Annotated[Public, typer.Argument(help="on: the public is told how many are unidentified; or off.")],
) -> None:
    """Let everybody read how many children and series are unidentified, or nobody any more. On record."""
    with entered():
        from clew.actions import counting

        is_on = word is Public.ON
        counting.publish(is_on=is_on)
        console.print("Everybody may read it within minutes." if is_on else "Nobody is told within minutes.")


def _print_statistics(found: "Statistics") -> None:
    for one in found.numbers:
        whose = one.member or ("all" if one.is_own else "others")
        number = "few" if one.number is None else f"{one.number:,}"
        console.print(f"{whose:<8}{number:>14}  {WORDS[one.figure]} {one.of}".rstrip(), markup=False)
    said = f"{found.period.name} days" if found.period.is_days else found.period.name
    for one in (*found.in_period, *found.linked):
        words = FLOWS.get(one.figure, LINKED_WORDS)
        console.print(f"{said:<9}{one.number:>13,}  {words} {one.of}".rstrip(), markup=False)
    for saved in found.saved:
        if saved.hours is not None:
            share = "" if saved.share is None else f"{saved.share:.0%} known on arrival, "
            whose = saved.member or "others"
            console.print(f"{whose:<8}  {share}{saved.hours:,.1f} hours of looking saved", markup=False)
    days = f"Own numbers as of {found.own_day}, others as of {found.others_day}."
    console.print(f"{ASSUMPTION}\n{days if found.own_day else 'Nothing was counted yet.'}", style="dim", markup=False)


def _line(one: Line) -> dict[str, object]:
    return {
        "key": one.key, "own": one.own, "others": one.others, "own_safeguarded": one.own_safeguarded,
        "others_safeguarded": one.others_safeguarded,
    }  # fmt: skip


def _number(number: int | None) -> str:
    return "few" if number is None else f"{number:,}"


def _days(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds() / 86_400, 1)


def _print(made: object) -> None:
    from clew.domain.annual_report import TITLES, WORDS

    console.print(f"{made.member} {plain(made.member_name)} {made.year}", markup=False)
    for section in made.sections:
        console.print(f"\n{TITLES[section.name]}", style="bold")
        for figure in section.figures:
            parts = ", ".join(f"{of} {number:,}" for of, number in figure.parts)
            console.print(f"{figure.total:>12,}  {WORDS[section.name, figure.name]}  {parts}", markup=False)
    console.print(f"\n{made.log.size:,} events in the log, root {made.log.root}", markup=False)
