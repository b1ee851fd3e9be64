"""Inside the sandbox: what is drawn of a medium: its lines, its frames, the curve of its sound, or a picture anew."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from numpy.typing import NDArray
from PIL import Image

from clew.domain.errors import Undecodable
from clew.domain.look import (
    DRAWN_SIDE_PIXELS_MAX,
    FRAME_SIDE_PIXELS_MAX,
    FRAMES_SHOWN_MAX,
    LEVELS,
    PICTURE_SIDE_PIXELS_MAX,
    Look,
)
from clew.media import cut, heif, sketch, sound
from clew.media.container import duration_ms, open_container, sound_stream
from clew.media.cut import NoSuchMoment
from clew.media.limits import SEALED_CONTENT_BYTES_MAX, LimitExceeded
from clew.media.raster import shown
from clew.media.seized import read_at
from clew.media.still import HEAD_BYTES, format_of

FAULTS_MAX = 200
SOUND_PACKETS_MAX = 3_000_000
"""Two hours of the shortest packets that there are; what comes later is not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Pictures of one size, with their times where they are frames; a curve is one picture of one row.

    Shapes: `pixels` is (count, height, width, 1 or 3), uint8. `duration_ms` is of a sound.
    """

    pixels: NDArray[np.uint8]
    times_ms: tuple[int, ...] = ()
    duration_ms: int = 0


def render(fd: int, size: int, look: Look, at_ms: Sequence[int]) -> Rendered:
    """What is shown of the medium behind `fd` in this form; of a moving one at these times, or all through it.

    Raises:
        Undecodable: nothing can be read.
        LimitExceeded: too many bytes or pixels.
    """
    form = format_of(read_at(fd, HEAD_BYTES, 0))
    if form is not None:
        return _still(fd, size, form, look)
    if look is Look.SOUND:
        return _curve(fd, size)
    return _frames(fd, size, at_ms, is_drawn=look is Look.DRAWING)


def _still(fd: int, size: int, form: str, look: Look) -> Rendered:
    if size > SEALED_CONTENT_BYTES_MAX:
        raise LimitExceeded("The file is larger than a still picture may be.")
    untrusted = b"".join(cut.parts(fd, size))
    whole = Image.fromarray(heif.colours_of(untrusted)) if form == "HEIF" else shown(untrusted, form)
    if look is Look.DRAWING:
        return Rendered(pixels=sketch.drawing(_grey(whole, DRAWN_SIDE_PIXELS_MAX))[None, :, :, None])
    return Rendered(pixels=np.asarray(_within(whole, PICTURE_SIDE_PIXELS_MAX))[None])


def _within(whole: Image.Image, side_max: int) -> Image.Image:
    longer = max(whole.size)
    if longer <= side_max:
        return whole
    sides = [max(1, side * side_max // longer) for side in whole.size]
    return whole.resize((sides[0], sides[1]), Image.Resampling.BOX)


def _grey(whole: Image.Image, side_max: int) -> NDArray[np.uint8]:
    return np.asarray(_within(whole, side_max).convert("L"))


def _frames(fd: int, size: int, at_ms: Sequence[int], *, is_drawn: bool) -> Rendered:
    moments = list(at_ms)[:FRAMES_SHOWN_MAX] or _spread(_length_ms(fd, size))
    found: dict[int, NDArray[np.uint8]] = {}
    for moment in moments:
        with suppress(NoSuchMoment):
            grey = _grey(Image.fromarray(cut.frame_at(fd, size, moment)), FRAME_SIDE_PIXELS_MAX)
            found[moment] = sketch.drawing(grey) if is_drawn else grey
    if not found:
        raise Undecodable("It holds no picture of a kind that is read.")
    # A film may change its size on the way: all are shown as large as the first.
    height, width = next(iter(found.values())).shape
    alike = [one if one.shape == (height, width) else _sized(one, width, height) for one in found.values()]
    return Rendered(pixels=np.stack(alike)[..., None], times_ms=tuple(found))


def _sized(grey: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX))


def _length_ms(fd: int, size: int) -> int:
    with open_container(fd, size) as container:
        return duration_ms(container) or 0


def _spread(length_ms: int) -> list[int]:
    """Moments all through, none at the very ends, where films are often black; one where no length is known."""
    if not length_ms:
        return [0]
    return [length_ms * (2 * number + 1) // (2 * FRAMES_SHOWN_MAX) for number in range(FRAMES_SHOWN_MAX)]


def _curve(fd: int, size: int) -> Rendered:
    """How loud it is, as `LEVELS` values up to 255."""
    with open_container(fd, size) as container:
        length = duration_ms(container) or 0
        peaks = list(_peaks(container))
    if not peaks:
        raise Undecodable("It holds no sound of a kind that is read.")
    end = max(length / 1000, peaks[-1][0], 0.001)
    levels = np.zeros(LEVELS, np.float32)
    for at, peak in peaks:
        place = min(LEVELS - 1, max(0, int(at / end * LEVELS)))
        levels[place] = max(levels[place], peak)
    curve = np.sqrt(np.clip(levels / 32768, 0.0, 1.0)) * 255  # so that what is quiet can be seen
    return Rendered(pixels=curve.astype(np.uint8)[None, None, :, None], duration_ms=int(end * 1000))


def _peaks(container: InputContainer) -> Iterator[tuple[float, float]]:
    """Time in seconds and the loudest sample of each decoded piece of the sound."""
    stream = sound_stream(container)
    if stream is None:
        return
    if not stream.codec_context.is_open:
        stream.codec_context.thread_type, stream.codec_context.thread_count = "NONE", 1
    faults, heard = 0, 0.0
    for number, packet in enumerate(container.demux(stream)):
        if number >= SOUND_PACKETS_MAX or faults > FAULTS_MAX:
            return
        try:
            for piece in packet.decode():
                if isinstance(piece, AudioFrame) and piece.samples:
                    yield heard, _loudest(piece)
                    heard += piece.samples / max(1, piece.sample_rate)
        except (av.error.FFmpegError, ValueError):
            faults += 1


def _loudest(piece: AudioFrame) -> float:
    mixed = sound.mono(piece.to_ndarray(), channels=len(piece.layout.channels), is_planar=piece.format.is_planar)
    return float(np.abs(mixed.astype(np.int32)).max(initial=0))


def warm(samples: Iterable[bytes]) -> None:
    """Render each sample in every form, so that nothing is imported or opened later."""
    for sample in samples:
        fd = os.memfd_create("sample", os.MFD_CLOEXEC)
        try:
            os.write(fd, sample)
            for number, look in enumerate(Look):
                # Of a film its frames once, then one moment: each is sought and decoded anew.
                with suppress(Undecodable):
                    render(fd, len(sample), look, (0,) if number else ())
                with suppress(Undecodable):
                    render(fd, len(sample) * 2 // 3, look, (500,))
        finally:
            os.close(fd)
