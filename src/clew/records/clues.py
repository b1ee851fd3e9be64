"""Clues: what officers saw, heard or read in media; seen where their medium is, and taken back by their unit alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clew.domain.assertion import Handled, Lying
from clew.domain.clue import Box, ClueKind, Field, Said, Where, compared
from clew.domain.errors import NotVisible
from clew.domain.fingerprint import QUALITY_MATCHED_MIN, Kind
from clew.domain.handling import BLOCKED, Handling, from_circles
from clew.domain.link import Confidence
from clew.domain.medium import MediumKind
from clew.records import handled, sealed
from clew.records.session import Session, handling_columns

VALUE = b"clues.value"
READ = b"clues.read"
NOTE = b"clues.note"
HANDLED = b"clues.handled"
ABSENT = "Your unit has no such clue."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A medium that the actor sees, on which a clue can be put. `duration_ms` is None where it is not known."""

    id: UUID
    name: bytes
    kind: MediumKind
    duration_ms: int | None
    handling: Handling


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueRow:
    """A clue that the actor may see. `name` is its content; officers are named of the actor's own member alone."""

    id: UUID
    medium_id: UUID
    name: bytes
    said: Said
    handling: Handling
    is_own: bool
    asserted_by: str | None
    asserted_at: datetime
    withdrawn_at: datetime | None
    handled: tuple[Handled, ...] = ()
    """Handlings that it was given since, the oldest first; told to the own member alone."""
    restricted_until: date | None = None
    """On which day the first restriction ends of those that have an end; told to the own member alone."""
    follows: bool = False
    """It lies as its medium does, and goes on so when that changes."""


def seen(session: Session, name: bytes) -> Seen:
    """The medium of this content that the actor sees: an own one before others'.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id, name, kind, duration_ms, owner_member, owner_unit, audience, members, excluded from media
             where name = %s order by (owner_member, owner_unit) = (%s, %s) desc, %s = any (excluded), taken_in_at, id
             limit 1""",
            [name, actor.member, actor.unit, BLOCKED],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such medium.")
    return Seen(
        id=row[0], name=bytes(row[1]), kind=MediumKind(row[2]), duration_ms=row[3],
        handling=from_circles(row[6], owner_member=row[4], owner_unit=row[5], members=row[7], excluded=row[8]),
    )  # fmt: skip


def add(session: Session, medium_id: UUID, said: Said, handling: Handling, *, is_own_handling: bool) -> UUID:
    """Keep what the actor says of a medium; the clue."""
    member, box, where = session.actor.member, said.where.box, said.where
    value = compared(said.kind, said.value).encode()
    row = {
        "medium_id": medium_id, "kind": said.kind.value, "x": box and box.x, "y": box and box.y,
        "width": box and box.width, "height": box and box.height, "from_ms": where.from_ms, "to_ms": where.to_ms,
        "field": where.field.value if where.field else "",
        "value": sealed.of_member(member).seal(value, VALUE) if value else None,
        "read": sealed.note(member, READ, said.value), "note": sealed.note(member, NOTE, said.note),
        "countries": [*said.speaks], "weights": [*said.speaks.values()], "certainty": int(said.certainty),
        "is_own_handling": is_own_handling, "asserted_by": session.actor.officer, **handling_columns(handling),
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            f"insert into clues ({', '.join(row)}) values ({', '.join(f'%({name})s' for name in row)}) returning id", row
        )
        return cursor.fetchone()[0]


def withdraw(session: Session, clue_id: UUID) -> UUID:
    """Take back an own clue; the medium that it was on.

    Raises:
        NotVisible: the unit has no such clue that holds, or no longer sees its medium.
    """
    return _change(
        session, clue_id, "withdrawn_by = %(officer)s, withdrawn_at = now()", {"officer": session.actor.officer}
    )


def hold_own(session: Session, clue_id: UUID) -> ClueRow:
    """The own unit's clue that holds, held until the transaction ends. Raises as `withdraw`."""
    with session.cursor() as cursor:
        cursor.execute(
            "select from clues where id = %s and withdrawn_at is null and owner_member = %s and owner_unit = %s for update",
            [clue_id, session.actor.member, session.actor.unit],
        )
        if cursor.fetchone() is None:
            raise NotVisible(ABSENT)
    return get(session, clue_id)


def lie(session: Session, clue_id: UUID, lying: Lying, added: Handled | None = None) -> UUID:
    """The own clue lies so from now on, and `added` is kept of it; the medium that it is on. Raises as `withdraw`."""
    return _change(
        session, clue_id,
        "audience = %(audience)s, members = %(members)s, excluded = %(excluded)s, is_own_handling = %(is_own_handling)s,"
        " restricted_until = %(until)s, handled = handled || %(added)s::text[]",
        {
            **handling_columns(lying.handling), "is_own_handling": not lying.follows, "until": lying.until,
            "added": [] if added is None else [handled.kept(session, HANDLED, added)],
        },
    )  # fmt: skip


def due(session: Session, today: date, limit: int) -> list[UUID]:
    """The own unit's clues that hold and lie under what ends on `today` or did before, the oldest end first.

    Not those on what is under examination, nor on what the unit does not see any more.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select c.id from clues c join media m on m.id = c.medium_id
             where c.owner_member = %s and c.owner_unit = %s and c.restricted_until <= %s and c.withdrawn_at is null
               and '{BLOCKED}' <> all (m.excluded)
             order by c.restricted_until, c.id limit %s""",
            [session.actor.member, session.actor.unit, today, limit],
        )
        return [row[0] for row in cursor]


def _change(session: Session, clue_id: UUID, change: str, values: dict[str, object]) -> UUID:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            update clues set {change} where id = %(id)s and withdrawn_at is null
               and owner_member = %(own_member)s and owner_unit = %(own_unit)s returning medium_id""",
            {**values, "id": clue_id, "own_member": session.actor.member, "own_unit": session.actor.unit},
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible(ABSENT)
    return found[0]


def get(session: Session, clue_id: UUID) -> ClueRow:
    """The clue, if the actor may see it and its medium.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    found = _select(session, "c.id = %(id)s", {"id": clue_id})
    if not found:
        raise NotVisible("There is no such clue.")
    return found[0]


def of_contents(
    session: Session, names: Iterable[bytes], *, limit: int, is_all: bool = False
) -> list[ClueRow]:
    """Clues on these contents that the actor may see, whoever's the medium is; `is_all`: also those taken back.

    Those of the own unit first, then the oldest.
    """
    return _select(
        session,
        f"""m.name = any(%(names)s) and '{BLOCKED}' <> all (m.excluded) {'' if is_all else 'and c.withdrawn_at is null'}
            order by (c.owner_member, c.owner_unit) = (%(member)s, %(unit)s) desc, c.asserted_at, c.id limit %(limit)s""",
        {"names": list(names), "limit": limit, "member": session.actor.member, "unit": session.actor.unit},
    )


def of_series(session: Session, series_ids: Iterable[UUID], *, limit: int) -> list[tuple[UUID, ClueRow]]:
    """(series, clue) for the clues that hold on contents of these series, whoever's the medium is.

    Those of the own unit first, then the oldest: who says very much crowds nobody else's own out.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS}, inside.series_id from (
                select distinct sm.series_id, c.id from clues c join media m on m.id = c.medium_id
                  join media x on x.name = m.name join series_media sm on sm.medium_id = x.id
                 where sm.series_id = any(%(series)s) and c.withdrawn_at is null and '{BLOCKED}' <> all (m.excluded)) inside
              join clues c on c.id = inside.id join media m on m.id = c.medium_id
             order by (c.owner_member, c.owner_unit) = (%(member)s, %(unit)s) desc, c.asserted_at, c.id limit %(limit)s""",
            {
                "series": list(series_ids), "limit": limit, "member": session.actor.member, "unit": session.actor.unit,
            },
        )
        return [(row[-1], _row(session, row)) for row in cursor]


def copies(session: Session, media: Iterable[UUID], *, limit: int) -> list[tuple[UUID, UUID]]:
    """Pairs of these media that a program found near to one another, as far as the actor sees both."""
    with session.cursor() as cursor:
        cursor.execute(
            "select a_medium, b_medium from matches where a_medium = any(%(media)s) and b_medium = any(%(media)s)"
            " order by 1, 2 limit %(limit)s",
            {"media": list(media), "limit": limit},
        )
        return [(row[0], row[1]) for row in cursor]


def stills(session: Session, media: Iterable[UUID], *, limit: int) -> dict[UUID, bytes]:
    """The fingerprints of those of these media that are still pictures and not so flat that it says nothing: 32 bytes each.

    Near pictures of one unit in one case are kept as no matches (`blind.sql`): so they are compared where it counts.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select medium_id, bits from fingerprints where medium_id = any(%s) and kind = {Kind.PDQ_CENTRED:d} and count = 1
               and (qualities is null or get_byte(qualities, 0) >= {QUALITY_MATCHED_MIN}) order by medium_id limit %s""",
            [list(media), limit],
        )
        return {row[0]: bytes(row[1]) for row in cursor}


_COLUMNS = (
    "c.id, c.medium_id, m.name, c.kind, c.x, c.y, c.width, c.height, c.from_ms, c.to_ms, c.field, c.read, c.note,"
    " c.countries, c.weights, c.certainty, c.asserted_by, c.asserted_at, c.withdrawn_at, c.owner_member, c.owner_unit,"
    " c.audience, c.members, c.excluded, c.handled, c.restricted_until, c.is_own_handling"
)


def _select(session: Session, condition: str, values: dict[str, object]) -> list[ClueRow]:
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from media m join clues c on c.medium_id = m.id where {condition}", values
        )
        return [_row(session, row) for row in cursor]


def _row(session: Session, row: Sequence) -> ClueRow:
    actor, owner, unit = session.actor, row[19], row[20]
    return ClueRow(
        id=row[0], medium_id=row[1], name=bytes(row[2]), said=_said(owner, row),
        handling=from_circles(row[21], owner_member=owner, owner_unit=unit, members=row[22], excluded=row[23]),
        is_own=(owner, unit) == (actor.member, actor.unit), asserted_by=row[16] if owner == actor.member else None,
        asserted_at=row[17], withdrawn_at=row[18], handled=handled.of(session, HANDLED, (owner, unit), row[24]),
        restricted_until=row[25] if owner == actor.member else None, follows=not row[26],
    )  # fmt: skip


def _said(owner: str, row: Sequence) -> Said:
    box = None if row[4] is None else Box(x=row[4], y=row[5], width=row[6], height=row[7])
    return Said(
        kind=ClueKind(row[3]),
        where=Where(box=box, from_ms=row[8], to_ms=row[9], field=Field(row[10]) if row[10] else None),
        value=sealed.words_of_note(owner, READ, row[11]), note=sealed.words_of_note(owner, NOTE, row[12]),
        certainty=Confidence(row[15]), speaks=dict(zip(row[13], row[14], strict=True)),
    )  # fmt: skip
