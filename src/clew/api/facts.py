"""Facts of media for programs: one medium, and why others are called the same; no picture is among them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import inspecting
from clew.actions.inspecting import Compared, View
from clew.actions.opening import Session
from clew.api.door import reading
from clew.api.given import OneOf
from clew.api.matches import VerdictOnMatch, fields
from clew.api.triages import Aligned
from clew.domain.medium import MediumKind
from clew.domain.triage import ReasonKind

router = Router(tags=["media"])
Called = Annotated[
    str, Field(
        pattern="^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$",
        description="The strongest digest that is known of a medium, in hex: SHA-256, else SHA-1 or MD5.",
    ),
]  # fmt: skip


class Seen(Schema):
    """Who of the own unit has seen the content last."""

    seen_by: str
    seen_at: datetime


class FoundIn(Schema):
    """Where the own unit found it; `path` as it was on the device."""

    case: str
    exhibit: str
    path: str


class Coordinates(Schema):
    latitude: float
    longitude: float


class FactsOfMedium(Schema):
    """`name`: its strongest digest. `taken_at`: by the camera's own clock. `is_shown`: its original may be revealed.

    `point`: where it was taken, to a tenth of a degree where the original may not be seen; there `facts`, up to 200
    things that the file says of itself, are empty too. `has_metadata`: they may be asked for as they lie in the file.
    """

    id: UUID
    name: str
    sha256: str | None
    kind: OneOf[MediumKind]
    owner: str
    unit: str
    width: int | None
    height: int | None
    duration_ms: int | None
    camera_make: str | None
    camera_model: str | None
    camera_serial: str | None
    software: str | None
    taken_at: datetime | None
    point: Coordinates | None
    facts: dict[str, Any]
    has_metadata: bool
    is_warned: bool
    is_shown: bool
    sighting: Seen | None


class MeasuredWrong(Schema):
    """Of so many comparisons of media that are not the same, so many were called the same by this rule."""

    wrong: int
    compared: int


class FramesAligned(Schema):
    """A moment of the one film and of the other; the distance is null where it was not kept."""

    here_ms: int
    there_ms: int
    distance_bits: int | None


class CalledSame(Schema):
    """Another medium that is called the same: by which rule, and what is alike.

    `kind`: equal bytes, or pictures, frames or sound within `radius_bits`. `has_same_bytes`, `has_same_camera`: null
    where one of the two says nothing. `metres` lie between the places of both, where the other's original may be seen.
    `contact`: how its member is reached. `verdicts`: what units say of the match; `set_aside`: by which it does not
    count in what the own unit is answered. `frames`: of the one that is looked at closer, up to 12.
    """

    id: UUID
    name: str
    sha256: str | None
    media_kind: OneOf[MediumKind]
    owner: str
    unit: str
    contact: str
    is_warned: bool
    is_shown: bool
    sighting: Seen | None
    kind: OneOf[ReasonKind]
    distance_bits: int | None
    radius_bits: int | None
    transform: str
    aligned: Aligned | None
    measured: MeasuredWrong
    has_same_bytes: bool | None
    has_same_camera: bool | None
    metres: float | None
    frames: list[FramesAligned]
    verdicts: list[VerdictOnMatch]
    set_aside: VerdictOnMatch | None


class MediumView(Schema):
    """`found`: up to 20 places of the content. `others`: up to 50, the surest first; `has_more`: others are too.

    `chosen` is looked at closer.
    """

    medium: FactsOfMedium
    found: list[FoundIn]
    others: list[CalledSame]
    has_more: bool
    chosen: UUID | None


class Whereabouts(Schema):
    """To a tenth of a degree; null where the medium does not say."""

    point: Coordinates | None


@reading(router, "/media/facts", MediumView)
def look_by_digest(session: Session, medium: Called, other: Called | None = None) -> dict[str, object]:
    """A medium by its digest, and why others are called the same: the own unit's record of it before others'.

    `other` is looked at closer; the surest is where none is named, or it is not among them.
    """
    wanted = None if other is None else inspecting.name_in(other)
    return _view(inspecting.look_by_digest(session, medium, wanted), session.actor.member)


@reading(router, "/media/{uuid:medium}/facts", MediumView)
def look(session: Session, medium: UUID, other: UUID | None = None) -> dict[str, object]:
    """The same of one record of a medium, by its identifier; `other` by the identifier of its record."""
    return _view(inspecting.look(session, medium, other), session.actor.member)


@reading(router, "/media/{uuid:medium}/whereabouts", Whereabouts)
def whereabouts(session: Session, medium: UUID) -> dict[str, object]:
    """Where a medium was taken, roughly: ask the map for places around it."""
    return {"point": _point(inspecting.whereabouts(session, medium))}


def _view(view: View, viewer: str) -> dict[str, object]:
    found = [{"case": case, "exhibit": exhibit, "path": path} for case, exhibit, path in view.places]
    return {
        "medium": _medium(view), "found": found, "has_more": view.has_more,
        "others": [_other(one, viewer) for one in view.others],
        "chosen": view.chosen and view.chosen.other.id,
    }  # fmt: skip


def _medium(view: View) -> dict[str, object]:
    one = view.medium
    return {
        "id": one.id, "name": one.name.hex(), "sha256": one.sha256 and one.sha256.hex(), "kind": one.kind,
        "owner": one.handling.owner_member, "unit": one.handling.owner_unit, "width": one.width, "height": one.height,
        "duration_ms": one.duration_ms, "camera_make": one.camera_make, "camera_model": one.camera_model,
        "camera_serial": one.camera_serial, "software": one.software, "taken_at": one.taken_at,
        "point": _point(view.point), "facts": view.facts, "has_metadata": view.has_metadata,
        "is_warned": one.is_warned, "is_shown": view.is_shown, "sighting": view.sighting,
    }  # fmt: skip


def _other(one: Compared, viewer: str) -> dict[str, object]:
    other, match = one.other, one.match
    return {
        "id": other.id, "name": other.name.hex(), "sha256": other.sha256 and other.sha256.hex(),
        "media_kind": other.kind, "owner": other.handling.owner_member, "unit": other.handling.owner_unit,
        "contact": one.contact, "is_warned": other.is_warned, "is_shown": one.is_shown, "sighting": one.sighting,
        "kind": match.kind, "distance_bits": match.distance_bits, "radius_bits": match.radius_bits,
        "transform": match.transform.word, "aligned": match.aligned, "measured": one.measured,
        "has_same_bytes": one.has_same_bytes, "has_same_camera": one.has_same_camera, "metres": one.metres,
        "frames": one.frames, "verdicts": [fields(each, viewer) for each in one.verdicts],
        "set_aside": one.set_aside and fields(one.set_aside, viewer),
    }  # fmt: skip


def _point(found: tuple[float, float] | None) -> dict[str, float] | None:
    return None if found is None else {"latitude": found[0], "longitude": found[1]}
