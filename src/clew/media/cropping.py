"""On the trusted side: an object cut out of a seized picture, which is parsed inside the sandbox only.

What comes out are pixels, and the file that is kept is made of them here: nothing that the seized file says of
itself can be in it. Whether it shows what it should is for the two officers to see.
"""

import os
import secrets
import socket
import struct
import zlib

from clew.domain.crop import SIDE_PIXELS_MAX, Box
from clew.domain.errors import Undecodable
from clew.media.deadline import Budget, ReaderFailed, answer_of
from clew.media.nursery import Locked, Nursery
from clew.media.protocol import CUT, PIECE, Role, Went
from clew.media.reading import Wants
from clew.media.reply import ProtocolBroken

_CHANNELS = 3
_REFUSALS = {
    Went.UNDECODABLE: "No pixels of this medium can be read there.",
    Went.TOO_LARGE: "The medium is larger than an object can be cut out of.",
    Went.NO_SUCH_MOMENT: "The medium ends before that moment.",
}
FAILED = "The sandboxed cutter failed on this medium."


def cropped(nursery: Nursery, fd: int, size: int, box: Box, at_ms: int | None, budget: Budget | None = None) -> bytes:
    """The object in `box` of the medium of `size` bytes behind `fd`, as a PNG of pixels alone.

    A process of its own cuts it out and is ended.

    Raises:
        Unavailable: the sandbox cannot be proved closed.
        Undecodable: nothing can be read there.
    """
    cutter = nursery.locked(Role.CUTTER)
    try:
        width, height, pixels = _piece(cutter, fd, size, box, at_ms, budget or Budget())
    except (ReaderFailed, ProtocolBroken, OSError):
        raise Undecodable(FAILED) from None
    finally:
        nursery.end(cutter)
    return png(width, height, pixels)


def _piece(cutter: Locked, fd: int, size: int, box: Box, at_ms: int | None, budget: Budget) -> tuple[int, int, bytes]:
    nonce = secrets.token_bytes(16)
    asked = CUT.pack(nonce, box.left, box.top, box.width, box.height, at_ms or 0, at_ms is not None, size)
    deadline = budget.deadline(cutter.pid, size, Wants.PICTURE_OR_KEY_FRAMES)
    socket.send_fds(cutter.channel, [asked], [fd])
    untrusted = answer_of(cutter, deadline)
    try:
        untrusted_nonce, untrusted_went, width, height = PIECE.unpack(untrusted)
        went = Went(untrusted_went)
    except (struct.error, ValueError):
        raise ProtocolBroken("The cutter's answer is none.") from None
    if not secrets.compare_digest(untrusted_nonce, nonce):
        raise ProtocolBroken("The cutter's answer is to no question.")
    if went is not Went.WELL:
        raise Undecodable(_REFUSALS[went])
    if not (0 < width <= SIDE_PIXELS_MAX and 0 < height <= SIDE_PIXELS_MAX):
        raise ProtocolBroken("The cutter's piece is larger than one may be.")
    pixels = os.pread(cutter.results_fd, width * height * _CHANNELS, 0)
    if len(pixels) != width * height * _CHANNELS:
        raise ProtocolBroken("The cutter's piece is not whole.")
    return width, height, pixels


def png(width: int, height: int, pixels: bytes, *, channels: int = _CHANNELS, effort: int = 9) -> bytes:
    """A PNG of 8 bits each, with the three chunks that every PNG has and no other.

    `channels`: 3 of red, green and blue, or 1 of grey; `effort` is zlib's, 1 to 9.

    Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 4 and 5.
    """
    row = width * channels
    lines = b"".join(b"\0" + pixels[at : at + row] for at in range(0, len(pixels), row))
    head = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == _CHANNELS else 0, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(lines, effort)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
