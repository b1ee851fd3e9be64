"""A still picture as its decoder leaves it: grey pixels, true size, damage and raw metadata."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clew.media.limits import PIXELS_MAX, SIDE_PIXELS_MAX, LimitExceeded
from clew.media.pdq import Grey, PicturePdq
from clew.media.reading import Fact

CUT_SHORT = "The picture is cut short; what is there was read."
DAMAGED = "Part of the picture's content is damaged; what is there was read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Pixels of a picture as stored, turned by no orientation, and what it says of itself.

    `seen` is its grey, maybe of a reduced decode of the (height, width) picture, or its fingerprints where
    they were made of frequencies and no pixel was.
    `is_tiff`: what is given as EXIF is the whole file, pixels and all.
    `on_white` is how a picture with transparency is shown, which copies are made of; None where nothing is
    transparent. `damage` is empty or one of the sentences above. EXIF begins with its TIFF header; XMP and
    IPTC are raw, unchecked bytes.
    """

    seen: Grey | PicturePdq
    width: int
    height: int
    damage: str = ""
    on_white: Grey | None = None
    untrusted_exif: bytes = b""
    untrusted_xmp: bytes = b""
    untrusted_xmp_extended: bytes = b""
    xmp_left_out_bytes: int = 0
    """Of extended XMP: what is claimed and not there, or there and cannot be joined."""
    untrusted_iptc: bytes = b""
    is_tiff: bool = False
    facts: Mapping[str, Fact] = field(default_factory=dict)


def check_size(width: int, height: int) -> None:
    """Refuse, by its header and before anything is decoded, a picture larger than a medium may be.

    Raises:
        LimitExceeded: too many pixels, or a side too long.
    """
    if width * height > PIXELS_MAX or max(width, height) > SIDE_PIXELS_MAX:
        raise LimitExceeded("The picture claims more pixels than a medium may hold.")
