"""Receiving: the files of a chunk become media with a verdict, and each is compared at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from clew.actions import keeping, matching, previewing, recovering, restricting, stacking
from clew.actions.holding import Source, hold, source_of
from clew.actions.walking import AddJob, hold_off_end
from clew.actions.workplace import Workplace
from clew.domain.errors import Unavailable
from clew.domain.fingerprint import QUALITY_MATCHED_MIN, Engine, Kind
from clew.domain.handling import Actor, Handling
from clew.domain.intake import BYTES_PER_CHUNK_MAX, FILES_PER_CHUNK_MAX, UNPACKED, ChunkState
from clew.domain.medium import MediumKind, Verdict
from clew.index import alignment
from clew.media import lending
from clew.media.archive import looks_like_archive
from clew.media.blocks import folded
from clew.media.digests import Content
from clew.media.reading import FingerprintSet, Reading, Wants
from clew.records import audit, fingerprints, intakes, locks, matches, media, medium_keys, occurrences, series
from clew.records.fingerprints import Fingerprints
from clew.records.intakes import Chunk, Intake, Stub
from clew.records.media import Medium
from clew.records.session import Session, acting_as

WAITS = Reading(
    verdict=Verdict.WAITING, reason="The sandbox is not closed on this machine; the bytes are kept.",
    kind=MediumKind.UNKNOWN,
)  # fmt: skip
ARCHIVE = Reading(
    verdict=Verdict.NOT_DECODED, reason=UNPACKED, kind=MediumKind.OTHER,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file on its way in: held open with its digests, or the reason why it cannot be read."""

    path: bytes
    key: bytes
    occurrence: int | None = None
    content: Content | None = None
    reason: str = ""
    is_archive: bool = False


def chunk_of(actor: Actor, chunk_id: int) -> Chunk | None:
    """The chunk, or None where its files have their first answer."""
    with acting_as(actor) as session:
        chunk = intakes.chunk(session, chunk_id)
    return chunk if chunk.state is ChunkState.WAITING else None


def take_in(workplace: Workplace, actor: Actor, chunk: Chunk, add_job: AddJob) -> None:
    """Give every file of the chunk its verdict and its first answer.

    Raises as `take`.
    """
    with acting_as(actor) as session:
        waiting = occurrences.waiting(session, chunk)
    source = source_of(workplace, chunk.intake)
    with ExitStack() as held:
        received = workplace.readers.each(
            lambda file: receive(source, file.location or file.path, "", held, file.id), waiting,
            at_once=workplace.readers.count,
        )  # fmt: skip
        for part in in_parts(received):
            take(workplace, actor, chunk, part, add_job)
            let_go(part)
    end_chunk(actor, chunk, add_job)


def in_parts(received: Iterable[Received]) -> Iterator[list[Received]]:
    """`received` in lists that hold so much at once; what a file was said to hold is not asked."""
    part: list[Received] = []
    size = 0
    for one in received:
        part.append(one)
        size += 0 if one.content is None else one.content.digests.size_bytes
        if len(part) == FILES_PER_CHUNK_MAX or size >= BYTES_PER_CHUNK_MAX:
            yield part
            part, size = [], 0
    if part:
        yield part


def let_go(received: Iterable[Received]) -> None:
    """Close the contents of `received`."""
    for one in received:
        if one.content is not None:
            one.content.close()


def end_chunk(actor: Actor, chunk: Chunk, add_job: AddJob) -> None:
    """All of the chunk was taken in: it moves on, unless some of its media wait for the sandbox."""
    with acting_as(actor) as session:
        if intakes.lock_chunk(session, chunk) is ChunkState.WAITING and not occurrences.waiting(session, chunk):
            intakes.move_chunk(session, chunk.id, ChunkState.FIRST_ANSWER, behind=ChunkState.WAITING)
            add_job(chunk.id, ChunkState.FIRST_ANSWER)
            audit.append(session, "chunk.take_in", str(chunk.intake.id))


def receive(source: Source, path: bytes, reason: str, held: ExitStack, occurrence: int | None = None) -> Received:
    """Open and digest one file of `source`; its content lives as long as `held`."""
    received = Received(path=path, key=b"", occurrence=occurrence, reason=reason)
    if reason:
        return received
    content, reason = hold(source, path)
    if content is None:
        return replace(received, reason=reason)
    held.enter_context(content)
    return replace(received, content=content, is_archive=looks_like_archive(content.read(0, 512)))


def take(
    workplace: Workplace, actor: Actor, chunk: Chunk, received: Sequence[Received], add_job: AddJob, *,
    cursor_at: int | None = None,
) -> None:  # fmt: skip
    """Read what is new of `received`, keep its bytes, and write everything in one transaction.

    The chunk goes on. `cursor_at`: it is an archive, and so many of its entries are done with these.

    Raises:
        Unavailable: there is no room, or the sandbox cannot be proved closed.
    """
    distinct = {one.content.digests.sha256: one for one in received if one.content is not None}
    into = () if chunk.series_id is None else (chunk.series_id,)
    with acting_as(actor) as session:
        decided = restricting.series_decided(session, into)
        intake = restricting.into_series(session, chunk.intake, next(iter(decided.values()), None))
        chunk = replace(chunk, intake=intake)
        known = media.known(session, intake.handling, list(distinct), keeps_bytes=intake.keeps_bytes)
        held = medium_keys.of(session, list(known.values()), first=intake.case_id) if intake.keeps_bytes else {}
    carried = keeping.carried(workplace.vault, intake, known, held)
    known = {name: medium_id for name, medium_id in known.items() if not intake.keeps_bytes or medium_id in carried}
    fresh = [one for name, one in distinct.items() if name not in known]
    # What is not kept cannot be read a second time out of an archive: look closely at once.
    wants = Wants.PICTURE_OR_KEY_FRAMES if intake.keeps_bytes or cursor_at is None else Wants.FULL
    readings = list(workplace.readers.each(lambda one: _read(workplace, chunk, one, wants), fresh))
    if cursor_at is not None and any(reading.verdict is Verdict.WAITING for reading in readings):
        raise Unavailable(WAITS.reason)
    contents = [one.content for one in fresh if one.content is not None]
    kept_bytes = keeping.keep(workplace, intake, contents)
    rule = alignment.KEY_FRAMES if wants is Wants.PICTURE_OR_KEY_FRAMES else alignment.FRAMES
    asked = [
        matching.Asked(position=at, sets=reading.queries, frames_rule=rule) for at, reading in enumerate(readings)
    ]
    before = matching.catch_up(workplace.indexes)
    kept = [_medium(one, reading) for one, reading in zip(fresh, readings, strict=True)]
    with acting_as(actor) as session:
        hold_off_end(session, intake)
        if intake.keeps_bytes:
            locks.share_names(session)
        if intakes.lock_chunk(session, chunk) is not ChunkState.WAITING:
            return
        restricting.check_series(session, into, decided)
        media.hold(session, list(known.values()))
        made = media.add(session, intake.handling, kept, intake.cover_id)
        names = known | {name: medium_id for name, (medium_id, _) in made.items()}
        keeping.write(session, workplace.vault, intake, names, kept_bytes, carried)
        previewing.keep(session, intake, names, _by_name(kept, readings), known)
        _write_occurrences(session, chunk, received, names)
        if decided:
            occurrences.cover(session, [one.occurrence for one in received if one.occurrence], intake.handling)
        ids = [made[medium.name][0] for medium in kept]
        numbered = list(_fingerprints(kept, readings, made))
        comparing = Comparing(asked=asked, before=before, wants=wants)
        nearest = write_all_near(session, workplace, intake.handling, comparing, numbered, ids)
        nearest.stack(session, intake.case_id, ids)
        matches.note_digest_overlaps(session, [medium_id for medium_id, _ in made.values()])
        if chunk.series_id is not None:
            series.add_media(session, chunk.series_id, intake.handling, list(names.values()))
        for one in received:
            if one.is_archive and one.content is not None and cursor_at is None:
                _add_archive(session, intake, one.path, one.content.digests.size_bytes, add_job)
        if cursor_at is not None:
            intakes.advance(session, chunk.id, entries=len(received), cursor_at=cursor_at)
        audit.append(session, "chunk.take", str(intake.id), {"files": len(received), "media": len(kept)})
    matching.consolidate(workplace.indexes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """What media that are read together are asked, and the numbers that were looked at when that began."""

    asked: Sequence[matching.Asked]
    before: Mapping[Engine, int]
    wants: Wants


def write_all_near(
    session: Session, workplace: Workplace, handling: Handling, comparing: Comparing, numbered: Sequence[Fingerprints],
    ids: Sequence[UUID],
) -> stacking.Nearest:  # fmt: skip
    """Number the fingerprints of the media in the place of those that they had, and keep their matches.

    Gives the nearest pictures of each, by which they are stacked.
    """
    nearest = stacking.Nearest()
    asked = comparing.asked
    # What was numbered before is searched while others may number; only the rest holds them up.
    write_near(session, nearest.noting(matching.near(session, workplace.indexes, asked)), ids)
    write_near(session, nearest.noting(near_meanwhile(session, workplace, asked, comparing.before)), ids)
    among = matching.among(numbered, fingerprints.replace(session, handling, numbered))
    write_near(session, nearest.noting(matching.near(session, among, _asked_among(asked, comparing.wants))), ids)
    return nearest


def _asked_among(asked: Sequence[matching.Asked], wants: Wants) -> list[matching.Asked]:
    """What media that are read together are asked of one another; frames only where nobody looks closer later."""
    return [
        replace(one, sets=[queries for queries in one.sets if queries.kind is not Kind.FRAME or wants is Wants.FULL])
        for one in asked
    ]


def _read(workplace: Workplace, chunk: Chunk, one: Received, wants: Wants) -> Reading:
    if one.content is None:
        raise ValueError("only what is held can be read")
    if one.is_archive:
        return ARCHIVE
    try:
        with lending.given(one.content) as fd, workplace.readers.lend(reader_key(chunk)) as reader:
            return reader.read(fd, one.content.digests.size_bytes, wants)
    except Unavailable:
        return WAITS


def reader_key(chunk: Chunk) -> str:
    """Whose media a reader may read one after the other: one that a hostile file took over ends with the chunk."""
    return f"{chunk.intake.handling.owner_member}/{chunk.intake.handling.owner_unit}/{chunk.id}"


def near_meanwhile(
    session: Session, workplace: Workplace, asked: Sequence[matching.Asked], before: Mapping[Engine, int],
    *, is_placed: bool = False,
) -> Iterator[list[matching.Near]]:  # fmt: skip
    """What others numbered since the search, found while nobody can number anything."""
    locks.hold_covers(session)
    for engine in Engine:
        fingerprints.take_numbers(session, engine, 0)
    if matching.catch_up(workplace.indexes) == before:
        return iter(())
    return matching.near(session, workplace.indexes, asked, after=before, is_placed=is_placed)


def write_near(session: Session, found: Iterable[Sequence[matching.Near]], media_ids: Sequence[UUID]) -> None:
    """Keep what was found as matches of the media, which stand in the order in which they were asked for."""
    for some in found:
        matches.write(session, (_match(one, media_ids[one.position]) for one in some))


def _medium(one: Received, reading: Reading) -> Medium:
    if one.content is None:
        raise ValueError("only what is held becomes a medium")
    digests, camera = one.content.digests, reading.camera
    return Medium(
        id=uuid4(), sha256=digests.sha256, sha1=digests.sha1, md5=digests.md5, size_bytes=digests.size_bytes,
        kind=reading.kind, verdict=reading.verdict, reason=reading.reason, width=reading.width, height=reading.height,
        duration_ms=reading.duration_ms, facts=dict(reading.facts), metadata=folded(reading.blocks),
        camera_make=camera.make, camera_model=camera.model, camera_serial=camera.serial,
        lens_serial=camera.lens_serial, taken_at=camera.taken_at, taken_offset_minutes=camera.taken_offset_minutes,
        latitude=camera.latitude, longitude=camera.longitude, gps_precision_m=camera.gps_precision_m,
        software=camera.software, document_id=camera.document_id,
    )  # fmt: skip


def _by_name(kept: Sequence[Medium], readings: Sequence[Reading]) -> dict[bytes, Reading]:
    return {medium.name: reading for medium, reading in zip(kept, readings, strict=True)}


def _fingerprints(
    kept: Sequence[Medium], readings: Sequence[Reading], made: Mapping[bytes, tuple[UUID, bool]]
) -> Iterator[Fingerprints]:
    for medium, reading in zip(kept, readings, strict=True):
        medium_id, is_new = made[medium.name]
        if is_new:
            yield from (stored(medium_id, one) for one in reading.stored if len(one))


def stored(medium_id: UUID, one: FingerprintSet) -> Fingerprints:
    """A set of a reading as it is kept; a picture of low quality is kept and never compared."""
    return Fingerprints(
        medium_id=medium_id, kind=one.kind, bits=one.bits.tobytes(), qualities=one.qualities.tobytes(),
        times_ms=None if one.times_ms is None else one.times_ms.astype("<i4").tobytes(),
        is_matched=one.kind not in (Kind.PDQ, Kind.PDQ_CENTRED) or bool((one.qualities >= QUALITY_MATCHED_MIN).all()),
    )  # fmt: skip


def _match(near: matching.Near, medium_id: UUID) -> matches.Match:
    return matches.Match(
        medium_id=medium_id, fingerprint_id=near.fingerprint_id, kind=near.kind, distance_bits=near.distance_bits,
        radius_bits=near.radius_bits, transform=near.transform, aligned=near.aligned,
    )  # fmt: skip


def _write_occurrences(
    session: Session, chunk: Chunk, received: Sequence[Received], names: Mapping[bytes, UUID]
) -> None:
    of_entries: list[tuple[Stub, UUID | None]] = []
    filled: dict[int, UUID] = {}
    reasons: dict[int, str] = {}
    for one in received:
        medium_id = None if one.content is None else names[one.content.digests.sha256]
        if one.occurrence is None:
            size = 0 if one.content is None else one.content.digests.size_bytes
            of_entries.append((Stub(path=one.path, key=one.key, size_bytes=size, reason=one.reason), medium_id))
        elif medium_id is None:
            reasons[one.occurrence] = one.reason
        else:
            filled[one.occurrence] = medium_id
    occurrences.fill(session, filled, reasons)
    occurrences.add(session, chunk, of_entries)
    into = () if chunk.series_id is None else (chunk.series_id,)
    recovering.tighten(session, chunk.intake, list(names.values()), into)


def _add_archive(session: Session, intake: Intake, path: bytes, size_bytes: int, add_job: AddJob) -> None:
    chunk_id = intakes.add_archive(session, intake, path, size_bytes)
    if chunk_id is not None:
        add_job(chunk_id, ChunkState.WAITING)
