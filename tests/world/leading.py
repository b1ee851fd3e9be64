"""A lead to be read in a browser: Norway's series and Sweden's picture, taken by one camera."""

from collections.abc import Iterator
from contextlib import contextmanager

from clew.actions import raising
from clew.node.connection import ConnectionFacts
from tests.scenario.test_proposing import CAMERA, found
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World


@contextmanager
def ada_with_a_lead(node: ConnectionFacts) -> Iterator[Visitor]:
    """Norway's officer at the pages, to whom the lead was raised; nothing is left behind."""
    world = World(facts=node)
    apart(_enter, world)
    with come_in_at_once("ada") as made:
        yield made["ada"]
    world.empty()


def _enter(world: World) -> None:
    world.empty()
    ada, sven = world.officer("ada", member="NO"), world.officer("sven", member="SE")
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
