"""A still picture read whole: its format by content, its fingerprints in eight turns, its facts.

Width and height are those of the stored pixels, and the fingerprints too: the orientation that a
camera notes is not applied, as the reference does not. Stored and shown pixels are about 128
bits apart, so a picture is looked up in all eight turns, and the question disappears.
"""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from clew.domain.errors import Undecodable
from clew.domain.fingerprint import QUALITY_MATCHED_MIN, Kind, Transform
from clew.domain.medium import MediumKind, Verdict
from clew.media import camera, folding, heif, jpeg_scan, pdq, preview
from clew.media.jpeg import read_jpeg
from clew.media.limits import SEALED_CONTENT_BYTES_MAX, LimitExceeded
from clew.media.picture import Picture
from clew.media.raster import read_raster
from clew.media.reading import FingerprintSet, Reading, Wants
from clew.media.samples import drawn_samples
from clew.media.seized import read_at

HEAD_BYTES = 64
_TRANSFORMS = np.array(Transform, np.uint8)
READ_AT_ONCE_BYTES = 8 * 1024 * 1024

_BEGINNINGS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)
_HEVC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))


def format_of(head: bytes) -> str | None:
    """The still format of the bytes that begin with `head` (its first 64), or None.

    SVG, HTML and other text are no pictures: they can name, include and run things.
    """
    for beginning, form in _BEGINNINGS:
        if head.startswith(beginning):
            return form
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _format_of_brands({head[at : at + 4] for at in range(8, len(head) - 3, 4)})
    return None


def _format_of_brands(brands: set[bytes]) -> str | None:
    if brands & _AVIF_BRANDS:
        return "AVIF"
    return "HEIF" if brands & _HEVC_BRANDS else None


def read_still(fd: int, size: int, wants: Wants) -> Reading:  # noqa: ARG001
    """The reading of a still picture of `size` bytes behind `fd`, by `pread` only.

    `wants` changes nothing: a still is always read whole.

    Raises:
        Undecodable: the bytes are of no still format, or hold no pixels.
        LimitExceeded: too many bytes, pixels or scans.
    """
    if size > SEALED_CONTENT_BYTES_MAX:
        raise LimitExceeded("The file is larger than a still picture may be.")
    return read_picture(_content(fd, size))


def _content(fd: int, size: int) -> bytes:
    pieces = []
    at = 0
    while at < size:
        piece = read_at(fd, min(READ_AT_ONCE_BYTES, size - at), at)
        if not piece:
            break
        pieces.append(piece)
        at += len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def read_picture(untrusted: bytes) -> Reading:
    """The reading of the still picture `untrusted`. Raises as `read_still`."""
    if not untrusted:
        raise Undecodable("The file is empty.")
    form = format_of(untrusted[:HEAD_BYTES])
    if form is None:
        raise Undecodable("The bytes are of no kind of picture that is read.")
    picture = _decoded(untrusted, form)
    facts, origin, blocks = camera.told(picture)
    found = _found(picture)
    stored, queries = _fingerprints(picture, found)
    return Reading(
        verdict=Verdict.DAMAGED_READ if picture.damage else Verdict.DECODED,
        reason=picture.damage,
        kind=MediumKind.IMAGE,
        width=picture.width,
        height=picture.height,
        stored=stored,
        queries=queries,
        facts=facts,
        camera=origin,
        blocks=blocks,
        previews=preview.of_still(_lowest(picture, found), picture.width, picture.height),
    )


def _decoded(untrusted: bytes, form: str) -> Picture:
    if form == "HEIF":
        return heif.read_heif(untrusted)
    picture = read_jpeg(untrusted) if form == "JPEG" else None
    return read_raster(untrusted, form) if picture is None else picture


def _found(picture: Picture) -> pdq.PicturePdq | None:
    if isinstance(picture.seen, pdq.PicturePdq):
        return picture.seen
    return pdq.fingerprint_grey(picture.seen, (picture.height, picture.width), turns_reference=False)


def _lowest(picture: Picture, found: pdq.PicturePdq | None) -> pdq.Lowest | None:
    """Of a picture with transparency as it is shown: what lies hidden under it is not what one would see."""
    if picture.on_white is not None:
        return pdq.lowest_of(picture.on_white)
    return None if found is None else found.lowest


def _fingerprints(
    picture: Picture, found: pdq.PicturePdq | None
) -> tuple[tuple[FingerprintSet, ...], tuple[FingerprintSet, ...]]:
    """What is stored (one row of each kind) and what is looked up: all turns of the centred one.

    The reference is looked up as it lies only: its turns lie one or two bits from the centred ones,
    and would double the work of every search.
    A picture with a side under 5 pixels has neither; a flat one has both, of quality 0.
    """
    if found is None:
        return (), ()
    reference = _rows(Kind.PDQ, ((found.reference, found.reference_quality),))
    centred = _rows(Kind.PDQ_CENTRED, ((found.centred, found.centred_quality), *_shown(picture)))
    return (reference[0], centred[0]), (reference[1], centred[1])


def _shown(picture: Picture) -> tuple[tuple[pdq.Bits, int], ...]:
    """The turns of a picture with transparency as it is shown, and their quality; none of any other picture."""
    return () if picture.on_white is None else (pdq.frame_pdq_dihedral(picture.on_white),)


def _rows(kind: Kind, ways: Sequence[tuple[pdq.Bits, int]]) -> tuple[FingerprintSet, FingerprintSet]:
    """What is stored and what is looked up of each way to see a picture; of flat ways only if there is no other."""
    if len(ways) == 1:  # nearly always: no rows need to be put together
        return _rows_of_one(kind, *ways[0])
    seen = [way for way in ways if way[1] >= QUALITY_MATCHED_MIN] or ways[:1]
    stored = FingerprintSet(
        kind=kind,
        bits=np.concatenate([rows[:1] for rows, _ in seen]),
        qualities=np.array([quality for _, quality in seen], np.uint8),
    )
    queries = FingerprintSet(
        kind=kind,
        bits=np.concatenate([rows for rows, _ in seen]),
        qualities=np.repeat(stored.qualities, [len(rows) for rows, _ in seen]),
        transforms=np.concatenate([_TRANSFORMS[: len(rows)] for rows, _ in seen]),
    )
    return stored, queries


def _rows_of_one(kind: Kind, bits: pdq.Bits, quality: int) -> tuple[FingerprintSet, FingerprintSet]:
    qualities = np.full(len(bits), quality, np.uint8)
    return (
        FingerprintSet(kind=kind, bits=bits[:1], qualities=qualities[:1]),
        FingerprintSet(kind=kind, bits=bits, qualities=qualities, transforms=_TRANSFORMS[: len(bits)]),
    )


def warm() -> None:
    """Read a whole and a cut sample of each format, so that nothing is imported or compiled later."""
    pdq.warm()
    folding.warm()
    jpeg_scan.warm()
    for sample in drawn_samples():
        read_picture(sample)
        with suppress(Undecodable):
            read_picture(sample[: len(sample) // 2])
