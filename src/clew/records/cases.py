"""Cases: a member's enquiries."""

from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Handling
from clew.records.session import Session, handling_columns


def open_case(session: Session, reference: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The own unit's case of that reference, opened where it is new; an open one keeps its handling."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into cases (reference, opened_by, cover_id, owner_member, owner_unit, audience, members, excluded)
            values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (owner_member, owner_unit, reference) do nothing""",
            [reference, session.actor.officer, cover_id, *handling_columns(handling).values()],
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
            select id from cases where reference = %s and owner_member = %s
            order by owner_unit <> %s, owner_unit limit 1""",
            [reference, session.actor.member, session.actor.unit],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such case.")
    return found[0]


def own(session: Session) -> list[tuple[str, list[str], datetime]]:
    """Reference, references of exhibits and time of opening of the own member's cases, newest first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.reference,
                   array(select e.reference from exhibits e where e.case_id = c.id order by e.reference),
                   c.opened_at
              from cases c where c.owner_member = %s order by c.opened_at desc, c.id""",
            [session.actor.member],
        )
        return cursor.fetchall()

