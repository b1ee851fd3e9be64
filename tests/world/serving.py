"""The product's own pages, served by a process of their own for a test.

The process is forked from one that has read what every process of the pages reads first: reading it took longer than
most tests of pages do. That the pages are served from nothing is shown by tests/end_to_end/test_commands.py.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import await_pages, be_in
from tests.world.elsewhere import free_port
from tests.world.forge import forge_of

READIED = "tests.world.readied"
END_SECONDS_MAX = 30


@contextmanager
def pages(host: str = "localhost", application: str = "clew.node.asgi:application") -> Iterator[str]:
    """The address at which the pages are served within."""
    port = free_port()
    words = (application, "--port", str(port), "--lifespan", "off", "--log-level", "warning")
    with _forked("uvicorn", *words):
        await_pages(f"http://{host}:{port}")
        yield f"http://{host}:{port}"


@contextmanager
def worker() -> Iterator[None]:
    """A worker of the node beside its pages, as `clew serve` has one."""
    with _forked("clew.cli", "work"):
        yield


@contextmanager
def _forked(module: str, *words: str) -> Iterator[None]:
    """`python -m module words` within."""
    started = forge_of(os.environ, READIED).start(module, *words, stdout=None, stderr=None)
    try:
        yield
    finally:
        started.terminate()
        started.wait(timeout=END_SECONDS_MAX)
        started.stdin.close()


@contextmanager
def come_in_at_once(
    *names: str, application: str = "clew.node.asgi:application"
) -> Iterator[dict[str, Visitor]]:
    """These officers at the pages, each in a browser of their own and through the door."""
    with pages(application=application) as address, chromium() as browser, ExitStack() as opened:
        made = {}
        for name in names:
            made[name] = opened.enter_context(visitor(browser, address))
            be_in(made[name], name)
        yield made
