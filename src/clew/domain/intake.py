"""Taking in an exhibit: what was seen of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

FILES_PER_CHUNK_MAX = 200
BYTES_PER_CHUNK_MAX = 256 * 1024 * 1024

UNPACKED = "An archive: what lies in it is taken in beside it."
"""Of an archive itself, which is a medium in its exhibit too."""
NOT_OPENED = "The file cannot be opened."
NOT_READ = "The file cannot be read to its end."
TRIED_AGAIN = (NOT_OPENED, NOT_READ)
"""What the next run of the same intake tries again: a disk may have been unplugged."""


class ChunkState(IntEnum):
    """How far a chunk of files has come. The numbers are stored; never reuse one."""

    WAITING = 1
    FIRST_ANSWER = 2
    """Every file has its verdict; moving media were compared by their key frames."""
    DONE = 3
    """Moving media were compared by frames all through them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the intakes of a case or exhibit have come.

    `files_seen` grows while the source is still walked; `is_running` until the last chunk is done.
    """

    files_seen: int
    files_done: int
    bytes_done: int
    is_walking: bool
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Lines of a list or records of an export of which something could not be used, and which were the first."""

    reason: str
    count: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What an intake brought: files seen, media that were new to the unit, their bytes, and what could not be read.

    `undecodable` counts files by the reason why they gave no pixels, frames or samples. Of a list or
    export, `records` were read whole or in part, and `refused` says of which something was left out.
    `key_frames_only` counts moving media by the reason why they could not be looked at closer.
    """

    files_seen: int
    media_new: int
    size_bytes: int
    undecodable: Mapping[str, int]
    key_frames_only: Mapping[str, int] = field(default_factory=dict)
    records: int = 0
    refused: tuple[Refused, ...] = ()
