"""Cameras as media have them: sealed under their owner's key, looked up as each owner's key seals them, offered a few at a time."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.camera import Camera
from clew.domain.errors import Invalid, Tampered
from clew.records import sealed
from clew.records.cases import REFERENCE
from clew.records.session import Session

MAKE, MODEL = b"media.camera_make", b"media.camera_model"
TOKEN = b"camera.token"
TOKEN_CHARACTERS_MAX = 8_000
OFFERED_MAX = 30
COUNTED_MAX = 1_000
"""Of media of a camera no more are counted; with one more than these it is said that there are more."""
PLACED_MAX = 100
"""Of so many of them it is asked in which cases and series they lie."""
PLACES_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A camera of some member's media. `id` is the same for the same words of the member."""

    id: UUID
    owner: str
    camera: Camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """So many media carry a camera, at most one more than are counted; `some` of them."""

    count: int = 0
    some: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A case of the own member or a series in which a medium of a camera lies. `unit` is whose case it is."""

    is_case: bool
    reference: str
    unit: str


def of(owner: str, make: object, model: object) -> Camera | None:
    """The camera of a medium as its owner's row has it; None where it names none."""
    texts = sealed.of_member(owner)
    said = ["" if value is None else sealed.words(texts, column, value) for column, value in ((MAKE, make), (MODEL, model))]
    return Camera(make=said[0], model=said[1]) if any(said) else None


def seals(camera: Camera, members: Collection[str]) -> tuple[list[bytes], list[bytes]]:
    """Make and model as rows of these members hold them, empty where the camera has none. Keys differ by member, so a
    make of one and a model of another never stand in one row.
    """
    made = [
        [texts.seal(said.encode(), column) if said else b"" for texts in map(sealed.of_member, members)]
        for column, said in ((MAKE, camera.make), (MODEL, camera.model))
    ]
    return made[0], made[1]


def packed(camera: Camera) -> str:
    """Make and model as one text, to be sealed; `unpacked` reads it."""
    return json.dumps([camera.make, camera.model])


def unpacked(text: str) -> Camera:
    """The camera that `packed` wrote."""
    make, model = json.loads(text)
    return Camera(make=make, model=model)


def token(member: str, camera: Camera) -> str:
    """What stands for a camera in an address: nothing to anybody without the member's key, and the same each time."""
    sealed_words = sealed.of_member(member).seal(packed(camera).encode(), TOKEN)
    return urlsafe_b64encode(sealed_words).rstrip(b"=").decode()


def of_token(member: str, untrusted_token: str) -> Camera:
    """The camera that a token of the member stands for.

    Raises:
        Invalid: it stands for none.
    """
    kept = untrusted_token[:TOKEN_CHARACTERS_MAX].encode(errors="replace")
    try:
        words = sealed.of_member(member).unseal(urlsafe_b64decode(kept + b"=" * (-len(kept) % 4)), TOKEN)
    except (ValueError, Tampered):
        raise Invalid("This stands for no camera: take it as a page of media gave it.") from None
    return unpacked(words.decode())


def among(session: Session, media: Sequence[UUID]) -> dict[Camera, set[str]]:
    """Cameras of these media as far as the actor sees them, those of most media first, each with who owns such; so many
    at most.
    """
    found: dict[Camera, set[str]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.owner_member, m.camera_make, m.camera_model from media m
             where m.id = any(%s) and (m.camera_make is not null or m.camera_model is not null)
             group by 1, 2, 3 order by count(*) desc, 2, 3 limit %s""",
            [list(media), OFFERED_MAX],
        )
        for owner, make, model in cursor:
            camera = of(owner, make, model)
            if camera is not None:
                found.setdefault(camera, set()).add(owner)
    return found


def kept(session: Session, after: UUID | None, limit: int) -> list[Kept]:
    """The next cameras of media that the actor sees, in the order of their identifiers, at most `limit`."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.camera, c.owner_member, c.make, c.model from cameras c where c.camera > %s
             group by c.camera, c.owner_member, c.make, c.model order by c.camera, c.owner_member limit %s""",
            [after or UUID(int=0), limit],
        )
        found = ((row[0], row[1], of(row[1], row[2] or None, row[3] or None)) for row in cursor)
        return [Kept(id=id_, owner=owner, camera=camera) for id_, owner, camera in found if camera is not None]


def carrying(session: Session, some: Collection[UUID]) -> dict[UUID, Carrying]:
    """By camera, how many media of it the actor sees; of none that has none.

    Only what lies under a handling that the actor sees is looked at, so no medium that is hidden is read.
    """
    if not some:
        return {}
    with session.cursor() as cursor:
        cursor.execute(_CARRYING, {"cameras": list(some), "most": COUNTED_MAX + 1, "placed": PLACED_MAX})
        return {row[0]: Carrying(count=row[1], some=tuple(row[2])) for row in cursor if row[1]}


_LIES_SO = """
    m.owner_member = c.owner_member and m.owner_unit = c.owner_unit and m.audience = c.audience
    and m.members = c.members and m.excluded = c.excluded limit %(most)s"""
# A camera may stand there twice under one handling (`camera.sql`), and its media are counted once. One without a make or
# without a model is asked for by itself: beneath row security nothing but plain columns is looked up by an index.
_CARRYING = f"""
    select asked.camera, found.count, found.some
      from unnest(%(cameras)s::uuid[]) as asked (camera) cross join lateral (
        select count(*) as count, coalesce((array_agg(m.id))[1 : %(placed)s], '{{}}') as some from (
            select m.id
              from (select distinct c.make, c.model, c.owner_member, c.owner_unit, c.audience, c.members, c.excluded
                      from cameras c where c.camera = asked.camera) c
              cross join lateral (
                (select m.id from media m where m.camera_model = c.model and m.camera_make = c.make and {_LIES_SO})
                union all
                (select m.id from media m
                  where c.make = '' and m.camera_model = c.model and m.camera_make is null and {_LIES_SO})
                union all
                (select m.id from media m
                  where c.model = '' and m.camera_model is null and m.camera_make = c.make and {_LIES_SO})) m
             limit %(most)s) m) found
"""


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
