"""Resemblances: one medium with all that its record says, and every medium that is the same by bytes or fingerprints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.fingerprint import BYTES, Kind, Transform
from clew.domain.handling import BLOCKED, Handling, from_circles
from clew.domain.medium import MediumKind, Verdict
from clew.domain.triage import Aligned, ReasonKind
from clew.records import sealed
from clew.records.cases import EXHIBIT, REFERENCE
from clew.records.intakes import PATH
from clew.records.session import Session

FRAMES_MAX = 20_000
"""Fingerprints of frames that are read of a film at most, from its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A medium as its record has it. Texts are the camera's own words; times are naive and local to the camera."""

    id: UUID
    name: bytes
    sha256: bytes | None
    kind: MediumKind
    verdict: Verdict
    reason: str
    size_bytes: int | None
    width: int | None
    height: int | None
    duration_ms: int | None
    camera_make: str | None
    camera_model: str | None
    camera_serial: str | None
    lens_serial: str | None
    software: str | None
    document_id: str | None
    taken_at: datetime | None
    taken_offset_minutes: int | None
    latitude: float | None
    longitude: float | None
    gps_precision_m: float | None
    taken_in_at: datetime
    handling: Handling
    facts: Mapping[str, object]
    is_warned: bool
    has_metadata: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How another medium was found to be the same as one."""

    other: UUID
    kind: ReasonKind
    distance_bits: int | None
    radius_bits: int | None
    transform: Transform
    aligned: Aligned | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the actor's own unit found a medium."""

    case: str
    exhibit: str
    path: bytes


def get(session: Session, media: Sequence[UUID]) -> dict[UUID, Known]:
    """Those of `media` that the actor sees, by their identifiers."""
    with session.cursor() as cursor:
        cursor.execute(f"{_MEDIA} where m.id = any(%(media)s)", {"media": list(media)})
        return {row[0]: _known(row) for row in cursor}


def one(session: Session, medium_id: UUID) -> Known:
    """The medium of this identifier.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    found = get(session, [medium_id]).get(medium_id)
    if found is None:
        raise NotVisible("There is no such medium.")
    return found


def called(session: Session, name: bytes) -> Known:
    """The medium of this content, by its strongest digest: the own unit's before the own member's before others'.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            _CALLED, {"name": name, "member": actor.member, "unit": actor.unit, "blocked": BLOCKED}
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such medium.")
    return _known(row)


def matches(session: Session, medium_id: UUID, limit: int, wanted: UUID | bytes | None = None) -> list[Match]:
    """What is the same as the medium, the surest first: equal bytes, then by the distance.

    Before all others that which is `wanted`, by its identifier or its name: where there are many it is not cut off.
    """
    asked = {
        "medium": medium_id, "limit": limit, "wanted_id": wanted if isinstance(wanted, UUID) else None,
        "wanted_name": wanted if isinstance(wanted, bytes) else None,
    }
    with session.cursor() as cursor:
        cursor.execute(_MATCHES, asked)
        return [_match(row) for row in cursor]


def frames(session: Session, media: Sequence[UUID]) -> dict[UUID, list[tuple[int, int]]]:
    """Of each film its frames that are kept for comparing: time in milliseconds, and the fingerprint as a number."""
    with session.cursor() as cursor:
        cursor.execute(
            "select medium_id, bits, times_ms from fingerprints where medium_id = any(%s) and kind = %s order by id",
            [list(media), int(Kind.FRAME)],
        )
        found: dict[UUID, list[tuple[int, int]]] = {}
        for medium_id, bits, times in cursor:
            found.setdefault(medium_id, []).extend(_rows(bytes(bits), bytes(times or b"")))
        return {medium_id: sorted(rows) for medium_id, rows in found.items()}


def places(session: Session, medium_id: UUID, limit: int) -> list[Place]:
    """Where the actor's own unit found the content, the first place first."""
    member = session.actor.member
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.id, c.reference, x.reference, o.path
              from media m join media n on n.name = m.name join occurrences o on o.medium_id = n.id
              join cases c on c.id = o.case_id join exhibits x on x.id = o.exhibit_id
             where m.id = %s and o.owner_member = %s and o.owner_unit = %s order by o.id limit %s""",
            [medium_id, member, session.actor.unit, limit],
        )
        rows = cursor.fetchall()
    return [_place(member, row) for row in rows]


def _place(member: str, row: tuple) -> Place:
    texts, case_texts = sealed.of_member(member), sealed.of_case(member, row[0])
    return Place(
        case=sealed.words(texts, REFERENCE, row[1]), exhibit=sealed.words(texts, EXHIBIT, row[2]),
        path=case_texts.unseal(bytes(row[3]), PATH),
    )  # fmt: skip


def _rows(bits: bytes, times: bytes) -> list[tuple[int, int]]:
    count = min(len(bits) // BYTES, len(times) // 4, FRAMES_MAX)
    return [
        (int.from_bytes(times[4 * at : 4 * at + 4], "little"), int.from_bytes(bits[BYTES * at : BYTES * (at + 1)]))
        for at in range(count)
    ]


def _match(row: tuple) -> Match:
    other, kind, distance, radius, transform, here_from, here_to, there_from, there_to, matched, compared = row
    aligned = None if here_from is None else Aligned(
        seconds_here=(here_from / 1000, here_to / 1000), seconds_there=(there_from / 1000, there_to / 1000),
        frames_matched=matched, frames_compared=compared,
    )  # fmt: skip
    return Match(
        other=other, kind=ReasonKind(kind), distance_bits=distance, radius_bits=radius, aligned=aligned,
        transform=Transform(transform or 0),
    )  # fmt: skip


def _known(row: tuple) -> Known:
    texts = sealed.of_member(row[20])

    def words(value: object, column: str) -> str | None:
        return None if value is None else sealed.words(texts, f"media.{column}".encode(), value)

    return Known(
        id=row[0], name=bytes(row[1]), sha256=None if row[2] is None else bytes(row[2]), kind=MediumKind(row[3]),
        verdict=Verdict(row[4]), reason=row[5], size_bytes=row[6], width=row[7], height=row[8], duration_ms=row[9],
        camera_make=words(row[10], "camera_make"), camera_model=words(row[11], "camera_model"),
        camera_serial=words(row[12], "camera_serial"), lens_serial=words(row[13], "lens_serial"),
        software=words(row[14], "software"), document_id=words(row[15], "document_id"), taken_at=row[16],
        taken_offset_minutes=row[17], latitude=row[18], longitude=row[19], gps_precision_m=row[25], taken_in_at=row[26],
        handling=from_circles(row[22], owner_member=row[20], owner_unit=row[21], members=row[23], excluded=row[24]),
        facts=json.loads(words(row[27], "facts") or "{}"), is_warned=row[28],
        has_metadata=row[29],
    )  # fmt: skip


_MEDIA = """
    select m.id, m.name, m.sha256, m.kind, m.verdict, m.reason, m.size_bytes, m.width, m.height, m.duration_ms,
           m.camera_make, m.camera_model, m.camera_serial, m.lens_serial, m.software, m.document_id, m.taken_at,
           m.taken_offset_minutes, m.latitude, m.longitude, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded,
           m.gps_precision_m, m.taken_in_at, m.facts, exists (
               select from media n join observations o on o.medium_id = n.id
                where n.name = m.name and o.withdrawn_at is null and o.facts ->> 'warn' = 'yes'),
           m.metadata is not null
      from media m
"""
_CALLED = f"""
    {_MEDIA} where m.name = %(name)s
     order by (m.owner_member, m.owner_unit) = (%(member)s, %(unit)s) desc, m.owner_member = %(member)s desc,
              %(blocked)s = any (m.excluded), m.taken_in_at, m.id
     limit 1
"""

_SIDES = ", ".join(f"{side}_{end}_ms" for side in "ab" for end in ("from", "to"))
_SIDES_BACK = ", ".join(f"{side}_{end}_ms" for side in "ba" for end in ("from", "to"))
_KINDS = "case kind when 1 then 'pdq' when 2 then 'video' else 'sound' end"

_MATCHES = f"""
    with wanted as materialized (select id from media where id = %(wanted_id)s or name = %(wanted_name)s)
    select other, kind, distance_bits, radius_bits, transform, {_SIDES}, frames_matched, frames_compared from (
        select n.id as other, 'digest' as kind, null::int as distance_bits, null::int as radius_bits, null::int as transform,
               {", ".join(f"null::int as {side}_{end}_ms" for side in "ab" for end in ("from", "to"))},
               null::int as frames_matched, null::int as frames_compared
          from media m join media n on n.name = m.name and n.id <> m.id
         where m.id = %(medium)s and m.size_bytes is distinct from 0
        union all
        (select b_medium, {_KINDS}, distance_bits, radius_bits, transform, {_SIDES}, frames_matched, frames_compared
           from matches where a_medium = %(medium)s
          order by b_medium in (select id from wanted) desc, distance_bits, id limit %(limit)s)
        union all
        (select a_medium, {_KINDS}, distance_bits, radius_bits,
                case transform when {Transform.ROTATE_90} then {Transform.ROTATE_270}
                               when {Transform.ROTATE_270} then {Transform.ROTATE_90} else transform end,
                {_SIDES_BACK}, frames_matched, frames_compared
           from matches where b_medium = %(medium)s
          order by a_medium in (select id from wanted) desc, distance_bits, id limit %(limit)s)) found
     order by other in (select id from wanted) desc, kind <> 'digest', distance_bits, other limit %(limit)s
"""
