"""A real browser that looks at pages and reports whatever is wrong with them."""

import asyncio
import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)
"""The one without windows takes a quarter of the processor's time for a new visitor and half of it for a page."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    # Nobody watches: a process for drawing alone only costs.
    "--in-process-gpu",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_AXE = """
async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
}
"""
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


def axe(page: Page) -> list[str]:
    """What axe finds on the page that is shown; what holds is not told, which is most of what there is to tell."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_FILE_PATH.read_text("utf-8"))
    return list(page.evaluate(_AXE, WCAG))


class _Kept:
    """The browser of this process: started when the first test asks for it, ended with the process."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._playwright is None:
            self._playwright = sync_playwright().start()
            self._loop = asyncio.get_running_loop()
            atexit.register(self.end)
        else:
            asyncio._set_running_loop(self._loop)
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        return self._browser

    def rest(self) -> None:
        """Nobody looks now: what was open is closed, and others may wait for the database again where Playwright waits."""
        if self._browser is not None:
            for context in self._browser.contexts:
                context.close()
        asyncio._set_running_loop(None)

    def end(self) -> None:
        asyncio._set_running_loop(self._loop)
        if self._browser is not None:
            self._browser.close()
        if self._playwright is not None:
            self._playwright.stop()


_KEPT = _Kept()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("NOT TESTED IN A BROWSER: Chromium is absent (apt-get install chromium-headless-shell)")
    try:
        yield _KEPT.browser()
    finally:
        _KEPT.rest()


class Visitor:
    """Somebody at a browser: goes to pages, remembers every complaint of the browser."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.complaints: list[str] = []
        self.kinds_requested: set[str] = set()
        context.add_init_script(_REPORT_VIOLATIONS)
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: self._console(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.kinds_requested.add(request.resource_type))

    def _console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, username: str, password: str, code: str | None = None) -> Page:
        """Sign in by password, and by the code of an authenticator app where one is asked for."""
        page = self.go("/account/sign-in/")
        if page.locator("h1").inner_text() == "Second factor":
            page.get_by_role("button", name="Start again").click()
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        if code is not None:
            page.get_by_label("Code of your authenticator app").fill(code)
            page.get_by_role("button", name="Continue").click()
            page.wait_for_load_state()
        return page

    def faults(self) -> list[str]:
        """What axe finds on the page that is shown, and whether it is wider than the window."""
        faults = axe(self.page)
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        return faults if wide <= window else [*faults, f"{wide} px wide in a window of {window} px"]


@contextmanager
def visitor(browser: Browser, address: str, **how: object) -> Iterator[Visitor]:
    """Somebody with a browser of their own; `how` are Playwright's options of a context."""
    context = browser.new_context(**how)  # type: ignore[arg-type]
    try:
        yield Visitor(context, address)
    finally:
        context.close()
