"""`clew academy`: exercises with drawn media and invented countries, in a database that holds nothing else."""

from collections.abc import Mapping
from typing import Annotated, cast
from uuid import UUID

import typer

from clew.cli.entry import As, Json, aside, entered, said, shown
from clew.domain.errors import StepRefused, Unavailable
from clew.domain.exercise import PASSED_FROM, POINTS, Cast, Part, Result
from clew.node import academy as academies
from clew.node.configuration import Configuration

app = typer.Typer(no_args_is_help=True)
Officer = Annotated[str, typer.Option("--as", metavar="OFFICER", help="Whose exercise it is; certified or not.")]


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
def score(as_: Officer, json_: Json = False) -> None:
    """Hand an officer's exercise in, score it against what is right, and keep the result in the node."""
    with entered():
        from clew.actions import schooling

        line = schooling.waiting(as_)
        account = Cast.of(line.id, line.officer).me
        result = result_from(academies.ask("exercise", "hand-in", "--as", account))
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
        lines = (f"{line.begun_at:%Y-%m-%d}  {line.officer}  {_in_short(line.result)}" for line in page.items)
        shown(json_, {"is_needed": page.is_needed, "exercises": items}, lines, None)


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


def result_from(untrusted: Mapping[str, object]) -> Result:
    """What the academy's process said came of an exercise.

    Raises:
        Unavailable: it said no such thing.
        Invalid: its numbers cannot be.
    """
    try:
        parts = cast("Mapping[str, int]", untrusted["parts"])
        return Result(
            points=int(cast("int", untrusted["points"])), has_passed=untrusted["has_passed"] is True,
            parts={Part(name): int(got) for name, got in parts.items()},
            remarks=tuple(str(one) for one in cast("list[str]", untrusted["remarks"])),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable("The academy answers what it should not: run clew --academy doctor.") from None


def words_of(result: Result) -> str:
    """What came of an exercise, in words, with a sentence for what was missed and what was wrong."""
    parts = ", ".join(f"{part.value} {got}" for part, got in result.parts.items())
    return "\n".join((f"{_in_short(result)}: {parts}.", *(f"- {one}" for one in result.sentences)))


def _in_short(result: Result | None) -> str:
    if result is None:
        return "Begun"
    verdict = "Passed" if result.has_passed else "Not passed"
    return f"{verdict} with {result.points} of {POINTS} points; {PASSED_FROM} pass"
