"""Sightings: whom of a unit a medium was shown to, so that nobody looks twice without knowing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That somebody of the actor's unit saw a content: who last, and when."""

    seen_by: str
    seen_at: datetime


def note(session: Session, medium_id: UUID) -> None:
    """Keep that the medium is shown to the officer now."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into sightings (medium_id, member, unit, seen_by) values (%s, %s, %s, %s)
            on conflict (medium_id, member, unit, seen_by) do update set seen_at = now()""",
            [medium_id, actor.member, actor.unit, actor.officer],
        )


def of_media(session: Session, media: Sequence[UUID]) -> dict[UUID, Sighting]:
    """Those of `media` of whose content the actor's unit has seen some record, and who did last.

    Equal bytes count as one: who has seen another member's record of them has seen these.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (m.id) m.id, s.seen_by, s.seen_at
              from media m join media n on n.name = m.name join sightings s on s.medium_id = n.id
             where m.id = any(%s) order by m.id, s.seen_at desc, s.seen_by""",
            [list(media)],
        )
        return {row[0]: Sighting(seen_by=row[1], seen_at=row[2]) for row in cursor}
