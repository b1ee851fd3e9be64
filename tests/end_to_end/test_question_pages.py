"""The pages of questions in a real browser: asked with an object, looked at by a press, answered, and referred."""

import secrets
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings

from clew.domain.crop import Box
from clew.domain.handling import Actor, Audience
from clew.media.cropping import png
from clew.records import cases, crops
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling


def cut(of: Actor, medium: UUID) -> UUID:
    """A drawn red square in the node's own vault, as if it had been cut out of the medium."""
    vault, name, content = settings.CLEW_VAULT, secrets.token_bytes(32), png(40, 30, bytes((200, 30, 30)) * 1200)
    with acting_as(of) as session:
        case_id = cases.find_own(session, "NO/1")
        blob = vault.blob_of((of.member, str(case_id), name))
        box = Box(left=0, top=0, width=100, height=100)
        made = crops.propose(session, medium, case_id, box, None, "a red plug", name=name, blob=blob)
    kept = vault.put(of.member, str(case_id), name, [content], len(content))
    with acting_as(of) as session:
        crops.arrive(session, made, kept.wrapped)
    return made


def enter(world: World) -> None:
    world.empty()
    for name, member in (("ada", "NO"), ("bo", "NO"), ("sven", "SE")):
        of = world.officer(name, member=member)
        if name == "ada":
            medium = world.medium(of, Audience.UNIT)
            world.occurrence(of, medium, "NO/1", cover=handling(of, Audience.UNIT))
            world.series(of, "Room", [medium])
            cut(of, medium)


@pytest.fixture(scope="module")
def people(node) -> Iterator[dict[str, Visitor]]:
    world = World(facts=node)
    apart(enter, world)
    with come_in_at_once("ada", "bo", "sven") as made:
        yield made
    world.empty()


def test_an_object_is_let_out_asked_about_shown_by_a_press_and_answered(people: dict[str, Visitor]) -> None:
    ada, bo, sven = people["ada"], people["bo"], people["sven"]
    page = ada.go("/objects/")
    assert page.get_by_role("button", name="Let it out").count() == 0
    page = bo.go("/objects/")
    page.get_by_role("button", name="Let it out").click()
    page.get_by_text("It is done.").wait_for()
    page = ada.go("/series/")
    series = page.locator("a[href^='/series/S-']").first.get_attribute("href").split("/")[2]
    page = ada.go("/")
    page.get_by_text("All pages").click()
    page.get_by_role("link", name="Questions", exact=True).click()
    page.get_by_label("What it is").select_option("plug-type")
    page.get_by_label("Its reference").fill(series)
    page.get_by_label("Object that goes with it").select_option(label="a red plug")
    page.get_by_label("Units that are asked").select_option("SE/VICTIM-ID")
    page.get_by_label("Question", exact=True).fill("Is this plug yours?")
    assert ada.faults() == []
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("The question is sent.").wait_for()
    page = sven.go("/messages/")
    page.get_by_role("link", name="A message waits to be read").click()
    page.get_by_role("link", name="Read and answer it there").click()
    page.wait_for_load_state()
    assert page.locator("img").count() == 0
    assert sven.faults() == []
    page.get_by_role("button", name="Show the object").click()
    picture = page.get_by_role("img", name="The object that was cut out")
    picture.wait_for()
    page.wait_for_function("document.querySelector('img').complete")
    assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [40, 30]
    ticket = picture.get_attribute("src")
    assert sven.page.request.get(sven.address + ticket).status == 404
    sven.page.set_viewport_size({"width": 360, "height": 740})
    assert sven.faults() == []
    page.get_by_role("link", name="Back to").click()
    page.get_by_label("probably").check()
    page.get_by_label("Country that it speaks for").fill("SE")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("It is done.").wait_for()
    assert sven.faults() == []
    page = ada.go("/messages/")
    page.get_by_role("link", name="A message waits to be read").click()
    page.get_by_role("link", name="Read and answer it there").click()
    assert "◐ probably SE" in page.locator("h2", has_text="SE").first.inner_text()
    page.get_by_role("button", name="Make a clue of this answer").click()
    page.get_by_text("It is done.").wait_for()
    page.get_by_role("button", name="Close the question").click()
    page.get_by_text("closed").first.wait_for()
    assert ada.complaints == bo.complaints == sven.complaints == []


def test_a_package_is_built_handed_over_by_a_second_officer_and_accepted(people: dict[str, Visitor]) -> None:
    ada, bo, sven = people["ada"], people["bo"], people["sven"]
    page = ada.go("/series/")
    series = page.locator("a[href^='/series/S-']").first.get_attribute("href").split("/")[2]
    page = ada.go("/referrals/")
    page.get_by_label("Series", exact=True).fill(series)
    page.get_by_label("Country", exact=True).fill("SE")
    page.get_by_label("Unit that gets it").select_option("SE/VICTIM-ID")
    page.get_by_label("Objects").select_option(label="a red plug")
    page.get_by_label("Why it is theirs").fill("The plug is sold there.")
    assert ada.faults() == []
    page.get_by_role("button", name="Build").click()
    page.get_by_text("The package is built").wait_for()
    assert page.get_by_role("button", name="Hand it over").count() == 0
    address = page.url.removeprefix(ada.address)
    page = bo.go(address)
    page.get_by_role("button", name="Hand it over").click()
    page.get_by_text("It is done.").wait_for()
    page = sven.go(address)
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("● accepted").wait_for()
    assert ada.complaints == bo.complaints == sven.complaints == []
