"""A child is found, in a real browser: proposed by one officer, confirmed by another, counted once, and told."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from clew.actions import describing, linking
from clew.domain.link import Basis, LinkType
from clew.domain.victim import VictimFacts
from clew.records import officers, series
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import PASSWORD, apart
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling

PEOPLE = {"ada": "NO", "bo": "NO", "sven": "SE"}


def enter(world: World) -> str:
    """Norway's child in a series of Norway's, of which Sweden has a medium too."""
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    for name, member in PEOPLE.items():
        world.officer(name, member=member)
        officers.set_password(name, PASSWORD)
    ada, sven = officers.actor_of("ada"), officers.actor_of("sven")
    made = world.series(ada, "green-room", [world.medium(ada, content=b"a harbour")])
    world.medium(sven, content=b"a harbour")
    with acting_as(ada) as session:
        child = describing.enter_victim(session, VictimFacts(), "", handling(ada)).kept.reference
        linking.link(
            session, child, LinkType.APPEARS_IN, series.of(session, [made])[made].reference, basis=Basis.SEEN
        )
    return child


@pytest.fixture(scope="module")
def people(node) -> Iterator[tuple[dict[str, Visitor], str]]:
    world = World(facts=node)
    child = apart(enter, world)
    with come_in_at_once(*PEOPLE) as made:
        yield made, child
    world.empty()


def test_a_step_is_proposed_confirmed_by_another_counted_and_told(people: tuple[dict[str, Visitor], str]) -> None:
    (ada, bo, sven), child = people[0].values(), people[1]
    page = ada.go(f"/victims/{child}/")
    # By the keyboard alone: choose the step, say why and what shows it, send.
    page.get_by_label("The child is").select_option("identify")
    page.locator("section[aria-labelledby=steps]").get_by_label("On what basis").fill("A school photograph.")
    page.get_by_label("What shows it").fill("Picture 12.")
    page.keyboard.press("Enter")
    page.get_by_text("It waits for another officer of your unit.").wait_for()
    assert page.get_by_role("button", name="Confirm the step").count() == 0
    assert ada.faults() == []

    page = bo.go(f"/victims/{child}/")
    assert "A school photograph." in page.locator("section[aria-labelledby=steps]").inner_text()
    page.get_by_role("button", name="Confirm the step").click()
    page.get_by_text("It is confirmed, and whoever had a part in it is told.").wait_for()

    page = sven.go("/messages/")
    told = page.locator("section[aria-labelledby=waiting] li").inner_text()
    assert "The child in a series that your unit had a part in is identified" in told
    assert f"your media came in {datetime.now(UTC):%B %Y}" in told
    page.get_by_role("link", name="had a part in is identified").click()
    assert "● identified" in page.locator("main").inner_text()
    assert "A school photograph." not in sven.go(f"/victims/{child}/").locator("main").inner_text()

    page = ada.go("/victims/")
    page.get_by_role("link", name="Children found").click()
    assert page.locator("tbody tr").first.locator("td").all_inner_texts() == ["1", "0", "0", "0"]
    assert ada.faults() == []
    page = sven.go("/ledger/?by=sex")
    assert page.locator("tbody tr").first.locator("td").all_inner_texts() == ["0", "few", "0", "0"]
