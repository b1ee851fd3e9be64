"""Series in a real browser: opened, told, merged with another member's and parted again; proposals decided."""

import os
from collections.abc import Iterator

import pytest

from clew.actions import proposing
from clew.domain.handling import Actor
from clew.records import officers, sealed, series
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World

SHOTS = os.environ.get("CLEW_TEST_SHOTS", "")
"""A folder, where somebody wants to look at the pages too."""
PEOPLE = {"ada": "NO", "sven": "SE"}


def enter(world: World) -> str:
    """Both members have media of one camera; Sweden's lies in a series, of which the reference is given."""
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    for name, member in PEOPLE.items():
        world.officer(name, member=member)
    ada, sven = officers.actor_of("ada"), officers.actor_of("sven")
    medium = found(world, sven, "SE-1")
    harbour = world.series(sven, "مرفأ", [medium])
    found(world, ada, "NO-2026-17")
    with acting_as(ada) as session:
        proposing.propose(session, "NO-2026-17")
        return series.of(session, [harbour])[harbour].reference


def found(world: World, by: Actor, case: str):
    medium = world.medium(by)
    world.occurrence(by, medium, case)
    texts = sealed.of_member(by.member)
    with acting_as(by) as session, session.cursor() as cursor:
        words = [texts.seal(b"Maker", b"media.camera_make"), texts.seal(b"0012004471", b"media.camera_serial"), medium]
        cursor.execute("update media set camera_make = %s, camera_serial = %s where id = %s", words)
    return medium


@pytest.fixture(scope="module")
def people(node) -> Iterator[tuple[dict[str, Visitor], str]]:
    world = World(facts=node)
    harbour = apart(enter, world)
    with come_in_at_once(*PEOPLE) as made:
        yield made, harbour
    world.empty()


def test_a_series_is_opened_told_merged_parted_and_proposed_to(people: tuple[dict[str, Visitor], str]) -> None:
    (ada, sven), harbour = people[0].values(), people[1]
    page = ada.go("/series/")
    page.get_by_label("What your unit calls it").fill("green room")
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("The series is open.").wait_for()
    reference = page.locator("h1 bdi").first.inner_text()
    page.get_by_text("Tell it anew").click()
    page.get_by_label("What is known of it").fill("The room appears first in May.\nIt has one window.")
    page.get_by_role("button", name="Keep the narrative").click()
    page.get_by_text("The narrative is kept").wait_for()
    page.get_by_label("It is now").select_option("under-enquiry")
    page.get_by_label("On what basis").fill("A school was named.")
    page.get_by_role("button", name="Keep the step").click()
    page.get_by_text("◐ under enquiry").first.wait_for()
    page.get_by_label("Reference of the other series").fill(harbour)
    page.get_by_label("Why they are one").fill("The same wallpaper.")
    page.get_by_role("button", name="Say that they are one").click()
    page.get_by_text("are seen as one").wait_for()
    assert harbour in page.locator("section[aria-labelledby=together]").inner_text()
    assert ada.faults() == []

    other = sven.go(f"/series/{reference}/")
    said = other.locator("main").inner_text()
    assert "It has one window." in said
    assert "The same wallpaper." in said
    assert "Tell it anew" not in said
    assert other.get_by_role("button", name="Take back").count() == 0
    assert sven.faults() == []

    page.get_by_role("button", name="Take back").click()
    page.get_by_text("It is taken back.").wait_for()
    page.get_by_text("No other series is said to be one with it.").wait_for()

    page = ada.go(f"/series/{harbour}/")
    page.locator("input[name=proposal]").check()
    page.get_by_role("button", name="Reject those ticked").click()
    page.get_by_text("Rejected by ada").wait_for()
    assert ada.faults() == []
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/series-rejected.png", full_page=True)
    rejected = page.locator("section[aria-labelledby=rejected]")
    rejected.locator("input[name=proposal]").press("Space")
    rejected.get_by_role("button", name="Take back those ticked").press("Enter")
    page.get_by_text("1 waits again.").wait_for()
    assert rejected.count() == 0

    page = ada.go("/cases/NO-2026-17/")
    page.get_by_role("link", name="Proposals for series").click()
    assert "whose serial number ends in 4471" in page.locator("main").inner_text()
    page.locator("input[name=proposal]").check()
    page.get_by_role("button", name="Accept those ticked").click()
    page.get_by_text("1 is accepted.").wait_for()
    page = ada.go(f"/series/{harbour}/")
    assert "2 media" in page.locator("main").inner_text()

    other = sven.go(f"/series/{harbour}/")
    other.locator("input[name=medium]").last.check()
    other.locator("input[name=medium]").first.check()
    other.get_by_label("Why", exact=True).fill("Another room.")
    other.get_by_role("button", name="Those ticked are not in it").click()
    other.get_by_text("Taken out: 1. Of others, not agreed to: 1.").wait_for()
    other.get_by_role("button", name="Agree after all").click()
    other.get_by_text("It is taken back.").wait_for()
    assert other.get_by_role("button", name="Agree after all").count() == 0
    assert sven.faults() == []
    # No picture on any page of series.
    assert other.locator("main img, main video, main canvas").count() == 0
    assert ada.complaints == sven.complaints == []
