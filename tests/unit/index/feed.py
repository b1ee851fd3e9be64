"""Fingerprints as drawn pictures give them, a source that feeds them, and the plain answer to compare with."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]


def fingerprints(rng: np.random.Generator, count: int) -> Bits:
    """Skewed, correlated bits with hubs and exact duplicates; shape (count, 32)."""
    mean, mixing = rng.normal(0, 0.12, 256), rng.normal(0, 0.25, (12, 256))
    field_values = rng.normal(size=(count, 12)) @ mixing + rng.normal(size=(count, 256)) + mean
    bits = field_values > 0
    hub = rng.random(count) < 0.05
    bits[hub] = bits[0] ^ (rng.random((int(hub.sum()), 256)) < 0.06)
    bits[-(count // 50) :] = bits[: count // 50]
    return np.packbits(bits, axis=1)


def flipped(fingerprint: Bits, places: NDArray[np.int64] | list[int]) -> Bits:
    """A fingerprint with the bits at `places` turned over."""
    bits = np.unpackbits(fingerprint)
    bits[places] ^= 1
    return np.packbits(bits)


def planted(rng: np.random.Generator, stored: Bits, distances: list[int]) -> Bits:
    """For each distance a query that lies exactly so many bits from some stored fingerprint."""
    chosen = stored[rng.integers(0, len(stored), len(distances))]
    return np.array([flipped(one, rng.choice(256, d, replace=False)) for one, d in zip(chosen, distances, strict=True)])


def pairs_by_counting(stored: Bits, numbers: NDArray[np.int64], queries: Bits, radius: int) -> list[tuple[int, ...]]:
    """Every (query, number, distance) within the radius, by counting the bits of every pair."""
    words, asked = stored.view(np.uint64), np.ascontiguousarray(queries).view(np.uint64)
    found = []
    for query, row in enumerate(asked):
        distances = np.bitwise_count(words ^ row).sum(axis=1)
        near = np.flatnonzero(distances <= radius)
        found += list(zip([query] * len(near), numbers[near].tolist(), distances[near].tolist(), strict=True))
    return sorted(found)


@dataclass
class Feed:
    """A source in memory. `numbers` may have gaps; `asked` remembers what was asked for."""

    bits: Bits = field(default_factory=lambda: np.empty((0, 32), np.uint8))
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    asked: list[int] = field(default_factory=list)

    def add(self, bits: Bits, *, after_gap: int = 0) -> None:
        first = (int(self.numbers[-1]) + 1 if len(self.numbers) else 0) + after_gap
        self.bits = np.concatenate([self.bits, bits])
        self.numbers = np.concatenate([self.numbers, np.arange(first, first + len(bits))])

    def __call__(self, after: int, limit: int) -> tuple[int, Bits]:
        self.asked.append(after)
        begin = int(np.searchsorted(self.numbers, after, side="right"))
        numbers = self.numbers[begin : begin + limit]
        if len(numbers) == 0:
            return after + 1, np.empty((0, 32), np.uint8)
        run = int(np.argmax(np.append(np.diff(numbers) != 1, True))) + 1
        return int(numbers[0]), self.bits[begin : begin + run]
