"""Kinds of fingerprint: how many bits, which radius is a match, and where each comes from."""

from dataclasses import dataclass
from enum import IntEnum

BITS = 256
BYTES = BITS // 8

NAMED_BY = b"pdq:"
"""Begins the name of a medium of which nothing is known but its PDQ; its other names are digests."""
NAME_BYTES = len(NAMED_BY) + BYTES
"""How long such a name is, as no digest's is."""

QUALITY_MATCHED_MIN = 50
"""A PDQ of lower quality is noise (a flat or black picture) and never matches on its own.

Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm" (2019).
"""


class Kind(IntEnum):
    """What a fingerprint was computed from. The numbers are stored; never reuse one."""

    PDQ = 1
    """A still picture, bit for bit as the reference computes it: for exchange."""
    PDQ_CENTRED = 2
    """The same with a centred window: survives a change of size. For comparing."""
    FRAME = 3
    """Frames of a moving medium, centred PDQ, each with its time."""
    SOUND = 4
    """One second of sound each: eight Chromaprint sub-fingerprints."""


MOVING_KINDS = frozenset({Kind.FRAME, Kind.SOUND})
"""Kinds of which each fingerprint has its time in the medium; they are compared by runs, never singly."""


class Engine(IntEnum):
    """An index of its own: fingerprints of different engines are never compared."""

    STILL = 1
    SOUND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """`version` names how fingerprints of the kind are made.

    Whoever changes what comes out of `media/` for a kind counts its version up, and makes the migration that this asks
    for: then what lies in the vault is made anew, by and by (`actions/renewing.py`).
    """

    engine: Engine
    radius_bits: int
    version: int


KINDS: dict[Kind, KindFacts] = {
    Kind.PDQ: KindFacts(engine=Engine.STILL, radius_bits=31, version=1),
    Kind.PDQ_CENTRED: KindFacts(engine=Engine.STILL, radius_bits=31, version=1),
    Kind.FRAME: KindFacts(engine=Engine.STILL, radius_bits=31, version=1),
    Kind.SOUND: KindFacts(engine=Engine.SOUND, radius_bits=31, version=1),
}


class Transform(IntEnum):
    """The turn or mirror that lays the query over what was found. Stored; never reuse one."""

    NONE = 0
    ROTATE_90 = 1
    ROTATE_180 = 2
    ROTATE_270 = 3
    FLIP_VERTICAL = 4
    FLIP_HORIZONTAL = 5
    TRANSPOSE = 6
    TRANSVERSE = 7

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", "-")
