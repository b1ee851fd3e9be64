"""The reading of plain JPEGs by their lowest frequencies, against libjpeg-turbo: the same grey, bits and verdicts.

Mutants that these tests have killed: a code's length one too long; the sign of an odd value kept; a first prediction
that is not 0; a prediction that outlives its restart marker; restart markers in any order; the second reader met a
block too late; its means not shifted; coefficients advanced by their run alone; a block too long accepted; bytes left
over accepted; any marker behind the scan accepted; the stuffed zero kept; means beyond black and white accepted; the
blocks of an MCU laid out by columns; a value that does not show taken without its sign; more bits taken by three
codes than a refill leaves.
"""

import csv
import io
import random
from collections.abc import Callable

import numpy as np
import pdqhash
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from clew.domain.errors import ClewError
from clew.domain.fingerprint import QUALITY_MATCHED_MIN
from clew.media import jpeg, jpeg_scan, pdq
from clew.media.jpeg_frame import Codes, Frame, plain_frame
from clew.media.picture import Picture
from tests.world.pictures import MEDIA, distance, drawn, manifest, needs_media, saved

ALL_DIAGONALS = 14
COSINES = np.array(
    [[np.cos((2 * x + 1) * u * np.pi / 16) * (0.125**0.5 if u == 0 else 0.5) for x in range(8)] for u in range(8)]
)
"""Source: T.81, A.3.3."""
WAYS_TO_SAVE: tuple[dict[str, object], ...] = (
    {"quality": 85},
    {"quality": 85, "subsampling": 0},
    {"quality": 40, "subsampling": 1},
    {"quality": 75, "optimize": True},
    {"quality": 100, "subsampling": 0},
    {"quality": 98, "optimize": True},
    {"quality": 90, "restart_marker_blocks": 1},
    {"quality": 90, "restart_marker_blocks": 7},
    {"quality": 60, "restart_marker_rows": 1},
    {"quality": 3},
)


def noisy(seed: int, width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A drawn picture with grain, so that blocks hold many coefficients."""
    pixels = np.asarray(drawn(seed, width, height), np.int16)
    grain = np.random.default_rng(seed).normal(0, 6, (height, width, 1)).astype(np.int16)
    return Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8)).convert(mode)


def frame_of(untrusted: bytes) -> Frame | None:
    return plain_frame(untrusted, tuple(jpeg.segments(untrusted)))


class Laid:
    """Frequencies laid out, block beside block: (rows of blocks * side, columns of blocks * side)."""

    def __init__(self, found: pdq.Frequencies) -> None:
        squares = -(-found.rows // found.down), -(-found.columns // found.across)
        count = squares[0] * squares[1] * found.down * found.across
        kept = found.kept[: count * found.stride].reshape(*squares, found.down, found.across, found.stride)
        side, several = found.side, len(found.steps)
        blocks = kept.transpose(0, 2, 1, 3, 4).reshape(squares[0] * found.down, -1, found.stride)
        blocks = blocks[: found.rows, : found.columns, :several] * found.steps
        values = np.zeros((found.rows, side, found.columns, side), np.float32)
        for k, (row, column) in enumerate(pdq.ZIGZAG[:several]):
            values[:, row, :, column] = blocks[:, :, k]
        self.values = values.reshape(found.rows * side, found.columns * side)


def scan_of(untrusted: bytes, diagonals: int) -> pdq.Grey | Laid | None:
    frame = frame_of(untrusted)
    return None if frame is None else jpeg_scan.read_scan(untrusted, frame, diagonals, Laid)


def by_libjpeg(untrusted: bytes) -> Picture | None:
    return jpeg._any_picture(untrusted, jpeg._header(untrusted, tuple(jpeg.segments(untrusted))))


def grey_by_libjpeg(untrusted: bytes, *, height: int = 0, width: int = 0) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = simplejpeg.decode_jpeg(untrusted, "GRAY", min_height=height, min_width=width)
    return grey[:, :, 0]


def pixels_of(found: Laid) -> NDArray[np.float64]:
    rows, columns = (side // 8 for side in found.values.shape)
    blocks = found.values.reshape(rows, 8, columns, 8)
    return np.einsum("vy,avbu,ux->aybx", COSINES, blocks, COSINES).reshape(8 * rows, 8 * columns) + 128


@pytest.mark.parametrize("options", WAYS_TO_SAVE, ids=str)
@pytest.mark.parametrize(("width", "height"), [(640, 480), (333, 250), (17, 9)])
def test_every_coefficient_is_that_of_libjpeg(options: dict[str, object], width: int, height: int) -> None:
    """Its pixels are rounded twice, so they may lie a little more than half a shade from ours."""
    for mode in ("RGB", "L"):
        if mode == "L" and "subsampling" in options:
            continue
        untrusted = saved(noisy(width, width, height, mode), "JPEG", **options)
        found = scan_of(untrusted, ALL_DIAGONALS)
        assert isinstance(found, Laid)
        pixels = pixels_of(found)[:height, :width].clip(0, 255)
        assert np.abs(pixels - grey_by_libjpeg(untrusted)).max() < 1.5


@pytest.mark.parametrize("options", WAYS_TO_SAVE, ids=str)
@pytest.mark.parametrize(("width", "height"), [(2056, 2049), (333, 250), (17, 9)])
def test_the_means_are_the_picture_at_an_eighth_to_the_bit(options: dict[str, object], width: int, height: int) -> None:
    for mode in ("RGB", "L"):
        if mode == "L" and "subsampling" in options:
            continue
        untrusted = saved(noisy(width, width, height, mode), "JPEG", **options)
        grey = scan_of(untrusted, 0)
        assert isinstance(grey, np.ndarray)
        eighth = grey_by_libjpeg(untrusted, height=-(-height // 8), width=-(-width // 8))
        assert grey.tolist() == eighth.tolist()


@pytest.mark.parametrize(("across", "down"), [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)])
def test_every_sampling_that_has_a_name_is_read(across: int, down: int) -> None:
    names = {(1, 1): "444", (2, 1): "422", (1, 2): "440", (2, 2): "420", (4, 1): "411"}
    pixels = np.ascontiguousarray(np.asarray(noisy(1, 411, 317)))
    untrusted = simplejpeg.encode_jpeg(pixels, colorsubsampling=names[across, down])
    frame = frame_of(untrusted)
    assert frame is not None
    assert frame.sampling == (across, down)
    found = scan_of(untrusted, ALL_DIAGONALS)
    assert isinstance(found, Laid)
    assert np.abs(pixels_of(found)[:317, :411].clip(0, 255) - grey_by_libjpeg(untrusted)).max() < 1.5


@pytest.mark.parametrize("quality", [40, 80, 95])
@pytest.mark.parametrize("diagonals", [0, 1, 2, 3, 5, 9])
def test_the_frequencies_kept_are_the_lowest_and_the_others_are_zero(diagonals: int, quality: int) -> None:
    """Blocks end in every way: at the last that is kept, before it, behind it, in one look-up or in two."""
    untrusted = saved(noisy(2, 640, 480), "JPEG", quality=quality)
    every, some = scan_of(untrusted, ALL_DIAGONALS), scan_of(untrusted, diagonals)
    assert isinstance(every, Laid)
    if diagonals == 0:
        assert isinstance(some, np.ndarray)
        assert np.abs(every.values[::8, ::8] / 8 + 128 - some).max() <= 0.5
        return
    assert isinstance(some, Laid)
    side = min(diagonals + 1, 8)
    blocks = every.values.reshape(60, 8, 80, 8)[:, :side, :, :side]
    is_kept = np.add.outer(np.arange(side), np.arange(side)) <= diagonals
    assert some.values.reshape(60, side, 80, side).tolist() == (blocks * is_kept[:, None, :]).tolist()


@pytest.mark.parametrize(
    ("width", "height"),
    [(3001, 2303), (2048, 2050), (2047, 1100), (1600, 1201), (1025, 1026), (769, 768), (640, 480), (500, 384)],
)
@pytest.mark.parametrize("quality", [60, 88, 97])
def test_the_bits_of_a_plain_picture_are_those_of_the_reference(width: int, height: int, quality: int) -> None:
    untrusted = saved(drawn(width, width, height), "JPEG", quality=quality)
    assert scan_of(untrusted, 0) is not None
    picture = jpeg.read_jpeg(untrusted)
    assert picture is not None
    vector, reference_quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(untrusted))))
    assert reference_quality >= QUALITY_MATCHED_MIN
    found = fingerprints(picture)
    assert distance(found.reference[0], np.packbits(vector)) <= 2
    assert abs(found.reference_quality - int(reference_quality)) <= 2
    whole = pdq.fingerprint_grey(grey_by_libjpeg(untrusted))
    assert whole is not None
    assert distance(found.centred[0], whole.centred[0]) <= 4


@pytest.mark.parametrize(("seed", "off"), [(87, 4), (170, 8)])
def test_a_picture_whose_bits_are_in_doubt_is_read_whole(monkeypatch: pytest.MonkeyPatch, seed: int, off: int) -> None:
    untrusted = saved(drawn(seed, 640, 480), "JPEG", quality=60)
    vector, quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(untrusted))))

    def read() -> pdq.PicturePdq:
        picture = jpeg.read_jpeg(untrusted)
        assert picture is not None
        return fingerprints(picture)

    whole = read()
    assert distance(whole.reference[0], np.packbits(vector)) == 0
    assert abs(whole.reference_quality - quality) <= 1
    monkeypatch.setattr(jpeg, "MARGIN_MIN_BY_PIXELS", {500_000: 0.1, 2_500_000: 0.6})
    once = read()
    assert distance(once.reference[0], np.packbits(vector)) == off
    assert once.centred.tobytes() == whole.centred.tobytes()


@given(st.integers(0, 1000))
@settings(max_examples=40)
def test_the_margin_is_the_distance_of_the_fourth_nearest_of_the_median(seed: int) -> None:
    chance = np.random.default_rng(seed)
    samples = (chance.normal(0, 40, (64, 64)) + chance.normal(0, 40, (64, 1))).astype(np.float32)
    frequencies = pdq._coefficients(samples).ravel()
    _bits, _quality, margin = pdq.reference_of_samples(samples)
    assert margin == np.sort(np.abs(frequencies - np.sort(frequencies)[127]))[4]


def fingerprints(picture: Picture) -> pdq.PicturePdq:
    if isinstance(picture.seen, pdq.PicturePdq):
        return picture.seen
    found = pdq.fingerprint_grey(picture.seen, (picture.height, picture.width), turns_reference=False)
    assert found is not None
    return found


def outcome(read: Callable[[bytes], Picture | None], untrusted: bytes) -> tuple[object, Picture | None]:
    """Everything that is said of a picture but its pixels, and the picture."""
    try:
        picture = read(untrusted)
    except ClewError as refusal:
        return (type(refusal), str(refusal)), None
    if picture is None:
        return None, None
    said = picture.width, picture.height, picture.damage, dict(picture.facts), picture.untrusted_exif
    return (*said, picture.untrusted_xmp, picture.untrusted_iptc), picture


def is_cut(untrusted: bytes) -> bool:
    """Whether many pixels lie at an end of the range: there libjpeg cuts what turned bits have pushed out of it."""
    grey = grey_by_libjpeg(untrusted)
    return float(((grey == 0) | (grey == 255)).mean()) > 0.005


def check_same(untrusted: bytes) -> bool:
    """See that the verdict is that of libjpeg alone; whether the picture was read by its frequencies."""
    said, picture = outcome(jpeg.read_jpeg, untrusted)
    said_by_libjpeg, whole = outcome(by_libjpeg, untrusted)
    assert said == said_by_libjpeg
    if picture is None or whole is None or not isinstance(picture.seen, pdq.PicturePdq):
        return False
    assert picture.damage == ""
    if not is_cut(untrusted):
        assert distance(fingerprints(picture).centred[0], fingerprints(whole).centred[0]) <= 10
    return True


SOURCES = (
    saved(noisy(1, 500, 400), "JPEG", quality=85),
    saved(noisy(2, 400, 397), "JPEG", quality=95, subsampling=0),
    saved(noisy(3, 500, 400), "JPEG", quality=60, restart_marker_blocks=7, optimize=True),
    saved(noisy(4, 400, 500, "L"), "JPEG", quality=80, comment=b"drawn"),
)


@pytest.mark.parametrize("source", SOURCES, ids=["4:2:0", "4:4:4", "restarts", "grey"])
def test_a_picture_cut_anywhere_gets_the_verdict_of_libjpeg(source: bytes) -> None:
    assert check_same(source)
    lengths = {*range(len(source) - 12, len(source)), *range(4, len(source), len(source) // 60)}
    for length in lengths:
        assert not check_same(source[:length])


@pytest.mark.parametrize("source", SOURCES, ids=["4:2:0", "4:4:4", "restarts", "grey"])
def test_turned_bits_get_the_verdict_of_libjpeg(source: bytes) -> None:
    chance = random.Random(len(source))
    read = 0
    for _ in range(400):
        untrusted = bytearray(source)
        for _ in range(chance.choice((1, 1, 2, 5))):
            untrusted[chance.randrange(2, len(source))] ^= 1 << chance.randrange(8)
        read += check_same(bytes(untrusted))
    assert read  # most flips are seen by nobody: a code becomes another


@pytest.mark.parametrize("source", SOURCES, ids=["4:2:0", "4:4:4", "restarts", "grey"])
def test_turned_bits_of_the_header_get_the_verdict_of_libjpeg(source: bytes) -> None:
    scan_at = source.index(b"\xff\xda")
    for at in range(2, scan_at + 16):
        for bit in (0, 3, 7):
            untrusted = bytearray(source)
            untrusted[at] ^= 1 << bit
            check_same(bytes(untrusted))


@settings(max_examples=150, deadline=None)
@given(
    source=st.sampled_from(SOURCES),
    at=st.floats(0, 1),
    removed=st.integers(0, 6),
    added=st.lists(st.sampled_from([0, 1, 0x55, 0xC0, 0xD0, 0xD5, 0xD9, 0xDA, 0xFE, 0xFF]), max_size=6),
)
def test_bytes_added_or_lost_get_the_verdict_of_libjpeg(
    source: bytes, at: float, removed: int, added: list[int]
) -> None:
    place = 2 + int(at * (len(source) - 2))
    check_same(source[:place] + bytes(added) + source[place + removed :])


@pytest.mark.parametrize(
    "tail",
    [b"", b"\0", b"\xff", b"\xff\xd9", b"\0\xff\xd9", b"\xff\0\xff\xd9", b"\xff\xff\xd9", b"\xff\xd0\xff\xd9",
     b"\xff\xfe\0\2\xff\xd9", b"\xff\xd9junk behind", b"\xaa\xaa\xaa\xaa\xff\xd9"],
)  # fmt: skip
@pytest.mark.parametrize("source", SOURCES, ids=["4:2:0", "4:4:4", "restarts", "grey"])
def test_what_follows_the_scan_gets_the_verdict_of_libjpeg(source: bytes, tail: bytes) -> None:
    assert source.endswith(b"\xff\xd9")
    assert check_same(source[:-2] + tail) == tail.startswith(b"\xff\xd9")


@pytest.mark.parametrize("options", [{"progressive": True}, {"quality": 85, "mode": "CMYK"}, {"keep_rgb": True}])
def test_what_is_no_plain_jpeg_is_left_to_libjpeg(options: dict[str, object]) -> None:
    image = noisy(5, 500, 400).convert(str(options.pop("mode", "RGB")))
    untrusted = saved(image, "JPEG", **options)
    assert frame_of(untrusted) is None
    assert not check_same(untrusted)


@pytest.mark.parametrize("diagonals", [0, 3, ALL_DIAGONALS])
def test_a_block_may_reach_its_last_coefficient_and_not_one_farther(diagonals: int) -> None:
    """libjpeg puts what lies farther into the last one and warns of nothing, so the picture is left to it."""
    differences = Codes(counts=b"\1".ljust(16, b"\0"), symbols=b"\0")
    # "0" ends a block, "10" skips 16 coefficients; "110" is one behind 14 others, "1110" one behind 15.
    coefficients = Codes(counts=b"\1\1\1\1".ljust(16, b"\0"), symbols=b"\0\xf0\xe1\xf1")
    frame = Frame(
        width=8, height=8, sampling=(1, 1), steps=bytes([1] * 64), codes=((differences, coefficients),),
        restart_interval=0, scan_at=0,
    )  # fmt: skip

    def is_read(bits: str) -> bool:
        scan = int(bits.ljust(16, "1"), 2).to_bytes(2, "big").replace(b"\xff", b"\xff\0")
        return jpeg_scan.read_scan(scan + b"\xff\xd9", frame, diagonals, Laid) is not None

    three_times_16 = "0" + "10" * 3
    assert is_read(three_times_16 + "110" + "1" + "11111")  # the 63rd after the first, and no end is said
    assert not is_read(three_times_16 + "1110" + "1" + "0" + "111")
    assert not is_read(three_times_16 + "10" + "0" + "1111111")
    assert not is_read(three_times_16 + "1111" + "1" + "0" + "111")  # no code of the table


@pytest.mark.parametrize("length", [2, 3, 9, 10, 12, 13])
@pytest.mark.parametrize("size", [1, 7, 9, 10])
def test_a_value_may_be_longer_than_what_is_looked_at(length: int, size: int) -> None:
    """Three codes in a row, each with its value, of 3 to 23 bits together: shown whole, shown without the value, or not."""
    blocks, rng = 64, random.Random(length * size)
    # "0" is a difference of 0 and the end of a block; a code of so many bits is a value of that size.
    counts = bytes([1, *(0,) * (length - 2), 1]).ljust(16, b"\0")
    both = Codes(counts=counts, symbols=bytes([0, size]))
    frame = Frame(
        width=8 * blocks, height=8, sampling=(1, 1), steps=bytes([1] * 64), codes=((both, both),),
        restart_interval=0, scan_at=0,
    )  # fmt: skip
    code = "1" + "0" * (length - 1)
    bits, values, mean = "", np.zeros((blocks, 4), np.int64), 0
    for block in range(blocks):
        for k in range(4):
            value = rng.choice((-1, 1)) * rng.randrange(1 << (size - 1), 1 << size)
            if k == 0:  # so that no mean leaves black and white
                value = abs(value) if mean <= 0 else -abs(value)
                mean += value
            bits += code + format(value if value > 0 else value + (1 << size) - 1, f"0{size}b")
            values[block, k] = mean if k == 0 else value
        bits += "0"
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    found = jpeg_scan.read_scan(scan + b"\xff\xd9", frame, 2, Laid)
    assert isinstance(found, Laid)
    by_block = found.values.reshape(3, blocks, 3)
    seen = [by_block[row, :, column] for row, column in pdq.ZIGZAG[:4]]
    assert np.array_equal(np.array(seen).T, values)


def test_a_size_claimed_for_few_bytes_costs_no_memory() -> None:
    small = saved(noisy(6, 400, 400), "JPEG")
    at = small.index(b"\xff\xc0") + 5
    claimed = small[:at] + (9_000).to_bytes(2, "big") * 2 + small[at + 4 :]
    assert scan_of(claimed, 3) is None
    check_same(claimed)


def test_memory_kept_between_pictures_leaves_no_trace() -> None:
    """A picture after a larger one, and after one that broke off, is what it is alone."""
    rich, poor = saved(noisy(7, 800, 600), "JPEG", quality=98), saved(drawn(8, 640, 480), "JPEG", quality=20)
    jpeg_scan._rooms.clear()
    alone = scan_of(poor, 5)
    assert isinstance(alone, Laid)
    for before in (rich, rich[:-40], SOURCES[2]):
        scan_of(before, 5)
        again = scan_of(poor, 5)
        assert isinstance(again, Laid)
        assert again.values.tobytes() == alone.values.tobytes()


def test_every_loop_is_compiled_for_one_type_only() -> None:
    """A second type would be compiled inside the sandbox, where no memory may become code."""
    jpeg_scan.warm()
    for source in SOURCES:
        for diagonals in (0, 3, 5):
            scan_of(source, diagonals)
    called = (jpeg_scan._unstuff, jpeg_scan._tabulate, jpeg_scan._walk_all)
    laid_out = (jpeg_scan._sum_up, jpeg_scan._lay_out_means)
    assert [len(one.nopython_signatures) for one in (*called, *laid_out)] == [1] * 5


@needs_media
def test_the_verdict_on_every_hostile_and_every_real_jpeg_is_that_of_libjpeg() -> None:
    with (MEDIA / "hostile" / "hostile.csv").open(encoding="utf-8", newline="") as rows:
        names = ["hostile/" + row["file"] for row in csv.DictReader(rows)]
    names += [row["file"] for row in manifest() if row["format"] == "JPEG" and row["media"] == "image"]
    read = 0
    for name in names:
        untrusted = (MEDIA / name).read_bytes()
        if untrusted.startswith(b"\xff\xd8\xff"):
            read += check_same(untrusted)
    assert read > 100
