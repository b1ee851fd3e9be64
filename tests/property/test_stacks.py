"""Stacks are stars: whatever comes in whatever order, each member matches what stands for it, and no chain is followed."""

from collections.abc import Sequence
from itertools import pairwise
from unittest.mock import patch
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from clew.domain import stack
from clew.domain.stack import Newcomer, Stacks, is_whole, placed

RADIUS = 3
Medium = tuple[int, int]
"""Where a medium lies on a line, and its worth: a line has every chain, and edges at exactly the radius."""


def identity(at: int) -> UUID:
    return UUID(int=at + 1)


def by_brute_force(media: Sequence[Medium], stack_max: int) -> list[int]:
    """The rule again, asked of every pair: by place of arrival, which medium stands for each."""
    centre: list[int] = []
    for at, (spot, worth) in enumerate(media):
        near = {one for one in range(at) if abs(media[one][0] - spot) <= RADIUS}
        stacks = {one: {each for each in range(at) if centre[each] == one} for one in range(at) if centre[one] == one}
        met = [one for one in stacks if one in near and len(stacks[one]) < stack_max]
        centre.append(at)
        everything = set().union(*(stacks[one] for one in met))
        is_better = len(met) > 1 or (met and worth > media[met[0]][1])
        if is_better and everything <= near and len(everything) < stack_max:
            for each in everything:
                centre[each] = at
        elif met:
            centre[at] = min(met, key=lambda one: (abs(media[one][0] - spot), one))
    return centre


def in_chunks(media: Sequence[Medium], of: int) -> tuple[list[int], dict[UUID, UUID]]:
    """What the rule makes of them when they come so many at a time, and what it kept from one time to the next."""
    kept: dict[UUID, UUID] = {}
    worths = {identity(at): (worth, 0) for at, (_, worth) in enumerate(media)}
    for start in range(0, len(media), of):
        coming = range(start, min(start + of, len(media)))
        newcomers = [
            Newcomer(
                medium=identity(at), worth=worths[identity(at)],
                near={
                    identity(one): abs(media[one][0] - media[at][0]) for one in range(coming.stop)
                    if one != at and abs(media[one][0] - media[at][0]) <= RADIUS
                },
            )
            for at in coming
        ]  # fmt: skip
        met = {medium for one in newcomers for medium in one.near}
        touched = {kept[medium] for medium in met if medium in kept}
        centre_of = {medium: centre for medium, centre in kept.items() if centre in touched}
        known = {medium: worths[medium] for medium in {*met, *centre_of}}
        kept |= placed(Stacks(centre_of=centre_of, worth=known), newcomers)
    return [kept.get(identity(at), identity(at)).int - 1 for at in range(len(media))], kept


SEIZED = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 3)), max_size=24)


@given(SEIZED, st.integers(1, 7), st.sampled_from([2, 4, 1_000]))
@example([(0, 1), (RADIUS, 1), (2 * RADIUS, 1)], 1, 1_000)  # a chain at the very edge: its ends are no copies
@example([(0, 1), (4, 1), (2, 0)], 1, 1_000)  # what comes later joins two
@example([(0, 1), (4, 1), (7, 1), (2, 9)], 3, 1_000)  # and may not where one of them lies beyond it
@example([(3, 1), (3 + RADIUS, 1), (2, 5)], 2, 1_000)  # larger, and too far from one: it stands for nothing
@example([(0, 1), (0, 1), (0, 2), (0, 0)], 2, 1_000)
def test_what_is_kept_step_by_step_is_what_the_rule_says_of_every_pair(
    media: list[Medium], of: int, stack_max: int
) -> None:
    with patch.object(stack, "STACK_MEDIA_MAX", stack_max):
        found, kept = in_chunks(media, of)
    assert found == by_brute_force(media, stack_max)
    assert all(found[centre] == centre for centre in found)
    assert all(abs(media[at][0] - media[centre][0]) <= RADIUS for at, centre in enumerate(found))
    assert max((found.count(centre) for centre in found), default=0) <= stack_max
    # What stands alone is not kept; whoever stands for others is.
    assert {*kept} == {identity(at) for at, centre in enumerate(found) if found.count(centre) > 1}
    if stack_max == 1_000:
        centres = sorted({media[centre][0] for centre in found})
        assert all(after - before > RADIUS for before, after in pairwise(centres))


def test_a_run_makes_copies_of_two_films_where_it_covers_most_of_both() -> None:
    assert is_whole((8_000, 8_000), (10_000, 10_000))
    assert not is_whole((7_999, 8_000), (10_000, 10_000))
    assert not is_whole((8_000, 8_000), (8_000, 60_000))
    assert not is_whole((0, 0), (0, 0))
