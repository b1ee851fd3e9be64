"""The exact fingerprints of a medium's bytes, made in the one pass that brings them to the sandbox."""

import fcntl
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from clew.domain.errors import Invalid
from clew.media.limits import KIB, SEALED_CONTENT_BYTES_MAX

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
    """The bytes of a medium behind a descriptor that nobody can write, with their digests.

    Closing it (or leaving its `with`) closes the descriptor.
    """

    __slots__ = ("digests", "fd", "is_sealed")

    def __init__(self, *, fd: int, digests: Digests, is_sealed: bool) -> None:
        self.fd = fd
        self.digests = digests
        self.is_sealed = is_sealed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)


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
    """Take everything from `stream`: sealed in memory or, beyond `sealed_bytes_max`, in `spill`.

    The file in the folder `spill` never has a name, so that it is gone with its descriptor.

    Raises:
        Invalid: there is more than `sealed_bytes_max`, and no folder for it.
        OSError: the source cannot be read, or the folder is full.
    """
    digesting = Digesting()
    fd = os.memfd_create("medium", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    is_sealed = True
    try:
        while part := stream.read(_PART_BYTES):
            digesting.add(part)
            if is_sealed and digesting.size_bytes > sealed_bytes_max:
                fd, is_sealed = _spilled(fd, spill), False
            _write(fd, part)
        if is_sealed:
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
        else:
            fd = _read_only(fd)
    except BaseException:
        os.close(fd)
        raise
    return Content(fd=fd, digests=digesting.digests(), is_sealed=is_sealed)


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


def _write(fd: int, part: bytes) -> None:
    view = memoryview(part)
    while view:
        view = view[os.write(fd, view) :]


def _spilled(fd: int, spill: Path | None) -> int:
    """Move what is behind `fd` to a nameless file in the folder `spill`."""
    if spill is None:
        raise Invalid("There is more of it than may be held in memory.")
    target = os.open(spill, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        at = 0
        while part := os.pread(fd, _PART_BYTES, at):
            _write(target, part)
            at += len(part)
    except BaseException:
        os.close(target)
        raise
    os.close(fd)
    return target


def _read_only(fd: int) -> int:
    again = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
    os.close(fd)
    return again
