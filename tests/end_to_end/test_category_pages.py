"""Categories in a real browser: observed by the keyboard, disputed, decided by an analyst, and a scheme loaded."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from clew.domain.officer import Role
from clew.records import officers
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World

PEOPLE = {
    "ada": Role.INVESTIGATOR, "nina": Role.INVESTIGATOR, "rolf": Role.ANALYST, "alva": Role.NATIONAL_ADMINISTRATOR,
}  # fmt: skip
CASE = "NO-2026-17"
ANSWERS = {"made": "camera", "shows": "minor", "age": "7-10", "grade": "two", "warn": "no"}


def enter(world: World) -> None:
    world.empty()
    world.member("NO", "Norway")
    for name, role in PEOPLE.items():
        world.officer(name, role=role)
    for content in (b"a harbour", b"a meadow"):
        ada = officers.actor_of("ada")
        world.occurrence(ada, world.medium(ada, content=content), CASE)


@pytest.fixture(scope="module")
def people(node) -> Iterator[dict[str, Visitor]]:
    world = World(facts=node)
    apart(enter, world)
    with come_in_at_once(*PEOPLE) as made:
        yield made
    world.empty()


def answer(page: Page, **other: str) -> None:
    """Answer every question of the form that is shown, by the keyboard: the space bar ticks what has the focus."""
    for question, code in {**ANSWERS, **other}.items():
        page.locator(f"input[name=fact-{question}][value='{code}']").first.focus()
        page.keyboard.press("Space")


def observe(page: Page, **other: str) -> None:
    page.locator("tbody input[type=checkbox]").first.focus()
    page.keyboard.press("Space")
    answer(page, **other)
    page.keyboard.press("Enter")
    page.get_by_text("What you observed is kept for 1 medium.").wait_for()


def test_what_officers_observe_becomes_a_category_a_dispute_and_a_decision(people: dict[str, Visitor]) -> None:
    ada, nina, rolf = people["ada"], people["nina"], people["rolf"]
    page = ada.go(f"/cases/{CASE}/")
    page.get_by_role("link", name="Categories").click()
    page.get_by_label("Scheme").select_option("template-letters")
    page.get_by_role("button", name="Show").click()
    assert ada.faults() == []
    page.get_by_role("button", name="Keep it").click()
    assert page.locator("input[name=fact-made]").first.evaluate("one => one.validity.valueMissing")
    observe(page)
    row = page.locator("tbody tr").first
    assert "B Grade two" in row.inner_text()
    assert "◐ indicative" in row.inner_text()

    page = nina.go(f"/cases/{CASE}/categories/?scheme=template-letters")
    row = page.locator("tbody tr").first
    assert "told once you have said yourself" in row.inner_text()
    assert "Grade two" not in row.inner_text()
    observe(page, grade="none")
    assert "△ disputed" in page.locator("tbody tr").first.inner_text()
    assert nina.faults() == []
    page.get_by_label("Standing").select_option("disputed")
    page.get_by_role("button", name="Show").click()
    page.wait_for_load_state()
    assert page.locator("tbody tr").count() == 1

    page = nina.go("/categories/?scheme=template-letters")
    assert page.get_by_text("Decide", exact=True).count() == 0
    page = rolf.go("/categories/?scheme=template-letters")
    assert "7 to 10" in page.locator("article").inner_text()
    page.locator("summary", has_text="Decide").click()
    assert rolf.faults() == []
    answer(page, grade="none")
    page.get_by_label("Why").fill("By the guide, part 2.")
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("It is decided.").wait_for()
    page = ada.go(f"/cases/{CASE}/categories/?scheme=template-letters")
    assert "◆ reviewed" in page.locator("tbody tr").first.inner_text()


def test_an_administrator_loads_a_scheme_and_a_bad_one_is_refused_in_a_sentence(people: dict[str, Visitor]) -> None:
    alva, ada = people["alva"], people["ada"]
    page = alva.go("/categories/")
    page.get_by_text("Load a version of your member's scheme").click()
    assert alva.faults() == []
    page.get_by_label("The scheme as JSON").fill("{}")
    page.get_by_role("button", name="Keep this version").click()
    page.get_by_text("A scheme is a JSON object with the keys").wait_for()
    page.get_by_text("Load a version of your member's scheme").click()
    page.get_by_label("The scheme as JSON").fill(json.dumps({
        "scheme": "national", "version": 1, "title": "فئات", "categories": {"I": "First", "0": "None"},
        "rules": [{"category": "I", "when": {"grade": ["two", "three"]}}], "otherwise": "0",
    }))  # fmt: skip
    page.get_by_role("button", name="Keep this version").click()
    page.get_by_text("national, version 1, is kept.").wait_for()
    page = ada.go("/categories/")
    assert "فئات" in page.locator("main").inner_text()
    assert page.get_by_text("Load a version of your member's scheme").count() == 0
