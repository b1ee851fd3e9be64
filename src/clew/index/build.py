"""How a segment is made: rows stream into a file, tables are built a few at a time, all is made durable."""

import mmap
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import numpy as np
from numpy.typing import NDArray

from clew.index import hamming
from clew.index.block import BLOCK_BYTES, digest_blocks
from clew.index.hamming import Rows
from clew.index.kernel import frozen
from clew.index.plan import LOW_BITS, Plan, layout, plan_for
from clew.index.segment import FILES, HEADER, PAGE_ROWS, Header, Page

ROW_BYTES = 32
ROWS_MAX = 150_000_000
"""A table is built in memory, with 4 bytes for each row: larger segments would need more than 1 GB."""
TWO_AT_ONCE_ROWS_MAX = 50_000_000
"""Up to so many rows two tables are built at the same time, within 0.6 GB."""
DIGEST_BYTES = 16 * BLOCK_BYTES
PARTIAL = ".partial"


def write_segment(folder: Path, pages: Iterable[Page], *, plan: Plan | None = None) -> int | None:
    """Write a segment of all rows of `pages`; give the last number. Of no rows no segment is made: None.

    Needs 4 bytes of memory for each row and table at work; rows themselves only pass through.

    Raises:
        OSError: there is no room for it, or the disk fails; nothing of it is left.
    """
    partial = folder.with_name(folder.name + PARTIAL)
    try:
        partial.mkdir(parents=True)
        last = _write_files(partial, pages, plan)
        if last is not None:
            partial.rename(folder)
            make_durable(folder.parent)
    finally:
        rmtree(partial, ignore_errors=True)  # a disk that is full gets back what was begun
    return last


def _write_files(partial: Path, pages: Iterable[Page], plan: Plan | None) -> int | None:
    rows, last = _write_rows(partial, pages)
    if last is None:
        return None
    chosen = plan_for(rows) if plan is None else plan
    _write_tables(partial, rows, chosen)
    sizes = {name: (partial / name).stat().st_size for name in FILES}
    digests = {name: _digests(partial / name) for name in FILES}
    Header(rows=rows, plan=chosen.name, sizes_bytes=sizes, digests=digests).write(partial / HEADER)
    for name in (*FILES, HEADER):
        make_durable(partial / name)
    make_durable(partial)
    return last


def make_durable(path: Path) -> None:
    """Have the disk hold a file or the names in a folder before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_rows(folder: Path, pages: Iterable[Page]) -> tuple[int, int | None]:
    """How many rows were written, and the number of the last."""
    rows, last = 0, None
    runs: list[tuple[int, int]] = []
    with (folder / "rows").open("wb") as file:
        for page in pages:
            if last is None or page.first != last + 1:
                runs.append((rows, page.first))
            file.write(np.ascontiguousarray(page.rows).data)
            rows += len(page.rows)
            last = page.first + len(page.rows) - 1
    (folder / "numbers").write_bytes(np.array(runs, np.int64).tobytes())
    return rows, last


def _write_tables(folder: Path, rows: int, plan: Plan) -> None:
    plan_layout = layout(plan)
    with (
        (folder / "occupied").open("wb") as occupied_file,
        (folder / "offsets").open("wb") as offsets_file,
        (folder / "postings").open("wb") as postings_file,
    ):
        # Files are whole 64-bit words, as the digests are taken over those.
        occupied_file.truncate(8 * plan_layout.word_count)
        offsets_file.truncate(_whole_words(4 * plan_layout.offset_count))
        postings_file.truncate(_whole_words(4 * rows * len(plan.widths)))

        def write_table(table: int) -> None:
            first, width, _, offset_base, _, _, word_base = plan_layout.tables[table].tolist()
            offsets, postings = _table(folder / "rows", rows, first, width)
            occupied = np.empty(1 << width - LOW_BITS, np.uint64)
            hamming.mark_occupied(frozen(offsets), occupied)
            _write_at(occupied_file.fileno(), occupied, 8 * word_base)
            _write_at(offsets_file.fileno(), offsets, 4 * offset_base)
            _write_at(postings_file.fileno(), postings, 4 * rows * table)

        threads = 2 if rows <= TWO_AT_ONCE_ROWS_MAX else 1
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(write_table, range(len(plan.widths))))


def _whole_words(size_bytes: int) -> int:
    return -(-size_bytes // 8) * 8


def _table(file: Path, rows: int, first: int, width: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Offsets and postings of the table over `width` bits from bit `first` on."""
    offsets = np.zeros((1 << width) + 2, np.uint32)
    postings = np.empty(rows, np.uint32)
    for _, block in _blocks(file):
        hamming.count_buckets(block, first, width, offsets)
    hamming.add_up(offsets)
    for first_row, block in _blocks(file):
        hamming.place_rows(block, first_row, first, width, offsets, postings)
    return offsets[:-1], postings


def _blocks(file: Path) -> Iterator[tuple[int, Rows]]:
    """The rows of a file, some at a time; each leaves the memory of the process before the next."""
    with file.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
    rows = np.frombuffer(mapped, np.uint64).reshape(-1, 4)
    for row in range(0, len(rows), PAGE_ROWS):
        block = frozen(rows[row : row + PAGE_ROWS])
        yield row, block
        mapped.madvise(mmap.MADV_DONTNEED, row * ROW_BYTES, block.nbytes)


def _write_at(descriptor: int, array: NDArray[np.uint32] | NDArray[np.uint64], position: int) -> None:
    view = array.data.cast("B")
    while view:
        written = os.pwrite(descriptor, view, position)
        view, position = view[written:], position + written


def _digests(file: Path) -> list[str]:
    digests: list[str] = []
    with file.open("rb") as opened:
        while chunk := opened.read(DIGEST_BYTES):
            digests += [f"{digest:016x}" for digest in digest_blocks(np.frombuffer(chunk, np.uint64)).tolist()]
    return digests
