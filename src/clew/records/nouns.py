"""Victims, offenders and places alike: how each is entered under a reference, found, listed and described."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clew.domain.errors import NotVisible, Unavailable
from clew.domain.handling import Handling, from_circles
from clew.domain.person import AgeBand
from clew.records import sealed
from clew.records.session import Session, handling_columns

BASIS = b"descriptions.basis"
DRAWS_MAX = 5
"""How often a reference is drawn again that another transaction drew at the same moment, before it gives up."""
NONE = "There is no such victim, offender or place."


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A table of such records: the columns that describe them, and that by which what is said of them names them."""

    table: str
    about: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What every such record has. `entered_by` is an officer of the actor's own member, or None."""

    id: UUID
    reference: str
    handling: Handling
    cover_id: UUID | None
    entered_by: str | None
    entered_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the owner said of one, with the basis. `said_by` is an officer of the actor's own member, or None."""

    said: Mapping[str, object]
    basis: str
    unit: str
    said_by: str | None
    said_at: datetime


def enter(session: Session, noun: Noun, values: Mapping[str, object], handling: Handling, cover_id: UUID) -> UUID:
    """Enter a record of the own unit; the database draws its reference.

    Raises:
        Unavailable: references kept being drawn that others drew at the same moment.
    """
    row = {**values, "cover_id": cover_id, "entered_by": session.actor.officer, **handling_columns(handling)}
    statement = (
        f"insert into {noun.table} ({', '.join(row)}) values ({', '.join(f'%({name})s' for name in row)})"
        " on conflict do nothing returning id"
    )
    with session.cursor() as cursor:
        for _ in range(DRAWS_MAX):
            cursor.execute(statement, row)
            if (made := cursor.fetchone()) is not None:
                return UUID(str(made[0]))
    raise Unavailable("No reference could be drawn: try again.")


def found(session: Session, noun: Noun, reference: str | None) -> tuple[Kept, Sequence]:
    """The record of that reference that the actor may see.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    rows = select(session, noun, "reference = %(reference)s", {"reference": reference or ""})
    if not rows:
        raise NotVisible(NONE)
    return rows[0]


def held(session: Session, noun: Noun, reference: str | None) -> tuple[Kept, Sequence]:
    """The own unit's record of that reference, held until the transaction ends.

    Raises:
        NotVisible: the unit has none.
    """
    rows = select(session, noun, f"reference = %(reference)s and {OWN} for update", {"reference": reference or ""})
    if not rows:
        raise NotVisible(NONE)
    return rows[0]


def of(session: Session, noun: Noun, ids: Iterable[UUID]) -> list[tuple[Kept, Sequence]]:
    """Those of these records that the actor may see."""
    return select(session, noun, "id = any(%(ids)s)", {"ids": list(ids)})


OWN = "owner_member = %(member)s and owner_unit = %(unit)s"


def page(session: Session, noun: Noun, *, is_own: bool, after: UUID | None, limit: int) -> list[tuple[Kept, Sequence]]:
    """Records that the actor may see, or those of the own unit; the newest first, after one that the actor may see."""
    # What is not asked stands in no condition: each way of asking has an index of its own.
    asked = [OWN] if is_own else []
    asked += [] if after is None else [_AFTER.format(table=noun.table)]
    return select(
        session, noun, f"{' and '.join(asked or ['true'])} order by entered_at desc, id desc limit %(limit)s",
        {"after": after, "limit": limit},
    )  # fmt: skip


_AFTER = "(entered_at, id) < (select a.entered_at, a.id from {table} a where a.id = %(after)s)"


def describe(session: Session, noun: Noun, one: UUID, values: Mapping[str, object], basis: str) -> None:
    """Say of an own record what is known now, on that basis; what was said before stays beside it."""
    with session.cursor() as cursor:
        cursor.execute(
            f"update {noun.table} set {', '.join(f'{name} = %({name})s' for name in values)} where id = %(id)s",
            {**values, "id": one},
        )
    keep_description(session, noun, one, values, basis)


def keep_description(session: Session, noun: Noun, one: UUID, values: Mapping[str, object], basis: str) -> None:
    """Keep what is said of an own record, beside what was said before."""
    actor = session.actor
    told = {name: value for name, value in values.items() if not isinstance(value, bytes)}
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            insert into descriptions ({noun.about}, said, basis, member, unit, said_by)
            values (%s, %s::jsonb, %s, %s, %s, %s)""",
            [
                one, json.dumps(told, default=str), sealed.note(actor.member, BASIS, basis), actor.member, actor.unit,
                actor.officer,
            ],
        )  # fmt: skip


def descriptions_of(session: Session, noun: Noun, one: UUID, limit: int) -> tuple[Description, ...]:
    """What its owner said of a record that the actor may see, the latest first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select said, basis, member, unit, said_by, said_at from descriptions where {noun.about} = %s
             order by said_at desc, id limit %s""",
            [one, limit],
        )
        return tuple(
            Description(
                said=json.loads(said), basis=sealed.words_of_note(member, BASIS, basis), unit=unit,
                said_by=said_by if member == session.actor.member else None, said_at=said_at,
            )
            for said, basis, member, unit, said_by, said_at in cursor
        )  # fmt: skip


def select(session: Session, noun: Noun, condition: str, values: Mapping[str, object]) -> list[tuple[Kept, Sequence]]:
    """Records with the values of their own columns."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select id, reference, owner_member, owner_unit, audience, members, excluded, cover_id, entered_by, entered_at,
                   {", ".join(noun.columns)}
              from {noun.table} where {condition}""",
            {**values, "member": session.actor.member, "unit": session.actor.unit},
        )
        return [(_kept(session, row), row[10:]) for row in cursor]


def age_of(youngest: int | None, oldest: int | None, on: date | None) -> AgeBand | None:
    """The age band of three columns."""
    if youngest is None or oldest is None or on is None:
        return None
    return AgeBand(youngest=youngest, oldest=oldest, on=on)


def age_columns(age: AgeBand | None) -> dict[str, object]:
    """The three columns of an age band."""
    return {
        "youngest": age and age.youngest, "oldest": age and age.oldest, "age_on": age and age.on,
    }  # fmt: skip


def _kept(session: Session, row: Sequence) -> Kept:
    member, unit = row[2], row[3]
    return Kept(
        id=row[0], reference=row[1],
        handling=from_circles(row[4], owner_member=member, owner_unit=unit, members=row[5], excluded=row[6]),
        cover_id=row[7], entered_by=row[8] if member == session.actor.member else None, entered_at=row[9],
        is_own=(member, unit) == (session.actor.member, session.actor.unit),
    )  # fmt: skip
