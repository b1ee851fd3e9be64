"""The entropy-coded data of a plain JPEG, read for its lowest luma frequencies only; everything else is skipped.

A picture of 12 megapixels spends nine tenths of its decoding on Huffman codes, and PDQ needs nearly
none of what they say. So pixels are never made: of luma the lowest frequencies are kept, of chroma
nothing is. One look-up in a table of 4,096 entries takes several codes at once, and the whole scan is
one walk without a branch that depends on the picture: where a block ends is the one thing that cannot
be foretold, and a wrong guess costs as much as three look-ups.

Whatever is unusual (an invalid code, a block too long, data too short or too long, a marker out of
place) ends the walk with no answer, and another decoder judges the picture. Memory is safe by
construction: numba checks no bounds, so each address is bounded by its mask, by the size of its
table or by the count of blocks, as said where it is used; each step takes at least one bit.

Source: ITU-T T.81 (1992), "JPEG", clauses F.1.2 and F.2.2 (Huffman coding of sequential scans), C.2
(codes of a table), B.1.1.5 (stuffed bytes), E.2.4 (restarts).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from clew.media.jpeg_frame import BLOCK, Codes, Frame
from clew.media.limits import MIB
from clew.media.pdq import ZIGZAG, Frequencies, Grey

Answer = TypeVar("Answer")

LOOKED_BITS = 12
"""Bits looked at in one look-up. Tables of 12 stay in the first-level cache, those of 14 do not."""
TAKEN_BITS_MAX = 19
"""Bits that one look-up may take: three of them fit the 57 that a refill leaves at least."""
LOOK_UPS_A_REFILL = 3
REFILLS = 2
"""In one turn of a reader: its state is loaded and stored once a turn."""
FEW = LOOK_UPS_A_REFILL * REFILLS
"""Blocks that one turn may end. So many are read code by code at the end of an interval, so that no turn leaves it."""
DC_SIZE_MAX = 11
AC_SIZE_MAX = 10
"""Bits of a difference and of a coefficient. Source: T.81, tables F.1 and F.2, for 8-bit samples."""
CODE_BITS_MAX = 16
MEAN_MAX = 8 * 128
"""Eight times how far a mean can lie from grey; its rounding adds a step at most."""
_EOI = 0xD9
PADDING_BYTES = 32
"""Room behind the data: a turn begins within it, takes 15 bytes at most, and reads 8 from there on."""
WAYS = 2
"""Readers of one interval at a time, each of its own part. A look-up waits for the one before it, so that one
reader leaves the processor idle half of the time."""
BEGINNINGS_MAX = 8
"""Bytes that a reader tries to begin at: of 69 places in photographs 8 led to what is no code at the first."""
SPLIT_BYTES_MIN = 4096
"""A shorter interval is read by one reader."""
NOTED_MAX = 32
"""MCUs by which a reader that began anywhere is met; of 69 places in photographs the farthest was met at the ninth."""
CLEARED_AHEAD = 1024
"""Places that hold zeros before a turn begins: more than the blocks of one turn and an MCU more."""
ROOM_KEPT_BYTES_MAX = 16 * MIB
"""Larger files than that are rare, and their memory is given back."""
TABLES_KEPT_MAX = 32
"""Sets of tables remembered, of up to 150 kB: most cameras write the same ones into every picture."""

_BASE, _POSITION, _K, _ROW, _MEAN, _OUT, _LEFT, _CLEARED = range(8)
"""State of a reader: its table, its bit, the coefficients of its block so far, its row of the plan, the mean so far,
where the places of its MCU begin, the blocks left to it, and up to where the places hold zeros."""
_BEHIND, _TO_REST, _TO_KEPT, _OWN, _BEGINS, _MOVES, _WRAPPED, _KIND = range(8)
"""Columns of the plan, which has a row for each block of an MCU: see `_plan`."""
_PLAN_COLUMNS = 8
_TAKEN_MASK, _END_BIT, _ENDS_MASK = 127, 7, 7
_END = 1 << _END_BIT
_ADVANCE_BIT, _ADVANCE_MASK, _FIRST_BIT, _FIRST_MASK, _VALUE_BIT, _VALUE_MASK = 10, 127, 18, 7, 21, 0x7FF
_VALUE_SIZE_MAX = 10
# An entry of a fast table, from its lowest bit: 7 of bits taken, 3 of blocks ended, 7 of coefficients advanced, one
# for a value that does not show, 3 of signed value of the coefficient where it begins, 11 of signed value of the one
# where it ends. The lowest two fields of one turn's entries are summed up in one addition.
_SLOW = BLOCK << _ADVANCE_BIT
"""An entry that the table cannot answer: it leads out of any block, to the reading code by code."""
_LONG = 1 << 17
"""An entry whose code shows and whose value does not, which holds the size of that instead: it leads out of any block
too, by as many coefficients as a block has more than it advances."""
_U, _U32 = np.uint64, np.uint32

_KEPT_MAX = [int(np.count_nonzero(ZIGZAG.sum(axis=1) <= diagonals)) - 1 for diagonals in range(15)]
"""The last place in the zigzag's order of those whose row and column add up to so much at most."""

Tables = tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]
"""Look-up tables of each of n kinds of component, luma first: fast, limits, offsets, symbols.

Shapes: `fast` (3 n << 12,): of each kind that for the difference, for coefficients that are kept and
    for those that are not. `limits` and `offsets` (2 n, 17) and `symbols` (2 n, 256) hold the codes one by
    one, of each kind those of differences and of coefficients.
"""


def _code_of_eight_bytes(typing, array, at):  # type: ignore[no-untyped-def] # noqa: ARG001
    """The 8 bytes of `array` from `at` on, the first one highest. The caller sees that they are there."""

    def code(context, builder, signature, values):  # type: ignore[no-untyped-def]
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        place = builder.bitcast(builder.gep(data, [values[1]]), ir.IntType(64).as_pointer())
        return builder.bswap(builder.load(place, align=1))

    return types.uint64(array, types.uint64), code


_eight_bytes = cast("Callable[..., np.uint64]", intrinsic(_code_of_eight_bytes))


def _code_of_put_eight_bytes(typing, array, at, value):  # type: ignore[no-untyped-def] # noqa: ARG001
    """Write `value` as the 8 bytes of `array` from `at` on, highest first. The caller sees that there is room."""

    def code(context, builder, signature, values):  # type: ignore[no-untyped-def]
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        place = builder.bitcast(builder.gep(data, [values[1]]), ir.IntType(64).as_pointer())
        builder.store(builder.bswap(values[2]), place, align=1)
        return context.get_dummy_value()

    return types.void(array, types.uint64, types.uint64), code


_put_eight_bytes = cast("Callable[..., None]", intrinsic(_code_of_put_eight_bytes))


@numba.njit(cache=True, nogil=True)
def _unstuff(source, begin, data, begins):  # type: ignore[no-untyped-def]
    """Copy the scan that begins at `begin` without its stuffed zeros and restart markers.

    Answers how many bytes were copied, how many restart intervals there are, and where in `source`
    the marker lies that ends the scan, -1 if there is none or a restart marker is out of order.
    `begins` gets the first byte of each interval and, behind them, the end.
    `data` holds all of `source` and 8 bytes; each step writes no more than it reads.
    """
    size = source.shape[0]
    low, high = _U(0x0101010101010101), _U(0x8080808080808080)
    at, to, intervals = begin, 0, 1
    begins[0] = 0
    while True:
        while at + 8 <= size:
            eight = _eight_bytes(source, _U(at))
            if ((~eight - low) & eight & high) != _U(0):  # one of them may be 0xFF, and if one is, then this
                break
            _put_eight_bytes(data, _U(to), eight)
            at += 8
            to += 8
        while at < size and source[at] != 0xFF:
            data[to] = source[at]
            at += 1
            to += 1
        if at + 1 >= size:
            return to, intervals, -1
        marker = source[at + 1]
        if marker == 0:
            data[to] = 0xFF
            at += 2
            to += 1
        elif 0xD0 <= marker <= 0xD7:
            if marker - 0xD0 != (intervals - 1) % 8 or intervals >= begins.shape[0] - 1:
                return to, intervals, -1
            begins[intervals] = to
            intervals += 1
            at += 2
        else:
            begins[intervals] = to
            return to, intervals, at


@numba.njit(cache=True, nogil=True)
def _list_codes(counts, codes, limits, offsets, symbols, short):  # type: ignore[no-untyped-def]
    """Lay one table out by length, and by its first 12 bits; False if its codes are not prefix-free.

    `limits[n]` is the first 16 bits behind the codes of length n, `offsets[n]` what leads from the first
    n bits to the place in `symbols`; `short` is length << 8 | symbol, 0 for a longer code or none.
    Source: T.81, C.2; no code may be all ones.
    """
    code, count = 0, 0
    short[:] = 0
    for length in range(1, CODE_BITS_MAX + 1):
        offsets[length] = count - code
        for _ in range(counts[length - 1]):
            if count >= codes.shape[0]:
                return False
            symbols[count] = codes[count]
            if length <= LOOKED_BITS:
                first = code << (LOOKED_BITS - length)
                behind = (code + 1) << (LOOKED_BITS - length)
                if behind > (1 << LOOKED_BITS):
                    return False
                short[first:behind] = length << 8 | codes[count]
            code += 1
            count += 1
        if counts[length - 1] and code >= (1 << length):
            return False
        limits[length] = code << (CODE_BITS_MAX - length)
        code <<= 1
    return True


@numba.njit(cache=True, nogil=True)
def _tell_skipped(short, fast):  # type: ignore[no-untyped-def]
    """Entries of coefficients that nobody wants: as many codes as show, up to the end of the block.

    The bits of a coefficient need not show, only its code: they are stepped over unseen.
    """
    for index in range(1 << LOOKED_BITS):
        taken, advance, end = 0, 0, 0
        while taken < LOOKED_BITS and not end:
            entry = short[(index << taken) & ((1 << LOOKED_BITS) - 1)]
            length, run, size = entry >> 8, (entry >> 4) & 15, entry & 15
            if length == 0 or taken + length > LOOKED_BITS or taken + length + size > TAKEN_BITS_MAX:
                break
            if size > AC_SIZE_MAX or (size == 0 and 0 < run < 15):
                break
            taken += length + size
            if size == 0 and run == 0:
                end = 1
            else:
                advance += run + 1
            if advance >= BLOCK:
                taken = 0
                break
        # An end alone advances too: the zero of where it leads to must not lie over the last that is kept.
        fast[index] = taken | end * _END | max(advance, end) << _ADVANCE_BIT if taken else _SLOW


@numba.njit(cache=True, nogil=True)
def _tell_kept(short, fast):  # type: ignore[no-untyped-def]
    """Entries of coefficients that are kept: two with their values where they show, else one; and the end of the block.

    Of two the first is the next coefficient and 1 to 3 levels, as most are that are not zero.
    """
    for index in range(1 << LOOKED_BITS):
        entry = short[index]
        taken, run, size = entry >> 8, (entry >> 4) & 15, entry & 15
        if taken == 0 or taken + size > TAKEN_BITS_MAX or size > AC_SIZE_MAX or (size == 0 and 0 < run < 15):
            fast[index] = _SLOW
        elif taken + size > LOOKED_BITS:
            fast[index] = (taken + size) | _SLOW + ((run + 1) << _ADVANCE_BIT) | _LONG | size << _VALUE_BIT
        elif size == 0 and run == 0:
            fast[index] = taken | _END | 1 << _ADVANCE_BIT  # what it keeps is a zero where one is
        else:
            taken += size
            first, advance = 0, run + 1
            value = _shown(index, taken, size)
            if run == 0 and 1 <= size <= 2:
                second = short[(index << taken) & ((1 << LOOKED_BITS) - 1)]
                length, run, size = second >> 8, (second >> 4) & 15, second & 15
                is_code = length > 0 and (0 < size <= AC_SIZE_MAX or second & 0xFF == 0xF0)
                if is_code and taken + length + size <= LOOKED_BITS:
                    taken += length + size
                    first, advance, value = value, advance + run + 1, _shown(index, taken, size)
            length = _length_of_end(short, index, taken)
            values = (first & _FIRST_MASK) << _FIRST_BIT | (value & _VALUE_MASK) << _VALUE_BIT
            fast[index] = (taken + length) | (_END if length else 0) | advance << _ADVANCE_BIT | values


@numba.njit(cache=True, nogil=True)
def _tell_differences(short, skipped, fast, is_wanted, is_dc_only, coefficients):  # type: ignore[no-untyped-def]
    """Entries of differences: with their value if it is wanted, and as much of the rest as is not kept."""
    for index in range(1 << LOOKED_BITS):
        entry = short[index]
        taken, size = entry >> 8, entry & 0xFF
        fast[index] = _SLOW
        if taken == 0 or size > (_VALUE_SIZE_MAX if is_wanted else DC_SIZE_MAX) or taken + size > TAKEN_BITS_MAX:
            continue
        taken += size
        value, advance, end = 0, 1, 0
        if taken <= LOOKED_BITS:
            if is_wanted:
                value = _shown(index, taken, size)
            if is_dc_only:
                # What does not show is zeros in one and ones in the other: where both agree it matters not.
                low = skipped[(index << taken) & ((1 << LOOKED_BITS) - 1)]
                next_ = skipped[((index << taken) | ((1 << taken) - 1)) & ((1 << LOOKED_BITS) - 1)]
                if low == next_ and low < _SLOW and taken + (low & 63) <= TAKEN_BITS_MAX:
                    taken += low & 63
                    advance += low >> _ADVANCE_BIT
                    end = low & _END
            else:
                length = _length_of_end(coefficients, index, taken)
                taken += length
                end = _END if length else 0
        elif is_wanted:
            advance, value = 1 + BLOCK, size
            end = _LONG
        fast[index] = taken | end | advance << _ADVANCE_BIT | (value & _VALUE_MASK) << _VALUE_BIT


@numba.njit(cache=True, nogil=True)
def _extended(bits, size):  # type: ignore[no-untyped-def]
    """The signed value of `size` bits. Source: T.81, F.2.2.1, EXTEND."""
    return bits if size == 0 or bits >> (size - 1) else bits - (1 << size) + 1


@numba.njit(cache=True, nogil=True)
def _shown(index, taken, size):  # type: ignore[no-untyped-def]
    """The signed value of the last `size` of the first `taken` bits of an index of a table."""
    return _extended((index >> (LOOKED_BITS - taken)) & ((1 << size) - 1), size)


@numba.njit(cache=True, nogil=True)
def _with_value(entry, word):  # type: ignore[no-untyped-def]
    """A long entry with its value in the place of the value's size; `word` begins with its code."""
    size = _U(entry >> _U32(_VALUE_BIT))  # 1 at least, for what does not show
    ones = (_U(1) << size) - _U(1)
    bits = (word >> (_U(64) - _U(entry & _U32(63)))) & ones
    is_negative = ((bits >> (size - _U(1))) & _U(1)) - _U(1)  # as ones or zeros: whichever it is cannot be foretold
    value = np.int64(bits) - np.int64(ones & is_negative)
    return (entry & _U32(_TAKEN_MASK)) | _U32(value & _VALUE_MASK) << _U32(_VALUE_BIT)


@numba.njit(cache=True, nogil=True)
def _length_of_end(short, index, taken):  # type: ignore[no-untyped-def]
    """Length of the code that ends the block, if it shows whole behind `taken` bits; else 0."""
    if taken >= LOOKED_BITS:
        return 0
    entry = short[(index << taken) & ((1 << LOOKED_BITS) - 1)]
    length = entry >> 8
    return length if length and entry & 0xFF == 0 and taken + length <= LOOKED_BITS else 0


@numba.njit(cache=True, nogil=True)
def _tabulate(counts, codes, has_means_only, fast, limits, offsets, symbols):  # type: ignore[no-untyped-def]
    """Fill the tables of every kind; False if one is invalid. `counts` and `codes` have two rows a kind."""
    short = np.empty((2, 1 << LOOKED_BITS), np.int64)
    for kind in range(counts.shape[0] // 2):
        for part in range(2):
            row = 2 * kind + part
            if not _list_codes(counts[row], codes[row], limits[row], offsets[row], symbols[row], short[part]):
                return False
        for size in symbols[2 * kind, : np.int64(counts[2 * kind].sum())]:
            if size > CODE_BITS_MAX - 1:  # libjpeg refuses the table, be the code used or not
                return False
        first = 3 * kind << LOOKED_BITS
        difference = fast[first : first + (1 << LOOKED_BITS)]
        kept = fast[first + (1 << LOOKED_BITS) : first + (2 << LOOKED_BITS)]
        skipped = fast[first + (2 << LOOKED_BITS) : first + (3 << LOOKED_BITS)]
        _tell_skipped(short[1], skipped)
        _tell_kept(short[1], kept)
        _tell_differences(short[0], skipped, difference, kind == 0, kind > 0 or has_means_only, short[1])
    return True


@numba.njit(cache=True, nogil=True)
def _code_at(data, position, k, row, limits, offsets, symbols):  # type: ignore[no-untyped-def]
    """One code read carefully: bits it takes (0 if it is none), coefficients it advances, its value, end of block.

    The caller sees that 8 bytes lie behind `position`; a code with its value takes at most 27 bits.
    """
    word = _eight_bytes(data, position >> _U(3)) << (position & _U(7))
    next_16 = np.int64(word >> _U(48))
    length = 1
    while length <= CODE_BITS_MAX and next_16 >= limits[row, length]:
        length += 1
    if length > CODE_BITS_MAX:
        return 0, 0, 0, False
    # A code below the limit of its length is one of the at most 256 listed; the mask says so to a reader.
    symbol = np.int64(symbols[row, ((next_16 >> (CODE_BITS_MAX - length)) + offsets[row, length]) & 0xFF])
    run, size = (0, symbol) if k == 0 else (symbol >> 4, symbol & 15)
    if size > (DC_SIZE_MAX if k == 0 else AC_SIZE_MAX):
        return 0, 0, 0, False
    bits = np.int64((word << _U(length)) >> _U(1) >> _U(63 - size))
    if k and size == 0:
        if run == 0:
            return length, 0, 0, True
        if run != 15:
            return 0, 0, 0, False
    return length + size, run + 1, _extended(bits, size), False


@numba.njit(cache=True, nogil=True)
def _read_one_code(states, way, data, context, exact):  # type: ignore[no-untyped-def]
    """Let a reader take one code carefully, which its table could not answer; False if it is odd."""
    _fast, plan, place, kept, kept_last = context
    limits, offsets, symbols = exact
    position, k, row, out = states[way, _POSITION], states[way, _K], states[way, _ROW], states[way, _OUT]
    kind = np.int64(plan[row + _U(_KIND)])
    table = 2 * kind + (1 if k else 0)
    bits, coefficients, amount, is_end = _code_at(data, position, k, table, limits, offsets, symbols)
    k_after = k + _U(coefficients)
    if bits == 0 or k_after > _U(BLOCK):
        return False
    if kind == 0 and coefficients:
        at = out + plan[row + _U(_BEGINS)]
        if kept_last > _U(0):
            kept[at + place[k_after - _U(1)]] = amount
        elif k == _U(0):
            mean = np.int64(states[way, _MEAN]) + amount
            kept[at] = mean
            states[way, _MEAN] = _U(mean)
    states[way, _POSITION] = position + _U(bits)
    base = plan[row + _U(_BEHIND)]
    if is_end or k_after == _U(BLOCK):
        here, k_after = row + _U(_PLAN_COLUMNS), _U(0)
        states[way, _LEFT] -= _U(1)
        states[way, _OUT] = out + plan[here + _U(_MOVES)]
        states[way, _ROW] = plan[here + _U(_WRAPPED)]
    else:
        base ^= plan[row + _U(_TO_REST)]
        if k_after <= kept_last:
            base ^= plan[row + _U(_TO_KEPT)]
    states[way, _BASE], states[way, _K] = base, k_after
    return True


@numba.njit(cache=True, nogil=True)
def _advance(entry):  # type: ignore[no-untyped-def]
    """By how many coefficients an entry advances."""
    return _U((entry >> _U32(_ADVANCE_BIT)) & _U32(_ADVANCE_MASK))


@numba.njit(cache=True, nogil=True)
def _first(entry):  # type: ignore[no-untyped-def]
    """Value of the coefficient where an entry begins; of a single one a zero that is true or is written over."""
    return np.int32(entry << _U32(29 - _FIRST_BIT)) >> np.int32(29)


@numba.njit(cache=True, nogil=True)
def _value(entry):  # type: ignore[no-untyped-def]
    """Value of the coefficient where an entry ends."""
    return np.int32(entry) >> np.int32(_VALUE_BIT)


@numba.njit(cache=True, nogil=True)
def _goes_on(entry):  # type: ignore[no-untyped-def]
    """All ones where an entry does not end its block, else 0."""
    return _U((entry >> _U32(_END_BIT)) & _U32(1)) - _U(1)


@numba.njit(cache=True, nogil=True)
def _run_two(states, goals, data, context, exact):  # type: ignore[no-untyped-def] # noqa: PLR0915
    """Let two readers that keep more than means go on side by side, as `_runner` says: look-up by look-up.

    Each waits for its own look-up before, and the one fills the time of the other: of turns one after the other
    the processor does not see far enough ahead. The look-up is written out twice, for what numba inlines it
    counts as taken and given back each time.
    """
    fast, plan, place, kept, kept_last = context
    while True:
        for way in range(WAYS):
            if states[way, _POSITION] >= goals[way] or states[way, _LEFT] <= _U(FEW):
                return way
            if states[way, _OUT] + _U(CLEARED_AHEAD) > states[way, _CLEARED]:
                cleared = states[way, _CLEARED]
                for ahead in range(2 * CLEARED_AHEAD):
                    kept[cleared + _U(ahead)] = 0
                states[way, _CLEARED] = cleared + _U(2 * CLEARED_AHEAD)
        base, k, row, out = states[0, _BASE], states[0, _K], states[0, _ROW], states[0, _OUT]
        base_b, k_b, row_b, out_b = states[1, _BASE], states[1, _K], states[1, _ROW], states[1, _OUT]
        bit, bit_b = states[0, _POSITION], states[1, _POSITION]
        word = _eight_bytes(data, bit >> _U(3)) << (bit & _U(7))
        word_b = _eight_bytes(data, bit_b >> _U(3)) << (bit_b & _U(7))
        here, here_b = row, row_b
        odd = -1
        for _ in range(LOOK_UPS_A_REFILL):
            entry = fast[base + (word >> _U(64 - LOOKED_BITS))]
            k_after = k + _advance(entry)
            if k_after >= _U(BLOCK):
                k_after -= _U(BLOCK)
                if (entry & _U32(_LONG)) == _U32(0) or k_after >= _U(BLOCK):
                    odd = 0
                    break
                entry = _with_value(entry, word)
            taken = _U(entry) & _U(63)
            word <<= taken
            bit += taken
            at = out + plan[here + _U(_BEGINS)]
            kept[at + place[k]] = _first(entry)
            kept[at + place[k_after - _U(1)]] = _value(entry)
            goes_on = _goes_on(entry)
            base = plan[here + _U(_BEHIND)] ^ (plan[here + _U(_TO_REST)] & goes_on)
            base ^= plan[here + _U(_TO_KEPT)] & goes_on & (_U(0) - _U(k_after <= kept_last))
            k = k_after & goes_on
            here += _U((entry >> _U32(_END_BIT - 3)) & _U32(_PLAN_COLUMNS))
            entry = fast[base_b + (word_b >> _U(64 - LOOKED_BITS))]
            k_after = k_b + _advance(entry)
            if k_after >= _U(BLOCK):
                k_after -= _U(BLOCK)
                if (entry & _U32(_LONG)) == _U32(0) or k_after >= _U(BLOCK):
                    odd = 1
                    break
                entry = _with_value(entry, word_b)
            taken = _U(entry) & _U(63)
            word_b <<= taken
            bit_b += taken
            at = out_b + plan[here_b + _U(_BEGINS)]
            kept[at + place[k_b]] = _first(entry)
            kept[at + place[k_after - _U(1)]] = _value(entry)
            goes_on = _goes_on(entry)
            base_b = plan[here_b + _U(_BEHIND)] ^ (plan[here_b + _U(_TO_REST)] & goes_on)
            base_b ^= plan[here_b + _U(_TO_KEPT)] & goes_on & (_U(0) - _U(k_after <= kept_last))
            k_b = k_after & goes_on
            here_b += _U((entry >> _U32(_END_BIT - 3)) & _U32(_PLAN_COLUMNS))
        states[0, _BASE], states[0, _K], states[0, _ROW] = base, k, plan[here + _U(_WRAPPED)]
        states[0, _LEFT] -= (here - row) >> _U(3)
        states[0, _OUT] = out + plan[here + _U(_MOVES)]
        states[0, _POSITION] = bit
        states[1, _BASE], states[1, _K], states[1, _ROW] = base_b, k_b, plan[here_b + _U(_WRAPPED)]
        states[1, _LEFT] -= (here_b - row_b) >> _U(3)
        states[1, _OUT] = out_b + plan[here_b + _U(_MOVES)]
        states[1, _POSITION] = bit_b
        if odd >= 0 and not _read_one_code(states, odd, data, context, exact):
            return -1 - odd


def _runner(*, keeps_more: bool, is_single: bool) -> Callable[..., int]:  # noqa: PLR0915
    """The loop of the walk, compiled for what it keeps, means only or more, and for stopping at each MCU or not.

    One function, for what another one is given numba counts as taken and given back, at the cost of a look-up.
    """
    refills, look_ups = (1, 1) if is_single else (REFILLS, LOOK_UPS_A_REFILL)
    few = refills * look_ups

    @numba.njit(cache=True, nogil=True)
    def run(states, first, behind, goals, left_min, data, context, exact):  # type: ignore[no-untyped-def] # noqa: PLR0912, PLR0915
        """Let the readers `first` to `behind` take turns until one has come to its goal, or has few blocks left.

        Answers which one; -1 less its number if it met something odd.
        """
        fast, plan, place, kept, kept_last = context
        while True:
            for way in range(first, behind):
                position, left = states[way, _POSITION], states[way, _LEFT]
                if position >= goals[way] or left <= left_min:
                    return way
                base, k, row = states[way, _BASE], states[way, _K], states[way, _ROW]
                mean, out = np.int64(states[way, _MEAN]), states[way, _OUT]
                if keeps_more and out + _U(CLEARED_AHEAD) > states[way, _CLEARED]:
                    cleared = states[way, _CLEARED]
                    for ahead in range(2 * CLEARED_AHEAD):
                        kept[cleared + _U(ahead)] = 0
                    states[way, _CLEARED] = cleared + _U(2 * CLEARED_AHEAD)
                here = row
                total = _U32(0)
                # The last codes of an interval are read one by one, so that no look-up leaves it.
                is_known = left > _U(few)
                if is_known:
                    for _ in range(refills):
                        bit = position + _U(total & _U32(_TAKEN_MASK))
                        word = _eight_bytes(data, bit >> _U(3)) << (bit & _U(7))
                        for _ in range(look_ups):
                            entry = fast[base + (word >> _U(64 - LOOKED_BITS))]
                            k_after = k + _U((entry >> _U32(_ADVANCE_BIT)) & _U32(_ADVANCE_MASK))
                            is_known = k_after < _U(BLOCK)
                            if not is_known:
                                k_after -= _U(BLOCK)
                                is_known = (entry & _U32(_LONG)) != _U32(0) and k_after < _U(BLOCK)
                                if not is_known:
                                    break
                                entry = _with_value(entry, word)
                            word <<= _U(entry) & _U(63)
                            total += entry
                            value = np.int32(entry) >> np.int32(_VALUE_BIT)
                            at = out + plan[here + _U(_BEGINS)]
                            goes_on = _U((entry >> _U32(_END_BIT)) & _U32(1)) - _U(1)
                            base = plan[here + _U(_BEHIND)] ^ (plan[here + _U(_TO_REST)] & goes_on)
                            if keeps_more:
                                # Where there is but one value, this is a zero that is true or is written over.
                                first_value = np.int32(entry << _U32(32 - 3 - _FIRST_BIT)) >> np.int32(29)
                                kept[at + place[k]] = first_value
                                kept[at + place[k_after - _U(1)]] = value
                                base ^= plan[here + _U(_TO_KEPT)] & goes_on & (_U(0) - _U(k_after <= kept_last))
                            else:
                                mean += value
                                kept[at] = mean
                            k = k_after & goes_on
                            here = row + _U((total >> _U32(_END_BIT - 3)) & _U32(_ENDS_MASK << 3))
                        if not is_known:
                            break
                    position += _U(total & _U32(_TAKEN_MASK))
                states[way, _LEFT] = left - ((here - row) >> _U(3))
                states[way, _OUT] = out + plan[here + _U(_MOVES)]
                row = plan[here + _U(_WRAPPED)]
                states[way, _BASE], states[way, _POSITION], states[way, _K], states[way, _ROW] = base, position, k, row
                states[way, _MEAN] = _U(mean)
                if not is_known and not _read_one_code(states, way, data, context, exact):
                    return -1 - way
                if is_single and states[way, _ROW] == _U(0) and states[way, _K] == _U(0):
                    return way

    return cast("Callable[..., int]", run)


_run_means, _run_more = _runner(keeps_more=False, is_single=False), _runner(keeps_more=True, is_single=False)
_step_means, _step_more = _runner(keeps_more=False, is_single=True), _runner(keeps_more=True, is_single=True)


@numba.njit(cache=True, nogil=True)
def _run(states, first, behind, goals, left_min, data, context, exact):  # type: ignore[no-untyped-def]
    """Let readers take turns: see `_runner`."""
    if context[4] > _U(0):
        return _run_more(states, first, behind, goals, left_min, data, context, exact)
    return _run_means(states, first, behind, goals, left_min, data, context, exact)


@numba.njit(cache=True, nogil=True)
def _run_both(states, goals, data, context, exact):  # type: ignore[no-untyped-def]
    """Let the two readers of an interval go on until one has come to its goal: see `_runner`."""
    if context[4] > _U(0):
        return _run_two(states, goals, data, context, exact)
    return _run_means(states, 0, WAYS, goals, _U(FEW), data, context, exact)


@numba.njit(cache=True, nogil=True)
def _step(states, first, behind, goals, left_min, data, context, exact):  # type: ignore[no-untyped-def]
    """Let a reader go on to the next MCU: see `_runner`."""
    if context[4] > _U(0):
        return _step_more(states, first, behind, goals, left_min, data, context, exact)
    return _step_means(states, first, behind, goals, left_min, data, context, exact)


@numba.njit(cache=True, nogil=True)
def _start(states, way, plan, position, out, blocks):  # type: ignore[no-untyped-def]
    """Let a reader begin an MCU at a bit."""
    states[way, _BASE], states[way, _POSITION], states[way, _K], states[way, _ROW] = plan[_OWN], position, 0, 0
    states[way, _MEAN], states[way, _OUT], states[way, _LEFT], states[way, _CLEARED] = 0, out, blocks, out


@numba.njit(cache=True, nogil=True)
def _join(states, way, goals, log, noted, blocks, sizes, data, context, exact):  # type: ignore[no-untyped-def]
    """Let the first reader read on until it stands where reader `way` once stood, and take over what that one has read.

    What follows depends on the bit, the block of the MCU and the tables alone, so the two are one from there.
    1 if so, 0 if the two never met, -1 if anything is odd.
    """
    at = 0
    while at < noted:
        if states[0, _ROW] == _U(0) and states[0, _K] == _U(0):
            while at < noted and log[at, 0] < states[0, _POSITION]:
                at += 1
            if at < noted and log[at, 0] == states[0, _POSITION]:
                break
        if at == noted or states[0, _LEFT] <= _U(FEW):
            return 0
        if _step(states, 0, 1, goals[way:], _U(FEW), data, context, exact) < 0:
            return -1
        if states[0, _POSITION] >= goals[way]:
            return 0
    if at == noted:
        return 0
    phases, stride, places_of_mcu = sizes
    since = _U(blocks) - states[way, _LEFT] - _U(at) * phases
    if since > states[0, _LEFT]:
        return -1
    kept = context[3]
    source, target = log[at, 2], states[0, _OUT]
    places = states[way, _OUT] - source + places_of_mcu
    shift = states[0, _MEAN] - log[at, 1]
    for place in range(places):
        kept[target + _U(place)] = kept[source + _U(place)]
    for block in range(places // stride if context[4] == _U(0) else _U(0)):
        kept[target + _U(block) * stride] += np.int16(np.int64(shift))
    for field in (_POSITION, _BASE, _K, _ROW):
        states[0, field] = states[way, field]
    states[0, _CLEARED] = max(states[0, _CLEARED], target + places)
    states[0, _MEAN] = states[way, _MEAN] + shift
    states[0, _LEFT] -= since
    states[0, _OUT] = target + states[way, _OUT] - source
    return 1


@numba.njit(cache=True, nogil=True)
def _note(states, way, goals, log, data, context, exact):  # type: ignore[no-untyped-def]
    """Let a reader that began anywhere note where its MCUs begin, to be met there; how many it noted."""
    for noted in range(log.shape[0]):
        log[noted, 0], log[noted, 1], log[noted, 2] = states[way, _POSITION], states[way, _MEAN], states[way, _OUT]
        if _step(states, way, way + 1, goals, _U(FEW), data, context, exact) < 0:
            return 0
        if states[way, _ROW] != _U(0) or states[way, _K] != _U(0):
            return noted + 1
    return log.shape[0]


@numba.njit(cache=True, nogil=True)
def _walk(data, begin, end, blocks, sizes, context, exact, to, region):  # type: ignore[no-untyped-def]
    """Read one restart interval of `blocks` blocks; whether it was whole and nothing odd."""
    ways = WAYS if end - begin >= SPLIT_BYTES_MIN else 1
    plan, few = context[1], _U(FEW)
    states = np.empty((WAYS, 8), np.uint64)
    logs = np.empty((WAYS, NOTED_MAX, 3), np.uint64)
    noted = np.zeros(WAYS, np.int64)
    goals = np.empty(WAYS, np.uint64)
    for way in range(ways):
        first = begin + (end - begin) * way // ways
        # 8 bytes before the end even a reader astray reads no byte behind it.
        goals[way] = _U(begin + (end - begin) * (way + 1) // ways - 8) << _U(3)
        _start(states, way, plan, _U(first) << _U(3), _U(region * way) if way else _U(to), _U(blocks))
        for attempt in range(BEGINNINGS_MAX if way else 0):
            first += attempt
            _start(states, way, plan, _U(first) << _U(3), _U(region * way), _U(blocks))
            noted[way] = _note(states, way, goals, logs[way], data, context, exact)
            if noted[way]:
                break
    arrived = _run_both(states, goals, data, context, exact) if ways > 1 else 0
    if arrived < 0:
        noted[-1 - arrived] = 0
    for way in range(ways if ways > 1 else 0):
        if (way == 0 or noted[way]) and _run(states, way, way + 1, goals, few, data, context, exact) < 0:
            noted[way] = 0
    for way in range(1, ways):
        joined = _join(states, way, goals, logs[way], noted[way], blocks, sizes, data, context, exact)
        if joined < 0:
            return False
        if joined == 0 and _run(states, 0, 1, goals[way:], few, data, context, exact) < 0:
            return False
    last = _U(end) << _U(3)
    goals[0] = last + _U(1)
    if _run(states, 0, 1, goals, _U(0), data, context, exact) < 0:
        return False
    return states[0, _LEFT] == _U(0) and states[0, _POSITION] <= last and last - states[0, _POSITION] < _U(8)


@numba.njit(cache=True, nogil=True)
def _walk_all(data, begins, blocks_each, blocks, sizes, context, exact, region):  # type: ignore[no-untyped-def]
    """Read all restart intervals; whether each was whole and nothing odd."""
    phases, _stride, places_of_mcu = sizes
    left = blocks
    for interval in range(begins.shape[0] - 1):
        now = min(left, blocks_each)  # the last interval may be shorter
        to = (blocks - left) // np.int64(phases) * np.int64(places_of_mcu)
        if not _walk(data, begins[interval], begins[interval + 1], now, sizes, context, exact, to, region):
            return False
        left -= now
    return left == 0


@numba.njit(cache=True, nogil=True)
def _sum_up(kept, stride, blocks, blocks_each, step):  # type: ignore[no-untyped-def]
    """Make means of the differences that were kept of `blocks` luma blocks; False if one leaves black and white.

    No pixels follow that could be cut to 0 to 255, as those of a picture whose bits have turned must be.
    Source: T.81, F.1.1.5.1 and F.2.1.3.1.
    """
    mean, until = 0, 0
    is_sane = True
    for block in range(blocks):
        if block == until:
            mean, until = 0, until + blocks_each
        at = _U(block * stride)
        mean += int(kept[at])
        kept[at] = mean
        is_sane &= abs(mean * step) <= MEAN_MAX + step
    return is_sane


@numba.njit(cache=True, nogil=True)
def _lay_out_means(kept, stride, across, down, step, grey):  # type: ignore[no-untyped-def]
    """The mean of each luma block, as a picture at 1/8; False if one leaves black and white.

    To the bit what libjpeg makes of them: divided by 8 and rounded, 128 added, cut to 0 to 255.
    Source: libjpeg-turbo, jidctred.c, jpeg_idct_1x1.
    A sum kept in 16 bits cannot have gone round unseen: it moves by 2,047 at a time, and of the blocks of an
    MCU that lie outside of the picture no more than three follow one another.
    """
    rows, columns = grey.shape
    mcus_a_row = (columns + across - 1) // across
    is_sane = True
    for y in range(rows):
        mcu = (y // down) * mcus_a_row
        line = grey[y]
        for right in range(across):
            block = (mcu * down + y % down) * across + right
            for x in range(right, columns, across):
                mean = np.int32(kept[_U(block * stride)])
                is_sane &= abs(mean * step) <= MEAN_MAX + step
                line[x] = min(max(((mean * step + 4) >> 3) + 128, 0), 255)
                block += down * across
    return is_sane


@lru_cache(TABLES_KEPT_MAX)
def _plan(of_block: tuple[int, ...], luma: int, stride: int, has_means_only: bool) -> NDArray[np.uint64]:
    """What the walk needs to know of each block of an MCU, and of the few behind it that one turn reaches.

    In a row: the table behind the block's end, what makes of that the table of coefficients that are skipped,
    what makes of that the one of those that are kept; its own table of differences; where its places
    begin in those of its MCU; by how much those of the MCU it lies in are farther on; its row in the
    first MCU; and the kind of its component.
    """
    phases = len(of_block)
    rows: list[int] = []
    for phase in range(phases + FEW):
        kind, behind = of_block[phase % phases], of_block[(phase + 1) % phases]
        number = phase % phases
        begins = (phase // phases * luma + min(number, luma)) * stride
        wanted = 1 if kind == 0 and not has_means_only else 2
        after, differences, kept, rest = (
            one << LOOKED_BITS for one in (3 * behind, 3 * kind, 3 * kind + wanted, 3 * kind + 2)
        )
        moves = phase // phases * luma * stride
        rows += [after, after ^ rest, rest ^ kept, differences, begins, moves, number * _PLAN_COLUMNS, kind]
    return np.array(rows, np.uint64)


@lru_cache(TABLES_KEPT_MAX)
def _tables(kinds: tuple[tuple[Codes, Codes], ...], has_means_only: bool) -> Tables | None:
    """The tables of each kind of component, luma first; None if one is invalid."""
    several = [one for kind in kinds for one in kind]
    counts = np.frombuffer(b"".join(one.counts for one in several), np.uint8).reshape(-1, CODE_BITS_MAX)
    codes = np.frombuffer(b"".join(one.symbols.ljust(256, b"\0") for one in several), np.uint8).reshape(-1, 256)
    fast = np.zeros(3 * len(kinds) << LOOKED_BITS, np.uint32)
    limits = np.zeros((len(several), CODE_BITS_MAX + 1), np.int64)
    offsets = np.zeros((len(several), CODE_BITS_MAX + 1), np.int64)
    symbols = np.zeros((len(several), 256), np.uint8)
    is_valid = _tabulate(counts, codes, has_means_only, fast, limits, offsets, symbols)
    return (fast, limits, offsets, symbols) if is_valid else None


@lru_cache(TABLES_KEPT_MAX)
def _tables_and_plan(
    codes: tuple[tuple[Codes, Codes], ...], luma: int, stride: int, has_means_only: bool
) -> tuple[Tables | None, NDArray[np.uint64], int]:
    """The tables of a picture's components, the plan, and how many blocks an MCU has: what one look finds again."""
    kinds = (codes[0], *dict.fromkeys(codes[1:]))
    of_block = (0,) * luma + tuple(kinds.index(one, 1) for one in codes[1:])
    return _tables(kinds, has_means_only), _plan(of_block, luma, stride, has_means_only), len(of_block)


@lru_cache(None)
def _place(kept_max: int) -> NDArray[np.uint64]:
    """Where in its block's places a coefficient goes: its own number, or the last place if it is not kept."""
    place = np.full(BLOCK, kept_max + 1, np.uint64)
    place[: kept_max + 1] = np.arange(kept_max + 1)
    return place


class _Room:
    """Memory that one walk uses, kept for the next: fresh pages cost as much as a tenth of the walk."""

    def __init__(self) -> None:
        self.data = np.empty(1 << 20, np.uint8)
        self.kept = np.empty(1 << 18, np.int16)

    def grow(self, data_bytes: int, places: int) -> None:
        if len(self.data) < data_bytes:
            self.data = np.empty(data_bytes, np.uint8)
        if len(self.kept) < places:
            self.kept = np.empty(places, np.int16)


_rooms: list[_Room] = []


def read_scan(
    untrusted: bytes, frame: Frame, diagonals: int, then: Callable[[Frequencies], Answer]
) -> Grey | Answer | None:
    """The lowest frequencies of the luma of a plain JPEG; None if anything in its scan is odd.

    Of each block the coefficients are kept whose row and column add up to `diagonals` at most. With 0 that is
    the mean alone, and the answer is the picture at 1/8; else it is what `then` makes of the frequencies, which
    lie in memory that the next picture uses.
    """
    room = _rooms.pop() if _rooms else _Room()
    try:
        return _read(untrusted, frame, diagonals, then, room)
    finally:
        if len(room.data) + 2 * len(room.kept) <= ROOM_KEPT_BYTES_MAX:
            _rooms.append(room)


def _read(
    untrusted: bytes, frame: Frame, diagonals: int, then: Callable[[Frequencies], Answer], room: _Room
) -> Grey | Answer | None:
    across, down = frame.sampling
    mcus = -(-frame.width // (8 * across)) * -(-frame.height // (8 * down))
    kept_max = _KEPT_MAX[diagonals]
    stride = kept_max + 2
    tables, plan, of_mcu = _tables_and_plan(frame.codes, across * down, stride, diagonals == 0)
    blocks = mcus * of_mcu
    # A block takes two bits at least.
    if tables is None or blocks * 2 > 8 * (len(untrusted) - frame.scan_at):
        return None
    region = (mcus + 1) * across * down * stride + 3 * CLEARED_AHEAD
    room.grow(len(untrusted) + PADDING_BYTES, WAYS * region)
    each = frame.restart_interval or mcus
    begins = np.empty(-(-mcus // each) + 1, np.int64)
    source = np.frombuffer(untrusted, np.uint8)
    _copied, intervals, ended_at = _unstuff(source, frame.scan_at, room.data, begins)
    if ended_at < 0 or untrusted[ended_at + 1] != _EOI or intervals != len(begins) - 1:
        return None
    kept = room.kept
    sizes = np.uint64(of_mcu), np.uint64(stride), np.uint64(across * down * stride)
    context = tables[0], plan, _place(kept_max), kept, np.uint64(kept_max)
    is_whole = _walk_all(room.data, begins, each * of_mcu, blocks, sizes, context, tables[1:], region)
    if not is_whole:
        return None
    rows, columns = -(-frame.height // 8), -(-frame.width // 8)
    if diagonals == 0:
        grey = np.empty((rows, columns), np.uint8)
        return grey if _lay_out_means(kept, stride, across, down, frame.steps[0], grey) else None
    if not _sum_up(kept, stride, mcus * across * down, each * across * down, frame.steps[0]):
        return None
    return then(
        Frequencies(
            kept=kept, stride=stride, across=across, down=down, rows=rows, columns=columns,
            steps=np.frombuffer(frame.steps, np.uint8)[: kept_max + 1].astype(np.float32),
            side=min(diagonals + 1, 8),
        )
    )  # fmt: skip


def warm() -> None:
    """Compile or load every loop with the types used, so that nothing is compiled in the sandbox."""
    # Grey, 8 x 8, one table each: a code of one bit for a difference of 0, one for the end of the block.
    ends = Codes(counts=b"\1".ljust(CODE_BITS_MAX, b"\0"), symbols=b"\0")
    frame = Frame(
        width=8, height=8, sampling=(1, 1), steps=bytes([1] * BLOCK), codes=((ends, ends),),
        restart_interval=0, scan_at=0,
    )  # fmt: skip
    for diagonals in (0, 1):
        if read_scan(b"\x3f\xff\xd9", frame, diagonals, lambda found: found.side) is None:
            raise AssertionError("the block of the warming is whole")
