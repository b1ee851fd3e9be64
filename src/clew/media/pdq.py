"""PDQ fingerprints of a grey picture: as the reference computes them, centred, and of all eight turns.

PDQ's filter (two box passes a direction, then 64 x 64 samples) is linear and separable, so its
64 x 64 picture is `Wy . grey . Wx^T` with weights known from the size alone. One pass over the
pixels instead of four, and the weights can be folded onto a picture decoded at 1/8 to 7/8: each
reduced pixel then stands for the source pixels it was made of, and 0 to 2 bits change.

Source of the steps: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm" (2019). What is ours: the folding, and the centred window.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numba
import numpy as np
from numpy.typing import NDArray

from clew.domain.fingerprint import BYTES, Transform

Grey = NDArray[np.uint8]
"""(height, width), 0 black to 255 white."""
Bits = NDArray[np.uint8]
"""(…, 32): 256 bits, most significant first, the last coefficient first (as pdqhash gives them)."""
Lowest = NDArray[np.float32]
"""(12, 12), row by column: the lowest frequencies of the centred samples, the mean first, in levels of grey."""
Weights = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
"""For each of 64 samples: its first pixel, how many pixels it sums, and their weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """A picture as the lowest frequencies of its blocks of 8 x 8 pixels, up to a grey that all share.

    Shapes: `kept` int16, one after the other: `stride` numbers of each block, first its frequencies in the
        zigzag's order, each to be multiplied by its one of `steps` to be that of the orthonormal DCT. Blocks
        come in squares of `across` x `down`, the squares row by row. `rows` and `columns` count the blocks
        of the picture; squares may reach beyond. `side` frequencies are kept in each direction at most.
    """

    kept: NDArray[np.int16]
    stride: int
    across: int
    down: int
    steps: NDArray[np.float32]
    rows: int
    columns: int
    side: int


SAMPLES = 64
FREQUENCIES = 16
LOWEST = 12
SIDE_HASHED_MIN = 5
"""A shorter side has no PDQ; the reference answers quality 0 for it (MIN_HASHABLE_DIM)."""
AXES_KEPT_MAX = 1024
"""Weights of that many sides are remembered, about 6 kB each."""

EIGHTHS = 8

TURNS: tuple[Transform, ...] = (
    Transform.NONE,
    Transform.FLIP_VERTICAL,
    Transform.FLIP_HORIZONTAL,
    Transform.ROTATE_180,
    Transform.TRANSPOSE,
    Transform.ROTATE_90,
    Transform.ROTATE_270,
    Transform.TRANSVERSE,
)
"""Order in which the kernel makes the eight: four mirrors, then the transposition of each.

A transform T is what is done to the *query* to lay it over what was found: the row of T is the
fingerprint of T(query). ROTATE_90 turns clockwise, FLIP_HORIZONTAL swaps left and right,
FLIP_VERTICAL swaps top and bottom, TRANSPOSE swaps rows and columns, TRANSVERSE does so over
the other diagonal. A copy that someone turned clockwise is therefore found by ROTATE_270.
"""

_DCT = (
    np.sqrt(2.0 / SAMPLES)
    * np.cos(np.pi / (2 * SAMPLES) * np.arange(1, FREQUENCIES + 1)[:, None] * (2 * np.arange(SAMPLES) + 1))
).astype(np.float32)
_ROWS_OF_TURNS = np.array(TURNS, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePdq:
    """Both fingerprints of one picture; row t of each is that of `Transform(t)`, row 0 the stored one.

    Shapes: `centred` is (8, 32), `reference` too, or (1, 32) where its turns were not asked for;
        `lowest` as `lowest_of` gives it.
    Qualities are 0 to 100. `margin` tells how sure the reference's bits are, as `reference_of_samples` does, where that
    was asked.
    """

    reference: Bits
    reference_quality: int
    centred: Bits
    centred_quality: int
    lowest: Lowest
    margin: float = math.inf


def fingerprint_grey(
    grey: Grey, full_size: tuple[int, int] | None = None, *, turns_reference: bool = True
) -> PicturePdq | None:
    """Reference and centred PDQ of a picture and of its eight turns; None if a side is under 5 pixels.

    `full_size` is (height, width) of the picture that `grey` was reduced from, if it was: then
    the reference bits are those of the full picture, within 2 bits at quality 50 and above.

    The reference rows are the reference's bits of the picture *really* turned: its window is
    lopsided, and turning only the coefficients (as pdqhash.compute_dihedral does) moves it.
    """
    height, width = full_size or grey.shape
    if min(height, width, *grey.shape) < SIDE_HASHED_MIN:
        return None
    pixels, columns = _rows_in_memory(grey)
    eighths = _eighths((height, width), grey.shape)
    sides = (False, True) if turns_reference else (False,)
    ys = tuple(_axis(height, grey.shape[0], eighths, backwards) for backwards in sides)
    xs = tuple(_axis(width, grey.shape[1], eighths, backwards) for backwards in sides)
    if turns_reference:
        rows, reference_quality = _reference_eight(pixels, columns, ys, xs)
        reference = cast("Bits", rows)
    else:
        rows, reference_quality = _reference_one(pixels, columns, ys[0], xs[0])
        reference = cast("Bits", rows)[:1]
    centred, centred_quality, lowest = _centred_of(grey, full_size)
    return PicturePdq(
        reference=reference,
        reference_quality=int(reference_quality),
        centred=centred,
        centred_quality=centred_quality,
        lowest=lowest,
    )


def frame_pdq(grey: Grey, full_size: tuple[int, int] | None = None) -> tuple[Bits, int]:
    """Centred PDQ of one frame, (32,), and its quality; zeros and 0 if a side is under 5 pixels.

    `grey` may be a view of the luma plane with padded rows; it is not copied.
    """
    rows, quality = frame_pdq_dihedral(grey, full_size)
    return rows[0], quality


def frame_pdq_dihedral(grey: Grey, full_size: tuple[int, int] | None = None) -> tuple[Bits, int]:
    """Centred PDQ of the eight turns of one frame, (8, 32) in the order of `Transform`, and its quality.

    The centred window is a tent as wide as a sample (half a sample each side of its middle), of
    fractional width: it neither moves with the size of the picture nor leans to a side, so the
    same picture at another size keeps its bits, and the turns are exact.
    """
    if min(grey.shape) < SIDE_HASHED_MIN:
        return np.zeros((len(TURNS), BYTES), np.uint8), 0
    rows, quality, _lowest = _centred_of(grey, full_size)
    return rows, quality


def lowest_of(grey: Grey) -> Lowest | None:
    """The lowest frequencies of a picture's samples, of which a preview is made; None if a side is under 5 pixels."""
    return None if min(grey.shape) < SIDE_HASHED_MIN else _centred_of(grey, None)[2]


def _centred_of(grey: Grey, full_size: tuple[int, int] | None) -> tuple[Bits, int, Lowest]:
    height, width = full_size or grey.shape
    pixels, columns = _rows_in_memory(grey)
    eighths = _eighths((height, width), grey.shape)
    y = _centred_axis(height, grey.shape[0], eighths)
    x = _centred_axis(width, grey.shape[1], eighths)
    rows, quality, lowest = _centred_eight(pixels, columns, y, x)
    return cast("Bits", rows), int(quality), cast("Lowest", lowest)


def warm() -> None:
    """Compile or load every kernel with the types used, so that nothing is compiled in the sandbox."""
    grey = np.add.outer(np.arange(96, dtype=np.uint8), np.arange(80, dtype=np.uint8))
    fingerprint_grey(grey)
    fingerprint_grey(grey, (192, 160))
    fingerprint_grey(grey, turns_reference=False)
    frame_pdq(grey[:, :64])
    reference_of_colours(np.stack((grey, grey, grey), axis=2))


def _rows_in_memory(grey: Grey) -> tuple[Grey, int]:
    """`grey` as the one array type that the kernels are compiled for, and how many columns count.

    A plane with padded rows is seen with its padding. Read-only, because numba compiles again
    for a writeable array, and nothing may be compiled in the sandbox.
    """
    height, width = grey.shape
    stride, step = grey.strides
    if step != 1 or stride < width or height < 2:
        grey, stride = np.ascontiguousarray(grey), width
    if stride > width:
        # The last row's padding may lie outside the buffer; it is never read: `width` columns are.
        grey = np.lib.stride_tricks.as_strided(grey, (height, stride), (stride, 1))
    view = grey.view()
    view.flags.writeable = False
    return view, width


def _eighths(full: tuple[int, int], reduced: tuple[int, ...]) -> int:
    """The m for which JPEG's reduced decode at m/8 makes `reduced` of `full`; 0 for another reduction."""
    for m in range(1, EIGHTHS + 1):
        if all(-(-n * m // EIGHTHS) == r for n, r in zip(full, reduced, strict=True)):
            return m
    return 0


@lru_cache(AXES_KEPT_MAX)
def _axis(full: int, reduced: int, eighths: int, backwards: bool) -> Weights:
    pixels_each = EIGHTHS / eighths if eighths else full / reduced
    return cast("Weights", _reference_weights(full, reduced, pixels_each, backwards))


def pixel_weights(full: int, *, is_centred: bool) -> Weights:
    """Weights of the samples of one window over a side of so many pixels."""
    found = _centred_weights(full, full, 1.0) if is_centred else _reference_weights(full, full, 1.0, False)
    return cast("Weights", found)


@lru_cache(AXES_KEPT_MAX)
def _centred_axis(full: int, reduced: int, eighths: int) -> Weights:
    pixels_each = EIGHTHS / eighths if eighths else full / reduced
    return cast("Weights", _centred_weights(full, reduced, pixels_each))


ZIGZAG = np.array(
    sorted(
        ((row, column) for row in range(8) for column in range(8)),
        key=lambda at: (sum(at), at[0] if sum(at) % 2 else at[1]),
    ),
    np.int64,
)
"""Row and column of each frequency of a block in the order that JPEG keeps them. Source: T.81, figure A.6."""


@numba.njit(cache=True, nogil=True)
def _reference_weights(full, reduced, pixels_each, backwards):  # type: ignore[no-untyped-def]
    """Weights of the reference's two box passes and decimation, of a side of `full` pixels.

    `backwards` gives those of the side read from its end.
    """
    window = (full + 127) // 128
    ahead = (window + 2) // 2
    behind = window - ahead
    kept_max = int((2 * window + 2) / pixels_each) + 4
    first = np.full(64, reduced, np.int64)
    count = np.zeros(64, np.int64)
    weight = np.zeros((64, kept_max), np.float32)
    for i in range(64):
        middle = int((i + 0.5) * full / 64)
        start = max(0, middle - behind)
        stop = min(full, middle + ahead)
        lowest = max(0, start - behind)
        highest = min(full, stop + ahead - 1)
        summed = np.zeros(highest - lowest + 1, np.float64)
        for j in range(start, stop):
            begin = max(0, j - behind)
            end = min(full, j + ahead)
            share = 1.0 / ((stop - start) * (end - begin))
            summed[begin - lowest] += share
            summed[end - lowest] -= share
        here = 0.0
        last = 0
        first[i] = int((full - highest if backwards else lowest) / pixels_each)
        for j in range(lowest, highest):
            here += summed[j - lowest]
            source = full - 1 - j if backwards else j
            into = min(int(source / pixels_each), reduced - 1)
            edge = (into + 1) * pixels_each
            within = min(1.0, edge - source)
            weight[i, into - first[i]] += here * within
            if within < 1.0 and into + 1 < reduced:
                weight[i, into + 1 - first[i]] += here * (1.0 - within)
                into += 1
            last = max(last, into)
        count[i] = last - first[i] + 1
    return first, count, weight


@numba.njit(cache=True, nogil=True)
def _centred_weights(full, reduced, pixels_each):  # type: ignore[no-untyped-def]
    """Weights of a tent of base full / 64 around the middle of each sample, exact on fractions."""
    half = full / 128.0
    kept_max = int(full / 64 / pixels_each) + 4
    first = np.zeros(64, np.int64)
    count = np.zeros(64, np.int64)
    weight = np.zeros((64, kept_max), np.float32)
    for i in range(64):
        middle = (i + 0.5) * full / 64
        begin = min(int((middle - half) / pixels_each), reduced - 1)
        first[i] = begin
        below = 0.0
        for k in range(kept_max):
            pixel = begin + k
            if pixel >= reduced:
                break
            edge = float(full) if pixel == reduced - 1 else min(float(full), (pixel + 1) * pixels_each)
            t = min(1.0, max(-1.0, (edge - middle) / half))
            # share of the tent that lies below `edge`
            upto = 0.5 * (1 + t) * (1 + t) if t < 0 else 1 - 0.5 * (1 - t) * (1 - t)
            if upto > below:
                weight[i, k] = upto - below
                count[i] = k + 1
            below = upto
    return first, count, weight


@numba.njit(cache=True, nogil=True, fastmath=True)
def _sum_rows(grey, columns, first, count, weight):  # type: ignore[no-untyped-def]
    """The 64 weighted sums of rows, turned to (columns, 64), so that columns add up side by side.

    Four rows at a time, to load each sum less often.
    """
    out = np.zeros((64, columns), np.float32)
    for i in range(64):
        sums = out[i]
        k = 0
        while k + 4 <= count[i]:
            y = first[i] + k
            a, b, c, d = weight[i, k], weight[i, k + 1], weight[i, k + 2], weight[i, k + 3]
            row_a, row_b, row_c, row_d = grey[y], grey[y + 1], grey[y + 2], grey[y + 3]
            for x in range(columns):
                sums[x] += a * row_a[x] + b * row_b[x] + c * row_c[x] + d * row_d[x]
            k += 4
        while k < count[i]:
            a = weight[i, k]
            row_a = grey[first[i] + k]
            for x in range(columns):
                sums[x] += a * row_a[x]
            k += 1
    return np.ascontiguousarray(out.T)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _sum_columns(columns, first, count, weight):  # type: ignore[no-untyped-def]
    """The 64 weighted sums of columns, given as (columns, 64): samples, by column then row."""
    out = np.zeros((64, 64), np.float32)
    for j in range(64):
        sums = out[j]
        for k in range(count[j]):
            w = weight[j, k]
            column = columns[first[j] + k]
            for i in range(64):
                sums[i] += w * column[i]
    return out


@numba.njit(cache=True, nogil=True, fastmath=True)
def _coefficients(samples):  # type: ignore[no-untyped-def]
    """The 16 x 16 lowest frequencies but the mean, by row then column, of samples by column then row."""
    half = np.zeros((16, 64), np.float32)
    for j in range(16):
        for x in range(64):
            w = _DCT[j, x]
            for y in range(64):
                half[j, y] += w * samples[x, y]
    out = np.empty((16, 16), np.float32)
    for k in range(16):
        for j in range(16):
            total = np.float32(0)
            for y in range(64):
                total += half[j, y] * _DCT[k, y]
            out[k, j] = total
    return out


@numba.njit(cache=True, nogil=True)
def _quality(samples):  # type: ignore[no-untyped-def]
    """Sum of the steps between neighbouring samples, each cut to whole percents, over 90, at most 100."""
    total = 0
    for y in range(63):
        for x in range(64):
            total += abs(int((samples[y, x] - samples[y + 1, x]) * np.float32(100) / np.float32(255)))
    for y in range(64):
        for x in range(63):
            total += abs(int((samples[y, x] - samples[y, x + 1]) * np.float32(100) / np.float32(255)))
    return min(total // 90, 100)


@numba.njit(cache=True, nogil=True)
def _pack(several):  # type: ignore[no-untyped-def]
    """Bits of n pictures' coefficients (n, 16, 16) and of their transpositions: (2 n, 32).

    Four are the mirrors of one picture: its eight turns then lie in the order of `Transform`.
    A bit says that a coefficient lies above the (lower) median of the 256.
    """
    count = several.shape[0]
    out = np.zeros((2 * count, 32), np.uint8)
    for p in range(count):
        coefficients = several[p]
        median = np.partition(coefficients.ravel(), 127)[127]
        as_it_is = _ROWS_OF_TURNS[p] if count == 4 else p
        over_diagonal = _ROWS_OF_TURNS[p + 4] if count == 4 else p + count
        for k in range(16):
            for j in range(16):
                if coefficients[k, j] > median:
                    upright = 255 - (16 * k + j)
                    turned = 255 - (16 * j + k)
                    out[as_it_is, upright >> 3] |= np.uint8(128 >> (upright & 7))
                    out[over_diagonal, turned >> 3] |= np.uint8(128 >> (turned & 7))
    return out


@numba.njit(cache=True, nogil=True)
def _centred_eight(grey, columns, y, x):  # type: ignore[no-untyped-def]
    """Bits of the eight turns in the order of `Transform`, from one transform: (8, 32), the quality, and the lowest.

    Mirroring a side turns the sign of its odd frequencies; the table begins at frequency 1.
    """
    return _centred_of_sums(_sum_rows(grey, columns, y[0], y[1], y[2]), x)


@numba.njit(cache=True, nogil=True)
def _centred_of_sums(sums, x):  # type: ignore[no-untyped-def]
    """As `_centred_eight`, of the sums of the rows."""
    return centred_of_samples(_sum_columns(sums, x[0], x[1], x[2]))


@numba.njit(cache=True, nogil=True)
def centred_of_samples(samples):  # type: ignore[no-untyped-def]
    """As `_centred_eight`, of the samples by column then row."""
    upright = _coefficients(samples)
    four = np.empty((4, 16, 16), np.float32)
    for k in range(16):
        for j in range(16):
            c = upright[k, j]
            by_row = -c if k % 2 == 0 else c
            four[0, k, j] = c
            four[1, k, j] = by_row
            four[2, k, j] = -c if j % 2 == 0 else c
            four[3, k, j] = -by_row if j % 2 == 0 else by_row
    return _pack(four), _quality(samples), _lowest(samples, upright)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _lowest(samples, upright):  # type: ignore[no-untyped-def]
    """The lowest frequencies of samples by column then row; `upright` has those that count in both directions."""
    out = np.empty((12, 12), np.float32)
    for k in range(11):
        for j in range(11):
            out[k + 1, j + 1] = upright[k, j] / np.float32(64)
    down = np.zeros(64, np.float32)
    total = np.float32(0)
    for j in range(11):
        out[0, j + 1] = np.float32(0)
    for x in range(64):
        column = np.float32(0)
        for y in range(64):
            column += samples[x, y]
            down[y] += samples[x, y]
        total += column
        for j in range(11):
            out[0, j + 1] += column * _DCT[j, x]
    for j in range(11):
        out[0, j + 1] /= np.float32(512)
        row = np.float32(0)
        for y in range(64):
            row += down[y] * _DCT[j, y]
        out[j + 1, 0] = row / np.float32(512)
    out[0, 0] = total / np.float32(4096)
    return out


@numba.njit(cache=True, nogil=True)
def _reference_one(grey, columns, y, x):  # type: ignore[no-untyped-def]
    """Bits of the picture as it lies, and of its transposition: (2, 32), and the quality."""
    return _reference_of_sums(_sum_rows(grey, columns, y[0], y[1], y[2]), x)


def reference_of_colours(pixels: NDArray[np.uint8]) -> tuple[Bits, int]:
    """Bits (1, 32) and quality of a whole picture of red, green and blue: (height, width, 3).

    Its grey is never made: rounded to whole levels it would be wrong by as much everywhere in an even sky, and the
    reference's is not rounded. The sums of the colours are weighed instead. Source of the weights: ITU-R BT.601.
    """
    height, width, colours = pixels.shape
    side_by_side, _columns = _rows_in_memory(pixels.reshape(height, width * colours))
    rows, quality = _reference_of_three(
        side_by_side, _axis(height, height, EIGHTHS, False), _axis(width, width, EIGHTHS, False)
    )
    return cast("Bits", rows)[:1], int(quality)


@numba.njit(cache=True, nogil=True)
def _reference_of_three(side_by_side, y, x):  # type: ignore[no-untyped-def]
    sums = _sum_rows(side_by_side, side_by_side.shape[1], y[0], y[1], y[2])
    grey = np.empty((sums.shape[0] // 3, 64), np.float32)
    for pixel in range(grey.shape[0]):
        red, green, blue = sums[3 * pixel], sums[3 * pixel + 1], sums[3 * pixel + 2]
        for i in range(64):
            grey[pixel, i] = np.float32(0.299) * red[i] + np.float32(0.587) * green[i] + np.float32(0.114) * blue[i]
    return _reference_of_sums(grey, x)


@numba.njit(cache=True, nogil=True)
def _reference_of_sums(sums, x):  # type: ignore[no-untyped-def]
    """As `_reference_one`, of the sums of the rows."""
    bits, quality, _margin = reference_of_samples(_sum_columns(sums, x[0], x[1], x[2]))
    return bits, quality


@numba.njit(cache=True, nogil=True)
def reference_of_samples(samples):  # type: ignore[no-untyped-def]
    """As `_reference_one`, of the samples by column then row, and how far from the median the fourth nearest lies.

    Bits turn by twos, one from each side of the median: four turn only where four frequencies are as near to it as
    the samples are wrong.
    """
    one = np.empty((1, 16, 16), np.float32)
    one[0] = _coefficients(samples)
    by_size = np.sort(one[0].ravel())
    margin = by_size[131] - by_size[127]
    for below in range(1, 5):
        margin = min(margin, max(by_size[127] - by_size[127 - below], by_size[131 - below] - by_size[127]))
    return _pack(one), _quality(samples), margin


@numba.njit(cache=True, nogil=True)
def _reference_eight(grey, columns, ys, xs):  # type: ignore[no-untyped-def]
    """Bits of the eight turns in the order of `Transform`, each of the turned picture: (8, 32), and the quality.

    `ys` and `xs` hold the weights of a side forwards and backwards: reading a side from its end
    with the same weights is the same as mirroring the picture.
    """
    four = np.empty((4, 16, 16), np.float32)
    samples = np.empty((4, 64, 64), np.float32)
    for p in range(4):
        if p == 0:
            summed = _sum_rows(grey, columns, ys[0][0], ys[0][1], ys[0][2])
        elif p == 2:
            summed = _sum_rows(grey, columns, ys[1][0], ys[1][1], ys[1][2])
        x = xs[p % 2]
        samples[p] = _sum_columns(summed, x[0], x[1], x[2])
    # by mirrors: none, left and right, top and bottom, both; TURNS wants the middle two exchanged
    for p, turn in enumerate((0, 2, 1, 3)):
        four[turn] = _coefficients(samples[p])
    return _pack(four), _quality(samples[0])
