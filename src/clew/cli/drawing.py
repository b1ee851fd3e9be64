"""Drawn pictures and clips for the demonstration: landscapes and rooms that nobody photographed."""

import math
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = (640, 480)


def landscape(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """Hills, a sun or moon, trees and houses; the same seed draws the same picture."""
    chance = random.Random(f"landscape {seed}")
    width, height = size
    picture = Image.new("RGB", size)
    pen = ImageDraw.Draw(picture)
    top, bottom = _colour(chance, 60, 220), _colour(chance, 120, 250)
    for y in range(height):
        share = y / height
        pen.line([(0, y), (width, y)], fill=tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))
    x, y, r = chance.randrange(width), chance.randrange(height // 2), chance.randrange(15, 60)
    pen.ellipse([x - r, y - r, x + r, y + r], fill=_colour(chance, 180, 255))
    for layer in range(chance.randrange(3, 6)):
        _hills(pen, chance, size, height * (0.35 + 0.14 * layer), _colour(chance, 20, 190 - 25 * layer))
    for _ in range(chance.randrange(4, 14)):
        _tree(pen, chance, size) if chance.random() < 0.7 else _house(pen, chance, size)
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def room(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """A wall with a window and pictures, a floor, a table and a lamp; the same seed draws the same room."""
    chance = random.Random(f"room {seed}")
    width, height = size
    picture = Image.new("RGB", size, _colour(chance, 120, 230))
    pen = ImageDraw.Draw(picture)
    floor = round(height * chance.uniform(0.6, 0.8))
    for x in range(0, width, chance.randrange(18, 60)):
        pen.line([(x, 0), (x, floor)], fill=_colour(chance, 100, 220), width=chance.randrange(1, 8))
    pen.rectangle([0, floor, width, height], fill=_colour(chance, 50, 140))
    for _ in range(chance.randrange(2, 5)):
        w, h = chance.randrange(50, width // 3), chance.randrange(50, height // 3)
        x, y = chance.randrange(width - w), chance.randrange(max(1, floor - h))
        picture.paste(landscape(chance.randrange(10**6), (w, h)), (x, y))
        pen.rectangle([x, y, x + w, y + h], outline=_colour(chance, 20, 90), width=chance.randrange(3, 9))
    for _ in range(chance.randrange(2, 5)):
        x, w = chance.randrange(width), chance.randrange(60, width // 2)
        y = chance.randrange(floor - 60, height - 40)
        colour = _colour(chance, 30, 180)
        pen.rectangle([x, y, x + w, y + chance.randrange(12, 50)], fill=colour)
        pen.rectangle([x + 8, y, x + 18, height], fill=colour)
        pen.rectangle([x + w - 18, y, x + w - 8, height], fill=colour)
    x, r = chance.randrange(width), chance.randrange(20, 60)
    pen.polygon([(x - r, 60 + r), (x + r, 60 + r), (x, 60)], fill=_colour(chance, 180, 255))
    return picture


def drive(seed: int, seconds: float, *, start: float = 0.0, frames_per_second: int = 12) -> Iterator[Image.Image]:
    """Frames of a ride past landscapes and into rooms, a new scene every two seconds or so."""
    for number in range(round(seconds * frames_per_second)):
        at = start + number / frames_per_second
        scene, within = divmod(at, 2.0)
        draw = landscape if (seed + int(scene)) % 3 else room
        wide = _wide(draw, seed * 1000 + int(scene))
        left = round((wide.width - SIZE[0]) * (0.5 - 0.5 * math.cos(within * math.pi / 2)))
        yield wide.crop((left, 0, left + SIZE[0], SIZE[1]))


def write_clip(
    path: Path, frames: Iterator[Image.Image], *, frames_per_second: int = 12, bit_rate: int = 900_000
) -> None:
    """Write `frames` as an MPEG-4 clip."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(frames_per_second))
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *SIZE, "yuv420p", bit_rate
        for picture in frames:
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


_last_wide: dict[tuple[str, int], Image.Image] = {}


def _wide(draw, seed: int) -> Image.Image:
    key = (draw.__name__, seed)
    if key not in _last_wide:
        _last_wide.clear()
        _last_wide[key] = draw(seed, (SIZE[0] * 3 // 2, SIZE[1]))
    return _last_wide[key]


def _colour(chance: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return chance.randrange(low, high), chance.randrange(low, high), chance.randrange(low, high)


def _hills(
    pen: ImageDraw.ImageDraw, chance: random.Random, size: tuple[int, int], base: float, colour: tuple[int, int, int]
) -> None:
    waves = [(chance.uniform(0.5, 7), chance.uniform(0, 6.3), chance.uniform(4, 50)) for _ in range(4)]
    points = [
        (x, base + sum(h * math.sin(x / size[0] * f * 2 + p) for f, p, h in waves)) for x in range(0, size[0] + 8, 8)
    ]
    pen.polygon([(0, size[1]), *points, (size[0], size[1])], fill=colour)


def _tree(pen: ImageDraw.ImageDraw, chance: random.Random, size: tuple[int, int]) -> None:
    x, y, h = chance.randrange(size[0]), chance.randrange(size[1] // 2, size[1]), chance.randrange(20, 110)
    pen.rectangle([x - h // 14, y - h // 3, x + h // 14, y], fill=(90, 60, 40))
    green = (chance.randrange(10, 90), chance.randrange(70, 160), chance.randrange(10, 90))
    for step in range(3):
        w = h // 2 - step * h // 8
        pen.polygon(
            [(x - w, y - h // 3 - step * h // 4), (x + w, y - h // 3 - step * h // 4), (x, y - h - step * h // 8)],
            fill=green,
        )


def _house(pen: ImageDraw.ImageDraw, chance: random.Random, size: tuple[int, int]) -> None:
    x, y, w = chance.randrange(size[0]), chance.randrange(size[1] // 2, size[1]), chance.randrange(30, 110)
    pen.rectangle([x, y - w * 2 // 3, x + w, y], fill=_colour(chance, 90, 230))
    pen.polygon(
        [(x - 6, y - w * 2 // 3), (x + w + 6, y - w * 2 // 3), (x + w // 2, y - w * 6 // 5)],
        fill=_colour(chance, 60, 160),
    )
    pen.rectangle([x + w // 5, y - w // 2, x + w // 5 * 2, y - w // 4], fill=_colour(chance, 150, 255))
