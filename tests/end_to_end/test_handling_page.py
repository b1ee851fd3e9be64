"""The editor of a handling in a real browser: tried through another country's eyes, changed, agreed to by a second."""

from collections.abc import Iterator

import pytest

from clew.actions import restricting
from clew.domain.handling import Audience, Use
from clew.domain.officer import Role
from clew.records import officers, releases
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World

ADDRESS = "/handling/case/NO-2026-17/"


def enter(world: World) -> None:
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden"), ("DK", "Denmark")):
        world.member(code, name)
    ada = world.officer("ada")
    world.officer("bo")
    world.officer("sven", member="SE")
    dirk = world.officer("dirk", member="DK")
    media = [world.medium(ada) for _ in range(3)]
    for medium in media:
        world.occurrence(ada, medium, "NO-2026-17", "PHONE/1")
    given = world.medium(dirk, Audience.UNIT)
    with acting_as(dirk) as session:
        releases.add(session, given, "NO", "For NO-2026-17 only.", b"sealed")
    with acting_as(ada) as session:
        releases.add(session, media[0], "DK", "For DK-1 only.", None)
    with acting_as(world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)


def seen_by_sven(use: Use = Use.FACTS) -> int:
    with acting_as(officers.actor_of("sven"), use) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media")
        return cursor.fetchone()[0]


@pytest.fixture(scope="module")
def people(node) -> Iterator[dict[str, Visitor]]:
    world = World(facts=node)
    apart(enter, world)
    with come_in_at_once("ada", "bo", "nina") as made:
        yield made
    world.empty()


def test_a_country_is_shut_out_and_let_in_again_by_two(people: dict[str, Visitor]) -> None:
    ada, bo = people["ada"], people["bo"]
    page = ada.go("/cases/NO-2026-17/")
    page.get_by_role("link", name="Handling").click()
    assert "3 media lie under it" in page.locator("main").inner_text()
    page.get_by_label("Excluded members").fill("SE")
    page.get_by_label("Look as member").select_option("SE")
    page.get_by_role("button", name="Preview").click()
    assert "Nothing: neither it nor that it exists." in page.locator("main").inner_text()
    assert apart(seen_by_sven) == 3
    assert page.get_by_label("Excluded members").input_value() == "SE"
    page.get_by_label("Reason").fill("An operation is under way.")
    page.get_by_role("button", name="Change the handling").click()
    page.get_by_text("The handling is changed.").wait_for()
    assert apart(seen_by_sven) == 0
    page.get_by_label("Excluded members").fill("")
    page.get_by_label("Named members").fill("SE")
    page.get_by_role("group", name="Named members").get_by_label("previews").check()
    page.get_by_label("Reason").fill("The operation has ended.")
    page.get_by_role("button", name="Change the handling").click()
    page.get_by_text("a second officer of your unit must agree").first.wait_for()
    assert page.get_by_role("button", name="Agree").count() == 0
    assert apart(seen_by_sven) == 0
    assert ada.faults() == []
    page = bo.go(ADDRESS)
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("It is done.").wait_for()
    assert (apart(seen_by_sven), apart(seen_by_sven, Use.PREVIEW), apart(seen_by_sven, Use.ORIGINAL)) == (3, 3, 0)
    assert ada.complaints == bo.complaints == []


def test_the_words_of_a_cover_are_tightened_at_once_and_loosened_by_two(people: dict[str, Visitor]) -> None:
    ada, bo = people["ada"], people["bo"]
    page = ada.go(ADDRESS)
    for label, value in (("What H3 asks for", "Ask the court first."), ("Legal basis", "Police Act 3")):
        page.get_by_label(label).fill(value)
    for box in ("H3: as the text says", "investigation"):
        page.get_by_label(box, exact=True).check()
    page.get_by_label("Confidentiality").select_option("confidential")
    page.get_by_label("Why these words").fill("The court asks for it.")
    page.get_by_role("button", name="Change the words").click()
    page.get_by_text("The looser words are proposed").wait_for()  # nothing was said of it before: any cover lets others in
    page = bo.go(ADDRESS)
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("It is done.").wait_for()
    for words in ("Ask the court first.", "By Police Act 3", "confidential"):
        assert page.locator("section", has_text="What holds now").get_by_text(words).count()
    page.get_by_label("H2: not handed on", exact=False).check()
    page.get_by_label("Why these words").fill("Not beyond us.")
    page.get_by_role("button", name="Change the words").click()
    page.get_by_text("The words are changed.").wait_for()
    page.get_by_label("Confidentiality").select_option("restricted")
    page.get_by_label("Why these words").fill("It is over.")
    page.get_by_role("button", name="Change the words").click()
    page.get_by_text("The looser words are proposed").wait_for()
    assert bo.faults() == []
    assert ada.complaints == bo.complaints == []


def test_a_refusal_is_said_on_the_page(people: dict[str, Visitor]) -> None:
    page = people["ada"].go(ADDRESS)
    page.get_by_label("Excluded members").fill("XX")
    page.get_by_label("Reason").fill("A slip of the hand.")
    page.get_by_role("button", name="Change the handling").click()
    page.get_by_text("names a member who does not take part").wait_for()


def test_the_pages_beside_it_can_be_used_by_everybody(people: dict[str, Visitor]) -> None:
    """The end of a case, proposed and not confirmed, and releases."""
    ada = people["ada"]
    page = ada.go("/cases/NO-2026-17/")
    page.get_by_role("link", name="End of the case").click()
    page.get_by_label("Reference of the case, once more").fill("NO-2026-17")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("Another officer of your unit carries it out.").wait_for()
    assert ada.faults() == []
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("heading", name="Propose to shred it").wait_for()
    page = ada.go("/releases/")
    assert page.get_by_role("button", name="Agree").count() == 0
    assert page.get_by_role("button", name="Fetch the original").count() == 1
    assert ada.faults() == []
    page = people["bo"].go("/releases/")
    assert page.get_by_role("button", name="Agree").count() == 1
    assert people["bo"].faults() == []
    assert ada.complaints == []


def test_an_administrator_says_on_the_page_that_one_officer_is_enough(people: dict[str, Visitor]) -> None:
    nina = people["nina"]
    page = nina.go("/administration/")
    rules = page.get_by_role("region", name="Rules of the member")
    assert rules.get_by_label("Two officers of the unit").is_checked()
    rules.get_by_label("Two officers of the unit").press("Space")
    rules.get_by_role("button", name="Keep these rules").press("Enter")
    page.get_by_text("The rules of the member are kept.").wait_for()
    assert not rules.get_by_label("Two officers of the unit").is_checked()
    assert nina.faults() == []
    assert nina.complaints == []
