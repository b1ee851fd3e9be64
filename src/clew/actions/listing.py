"""Listing: media that came as records of a case export or a hash list, not as bytes."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar
from uuid import UUID

import numpy as np

from clew.actions import matching, recovering, restricting
from clew.actions.receiving import near_meanwhile, write_near
from clew.actions.walking import AddJob, end_walk, hold_off_end, in_chunks, occurrence_key
from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError, Invalid
from clew.domain.fingerprint import BYTES, NAMED_BY, Kind
from clew.domain.handling import Actor
from clew.domain.intake import ChunkState, Refused
from clew.domain.naming import NAME_CHARACTERS_MAX, is_name
from clew.domain.series import SeriesState
from clew.formats.hash_list import read_hash_list
from clew.formats.listed import NOTHING, BadRecord, ListedMedium
from clew.formats.vics import VicsCase, read_cases
from clew.media.reading import FingerprintSet
from clew.media.walk import blocks, open_seized, path_from_text
from clew.records import audit, fingerprints, intakes, listed, series
from clew.records.fingerprints import Fingerprints
from clew.records.intakes import Intake, Stub
from clew.records.listed import ListedRow
from clew.records.session import acting_as, let_go

Item = TypeVar("Item")

ROWS_PER_BATCH = 10_000
"""A row for each place that a record names."""
CHARACTERS_PER_BATCH = 4 << 20
NUMBERS_KEPT_MAX = 20
BATCHES_AHEAD = 2
BATCHES_AT_ONCE = 2
"""Each is one statement after another for one process of the database, which then has two at work."""
MEDIA_COMPARED_AT_ONCE = 1_000
SERIES_OPEN_MAX = 10_000
NO_DIGEST = "This record holds no digest and no fingerprint that Clew knows, and its file is not beside the export."
NO_NAME = (
    f"The name of this series is longer than {NAME_CHARACTERS_MAX} characters or holds what does not show;"
    " the medium is taken in without it."
)
NO_SERIES = -1
FOLDERS_REMEMBERED_MAX = 4_096
PDQ_TRUSTED = 100
"""A list gives no quality; whoever listed a PDQ stands for it."""


@dataclass(slots=True)
class Listed:
    """How far a list or export has come."""

    records: int = 0
    with_bytes: int = 0
    media_new: int = 0
    _refused: dict[str, tuple[int, list[int]]] = field(default_factory=dict)

    def refuse(self, number: int, reason: str) -> None:
        """Note that something of the line or record was not used. Reasons are few: they are our own."""
        count, numbers = self._refused.get(reason, (0, []))
        if len(numbers) < NUMBERS_KEPT_MAX:
            numbers.append(number)
        self._refused[reason] = (count + 1, numbers)

    @property
    def refused(self) -> tuple[Refused, ...]:
        return tuple(
            Refused(reason=reason, count=count, numbers=tuple(numbers))
            for reason, (count, numbers) in sorted(self._refused.items())
        )


@dataclass(slots=True)
class _SeriesSeen:
    """A series that the export names: its number here, and whether all its media are said to be identified.

    The thread that prepares writes `is_said`, the one that writes to the database `id`; neither the other's.
    """

    number: int
    is_said: bool = True
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Some records, prepared: lines for the tables, and those whose files lie beside the export."""

    records: int
    staged: Mapping[UUID | None, Sequence[str]]
    """By the series for which something was decided; None: for which nothing was, or into none."""
    decided: frozenset[UUID]
    """All series for which something was decided when the export was begun."""
    with_bytes: Sequence["_Beside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """A record whose file lies beside the export, and what the disk says of that file."""

    record: ListedMedium
    size_bytes: int
    modified_ns: int


def take_in_export(workplace: Workplace, actor: Actor, intake_id: UUID, add_job: AddJob) -> Listed:
    """Take in a VICS case export: records with files beside it as files, the others by their fingerprints."""
    with acting_as(actor) as session:
        intake = intakes.get(session, intake_id)
    path = Path(os.fsdecode(intake.source))
    done = Listed()
    records = (record for record in read_cases(blocks(path)) if not isinstance(record, VicsCase))
    return _take_in(workplace, actor, intake, _good(records, done), path.parent, add_job, done)


def take_in_list(workplace: Workplace, actor: Actor, intake_id: UUID, add_job: AddJob) -> Listed:
    """Take in a hash list: every record becomes a medium without bytes on the intake's list."""
    with acting_as(actor) as session:
        intake = intakes.get(session, intake_id)
    done = Listed()
    records = read_hash_list(blocks(Path(os.fsdecode(intake.source))))
    return _take_in(workplace, actor, intake, _good(records, done), None, add_job, done)


def _take_in(
    workplace: Workplace, actor: Actor, intake: Intake, records: Iterable[ListedMedium], beside: Path | None,
    add_job: AddJob, done: Listed,
) -> Listed:  # fmt: skip
    """Prepare batches in one thread while the database writes those before, two at once."""
    names: dict[str, _SeriesSeen] = {}
    with acting_as(actor) as session:
        decided = restricting.decided_by_name(session)
    batches = (_prepared(intake, batch, beside, names, decided, done) for batch in _batches(records))
    writing: deque[Future[int]] = deque()
    with _writers() as writers:
        for writer, batch in zip(cycle(writers), ahead(batches, BATCHES_AHEAD), strict=False):
            if len(writing) == BATCHES_AT_ONCE:
                done.media_new += writing.popleft().result()
                matching.consolidate(workplace.indexes)
            _open_series(actor, intake, names)
            _add_files(actor, intake, batch.with_bytes, names, add_job)
            writing.append(writer.submit(_add_records, workplace, actor, intake, batch, _numbers(intake, names)))
            done.records += batch.records
            done.with_bytes += len(batch.with_bytes)
        done.media_new += sum(one.result() for one in writing)
    matching.consolidate(workplace.indexes)
    _mark_identified(actor, intake, names)
    end_walk(actor, intake.id, done.records, add_job)
    return done


@contextmanager
def _writers() -> Iterator[Sequence[ThreadPoolExecutor]]:
    """Threads that write, each with one connection for all its batches: a new one would plan everything anew."""
    writers = [ThreadPoolExecutor(1, "listing") for _ in range(BATCHES_AT_ONCE)]
    try:
        yield writers
    finally:
        for one in writers:
            one.submit(let_go)
            one.shutdown()


def ahead(items: Iterator[Item], most: int) -> Iterator[Item]:
    """The same items, made up to `most` ahead in a thread of their own; its failure is raised here."""
    queue: Queue[tuple[bool, Item | BaseException | None]] = Queue(most)
    is_over = Event()

    def make() -> None:
        try:
            for item in items:
                if is_over.is_set():
                    return
                queue.put((True, item))
            queue.put((False, None))
        except BaseException as failure:
            queue.put((False, failure))

    thread = Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            is_item, item = queue.get()
            if is_item:
                yield item  # type: ignore[misc]
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        is_over.set()
        while thread.is_alive():
            with suppress(Empty):
                queue.get(timeout=0.05)


def _prepared(
    intake: Intake, batch: Sequence[ListedMedium], beside: Path | None, names: dict[str, _SeriesSeen],
    decided: Mapping[str, UUID], done: Listed,
) -> _Batch:  # fmt: skip
    with_bytes: list[_Beside] = []
    rows: dict[UUID | None, list[ListedRow]] = {None: []}
    for record in batch:
        if record.series:
            _note_series(names, record)
        found = _lies_beside(beside, record) if record.untrusted_file and beside else None
        if found is not None:
            with_bytes.append(found)
        elif record.is_identified:
            into = decided.get(record.series or "")
            rows.setdefault(into, []).extend(_rows(intake.source, record, names))
        else:
            done.refuse(record.number, NO_DIGEST)
    staged = {into: listed.lines(some, intake.texts) for into, some in rows.items()}
    return _Batch(records=len(batch), staged=staged, decided=frozenset(decided.values()), with_bytes=with_bytes)


def _note_series(names: dict[str, _SeriesSeen], record: ListedMedium) -> None:
    seen = names.get(record.series or "")
    if seen is None:
        if len(names) >= SERIES_OPEN_MAX:
            raise Invalid("This names more than {most} series; take it in by parts.", most=SERIES_OPEN_MAX)
        seen = names[record.series or ""] = _SeriesSeen(number=len(names))
    if record.victim_identified is not True:
        seen.is_said = False


def _good(lines: Iterable[ListedMedium | BadRecord], done: Listed) -> Iterator[ListedMedium]:
    for line in lines:
        if not isinstance(line, BadRecord):
            if line.series is None or is_name(line.series):
                yield line
            else:
                done.refuse(line.number, NO_NAME)
                yield line._replace(series=None)
        else:
            done.refuse(line.number, line.reason)


def _batches(records: Iterable[ListedMedium]) -> Iterator[list[ListedMedium]]:
    """Records in lists of bounded size: one record may name thousands of places."""
    batch: list[ListedMedium] = []
    rows = characters = 0
    for record in records:
        batch.append(record._replace(record=NOTHING))  # nothing below needs the whole of it
        paths = record.untrusted_paths
        rows += len(paths) or 1
        characters += len(record.untrusted_file or "") + len(record.series or "") + sum(map(len, paths))
        if rows >= ROWS_PER_BATCH or characters >= CHARACTERS_PER_BATCH:
            yield batch
            batch, rows, characters = [], 0, 0
    if batch:
        yield batch


def _lies_beside(folder: Path, record: ListedMedium) -> _Beside | None:
    """The record's file, if it can be opened below `folder`; records of a folder that is not there cost nothing.

    How large it is says the disk: the export may say less, or nothing.
    """
    path = path_from_text(record.untrusted_file or "")
    if not _is_folder(folder, path.rpartition(b"/")[0]):
        return None
    try:
        fd = open_seized(folder, path)
    except ClewError:
        return None
    try:
        facts = os.fstat(fd)
    finally:
        os.close(fd)
    return _Beside(record=record, size_bytes=facts.st_size, modified_ns=facts.st_mtime_ns)


@lru_cache(FOLDERS_REMEMBERED_MAX)
def _is_folder(folder: Path, below: bytes) -> bool:
    if any(part in (b".", b"..") for part in below.split(b"/")) or below.startswith(b"/") or b"\0" in below:
        return False
    try:
        return (folder / os.fsdecode(below)).is_dir()
    except OSError:
        return False


def _open_series(actor: Actor, intake: Intake, names: dict[str, _SeriesSeen]) -> None:
    """Open the series that were named since; those that the other thread names meanwhile come next time."""
    new = [(name, seen) for name, seen in list(names.items()) if seen.id is None]
    if new:
        with acting_as(actor) as session:
            ids = series.open_all(
                session, [name for name, _ in new], intake.handling, intake.cover_id, opened_by=intake.id
            )
        for name, seen in new:
            seen.id = ids[name]


def _mark_identified(actor: Actor, intake: Intake, names: dict[str, _SeriesSeen]) -> None:
    """A series is identified if every medium in the source says so; one that says less keeps it open.

    What the unit had before is more than this source speaks of: a person marks it.
    """
    said = [seen.id for seen in names.values() if seen.is_said and seen.id is not None]
    with acting_as(actor) as session:
        for series_id in series.mark_opened(session, said, opened_by=intake.id):
            audit.append(session, f"series.{SeriesState.IDENTIFIED}", str(series_id))
        act = "export.take_in" if intake.list_id is None else "hash_list.take_in"
        audit.append(session, act, str(intake.id), {"series": len(names)})


def _add_files(
    actor: Actor, intake: Intake, with_bytes: Sequence[_Beside], names: dict[str, _SeriesSeen], add_job: AddJob
) -> None:
    """Files beside the export go the way of all files, in chunks of one series each."""
    by_series: dict[UUID | None, list[Stub]] = {}
    for beside in with_bytes:
        seen = names.get(beside.record.series) if beside.record.series else None
        series_id = intake.series_id if seen is None else seen.id
        by_series.setdefault(series_id, []).extend(_stubs(intake.source, beside))
    for series_id, stubs in by_series.items():
        for some in in_chunks(stubs):
            with acting_as(actor) as session:
                hold_off_end(session, intake)
                chunk_id = intakes.add_chunk(session, intake, some, series_id)
                if chunk_id is not None:
                    add_job(chunk_id, ChunkState.WAITING)


def _stubs(source: bytes, beside: _Beside) -> Iterator[Stub]:
    """The record's file at each place where the export says it was found."""
    record = beside.record
    location = path_from_text(record.untrusted_file or "")
    facts = (b"%d" % beside.size_bytes, b"%d" % beside.modified_ns)
    for path in map(path_from_text, record.untrusted_paths or (record.untrusted_file or "",)):
        key = occurrence_key(b"beside", source, location, path, *facts)
        yield Stub(path=path, key=key, size_bytes=beside.size_bytes, location=location)


def _numbers(intake: Intake, names: dict[str, _SeriesSeen]) -> dict[int, UUID]:
    """The series that are open, by the number that rows name them with."""
    numbers = {seen.number: seen.id for seen in list(names.values()) if seen.id is not None}
    return numbers if intake.series_id is None else numbers | {NO_SERIES: intake.series_id}


def _add_records(
    workplace: Workplace, actor: Actor, intake: Intake, batch: _Batch, numbers: Mapping[int, UUID]
) -> int:
    """The batch, each part under what was decided for the series that it goes into; how many media are new."""
    undecided = [series_id for series_id in numbers.values() if series_id not in batch.decided]
    return sum(
        _add_part(workplace, actor, intake, into, staged, numbers, undecided)
        for into, staged in batch.staged.items()
        if staged or into is None
    )


def _add_part(
    workplace: Workplace, actor: Actor, whole: Intake, into: UUID | None, staged: Sequence[str],
    numbers: Mapping[int, UUID], undecided: Sequence[UUID],
) -> int:  # fmt: skip
    """Media without bytes, with their occurrences or listings, series and PDQ fingerprints; how many are new.

    They go `into` a series for which something was decided, or into those for which nothing was.
    """
    aim = whole.series_id if into is None else into
    with acting_as(actor) as session:
        hold_off_end(session, whole)
        intakes.hold(session, whole)
        seen = {} if aim is None else restricting.series_decided(session, [aim])
        intake = restricting.into_series(session, whole, next(iter(seen.values()), None))
        if into is None:
            restricting.check_series(session, {*undecided, *seen}, seen)
        added = listed.add(session, intake, staged, numbers)
        # What is new lies under the words of the intake already; into a series more may be asked.
        brought = added.known if aim is None else (*added.known, *added.fresh)
        recovering.tighten(session, intake, brought, () if aim is None else (aim,))
    in_no_case = {} if intake.list_id is None else {
        medium_id: pdq for medium_id, pdq in added.unnumbered.items() if medium_id not in added.placed
    }  # fmt: skip
    # A list entry is evidence, not a question: two of them, of which none lies in a case, say nothing.
    _add_pdq(workplace, actor, intake, in_no_case, is_placed=True)
    _add_pdq(workplace, actor, intake, {
        medium_id: pdq for medium_id, pdq in (added.unnumbered | added.numbered).items() if medium_id not in in_no_case
    })  # fmt: skip
    _compare_again(workplace, actor, sorted(added.placed))
    return added.new


def _rows(source: bytes, record: ListedMedium, names: dict[str, _SeriesSeen]) -> Iterator[ListedRow]:
    name = record.sha256 or record.sha1 or record.md5 or NAMED_BY + (record.pdq or b"")
    seen = names.get(record.series) if record.series else None
    number = NO_SERIES if seen is None else seen.number
    for untrusted_path in record.untrusted_paths or (record.untrusted_file or "",):
        path = path_from_text(untrusted_path)
        yield ListedRow(
            name, record.sha256, record.sha1, record.md5, record.pdq, record.size_bytes, record.kind.value, path,
            occurrence_key(b"record", source, name, path), number,
        )  # fmt: skip


def _add_pdq(
    workplace: Workplace, actor: Actor, intake: Intake, new: Mapping[UUID, bytes], *, is_placed: bool = False
) -> None:
    """Number the PDQ of each medium, after it was compared; a medium that had a number gets a new one.

    So whoever searches what lies in a case, while this medium comes to lie in one, meets it after all.
    """
    if not new:
        return
    ids = list(new)
    asked = [_asked(at, Kind.PDQ, new[medium_id], bytes([PDQ_TRUSTED])) for at, medium_id in enumerate(ids)]
    before = matching.catch_up(workplace.indexes)
    with acting_as(actor) as session:
        write_near(session, matching.near(session, workplace.indexes, asked, is_placed=is_placed), ids)
    with acting_as(actor) as session:
        intakes.hold(session, intake)
        write_near(session, near_meanwhile(session, workplace, asked, before, is_placed=is_placed), ids)
        fingerprints.replace(session, intake.handling, [_kept(medium_id, new[medium_id]) for medium_id in ids])


def _compare_again(workplace: Workplace, actor: Actor, media: Sequence[UUID]) -> None:
    """Compare pictures of a case that are on a list now with those that lie beside them in the case.

    That was left out as no news when they came. What is found is what is near as it lies.
    """
    for start in range(0, len(media), MEDIA_COMPARED_AT_ONCE):
        with acting_as(actor) as session:
            stills = fingerprints.stills_of(session, media[start : start + MEDIA_COMPARED_AT_ONCE])
        if not stills:
            continue
        ids = [medium_id for medium_id, *_ in stills]
        asked = [_asked(at, kind, bits, qualities) for at, (_, kind, bits, qualities) in enumerate(stills)]
        before = matching.catch_up(workplace.indexes)
        with acting_as(actor) as session:
            write_near(session, matching.near(session, workplace.indexes, asked), ids)
        with acting_as(actor) as session:
            write_near(session, near_meanwhile(session, workplace, asked, before), ids)


def _asked(at: int, kind: Kind, bits: bytes, qualities: bytes) -> matching.Asked:
    rows = np.frombuffer(bits, np.uint8).reshape(-1, BYTES)
    return matching.Asked(
        position=at, sets=[FingerprintSet(kind=kind, bits=rows, qualities=np.frombuffer(qualities, np.uint8))]
    )


def _kept(medium_id: UUID, pdq: bytes) -> Fingerprints:
    return Fingerprints(medium_id=medium_id, kind=Kind.PDQ, bits=pdq, times_ms=None, qualities=bytes([PDQ_TRUSTED]))
