"""`clew audit check` and `witness`: for whoever watches from outside; no node and no database is needed."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from clew.cli import files
from clew.cli.entry import Json, console, write
from clew.domain.errors import Invalid

FILE_CHARACTERS_MAX = 256 * 1024
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the witness keeps its key and what it signed.")]
Name = Annotated[str, typer.Option(help="Name of the witness, such as witness.example/1.")]


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A proof of an event.")],
    key: Annotated[str, typer.Option(metavar="KEY", help="Key of the log, as its node prints it.")],
    witness: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Key of a witness that must have signed; may be repeated.")
    ] = None,
    json_: Json = False,
) -> None:
    """Check the proof of an event with nothing but the file and keys that you trust."""
    from clew.actions import checking
    from clew.formats.checkpoint import Proof
    from clew.formats.signed_note import PublicKey

    proof = Proof.parse(text_of(file))
    found = checking.check(proof, PublicKey.parse(key), [PublicKey.parse(each) for each in witness or ()])
    if json_:
        signed = [{"witness": name, "at": at.isoformat()} for name, at in found.cosigned]
        write({"words": found.words, "number": found.number, "events": found.size, "cosigned": signed})
        return
    console.print(escape(found.words.rstrip("\n")))
    console.print(f"This is event {found.number:,} of {found.size:,} in the log that the key signed.")
    for name, at in found.cosigned:
        console.print(f"{escape(name)} has signed the checkpoint at {at:%Y-%m-%d %H:%M:%S} UTC.")


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


def text_of(path: Path) -> str:
    """The text of a small file from outside.

    Raises:
        Invalid: it cannot be read, is too large, or no text.
    """
    try:
        return files.read(path, FILE_CHARACTERS_MAX).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("This file is no text.") from None
