"""Hash lists, and imports of media by their fingerprints alone, in large batches."""

from collections.abc import Sequence
from uuid import UUID

from clew.domain.handling import Handling
from clew.records.session import Session, handling_columns


def open_list(session: Session, name: str, handling: Handling) -> UUID:
    """The owner's hash list of that name, made where it is not there."""
    cover = handling_columns(handling)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into hash_lists (id, name, owner_member, owner_unit, audience, members, excluded)
            values (gen_random_uuid(), %(name)s, %(owner_member)s, %(owner_unit)s, %(audience)s, %(members)s, %(excluded)s)
            on conflict (owner_member, owner_unit, name) do nothing""",
            {"name": name, **cover},
        )
        cursor.execute(
            """select id from hash_lists where name = %(name)s and owner_member = %(owner_member)s
               and owner_unit = %(owner_unit)s""",
            {"name": name, **cover},
        )
        return UUID(str(cursor.fetchone()[0]))


def add_listings(session: Session, list_id: UUID, handling: Handling, media: Sequence[UUID]) -> None:
    """Put `media` on the list."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into listings (list_id, medium_id, owner_member, owner_unit, audience, members, excluded)
            select %(list)s, medium, %(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]
            from unnest(%(media)s::uuid[]) as given(medium) on conflict do nothing""",
            {"list": list_id, "media": list(media), **handling_columns(handling)},
        )
