"""Media in series: each put there by the unit that has it, and by nobody else; and who dissents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.domain.handling import BLOCKED, Handling
from clew.domain.medium import MediumKind, Verdict
from clew.domain.series import Event
from clew.records import sealed
from clew.records.series import NAME
from clew.records.session import Session, handling_columns

DISSENT = b"series_dissents.reason"
TIMED_MAX = 20_000
"""Of how many media of a series the days are looked at."""
DAYS_MAX = 3_000
OFFERED_MAX = 30
COUNTED_MAX = 100_000
"""Further than this media of a series are not counted: then it is said to have more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumRow:
    """A medium in one of some series: facts of it, who put it there, and how many units say that it is not in it."""

    id: UUID
    series_id: UUID
    name: str
    kind: MediumKind
    verdict: Verdict
    width: int | None
    height: int | None
    duration_ms: int | None
    owner: str
    unit: str
    is_own: bool
    dissents: int
    own_dissent: UUID | None
    """The own unit's word that it is not in it, by which that is taken back."""

    @property
    def seconds(self) -> int | None:
        """How long it lasts, if it moves."""
        return None if self.duration_ms is None else round(self.duration_ms / 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """So many media, or exhibits, of a series to which something happened on a day."""

    event: Event
    day: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """A unit that put media into a series."""

    member: str
    unit: str
    media: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A series by its reference, with its title."""

    reference: str
    name: str
    owner: str


def among(session: Session, media: Sequence[UUID]) -> tuple[Named, ...]:
    """Series that the contents of these media lie in, as far as the actor sees it, those of most first; so many at most."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            with lying as materialized (
                select p.series_id, count(*) as many from series_media p
                 where p.medium_id = any(array(
                       select n.id from media n where n.name = any(array(select m.name from media m where m.id = any(%s)))))
                 group by p.series_id)
            select s.reference, s.name, s.owner_member from lying join series s on s.id = lying.series_id
             order by lying.many desc, s.reference limit %s""",
            [list(media), OFFERED_MAX],
        )
        return tuple(
            Named(reference=row[0], name=sealed.words(sealed.of_member(row[2]), NAME, row[1]), owner=row[2]) for row in cursor
        )


def put_named(session: Session, series_id: UUID, names: Sequence[bytes]) -> list[UUID]:
    """Put own media of these contents into the series, each under its own cover; those that were not in it."""
    return _put(session, series_id, "m.name = any(%(names)s)", {"names": list(names)})


def put_found(session: Session, series_id: UUID, case_id: UUID, exhibit_id: UUID | None) -> list[UUID]:
    """The same of every own medium of a case, or of one exhibit of it."""
    found = """
        m.id in (select o.medium_id from occurrences o
                  where o.case_id = %(case)s and (%(exhibit)s::uuid is null or o.exhibit_id = %(exhibit)s))"""
    return _put(session, series_id, found, {"case": case_id, "exhibit": exhibit_id})


def _put(session: Session, series_id: UUID, condition: str, values: dict[str, object]) -> list[UUID]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)
            select %(series)s, m.id, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded from media m
             where {condition} and m.owner_member = %(member)s and m.owner_unit = %(unit)s and %(blocked)s <> all (m.excluded)
             order by m.id for key share of m on conflict do nothing returning medium_id""",
            {
                **values, "series": series_id, "member": session.actor.member, "unit": session.actor.unit,
                "blocked": BLOCKED,
            },
        )  # fmt: skip
        return [row[0] for row in cursor]


def held_of(session: Session, names: Sequence[bytes]) -> set[bytes]:
    """Those of the contents that the own unit has."""
    with session.cursor() as cursor:
        cursor.execute(
            "select distinct name from media where name = any(%s) and owner_member = %s and owner_unit = %s",
            [list(names), session.actor.member, session.actor.unit],
        )
        return {bytes(row[0]) for row in cursor}


def own_contents(session: Session, media: Sequence[UUID]) -> dict[UUID, bytes]:
    """Those of the media that are the own unit's, with their contents."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id, name from media where id = any(%s) and owner_member = %s and owner_unit = %s",
            [list(media), session.actor.member, session.actor.unit],
        )
        return {row[0]: bytes(row[1]) for row in cursor}


def contents_in(session: Session, series_id: UUID, names: Sequence[bytes]) -> set[bytes]:
    """Those of the contents that the own unit has put into the series."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct m.name from media m join series_media sm on sm.medium_id = m.id
             where m.name = any(%s) and sm.series_id = %s and sm.owner_member = %s and sm.owner_unit = %s""",
            [list(names), series_id, session.actor.member, session.actor.unit],
        )
        return {bytes(row[0]) for row in cursor}


def take_out(session: Session, series_id: UUID, names: Sequence[bytes]) -> int:
    """Take own media of these contents out of the series; how many were in it."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            delete from series_media s using media m
             where s.series_id = %s and m.id = s.medium_id and m.name = any(%s)
               and s.owner_member = %s and s.owner_unit = %s""",
            [series_id, list(names), session.actor.member, session.actor.unit],
        )
        return cursor.rowcount


def move(session: Session, series_ids: Sequence[UUID], into: UUID, names: Sequence[bytes]) -> int:
    """Own places of these contents in the series become places in `into`, under the covers that they have; how many."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            with moved as (
                delete from series_media s using media m
                 where s.series_id = any(%(from)s) and s.series_id <> %(into)s and m.id = s.medium_id
                   and m.name = any(%(names)s) and s.owner_member = %(member)s and s.owner_unit = %(unit)s
                returning s.medium_id, s.owner_member, s.owner_unit, s.audience, s.members, s.excluded)
            insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)
            select distinct on (medium_id) %(into)s, medium_id, owner_member, owner_unit, audience, members, excluded
              from moved order by medium_id on conflict do nothing""",
            {
                "from": list(series_ids), "into": into, "names": list(names), "member": session.actor.member,
                "unit": session.actor.unit,
            },
        )  # fmt: skip
        return cursor.rowcount


def foreign_in(session: Session, series_id: UUID, names: Sequence[bytes]) -> list[UUID]:
    """Media of these contents that other units put into the series, as far as the actor sees them."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.id from series_media s join media m on m.id = s.medium_id
             where s.series_id = %s and m.name = any(%s) and (s.owner_member, s.owner_unit) <> (%s, %s)""",
            [series_id, list(names), session.actor.member, session.actor.unit],
        )
        return [row[0] for row in cursor]


def dissent(session: Session, series_id: UUID, media: Sequence[UUID], reason: str, handling: Handling) -> list[UUID]:
    """Keep that the media are not in the series, as the own unit says; the assertions that are new."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series_dissents (series_id, medium_id, reason, asserted_by, owner_member, owner_unit, audience,
                                         members, excluded)
            select %(series)s, medium, %(reason)s, %(officer)s, %(owner_member)s, %(owner_unit)s,
                   %(audience)s::smallint, %(members)s::text[], %(excluded)s::text[]
              from unnest(%(media)s::uuid[]) given (medium)
            on conflict (owner_member, owner_unit, series_id, medium_id) where withdrawn_at is null do nothing
            returning id""",
            {
                "series": series_id, "media": list(media), "officer": session.actor.officer,
                "reason": sealed.note(session.actor.member, DISSENT, reason), **handling_columns(handling),
            },
        )  # fmt: skip
        return [row[0] for row in cursor]


def withdraw_dissents(session: Session, *, of_series: UUID | None = None, names: Sequence[bytes] = (), one: UUID | None = None) -> list[UUID]:
    """Take back own dissents: `one`, or those of a series about these contents; the series they were about."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            update series_dissents d set withdrawn_by = %(officer)s, withdrawn_at = now()
             where d.withdrawn_at is null and d.owner_member = %(member)s and d.owner_unit = %(unit)s
               and (d.id = %(one)s::uuid
                    or d.series_id = %(series)s::uuid
                       and exists (select from media m where m.id = d.medium_id and m.name = any(%(names)s)))
            returning d.series_id""",
            {
                "one": one, "series": of_series, "names": list(names), "officer": session.actor.officer,
                "member": session.actor.member, "unit": session.actor.unit,
            },
        )  # fmt: skip
        return [row[0] for row in cursor]


def contributors(session: Session, series_ids: Sequence[UUID]) -> tuple[Contributor, ...]:
    """Who put media into the series, as far as the actor sees it; most media first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select owner_member, owner_unit, count(*) from series_media where series_id = any(%s)
             group by 1, 2 order by 3 desc, 1, 2""",
            [list(series_ids)],
        )
        return tuple(Contributor(member=row[0], unit=row[1], media=row[2]) for row in cursor)


def counts(session: Session, series_ids: Sequence[UUID], limit: int = COUNTED_MAX) -> dict[UUID, int]:
    """How many media each series has, as far as the actor sees; of more than `limit`, one more than that."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select given.id, (select count(*) from (
                       select from series_media s where s.series_id = given.id limit %s) counted)
              from unnest(%s::uuid[]) given (id)""",
            [limit + 1, list(series_ids)],
        )
        return {row[0]: row[1] for row in cursor}


def times(session: Session, series_ids: Sequence[UUID], limit: int = TIMED_MAX) -> tuple[Day, ...]:
    """On which days media of these series were taken and, of the own member, taken in and their exhibits entered.

    When others took theirs in is not told: it would say when somebody works. Of no more than `limit` media that is counted.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            with timed as materialized (
                select distinct m.id, m.taken_at, m.taken_in_at, m.owner_member = %(member)s as is_own
                  from (select s.medium_id from series_media s where s.series_id = any(%(series)s) limit %(limit)s) s
                  join media m on m.id = s.medium_id)
            select 1, taken_at::date, count(*) from timed where taken_at is not null group by 2
            union all
            select 2, (taken_in_at at time zone 'UTC')::date, count(*) from timed where is_own group by 2
            union all
            select 3, (e.entered_at at time zone 'UTC')::date, count(distinct e.id)
              from timed join occurrences o on o.medium_id = timed.id join exhibits e on e.id = o.exhibit_id
             where timed.is_own group by 2
             order by 1, 2 limit %(days)s""",
            {"series": list(series_ids), "member": session.actor.member, "limit": limit, "days": DAYS_MAX},
        )
        return tuple(Day(event=Event(event), day=day, count=count) for event, day, count in cursor)


def page(
    session: Session, series_ids: Sequence[UUID], after: tuple[UUID, UUID] | None, limit: int
) -> tuple[MediumRow, ...]:
    """Media of the series in the order of their identifiers, from after (medium, series) on."""
    medium_id, series_id = after or (None, None)
    with session.cursor() as cursor:
        cursor.execute(
            _PAGE,
            {"series": list(series_ids), "after_medium": medium_id, "after_series": series_id, "limit": limit,
             "member": session.actor.member, "unit": session.actor.unit},
        )
        return tuple(_row(session, row) for row in cursor)


def _row(session: Session, row: Sequence) -> MediumRow:
    medium_id, series_id, name, kind, verdict, width, height, duration_ms, owner, unit, dissents, own_dissent = row
    return MediumRow(
        id=medium_id, series_id=series_id, name=bytes(name).hex(), kind=MediumKind(kind), verdict=Verdict(verdict),
        width=width, height=height, duration_ms=duration_ms, owner=owner, unit=unit,
        is_own=(owner, unit) == (session.actor.member, session.actor.unit), dissents=dissents,
        own_dissent=own_dissent,
    )  # fmt: skip


_PAGE = """
    with shown as materialized (
        -- Of each series by its own index, so that one of few media does not look through those of all others.
        select found.* from unnest(%(series)s::uuid[]) given (id) cross join lateral (
               select s.medium_id, s.series_id, m.name, m.kind, m.verdict, m.width, m.height, m.duration_ms,
                      s.owner_member, s.owner_unit
                 from series_media s join media m on m.id = s.medium_id
                where s.series_id = given.id
                  and (%(after_medium)s::uuid is null
                       or s.medium_id >= %(after_medium)s
                          and (s.medium_id, s.series_id) > (%(after_medium)s, %(after_series)s::uuid))
                order by s.medium_id limit %(limit)s) found
         order by found.medium_id, found.series_id limit %(limit)s)
    select shown.*, (select count(distinct (d.owner_member, d.owner_unit)) from series_dissents d
                     where d.medium_id = shown.medium_id and d.series_id = any(%(series)s) and d.withdrawn_at is null),
           (select d.id from series_dissents d
             where d.medium_id = shown.medium_id and d.series_id = shown.series_id and d.withdrawn_at is null
               and d.owner_member = %(member)s and d.owner_unit = %(unit)s limit 1)
      from shown order by medium_id, series_id
"""
