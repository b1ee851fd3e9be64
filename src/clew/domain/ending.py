"""Ending: a subject whose time has come goes step by step, and a tombstone stays."""

from collections.abc import Mapping
from enum import StrEnum


class Step(StrEnum):
    """How far the end of a subject has come. Each may be done again, so a killed run is simply gone on with."""

    BEGUN = "begun"
    """Nothing more is taken into it; its records go in batches, and their blobs after them."""
    DONE = "done"
    """Nothing of it is left but the tombstone."""


def added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Both counts together, by name."""
    return {name: counts.get(name, 0) + more.get(name, 0) for name in {**counts, **more}}
