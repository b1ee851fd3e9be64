"""The latest intakes of an officer, each with how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.intake import ChunkState, Progress
from clew.records import sealed
from clew.records.cases import EXHIBIT, REFERENCE
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """An intake that the officer began, into an exhibit of the own unit."""

    id: UUID
    case: str
    exhibit: str
    started_at: datetime
    progress: Progress


def of_officer(session: Session, limit: int) -> tuple[Recent, ...]:
    """The officer's latest intakes into exhibits, the latest first."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            with latest as materialized (
                select i.id, i.started_at, i.walked_at, c.reference as case_words, e.reference as exhibit_words
                  from intakes i join exhibits e on e.id = i.exhibit_id join cases c on c.id = e.case_id
                 where i.started_by = %(officer)s and i.owner_member = %(member)s and i.owner_unit = %(unit)s
                   and c.shredded_at is null
                 order by i.started_at desc, i.id limit %(limit)s)
            select l.id, l.case_words, l.exhibit_words, l.started_at, l.walked_at is null, n.*
              from latest l cross join lateral (
                   select coalesce(sum(c.files), 0), coalesce(sum(c.files) filter (where c.state <> %(waiting)s or c.archive is not null), 0),
                          coalesce(sum(c.bytes) filter (where c.state <> %(waiting)s or c.archive is not null), 0),
                          coalesce(bool_or(c.state <> %(done)s), false)
                     from chunks c where c.intake_id = l.id) n
             order by l.started_at desc, l.id""",
            {
                "officer": actor.officer, "member": actor.member, "unit": actor.unit, "limit": limit,
                "waiting": ChunkState.WAITING, "done": ChunkState.DONE,
            },
        )  # fmt: skip
        texts = sealed.of_member(actor.member)
        return tuple(
            Recent(
                id=row[0], case=sealed.words(texts, REFERENCE, row[1]), exhibit=sealed.words(texts, EXHIBIT, row[2]),
                started_at=row[3],
                progress=Progress(
                    files_seen=int(row[5]), files_done=int(row[6]), bytes_done=int(row[7]), is_walking=row[4],
                    is_running=row[4] or row[8],
                ),
            )
            for row in cursor
        )  # fmt: skip
