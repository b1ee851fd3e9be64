"""What the sandboxed reader says of a medium: its verdict, fingerprints and facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clew.domain.fingerprint import Kind
from clew.domain.medium import MediumKind, Verdict

Fact: TypeAlias = "str | int | float | list[Fact]"
"""One value of a medium's metadata, safe to be written as JSON."""


class Wants(IntEnum):
    """How much of a medium is read now."""

    PICTURE_OR_KEY_FRAMES = 1
    """The first answer: stills are complete, videos by their key frames and sound."""
    FULL = 2
    """Videos by up to ten frames a second, of which about one a second is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintSet:
    """Fingerprints of one kind from one medium.

    Shapes: `bits` (n, 32) uint8, most significant bit first; `qualities` (n,) uint8;
        `times_ms` (n,) int32 for frames and sound, else None; `transforms` (n,) uint8,
        values of domain Transform, in queries only.
    Units: qualities 0 to 100; times in milliseconds from the start.
    """

    kind: Kind
    bits: NDArray[np.uint8]
    qualities: NDArray[np.uint8]
    times_ms: NDArray[np.int32] | None = None
    transforms: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        rows = len(self.bits)
        if self.bits.shape != (rows, 32) or self.bits.dtype != np.uint8:
            raise ValueError("fingerprints are rows of 32 bytes")
        if self.qualities.shape != (rows,) or self.qualities.dtype != np.uint8:
            raise ValueError("each fingerprint has one quality")
        times, transforms = self.times_ms, self.transforms
        if times is not None and (times.shape != (rows,) or times.dtype != np.int32):
            raise ValueError("each fingerprint has one time, or none has")
        if transforms is not None and (transforms.shape != (rows,) or transforms.dtype != np.uint8):
            raise ValueError("each fingerprint has one transform, or none has")

    def __len__(self) -> int:
        return len(self.bits)


SIDE_PIXELS = 20
"""How long the longer side of a preview is drawn."""
PREVIEW_BYTES = 80
"""Two sides and 78 waves: see `media/preview.py`. Said here, where the trusted side needs nothing that is compiled."""
PREVIEWS_MAX = 7
"""The one that stands for a medium, and those of its strip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previews:
    """Previews of one medium (`media/preview.py`): the one that stands for it, then those of its strip in time.

    Shapes: `rows` (n, 80) uint8, `times_ms` (n,) int32. Units: milliseconds from the start; 0 of a still.
    """

    rows: NDArray[np.uint8]
    times_ms: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)


NO_PREVIEWS = Previews(rows=np.zeros((0, 80), np.uint8), times_ms=np.zeros(0, np.int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """What a medium says of the camera and the place it was made with and at."""

    make: str | None = None
    model: str | None = None
    serial: str | None = None
    lens_serial: str | None = None
    taken_at: datetime | None = None
    """Local time at the camera, without a zone; the offset stands beside it where known."""
    taken_offset_minutes: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    gps_precision_m: float | None = None
    software: str | None = None
    document_id: str | None = None


NO_CAMERA = Camera()


class BlockKind(StrEnum):
    """Whose words a block of metadata are, in the order in which they are kept where there is not room for all."""

    EXIF = "exif"
    IPTC = "iptc"
    XMP = "xmp"
    XMP_EXTENDED = "xmp-extended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Metadata as they lie in a file, without pictures (`media/blocks.py`). `left_out_bytes`: what had no room."""

    kind: BlockKind
    content: bytes
    left_out_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One verdict on a medium and everything that was read from it.

    `stored` is kept and indexed; `queries` are looked up and not kept.
    """

    verdict: Verdict
    reason: str = ""
    kind: MediumKind = MediumKind.OTHER
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    stored: tuple[FingerprintSet, ...] = ()
    queries: tuple[FingerprintSet, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    camera: Camera = NO_CAMERA
    previews: Previews = NO_PREVIEWS
    blocks: tuple[Block, ...] = ()
    """Each kind once at most, in the order of kinds."""
