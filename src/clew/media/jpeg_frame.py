"""The headers of a plain JPEG, read strictly: baseline Huffman coding, one scan, grey or YCbCr.

Most cameras and programs write nothing else. What says anything more, less or twice is no plain JPEG, and
the decoder that forgives much more reads it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

BLOCK = 64
"""Coefficients of a block of 8 x 8."""
SIDE_PIXELS_MAX = 65_500
"""Longest side that libjpeg accepts (JPEG_MAX_DIMENSION)."""

_DHT, _SOS, _DQT, _DRI, _APP0, _APP14, _COMMENT = 0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xEE, 0xFE
_SEQUENTIAL = frozenset((0xC0, 0xC1))
_SAMPLINGS = frozenset(((1, 1), (2, 1), (1, 2), (2, 2), (4, 1)))
"""Luma blocks of an MCU, across and down, that libjpeg-turbo has a name for where chroma has one."""
SEGMENTS_KEPT_MAX = 64
"""Segments of tables remembered, of 64 KB at most: most cameras write the same ones into every picture."""
_WHOLE_SPECTRUM = b"\0\x3f\0"
_YCBCR = 1


class _NotPlain(Exception):
    """The header says something that a plain JPEG does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """One Huffman table as its segment holds it: how many codes of 1 to 16 bits, and what they mean.

    Source: T.81, B.2.4.2.
    """

    counts: bytes
    symbols: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is needed to read the one scan of a plain JPEG.

    `sampling` is the luma blocks of an MCU, (across, down); `steps` the luma quantization in zigzag order;
    `codes` the tables of differences and of coefficients of each component, luma first.
    """

    width: int
    height: int
    sampling: tuple[int, int]
    steps: bytes
    codes: tuple[tuple[Codes, Codes], ...]
    restart_interval: int
    scan_at: int


Segment = tuple[int, int, int]
"""Marker, first and last-plus-one byte."""


def plain_frame(untrusted: bytes, segments: Iterable[Segment]) -> Frame | None:
    """The frame of a JPEG by its segments up to and with the first scan; None if it is not plain."""
    try:
        return _frame(untrusted, segments)
    except _NotPlain:
        return None


def _require(*claims: bool) -> None:
    if not all(claims):
        raise _NotPlain


def _frame(untrusted: bytes, segments: Iterable[Segment]) -> Frame:
    tables: dict[int, Codes] = {}
    steps: dict[int, bytes] = {}
    frame = b""
    restart_interval = 0
    is_ycbcr = False
    at = 2
    for marker, begin, end in segments:
        # Neither fill bytes nor anything else between two segments, and each as long as it says.
        _require(begin == at + 4, end - at - 2 == int.from_bytes(untrusted[at + 2 : begin], "big"))
        content = untrusted[begin:end]
        at = end
        if marker == _DHT:
            tables.update(_codes_in(content))
        elif marker == _DQT:
            steps.update(_steps_in(content))
        elif marker in _SEQUENTIAL:
            _require(not frame)
            frame = content
        elif marker == _DRI:
            _require(len(content) == 2)
            restart_interval = int.from_bytes(content, "big")
        elif marker == _SOS:
            return _whole(frame, content, steps, tables, restart_interval, is_ycbcr, at)
        elif marker == _APP0 and content.startswith(b"JFIF\0"):
            _require(len(content) >= 14)
            _require(content[5] == 1)
            is_ycbcr = True
        elif marker == _APP14 and content.startswith(b"Adobe"):
            _require(len(content) >= 12)
            _require(content[11] == _YCBCR)
            is_ycbcr = True
        else:
            _require(_APP0 <= marker <= _APP0 + 15 or marker == _COMMENT)
    raise _NotPlain


@lru_cache(SEGMENTS_KEPT_MAX)
def _codes_in(content: bytes) -> tuple[tuple[int, Codes], ...]:
    """The tables of a segment and their places. Source: T.81, B.2.4.2."""
    tables = []
    at = 0
    while at < len(content):
        place, counts = content[at], content[at + 1 : at + 17]
        behind = at + 17 + sum(counts)
        _require(place >> 4 <= 1, place & 15 <= 3, behind <= len(content), behind - at - 17 <= 256)
        tables.append((place, Codes(counts=counts, symbols=content[at + 17 : behind])))
        at = behind
    return tuple(tables)


@lru_cache(SEGMENTS_KEPT_MAX)
def _steps_in(content: bytes) -> tuple[tuple[int, bytes], ...]:
    """The quantization tables of 8 bits in a segment and their places. Source: T.81, B.2.4.1."""
    _require(len(content) % (1 + BLOCK) == 0)
    tables = []
    for at in range(0, len(content), 1 + BLOCK):
        table = content[at + 1 : at + 1 + BLOCK]
        _require(content[at] <= 3, 0 not in table)
        tables.append((content[at], table))
    return tuple(tables)


def _whole(
    frame: bytes,
    scan: bytes,
    steps: dict[int, bytes],
    tables: dict[int, Codes],
    restart_interval: int,
    is_ycbcr: bool,
    scan_at: int,
) -> Frame:
    """Source: T.81, B.2.2 and B.2.3."""
    _require(len(frame) in (9, 15))
    count = frame[5]
    _require(len(frame) == 6 + 3 * count, len(scan) == 4 + 2 * count)
    _require(frame[0] == 8, scan[0] == count, scan[-3:] == _WHOLE_SPECTRUM)
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    _require(0 < height <= SIDE_PIXELS_MAX, 0 < width <= SIDE_PIXELS_MAX)
    names, samplings, steps_of = frame[6::3], frame[7::3], frame[8::3]
    _require(scan[1 : 1 + 2 * count : 2] == names, all(one in steps for one in steps_of))
    _require(all(1 <= one >> 4 <= 4 and 1 <= one & 15 <= 4 for one in samplings))
    if count == 1:
        sampling = 1, 1  # a scan of one component has MCUs of one block, whatever its sampling says: T.81, A.2.2
    else:
        sampling = samplings[0] >> 4, samplings[0] & 15
        _require(sampling in _SAMPLINGS, samplings[1:] == b"\x11\x11")
        _require(is_ycbcr or names == b"\x01\x02\x03", len(set(names)) == count)
    chosen = scan[2 : 2 + 2 * count : 2]
    _require(all(one >> 4 in tables and one & 15 | 16 in tables for one in chosen))
    return Frame(
        width=width,
        height=height,
        sampling=sampling,
        steps=steps[steps_of[0]],
        codes=tuple((tables[one >> 4], tables[one & 15 | 16]) for one in chosen),
        restart_interval=restart_interval,
        scan_at=scan_at,
    )
