"""Blocks of metadata: EXIF, IPTC and XMP as they lie in a file, whole within a limit, without the pictures in them.

Cameras put a small picture of the medium into EXIF, and editors whole ones into XMP. A block is words about a medium
and is kept where its bytes are not, so no picture of it may lie within. In binary blocks pictures are overwritten by
zeros, because entries name places within the block; out of the text of XMP they are cut.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence

from clew.media import exif
from clew.media.exif import Entries
from clew.media.limits import METADATA_BYTES_MAX
from clew.media.picture import Picture
from clew.media.reading import Block, BlockKind, Fact

LEFT_OUT_BYTES = "clew:metadata_bytes_left_out"
LEFT_OUT_PICTURES = "clew:pictures_left_out"
PICTURES_SOUGHT_MAX = 1_000
"""Places that look as if a picture began; what lies behind so many is left out."""
MARKERS_MAX = 200
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_BEGINNING = re.compile(re.escape(_JPEG) + b"|" + re.escape(_PNG))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ENCODED = re.compile(rb"(?:/9j/|iVBORw0KGgo)[A-Za-z0-9+/=\s&#;]{64,}")
"""A JPEG or a PNG in base64, with line ends as XML writes them."""
CUT_OUT = b"(a picture, left out)"
_STRIPS = ((0x0201, 0x0202), (0x0111, 0x0117))
"""Entries of where the picture of a directory lies, and how long it is: as a JPEG, or in strips."""
_HEAD = struct.Struct(">BQI")
_KINDS = tuple(BlockKind)


# ---- inside the sandbox ----------------------------------------------------------------


def blocks_of(picture: Picture, entries: Entries) -> tuple[tuple[Block, ...], dict[str, Fact]]:
    """What is kept of a picture's metadata, and facts that say what is not; `entries` are those of its EXIF."""
    untrusted_exif, beyond = picture.untrusted_exif, 0
    places: list[tuple[int, int]] = []
    if picture.is_tiff:
        untrusted_exif, beyond = exif.relaid(untrusted_exif)
    else:
        places = list(_places(untrusted_exif, entries))
    found, pictures = [], 0
    room = METADATA_BYTES_MAX
    for kind, untrusted, lost_bytes in (
        (BlockKind.EXIF, untrusted_exif, beyond), (BlockKind.IPTC, picture.untrusted_iptc, 0),
        (BlockKind.XMP, picture.untrusted_xmp, 0),
        (BlockKind.XMP_EXTENDED, picture.untrusted_xmp_extended, picture.xmp_left_out_bytes),
    ):  # fmt: skip
        if not untrusted and not lost_bytes:
            continue
        if kind in (BlockKind.XMP, BlockKind.XMP_EXTENDED):
            content, cut = _ENCODED.subn(CUT_OUT, untrusted)
            whole_bytes = len(content)
        else:
            content, cut = _blanked(untrusted[:room], places if kind is BlockKind.EXIF else ())
            whole_bytes = len(untrusted)
        content = content[:room]
        room -= len(content)
        pictures += cut
        found.append(Block(kind=kind, content=content, left_out_bytes=whole_bytes - len(content) + lost_bytes))
    left_out = sum(one.left_out_bytes for one in found)
    facts: dict[str, Fact] = {LEFT_OUT_BYTES: left_out} if left_out else {}
    return tuple(found), facts | ({LEFT_OUT_PICTURES: pictures} if pictures else {})


def _places(untrusted: bytes, entries: Entries) -> Iterator[tuple[int, int]]:
    """Where the directories of an EXIF block say that pictures lie, as (begin, end)."""
    for directory in ("thumbnail", "image"):
        for begins, lengths in _STRIPS:
            starts, sizes = entries.get((directory, begins)), entries.get((directory, lengths))
            if not isinstance(starts, tuple) or not isinstance(sizes, tuple):
                continue
            for begin, size in zip(starts, sizes, strict=False):
                if not isinstance(begin, int) or not isinstance(size, int) or not 8 <= begin < begin + size:
                    continue
                if begins != _STRIPS[0][0] or untrusted.startswith(_JPEG[:2], begin):
                    yield begin, min(begin + size, len(untrusted))


def _blanked(untrusted: bytes, places: Sequence[tuple[int, int]]) -> tuple[bytes, int]:
    """The block with zeros where pictures lie, in `places` or wherever one begins, and how many there were."""
    ends = {found.start(): _end_of(untrusted, found.start()) for found in _first(_BEGINNING.finditer(untrusted))}
    within = sorted([*places, *((at, end) for at, end in ends.items() if end is not None)])
    if len(ends) == PICTURES_SOUGHT_MAX:
        untrusted = untrusted[: max(ends)]
    if not within:
        return untrusted, 0
    content = bytearray(untrusted)
    pictures = covered = 0
    for begin, end in within:
        pictures += covered <= begin < len(content)
        at, behind = max(begin, covered), min(end, len(content))
        if behind > at:
            content[at:behind] = bytes(behind - at)
        covered = max(covered, behind)
    return bytes(content), pictures


def _first(found: Iterator[re.Match[bytes]]) -> Iterator[re.Match[bytes]]:
    return (one for _, one in zip(range(PICTURES_SOUGHT_MAX), found, strict=False))


def _end_of(untrusted: bytes, at: int) -> int | None:
    """Where the picture that begins at `at` ends; None if none does."""
    if untrusted.startswith(_PNG, at):
        end = untrusted.find(b"IEND", at)
        return len(untrusted) if end < 0 else min(end + 8, len(untrusted))
    return _end_of_jpeg(untrusted, at)


def _end_of_jpeg(untrusted: bytes, at: int) -> int | None:
    """Strictly by its markers: three bytes of chance in a maker's note are no picture. Source: ITU-T T.81, B.1."""
    has_frame = False
    at += 2
    for _ in range(MARKERS_MAX):
        if at + 4 > len(untrusted) or untrusted[at] != 0xFF:
            return None
        marker = untrusted[at + 1]
        length = int.from_bytes(untrusted[at + 2 : at + 4], "big")
        if marker < 0xC0 or 0xD0 <= marker <= 0xD9 or marker == 0xFF or length < 2:
            return None
        has_frame |= marker in _FRAMES
        at += 2 + length
        if marker == 0xDA:
            end = untrusted.find(b"\xff\xd9", at)
            return None if not has_frame else len(untrusted) if end < 0 else end + 2
    return None


# ---- on the trusted side ---------------------------------------------------------------


def folded(blocks: Sequence[Block]) -> bytes | None:
    """Blocks as they are kept: each behind its kind and sizes, compressed; None where there is none.

    Compressed here and not by a reader: what is unfolded later is then never what a seized file made up.
    """
    if not blocks:
        return None
    parts = [
        part for one in blocks
        for part in (_HEAD.pack(_KINDS.index(one.kind), one.left_out_bytes, len(one.content)), one.content)
    ]  # fmt: skip
    return zlib.compress(b"".join(parts), 1)


def unfolded(kept: bytes) -> tuple[Block, ...]:
    """The blocks again."""
    content = zlib.decompress(kept)
    found, at = [], 0
    while at < len(content):
        kind, left_out_bytes, size = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        found.append(Block(kind=_KINDS[kind], content=content[at : at + size], left_out_bytes=left_out_bytes))
        at += size
    return tuple(found)
