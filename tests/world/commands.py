"""The command line in this process: what a command says and how it ends, and every command that there is."""

import io
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from typing import Any, NamedTuple
from unittest import mock

import typer
from django.db import connections

from clew.cli import entry
from clew.cli import main as command_line
from clew.node import binaries

commands_of = cache(typer.main.get_command)
"""Typer makes all commands anew whenever it is called; a process does so once, and so do the tests."""
version_of = cache(binaries._version)
"""A process asks PostgreSQL's programs once what they are."""


class Said(NamedTuple):
    """How a command ended: exit code, standard output, standard error."""

    code: object
    out: str
    err: str


def clew(*words: str, given: str = "") -> Said:
    """Run `clew` with these words as its process would: by its own `main`, with its own exit; `given` is its input."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    # So wide that no identifier is broken, whatever the first command of this process took for the width.
    wide = mock.patch.multiple(entry.console, _width=400, _height=100)
    told = mock.patch.multiple(sys, argv=["clew", *words], stdin=io.StringIO(given))
    once = mock.patch.object(typer.main, "get_command", commands_of), mock.patch.object(binaries, "_version", version_of)
    with told, wide, once[0], once[1], redirect_stdout(out), redirect_stderr(err):
        try:
            command_line.main()
        except SystemExit as ended:
            code = ended.code
        finally:
            connections.close_all()
    return Said(code, out.getvalue(), err.getvalue())


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it, such as `audit list`."""
    group = commands_of(command_line.app)
    for each in group.params:
        # In an academy everything is as it is elsewhere; tests/scenario/test_academy.py works there.
        is_walked = str(each.name).endswith("completion") or each.name == "academy"
        assert is_walked, f"{each.name} is of all commands and walked by none"
    yield from _below("", group)


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    # Asked by what it has: some versions of Typer bring a Click of their own.
    if hasattr(command, "commands"):
        for word, each in command.commands.items():
            yield from _below(f"{name} {word}".strip(), each)
    else:
        yield name, command
