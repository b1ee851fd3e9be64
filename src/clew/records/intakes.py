"""Intakes: one source taken into one exhibit, in chunks that any worker can do."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from clew.domain.errors import Invalid, NotVisible, Unavailable
from clew.domain.handling import Handling, from_circles
from clew.domain.intake import ChunkState, Progress, Summary
from clew.domain.medium import Verdict
from clew.keys.texts import Texts
from clew.records import sealed
from clew.records.session import Session, handling_columns

SOURCE = b"intakes.source"
ARCHIVE = b"chunks.archive"
PATH = b"occurrences.path"
LOCATION = b"occurrences.location"
UPLOADED = "upload"
"""The kind of a source that came through a browser; it is called by its upload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A source on its way into an exhibit (or, without one, into a hash list)."""

    id: UUID
    case_id: UUID | None
    exhibit_id: UUID | None
    source: bytes
    source_kind: str
    host: str
    keeps_bytes: bool
    series_id: UUID | None
    list_id: UUID | None
    handling: Handling
    cover_id: UUID | None = None
    read_under: Handling | None = None
    """The handling of the intake itself, where `handling` is narrower: that of a series into which some of it goes."""
    read_cover_id: UUID | None = None
    """The cover of the intake itself, whatever `cover_id` became for a series."""

    @property
    def root(self) -> Path:
        """Where its files lie: the source itself, or beside it for an export that names them."""
        source = Path(os.fsdecode(self.source))
        return source.parent if self.source_kind == "vics" else source

    @property
    def upload(self) -> UUID | None:
        """The upload that it takes in; None for what lies in a folder or an archive."""
        return UUID(Path(os.fsdecode(self.source)).name) if self.source_kind == UPLOADED else None

    @property
    def texts(self) -> Texts:
        """What seals the paths that it brings."""
        return sealed.of(self.handling.owner_member, self.case_id, make=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Files of one intake that one job takes in.

    `archive` is the path, within the source, of the archive that is unpacked; None for a
    chunk of files. `cursor` is the number of its entries that are done.
    """

    id: int
    intake: Intake
    state: ChunkState
    archive: bytes | None
    cursor: int
    series_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A file that was seen and waits for its job. `key` names it within the exhibit: 16 bytes."""

    path: bytes
    key: bytes
    size_bytes: int
    reason: str = ""
    location: bytes | None = None
    """Where within the source its bytes lie, if not at `path`."""


def begin(
    session: Session, *, exhibit_id: UUID | None, list_id: UUID | None, source: bytes, source_kind: str, host: str,
    keeps_bytes: bool, series_id: UUID | None, handling: Handling, cover_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """The intake of this source into this exhibit: the one that was begun before, or a new one."""
    cover = handling_columns(handling)
    with session.cursor() as cursor:
        case_id = _case_of(cursor, exhibit_id)
        source = sealed.of(handling.owner_member, case_id, make=True).seal(source, SOURCE)
        cursor.execute(
            """
            select id, keeps_bytes, series_id from intakes
            where exhibit_id is not distinct from %(exhibit)s and list_id is not distinct from %(list)s
              and source = %(source)s and host = %(host)s
              and owner_member = %(owner_member)s and owner_unit = %(owner_unit)s
              and (audience, members, excluded) = (%(audience)s, %(members)s::text[], %(excluded)s::text[])
            order by started_at limit 1""",
            {"exhibit": exhibit_id, "list": list_id, "source": source, "host": host, **cover},
        )
        if found := cursor.fetchone():
            if (found[1], found[2]) != (keeps_bytes, series_id):
                raise Invalid("This source was taken in before with another series or another choice of keeping bytes.")
            cursor.execute("update intakes set walked_at = null, finished_at = null where id = %s", [found[0]])
            return UUID(str(found[0]))
        cursor.execute(
            """
            select from intakes where exhibit_id = %(exhibit)s and source = %(source)s and host = %(host)s
              and owner_member = %(owner_member)s and owner_unit = %(owner_unit)s""",
            {"exhibit": exhibit_id, "source": source, "host": host, **cover},
        )
        if cursor.fetchone() is not None:
            raise Invalid("This source was taken in before for another audience; its handling is not changed by an intake.")
        cursor.execute(
            """
            insert into intakes (id, exhibit_id, list_id, source, source_kind, started_by, started_at, host, keeps_bytes,
                                 series_id, files_seen, cover_id, owner_member, owner_unit, audience, members,
                                 excluded)
            values (gen_random_uuid(), %(exhibit)s, %(list)s, %(source)s, %(kind)s, %(officer)s, now(), %(host)s,
                    %(keeps)s, %(series)s, 0, %(described)s, %(owner_member)s, %(owner_unit)s, %(audience)s, %(members)s, %(excluded)s)
            returning id""",
            {"exhibit": exhibit_id, "list": list_id, "source": source, "kind": source_kind, "host": host,
             "officer": session.actor.officer, "keeps": keeps_bytes, "series": series_id,
             "described": cover_id, **cover},
        )  # fmt: skip
        return UUID(str(cursor.fetchone()[0]))


def get(session: Session, intake_id: UUID) -> Intake:
    """The intake, or NotVisible."""
    with session.cursor() as cursor:
        cursor.execute(_INTAKE + " where i.id = %s", [intake_id])
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such intake, or you may not see it.")
    return _intake(row)


def describe(session: Session, intake_id: UUID, cover_id: UUID) -> None:
    """The intake lies under this cover from now on; what it brings comes under it."""
    with session.cursor() as cursor:
        cursor.execute("update intakes set cover_id = %s where id = %s", [cover_id, intake_id])


def add_chunk(
    session: Session, intake: Intake, stubs: Sequence[Stub], series_id: UUID | None = None
) -> int | None:
    """A chunk of the files among `stubs` that the exhibit does not hold yet; None where it holds them all."""
    cover = handling_columns(intake.handling)
    ordinal = _next_ordinal(session, intake)
    texts = intake.texts
    with session.cursor() as cursor:
        cursor.execute(
            """
            with fresh as (
                select * from unnest(%(paths)s::bytea[], %(keys)s::bytea[], %(sizes)s::bigint[], %(reasons)s::text[],
                                     %(locations)s::bytea[]) as given(path, key, size, reason, location)
                where not exists (select from occurrences o where o.exhibit_id = %(exhibit)s and o.path_key = given.key)),
            chunk as (
                insert into chunks (intake_id, ordinal, state, files, bytes, series_id,
                                    owner_member, owner_unit, audience, members, excluded)
                select %(intake)s, %(ordinal)s, %(waiting)s, count(*), coalesce(sum(size), 0), %(series)s::uuid,
                       %(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]
                from fresh having count(*) > 0 returning id),
            stub as (
                insert into occurrences (exhibit_id, case_id, intake_id, chunk_id, path, path_key, location, size_bytes,
                                         reason, owner_member, owner_unit, audience, members, excluded)
                select %(exhibit)s, %(case)s, %(intake)s, chunk.id, path, key, location, size, reason,
                       %(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]
                from fresh, chunk on conflict (exhibit_id, path_key) do nothing)
            select id from chunk""",
            {"paths": [texts.seal(s.path, PATH) for s in stubs], "keys": [texts.token(s.key) for s in stubs], "sizes": [s.size_bytes for s in stubs],
             "reasons": [s.reason for s in stubs],
             "locations": [None if s.location is None else texts.seal(s.location, LOCATION) for s in stubs],
             "exhibit": intake.exhibit_id, "case": intake.case_id, "intake": intake.id, "series": series_id,
             "ordinal": ordinal, "waiting": ChunkState.WAITING, **cover},
        )  # fmt: skip
        row = cursor.fetchone()
        return None if row is None else int(row[0])


def add_archive(session: Session, intake: Intake, archive: bytes, size_bytes: int) -> int | None:
    """A chunk that unpacks one archive of the source; None where it was added before and has not changed in size."""
    cover = handling_columns(intake.handling)
    ordinal = _next_ordinal(session, intake)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into chunks (intake_id, ordinal, state, files, bytes, cursor, archive,
                                owner_member, owner_unit, audience, members, excluded)
            select %(intake)s, %(ordinal)s, %(waiting)s, 0, %(size)s, 0, %(archive)s,
                   %(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]
            where not exists (select from chunks
                              where intake_id = %(intake)s and archive = %(archive)s and bytes = %(size)s)
            returning id""",
            {"intake": intake.id, "ordinal": ordinal, "waiting": ChunkState.WAITING, "size": size_bytes,
             "archive": intake.texts.seal(archive, ARCHIVE, intake.id.bytes), **cover},
        )  # fmt: skip
        row = cursor.fetchone()
        return None if row is None else int(row[0])


def hold(session: Session, intake: Intake) -> None:
    """Hold the intake's handling as it is until the transaction ends: what is added now lies under it.

    Several may hold it at once; who changes it waits for all of them.

    Raises:
        Unavailable: it was changed since the intake was read; the same call reads it anew.
    """
    _lock(session, intake, "share")


def _lock(session: Session, intake: Intake, how: str) -> None:
    with session.cursor() as cursor:
        cursor.execute(f"select {_HANDLING}, cover_id from intakes where id = %s for {how}", [intake.id])
        row = cursor.fetchone()
        _refuse_old(intake, row)
        _refuse_other_words(intake, row[3])


def _refuse_old(intake: Intake, row: Sequence | None) -> None:
    held = intake.read_under or intake.handling
    if row is None or (row[0], frozenset(row[1]), frozenset(row[2])) != (held.circles, held.members, held.excluded):
        raise Unavailable("Its handling was changed meanwhile; the same call goes on under the new one.")


def _refuse_other_words(intake: Intake, cover_id: UUID | None) -> None:
    if cover_id != intake.read_cover_id:
        raise Unavailable("The words of its cover were changed meanwhile; the same call goes on under the new ones.")


def _next_ordinal(session: Session, intake: Intake) -> int:
    """The number of the next chunk; the intake is held alone, so that the walk and the workers do not take the same."""
    _lock(session, intake, "update")
    with session.cursor() as cursor:
        cursor.execute("select coalesce(max(ordinal) + 1, 0) from chunks where intake_id = %s", [intake.id])
        return int(cursor.fetchone()[0])


def try_again(session: Session, intake_id: UUID, reasons: Sequence[str]) -> None:
    """Have files that could not be read for one of `reasons` read again, with their chunks."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            with again as (
                update occurrences set reason = ''
                where exhibit_id = (select exhibit_id from intakes where id = %s) and intake_id = %s
                  and medium_id is null and chunk_id is not null and reason = any(%s)
                returning chunk_id)
            update chunks set state = %s where id in (select chunk_id from again) and archive is null""",
            [intake_id, intake_id, list(reasons), ChunkState.WAITING],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An intake of which something lies undone and no job of it waits or is under way.

    `files` could not be opened or read and lie where they lay; `chunks` were begun, and failed or wait for the sandbox.
    """

    intake_id: UUID
    host: str
    keeps_bytes: bool
    files: int
    chunks: int


def stopped(session: Session, case_id: UUID, exhibit_id: UUID, reasons: Sequence[str]) -> tuple[Stopped, ...]:
    """Intakes of the own unit into the exhibit that have stopped with something undone, or could not read for `reasons`.

    What came through a browser is gone from its machine once all else was taken in: none of its files is read again.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            with mine as materialized (
                select i.id, i.host, i.keeps_bytes, i.source_kind from intakes i
                 where i.exhibit_id = %(exhibit)s and i.owner_member = %(member)s and i.owner_unit = %(unit)s
                   and not exists (select from procrastinate_jobs j
                                    where j.status in ('todo', 'doing') and j.args ->> 'intake' = i.id::text)),
            lying as materialized (
                select o.intake_id, count(*) as files from occurrences o
                 where o.case_id = %(case)s and o.medium_id is null and o.exhibit_id = %(exhibit)s
                   and o.chunk_id is not null and o.reason = any(%(reasons)s)
                   and o.intake_id in (select id from mine where source_kind <> %(uploaded)s) group by o.intake_id)
            select mine.id, mine.host, mine.keeps_bytes, coalesce(lying.files, 0), undone.chunks
              from mine left join lying on lying.intake_id = mine.id cross join lateral (
                   select count(*) as chunks from chunks c where c.intake_id = mine.id and c.state <> %(done)s) undone
             where undone.chunks > 0 or lying.files > 0 order by mine.host, mine.id""",
            {
                "exhibit": exhibit_id, "case": case_id, "reasons": list(reasons), "member": session.actor.member,
                "unit": session.actor.unit, "uploaded": UPLOADED, "done": ChunkState.DONE,
            },
        )  # fmt: skip
        return tuple(
            Stopped(intake_id=row[0], host=row[1], keeps_bytes=row[2], files=row[3], chunks=row[4]) for row in cursor
        )


def walked(session: Session, intake_id: UUID, files_seen: int) -> None:
    """The whole source was seen."""
    with session.cursor() as cursor:
        cursor.execute("update intakes set walked_at = now(), files_seen = %s where id = %s", [files_seen, intake_id])


def chunk(session: Session, chunk_id: int) -> Chunk:
    """The chunk and its intake, or NotVisible."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select c.id, c.state, c.archive, c.cursor, coalesce(c.series_id, i.series_id), i.* "
            f"from chunks c, lateral ({_INTAKE} where i.id = c.intake_id) i where c.id = %s",
            [chunk_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such chunk, or you may not see it.")
    intake = _intake(row[5:])
    archive = None if row[2] is None else intake.texts.unseal(bytes(row[2]), ARCHIVE, intake.id.bytes)
    return Chunk(
        id=row[0], state=ChunkState(row[1]), archive=archive, cursor=row[3], series_id=row[4], intake=intake,
    )  # fmt: skip


def lock_chunk(session: Session, chunk: Chunk) -> ChunkState:
    """The chunk's state, held against other workers and changes of handling until the transaction ends.

    Raises:
        Unavailable: its handling or words were changed since the chunk was read; the job tries again.
    """
    with session.cursor() as cursor:
        cursor.execute(f"select {_HANDLING}, state from chunks where id = %s for update", [chunk.id])
        row = cursor.fetchone()
        _refuse_old(chunk.intake, row)
        # Asked once the chunk is held, by which a change of words waits for it: so this is the latest.
        cursor.execute("select cover_id from intakes where id = %s", [chunk.intake.id])
        _refuse_other_words(chunk.intake, cursor.fetchone()[0])
        return ChunkState(row[3])


def move_chunk(session: Session, chunk_id: int, state: ChunkState, *, behind: ChunkState) -> None:
    """The chunk has come to `state`, unless it is not where it was any more: its files are being tried again."""
    with session.cursor() as cursor:
        cursor.execute("update chunks set state = %s where id = %s and state = %s", [state, chunk_id, behind])


def advance(session: Session, chunk_id: int, *, entries: int, cursor_at: int) -> None:
    """Of the chunk's archive, `entries` more were taken in and the outermost `cursor_at` are done."""
    with session.cursor() as cursor:
        cursor.execute(
            "update chunks set files = files + %s, cursor = greatest(cursor, %s) where id = %s",
            [entries, cursor_at, chunk_id],
        )


def unfinished(session: Session, intake_id: UUID) -> tuple[tuple[int, ChunkState], ...]:
    """Chunks of the intake that wait for a job, with how far they have come."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id, state from chunks where intake_id = %s and state <> %s order by ordinal",
            [intake_id, ChunkState.DONE],
        )
        return tuple((row[0], ChunkState(row[1])) for row in cursor)


def progress(session: Session, *, case_id: UUID | None = None, exhibit_id: UUID | None = None,
             intake_id: UUID | None = None) -> Progress:  # fmt: skip
    """How far the intakes of a case, an exhibit or one intake have come."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            with mine as materialized (
                select i.id, i.walked_at from intakes i left join exhibits e on e.id = i.exhibit_id
                where (%(case)s::uuid is null or e.case_id = %(case)s)
                  and (%(exhibit)s::uuid is null or e.id = %(exhibit)s)
                  and (%(intake)s::uuid is null or i.id = %(intake)s))
            select coalesce(sum(c.files), 0), coalesce(sum(c.files) filter (where {done}), 0),
                   coalesce(sum(c.bytes) filter (where {done}), 0),
                   exists (select from mine where walked_at is null), coalesce(bool_or(c.state <> %(done)s), false)
            from chunks c where c.intake_id in (select id from mine)""".format(
                done="c.state <> %(waiting)s or c.archive is not null"
            ),
            {"case": case_id, "exhibit": exhibit_id, "intake": intake_id, "done": ChunkState.DONE,
             "waiting": ChunkState.WAITING},
        )
        seen, done, size, is_walking, has_chunks = cursor.fetchone()
    return Progress(
        files_seen=int(seen), files_done=int(done), bytes_done=int(size), is_walking=is_walking,
        is_running=is_walking or has_chunks,
    )  # fmt: skip


def finish(session: Session, intake_id: UUID) -> None:
    """The intake is done, for now: the same source may be taken in again."""
    with session.cursor() as cursor:
        cursor.execute("update intakes set finished_at = now() where id = %s", [intake_id])


def summary(session: Session, intake_id: UUID) -> Summary:
    """What the intake brought."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select coalesce(sum(o.files), 0), coalesce(sum(o.size_bytes), 0),
                   count(m.id) filter (where m.taken_in_at >= i.started_at)
                   + (select count(*) from listings l join media n on n.id = l.medium_id
                      where l.list_id = i.list_id and n.taken_in_at >= i.started_at)
            from intakes i left join (
                select medium_id, count(*) as files, sum(size_bytes) as size_bytes from occurrences
                where exhibit_id = (select exhibit_id from intakes where id = %s) and intake_id = %s group by medium_id) o
            on i.exhibit_id is not null left join media m on m.id = o.medium_id
            where i.id = %s group by i.list_id, i.started_at""",
            [intake_id] * 3,
        )
        seen, size, new = cursor.fetchone()
        cursor.execute(
            """
            select coalesce(m.reason, o.reason), count(*) from occurrences o left join media m on m.id = o.medium_id
            where o.exhibit_id = (select exhibit_id from intakes where id = %s) and o.intake_id = %s
              and (m.verdict = any(%s) or (m.id is null and o.reason <> ''))
            group by 1 order by 2 desc, 1""",
            [intake_id, intake_id, [int(verdict) for verdict in Verdict if not verdict.is_decoded]],
        )
        undecodable = dict(cursor.fetchall())
        cursor.execute(
            """
            select m.closer, count(distinct m.id) from occurrences o join media m on m.id = o.medium_id
            where o.exhibit_id = (select exhibit_id from intakes where id = %s) and o.intake_id = %s and m.closer <> ''
            group by 1 order by 2 desc, 1""",
            [intake_id, intake_id],
        )
        return Summary(
            files_seen=int(seen), media_new=new, size_bytes=int(size), undecodable=undecodable,
            key_frames_only=dict(cursor.fetchall()),
        )  # fmt: skip


_HANDLING = "audience, members, excluded"

_INTAKE = """
    select i.id as intake, e.case_id, i.exhibit_id, i.source, i.source_kind, i.host, i.keeps_bytes, i.series_id,
           i.list_id, i.owner_member, i.owner_unit, i.audience, i.members, i.excluded, i.cover_id
    from intakes i left join exhibits e on e.id = i.exhibit_id
"""


def _intake(row: Sequence) -> Intake:
    return Intake(
        id=row[0], case_id=row[1], exhibit_id=row[2],
        source=sealed.of(row[9], row[1]).unseal(bytes(row[3]), SOURCE), source_kind=row[4], host=row[5],
        keeps_bytes=row[6], series_id=row[7], list_id=row[8],
        handling=from_circles(
            row[11], owner_member=row[9], owner_unit=row[10], members=row[12], excluded=row[13],
        ),
        cover_id=row[14], read_cover_id=row[14],
    )  # fmt: skip


def _case_of(cursor: psycopg.Cursor, exhibit_id: UUID | None) -> UUID | None:
    if exhibit_id is None:
        return None
    cursor.execute("select case_id from exhibits where id = %s", [exhibit_id])
    found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such exhibit.")
    return found[0]
