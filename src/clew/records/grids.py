"""The media of a case, an exhibit or a series in pages, stacks as one, with what the own unit has said of them and seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.camera import Camera
from clew.domain.errors import NOWHERE, Invalid
from clew.domain.handling import BLOCKED
from clew.domain.mark import Relevance
from clew.domain.medium import MediumKind, Verdict
from clew.records import cameras
from clew.records.occurrences import IN_ORDER, LIES
from clew.records.session import Session

LOOKED_AT_MAX = 2_000
"""So many places of media one page looks at, whatever it is asked for; a page of less goes on behind them."""
ALONE_LOOKED_AT_MAX = 500
"""The same of media of a case that lie in no stack: those that do are passed over on the way."""
STACKS_LOOKED_AT_MAX = 300
"""The same of stacks, of each of which the medium that stands for it is looked for."""
SAMPLED_AT, SAMPLED_OF_EACH_MAX = 20, 50
"""At so many places, spread over all that was found in a case, so many media are looked at to offer what lies there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where media of an own member are looked for: a case, or an exhibit of it."""

    case_id: UUID
    exhibit_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which media are asked for: of one kind, and only those that the own unit has not decided on.

    The others say whether a medium names a place, and whether its content lies in a series or has a clue that the actor
    sees: True for those, False for those without, None for both. `series`: content that lies in one of these; of `()` none
    does. `camera`: exactly that make and model, in rows of `camera_owners` or, without any, of the actor's own member.
    """

    kind: MediumKind | None = None
    is_undecided: bool = False
    has_place: bool | None = None
    is_in_series: bool | None = None
    has_clue: bool | None = None
    series: tuple[UUID, ...] | None = None
    camera: Camera | None = None
    camera_owners: tuple[str, ...] = ()


EVERY = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class GridMedium:
    """A medium as far as facts go. `mark`, `is_categorised` and when it was `seen_at` last are of the own unit and of
    the content; `is_warned`: an officer whom the actor reads asks for a warning before it is shown.

    `stacked`: of so many media that the actor sees in the case or exhibit it is the one that is shown.
    `has_bytes`: a case of the own member keeps them; `is_waiting`: its previews are still to be made. Units: `duration_ms` in milliseconds.
    """

    id: UUID
    name: bytes
    sha256: bytes | None
    kind: MediumKind
    verdict: Verdict
    reason: str
    width: int | None
    height: int | None
    duration_ms: int | None
    owner: str
    unit: str
    is_blocked: bool
    has_bytes: bool
    is_waiting: bool
    mark: Relevance | None = None
    is_categorised: bool = False
    seen_at: datetime | None = None
    is_warned: bool = False
    stacked: int = 1
    camera: Camera | None = None
    taken_at: datetime | None = None
    """As the camera's clock had it."""
    has_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some media; `last` is behind which the following page begins, None where there is none."""

    media: tuple[GridMedium, ...]
    last: UUID | None


def of_series(session: Session, series: Sequence[UUID], wanted: Wanted, after: UUID | None, limit: int) -> Part:
    """The next media of series that are one, in the order of their identifiers, at most `limit`.

    What the unit said of a content it said of each medium of it, in whatever case.
    """
    values = {"series": list(series), "after": after or UUID(int=0), "looked": LOOKED_AT_MAX}
    return _part(_rows(session, _OF_SERIES, wanted, limit, values), limit)


def of_case(session: Session, scope: Scope, wanted: Wanted, after: UUID | None, limit: int) -> Part:
    """The next media of the case or exhibit, at most `limit`: stacks first, the largest first, each by the medium that
    stands for it; then what lies in none, in the order in which it was found.

    A page that begins at a medium begins behind where that lies now.

    Raises:
        Invalid: no page begins at `after`.
    """
    values = {
        "case": scope.case_id, "exhibit": scope.exhibit_id, "after": after, "stacks_looked": STACKS_LOOKED_AT_MAX,
        "looked": ALONE_LOOKED_AT_MAX,
    }  # fmt: skip
    rows = _rows(session, _OF_CASE if scope.exhibit_id is None else _OF_EXHIBIT, wanted, limit, values)
    if rows[0][0]:
        raise Invalid(NOWHERE)
    return _part(rows, limit)


def some(session: Session, media: Sequence[UUID], wanted: Wanted = EVERY) -> tuple[GridMedium, ...]:
    """These media in their order: those that the actor sees and that are wanted."""
    return _part(_rows(session, _SOME, wanted, len(media) + 1, {"media": list(media)}), len(media) + 1).media


def _rows(session: Session, statement: str, wanted: Wanted, limit: int, values: Mapping[str, object]) -> list[tuple]:
    """(whether no page begins there, behind which medium the next begins if this is not full, how many, facts …)."""
    asked = {
        "kind": wanted.kind and wanted.kind.value, "undecided": wanted.is_undecided, "limit": limit, "blocked": BLOCKED,
        "member": session.actor.member, "unit": session.actor.unit, "has_place": wanted.has_place,
        "is_in_series": wanted.is_in_series, "has_clue": wanted.has_clue,
        "named_series": None if wanted.series is None else list(wanted.series), "makes": None, "models": None,
    }  # fmt: skip
    if wanted.camera is not None:
        owners = wanted.camera_owners or (session.actor.member,)
        asked["makes"], asked["models"] = cameras.seals(wanted.camera, owners)
    with session.cursor() as cursor:
        cursor.execute(statement, {**values, **asked})
        return cursor.fetchall()


def _part(rows: Sequence[tuple], limit: int) -> Part:
    media = tuple(_medium(row[3:], row[2]) for row in rows if row[3] is not None)
    return Part(media=media, last=media[-1].id if len(media) == limit else rows[0][1])


def _medium(row: Sequence, stacked: int) -> GridMedium:
    return GridMedium(
        id=row[0], name=bytes(row[1]), sha256=None if row[2] is None else bytes(row[2]), kind=MediumKind(row[3]),
        verdict=Verdict(row[4]), reason=row[5], width=row[6], height=row[7], duration_ms=row[8], owner=row[9],
        unit=row[10], is_blocked=row[11], has_bytes=row[12], is_waiting=row[13],
        mark=None if row[14] is None else Relevance(row[14]), is_categorised=bool(row[15]),
        seen_at=row[16], is_warned=bool(row[17]), stacked=stacked, camera=cameras.of(row[9], row[18], row[19]),
        taken_at=row[20], has_place=row[21],
    )  # fmt: skip


def sampled(session: Session, scope: Scope) -> tuple[UUID, ...]:
    """Some media of the case or exhibit: a few from each of some places, spread evenly over the order they were found in."""
    place = "o.case_id = %(case)s" if scope.exhibit_id is None else "o.exhibit_id = %(exhibit)s"
    values = {
        "case": scope.case_id, "exhibit": scope.exhibit_id, "places": SAMPLED_AT, "each": SAMPLED_OF_EACH_MAX,
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(_SAMPLED.replace("{place}", place), values)
        return tuple(row[0] for row in cursor)


def sampled_of_series(session: Session, series: Sequence[UUID]) -> tuple[UUID, ...]:
    """Some media of series that are one. Identifiers are drawn at random, so the first are as good as any."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct s.medium_id from unnest(%(series)s::uuid[]) given (id) cross join lateral (
                   select s.medium_id from series_media s where s.series_id = given.id
                    order by s.medium_id limit %(sampled)s) s
             order by s.medium_id limit %(sampled)s""",
            {"series": list(series), "sampled": SAMPLED_AT * SAMPLED_OF_EACH_MAX},
        )
        return tuple(row[0] for row in cursor)


_SAMPLED = f"""
    with ends as materialized (
        select (select o.id from occurrences o where {{place}} and {IN_ORDER} order by o.id limit 1) as low,
               (select o.id from occurrences o where {{place}} and {IN_ORDER} order by o.id desc limit 1) as high)
    select distinct l.medium_id
      from ends cross join generate_series(0, %(places)s - 1) number cross join lateral (
           select o.medium_id from occurrences o
            where {{place}} and {IN_ORDER} and o.id >= low + (high - low) * number / %(places)s
            order by o.id limit %(each)s) l
     where l.medium_id is not null
"""

_IS_WANTED = """
    (%(kind)s::text is null or m.kind = %(kind)s)
    and (%(has_place)s::boolean is null or (m.latitude is not null) = %(has_place)s)
    and (%(is_in_series)s::boolean is null or %(is_in_series)s = exists (
            select from media n join series_media g on g.medium_id = n.id where n.name = m.name))
    and (%(has_clue)s::boolean is null or %(has_clue)s = exists (
            select from media n join clues c on c.medium_id = n.id where n.name = m.name and c.withdrawn_at is null))
    and (%(named_series)s::uuid[] is null or exists (
            select from media n join series_media g on g.medium_id = n.id
             where n.name = m.name and g.series_id = any(%(named_series)s)))
    and (%(makes)s::bytea[] is null or (
            coalesce(m.camera_make, '') = any(%(makes)s) and coalesce(m.camera_model, '') = any(%(models)s)))
    and (not %(undecided)s or not exists (
            select from media n where n.name = m.name and (
                exists (select from marks k where k.medium_id = n.id and k.undone_at is null
                           and k.member = %(member)s and k.unit = %(unit)s)
                or exists (select from observations v where v.medium_id = n.id and v.withdrawn_at is null
                              and v.member = %(member)s and v.unit = %(unit)s))))"""

_WORDS = """
        select m.name, (array_agg(k.said order by k.marked_at desc) filter (where k.said is not null))[1] as mark,
               bool_or(v.medium_id is not null) as is_categorised, max(s.seen_at) as seen_at,
               bool_or(w.medium_id is not null) as is_warned
          from media m
          left join lateral (select said, marked_at from marks where medium_id = m.id and undone_at is null
                                and member = %(member)s and unit = %(unit)s order by marked_at desc limit 1) k on true
          left join lateral (select medium_id from observations where medium_id = m.id and withdrawn_at is null
                                and member = %(member)s and unit = %(unit)s limit 1) v on true
          left join lateral (select medium_id from observations where medium_id = m.id and withdrawn_at is null
                                and facts ->> 'warn' = 'yes' limit 1) w on true
          left join sightings s on s.medium_id = m.id and s.member = %(member)s and s.unit = %(unit)s
         where m.name in (select name from chosen) group by m.name"""

_FACTS = f"""
    said as ({_WORDS}),
    facts as (
        select m.id, m.name, m.sha256, m.kind, m.verdict, m.reason, m.width, m.height, m.duration_ms, m.owner_member,
               m.owner_unit, %(blocked)s = any (m.excluded) as is_blocked,
               m.owner_member = %(member)s and exists (select from medium_keys k where k.medium_id = m.id) as has_bytes,
               exists (select from previews p where p.medium_id = m.id and p.is_waiting) as is_waiting,
               said.mark, said.is_categorised, said.seen_at, said.is_warned, m.camera_make, m.camera_model, m.taken_at,
               m.latitude is not null as has_place
          from media m left join said on said.name = m.name where m.id in (select id from chosen))"""
_FACTS_OF_CHOSEN = "chosen.stacked, facts.* from told left join (chosen join facts on facts.id = chosen.id) on true order by chosen.at"

# Of each series by its own index: asked of all at once, every medium of them would be sorted to give the first.
_OF_SERIES = f"""
    with scope as materialized (
        select distinct s.medium_id from unnest(%(series)s::uuid[]) given (id) cross join lateral (
               select s.medium_id from series_media s where s.series_id = given.id and s.medium_id > %(after)s
                order by s.medium_id limit %(looked)s) s
         order by s.medium_id limit %(looked)s),
    told as (select case when count(*) = %(looked)s then (array_agg(medium_id order by medium_id desc))[1] end as last from scope),
    chosen as materialized (
        select m.id, m.name, 1 as stacked, row_number() over (order by m.id) as at
          from scope s join media m on m.id = s.medium_id where {_IS_WANTED} order by m.id limit %(limit)s),
    {_FACTS}
    select false, told.last, {_FACTS_OF_CHOSEN}
"""

_SOME = f"""
    with told as (select 1),
    chosen as materialized (
        select m.id, m.name, 1 as stacked, given.at
          from unnest(%(media)s::uuid[]) with ordinality as given (id, at) join media m on m.id = given.id
         where {_IS_WANTED} order by given.at limit %(limit)s),
    {_FACTS}
    select false, null, {_FACTS_OF_CHOSEN}
"""

# What is seen of each stack: of one medium alone it is none. A case is asked as it stands, an exhibit by what lies in it.
# The centre stands for its stack where it is wanted; else the largest that is. Places are worked out anew for each page,
# from the medium behind which it begins: no number of another member's files is ever in an address. (`+ 0`: as in triage.)
_PAGE = f"""
    with stacks as materialized (
        select k.centre_id, count(*) as size, min(k.id) as made, (array_agg(k.medium_id))[1] as shown from case_stacks k
         where k.case_id = %(case)s and (%(exhibit)s::uuid is null or {LIES.format("k.medium_id")})
         group by k.centre_id having count(*) > 1),
    place as materialized (
        select s.size, s.made,
               (select min(o.id + 0) from occurrences o where o.case_id = %(case)s and o.medium_id = given.id
                   and (%(exhibit)s::uuid is null or o.exhibit_id = %(exhibit)s)) as at
          from (select id from media where id = %(after)s::uuid) given
          left join case_stacks k on k.case_id = %(case)s and k.medium_id = given.id
          left join stacks s on s.centre_id = k.centre_id),
    tall as materialized (
        select centre_id, size, made, shown from stacks
         where %(after)s::uuid is null or size < (select size from place)
            or size = (select size from place) and made > (select made from place)
         order by size desc, made limit %(stacks_looked)s),
    chosen_tall as materialized (
        select m.id, m.name, t.size as stacked, row_number() over (order by t.size desc, t.made) as at
          from tall t cross join lateral (
            select m.id, m.name from case_stacks k join media m on m.id = k.medium_id
             where k.case_id = %(case)s and k.centre_id = t.centre_id and {LIES.format("m.id")} and {_IS_WANTED}
             order by m.id <> k.centre_id, m.width::bigint * m.height desc nulls last, m.size_bytes desc nulls last, k.id
             limit 1) m
         order by t.size desc, t.made limit %(limit)s),
    room as materialized (
        select case when (select count(*) from tall) = %(stacks_looked)s then 0
                    else %(limit)s - (select count(*) from chosen_tall) end as media),
    flat as materialized (
        select o.medium_id, o.id as at from occurrences o
         where (select media from room) > 0 and {{place}} and {IN_ORDER}
           and o.id > coalesce((select at from place where size is null), 0)
           and exists (select from media m where m.id = o.medium_id)
           and not exists (
               select from occurrences e where {{earlier}} and e.medium_id = o.medium_id and e.id < o.id offset 0)
           and not exists (
               select from case_stacks k join case_stacks t on t.case_id = k.case_id and t.centre_id = k.centre_id
                where k.case_id = %(case)s and k.medium_id = o.medium_id and t.medium_id <> k.medium_id
                  and (%(exhibit)s::uuid is null or {LIES.format("t.medium_id")}) offset 0)
         order by o.id limit %(looked)s),
    chosen_flat as materialized (
        select m.id, m.name, 1 as stacked, %(limit)s + s.at as at
          from flat s join media m on m.id = s.medium_id where {_IS_WANTED} order by s.at limit (select media from room)),
    chosen as materialized (select * from chosen_tall union all select * from chosen_flat),
    told as (
        select case when (select count(*) from tall) = %(stacks_looked)s
                    then (select shown from tall order by size, made desc limit 1)
                    when (select count(*) from flat) = %(looked)s
                    then (select medium_id from flat order by at desc limit 1) end as last),
    {_FACTS}
    select %(after)s::uuid is not null and (select at from place) is null, told.last, {_FACTS_OF_CHOSEN}
"""
# An exhibit alone, without its case: of both together the planner expects so few places that it goes through all of them.
_OF_CASE = _PAGE.replace("{place}", "o.case_id = %(case)s").replace("{earlier}", "e.case_id = %(case)s")
_OF_EXHIBIT = _PAGE.replace("{place}", "o.exhibit_id = %(exhibit)s").replace("{earlier}", "e.exhibit_id = %(exhibit)s")
