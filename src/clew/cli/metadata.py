"""`clew metadata`: the metadata of a medium as they lie in its file."""

from base64 import b64encode
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, entered, shown
from clew.cli.people import Case, Purpose


def metadata(
    medium: Annotated[str, typer.Argument(metavar="SHA256", help="The SHA-256 of the medium.")],
    as_: As,
    purpose: Purpose,
    case: Case,
    into: Annotated[Path | None, typer.Option(help="ZIP file to write; it must not be there yet.")] = None,
    json_: Json = False,
) -> None:
    """EXIF, IPTC and XMP as they lie in the file, whole and without pictures. That you asked is on record before."""
    with entered():
        from clew.actions import opening, quoting

        with nullcontext() if into is None else files.new(into) as file:
            found = quoting.quote(opening.actor_of(as_), medium, purpose=purpose, case=case)
            if file is not None:
                file.write(found.as_zip())
        blocks = [
            {"kind": one.kind.value, "size_bytes": len(one.content), "left_out_bytes": one.left_out_bytes,
             **({"bytes": b64encode(one.content).decode()} if into is None else {})}
            for one in found.blocks
        ]  # fmt: skip
        fields = {"sha256": found.digest, "owner": found.owner, "unit": found.unit, "blocks": blocks}
        lines = [f"{found.digest}  {found.owner}/{plain(found.unit)}"]
        lines += [f"  {one.kind}  {len(one.content):,} bytes{_left_out(one.left_out_bytes)}" for one in found.blocks]
        nothing = "Nothing is kept of it: its file had none, or it was taken in before they were kept."
        shown(json_, fields, lines if blocks else [nothing], None)


def _left_out(count: int) -> str:
    return f", and {count:,} left out" if count else ""
