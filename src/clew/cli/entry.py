"""What most commands begin with: the founded node, its database up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from clew.node import founding
from clew.node.configuration import Configuration

As = Annotated[str, typer.Option("--as", metavar="OFFICER", help="The officer who asks.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]

console = Console(highlight=False)
"""For answers, on standard output."""
aside = Console(stderr=True, highlight=False)
"""For progress and remarks, on standard error, so that answers can be piped."""


@contextmanager
def entered() -> Iterator[Configuration]:
    """The node's configuration, with its database up and Django ready within."""
    configuration = Configuration.from_environment()
    with founding.opened(configuration, say=aside.print):
        yield configuration
