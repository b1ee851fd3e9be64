"""Searching: by reference, digest and serial number, and through words that the actor sees, a bounded part a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain import reference
from clew.domain.camera import Camera
from clew.domain.search import (
    FILES_PER_PAGE_MAX,
    FOUND_PER_KIND_MAX,
    LOOKED_AT_PER_PAGE_MAX,
    Asked,
    Kind,
    asked,
    excerpt,
    marker_of,
    marker_words,
)
from clew.records import audit, cameras, cases, members, searches
from clew.records.cameras import Carrying, Place
from clew.records.searches import Row
from clew.records.session import Session

__all__ = ["Carried", "Found", "Kind", "Page", "Place", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The media that carry a camera, as far as the actor sees them, and some places where they are gone through.

    `token` stands for the camera where media of it are asked for; `is_more`: there are more than were counted.
    """

    token: str
    media: int
    is_more: bool
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: `label` names it, `within` what it lies in, `words` are those around what was looked for.

    `carried` is of a camera that was found by its words.
    """

    kind: Kind
    label: str
    within: str
    words: str
    owner: str
    unit: str
    at: datetime | None
    carried: Carried | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page found, and among how many records it looked; `next` is where the following one goes on, or None."""

    items: tuple[Found, ...]
    looked_at: int
    next: str | None


def search(session: Session, untrusted_text: str, *, case: str | None = None, after: str | None = None) -> Page:
    """Records in which every word of the text stands, the newest first; with a case of the own member file names too.

    Names, digests and serial numbers are looked up whole. Words lie sealed and in no index: a page unseals so many of
    the newest that the actor sees, and the next goes on behind them: an old word may be found on a later page only.
    Makes and models of cameras are looked through camera by camera, whatever the number of media.

    Raises:
        Invalid: the text is too short, too long or does not show, or no page begins there.
        NotVisible: there is no such case, or the actor may not see it.
    """
    looked_for, marker = asked(untrusted_text), marker_of(after)
    case_id = None if case is None else cases.find(session, case)
    rows: dict[Kind, list[Row]] = dict(searches.looked_at(session, marker))
    if case_id is not None and (marker is None or marker.get(Kind.FILE) is not None):
        rows[Kind.FILE] = searches.files(session, case_id, None if marker is None else marker[Kind.FILE])
    whole = _whole(session, looked_for) if marker is None else []
    parts = {kind: _part(kind, some, looked_for) for kind, some in rows.items()}
    found = [*whole, *(row for part in parts.values() for row in part.found)]
    models = _Cameras()
    if marker is None or marker.get(Kind.CAMERA_MODEL) is not None:
        models = _cameras(session, looked_for, None if marker is None else marker[Kind.CAMERA_MODEL])
        parts[Kind.CAMERA_MODEL] = models.part
    items = (*models.items, *(_found(row, looked_for) for row in found))
    looked_at = sum(part.looked_at for part in parts.values())
    audit.append(
        session, "search.read", "" if case_id is None else str(case_id),
        {"found": len(items), "looked_at": looked_at}, owner=session.actor.member,
        shown={row.owner for row in found} | models.owners,
    )  # fmt: skip
    return Page(
        items=items, looked_at=looked_at, next=marker_words({kind: part.next for kind, part in parts.items()})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    found: tuple[Row, ...]
    looked_at: int
    next: str | None


_NONE = _Part(found=(), looked_at=0, next=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cameras:
    items: tuple[Found, ...] = ()
    owners: frozenset[str] = frozenset()
    part: _Part = _NONE


def _cameras(session: Session, looked_for: Asked, after: str | None) -> _Cameras:
    """Cameras in whose make and model the words stand, each once, with what carries it whoever owns that."""
    kept = cameras.kept(session, None if after is None else UUID(after), LOOKED_AT_PER_PAGE_MAX)
    rows = [
        Row(kind=Kind.CAMERA_MODEL, id=one.id.hex, at=None, owner=one.owner, unit="", words=one.camera.words)
        for one in kept
    ]
    part = _part(Kind.CAMERA_MODEL, rows, looked_for)
    chosen = {row.id for row in part.found}
    named: dict[Camera, list[cameras.Kept]] = {}
    for one in kept:
        if one.id.hex in chosen:
            named.setdefault(one.camera, []).append(one)
    counted = cameras.carrying(session, [one.id for some in named.values() for one in some])
    places = cameras.places(session, {id_: one.some for id_, one in counted.items()})
    items = [
        _camera(session, camera, [one for one in some if one.id in counted], counted, places)
        for camera, some in named.items() if any(one.id in counted for one in some)
    ]  # fmt: skip
    items.sort(key=lambda item: (-item.carried.media if item.carried else 0, item.label))
    return _Cameras(
        items=tuple(items), part=part, owners=frozenset(one.owner for one in kept if one.id in counted),
    )  # fmt: skip


def _camera(
    session: Session, camera: Camera, some: Sequence[cameras.Kept], counted: Mapping[UUID, Carrying],
    places: Mapping[UUID, Sequence[Place]],
) -> Found:  # fmt: skip
    media = sum(counted[one.id].count for one in some)
    lying = sorted(dict.fromkeys(place for one in some for place in places[one.id]), key=lambda one: not one.is_case)
    carried = Carried(
        token=cameras.token(session.actor.member, camera), media=min(media, cameras.COUNTED_MAX),
        is_more=media > cameras.COUNTED_MAX, places=tuple(lying[: 2 * cameras.PLACES_MAX]),
    )  # fmt: skip
    return Found(
        kind=Kind.CAMERA_MODEL, label=camera.words, within="", words=camera.words,
        owner=", ".join(sorted({one.owner for one in some})), unit="", at=None, carried=carried,
    )  # fmt: skip


def _part(kind: Kind, rows: list[Row], looked_for: Asked) -> _Part:
    """Rows that hold the words, until so many are found; the next page goes on behind the last that was looked at."""
    most = FILES_PER_PAGE_MAX if kind is Kind.FILE else LOOKED_AT_PER_PAGE_MAX
    found: list[Row] = []
    for number, row in enumerate(rows, start=1):
        if looked_for.is_in(row.words):
            found.append(row)
            if len(found) == FOUND_PER_KIND_MAX and number < len(rows):
                return _Part(found=tuple(found), looked_at=number, next=row.id)
    return _Part(found=tuple(found), looked_at=len(rows), next=rows[-1].id if len(rows) == most else None)


def _whole(session: Session, looked_for: Asked) -> list[Row]:
    """What is named so: a record by its reference, a medium by its digest, camera or document."""
    for letter in searches.LETTERS:
        name = reference.reference_in(looked_for.text, letter, is_letter_demanded=True)
        if name is not None:
            row = searches.named(session, name)
            return [] if row is None else [row]
    return searches.media(session, looked_for.text, tuple(members.names(session)), FOUND_PER_KIND_MAX)


def _found(row: Row, looked_for: Asked) -> Found:
    return Found(
        kind=row.kind, label=row.label, within=row.within, words=excerpt(row.words, looked_for), owner=row.owner,
        unit=row.unit, at=row.at,
    )  # fmt: skip
