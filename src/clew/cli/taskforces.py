"""`clew taskforce`: officers of named members who work on chosen series for a time."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered, said, write
from clew.domain.agreement import State
from clew.domain.errors import Invalid
from clew.domain.handling import uses_from_words
from clew.domain.task_force import DAYS_MAX, Finding, Step

if TYPE_CHECKING:
    from clew.actions.mustering import TaskForceRow, View
    from clew.actions.sifting import Stack

app = typer.Typer(no_args_is_help=True)
_BROUGHT = "It is brought, and {:,} media came into stacks."
Force = Annotated[str, typer.Argument(metavar="TASKFORCE", help="Its reference, such as T-482177348.")]
Series = Annotated[
    str, typer.Argument(help="The series, by reference or name; or the identifier of what was brought.")
]


@app.callback()
def taskforce() -> None:
    """Task forces: officers of named members who work on chosen series for a time."""


@app.command("list")
def list_(as_: As, json_: Json = False) -> None:
    """Task forces that you may know of, the latest first."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = mustering.every_one(session)
        if json_:
            write({"taskforces": [_line_json(one) for one in found.items], "has_more": found.has_more})
            return
        for one in found.items:
            console.print(_line(one), markup=False)
        if not found.items:
            console.print("There is no task force that you may know of.")
        if found.has_more:
            console.print("There are more, that are over.", style="dim")


@app.command("open")
def open_(
    title: Annotated[str, typer.Argument(help="What it is called.")],
    as_: As,
    until: Annotated[str, typer.Option(help=f"The last day, at most {DAYS_MAX} days from its beginning.")],
    since: Annotated[str | None, typer.Option(help="The first day; else it begins now.")] = None,
    member: Annotated[list[str] | None, typer.Option(help="Code of a member that is invited; once for each.")] = None,
    json_: Json = False,
) -> None:
    """Open a task force that you lead, for your member. What it is for comes on standard input."""
    with entered():
        from clew.actions import mustering, opening

        begins, ends = (None if since is None else _day(since)), _day(until) + timedelta(days=1)
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = mustering.open_one(
                session, title, files.given(), starts_at=begins, ends_at=ends, invited=member or ()
            )
        said(json_, _line_json(made), _line(made))


@app.command()
def show(taskforce: Force, as_: As, json_: Json = False) -> None:
    """A task force with its members, what was brought, and how far its stacks have come."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = mustering.look(session, taskforce)
        if json_:
            write(_view_json(view))
            return
        _show(view)


@app.command()
def invite(
    taskforce: Force, as_: As, member: Annotated[list[str], typer.Option(help="Code of a member; once for each.")]
) -> None:
    """Invite more members into a task force that you lead."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mustering.invite(session, taskforce, member)
        console.print("They are invited.")


@app.command()
def decide(
    taskforce: Force, as_: As, step: Annotated[Step, typer.Argument(help="accept, decline or withdraw.")]
) -> None:
    """Accept or decline for your member, or withdraw it: its officers and all that it brought are out at once."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mustering.decide(session, taskforce, step)
        console.print("It is kept.")


@app.command()
def name(
    taskforce: Force, as_: As,
    officer: Annotated[list[str], typer.Option(help="An officer of your member; once for each.")],
) -> None:  # fmt: skip
    """Name officers of your member for a task force. Each comes in by their own word."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mustering.name_officers(session, taskforce, officer)
        console.print("They are named.")


@app.command("put-out")
def put_out(
    taskforce: Force, as_: As, officer: Annotated[str, typer.Option(help="An officer of your member.")]
) -> None:
    """Put an officer of your member out of a task force, at once."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mustering.put_out(session, taskforce, officer)
        console.print("They are out.")


@app.command("come-in")
def come_in(taskforce: Force, as_: As) -> None:
    """Come into a task force that you are named for."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mustering.come_in(session, taskforce)
        console.print("You are in.")


@app.command()
def leave(taskforce: Force, as_: As) -> None:
    """Leave a task force; a stack that you hold is anybody's again."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mustering.leave(session, taskforce)
        console.print("You are out.")


@app.command()
def close(taskforce: Force, as_: As) -> None:
    """Close a task force that you lead before its end: it opens nothing any more."""
    with entered():
        from clew.actions import mustering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mustering.close(session, taskforce)
        console.print("It is closed.")


@app.command()
def bring(
    taskforce: Force, series: Series, as_: As,
    uses: Annotated[str, typer.Option(help="facts, or facts,fingerprints.")] = "facts,fingerprints",
    json_: Json = False,
) -> None:  # fmt: skip
    """Bring what your unit has in a series into a task force; once more, and what came since is brought too."""
    with entered():
        from clew.actions import opening, sifting

        try:
            wanted = uses_from_words(uses)
        except ValueError as refused:
            raise Invalid(f"{refused}.".capitalize()) from None
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = sifting.bring(session, taskforce, series, wanted)
        said(
            json_, {"stacked": made.media, "state": made.state.value},
            _BROUGHT.format(made.media) if made.state is State.IN_FORCE
            else "It is proposed: a second officer of your unit who works there must agree.",
        )  # fmt: skip


@app.command("agree-to-bring")
def agree_to_bring(taskforce: Force, series: Series, as_: As, json_: Json = False) -> None:
    """Agree, as a second officer of the unit, to what another proposed to bring."""
    with entered():
        from clew.actions import opening, sifting

        with opening.acting_as(opening.actor_of(as_)) as session:
            media = sifting.agree_to_bring(session, taskforce, series)
        said(json_, {"stacked": media}, _BROUGHT.format(media))


@app.command("take-out")
def take_out(taskforce: Force, series: Series, as_: As) -> None:
    """Take out of a task force what your unit brought of a series."""
    with entered():
        from clew.actions import opening, sifting

        with opening.acting_as(opening.actor_of(as_)) as session:
            sifting.take_out(session, taskforce, series)
        console.print("It is out.")


@app.command()
def take(taskforce: Force, as_: As, json_: Json = False) -> None:
    """The next stack: yours alone for half an hour. Asked again while you hold one, it is that one."""
    with entered():
        from clew.actions import opening, sifting

        with opening.acting_as(opening.actor_of(as_)) as session:
            held = sifting.take(session, taskforce)
        if json_:
            write({"stack": None if held is None else _stack_json(held)})
            return
        for line in ["No stack is left for you."] if held is None else _stack(held):
            console.print(line, markup=False)


@app.command("give-back")
def give_back(
    taskforce: Force, as_: As,
    finding: Annotated[Finding, typer.Argument(help="done, not-sure or set-back.")],
    words: Annotated[str, typer.Option(help="What you found, or why you give it back. All in it read it.")] = "",
) -> None:  # fmt: skip
    """Give back the stack that you hold."""
    with entered():
        from clew.actions import opening, sifting

        with opening.acting_as(opening.actor_of(as_)) as session:
            sifting.give_back(session, taskforce, finding, words)
        console.print("It is kept.")


def _day(words: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(words.strip()).date(), time(), UTC)
    except ValueError:
        raise Invalid("A day is written year-month-day, such as 2031-01-31.") from None


def _line(one: "TaskForceRow") -> str:
    state = "over" if one.is_over else "you are in it" if one.is_in else "you are named" if one.is_named else ""
    standing = "" if one.standing is None else one.standing.value
    begins = f"{one.reference}  until {one.span.ends_at:%Y-%m-%d}  {one.member}"
    return f"{begins}  {standing:<8}  {plain(one.name)}  {state}".rstrip()


def _show(view: "View") -> None:
    console.print(_line(view.line), markup=False)
    for line in view.line.purpose.splitlines():
        console.print(f"  {plain(line)}", markup=False)
    for member in view.members:
        console.print(f"  {member.member}: {member.standing.value}, {member.officers} officers", markup=False)
    for officer in view.officers:
        state = "out" if officer.has_left else "in" if officer.has_accepted else "named"
        console.print(f"    {officer.officer}: {state}", markup=False)
    for one in view.brought:
        words = f"{one.left:,} of {one.stacks:,} stacks left"
        if one.state is State.PROPOSED:
            words = f"{one.id} waits for a second officer of your unit, proposed by {plain(one.brought_by)}"
        console.print(f"  {one.reference or 'a series'} of {one.member}/{plain(one.unit)}: {words}", markup=False)
    for day in view.days:
        who = plain(day.officer) or day.member
        console.print(
            f"  {day.day} {who}: {day.done} done, {day.not_sure} not sure, {day.set_back} set back", markup=False
        )
    for found in view.found:
        others = "few" if found.others is None else f"{found.others:,}"
        console.print(f"  {found.kind}: {found.own:,} of your member, {others} of others", markup=False)
    for line in [] if view.held is None else _stack(view.held):
        console.print(f"  {line}", markup=False)


def _stack(held: "Stack") -> list[str]:
    lines = [f"{held.series or 'a series'} of {held.member}, yours until {held.held_until:%H:%M} UTC"]
    if held.said:
        lines.append(f"  it was given back: {plain(held.said)}")
    return lines + [f"  {one.name[:16]}  {one.kind.value}" for one in held.media]


def _line_json(one: "TaskForceRow") -> dict[str, object]:
    return {
        "reference": one.reference, "name": one.name, "member": one.member, "starts_at": one.span.starts_at.isoformat(),
        "ends_at": one.span.ends_at.isoformat(), "is_over": one.is_over, "is_led": one.is_led, "is_in": one.is_in,
        "is_named": one.is_named, "standing": one.standing and one.standing.value,
    }  # fmt: skip


def _view_json(view: "View") -> dict[str, object]:
    return {
        **_line_json(view.line), "purpose": view.line.purpose,
        "members": [
            {"member": one.member, "standing": one.standing.value, "officers": one.officers} for one in view.members
        ],
        "officers": [
            {"officer": one.officer, "is_in": one.has_accepted and not one.has_left, "has_left": one.has_left}
            for one in view.officers
        ],
        "brought": [
            {
                "id": str(one.id), "series": one.reference, "owner": one.member, "unit": one.unit,
                "stacks": one.stacks, "left": one.left, "state": one.state.value,
                "conditions": sorted(one.conditions),
            }
            for one in view.brought
        ],
        "days": [
            {
                "day": one.day.isoformat(), "member": one.member, "officer": one.officer or None, "done": one.done,
                "not_sure": one.not_sure, "set_back": one.set_back,
            }
            for one in view.days
        ],
        "found": {one.kind: {"own": one.own, "others": one.others} for one in view.found},
        "said": [
            {
                "series": one.series, "state": one.state.value, "member": one.member, "officer": one.officer or None,
                "at": one.at.isoformat(), "words": one.words, "media": one.media,
            }
            for one in view.said
        ],
        "stack": None if view.held is None else _stack_json(view.held),
    }  # fmt: skip


def _stack_json(held: "Stack") -> dict[str, object]:
    return {
        "series": held.series, "owner": held.member, "held_until": held.held_until.isoformat(), "said": held.said,
        "media": [
            {
                "name": one.name, "kind": one.kind.value, "width": one.width, "height": one.height,
                "seconds": one.seconds,
            }
            for one in held.media
        ],
    }  # fmt: skip
