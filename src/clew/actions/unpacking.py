"""Unpacking: the entries of a seized archive are taken in, archives within archives too."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from clew.actions.receiving import AddJob, Received, take
from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError
from clew.domain.handling import Actor
from clew.domain.intake import BYTES_PER_CHUNK_MAX, FILES_PER_CHUNK_MAX, ChunkState
from clew.media.archive import Allowance, Entry, Unpacker, looks_like_archive
from clew.media.digests import Content, content_of
from clew.media.limits import ARCHIVE_DEPTH_MAX
from clew.media.walk import open_seized
from clew.records import audit, intakes
from clew.records.intakes import Chunk
from clew.records.session import acting_as

HEAD_BYTES = 512
TOO_DEEP = "An archive within too many archives; it was not opened."


def unpack(workplace: Workplace, actor: Actor, chunk: Chunk, add_job: AddJob) -> None:
    """Take in the entries of the chunk's archive, from where an interrupted run left off."""
    root = Path(os.fsdecode(chunk.intake.source))
    fd = open_seized(root, chunk.archive or os.fsencode(root.name))
    try:
        size = os.fstat(fd).st_size
        with Unpacker(fd, size, nursery=workplace.nursery, allowance=Allowance(size)) as unpacker:
            _take_entries(workplace, actor, chunk, unpacker, add_job)
    finally:
        os.close(fd)
    with acting_as(actor) as session:
        if intakes.lock_chunk(session, chunk.id) is ChunkState.WAITING:
            intakes.move_chunk(session, chunk.id, ChunkState.FIRST_ANSWER)
            add_job(chunk.id, ChunkState.FIRST_ANSWER)
            audit.append(session, "archive.unpack", str(chunk.id))


def _take_entries(workplace: Workplace, actor: Actor, chunk: Chunk, unpacker: Unpacker, add_job: AddJob) -> None:
    held = ExitStack()
    received: list[Received] = []
    size, done = 0, chunk.cursor
    with held:
        for position, one in _entries(workplace, unpacker, chunk.archive or b"", chunk.cursor, 1, held):
            if len(received) >= FILES_PER_CHUNK_MAX or size >= BYTES_PER_CHUNK_MAX:
                take(workplace, actor, chunk, received, add_job, cursor_at=done)
                _close(received)
                received, size = [], 0
            received.append(one)
            size += 0 if one.content is None else one.content.digests.size_bytes
            done = position
        take(workplace, actor, chunk, received, add_job, cursor_at=done + 1)


def _entries(
    workplace: Workplace, unpacker: Unpacker, prefix: bytes, start: int, depth: int, held: ExitStack
) -> Iterator[tuple[int, Received]]:
    """Each entry with the position of the outermost entry that it lies in."""
    for entry in unpacker.entries(start=start):
        one = _received(workplace, entry, prefix, held)
        yield entry.ordinal, one
        if one.is_archive and one.content is not None:
            if depth == ARCHIVE_DEPTH_MAX:
                yield entry.ordinal, _refused(one.path, TOO_DEEP)
                continue
            content = held.enter_context(_again(one.content))
            with Unpacker(
                content.fd, content.digests.size_bytes, nursery=workplace.nursery, allowance=unpacker.allowance
            ) as inner:
                for _, within in _entries(workplace, inner, one.path, 0, depth + 1, held):
                    yield entry.ordinal, within
            content.close()
    if unpacker.ending:
        yield start, _refused(prefix, unpacker.ending)


def _received(workplace: Workplace, entry: Entry, prefix: bytes, held: ExitStack) -> Received:
    path = b"/".join(filter(None, (prefix, entry.name))) or b"?"
    # A name may stand in an archive many times: each is an occurrence of its own.
    key = hashlib.sha256(b"%s\0%d" % (path, entry.ordinal)).digest()[:16]
    received = Received(path=path, key=key, reason=entry.reason)
    if not entry.has_content:
        return received
    try:
        content = held.enter_context(content_of(entry, spill=workplace.spill))
    except (OSError, ClewError):
        return replace(received, reason="The entry cannot be unpacked.")
    if entry.reason and not content.digests.size_bytes:
        content.close()
        return replace(received, reason=entry.reason)
    head = os.pread(content.fd, HEAD_BYTES, 0)
    return replace(received, content=content, reason="", is_archive=looks_like_archive(head))


def _refused(path: bytes, reason: str) -> Received:
    key = hashlib.sha256(b"%s\0ended" % path).digest()[:16]
    return Received(path=path or b"?", key=key, reason=reason)


def _again(content: Content) -> Content:
    """The same content behind a descriptor of its own: the batch it came with may be closed first."""
    return Content(fd=os.dup(content.fd), digests=content.digests, is_sealed=content.is_sealed)


def _close(received: list[Received]) -> None:
    for one in received:
        if one.content is not None:
            one.content.close()
