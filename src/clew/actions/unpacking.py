"""Unpacking: the entries of a seized archive are taken in, archives within archives too."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from clew.actions.holding import Source, hold, source_of
from clew.actions.reading import FULL_READINGS_AT_ONCE
from clew.actions.receiving import Received, end_chunk, let_go, take
from clew.actions.walking import AddJob, occurrence_key
from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError, Unavailable
from clew.domain.handling import Actor
from clew.domain.intake import BYTES_PER_CHUNK_MAX, FILES_PER_CHUNK_MAX
from clew.media import lending
from clew.media.archive import Allowance, Entry, Unpacker, looks_like_archive
from clew.media.digests import Content, content_of
from clew.media.limits import ARCHIVE_DEPTH_MAX
from clew.media.walk import open_seized
from clew.records.intakes import Chunk

HEAD_BYTES = 512
TOO_DEEP = "An archive within too many archives; it was not opened."


def unpack(workplace: Workplace, actor: Actor, chunk: Chunk, add_job: AddJob) -> None:
    """Take in the entries of the chunk's archive, from where an interrupted run left off."""
    source = source_of(workplace, chunk.intake)
    with _opened(source, chunk) as fd:
        size = os.fstat(fd).st_size
        with Unpacker(fd, size, nursery=workplace.nursery, allowance=Allowance(size)) as unpacker:
            _take_entries(workplace, actor, chunk, _path_of(source, chunk), unpacker, add_job)
    end_chunk(actor, chunk, add_job)


@contextmanager
def _opened(source: Source, chunk: Chunk) -> Iterator[int]:
    """The archive: where it lies or, out of an upload, in sealed memory."""
    if isinstance(source, Path):
        fd = open_seized(source, chunk.archive or os.fsencode(source.name))
        try:
            yield fd
        finally:
            os.close(fd)
        return
    content, reason = hold(source, chunk.archive or b"")
    if content is None:
        raise Unavailable(reason)
    with content:
        yield content.fd


def _path_of(source: Source, chunk: Chunk) -> bytes:
    """What the archive is called where its entries are shown: in an upload it lies under a number."""
    archive = chunk.archive or b""
    return archive if isinstance(source, Path) else os.fsencode(source.file(int(archive)).path)


def _take_entries(
    workplace: Workplace, actor: Actor, chunk: Chunk, path: bytes, unpacker: Unpacker, add_job: AddJob
) -> None:
    received: list[Received] = []
    size, done = 0, chunk.cursor
    # What is not kept is read in full at once.
    files_max = FILES_PER_CHUNK_MAX if chunk.intake.keeps_bytes else FULL_READINGS_AT_ONCE
    outermost = Place(path=path, chain=(chunk.intake.source, chunk.archive or b""))
    try:
        for position, one in _entries(workplace, unpacker, outermost, chunk.cursor, 1):
            if len(received) >= files_max or size >= BYTES_PER_CHUNK_MAX:
                take(workplace, actor, chunk, received, add_job, cursor_at=done)
                let_go(received)
                received, size = [], 0
            received.append(one)
            size += 0 if one.content is None else one.content.digests.size_bytes
            done = position
        take(workplace, actor, chunk, received, add_job, cursor_at=done + 1)
    finally:
        let_go(received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An archive, or an entry in one: its path to be shown, and the chain of ordinals that leads to it.

    Names may stand in an archive many times, and an entry may be named as if it lay in another
    archive: only the chain, from the source inwards, tells two entries apart.
    """

    path: bytes
    chain: tuple[bytes, ...]

    def within(self, name: bytes, ordinal: int) -> "Place":
        path = b"/".join(filter(None, (self.path, name))) or b"?"
        return Place(path=path, chain=(*self.chain, str(ordinal).encode()))

    @property
    def key(self) -> bytes:
        """16 bytes that name the occurrence within its exhibit."""
        return occurrence_key(*self.chain, self.path)


def _entries(
    workplace: Workplace, unpacker: Unpacker, place: Place, start: int, depth: int
) -> Iterator[tuple[int, Received]]:
    """Each entry with the position of the outermost entry that it lies in. Whoever takes them closes them."""
    position = start
    for entry in unpacker.entries(start=start):
        position = entry.ordinal
        here = place.within(entry.name, entry.ordinal)
        one = _received(workplace, entry, here)
        # The batch it came with may be closed first.
        inner = one.content.again() if one.is_archive and one.content is not None else None
        yield position, one
        if inner is None:
            continue
        with inner:
            if depth == ARCHIVE_DEPTH_MAX:
                yield position, _refused(here, TOO_DEEP)
                continue
            with _unpacker(workplace, inner, unpacker.allowance) as within:
                for _, one in _entries(workplace, within, here, 0, depth + 1):
                    yield position, one
    if unpacker.ending:
        yield position, _refused(place, unpacker.ending)


@contextmanager
def _unpacker(workplace: Workplace, content: Content, allowance: Allowance) -> Iterator[Unpacker]:
    with (
        lending.given(content) as fd,
        Unpacker(fd, content.digests.size_bytes, nursery=workplace.nursery, allowance=allowance) as unpacker,
    ):
        yield unpacker


def _received(workplace: Workplace, entry: Entry, place: Place) -> Received:
    received = Received(path=place.path, key=place.key, reason=entry.reason)
    if not entry.has_content:
        return received
    try:
        content = content_of(entry, spill=workplace.spill)
    except Unavailable:
        raise  # this machine has no room, of which the entry knows nothing: it is taken in when there is some
    except (OSError, ClewError):
        return replace(received, reason="The entry cannot be unpacked.")
    if entry.reason and not content.digests.size_bytes:
        content.close()
        return replace(received, reason=entry.reason)
    head = content.read(0, HEAD_BYTES)
    return replace(received, content=content, reason="", is_archive=looks_like_archive(head))


def _refused(place: Place, reason: str) -> Received:
    ended = replace(place, chain=(*place.chain, b"ended"))
    return Received(path=place.path or b"?", key=ended.key, reason=reason)
