"""The exact fingerprints of a medium's bytes, made in the one pass that brings them to the sandbox."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from clew.domain.errors import Invalid
from clew.keys.files import write_all
from clew.media.limits import KIB, SEALED_CONTENT_BYTES_MAX
from clew.media.spill import Spilled, spilled

_PART_BYTES = 64 * KIB
"""So small that a part is still near when the third digest reads it: a sixth less work than with 1 MiB."""
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Digests of a whole content: 16, 20 and 32 bytes, and how long it is."""

    md5: bytes
    sha1: bytes
    sha256: bytes
    size_bytes: int


class Stream(Protocol):
    """Bytes from a file or from an archive, read once from the beginning."""

    def read(self, most: int, /) -> bytes | None: ...


class _FromBeginning:
    """The file behind a descriptor as a stream, wherever that stands; a third of what Python's own takes to open."""

    __slots__ = ("_at", "_fd")

    def __init__(self, fd: int) -> None:
        self._fd, self._at = fd, 0

    def read(self, most: int, /) -> bytes:
        part = os.pread(self._fd, most, self._at)
        self._at += len(part)
        return part


class Content:
    """The bytes of a medium that nobody can write, with their digests; `lending.given` hands them to the sandbox.

    They lie behind the descriptor `fd`, sealed in memory or in a file of somebody else's, or are `spilled`.
    Closing it (or leaving its `with`) closes the descriptor.
    """

    __slots__ = ("digests", "fd", "is_sealed", "spilled")

    def __init__(self, *, digests: Digests, fd: int = -1, spilled: Spilled | None = None, is_sealed: bool) -> None:
        self.fd = fd
        self.spilled = spilled
        self.digests = digests
        self.is_sealed = is_sealed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`. Raises OSError; Tampered where somebody wrote into what was spilled."""
        return os.pread(self.fd, length, offset) if self.spilled is None else self.spilled.read(offset, length)

    def again(self) -> "Content":
        """The same content, to be closed for itself."""
        if self.spilled is None:
            return Content(fd=os.dup(self.fd), digests=self.digests, is_sealed=self.is_sealed)
        return Content(spilled=self.spilled.again(), digests=self.digests, is_sealed=False)

    def close(self) -> None:
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)
        if self.spilled is not None:
            self.spilled.close()


class Digesting:
    """The three digests of what it was given so far."""

    def __init__(self) -> None:
        # Names of content, not protection: the field exchanges MD5 and SHA-1.
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self._size_bytes = 0

    def add(self, part: bytes) -> None:
        for one in (self._md5, self._sha1, self._sha256):
            one.update(part)
        self._size_bytes += len(part)

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def digests(self) -> Digests:
        return Digests(
            md5=self._md5.digest(),
            sha1=self._sha1.digest(),
            sha256=self._sha256.digest(),
            size_bytes=self._size_bytes,
        )


def content_of(
    stream: Stream, *, spill: Path | None = None, sealed_bytes_max: int = SEALED_CONTENT_BYTES_MAX
) -> Content:
    """Take everything from `stream`: sealed in memory or, beyond `sealed_bytes_max`, spilled below `spill`.

    Raises:
        Invalid: there is more than `sealed_bytes_max`, and no folder for it.
        Unavailable: there is no room in the folder.
        OSError: the source cannot be read.
    """
    digesting = Digesting()
    parts = _digested(stream, digesting)
    fd = os.memfd_create("medium", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        for part in parts:
            if digesting.size_bytes > sealed_bytes_max:
                content = _spilled(chain(_parts(_FromBeginning(fd)), (part,), parts), digesting, spill)
                os.close(fd)
                return content
            write_all(fd, part)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    except BaseException:
        os.close(fd)
        raise
    return Content(fd=fd, digests=digesting.digests(), is_sealed=True)


def _spilled(parts: Iterable[bytes], digesting: Digesting, spill: Path | None) -> Content:
    if spill is None:
        raise Invalid("There is more of it than may be held in memory.")
    held = spilled(parts, spill)
    return Content(spilled=held, digests=digesting.digests(), is_sealed=False)


def _parts(stream: Stream) -> Iterator[bytes]:
    while part := stream.read(_PART_BYTES):
        yield part


def _digested(stream: Stream, digesting: Digesting) -> Iterator[bytes]:
    for part in _parts(stream):
        digesting.add(part)
        yield part


def content_of_file(fd: int, *, sealed_bytes_max: int = SEALED_CONTENT_BYTES_MAX) -> Content:
    """The content of the regular file behind `fd`, which stays open and is the caller's.

    A file beyond `sealed_bytes_max` is not copied: its digests are made in one pass, and
    the sandbox reads it through a read-only descriptor of its own.

    Raises:
        Invalid: a large file could be written through `fd`, or it grew while it was read.
        OSError: the file cannot be read.
    """
    if os.fstat(fd).st_size <= sealed_bytes_max:
        return content_of(_FromBeginning(fd), sealed_bytes_max=sealed_bytes_max)
    if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
        raise Invalid("Give a descriptor that is open for reading only.")
    digesting = Digesting()
    while part := os.pread(fd, _PART_BYTES, digesting.size_bytes):
        digesting.add(part)
    return Content(fd=os.dup(fd), digests=digesting.digests(), is_sealed=False)
