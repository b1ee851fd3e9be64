"""A segment: fingerprints and their tables as files, written once, checked, and shared by mapping.

A segment is a folder. `rows`, `numbers`, `occupied`, `offsets` and `postings` are little-endian arrays;
`header` names their sizes and the digest of each of their blocks, and begins with its own SHA-256. A folder is
filled under another name, made durable, and only then renamed: it is whole or it is not there.
"""

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clew.domain.errors import Tampered
from clew.index import hamming
from clew.index.block import digest_blocks
from clew.index.hamming import BIT_ORDER_SEED, Found, Rows, Tables
from clew.index.kernel import frozen
from clew.index.plan import PLANS, Plan, layout
from clew.index.sealed import seal, unseal

FORMAT = 2
PAGE_ROWS = 1 << 16
FILES = ("rows", "numbers", "occupied", "offsets", "postings")
HEADER = "header"


class Page(NamedTuple):
    """Rows with consecutive numbers: the number of the first, and the rows."""

    first: int
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Which number each row has, as runs of consecutive numbers.

    Shape: `runs` is (runs, 2) int64: the first row of a run and its number.
    """

    runs: NDArray[np.int64]

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        if len(self.runs) == 1:
            return rows + int(self.runs[0, 1])
        run = np.searchsorted(self.runs[:, 0], rows, side="right") - 1
        numbers: NDArray[np.int64] = rows - self.runs[run, 0] + self.runs[run, 1]
        return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A mapped file and what its blocks were when it was written."""

    words: NDArray[np.uint64]
    digests: NDArray[np.uint64]

    def release(self) -> None:
        """Let go of the pages that were read; they stay in the system's cache and come back when asked for."""
        seen_through = self.words.base
        if isinstance(seen_through, memoryview) and isinstance(seen_through.obj, mmap.mmap):
            seen_through.obj.madvise(mmap.MADV_DONTNEED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An opened segment. Its files stay mapped until it is no longer used, even when removed."""

    plan: Plan
    tables: Tables
    numbers: Numbers
    files: tuple[CheckedFile, ...]

    @property
    def rows(self) -> int:
        return len(self.tables.rows)

    @property
    def size_bytes(self) -> int:
        return sum(each.words.nbytes for each in self.files)

    def search(self, queries: Rows, radius: int) -> Found:
        """Pairs within `radius` bits; `row` holds numbers."""
        find = hamming.search if self.plan.widths else _scan
        found = find(self.tables, queries, radius)
        return found._replace(row=self.numbers.of(found.row)) if len(found.row) else found

    def verify(self) -> None:
        """Read every byte and compare it with what was written.

        Raises:
            Tampered: a block differs.
        """
        for each in self.files:
            if not np.array_equal(digest_blocks(each.words), each.digests):
                raise Tampered("a block of a segment of the index is not what was written")

    def release(self) -> None:
        """Let go of all its pages, so that a process that builds the next segment stays small."""
        for each in self.files:
            each.release()

    def pages(self) -> Iterator[Page]:
        """All rows, in the order of their numbers."""
        runs = self.numbers.runs.tolist()
        ends = [begin for begin, _ in runs[1:]] + [self.rows]
        for (begin, number), end in zip(runs, ends, strict=True):
            for row in range(begin, end, PAGE_ROWS):
                yield Page(number + row - begin, self.tables.rows[row : min(end, row + PAGE_ROWS)])

    def last(self) -> Page:
        """Its last row."""
        row = np.array([self.rows - 1], np.int64)
        return Page(int(self.numbers.of(row)[0]), self.tables.rows[-1:])


def _scan(tables: Tables, queries: Rows, radius: int) -> Found:
    return hamming.scan(tables.rows, queries, radius)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a segment says of itself. `digests` are the digests of each file's blocks."""

    rows: int
    plan: str
    sizes_bytes: dict[str, int]
    digests: dict[str, list[str]]

    def write(self, file: Path) -> None:
        said = {"format": FORMAT, "seed": BIT_ORDER_SEED, "rows": self.rows, "plan": self.plan}
        file.write_bytes(seal(said | {"sizes_bytes": self.sizes_bytes, "digests": self.digests}))

    @classmethod
    def read(cls, file: Path) -> "Header":
        said = unseal(file.read_bytes())
        if (said["format"], said["seed"]) != (FORMAT, BIT_ORDER_SEED):
            raise Tampered("a segment of the index was written by another version")
        return cls(rows=said["rows"], plan=said["plan"], sizes_bytes=said["sizes_bytes"], digests=said["digests"])


def _mapped(file: Path, size_bytes: int) -> NDArray[np.uint64]:
    with file.open("rb") as opened:
        if os.fstat(opened.fileno()).st_size != size_bytes:
            raise Tampered("a file of a segment of the index has another size than was written")
        if size_bytes == 0:
            return frozen(np.empty(0, np.uint64))
        return np.frombuffer(mmap.mmap(opened.fileno(), size_bytes, prot=mmap.PROT_READ), np.uint64)


def open_segment(folder: Path) -> Segment:
    """Map a segment after checking its header and the sizes of its files; `verify` checks the rest.

    Raises:
        Tampered: something is missing or is not what was written.
    """
    try:
        header = Header.read(folder / HEADER)
        files = {
            name: CheckedFile(
                words=_mapped(folder / name, header.sizes_bytes[name]),
                digests=np.array([int(digest, 16) for digest in header.digests[name]], np.uint64),
            )
            for name in FILES
        }
        return _segment(header, files)
    except (OSError, KeyError, ValueError, TypeError) as wrong:
        raise Tampered("a segment of the index cannot be read") from wrong


def _segment(header: Header, files: dict[str, CheckedFile]) -> Segment:
    plan = PLANS[header.plan]
    tables = Tables(
        layout=layout(plan),
        rows=files["rows"].words.reshape(header.rows, 4),
        occupied=files["occupied"].words,
        offsets=files["offsets"].words.view(np.uint32),
        postings=files["postings"].words.view(np.uint32),
    )
    numbers = Numbers(runs=files["numbers"].words.view(np.int64).reshape(-1, 2))
    return Segment(plan=plan, tables=tables, numbers=numbers, files=tuple(files.values()))
