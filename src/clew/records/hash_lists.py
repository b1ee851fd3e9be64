"""Hash lists: fingerprints of known material that came without a case."""

from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Handling
from clew.records import sealed
from clew.records.session import Session, handling_columns

NAME = b"hash_lists.name"


def open_list(session: Session, name: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The owner's hash list of that name, made where it is not there."""
    cover = handling_columns(handling)
    sealed_name = sealed.of_member(handling.owner_member).seal(name.encode(), NAME)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into hash_lists (id, name, cover_id, owner_member, owner_unit, audience, members, excluded)
            values (gen_random_uuid(), %(name)s, %(cover)s, %(owner_member)s, %(owner_unit)s, %(audience)s, %(members)s,
                    %(excluded)s)
            on conflict (owner_member, owner_unit, name) do nothing""",
            {"name": sealed_name, "cover": cover_id, **cover},
        )
        cursor.execute(
            """select id from hash_lists where name = %(name)s and owner_member = %(owner_member)s
               and owner_unit = %(owner_unit)s""",
            {"name": sealed_name, **cover},
        )
        return UUID(str(cursor.fetchone()[0]))


def find(session: Session, name: str) -> UUID:
    """The own unit's hash list of that name.

    Raises:
        NotVisible: the unit has none.
    """
    sealed_name = sealed.of_member(session.actor.member).seal(name.encode(), NAME)
    with session.cursor() as cursor:
        cursor.execute(
            "select id from hash_lists where name = %s and owner_member = %s and owner_unit = %s",
            [sealed_name, session.actor.member, session.actor.unit],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("Your unit has no such hash list.")
    return found[0]
