"""The pages of overlaps in a real browser: told, answered by both, silent, and calm in every width."""

from collections.abc import Iterator

import pytest

from clew.domain.handling import Audience
from clew.domain.officer import Role
from clew.records import matches
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.ticks import ticks
from tests.world.world import World, handling


def enter(world: World) -> None:
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    for name, member in (("ada", "NO"), ("sven", "SE")):
        of = world.officer(name, member=member)
        medium = world.medium(of, Audience.UNIT, content=b"the same")
        world.occurrence(of, medium, f"{member}/1", cover=handling(of, Audience.UNIT))
        with acting_as(of) as session:
            matches.note_digest_overlaps(session, [medium])
    world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    ticks(world)


@pytest.fixture(scope="module")
def people(node) -> Iterator[dict[str, Visitor]]:
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody lay back its clock")
    world = World(facts=node)
    apart(enter, world)
    with come_in_at_once("ada", "sven", "nina") as made:
        yield made
    world.empty()


def test_both_sides_answer_by_the_keyboard_and_learn_whom_to_ask(people: dict[str, Visitor]) -> None:
    ada, sven, nina = people["ada"], people["sven"], people["nina"]
    page = ada.go("/")
    page.get_by_role("link", name="Overlaps to consent to").click()
    page.get_by_role("link", name="Case NO/1").click()
    assert "SE" not in page.locator("main").inner_text()
    page.get_by_label("If you consent").fill("Ask for the night desk.")
    page.get_by_role("button", name="Consent").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The other side reads what it read before").wait_for()
    assert "SE" not in page.locator("main").inner_text()
    page = sven.go("/overlaps/case/SE~2F1/")
    assert "Member NO" not in page.content()
    page.get_by_role("button", name="Decline").click()
    page.get_by_text("Say why, in up to 500 characters.").wait_for()
    page.get_by_role("button", name="Consent").click()
    page.get_by_text("Member NO").wait_for()
    assert "Ask for the night desk." in page.locator("main").inner_text()
    assert sven.faults() == []
    assert "Member SE" in ada.go("/overlaps/").locator("main").inner_text()
    ada.page.set_viewport_size({"width": 360, "height": 740})
    ada.go("/overlaps/case/NO~2F1/")
    page = nina.go("/overlaps/")
    page.locator("select[name=mode]").select_option("silent")
    page.get_by_label("Reason").fill("We say nothing for now.")
    page.get_by_role("button", name="Set the rule").click()
    page.get_by_text("The rule holds from now on").wait_for()
    assert "silent" in ada.go("/overlaps/case/NO~2F1/").locator("main").inner_text()
    assert ada.page.get_by_role("button", name="Consent").count() == 0
    assert nina.faults() == []
    assert ada.complaints == sven.complaints == nina.complaints == []
