"""Walking: a source is seen to its end, and its files become chunks of work."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from uuid import UUID

from clew.domain.handling import Actor, Handling
from clew.domain.intake import BYTES_PER_CHUNK_MAX, FILES_PER_CHUNK_MAX, TRIED_AGAIN, ChunkState, Progress, Summary
from clew.formats.recognition import recognise
from clew.media.archive import looks_like_archive
from clew.media.walk import SeizedFile, SourceKind, first_block, size_bytes, source_kind, walk
from clew.records import audit, intakes, tombstones
from clew.records.intakes import Intake, Stub
from clew.records.session import Session, acting_as

AddJob = Callable[[int, ChunkState], None]
"""Adds, within the transaction, the job that a chunk in this state waits for."""

ARCHIVE_SOURCE = "archive"


def begin(
    session: Session, *, source: Path, source_kind: str, host: str, handling: Handling, keeps_bytes: bool,
    exhibit_id: UUID | None = None, list_id: UUID | None = None, series_id: UUID | None = None,
    cover_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Begin the intake of a source, or go on with the one that was begun."""
    intake_id = intakes.begin(
        session, exhibit_id=exhibit_id, list_id=list_id, source=os.fsencode(source), source_kind=source_kind,
        host=host, keeps_bytes=keeps_bytes, series_id=series_id, handling=handling, cover_id=cover_id,
    )  # fmt: skip
    intakes.try_again(session, intake_id, TRIED_AGAIN)
    audit.append(session, "intake.begin", str(intake_id))
    return intake_id


def progress(session: Session, intake_id: UUID) -> Progress:
    """How far the intake has come."""
    return intakes.progress(session, intake_id=intake_id)


def finish(session: Session, intake_id: UUID) -> Summary:
    """The intake is done: what it brought."""
    intakes.finish(session, intake_id)
    audit.append(session, "intake.finish", str(intake_id))
    return intakes.summary(session, intake_id)


def kind_of(path: Path) -> str:
    """What a source is, by its content: folder, file, archive, vics or hash_list."""
    kind = source_kind(path)
    if kind is SourceKind.FOLDER:
        return kind.value
    head = first_block(path)
    if kind is not SourceKind.FILE or looks_like_archive(head):
        return ARCHIVE_SOURCE
    found = recognise(head)
    return kind.value if found is None else found.value


def walk_in(actor: Actor, intake_id: UUID, add_job: AddJob) -> int:
    """See every file of the intake's source; give how many. What was seen before is not added again."""
    with acting_as(actor) as session:
        intake = intakes.get(session, intake_id)
        audit.append(session, "intake.walk", str(intake_id))
    seen = 0
    for stubs in in_chunks(stub_of(intake.source, file) for file in walk(Path(os.fsdecode(intake.source)))):
        with acting_as(actor) as session:
            hold_off_end(session, intake)
            chunk_id = intakes.add_chunk(session, intake, stubs)
            if chunk_id is not None:
                add_job(chunk_id, ChunkState.WAITING)
        seen += len(stubs)
    end_walk(actor, intake_id, seen, add_job)
    return seen


def unpack_in(actor: Actor, intake_id: UUID, add_job: AddJob) -> None:
    """The intake's source is itself an archive: one job unpacks it."""
    with acting_as(actor) as session:
        intake = intakes.get(session, intake_id)
        size = size_bytes(Path(os.fsdecode(intake.source)))
        hold_off_end(session, intake)
        audit.append(session, "intake.unpack", str(intake_id))
        chunk_id = intakes.add_archive(session, intake, b"", size)
        if chunk_id is not None:
            add_job(chunk_id, ChunkState.WAITING)
    end_walk(actor, intake_id, 0, add_job)


def end_walk(actor: Actor, intake_id: UUID, seen: int, add_job: AddJob) -> None:
    """The source was seen to its end; chunks that an interrupted run left get their jobs again."""
    with acting_as(actor) as session:
        intakes.walked(session, intake_id, seen)
        for chunk_id, state in intakes.unfinished(session, intake_id):
            add_job(chunk_id, state)


def hold_off_end(session: Session, intake: Intake) -> None:
    """What the intake goes into does not end until the transaction has; the first lock of every one that adds to it.

    Raises:
        StepRefused: it is ending, or being shredded.
    """
    tombstones.hold_off(session, case_id=intake.case_id, exhibit_id=intake.exhibit_id, list_id=intake.list_id)


def in_chunks(stubs: Iterable[Stub]) -> Iterator[list[Stub]]:
    """`stubs` in lists that one job can do: at most so many files and so many bytes."""
    chunk: list[Stub] = []
    size = 0
    for stub in stubs:
        if chunk and (len(chunk) == FILES_PER_CHUNK_MAX or size + stub.size_bytes > BYTES_PER_CHUNK_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(stub)
        size += stub.size_bytes
    if chunk:
        yield chunk


def stub_of(source: bytes, file: SeizedFile) -> Stub:
    """A file of `source` as it was seen; another size or time of change makes it another one."""
    key = occurrence_key(b"file", source, file.path, b"%d" % file.size_bytes, b"%d" % file.modified_ns)
    return Stub(path=file.path, key=key, size_bytes=file.size_bytes, reason=file.reason or "")


def occurrence_key(*links: bytes) -> bytes:
    """16 bytes that name an occurrence within its exhibit, whatever its links hold.

    One of the links is the source: two cards may hold files of the same name, size and time.
    """
    return hashlib.sha256(b"".join(b"%d:%s," % (len(link), link) for link in links)).digest()[:16]
