"""Files that hold keys: made once and durably, private, and destroyed for good."""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clew.domain.errors import Unavailable

FILE_BYTES_MAX = 8 * 1024


def make(path: Path, content: bytes) -> None:
    """Write `content` durably; whoever links first wins, and everyone reads that one."""
    try:
        make_folder(path.parent)
        fresh = _written(path, content)
        try:
            with suppress(FileExistsError):
                os.link(fresh, path)
            for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
                sync_folder(folder)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(error) from error


def read(path: Path) -> bytes:
    """The content of a private file.

    Raises:
        Unavailable: it is not there, or others may read it.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        raise Unavailable("A key is not in the key directory.") from None
    try:
        if stat.S_IMODE(os.fstat(fd).st_mode) & 0o077:
            raise Unavailable("A key may be read by others; make its file mode 600 and consider it known.")
        return os.read(fd, FILE_BYTES_MAX)
    finally:
        os.close(fd)


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of what is there, durably; a kill leaves one or the other, whole.

    What was there is overwritten once it has lost its name.
    """
    try:
        before = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fresh = _written(path, content)
            fresh.replace(path)
            sync_folder(path.parent)
            _overwrite(before)
        finally:
            os.close(before)
    except OSError as error:
        raise _not_written(error) from error


def destroy(path: Path) -> None:
    """Overwrite the file, take its name away, and make both durable. Done before: nothing happens."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _not_written(error) from error
    try:
        _overwrite(fd)
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise _not_written(error) from error
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Make `folder`, and what is missing above it, for its owner alone."""
    for missing in (*reversed(folder.parents), folder):
        # Not with parents=True: that gives those above the mode of everybody.
        if not missing.exists():
            missing.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else makes, replaces or destroys a file of `folder` within."""
    make_folder(folder)
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_all(fd: int, content: bytes | memoryview) -> None:
    """Write the whole of `content`, however little is taken at once."""
    left = memoryview(content)
    while left:
        left = left[os.write(fd, left) :]


def _written(path: Path, content: bytes) -> Path:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_all(fd, content)
        os.fsync(fd)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)
    return fresh


def _overwrite(fd: int) -> None:
    os.pwrite(fd, secrets.token_bytes(os.fstat(fd).st_size), 0)
    os.fsync(fd)


def _not_written(error: OSError) -> Unavailable:
    del error
    return Unavailable("The key directory cannot be written.")
