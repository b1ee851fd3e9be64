"""Millions of PDQ fingerprints of drawn pictures: crops of clouds, leaves, rooms and pages.

Every fingerprint is that of a picture of its own: a window is cut out of a large drawn canvas and taken
down to 64 x 64 by the mean of areas; from there on the steps are PDQ's (DCT, median, quality, none below 50).
So the bits have PDQ's own skew and correlation, and pages in white give it hubs.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

SIDE = 512
CANVASES = 256
WINDOW_MIN, WINDOW_MAX = 72, 400
QUALITY_MIN = 50
FOLDER = Path(__file__).resolve().parent.parent / ".bench"

_DCT = np.sqrt(2 / 64) * np.cos(np.pi / 128 * np.outer(np.arange(1, 17), 2 * np.arange(64) + 1))


def fingerprints(count: int) -> NDArray[np.uint8]:
    """Shape (count, 32), mapped from a file that is made once."""
    file = FOLDER / f"fingerprints-{count}.npy"
    if not file.exists():
        FOLDER.mkdir(exist_ok=True)
        fresh = file.with_suffix(".partial")
        with fresh.open("wb") as opened:
            np.save(opened, _drawn(count))
        fresh.rename(file)
    return np.load(file, mmap_mode="r")


def _drawn(count: int) -> NDArray[np.uint8]:
    share = -(-count // CANVASES)
    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(lambda canvas: _crops(canvas, share), range(CANVASES)))
    drawn = np.concatenate(parts)
    return drawn[np.random.default_rng(7).permutation(len(drawn))[:count]]


def _crops(canvas: int, count: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng([11, canvas])
    sums = np.zeros((SIDE + 1, SIDE + 1), np.int32)
    sums[1:, 1:] = _canvas(rng, canvas % 4).cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
    dct, dct_turned = _DCT.astype(np.float32), np.ascontiguousarray(_DCT.T.astype(np.float32))
    found: list[NDArray[np.uint8]] = []
    missing = count
    while missing > 0:
        sizes = rng.integers(WINDOW_MIN, WINDOW_MAX, (missing + 500, 2))
        corners = (rng.random((missing + 500, 2)) * (SIDE - sizes)).astype(np.int64)
        bits, quality = _fingerprint(sums, corners, sizes, dct, dct_turned)
        found.append(np.packbits(bits[quality >= QUALITY_MIN], axis=1))
        missing -= len(found[-1])
    return np.concatenate(found)[:count]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _fingerprint(sums, corners, sizes, dct, dct_turned):  # type: ignore[no-untyped-def]
    count = len(corners)
    bits = np.empty((count, 256), np.bool_)
    quality = np.empty(count, np.int64)
    edges = np.empty((2, 65), np.int64)
    strip = np.empty(65, np.int32)
    small = np.empty((64, 64), np.float32)
    half = np.empty((16, 64), np.float32)
    waves = np.empty((16, 16), np.float32)
    for n in range(count):
        for side in range(2):
            for i in range(65):
                edges[side, i] = corners[n, side] + ((i * sizes[n, side]) >> 6)
        for i in range(64):
            top, bottom = edges[0, i], edges[0, i + 1]
            for j in range(65):
                strip[j] = sums[bottom, edges[1, j]] - sums[top, edges[1, j]]
            for j in range(64):
                area = np.float32((bottom - top) * (edges[1, j + 1] - edges[1, j]))
                small[i, j] = np.float32(strip[j + 1] - strip[j]) / area
        slopes = np.int32(0)
        for i in range(63):
            for j in range(63):
                slopes += abs(np.int32((small[i, j] - small[i + 1, j]) * np.float32(100 / 255)))
                slopes += abs(np.int32((small[i, j] - small[i, j + 1]) * np.float32(100 / 255)))
        quality[n] = min(100, slopes // 90)
        half[:] = 0
        waves[:] = 0
        for i in range(16):
            for k in range(64):
                for j in range(64):
                    half[i, j] += dct[i, k] * small[k, j]
        for i in range(16):
            for k in range(64):
                for j in range(16):
                    waves[i, j] += half[i, k] * dct_turned[k, j]
        flat = waves.reshape(256)
        ordered = np.partition(flat, 128)
        bits[n] = flat > (ordered[:128].max() + ordered[128]) / 2
    return bits, quality


def _canvas(rng: np.random.Generator, kind: int) -> NDArray[np.uint8]:
    drawn = (_clouds, _leaves, _room, _page)[kind](rng)
    return np.clip(drawn + rng.normal(0, 3, drawn.shape), 0, 255).astype(np.uint8)


def _clouds(rng: np.random.Generator) -> NDArray[np.float64]:
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.rfftfreq(SIDE), indexing="ij"))
    frequency[0, 0] = 1
    waves = np.fft.rfft2(rng.normal(size=(SIDE, SIDE))) / frequency ** rng.uniform(0.8, 1.3)
    field = np.fft.irfft2(waves, (SIDE, SIDE))
    return 128 + 55 * (field - field.mean()) / field.std()


def _leaves(rng: np.random.Generator) -> NDArray[np.float64]:
    drawn = np.full((SIDE, SIDE), 128.0)
    for radius in np.sort(12 + 100 * rng.power(0.3, 900))[::-1].astype(int):
        y, x = rng.integers(0, SIDE, 2)
        top, left = max(0, y - radius), max(0, x - radius)
        part = drawn[top : y + radius, left : x + radius]
        rows, columns = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
        part[(rows - y) ** 2 + (columns - x) ** 2 < radius**2] = rng.integers(0, 256)
    return drawn


def _room(rng: np.random.Generator) -> NDArray[np.float64]:
    drawn = np.linspace(rng.integers(60, 200), rng.integers(60, 200), SIDE)[:, None] + np.zeros((SIDE, SIDE))
    drawn[int(SIDE * 0.6) :] -= 40
    for _ in range(400):
        (top, left), (height, width) = rng.integers(0, SIDE, 2), rng.integers(8, 120, 2)
        stripes = rng.integers(4, 40)
        shade = rng.integers(0, 256) + 25 * (np.arange(width) // stripes % 2)
        part = drawn[top : top + height, left : left + width]
        part[:] = shade[None, : part.shape[1]]
    return drawn


def _page(rng: np.random.Generator) -> NDArray[np.float64]:
    drawn = np.full((SIDE, SIDE), 250.0)
    line = int(rng.integers(14, 30))
    for top in range(40, SIDE - 40, line):
        if rng.random() < 0.12:
            continue
        left = 40
        while left < SIDE - 40 - rng.integers(0, 300):
            word = int(rng.integers(10, 70))
            drawn[top : top + line // 2, left : left + word] = rng.integers(10, 90)
            left += word + int(rng.integers(5, 12))
    return drawn
