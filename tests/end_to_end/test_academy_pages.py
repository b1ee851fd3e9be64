"""Getting connected and the academy, in a real browser."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.db import connections

from clew.actions import enrolling, schooling
from clew.domain.officer import Role
from tests.scenario.test_connecting import FAILED, waits
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World

PASSWORD = "drawn-for-a-trial"


def enter(world: World) -> None:
    """Norway with its administrators, ada whose certification waits, and Sweden's coordinator."""
    world.empty()
    world.member("NO", "Norway")
    nina = world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    world.officer("bert", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    world.officer("ada")
    world.officer("carl", member="SE", role=Role.COORDINATOR)
    begun = uuid4()
    schooling.begin("ada", begun)
    schooling.note("ada", begun, FAILED)
    waits(nina)


@pytest.fixture(scope="module")
def people(node) -> Iterator[dict[str, Visitor]]:
    world = World(facts=node)
    apart(enter, world)
    with come_in_at_once("nina", "bert", "ada", "carl", application="tests.world.taught:application") as made:
        yield made
    world.empty()


def test_an_administrator_sees_what_comes_next_says_who_sees_to_it_and_asks_for_an_exercise(
    people: dict[str, Visitor]
) -> None:
    nina, carl = people["nina"], people["carl"]
    page = nina.go("/readiness/")
    page.locator("tbody a").click()
    assert "Enter the legal basis" in page.locator("main").inner_text()
    page.get_by_text("Change Secure link").click()
    row = page.locator("tr", has=page.get_by_role("rowheader", name="Secure link"))
    row.get_by_label("Who sees to it").fill("Per, liaison officer")
    row.get_by_label("Done on").fill("2026-02-03")
    row.get_by_label("On what basis").fill("Tested with the operator.")
    page.keyboard.press("Enter")
    page.get_by_text("It is kept.").wait_for()
    assert "● done 3 February 2026" in row.inner_text()
    assert nina.faults() == []
    page = carl.go("/readiness/NO/")
    said = page.locator("main").inner_text()
    assert "● done 3 February 2026" in said
    assert not any(word in said for word in ("Per, liaison", "Tested with"))
    assert said.count("the member's own") == 3
    assert carl.go("/readiness/").locator("tbody tr").count() == 2
    page = nina.go("/academy/")
    assert "□ not passed" in page.locator("tbody").inner_text()
    page.get_by_role("button", name="Ask for an exercise").click()
    page.get_by_text("An exercise is needed.").wait_for()
    assert nina.faults() == []
    page = people["bert"].go("/administration/")
    assert "no exercise passed, which is needed" in page.locator("section[aria-labelledby=waiting]").inner_text()
    page.get_by_role("button", name="Give ada").click()
    page.get_by_text("this one has not").wait_for()
    assert people["bert"].faults() == []


def draw() -> None:
    """What the worker does with what waits; the real academy answers in tests/scenario/test_academy.py."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "delete from procrastinate_jobs where task_name = 'draw_exercise' returning args ->> 'officer', args ->> 'ask'"
        )
        ((officer, ask),) = cursor.fetchall()
    drawn = enrolling.Drawn(exercise=uuid4(), password=PASSWORD)
    academy = enrolling.Academy(is_usable=lambda: True, draw=lambda *_: drawn, results=lambda *_: {})
    enrolling.draw(academy, officer, UUID(ask), lambda: False)


def test_an_officer_asks_for_an_exercise_with_the_keyboard_and_has_the_password_shown_once(people: dict[str, Visitor]) -> None:
    carl = people["carl"]
    page = carl.go("/academy/")
    page.get_by_role("button", name="Have an exercise drawn").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Your exercise is being drawn.").wait_for()
    assert page.get_by_role("button", name="Have an exercise drawn").count() == 0
    assert carl.faults() == []
    apart(draw)
    page.get_by_role("link", name="Look again").click()
    page.get_by_text("● Ready.").wait_for()
    assert carl.faults() == []
    page.get_by_role("button", name="Show the password").focus()
    page.keyboard.press("Enter")
    page.get_by_text(PASSWORD).wait_for()
    assert carl.faults() == []
    page.get_by_role("link", name="Done").click()
    page.get_by_text("Your password was shown.").wait_for()
    assert PASSWORD not in page.content()
    assert page.get_by_role("button", name="Show the password").count() == 0
