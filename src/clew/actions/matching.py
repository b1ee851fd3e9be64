"""Matching: what fingerprints are near to, whoever holds it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clew.domain.errors import Tampered
from clew.domain.fingerprint import BYTES, KINDS, MOVING_KINDS, QUALITY_MATCHED_MIN, Engine, Kind, Transform
from clew.domain.triage import Aligned
from clew.index import alignment
from clew.index.hamming import Rows, pack, scan
from clew.index.recall import Index, Neighbours, Source
from clew.media.reading import FingerprintSet
from clew.records import fingerprints
from clew.records.fingerprints import Fingerprints, FoundSet
from clew.records.matches import MatchKind
from clew.records.session import Session


class Searched(Protocol):
    """Fingerprints of one engine by their numbers: all that are known, or a few."""

    def search(self, queries: NDArray[np.uint8], *, radius: int, after: int) -> Neighbours: ...


Indexes = Mapping[Engine, Index]
Searchable = Mapping[Engine, Searched]

QUERIES_AT_ONCE = 128
NOTHING_SEEN = -1
"""Search everything: every number is greater."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Few:
    """Fingerprints that were numbered just now, in the order of their numbers from `first` on."""

    rows: Rows
    first: int

    def search(self, queries: NDArray[np.uint8], *, radius: int, after: int) -> Neighbours:
        found = scan(self.rows, pack(queries), radius)
        order = np.lexsort((found.row, found.query))
        order = order[found.row[order] + self.first > after]
        return Neighbours(
            query=found.query[order], number=found.row[order] + self.first, distance=found.distance[order]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The medium at `position` of those asked for is near to a set of fingerprints."""

    position: int
    fingerprint_id: int
    kind: MatchKind
    distance_bits: int
    radius_bits: int
    transform: Transform
    aligned: Aligned | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The queries of one medium, which is at `position` among those asked for."""

    position: int
    sets: Sequence[FingerprintSet]
    frames_rule: alignment.Rule = alignment.FRAMES


def near(
    session: Session, indexes: Searchable, asked: Iterable[Asked], after: Mapping[Engine, int] | None = None,
    *, is_placed: bool = False,
) -> Iterator[list[Near]]:  # fmt: skip
    """Everything in the indexes that is near to the queries of each medium asked for, some media at a time.

    Of everything numbered, only what came after the numbers in `after` is looked at, where they
    are given; with `is_placed`, only what lies in some case. No cap: a hub comes back whole.
    """
    for some in _in_parts(asked):
        yield _near(session, indexes, some, after, is_placed=is_placed)


def _in_parts(asked: Iterable[Asked]) -> Iterator[list[Asked]]:
    """A few media at a time: what thousands are near to in the same hub must not lie in memory at once."""
    part: list[Asked] = []
    rows = 0
    for one in asked:
        part.append(one)
        rows += sum(map(len, one.sets))
        if rows >= QUERIES_AT_ONCE:
            yield part
            part, rows = [], 0
    if part:
        yield part


def _near(
    session: Session, indexes: Searchable, asked: Iterable[Asked], after: Mapping[Engine, int] | None,
    *, is_placed: bool,
) -> list[Near]:  # fmt: skip
    stills: list[tuple[int, FingerprintSet]] = []
    found: list[Near] = []
    for one in asked:
        for queries in one.sets:
            if queries.kind in (Kind.PDQ, Kind.PDQ_CENTRED):
                stills.append((one.position, queries))
            else:
                found += _near_moving(session, indexes, one, queries, after)
    if stills:
        found += _near_stills(session, indexes[Engine.STILL], stills, _start(after, Engine.STILL), is_placed=is_placed)
    return _best(found)


def forget(indexes: Mapping[Engine, Index], since: float) -> int:
    """Have the segments of this machine that were written before `since` hold nothing that no record holds any more.

    Units: `since` in seconds of the epoch. Gives how many were built anew.
    """
    return sum(_forget(index, partial(fingerprints.between, engine), since) for engine, index in indexes.items())


def _forget(index: Index, known: Callable[[int, int], int], since: float) -> int:
    try:
        return index.forget(known, since=since)
    except Tampered:
        return index.mend() + index.forget(known, since=since)


def source_of(engine: Engine) -> Source:
    """The feed of the engine's index: committed fingerprints in the order of their numbers, blind."""

    def source(after: int, limit: int) -> tuple[int, NDArray[np.uint8]]:
        begin: int | None = None
        parts: list[NDArray[np.uint8]] = []
        for first, bits in fingerprints.after(engine, after, limit):
            rows = np.frombuffer(bits, np.uint8).reshape(-1, BYTES)
            skip = max(0, after + 1 - first)
            if begin is None:
                begin = first + skip
            elif first != begin + sum(map(len, parts)):
                break
            parts.append(rows[skip:])
        if begin is None:
            return after + 1, np.empty((0, BYTES), np.uint8)
        return begin, np.concatenate(parts)[:limit]

    return source


def catch_up(indexes: Indexes) -> dict[Engine, int]:
    """Take everything that was numbered until now into the indexes; the last number of each."""
    for index in indexes.values():
        index.catch_up()
    return {engine: index.last for engine, index in indexes.items()}


def among(sets: Sequence[Fingerprints], firsts: Mapping[Engine, int]) -> dict[Engine, Few]:
    """The sets of one transaction, to be searched within it: no index knows them before its end.

    `firsts` are the first numbers that they took.
    """
    few: dict[Engine, Few] = {}
    for engine, first in firsts.items():
        bits = b"".join(one.bits for one in sets if one.is_matched and KINDS[one.kind].engine is engine)
        few[engine] = Few(rows=pack(np.frombuffer(bits, np.uint8).reshape(-1, BYTES)), first=first)
    return few


def consolidate(indexes: Indexes) -> None:
    """Make segments of what was numbered until now, where that would make searches faster.

    Whoever adds fingerprints in mass calls it between transactions, again and again: what lies in no segment is
    scanned by every search, of whatever process.

    Raises:
        Unavailable: there is no room for a segment, and searches go on as they did.
    """
    catch_up(indexes)
    for index in indexes.values():
        if index.is_due:
            index.consolidate()


def _start(after: Mapping[Engine, int] | None, engine: Engine) -> int:
    return NOTHING_SEEN if after is None else after[engine]


def _near_stills(
    session: Session, index: Searched, stills: Sequence[tuple[int, FingerprintSet]], after: int, *, is_placed: bool
) -> Iterator[Near]:
    trusted = [queries.qualities >= QUALITY_MATCHED_MIN for _, queries in stills]
    bits = np.concatenate([queries.bits[good] for (_, queries), good in zip(stills, trusted, strict=True)])
    positions = np.concatenate(
        [np.full(int(good.sum()), position) for (position, _), good in zip(stills, trusted, strict=True)]
    )
    transforms = np.concatenate(
        [_transforms(queries)[good] for (_, queries), good in zip(stills, trusted, strict=True)]
    )
    radius = KINDS[Kind.PDQ].radius_bits
    neighbours = index.search(bits, radius=radius, after=after)
    sets, which, neighbours = _sets(session, Engine.STILL, neighbours, is_placed=is_placed)
    for row in _nearest(positions[neighbours.query], which, neighbours.distance):
        at = neighbours.query[row]
        found = sets[which[row]]
        yield Near(
            position=int(positions[at]), fingerprint_id=found.id, kind=MatchKind.PDQ,
            distance_bits=int(neighbours.distance[row]), radius_bits=radius,
            transform=Transform(int(transforms[at])), aligned=_instant(found, int(neighbours.number[row])),
        )  # fmt: skip


def _near_moving(
    session: Session, indexes: Searchable, one: Asked, queries: FingerprintSet, after: Mapping[Engine, int] | None
) -> list[Near]:
    facts = KINDS[queries.kind]
    times = queries.times_ms
    if times is None or not len(queries):
        return []
    neighbours = indexes[facts.engine].search(queries.bits, radius=facts.radius_bits, after=_start(after, facts.engine))
    sets, which, neighbours = _sets(session, facts.engine, neighbours)
    is_run = np.array([found.kind is queries.kind for found in sets], bool)[which] if len(sets) else np.zeros(0, bool)
    kind = MatchKind.SOUND if queries.kind is Kind.SOUND else MatchKind.VIDEO
    runs = alignment.align(
        alignment.Votes(
            here_ms=times[neighbours.query[is_run]].astype(np.int64),
            stored=which[is_run],
            there_ms=_stored_times(sets, which[is_run], neighbours.number[is_run]),
            distance=neighbours.distance[is_run],
            transform=_transforms(queries)[neighbours.query[is_run]],
        ),
        alignment.Instants.of(times, queries.bits),
        alignment.SOUND if kind is MatchKind.SOUND else one.frames_rule,
    )
    return [
        Near(
            position=one.position, fingerprint_id=sets[run.stored].id, kind=kind, distance_bits=run.distance_bits,
            radius_bits=facts.radius_bits, transform=Transform(run.transform), aligned=_domain_aligned(run),
        )
        for run in runs
    ] + list(_near_still_of_moving(one.position, queries, neighbours, sets, which, ~is_run))  # fmt: skip


def _near_still_of_moving(
    position: int, queries: FingerprintSet, neighbours: Neighbours, sets: Sequence[FoundSet],
    which: NDArray[np.int64], is_still: NDArray[np.bool_],
) -> Iterator[Near]:  # fmt: skip
    """Stored pictures that are a frame of the moving medium."""
    times = queries.times_ms
    if times is None:
        return
    rows = np.flatnonzero(is_still)
    for row in rows[_nearest(np.zeros(len(rows), np.int64), which[rows], neighbours.distance[rows])]:
        at = float(times[neighbours.query[row]]) / 1000
        yield Near(
            position=position, fingerprint_id=sets[which[row]].id, kind=MatchKind.PDQ,
            distance_bits=int(neighbours.distance[row]), radius_bits=KINDS[queries.kind].radius_bits,
            transform=Transform(int(_transforms(queries)[neighbours.query[row]])),
            aligned=Aligned(seconds_here=(at, at), seconds_there=(0.0, 0.0), frames_matched=1, frames_compared=1),
        )  # fmt: skip


def _sets(
    session: Session, engine: Engine, found: Neighbours, *, is_placed: bool = False
) -> tuple[list[FoundSet], NDArray[np.int64], Neighbours]:
    """The sets that hold the numbers found, for each neighbour which of them, and the neighbours.

    Numbers that no record holds any more (their set was replaced) are dropped, sets without their
    times, and with `is_placed` those of media that lie in no case.
    """
    numbers = np.unique(found.number)
    held = fingerprints.sets(session, engine, numbers.tolist(), is_placed=is_placed) if len(numbers) else []
    sets = [one for one in held if _has_its_times(one)]
    firsts = np.array([one.first for one in sets], np.int64)
    ends = firsts + np.array([one.count for one in sets], np.int64)
    which = np.searchsorted(firsts, found.number, side="right") - 1
    is_known = (which >= 0) & (found.number < ends[which]) if sets else np.zeros(len(which), bool)
    return (
        sets,
        which[is_known],
        Neighbours(query=found.query[is_known], number=found.number[is_known], distance=found.distance[is_known]),
    )


def _has_its_times(found: FoundSet) -> bool:
    """Whether a set of a moving medium has a time for each fingerprint; another's bad record must fail nobody."""
    return found.kind not in MOVING_KINDS or len(found.times_ms or b"") == 4 * found.count


def _domain_aligned(run: alignment.Aligned) -> Aligned:
    return Aligned(
        seconds_here=run.here_s, seconds_there=run.there_s, frames_matched=run.frames_matched,
        frames_compared=run.frames_compared,
    )  # fmt: skip


def _stored_times(sets: Sequence[FoundSet], which: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """When in its medium each number lies, in milliseconds."""
    found = np.zeros(len(which), np.int64)
    for at in np.unique(which).tolist():
        rows = which == at
        times = np.frombuffer(sets[at].times_ms or b"", "<i4")
        found[rows] = times[numbers[rows] - sets[at].first]
    return found


def _instant(found: FoundSet, number: int) -> Aligned | None:
    """Where in a moving medium the frame lies that a picture is near to."""
    if found.times_ms is None:
        return None
    at = float(np.frombuffer(found.times_ms, "<i4")[number - found.first]) / 1000
    return Aligned(seconds_here=(0.0, 0.0), seconds_there=(at, at), frames_matched=1, frames_compared=1)


def _transforms(queries: FingerprintSet) -> NDArray[np.uint8]:
    return np.zeros(len(queries), np.uint8) if queries.transforms is None else queries.transforms


def _nearest(position: NDArray[np.int64], which: NDArray[np.int64], distance: NDArray[np.uint8]) -> NDArray[np.int64]:
    """For each (position, set) the row with the smallest distance."""
    order: NDArray[np.int64] = np.lexsort((distance, which, position))
    if not len(order):
        return order
    changes = (np.diff(position[order]) != 0) | (np.diff(which[order]) != 0)
    first: NDArray[np.int64] = order[np.concatenate([[True], changes])]
    return first


def _best(found: Iterable[Near]) -> list[Near]:
    """One for each (position, set, kind): the nearest, or for runs the longest."""
    best: dict[tuple[int, int, MatchKind], Near] = {}
    for candidate in found:
        key = (candidate.position, candidate.fingerprint_id, candidate.kind)
        if key not in best or _strength(candidate) > _strength(best[key]):
            best[key] = candidate
    return list(best.values())


def _strength(candidate: Near) -> tuple[int, int]:
    return (candidate.aligned.frames_matched if candidate.aligned else 0, -candidate.distance_bits)
