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

import numpy as np
from numpy.typing import NDArray

from clew.domain.fingerprint import BITS
from clew.index.kernel import frozen

RADIUS_MAX = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Widths and radii, in bits, of each table. A plan without tables is a scan."""

    name: str
    widths: tuple[int, ...]
    radii: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.widths and sum(self.widths) != BITS:
            raise ValueError("the tables of a plan share out all bits")
        if self.widths and sum(radius + 1 for radius in self.radii) <= RADIUS_MAX:
            raise ValueError("a plan whose radii do not add up would miss matches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A plan as the kernels read it.

    Shapes: `tables` is (tables, 6) int64: first bit, width, radius, where its offsets begin,
        where its masks begin, how many masks; `masks` is flat uint64: the flips of each table.
    """

    tables: NDArray[np.int64]
    masks: NDArray[np.uint64]
    offset_count: int


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


def _flips(width: int, radius: int) -> list[int]:
    """Every number of `width` bits with at most `radius` of them set."""
    return [sum(1 << bit for bit in bits) for k in range(radius + 1) for bits in combinations(range(width), k)]


@lru_cache(maxsize=16)
def layout(plan: Plan) -> Layout:
    """The plan as arrays, its tables laid one after the other over the bits."""
    flips = [_flips(width, radius) for width, radius in zip(plan.widths, plan.radii, strict=True)]
    rows: list[tuple[int, ...]] = []
    bit = offset = mask = 0
    for width, radius, masks in zip(plan.widths, plan.radii, flips, strict=True):
        rows.append((bit, width, radius, offset, mask, len(masks)))
        bit, offset, mask = bit + width, offset + (1 << width) + 1, mask + len(masks)
    return Layout(
        tables=frozen(np.array(rows, np.int64).reshape(-1, 6)),
        masks=frozen(np.array([flip for masks in flips for flip in masks], np.uint64)),
        offset_count=offset,
    )
