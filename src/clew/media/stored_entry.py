"""Inside the sandbox: one entry of an archive, and the seized file that it is read from."""

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from clew.domain.errors import Undecodable
from clew.media.seized import read_at

PART_BYTES: Final = 1024 * 1024
LOCKED: Final = "It is locked with a password."
NOT_A_FILE: Final = "It is a link, a device or another thing that is not a file."
DAMAGED: Final = "It is cut or damaged."
UNKNOWN_METHOD: Final = "It is packed in a way that is not read."


class Damaged(Undecodable):
    """An entry or an archive ends too early, or its checksum is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One entry: its name as it is stored, never used as a path, and how to read it.

    `parts` may be called once, before the next entry is asked for; None with a `reason`.
    """

    name: bytes
    size: int | None
    packed: int | None = None
    reason: str = ""
    parts: Callable[[], Iterator[bytes]] | None = None


class SeizedBytes(io.RawIOBase):
    """A read-only, seekable file over a descriptor, or over a line on which it is lent."""

    def __init__(self, fd: int, size: int) -> None:
        self._fd = fd
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = read_at(self._fd, min(len(buffer), max(0, self.size - self._at)), self._at)
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def at(self, offset: int, most: int) -> bytes:
        """Up to `most` bytes at `offset`, without moving."""
        return read_at(self._fd, max(0, min(most, self.size - offset)), offset) if offset >= 0 else b""


def exactly(stream: BinaryIO | io.RawIOBase, wanted: int) -> bytes:
    """`wanted` bytes of `stream`; raises Damaged if it ends before."""
    parts = bytearray()
    while len(parts) < wanted:
        part = stream.read(wanted - len(parts))
        if not part:
            raise Damaged(DAMAGED)
        parts += part
    return bytes(parts)
