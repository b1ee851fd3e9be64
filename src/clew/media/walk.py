"""A folder into seized files: names as bytes, no link followed, nothing opened that leads out."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clew.domain.errors import Invalid, SourceUnreadable, Unavailable

DEPTH_MAX = 128
"""Folders below folders; each level holds two descriptors while it is walked."""

FILES_MAX = 50_000_000
FIRST_BLOCK_BYTES = 64 * 1024
BLOCK_BYTES = 1 << 20
CANNOT_BE_READ = "The file to take in cannot be read."

_UNSHOWABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_KINDS = (
    (stat.S_ISLNK, "This is a link; links are not followed."),
    (stat.S_ISFIFO, "This is a pipe, not a file."),
    (stat.S_ISSOCK, "This is a socket, not a file."),
    (stat.S_ISBLK, "This is a device, not a file."),
    (stat.S_ISCHR, "This is a device, not a file."),
)
_NO_FILE_MET = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENXIO})
"""A link at the end of the path, a link or a file on the way, a socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeizedFile:
    """A file as the walk found it, not yet opened; with a `reason`, it will not be."""

    path: bytes
    """Relative to the root, `/` between the parts; any bytes but NUL."""
    size_bytes: int
    modified_ns: int
    reason: str | None = None


class SourceKind(StrEnum):
    """What a path given to intake holds, by its content, never by its name."""

    FOLDER = "folder"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    FILE = "file"


def walk(root: Path) -> Iterator[SeizedFile]:
    """Every file below `root` (or `root` itself, if it is a file), in the order of the disk.

    Memory is bounded by the depth. Links, devices, pipes, sockets and folders that cannot
    be read are given with a reason. Only `root` itself may be a link: its giver chose it.

    Raises:
        SourceUnreadable: `root` cannot be read.
        Invalid: it holds more than FILES_MAX files.
    """
    try:
        facts = root.stat()
        fd = _open(root, None, os.O_DIRECTORY) if stat.S_ISDIR(facts.st_mode) else None
    except OSError as error:
        raise SourceUnreadable("The folder or file to take in cannot be read.") from error
    if fd is None:
        yield _seized(os.fsencode(root.name), facts)
        return
    for count, seized in enumerate(_below(fd, b"", 1)):
        if count == FILES_MAX:
            raise Invalid("The folder holds more files than one exhibit can; take it in by parts.")
        yield seized


def _below(folder: int, prefix: bytes, depth: int) -> Iterator[SeizedFile]:
    """The files below an open folder, which is closed at the end."""
    try:
        try:
            entries = os.scandir(folder)
        except OSError:
            yield _refused(prefix[:-1], "This folder cannot be read.")
            return
        with entries:
            for name in _names(entries):
                yield from _entry(folder, prefix, name, depth)
    finally:
        os.close(folder)


def _names(entries: Iterator[os.DirEntry[str]]) -> Iterator[bytes]:
    while True:
        try:
            entry = next(entries)
        except StopIteration:
            return
        except OSError:
            # A disk that fails in the middle of a folder: the empty name says so.
            yield b""
            return
        yield os.fsencode(entry.name)


def _entry(folder: int, prefix: bytes, name: bytes, depth: int) -> Iterator[SeizedFile]:
    path = prefix + name
    if not name:
        yield _refused(prefix[:-1], "This folder cannot be read to its end.")
        return
    try:
        facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        yield _refused(path, "This file cannot be looked at.")
        return
    if not stat.S_ISDIR(facts.st_mode):
        yield _seized(path, facts)
    elif depth >= DEPTH_MAX:
        yield _refused(path, "This folder lies too deep below others.")
    else:
        try:
            child = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        except OSError:
            yield _refused(path, "This folder cannot be read.")
            return
        yield from _below(child, path + b"/", depth + 1)


def _seized(path: bytes, facts: os.stat_result) -> SeizedFile:
    reason = next((sentence for is_kind, sentence in _KINDS if is_kind(facts.st_mode)), None)
    size_bytes = facts.st_size if reason is None else 0
    return SeizedFile(path=path, size_bytes=size_bytes, modified_ns=facts.st_mtime_ns, reason=reason)


def _refused(path: bytes, reason: str) -> SeizedFile:
    return SeizedFile(path=path, size_bytes=0, modified_ns=0, reason=reason)


def open_seized(root: Path, untrusted_path: bytes) -> int:
    """A descriptor to read a regular file that lies below `root`; the caller closes it.

    Each part is opened below the one before and no link is followed, so whatever is done
    to the folder meanwhile, nothing outside is opened. Opening never waits.

    Raises:
        Invalid: the path climbs or is absolute, or leads to a link or to no regular file.
        Unavailable: it is gone or cannot be read.
    """
    parts = untrusted_path.split(b"/")
    if any(part in (b"", b".", b"..") or b"\x00" in part for part in parts):
        raise Invalid("The path of this file leads out of its folder or is none.")
    try:
        if len(parts) == 1 and root.is_file() and os.fsencode(root.name) == parts[0]:
            return _regular(_open(root, None, 0))
        folder = _open(root, None, os.O_DIRECTORY)
        for part in parts[:-1]:
            folder = _step(folder, part, os.O_DIRECTORY | os.O_NOFOLLOW)
        return _regular(_step(folder, parts[-1], os.O_NOFOLLOW))
    except OSError as error:
        if error.errno in _NO_FILE_MET:
            raise Invalid("This is a link, lies below one or is no ordinary file.") from error
        raise Unavailable("This file cannot be read.") from error


def _open(path: Path | bytes, folder: int | None, flags: int) -> int:
    flags |= os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    return os.open(path, flags, dir_fd=folder)


def _step(folder: int, part: bytes, flags: int) -> int:
    """Open `part` below `folder`, which is closed."""
    try:
        return _open(part, folder, flags)
    finally:
        os.close(folder)


def _regular(fd: int) -> int:
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise Invalid("This is no ordinary file.")


def path_from_text(untrusted_path: str) -> bytes:
    """A path as exports write it, with back-slashes, as a path to open; still untrusted."""
    return untrusted_path.replace("\\", "/").encode("utf-8", "replace")


def path_text(path: bytes) -> str:
    """A path to be shown: one line, with nothing in it that hides, moves or reverses text.

    Bytes that are no UTF-8, controls and marks of direction become backslash escapes.
    """
    return _UNSHOWABLE.sub(_escape, path.decode("utf-8", "backslashreplace"))


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def first_block(path: Path) -> bytes:
    """The first 64 KiB of a regular file that was named by whoever takes it in.

    Raises:
        Invalid: it is no regular file.
        SourceUnreadable: it cannot be read.
    """
    try:
        fd = _regular(_open(path, None, 0))
        try:
            return os.pread(fd, FIRST_BLOCK_BYTES, 0)
        finally:
            os.close(fd)
    except OSError as error:
        raise SourceUnreadable(CANNOT_BE_READ) from error


def size_bytes(path: Path) -> int:
    """How large a file to be taken in is. Raises SourceUnreadable: it cannot be looked at."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise SourceUnreadable(CANNOT_BE_READ) from error


def blocks(path: Path) -> Iterator[bytes]:
    """A file to be taken in from its beginning to its end.

    Raises:
        SourceUnreadable: it cannot be read, or no further than was given.
    """
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise SourceUnreadable(
            "The file to take in cannot be read to its end. What was taken in stays; the same command goes on."
        ) from error


def source_kind(path: Path) -> SourceKind:
    """What a path given to intake holds. Raises as `first_block`."""
    if path.is_dir():
        return SourceKind.FOLDER
    head = first_block(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return SourceKind.ZIP
    if head.startswith(b"\x1f\x8b\x08"):
        return SourceKind.GZIP
    return SourceKind.TAR if _is_tar(head[:512]) else SourceKind.FILE


def _is_tar(block: bytes) -> bool:
    """Whether a first block of 512 bytes carries the checksum of a tar header.

    Source: POSIX.1-2017, pax, ustar interchange format; the magic alone is younger than tar.
    """
    if len(block) < 512 or not block[0]:
        return False
    try:
        claimed = int(block[148:156].strip(b"\x00 ") or b"-1", 8)
    except ValueError:
        return False
    return claimed == sum(block[:148]) + 8 * 32 + sum(block[156:])
