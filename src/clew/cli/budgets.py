"""`clew budget`: how many different media officers may reveal an hour and a day."""

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, entered, said, shown
from clew.domain.errors import Invalid
from clew.domain.suspension import Level, Scope

if TYPE_CHECKING:
    from clew.actions.budgeting import Left, Line

app = typer.Typer(no_args_is_help=True)
Officer = Annotated[str | None, typer.Option(help="For this officer.")]
Unit = Annotated[str | None, typer.Option(help="For each of this unit; without unit and officer: of the member.")]
Reason = Annotated[str, typer.Option(help="Why; it stands beside the budget.")]


@app.callback()
def budget() -> None:
    """Reveal budgets: how many different media an officer may reveal an hour and a day."""


@app.command()
def show(as_: As, json_: Json = False) -> None:
    """What is left of your own reveal budget."""
    with entered():
        from clew.actions import budgeting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            left = budgeting.own(session)
        said(json_, _left(left), _words(left))


@app.command("list")
def list_(as_: As, json_: Json = False) -> None:
    """The budgets that your member gave, and who was refused within a week; an administrator asks."""
    with entered():
        from clew.actions import budgeting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            lines, refused = budgeting.in_force(session), budgeting.refused(session)
        words = [_line(one) for one in lines] or ["Your member gave none: what is shipped holds for everybody."]
        words += [
            f"refused  {plain(one.officer)}  {one.times:,} times, last {one.last_at:%Y-%m-%d %H:%M} UTC"
            for one in refused
        ]
        told = [
            {"officer": one.officer, "times": one.times, "last_at": one.last_at.isoformat()} for one in refused
        ]  # fmt: skip
        shown(json_, {"items": [_fields(one) for one in lines], "refused": told}, words, None)


@app.command()
def give(
    as_: As,
    hourly: Annotated[int, typer.Option(help="Different media within an hour.")],
    daily: Annotated[int, typer.Option(help="Different media within a day.")],
    reason: Reason,
    officer: Officer = None,
    unit: Unit = None,
) -> None:
    """Give a budget, as an administrator, in place of the one that was there; never your own."""
    with entered():
        from clew.actions import budgeting, opening
        from clew.actions.budgeting import RevealBudget

        budget = RevealBudget(hourly=hourly, daily=daily)
        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            given = budgeting.give(session, _scope(actor.member, officer, unit), budget, reason)
        said(False, {}, f"{given} holds from the next reveal on.")


@app.command()
def end(as_: As, reason: Reason, officer: Officer = None, unit: Unit = None) -> None:
    """End a budget, as an administrator: the next wider one holds."""
    with entered():
        from clew.actions import budgeting, opening

        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            budgeting.end(session, _scope(actor.member, officer, unit), reason)
        said(False, {}, "It is ended: the next wider one holds from the next reveal on.")


def _scope(member: str, officer: str | None, unit: str | None) -> Scope:
    if officer and unit:
        raise Invalid("Name an officer or a unit, not both.")
    level = Level.OFFICER if officer else Level.UNIT if unit else Level.MEMBER
    return Scope(
        level=level, member=member, unit=unit.strip().upper() if unit else None,
        officer=officer.strip().lower() if officer else None,
    )  # fmt: skip


def _words(left: "Left") -> str:
    of = left.budget
    return (
        f"Left to reveal: {left.hourly:,} of {of.hourly:,} within the hour,"
        f" {left.daily:,} of {of.daily:,} within the day."
    )


def _left(left: "Left") -> dict[str, object]:
    return {
        "hourly": left.budget.hourly, "daily": left.budget.daily, "hourly_left": left.hourly, "daily_left": left.daily,
        "wait_seconds": left.wait_seconds,
    }  # fmt: skip


def _line(one: "Line") -> str:
    whom = one.scope.name
    return (
        f"{one.scope.level}  {plain(whom)}  {one.budget.hourly:,} an hour, {one.budget.daily:,} a day"
        f"  {plain(one.reason)}  given by {plain(one.given_by)}, {one.given_at:%Y-%m-%d %H:%M} UTC"
    )


def _fields(one: "Line") -> dict[str, object]:
    return {
        "id": str(one.id), "level": one.scope.level.value, "unit": one.scope.unit, "officer": one.scope.officer,
        "hourly": one.budget.hourly, "daily": one.budget.daily, "reason": one.reason, "given_by": one.given_by,
        "given_at": one.given_at.isoformat(),
    }  # fmt: skip
