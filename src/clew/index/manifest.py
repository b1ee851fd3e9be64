"""Which segments make up the index: one small file, replaced whole, that every process looks at."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from clew.domain.errors import Tampered
from clew.index.build import make_durable
from clew.index.sealed import seal, unseal

Stamp = tuple[int, int, int] | None
"""Tells one state of the manifest from another; None where there is no manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A segment by the name of its folder. It holds all there is after the entry before it, up to `last`."""

    name: str
    last: int


class Shelf:
    """The folder that segments lie in, beside their manifest and the lock of whoever changes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest"
        self._looked_at = os.fspath(self._manifest)

    def folder_of(self, name: str) -> Path:
        return self.folder / "segments" / name

    def stamp(self) -> Stamp:
        try:
            status = os.stat(self._looked_at)  # noqa: PTH116 - on every search, and Path.stat takes twice as long
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def entries(self) -> tuple[Entry, ...]:
        """Segments in the order of their numbers. An unreadable manifest names none: all is built anew."""
        try:
            said = unseal(self._manifest.read_bytes())
        except (FileNotFoundError, Tampered):
            return ()
        return tuple(Entry(name=name, last=last) for name, last in said["segments"])

    def replace(self, entries: tuple[Entry, ...]) -> None:
        """Make `entries` the index, durably and at once. Only under the lock."""
        fresh = self.folder / "manifest.fresh"
        fresh.write_bytes(seal({"segments": [[entry.name, entry.last] for entry in entries]}))
        make_durable(fresh)
        fresh.rename(self._manifest)
        make_durable(self.folder)

    def sweep(self) -> None:
        """Remove what the manifest does not name: joined segments, leftovers. Only under the lock."""
        named = {entry.name for entry in self.entries()}
        for folder in (self.folder / "segments").iterdir():
            if folder.name not in named:
                rmtree(folder)

    @contextmanager
    def lock(self, *, wait: bool) -> Iterator[bool]:
        """Be the only one to change the shelf; False where another is and `wait` is not wanted.

        The kernel gives the lock back when its holder dies, however it dies.
        """
        (self.folder / "segments").mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
