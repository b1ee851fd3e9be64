"""Marks as a unit keeps them: rows of one act, of which the latest that is not undone holds."""

from collections.abc import Sequence
from uuid import UUID

from clew.domain.mark import Relevance
from clew.records.session import Session


def add(session: Session, act: UUID, media: Sequence[UUID], said: Relevance) -> None:
    """Keep that the officer says this of the media, with one act."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into marks (act, medium_id, member, unit, said, marked_by, marked_at)
            select %s, m.id, %s, %s, %s, %s, clock_timestamp() from unnest(%s::uuid[]) m (id) order by m.id""",
            [act, actor.member, actor.unit, said.value, actor.officer, list(media)],
        )


def undo(session: Session, act: UUID) -> int:
    """What the officer said with the act holds no longer, and what the unit said before does again; of how many media."""
    with session.cursor() as cursor:
        cursor.execute(
            "update marks set undone_at = now() where act = %s and member = %s and unit = %s and marked_by = %s"
            " and undone_at is null",
            [act, session.actor.member, session.actor.unit, session.actor.officer],
        )
        return cursor.rowcount
