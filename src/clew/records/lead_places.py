"""Grounds for leads by where media were taken, and where a unit says that its series are.

Places are told to the fourth decimal of a degree, eleven metres: a hand that holds a camera moves as far. Of a series and a
medium the two places are given that lie nearest for what is known of them.
"""

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import TupleRow

from clew.domain.handling import BLOCKED
from clew.domain.link import EndKind, LinkState, LinkType
from clew.domain.proposal import (
    EARTH_METRES,
    PLACE_PRECISION_METRES_MAX,
    PLACE_PRECISION_METRES_UNSAID,
    Place,
)
from clew.records.lead_grounds import Ground
from clew.records.lead_rounds import Key, Slice, page_of, pages_of
from clew.records.session import Session

SPOTS_AT_ONCE = 200
"""So many places are looked around together."""
BAND_DEGREES = 2 * PLACE_PRECISION_METRES_MAX / 111_000
"""Further apart in latitude two places have nothing in common, whatever their precision."""
UNSAID = -1.0
"""Stands for a precision that nobody said."""

Spot = tuple[float, float]
At = tuple[UUID, float, float, float]
"""A series, and where it is known to be: degrees, and how exactly in metres, or `UNSAID`."""


def spots(session: Session, behind: Key, upto: Key) -> Slice[Spot]:
    """Some of the places at which media of the round were taken."""
    return _slice(
        session,
        """select distinct latitude, longitude from pg_temp.lead_candidates
            where latitude is not null and longitude is not null""",
        ("latitude", "longitude"), behind, upto,
    )  # fmt: skip


def around_spots(session: Session, some: Sequence[Spot], behind: Key, limit: int) -> list[tuple[Key, Ground]]:
    """Grounds by media of the round, taken near media of a series; `said`: (where, where the series is)."""
    values = {"latitude": [one[0] for one in some], "longitude": [one[1] for one in some]}
    return [(key, _ground(row)) for key, row in page_of(session, _AROUND_SPOTS, values, _KEY, behind, limit)]


def insides(session: Session, behind: Key, upto: Key) -> Slice[At]:
    """Some of the series in which media of the round lie, each with where these were taken."""
    return _slice(
        session,
        f"""select distinct s.id as series_id, c.latitude, c.longitude, coalesce(c.precision_m, {UNSAID})::float8 as precision_m
              from pg_temp.lead_candidates c join series_media sm on sm.medium_id = c.id
              join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved
             where c.latitude is not null and c.longitude is not null""",
        _AT, behind, upto,
    )  # fmt: skip


def around_insides(session: Session, some: Sequence[At], behind: Key, limit: int) -> list[tuple[Key, Ground]]:
    """Grounds by media of whomever, taken near media of the round that lie in a series; `said` as before."""
    return [(key, _ground(row)) for key, row in page_of(session, _AROUND_ALL, _known(some), _KEY, behind, limit)]


def known(session: Session, behind: Key, upto: Key) -> Slice[At]:
    """Some of where the unit itself says that its series are: its own places by its own links, which nobody hides from it
    later.
    """
    return _slice(session, _AT_PLACES, _AT, behind, upto)


def around_known(session: Session, some: Sequence[At], behind: Key, limit: int) -> list[tuple[Key, Ground]]:
    """Grounds by media of the round near those places; and, of series that have something new, by media of whomever."""
    ways = ((_AROUND_NEW, _KEY), (_AROUND_ALL_OF_FRESH, _KEY))
    return [(key, _ground(row)) for key, (_, row) in pages_of(session, ways, _known(some), behind, limit)]


def _slice(session: Session, statement: str, keys: Sequence[str], behind: Key, upto: Key) -> Slice[tuple]:
    until = f"where ({', '.join(keys)}) <= ({', '.join(f'%(upto_{at})s' for at, _ in enumerate(upto))})" if upto else ""
    values = {f"upto_{at}": each for at, each in enumerate(upto)}
    rows = page_of(session, f"select * from ({statement}) every {until}", values, keys, behind, SPOTS_AT_ONCE)
    return Slice(
        items=[tuple(row) for _, row in rows], upto=rows[-1][0] if rows else upto,
        is_last=len(rows) < SPOTS_AT_ONCE and not upto,
    )  # fmt: skip


def _known(some: Sequence[At]) -> dict[str, object]:
    keys = ("series", "latitude", "longitude", "precision")
    return {key: [one[at] for one in some] for at, key in enumerate(keys)}


def _ground(row: TupleRow) -> Ground:
    here, there = row[4:7], row[7:10]
    return Ground(series_id=row[0], medium_id=row[1], owner=(row[2], row[3]), said=(_place(here), _place(there)))


def _place(said: Sequence[float]) -> Place:
    latitude, longitude, precision = said
    return Place(latitude=latitude, longitude=longitude, precision_m=None if precision == UNSAID else precision)


_KEY = ("series_id", "medium_id")
_AT = ("series_id", "latitude", "longitude", "precision_m")
_NEAR = f"""
    {{n}}.latitude between {{k}}.latitude - {BAND_DEGREES} and {{k}}.latitude + {BAND_DEGREES}
    and abs({{n}}.longitude - {{k}}.longitude) * cos(radians({{k}}.latitude)) <= {BAND_DEGREES}"""
_OF_MEDIUM = f"""
    round(n.latitude::numeric, 4)::float8 as latitude, round(n.longitude::numeric, 4)::float8 as longitude,
    coalesce(n.gps_precision_m, {UNSAID})::float8 as precision_m"""
_SUM = " + ".join(
    f"case when {side}_precision_m = {UNSAID} then {PLACE_PRECISION_METRES_UNSAID} else {side}_precision_m end"
    for side in ("here", "there")
)
_METRES = f"""
    2 * {EARTH_METRES} * asin(least(1, sqrt(sin(radians(there_latitude - here_latitude) / 2) ^ 2
        + cos(radians(here_latitude)) * cos(radians(there_latitude)) * sin(radians(there_longitude - here_longitude) / 2) ^ 2)))"""
_NEAREST = f"""
    select distinct on (series_id, medium_id) p.* from ({{pairs}}) p
     where not exists (select from series_media x where x.series_id = p.series_id and x.medium_id = p.medium_id)
     order by series_id, medium_id, there_latitude = 0 and there_longitude = 0, {_SUM} > {2 * PLACE_PRECISION_METRES_MAX},
              {_METRES} - ({_SUM}), there_latitude, there_longitude, there_precision_m"""
"""Of each series and medium the pair of places that is good if any is (`domain/proposal.shared_place`), which judges it."""

_AROUND_SPOTS = f"""
    with spots as materialized (select * from unnest(%(latitude)s::float8[], %(longitude)s::float8[]) s (latitude, longitude)),
    known as materialized (
        select distinct k.latitude as at_latitude, k.longitude as at_longitude, s.id as series_id, {_OF_MEDIUM}
          from spots k join media n on {_NEAR.format(n="n", k="k")}
          join series_media sm on sm.medium_id = n.id
          join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved)
    {_NEAREST.format(pairs=f'''
    select k.series_id, o.id as medium_id, o.owner_member, o.owner_unit, o.latitude as here_latitude,
           o.longitude as here_longitude, coalesce(o.precision_m, {UNSAID})::float8 as here_precision_m,
           k.latitude as there_latitude, k.longitude as there_longitude, k.precision_m as there_precision_m
      from known k join pg_temp.lead_candidates o on o.latitude = k.at_latitude and o.longitude = k.at_longitude''')}"""
_GIVEN = """
    with known (series_id, latitude, longitude, precision_m) as materialized (
        select * from unnest(%(series)s::uuid[], %(latitude)s::float8[], %(longitude)s::float8[], %(precision)s::float8[]))"""
_THERE = "k.latitude as there_latitude, k.longitude as there_longitude, k.precision_m as there_precision_m"
_AROUND = f"""{_GIVEN}
    {_NEAREST.format(pairs=f'''
    select k.series_id, n.id as medium_id, n.owner_member, n.owner_unit, n.here_latitude, n.here_longitude, n.here_precision_m,
           {_THERE}
      from {{places}} k cross join lateral (
           select n.id, n.owner_member, n.owner_unit, round(n.latitude::numeric, 4)::float8 as here_latitude,
                  round(n.longitude::numeric, 4)::float8 as here_longitude,
                  coalesce(n.gps_precision_m, {UNSAID})::float8 as here_precision_m
             from media n where {_NEAR.format(n="n", k="k")} and '{BLOCKED}' <> all (n.excluded) offset 0) n''')}"""
_AROUND_ALL = _AROUND.format(places="known")
_AROUND_ALL_OF_FRESH = _AROUND.format(
    places="""(select * from known g where exists (
                select from pg_temp.lead_candidates c join series_media sm on sm.medium_id = c.id where sm.series_id = g.series_id))"""
)
_AROUND_NEW = f"""{_GIVEN}
    {_NEAREST.format(pairs=f'''
    select k.series_id, o.id as medium_id, o.owner_member, o.owner_unit, o.latitude as here_latitude,
           o.longitude as here_longitude, coalesce(o.precision_m, {UNSAID})::float8 as here_precision_m, {_THERE}
      from known k join pg_temp.lead_candidates o on {_NEAR.format(n="o", k="k")}''')}"""
_AT_PLACES = f"""
    select distinct k.series_id, round(n.latitude::numeric, 4)::float8 as latitude,
           round(n.longitude::numeric, 4)::float8 as longitude, n.precision_m::float8 as precision_m
      from (select w.id as series_id, l.b_id as place_id from pg_temp.lead_series w
              join links l on l.a_id = w.id and l.type = {LinkType.TAKEN_AT:d} and l.state = {LinkState.ACCEPTED:d}
                   and l.owner_member = %(member)s and l.owner_unit = %(unit)s
             where not w.is_solved
             union
            select w.id, l.a_id from pg_temp.lead_series w
              join links l on l.b_id = w.id and l.type = {LinkType.APPEARS_IN:d} and l.a_kind = {EndKind.PLACE:d}
                   and l.state = {LinkState.ACCEPTED:d} and l.owner_member = %(member)s and l.owner_unit = %(unit)s
             where not w.is_solved) k
      join places p on p.id = k.place_id and p.owner_member = %(member)s and p.owner_unit = %(unit)s
      join place_points n on n.place_id = p.id and n.precision_m <= {PLACE_PRECISION_METRES_MAX}"""
