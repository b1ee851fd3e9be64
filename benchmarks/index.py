"""Search, build and opening of the index against faiss, over millions of fingerprints of drawn pictures.

`python -m benchmarks.index [--quick] [--large] [--start] [--json]`. Ours runs in a process of its own, through the
same `Index` that the product uses, over mapped files; rounds of the engines take turns; latencies are the
CPU time of the asking thread, one query a call; each engine gets as long as the others in a round, so that
all answer from caches that are as warm as in the midst of their own work. faiss is given one thread, and as radius 32, because its
range search is strict. IndexBinaryMultiHash has the parameters of python-threatexchange.
"""

import argparse
import multiprocessing
import shutil
import time
from collections.abc import Callable
from itertools import combinations
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import faiss
import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks.drawn import FOLDER, fingerprints
from benchmarks.machine import Report, memory_peaks_mb
from clew.index import hamming
from clew.index.kernel import prefetch
from clew.index.recall import DELTA_ROWS_DUE, Index
from clew.index.segment import Segment, open_segment
from clew.index.warming import warm

Bits = NDArray[np.uint8]
RADIUS = 31
ROUNDS = 5
SINGLE, AGAINST, BATCH = 2_000, 60, 10_000
OPENINGS = 30


class Sizes(NamedTuple):
    stored: int
    flat_ratio: float
    multi_hash_ratio: float


FULL = Sizes(stored=4_300_000, flat_ratio=80, multi_hash_ratio=100)
QUICK = Sizes(stored=1_000_000, flat_ratio=35, multi_hash_ratio=25)
LARGE = {20_000_000: 0.4, 50_000_000: 2.5}
"""Stored fingerprints, and the milliseconds asked for."""
STARTED = 10_000_000
LEFT = DELTA_ROWS_DUE - 1
"""Of what is stored so much may lie in no segment when a process starts: it is replayed, and scanned."""
STARTS = 3


def queries(stored: Bits, unseen: Bits, count: int) -> Bits:
    """Half exactly 0 to 31 bits from a stored one, all distances equally often; half never stored."""
    rng = np.random.default_rng(3)
    planted = np.unpackbits(stored[np.sort(rng.integers(0, len(stored), count // 2))], axis=1)
    for number, row in enumerate(planted):
        row[rng.choice(256, number % (RADIUS + 1), replace=False)] ^= 1
    asked = np.concatenate([np.packbits(planted, axis=1), unseen[: count - count // 2]])
    return asked[rng.permutation(count)]


def pairs(query: Any, number: Any, distance: Any) -> set[tuple[int, int, int]]:
    return set(zip(query.tolist(), number.tolist(), distance.astype(int).tolist(), strict=True))


# -- ours, in its own process -----------------------------------------------------------------


def serve(connection: Connection, folder: Path, file: Path, count: int) -> None:
    """Build the index over a file of fingerprints, then answer orders until there are no more."""
    warm()
    bits = np.load(file, mmap_mode="r")[:count]
    index = Index(folder, lambda after, limit: (after + 1, np.asarray(bits[after + 1 : after + 1 + limit])))
    wall, cpu = time.perf_counter(), time.process_time()
    index.catch_up()
    index.consolidate()
    built = time.perf_counter() - wall, time.process_time() - cpu
    orders: dict[str, Callable[[Any], Any]] = {
        "built": lambda _: built,
        "single": lambda asked: _single(index, asked),
        "batch": lambda asked: _batch(index, asked),
        "find": lambda asked: pairs(*_flat(index.search(asked))),
        "openings": lambda _: _openings(index, folder),
        "limit": lambda asked: _limit(_segment(folder), asked),
        "memory": lambda _: memory_peaks_mb(),
    }
    while (order := connection.recv()) is not None:
        connection.send(orders[order[0]](order[1]))
    index.close()


def _flat(near: Any) -> tuple[Any, Any, Any]:
    return near.query, near.number, near.distance


def _single(index: Index, asked: Bits) -> list[float]:
    seconds = []
    for row in range(len(asked)):
        began = time.thread_time_ns()
        index.search(asked[row : row + 1])
        seconds.append((time.thread_time_ns() - began) / 1e9)
    return seconds


def _batch(index: Index, asked: Bits) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    index.search(asked)
    return time.perf_counter() - wall, time.process_time() - cpu


def _segment(folder: Path) -> Segment:
    (only,) = (folder / "segments").iterdir()
    return open_segment(only)


def _openings(index: Index, folder: Path) -> dict[str, float]:
    """Milliseconds to open the saved index, and then to its first answer, all bytes checked."""
    opening, first = [], []
    source = index._source
    for _ in range(OPENINGS):
        began = time.perf_counter()
        fresh = Index(folder, source)
        opening.append(time.perf_counter() - began)
        fresh.search(np.zeros((1, 32), np.uint8))
        first.append(time.perf_counter() - began)
        fresh.close()
    size = _segment(folder).size_bytes / _segment(folder).rows
    return {"open_ms": 1e3 * median(opening), "first_ms": 1e3 * median(first), "bytes": size}


def _limit(segment: Segment, asked: Bits) -> dict[str, float]:
    """What memory allows: reads a query needs, and random rows a second through the same mapping."""
    tables, rows = segment.tables, segment.tables.rows
    picks = np.random.default_rng(5).integers(0, len(rows), 2_000_000).astype(np.uint64)
    rates = []
    for _ in range(4):
        began = time.thread_time()
        _read_rows(rows, picks)
        rates.append(len(picks) / (time.thread_time() - began))
    candidates = [
        _candidates(tables, row) for row in np.asarray([hamming.pack(asked[i : i + 1])[0] for i in range(200)])
    ]
    buckets, rows_each = np.mean(candidates, axis=0).tolist()
    return {"rows_per_second": max(rates), "candidates": rows_each, "probes": buckets}


@numba.njit(nogil=True)
def _read_rows(rows, picks):  # type: ignore[no-untyped-def]
    flat = rows.reshape(-1)
    total = np.uint64(0)
    for i in range(np.uint64(len(picks) - 64)):
        prefetch(flat, picks[i + np.uint64(64)] * np.uint64(4))
        row = picks[i]
        total += rows[row, 0] ^ rows[row, 1] ^ rows[row, 2] ^ rows[row, 3]
    return total


def _candidates(tables: hamming.Tables, query: NDArray[np.uint64]) -> tuple[int, int]:
    """Occupied buckets and rows that one query has to look at."""
    bits = np.unpackbits(query.view(np.uint8), bitorder="little").astype(np.uint64)
    buckets = rows = 0
    for (first, width, _, base, *_), radius in zip(tables.layout.tables.tolist(), tables.layout.tables[:, 2], strict=True):
        chunk = int((bits[first : first + width] << np.arange(width, dtype=np.uint64)).sum())
        flips = [sum(1 << bit for bit in some) for k in range(radius + 1) for some in combinations(range(width), k)]
        asked = (np.array(flips) ^ chunk) + base
        sizes = tables.offsets[asked + 1].astype(np.int64) - tables.offsets[asked]
        buckets, rows = buckets + int((sizes > 0).sum()), rows + int(sizes.sum())
    return buckets, rows


class Ours:
    """The process that ours runs in."""

    def __init__(self, file: Path, count: int) -> None:
        self.folder = FOLDER / f"index-{count}"
        shutil.rmtree(self.folder, ignore_errors=True)
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, self.folder, file, count))
        self.process.start()

    def ask(self, order: str, asked: Bits | None = None) -> Any:
        self.connection.send((order, asked))
        return self.connection.recv()

    def end(self) -> None:
        self.connection.send(None)
        self.process.join()
        shutil.rmtree(self.folder)


# -- the run ----------------------------------------------------------------------------------


def single_against(engine: Any, asked: Bits) -> list[float]:
    seconds = []
    for row in range(len(asked)):
        began = time.thread_time_ns()
        engine.range_search(asked[row : row + 1], RADIUS + 1)
        seconds.append((time.thread_time_ns() - began) / 1e9)
    return seconds


def compare(sizes: Sizes) -> Report:
    """Ours and faiss in turns."""
    unseen_count = BATCH
    drawn = fingerprints(sizes.stored + unseen_count)
    stored, unseen = drawn[: sizes.stored], np.asarray(drawn[sizes.stored :])
    report = Report(
        title="Exact search within 31 of 256 bits",
        packages=("numpy", "numba", "faiss-cpu"),
        sizes={"stored": sizes.stored, "rounds": ROUNDS, "queries a round": f"{SINGLE}, of which {AGAINST} for the others"},
    )
    ours = Ours(FOLDER / f"fingerprints-{len(drawn)}.npy", sizes.stored)
    built = ours.ask("built")
    faiss.omp_set_num_threads(1)
    in_memory = np.ascontiguousarray(stored)
    flat, flat_build = _built(faiss.IndexBinaryFlat(256), in_memory)
    multi_hash = faiss.IndexBinaryMultiHash(256, 16, 16)
    multi_hash.nflip = 1
    multi_hash, multi_hash_build = _built(multi_hash, in_memory)

    asked = queries(in_memory, unseen, ROUNDS * SINGLE)
    seconds: dict[str, list[list[float]]] = {"ours": [], "flat": [], "multi_hash": []}
    batches: list[tuple[float, float]] = []
    missed = extra = truths = 0
    batch = queries(in_memory, unseen, BATCH)
    for number in range(ROUNDS):
        part = asked[number * SINGLE : (number + 1) * SINGLE]
        seconds["ours"].append(ours.ask("single", part))
        seconds["flat"].append(single_against(flat, part[:AGAINST]))
        seconds["multi_hash"].append(single_against(multi_hash, part[:AGAINST]))
        batches.append(ours.ask("batch", batch))
        limits, distance, found = flat.range_search(part[:AGAINST], RADIUS + 1)
        query = np.repeat(np.arange(AGAINST), np.diff(limits.astype(np.int64)))
        truth = pairs(query, found, distance)
        answer = ours.ask("find", part[:AGAINST])
        missed, extra, truths = missed + len(truth - answer), extra + len(answer - truth), truths + len(truth)
    began = time.perf_counter()
    flat.range_search(batch[:200], RADIUS + 1)
    flat_rate = 200 / (time.perf_counter() - began)
    _latency(report, sizes, seconds)
    report.add("recall against brute force", 1 - missed / truths, "", at_least=1, note=f"{truths} pairs, {extra} extra")
    rates = [BATCH / wall for wall, _ in batches]
    report.add("batch", median(rates), "queries/s", note=f"wall, all cores; {1e6 * median(c for _, c in batches) / BATCH:.0f} µs CPU each; faiss flat, one thread: {flat_rate:.0f}")  # fmt: skip
    million = sizes.stored / 1e6
    report.add("build, CPU", built[1] / million, "s/million", at_most=1, note="rows in, tables, digests, files synced")
    report.add("build, wall", built[0] / million, "s/million", note=f"flat {flat_build / million:.2f}, MultiHash {multi_hash_build / million:.2f} (CPU, in memory)")  # fmt: skip
    _rest(report, sizes, ours, asked, median(np.concatenate(seconds["ours"]).tolist()))
    ours.end()
    return report


def _built(engine: Any, rows: Bits) -> tuple[Any, float]:
    began = time.process_time()
    engine.add(rows)
    return engine, time.process_time() - began


def _latency(report: Report, sizes: Sizes, seconds: dict[str, list[list[float]]]) -> None:
    every = np.concatenate(seconds["ours"]) * 1e3
    report.add("one query, p50", float(np.percentile(every, 50)), "ms CPU")
    report.add("one query, p99", float(np.percentile(every, 99)), "ms CPU", at_most=0.3)
    for name, words, ratio in (
        ("flat", "IndexBinaryFlat", sizes.flat_ratio),
        ("multi_hash", "IndexBinaryMultiHash", sizes.multi_hash_ratio),
    ):
        rounds = zip(seconds["ours"], seconds[name], strict=True)
        ratios = [median(theirs) / median(mine) for mine, theirs in rounds]
        milliseconds = 1e3 * median(np.concatenate(seconds[name]).tolist())
        spread = f"{words} p50 {milliseconds:.2f} ms; rounds {min(ratios):.0f} to {max(ratios):.0f}"
        report.add(f"times as fast as {words}", median(ratios), "x", at_least=ratio, note=spread)


def _rest(report: Report, sizes: Sizes, ours: Ours, asked: Bits, p50: float) -> None:
    memory = ours.ask("memory")  # before the segment is mapped a second time, to be measured
    openings = ours.ask("openings")
    full = sizes.stored >= FULL.stored
    report.add("size", openings["bytes"], "bytes each", at_most=120 if full else None, note="all files of the segment")
    report.add("opening", openings["open_ms"], "ms", at_most=10)
    report.add("opening to first answer", openings["first_ms"], "ms", note="every byte checked before it")
    limit = ours.ask("limit", asked)
    floor = (limit["candidates"] + limit["probes"]) / limit["rows_per_second"]
    report.add("random 32-byte rows", limit["rows_per_second"] / 1e6, "million/s", note="the physical limit, mapped pages of 4 KiB")  # fmt: skip
    report.add("of the physical limit", 100 * floor / p50, "%", note=f"{limit['candidates']:.0f} candidates + {limit['probes']:.0f} occupied buckets = {1e6 * floor:.0f} µs")  # fmt: skip
    report.add("peak memory", memory["peak"], "MB", at_most=1000, note=f"mapped pages counted; now {memory['own']:.0f} own, {memory['mapped']:.0f} mapped")  # fmt: skip


def large(report: Report) -> None:
    """Tens of millions: each row a drawn fingerprint with a quarter of its bits turned at random."""
    seed = fingerprints(FULL.stored + BATCH)
    for count, milliseconds in LARGE.items():
        file = _grown(np.asarray(seed[: FULL.stored]), count)
        ours = Ours(file, count)
        wall, cpu = ours.ask("built")
        stored = np.load(file, mmap_mode="r")
        asked = queries(stored, np.asarray(seed[FULL.stored :]), 2_000)
        planted_found = len({query for query, _, _ in ours.ask("find", asked)})
        seconds = [ours.ask("single", asked[part::4]) for part in range(4)]
        every = np.concatenate(seconds) * 1e3
        name = f"{count / 1e6:.0f} million"
        report.add(f"{name}: p50", float(np.percentile(every, 50)), "ms CPU", at_most=milliseconds, note=f"p99 {np.percentile(every, 99):.2f}")  # fmt: skip
        report.add(f"{name}: planted found", planted_found / 1_000, "", at_least=1)
        report.add(f"{name}: build", wall / count * 1e6, "s/million", note=f"wall; CPU {cpu / count * 1e6:.2f}")
        openings, memory = ours.ask("openings"), ours.ask("memory")
        report.add(f"{name}: size", openings["bytes"], "bytes each")
        report.add(f"{name}: opening", openings["open_ms"], "ms", note=f"first answer {openings['first_ms']:.0f}")
        report.add(f"{name}: own memory", memory["own"], "MB", note=f"mapped besides: {memory['mapped']:.0f}")
        ours.end()
        file.unlink()


def start(report: Report) -> None:
    """From the start of a process to its first answer, all of the segments' bytes checked and the rest replayed."""
    seed = fingerprints(QUICK.stored + BATCH)
    file = _grown(np.asarray(seed[: QUICK.stored]), STARTED + LEFT)
    ours = Ours(file, STARTED)
    ours.ask("built")
    context = multiprocessing.get_context("spawn")
    took, cpu, opened = [], [], []
    for turn in range(STARTS):
        asked = STARTED + LEFT - 1 - turn  # planted where nothing but the replay knows it
        connection, theirs = context.Pipe()
        began = time.perf_counter()
        process = context.Process(target=_answer_once, args=(theirs, ours.folder, file, asked))
        process.start()
        found, seconds, since_opening = connection.recv()
        took.append(time.perf_counter() - began)
        assert found == asked
        cpu.append(seconds)
        opened.append(since_opening)
        process.join()
    report.add(
        "10 million: start of a process to its first answer", median(took), "s", at_most=5,
        note=f"wall; {median(cpu):.2f} CPU; of it all but imports {median(opened):.2f}, with {LEFT} replayed",
    )  # fmt: skip
    ours.end()
    file.unlink()


def _answer_once(connection: Connection, folder: Path, file: Path, number: int) -> None:
    bits = np.load(file, mmap_mode="r")
    began = time.perf_counter()
    index = Index(folder, lambda after, limit: (after + 1, np.asarray(bits[after + 1 : after + 1 + limit])))
    index.catch_up()
    near = index.search(np.asarray(bits[number : number + 1]))
    since_opening = time.perf_counter() - began
    connection.send((int(near.number[near.distance == 0][-1]), time.process_time(), since_opening))
    index.close()


def _grown(seed: Bits, count: int) -> Path:
    file = FOLDER / f"grown-{count}.npy"
    grown = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=(count, 32))
    rng = np.random.default_rng(17)
    for begin in range(0, count, len(seed)):
        part = grown[begin : begin + len(seed)]
        turned = rng.integers(0, 256, part.shape, np.uint8) & rng.integers(0, 256, part.shape, np.uint8)
        part[:] = seed[: len(part)] ^ turned
    grown.flush()
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="one million, under 50 s")
    parser.add_argument("--large", action="store_true", help="20 and 50 million besides (needs 12 GB of disk)")
    parser.add_argument("--start", action="store_true", help="how soon a process with 10 million answers, and no more")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.start:
        report = Report(title="A process that starts", packages=("numpy", "numba"), sizes={"stored": STARTED + LEFT})
        start(report)
    else:
        report = compare(QUICK if options.quick else FULL)
    if options.large:
        large(report)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
