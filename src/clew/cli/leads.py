"""`clew lead`: reasons to look closer at a series."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered, write
from clew.domain.lead import BECAUSE, OPEN, Outcome, State, Step

if TYPE_CHECKING:
    from clew.actions.following import Line, View

app = typer.Typer(no_args_is_help=True)
LeadId = Annotated[UUID, typer.Argument(metavar="LEAD", help="Its identifier, as list gives it.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words. Your unit reads it.")]


@app.callback()
def lead() -> None:
    """Leads: reasons to look closer at a series."""


@app.command("list")
def list_(
    as_: As,
    series: Annotated[str | None, typer.Option(help="Only those on this series.")] = None,
    state: Annotated[State | None, typer.Option(help="Only those in this state; else those that are open.")] = None,
    case: Annotated[str | None, typer.Option(help="Only those for which media of this case speak.")] = None,
    exhibit: Annotated[str | None, typer.Option(help="Only media of this exhibit of the case.")] = None,
    after: Annotated[str | None, typer.Option(help="Go on behind this place, as the page before gives it.")] = None,
    json_: Json = False,
) -> None:
    """Leads of your unit, the most urgent first, each with why; fifty to a page."""
    with entered():
        from clew.actions import following, opening

        states = OPEN if state is None else {state}
        with opening.acting_as(opening.actor_of(as_)) as session:
            found = following.every(session, states=states, of_series=series, case=case, exhibit=exhibit, after=after)
        if json_:
            write({"leads": [_line_json(line) for line in found.lines], "is_cut": found.is_cut, "next": found.next})
            return
        for line in found.lines:
            _show_line(line)
        if not found.lines and not found.is_cut:
            console.print("No lead waits for your unit.")
        if found.next is not None:
            console.print(f"There are more: --after {found.next}", style="dim")


@app.command()
def show(lead: LeadId, as_: As, json_: Json = False) -> None:
    """A lead: why it was raised, how urgent it is and why, what speaks for it, and what officers did."""
    with entered():
        from clew.actions import following, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = following.look(session, lead)
        if json_:
            write(_view_json(view))
            return
        _show(view)


@app.command()
def take(lead: LeadId, as_: As) -> None:
    """Take a lead: others see that you look at it."""
    _move(lead, as_, Step.TAKE)


@app.command("hand-back")
def hand_back(lead: LeadId, as_: As, reason: Reason = "") -> None:
    """Hand a lead back that was taken."""
    _move(lead, as_, Step.HAND_BACK, reason)


@app.command()
def follow(lead: LeadId, as_: As, reason: Reason = "") -> None:
    """Say that a lead is followed."""
    _move(lead, as_, Step.FOLLOW, reason)


@app.command("set-aside")
def set_aside(lead: LeadId, as_: As, reason: Reason) -> None:
    """Set a lead aside: the same is never raised again."""
    _move(lead, as_, Step.SET_ASIDE, reason)


@app.command()
def reopen(lead: LeadId, as_: As, reason: Reason) -> None:
    """Have a lead again that was set aside or closed."""
    _move(lead, as_, Step.REOPEN, reason)


@app.command()
def close(
    lead: LeadId, as_: As, reason: Reason, outcome: Annotated[Outcome, typer.Option(help="What came of it.")]
) -> None:
    """Close a lead that was followed, with what came of it."""
    _move(lead, as_, Step.CLOSE, reason, outcome)


def _move(lead: UUID, as_: str, step: Step, reason: str = "", outcome: Outcome | None = None) -> None:
    with entered():
        from clew.actions import following, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            state = following.move(session, lead, step, why=reason, outcome=outcome)
        console.print(f"The lead is {state.value}.", markup=False)


def _show_line(line: "Line") -> None:
    one = line.lead
    console.print(
        f"{line.rank.points:>3}  {one.series}  {one.state.value:<9}  {one.raised_at:%Y-%m-%d}  {one.id}"
        f"  {plain(line.reason)}",
        markup=False,
    )


def _show(view: "View") -> None:
    _show_line(view.line)
    for words in view.line.rank.words:
        console.print(f"  {words}", markup=False)
    for medium, words in view.media:
        console.print(f"  {medium.owner}/{plain(medium.unit)}  {medium.name[:16]}  {plain(words)}", markup=False)
    for taken in view.steps:
        outcome = "" if taken.outcome is None else f" ({taken.outcome.value})"
        console.print(
            f"  {taken.taken_at:%Y-%m-%d %H:%M} {taken.taken_by}: {taken.step.value}{outcome} {plain(taken.reason)}",
            markup=False,
        )


def _line_json(line: "Line") -> dict[str, object]:
    one = line.lead
    return {
        "id": str(one.id), "series": one.series, "rule": one.rule.value, "state": one.state.value,
        "reason": line.reason, "rank": line.rank.points,
        "because": {part.value: BECAUSE[part][1] for part in line.rank.parts}, "media": one.weighed.media,
        "raised_at": one.raised_at.isoformat(), "changed_at": one.changed_at.isoformat(),
    }  # fmt: skip


def _view_json(view: "View") -> dict[str, object]:
    return {
        **_line_json(view.line),
        "evidence": [
            {
                "name": one.name, "owner": one.owner, "unit": one.unit, "reason": words,
                "added_at": one.added_at.isoformat(),
            }
            for one, words in view.media
        ],
        "steps": [
            {
                "step": one.step.value, "state": one.state.value, "outcome": one.outcome and one.outcome.value,
                "reason": one.reason, "by": one.taken_by, "at": one.taken_at.isoformat(),
            }
            for one in view.steps
        ],
        "may": [step.value for step in view.may],
    }  # fmt: skip
