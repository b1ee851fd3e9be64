"""Hash lists that are there: whose, since when, and how much each names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.records import sealed
from clew.records.hash_lists import NAME
from clew.records.session import Session

COUNTED_MAX = 2_000
"""Of longer lists, that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashList:
    """A list that the actor sees. `loaded_by` is an officer of the actor's own member who loaded it last, or None."""

    id: UUID
    name: str
    member: str
    unit: str
    entered_at: datetime
    loaded_by: str | None
    loaded_at: datetime | None
    entries: int


def page(session: Session, after: UUID | None, limit: int) -> tuple[HashList, ...]:
    """Lists that the actor sees, the newest first, after one that the actor sees."""
    behind = "" if after is None else "where (h.entered_at, h.id) < (select a.entered_at, a.id from hash_lists a where a.id = %(after)s)"
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select h.id, h.name, h.owner_member, h.owner_unit, h.entered_at, i.started_by, i.started_at,
                   (select count(*) from (select from listings l where l.list_id = h.id limit {COUNTED_MAX}) few)
              from hash_lists h left join lateral (
                   select started_by, started_at from intakes where list_id = h.id order by started_at desc limit 1) i on true
             {behind} order by h.entered_at desc, h.id desc limit %(limit)s""",
            {"after": after, "limit": limit},
        )
        return tuple(
            HashList(
                id=row[0], name=sealed.words(sealed.of_member(row[2]), NAME, row[1]), member=row[2], unit=row[3],
                entered_at=row[4], loaded_by=row[5] if row[2] == session.actor.member else None, loaded_at=row[6],
                entries=row[7],
            )
            for row in cursor
        )  # fmt: skip
