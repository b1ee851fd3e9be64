"""Searching: by reference, digest and serial number, and through words that the actor sees, a bounded part a page."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clew.domain import reference
from clew.domain.camera import Camera, Instrument, Software
from clew.domain.errors import NOWHERE, Invalid, NotVisible
from clew.domain.handling import Actor
from clew.domain.search import (
    FILES_PER_PAGE_MAX,
    FOUND_PER_KIND_MAX,
    LOOKED_AT_PER_PAGE_MAX,
    Asked,
    Kind,
    Marker,
    asked,
    excerpt,
    marker_of,
    marker_words,
)
from clew.records import audit, cameras, cases, instruments, members, searches
from clew.records.cameras import TOKEN_CHARACTERS_MAX
from clew.records.instruments import Carrier, Carrying, Kept, Place
from clew.records.resemblances import Known
from clew.records.searches import Row
from clew.records.session import Session

MEDIA_PER_PAGE = 50
_MARKED = re.compile(r"(?:([0-9]{1,18})\.|b)([0-9a-f]{32})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

__all__ = [
    "TOKEN_CHARACTERS_MAX", "Carried", "Carrier", "Carriers", "Found", "Kind", "Page", "Place", "media", "search",
    "tokens",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The media that carry a camera or software, as far as the actor sees them, and some places where they lie.

    `token` stands for it where media of it are asked for; `is_more`: there are more than were counted. Of media that
    show in task forces alone those are counted that this page looked at.
    """

    token: str
    media: int
    is_more: bool
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: `label` names it, `within` what it lies in, `words` are those around what was looked for.

    `carried` is of a camera or software that was found by its words.
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
    Makes and models of cameras, and names of software, are looked through one by one, whatever the number of media;
    what shows in running task forces alone medium by medium, so many a page.

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
    made_with = _instruments(session, looked_for, marker)
    parts |= made_with.parts
    items = (*made_with.items, *(_found(row, looked_for) for row in found))
    looked_at = sum(part.looked_at for part in parts.values())
    audit.append(
        session, "search.read", "" if case_id is None else str(case_id),
        {"found": len(items), "looked_at": looked_at}, owner=session.actor.member,
        shown={row.owner for row in found} | made_with.owners,
    )  # fmt: skip
    return Page(
        items=items, looked_at=looked_at, next=marker_words({kind: part.next for kind, part in parts.items()})
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriers:
    """Some media that carry a camera or software, as facts; `next` is where the following page begins, or None."""

    kind: Kind
    label: str
    token: str
    items: tuple[Carrier, ...]
    next: str | None


def media(session: Session, token: str, *, after: str | None = None, limit: int = MEDIA_PER_PAGE) -> Carriers:
    """A page of media that the actor sees of a camera or software: those first that came last, and then those that show
    in running task forces alone, of which a page looks at so many.

    Raises:
        NotVisible: the token stands for nothing, or the actor sees no medium of it.
        Invalid: no page begins at `after`.
    """
    behind, brought_behind = _behind(after)
    what = cameras.instrument_of_token(session.actor.member, token)
    if what is None:
        raise NotVisible(_NO_SUCH)
    owners = tuple(members.names(session))
    found: list[Carrier] = []
    next_: str | None = None
    if brought_behind is None:
        found = instruments.page(session, what, owners, behind, limit + 1)
        if len(found) > limit:
            found = found[:limit]
            next_ = f"{(found[-1].taken_in_at - _EPOCH) // timedelta(microseconds=1)}.{found[-1].id.hex}"
    if next_ is None:
        part = instruments.page_brought(session, what, owners, brought_behind, limit)
        found += part.media
        next_ = None if part.next is None else f"b{part.next.hex}"
    if not found and after is None and next_ is None:
        raise NotVisible(_NO_SUCH)
    lying = instruments.series(session, [one.id for one in found])
    items = tuple(replace(one, series=lying.get(one.id, ())) for one in found)
    owners_shown = {one.owner for one in items}
    audit.append(session, "search.media", "", {"media": len(items)}, owner=session.actor.member, shown=owners_shown)
    return Carriers(kind=_kind(what), label=what.words, token=token, items=items, next=next_)


def tokens(actor: Actor, medium: Known) -> dict[str, str]:
    """What stands for the camera and the software of a medium that the actor sees, where it names any."""
    named: dict[str, Instrument] = {}
    if medium.camera_make or medium.camera_model:
        named["camera"] = Camera(make=medium.camera_make or "", model=medium.camera_model or "")
    if medium.software:
        named["software"] = Software(words=medium.software)
    return {key: cameras.token(actor.member, what) for key, what in named.items()}


_NO_SUCH = "There is no such camera or software."


def _behind(after: str | None) -> tuple[tuple[datetime, UUID] | None, UUID | None]:
    """Behind which medium a page begins, or behind which of those that were brought."""
    if after is None:
        return None, None
    said = _MARKED.fullmatch(after)
    if said is None:
        raise Invalid(NOWHERE)
    if said[1] is None:
        return None, UUID(said[2])
    try:
        return (_EPOCH + timedelta(microseconds=int(said[1])), UUID(said[2])), None
    except OverflowError:
        raise Invalid(NOWHERE) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    found: tuple[Row, ...]
    looked_at: int
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instruments:
    items: tuple[Found, ...]
    owners: frozenset[str]
    parts: Mapping[Kind, _Part]


def _instruments(session: Session, looked_for: Asked, marker: Marker | None) -> _Instruments:
    """Cameras and software in whose words it stands, each once, with what carries it whoever owns that."""
    parts: dict[Kind, _Part] = {}
    found: list[Kept] = []
    counted: dict[Kept, list[Carrying]] = {}
    if marker is None or marker.get(Kind.CAMERA_MODEL) is not None:
        after = None if marker is None else marker[Kind.CAMERA_MODEL]
        kept = instruments.kept(session, None if after is None else UUID(after), LOOKED_AT_PER_PAGE_MAX)
        parts[Kind.CAMERA_MODEL], found = _named(kept, looked_for)
        carrying = instruments.carrying(session, [one.id for one in found])
        counted = {one: [carrying[one.id]] for one in found if one.id in carrying}
    if marker is None or marker.get(Kind.BROUGHT) is not None:
        after = None if marker is None else marker[Kind.BROUGHT]
        look = instruments.brought(session, None if after is None else UUID(after))
        named = [one for one in look.carrying if looked_for.is_in(one.what.words)]
        for one in named:
            counted.setdefault(one, []).append(look.carrying[one])
        next_ = None if look.next is None else look.next.hex
        parts[Kind.BROUGHT] = _Part(found=(), looked_at=look.looked_at, next=next_)
    some = {one.id: [medium for part in of for medium in part.some] for one, of in counted.items()}
    places = instruments.places(session, some)
    items = [
        _instrument(session, what, of, counted, places) for what, of in _by_words(counted).items()
    ]
    items.sort(key=lambda item: (-item.carried.media if item.carried else 0, item.label))
    return _Instruments(items=tuple(items), parts=parts, owners=frozenset(one.owner for one in counted))


def _named(kept: Sequence[Kept], looked_for: Asked) -> tuple[_Part, list[Kept]]:
    """Those in which the words stand, until so many are found; and how far was looked."""
    rows = [
        Row(kind=_kind(one.what), id=one.id.hex, at=None, owner=one.owner, unit="", words=one.what.words)
        for one in kept
    ]
    part = _part(Kind.CAMERA_MODEL, rows, looked_for)
    chosen = {row.id for row in part.found}
    return part, [one for one in kept if one.id.hex in chosen]


def _by_words(some: Collection[Kept]) -> dict[Instrument, list[Kept]]:
    found: dict[Instrument, list[Kept]] = {}
    for one in some:
        found.setdefault(one.what, []).append(one)
    return found


def _kind(what: Instrument) -> Kind:
    return Kind.SOFTWARE if isinstance(what, Software) else Kind.CAMERA_MODEL


def _instrument(
    session: Session, what: Instrument, some: Sequence[Kept], counted: Mapping[Kept, Sequence[Carrying]],
    places: Mapping[UUID, Sequence[Place]],
) -> Found:  # fmt: skip
    media = sum(part.count for one in some for part in counted[one])
    lying = sorted(dict.fromkeys(place for one in some for place in places[one.id]), key=lambda one: not one.is_case)
    carried = Carried(
        token=cameras.token(session.actor.member, what), media=min(media, instruments.COUNTED_MAX),
        is_more=media > instruments.COUNTED_MAX, places=tuple(lying[: 2 * instruments.PLACES_MAX]),
    )  # fmt: skip
    return Found(
        kind=_kind(what), label=what.words, within="", words=what.words,
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
