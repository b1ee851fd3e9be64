"""`clew audit check` and `witness`: for whoever watches from outside; no node and no database is needed."""

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from clew.cli import files
from clew.cli.entry import Json, console, write
from clew.domain.errors import Invalid

if TYPE_CHECKING:
    from clew.actions.checking import CheckedExport

FILE_CHARACTERS_MAX = 256 * 1024
EXPORT_BYTES_MAX = 64 * 1024 * 1024
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the witness keeps its key and what it signed.")]
Name = Annotated[str, typer.Option(help="Name of the witness, such as witness.example/1.")]


def check(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A proof of an event, or events taken out."),
    ],
    key: Annotated[str, typer.Option(metavar="KEY", help="Key of the log, as its node prints it.")],
    witness: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Key of a witness that must have signed; may be repeated.")
    ] = None,
    json_: Json = False,
) -> None:
    """Check the proof of an event, or events that were taken out, with nothing but the file and keys that you trust."""
    from clew.actions import checking
    from clew.formats import audit_export
    from clew.formats.checkpoint import Proof
    from clew.formats.signed_note import PublicKey

    text, log, witnesses = text_of(file, EXPORT_BYTES_MAX), PublicKey.parse(key), [*map(PublicKey.parse, witness or ())]
    if audit_export.is_one(text):
        _say_export(checking.check_export(audit_export.AuditExport.parse(text), log, witnesses), json_=json_)
        return
    found = checking.check(Proof.parse(text), log, witnesses)
    if json_:
        write({
            "words": found.words, "number": found.number, "events": found.size, "cosigned": _signed(found.cosigned),
        })  # fmt: skip
        return
    console.print(escape(found.words.rstrip("\n")))
    console.print(f"This is event {found.number:,} of {found.size:,} in the log that the key signed.")
    for name, at in found.cosigned:
        console.print(f"{escape(name)} has signed the checkpoint at {at:%Y-%m-%d %H:%M:%S} UTC.")


def _say_export(found: "CheckedExport", *, json_: bool) -> None:
    if json_:
        write({
            "events": found.events, "has_more": found.has_more, "asked": dict(found.asked), "taken_by": found.officer,
            "member": found.member, "taken_at": found.at.isoformat(), "events_of_the_log": found.size,
            "cosigned": _signed(found.cosigned), "cosigned_events": found.witnessed_size,
            "events_cosigned": found.witnessed,
        })  # fmt: skip
        return
    whose = f"{escape(found.officer)} of {escape(found.member)}"
    console.print(
        f"{found.events:,} events, each in the log of {found.size:,} that the key signed, and as many as {whose}"
        f" took out at {found.at:%Y-%m-%d %H:%M:%S} UTC."
    )
    asked = ", ".join(f"{name} {escape(word)}" for name, word in found.asked.items() if word)
    console.print(f"Asked for, as the file says: {asked or 'everything that may be read'}.")
    if found.has_more:
        console.print("There were older ones: a file holds so many at most. Ask for what is before its last event.")
    for name, at in found.cosigned:
        console.print(
            f"{escape(name)} has signed {found.witnessed_size:,} events at {at:%Y-%m-%d %H:%M:%S} UTC:"
            f" {found.witnessed:,} of these are among them."
        )


def _signed(cosigned: Iterable[tuple[str, datetime]]) -> list[dict[str, str]]:
    return [{"witness": name, "at": at.isoformat()} for name, at in cosigned]


def witness(
    folder: Folder,
    log: Annotated[str, typer.Option(metavar="KEY", help="Key of the log that is watched.")],
    name: Name,
) -> None:
    """Read a request from standard input and print the witness's signature; refuse forks and rewinds."""
    from clew.actions import witnessing
    from clew.formats.signed_note import PublicKey

    untrusted_request = files.given(FILE_CHARACTERS_MAX)
    sys.stdout.write(str(witnessing.cosign(folder, name, PublicKey.parse(log), untrusted_request)))


def witness_key(folder: Folder, name: Name) -> None:
    """Print the key of the witness in a folder; both are made where they are missing."""
    from clew.actions import witnessing

    sys.stdout.write(f"{witnessing.witness_key(folder, name)}\n")


def text_of(path: Path, bytes_max: int = FILE_CHARACTERS_MAX) -> str:
    """The text of a small file from outside.

    Raises:
        Invalid: it cannot be read, is too large, or no text.
    """
    try:
        return files.read(path, bytes_max).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("This file is no text.") from None
