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
    return open_all(session, [name], handling, cover_id, opened_by=None)[name]


def open_all(
    session: Session, names: Sequence[str], handling: Handling, cover_id: UUID | None, *, opened_by: UUID | None
) -> dict[str, UUID]:
    """The own unit's series of these names, those that are new opened by an intake or, without one, by a person."""
    by_sealed = {sealed_name(session, name): name for name in names}
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series (name, opened_by, cover_id, owner_member, owner_unit, audience, members, excluded)
            select name, %(opened_by)s::uuid, %(cover)s::uuid, %(owner_member)s, %(owner_unit)s, %(audience)s::smallint,
                   %(members)s::text[], %(excluded)s::text[]
            from unnest(%(names)s::bytea[]) as given(name) order by name
            on conflict (owner_member, owner_unit, name) do nothing""",
            {"names": list(by_sealed), "opened_by": opened_by, "cover": cover_id, **handling_columns(handling)},
        )
        cursor.execute(
            "select name, id from series where name = any(%s) and owner_member = %s and owner_unit = %s",
            [list(by_sealed), session.actor.member, session.actor.unit],
        )
        return {by_sealed[bytes(name)]: series_id for name, series_id in cursor}


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
    """Say of the own unit's series whether its victim is identified. From now on no intake says it.

    Raises:
        NotVisible: there is no such series of the unit.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            update series set state = %s, opened_by = null
            where name = %s and owner_member = %s and owner_unit = %s returning id""",
            [state.value, sealed_name(session, name), session.actor.member, session.actor.unit],
        )
        marked = cursor.fetchone()
    if marked is None:
        raise NotVisible("There is no such series.")
    return marked[0]


def sealed_name(session: Session, name: str) -> bytes:
    """The name as the actor's own member's series hold it."""
    return sealed.of_member(session.actor.member).seal(name.encode(), NAME)


def mark_opened(session: Session, series: Sequence[UUID], state: SeriesState, *, opened_by: UUID) -> list[UUID]:
    """Say the same of those of `series` that this intake opened and no person has marked; those it was said of."""
    with session.cursor() as cursor:
        cursor.execute(
            "update series set state = %s where id = any(%s) and opened_by = %s returning id",
            [state.value, list(series), opened_by],
        )
        return [row[0] for row in cursor]
