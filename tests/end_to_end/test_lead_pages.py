"""The pages of leads in a real browser: found from the home page, read, taken, followed and closed by keyboard."""

from collections.abc import Iterator

import pytest

from tests.world.browsers import Visitor
from tests.world.leading import ada_with_a_lead


@pytest.fixture(scope="module")
def ada(node) -> Iterator[Visitor]:
    with ada_with_a_lead(node) as made:
        yield made


def test_a_lead_is_found_read_and_followed_to_its_outcome(ada: Visitor) -> None:
    page = ada.go("/")
    page.get_by_role("link", name="All leads").click()
    page.get_by_role("link", name="It was taken with the camera of the series").click()
    words = page.locator("main").inner_text()
    assert "Another member holds part of it." in words
    assert "SE VICTIM-ID" in words
    for name in ("Take it", "It is followed"):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        page.get_by_text("The step is kept.").wait_for()
    page.get_by_label("What came of it").select_option("units-in-contact")
    page.get_by_role("form", name="Close it").get_by_label("Why").fill("One hand held it.")
    page.get_by_role("button", name="Close it").press("Enter")
    page.get_by_text("units are in contact").wait_for()
    assert "One hand held it." in page.locator("main").inner_text()
    ada.page.set_viewport_size({"width": 360, "height": 740})
    assert ada.faults() == []
    page = ada.go("/leads/")
    assert "Nothing waits." in page.locator("main").inner_text()
    page.get_by_label("State").select_option("closed")
    page.get_by_role("button", name="Show").press("Enter")
    page.get_by_role("link", name="It was taken with the camera of the series").wait_for()
    assert ada.faults() == []
    assert ada.complaints == []
