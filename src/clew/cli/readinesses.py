"""`clew readiness`: how far members have come on their way in."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.entry import As, Json, console, entered, said, write
from clew.domain.errors import Invalid
from clew.domain.readiness import STEPS, Known, Step, Word

if TYPE_CHECKING:
    from clew.actions.connecting import Checklist, Line

app = typer.Typer(no_args_is_help=True)


@app.callback()
def readiness() -> None:
    """Readiness: the steps by which a member gets connected."""


@app.command()
def show(
    as_: As,
    member: Annotated[str | None, typer.Argument(help="Code of the member; absent: your own.")] = None,
    json_: Json = False,
) -> None:
    """The checklist of a member and what comes next, for its administrator or a coordinator."""
    with entered():
        from clew.actions import connecting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = connecting.look(session, member)
        if json_:
            write(fields_of(found))
        else:
            _print(found)


@app.command(name="list")
def list_(as_: As, json_: Json = False) -> None:
    """The checklists of all members, for a coordinator; of your own, for an administrator."""
    with entered():
        from clew.actions import connecting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = connecting.checklists(session)
        if json_:
            write({"checklists": [fields_of(one) for one in found]})
        else:
            for one in found:
                console.print(f"{one.member:<8} {_count(one)}  {one.next}", markup=False)


@app.command()
def say(
    step: Annotated[Step, typer.Argument(help="Which step.")],
    as_: As,
    kept_by: Annotated[str, typer.Option(help="Who sees to it: an officer, or a contact by role.")] = "",
    due: Annotated[str, typer.Option(help="By which day, such as 2026-04-15.")] = "",
    done: Annotated[str, typer.Option(help="Since which day it is done, where only people know.")] = "",
    basis: Annotated[str, typer.Option(help="On what basis you state that it is done.")] = "",
    words: Annotated[str, typer.Option(help="A few words; your member's administrators alone read them.")] = "",
    json_: Json = False,
) -> None:
    """Say, as an administrator, who sees to a step and by when, or state that it is done."""
    with entered():
        from clew.actions import connecting, opening

        word = Word(kept_by=kept_by, due_on=_day(due), done_on=_day(done), basis=basis, words=words)
        with opening.acting_as(opening.actor_of(as_)) as session:
            line = connecting.say(session, step, word)
        said(json_, _line(line), f"{step.value}: {state_of(line)}")


def fields_of(found: "Checklist") -> dict[str, object]:
    """A checklist as JSON has it."""
    return {
        "member": found.member, "name": found.name, "is_own": found.is_own, "next": found.next,
        "steps": [_line(line) for line in found.lines],
    }  # fmt: skip


def _line(line: "Line") -> dict[str, object]:
    told: dict[str, object] = {"step": line.step.value, "is_told": line.is_told}
    if not line.is_told:
        return told
    known = Known.RECORDS if line.is_shown else STEPS[line.step].known
    return told | {
        "is_done": line.is_done, "done_on": line.done_on and line.done_on.isoformat(), "known_by": known.value,
        "due_on": line.word.due_on and line.word.due_on.isoformat(), "is_overdue": line.is_overdue,
        "kept_by": line.word.kept_by, "basis": line.word.basis, "words": line.word.words,
    }  # fmt: skip


def state_of(line: "Line") -> str:
    """Where a step stands, in words."""
    if not line.is_told:
        return "the member's own"
    if line.is_done:
        return "done" if line.done_on is None else f"done {line.done_on:%Y-%m-%d}"
    due = "" if line.word.due_on is None else f", due {line.word.due_on:%Y-%m-%d}"
    return f"open{due}" + (", overdue" if line.is_overdue else "")


def _print(found: "Checklist") -> None:
    console.print(f"{found.member}  {found.name}", markup=False)
    for line in found.lines:
        sign = "●" if line.is_done else "○" if line.is_told else " "
        kept_by = f"  {line.word.kept_by}" if line.word.kept_by else ""
        console.print(f"  {sign} {line.step.value:<22}{state_of(line)}{kept_by}", markup=False)
    console.print(f"Next: {found.next}", markup=False)


def _count(found: "Checklist") -> str:
    told = [line for line in found.lines if line.is_told]
    return f"{sum(line.is_done for line in told)} of {len(told)}"


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Invalid("Write a day as 2026-04-15.") from None
