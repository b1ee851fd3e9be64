"""Stacking: near copies among what comes into a case are laid together, where matches are made; or afterwards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from uuid import UUID

import numpy as np

from clew.actions import matching
from clew.actions.matching import Asked, Near
from clew.actions.workplace import Workplace
from clew.domain.fingerprint import BYTES, Engine, Kind
from clew.domain.handling import Actor
from clew.domain.stack import NEAR_MAX, is_whole
from clew.media.reading import FingerprintSet
from clew.records import audit, case_stacks, cases, fingerprints
from clew.records.matches import MatchKind
from clew.records.session import Session, acting_as

MEDIA_STACKED_AT_ONCE = 500
"""So many media of a case are looked at in one transaction where a case is stacked afterwards."""


@dataclass(slots=True, kw_only=True)
class Nearest:
    """The nearest sets of fingerprints of each picture asked for, noted while matches are written."""

    _found: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def noting(self, parts: Iterable[list[Near]]) -> Iterator[list[Near]]:
        """The same parts; what may be near copies in them is kept, the nearest only."""
        for part in parts:
            for one in part:
                if one.kind is MatchKind.PDQ and one.aligned is None:  # a picture with a picture: no frame of a film
                    near = self._found[one.position]
                    near[one.fingerprint_id] = min(one.distance_bits, near.get(one.fingerprint_id, one.distance_bits))
            for position, near in self._found.items():
                if len(near) > 2 * NEAR_MAX:
                    self._found[position] = _nearest(near)
            yield part

    def stack(
        self, session: Session, case_id: UUID | None, media: Sequence[UUID], until: UUID | None = None
    ) -> int:
        """Put the media, in the order in which they were asked for, into stacks of the case; how many moved.

        `until`: afterwards, with what lies alone behind that medium still to come.
        """
        if case_id is None:
            return 0
        return case_stacks.stack(
            session, case_id, {media[position]: _nearest(near) for position, near in sorted(self._found.items())}, until
        )


def stack_film(session: Session, case_id: UUID | None, medium_id: UUID, until: UUID | None = None) -> int:
    """Put a film that was looked at closer into a stack of its case, by the runs that were found; how many moved."""
    if case_id is None:
        return 0
    runs = case_stacks.runs_of(session, case_id, medium_id)
    near = {run.other: run.distance_bits for run in runs if is_whole(run.run_ms, run.duration_ms)}
    return case_stacks.place(session, case_id, {medium_id: near}, until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How many media were looked at, and how many lie in a stack now that lay elsewhere; `last` is the last of them."""

    looked_at: int
    moved: int
    last: UUID


def stack_case(workplace: Workplace, actor: Actor, case: str) -> Iterator[Step]:
    """Lay the near copies of an own case together that lie alone, some media at a time, each time in a transaction.

    Of a case from before there were stacks. Pictures are compared as they lie, not turned; films by the runs that were
    found. What is done is done: a run that was stopped is simply run again.

    Raises:
        NotVisible: the unit has no such case.
    """
    after: UUID | None = None
    while (step := _stack_some(workplace, actor, case, after)) is not None:
        after = step.last
        yield step


def _stack_some(workplace: Workplace, actor: Actor, case: str, after: UUID | None) -> Step | None:
    with acting_as(actor) as session:
        case_id = cases.find_own(session, case)
        alone = case_stacks.alone(session, case_id, after, MEDIA_STACKED_AT_ONCE)
        stills = fingerprints.stills_of(session, [medium_id for medium_id, is_moving in alone if not is_moving])
        audit.append(session, "case.stack", str(case_id), {"media": len(alone)})
    if not alone:
        return None
    matching.catch_up(workplace.indexes)
    nearest, last = Nearest(), alone[-1][0]
    place_of = {medium_id: at for at, (medium_id, _) in enumerate(alone)}
    asked = [_asked(place_of[medium_id], kind, bits, qualities) for medium_id, kind, bits, qualities in stills]
    with acting_as(actor) as session:
        for _ in nearest.noting(matching.near(session, workplace.indexes, asked)):
            pass
        # Whoever holds the counter stacks alone: an intake that comes meanwhile waits, and finds what lies here.
        fingerprints.take_numbers(session, Engine.STILL, 0)
        moved = nearest.stack(session, case_id, [medium_id for medium_id, _ in alone], last)
        moved += sum(stack_film(session, case_id, medium_id, last) for medium_id, is_moving in alone if is_moving)
        audit.append(session, "case.stacked", str(case_id), {"media": moved})
    return Step(looked_at=len(alone), moved=moved, last=last)


def _asked(at: int, kind: Kind, bits: bytes, qualities: bytes) -> Asked:
    rows = np.frombuffer(bits, np.uint8).reshape(-1, BYTES)
    return Asked(
        position=at, sets=[FingerprintSet(kind=kind, bits=rows, qualities=np.frombuffer(qualities, np.uint8))]
    )


def _nearest(near: dict[int, int]) -> dict[int, int]:
    return dict(nsmallest(NEAR_MAX, near.items(), key=lambda item: (item[1], item[0])))
