"""Cases: a member's enquiries."""

from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Handling
from clew.records import sealed
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
    return find(session, reference)


def find(session: Session, reference: str) -> UUID:
    """The own unit's case of that reference, or else another's of the own member.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id from cases where reference = %s and owner_member = %s and shredded_at is null
            order by owner_unit <> %s, owner_unit limit 1""",
            [_sealed(session.actor.member, reference), session.actor.member, session.actor.unit],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such case.")
    return found[0]


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


def own(session: Session) -> list[tuple[str, list[str], datetime]]:
    """Reference, references of exhibits and time of opening of the own member's cases, newest first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.reference,
                   array(select e.reference from exhibits e where e.case_id = c.id),
                   c.opened_at
              from cases c where c.owner_member = %s and c.shredded_at is null order by c.opened_at desc, c.id""",
            [session.actor.member],
        )
        texts = sealed.of_member(session.actor.member)
        return [
            (sealed.words(texts, REFERENCE, row[0]), sorted(sealed.words(texts, EXHIBIT, one) for one in row[1]), row[2])
            for row in cursor
        ]


def hold(session: Session, case_id: UUID) -> None:
    """Hold off the shredding of the case until this transaction ends.

    Raises:
        StepRefused: it is being shredded.
    """
    with session.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s)", [_lock_of(case_id)])
        cursor.execute("select from cases where id = %s and shredded_at is not null", [case_id])
        if cursor.fetchone() is not None:
            raise StepRefused("This case is being shredded; nothing more is taken into it.")


def begin_shredding(session: Session, case_id: UUID) -> None:
    """From now on nothing is taken into the case; waits for whoever is at it."""
    with session.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_lock_of(case_id)])
        cursor.execute("update cases set shredded_at = coalesce(shredded_at, now()) where id = %s", [case_id])


def _sealed(member: str, reference: str) -> bytes:
    return sealed.of_member(member).seal(reference.encode(), REFERENCE)


def _lock_of(case_id: UUID) -> int:
    return int.from_bytes(case_id.bytes[:8], signed=True)
