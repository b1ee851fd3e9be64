"""Media by what they were made with: cameras and software that the actor sees some of, how many carry each, and which.

What lies under a handling that the actor sees is found by the rows of `cameras`, and no medium that is hidden is read. What
shows only because it was brought into a task force is looked through by itself, a bounded part at a time: no row tells of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from uuid import UUID

from clew.domain.camera import Instrument, Software
from clew.domain.medium import MediumKind
from clew.records import cameras, sealed
from clew.records.cases import REFERENCE
from clew.records.session import Session
from clew.records.visibility import visible

COUNTED_MAX = 1_000
"""Of media of a camera no more are counted; with one more than these it is said that there are more."""
PLACED_MAX = 100
"""Of so many of them it is asked in which cases and series they lie."""
PLACES_MAX = 5
BROUGHT_LOOKED_AT_MAX = 500
"""So many media that were brought one page looks through; the next goes on behind them."""
FIRST, LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A camera or software of some member's media. `id` is the same for the same words of the member."""

    id: UUID
    owner: str
    what: Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """So many media carry it, at most one more than are counted; `some` of them."""

    count: int = 0
    some: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What media that show only because they were brought carry, of those that were looked at; `next` is where to go on."""

    carrying: Mapping[Kept, Carrying]
    looked_at: int
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A case of the own member or a series in which a medium of a camera lies. `unit` is whose case it is."""

    is_case: bool
    reference: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A medium that carries it, as facts. `taken_at` is local to the camera; `series`: some that it lies in."""

    id: UUID
    name: str
    kind: MediumKind
    width: int | None
    height: int | None
    duration_ms: int | None
    taken_at: datetime | None
    taken_in_at: datetime
    owner: str
    unit: str
    is_brought: bool
    series: tuple[str, ...] = ()

    @property
    def seconds(self) -> int | None:
        """How long it lasts, if it moves."""
        return None if self.duration_ms is None else round(self.duration_ms / 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of those that were brought; `next` is where to go on, or None."""

    media: tuple[Carrier, ...]
    next: UUID | None


def kept(session: Session, after: UUID | None, limit: int) -> list[Kept]:
    """The next cameras and software of media that the actor sees, in the order of their identifiers, at most `limit`."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.camera, c.owner_member, c.make, c.model, c.software from cameras c where c.camera > %s
             group by c.camera, c.owner_member, c.make, c.model, c.software order by c.camera, c.owner_member limit %s""",
            [after or FIRST, limit],
        )
        found = ((row[0], row[1], cameras.instrument(row[1], *row[2:])) for row in cursor)
        return [Kept(id=id_, owner=owner, what=what) for id_, owner, what in found if what is not None]


def carrying(session: Session, some: Collection[UUID]) -> dict[UUID, Carrying]:
    """By camera or software, how many media of it the actor sees; of none that has none.

    Only what lies under a handling that the actor sees is looked at, so no medium that is hidden is read.
    """
    if not some:
        return {}
    with session.cursor() as cursor:
        cursor.execute(_CARRYING, {"cameras": list(some), "most": COUNTED_MAX + 1, "placed": PLACED_MAX})
        return {row[0]: Carrying(count=row[1], some=tuple(row[2])) for row in cursor if row[1]}


_LIES = """
    m.owner_member = c.owner_member and m.owner_unit = c.owner_unit and m.audience = c.audience
    and m.members = c.members and m.excluded = c.excluded"""
_NEWEST = "m.taken_in_at desc, m.id desc"
_MATCHES = (
    ("m.camera_model = c.model and m.camera_make = c.make", _NEWEST),
    ("c.make = '' and m.camera_model = c.model and m.camera_make is null", f"m.camera_make desc, {_NEWEST}"),
    ("c.model = '' and m.camera_model is null and m.camera_make = c.make", f"m.camera_model desc, {_NEWEST}"),
    ("c.software <> '' and m.software = c.software", _NEWEST),
)
"""How a medium carries it, and the order in which an index has such media. One without a make or without a model is asked for
by itself: beneath row security nothing but plain columns is looked up by an index; and what is null is put in order too."""


def _carriers(*, behind: str = "") -> str:
    """Media of `c`, at most so many of each way to carry it; the newest behind a place where one is said."""
    return " union all ".join(
        f"(select m.id, m.taken_in_at from media m where {matches} and {_LIES} {behind and f'{behind} order by {order}'}"
        " limit %(most)s)"
        for matches, order in _MATCHES
    )


_KINDS = "select distinct c.make, c.model, c.software, c.owner_member, c.owner_unit, c.audience, c.members, c.excluded from cameras c"
# A camera may stand there twice under one handling (`camera.sql`), and its media are counted once.
_CARRYING = f"""
    select asked.camera, found.count, found.some
      from unnest(%(cameras)s::uuid[]) as asked (camera) cross join lateral (
        select count(*) as count, coalesce((array_agg(m.id))[1 : %(placed)s], '{{}}') as some from (
            select m.id from ({_KINDS} where c.camera = asked.camera) c cross join lateral ({_carriers()}) m
             limit %(most)s) m) found
"""

_LYING = """
    with mine as materialized (select distinct b.series_id, b.member, b.unit from clew_brought() b),
    lying as materialized (
        select distinct p.medium_id from mine b cross join lateral (
            select p.medium_id from series_media p
             where p.series_id = b.series_id and p.owner_member = b.member and p.owner_unit = b.unit
               and p.medium_id > %(after)s
             order by p.medium_id limit %(looked)s) p
         order by 1 limit %(looked)s),
    told as materialized (
        select count(*) as looked, (select l.medium_id from lying l order by 1 desc limit 1) as last from lying)"""
# One by one, by its identifier: whether a medium was brought is asked of each that is read, so none may be read besides.
_ONLY_BROUGHT = f"""
    lying l cross join lateral (
        select m.* from media m where m.id = l.medium_id and not {visible('m.')} limit 1) m"""


def brought(session: Session, after: UUID | None) -> Brought:
    """What the next media carry that the actor sees in running task forces alone; nothing to whoever works in none."""
    carried: dict[Kept, Carrying] = {}
    looked, last = 0, None
    with session.cursor() as cursor:
        cursor.execute(_BROUGHT, {"after": after or FIRST, "looked": BROUGHT_LOOKED_AT_MAX, "placed": PLACED_MAX})
        for looked, last, owner, make, model, software, count, some in cursor:  # noqa: B007 (of the whole look)
            what = None if owner is None else cameras.instrument(owner, make, model, software)
            if what is not None:
                one = Kept(id=_id(make or b"", model or b"", software or b""), owner=owner, what=what)
                carried[one] = Carrying(count=count, some=tuple(some))
    return Brought(carrying=carried, looked_at=looked, next=last if looked == BROUGHT_LOOKED_AT_MAX else None)


_BROUGHT = f"""{_LYING},
    found as (
        select m.id, m.owner_member, s.* from {_ONLY_BROUGHT} cross join lateral (values
            (m.camera_make, m.camera_model, null), (null, null, m.software)) s (make, model, software)
         where s.make is not null or s.model is not null or s.software is not null)
    select told.looked, told.last, g.owner_member, g.make, g.model, g.software, g.count, g.some
      from told left join (
        select f.owner_member, f.make, f.model, f.software, count(*) as count,
               (array_agg(f.id order by f.id))[1 : %(placed)s] as some
          from found f group by 1, 2, 3, 4) g on true
"""


def _id(make: bytes, model: bytes, software: bytes) -> UUID:
    """What names it, as `clew_instrument` of the database says."""
    parts = [md5(bytes(part), usedforsecurity=False).hexdigest() for part in (make, model)]
    more = md5(bytes(software), usedforsecurity=False).hexdigest() if software else ""
    return UUID(md5("".join([*parts, more]).encode(), usedforsecurity=False).hexdigest())


def page(
    session: Session, what: Instrument, members: Collection[str], behind: tuple[datetime, UUID] | None, limit: int
) -> list[Carrier]:
    """The next media that carry it, whoever of the members owns them, those first that came last; not what was brought."""
    ids = [_id(*seal) for seal in _sealed(what, members)]
    at, medium = ("infinity", LAST) if behind is None else behind
    with session.cursor() as cursor:
        cursor.execute(_PAGE, {"cameras": ids, "at": at, "id": medium, "most": limit})
        return [_carrier(row, is_brought=False) for row in cursor]


def page_brought(
    session: Session, what: Instrument, members: Collection[str], after: UUID | None, limit: int
) -> Part:
    """The same of media that the actor sees in running task forces alone, of so many that are looked at."""
    makes, models, software = (list(part) for part in zip(*_sealed(what, members), strict=True))
    asked = {"makes": makes, "models": models, "software": software if isinstance(what, Software) else None}
    with session.cursor() as cursor:
        cursor.execute(
            _PAGE_BROUGHT, {**asked, "after": after or FIRST, "looked": BROUGHT_LOOKED_AT_MAX, "limit": limit + 1}
        )
        rows = cursor.fetchall()
    looked, last = rows[0][:2]
    found = [_carrier(row[2:], is_brought=True) for row in rows if row[2] is not None]
    if len(found) > limit:
        return Part(media=tuple(found[:limit]), next=found[limit - 1].id)
    return Part(media=tuple(found), next=last if looked == BROUGHT_LOOKED_AT_MAX else None)


def _sealed(what: Instrument, members: Collection[str]) -> list[tuple[bytes, bytes, bytes]]:
    """Make, model and software as rows of each of the members hold them, empty where it has none."""
    if isinstance(what, Software):
        return [(b"", b"", seal) for seal in cameras.software_seals(what, members)]
    return [(make, model, b"") for make, model in zip(*cameras.seals(what, members), strict=True)]


_FACTS = "m.id, m.name, m.kind, m.width, m.height, m.duration_ms, m.taken_at, m.taken_in_at, m.owner_member, m.owner_unit"
_PAGE = f"""
    with found as materialized (
        select m.id from ({_KINDS} where c.camera = any(%(cameras)s::uuid[])) c
          cross join lateral ({_carriers(behind="and (m.taken_in_at, m.id) < (%(at)s::timestamptz, %(id)s::uuid)")}) m
         order by {_NEWEST} limit %(most)s)
    select {_FACTS} from found f join media m on m.id = f.id order by {_NEWEST}
"""
_PAGE_BROUGHT = f"""{_LYING},
    found as materialized (
        select {_FACTS} from {_ONLY_BROUGHT}
         where case when %(software)s::bytea[] is null
                    then coalesce(m.camera_make, '') = any(%(makes)s) and coalesce(m.camera_model, '') = any(%(models)s)
                    else m.software = any(%(software)s) end
         order by m.id limit %(limit)s)
    select told.looked, told.last, found.* from told left join found on true order by found.id
"""


def _carrier(row: Sequence, *, is_brought: bool) -> Carrier:
    return Carrier(
        id=row[0], name=bytes(row[1]).hex(), kind=MediumKind(row[2]), width=row[3], height=row[4], duration_ms=row[5],
        taken_at=row[6], taken_in_at=row[7], owner=row[8], unit=row[9], is_brought=is_brought,
    )  # fmt: skip


def series(session: Session, media: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """By medium, references of series that it lies in, as far as the actor sees them; a few of each."""
    if not media:
        return {}
    with session.cursor() as cursor:
        cursor.execute(
            """
            select given.medium, array_agg(s.reference order by s.reference)
              from unnest(%(media)s::uuid[]) as given (medium) cross join lateral (
                select distinct r.reference from series_media p join series r on r.id = p.series_id
                 where p.medium_id = given.medium order by 1 limit %(most)s) s
             group by 1""",
            {"media": list(media), "most": PLACES_MAX},
        )
        return {row[0]: tuple(row[1]) for row in cursor}


def places(session: Session, media: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, tuple[Place, ...]]:
    """By camera, cases of the own member and series in which these media of it lie, a few of each."""
    if not media:
        return {}
    given = [(camera, medium) for camera, some in media.items() for medium in some]
    texts = sealed.of_member(session.actor.member)
    found: dict[UUID, list[Place]] = {camera: [] for camera in media}
    with session.cursor() as cursor:
        cursor.execute(
            _PLACES,
            {
                "cameras": [camera for camera, _ in given], "media": [medium for _, medium in given],
                "member": session.actor.member, "most": PLACES_MAX,
            },
        )  # fmt: skip
        for camera, case, unit, series in cursor:
            reference = series if case is None else sealed.words(texts, REFERENCE, case)
            found[camera].append(Place(is_case=case is not None, reference=reference, unit=unit))
    return {camera: tuple(some) for camera, some in found.items()}


_PLACES = """
    with given as materialized (select * from unnest(%(cameras)s::uuid[], %(media)s::uuid[]) as given (camera, medium)),
    in_cases as (
        select distinct g.camera, o.case_id from given g join occurrences o on o.medium_id = g.medium
         where o.owner_member = %(member)s),
    in_series as (select distinct g.camera, s.series_id from given g join series_media s on s.medium_id = g.medium)
    select camera, reference, unit, series from (
        select i.camera, c.reference, c.owner_unit as unit, null as series,
               row_number() over (partition by i.camera order by c.opened_at desc, c.id) as place
          from in_cases i join cases c on c.id = i.case_id where c.shredded_at is null
        union all
        select i.camera, null, r.owner_unit, r.reference,
               row_number() over (partition by i.camera order by r.entered_at desc, r.id)
          from in_series i join series r on r.id = i.series_id) found
     where place <= %(most)s order by camera, reference is null, place
"""
