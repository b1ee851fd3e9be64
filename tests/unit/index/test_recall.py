"""The index as its processes use it: shared, damaged, killed, and of another database."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from clew.domain.errors import Invalid, Tampered, Unavailable
from clew.index import plan, recall, watch
from clew.index.hamming import pack
from clew.index.recall import Index, Neighbours
from tests.unit.index.feed import Feed, fingerprints, flipped, pairs_by_counting
from tests.world.disk import small_disk

RNG = np.random.default_rng(9)
SMALLEST_TABLES = ((200, "scan"), (10**9, "16"))


@pytest.fixture(autouse=True)
def small_segments_have_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "ROWS_MAX", SMALLEST_TABLES)


@pytest.fixture
def feed() -> Feed:
    feed = Feed()
    feed.add(fingerprints(RNG, 4_000))
    return feed


@pytest.fixture
def index(tmp_path: Path, feed: Feed) -> Iterator[Index]:
    index = Index(tmp_path / "index", feed)
    yield index
    index.close()


def as_pairs(near: Neighbours) -> list[tuple[int, ...]]:
    return list(zip(near.query.tolist(), near.number.tolist(), near.distance.tolist(), strict=True))


def assert_exact(index: Index, feed: Feed) -> None:
    asked = feed.bits[:: max(1, len(feed.bits) // 60)]
    assert as_pairs(index.search(asked)) == pairs_by_counting(feed.bits, feed.numbers, asked, 31)


def segment_folders(index_folder: Path) -> list[Path]:
    return sorted((index_folder / "segments").iterdir())


def damage(folder: Path, name: str, how: str) -> None:
    content = bytearray((folder / name).read_bytes())
    if how == "flip":
        content[len(content) // 3] ^= 4
        (folder / name).write_bytes(content)
    elif how == "cut":
        (folder / name).write_bytes(content[:-8])
    else:
        (folder / name).unlink()


def test_the_first_search_knows_all_that_the_source_has(index: Index, feed: Feed) -> None:
    assert_exact(index, feed)
    assert index.last == 3_999


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = Index(tmp_path, Feed())
    assert len(index.search(np.zeros((3, 32), np.uint8)).number) == 0
    assert not index.consolidate()
    index.close()


def test_no_queries_have_no_neighbours(index: Index) -> None:
    assert len(index.search(np.empty((0, 32), np.uint8)).number) == 0


@pytest.mark.parametrize("radius", [-1, 32])
def test_a_radius_that_the_tables_do_not_cover_is_refused(index: Index, radius: int) -> None:
    with pytest.raises(Invalid):
        index.search(np.zeros((1, 32), np.uint8), radius=radius)


@pytest.mark.parametrize("shape", [(32,), (1, 31), (1, 2, 32)])
def test_a_query_of_another_shape_is_refused(index: Index, shape: tuple[int, ...]) -> None:
    with pytest.raises(Invalid):
        index.search(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("consolidated", [True, False])
def test_a_hub_of_a_hundred_thousand_neighbours_comes_back_whole(index: Index, feed: Feed, consolidated: bool) -> None:
    centre = fingerprints(RNG, 50)[:1]
    hub = np.repeat(centre, 100_000, axis=0)
    hub[:, 5] = RNG.integers(0, 256, len(hub))
    feed.add(hub)
    index.catch_up()
    if consolidated:
        assert index.consolidate()
    near = index.search(np.concatenate([centre, hub[:1]]))
    assert np.array_equal(near.number[near.query == 0], np.arange(4_000, 104_000))
    assert (near.query == 1).sum() == 100_000


def test_searches_after_a_number_see_only_what_came_later(index: Index, feed: Feed) -> None:
    index.catch_up()
    index.consolidate()
    feed.add(feed.bits[:10])
    index.catch_up()
    expected = pairs_by_counting(feed.bits, feed.numbers, feed.bits[:9], 31)
    assert as_pairs(index.search(feed.bits[:9], after=3_999)) == [pair for pair in expected if pair[1] > 3_999]
    assert as_pairs(index.search(feed.bits[:9], after=4_003)) == [pair for pair in expected if pair[1] > 4_003]


def test_numbers_that_the_source_leaves_out_break_nothing(index: Index, feed: Feed) -> None:
    for gap in (1, 70_000, 3):
        feed.add(fingerprints(RNG, 300), after_gap=gap)
        index.catch_up()
        assert index.consolidate()
    assert_exact(index, feed)


def test_a_source_that_goes_backwards_is_refused(tmp_path: Path) -> None:
    index = Index(tmp_path, lambda after, _: (after, np.zeros((1, 32), np.uint8)))
    with pytest.raises(Invalid):
        index.catch_up()
    index.close()


def test_small_segments_join_and_large_ones_stay(index: Index, feed: Feed) -> None:
    index.catch_up()
    assert index.consolidate()
    for _ in range(12):
        feed.add(fingerprints(RNG, 100))
        index.catch_up()
        assert index.consolidate()
        assert index.segments <= 4
        assert index.delta_rows == 0
    assert_exact(index, feed)


def test_a_process_far_behind_makes_segments_on_its_way(
    index: Index, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "DELTA_ROWS_MAX", 1_000)
    monkeypatch.setattr(recall, "PAGE_ROWS", 400)
    index.catch_up()
    assert index.delta_rows < 1_000
    assert index.segments == 1
    assert_exact(index, feed)


@pytest.mark.parametrize("how", ["flip", "cut", "remove"])
@pytest.mark.parametrize("name", ["rows", "numbers", "occupied", "offsets", "postings", "header"])
def test_a_damaged_segment_never_answers_and_is_built_anew(
    tmp_path: Path, index: Index, feed: Feed, name: str, how: str
) -> None:
    index.catch_up()
    index.consolidate()
    feed.add(fingerprints(RNG, 500))
    index.catch_up()
    index.consolidate()
    index.close()  # its checks are over: cutting a file that is being read would end the process
    before = segment_folders(tmp_path / "index")
    assert len(before) == 2
    damage(before[0], name, how)
    fresh = Index(tmp_path / "index", feed)
    assert_exact(fresh, feed)
    fresh.verify()
    fresh.close()
    assert len(set(segment_folders(tmp_path / "index")) - set(before)) == 1
    assert before[0] not in segment_folders(tmp_path / "index")


def test_damage_to_mapped_bytes_is_found_by_the_next_check(
    tmp_path: Path, index: Index, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window of damage that comes after opening: until the check that begins every hour has ended."""
    index.catch_up()
    index.consolidate()
    assert_exact(index, feed)
    (folder,) = segment_folders(tmp_path / "index")
    with (folder / "rows").open("r+b") as file:  # the same bytes that are mapped
        file.write(bytes(64_000))
    with pytest.raises(Tampered):
        index.verify()
    monkeypatch.setattr(watch, "CHECK_AGAIN_SECONDS", -1.0)
    index.search(feed.bits[:1])
    index._checkers.submit(int).result()
    assert_exact(index, feed)
    index.verify()


@pytest.mark.parametrize("content", [b"", b"{}", b"0" * 64 + b"\n{}"])
def test_an_unreadable_manifest_is_made_anew(tmp_path: Path, index: Index, feed: Feed, content: bytes) -> None:
    index.catch_up()
    index.consolidate()
    (tmp_path / "index" / "manifest").write_bytes(content)
    assert_exact(index, feed)
    assert index.consolidate()
    assert len(segment_folders(tmp_path / "index")) == 1


def test_damage_that_comes_again_is_said(index: Index, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    def never_sound(folder: Path) -> None:
        raise Tampered("always")

    index.catch_up()
    monkeypatch.setattr(recall, "open_segment", never_sound)
    index.consolidate()
    with pytest.raises(Unavailable):
        index.search(feed.bits[:1])


@pytest.mark.parametrize("kept", [0, 1_500, 3_999])
def test_the_index_of_another_database_is_not_believed(tmp_path: Path, index: Index, feed: Feed, kept: int) -> None:
    """A database restored from before, which then went on differently or not at all."""
    index.catch_up()
    index.consolidate()
    for went_on in (fingerprints(RNG, 4_500)[: 4_500 - kept], np.empty((0, 32), np.uint8)):
        other = Feed(bits=feed.bits[:kept], numbers=feed.numbers[:kept])
        other.add(went_on)
        fresh = Index(tmp_path / "index", other)
        fresh.catch_up()
        if len(other.bits):
            assert_exact(fresh, other)
        assert fresh.last == len(other.bits) - 1
        fresh.close()


OTHER_PROCESS = """
import sys
from pathlib import Path
import numpy as np
from clew.index.recall import Index
folder, bits = Path(sys.argv[1]), Path(sys.argv[2])
def source(after, limit):
    stored = np.load(bits)
    return after + 1, stored[after + 1 : after + 1 + limit]
index = Index(folder, source)
for line in sys.stdin:
    order, number = line.split()
    if order == "add":
        index.catch_up()
        print(index.consolidate(), flush=True)
    else:
        index.catch_up()
        near = index.search(np.load(bits)[int(number)][None])
        print(near.number.tolist(), index.segments, index.delta_rows, flush=True)
"""


def test_two_processes_share_segments_and_see_each_others_work(tmp_path: Path, feed: Feed) -> None:
    stored = tmp_path / "stored.npy"
    np.save(stored, feed.bits)
    index = Index(tmp_path / "index", feed)
    index.catch_up()
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(tmp_path / "index"), str(stored)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."},
    ) as other:  # fmt: skip
        assert other.stdin is not None
        assert other.stdout is not None

        def ask(order: str) -> str:
            print(order, file=other.stdin, flush=True)
            return other.stdout.readline().strip()

        assert ask("find 3999").endswith("0 4000")
        assert index.consolidate()
        assert ask("find 3999").endswith("1 0")
        added = flipped(feed.bits[7], [3])[None]
        feed.add(added)
        np.save(stored, feed.bits)
        assert ask("find 4000").endswith("1 1")
        assert "4000" in ask("find 7")
        assert ask("add 0") == "True"
        index.catch_up()
        assert index.segments == 2
        assert 4_000 in index.search(feed.bits[7:8]).number
        other.stdin.close()
        assert other.wait() == 0
    index.close()


def killed_at(folder: Path, feed: Feed, sync: int) -> bool:
    """Consolidate in a process that is killed at its `sync`-th call to the disk; whether it was."""
    child = os.fork()
    if child == 0:
        calls = iter(range(10_000))
        fsync = os.fsync

        def deadly(descriptor: int) -> None:
            if next(calls) == sync:
                os.kill(os.getpid(), signal.SIGKILL)
            fsync(descriptor)

        os.fsync = deadly
        index = Index(folder, feed)
        index.catch_up()
        index.consolidate()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_kill_at_any_moment_of_consolidating_leaves_a_working_index(tmp_path: Path, feed: Feed) -> None:
    sync = 0
    while killed_at(tmp_path, feed, sync):
        index = Index(tmp_path, feed)
        assert_exact(index, feed)
        feed.add(fingerprints(RNG, 60))
        index.close()
        sync += 1
    assert sync >= 8
    index = Index(tmp_path, feed)
    assert_exact(index, feed)
    index.verify()
    assert len(segment_folders(tmp_path)) == index.segments
    index.close()


def test_a_second_process_does_not_wait_to_consolidate(index: Index, feed: Feed, tmp_path: Path) -> None:
    index.catch_up()
    with index._shelf.lock(wait=False) as is_mine:
        assert is_mine
        assert not index.consolidate()
    assert index.consolidate()


def test_searches_go_on_while_threads_add_and_consolidate(index: Index, feed: Feed) -> None:
    import threading

    index.catch_up()
    asked, wrong = feed.bits[:70], []
    stop = threading.Event()
    expected = set(as_pairs(index.search(asked)))

    def search() -> None:
        while not stop.is_set():
            if not expected <= set(as_pairs(index.search(asked))):
                wrong.append(1)

    thread = threading.Thread(target=search)
    thread.start()
    for _ in range(8):
        feed.add(fingerprints(RNG, 500))
        index.catch_up()
        index.consolidate()
    stop.set()
    thread.join()
    assert not wrong
    assert_exact(index, feed)


def test_the_answer_has_the_types_it_promises(index: Index, feed: Feed) -> None:
    near = index.search(feed.bits[:2])
    assert (near.query.dtype, near.number.dtype, near.distance.dtype) == (np.int64, np.int64, np.uint8)
    assert near.distance[0] == 0


def lies_in(folder: Path, bits: np.ndarray) -> bool:
    return any(pack(bits).tobytes() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def between(feed: Feed, after: int, last: int) -> int:
    return int(((feed.numbers > after) & (feed.numbers <= last)).sum())


def forget(index: Index, feed: Feed, since: float | None = None) -> int:
    return index.forget(lambda after, last: between(feed, after, last), since=time.time() + 60 if since is None else since)


@pytest.mark.parametrize("gone", [slice(0, 1), slice(1_000, 1_500), slice(3_999, 4_000), slice(0, 4_000)])
def test_what_the_source_no_longer_has_goes_out_of_the_segments(
    index: Index, feed: Feed, tmp_path: Path, gone: slice
) -> None:
    index.catch_up()
    index.consolidate()
    bits = feed.bits[gone][:1]
    assert lies_in(tmp_path / "index", bits), "the search finds what is there"
    kept = np.ones(4_000, bool)
    kept[gone] = False
    feed.bits, feed.numbers = feed.bits[kept], feed.numbers[kept]
    assert forget(index, feed) == 1
    if len(feed.bits):
        assert_exact(index, feed)
    assert forget(index, feed) == 0
    is_left = bits.tobytes() in {one.tobytes() for one in feed.bits}  # the feed has exact duplicates
    assert lies_in(tmp_path / "index", bits) == is_left
    feed.add(fingerprints(RNG, 50), after_gap=4_000)
    index.catch_up()
    assert_exact(index, feed)


def test_segments_that_hold_nothing_too_many_or_are_younger_are_left_alone(
    index: Index, feed: Feed, tmp_path: Path
) -> None:
    index.catch_up()
    index.consolidate()
    before = segment_folders(tmp_path / "index")
    assert forget(index, feed) == 0
    feed.bits, feed.numbers = feed.bits[1:], feed.numbers[1:]
    assert forget(index, feed, since=time.time() - 3_600) == 0
    assert segment_folders(tmp_path / "index") == before
    assert forget(index, feed) == 1


def test_a_full_disk_is_one_sentence_and_the_index_stays_as_it_was(tmp_path: Path, feed: Feed) -> None:
    """Of a new segment nothing is left, what was there answers, and once there is room it is made."""
    with small_disk(tmp_path / "small", "8m") as small:
        index = Index(small / "index", feed)
        index.catch_up()
        assert index.consolidate()
        used = shutil.disk_usage(small).used
        feed.add(fingerprints(RNG, 40_000))
        index.catch_up()
        with pytest.raises(Unavailable, match="Nothing is lost"):
            index.consolidate()
        assert shutil.disk_usage(small).used == used
        assert len(segment_folders(small / "index")) == index.segments == 1
        assert_exact(index, feed)
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert index.consolidate()
        assert index.delta_rows == 0
        assert_exact(index, feed)
        index.close()
