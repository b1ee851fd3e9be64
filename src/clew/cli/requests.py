"""`clew request`: people who ask what is kept about them. What they and others wrote comes on standard input."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import answers, files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered, said
from clew.domain.clock import RequestKind
from clew.domain.errors import Invalid
from clew.domain.handling_change import SubjectKind
from clew.domain.request import TEXT_CHARACTERS_MAX, Outcome, View

if TYPE_CHECKING:
    from clew.actions.examining import Consultation, Request

app = typer.Typer(no_args_is_help=True)
Reference = Annotated[str, typer.Argument(metavar="REQUEST", help="Reference of the request.")]
INPUT_CHARACTERS_MAX = 2 * TEXT_CHARACTERS_MAX + 1_000


@app.callback()
def request() -> None:
    """Requests of people for access to, correction or deletion of what is kept about them."""


@app.command()
def add(
    reference: Reference,
    as_: As,
    kind: Annotated[RequestKind, typer.Option(help="What is asked for.")],
    received: Annotated[
        str, typer.Option(help="Day of receipt, or a time with its zone: 2026-11-27T09:00+01:00. Now where not said.")
    ] = "",
    json_: Json = False,
) -> None:
    """Enter a request. The first line of standard input is who asks, the rest what they ask."""
    applicant, _, asked = _given().partition("\n")
    with entered():
        from clew.actions import examining, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            examining.receive(session, reference, kind, _moment(received), applicant, asked)
            found = examining.look(session, reference).request
        fields = {"reference": found.reference, "due_on": str(found.due_on)}
        said(json_, fields, f"{plain(found.reference)} is to be decided by {found.due_on}")


@app.command(name="list")
def list_(
    as_: As,
    decided: Annotated[bool, typer.Option("--decided", help="Those that are decided, the latest first.")] = False,
    json_: Json = False,
) -> None:
    """Requests that are open, those due first first; what is overdue is said."""
    with entered():
        from clew.actions import examining, opening

        found = examining.every(opening.actor_of(as_), is_decided=decided)
        if json_:
            sys.stdout.writelines(answers.with_list({}, "requests", map(_request_json, found)))
            return
        for one in found:
            ended = f"{one.outcome} {one.decided_at:%Y-%m-%d}" if one.decided_at else f"by {one.due_on}"
            words = f"{plain(one.reference)}  {one.kind}  {one.state}  {ended}  {examining.timing_of(one)}"
            console.print(words, markup=False)


@app.command()
def show(reference: Reference, as_: As, json_: Json = False) -> None:
    """A request with everything that was asked and said about it."""
    with entered():
        from clew.actions import examining, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = examining.look(session, reference)
        found, asked = _full_json(view.request), [_consultation_json(one) for one in view.consultations]
        blocks = [{"block": str(one.id), "unit": one.unit, "since": _time(one.laid_at)} for one in view.blocks]
        if json_:
            sys.stdout.write(json.dumps({**found, "consultations": asked, "blocks": blocks}, ensure_ascii=False) + "\n")
            return
        for row in (found, *asked, *blocks):
            _print(row)
            console.print()


@app.command()
def admit(reference: Reference, as_: As) -> None:
    """Find a request admissible: it is examined from now on."""
    with entered():
        from clew.actions import examining, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            examining.admit(session, reference)


@app.command()
def dismiss(reference: Reference, as_: As) -> None:
    """Find a request inadmissible; the reasons come on standard input."""
    reasons = _given()
    with entered():
        from clew.actions import examining, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            examining.dismiss(session, reference, reasons)


@app.command()
def withdraw(reference: Reference, as_: As) -> None:
    """Keep that whoever asked does so no more; how that was said comes on standard input."""
    words = _given()
    with entered():
        from clew.actions import examining, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            examining.withdraw(session, reference, words)


@app.command()
def consult(
    reference: Reference,
    as_: As,
    owner: Annotated[str, typer.Option(help="Code of the member that owns the record.")],
    record: Annotated[UUID | None, typer.Option(help="Identifier of the record, where one is meant.")] = None,
    json_: Json = False,
) -> None:
    """Ask the owner of a record; the question comes on standard input."""
    question = _given()
    with entered():
        from clew.actions import consulting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            made = consulting.ask(session, reference, owner.strip().upper(), question, record)
        said(json_, {"id": str(made)}, str(made))


@app.command()
def block(
    reference: Reference,
    kind: Annotated[SubjectKind, typer.Argument(help="case, exhibit, series, hash-list, victim, offender or place.")],
    name: Annotated[str, typer.Argument(help="Its reference or name.")],
    as_: As,
    unit: Annotated[str, typer.Option(help="The unit of your member that has it.")],
    within: Annotated[str | None, typer.Option("--case", help="The case of an exhibit.")] = None,
    json_: Json = False,
) -> None:
    """Block a record of your member while the request is examined: nobody but its unit uses it, and it does not end."""
    with entered():
        from clew.actions import examining, opening

        made = examining.block(opening.actor_of(as_), reference, unit.strip().upper(), kind, name, within)
        said(json_, {"id": str(made)}, str(made))


@app.command()
def unblock(
    reference: Reference,
    identifier: Annotated[UUID, typer.Argument(metavar="BLOCK", help="Identifier of the block, as show gives it.")],
    as_: As,
) -> None:
    """Lift a block that was laid for the request."""
    with entered():
        from clew.actions import examining, opening

        examining.unblock(opening.actor_of(as_), reference, identifier)


@app.command()
def asked(as_: As, json_: Json = False) -> None:
    """What other members ask yours, first what waits for an answer."""
    with entered():
        from clew.actions import consulting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            rows = [_consultation_json(one) for one in consulting.asked_of_us(session)]
        if json_:
            sys.stdout.write(json.dumps({"consultations": rows}, ensure_ascii=False) + "\n")
            return
        for row in rows:
            _print(row)
            console.print()


@app.command()
def answer(
    consultation: Annotated[UUID, typer.Argument(metavar="CONSULTATION", help="Identifier of the consultation.")],
    as_: As,
    view: Annotated[View, typer.Option(help="Whether the owner agrees.")],
) -> None:
    """Answer what another member asks; the reasons come on standard input."""
    words = _given()
    with entered():
        from clew.actions import consulting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            consulting.answer(session, consultation, view, words)


@app.command()
def decide(
    reference: Reference,
    as_: As,
    outcome: Annotated[Outcome, typer.Option(help="granted, partly-granted or refused.")],
) -> None:
    """Decide a request that was examined; the reasons come on standard input."""
    reasons = _given()
    with entered():
        from clew.actions import examining, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            examining.decide(session, reference, outcome, reasons)


@app.command()
def close(reference: Reference, as_: As) -> None:
    """Close a decided request; how whoever asked was told comes on standard input."""
    told = _given()
    with entered():
        from clew.actions import examining, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            examining.close(session, reference, told)


def _given() -> str:
    """What was written: never an argument, which other people of the machine can see."""
    return files.given(INPUT_CHARACTERS_MAX)


def _moment(untrusted_text: str) -> datetime:
    """A day, or a time with its zone; a day alone is counted in UTC."""
    if not untrusted_text.strip():
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(untrusted_text.strip())
    except ValueError:
        raise Invalid("A day is written 2026-11-27, a time 2026-11-27T09:00+01:00.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _request_json(one: "Request") -> dict[str, answers.Json]:
    from clew.actions import examining

    return {
        "id": str(one.id), "reference": one.reference, "kind": one.kind.value, "state": one.state.value,
        "received_on": one.received_on.isoformat(), "due_on": one.due_on.isoformat(),
        "timing": examining.timing_of(one).value, "outcome": None if one.outcome is None else one.outcome.value,
        "decided_at": _time(one.decided_at), "closed_at": _time(one.closed_at),
    }  # fmt: skip


def _full_json(one: "Request") -> dict[str, object]:
    words = {"applicant": one.applicant, "asked": one.asked, "reasons": one.reasons, "told": one.told}
    return {**_request_json(one), **words, "entered_by": one.entered_by, "decided_by": one.decided_by}


def _consultation_json(one: "Consultation") -> dict[str, object]:
    return {
        "consultation": str(one.id), "member": one.member, "owner": one.owner, "kind": one.kind.value,
        "record": None if one.record_id is None else str(one.record_id), "question": one.question,
        "asked_at": _time(one.asked_at), "ends_at": _time(one.ends_at),
        "view": None if one.view is None else one.view.value, "answer": one.answer,
        "answered_at": _time(one.answered_at), "ended_at": _time(one.ended_at),
    }  # fmt: skip


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _print(row: dict[str, object]) -> None:
    for name, value in row.items():
        if value not in (None, ""):
            console.print(f"{name.replace('_', ' '):<13} {plain(str(value))}", markup=False)
