"""On the trusted side: what is drawn of a seized medium, which is parsed inside the sandbox only.

What comes out are pixels and numbers, and the picture that a browser gets is made of them here: nothing that the
seized file says of itself can be in it.
"""

import os
import secrets
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from clew.domain.errors import Undecodable
from clew.domain.look import (
    DRAWN_SIDE_PIXELS_MAX,
    FRAME_SIDE_PIXELS_MAX,
    FRAMES_SHOWN_MAX,
    LEVELS,
    PICTURE_SIDE_PIXELS_MAX,
    Look,
)
from clew.media.cropping import png
from clew.media.deadline import Budget, ReaderFailed, answer_of
from clew.media.limits import DURATION_MS_MAX
from clew.media.nursery import Locked, Nursery
from clew.media.protocol import RENDER, RENDER_LOOKS, RENDERED, Role, Went
from clew.media.reading import Wants
from clew.media.reply import ProtocolBroken

CPU_SECONDS_MAX = 120.0
"""An officer waits for it: what takes longer is not drawn."""
FAILED = "The sandbox could not draw this medium."
_SIDE_MAX = max(DRAWN_SIDE_PIXELS_MAX, FRAME_SIDE_PIXELS_MAX, PICTURE_SIDE_PIXELS_MAX, LEVELS)
_REFUSALS = {
    Went.UNDECODABLE: "Nothing of this medium can be drawn.",
    Went.TOO_LARGE: "This medium is larger than can be drawn.",
    Went.NO_SUCH_MOMENT: "The medium ends before that moment.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A PNG, or the levels of a sound; of frames, which lie side by side, the time of each in milliseconds."""

    png: bytes = b""
    levels: bytes = b""
    times_ms: tuple[int, ...] = ()
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pixels:
    count: int
    width: int
    height: int
    channels: int
    times_ms: tuple[int, ...]
    duration_ms: int
    pixels: bytes


def drawn(
    nursery: Nursery, fd: int, size: int, look: Look, at_ms: Sequence[int] = (), budget: Budget | None = None
) -> Drawn:
    """What is drawn of the medium of `size` bytes behind `fd`; of a moving one at these times, or all through it.

    A process of its own draws it and is ended.

    Raises:
        Unavailable: the sandbox cannot be proved closed.
        Undecodable: nothing can be read.
    """
    renderer = nursery.locked(Role.RENDERER)
    try:
        found = _rendered(renderer, fd, size, look, at_ms, budget or Budget(cpu_seconds_max=CPU_SECONDS_MAX))
    except (ReaderFailed, ProtocolBroken, OSError):
        raise Undecodable(FAILED) from None
    finally:
        nursery.end(renderer)
    if look is Look.SOUND:
        return Drawn(levels=found.pixels, duration_ms=found.duration_ms)
    return Drawn(png=_in_a_row(found), times_ms=found.times_ms)


def _rendered(
    renderer: Locked, fd: int, size: int, look: Look, at_ms: Sequence[int], budget: Budget
) -> _Pixels:
    nonce = secrets.token_bytes(16)
    moments = list(at_ms)[:FRAMES_SHOWN_MAX]
    padded = [*moments, *([0] * (FRAMES_SHOWN_MAX - len(moments)))]
    asked = RENDER.pack(nonce, RENDER_LOOKS.index(look), len(moments), *padded, size)
    deadline = budget.deadline(renderer.pid, size, Wants.PICTURE_OR_KEY_FRAMES)
    socket.send_fds(renderer.channel, [asked], [fd])
    untrusted = answer_of(renderer, deadline)
    try:
        untrusted_nonce, untrusted_went, *untrusted_shape = RENDERED.unpack(untrusted)
        went = Went(untrusted_went)
    except (struct.error, ValueError):
        raise ProtocolBroken("The renderer's answer is none.") from None
    if not secrets.compare_digest(untrusted_nonce, nonce):
        raise ProtocolBroken("The renderer's answer is to no question.")
    if went is not Went.WELL:
        raise Undecodable(_REFUSALS[went])
    return _checked(renderer, look, untrusted_shape)


def _checked(renderer: Locked, look: Look, untrusted_shape: Sequence[int]) -> _Pixels:
    """The pixels of this shape, if it is one that there may be."""
    count, width, height, channels, duration_ms, *times = untrusted_shape
    is_bounded = 0 < count <= FRAMES_SHOWN_MAX and 0 < width <= _SIDE_MAX and 0 < height <= _SIDE_MAX
    is_in_time = all(0 <= time <= DURATION_MS_MAX for time in (duration_ms, *times))
    if not is_bounded or not is_in_time or channels not in (1, 3):
        raise ProtocolBroken("The renderer's pictures are larger than they may be.")
    length = count * width * height * channels
    pixels = os.pread(renderer.results_fd, length, 0)
    if len(pixels) != length or (look is Look.SOUND and (height, count, channels) != (1, 1, 1)):
        raise ProtocolBroken("The renderer's pictures are not whole.")
    return _Pixels(
        count=count, width=width, height=height, channels=channels, duration_ms=duration_ms, pixels=pixels,
        times_ms=tuple(times[:count]) if count > 1 or look is Look.FRAMES else (),
    )  # fmt: skip


def _in_a_row(found: _Pixels) -> bytes:
    """The pictures side by side, as one PNG."""
    if found.count == 1:
        return png(found.width, found.height, found.pixels, channels=found.channels, effort=3)
    row, picture = found.width * found.channels, found.width * found.height * found.channels
    rows = (
        found.pixels[number * picture + line * row : number * picture + (line + 1) * row]
        for line in range(found.height)
        for number in range(found.count)
    )
    return png(found.width * found.count, found.height, b"".join(rows), channels=found.channels, effort=3)
