"""Spilling: what is too large for memory on its way to the sandbox lies on a disk, and nobody can read it there.

The file never has a name, so that it is gone with its descriptor, and it is sealed under a key that is only in this
process, so that a disk which is taken away tells nothing even of what was not yet gone.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from clew.keys.files import write_all
from clew.media.envelope import KEY_BYTES, Opened, seal

_CONTEXT = b"clew spill 1"


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
        OSError: the folder is full, or a block cannot be had.
    """
    key = os.urandom(KEY_BYTES)
    fd = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        for block in seal(key, _CONTEXT, blocks):
            write_all(fd, block)
        return Spilled(fd, key)
    except BaseException:
        os.close(fd)
        raise
