"""An office of the test's own in each scenario."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from clew.actions import ending, opening
from clew.actions.workplace import Workplace
from clew.cli.drawing import landscape
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.media.nursery import Nursery
from tests.world.office import Office, unit_only, work_in
from tests.world.world import World


@pytest.fixture
def workplace(world: World, nursery: Nursery, tmp_path: Path) -> Iterator[Workplace]:
    with work_in(tmp_path, nursery) as workplace:
        yield workplace


@pytest.fixture
def office(workplace: Workplace) -> Office:
    return Office(workplace=workplace)


@pytest.fixture
def content(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> bytes:
    """A picture that Norway's unit keeps to itself."""
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    office.intake(ada, folder, "NO-1", cover=unit_only(ada))
    return (folder / "1.jpg").read_bytes()


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


@pytest.fixture
def sven(world: World) -> Actor:
    return world.officer("sven", member="SE")


@pytest.fixture
def nora(world: World) -> Actor:
    """A coordinator of Norway."""
    return world.officer("nora", role=Role.COORDINATOR)


@pytest.fixture
def saga(world: World) -> Actor:
    """A coordinator of Sweden."""
    return world.officer("saga", member="SE", unit="DESK", role=Role.COORDINATOR)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The day on which things end; what is put into the list counts."""
    now = [opening.today()]
    monkeypatch.setattr(ending, "today", lambda: now[-1])
    return now


@pytest.fixture
def seized(tmp_path: Path) -> Path:
    """A seized folder of five pictures."""
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in range(5):
        landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    return folder
