"""Inspecting: one medium with what its record says, and why others are called the same: facts first, no picture."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.fingerprint import Transform
from clew.domain.look import FRAMES_SHOWN_MAX, may_reveal
from clew.domain.match_rule import MEASURED, Measured
from clew.domain.place import COARSE_DECIMALS, Point
from clew.domain.triage import Aligned, ReasonKind
from clew.domain.verdict import MatchVerdict, setting_aside, standing
from clew.media.walk import path_text
from clew.records import audit, members, resemblances, sightings, verdicts
from clew.records.resemblances import Known, Match
from clew.records.session import Session
from clew.records.sightings import Sighting

MATCHES_SHOWN_MAX = 50
PLACES_SHOWN_MAX = 20
FACTS_SHOWN_MAX = 200
GPS_METRES = 10.0
"""How exact a place is taken to be where the camera does not say."""
NAME_BYTES = frozenset({16, 20, 32})
"""Lengths of what a medium is called by: MD5, SHA-1, SHA-256."""
APART_MS_MAX = 40
"""Frames further apart are of two moments, and of two pictures where something moves."""

Rows = list[tuple[int, int]]
"""Times in milliseconds, the earliest first, and fingerprints as numbers."""

__all__ = ["Compared", "FramePair", "View", "look", "look_by_digest", "name_in", "whereabouts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePair:
    """A moment of the one film and of the other; how many bits lie between, None where that was not kept."""

    here_ms: int
    there_ms: int
    distance_bits: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Another medium that is called the same, by which rule, and what is alike. `is_shown`: the actor may reveal it.

    `metres` lie between the places that both name, told where the other's original may be seen: exact places are for
    those alone. `verdicts`: the word of each unit that the actor reads; `set_aside`: by which it does not count here.
    `sighting`: who of the own unit has seen it last.
    """

    other: Known
    match: Match
    measured: Measured
    has_same_bytes: bool | None
    has_same_camera: bool | None
    metres: float | None
    is_shown: bool
    contact: str
    frames: tuple[FramePair, ...]
    verdicts: tuple[MatchVerdict, ...] = ()
    set_aside: MatchVerdict | None = None
    sighting: Sighting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A medium; `case` is the first of the own unit where it was found. `has_more`: more media are called the same."""

    medium: Known
    places: tuple[tuple[str, str, str], ...]
    case: str
    is_shown: bool
    sighting: Sighting | None
    others: tuple[Compared, ...]
    has_more: bool
    chosen: Compared | None

    @property
    def point(self) -> tuple[float, float] | None:
        """Where it was taken, as latitude and longitude: exactly for whoever may see the original, else to a tenth of a
        degree; None where it does not say.
        """
        found = _coordinates(self.medium)
        return found if found is None or self.is_shown else _coarse(found)

    @property
    def facts(self) -> Mapping[str, object]:
        """What its file says of itself, for whoever may see the original; the first by their names."""
        return dict(sorted(self.medium.facts.items())[:FACTS_SHOWN_MAX]) if self.is_shown else {}

    @property
    def has_metadata(self) -> bool:
        """Whether its metadata are kept as they lie in its file, and may be asked for."""
        return self.is_shown and self.medium.has_metadata


def look(session: Session, medium_id: UUID, other: UUID | bytes | None = None) -> View:
    """The medium with the media that are called the same, the surest first; `other` is looked at closer.

    `other` is the identifier of one of them, or the strongest digest of its content.

    Raises:
        NotVisible: there is no such medium, or the actor may not see it.
    """
    return _view(session, resemblances.one(session, medium_id), other)


def look_by_digest(session: Session, untrusted_digest: str, other: UUID | bytes | None = None) -> View:
    """The same of the medium that is known by this digest, in hexadecimal: the own unit's before others'.

    Raises:
        NotVisible: there is no such medium, or the actor may not see it.
    """
    return _view(session, resemblances.called(session, name_in(untrusted_digest)), other)


def name_in(untrusted_digest: str) -> bytes:
    """The content that a digest in hexadecimal names.

    Raises:
        NotVisible: it is none.
    """
    try:
        found = bytes.fromhex(untrusted_digest)
    except ValueError:
        found = b""
    if len(found) not in NAME_BYTES:
        raise NotVisible("There is no such medium.")
    return found


def _view(session: Session, medium: Known, wanted: UUID | bytes | None) -> View:
    medium_id = medium.id
    found = resemblances.matches(session, medium_id, MATCHES_SHOWN_MAX + 1, wanted)
    has_more, found = len(found) > MATCHES_SHOWN_MAX, found[:MATCHES_SHOWN_MAX]
    known = resemblances.get(session, [one.other for one in found])
    known = {one: facts for one, facts in known.items() if not facts.handling.is_blocked}
    seen = sightings.of_media(session, [medium_id, *known])
    pairs = [(one, known[one.other]) for one in _surest(found) if one.other in known]
    contacts = {line.code: line.particulars.contact_point for line in members.lines(session)} if pairs else {}
    chosen_at = next((at for at, (one, other) in enumerate(pairs) if wanted in (one.other, other.name)), 0)
    frames = resemblances.frames(session, [medium_id, pairs[chosen_at][0].other]) if pairs else {}
    said = verdicts.of_media(session, [medium_id], at_home=False) if pairs else {}
    others = [
        _compared(
            session, medium, one, other, contacts, frames if at == chosen_at else {},
            said.get((medium_id, other.name.hex()), ()), seen.get(other.id),
        )
        for at, (one, other) in enumerate(pairs)
    ]  # fmt: skip
    places = resemblances.places(session, medium_id, PLACES_SHOWN_MAX)
    shown = {one.other.handling.owner_member for one in others}
    said_by = {word.member for one in others for word in one.verdicts}
    audit.append(session, "medium.inspect", str(medium_id), shown=shown | said_by)
    return View(
        medium=medium, places=tuple((one.case, one.exhibit, path_text(one.path)) for one in places),
        case=places[0].case if places else "", is_shown=may_reveal(session.actor, medium.handling),
        sighting=seen.get(medium_id), others=tuple(others), has_more=has_more,
        chosen=others[chosen_at] if others else None,
    )  # fmt: skip


def whereabouts(session: Session, medium_id: UUID) -> tuple[float, float] | None:
    """Where a medium was taken, as latitude and longitude to a tenth of a degree; None where it does not say.

    Raises:
        NotVisible: there is no such medium, or the actor may not see it.
    """
    medium = resemblances.one(session, medium_id)
    owner = medium.handling.owner_member
    audit.append(session, "medium.whereabouts", str(medium_id), shown={owner})
    found = _coordinates(medium)
    return None if found is None else _coarse(found)


def _coordinates(medium: Known) -> tuple[float, float] | None:
    if medium.latitude is None or medium.longitude is None:
        return None
    return medium.latitude, medium.longitude


def _coarse(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], COARSE_DECIMALS), round(point[1], COARSE_DECIMALS)


def _surest(found: Sequence[Match]) -> list[Match]:
    """One match of each other medium, the surest: bytes before sight before sound."""
    order = list(ReasonKind)
    best: dict[UUID, Match] = {}
    for one in sorted(found, key=lambda one: (order.index(one.kind), one.distance_bits or 0)):
        best.setdefault(one.other, one)
    return list(best.values())


def _compared(
    session: Session, medium: Known, match: Match, other: Known, contacts: Mapping[str, str],
    frames: Mapping[UUID, Rows], said: Sequence[MatchVerdict], sighting: Sighting | None,
) -> Compared:  # fmt: skip
    both = medium.sha256, other.sha256
    is_shown = may_reveal(session.actor, other.handling)
    return Compared(
        other=other, match=match, measured=MEASURED[match.kind],
        has_same_bytes=None if None in both else both[0] == both[1], has_same_camera=_same_camera(medium, other),
        metres=_metres(medium, other) if is_shown else None, is_shown=is_shown,
        contact=contacts.get(other.handling.owner_member, ""),
        frames=_paired(match, frames.get(medium.id, []), frames.get(other.id, [])), verdicts=standing(said),
        set_aside=setting_aside(said, member=session.actor.member, unit=session.actor.unit), sighting=sighting,
    )  # fmt: skip


def _same_camera(one: Known, other: Known) -> bool | None:
    """Whether both name one camera; None where one of them names none."""
    if not one.camera_serial or not other.camera_serial:
        return None
    return (one.camera_make, one.camera_serial) == (other.camera_make, other.camera_serial)


def _metres(one: Known, other: Known) -> float | None:
    here, there = _point(one), _point(other)
    return None if here is None or there is None else here.metres_to(there)


def _point(one: Known) -> Point | None:
    found = _coordinates(one)
    if found is None:
        return None
    return Point(latitude=found[0], longitude=found[1], precision_m=one.gps_precision_m or GPS_METRES)


def _paired(match: Match, here: Rows, there: Rows) -> tuple[FramePair, ...]:
    """Frames all through what is aligned that were kept of both at one moment, and how near they lie.

    Between turned pictures the kept fingerprints, which are of frames as they lie, say nothing: then no distance.
    """
    if match.aligned is None or match.kind is not ReasonKind.VIDEO:
        return ()
    if match.transform is Transform.NONE and (kept := _kept_of_both(match.aligned, here, there)):
        return _spread(kept)
    return tuple(_at(match.aligned, share) for share in _shares())


def _kept_of_both(aligned: Aligned, here: Rows, there: Rows) -> list[FramePair]:
    """Every frame of the one that is within what is aligned, with that of the other which was kept next to it.

    Of one frame several fingerprints may be kept, of the whole and of what lies within bars: the nearest two count.
    """
    ours, theirs = _by_time(here), _by_time(there)
    times = list(theirs)
    found = []
    for time, whole_and_parts in ours.items():
        at = _on_the_other(aligned, time / 1000)
        if at is None or not times:
            continue
        place = bisect_left(times, at)
        near = min(times[max(0, place - 1) : place + 1], key=lambda one: abs(one - at))
        if abs(near - at) <= APART_MS_MAX:
            distance = min((a ^ b).bit_count() for a in whole_and_parts for b in theirs[near])
            found.append(FramePair(here_ms=time, there_ms=near, distance_bits=distance))
    return found


def _by_time(rows: Rows) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for time, bits in rows:
        found.setdefault(time, []).append(bits)
    return found


def _spread(pairs: Sequence[FramePair]) -> tuple[FramePair, ...]:
    if len(pairs) <= FRAMES_SHOWN_MAX:
        return tuple(pairs)
    return tuple(pairs[int(share * len(pairs))] for share in _shares())


def _shares() -> list[float]:
    return [(2 * number + 1) / (2 * FRAMES_SHOWN_MAX) for number in range(FRAMES_SHOWN_MAX)]


def _at(aligned: Aligned, share: float) -> FramePair:
    begin, end = aligned.seconds_here
    second = begin + share * (end - begin)
    there_ms = round(_on_the_other(aligned, second) or 0)
    return FramePair(here_ms=round(1000 * second), there_ms=there_ms, distance_bits=None)


def _on_the_other(aligned: Aligned, second: float) -> float | None:
    """Which millisecond of the other a second of the one is; None where it lies outside of what is aligned."""
    (begin, end), (begin_there, end_there) = aligned.seconds_here, aligned.seconds_there
    if not begin <= second <= end:
        return None
    return 1000 * (begin_there + (second - begin) * (end_there - begin_there) / max(end - begin, 0.001))
