"""An upload: a small set of files that comes through a browser, piece by piece, into one exhibit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from clew.domain.errors import Invalid
from clew.domain.naming import named

FILES_MAX = 500
FILE_BYTES_MAX = 256 * 1024 * 1024
SET_BYTES_MAX = 2 * 1024 * 1024 * 1024
PIECE_BYTES_MAX = 512 * 1024
"""So much comes with one request, and is sealed as one: a page takes no more at once."""
OPEN_PER_OFFICER_MAX = 3
NAME_BYTES_MAX = 1_000
KEPT_FOR = timedelta(hours=24)
"""What was not ended by then goes; what was taken in goes as soon as its intake has ended."""


class State(StrEnum):
    """How far an upload has come. The words are stored; never reuse one."""

    OPEN = "open"
    TAKEN_IN = "taken-in"
    """All of it is here, and its intake is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A file that is to come: its path as the browser tells it, and its size."""

    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload of an officer into an exhibit of a case of the own unit: so many files, numbered from 0 on.

    What they are called and how long each is lies sealed beside what has come of them (`media/uploads.py`).
    """

    id: UUID
    case: str
    exhibit: str
    files: int
    size_bytes: int
    state: State
    host: str
    intake_id: UUID | None
    begun_at: datetime
    ends_at: datetime


def promised(
    case: str, exhibit: str, untrusted_files: Sequence[tuple[str, int]]
) -> tuple[str, str, tuple[Promised, ...]]:
    """Case, exhibit and files as they are kept.

    Raises:
        Invalid: a name or a path cannot be, two paths are one, or it is more than a browser is for.
    """
    files = tuple(Promised(path=_path(path), size_bytes=size) for path, size in untrusted_files)
    if not 1 <= len(files) <= FILES_MAX or len({one.path for one in files}) < len(files):
        raise Invalid(
            "An upload has 1 to {most} files, each with a name of its own; clew intake is for more.", most=FILES_MAX
        )
    if any(not 0 <= one.size_bytes <= FILE_BYTES_MAX for one in files):
        raise Invalid(
            "A file here has at most {most} MB; clew intake is for larger ones.", most=FILE_BYTES_MAX // 1024**2
        )
    if sum(one.size_bytes for one in files) > SET_BYTES_MAX:
        raise Invalid("An upload has at most {most} GB; clew intake is for more.", most=SET_BYTES_MAX // 1024**3)
    return named(case), named(exhibit), files


def _path(untrusted_path: str) -> str:
    parts = untrusted_path.split("/")
    is_wrong = "\0" in untrusted_path or len(untrusted_path.encode("utf-8", "replace")) > NAME_BYTES_MAX
    if is_wrong or any(part in ("", ".", "..") for part in parts) or _is_unwritable(untrusted_path):
        raise Invalid("A file has a name or a path that cannot be.")
    return untrusted_path


def _is_unwritable(path: str) -> bool:
    """Half of a pair of surrogates is no text."""
    return any("\ud800" <= sign <= "\udfff" for sign in path)


def check_piece(file: Promised, offset: int, piece_bytes: int) -> None:
    """Refuse what is no piece of the file: each is as long as one may be, but the last.

    Raises:
        Invalid: it has another length, or does not begin where a piece does.
    """
    is_begun = 0 <= offset < file.size_bytes and offset % PIECE_BYTES_MAX == 0
    if not is_begun or piece_bytes != min(PIECE_BYTES_MAX, file.size_bytes - offset):
        raise Invalid("A piece has {most} bytes, or is the rest of its file.", most=PIECE_BYTES_MAX)
