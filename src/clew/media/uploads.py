"""Uploads on disk: bytes as they came, in a folder for the node's user alone, under numbers and no names."""

import fcntl
import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from clew.domain.errors import StepRefused, Unavailable

FREE_BYTES_MIN = 1024**3
"""So much stays free on the disk: what else is on it goes on."""
ORPHAN_SECONDS = 3600.0
"""A folder that no upload names is left alone for so long: its row may be about to be written."""


class Uploads:
    """The folder of all uploads of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, upload: UUID) -> Path:
        """Where its files lie, each under its number."""
        return self.folder / upload.hex

    def begin(self, upload: UUID, count: int) -> None:
        """Make its folder, and its files with nothing in them.

        Raises:
            Unavailable: the disk is full, or cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self.folder).free < FREE_BYTES_MIN:
                raise Unavailable("This node is short of room for uploads: try later, or use clew intake.")
            self.of(upload).mkdir(mode=0o700)
            for number in range(count):
                (self.of(upload) / name_of(number)).touch(mode=0o600)
        except OSError:
            raise Unavailable("This node cannot keep uploads now.") from None

    def sizes(self, upload: UUID, count: int) -> list[int]:
        """How many bytes of each file have come."""
        return [self.size(upload, number) for number in range(count)]

    def size(self, upload: UUID, number: int) -> int:
        """How many bytes of a file have come."""
        try:
            return (self.of(upload) / name_of(number)).lstat().st_size
        except OSError:
            return 0

    def append(self, upload: UUID, number: int, offset: int, piece: bytes) -> int:
        """Put a piece behind what has come, and have the disk keep it; how many bytes there are then.

        Raises:
            StepRefused: the file has another length now: ask how long it is and go on from there.
            Unavailable: the disk is full, or the upload has ended.
        """
        with self._held(upload, number) as fd:
            if os.fstat(fd).st_size != offset:
                raise StepRefused("The file has another length: go on from there.")
            try:
                written = 0
                while written < len(piece):
                    written += os.pwrite(fd, memoryview(piece)[written:], offset + written)
                os.fsync(fd)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(fd, offset)
                raise Unavailable("This node is short of room for uploads: try later, or use clew intake.") from None
        return offset + len(piece)

    def remove(self, upload: UUID) -> None:
        """All of it goes."""
        shutil.rmtree(self.of(upload), ignore_errors=True)

    def sweep(self, kept: Collection[UUID]) -> int:
        """Remove folders of uploads that are no more; how many."""
        wanted, count = {one.hex for one in kept}, 0
        with suppress(FileNotFoundError):
            for folder in list(os.scandir(self.folder)):
                is_old = time.time() - folder.stat(follow_symlinks=False).st_mtime > ORPHAN_SECONDS
                if folder.name not in wanted and is_old:
                    shutil.rmtree(folder.path, ignore_errors=True)
                    count += 1
        return count

    @contextmanager
    def _held(self, upload: UUID, number: int) -> Iterator[int]:
        """The file, open for one writer alone."""
        try:
            fd = os.open(self.of(upload) / name_of(number), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            raise Unavailable("This node cannot keep this upload any more.") from None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield fd
        finally:
            os.close(fd)


def name_of(number: int) -> str:
    """What a file is called on disk."""
    return f"{number:06}"
