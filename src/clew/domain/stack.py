"""Stacks: near copies within one case, gone through as one; each is within the radius of the one that stands for it.

Joining whatever is near to any member would chain unlike pictures together, and a hub would take in a whole case; so
a stack is a star. It has one **centre**, every member matches the centre, and no chain is followed. A medium that comes
later and matches all that lies in the stacks whose centres it matches becomes the centre of them, if they are several
or it is larger. See docs/decisions/0036-stacks-are-stars.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from clew.domain.mark import MEDIA_MARKED_MAX

STACK_MEDIA_MAX = MEDIA_MARKED_MAX
"""A stack that is full takes no more, so that one act can name all of it; the next near copy begins another."""
NEAR_MAX = 2_000
"""So many of the nearest media are asked of each newcomer: in a hub there may be any number."""
RUN_PART_MIN = 0.8
"""So much of both films a run in time must cover: a clip is no copy of the film that it was cut out of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A medium that came into a case, with what is near to it there: the distance of each in bits, itself left out.

    `worth`: pixels, then bytes; of two that may stand for a stack the worthier does.
    """

    medium: UUID
    worth: tuple[int, int]
    near: Mapping[UUID, int]


@dataclass(slots=True, kw_only=True)
class Stacks:
    """The stacks of one case that newcomers may join. A medium that is in none stands for itself alone.

    `centre_of` has each member with the centre of its stack, the centre too; `worth` those of the centres and of the
    media that are alone. `moved`: where media lie now that lay elsewhere.
    """

    centre_of: dict[UUID, UUID]
    worth: dict[UUID, tuple[int, int]]
    moved: dict[UUID, UUID] = field(default_factory=dict)
    _members: dict[UUID, set[UUID]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for medium, centre in self.centre_of.items():
            self._members.setdefault(centre, set()).add(medium)

    def members(self, centre: UUID) -> set[UUID]:
        """The stack of which this is the centre."""
        return self._members.get(centre, {centre})

    def place(self, newcomer: Newcomer, known: Iterable[UUID]) -> None:
        """Put a newcomer where it belongs. `known`: which media near to it are in the case by now."""
        near = {medium: newcomer.near[medium] for medium in known}
        centres = [
            medium for medium in near
            if self.centre_of.get(medium, medium) == medium and len(self.members(medium)) < STACK_MEDIA_MAX
        ]  # fmt: skip
        self.worth[newcomer.medium] = newcomer.worth
        if not centres:
            return
        joined = {medium for centre in centres for medium in self.members(centre)}
        is_all_near = joined <= near.keys() and len(joined) < STACK_MEDIA_MAX
        if is_all_near and (len(centres) > 1 or newcomer.worth > self.worth[centres[0]]):
            self._put(newcomer.medium, {newcomer.medium} | joined)
        else:
            nearest = min(centres, key=lambda centre: (near[centre], centre))
            self._put(nearest, {newcomer.medium} | self.members(nearest))

    def _put(self, centre: UUID, members: set[UUID]) -> None:
        for medium in members:
            self._members.pop(medium, None)
            if self.centre_of.get(medium) != centre:
                self.centre_of[medium] = self.moved[medium] = centre
        self._members[centre] = members


def placed(stacks: Stacks, newcomers: Iterable[Newcomer]) -> dict[UUID, UUID]:
    """Put newcomers into stacks one after the other; the centre of each medium that lies elsewhere now."""
    coming = list(newcomers)
    waiting = {one.medium for one in coming}
    for one in coming:
        waiting.discard(one.medium)
        stacks.place(one, [medium for medium in one.near if medium not in waiting])
    return dict(stacks.moved)


def is_whole(run_ms: tuple[int, int], duration_ms: tuple[int, int]) -> bool:
    """Whether a run in time covers most of both films. Units: milliseconds, of here and of there."""
    return all(run >= RUN_PART_MIN * whole > 0 for run, whole in zip(run_ms, duration_ms, strict=True))
