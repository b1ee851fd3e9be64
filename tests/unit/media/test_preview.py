"""Previews: 80 bytes, grey, never sharp, the same from whatever way a picture is read, and of bytes any."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from clew.cli.drawing import landscape
from clew.media.frames import Clock
from clew.media.preview import STRIP_MAX, WAVES, Strip
from clew.media.reading import NO_PREVIEWS, PREVIEW_BYTES, SIDE_PIXELS, Reading, Wants
from clew.media.reply import ProtocolBroken, pack, unpack
from clew.media.still import read_picture
from clew.media.video import drawn_clip, read_video
from tests.unit.media.conftest import memfd
from tests.world.clips import country

FORMS = ("JPEG", "PNG", "WEBP")


def file_of(picture: Image.Image, form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def drawn(preview: bytes) -> NDArray[np.float64]:
    """The preview as a page draws it, in the words of the formula and not of the code."""
    width, height = preview[0], preview[1]
    grey = np.zeros((height, width))
    for (row, column), level in zip(WAVES, preview[2:], strict=True):
        wave = float(level) - (128 if row or column else 0)
        for y in range(height):
            down = np.cos(np.pi * (2 * y + 1) * row / (2 * height)) * (2**0.5 if row else 1)
            across = np.cos(np.pi * (2 * np.arange(width) + 1) * column / (2 * width)) * (2**0.5 if column else 1)
            grey[y] += wave * down * across
    return grey.clip(0, 255)


@pytest.mark.parametrize("size", [(64, 64), (320, 240), (1600, 1200), (2600, 2100), (300, 900)])
@pytest.mark.parametrize("form", FORMS)
def test_a_preview_is_the_picture_and_never_more_than_eighty_bytes_of_it(size: tuple[int, int], form: str) -> None:
    picture = landscape(3, size)
    reading = read_picture(file_of(picture, form))
    (preview,) = (row.tobytes() for row in reading.previews.rows)
    assert len(preview) == PREVIEW_BYTES == 80
    assert max(preview[:2]) == SIDE_PIXELS
    want = np.asarray(picture.convert("L").resize((preview[0], preview[1]), Image.Resampling.BOX)).astype(float)
    assert np.sqrt(((drawn(preview) - want) ** 2).mean()) < 16


def test_nothing_sharp_is_left_in_a_preview() -> None:
    """Stripes of one pixel of the preview's own size are gone: no letter and no face is made of less."""
    stripes = np.zeros((400, 400), np.uint8)
    stripes[:, ::20] = 255
    fine = np.zeros((400, 400), np.uint8)
    fine[:, ::2] = 255
    for pixels in (stripes, fine):
        (preview,) = read_picture(file_of(Image.fromarray(pixels), "PNG")).previews.rows
        across = drawn(preview.tobytes())[10]
        assert across.max() - across.min() < 40


def test_a_picture_too_small_to_have_a_fingerprint_has_no_preview() -> None:
    assert len(read_picture(file_of(Image.new("L", (4, 40)), "PNG")).previews) == 0


def test_a_picture_with_transparency_has_the_preview_of_what_is_shown() -> None:
    hidden = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    (preview,) = read_picture(file_of(hidden, "PNG")).previews.rows
    assert drawn(preview.tobytes()).min() > 250


def test_a_clip_has_one_preview_that_stands_for_it_and_a_strip_in_the_order_of_time() -> None:
    clip = drawn_clip()
    previews = read_video(memfd(clip), len(clip), Wants.FULL).previews
    assert 2 <= len(previews) <= STRIP_MAX + 1
    times = previews.times_ms[1:].tolist()
    assert times == sorted(set(times))
    assert previews.times_ms[0] in times


@pytest.mark.parametrize("frames", [1, 5, 13, 5_000])
def test_a_strip_lies_evenly_however_many_frames_come(frames: int) -> None:
    strip, clock, grey = Strip(), Clock(), country(1, 40, 60)
    for _ in range(frames):
        strip.see(grey, clock.time_ms(None))
    times = strip.previews().times_ms[1:].tolist()
    assert len(times) == min(frames, STRIP_MAX)
    gaps = np.diff(times)
    assert frames <= STRIP_MAX or gaps.max() <= 2.5 * gaps.min()


def test_a_flat_frame_never_stands_for_a_clip() -> None:
    strip = Strip()
    for time_ms, grey in enumerate((np.zeros((40, 60), np.uint8), country(1, 40, 60), np.full((40, 60), 90, np.uint8))):
        strip.see(grey, time_ms)
    assert strip.previews().times_ms.tolist() == [1, 0, 1, 2]


def test_previews_come_through_the_sandbox_as_they_were_made() -> None:
    reading = read_picture(file_of(landscape(5, (320, 240))))
    message, arrays = pack(reading)
    back = unpack(message, lambda size: b"".join(arrays)[:size])
    assert back.previews.rows.tobytes() == reading.previews.rows.tobytes()
    assert back.previews.times_ms.tolist() == [0]


@pytest.mark.parametrize(("at", "byte"), [(0, 0), (0, 21), (1, 0), (1, 255)])
def test_a_preview_whose_sides_cannot_be_is_no_answer(at: int, byte: int) -> None:
    reading = read_picture(file_of(landscape(5, (320, 240))))
    rows = reading.previews.rows.copy()
    rows[0, at] = byte
    forged = Reading(verdict=reading.verdict, previews=type(reading.previews)(rows=rows, times_ms=reading.previews.times_ms))
    message, arrays = pack(forged)
    with pytest.raises(ProtocolBroken):
        unpack(message, lambda size: b"".join(arrays)[:size])


def test_what_could_not_be_read_has_no_preview() -> None:
    message, arrays = pack(Reading(verdict=read_picture(file_of(landscape(1, (64, 64)))).verdict, previews=NO_PREVIEWS))
    forged = message.replace(b'"previews": 0', b'"previews": 1').replace(b'"verdict": 1', b'"verdict": 3')
    assert forged != message
    with pytest.raises(ProtocolBroken):
        unpack(forged, lambda _size: bytes(84))
    assert arrays == []


def test_a_preview_has_as_many_bytes_as_the_trusted_side_takes():
    assert len(WAVES) + 2 == PREVIEW_BYTES
