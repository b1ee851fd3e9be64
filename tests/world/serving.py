"""The product's own pages, served by a process of their own for a test."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import await_pages, be_in


@contextmanager
def pages() -> Iterator[str]:
    """The address at which the pages are served within."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "clew.node.asgi:application", "--port", str(port), "--lifespan", "off"]
    serving = subprocess.Popen([*command, "--log-level", "warning"], env=os.environ)
    try:
        await_pages(f"http://localhost:{port}")
        yield f"http://localhost:{port}"
    finally:
        serving.terminate()
        serving.wait(timeout=30)


@contextmanager
def worker() -> Iterator[None]:
    """A worker of the node beside its pages, as `clew serve` has one."""
    working = subprocess.Popen([sys.executable, "-m", "clew.cli", "work"], env=os.environ)
    try:
        yield
    finally:
        working.terminate()
        working.wait(timeout=30)


@contextmanager
def come_in_at_once(*names: str) -> Iterator[dict[str, Visitor]]:
    """These officers at the pages, each in a browser of their own and through the door."""
    with pages() as address, chromium() as browser, ExitStack() as opened:
        made = {}
        for name in names:
            made[name] = opened.enter_context(visitor(browser, address))
            be_in(made[name], name)
        yield made
