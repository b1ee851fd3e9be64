"""The command line in this process: what a command says and how it ends, and every command that there is.

A new connection costs the database more than most commands do, for it must first read what tables and rules there are.
Commands of the first thread have one together, as requests to a server do, and ask by another one whether it answers.
"""

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, redirect_stderr, redirect_stdout
from functools import cache
from typing import Any, NamedTuple
from unittest import mock

import psycopg
import typer
from django.db import connections

from clew.cli import entry
from clew.cli import main as command_line
from clew.node import binaries
from clew.node.cluster import Cluster
from clew.node.configuration import Configuration
from clew.node.connection import facts
from tests.world.world import leave, superuser

commands_of = cache(typer.main.get_command)
"""Typer makes all commands anew whenever it is called; a process does so once, and so do the tests."""
version_of = cache(binaries._version)
"""A process asks PostgreSQL's programs once what they are."""
asked_anew = Cluster._answers


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
    with ExitStack() as within:
        for each in (told, wide, *_once(), redirect_stdout(out), redirect_stderr(err)):
            within.enter_context(each)
        if threading.current_thread() is not threading.main_thread():
            within.callback(connections.close_all)
        try:
            command_line.main()
        except SystemExit as ended:
            code = ended.code
    return Said(code, out.getvalue(), err.getvalue())


def _once() -> Iterator[AbstractContextManager[object]]:
    """What each process does anew, and this one does once for all commands."""
    yield mock.patch.object(typer.main, "get_command", commands_of)
    yield mock.patch.object(binaries, "_version", version_of)
    if threading.current_thread() is threading.main_thread():
        yield mock.patch.object(connections, "close_all")
        yield mock.patch.object(Cluster, "_answers", _answers)


def _answers(cluster: Cluster) -> bool:
    """Whether it answers, asked by the connection that there is."""
    try:
        superuser(facts(Configuration.from_environment())).execute("select")
    except psycopg.OperationalError:
        leave()
        return asked_anew(cluster)
    return True


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
