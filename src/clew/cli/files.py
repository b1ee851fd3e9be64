"""Files of whoever calls: what cannot be read or written is one sentence, before anything is put on record."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clew.domain.errors import Invalid, Unavailable

WORDS_CHARACTERS_MAX = 1 << 20
"""More than any of the texts that commands take from standard input."""


def read(path: Path, bytes_max: int) -> bytes:
    """All that is in a file.

    Raises:
        Invalid: it cannot be read, or there is more of it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(bytes_max + 1)
    except OSError as failed:
        raise Invalid(f"The file cannot be read: {failed.strerror}.") from None
    if len(content) > bytes_max:
        raise Invalid("This file is too large.")
    return content


def given(characters_max: int = WORDS_CHARACTERS_MAX) -> str:
    """The words on standard input.

    Raises:
        Invalid: they are no text, cannot be read, or are more.
    """
    with _taken():
        words = sys.stdin.read(characters_max + 1)
    if len(words) > characters_max:
        raise Invalid("There is more on standard input than is taken.")
    return words


def given_line() -> str:
    """The first line on standard input. Raises as `given`."""
    with _taken():
        return sys.stdin.readline().rstrip("\n")


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise Invalid("What is given on standard input is no text: write it in UTF-8.") from None
    except OSError as failed:
        raise Invalid(f"Standard input cannot be read: {failed.strerror}.") from None


class NewFile:
    """A file that was not there before, for its user alone."""

    def __init__(self, fd: int) -> None:
        self._file = os.fdopen(fd, "wb")

    def write(self, content: bytes) -> None:
        """Raises Unavailable: there is no room for it, or the disk failed."""
        with _written():
            self._file.write(content)

    def close(self) -> None:
        """Have all of it written. Raises as `write`."""
        with _written():
            self._file.close()


@contextmanager
def new(path: Path) -> Iterator[NewFile]:
    """A new file at `path`, there before what is to be written is asked for; where that fails the file goes again.

    So what authorises a copy, and puts it on record, is not done for a file that could not be.

    Raises:
        Invalid: something is there already, or nothing can be written there.
        Unavailable: what was asked for could not be written whole.
    """
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as refused:
        raise Invalid(f"This file cannot be made: {refused.strerror}. Choose a new one in a folder of yours.") from None
    file = NewFile(fd)
    try:
        yield file
        file.close()
    except BaseException:
        with suppress(Unavailable):
            file.close()
        with suppress(OSError):
            path.unlink()
        raise


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except OSError as failed:
        raise Unavailable(f"The file could not be written whole and is gone again: {failed.strerror}.") from None
