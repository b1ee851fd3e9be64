"""Drawn pictures, and the pack of real ones where it is at hand."""

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

MEDIA = Path(os.environ.get("CLEW_TEST_MEDIA", Path(__file__).parents[3] / "shared" / "media"))
needs_media = pytest.mark.skipif(
    not (MEDIA / "manifest.csv").is_file(),
    reason="no test media (set CLEW_TEST_MEDIA): real pictures are NOT tested",
)


def manifest() -> list[dict[str, str]]:
    """The rows of the pack's manifest; none where there is no pack."""
    if not (MEDIA / "manifest.csv").is_file():
        return []
    with (MEDIA / "manifest.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def drawn(seed: int, width: int = 800, height: int = 600) -> Image.Image:
    """A picture of overlapping ellipses and boxes on a shaded ground, RGB; its PDQ has quality 100."""
    rng = np.random.default_rng(seed)
    shade = np.linspace(0, 1, height)[:, None, None] * rng.integers(60, 200, 3) + rng.integers(0, 56, 3)
    image = Image.fromarray(np.broadcast_to(shade, (height, width, 3)).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for number in range(60):
        x, y = rng.uniform(-0.1, 1.0) * width, rng.uniform(-0.1, 1.0) * height
        size = rng.uniform(0.02, 0.35) * min(width, height)
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        shape = pen.ellipse if number % 2 else pen.rectangle
        shape((x, y, x + size * rng.uniform(0.4, 2.0), y + size), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(min(width, height) / 600))


def waves(count: int) -> list[bytes]:
    """So many small JPEGs of drawn waves, no two the same."""
    draw = np.random.default_rng(3)
    y, x = np.mgrid[0:96, 0:128]
    pictures = []
    for _ in range(count):
        a, b, c, d = draw.uniform(0.02, 0.25, 4)
        shade = 128 + 60 * np.sin(a * x + b * y) + 60 * np.cos(c * x - d * y)
        pictures.append(saved(Image.fromarray(shade.astype(np.uint8)), "JPEG"))
    return pictures


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """The bytes of a file of that format."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def grey(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("L"))


def distance(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """Bits that differ."""
    return int(np.bitwise_count(a ^ b).sum())
