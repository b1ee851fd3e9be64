"""What the trusted side and a sandboxed process say to one another, apart from readings."""

import array
import socket
import struct
from enum import IntEnum, StrEnum
from typing import Final

from clew.domain.look import FRAMES_SHOWN_MAX, Look

CHANNEL_FD: Final = 10
RESULTS_FD: Final = 11
NONCE_BYTES: Final = 16
REQUEST: Final = struct.Struct(f"={NONCE_BYTES}sBQ")
"""Nonce of the job, what is wanted, size of the content in bytes."""
ANSWER: Final = struct.Struct(f"={NONCE_BYTES}sI")
"""Nonce, length of the message in bytes; the message follows, and behind it its arrays if all fits one answer."""
ARRAYS_ALONG_BYTES_MAX: Final = 8 * 1024
"""Arrays of a still have 372 bytes; those of a video lie in the results file, beside the answer."""
UNPACK: Final = struct.Struct(f"={NONCE_BYTES}sQQQ")
"""Nonce, size of the archive, ordinal of the first entry wanted, bytes it may unfold to."""
CUT: Final = struct.Struct(f"={NONCE_BYTES}s4Hq?Q")
"""Nonce, box in thousandths (left, top, width, height), moment in milliseconds, whether one was said, size in bytes."""
PIECE: Final = struct.Struct(f"={NONCE_BYTES}sBHH")
"""Nonce, how it went, width and height in pixels; the pixels lie in the results file, three bytes each."""
RENDER_LOOKS: Final = tuple(Look)
RENDER: Final = struct.Struct(f"={NONCE_BYTES}sBB{FRAMES_SHOWN_MAX}qQ")
"""Nonce, number of the look, how many moments are said, the moments in milliseconds, size in bytes."""
RENDERED: Final = struct.Struct(f"={NONCE_BYTES}sBBHHBq{FRAMES_SHOWN_MAX}q")
"""Nonce, how it went, count, width, height, channels, length and moments in ms; the pixels lie in the results file."""
LENT_ASKED: Final = struct.Struct("=QQ")
"""From which byte on, and how many."""
LENT_PART: Final = LENT_ASKED
"""What was asked; the bytes follow, none behind the end."""
LENT_PART_BYTES_MAX: Final = 64 * 1024
NEXT_ENTRY: Final = b"e"
NEXT_PART: Final = b"p"


class Went(IntEnum):
    """How it went with a piece that was to be cut out."""

    WELL = 0
    UNDECODABLE = 1
    TOO_LARGE = 2
    NO_SUCH_MOMENT = 3


class Role(StrEnum):
    """What a forked and locked process does; any other word names an attempt of the proof."""

    READER = "reader"
    UNPACKER = "unpacker"
    CUTTER = "cutter"
    RENDERER = "renderer"


def received(channel: socket.socket, most: int, fds_max: int) -> tuple[bytes, list[int]]:
    """One message of at most `most` bytes and the descriptors that came with it."""
    message, ancillary, _flags, _address = channel.recvmsg(most, socket.CMSG_SPACE(4 * fds_max))
    fds = array.array("i")
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
    return message, fds.tolist()
