"""An office of the test's own in each scenario."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.actions.workplace import Workplace
from clew.domain.handling import Actor
from clew.media.nursery import Nursery
from tests.world.office import Office, work_in
from tests.world.world import World


@pytest.fixture
def workplace(world: World, nursery: Nursery, tmp_path: Path) -> Iterator[Workplace]:
    with work_in(tmp_path, nursery) as workplace:
        yield workplace


@pytest.fixture
def office(workplace: Workplace) -> Office:
    return Office(workplace=workplace)


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


@pytest.fixture
def sven(world: World) -> Actor:
    return world.officer("sven", member="SE")
