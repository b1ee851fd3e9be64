"""The ledger counts each child once, whatever is said to be one and taken back, in whatever order."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clew.actions import asserting, describing, identifying
from clew.domain.handling import Actor
from clew.domain.identification import Step
from clew.domain.ledger import By
from clew.domain.victim import VictimFacts
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.world import World, handling

VICTIMS = 6
"""The last one is not identified: it joins others and counts for nothing by itself."""
PAIRS = [(a, b) for a in range(VICTIMS) for b in range(a + 1, VICTIMS)]


@pytest.fixture
def members(world: World) -> tuple[Actor, Actor]:
    return world.officer("ada", member="NO"), world.officer("sven", member="SE")


@pytest.fixture
def children(world: World, members: tuple[Actor, Actor]) -> list[str]:
    """Victims of two members by turns."""
    seconds = world.officer("bo", member="NO"), world.officer("tyra", member="SE")
    made = []
    for number in range(VICTIMS):
        by = members[number % 2]
        with acting_as(by) as session:
            row = describing.enter_victim(session, VictimFacts(), "", handling(by))
            made.append(row.kept.reference)
        if number < VICTIMS - 1:
            with acting_as(by) as session:
                identifying.propose(session, made[-1], Step.IDENTIFY, basis="A school.", evidence="Picture 3.")
            with acting_as(seconds[number % 2]) as session:
                identifying.confirm(session, made[-1])
    return made


def expected(said: Iterable[tuple[tuple[int, int], int]]) -> int:
    """Groups with an identified one in them, worked out apart: by painting each group with its lowest number.

    Two are one once the owners of both say so.
    """
    spoke = set(said)
    agreed = [(a, b) for a, b in PAIRS if {((a, b), a % 2), ((a, b), b % 2)} <= spoke]
    colour = list(range(VICTIMS))
    for _ in range(VICTIMS):
        for a, b in agreed:
            colour[a] = colour[b] = min(colour[a], colour[b])
    return len({colour[number] for number in range(VICTIMS - 1)})


def forget(world: World) -> None:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute("delete from victim_merges")


STEPS = st.lists(st.tuples(st.sampled_from([(0, 1), (1, 2), (0, 2), (2, 5), (3, 4), (4, 5)]), st.integers(0, 1)), max_size=14)
"""Few pairs, so that both owners often speak of one; some are of one owner, and one chain leads over the last victim."""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_order_of_merges_and_splits_gives_one_count(
    world: World, members: tuple[Actor, Actor], children: list[str], steps: Sequence[tuple[tuple[int, int], int]]
) -> None:
    """A step says that two are one, or where the unit has said so takes it back; after each the count is as it should be."""
    if not world.facts.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    forget(world)
    said: dict[tuple[tuple[int, int], int], UUID] = {}
    for step in steps:
        (a, b), who = step
        with acting_as(members[who]) as session:
            if step in said:
                asserting.undo(session, said.pop(step))
            else:
                said[step] = asserting.same(session, children[a], children[b], "The same scar.")
        found = counts(members)
        assert sum(found) == expected(said)


def counts(members: tuple[Actor, Actor]) -> list[int]:
    """How many children each member is told to have identified first."""
    found = []
    for by in members:
        with acting_as(by) as session:
            found.append(identifying.ledger(session, By.MEMBER)[0].total.own)
    return found
