"""An object is cut out of drawn pictures and clips inside the real sandbox; what comes out are pixels and nothing else."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clew.domain.crop import SIDE_PIXELS_MAX, Box
from clew.domain.errors import Undecodable
from clew.media import cropping, samples
from clew.media.nursery import Locked, Nursery
from clew.media.protocol import PIECE
from tests.world.clips import write
from tests.world.pictures import drawn, saved

BOX = Box(left=500, top=250, width=250, height=500)
SECRET = b"a name in the metadata"


@pytest.fixture(scope="module")
def nursery(compiled: Path) -> Iterator[Nursery]:
    with Nursery(cache=compiled) as one:
        yield one


@contextmanager
def behind(content: bytes) -> Iterator[tuple[int, int]]:
    fd = os.memfd_create("medium")
    try:
        os.write(fd, content)
        yield fd, len(content)
    finally:
        os.close(fd)


def cut(nursery: Nursery, content: bytes, box: Box = BOX, at_ms: int | None = None) -> bytes:
    with behind(content) as (fd, size):
        return cropping.cropped(nursery, fd, size, box, at_ms)


def quarters(width: int = 800, height: int = 600) -> Image.Image:
    """Four areas of one colour each: red, green; blue, white."""
    picture = Image.new("RGB", (width, height), (255, 255, 255))
    picture.paste((255, 0, 0), (0, 0, width // 2, height // 2))
    picture.paste((0, 255, 0), (width // 2, 0, width, height // 2))
    picture.paste((0, 0, 255), (0, height // 2, width // 2, height))
    return picture


def colour(found: bytes) -> tuple[int, ...]:
    middle = np.asarray(Image.open(io.BytesIO(found)).convert("RGB"))
    return tuple(int(value) for value in middle[middle.shape[0] // 2, middle.shape[1] // 2])


def test_the_object_comes_out_as_it_lies_and_nothing_of_what_the_file_says_of_itself(nursery: Nursery) -> None:
    whole = drawn(1)
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    found = cut(nursery, saved(whole, "PNG", exif=exif, pnginfo=None))
    piece = Image.open(io.BytesIO(found))
    assert np.array_equal(np.asarray(piece), np.asarray(whole.crop((400, 150, 600, 450))))
    assert (piece.info, SECRET in found) == ({}, False)
    assert [found[at + 4 : at + 8] for at in (8, 33)] == [b"IHDR", b"IDAT"]


def test_a_large_object_is_made_small(nursery: Nursery) -> None:
    found = Image.open(io.BytesIO(cut(nursery, saved(drawn(2, 4000, 3000), "JPEG"))))
    assert (max(found.size), found.size) == (SIDE_PIXELS_MAX, (341, 512))


@pytest.mark.parametrize("number", range(0, 24, 3))
def test_every_kind_of_picture_gives_a_piece(nursery: Nursery, number: int) -> None:
    sample = list(samples.drawn_samples())[number]
    assert Image.open(io.BytesIO(cut(nursery, sample))).mode == "RGB"


def test_a_box_is_of_the_picture_as_it_is_shown_upright(nursery: Nursery) -> None:
    """A camera held sideways notes it: what is shown at the upper left lies elsewhere in the file."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = saved(quarters(), "PNG", exif=exif)
    assert colour(cut(nursery, turned, Box(left=100, top=100, width=200, height=200))) == (0, 0, 255)
    assert colour(cut(nursery, saved(quarters(), "PNG"), Box(left=100, top=100, width=200, height=200))) == (255, 0, 0)


def test_what_is_transparent_is_laid_on_white(nursery: Nursery) -> None:
    clear = Image.new("RGBA", (300, 300), (10, 20, 30, 0))
    assert colour(cut(nursery, saved(clear, "PNG"))) == (255, 255, 255)


def test_a_frame_is_found_by_its_second_and_none_after_the_end(nursery: Nursery, tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4", (np.full((180, 320), 40 + 60 * (number // 15), np.uint8) for number in range(45)))
    clip = (tmp_path / "clip.mp4").read_bytes()
    greys = [colour(cut(nursery, clip, at_ms=at_ms))[0] for at_ms in (0, 1200, 2500)]
    assert greys == sorted(greys)
    assert greys[2] - greys[0] > 80
    with pytest.raises(Undecodable, match="ends before"):
        cut(nursery, clip, at_ms=60_000)


@pytest.mark.parametrize("content", [b"", b"words", b"ffconcat version 1.0\nfile /etc/passwd", b"\xff\xd8\xff" + bytes(50)])
def test_what_is_no_picture_gives_nothing(nursery: Nursery, content: bytes) -> None:
    with pytest.raises(Undecodable):
        cut(nursery, content)


@pytest.mark.parametrize(
    "lie",
    [
        lambda nonce: PIECE.pack(nonce, 0, SIDE_PIXELS_MAX + 1, 1),
        lambda nonce: PIECE.pack(nonce, 0, 0, 1),
        lambda nonce: PIECE.pack(nonce, 0, 300, 300),
        lambda nonce: PIECE.pack(nonce[::-1], 0, 1, 1),
        lambda nonce: PIECE.pack(nonce, 9, 1, 1),
        lambda nonce: nonce,
    ],
    ids=["too wide", "no width", "pixels missing", "no question", "no word", "too short"],
)
def test_a_cutter_that_lies_is_not_believed(nursery: Nursery, monkeypatch: pytest.MonkeyPatch, lie) -> None:
    def answer(reader: Locked, _deadline: object) -> bytes:
        return lie(asked[0])

    asked: list[bytes] = []
    chance = cropping.secrets.token_bytes
    monkeypatch.setattr(cropping.secrets, "token_bytes", lambda count: asked.append(chance(count)) or asked[-1])
    monkeypatch.setattr(cropping, "answer_of", answer)
    with pytest.raises(Undecodable, match="failed"):
        cut(nursery, saved(drawn(3), "PNG"))
