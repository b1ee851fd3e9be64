"""Words of covers on many records at once: what media and intakes lie under, and what they come under."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import Handling, from_circles
from clew.domain.intake import ChunkState
from clew.records.handlings import HOLDINGS, INTAKES, Subject
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class WordGroup:
    """Media, or intakes, that come under the same words: they lie in the same `places` and `series`, under the same.

    `own_words_id` names a cover whose words are their own, stricter than those of what they lie in.
    """

    number: int
    handling: Handling
    cover_id: UUID | None
    own_words_id: UUID | None
    places: tuple[UUID, ...]
    series: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a group comes under."""

    number: int
    cover_id: UUID | None
    own_words_id: UUID | None


def media_groups(session: Session, subject: Subject) -> list[WordGroup]:
    """The own unit's media of the subject; every place of each counts, and every series whose words were changed."""
    return _groups(session, _MEDIA.format(holdings=HOLDINGS[subject.kind]), subject)


def intake_groups(session: Session, subject: Subject) -> list[WordGroup]:
    """The intakes into an exhibit or a list."""
    return _groups(session, _OF_INTAKES, subject)


def hold_chunks(session: Session, subject: Subject) -> None:
    """Wait for the intakes into an exhibit or a list that are writing, and let the next ones wait for this change."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select from chunks c where c.state = %(waiting)s and c.intake_id in (select id from intakes where {INTAKES})"
            " order by c.id for update",
            {"waiting": int(ChunkState.WAITING), "id": subject.id},
        )


def put(session: Session, table: str, wordings: Iterable[Wording]) -> int:
    """Bring the groups last asked for of `media` or `intakes` under other words; how many rows have others now."""
    with session.cursor() as cursor:
        with cursor.copy("copy pg_temp.wordings (number, cover_id, own_words_id) from stdin") as copy:
            for wording in wordings:
                copy.write_row((wording.number, wording.cover_id, wording.own_words_id))
        cursor.execute(
            f"""
            update {table} r set cover_id = w.cover_id, own_words_id = w.own_words_id
              from pg_temp.worded g join pg_temp.wordings w on w.number = g.number
             where r.id = g.id and (r.cover_id, r.own_words_id) is distinct from (w.cover_id, w.own_words_id)"""
        )
        return cursor.rowcount


def covers_of(session: Session, subjects: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """By exhibit, hash list and series of the own unit: the cover that it lies under."""
    own = "t.id = any(%(ids)s) and t.owner_member = %(member)s and t.owner_unit = %(unit)s"
    with session.cursor() as cursor:
        cursor.execute(
            " union all ".join(
                f"select t.id, t.cover_id from {table} t where {own}" for table in ("exhibits", "hash_lists", "series")
            ),
            {"ids": list(subjects), "member": session.actor.member, "unit": session.actor.unit},
        )
        return dict(cursor.fetchall())


def others_of(session: Session, media: Sequence[UUID], cover_id: UUID) -> list[UUID]:
    """Covers of those of the own unit's media that lie under another one than this; they are held until the end."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            with held as materialized (
                select m.id, m.cover_id from media m
                 where m.id = any(%s) and m.cover_id <> %s and m.owner_member = %s and m.owner_unit = %s
                 order by m.id for no key update)
            select distinct cover_id from held""",
            [list(media), cover_id, session.actor.member, session.actor.unit],
        )
        return [row[0] for row in cursor]


def move(session: Session, media: Sequence[UUID], before: UUID, after: UUID) -> None:
    """Bring those of the media that lie under one cover under another of the same handling."""
    with session.cursor() as cursor:
        cursor.execute("update media set cover_id = %s where id = any(%s) and cover_id = %s", [after, list(media), before])


_KEY = "audience, members, excluded, cover_id, own_words_id, places, series"

_PREPARE = (
    """create temporary table if not exists worded (
        number bigint, id uuid, audience smallint, members text[], excluded text[], cover_id uuid, own_words_id uuid,
        places uuid[], series uuid[]) on commit delete rows""",
    "create temporary table if not exists wordings (number bigint, cover_id uuid, own_words_id uuid) on commit delete rows",
    "truncate pg_temp.worded, pg_temp.wordings",
)

_MEDIA = """
    select m.id, m.audience, m.members, m.excluded, m.cover_id, m.own_words_id,
           coalesce((select array_agg(distinct p.place order by p.place)
                       from (select o.exhibit_id as place from occurrences o where o.medium_id = m.id
                              union all
                             select l.list_id from listings l where l.medium_id = m.id) p), '{{}}') as places,
           coalesce((select array_agg(distinct sm.series_id order by sm.series_id)
                       from series_media sm join series s on s.id = sm.series_id
                      where sm.medium_id = m.id and s.owner_member = %(member)s and s.owner_unit = %(unit)s
                        and (s.id = %(subject)s or exists (
                             select from handling_changes c where c.subject_id = s.id and c.given_cover_id is not null))),
                    '{{}}') as series
      from (select distinct medium_id from ({holdings}) held) scope
      join media m on m.id = scope.medium_id and m.owner_member = %(member)s and m.owner_unit = %(unit)s"""

_OF_INTAKES = f"""
    select i.id, i.audience, i.members, i.excluded, i.cover_id, i.own_words_id, array[%(subject)s]::uuid[] as places,
           '{{}}'::uuid[] as series
      from intakes i where {INTAKES.replace("%(id)s", "%(subject)s")}"""


def _groups(session: Session, statement: str, subject: Subject) -> list[WordGroup]:
    actor = session.actor
    with session.cursor() as cursor:
        for prepared in _PREPARE:
            cursor.execute(prepared)
        cursor.execute(
            f"""
            insert into pg_temp.worded (number, id, {_KEY})
            select dense_rank() over (order by {_KEY}), id, {_KEY} from ({statement}) one""",
            {"subject": subject.id, "member": actor.member, "unit": actor.unit},
        )
        cursor.execute(f"select distinct number, {_KEY} from pg_temp.worded order by number")
        return [_group(session, row) for row in cursor]


def _group(session: Session, row: Sequence) -> WordGroup:
    actor = session.actor
    return WordGroup(
        number=row[0], cover_id=row[4], own_words_id=row[5], places=tuple(row[6]), series=tuple(row[7]),
        handling=from_circles(row[1], owner_member=actor.member, owner_unit=actor.unit, members=row[2], excluded=row[3]),
    )  # fmt: skip
