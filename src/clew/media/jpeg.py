"""JPEG pictures: their segments walked by length, their pixels decoded to grey at 1/8 to 8/8."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from clew.domain.errors import Undecodable
from clew.media.folding import fingerprint_frequencies
from clew.media.jpeg_frame import Frame, Segment, plain_frame
from clew.media.jpeg_scan import read_scan
from clew.media.limits import METADATA_BYTES_MAX, LimitExceeded
from clew.media.pdq import EIGHTHS, Frequencies, Grey, PicturePdq, reference_of_colours
from clew.media.picture import CUT_SHORT, DAMAGED, Picture, check_size
from clew.media.reading import Fact
from clew.media.xmp_extended import EXTENSION, Portions, joined

SEGMENTS_MAX = 2_000
"""Markers before the first scan; a camera writes 10 to 60, a large colour profile 200 more."""
SCANS_MAX = 200
"""Scans of a progressive picture, usually 10. Each costs a pass over all pixels to decode."""
SIDE_REDUCED_MIN = {1: 256, 2: 512, 4: 512}
"""Shortest side, in pixels, that a decode at so many eighths may leave.

At 1/8 a pixel is exactly the mean of its block; at 1/4 and 1/2 it is not quite (high frequencies are
dropped, not averaged), and of 540 photographs 7 left their reference by 4 or 6 bits where sides of 256
were allowed, 1 by 4 bits with these. Other eighths have no vector code and cost more than they save.
"""
DIAGONALS_BY_SIDE = {2048: 0, 1152: 2, 768: 3, 384: 5}
"""By the shortest side, which frequencies of a block count: those whose row and column add up to that at most.

Where a block lies within one of the 64 samples, its mean is all; in a smaller picture samples and blocks
cut one another.
"""
MARGIN_MIN_BY_PIXELS = {500_000: 0.5, 2_500_000: 0.15}
"""By the most pixels, how far the fourth nearest of the reference's frequencies must lie from their median at least.

Where it lies nearer, what the lowest frequencies of the grey leave out (most of all that the reference's colours are
rounded and cut as RGB) may turn four bits. Such a picture, one of ten and one of a hundred, is read once more, whole.
"""
IPTC_BYTES_MAX = METADATA_BYTES_MAX
"""Where so much has come, the next segments are not looked at: what is kept is cut there, and says so."""
COMMENT_BYTES_MAX = 4_000

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP1, _APP13, _COMMENT = 0xE1, 0xED, 0xFE
_STANDING_ALONE = frozenset((0x01, _SOI, *range(0xD0, 0xD8)))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_GREY_BY_ITSELF = frozenset(("YCbCr", "Gray", "GRAY", "RGB"))


@dataclass(slots=True, kw_only=True)
class _Header:
    exif: bytes = b""
    xmp: bytes = b""
    extended: Portions = field(default_factory=Portions)
    iptc: bytes = b""
    comment: bytes = b""
    is_progressive: bool = False
    components: int = 0
    scan_at: int = 0


def segments(untrusted: bytes) -> Iterator[Segment]:
    """Marker, first and last-plus-one byte of each segment, up to and with the first scan.

    Source: ITU-T T.81, B.1.1.
    """
    at = 2
    for _ in range(SEGMENTS_MAX):
        at = untrusted.find(b"\xff", at)
        while 0 <= at < len(untrusted) - 1 and untrusted[at + 1] == 0xFF:
            at += 1
        if at < 0 or at + 4 > len(untrusted):
            return
        marker = untrusted[at + 1]
        if marker == _EOI:
            return
        if marker == 0 or marker in _STANDING_ALONE:
            at += 2
            continue
        length = int.from_bytes(untrusted[at + 2 : at + 4], "big")
        yield marker, at + 4, min(at + 2 + length, len(untrusted))
        if marker == _SOS:
            return
        at += 2 + max(length, 2)


def _header(untrusted: bytes, found: Iterable[Segment]) -> _Header:
    header = _Header()
    for marker, begin, end in found:
        content = untrusted[begin : min(end, begin + 40)]
        if marker == _APP1 and content.startswith(_EXIF) and not header.exif:
            header.exif = untrusted[begin + len(_EXIF) : end]
        elif marker == _APP1 and content.startswith(_XMP) and not header.xmp:
            header.xmp = untrusted[begin + len(_XMP) : end]
        elif marker == _APP1 and content.startswith(EXTENSION):
            header.extended.add(untrusted[begin + len(EXTENSION) : end])
        elif marker == _APP13 and content.startswith(_PHOTOSHOP) and len(header.iptc) < IPTC_BYTES_MAX:
            header.iptc += untrusted[begin + len(_PHOTOSHOP) : end]
        elif marker == _COMMENT and not header.comment:
            header.comment = untrusted[begin : min(end, begin + COMMENT_BYTES_MAX)]
        elif marker in _FRAMES:
            header.is_progressive = marker in _PROGRESSIVE
            header.components = content[5] if len(content) > 5 else 0
        elif marker == _SOS:
            header.scan_at = end
    return header


def _check_scans(untrusted: bytes, header: _Header) -> None:
    if header.is_progressive and untrusted.count(b"\xff\xda", header.scan_at) > SCANS_MAX:
        raise LimitExceeded("The picture holds more scans than a medium may.")


def _sides_wanted(height: int, width: int) -> tuple[int, int]:
    """(height, width) of the smallest reduced decode whose short side is long enough."""
    for m, side_min in SIDE_REDUCED_MIN.items():
        reduced = -(-height * m // EIGHTHS), -(-width * m // EIGHTHS)
        if min(reduced) >= side_min:
            return reduced
    return height, width


def _decode(untrusted: bytes, height: int, width: int) -> tuple[Grey, str]:
    """Grey pixels, and what is damaged in them."""
    least_height, least_width = _sides_wanted(height, width)
    try:
        return _scaled(untrusted, least_height, least_width, strict=True), ""
    except (ValueError, KeyError) as flaw:
        damage = CUT_SHORT if "end of" in str(flaw) else DAMAGED
    try:
        return _scaled(untrusted, least_height, least_width, strict=False), damage
    except (ValueError, KeyError) as failure:
        raise Undecodable("The JPEG holds no pixels that can be read.") from failure


def _scaled(untrusted: bytes, least_height: int, least_width: int, *, strict: bool) -> Grey:
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        untrusted, colorspace="GRAY", min_height=least_height, min_width=least_width, strict=strict
    )
    return pixels[:, :, 0]


def read_jpeg(untrusted: bytes) -> Picture | None:
    """A JPEG picture; None where another decoder must read it (CMYK, odd or damaged headers).

    Raises:
        LimitExceeded: too many pixels or scans.
        Undecodable: the header is whole, but no pixels can be read.
    """
    found = tuple(segments(untrusted))
    header = _header(untrusted, found)
    frame = plain_frame(untrusted, found)
    picture = None if frame is None else _plain_picture(untrusted, frame, header)
    return _any_picture(untrusted, header) if picture is None else picture


def _plain_picture(untrusted: bytes, frame: Frame, header: _Header) -> Picture | None:
    """A picture read for its lowest frequencies only; None if it is small or anything in it is odd."""
    check_size(frame.width, frame.height)
    side = min(frame.width, frame.height)
    diagonals = next((kept for least, kept in DIAGONALS_BY_SIDE.items() if side >= least), None)
    if diagonals is None:
        return None

    def fingerprint(frequencies: Frequencies) -> PicturePdq | None:
        return fingerprint_frequencies(frequencies, (frame.height, frame.width))

    seen: Grey | PicturePdq | None = read_scan(untrusted, frame, diagonals, fingerprint)
    if seen is None:
        return None
    if isinstance(seen, PicturePdq) and seen.margin < _margin_min(frame):
        seen = _seen_whole(untrusted, seen)
    return _picture(seen, frame.width, frame.height, "", "Gray" if len(frame.codes) == 1 else "YCbCr", header)


def _margin_min(frame: Frame) -> float:
    pixels = frame.width * frame.height
    return next((margin for most, margin in MARGIN_MIN_BY_PIXELS.items() if pixels <= most), 0.0)


def _seen_whole(untrusted: bytes, seen: PicturePdq) -> PicturePdq:
    """`seen` with the reference's fingerprint of every pixel and its colours; as it is if the picture is damaged."""
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(untrusted, colorspace="RGB", strict=True)
    except (ValueError, KeyError):
        return seen
    bits, quality = reference_of_colours(pixels)
    return replace(seen, reference=bits, reference_quality=quality, margin=math.inf)


def _any_picture(untrusted: bytes, header: _Header) -> Picture | None:
    """A picture decoded by libjpeg-turbo, which reads every kind of JPEG and forgives what it can."""
    try:
        height, width, colours, _sampling = simplejpeg.decode_jpeg_header(untrusted, strict=False)
    except (ValueError, KeyError):
        return None
    check_size(width, height)
    _check_scans(untrusted, header)
    # libjpeg-turbo hands out the inverted key plane as the grey of CMYK: 256 bits off.
    if colours not in _GREY_BY_ITSELF:
        return None
    grey, damage = _decode(untrusted, height, width)
    return _picture(grey, width, height, damage, colours, header)


def _picture(seen: Grey | PicturePdq, width: int, height: int, damage: str, colours: str, header: _Header) -> Picture:
    extended, left_out_bytes = joined(header.xmp, header.extended) if header.extended else (b"", 0)
    return Picture(
        seen=seen,
        width=width,
        height=height,
        damage=damage,
        untrusted_exif=header.exif,
        untrusted_xmp=header.xmp,
        untrusted_xmp_extended=extended,
        xmp_left_out_bytes=left_out_bytes,
        untrusted_iptc=header.iptc,
        facts=_facts(header, colours),
    )


def _facts(header: _Header, colours: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"file.format": "JPEG", "file.colours": colours}
    if header.is_progressive:
        facts["file.progressive"] = 1
    if header.comment:
        facts["jpeg.comment"] = header.comment.decode("utf-8", "replace")
    return facts
