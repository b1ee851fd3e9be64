"""Still pictures of every format, whole, damaged and hostile: one reading or one refusal each."""

import csv
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clew.domain.errors import ClewError, Undecodable
from clew.domain.fingerprint import Kind, Transform
from clew.domain.medium import MediumKind, Verdict
from clew.media import jpeg, still
from clew.media.limits import LimitExceeded
from clew.media.reading import Reading, Wants
from clew.media.samples import drawn_samples
from clew.media.still import read_picture
from tests.world.pictures import MEDIA, distance, drawn, manifest, needs_media, saved

HOSTILE = MEDIA / "hostile"
NOT_STILL = ("mp4", "webm", "avi", "zip", "gz", "tar", "csv")


def bits(reading: Reading, kind: Kind = Kind.PDQ_CENTRED) -> np.ndarray:
    return next(one for one in reading.stored if one.kind is kind).bits[0]


def quality(reading: Reading) -> int:
    return int(reading.stored[0].qualities[0])


def hostile_stills() -> list[str]:
    if not HOSTILE.is_dir():
        return []
    with (HOSTILE / "hostile.csv").open(encoding="utf-8", newline="") as rows:
        names = [row["file"] for row in csv.DictReader(rows)]
    return [name for name in names if not name.endswith(NOT_STILL) or name == "jpeg-named.mp4"]


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "LA"),
        ("WEBP", "RGB"), ("TIFF", "RGB"), ("TIFF", "CMYK"), ("BMP", "RGB"), ("AVIF", "RGB"), ("JPEG2000", "RGB"),
    ],
)  # fmt: skip
def test_one_picture_has_one_fingerprint_in_every_format(form: str, mode: str) -> None:
    image = drawn(1, 640, 480)
    plain, other = read_picture(saved(image, "PNG")), read_picture(saved(image.convert(mode), form))
    assert (other.verdict, other.kind, other.reason) == (Verdict.DECODED, MediumKind.IMAGE, "")
    assert (other.width, other.height) == (640, 480)
    assert other.facts["file.format"] == form
    assert distance(bits(plain), bits(other)) <= 8
    assert distance(bits(plain, Kind.PDQ), bits(other, Kind.PDQ)) <= 8


@pytest.mark.parametrize(("form", "options"), [("PNG", {}), ("GIF", {}), ("TIFF", {}), ("BMP", {})])
def test_palette_numbers_are_not_hashed_as_grey(form: str, options: dict[str, object]) -> None:
    image = drawn(2, 640, 480)
    palette = image.quantize(96).remap_palette(np.random.default_rng(1).permutation(96).tolist())
    assert palette.mode == "P"
    reading = read_picture(saved(palette, form, **options))
    assert distance(bits(reading), bits(read_picture(saved(image, "PNG")))) <= 12


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_grey_of_sixteen_bits_keeps_its_upper_bits(form: str) -> None:
    shades = np.asarray(drawn(3, 640, 480).convert("L"))
    deep = Image.fromarray(shades.astype(np.uint16) * 257)
    reading = read_picture(saved(deep, form))
    plain = read_picture(saved(Image.fromarray(shades), "PNG"))
    assert distance(bits(reading), bits(plain)) == 0
    assert quality(reading) == quality(plain)


def test_what_is_stored_is_one_row_of_each_kind_and_what_are_looked_up_all_turns() -> None:
    reading = read_picture(saved(drawn(4), "JPEG"))
    assert [(one.kind, len(one)) for one in reading.stored] == [(Kind.PDQ, 1), (Kind.PDQ_CENTRED, 1)]
    assert [(one.kind, len(one)) for one in reading.queries] == [(Kind.PDQ, 1), (Kind.PDQ_CENTRED, 8)]
    for stored, queried in zip(reading.stored, reading.queries, strict=True):
        assert queried.transforms is not None
        assert queried.transforms.tolist() == list(Transform)[: len(queried)]
        assert queried.bits[0].tolist() == stored.bits[0].tolist()


def test_a_turned_copy_is_looked_up_by_the_transform_that_lays_it_back() -> None:
    image = drawn(5, 900, 600)
    stored = bits(read_picture(saved(image, "JPEG")), Kind.PDQ)
    copy = read_picture(saved(image.transpose(Image.Transpose.ROTATE_90), "JPEG"))
    (centred,) = (query for query in copy.queries if query.kind is Kind.PDQ_CENTRED)
    distances = [distance(row, stored) for row in centred.bits]
    assert Transform(int(np.argmin(distances))) is Transform.ROTATE_90
    assert min(distances) <= 8


def test_orientation_that_a_camera_notes_turns_nothing() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = drawn(6, 640, 480)
    noted, plain = read_picture(saved(image, "JPEG", exif=exif)), read_picture(saved(image, "JPEG"))
    assert (noted.width, noted.height) == (640, 480)
    assert bits(noted).tolist() == bits(plain).tolist()
    assert noted.facts["image.Orientation"] == 6


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP"])
def test_a_picture_cut_short_is_read_as_far_as_it_goes(form: str) -> None:
    whole = saved(drawn(7, 320, 240), form)
    reading = read_picture(whole[: len(whole) * 2 // 3])
    assert reading.verdict is Verdict.DAMAGED_READ
    assert reading.reason
    assert (reading.width, reading.height) == (320, 240)
    assert len(reading.stored) == 2


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP", "AVIF", "JPEG2000"])
def test_a_cut_anywhere_gives_a_reading_or_a_refusal_and_nothing_else(form: str) -> None:
    whole = saved(drawn(8, 160, 120), form)
    for cut in range(0, len(whole), max(1, len(whole) // 40)):
        with suppress(ClewError):
            reading = read_picture(whole[:cut])
            assert reading.verdict in (Verdict.DECODED, Verdict.DAMAGED_READ)
            assert max(reading.width or 0, reading.height or 0) <= 160


def test_a_png_with_wrong_checksums_is_read_and_marked() -> None:
    whole = bytearray(saved(drawn(9, 160, 120), "PNG"))
    at = 8
    while at < len(whole):
        length = int.from_bytes(whole[at : at + 4], "big")
        whole[at + 8 + length] ^= 0xFF
        at += 12 + length
    reading = read_picture(bytes(whole))
    assert reading.verdict is Verdict.DAMAGED_READ
    assert distance(bits(reading), bits(read_picture(saved(drawn(9, 160, 120), "PNG")))) == 0


@pytest.mark.parametrize(
    ("width", "height", "is_read"), [(10_000, 10_000, True), (10_001, 10_000, False), (65_536, 1, False)]
)
def test_too_many_pixels_are_refused_by_the_header(width: int, height: int, is_read: bool) -> None:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    untrusted = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    if is_read:
        reading = read_picture(untrusted)
        assert (reading.verdict, quality(reading)) == (Verdict.DAMAGED_READ, 0)
    else:
        with pytest.raises(LimitExceeded):
            read_picture(untrusted)


def test_a_progressive_picture_of_endless_scans_is_refused() -> None:
    whole = saved(drawn(10, 64, 64), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    scan = whole[last:-2]
    assert read_picture(whole[:-2] + scan * 20 + whole[-2:]).width == 64
    with pytest.raises(LimitExceeded):
        read_picture(whole[:-2] + scan * jpeg.SCANS_MAX + whole[-2:])


@pytest.mark.parametrize(
    "untrusted",
    [
        b"", b"\0", bytes(4096), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html><img src=x></html>",
        b"#!/bin/sh\n", b"ffconcat version 1.0\nfile 'a.mp4'\n", b"%PDF-1.7\n", b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"BM", b"II*\0", b"MM\0*",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_one_sentence(untrusted: bytes) -> None:
    with pytest.raises(Undecodable, match=r"^[A-Z][^.\n]*\.$|; no pixels"):
        read_picture(untrusted)


def test_one_pixel_and_one_line_are_accepted_without_a_fingerprint() -> None:
    for size in ((1, 1), (20_000, 1)):
        reading = read_picture(saved(Image.new("RGB", size), "PNG"))
        assert (reading.verdict, reading.stored, reading.queries) == (Verdict.DECODED, (), ())
        assert (reading.width, reading.height) == size


def test_a_flat_picture_has_quality_zero() -> None:
    assert quality(read_picture(saved(Image.new("RGB", (300, 200), "teal"), "JPEG"))) == 0


def test_bytes_behind_a_descriptor_are_read_without_moving_it(tmp_path: Path) -> None:
    untrusted = saved(drawn(11), "JPEG")
    (tmp_path / "medium").write_bytes(untrusted)
    fd = os.open(tmp_path / "medium", os.O_RDONLY)
    try:
        for wants in Wants:
            assert bits(still.read_still(fd, len(untrusted), wants)).tolist() == bits(read_picture(untrusted)).tolist()
        assert os.lseek(fd, 0, os.SEEK_CUR) == 0
    finally:
        os.close(fd)


def test_every_sample_that_the_sandbox_warms_with_is_whole() -> None:
    forms = set()
    for sample in drawn_samples():
        reading = read_picture(sample)
        assert (reading.verdict, reading.width, reading.height) == (Verdict.DECODED, 64, 64)
        forms.add(reading.facts["file.format"])
    assert forms == {"JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF", "JPEG2000"}


def test_heif_turns_its_picture_as_the_file_demands() -> None:
    """`irot` 1 turns against the clock: the sample's bright half, below, comes to lie on the right."""
    upright = next(drawn_samples())
    assert upright[8:12] == b"heic"
    turned = bytearray(upright)
    size_of_ispe = 20
    ispe = turned.index(b"ispe") - 4
    turned[ispe + size_of_ispe : ispe + size_of_ispe] = b"\0\0\0\x09irot\x01"
    for box in (b"meta", b"iprp", b"ipco"):
        at = turned.index(box) - 4
        turned[at : at + 4] = (int.from_bytes(turned[at : at + 4], "big") + 9).to_bytes(4, "big")
    links = turned.index(b"ipma") - 4
    turned[links + 18 : links + 19] = b"\x03"
    turned[links + 21 : links + 21] = b"\x83"
    for box, by in ((b"ipma", 1), (b"iprp", 1), (b"meta", 1)):
        at = turned.index(box) - 4
        turned[at : at + 4] = (int.from_bytes(turned[at : at + 4], "big") + by).to_bytes(4, "big")
    place = turned.index(b"iloc") + 4 + 4 + 2 + 2 + 2 + 2 + 2
    turned[place : place + 4] = (int.from_bytes(turned[place : place + 4], "big") + 10).to_bytes(4, "big")
    rows = {one.kind: one.bits for one in read_picture(upright).queries}[Kind.PDQ_CENTRED]
    assert distance(bits(read_picture(bytes(turned))), rows[Transform.ROTATE_270]) <= 2


@needs_media
@pytest.mark.parametrize(
    "row", [row for row in manifest() if row["file"].startswith("formats/")], ids=lambda row: row["file"]
)
def test_each_file_of_the_pack_has_the_size_that_its_manifest_says(row: dict[str, str]) -> None:
    reading = read_picture((MEDIA / row["file"]).read_bytes())
    assert (reading.width, reading.height) == (int(row["width"]), int(row["height"]))
    assert reading.facts["file.format"] == row["format"]
    is_cut = "truncated" in row["file"]
    assert reading.verdict is (Verdict.DAMAGED_READ if is_cut else Verdict.DECODED)
    assert quality(reading) >= 50


REFUSED = {"bomb-60000x60000.png", "bomb-claimed-2e31.png", "bomb-claimed-65500.jpg"}
NO_PICTURE = {
    "empty.jpg", "single-byte.png", "only-zero-bytes.jpg", "zero-size.png", "html-named.jpg",
    "svg-entities.svg", "svg-outside.svg", "truncated-header.bmp", "truncated-header.gif",
    "truncated-header.jpg", "truncated-header.png", "truncated-header.tif", "truncated-header.webp",
}  # fmt: skip
DAMAGED = {
    "bad-checksums.png", "truncated-half.bmp", "truncated-half.gif", "truncated-half.jpg",
    "truncated-half.png", "truncated-half.tif", "truncated-half.webp",
}  # fmt: skip


@needs_media
@pytest.mark.parametrize("name", hostile_stills())
def test_a_hostile_file_gets_the_verdict_it_deserves(name: str) -> None:
    untrusted = (HOSTILE / name).read_bytes()
    if name in REFUSED:
        with pytest.raises(LimitExceeded):
            read_picture(untrusted)
        return
    if name in NO_PICTURE:
        with pytest.raises(Undecodable):
            read_picture(untrusted)
        return
    try:
        reading = read_picture(untrusted)
    except Undecodable:
        assert name.startswith("bitflips")  # where the turned bits fall decides
        return
    assert reading.kind is MediumKind.IMAGE
    if name in DAMAGED:
        assert reading.verdict is Verdict.DAMAGED_READ
    elif not name.startswith(("bitflips", "zeroed", "bomb-text")):
        assert reading.verdict is Verdict.DECODED
    if name == "flat-grey.jpg":
        assert quality(reading) == 0
