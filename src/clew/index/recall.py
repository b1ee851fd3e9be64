"""Recall: every known fingerprint near a given one, out of segments on disk and a delta in memory.

The index is derived: whatever is missing, damaged or of another database is built anew from the
source. It is blind: it knows bits and numbers, never whose they are.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.domain.errors import Invalid, Tampered, Unavailable
from clew.domain.fingerprint import BYTES
from clew.index.build import ROWS_MAX, write_segment
from clew.index.delta import Chunk, Delta
from clew.index.hamming import Found, Rows, pack
from clew.index.manifest import Entry, Shelf, Stamp
from clew.index.plan import RADIUS_MAX
from clew.index.segment import PAGE_ROWS, Page, Segment, open_segment
from clew.index.warming import warm
from clew.index.watch import Watched

Source = Callable[[int, int], tuple[int, NDArray[np.uint8]]]
"""Feed of the index: `source(after, limit)` gives the lowest number above `after` and, of shape (n, 32),
its fingerprint and those of the numbers that follow it without a gap, at most `limit`; none (n = 0) at
the end. It gives committed fingerprints only: a number must never come again with other bits."""

DELTA_ROWS_DUE = 1 << 15
"""From here on a segment answers sooner than a scan."""
DELTA_ROWS_MAX = 1 << 20
"""A process that catches up this far makes a segment on its way, to keep its memory small."""
MERGE_RATIO = 4
"""A segment joins the newer ones once it is not this many times larger than they are together."""
QUERIES_PER_THREAD_MIN = 32
QUERIES_AT_ONCE = 1 << 13
TRIES_MAX = 5
NO_ROOM = "The index cannot be written: its disk is full or fails. Nothing is lost; make room, and run it again."
LOOK_SECONDS = 0.25
"""How often a search asks whether another process changed the segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Pairs within the radius, ordered by query and number.

    Flat: query `query[i]` and the fingerprint numbered `number[i]` lie `distance[i]` bits apart.
    """

    query: NDArray[np.int64]
    number: NDArray[np.int64]
    distance: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that is searched, of one moment: the segments of a manifest and the delta that follows them."""

    stamp: Stamp
    watched: tuple[Watched, ...]
    delta: Delta


class Index:
    """Exact search over all fingerprints of one engine. Threads and processes may share its folder."""

    def __init__(self, folder: Path, source: Source, *, threads: int | None = None) -> None:
        self._shelf = Shelf(folder)
        self._source = source
        self._threads = len(os.sched_getaffinity(0)) if threads is None else threads
        self._mutex = threading.RLock()
        self._searchers = ThreadPoolExecutor(self._threads, "index-search")
        self._checkers = ThreadPoolExecutor(1, "index-check")
        self._is_compared = self._is_complete = False
        self._look_due = 0.0
        warm()
        self._view = View(stamp=None, watched=(), delta=Delta.starting(-1))
        self._look()

    def close(self) -> None:
        """End its threads."""
        self._searchers.shutdown()
        self._checkers.shutdown()

    @property
    def last(self) -> int:
        """The highest number it knows; -1 where it knows none."""
        return self._view.delta.last

    @property
    def segments(self) -> int:
        return len(self._view.watched)

    @property
    def delta_rows(self) -> int:
        return self._view.delta.rows

    @property
    def is_due(self) -> bool:
        """Whether `consolidate` would make searches faster."""
        return self.delta_rows >= DELTA_ROWS_DUE

    def search(self, queries: NDArray[np.uint8], *, radius: int = RADIUS_MAX, after: int = -1) -> Neighbours:
        """Every known fingerprint within `radius` bits of each query: all of them, however many.

        Shapes: `queries` is (m, 32) uint8, most significant bit first.
        Only numbers above `after` are given.
        Raises:
            Invalid: the queries have another shape, or the radius is not 0 to 31.
            Unavailable: the index is damaged again each time it is built.
        """
        if queries.ndim != 2 or queries.shape[1] != BYTES or queries.dtype != np.uint8:
            raise Invalid("queries are fingerprints of 32 bytes")
        if not 0 <= radius <= RADIUS_MAX:
            raise Invalid("the index answers radii from 0 to 31")
        rows = pack(queries)
        searched = self._sound(after)
        if len(rows) < 2 * QUERIES_PER_THREAD_MIN or self._threads == 1:
            return _neighbours(_search(rows, 0, radius, searched), after)
        bounds = np.linspace(0, len(rows), self._threads + 1).astype(int).tolist()
        parts = self._searchers.map(
            lambda bound: _search(rows[slice(*bound)], bound[0], radius, searched), pairwise(bounds)
        )
        return _neighbours(list(chain(*parts)), after)

    def catch_up(self) -> int:
        """Take in what the source has that the index does not know yet; give how many."""
        self._compare()
        count = 0
        while rows := self._pull():
            count += rows
            if self.delta_rows >= DELTA_ROWS_MAX:
                self.consolidate()
        self._is_complete = True
        return count

    def consolidate(self) -> bool:
        """Turn the delta, and all that follows it in the source, into a segment; join small ones.

        False where there is nothing to do or another process is at it. Searches go on meanwhile.

        Raises:
            Unavailable: the disk takes no segment; everything stays as it was.
        """
        is_damaged = False
        with self._changing(wait=False) as is_mine:
            if not is_mine:
                return False
            self._look()
            self._shelf.sweep()
            if self.delta_rows == 0:
                return False
            try:
                self._join(self._view)
            except Tampered:
                is_damaged = True
            self._look()
            self._shelf.sweep()
        if is_damaged:
            self.mend()
        return not is_damaged

    def verify(self) -> None:
        """Read every byte of every segment.

        Raises:
            Tampered: one is damaged or missing; `mend` builds it anew.
        """
        self._look()
        for each in self._view.watched:
            each.checked(time.monotonic()).verify()

    def mend(self) -> int:
        """Build every damaged or missing segment anew from the source; give how many."""
        with self._changing(wait=True):
            self._look()
            after, mended = -1, 0
            entries: list[Entry] = []
            for each in self._view.watched:
                if _is_sound(each.segment):
                    entries.append(each.entry)
                else:
                    fresh = self._write(self._from_source(after, each.entry.last, ROWS_MAX))
                    entries += [] if fresh is None else [fresh]
                    mended += 1
                after = each.entry.last
            if mended:
                self._shelf.replace(tuple(entries))
                self._look()
                self._shelf.sweep()
        return mended

    def forget(self, known: Callable[[int, int], int], *, since: float) -> int:
        """Build anew every segment that was written before `since` and holds more than the source has; give how many.

        `known(after, last)` is how many fingerprints the source has above `after`, up to `last`.
        Units: `since` in seconds of the epoch.

        Raises:
            Tampered: a segment is damaged; `mend` builds it anew.
        """
        with self._changing(wait=True):
            self._look()
            after, renewed = -1, 0
            entries: list[Entry] = []
            for each in self._view.watched:
                is_asked = self._is_old(each.entry, since)
                if is_asked and known(after, each.entry.last) < each.checked(time.monotonic()).rows:
                    fresh = self._write(self._from_source(after, each.entry.last, ROWS_MAX))
                    entries += [] if fresh is None else [fresh]
                    renewed += 1
                else:
                    entries.append(each.entry)
                after = each.entry.last
            if renewed:
                self._shelf.replace(tuple(entries))
                self._look()
                self._shelf.sweep()
        return renewed

    def _is_old(self, entry: Entry, since: float) -> bool:
        try:
            return self._shelf.folder_of(entry.name).stat().st_mtime < since
        except FileNotFoundError:
            return True

    @contextmanager
    def _changing(self, *, wait: bool) -> Iterator[bool]:
        """As the lock of the shelf; what the disk does not take leaves everything as it was."""
        try:
            with self._shelf.lock(wait=wait) as is_mine:
                try:
                    yield is_mine
                except OSError:
                    self._shelf.sweep()
                    raise
        except OSError as failed:
            raise Unavailable(NO_ROOM) from failed

    def _sound(self, after: int) -> list[Segment | Chunk]:
        """What is to be searched for numbers above `after`: checked segments, and the delta."""
        now = time.monotonic()
        for _ in range(TRIES_MAX):
            if not self._is_complete:
                self.catch_up()
            # What others made of the segments changes no answer, so it need not be asked at every search.
            if now >= self._look_due:
                self._look_due = now + LOOK_SECONDS
                if self._shelf.stamp() != self._view.stamp:
                    self._look()
                    continue
            view = self._view
            try:
                segments = [each.checked(now) for each in view.watched if each.entry.last > after]
            except Tampered:
                self.mend()
            else:
                return [*segments, *view.delta.chunks]
        raise Unavailable("the index is damaged again each time it is built; check the disk")

    def _look(self) -> None:
        """Take up the manifest as it is now, keeping what is open already."""
        with self._mutex:
            stamp = self._shelf.stamp()
            if stamp == self._view.stamp:
                return
            entries = self._shelf.entries()
            held = {each.entry: each for each in self._view.watched}
            watched = tuple(held.get(entry) or self._watch(entry) for entry in entries)
            if any(each.segment is None for each in watched) and self._shelf.stamp() != stamp:
                self._look()  # a segment was joined into another just before it was opened
                return
            covered = entries[-1].last if entries else -1
            delta = self._view.delta
            if covered < delta.after:
                delta, self._is_complete = Delta.starting(covered), False
            self._view = View(stamp=stamp, watched=watched, delta=delta.beyond(covered))

    def _watch(self, entry: Entry) -> Watched:
        try:
            segment = open_segment(self._shelf.folder_of(entry.name))
        except Tampered:
            segment = None
        return Watched(entry=entry, segment=segment, pool=self._checkers)

    def _join(self, view: View) -> None:
        """Write the newest segments and the delta as one segment."""
        kept = _kept(view)
        joined = [each.checked(time.monotonic()) for each in view.watched[kept:]]
        for segment in joined:
            segment.verify()  # damage must not be written anew with digests that fit it
            segment.release()
        pages = chain(*(segment.pages() for segment in joined), view.delta.pages())
        room = ROWS_MAX - view.delta.rows - sum(segment.rows for segment in joined)
        entry = self._write(chain(pages, self._from_source(view.delta.last, None, room)))
        for segment in joined:
            segment.release()
        entries = tuple(each.entry for each in view.watched[:kept])
        self._shelf.replace(entries if entry is None else (*entries, entry))

    def _write(self, pages: Iterator[Page]) -> Entry | None:
        """A new segment; None of no rows."""
        name = secrets.token_hex(8)
        last = write_segment(self._shelf.folder_of(name), pages)
        return None if last is None else Entry(name=name, last=last)

    def _pull(self) -> int:
        """Append one page of the source to the delta; give how many rows came."""
        with self._mutex:
            self._look()
            page = self._ask(self._view.delta.last, PAGE_ROWS)
            if len(page.rows):
                self._view = replace(self._view, delta=self._view.delta.appended(page))
            return len(page.rows)

    def _from_source(self, after: int, last: int | None, rows_max: int) -> Iterator[Page]:
        """Pages of the source above `after`, up to `last`."""
        while rows_max > 0:
            first, rows = self._ask(after, min(PAGE_ROWS, rows_max))
            if last is not None:
                rows = rows[: max(0, last - first + 1)]
            if len(rows) == 0:
                return
            yield Page(first, rows)
            after, rows_max = first + len(rows) - 1, rows_max - len(rows)

    def _ask(self, after: int, limit: int) -> Page:
        first, bits = self._source(after, limit)
        if len(bits) > limit or (len(bits) and first <= after):
            raise Invalid("the source of an index gives numbers above the one it was asked from, in order")
        return Page(first, pack(bits))

    def _compare(self) -> None:
        """Once in its life: see that the segments are of this source and no other.

        A database that was restored or made anew gives the same numbers to other fingerprints;
        they differ from the segment's last row on, or have no such row.
        """
        if self._is_compared:
            return
        foreign = [each for each in self._view.watched if not self._is_known(each.segment)]
        for each in foreign:
            each.segment = None
        if foreign:
            self.mend()
        self._is_compared = True

    def _is_known(self, segment: Segment | None) -> bool:
        """Whether the source has the segment's last row, number and bits."""
        if segment is None:
            return False
        last = segment.last()
        known = self._ask(last.first - 1, 1)
        if known.first > last.first and len(known.rows):
            return True  # that row was removed since; the numbers that follow show that the source goes on
        return known.first == last.first and np.array_equal(known.rows, last.rows)


def _is_sound(segment: Segment | None) -> bool:
    if segment is None:
        return False
    try:
        segment.verify()
    except Tampered:
        return False
    return True


def _kept(view: View) -> int:
    """How many of the oldest segments stay as they are; the others join the delta in a new one."""
    kept, rows = len(view.watched), view.delta.rows
    while kept:
        older = view.watched[kept - 1].checked(time.monotonic()).rows
        if older >= MERGE_RATIO * rows or older + rows > ROWS_MAX:
            break
        kept, rows = kept - 1, rows + older
    return kept


def _search(rows: Rows, first_query: int, radius: int, searched: list[Segment | Chunk]) -> list[Found]:
    """One thread's share of a search, in parts, so that only what a part finds is in hand twice."""
    answers: list[Found] = []
    for begin in range(0, len(rows), QUERIES_AT_ONCE):
        part = rows if len(rows) <= QUERIES_AT_ONCE else rows[begin : begin + QUERIES_AT_ONCE]
        for each in searched:
            found = each.search(part, radius)
            if len(found.query):
                before = first_query + begin
                answers.append(found._replace(query=found.query + before) if before else found)
    return answers


def _neighbours(found: list[Found], after: int) -> Neighbours:
    if not found:  # so are most answers, and this takes a tenth of the time of the rest
        return Neighbours(query=np.empty(0, np.int64), number=np.empty(0, np.int64), distance=np.empty(0, np.uint8))
    if len(found) == 1:
        query, number, distance = found[0]
        if after < 0 and len(query) == 1:
            return Neighbours(query=query, number=number, distance=distance)
    else:
        query = np.concatenate([each.query for each in found])
        number = np.concatenate([each.row for each in found])
        distance = np.concatenate([each.distance for each in found])
    if after >= 0:
        wanted = number > after
        query, number, distance = query[wanted], number[wanted], distance[wanted]
    order = np.lexsort((number, query))
    return Neighbours(query=query[order], number=number[order], distance=distance[order])
