"""The pages of messages in a real browser: asked, read, translated, answered by one press, closed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from clew.actions import opening
from clew.domain.handling import Audience
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling


def enter(world: World) -> None:
    world.empty()
    for name, member in (("ada", "NO"), ("sven", "SE")):
        of = world.officer(name, member=member)
        world.occurrence(of, world.medium(of, Audience.UNIT), f"{member}/1", cover=handling(of, Audience.UNIT))


@pytest.fixture(scope="module")
def people(node) -> Iterator[dict[str, Visitor]]:
    world = World(facts=node)
    apart(enter, world)
    with come_in_at_once("ada", "sven") as made:
        yield made
    world.empty()


def test_a_request_goes_to_another_unit_and_comes_back_answered(people: dict[str, Visitor]) -> None:
    ada, sven = people["ada"], people["sven"]
    page = ada.go("/")
    page.get_by_role("link", name="Messages").click()
    page.get_by_label("Its reference").fill("NO/1")
    page.locator("select[name=to]").select_option("SE/VICTIM-ID")
    page.get_by_label("Answer wanted by").fill(str(opening.today() + timedelta(days=9)))
    page.get_by_label("Request", exact=True).fill("Is this tram yours?")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("The request is sent.").wait_for()
    assert ada.faults() == []
    page = sven.go("/messages/")
    page.get_by_role("link", name="A message waits to be read").click()
    assert "NO/1" not in page.content()
    page.locator("summary", has_text="Translate").click()
    page.get_by_role("textbox", name="Language").fill("sv")
    page.get_by_label("Translation", exact=True).fill("Är spårvagnen er?")
    page.get_by_role("button", name="Keep beside the original").click()
    page.get_by_text("Är spårvagnen er?").wait_for()
    assert "Is this tram yours?" in page.locator("main").inner_text()
    page.get_by_role("button", name="We know nothing").click()
    page.get_by_text("knows nothing of it").wait_for()
    sven.page.set_viewport_size({"width": 360, "height": 740})
    assert sven.faults() == []
    assert "Nothing waits." in sven.go("/messages/").locator("main").inner_text()
    page = ada.go("/messages/")
    page.get_by_role("button", name="Seen").click()
    page.get_by_text("Nothing waits.").wait_for()
    page.locator("#correspondences ~ ul a").click()
    page.get_by_text("knows nothing of it").wait_for()
    page.get_by_role("button", name="Close the request").click()
    page.get_by_text("It is done.").wait_for()
    assert page.get_by_role("button", name="Send").count() == 0
    assert ada.complaints == sven.complaints == []
