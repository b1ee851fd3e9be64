"""The newest fingerprints, in memory and not yet in a segment: appended to, and scanned."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clew.index import hamming
from clew.index.hamming import Found, Rows
from clew.index.segment import Page

CHUNK_ROWS = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows `begin` to `end` of a buffer. What lies beyond `end` belongs to later deltas."""

    rows: Rows
    numbers: NDArray[np.int64]
    begin: int = 0
    end: int = 0

    @classmethod
    def empty(cls) -> "Chunk":
        return cls(rows=np.empty((CHUNK_ROWS, 4), np.uint64), numbers=np.empty(CHUNK_ROWS, np.int64))

    def with_rows(self, page: Page) -> "Chunk":
        end = self.end + len(page.rows)
        self.rows[self.end : end] = page.rows
        self.numbers[self.end : end] = np.arange(page.first, page.first + len(page.rows))
        return Chunk(rows=self.rows, numbers=self.numbers, begin=self.begin, end=end)

    def beyond(self, number: int) -> "Chunk":
        begin = int(np.searchsorted(self.numbers[: self.end], number, side="right"))
        return Chunk(rows=self.rows, numbers=self.numbers, begin=max(begin, self.begin), end=self.end)

    def pages(self) -> Iterator[Page]:
        numbers = self.numbers[self.begin : self.end]
        for part in np.split(np.arange(self.begin, self.end), np.flatnonzero(np.diff(numbers) != 1) + 1):
            if len(part):
                yield Page(int(self.numbers[part[0]]), self.rows[part[0] : part[-1] + 1])

    def search(self, queries: Rows, radius: int) -> Found:
        """Pairs within `radius` bits; `row` holds numbers."""
        found = hamming.scan(self.rows[self.begin : self.end], queries, radius)
        return found._replace(row=self.numbers[self.begin : self.end][found.row])


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Everything numbered above `after` and up to `last`.

    A value: appending gives a new one, and searches go on in the old one. Both share buffers,
    so only the newest delta may be appended to, by one thread at a time.
    """

    after: int
    last: int
    chunks: tuple[Chunk, ...] = field(default=())

    @classmethod
    def starting(cls, after: int) -> "Delta":
        return cls(after=after, last=after)

    @property
    def rows(self) -> int:
        return sum(chunk.end - chunk.begin for chunk in self.chunks)

    def appended(self, page: Page) -> "Delta":
        chunks = list(self.chunks)
        done = 0
        while done < len(page.rows):
            if not chunks or chunks[-1].end == CHUNK_ROWS:
                chunks.append(Chunk.empty())
            part = page.rows[done : done + CHUNK_ROWS - chunks[-1].end]
            chunks[-1] = chunks[-1].with_rows(Page(page.first + done, part))
            done += len(part)
        return Delta(after=self.after, last=page.first + len(page.rows) - 1, chunks=tuple(chunks))

    def beyond(self, number: int) -> "Delta":
        """Without what is numbered up to `number`, which a segment now holds."""
        chunks = tuple(chunk for each in self.chunks if (chunk := each.beyond(number)).begin < chunk.end)
        return Delta(after=number, last=max(number, self.last), chunks=chunks)

    def pages(self) -> Iterator[Page]:
        for chunk in self.chunks:
            yield from chunk.pages()
