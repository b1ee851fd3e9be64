"""The pages in other languages, in a real browser: chosen at the door, kept, and in Arabic from right to left."""

from collections.abc import Iterator

import pytest

from tests.world.browsers import Visitor
from tests.world.leading import ada_with_a_lead

PATHS = [
    "/", "/cases/NO-1/", "/cases/NO-1/media/", "/series/", "/leads/", "/places/", "/map/", "/messages/", "/overlaps/", "/audit/",
    "/retention/", "/account/keys/",
]  # fmt: skip
LOOSE = r"""
() => {
  const named = /\b[SVOPQTM]-\d{3,}|\b[0-9a-f]{8,}\b|\b\d{4}-\d{2}-\d{2}\b|\b[A-Z]{2}-\d+\b/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const loose = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, around = node.parentElement;
    if (!named.test(node.data) || around.closest("bdi, [dir=ltr], .visually-hidden, code, kbd, script, noscript, style, textarea, option, title")) continue;
    loose.push(node.data.trim());
  }
  return loose;
}
"""
"""Identifiers that the writing around them could turn round: in no element that keeps them apart."""
ENGLISH = r"""
() => [...document.querySelectorAll("main h1, main h2, main th, main label, main button, header a, header button")]
  .map((one) => one.innerText).filter((text) => /\b(the|and|of|with|your|wait|record)\b/i.test(text))
"""
"""Headings, labels and buttons with words that are English and nothing else."""


@pytest.fixture(scope="module")
def ada(node) -> Iterator[Visitor]:
    with ada_with_a_lead(node) as made:
        yield made


def direction(ada: Visitor) -> tuple[str, str]:
    return tuple(ada.page.evaluate("[document.documentElement.lang, document.documentElement.dir]"))


def test_a_language_is_chosen_with_one_press_and_kept(ada: Visitor) -> None:
    page = ada.go("/leads/")
    page.get_by_role("button", name="Français").press("Enter")
    page.get_by_role("heading", name="Pistes").wait_for()
    assert direction(ada) == ("fr", "ltr")
    assert page.url.endswith("/leads/")
    page.get_by_role("link", name="Il a été pris avec").click()
    page.get_by_role("button", name="La prendre").press("Enter")
    page.get_by_text("étape est enregistrée").wait_for()
    page.get_by_role("button", name="Español").press("Enter")
    page.wait_for_function("document.documentElement.lang === 'es'")
    assert page.evaluate(ENGLISH) == []
    assert ada.faults() == []
    assert ada.complaints == []


def sound_in_arabic(ada: Visitor) -> None:
    page = ada.page
    assert direction(ada) == ("ar", "rtl")
    assert page.evaluate(LOOSE) == []
    assert page.evaluate(ENGLISH) == []
    assert ada.faults() == []
    assert ada.complaints == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_in_arabic_runs_from_right_to_left_and_turns_no_identifier_round(ada: Visitor, path: str) -> None:
    ada.context.add_cookies([{"name": "language", "value": "ar", "url": ada.address}])
    ada.go(path)
    sound_in_arabic(ada)


@pytest.mark.parametrize("listed", ["/series/", "/leads/"])
def test_what_a_list_in_arabic_leads_to_is_sound_too(ada: Visitor, listed: str) -> None:
    page = ada.go(listed)
    page.locator(f"main a[href^='{listed}']").first.click()
    page.wait_for_load_state()
    sound_in_arabic(ada)


def test_the_door_speaks_the_language_of_the_browser_or_the_one_that_is_chosen(ada: Visitor) -> None:
    context = ada.context.browser.new_context(locale="ar")
    page = context.new_page()
    page.goto(f"{ada.address}/account/sign-in/")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    page.get_by_role("button", name="Français").press("Enter")
    page.get_by_label("utilisateur").wait_for()
    page.get_by_label("utilisateur").fill("nobody")
    page.get_by_label("Mot de passe").fill("wrong")
    page.get_by_role("button", name="Se connecter", exact=True).press("Enter")
    page.get_by_role("alert").wait_for()
    context.close()
