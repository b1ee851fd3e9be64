"""What is compiled, compiled once for all processes of a run: `python -m tests.world.compiling` fills NUMBA_CACHE_DIR."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clew.media.nursery import Nursery
from clew.media.sandbox import Sandbox
from clew.node.folders import make_private
from clew.node.workplace import warm

WHOLE = "whole"
"""A file in the folder once all of it is there."""


def fill(folder: Path) -> Path:
    """Compile everything into the folder, where nobody has; one process does while the others wait.

    It takes a core three quarters of a minute, and four processes that wait leave the other core idle: `make test`
    has it done beside the checks of style and types.
    """
    with _locked(make_private(folder)):
        if not (folder / WHOLE).exists():
            warm()
            with Nursery(cache=folder) as nursery, Sandbox(nursery=nursery) as sandbox:
                sandbox.level()
            (folder / WHOLE).touch()
    return folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Held by one process of the run at a time."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


if __name__ == "__main__":
    fill(Path(os.environ["NUMBA_CACHE_DIR"]))
