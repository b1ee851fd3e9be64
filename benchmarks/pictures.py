"""Pictures a second on one core, digests and sandbox included, beside python-threatexchange's own path.

    python -m benchmarks.pictures [--quick] [--json]

Ours: a file is read into a sealed descriptor while MD5, SHA-1 and SHA-256 are made of it, read in
the sandbox (both fingerprints in eight turns, facts, camera) and unpacked and checked outside.
Theirs: the bytes of the file are read and given to `PdqSignal.hash_from_bytes` (Pillow and
pdqhash): one hash, no digests, no sandbox. CPU time of this process and of the sandboxed reader.
The two take turns by rounds over all pictures of a size, the first of which warms and is not counted:
whoever takes in a disk runs one of them for thousands of pictures and never both by turns.
"""

import argparse
import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image
from threatexchange.signal_type.pdq.signal import PdqSignal

from benchmarks.machine import Report, Watch
from clew.domain.fingerprint import QUALITY_MATCHED_MIN, Kind
from clew.media.digests import content_of_file
from clew.media.reading import FingerprintSet, Reading, Wants
from clew.media.sandbox import Sandbox

MEDIA = Path(os.environ.get("CLEW_TEST_MEDIA", Path(__file__).parents[2] / "shared" / "media"))
SIZES = {"0.3 MP": (640, 480, 3.5, 8), "2 MP": (1632, 1224, 10.0, 3), "12 MP": (4000, 3000, 25.0, 1)}
"""Width, height, how many times as fast as the other path it is asked to be, and how many times as many pictures:
a turn lasts tens of milliseconds at least, or it would measure how caches are filled again."""
JPEG_QUALITY = 85
GRAIN_LEVELS = 3.0
"""Standard deviation of the grain: a picture of 12 megapixels then weighs about 2 MB, as from a phone."""
CPU_CLOCK_OF_PROCESS = 2


@dataclass(slots=True, kw_only=True)
class Measured:
    """CPU seconds of each picture on both paths, and how far the bits lie apart."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    apart_bits: list[int] = field(default_factory=list)


def photographs(count: int) -> list[Image.Image]:
    """Landscapes and things of the pack of test media, or drawn pictures where there is none."""
    found = sorted((MEDIA / "photos").glob("*.jpg")) + sorted((MEDIA / "camera").glob("*.jpg"))
    large = [path for path in found if min(Image.open(path).size) >= 480]
    if len(large) < count:
        return [_noise(seed) for seed in range(count)]
    return [Image.open(path).convert("RGB") for path in large[:: len(large) // count][:count]]


def _noise(seed: int) -> Image.Image:
    """Sums of smooth noise of many sizes, as natural as drawn pictures get."""
    rng = np.random.default_rng(seed)
    total = np.zeros((960, 1280, 3), np.float32)
    for side in (4, 8, 16, 32, 64, 128, 256):
        layer = Image.fromarray(rng.integers(0, 256, (side, side, 3), dtype=np.uint8))
        total += np.asarray(layer.resize((1280, 960), Image.Resampling.BICUBIC), np.float32) / side**0.5
    return Image.fromarray((total / total.max() * 255).astype(np.uint8))


def write_pictures(folder: Path, width: int, height: int, originals: Sequence[Image.Image]) -> list[Path]:
    """JPEG files of that size, with grain: an enlarged picture is too smooth to be a photograph."""
    rng = np.random.default_rng(width)
    paths = []
    for number, original in enumerate(originals):
        enlarged = np.asarray(original.resize((width, height), Image.Resampling.BICUBIC), np.int16)
        grain = rng.normal(0, GRAIN_LEVELS, (height, width, 1)).astype(np.int16)
        path = folder / f"{width}-{number}.jpg"
        Image.fromarray((enlarged + grain).clip(0, 255).astype(np.uint8)).save(path, quality=JPEG_QUALITY)
        paths.append(path)
    return paths


class Clock:
    """CPU time of this process and of the sandboxed reader together."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def seconds_of(self, work: Callable[[], Reading | str]) -> tuple[float, Reading | str]:
        before = self._now()
        answer = work()
        return self._now() - before, answer

    def _now(self) -> float:
        pid = self._sandbox.reader_pid
        child = 0.0 if pid is None else time.clock_gettime((~pid << 3) | CPU_CLOCK_OF_PROCESS)
        return time.process_time() + child


def ours(sandbox: Sandbox, path: Path) -> Reading:
    fd = os.open(path, os.O_RDONLY)
    try:
        with content_of_file(fd) as content:
            return sandbox.read(content.fd, content.digests.size_bytes, Wants.PICTURE_OR_KEY_FRAMES)
    finally:
        os.close(fd)


def theirs(path: Path) -> str:
    return PdqSignal.hash_from_bytes(path.read_bytes())


def reference_bits(path: Path) -> tuple[NDArray[np.uint8], int]:
    vector, quality = pdqhash.compute(np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB")))
    return np.packbits(vector), int(quality)


def stored(reading: Reading, kind: Kind) -> FingerprintSet:
    return next(one for one in reading.stored if one.kind is kind)


def measure(sandbox: Sandbox, paths: Sequence[Path], rounds: int) -> Measured:
    measured = Measured()
    clock = Clock(sandbox)
    for number in range(rounds + 1):
        mine = [clock.seconds_of(lambda path=path: ours(sandbox, path))[0] for path in paths]
        other = [clock.seconds_of(lambda path=path: theirs(path))[0] for path in paths]
        if number:
            measured.ours += mine
            measured.theirs += other
    for path in paths:
        bits, quality = reference_bits(path)
        if quality >= QUALITY_MATCHED_MIN:
            row = stored(ours(sandbox, path), Kind.PDQ).bits[0]
            measured.apart_bits.append(int(np.bitwise_count(row ^ bits).sum()))
    return measured


def report(pictures: int, rounds: int, cache: Path | None) -> Report:
    packages = ("numpy", "numba", "simplejpeg", "Pillow", "pdqhash", "threatexchange")
    said = Report(
        title="Fingerprinting pictures", packages=packages, sizes={"pictures of 12 MP": pictures, "rounds": rounds}
    )
    originals = photographs(pictures * max(more for *_, more in SIZES.values()))
    with tempfile.TemporaryDirectory() as folder, Watch() as watch, Sandbox(cache=cache) as sandbox:
        for name, (width, height, asked, more) in SIZES.items():
            paths = write_pictures(Path(folder), width, height, originals[: pictures * more])
            add_figures(said, name, asked, measure(sandbox, paths, rounds))
    watch.add_to(said)
    return said


def add_figures(said: Report, name: str, asked: float, measured: Measured) -> None:
    mine, other = statistics.median(measured.ours), statistics.median(measured.theirs)
    said.add(f"{name}: pictures a second on one core", 1 / mine, "/s", note=f"{mine * 1000:.2f} ms of CPU time each")
    said.add(f"{name}: python-threatexchange", 1 / other, "/s", note=f"{other * 1000:.1f} ms of CPU time each")
    said.add(f"{name}: times as fast", other / mine, "x", at_least=asked, note="medians of the same pictures")
    apart = measured.apart_bits
    said.add(
        f"{name}: farthest from the reference", max(apart), "bits", at_most=2,
        note=f"mean {statistics.mean(apart):.2f} over {len(apart)} pictures of quality 50 and above",
    )  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="fewer pictures, under 50 seconds")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--cache", type=Path, help="folder of compiled kernels, e.g. that of a node")
    chosen = arguments.parse_args()
    pictures, rounds = (4, 3) if chosen.quick else (12, 5)
    report(pictures, rounds, chosen.cache).show(as_json=chosen.json)


if __name__ == "__main__":
    main()
