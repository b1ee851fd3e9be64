"""What is compiled, compiled once for all processes of a run: `python -m tests.world.compiling` fills NUMBA_CACHE_DIR."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clew import index, media
from clew.media.nursery import Nursery
from clew.media.sandbox import Sandbox
from clew.node.folders import make_private
from clew.node.workplace import warm

SOURCES = [path for package in (index, media) for path in Path(package.__path__[0]).glob("*.py")]


def fill(folder: Path) -> Path:
    """Compile everything into the folder, where nobody has; one process does while the others wait.

    It takes a core three quarters of a minute, and four processes that wait leave the other core idle: `make test`
    has it done beside the checks of style and types.
    """
    with _locked(make_private(folder)):
        whole = folder / f"whole-{_of_sources()}"
        if not whole.exists():
            warm()
            with Nursery(cache=folder) as nursery, Sandbox(nursery=nursery) as sandbox:
                sandbox.level()
            whole.touch()
    return folder


def _of_sources() -> str:
    """What changes with any file that is compiled: a folder that outlives a run may hold the code of earlier ones."""
    stamps = sorted((str(path), path.stat().st_mtime_ns) for path in SOURCES)
    return hashlib.sha256(repr(stamps).encode()).hexdigest()[:16]


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
