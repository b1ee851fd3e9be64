"""Stacking: near copies among what comes into a case are laid together, where matches are made."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from uuid import UUID

from clew.actions.matching import Near
from clew.domain.stack import NEAR_MAX, is_whole
from clew.records import case_stacks
from clew.records.matches import MatchKind
from clew.records.session import Session


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

    def stack(self, session: Session, case_id: UUID | None, media: Sequence[UUID]) -> int:
        """Put the media, in the order in which they were asked for, into stacks of the case; how many moved."""
        if case_id is None:
            return 0
        return case_stacks.stack(
            session, case_id, {media[position]: _nearest(near) for position, near in sorted(self._found.items())}
        )


def stack_film(session: Session, case_id: UUID | None, medium_id: UUID) -> int:
    """Put a film that was looked at closer into a stack of its case, by the runs that were found; how many moved."""
    if case_id is None:
        return 0
    runs = case_stacks.runs_of(session, case_id, medium_id)
    near = {run.other: run.distance_bits for run in runs if is_whole(run.run_ms, run.duration_ms)}
    return case_stacks.place(session, case_id, {medium_id: near})


def _nearest(near: dict[int, int]) -> dict[int, int]:
    return dict(nsmallest(NEAR_MAX, near.items(), key=lambda item: (item[1], item[0])))
