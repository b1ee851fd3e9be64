"""Links, places, statistics, times and ways of media as pictures, in a real browser: each beside the list that says the same."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from clew.actions import linking
from clew.domain.link import Basis, Confidence, LinkType
from clew.records import officers
from clew.records.session import acting_as
from tests.scenario.test_linking import link, offender, place, series_of, victim
from tests.world.browsers import Visitor
from tests.world.door import PASSWORD, apart
from tests.world.serving import come_in_at_once
from tests.world.world import World


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What Norway has: a child, a room where it was, a man who was there too, and whom he knows."""

    child: str
    room: str
    man: str
    other: str
    series: str


def enter(world: World) -> Drawn:
    world.empty()
    world.officer("ada", member="NO")
    officers.set_password("ada", PASSWORD)
    ada = officers.actor_of("ada")
    drawn = Drawn(
        child=victim(ada), room=place(ada), man=offender(ada), other=victim(ada), series=series_of(world, ada, "green room")
    )
    link(ada, drawn.child, LinkType.WAS_AT, drawn.room, confidence=Confidence.CERTAIN, note="The wallpaper.")
    link(ada, drawn.man, LinkType.WAS_AT, drawn.room)
    link(ada, drawn.man, LinkType.CONNECTED_WITH, drawn.other)
    with acting_as(ada) as session:
        linking.propose(session, drawn.child, LinkType.APPEARS_IN, drawn.series, basis=Basis.SEEN)
    return drawn


@pytest.fixture(scope="module")
def seen(node) -> Iterator[tuple[Visitor, Drawn]]:
    world = World(facts=node)
    drawn = apart(enter, world)
    with come_in_at_once("ada") as people:
        yield people["ada"], drawn
    world.empty()


def wait_for(ada: Visitor, records: int) -> None:
    """Until so many records are in the picture."""
    ada.page.wait_for_function(
        "count => document.querySelector('clew-graph').drawing?.nodes(':visible').length === count", arg=records
    )


def test_links_are_explored_by_keys_alone(seen: tuple[Visitor, Drawn]) -> None:
    ada, drawn = seen
    page = ada.go(f"/links/{drawn.child}/")
    wait_for(ada, 4)
    assert ada.faults() == []
    picture, status = page.get_by_role("application"), page.locator("[data-status]")
    picture.focus()
    page.keyboard.press("ArrowDown")
    status.get_by_text(drawn.child).wait_for()
    assert "The wallpaper." in page.locator("[data-evidence]").inner_text()
    page.get_by_label("suggested").press("Space")
    wait_for(ada, 3)
    page.get_by_label("suggested").press("Space")
    page.evaluate("name => document.querySelector('clew-graph').drawing.getElementById(name).emit('tap')", drawn.man)
    picture.press("Enter")
    status.get_by_text("More records: 1").wait_for()
    wait_for(ada, 5)
    assert page.locator("[data-records] > li").count() == 5
    picture.press("p")
    page.evaluate("name => document.querySelector('clew-graph').drawing.getElementById(name).emit('tap')", drawn.child)
    picture.press("p")
    status.get_by_text("Links on the path: 2").wait_for()
    assert page.locator("[data-evidence] > li").count() == 2
    assert ada.faults() == []

    page = ada.go(f"/links/{drawn.child}/?to={drawn.other}")
    wait_for(ada, 4)
    assert page.locator("[data-edges] > tr").count() == 3
    assert "How two records are connected" in page.locator("h1").inner_text()
    assert ada.complaints == []
