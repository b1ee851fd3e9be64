"""A command begins with what it needs and no more."""

import subprocess
import sys

import click
from typer.main import get_command

from clew.cli.main import app, named

HEAVY = ("django", "psycopg", "numpy", "numba")


def _commands(group: click.Command) -> dict[str, object]:
    """Every command below by its name, with its options."""
    below = getattr(group, "commands", {})
    return {name: _commands(one) or sorted(opt for each in one.params for opt in each.opts) for name, one in below.items()}


def test_a_name_builds_its_own_group_or_command_as_it_is_among_all() -> None:
    every = _commands(get_command(app))
    for name, commands in every.items():
        assert _commands(get_command(named(["--academy", name, "--as", "ada"]))) == {name: commands}


def test_no_name_and_one_that_is_not_there_build_all() -> None:
    for words in ([], ["--help"], ["seris", "list"], ["list"], [""]):
        assert named(words) is app


def test_the_help_of_a_command_brings_neither_django_nor_what_reads_media() -> None:
    asked = f"import sys, clew.cli.main; print([one for one in {HEAVY} if one in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
