"""What the how-tos name is what there is."""

import re
from pathlib import Path

import click
from typer.main import get_command

from clew.cli.main import app
from clew.domain.medium import Verdict
from clew.node.configuration import PREFIX, Configuration

DOCS = Path(__file__).parents[2] / "docs"


def _options(command: click.Command) -> set[str]:
    of_this = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    return of_this.union(*map(_options, getattr(command, "commands", {}).values()))


def test_every_option_that_a_how_to_names_is_one() -> None:
    for page in (DOCS / "how-to").glob("*.md"):
        named = set(re.findall(r"--[a-z][a-z-]*", page.read_text("utf-8")))
        assert named <= _options(get_command(app)) | {"--help"}, page.name


def test_every_option_of_an_intake_is_in_its_how_to() -> None:
    named = re.findall(r"--[a-z][a-z-]*", (DOCS / "how-to" / "take-in-a-device.md").read_text("utf-8"))
    assert _options(get_command(app).commands["intake"]) <= set(named)


def test_every_setting_is_in_its_how_to_and_no_other() -> None:
    rows = re.findall(r"^\| (`CLEW_.+?) \|", (DOCS / "how-to" / "run-a-node.md").read_text("utf-8"), re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert described == {PREFIX + name.upper() for name in Configuration.model_fields}


def test_every_verdict_is_in_the_glossary() -> None:
    (row,) = re.findall(r"^\| \*\*verdict\*\*.+$", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE)
    words = {Verdict.DAMAGED_READ: "damaged but read"}
    for verdict in Verdict:
        assert words.get(verdict, verdict.name.lower().replace("_", " ")) in row
