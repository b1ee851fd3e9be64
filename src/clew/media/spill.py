"""Spilling: what is too large for memory on its way to the sandbox lies on a disk, and nobody can read it there.

The file never has a name, so that it is gone with its descriptor, and it is sealed under a key that is only in this
process, so that a disk which is taken away tells nothing even of what was not yet gone.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from clew.domain.errors import Unavailable
from clew.keys.files import write_all
from clew.media import limits
from clew.media.envelope import KEY_BYTES, Opened, seal

_CONTEXT = b"clew spill 1"
NO_ROOM = "A file too large for memory finds no room in the folder spill of this node: make room, and it goes on."


class Spilled:
    """Bytes in a sealed, nameless file, read anywhere; only verified ones come out."""

    def __init__(self, fd: int, key: bytes) -> None:
        self._fd = fd
        self._key = key
        self._opened = Opened(self._read_at, os.fstat(fd).st_size, key, _CONTEXT)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end.

        Raises:
            Tampered: somebody wrote into the file.
        """
        return self._opened.read(offset, length)

    def again(self) -> Self:
        """The same bytes, to be closed for themselves."""
        return type(self)(os.dup(self._fd), self._key)

    def close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _read_at(self, length: int, offset: int) -> bytes:
        return os.pread(self._fd, length, offset)


def spilled(blocks: Iterable[bytes], folder: Path) -> Spilled:
    """All `blocks` in a file below `folder`.

    Raises:
        Unavailable: the folder is full or cannot be written; that says nothing of what was to lie there.
        OSError: a block cannot be had.
    """
    key = os.urandom(KEY_BYTES)
    with _room():
        fd = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        for block in seal(key, _CONTEXT, blocks):
            with _room():
                _check_room(fd, len(block))
                write_all(fd, block)
        return Spilled(fd, key)
    except BaseException:
        os.close(fd)
        raise


def _check_room(fd: int, size_bytes: int) -> None:
    """Refuse before the disk is full, as the vault does: the database may lie on it too."""
    disk = os.fstatvfs(fd)
    if disk.f_bavail * disk.f_frsize - size_bytes < limits.DISK_RESERVE_BYTES:
        raise Unavailable(NO_ROOM)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        raise Unavailable(NO_ROOM) from failed
