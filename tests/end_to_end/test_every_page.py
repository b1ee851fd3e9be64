"""Every page in a real browser, in English and in Arabic: light and dark: axe finds nothing, nothing is too wide, and the tree is sane."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from clew.actions import budgeting
from clew.domain.officer import Role
from clew.domain.reveal_budget import RevealBudget
from clew.domain.suspension import Level, Scope
from clew.records.session import acting_as
from tests.end_to_end.test_queries_of_pages import PEOPLE, TRIED_MAX, addresses
from tests.end_to_end.test_queries_of_pages import pages as patterns_of_pages
from tests.world.browsers import Visitor, axe, chromium, visitor
from tests.world.clients import signed_in
from tests.world.door import apart, be_in
from tests.world.foreign import sweden
from tests.world.languages import ENGLISH, LOOSE
from tests.world.serving import pages
from tests.world.world import World

OF_ACCOUNTS = ("mfa_index", "mfa_add_webauthn", "mfa_reauthenticate", "shortcuts")
ABSENT = "/there/is/no/such/page/"
METHOD_NOT_TAKEN = 405
NO_PAGES = {"language/", "go/", "exercise/"}
"""What answers by sending on, and what is only in the academy."""
SCHEMES = {"en": "light", "ar": "dark"}
"""So both schemes of colours are looked at on every page."""
WIDTHS = (640, 320)
"""CSS pixels: a window of 1280 at 200 %, and a telephone (WCAG 2.2, 1.4.4 and 1.4.10)."""

SANE = r"""
() => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const all = (what) => [...document.querySelectorAll(what)].filter(shown);
  const named = (one) => one.getAttribute("aria-label") || (one.getAttribute("aria-labelledby") ?? "").split(" ")
    .map((id) => document.getElementById(id)?.textContent.trim() ?? "").join(" ").trim();
  const wrong = [];
  if (all("main").length !== 1) wrong.push(`${all("main").length} main landmarks`);
  if (all("h1").length !== 1) wrong.push(`${all("h1").length} first headings`);
  let before = 0;
  for (const one of all("h1, h2, h3, h4, h5, h6")) {
    const level = Number(one.tagName[1]);
    if (level > before + 1) wrong.push(`a heading of level ${level} after ${before}: ${one.textContent.trim().slice(0, 60)}`);
    if (!one.textContent.trim()) wrong.push(`an empty heading of level ${level}`);
    before = level;
  }
  for (const kind of ["nav", "main section", "aside", "[role=search]"]) {
    const names = all(kind).map(named), seen = new Set();
    for (const name of names) {
      if (!name && (kind !== "[role=search]")) wrong.push(`a ${kind} without a name`);
      if (name && seen.has(name)) wrong.push(`two ${kind} called ${name}`);
      seen.add(name);
    }
  }
  const first = document.querySelector("a[href], button, input:not([type=hidden]), summary");
  if (document.querySelector("nav") && first?.getAttribute("href") !== "#content") wrong.push("the first thing that takes the focus is not the way past the frame");
  if (!document.title.trim() || document.title.trim().startsWith("·")) wrong.push("no title");
  if (document.querySelector("[tabindex]:not([tabindex='0']):not([tabindex='-1'])")) wrong.push("an order of tabs of its own");
  return wrong;
}
"""
"""What a reader of the screen goes by: landmarks, headings, names and the order of tabs."""


def enter(world: World) -> dict[str, dict[str, str]]:
    """By officer: a page of each kind that is answered, by its pattern. What an investigator reaches by a name is looked at once."""
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    own = sweden(world)
    for name, role in PEOPLE.items():
        if name != "sven":
            world.officer(name, role=role, member="SE", unit="ADMIN" if role is Role.NATIONAL_ADMINISTRATOR else "VICTIM-ID")
    with acting_as(world.officer("nils", role=Role.NATIONAL_ADMINISTRATOR, member="SE", unit="ADMIN")) as session:
        scope = Scope(level=Level.OFFICER, member="SE", officer="karin")
        budgeting.give(session, scope, RevealBudget(hourly=9, daily=9), "A trial.")
    found: dict[str, dict[str, str]] = {}
    seen: set[str] = set()
    for who in PEOPLE:
        client, found[who] = signed_in(who), {}
        for pattern in patterns_of_pages():
            if pattern in seen or pattern in NO_PAGES or (who != "sven" and "<" in pattern):
                continue
            for address in islice(addresses(pattern, own), TRIED_MAX):
                answer = client.get(address)
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    found[who][pattern] = address
                    seen.add(pattern)
                if answer.status_code in {200, METHOD_NOT_TAKEN}:
                    break
    found["sven"] |= {name: reverse(name) for name in OF_ACCOUNTS} | {"absent": ABSENT}
    return found


@pytest.fixture(scope="module")
def looked(node) -> Iterator[tuple[dict[str, Visitor], dict[str, dict[str, str]]]]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = World(facts=node)
    found = apart(enter, world)
    with pages() as address, chromium() as browser, ExitStack() as opened:
        visitors = {}
        for name in PEOPLE:
            visitors[name] = opened.enter_context(visitor(browser, address, viewport={"width": 1280, "height": 800}))
            be_in(visitors[name], name)
        visitors["nobody"] = opened.enter_context(visitor(browser, address))
        yield visitors, found | {"nobody": {"account_login": reverse("account_login")}}
    world.empty()


def widths(page: Page) -> list[str]:
    """Where the page is wider than a narrow window."""
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate("document.documentElement.scrollWidth")
        wide += [f"{found} px wide in a window of {width} px"] if found > width else []
    page.set_viewport_size({"width": 1280, "height": 800})
    return wide


@pytest.mark.parametrize("who", [*PEOPLE, "nobody"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_holds(looked: tuple[dict[str, Visitor], dict[str, dict[str, str]]], who: str, language: str) -> None:
    visitors, found = looked
    visiting, wrong = visitors[who], []
    visiting.page.emulate_media(color_scheme=SCHEMES[language])
    visiting.context.add_cookies([{"name": "language", "value": language, "url": visiting.address}])
    for pattern, address in found[who].items():
        page = visiting.go(address)
        said = [*axe(page), *page.evaluate(SANE), *widths(page)]
        if language == "ar":
            said += [f"runs round: {one}" for one in page.evaluate(LOOSE)]
            said += [f"is English: {one}" for one in page.evaluate(ENGLISH)]
            said += [] if page.evaluate("document.documentElement.dir") == "rtl" else ["runs from left to right"]
        said += [f"the browser complains: {one}" for one in visiting.complaints if address != ABSENT]
        visiting.complaints.clear()
        wrong += [f"{pattern} ({address}): {one}" for one in said]
    assert not wrong, "\n".join(wrong)
    assert len(found[who]) > {"sven": 55, "nobody": 0}.get(who, -1)
