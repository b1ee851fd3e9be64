"""What most commands begin with: the founded node, its database up."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from clew.domain.errors import Invalid, NotVisible
from clew.node.configuration import Configuration

_named: ContextVar[bool] = ContextVar("named", default=False)
"""Whether the command that is being read names an officer who asks."""


def named(officer: str) -> str:
    """The officer whom an option names: what is done is done in that name."""
    _named.set(bool(officer))
    return officer


As = Annotated[str, typer.Option("--as", metavar="OFFICER", help="The officer who asks.", callback=named)]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Until = Annotated[
    str, typer.Option(help="The day on which the restriction ends and what lasted before holds again: 2031-01-31.")
]

console = Console(highlight=False)
"""For answers, on standard output."""
aside = Console(stderr=True, highlight=False)
"""For progress and remarks, on standard error, so that answers can be piped."""


@contextmanager
def entered() -> Iterator[Configuration]:
    """The node's configuration, with its database up and Django ready within."""
    from clew.node import founded  # it brings Django with it, which a command's help does without

    configuration = Configuration.from_environment()
    with founded.opened(configuration, say=aside.print), _said_to_be_somebody():
        yield configuration


@contextmanager
def _said_to_be_somebody() -> Iterator[None]:
    """Acts of an officer whom nobody but the shell vouches for say so in the log."""
    is_named = _named.get()
    _named.set(False)
    if not is_named:
        yield
        return
    from clew.actions import opening

    with opening.by_command():
        yield


def write(fields: Mapping[str, object]) -> None:
    """An answer as one line of JSON on standard output."""
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")


def said(as_json: bool, fields: Mapping[str, object], words: str) -> None:
    """An answer as JSON, or in words."""
    if as_json:
        write(fields)
    else:
        console.print(words, markup=False)


def shown(as_json: bool, fields: Mapping[str, object], lines: Iterable[str], following: str | None) -> None:
    """A page as JSON, or in lines with where it goes on."""
    if as_json:
        write(fields)
        return
    for line in lines:
        console.print(line, markup=False)
    goes_on(following)


def goes_on(following: object) -> None:
    """Where a page goes on, if it does."""
    if following is not None:
        console.print(f"more with --after {following}", style="dim", markup=False)


def until_in_words(day: date | None) -> str:
    """Behind what was done: what of it holds only to some day; the first of them."""
    return "" if day is None else f"; what restricts it for a time holds until {day}"


def day(untrusted_words: str) -> date:
    """The day that somebody typed.

    Raises:
        Invalid: it is none.
    """
    try:
        return date.fromisoformat(untrusted_words.strip())
    except ValueError:
        raise Invalid("A day is written year-month-day, such as 2031-01-31.") from None


def identifier(untrusted_words: str, otherwise: str) -> UUID:
    """An identifier that somebody typed. What is none names nothing: one answer for both.

    Raises:
        NotVisible: it is none; `otherwise` says so.
    """
    try:
        return UUID(untrusted_words)
    except ValueError:
        raise NotVisible(otherwise) from None


def digests(untrusted_words: Iterable[str]) -> list[bytes]:
    """The SHA-256 that somebody typed.

    Raises:
        Invalid: one is none.
    """
    from clew.actions.releasing import digest_of

    return [digest_of(word) for word in untrusted_words]
