"""The pages of task forces in a real browser: opened and named by who speaks, worked in by keyboard, closed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from clew.actions import counting, mustering
from clew.domain.officer import Role
from tests.scenario.test_counting import a_month_goes_by
from tests.scenario.test_task_forces import a_series
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World


def enter(world: World) -> str:
    """And statistics are counted, of a month that is over; the public is told."""
    world.empty()
    ada = world.officer("ada", member="NO")
    world.officer("nora", member="NO", role=Role.COORDINATOR)
    reference = a_series(world, ada, 2)
    sven = world.officer("sven", member="SE")
    for number in range(6):
        world.series(sven, f"series-{number}", [world.medium(sven)])
    counting.count_up()
    a_month_goes_by(world)
    counting.publish(is_on=True)
    return reference


@pytest.fixture(scope="module")
def visitors(node) -> Iterator[tuple[dict[str, Visitor], str]]:
    world = World(facts=node)
    reference = apart(enter, world)
    with come_in_at_once("ada", "nora") as made:
        yield made, reference
    world.empty()


def test_a_task_force_is_opened_worked_in_and_closed_by_keyboard(visitors: tuple[dict[str, Visitor], str]) -> None:
    people, reference = visitors
    nora, ada = people["nora"], people["ada"]
    page = nora.go("/taskforces/")
    page.get_by_label("Name", exact=True).fill("Blue rooms")
    page.get_by_label("Last day").fill((mustering.now() + timedelta(days=9)).date().isoformat())
    page.get_by_label("Members invited").fill("SE")
    page.get_by_label("What it is for").fill("Find the country of these rooms.")
    page.get_by_role("button", name="Open").press("Enter")
    page.get_by_role("heading", name="Blue rooms").wait_for()
    page.get_by_label("An officer of your member").fill("ada")
    page.get_by_role("button", name="Name").press("Enter")
    page.get_by_text("comes in by the own word").wait_for()
    assert nora.faults() == []
    page = ada.go("/taskforces/")
    page.get_by_role("link", name="Blue rooms").click()
    page.get_by_role("button", name="Come in").press("Enter")
    page.get_by_label("A series of which your unit has a part").fill(reference)
    page.get_by_role("button", name="Bring it").press("Enter")
    page.get_by_text("lies in stacks").wait_for()
    for words in ("Done", "Not sure"):
        page.get_by_role("button", name="Take the next stack").press("Enter")
        page.get_by_label("What you found").fill("A blue tram.")
        assert ada.faults() == []
        page.get_by_role("button", name=words, exact=True).press("Enter")
        page.get_by_text("Take the next when you are ready").wait_for()
    page.get_by_role("button", name="Take the next stack").press("Enter")
    page.get_by_text("No stack is left for you").wait_for()
    words = page.locator("main").inner_text()
    assert "1 of 2 stacks left" in words
    assert "A blue tram." in words
    ada.page.set_viewport_size({"width": 360, "height": 740})
    assert ada.faults() == []
    page = nora.go("/taskforces/")
    page.get_by_role("link", name="Blue rooms").click()
    assert "A blue tram." not in page.locator("main").inner_text(), "who leads it reads in it no more than the figures"
    page.get_by_role("button", name="Close it for all").press("Enter")
    page.get_by_text("what was brought is hidden again").wait_for()
    page = ada.page
    page.reload()
    assert "A blue tram." not in page.locator("main").inner_text()
    assert (ada.complaints, nora.complaints) == ([], [])


def test_statistics_are_read_kept_and_told_to_everybody(visitors: tuple[dict[str, Visitor], str]) -> None:
    nora = visitors[0]["nora"]
    page = nora.go("/statistics/")
    words = page.locator("main").inner_text()
    assert "All others" in words
    page.get_by_role("region", name="By member").locator("summary", has_text="SE").click()
    assert nora.faults() == []
    with page.expect_download() as kept:
        page.get_by_role("button", name="Keep as CSV").press("Enter")
    assert kept.value.suggested_filename == "statistics.csv"
    nora.page.set_viewport_size({"width": 360, "height": 740})
    assert nora.faults() == []
    page = nora.go("/unidentified/")
    assert "Series of which no child is identified: 5" in page.locator("main").inner_text()
    assert nora.faults() == []
    assert nora.complaints == []
