"""The pages in other languages, in a real browser: chosen at the door or with one press, and kept; every page in Arabic: test_every_page.py."""

from collections.abc import Iterator

import pytest

from tests.world.browsers import Visitor
from tests.world.languages import ENGLISH
from tests.world.leading import ada_with_a_lead


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
    page.wait_for_function("document.documentElement?.lang === 'es'")
    assert page.evaluate(ENGLISH) == []
    assert ada.faults() == []
    assert ada.complaints == []


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
