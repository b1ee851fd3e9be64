"""Looking closer: moving media, compared by key frames for the first answer, are compared all through.

`media/video.py` and `media/frames.py` say which frames are read then.
"""

import logging
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from clew.actions import matching, stacking
from clew.actions.reading import FULL_READINGS_AT_ONCE
from clew.actions.receiving import near_meanwhile, reader_key, stored, write_near
from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError, Tampered
from clew.domain.fingerprint import Kind
from clew.domain.handling import Actor
from clew.domain.intake import ChunkState
from clew.domain.medium import MediumKind
from clew.media import lending
from clew.media.digests import Content, content_of_file
from clew.media.reading import Reading, Wants
from clew.media.vault import Kept as KeptBytes
from clew.media.walk import open_seized
from clew.records import audit, fingerprints, intakes, media, medium_keys
from clew.records.intakes import Chunk
from clew.records.media import Kept
from clew.records.medium_keys import MediumKey
from clew.records.session import acting_as

log = logging.getLogger("clew.actions")

NO_BYTES = "The bytes are no longer where they were, and are not kept."
TAMPERED = "The stored bytes are not what was stored."


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A medium with its full reading, or without one and why."""

    medium: Kept
    reading: Reading | None = None
    reason: str = ""


def look_closer(workplace: Workplace, actor: Actor, chunk_id: int) -> None:
    """Compare the moving media of the chunk by frames all through them. Done before: nothing happens."""
    with acting_as(actor) as session:
        chunk = intakes.chunk(session, chunk_id)
        moving = media.of_chunk(session, chunk, MediumKind.VIDEO)
        keys = medium_keys.of(session, [medium.id for _, medium in moving], first=chunk.intake.case_id)
    if chunk.state is not ChunkState.FIRST_ANSWER:
        return
    skipped = 0
    # What an archive held and is not kept was read in full when it was unpacked.
    is_done = chunk.archive is not None and not chunk.intake.keeps_bytes

    def read(one: tuple[bytes, Kept]) -> Looked:
        return _read(workplace, chunk, *one, keys.get(one[1].id))

    for looked in workplace.readers.each(read, () if is_done else moving, at_once=FULL_READINGS_AT_ONCE):
        if looked.reading is not None:
            _store(workplace, actor, chunk, looked.medium, looked.reading)
            matching.consolidate(workplace.indexes)
        else:
            skipped += 1
            with acting_as(actor) as session:
                media.note_closer(session, looked.medium.id, looked.reason)
    with acting_as(actor) as session:
        intakes.move_chunk(session, chunk_id, ChunkState.DONE, behind=ChunkState.FIRST_ANSWER)
        audit.append(session, "chunk.look_closer", str(chunk.intake.id), {"media": len(moving), "skipped": skipped})


def _read(workplace: Workplace, chunk: Chunk, location: bytes, medium: Kept, key: MediumKey | None) -> Looked:
    """The full reading of the medium, or why its bytes are not to be had."""
    try:
        with ExitStack() as held:
            fd = _open(workplace, chunk, location, medium, key, held)
            if fd is None:
                return Looked(medium=medium, reason=NO_BYTES)
            with workplace.readers.lend(reader_key(chunk)) as reader:
                return Looked(medium=medium, reading=reader.read(fd, medium.size_bytes, Wants.FULL))
    except Tampered:
        log.exception("the stored bytes of medium %s are not what was stored", medium.id)
        return Looked(medium=medium, reason=TAMPERED)


def _open(
    workplace: Workplace, chunk: Chunk, location: bytes, medium: Kept, key: MediumKey | None, held: ExitStack
) -> int | None:
    """The medium's bytes: from its source if that is here and they are still the same, else from the vault."""
    if chunk.archive is None and chunk.intake.upload is None and chunk.intake.host == workplace.host:
        with suppress(OSError, ClewError):
            content = _content(chunk.intake.root, location)
            held.enter_context(content)
            if content.digests.sha256 == medium.sha256:
                return content.fd
    if key is None:
        return None
    owner, kept = chunk.intake.handling.owner_member, KeptBytes(blob=key.blob, wrapped=key.wrapped)
    reader = held.enter_context(workplace.vault.open(owner, str(key.case_id), medium.sha256, kept))
    return held.enter_context(lending.lent(reader))


def _content(root: Path, location: bytes) -> Content:
    fd = open_seized(root, location)
    try:
        return content_of_file(fd)
    finally:
        os.close(fd)


def _store(workplace: Workplace, actor: Actor, chunk: Chunk, medium: Kept, reading: Reading) -> None:
    """Put the frames of the full reading in the place of the key frames, and compare."""
    frames = [one for one in reading.stored if one.kind is Kind.FRAME and len(one)]
    asked = [matching.Asked(position=0, sets=[one for one in reading.queries if one.kind is Kind.FRAME])]
    before = matching.catch_up(workplace.indexes)
    names = [medium.id]
    with acting_as(actor) as session:
        if intakes.lock_chunk(session, chunk) is not ChunkState.FIRST_ANSWER:
            return
        # A series may have narrowed the medium beyond its intake; what is computed of it lies under the same.
        handling = media.handling_of(session, medium.id)
        if handling is None:
            return
        write_near(session, matching.near(session, workplace.indexes, asked), names)
        write_near(session, near_meanwhile(session, workplace, asked, before), names)
        stacking.stack_film(session, chunk.intake.case_id, medium.id)
        fingerprints.replace(session, handling, [stored(medium.id, one) for one in frames])
        media.note_closer(session, medium.id, "" if reading.verdict.is_decoded else reading.reason)
