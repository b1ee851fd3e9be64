"""`clew academy`: exercises with drawn media and invented countries, in a database that holds nothing else."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli.entry import As, Json, aside, entered, named, said, shown
from clew.domain.errors import StepRefused
from clew.domain.exercise import PASSED_FROM, POINTS, AskState, Cast, Result
from clew.node.configuration import Configuration

if TYPE_CHECKING:
    from clew.actions.schooling import Asked

app = typer.Typer(no_args_is_help=True)
Officer = Annotated[
    str,
    typer.Option("--as", metavar="OFFICER", help="Whose exercise it is; certified or not.", callback=named),
]


@app.callback()
def academy() -> None:
    """The academy: exercises for new officers, apart from all that is real."""
    if Configuration.from_environment().academy:
        raise StepRefused("This is done in the node itself, not in its academy.")


@app.command(name="open")
def open_(as_: Officer, json_: Json = False) -> None:
    """Begin an exercise for an officer; the academy is made where the node has none yet."""
    with entered() as configuration:
        from clew.actions import admitting, schooling
        from clew.node import academy as academies

        academies.check_apart(configuration)
        officer = as_.strip().lower()
        if admitting.member_of(officer) is None:
            raise StepRefused("There is no such officer.")
        with aside.status("drawing an exercise"):
            drawn = academies.ask("exercise", "draw", officer)
        schooling.begin(officer, UUID(str(drawn["exercise"])))
        me = drawn["officer"]
        words = (
            f"{drawn['briefing']}\n\nWork in the academy as {me}: clew --academy triage … --as {me}\n"
            f"or on its pages, clew --academy serve, with the password {drawn['password']} (told once)."
        )
        said(json_, drawn, words)


@app.command()
def ask(as_: As, json_: Json = False) -> None:
    """Ask for an exercise for yourself; a worker draws it, where the node has an academy."""
    with entered() as configuration:
        from functools import partial

        from clew.actions import enrolling, opening
        from clew.jobs import tasks
        from clew.node import academy as academies
        from clew.node.machine import host

        add_drawing = partial(tasks.add_drawing, host())
        with opening.acting_as(opening.actor_of(as_)) as session:
            asked = enrolling.ask(session, academies.academy_of(configuration), add_drawing)
        words = f"An exercise is being drawn: look with clew academy list --as {as_}."
        said(json_, {"asked": _fields_of_asked(asked)}, words)


@app.command()
def password(as_: As, json_: Json = False) -> None:
    """Show the password of the academy for the exercise that you asked for: once."""
    with entered():
        from clew.actions import enrolling, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            told = enrolling.tell_password(session)
        words = f"In the academy you are {told.account}; the password, told once: {told.password}"
        said(json_, {"officer": told.account, "password": told.password}, words)


@app.command()
def score(as_: Officer, json_: Json = False) -> None:
    """Hand an officer's exercise in, score it against what is right, and keep the result in the node."""
    with entered():
        from clew.actions import schooling
        from clew.node import academy as academies

        line = schooling.waiting(as_)
        account = Cast.of(line.id, line.officer).me
        result = academies.result_from(academies.ask("exercise", "hand-in", "--as", account))
        schooling.note(as_, line.id, result)
        said(json_, {"exercise": str(line.id), **fields_of(result)}, words_of(result))


@app.command(name="list")
def list_(as_: As, json_: Json = False) -> None:
    """Exercises: your own, or those of all officers of the member that you administer."""
    with entered():
        from clew.actions import opening, schooling

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = schooling.look(session)
        items = [
            {"exercise": str(line.id), "officer": line.officer, "begun_on": f"{line.begun_at:%Y-%m-%d}",
             "ended_on": None if line.ended_at is None else f"{line.ended_at:%Y-%m-%d}", **fields_of(line.result)}
            for line in page.items
        ]  # fmt: skip
        lines = [f"{line.begun_at:%Y-%m-%d}  {line.officer}  {in_short(line.result)}" for line in page.items]
        if page.asked is not None:
            lines.append(f"{page.asked.asked_at:%Y-%m-%d}  {_asked_in_short(page.asked, as_)}")
        asked = None if page.asked is None else _fields_of_asked(page.asked)
        shown(json_, {"is_needed": page.is_needed, "exercises": items, "asked": asked}, lines, None)


@app.command()
def need(
    as_: As,
    needed: Annotated[bool, typer.Option("--needed/--not-needed", help="Whether nobody is certified without one.")],
    json_: Json = False,
) -> None:
    """Say, as an administrator, whether officers are certified only once they have passed an exercise."""
    with entered():
        from clew.actions import opening, schooling

        with opening.acting_as(opening.actor_of(as_)) as session:
            schooling.need(session, is_needed=needed)
        said(json_, {"is_needed": needed}, "An exercise is needed." if needed else "No exercise is needed.")


@app.command()
def remove(
    yes: Annotated[bool, typer.Option("--yes", help="Remove it without asking back.")] = False, json_: Json = False
) -> None:
    """Remove the academy with all its exercises; what officers passed stays in the node."""
    if not yes:
        raise StepRefused("All exercises go, also those that are under way: say --yes.")
    with entered() as configuration:
        from clew.node import academy as academies
        from clew.node.postgres import running

        with running(configuration):
            academies.remove(configuration)
        said(json_, {"removed": True}, "The academy is removed; the node is as it was.")


def fields_of(result: Result | None) -> dict[str, object]:
    """What came of an exercise as JSON has it."""
    if result is None:
        return {"points": None, "has_passed": None, "parts": None, "remarks": None, "sentences": None}
    return {
        "points": result.points, "has_passed": result.has_passed,
        "parts": {part.value: got for part, got in result.parts.items()},
        "remarks": list(result.remarks), "sentences": list(result.sentences),
    }  # fmt: skip


def _fields_of_asked(asked: "Asked") -> dict[str, object]:
    return {
        "asked_on": f"{asked.asked_at:%Y-%m-%d}", "state": asked.state.value, "says_why": asked.says_why or None,
        "officer": asked.account, "has_password": asked.has_password,
    }  # fmt: skip


def _asked_in_short(asked: "Asked", officer: str) -> str:
    if asked.state is AskState.FAILED:
        return asked.says_why
    if asked.state is AskState.WAITING:
        return "Asked for, and being drawn"
    ready = f"Ready: in the academy you are {asked.account}"
    return f"{ready}; your password: clew academy password --as {officer}" if asked.has_password else ready


def words_of(result: Result) -> str:
    """What came of an exercise, in words, with a sentence for what was missed and what was wrong."""
    parts = ", ".join(f"{part.value} {got}" for part, got in result.parts.items())
    return "\n".join((f"{in_short(result)}: {parts}.", *(f"- {one}" for one in result.sentences)))


def in_short(result: Result | None) -> str:
    """What came of an exercise, in a few words."""
    if result is None:
        return "Begun"
    verdict = "Passed" if result.has_passed else "Not passed"
    return f"{verdict} with {result.points} of {POINTS} points; {PASSED_FROM} pass"
