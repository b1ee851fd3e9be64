"""Clues and the workbench in a real browser: said, ranked, voted on, taken back; and another member's view of it."""

import hashlib
from collections.abc import Iterator

import pytest

from clew.domain.handling import Audience
from clew.records import officers, series
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World

PEOPLE = {"ada": "NO", "sven": "SE"}
ROOM = hashlib.sha256(b"room").hexdigest()
HIDDEN = hashlib.sha256(b"hidden room").hexdigest()


def enter(world: World) -> str:
    """Norway's series of a room; its reference."""
    world.empty()
    for name, member in PEOPLE.items():
        world.officer(name, member=member)
    ada = officers.actor_of("ada")
    medium = world.medium(ada, content=b"room")
    world.medium(ada, Audience.UNIT, content=b"hidden room")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set taken_offset_minutes = 345 where id = %s", [medium])
    green = world.series(ada, "green-room", [medium])
    with acting_as(ada) as session:
        return series.of(session, [green])[green].reference


@pytest.fixture(scope="module")
def people(node) -> Iterator[tuple[dict[str, Visitor], str]]:
    world = World(facts=node)
    green = apart(enter, world)
    with come_in_at_once(*PEOPLE) as made:
        yield made, green
    world.empty()


def test_clues_are_said_ranked_and_voted_on(people: tuple[dict[str, Visitor], str]) -> None:
    (ada, sven), green = people[0].values(), people[1]
    page = ada.go(f"/series/{green}/")
    page.locator("section[aria-labelledby=media] table a, td a").first.click()
    page.get_by_role("link", name="Clues", exact=True).click()
    page.get_by_label("What it is").select_option("plug-type")
    page.get_by_label("What is read or named").fill("K")
    page.get_by_label("Box in the picture").fill("0.1,0.6,0.1,0.1")
    page.get_by_label("How sure you are").select_option("certain")
    page.get_by_role("button", name="Keep the clue").press("Enter")
    page.get_by_text("It speaks for: DK+2 FO+2 GL+2.").wait_for()
    page.get_by_label("What it is").select_option("sign")
    page.get_by_label("Box in the picture").fill("2,0,1,1")
    page.get_by_role("button", name="Keep the clue").click()
    page.get_by_text("A box lies in the picture").wait_for()

    page = ada.go(f"/series/{green}/")
    assert "mains plug “K” in 1 medium" in page.locator("section[aria-labelledby=clues]").inner_text()
    page.get_by_role("link", name="Workbench: clues, and the likely country").click()
    page.get_by_text("No country is likely enough to be named.").wait_for()
    page.get_by_text("Add a clue to a medium of the series").click()
    page.get_by_label("SHA-256 of the medium").fill(ROOM)
    page.get_by_label("What it is").select_option("currency")
    page.get_by_label("What is read or named").fill("DKK")
    page.get_by_label("Countries it speaks for").fill("DK=3")
    page.get_by_role("button", name="Keep the clue").click()
    page.get_by_text("Likely: DK").wait_for()
    page.get_by_text("All of it comes from one medium").wait_for()
    page.get_by_label("Country", exact=True).fill("dk")
    page.get_by_label("Why", exact=True).fill("The skirting.")
    page.get_by_role("button", name="Vote").click()
    page.get_by_text("Your vote is kept.").wait_for()
    assert page.get_by_text("All of it comes from one medium").count() == 0
    page.get_by_role("button", name="Say it as a clue").click()
    page.get_by_text("It speaks for: NP+2.").wait_for()
    assert ada.faults() == []

    other = sven.go(f"/series/{green}/workbench/")
    said = other.locator("main").inner_text()
    assert "mains plug “K” speaks for it: certain, found in a few countries." in said
    assert "The skirting." in said
    assert "· ada" in page.locator("main").inner_text()
    assert "· ada" not in said
    assert other.get_by_role("button", name="Take back").count() == 0
    assert other.locator("main img, main video, main canvas").count() == 0
    assert sven.faults() == []

    page.get_by_role("button", name="Take back").first.click()
    page.get_by_text("The clue is taken back.").wait_for()
    assert "FO" not in page.locator("section[aria-labelledby=countries]").inner_text()
    absent = (HIDDEN, hashlib.sha256(b"never taken in").hexdigest(), "x")
    told = [sven.go(f"/media/{name}/clues/").locator("main").inner_text() for name in absent]
    assert len({*told}) == 1
    assert "nothing at this address" in told[0]
    assert ada.complaints == []
