"""Both fingerprints of a picture given as the lowest frequencies of its blocks, without a pixel.

The weights of PDQ's samples are turned into frequencies instead of these into pixels; what is dropped is
what the samples average out. Frequencies of one block lie side by side, and eight of them are worked on at
once. That is said outright, in the compiler's own language: of rows so short numba makes loops of one number at
a time. Whoever calls these few functions sees that what they name lies within its array.
"""

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from clew.media.pdq import (
    SIDE_HASHED_MIN,
    ZIGZAG,
    Bits,
    Frequencies,
    Lowest,
    PicturePdq,
    Weights,
    centred_of_samples,
    pixel_weights,
    reference_of_samples,
)

AXES_KEPT_MAX = 512
"""Weights of that many sides are remembered, about 20 kB each."""
EIGHT = 8
_FAST = ("fast",)
_FLOAT = ir.FloatType()

Fold = Callable[..., tuple[Bits, int, float, Bits, int, Lowest]]


def fingerprint_frequencies(frequencies: Frequencies, full_size: tuple[int, int]) -> PicturePdq | None:
    """Reference and centred PDQ of a (height, width) picture, the latter of all eight turns; None for one too small.

    As many frequencies of each block are kept as `_FOLDS` knows.
    """
    if min(full_size) < SIDE_HASHED_MIN:
        return None
    height, width = full_size
    # The weights' places are taken unlooked at: they are those of these blocks or of no picture.
    if (-(-height // EIGHT), -(-width // EIGHT)) != (frequencies.rows, frequencies.columns):
        raise ValueError("the blocks are those of another size")
    kept_each, side = len(frequencies.steps), frequencies.side
    rows, reference_quality, margin, centred, centred_quality, lowest = _FOLDS[kept_each](
        frequencies.kept, frequencies.stride, frequencies.across, frequencies.down, frequencies.steps,
        frequencies.columns,
        _axis(height, side, kept_each, 0, False), _axis(height, side, kept_each, 0, True),
        _axis(width, side, kept_each, 1, False), _axis(width, side, kept_each, 1, True),
    )  # fmt: skip
    return PicturePdq(
        reference=rows[:1],
        reference_quality=int(reference_quality),
        centred=centred,
        centred_quality=int(centred_quality),
        lowest=lowest,
        margin=float(margin),
    )


def warm() -> None:
    """Compile or load every loop with the types used, so that nothing is compiled in the sandbox."""
    for kept_each in _FOLDS:
        kept, steps = np.ones(4 * kept_each, np.int16), np.ones(kept_each, np.float32)
        blocks = Frequencies(kept=kept, stride=kept_each, across=1, down=1, steps=steps, rows=2, columns=2, side=6)
        fingerprint_frequencies(blocks, (16, 16))


@lru_cache(AXES_KEPT_MAX)
def _axis(full: int, side: int, kept_each: int, direction: int, is_centred: bool) -> Weights:
    """Weights of the frequencies that are kept of each block of 8 pixels, from those of the pixels.

    `direction` is 0 down the picture and 1 across it. For each of 64 samples: its first block, how many blocks
    it sums, and the weights of their frequencies, each block's in the zigzag's order with zeros behind them.
    """
    first, count, weight = pixel_weights(full, is_centred=is_centred)
    of_lane = ZIGZAG[:kept_each, direction].copy()
    return cast("Weights", _frequency_weights(first, count, weight, side, of_lane, _lanes(kept_each)))


@numba.njit(cache=True, nogil=True)
def _frequency_weights(first, count, weight, side, of_lane, lanes):  # type: ignore[no-untyped-def]
    """Weights of pixels as weights of frequencies: their products with the cosines of each block.

    `of_lane` tells which frequency of this direction lies in which place. Source of the cosines: ITU-T T.81,
    A.3.3. Pixels beyond the picture, in the last block, have no weight.
    """
    first_of = np.zeros(64, np.int64)
    count_of = np.zeros(64, np.int64)
    for i in range(64):
        if count[i]:
            first_of[i] = first[i] // 8
            count_of[i] = (first[i] + count[i] - 1) // 8 - first_of[i] + 1
    weight_of = np.zeros((64, count_of.max() * lanes), np.float32)
    of_frequency = np.empty(side, np.float32)
    for i in range(64):
        for block in range(count_of[i]):
            of_frequency[:] = 0
            for pixel in range(8):
                k = (first_of[i] + block) * 8 + pixel - first[i]
                if 0 <= k < count[i]:
                    for u in range(side):
                        cosine = np.cos((2 * pixel + 1) * u * np.pi / 16) * (np.sqrt(0.125) if u == 0 else 0.5)
                        of_frequency[u] += weight[i, k] * cosine
            for lane in range(of_lane.shape[0]):
                weight_of[i, block * lanes + lane] = of_frequency[of_lane[lane]]
    return first_of, count_of, weight_of


def _lanes(kept_each: int) -> int:
    """Places for so many frequencies of a block: eights."""
    return -(-kept_each // EIGHT) * EIGHT


def _code_of_place(context, builder, kind, array, at, several, of=_FLOAT):  # type: ignore[no-untyped-def]
    """Pointer to `several` numbers at once of `array` from `at` on."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), ir.VectorType(of, several).as_pointer())


_place = cast("Callable[..., ir.Value]", _code_of_place)


def _pieces(several: int) -> list[tuple[int, int]]:
    """Beginning and length of pieces of 16, 8, 4, 2 and 1 that make up so many."""
    pieces, at = [], 0
    while at < several:
        length = min(16, 1 << ((several - at).bit_length() - 1))
        pieces.append((at, length))
        at += length
    return pieces


def _laying(kept_each: int) -> Callable[..., None]:
    """Of a block whose frequencies begin at `kept[at]`, times their steps: numbers from `line[to]` on."""

    def lay(typing, line, to, kept, at, steps):  # type: ignore[no-untyped-def] # noqa: ARG001
        def code(context, builder, signature, values):  # type: ignore[no-untyped-def]
            for begin, length in _pieces(kept_each):
                shift = ir.Constant(ir.IntType(64), begin)
                source = builder.add(values[3], shift)
                whole = builder.load(
                    _place(context, builder, signature.args[2], values[2], source, length, ir.IntType(16)), align=2
                )
                step = builder.load(_place(context, builder, signature.args[4], values[4], shift, length), align=4)
                number = builder.fmul(builder.sitofp(whole, step.type), step)
                target = builder.add(values[1], shift)
                builder.store(number, _place(context, builder, signature.args[0], values[0], target, length), align=4)
            return context.get_dummy_value()

        return types.void(line, types.uint64, kept, types.uint64, steps), code

    return cast("Callable[..., None]", intrinsic(lay))


def _weighing(lanes: int, *, is_first: bool) -> Callable[..., None]:
    """A block's frequencies from `line[at]` on, times the weights from `weight[of]` on, are added to `total[at]`.

    The first ones are put there.
    """

    def weigh(typing, total, line, at, weight, of):  # type: ignore[no-untyped-def] # noqa: ARG001
        def code(context, builder, signature, values):  # type: ignore[no-untyped-def]
            for begin in range(0, lanes, EIGHT):
                shift = ir.Constant(ir.IntType(64), begin)
                here, there = builder.add(values[2], shift), builder.add(values[4], shift)
                part = builder.load(_place(context, builder, signature.args[1], values[1], here, EIGHT), align=4)
                share = builder.load(_place(context, builder, signature.args[3], values[3], there, EIGHT), align=4)
                target = _place(context, builder, signature.args[0], values[0], here, EIGHT)
                weighed = builder.fmul(part, share, flags=_FAST)
                if not is_first:
                    weighed = builder.fadd(builder.load(target, align=4), weighed, flags=_FAST)
                builder.store(weighed, target, align=4)
            return context.get_dummy_value()

        return types.void(total, line, types.uint64, weight, types.uint64), code

    return cast("Callable[..., None]", intrinsic(weigh))


def _code_of_product(typing, total, at, weight, of, eights):  # type: ignore[no-untyped-def] # noqa: ARG001
    """Sum of the products of so many eights from `total[at]` and from `weight[of]` on."""

    def code(context, builder, signature, values):  # type: ignore[no-untyped-def]
        several = ir.VectorType(_FLOAT, EIGHT)
        nought = ir.Constant(several, [0.0] * EIGHT)
        summed = cgutils.alloca_once_value(builder, nought)  # type: ignore[no-untyped-call]
        with cgutils.for_range(builder, values[4]) as loop:
            shift = builder.mul(loop.index, ir.Constant(ir.IntType(64), EIGHT))
            here, there = builder.add(values[1], shift), builder.add(values[3], shift)
            part = builder.load(_place(context, builder, signature.args[0], values[0], here, EIGHT), align=4)
            share = builder.load(_place(context, builder, signature.args[2], values[2], there, EIGHT), align=4)
            product = builder.fmul(part, share, flags=_FAST)
            builder.store(builder.fadd(builder.load(summed), product, flags=_FAST), summed)
        one = builder.load(summed)
        while one.type.count > 1:  # halves are added to one another until one number is left
            half = one.type.count // 2
            nothing = ir.Constant(one.type, ir.Undefined)
            low, high = (
                builder.shuffle_vector(
                    one, nothing, ir.Constant(ir.VectorType(ir.IntType(32), half), list(range(begin, begin + half)))
                )
                for begin in (0, half)
            )
            one = builder.fadd(low, high, flags=_FAST)
        return builder.extract_element(one, ir.Constant(ir.IntType(32), 0))

    return types.float32(total, types.uint64, weight, types.uint64, types.int64), code


_product = cast("Callable[..., np.float32]", intrinsic(_code_of_product))


lay = put = add = cast("Callable[..., None]", None)
lanes = eights = 0
"""Nothing yet: `_folding` gives each `_fold` its own."""


def _fold(kept, stride, across, down, steps, columns, y_axis, centred_y, x_axis, centred_x):  # type: ignore[no-untyped-def]
    """Bits of both windows and their qualities: see `reference_of_samples`, with its margin, and `centred_of_samples`.

    Sample by sample down the picture: the few rows of blocks that it counts are added up, and of the sum
    the 64 samples of its row are made while it is near. Rows are laid out as numbers once, in a ring of
    as many as the samples of one row reach.
    """
    ring = 1
    for i in range(64):
        begin = min(y_axis[0][i], centred_y[0][i])
        ring = max(ring, y_axis[0][i] + y_axis[1][i] - begin, centred_y[0][i] + centred_y[1][i] - begin)
    lines = np.zeros(ring * columns * lanes, np.float32)
    total = np.zeros(columns * lanes, np.float32)
    samples = np.zeros((2, 64, 64), np.float32)
    squares = (columns + across - 1) // across
    ahead = np.uint64(down * across * stride)
    laid = 0
    for i in range(64):
        for window in range(2):
            first, count, weight = y_axis if window == 0 else centred_y
            while laid < first[i] + count[i]:
                above = (laid // down) * squares * down + laid % down
                begin = laid % ring * columns
                for right in range(across):
                    at = np.uint64((above * across + right) * stride)
                    for x in range(right, columns, across):
                        lay(lines, np.uint64((begin + x) * lanes), kept, at, steps)
                        at += ahead
                laid += 1
            for y in range(count[i]):
                begin = (first[i] + y) % ring * columns * lanes
                line = lines[begin : begin + columns * lanes]
                of = np.uint64(i * weight.shape[1] + y * lanes)
                if y == 0:
                    for x in range(columns):
                        put(total, line, np.uint64(x * lanes), weight, of)
                else:
                    for x in range(columns):
                        add(total, line, np.uint64(x * lanes), weight, of)
            first, count, weight = x_axis if window == 0 else centred_x
            for j in range(64):
                of = np.uint64(j * weight.shape[1])
                samples[window, j, i] = _product(total, np.uint64(first[j] * lanes), weight, of, count[j] * eights)
    bits, quality, margin = reference_of_samples(samples[0])
    centred_bits, centred_quality, lowest = centred_of_samples(samples[1])
    lowest[0, 0] += np.float32(128)  # a JPEG counts its grey from the middle (T.81, A.3.1)
    return bits, quality, margin, centred_bits, centred_quality, lowest


def _folding(kept_each: int) -> Fold:
    """The loop that folds blocks of which so many frequencies are kept.

    They are global to it and not of a closure: numba knows what it compiled by all that a closure holds, and these
    are others in every process, so that each process would compile it anew, and keep that beside all others.
    """
    of_lanes = _lanes(kept_each)
    given = {
        "lay": _laying(kept_each),
        "put": _weighing(of_lanes, is_first=True),
        "add": _weighing(of_lanes, is_first=False),
        "lanes": of_lanes,
        "eights": of_lanes // EIGHT,
    }
    made = FunctionType(_fold.__code__, globals() | given)
    made.__qualname__ = f"_fold_{kept_each}"  # under which it is kept
    return cast("Fold", numba.njit(cache=True, nogil=True)(made))


_FOLDS = {kept_each: _folding(kept_each) for kept_each in (6, 10, 21)}
"""By how many frequencies of a block are kept: those of the first three, four and six diagonals."""
