"""Series: media that belong together, and whether their victim is identified."""

from collections.abc import Sequence
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Handling
from clew.domain.series import SeriesState
from clew.records import sealed
from clew.records.session import Session, handling_columns

NAME = b"series.name"


def find_or_open(session: Session, name: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The own unit's series of that name, opened where it is new; an open one keeps its handling."""
    return opened(session, name, handling, cover_id)[0]


def opened(
    session: Session, name: str, handling: Handling, cover_id: UUID | None = None
) -> tuple[UUID, bool]:
    """The same, and whether it is new."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series (name, cover_id, owner_member, owner_unit, audience, members, excluded)
            values (%s, %s, %s, %s, %s, %s, %s) on conflict (owner_member, owner_unit, name) do nothing returning id""",
            [sealed_name(session, name), cover_id, *handling_columns(handling).values()],
        )
        if made := cursor.fetchone():
            return made[0], True
        cursor.execute(
            "select id from series where name = %s and owner_member = %s and owner_unit = %s",
            [sealed_name(session, name), session.actor.member, session.actor.unit],
        )
        return cursor.fetchone()[0], False


def add_media(session: Session, series_id: UUID, handling: Handling, media: Sequence[UUID]) -> None:
    """Put `media` into the series; those that are in it stay."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)
            select %(series)s, medium, %(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[],
                   %(excluded)s::text[]
            from unnest(%(media)s::uuid[]) as given(medium) order by medium on conflict do nothing""",
            {"series": series_id, "media": list(media), **handling_columns(handling)},
        )


def mark(session: Session, name: str, state: SeriesState) -> UUID:
    """Say of the own unit's series whether its victim is identified.

    Raises:
        NotVisible: there is no such series of the unit.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update series set state = %s where name = %s and owner_member = %s and owner_unit = %s returning id",
            [state.value, sealed_name(session, name), session.actor.member, session.actor.unit],
        )
        marked = cursor.fetchone()
    if marked is None:
        raise NotVisible("There is no such series.")
    return marked[0]


def sealed_name(session: Session, name: str) -> bytes:
    """The name as the actor's own member's series hold it."""
    return sealed.of_member(session.actor.member).seal(name.encode(), NAME)
