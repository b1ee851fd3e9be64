"""The brightness of a decoded frame, made small, and the parts of it that are fingerprinted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from clew.media.pdq import Bits, Grey, frame_pdq, frame_pdq_dihedral

SHORT_SIDE_MIN = 128
"""A frame is reduced by a whole factor to no less: the centred PDQ moves by 1 to 2 bits for it,
and everything after decoding costs a twentieth."""
SIDE_READ_MIN = 16

_PLANES_OF_8_BITS = ("yuv4", "yuvj4", "nv12", "nv21", "nv16", "gray8", "gray", "yuva4")


def thumbnail(frame: VideoFrame) -> Grey:
    """The luma of a frame reduced by a whole factor to a short side of 128 to 255 pixels.

    Smaller frames stay as they are. The plane is read where it lies, not copied.
    """
    name = frame.format.name
    if not name.startswith(_PLANES_OF_8_BITS) or name.endswith(("le", "be")):
        # One thread: the sandbox allows no other.
        frame = frame.reformat(format="gray", threads=1)
    plane = frame.planes[0]
    stride = plane.line_size
    rows = np.frombuffer(memoryview(plane), np.uint8, stride * frame.height)
    return _shrunk(rows.reshape(frame.height, stride), frame.width)


def _shrunk(rows: Grey, width: int) -> Grey:
    factor = max(1, min(len(rows), width) // SHORT_SIDE_MIN)
    if factor == 1:
        return np.ascontiguousarray(rows[:, :width])
    # Read-only, because numba compiles again for a writeable array, and the sandbox lets it not.
    rows.flags.writeable = False
    small: Grey = _reduced(rows, width, factor)
    return small


@numba.njit(cache=True, nogil=True)
def _reduced(rows, width, factor):  # type: ignore[no-untyped-def]
    height, width = rows.shape[0] // factor, width // factor
    small = np.empty((height, width), np.uint8)
    sums = np.empty(width * factor, np.uint16)
    area = np.float32(1.0 / (factor * factor))
    for y in range(height):
        sums[:] = 0
        for k in range(factor):
            row = rows[y * factor + k]
            for x in range(width * factor):
                sums[x] += row[x]
        for x in range(width):
            total = np.uint32(0)
            for k in range(factor):
                total += sums[x * factor + k]
            small[y, x] = np.uint8(total * area + np.float32(0.5))
    return small


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A part of a frame, in shares of its sides from its upper left corner."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def is_near(self, other: "Rectangle") -> bool:
        """Whether all sides are within 1.5 % of another's: PDQ cannot tell them apart."""
        here = self.left, self.top, self.right, self.bottom
        there = other.left, other.top, other.right, other.bottom
        return all(abs(one - two) <= 0.015 for one, two in zip(here, there, strict=True))

    def of(self, grey: Grey) -> Grey:
        height, width = grey.shape
        return grey[
            round(self.top * height) : round(self.bottom * height),
            round(self.left * width) : round(self.right * width),
        ]


WHOLE = Rectangle()
INNER = Rectangle(left=0.05, top=0.05, right=0.95, bottom=0.95)
PARTS = (Rectangle(bottom=0.5), Rectangle(top=0.5), INNER)
"""Parts fingerprinted beside the whole, in what is stored and in what is looked up.

A logo in any corner, a caption or a banner leaves one half as it was (with the halves, every copy
with a large logo was found; without them 1 of 12). A copy cropped by a tenth is the inner
rectangle of its original, within the 31 bits from about 7 to 13 per cent.
"""


def whole_of(grey: Grey, contents: Sequence[Rectangle]) -> tuple[Bits, int]:
    """Eight turns (8, 32) of the likeliest content of one small frame, and its quality."""
    return frame_pdq_dihedral(contents[0].of(grey))


def parts_of(grey: Grey, contents: Sequence[Rectangle]) -> list[tuple[Bits, int]]:
    """Fingerprint (32,) and quality of each part of the likeliest content, and of the other contents whole.

    Of a frame with bars the inner rectangle of the whole is taken too: a crop may leave part of the bars.
    """
    content = contents[0].of(grey)
    pieces = [part.of(content) for part in PARTS] + [other.of(grey) for other in contents[1:]]
    if contents[0] != WHOLE:
        pieces.append(INNER.of(grey))
    return [frame_pdq(piece) for piece in pieces]


# ------------------------------------------------------------------ bars and blurred sides

BAR_DEVIATION_MAX = 2.5
"""Standard deviation in grey levels of a row of a bar, compression included."""
BAR_SHARE_MIN = 0.02
CONTENT_SHARE_MIN = 0.3
"""A content of a smaller share of a side is not believed."""
SEAM_MIN = 4.0
"""How much detail rises across a seam, times how much its edge stands out. Blurred sides of 18 clips
gave 4.8 to 102, the clips themselves at most 2.9."""
SEAM_EDGE_MIN = 3.0
SEAM_NEAR = 4
"""Columns compared on each side of a seam."""
SEAM_AROUND = 10
FRAMES_COMPARED = 16
"""Frames among those given that are looked at for bars and seams: they stand still."""
_LEVEL = 0.2
"""Grey levels added to both sides of a ratio, so that none is of nothing."""


def contents_of(greys: list[Grey]) -> tuple[Rectangle, ...]:
    """What bars or blurred sides may leave of all `greys`, likeliest first; the whole frame is the last.

    Bars are rows or columns of one colour in every frame. Blurred sides hold less detail than
    the middle and end in a seam at the same place from both sides. A wrong rectangle costs a
    look-up in vain.
    """
    stack = np.stack(greys[:: -(-len(greys) // FRAMES_COMPARED)])
    contents: list[Rectangle] = []
    for found in (_between_bars(stack), _between_seams(stack)):
        if not any(found.is_near(known) for known in (WHOLE, *contents)):
            contents.append(found)
    return (*contents, WHOLE)


def _between_bars(stack: NDArray[np.uint8]) -> Rectangle:
    height, width = stack.shape[1:]
    deviations = _deviations(stack)
    top, bottom = _inside(deviations)
    left, right = _inside(_deviations(_turned(stack[:, top:bottom])))
    if (bottom - top) < CONTENT_SHARE_MIN * height or (right - left) < CONTENT_SHARE_MIN * width:
        return WHOLE
    return Rectangle(
        left=left / width if left > BAR_SHARE_MIN * width else 0.0,
        top=top / height if top > BAR_SHARE_MIN * height else 0.0,
        right=right / width if width - right > BAR_SHARE_MIN * width else 1.0,
        bottom=bottom / height if height - bottom > BAR_SHARE_MIN * height else 1.0,
    )


def _turned(stack: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(stack.transpose(0, 2, 1))


def _inside(deviations: NDArray[np.float32]) -> tuple[int, int]:
    """First and last line (exclusive) that is not of one colour in nearly all frames."""
    lines = np.flatnonzero(np.percentile(deviations, 90, axis=0) > BAR_DEVIATION_MAX)
    return (0, deviations.shape[1]) if len(lines) == 0 else (int(lines[0]), int(lines[-1]) + 1)


def _between_seams(stack: NDArray[np.uint8]) -> Rectangle:
    share = _seam_share(stack)
    if share > 0:
        return Rectangle(left=share, right=1 - share)
    share = _seam_share(_turned(stack))
    return Rectangle(top=share, bottom=1 - share) if share > 0 else WHOLE


def _seam_share(stack: NDArray[np.uint8]) -> float:
    """Share of the width that lies outside a seam on each side, 0.0 if there is no seam."""
    width = stack.shape[2]
    detail, edge = _detail_and_edge(stack)
    rise = np.minimum(_rise(detail), _rise(detail[::-1]))
    stands_out = np.minimum(_stands_out(edge), _stands_out(edge[::-1]))
    score = np.where(stands_out >= SEAM_EDGE_MIN, rise * stands_out, 0.0)
    score[: max(width // 20, SEAM_NEAR + 2)] = 0.0
    score[int(width * (1 - CONTENT_SHARE_MIN) / 2) :] = 0.0
    cut = int(np.argmax(score))
    return (cut - 1 + int(np.argmax(edge[cut - 2 : cut + 2]))) / width if score[cut] >= SEAM_MIN else 0.0


def _rise(detail: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each column, how much detail rises there from the left."""
    width = len(detail)
    summed = np.concatenate(((0.0,), np.cumsum(detail)))
    cut = np.arange(width)
    first, last = np.minimum(cut + 1, width), np.minimum(cut + 1 + SEAM_NEAR, width)
    inside = (summed[last] - summed[first]) / SEAM_NEAR
    first, last = np.maximum(cut - 1 - SEAM_NEAR, 0), np.maximum(cut - 1, 0)
    outside = np.maximum((summed[last] - summed[first]) / SEAM_NEAR, summed[last] / np.maximum(last, 1))
    rise: NDArray[np.float64] = (inside + _LEVEL / 4) / (outside + _LEVEL / 4)
    return rise


def _stands_out(edge: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each column, how much the strongest edge beside it stands out of those around."""
    near = np.lib.stride_tricks.sliding_window_view(np.pad(edge, (2, 2), "edge"), 4).max(axis=1)
    padded = np.pad(edge, (SEAM_AROUND, SEAM_AROUND), "edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * SEAM_AROUND), axis=1)
    stands_out: NDArray[np.float64] = near / (around + _LEVEL)
    return stands_out


@numba.njit(cache=True, nogil=True)
def _deviations(stack):  # type: ignore[no-untyped-def]
    """Standard deviation of each line of each frame, (frames, lines)."""
    frames, lines, width = stack.shape
    deviations = np.empty((frames, lines), np.float32)
    for frame in range(frames):
        for line in range(lines):
            total = np.int64(0)
            squares = np.int64(0)
            for x in range(width):
                level = np.int64(stack[frame, line, x])
                total += level
                squares += level * level
            mean = total / width
            deviations[frame, line] = np.sqrt(max(0.0, squares / width - mean * mean))
    return deviations


@numba.njit(cache=True, nogil=True)
def _detail_and_edge(stack):  # type: ignore[no-untyped-def]
    """Of each column over all frames: mean second difference downwards, mean step to the next column."""
    frames, height, width = stack.shape
    # Blurring removes second differences, and slow shading has none.
    detail = np.zeros(width, np.int64)
    edge = np.zeros(width, np.int64)
    for frame in range(frames):
        for y in range(1, height - 1):
            for x in range(width):
                level = np.int32(stack[frame, y, x])
                detail[x] += abs(np.int32(stack[frame, y - 1, x]) + np.int32(stack[frame, y + 1, x]) - 2 * level)
        for y in range(height):
            for x in range(width - 1):
                edge[x] += abs(np.int32(stack[frame, y, x + 1]) - np.int32(stack[frame, y, x]))
    return detail / (frames * max(1, height - 2)), edge[: width - 1] / (frames * height)


def warm() -> None:
    """Compile or load the kernel for the type of a plane, so that nothing is compiled in the sandbox."""
    _shrunk(np.zeros((2 * SHORT_SIDE_MIN, 300), np.uint8), 280)
    contents_of([np.zeros((SHORT_SIDE_MIN, 2 * SHORT_SIDE_MIN), np.uint8)] * 3)
