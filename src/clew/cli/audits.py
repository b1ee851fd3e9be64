"""`clew audit`: what was done, whether the log over it is whole, and proof of one event."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from clew.cli import files, witnesses
from clew.cli.answers import plain
from clew.cli.entry import As, Json, aside, console, day, entered, write
from clew.domain.errors import Invalid
from clew.domain.pattern import reason

if TYPE_CHECKING:
    from clew.actions.auditing import Listed, Wanted

app = typer.Typer(no_args_is_help=True)
Since = Annotated[str, typer.Option(metavar="DAY", help="Only from this day on, such as 2026-11-01; days are UTC's.")]
Until = Annotated[str, typer.Option(metavar="DAY", help="Only up to this day, itself included.")]
Event = Annotated[str, typer.Argument(metavar="EVENT", help="Identifier of the event, as the list shows it.")]
Member = Annotated[str | None, typer.Option(help="Only what officers of this member did.")]
Kind = Annotated[str | None, typer.Option(help="Only this act, such as triage.read, or all of a kind, such as reveal.")]
By = Annotated[str | None, typer.Option("--officer", help="Only what this officer did.")]
Only = Annotated[str | None, typer.Option("--event", metavar="EVENT", help="Only this event.")]
Subject = Annotated[str | None, typer.Option(help="Only acts on this identifier.")]
Before = Annotated[str | None, typer.Option(metavar="EVENT", help="Only what is older than this event.")]
Purpose = Annotated[str, typer.Option(help="Why, of the closed list; supervision for whoever supervises.")]
Case = Annotated[str, typer.Option(help="Reference of the case or matter for which they are needed.")]
SHOWN_OF_AN_ACT = ("id", "at", "member", "unit", "officer", "act", "subject", "owner", "purpose", "case_reference")
SHOWN_OF_AN_ACCESS = ("id", "at", "member", "unit", "act", "subject", "purpose", "case_reference")


@app.callback()
def audit() -> None:
    """What was done, whether the log over it is whole, and proof of one event."""


@app.command(name="list")
def list_(
    as_: As,
    member: Member = None,
    act: Kind = None,
    subject: Subject = None,
    since: Since = "",
    until: Until = "",
    before: Before = None,
    officer: By = None,
    event: Only = None,
    json_: Json = False,
) -> None:
    """Acts that the officer may read, the newest first: references only. Reading is itself on record."""
    with entered():
        from clew.actions import auditing, opening

        wanted = _wanted(member, act, subject, since, until, before, officer, event)
        with opening.acting_as(opening.actor_of(as_)) as session:
            page = auditing.acts_of(session, wanted)
        if json_:
            _show(page.items, (*SHOWN_OF_AN_ACT, "is_by_command"), json_=True)
            return
        _show(page.items, SHOWN_OF_AN_ACT, json_=False)
        if by_command := sum(act.is_by_command for act in page.items):
            console.print(f"{by_command:,} of these came from the command line of the node.")


@app.command()
def accesses(
    as_: As,
    member: Member = None,
    act: Kind = None,
    subject: Subject = None,
    before: Before = None,
    event: Only = None,
    json_: Json = False,
) -> None:
    """What other members did with records of the officer's own member, the newest first."""
    with entered():
        from clew.actions import auditing, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            wanted = _wanted(member, act, subject, "", "", before, None, event)
            page = auditing.accesses(session, wanted)
        _show(page.items, SHOWN_OF_AN_ACCESS, json_=json_)


@app.command()
def patterns(as_: As, since: Since = "", until: Until = "", json_: Json = False) -> None:
    """Unusual patterns in what others did, over 30 days where none are said: listed, neither scored nor ranked."""
    with entered():
        from clew.actions import auditing, opening

        first, last = (day(words) if words else None for words in (since, until))
        with opening.acting_as(opening.actor_of(as_)) as session:
            found = auditing.unusual(session, first, last)
        if json_:
            write({
                "first": found.first.isoformat(), "last": found.last.isoformat(),
                "patterns": [_pattern_json(one) for one in found.listed],
            })  # fmt: skip
            return
        for one in found.listed:
            _show_pattern(one)


@app.command()
def verify(
    against: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that somebody else kept; may be repeated.", exists=True)
    ] = None,
    json_: Json = False,
) -> None:
    """Work the log out again from every event; name what was edited, deleted or swapped. Exit code 1 where it was."""
    with entered():
        from clew.actions import auditing, rereading, verifying
        from clew.formats import signed_note
        from clew.formats.checkpoint import Checkpoint

        kept = [Checkpoint.parse(signed_note.parse(witnesses.text_of(path)).text) for path in against or ()]
        auditing.note("audit.verify")
        found = verifying.verify(against=kept)
        rereading.remember(found)
        if json_:
            findings = [
                {"wrong": each.wrong, "number": each.number, "event": each.act_id and str(each.act_id)}
                for each in found.findings
            ]
            said = {"ok": found.is_good, "events": found.size, "root": found.root.hex(), "findings": findings}
            sys.stdout.write(json.dumps(said) + "\n")
        else:
            for each in found.findings:
                console.print(escape(str(each)))
            console.print(f"{found.size:,} events: " + ("the log is whole" if found.is_good else "THE LOG WAS CHANGED"))
        if not found.is_good:
            raise typer.Exit(1)


@app.command()
def prove(event: Event, as_: As) -> None:
    """Print the proof that an event is in the log: its words, the way to the root, the signed checkpoint."""
    with entered():
        from clew.actions import opening, proving

        with opening.acting_as(opening.actor_of(as_)) as session:
            proof = proving.prove(session, _id(event))
        sys.stdout.write(str(proof))


@app.command()
def export(
    as_: As,
    purpose: Purpose,
    case: Case,
    member: Member = None,
    act: Kind = None,
    subject: Subject = None,
    since: Since = "",
    until: Until = "",
    before: Before = None,
    officer: By = None,
    event: Only = None,
) -> None:
    """Print events with their proofs, 10,000 at most, for somebody without a node; `clew audit check` checks them."""
    with entered():
        from clew.actions import exporting, opening

        wanted = _wanted(member, act, subject, since, until, before, officer, event)
        with opening.acting_as(opening.actor_of(as_)) as session:
            chosen = exporting.choose(session, wanted, purpose=purpose, case=case)
        made = exporting.prove(chosen)
        sys.stdout.write(str(made))
        if made.has_more:
            last = made.lines[-1].act.id
            aside.print(f"There are older ones than these {len(made.lines):,}: go on with --before {last}.")


@app.command(name="read-again")
def read_again(as_: As, json_: Json = False) -> None:
    """Read the next part of the log again, as its page does at a press. Exit code 1 where something was changed."""
    with entered():
        from clew.actions import opening, rereading

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = rereading.go_on(session)
        read = found.read
        if json_:
            write({
                "ok": not found.wrong, "events": found.events, "findings": [str(each) for each in found.findings],
                "first": read.first, "size": read.size, "since": read.since and read.since.isoformat(),
            })  # fmt: skip
        else:
            for each in found.findings:
                console.print(escape(str(each)))
            state = "THE LOG WAS CHANGED: run clew audit verify" if found.wrong else "as they were signed"
            console.print(f"{found.events:,} events read: {state}")
            if read.since is not None:
                console.print(f"Unbroken since {read.since:%Y-%m-%d %H:%M:%S} UTC: {read.count:,} events")
        if found.wrong:
            raise typer.Exit(1)


@app.command()
def key() -> None:
    """Print the key by which others know this node's log. It is public."""
    with entered():
        from clew.actions import sequencing

        sys.stdout.write(f"{sequencing.log_key()}\n")


@app.command()
def checkpoint() -> None:
    """Print the newest checkpoint, with the cosignatures beneath it."""
    with entered():
        from clew.actions import proving, sequencing

        sequencing.catch_up()
        sys.stdout.write(str(proving.newest_checkpoint()))


@app.command()
def request(
    old: Annotated[int, typer.Option(min=0, help="Leaves that the witness has signed; 0 at first.")] = 0,
) -> None:
    """Print what a witness is asked to sign: the newest checkpoint, and how it goes on from what was signed."""
    with entered():
        from clew.actions import proving, sequencing

        sequencing.catch_up()
        sys.stdout.write(str(proving.request(old)))


@app.command()
def cosigned(
    size: Annotated[int, typer.Option(min=1, help="Leaves of the checkpoint that the witness signed.")],
    witness: Annotated[str, typer.Option("--witness", metavar="KEY", help="Key of the witness.")],
) -> None:
    """Keep a witness's line, read from standard input."""
    line = files.given(witnesses.FILE_CHARACTERS_MAX)
    with entered():
        from clew.actions import auditing, proving
        from clew.formats.signed_note import PublicKey

        kept = proving.keep_cosignature(PublicKey.parse(witness), size, line)
        auditing.note("audit.cosigned")
        console.print(f"{escape(kept.witness)} has signed {kept.size:,} events at {kept.at:%Y-%m-%d %H:%M:%S} UTC")


@app.command()
def supervisor(member: Annotated[str, typer.Argument(help="Code of the member, such as CCF.")]) -> None:
    """Let auditors of this member read the acts of all members, as references."""
    with entered():
        from clew.actions import auditing

        auditing.add_supervisor(member)
        console.print(f"Auditors of {escape(member.upper())} read the acts of all members")


app.command()(witnesses.check)
app.command()(witnesses.witness)
app.command(name="witness-key")(witnesses.witness_key)


def _wanted(
    member: str | None, act: str | None, subject: str | None, since: str, until: str, before: str | None,
    officer: str | None, event: str | None,
) -> "Wanted":  # fmt: skip
    from clew.actions import auditing

    return auditing.wanted(
        member and member.upper(), act, subject, since=since, until=until, officer=officer,
        before=_id(before) if before else None, event=_id(event) if event else None,
    )  # fmt: skip


def _id(untrusted_text: str) -> UUID:
    try:
        return UUID(untrusted_text)
    except ValueError:
        raise Invalid("An event has an identifier such as 019ac2f4-….") from None


def _pattern_json(one: "Listed") -> dict[str, object]:
    from clew.actions import auditing

    cases = [
        {
            "officer": case.officer, "member": case.member, "first": case.first.isoformat(),
            "last": case.last.isoformat(), "count": case.count, "subject": case.subject,
            "filter": auditing.asked_of(case),
        }
        for case in one.found
    ]  # fmt: skip
    return {"pattern": one.pattern.value, "reason": reason(one.pattern), "cases": cases, "has_more": one.has_more}


def _show_pattern(one: "Listed") -> None:
    from clew.actions import auditing

    console.print(f"{one.pattern.value}: {reason(one.pattern)}", markup=False)
    for case in one.found:
        options = " ".join(f"--{name} {plain(words)}" for name, words in auditing.asked_of(case).items())
        when = f"{_text(case.first)} to {_text(case.last)}"
        console.print(f"  {plain(case.officer)}  {case.member}  {when}  {case.count:,}  {options}", markup=False)
    if one.has_more:
        console.print(f"  Only the latest {len(one.found):,} are shown.")
    if not one.found:
        console.print("  None.")


def _show(items: Sequence[object], names: Sequence[str], *, json_: bool) -> None:
    rows = [{name: getattr(item, name) for name in names} for item in items]
    if json_:
        sys.stdout.write(json.dumps({"events": rows}, default=str, ensure_ascii=False) + "\n")
        return
    table = Table(box=None, pad_edge=False)
    for name in names:
        # An identifier that is cut names nothing: what does not fit goes on in the next line.
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row.values()))
    console.print(table)


def _text(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
