"""The frame in a real browser: home, menus, palette, sheet, search and own keys, by keyboard, wide and narrow."""

import os
from collections.abc import Iterator

import pytest

from tests.world.browsers import Visitor
from tests.world.leading import ada_with_a_lead

SHOTS = os.environ.get("CLEW_TEST_SHOTS", "")
"""A folder, where somebody wants to look at the pages too."""


@pytest.fixture(scope="module")
def ada(node) -> Iterator[Visitor]:
    with ada_with_a_lead(node) as made:
        yield made


def test_everything_is_reached_from_the_frame_by_keyboard(ada: Visitor) -> None:
    page = ada.go("/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("task f")
    page.get_by_role("option", name="Task forces").wait_for()
    assert ada.faults() == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/taskforces/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("NO-1")
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("combobox").get_attribute("aria-activedescendant") == "palette-1"
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/NO-1/")
    page.keyboard.press("/")
    page.keyboard.type("green")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="S-").first.wait_for()
    assert ada.faults() == []
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("green room")
    page.keyboard.press("Enter")
    page.locator("#search-here[value='green room']").wait_for()
    page.go_back()
    page.locator("#search-here[value=green]").wait_for()
    page.get_by_role("link", name="S-").first.wait_for()
    assert "green" not in page.url
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keys of this page").wait_for()
    assert "Ctrl+K" in page.locator(".sheet .keys").inner_text()
    assert ada.faults() == []
    page.keyboard.press("Escape")
    page.get_by_text("All pages").press("Enter")
    page.get_by_role("link", name="Overlaps", exact=True).wait_for()
    assert ada.faults() == []
    page.keyboard.press("Escape")
    assert page.get_by_role("link", name="Overlaps", exact=True).count() == 0
    assert ada.complaints == []


def test_a_key_that_is_switched_off_or_changed_does_so_at_once(ada: Visitor) -> None:
    page = ada.go("/account/shortcuts/")
    page.get_by_label("Show the keys of this page").fill("!")
    page.get_by_role("button", name="Keep these On every page").press("Enter")
    page.get_by_text("Your keys are kept.").wait_for()
    page.locator("h1").click()
    page.keyboard.press("?")
    assert not page.locator("dialog.sheet").is_visible()
    page.keyboard.press("!")
    page.get_by_role("heading", name="Keys of this page").wait_for()
    page.keyboard.press("Escape")
    page.get_by_label("Switch off letters and signs").check()
    page.get_by_role("button", name="Keep these On every page").press("Enter")
    page.get_by_text("Your keys are kept.").wait_for()
    page.locator("h1").click()
    page.keyboard.press("!")
    assert not page.locator("dialog.sheet").is_visible()
    page.get_by_role("button", name="Put all back as shipped").press("Enter")
    page.get_by_text("Your keys are kept.").wait_for()
    assert ada.complaints == []


def test_a_narrow_window_has_all_of_it(ada: Visitor) -> None:
    ada.page.set_viewport_size({"width": 320, "height": 700})
    page = ada.go("/search/")
    page.get_by_text("All pages").press("Enter")
    page.get_by_role("link", name="Retention", exact=True).wait_for()
    assert ada.faults() == []
    assert ada.complaints == []


def test_a_camera_is_searched_for_and_its_media_are_gone_through(ada: Visitor) -> None:
    page = ada.go("/search/")
    page.locator("#search-here").fill("maker")
    page.locator("#search-here").press("Enter")
    row = page.locator("section[aria-labelledby=found] li", has_text="gone through in")
    row.wait_for()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/camera-1-search.png", full_page=True)
    assert "Camera" in row.inner_text()
    assert ada.faults() == []
    row.get_by_role("link", name="Maker").click()
    page.get_by_role("heading", name="Camera Maker").wait_for()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/camera-3-media.png", full_page=True)
    assert page.locator("tbody tr").count() == 2
    assert page.locator("main img, main canvas").count() == 0
    assert ada.faults() == []
    page.go_back()
    row.wait_for()
    row.get_by_role("link", name="NO-1").click()
    page.locator("[role=option]").first.wait_for()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/camera-2-grid.png", full_page=True)
    assert page.locator("select[name=camera] option:checked").inner_text().strip() == "Maker"
    assert ada.complaints == []
