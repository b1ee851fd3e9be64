"""Plans of the exact search: how 256 bits are cut into tables, and which buckets a query looks into.

If table i is asked for every bucket within t_i bits of the query's and the sum of all (t_i + 1)
exceeds the radius, then a row within the radius is in one of the buckets asked for: were it
farther than t_i in every table, its distance would be at least that sum. Nothing is missed.

Source: Norouzi, Punjani, Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing"
(2014); tables of unequal width and radius are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from clew.domain.fingerprint import BITS
from clew.index.kernel import frozen

RADIUS_MAX = 31
RADIUS_OF_A_TABLE_MAX = 3
LOW_BITS = 6
LOW_VALUES = 1 << LOW_BITS
LINE_BITS = 3
"""A cache line holds so many words, as a power of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Widths and radii, in bits, of each table. A plan without tables is a scan."""

    name: str
    widths: tuple[int, ...]
    radii: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.widths and sum(self.widths) != BITS:
            raise ValueError("the tables of a plan share out all bits")
        if any(width <= LOW_BITS for width in self.widths) or any(r > RADIUS_OF_A_TABLE_MAX for r in self.radii):
            raise ValueError("a table has a word for each 64 buckets, and a radius of at most 3")
        if self.widths and sum(radius + 1 for radius in self.radii) <= RADIUS_MAX:
            raise ValueError("a plan whose radii do not add up would miss matches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A plan as the kernels read it.

    A bucket's number has a high part and a low part of 6 bits, so that the 64 buckets of one high
    part are the bits of one word, which says which of them hold a row.

    Shapes: `tables` is (tables, 7) int64: first bit, width, radius, where its offsets begin, where
        its flips begin, how many flips, where its words begin; `flips` is (flips, 2) uint64: what a flip
        does to the high part, and how many bits it leaves to be flipped in the low part;
        `near` is (4, 64) uint64: the low parts within 0 to 3 bits of each.
    """

    tables: NDArray[np.int64]
    flips: NDArray[np.uint64]
    near: NDArray[np.uint64]
    offset_count: int
    word_count: int
    buckets_max: np.uint64
    """How many buckets the widest question of one table looks into."""


def _plan(name: str, *parts: tuple[int, int, int]) -> Plan:
    """From (how many tables, their width, their radius) for each part."""
    widths = [width for count, width, _ in parts for _ in range(count)]
    radii = [radius for count, _, radius in parts for _ in range(count)]
    return Plan(name=name, widths=tuple(widths), radii=tuple(radii))


SCAN = _plan("scan")

PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        SCAN,
        _plan("16", (16, 16, 1)),
        _plan("14", (4, 20, 2), (6, 18, 1), (4, 17, 1)),
        _plan("13", (6, 21, 2), (4, 19, 1), (3, 18, 1)),
        _plan("12", (8, 22, 2), (4, 20, 1)),
        _plan("11", (5, 24, 2), (5, 23, 2), (1, 21, 1)),
        _plan("10", (2, 27, 3), (6, 25, 2), (2, 26, 2)),
    )
}

ROWS_MAX: Sequence[tuple[int, str]] = (
    (20_000, "scan"),
    (300_000, "16"),
    (700_000, "14"),
    (900_000, "13"),
    (20_000_000, "12"),
    (200_000_000, "11"),
)
"""The plan for at most so many rows: wider tables cost a fixed array and save candidates."""


def plan_for(rows: int) -> Plan:
    """The fastest plan for a segment of so many rows, as measured."""
    return PLANS[next((name for rows_max, name in ROWS_MAX if rows <= rows_max), "10")]


def _flips(width: int, radius: int) -> list[tuple[int, int]]:
    """Every number of `width` bits with at most `radius` of them set, and how many more might be.

    In an order in which those whose words lie in one cache line follow one another.
    """
    flips = [
        (sum(1 << bit for bit in bits), radius - k) for k in range(radius + 1) for bits in combinations(range(width), k)
    ]
    return sorted(flips, key=lambda flip: flip[0] >> LINE_BITS)


def _near() -> NDArray[np.uint64]:
    near = np.zeros((RADIUS_OF_A_TABLE_MAX + 1, LOW_VALUES), np.uint64)
    for radius in range(RADIUS_OF_A_TABLE_MAX + 1):
        for low in range(LOW_VALUES):
            near[radius, low] = sum(1 << other for other in range(LOW_VALUES) if (other ^ low).bit_count() <= radius)
    return frozen(near)


_NEAR = _near()


@lru_cache(maxsize=16)
def layout(plan: Plan) -> Layout:
    """The plan as arrays, its tables laid one after the other over the bits."""
    tables: list[tuple[int, ...]] = []
    every: list[tuple[int, int]] = []
    held: dict[tuple[int, int], tuple[int, int]] = {}
    bit = offset = word = buckets_max = 0
    for width, radius in zip(plan.widths, plan.radii, strict=True):
        if (width, radius) not in held:  # tables of one shape share their flips, which then stay in the nearest cache
            flips = _flips(width - LOW_BITS, radius)
            held[width, radius] = len(every), len(flips)
            every += flips
        tables.append((bit, width, radius, offset, *held[width, radius], word))
        bit, offset, word = bit + width, offset + (1 << width) + 1, word + (1 << width - LOW_BITS)
        buckets_max = max(buckets_max, sum(comb(width, k) for k in range(radius + 1)))
    return Layout(
        tables=frozen(np.array(tables, np.int64).reshape(-1, 7)),
        flips=frozen(np.array(every, np.uint64).reshape(-1, 2)),
        near=_NEAR,
        offset_count=offset,
        word_count=word,
        buckets_max=np.uint64(buckets_max),
    )
