"""`clew identification`: the steps by which a victim is located, identified and made safe."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.entry import As, Json, console, entered, said, write
from clew.domain.errors import Invalid
from clew.domain.identification import Step

if TYPE_CHECKING:
    from clew.actions.identifying import StepRow

app = typer.Typer(no_args_is_help=True)

Victim = Annotated[str, typer.Argument(metavar="VICTIM", help="Its reference, such as V-482177348.")]


@app.callback()
def identification() -> None:
    """Identification: each step about a victim is proposed by one officer and confirmed by another."""


@app.command()
def propose(
    victim: Victim,
    as_: As,
    step: Annotated[Step, typer.Option(help="What is to be said of the victim.")],
    basis: Annotated[str, typer.Option(help="On what basis. Your unit alone reads it.")],
    evidence: Annotated[str, typer.Option(help="What shows it. Your unit alone reads it.")],
    next_: Annotated[str, typer.Option("--next", help="What is to be done next.")] = "",
    next_on: Annotated[str, typer.Option(help="By which day, such as 2026-04-15.")] = "",
    json_: Json = False,
) -> None:
    """Propose a step about a victim of your unit; another officer confirms it."""
    with entered():
        from clew.actions import identifying, opening

        day = _day(next_on)
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = identifying.propose(
                session, victim, step, basis=basis, evidence=evidence, next_step=next_, next_on=day
            )
        said(json_, {"step": str(made)}, "It waits for another officer of your unit.")


@app.command()
def confirm(victim: Victim, as_: As, json_: Json = False) -> None:
    """Confirm the step that waits. Your unit's series follow, and whoever had a part in them is told."""
    with entered():
        from clew.actions import identifying, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            identifying.confirm(session, victim)
        said(json_, {"victim": victim}, "It is confirmed, and whoever had a part in it is told.")


@app.command()
def refuse(victim: Victim, as_: As, json_: Json = False) -> None:
    """Refuse the step that waits."""
    from clew.actions import identifying

    _decide(identifying.refuse, victim, as_, json_=json_)


@app.command()
def withdraw(victim: Victim, as_: As, json_: Json = False) -> None:
    """Withdraw the step that you proposed."""
    from clew.actions import identifying

    _decide(identifying.withdraw, victim, as_, json_=json_)


@app.command()
def steps(victim: Victim, as_: As, json_: Json = False) -> None:
    """Steps about a victim of your unit, the latest first."""
    with entered():
        from clew.actions import identifying, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = identifying.steps(session, victim)
        if json_:
            write({"victim": victim, "steps": [_json(one) for one in found]})
            return
        for one in found:
            for line in _in_words(one):
                console.print(line, markup=False)


@app.command()
def due(as_: As, json_: Json = False) -> None:
    """Next steps about victims of your unit whose day has come, the earliest first."""
    with entered():
        from clew.actions import identifying, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = identifying.due(session)
        if json_:
            items = [{"victim": name, **_json(one)} for name, one in found.items]
            write({"due": items, "has_more": found.has_more})
            return
        for name, one in found.items:
            console.print(f"{one.next_on}  {name}  {one.next_step}", markup=False)
        if not found.items:
            console.print("Nothing is due.")
        if found.has_more:
            console.print("There are more: they come up once these were taken.", style="dim")


def _decide(act: Callable[..., None], victim: str, as_: str, *, json_: bool) -> None:
    with entered():
        from clew.actions import opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            act(session, victim)
        said(json_, {"victim": victim}, "It is kept.")


def _day(untrusted_text: str) -> date | None:
    try:
        return date.fromisoformat(untrusted_text) if untrusted_text else None
    except ValueError:
        raise Invalid("A day is written year-month-day, such as 2026-04-15.") from None


def _json(one: "StepRow") -> dict[str, object]:
    return {
        "step": one.step.value, "leads_to": one.state.value, "status": one.status.value, "basis": one.basis,
        "evidence": one.evidence, "next": one.next_step or None, "next_on": one.next_on and one.next_on.isoformat(),
        "proposed_by": one.proposed_by, "proposed_at": one.proposed_at.isoformat(), "decided_by": one.decided_by,
        "decided_at": one.decided_at and one.decided_at.isoformat(),
    }  # fmt: skip


def _in_words(one: "StepRow") -> list[str]:
    decided = f", {one.status} by {one.decided_by}" if one.decided_by else ", waits for another officer"
    lines = [
        f"{one.proposed_at:%Y-%m-%d %H:%M}  {one.step}, proposed by {one.proposed_by}{decided}",
        f"    basis: {one.basis}", f"    evidence: {one.evidence}",
    ]  # fmt: skip
    return [*lines, f"    next, by {one.next_on}: {one.next_step}"] if one.next_step else lines
