"""Exhibits: seized items of a case."""

from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Handling
from clew.records import sealed
from clew.records.cases import EXHIBIT
from clew.records.session import Session, handling_columns


def open_exhibit(
    session: Session, case_id: UUID, reference: str, handling: Handling, cover_id: UUID | None = None
) -> UUID:
    """The case's exhibit of that reference, opened where it is new; an open one keeps its handling."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into exhibits (case_id, reference, cover_id, owner_member, owner_unit, audience, members, excluded)
            values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (case_id, reference) do nothing""",
            [case_id, sealed_reference(session, reference), cover_id, *handling_columns(handling).values()],
        )
    return find(session, case_id, reference)


def find(session: Session, case_id: UUID, reference: str) -> UUID:
    """The case's exhibit of that reference.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    with session.cursor() as cursor:
        cursor.execute("select id from exhibits where case_id = %s and reference = %s", [case_id, sealed_reference(session, reference)])
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such exhibit.")
    return found[0]


def sealed_reference(session: Session, reference: str) -> bytes:
    """A reference of the own member as it lies."""
    return sealed.of_member(session.actor.member).seal(reference.encode(), EXHIBIT)
