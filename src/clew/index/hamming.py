
"""Exact search within a radius over 256-bit fingerprints: the scan, and the tables that find the same sooner.

Everything here is blind: rows of bits and their positions. Kernels never cap an answer: they
count all of it, write what there is room for, and are asked again with room for all.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from clew.domain.fingerprint import BITS, BYTES
from clew.index.kernel import filled, frozen, given, inner, kernel, lowest_bit, popcount, prefetch
from clew.index.plan import LOW_BITS, LOW_VALUES, Layout

Rows = NDArray[np.uint64]
"""Shape (n, 4): fingerprints as the index holds them, in its own order of bits (`pack`)."""

Counts = NDArray[np.uint32]

BIT_ORDER_SEED = 1
"""Names the one order of bits in use; stored with every segment."""

CANDIDATES_MAX = 512
"""Rows asked from memory before the first of them is looked at."""
BLOCK_ROWS = 512
"""Rows a scan compares with every query while they lie in the nearest cache."""
ROOM = 1024

U = np.uint64
_BITS_GIVEN = given(types.uint8, 2)
_SPREAD_GIVEN = given(types.uint64, 3)
_ROWS_GIVEN = given(types.uint64, 2)
_ROWS_FILLED = filled(types.uint64, 2)
_COUNTS = filled(types.uint32, 1)
_FOUND_FILLED = (filled(types.int64, 1), filled(types.int64, 1), filled(types.uint8, 1))


class Found(NamedTuple):
    """Pairs within the radius, flat and in no order: which query, which row, how many bits apart."""

    query: NDArray[np.int64]
    row: NDArray[np.int64]
    distance: NDArray[np.uint8]


def bit_order(seed: int) -> list[int]:
    """Where the search expects each bit of a fingerprint.

    Neighbouring bits of a PDQ agree more often than chance has it; in one fixed random order
    the worst buckets shrink threefold. Sorted by SHA-256 so that it is the same for ever.
    """
    order = sorted(range(BITS), key=lambda bit: hashlib.sha256(f"{seed}:{bit}".encode()).digest())
    place = [0] * BITS
    for position, bit in enumerate(order):
        place[bit] = position
    return place


def _spread(seed: int) -> NDArray[np.uint64]:
    """Shape (32, 256, 4): the packed row that each value of each byte contributes."""
    table = np.zeros((BYTES, 256, 4), np.uint64)
    for bit, place in enumerate(bit_order(seed)):
        values = [value for value in range(256) if value >> (7 - bit % 8) & 1]
        table[bit // 8, values, place // 64] |= U(1) << U(place % 64)
    return frozen(table)


_SPREAD = _spread(BIT_ORDER_SEED)


@kernel(types.void, _BITS_GIVEN, _SPREAD_GIVEN, _ROWS_FILLED)
def _pack(bits: NDArray[np.uint8], spread: NDArray[np.uint64], rows: Rows) -> None:
    for i in range(bits.shape[0]):
        a = b = c = d = U(0)
        for byte in range(BYTES):
            value = bits[i, byte]
            a |= spread[byte, value, 0]
            b |= spread[byte, value, 1]
            c |= spread[byte, value, 2]
            d |= spread[byte, value, 3]
        rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3] = a, b, c, d


def pack(bits: NDArray[np.uint8]) -> Rows:
    """Fingerprints of shape (n, 32), most significant bit first, as rows of the index."""
    rows = np.empty((len(bits), 4), np.uint64)
    _pack(frozen(bits), _SPREAD, rows)
    rows.flags.writeable = False  # what `frozen` does, without another view
    return rows


@inner
def _chunk(a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64, first: int, width: int) -> np.uint64:
    """`width` bits of a row from bit `first` on."""
    word, shift = first >> 6, U(first & 63)
    low, high = a, b
    if word == 1:
        low, high = b, c
    elif word == 2:
        low, high = c, d
    elif word == 3:
        low, high = d, U(0)
    value = low >> shift
    if (first & 63) + width > 64:
        value |= high << (U(64) - shift)
    return value & ((U(1) << U(width)) - U(1))


@kernel(types.uint64, _ROWS_GIVEN, _ROWS_GIVEN, types.uint64, *_FOUND_FILLED)
def _scan(
    rows: Rows,
    queries: Rows,
    radius: np.uint64,
    out_query: NDArray[np.int64],
    out_row: NDArray[np.int64],
    out_distance: NDArray[np.uint8],
) -> np.uint64:
    found, room = U(0), U(out_query.shape[0])
    count = U(rows.shape[0])
    begin = U(0)
    while begin < count:
        end = min(count, begin + U(BLOCK_ROWS))
        for q in range(U(queries.shape[0])):
            a, b, c, d = queries[q, 0], queries[q, 1], queries[q, 2], queries[q, 3]
            for r in range(begin, end):
                distance = popcount(rows[r, 0] ^ a) + popcount(rows[r, 1] ^ b)
                if distance <= radius:
                    distance += popcount(rows[r, 2] ^ c) + popcount(rows[r, 3] ^ d)
                    if distance <= radius:
                        if found < room:
                            out_query[found], out_row[found], out_distance[found] = q, r, distance
                        found += U(1)
        begin = end
    return found


@inner
def _ask_offsets(
    occupied: NDArray[np.uint64],
    offsets: NDArray[np.uint32],
    tables: NDArray[np.int64],
    flips: NDArray[np.uint64],
    near: NDArray[np.uint64],
    queries: Rows,
    step: np.uint64,
    words: NDArray[np.uint64],
    parts: NDArray[np.uint64],
    buckets: NDArray[np.uint64],
) -> np.uint64:
    """Find the occupied buckets that a step (one table, one query) looks into; ask memory for their offsets.

    Most buckets are empty: one word of `occupied` tells so for 64 of them, and all words of a plan
    lie in a near cache, where offsets would each be a read from memory. The first loop has no branch,
    so that all its reads are under way at once; a branch would wait for each word. Writes where the
    offset of each bucket lies; gives how many there are.
    """
    table, q = step // U(queries.shape[0]), step % U(queries.shape[0])
    bucket = _chunk(queries[q, 0], queries[q, 1], queries[q, 2], queries[q, 3], tables[table, 0], tables[table, 1])
    high, low = bucket >> U(LOW_BITS), bucket & U(LOW_VALUES - 1)
    base, first, word_base = U(tables[table, 3]), U(tables[table, 4]), U(tables[table, 6])
    some = U(0)
    for k in range(first, first + U(tables[table, 5])):
        part = high ^ flips[k, 0]
        word = occupied[word_base + part] & near[flips[k, 1], low]
        words[some], parts[some] = word, part
        some += U(word != U(0))
    full = U(0)
    for k in range(some):
        word, begin = words[k], base + (parts[k] << U(LOW_BITS))
        while word != U(0):
            at = begin + lowest_bit(word)
            buckets[full] = at
            full += U(1)
            prefetch(offsets, at)
            word &= word - U(1)
    return full


@inner
def _was_found(
    tables: NDArray[np.int64], table: np.uint64, a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64
) -> bool:
    """Whether an earlier table finds a row that differs from the query by these bits."""
    for t in range(table):  # noqa: SIM110 - compiled to a plain loop
        if popcount(_chunk(a, b, c, d, tables[t, 0], tables[t, 1])) <= U(tables[t, 2]):
            return True
    return False


@inner
def _compare(
    rows: Rows,
    candidates: NDArray[np.uint64],
    count: np.uint64,
    tables: NDArray[np.int64],
    table: np.uint64,
    queries: Rows,
    q: np.uint64,
    radius: np.uint64,
    found: np.uint64,
    out_query: NDArray[np.int64],
    out_row: NDArray[np.int64],
    out_distance: NDArray[np.uint8],
) -> np.uint64:
    """Write the candidates that are within the radius; give how many were found until now."""
    a, b, c, d = queries[q, 0], queries[q, 1], queries[q, 2], queries[q, 3]
    for k in range(count):
        r = candidates[k]
        distance = popcount(rows[r, 0] ^ a) + popcount(rows[r, 1] ^ b)
        if distance <= radius:
            distance += popcount(rows[r, 2] ^ c) + popcount(rows[r, 3] ^ d)
            if distance <= radius and not _was_found(
                tables, table, rows[r, 0] ^ a, rows[r, 1] ^ b, rows[r, 2] ^ c, rows[r, 3] ^ d
            ):
                if found < U(out_query.shape[0]):
                    out_query[found], out_row[found], out_distance[found] = q, r, distance
                found += U(1)
    return found


@kernel(
    types.uint64,
    _ROWS_GIVEN,
    given(types.uint64, 1),
    given(types.uint32, 1),
    given(types.uint32, 1),
    given(types.int64, 2),
    given(types.uint64, 2),
    given(types.uint64, 2),
    types.uint64,
    _ROWS_GIVEN,
    types.uint64,
    *_FOUND_FILLED,
)
def _search(
    rows: Rows,
    occupied: NDArray[np.uint64],
    offsets: NDArray[np.uint32],
    postings: NDArray[np.uint32],
    tables: NDArray[np.int64],
    flips: NDArray[np.uint64],
    near: NDArray[np.uint64],
    buckets_max: np.uint64,
    queries: Rows,
    radius: np.uint64,
    out_query: NDArray[np.int64],
    out_row: NDArray[np.int64],
    out_distance: NDArray[np.uint8],
) -> np.uint64:
    """Table by table, so that a table stays in the cache for all queries of a batch.

    Every step (a table, a query) goes in phases: occupied buckets, offsets, postings, rows. What a
    phase reads was asked from memory in the phase before, so that cache misses overlap.
    """
    flat = rows.reshape(-1)
    words, parts = np.empty(buckets_max, np.uint64), np.empty(buckets_max, np.uint64)
    buckets = np.empty(buckets_max, np.uint64)
    starts = np.empty(buckets_max, np.uint64)
    ends = np.empty(buckets_max, np.uint64)
    candidates, later = np.empty(CANDIDATES_MAX, np.uint64), np.empty(CANDIDATES_MAX, np.uint64)
    steps = U(tables.shape[0]) * U(queries.shape[0])
    found = asked = waiting = left = U(0)
    if steps > U(0):
        asked = _ask_offsets(occupied, offsets, tables, flips, near, queries, U(0), words, parts, buckets)
    for step in range(steps):
        table, q = step // U(queries.shape[0]), step % U(queries.shape[0])
        posting_base = table * U(rows.shape[0])
        full = asked
        for k in range(full):
            start, end = U(offsets[buckets[k]]), U(offsets[buckets[k] + U(1)])
            starts[k], ends[k] = posting_base + start, posting_base + end
            prefetch(postings, posting_base + start)
        if step + U(1) < steps:
            asked = _ask_offsets(
                occupied, offsets, tables, flips, near, queries, step + U(1), words, parts, buckets
            )  # fmt: skip
        waiting = U(0)
        for k in range(full):
            for p in range(starts[k], ends[k]):
                candidate = U(postings[p])
                prefetch(flat, candidate * U(4))
                candidates[waiting] = candidate
                waiting += U(1)
                if waiting == U(CANDIDATES_MAX):
                    found = _compare(
                        rows, candidates, waiting, tables, table, queries, q, radius,
                        found, out_query, out_row, out_distance,
                    )  # fmt: skip
                    waiting = U(0)
        # Those of the step before: their rows had a whole step's time to arrive.
        if step > U(0):
            before = step - U(1)
            found = _compare(
                rows, later, left, tables, before // U(queries.shape[0]), queries, before % U(queries.shape[0]),
                radius, found, out_query, out_row, out_distance,
            )  # fmt: skip
        candidates, later, left = later, candidates, waiting
    if steps > U(0):
        found = _compare(
            rows, later, left, tables, U(tables.shape[0]) - U(1), queries, U(queries.shape[0]) - U(1),
            radius, found, out_query, out_row, out_distance,
        )  # fmt: skip
    return found


Out = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]


def _out(room: int) -> Out:
    return np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint8)


def _whole(ask: Callable[..., np.uint64], arguments: tuple[object, ...], queries: int) -> Found:
    """The whole answer: a second time with enough room where the first had too little."""
    room = ROOM + 4 * queries
    out = _out(room)
    count = int(ask(*arguments, *out))
    if count > room:
        out = _out(count)
        ask(*arguments, *out)
    return Found(out[0][:count], out[1][:count], out[2][:count])


def scan(rows: Rows, queries: Rows, radius: int) -> Found:
    """Every pair within `radius` bits, by looking at every row: slow, plain and exact."""
    given_rows, given_queries = frozen(rows), frozen(queries)
    return _whole(_scan, (given_rows, given_queries, U(radius)), len(queries))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Rows and the tables that lead to them.

    Shapes: `occupied` holds a bit for each bucket of each table; `offsets` holds for each table
        2 ** width + 1 positions in its postings; `postings` holds for each table all row
        positions, grouped by bucket.
    """

    layout: Layout
    rows: Rows
    occupied: NDArray[np.uint64]
    offsets: NDArray[np.uint32]
    postings: NDArray[np.uint32]


def search(tables: Tables, queries: Rows, radius: int) -> Found:
    """Every pair within `radius` bits, by the tables: what `scan` finds, thousands of times sooner."""
    plan = tables.layout
    arguments = (
        tables.rows, tables.occupied, tables.offsets, tables.postings, plan.tables, plan.flips, plan.near,
        plan.buckets_max, frozen(queries), U(radius),
    )  # fmt: skip
    return _whole(_search, arguments, len(queries))


@kernel(types.void, _ROWS_GIVEN, types.int64, types.int64, _COUNTS)
def count_buckets(rows: Rows, first: int, width: int, offsets: Counts) -> None:
    """Add the rows of each bucket to `offsets`, two places on (see `place_rows`)."""
    for r in range(U(rows.shape[0])):
        offsets[_chunk(rows[r, 0], rows[r, 1], rows[r, 2], rows[r, 3], first, width) + U(2)] += np.uint32(1)


@kernel(types.void, _COUNTS)
def add_up(offsets: Counts) -> None:
    """Turn counts into positions, in place."""
    total = np.uint32(0)
    for i in range(U(offsets.shape[0])):
        total += offsets[i]
        offsets[i] = total


@kernel(types.void, _ROWS_GIVEN, types.int64, types.int64, types.int64, _COUNTS, _COUNTS)
def place_rows(rows: Rows, first_row: int, first: int, width: int, offsets: Counts, postings: Counts) -> None:
    """Write row positions into their buckets.

    `offsets` has one place more than it will keep: place b + 1 walks from the start of bucket b to
    its end, which is the start of the next one, so that nothing need be shifted back afterwards.
    """
    for r in range(U(rows.shape[0])):
        bucket = _chunk(rows[r, 0], rows[r, 1], rows[r, 2], rows[r, 3], first, width) + U(1)
        postings[offsets[bucket]] = np.uint32(r + U(first_row))
        offsets[bucket] += np.uint32(1)


@kernel(types.void, given(types.uint32, 1), filled(types.uint64, 1))
def mark_occupied(offsets: Counts, occupied: NDArray[np.uint64]) -> None:
    """Set the bit of each bucket of one table that holds a row."""
    for word in range(U(occupied.shape[0])):
        bits, first = U(0), word << U(LOW_BITS)
        for low in range(U(LOW_VALUES)):
            if offsets[first + low + U(1)] > offsets[first + low]:
                bits |= U(1) << low
        occupied[word] = bits
