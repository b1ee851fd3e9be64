"""`clew scheme`: which facts make which category, as data that members load."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import files
from clew.cli.entry import As, Json, console, entered, said, write

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A scheme as JSON; `clew scheme show` gives examples.")]


@app.callback()
def schemes() -> None:
    """Schemes: which facts make which category."""


@app.command("list")
def list_(as_: As, json_: Json = False) -> None:
    """Schemes of your member, of others, and those that come with Clew; each in its latest version."""
    with entered():
        from clew.actions import categorising, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = categorising.every_scheme(session)
        if json_:
            rows = [
                {
                    "member": one.member, "scheme": one.scheme.name, "version": one.scheme.version,
                    "title": one.scheme.title,
                }
                for one in found
            ]  # fmt: skip
            write({"schemes": rows})
            return
        for one in found:
            whose = "comes with Clew" if one.member is None else one.member
            console.print(f"{one.scheme.name}@{one.scheme.version}  {one.scheme.title}  ({whose})", markup=False)


@app.command()
def show(
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="NAME, NAME@VERSION or MEMBER/NAME.")], as_: As
) -> None:
    """A scheme as JSON, as load takes it."""
    with entered():
        from clew.actions import categorising, opening
        from clew.formats.scheme import written

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = categorising.chosen(session, scheme)
        sys.stdout.write(json.dumps(json.loads(written(found.scheme)), ensure_ascii=False, indent=1) + "\n")


@app.command()
def check(file: File, json_: Json = False) -> None:
    """Whether a file is a scheme of which every rule can decide. Nothing is kept."""
    from clew.formats.scheme import parse

    found = parse(_bytes(file))
    fields = {"scheme": found.name, "version": found.version, "rules": len(found.rules)}
    count = len(found.rules)
    words = f"{found.name}@{found.version}: {len(found.categories):,} categories and {count:,} rules that can decide"
    said(json_, fields, words)


@app.command()
def load(file: File, as_: As, json_: Json = False) -> None:
    """Keep a version of a scheme of your member, for an administrator; says what it changes."""
    with entered():
        from clew.actions import categorising, opening

        content = _bytes(file)
        with opening.acting_as(opening.actor_of(as_)) as session:
            kept, changed = categorising.load_scheme(session, content)
        if json_:
            rows = [{"was": one.was, "becomes": one.becomes, "words": one.words} for one in changed]
            fields = {"scheme": kept.name, "version": kept.version, "changed": rows}
            write(fields)
            return
        console.print(f"{kept.name}@{kept.version} is kept.", markup=False)
        for one in changed:
            console.print(f"{one.words:>9,}  {one.was} becomes {one.becomes}", markup=False)


def _bytes(file: Path) -> bytes:
    from clew.formats.scheme import BYTES_MAX

    return files.read(file, BYTES_MAX)
