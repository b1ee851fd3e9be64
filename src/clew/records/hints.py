"""Hints: what records that intake keeps say of where media were made; read where they lie, and copied nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import BLOCKED
from clew.domain.place import COARSE_DECIMALS
from clew.records.session import Session

CLOCKS_LOOKED_AT_MAX = 2_000
"""Media of a series whose clocks are asked: most have one, and a page waits for them."""

NEAR_DEGREES = 0.15
"""A known place may lie in the next field of a tenth of a degree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenNear:
    """Media whose cameras wrote down where they were, to a tenth of a degree; `name` is one of them.

    `places` are references of places known near there, each with its country, nearest first; `owners` are members
    whose media and places these are.
    """

    latitude: float
    longitude: float
    media: int
    name: bytes
    places: tuple[tuple[str, str], ...]
    owners: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Media whose camera's clock said how far it is ahead of UTC; `name` is one of them, `owners` whose they are. Units: minutes."""

    offset_minutes: int
    media: int
    name: bytes
    owners: frozenset[str]


def taken_near(session: Session, series_ids: Sequence[UUID], *, limit: int) -> list[TakenNear]:
    """Where media of these series were taken, most of them first, with places nearby whose country somebody said."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with fields as materialized (
                select round(m.latitude::numeric, {COARSE_DECIMALS})::float8 as latitude,
                       round(m.longitude::numeric, {COARSE_DECIMALS})::float8 as longitude,
                       count(distinct m.name) as media, min(m.name) as name, array_agg(distinct m.owner_member) as owners
                  from series_media sm join media m on m.id = sm.medium_id
                 where sm.series_id = any(%(series)s) and m.latitude is not null and m.longitude is not null
                   and '{BLOCKED}' <> all (m.excluded)
                 group by 1, 2 order by 3 desc, 1, 2 limit %(limit)s)
            select f.*, array(
                select p.reference || ' ' || p.country || ' ' || p.owner_member from places p
                 where p.country <> '' and p.latitude between f.latitude - {NEAR_DEGREES} and f.latitude + {NEAR_DEGREES}
                   and abs(p.longitude - f.longitude) * cos(radians(f.latitude)) <= {NEAR_DEGREES}
                 order by abs(p.latitude - f.latitude) + abs(p.longitude - f.longitude), p.reference limit %(limit)s)
              from fields f""",
            {"series": list(series_ids), "limit": limit},
        )
        return [
            TakenNear(
                latitude=row[0], longitude=row[1], media=row[2], name=bytes(row[3]),
                places=tuple((reference, country) for reference, country, _ in (each.split(" ", 2) for each in row[5])),
                owners=frozenset(row[4]) | {each.split(" ", 2)[2] for each in row[5]},
            )
            for row in cursor
        ]  # fmt: skip


def clocks(session: Session, series_ids: Sequence[UUID], *, limit: int) -> list[Clock]:
    """How far the clocks of cameras of these series were ahead of UTC, most media first; of `CLOCKS_LOOKED_AT_MAX` media."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select m.taken_offset_minutes, count(distinct m.name), min(m.name), array_agg(distinct m.owner_member)
              from (select medium_id from series_media where series_id = any(%s) limit {CLOCKS_LOOKED_AT_MAX}) sm
              join media m on m.id = sm.medium_id
             where m.taken_offset_minutes is not null and '{BLOCKED}' <> all (m.excluded)
             group by 1 order by 2 desc, 1 limit %s""",
            [list(series_ids), limit],
        )
        return [
            Clock(offset_minutes=row[0], media=row[1], name=bytes(row[2]), owners=frozenset(row[3])) for row in cursor
        ]  # fmt: skip
