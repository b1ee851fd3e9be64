"""Media: one record for each content that a unit holds under one handling."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible, Unavailable
from clew.domain.handling import BLOCKED, Handling, from_circles
from clew.domain.intake import ChunkState
from clew.domain.medium import MediumKind, Verdict
from clew.keys.texts import Texts
from clew.records import sealed
from clew.records.intakes import LOCATION, PATH, Chunk
from clew.records.session import Session, handling_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A medium to be kept. `name` is its strongest digest; times are naive and local to the camera."""

    id: UUID
    sha256: bytes | None
    sha1: bytes | None
    md5: bytes | None
    size_bytes: int | None
    kind: MediumKind
    verdict: Verdict
    reason: str = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    facts: Mapping[str, object] | None = None
    metadata: bytes | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    camera_serial: str | None = None
    lens_serial: str | None = None
    taken_at: datetime | None = None
    taken_offset_minutes: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    gps_precision_m: float | None = None
    software: str | None = None
    document_id: str | None = None

    @property
    def name(self) -> bytes:
        for digest in (self.sha256, self.sha1, self.md5):
            if digest is not None:
                return digest
        raise ValueError("a medium has at least one digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A medium whose bytes somebody asks for: its owner, its cover if it has one, its wrapped data key."""

    owner_member: str
    cover_id: UUID | None
    sha256: bytes
    is_blocked: bool


def held(session: Session, medium_id: UUID, *, stays: bool = False) -> Held:
    """The medium of this identifier. With `stays` it is as it is said to be until the transaction ends.

    Raises:
        NotVisible: there is none with bytes of its own, or the actor may not see it.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "select owner_member, cover_id, sha256, %s = any (excluded) from media where id = %s and sha256 is not null"
            + (" for share" if stays else ""),
            [BLOCKED, medium_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such medium.")
    return Held(owner_member=found[0], cover_id=found[1], sha256=bytes(found[2]), is_blocked=found[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What must be known of a medium before it is shown. `is_warned`: an officer whom the actor reads asks for it."""

    owner_member: str
    owner_unit: str
    name: bytes
    kind: MediumKind
    verdict: Verdict
    is_warned: bool


def shown(session: Session, medium_id: UUID) -> Shown:
    """The medium of this identifier, of which the actor sees the facts.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.owner_member, m.owner_unit, m.name, m.kind, m.verdict, exists (
                   select from media n join observations o on o.medium_id = n.id
                    where n.name = m.name and o.withdrawn_at is null and o.facts ->> 'warn' = 'yes')
              from media m where m.id = %s""",
            [medium_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such medium.")
    return Shown(
        owner_member=row[0], owner_unit=row[1], name=bytes(row[2]), kind=MediumKind(row[3]), verdict=Verdict(row[4]),
        is_warned=row[5],
    )  # fmt: skip


def excluded_from(session: Session, medium_id: UUID) -> frozenset[str]:
    """Members that the medium is hidden from, whatever else is said."""
    with session.cursor() as cursor:
        cursor.execute("select excluded from media where id = %s", [medium_id])
        found = cursor.fetchone()
    return frozenset() if found is None else frozenset(found[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is needed to read a medium again, beside its key."""

    id: UUID
    sha256: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A medium that may be read again, and what it lies under."""

    medium: Kept
    kind: MediumKind
    handling: Handling


def lying(session: Session, media: Sequence[UUID], *, stays: bool = False) -> dict[UUID, Lying]:
    """Those of the own unit's media that had bytes and are not under examination, in their order.

    With `stays` they lie so until the transaction ends.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id, sha256, size_bytes, kind, owner_member, owner_unit, audience, members, excluded from media
             where id = any(%s) and owner_member = %s and owner_unit = %s and sha256 is not null
               and size_bytes is not null and %s <> all (excluded) order by id"""
            + (" for share" if stays else ""),
            [list(media), session.actor.member, session.actor.unit, BLOCKED],
        )
        return {
            row[0]: Lying(
                medium=Kept(id=row[0], sha256=bytes(row[1]), size_bytes=row[2]), kind=MediumKind(row[3]),
                handling=from_circles(
                    row[6], owner_member=row[4], owner_unit=row[5], members=row[7], excluded=row[8]
                ),
            )
            for row in cursor
        }  # fmt: skip


def known(session: Session, handling: Handling, names: Sequence[bytes], *, keeps_bytes: bool) -> dict[bytes, UUID]:
    """Those of `names` that the owner holds under the same handling and that need no second look.

    What is known from a list only, waits for the sandbox, or lacks bytes that are to be kept is read again.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select name, id from media where name = any(%(names)s) and verdict <> all(%(unread)s)
               and (not %(keeps)s or exists (select from medium_keys k where k.medium_id = media.id))
               and owner_member = %(owner_member)s and owner_unit = %(owner_unit)s and audience = %(audience)s
               and members = %(members)s and excluded = %(excluded)s""",
            {"names": list(names), "unread": _UNREAD, "keeps": keeps_bytes, **handling_columns(handling)},
        )
        return {bytes(name): medium_id for name, medium_id in cursor}


def hold(session: Session, media: Sequence[UUID]) -> None:
    """Have none of the own unit's media go until the transaction ends.

    Raises:
        Unavailable: one went since it was found; what holds it is taken in again.
    """
    with session.cursor() as cursor:
        cursor.execute("select from media where id = any(%s) order by id for key share", [list(media)])
        if cursor.rowcount != len(set(media)):
            raise Unavailable("Some media went meanwhile with what held them; they are taken in again.")


def own(session: Session, sha256: bytes) -> UUID:
    """The own unit's medium of this content that is not blocked; the one that was taken in first.

    Raises:
        NotVisible: the unit has none.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id from media where name = %s and owner_member = %s and owner_unit = %s and %s <> all (excluded)
            order by exists (select from medium_keys k where k.medium_id = media.id) desc, taken_in_at limit 1""",
            [sha256, session.actor.member, session.actor.unit, BLOCKED],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("Your unit has no such medium.")
    return found[0]


def add(
    session: Session, handling: Handling, media: Sequence[Medium], cover_id: UUID | None = None
) -> dict[bytes, tuple[UUID, bool]]:
    """Keep `media`. Gives for each name the identifier of its record, and whether it is new or was only now read.

    They are written in the order of their names, as `listed.add` does: of two transactions with the same media
    one waits for the other, and never each for the other.
    """
    cover = tuple(handling_columns(handling).values())
    texts = sealed.of_member(handling.owner_member)
    with session.cursor() as cursor:
        cursor.execute(
            f"create temporary table if not exists new_media on commit delete rows as select {_COLUMNS} from media with no data"
        )
        with cursor.copy(f"copy pg_temp.new_media ({_COLUMNS}) from stdin") as copy:
            for medium in media:
                copy.write_row((*_row(medium, texts), cover_id, *cover))
        cursor.execute(
            f"""
            insert into media ({_COLUMNS}) select {_COLUMNS} from pg_temp.new_media order by name
            on conflict (name, owner_member, owner_unit, audience, members, excluded) do update
               set {_WHAT_WAS_READ} where media.verdict = any(%s)
            returning id""",
            [_UNREAD],
        )
        made = {row[0] for row in cursor}
        cursor.execute(
            """
            select m.name, m.id from media m join pg_temp.new_media n using (name, owner_member, owner_unit, audience, members,
                                                                   excluded)"""
        )
        ids = {bytes(name): (medium_id, medium_id in made) for name, medium_id in cursor}
        cursor.execute("truncate pg_temp.new_media")
    return ids


def of_chunk(session: Session, chunk: Chunk, kind: MediumKind) -> tuple[tuple[bytes, Kept], ...]:
    """(where its bytes lie in the source, medium) of each medium of `kind` in a chunk, not looked at closer yet."""
    texts = chunk.intake.texts
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (m.id) o.location, o.path, m.id, m.sha256, m.size_bytes
            from occurrences o join media m on m.id = o.medium_id where o.chunk_id = %s and m.kind = %s and m.sha256 is not null and m.size_bytes is not null
              and (m.closer <> '' or m.closer is null and not exists (
                   select from occurrences e join chunks c on c.id = e.chunk_id
                   where e.medium_id = m.id and c.state = %s))
            order by m.id, o.id""",
            [chunk.id, kind.value, int(ChunkState.DONE)],
        )
        return tuple(
            (
                texts.unseal(bytes(row[1]), PATH) if row[0] is None else texts.unseal(bytes(row[0]), LOCATION),
                Kept(id=row[2], sha256=bytes(row[3]), size_bytes=row[4]),
            )
            for row in cursor
        )


def handling_of(session: Session, medium_id: UUID) -> Handling | None:
    """What the medium lies under, held until the transaction ends; None where it was joined with another record."""
    with session.cursor() as cursor:
        cursor.execute(
            "select owner_member, owner_unit, audience, members, excluded from media where id = %s for share", [medium_id]
        )
        row = cursor.fetchone()
    return None if row is None else from_circles(
        row[2], owner_member=row[0], owner_unit=row[1], members=row[3], excluded=row[4]
    )  # fmt: skip


def handlings_of(session: Session, media: Sequence[UUID]) -> dict[UUID, Handling]:
    """What those of the media lie under that the actor may see."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id, owner_member, owner_unit, audience, members, excluded from media where id = any(%s)",
            [list(set(media))],
        )
        return {
            row[0]: from_circles(row[3], owner_member=row[1], owner_unit=row[2], members=row[4], excluded=row[5])
            for row in cursor
        }


def note_closer(session: Session, medium_id: UUID, reason: str = "") -> None:
    """The medium was looked at closer, or could not be for a reason."""
    with session.cursor() as cursor:
        cursor.execute("update media set closer = %s where id = %s", [reason, medium_id])


METADATA = b"media.metadata"

_COLUMNS = (
    "id, name, sha256, sha1, md5, size_bytes, kind, verdict, reason, width, height, duration_ms, facts, metadata, "
    "camera_make, camera_model, camera_serial, lens_serial, taken_at, taken_offset_minutes, latitude, longitude, "
    "gps_precision_m, software, document_id, taken_in_at, cover_id, owner_member, owner_unit, audience, members, excluded"
)

_UNREAD = [int(Verdict.WAITING), int(Verdict.ABSENT)]

_WHAT_WAS_READ = ", ".join(
    f"{column} = excluded.{column}" for column in _COLUMNS.split(", ")[3:25]
)


def _row(medium: Medium, texts: Texts) -> tuple[object, ...]:
    def sealed_or_none(text: str | None, column: bytes) -> bytes | None:
        return None if text is None else texts.seal(text.encode(), column)

    return (
        medium.id, medium.name, medium.sha256, medium.sha1, medium.md5, medium.size_bytes, medium.kind.value,
        int(medium.verdict), medium.reason, medium.width, medium.height, medium.duration_ms,
        sealed_or_none(json.dumps(medium.facts) if medium.facts else None, b"media.facts"),
        None if medium.metadata is None else texts.seal(medium.metadata, METADATA, medium.name),
        sealed_or_none(medium.camera_make, b"media.camera_make"),
        sealed_or_none(medium.camera_model, b"media.camera_model"),
        sealed_or_none(medium.camera_serial, b"media.camera_serial"),
        sealed_or_none(medium.lens_serial, b"media.lens_serial"), medium.taken_at, medium.taken_offset_minutes, medium.latitude, medium.longitude,
        medium.gps_precision_m,
        sealed_or_none(medium.software, b"media.software"), sealed_or_none(medium.document_id, b"media.document_id"), "now",
    )  # fmt: skip
