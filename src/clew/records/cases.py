"""Cases: a member's enquiries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Handling
from clew.records import locks, sealed
from clew.records.session import Session, handling_columns

REFERENCE = b"cases.reference"
EXHIBIT = b"exhibits.reference"


def open_case(session: Session, reference: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The own unit's case of that reference, opened where it is new; an open one keeps its handling."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into cases (reference, opened_by, cover_id, owner_member, owner_unit, audience, members, excluded)
            values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (owner_member, owner_unit, reference) do nothing""",
            [
                _sealed(handling.owner_member, reference), session.actor.officer, cover_id,
                *handling_columns(handling).values(),
            ],
        )
    return find(session, reference, session.actor.unit)


def find(session: Session, reference: str, unit: str | None = None) -> UUID:
    """The case of that reference of `unit`; without one, of the own unit or else of the only other that has it.

    Raises:
        NotVisible: there is none, or the actor may not see it.
        Invalid: several other units of the own member have one.
    """
    return _find(session, reference, unit, None)[0]


def find_with(session: Session, reference: str, exhibit: str, unit: str | None = None) -> tuple[UUID, UUID]:
    """The same, and its exhibit of that reference. Raises as `find`, and NotVisible also where there is no such exhibit."""
    case_id, exhibit_id = _find(session, reference, unit, exhibit)
    if exhibit_id is None:
        raise NotVisible("There is no such exhibit.")
    return case_id, exhibit_id


def _find(session: Session, reference: str, unit: str | None, exhibit: str | None) -> tuple[UUID, UUID | None]:
    member = session.actor.member
    within = None if exhibit is None else sealed.of_member(member).seal(exhibit.encode(), EXHIBIT)
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.id, c.owner_unit = %(own)s,
                   (select e.id from exhibits e where e.case_id = c.id and e.reference = %(exhibit)s::bytea)
              from cases c
             where c.reference = %(reference)s and c.owner_member = %(member)s and c.shredded_at is null
               and (%(unit)s::text is null or c.owner_unit = %(unit)s)
             order by c.owner_unit <> %(own)s limit 2""",
            {"reference": _sealed(member, reference), "member": member, "own": session.actor.unit, "unit": unit,
             "exhibit": within},
        )  # fmt: skip
        found = cursor.fetchall()
    if not found:
        raise NotVisible("There is no such case.")
    if len(found) > 1 and not found[0][1]:
        raise Invalid("Several units have a case of this reference; say whose.")
    return found[0][0], found[0][2]


def find_own(session: Session, reference: str) -> UUID:
    """The own unit's case of that reference.

    Raises:
        NotVisible: the unit has none.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "select id from cases where reference = %s and owner_member = %s and owner_unit = %s and shredded_at is null",
            [_sealed(session.actor.member, reference), session.actor.member, session.actor.unit],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("Your unit has no such case.")
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case with the references of its exhibits."""

    id: UUID
    unit: str
    reference: str
    opened_at: datetime
    exhibits: tuple[str, ...]


def get(session: Session, case_id: UUID) -> CaseRow:
    """A visible case of the own member."""
    with session.cursor() as cursor:
        cursor.execute(f"{_CASES} where c.id = %s", [case_id])
        (only,) = _rows(session, cursor.fetchall())
        return only


def own(session: Session, after: UUID | None, limit: int) -> tuple[CaseRow, ...]:
    """The next cases of the own member, newest first; all from the newest on where `after` is none of them."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            {_CASES} left join cases a on a.id = %(after)s::uuid
            where c.owner_member = %(member)s and c.shredded_at is null
              and (a.id is null or (c.opened_at, c.id) < (a.opened_at, a.id))
            order by c.opened_at desc, c.id desc limit %(limit)s""",
            {"after": after, "member": session.actor.member, "limit": limit},
        )
        return _rows(session, cursor.fetchall())


_CASES = """
    select c.id, c.owner_unit, c.reference, c.opened_at, array(select e.reference from exhibits e where e.case_id = c.id)
      from cases c
"""


def _rows(session: Session, rows: Sequence[tuple]) -> tuple[CaseRow, ...]:
    texts = sealed.of_member(session.actor.member)
    return tuple(
        CaseRow(
            id=row[0], unit=row[1], reference=sealed.words(texts, REFERENCE, row[2]), opened_at=row[3],
            exhibits=tuple(sorted(sealed.words(texts, EXHIBIT, one) for one in row[4])),
        )
        for row in rows
    )  # fmt: skip


def is_being_shredded(session: Session, case_ids: Sequence[UUID]) -> bool:
    """Whether one of the cases is going for good, whoever decided that; asked while their places are held."""
    with session.cursor() as cursor:
        cursor.execute(
            "select exists (select from cases where id = any(%s) and shredded_at is not null)", [list(case_ids)]
        )
        return bool(cursor.fetchone()[0])


def begin_shredding(session: Session, case_id: UUID) -> None:
    """From now on nothing is taken into the case; waits for whoever is at it."""
    locks.close_place(session, case_id)
    with session.cursor() as cursor:
        cursor.execute("update cases set shredded_at = coalesce(shredded_at, now()) where id = %s", [case_id])


def _sealed(member: str, reference: str) -> bytes:
    return sealed.of_member(member).seal(reference.encode(), REFERENCE)
