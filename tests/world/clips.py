"""Drawn clips of hills, clouds and moving shapes, with drawn sound: nothing in them was ever filmed."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
Samples = NDArray[np.int16]

SIZE = (180, 320)
RATE = 15
SOUND_RATE_HZ = 16_000


def country(seed: int, height: int, width: int) -> Luma:
    """A wide drawn country: clouds and hills of every size, (height, width)."""
    draw = np.random.default_rng(seed)
    field = np.zeros((height, width))
    for cells in (3, 6, 12, 24, 48, 96):
        coarse = draw.normal(size=(cells, cells * 2)) / cells**0.8
        ys, xs = np.linspace(0, cells - 1, height), np.linspace(0, cells * 2 - 1, width)
        rows = np.stack([np.interp(xs, np.arange(cells * 2), line) for line in coarse])
        top = np.clip(ys.astype(int), 0, cells - 2)
        share = (ys - top)[:, None]
        field += rows[top] * (1 - share) + rows[top + 1] * share
    low, high = np.percentile(field, (1, 99))
    return np.clip(16 + (field - low) / (high - low) * 219, 16, 235).astype(np.uint8)


def scenes(
    seed: int,
    seconds: float,
    *,
    size: tuple[int, int] = SIZE,
    rate: int = RATE,
    scene_s: float = 2.5,
    pan: float = 0.04,
) -> Iterator[Luma]:
    """Frames of a journey: a new country every `scene_s` seconds, seen while moving on.

    `pan` is the share of the width moved a second; 0 is a standing camera.
    """
    height, width = size
    for number in range(round(seconds * rate)):
        scene, within = divmod(number / rate, scene_s)
        wide = _country(seed * 1000 + int(scene), height, round(width * (1 + pan * scene_s)) + 1)
        left = round(within * pan * width)
        yield wide[:, left : left + width]


_drawn: dict[tuple[int, int, int], Luma] = {}


def _country(seed: int, height: int, width: int) -> Luma:
    if len(_drawn) > 64:
        _drawn.clear()
    if (seed, height, width) not in _drawn:
        _drawn[seed, height, width] = country(seed, height, width)
    return _drawn[seed, height, width]


def music(seed: int, seconds: float, rate_hz: int = SOUND_RATE_HZ) -> Samples:
    """A drawn tune: chords that change every quarter of a second."""
    draw = np.random.default_rng(seed)
    count = round(seconds * rate_hz)
    at = np.arange(count) / rate_hz
    chord = (at * 4).astype(int)
    wave = np.zeros(count)
    for _ in range(3):
        notes = 220 * 2 ** (draw.integers(0, 24, chord[-1] + 1) / 12)
        wave += np.sin(2 * np.pi * np.cumsum(notes[chord]) / rate_hz)
    return (wave * 6000).astype(np.int16)


def write(
    path: Path,
    frames: Iterable[Luma] | None,
    *,
    rate: int = RATE,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    sound: Samples | None = None,
    sound_codec: str = "aac",
    tags: dict[str, str] | None = None,
    edit: Callable[[Luma], Luma] = lambda frame: frame,
) -> Path:
    """Encode frames and sound as the file `path`; its suffix says which container."""
    options = {"crf": "23", "preset": "ultrafast", "g": str(rate * 2)} if options is None else options
    container_options = {"movflags": "use_metadata_tags"} if path.suffix in {".mp4", ".mov"} else {}
    with av.open(str(path), "w", options=container_options) as container:
        container.metadata.update(tags or {})
        voice = None
        if sound is not None:
            voice = container.add_stream(sound_codec, rate=SOUND_RATE_HZ, layout="mono")
        if frames is not None:
            _write_frames(container, (edit(frame) for frame in frames), rate, codec, options)
        if voice is not None and sound is not None:
            _write_sound(container, voice, sound)
    return path


def _write_frames(container, frames, rate, codec, options):
    stream = None
    for number, drawn in enumerate(frames):
        luma = drawn[: drawn.shape[0] // 2 * 2, : drawn.shape[1] // 2 * 2]
        height, width = luma.shape
        if stream is None:
            stream = container.add_stream(codec, rate=rate, options=options)
            stream.width, stream.height = width, height
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.codec_context.thread_count = 1
        planes = np.concatenate((luma, np.full((height // 2, width), 128, np.uint8)))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(planes), format=stream.pix_fmt)
        frame.pts, frame.time_base = number, Fraction(1, rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _write_sound(container, stream, samples):
    resampler = av.AudioResampler(
        format=stream.codec_context.format.name,
        layout="mono",
        rate=stream.codec_context.sample_rate,
        frame_size=stream.codec_context.frame_size or 1024,
    )
    frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts = SOUND_RATE_HZ, 0
    for ready in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(ready))
    container.mux(stream.encode(None))
