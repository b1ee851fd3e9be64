"""Crops: objects cut out of the own unit's media, and what opens one that another unit let out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from clew.domain.agreement import State
from clew.domain.crop import WITH_BYTES, Box
from clew.domain.errors import NotVisible
from clew.records import sealed
from clew.records.session import Session
from clew.records.waiting import TO_LET_OUT

WORDS = b"crops.words"
NAME_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A crop of the own unit. `is_there`: its bytes are. Units: `at_ms` in milliseconds from the start."""

    id: UUID
    medium_id: UUID
    case_id: UUID
    sha256: bytes = field(repr=False)
    box: Box
    at_ms: int | None
    words: str
    state: State
    is_there: bool
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """What opens the bytes of a crop: by the key of `case_id`, which is a case of `member`.

    `purposes` are what a medium of another member is kept for; None where its owner said nothing, or it is the own unit's.
    """

    member: str
    case_id: UUID
    name: bytes = field(repr=False)
    blob: bytes
    wrapped: bytes = field(repr=False)
    purposes: frozenset[str] | None


def propose(
    session: Session, medium_id: UUID, case_id: UUID, box: Box, at_ms: int | None, words: str, *, name: bytes, blob: bytes
) -> UUID:
    """Keep that a crop comes; its bytes are named and not there yet."""
    actor = session.actor
    kept = sealed.of_case(actor.member, case_id, make=True).seal(words.encode(), WORDS)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into crops (medium_id, case_id, member, unit, box_left, box_top, box_width, box_height, at_ms, words,
                               name, blob, proposed_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id""",
            [
                medium_id, case_id, actor.member, actor.unit, box.left, box.top, box.width, box.height, at_ms, kept, name,
                blob, actor.officer,
            ],
        )  # fmt: skip
        return UUID(str(cursor.fetchone()[0]))


def arrive(session: Session, crop_id: UUID, wrapped: bytes) -> None:
    """Its bytes are in the vault.

    Raises:
        NotVisible: it went meanwhile, with its case or its medium.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update crops set wrapped = %s where id = %s and state = %s and wrapped is null",
            [wrapped, crop_id, State.PROPOSED.value],
        )
        if cursor.rowcount != 1:
            raise NotVisible("What it was cut out of has gone meanwhile.")


def count_of(session: Session, medium_id: UUID) -> int:
    """How many crops of an own medium stand."""
    with session.cursor() as cursor:
        cursor.execute(
            "select count(*) from crops where medium_id = %s and state = any(%s)",
            [medium_id, [State.PROPOSED.value, State.IN_FORCE.value]],
        )
        return int(cursor.fetchone()[0])


def get(session: Session, crop_id: UUID, *, holds: bool = False) -> Crop:
    """The own unit's crop; with `holds` nobody else moves it until the transaction ends.

    Raises:
        NotVisible: the unit has none of that identifier.
    """
    rows = _rows(session, f"c.id = %s{' for update of c' if holds else ''}", [crop_id])
    if not rows:
        raise NotVisible("Your unit has no such crop.")
    return rows[0]


def page(
    session: Session, limit: int, after: UUID | None = None, *, state: State | None = None, is_waiting: bool = False
) -> tuple[Crop, ...]:
    """The own unit's crops, those in one state, or those that wait for the actor; the newest first, from behind `after` on."""
    return _rows(
        session,
        f"""(%(after)s::uuid is null
             or (c.proposed_at, c.id) < (select a.proposed_at, a.id from crops a where a.id = %(after)s))
           and (%(state)s::text is null or c.state = %(state)s)
           {f"and c.id in (select id from crops where {TO_LET_OUT})" if is_waiting else ""}
           order by c.proposed_at desc, c.id desc limit %(limit)s""",
        {
            "after": after, "state": state and state.value, "limit": limit, "member": session.actor.member,
            "unit": session.actor.unit, "officer": session.actor.officer,
        },
    )  # fmt: skip


def bytes_of(session: Session, crop_id: UUID) -> Bytes:
    """What opens a crop: the own unit's in any state, another's that was let out and is shown to the actor's unit.

    Raises:
        NotVisible: there is none, or it is not shown to the unit.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select member, case_id, name, blob, wrapped, null::text[] from crops where id = %(id)s and wrapped is not null
            union all select member, case_id, name, blob, wrapped, purposes from clew_object_shown(%(id)s) limit 1""",
            {"id": crop_id},
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such object to be shown.")
    return Bytes(
        member=row[0], case_id=row[1], name=bytes(row[2]), blob=bytes(row[3]), wrapped=bytes(row[4]),
        purposes=None if row[5] is None else frozenset(row[5]),
    )  # fmt: skip


def is_shown(session: Session, crop_id: UUID | None) -> bool:
    """Whether the actor's unit can be shown it now."""
    if crop_id is None:
        return False
    with session.cursor() as cursor:
        cursor.execute(
            """
            select exists (select from crops where id = %(id)s and wrapped is not null)
                or exists (select from clew_object_shown(%(id)s))""",
            {"id": crop_id},
        )
        return bool(cursor.fetchone()[0])


def move(session: Session, crop_id: UUID, state: State) -> bytes | None:
    """Give a crop its next state; the blob of one whose bytes go by it.

    Who decided is noted; of one that ends, who let it out stays noted.
    """
    goes = state is not State.IN_FORCE
    decided = "" if state is State.ENDED else ", decided_by = %(officer)s, decided_at = transaction_timestamp()"
    with session.cursor() as cursor:
        cursor.execute(
            f"update crops set state = %(state)s{', wrapped = null' if goes else ''}{decided} where id = %(id)s"
            " returning blob",
            {"state": state.value, "officer": session.actor.officer, "id": crop_id},
        )
        blob = bytes(cursor.fetchone()[0])
    return blob if goes else None


def lapsed(session: Session, days: int, hours: int, limit: int) -> list[UUID]:
    """Own crops that nobody agreed to for so many days, or whose bytes did not arrive within so many hours."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id from crops where state = %s and member = %s and unit = %s
               and (proposed_at <= transaction_timestamp() - make_interval(days => %s)
                    or wrapped is null and proposed_at <= transaction_timestamp() - make_interval(hours => %s))
             order by proposed_at, id limit %s""",
            [State.PROPOSED.value, session.actor.member, session.actor.unit, days, hours, limit],
        )
        return [row[0] for row in cursor]


def forget(session: Session, condition: str, values: dict[str, object]) -> list[bytes]:
    """Own crops go with what they were cut out of; the blobs that are to leave the vault. The condition is our own words."""
    with session.cursor() as cursor:
        cursor.execute(f"delete from crops c where {condition} returning c.blob, c.state", values)
        return [bytes(blob) for blob, state in cursor if State(state) in WITH_BYTES]


def _rows(session: Session, condition: str, values: list[object] | dict[str, object]) -> tuple[Crop, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select c.id, c.medium_id, c.case_id, m.name, c.box_left, c.box_top, c.box_width, c.box_height, c.at_ms, c.words,
                   c.state, c.wrapped is not null, c.proposed_by, c.proposed_at, c.decided_by, c.decided_at
              from crops c join media m on m.id = c.medium_id where {condition}""",
            values,
        )
        found = cursor.fetchall()
    return tuple(_crop(session.actor.member, row) for row in found)


def _crop(member: str, row: Sequence) -> Crop:
    box = Box(left=row[4], top=row[5], width=row[6], height=row[7])
    words = sealed.words(sealed.of_case(member, row[2]), WORDS, row[9])
    return Crop(
        id=row[0], medium_id=row[1], case_id=row[2], sha256=bytes(row[3]), box=box, at_ms=row[8], words=words,
        state=State(row[10]), is_there=row[11], proposed_by=row[12], proposed_at=row[13], decided_by=row[14],
        decided_at=row[15],
    )  # fmt: skip
