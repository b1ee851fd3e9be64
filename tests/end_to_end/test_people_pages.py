"""Victims, offenders, places and links in a real browser: entered, linked, gone along; who somebody is stays in its unit."""

import re
from collections.abc import Iterator

import pytest

from clew.actions import describing, linking
from clew.domain.link import Basis, LinkType
from clew.domain.victim import VictimFacts
from clew.records import officers
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling

PEOPLE = {"ada": "NO", "sven": "SE"}
NAME = "Nora Example, born in 2015"


def enter(world: World) -> str:
    """Sweden has a victim and a candidate; the victim's reference is given."""
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    for name, member in PEOPLE.items():
        world.officer(name, member=member)
    sven = officers.actor_of("sven")
    with acting_as(sven) as session:
        one, other = (
            describing.enter_victim(session, VictimFacts(), "Seen.", handling(sven)).kept.reference for _ in range(2)
        )
        linking.propose(session, one, LinkType.CONNECTED_WITH, other, basis=Basis.STATED)
    return one


@pytest.fixture(scope="module")
def people(node) -> Iterator[tuple[dict[str, Visitor], str]]:
    world = World(facts=node)
    of_sweden = apart(enter, world)
    with come_in_at_once(*PEOPLE) as made:
        yield made, of_sweden
    world.empty()


def test_a_victim_is_entered_linked_and_entrusted_and_others_never_learn_who_it_is(
    people: tuple[dict[str, Visitor], str],
) -> None:
    (ada, sven), of_sweden = people[0].values(), people[1]
    page = ada.go("/places/")
    page.get_by_label("Known by").select_option("gps")
    page.get_by_label("Latitude, longitude and metres").fill("59.9139,10.7522,50")
    page.get_by_role("button", name="Enter it").click()
    page.get_by_text("It is entered.").wait_for()
    place = page.locator("h1 bdi").first.inner_text()
    assert "59.9139" in page.locator("main").inner_text()

    page = ada.go("/victims/")
    page.get_by_label("Sex").select_option("female")
    page.get_by_label("Between which ages").fill("7-9")
    page.get_by_label("On which day").fill("2023-04-15")
    page.get_by_label("On what basis").fill("Seen in several media.")
    page.get_by_role("button", name="Enter it").click()
    page.get_by_text("It is entered.").wait_for()
    victim = page.locator("h1 bdi").first.inner_text()
    page.get_by_text("Link it with another record").click()
    page.get_by_label("What joins them").select_option("was-at")
    page.get_by_label("The other record").fill(place)
    page.get_by_label("It is a fact").check()
    page.get_by_role("button", name="Keep the link").click()
    page.get_by_text("The link is kept.").wait_for()
    page.get_by_label("Reference of the other victim").fill(of_sweden)
    page.get_by_label("Why they are one child").fill("The same scar.")
    page.get_by_role("button", name="Say that they are one").click()
    page.get_by_text("The two are seen as one").wait_for()
    page.get_by_text("Entrust who it is").click()
    page.get_by_label("Who it is, in words").fill(NAME)
    page.get_by_role("button", name="Keep it for my unit").click()
    page.get_by_text("It is kept, for your unit alone.").wait_for()
    assert NAME not in page.content()
    assert ada.faults() == []
    page.get_by_text("See who it is").click()
    page.get_by_label("Reference of the case").fill("NO-2026-17")
    page.get_by_role("button", name="Show it").click()
    page.get_by_text(NAME).wait_for()
    assert ada.faults() == []

    page = ada.go(f"/links/{victim}/")
    said = page.locator("main").inner_text()
    assert place in said
    assert "said to be one with" in said
    assert ada.faults() == []

    other = sven.go(f"/victims/{victim}/")
    said = other.locator("main").inner_text()
    assert re.search("7.9 on 2023-04-15", said)
    assert "names stay with the unit" in said
    assert other.get_by_text("See who it is").count() == 0
    assert NAME not in other.content()
    assert "near 59.9, 10.8" in sven.go(f"/places/{place}/").locator("main").inner_text()
    other = sven.go("/links/")
    other.get_by_text("Decide").click()
    other.get_by_role("button", name="It is so").click()
    other.get_by_text("It is a fact now.").wait_for()
    assert "Nothing waits." in other.locator("main").inner_text()
    assert sven.faults() == []
    assert other.locator("main img, main video, main canvas").count() == 0
    assert ada.complaints == sven.complaints == []
