"""Places: by what they are known, where they are to a tenth of a degree, and nearer for those who may."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import Handling
from clew.domain.place import (
    COARSE_METRES,
    METRES_PER_DEGREE,
    NEAR_METRES_MAX,
    PRECISION_METRES_MAX,
    Around,
    PlaceFacts,
    PlaceKind,
    Point,
    reference_in,
)
from clew.records import nouns, sealed
from clew.records.nouns import Kept, Noun
from clew.records.session import Session

NOUN = Noun(table="places", about="place_id", columns=("kind", "name", "country", "latitude", "longitude"))
NAME = b"places.name"
LOOKED_AT_MAX = 1_000
"""How many places in one band of latitude are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place that the actor may see: `coarse` is where it is to a tenth of a degree, `point` where the actor may know it nearer."""

    kept: Kept
    kind: PlaceKind
    name: str
    country: str
    coarse: tuple[float, float] | None
    point: Point | None

    @property
    def known(self) -> Point | None:
        """Where it is as far as the actor may know: exactly, or to a tenth of a degree."""
        if self.point is not None or self.coarse is None:
            return self.point
        return Point(latitude=self.coarse[0], longitude=self.coarse[1], precision_m=COARSE_METRES)


def enter(
    session: Session, facts: PlaceFacts, name: str, basis: str, handling: Handling, cover_id: UUID
) -> PlaceRow:
    """Enter a place of the own unit; `name` may be empty."""
    values = _columns(session, facts, name)
    made = nouns.enter(session, NOUN, values, handling, cover_id)
    _put_point(session, made, facts.point)
    nouns.keep_description(session, NOUN, made, values, basis)
    return of(session, [made])[made]


def find(session: Session, reference: str) -> PlaceRow:
    """The place of that reference. Raises as `nouns.found`."""
    return _rows(session, [nouns.found(session, NOUN, reference_in(reference))])[0]


def hold_own(session: Session, reference: str) -> PlaceRow:
    """The own unit's place of that reference, held until the transaction ends. Raises as `nouns.held`."""
    return _rows(session, [nouns.held(session, NOUN, reference_in(reference))])[0]


def of(session: Session, ids: Iterable[UUID]) -> dict[UUID, PlaceRow]:
    """Those of these places that the actor may see."""
    return {row.kept.id: row for row in _rows(session, nouns.of(session, NOUN, ids))}


def page(session: Session, *, is_own: bool, after: UUID | None, limit: int) -> list[PlaceRow]:
    """Places that the actor may see, or those of the own unit; the newest first."""
    return _rows(session, nouns.page(session, NOUN, is_own=is_own, after=after, limit=limit))


def charted(session: Session, around: Around | None, limit: int) -> tuple[list[PlaceRow], bool]:
    """Places of which a country or a point is known, the newest first; those that may lie around a point, if asked.

    And whether there are older ones that were not looked at.

    Judged by what the actor may know of each: by the tenth of a degree, and by the point where it is told.
    """
    band = "" if around is None else "and latitude between %(south)s and %(north)s"
    reach = 0.0 if around is None else (around.km * 1_000 + PRECISION_METRES_MAX) / METRES_PER_DEGREE
    middle = 0.0 if around is None else around.latitude
    found = nouns.select(
        session, NOUN,
        f"(latitude is not null or country <> '') {band} order by entered_at desc, id desc limit %(limit)s",
        {"south": middle - reach, "north": middle + reach, "limit": limit + 1},
    )  # fmt: skip
    rows = _rows(session, found[:limit])
    if around is not None:
        rows = [row for row in rows if row.known is not None and around.may_hold(row.known)]
    return rows, len(found) > limit


def describe(session: Session, place_id: UUID, facts: PlaceFacts, name: str, basis: str) -> None:
    """Say of an own place what is known now."""
    nouns.describe(session, NOUN, place_id, _columns(session, facts, name), basis)
    _put_point(session, place_id, facts.point)


def _put_point(session: Session, place_id: UUID, point: Point | None) -> None:
    with session.cursor() as cursor:
        if point is None:
            cursor.execute("delete from place_points where place_id = %s", [place_id])
            return
        cursor.execute(
            """
            insert into place_points (place_id, latitude, longitude, precision_m) values (%s, %s, %s, %s)
            on conflict (place_id) do update set latitude = excluded.latitude, longitude = excluded.longitude,
                   precision_m = excluded.precision_m""",
            [place_id, point.latitude, point.longitude, point.precision_m],
        )


def points_of(session: Session, place_ids: Iterable[UUID]) -> dict[UUID, Point]:
    """Where exactly those of the places are of which the actor may know it."""
    with session.cursor() as cursor:
        cursor.execute(
            "select place_id, latitude, longitude, precision_m from place_points where place_id = any(%s)",
            [list(place_ids)],
        )
        return {row[0]: Point(latitude=row[1], longitude=row[2], precision_m=row[3]) for row in cursor}


def near(session: Session, one: PlaceRow, limit: int) -> list[PlaceRow]:
    """Places that may be this one, nearest first: both points are known to the actor and their circles meet.

    Looked for in a box of latitude by the index, whatever the longitude near the poles and where the day changes.
    """
    if one.point is None or not one.point.is_near_something:
        return []
    reach = (one.point.precision_m + NEAR_METRES_MAX) / METRES_PER_DEGREE
    rows = _rows(
        session,
        nouns.select(
            session, NOUN,
            """id <> %(id)s and latitude between %(south)s and %(north)s
               and exists (select from place_points p where p.place_id = places.id and p.precision_m <= %(metres)s)
               order by abs(latitude - %(here)s), id limit %(limit)s""",
            {
                "id": one.kept.id, "here": one.point.latitude, "south": one.point.latitude - reach,
                "north": one.point.latitude + reach, "metres": NEAR_METRES_MAX, "limit": LOOKED_AT_MAX,
            },
        ),
    )  # fmt: skip
    here = one.point
    found = [(here.metres_to(row.point), row) for row in rows if row.point is not None and here.may_be(row.point)]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])[:limit]]


def _columns(session: Session, facts: PlaceFacts, name: str) -> dict[str, object]:
    latitude, longitude = (None, None) if facts.point is None else facts.point.coarse
    called = sealed.of_member(session.actor.member).seal(name.encode(), NAME) if name else None
    return {
        "kind": facts.kind.value, "name": called, "country": facts.country, "latitude": latitude,
        "longitude": longitude,
    }  # fmt: skip


def _rows(session: Session, found: Sequence[tuple[Kept, Sequence]]) -> list[PlaceRow]:
    points = points_of(session, [kept.id for kept, _ in found])
    return [
        PlaceRow(
            kept=kept, kind=PlaceKind(kind), country=country, point=points.get(kept.id),
            name="" if name is None else sealed.words(sealed.of_member(kept.handling.owner_member), NAME, name),
            coarse=None if latitude is None else (latitude, longitude),
        )
        for kept, (kind, name, country, latitude, longitude) in found
    ]  # fmt: skip
