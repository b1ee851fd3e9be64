"""Somebody who works by the keyboard and by what a reader of the screen says: things are found by role and by name, in any language."""

from typing import Any

from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page

from tests.world.browsers import Visitor

WAIT_MS = 60_000
"""On a machine whose cores are shared by many."""
LEFT = "net::ERR_ABORTED"
"""What a browser says of a request that the page it leaves had open."""


class Reader:
    """An officer at a browser in one language; whatever fails on the way is kept in `failures`."""

    def __init__(self, visitor: Visitor, language: str) -> None:
        self.visitor, self.page, self._language = visitor, visitor.page, language
        self.failures: list[str] = []
        visitor.context.set_default_timeout(WAIT_MS)
        visitor.context.add_cookies([{"name": "language", "value": language, "url": visitor.address}])
        self.page.on("requestfailed", lambda one: self._failed(one.failure, one.url))
        self.page.on("response", lambda one: self._answered(one.status, one.url))

    def _failed(self, why: str | None, address: str) -> None:
        if why != LEFT:
            self.failures.append(f"{why} {address}")

    def _answered(self, status: int, address: str) -> None:
        if status >= 400:
            self.failures.append(f"{status} {address}")

    def say(self, words: str) -> str:
        """The sentence of the catalogue in the language of the reader, which has it."""
        with override(self._language):
            said = gettext(words)
        assert self._language == "en" or said != words, f"{words} is not translated"
        return said

    @property
    def ahead(self) -> str:
        """The arrow that leads on in the direction of the writing."""
        return "ArrowLeft" if self._language == "ar" else "ArrowRight"

    def go(self, path: str) -> Page:
        return self.visitor.go(path)

    def read(self, words: str) -> Locator:
        """These words, once they are there."""
        found = self.page.get_by_text(self.say(words)).first
        found.wait_for()
        return found

    def main(self) -> str:
        return self.page.locator("main").inner_text()

    def within(self, heading: str) -> Locator:
        """The section of that name."""
        return self.page.get_by_role("region", name=self.say(heading), exact=True)

    def fill(self, label: str, text: str, within: Any = None) -> None:
        field = (within or self.page).get_by_label(self.say(label), exact=True)
        field.focus()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def choose(self, label: str, value: str, within: Any = None) -> None:
        place = within or self.page
        boxes = [place.get_by_role(role, name=self.say(label), exact=True) for role in ("combobox", "listbox")]
        boxes[0].or_(boxes[1]).select_option(value)

    def press(self, name: str, within: Any = None) -> None:
        """A button or what unfolds, by the keyboard."""
        (within or self.page).get_by_role("button", name=self.say(name), exact=True).press("Enter")

    def unfold(self, words: str) -> None:
        self.page.locator("summary").get_by_text(self.say(words), exact=True).press("Enter")

    def follow(self, words: str, within: Any = None, *, exact: bool = True) -> None:
        """A link, by the keyboard; until the page that it leads to is there."""
        with self.page.expect_navigation():
            (within or self.page).get_by_role("link", name=self.say(words), exact=exact).first.press("Enter")
