"""Moving media: how fast they are read, beside the PyPI package vpdq, and how well runs are found.

    python -m benchmarks.video [--quick] [--json]

Speed: clips of 60 s at 720p, drawn here (H.264, a key frame every 2 s), CPU time of the process over
all its threads. Sound is read in one further clip, as vpdq reads none. Recall: 20,000 simulated media
of about 75 stored frames, searched by the index of the product. Their frames drift by up to 25 bits a
second within a scene; a fifth of the media begin with one of 5 intros; 2 % of all frames are blank,
as if the quality had not kept them out. Half of the 200 queries are excerpts of 8 to 25 s from any
phase, every frame with 2 to 14 bits turned and a tenth spoilt; the other half were never stored.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import av
import numpy as np
import pdqhash
from numpy.typing import NDArray

from benchmarks.drawn import FOLDER
from benchmarks.machine import Report, Watch
from clew.index import alignment
from clew.index.alignment import FRAMES, KEY_FRAMES, Instants, Rule, Votes, align
from clew.index.recall import Index, Neighbours
from clew.media import sound, video
from clew.media.reading import Wants
from clew.media.sandbox import Sandbox
from tests.world import clips

try:
    import vpdq
except ImportError:  # it has no wheel: it needs a compiler and FFmpeg's headers
    vpdq = None

SIZE = (720, 1280)
RATE = 30
KEY_STEP_S = 2
FIRST_ANSWER_TIMES = 15.0
FULL_PASS_TIMES = 1.1
RECALL = 0.99
WRONG_PER_QUERY = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    clip_s: int
    rounds: int
    media: int
    queries: int


FULL = Scale(clip_s=60, rounds=3, media=20_000, queries=200)
QUICK = Scale(clip_s=8, rounds=1, media=2_000, queries=60)


# ------------------------------------------------------------------ speed


def countries(seconds: int) -> Iterator[NDArray[np.uint8]]:
    return clips.scenes(7, seconds, size=SIZE, rate=RATE, scene_s=6)


def test_pictures(seconds: int) -> Iterator[NDArray[np.uint8]]:
    """FFmpeg's own moving test picture, its luma."""
    graph = av.filter.Graph()
    source = graph.add("testsrc2", f"size={SIZE[1]}x{SIZE[0]}:rate={RATE}:duration={seconds}")
    grey, sink = graph.add("format", "gray"), graph.add("buffersink")
    source.link_to(grey)
    grey.link_to(sink)
    graph.configure()
    for _ in range(seconds * RATE):
        yield graph.vpull().to_ndarray()


def drawn_clip(name: str, frames: Callable[[int], Iterator[NDArray[np.uint8]]], seconds: int, *, tune: bool) -> Path:
    path = FOLDER / f"{name}-{seconds}.mp4"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        options = {"crf": "23", "preset": "veryfast", "g": str(RATE * KEY_STEP_S), "keyint_min": str(RATE * KEY_STEP_S)}
        fresh = path.with_suffix(".partial.mp4")
        heard = clips.music(7, seconds) if tune else None
        clips.write(fresh, frames(seconds), rate=RATE, options=options, sound=heard)
        fresh.rename(path)
    return path


def read(path: Path, wants: Wants) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        video.read_video(descriptor, path.stat().st_size, wants)
    finally:
        os.close(descriptor)


OFTEN = 5


def read_often(path: Path) -> None:
    for _ in range(OFTEN):
        read(path, Wants.PICTURE_OR_KEY_FRAMES)


def by_hand(path: Path) -> None:
    """What vpdq does, with PyAV and pdqhash: every frame decoded, one a second as RGB into a PDQ."""
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % RATE == 0:
                pdqhash.compute(frame.to_ndarray(format="rgb24"))


def decode(path: Path, *, keys_only: bool) -> None:
    """What no reader can spare: the frames decoded as they lie, and nothing done with them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY" if keys_only else "DEFAULT"
        for _ in container.decode(stream):
            pass


def cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def in_the_sandbox(path: Path) -> None:
    """The full pass as an intake makes it, for what its process takes of memory."""
    with Sandbox() as sandbox, path.open("rb") as film:
        verdict = sandbox.read(film.fileno(), path.stat().st_size, Wants.FULL).verdict
    if not verdict.is_decoded:
        raise SystemExit(f"{path} was not read: {verdict.name}")


def speeds(report: Report, scale: Scale) -> None:
    video.warm()
    reference: Callable[[Path], object] = by_hand if vpdq is None else vpdq.computeHash
    note = "against PyAV + pdqhash by hand: vpdq is not installed" if vpdq is None else "against PyPI vpdq"
    firsts, fulls = [], []
    for name, frames in (("countries", countries), ("test-pictures", test_pictures)):
        path = drawn_clip(name, frames, scale.clip_s, tune=False)
        taken: dict[str, list[float]] = {key: [] for key in ("reference", "first", "full", "keys decoded", "all decoded")}
        for _ in range(scale.rounds):
            taken["reference"].append(cpu_seconds(lambda path=path: reference(path)))
            # Repeated, because one pass over key frames is near the clock's own grain.
            taken["first"].append(cpu_seconds(lambda path=path: read_often(path)) / OFTEN)
            taken["full"].append(cpu_seconds(lambda path=path: read(path, Wants.FULL)))
            taken["keys decoded"].append(cpu_seconds(lambda path=path: decode(path, keys_only=True)))
            taken["all decoded"].append(cpu_seconds(lambda path=path: decode(path, keys_only=False)))
        base, first, full, keys_decoded, all_decoded = (median(each) for each in taken.values())
        report.add(f"{name}: reference", scale.clip_s / base, "x real time", note=note)
        report.add(f"{name}: first answer", scale.clip_s / first, "x real time", note=f"{first / keys_decoded:.2f} x decoding the key frames alone")
        report.add(f"{name}: full pass", scale.clip_s / full, "x real time", note=f"{full / all_decoded:.2f} x decoding all frames alone")
        firsts.append(base / first)
        fulls.append(base / full)
        in_the_sandbox(path)
    report.add("first answer, slowest clip", min(firsts), "x", at_least=FIRST_ANSWER_TIMES, note=note)
    report.add("full pass, slowest clip", min(fulls), "x", at_least=FULL_PASS_TIMES, note=note)
    if sound.available():
        path = drawn_clip("countries-heard", countries, scale.clip_s, tune=True)
        heard = median(cpu_seconds(lambda: read(path, Wants.PICTURE_OR_KEY_FRAMES)) for _ in range(3))
        report.add("first answer with sound", scale.clip_s / heard, "x real time", note="key frames and all sound")


# ------------------------------------------------------------------ recall

INTROS = 5
INTRO_SHARE = 0.2
BLANK_SHARE = 0.02
SPOILT_SHARE = 0.1
DRIFT_BITS_PER_S = 25
QUERY_STEP_S = 0.1
OFF_S = 0.5
FIRST_ANSWER = "first answer (a frame in 2 s)"
MATCHED_SHARE = 0.8
"""vPDQ's rule: a medium is a match if 80 % of the query's frames, one a second, are found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A medium that never was: scenes, each a fingerprint from which single bits turn as time goes on."""

    seed: int
    seconds: float
    intro: int

    def at(self, times_s: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.uint8]:
        """Fingerprints at those times, (n, 32), with blanks among them."""
        own = np.random.default_rng(self.seed)
        starts = np.cumsum(np.concatenate(((0.0,), own.uniform(1.5, 9.0, int(self.seconds / 1.5) + 2))))
        scenes = np.searchsorted(starts, times_s, side="right") - 1
        within = times_s - starts[scenes]
        drifts = own.uniform(0, DRIFT_BITS_PER_S, len(starts))
        bits = np.unpackbits(own.integers(0, 256, (len(starts), 32), np.uint8), axis=1)
        rank = np.argsort(own.random((len(starts), 256)), axis=1)
        turned = rank[scenes] < np.minimum(drifts[scenes] * within, 128)[:, None]
        rows = np.packbits(bits[scenes] ^ turned, axis=1)
        if self.intro >= 0:
            shared = times_s < 4 + self.intro
            rows[shared] = INTRO_MEDIA[self.intro].at(times_s[shared], draw)
        rows[draw.random(len(rows)) < BLANK_SHARE] = BLANK
        return rows


BLANK = np.zeros(32, np.uint8)
INTRO_MEDIA = [Simulated(seed=10**9 + number, seconds=20, intro=-1) for number in range(INTROS)]


def simulated(seed: int) -> Simulated:
    draw = np.random.default_rng((seed, 1))
    intro = int(draw.integers(0, INTROS)) if draw.random() < INTRO_SHARE else -1
    return Simulated(seed=seed, seconds=float(draw.uniform(30, 120)), intro=intro)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Rows of all stored media, numbered as the index numbers them."""

    bits: NDArray[np.uint8]
    media: NDArray[np.int64]
    times_ms: NDArray[np.int64]

    def source(self, after: int, limit: int) -> tuple[int, NDArray[np.uint8]]:
        return after + 1, self.bits[after + 1 : after + 1 + limit]


def stored(count: int) -> Store:
    bits, media, times = [], [], []
    for seed in range(count):
        medium = simulated(seed)
        seconds = np.arange(0.0, medium.seconds, 1.0)
        bits.append(medium.at(seconds, np.random.default_rng((seed, 2))))
        media.append(np.full(len(seconds), seed, np.int64))
        times.append(np.round(seconds * 1000).astype(np.int64))
    return Store(bits=np.concatenate(bits), media=np.concatenate(media), times_ms=np.concatenate(times))


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A query: what it is of, where it begins there, and its frames."""

    medium: int
    begins_s: float
    times_ms: NDArray[np.int32]
    bits: NDArray[np.uint8]


def excerpt(number: int, media: int, *, is_stored: bool) -> Excerpt:
    draw = np.random.default_rng((number, 3))
    seed = int(draw.integers(0, media)) if is_stored else 10**8 + number
    medium = simulated(seed)
    lasts = draw.uniform(8, 25)
    begins = draw.uniform(0, medium.seconds - lasts)
    times = np.arange(0, lasts, QUERY_STEP_S)
    bits = np.unpackbits(medium.at(begins + times, draw), axis=1)
    noise = draw.integers(2, 15, len(times))
    bits ^= np.argsort(draw.random(bits.shape), axis=1) < noise[:, None]
    rows = np.packbits(bits, axis=1)
    spoilt = draw.random(len(rows)) < SPOILT_SHARE
    rows[spoilt] = draw.integers(0, 256, (int(spoilt.sum()), 32), np.uint8)
    return Excerpt(
        medium=seed if is_stored else -1,
        begins_s=begins,
        times_ms=np.round(times * 1000).astype(np.int32),
        bits=rows,
    )


def ours(asked: Excerpt, found: Neighbours, store: Store, rule: Rule = FRAMES) -> list[alignment.Aligned]:
    votes = Votes(
        here_ms=asked.times_ms[found.query].astype(np.int64),
        stored=store.media[found.number],
        there_ms=store.times_ms[found.number],
        distance=found.distance,
        transform=np.zeros(len(found.query), np.uint8),
    )
    return align(votes, Instants.of(asked.times_ms, asked.bits), rule)


def by_share(asked: Excerpt, found: Neighbours, store: Store) -> set[int]:
    """Media that vPDQ's rule finds."""
    each_second = found.query % round(1 / QUERY_STEP_S) == 0
    pairs = np.unique(np.stack((store.media[found.number[each_second]], found.query[each_second])), axis=1)
    media, counts = np.unique(pairs[0], return_counts=True)
    frames = len(asked.times_ms[:: round(1 / QUERY_STEP_S)])
    return set(media[counts >= MATCHED_SHARE * frames].tolist())


@dataclass(slots=True, kw_only=True)
class Score:
    stored: int = 0
    found: int = 0
    wrong: int = 0
    queries: int = 0

    def count(self, medium: int, found: set[int]) -> None:
        self.queries += 1
        self.stored += medium >= 0
        self.found += medium in found
        self.wrong += len(found - {medium})

    @property
    def recall(self) -> float:
        return self.found / self.stored


def recall(report: Report, scale: Scale) -> None:
    store = stored(scale.media)
    report.sizes["stored frames"] = len(store.bits)
    scores = {"aligned runs": Score(), FIRST_ANSWER: Score(), "vPDQ 80 %": Score()}
    wrong_offsets, search_s, vote_s = dict.fromkeys(scores, 0), [], []
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder), store.source)
        while index.catch_up():
            pass
        index.consolidate()
        alignment.warm()
        for number in range(scale.queries):
            asked = excerpt(number, scale.media, is_stored=number % 2 == 0)
            began = time.process_time()
            found = index.search(asked.bits)
            searched = time.process_time()
            runs = ours(asked, found, store)
            vote_s.append(time.process_time() - searched)
            search_s.append(searched - began)
            scores["vPDQ 80 %"].count(asked.medium, by_share(asked, found, store))
            for name, aligned in (("aligned runs", runs), (FIRST_ANSWER, by_keys(asked, found, store))):
                scores[name].count(asked.medium, {run.stored for run in aligned})
                wrong_offsets[name] += sum(
                    run.stored == asked.medium and abs(run.there_s[0] - run.here_s[0] - asked.begins_s) > OFF_S
                    for run in aligned
                )
        index.close()
    for name, score in scores.items():
        is_asked = name == "aligned runs"
        report.add(f"{name}: recall", score.recall, "", at_least=RECALL if is_asked else None)
        wrong = score.wrong / score.queries
        report.add(f"{name}: wrong media a query", wrong, "", at_most=WRONG_PER_QUERY if is_asked else None)
    report.add("aligned runs: wrong offsets", wrong_offsets["aligned runs"], "runs", at_most=0, note=f"more than {OFF_S} s off")
    report.add(f"{FIRST_ANSWER}: wrong offsets", wrong_offsets[FIRST_ANSWER], "runs", note="a key frame tells its time to 2 s")
    report.add("search of one query", 1000 * median(search_s), "ms CPU", note="about 165 frames")
    report.add("vote on one query", 1000 * median(vote_s), "ms CPU", note=f"slowest {1000 * max(vote_s):.0f}")


def by_keys(asked: Excerpt, found: Neighbours, store: Store) -> list[alignment.Aligned]:
    """Runs found by a frame every two seconds, as key frames are, under the rule of a first answer."""
    step = round(KEY_STEP_S / QUERY_STEP_S)
    kept = found.query % step == 0
    keys = Excerpt(
        medium=asked.medium, begins_s=asked.begins_s, times_ms=asked.times_ms[::step], bits=asked.bits[::step]
    )
    near = Neighbours(query=found.query[kept] // step, number=found.number[kept], distance=found.distance[kept])
    return ours(keys, near, store, KEY_FRAMES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="shorter clips, 2,000 media; under 50 s")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    scale = QUICK if options.quick else FULL
    packages = ("av", "numpy", "numba", "pdqhash", *(("vpdq",) if vpdq else ()))
    sizes: dict[str, int | str] = {"clip seconds": scale.clip_s, "stored media": scale.media, "queries": scale.queries}
    report = Report(title="Moving media", packages=packages, sizes=sizes)
    with Watch() as watch:
        speeds(report, scale)
        recall(report, scale)
    watch.add_to(report)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
