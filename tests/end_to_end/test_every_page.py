"""Every page in a real browser, in English and in Arabic: light and dark: axe finds nothing, nothing is too wide, and the tree is sane."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from uuid import uuid4

import pytest
from django.urls import URLPattern, get_resolver, reverse
from playwright.sync_api import Page

from clew.actions import admitting, budgeting, counting
from clew.domain.officer import Role
from clew.domain.reveal_budget import RevealBudget
from clew.domain.suspension import Level, Scope
from clew.records import exercises, officers
from clew.records.session import acting_as
from clew.web import statistics
from tests.end_to_end.test_queries_of_pages import PEOPLE, TRIED_MAX, addresses
from tests.scenario.test_counting import a_month_goes_by
from tests.world.browsers import Visitor, axe, chromium, visitor
from tests.world.clients import signed_in
from tests.world.door import PASSWORD, apart, be_in, virtual_key
from tests.world.foreign import sweden, two_members
from tests.world.languages import ENGLISH, LOOSE
from tests.world.serving import pages
from tests.world.world import World

ABSENT = "/there/is/no/such/page/"
METHOD_NOT_TAKEN = 405
STREAM, PART, SENT_ON = "a stream of events", "a part for the script of a page, as JSON", "it only sends on"
TICKET = "what a page shows by a ticket of its own, after a press"
NOT_WALKED: Mapping[str, str] = {
    **dict.fromkeys(("case-progress", "exhibit-progress", "unit-case-progress", "unit-exhibit-progress"), STREAM),
    **dict.fromkeys(("case-grid-page", "exhibit-grid-page", "unit-case-grid-page", "unit-exhibit-grid-page",
                     "series-grid-page", "exhibit-numbers", "unit-exhibit-numbers", "upload", "exposure"), PART),
    **dict.fromkeys(("programs-document", "asset"), "a file"),
    **dict.fromkeys(("look-given", "object-seen"), TICKET),
    **dict.fromkeys(("go", "single-sign-on", "openid_connect_callback", "certificate", "mfa_login_webauthn"), SENT_ON),
}  # fmt: skip
"""Routes that are read and that nobody looks at as a page, each with its reason. What is only posted to says so itself."""
OF_THE_ACADEMY = {"exercise": "/exercise/", "home": "/"}
BEHIND_A_STEP = {
    "mfa_authenticate", "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_remove_webauthn", "mfa_reauthenticate_webauthn",
}  # fmt: skip
"""Pages of whoever has just come in or has a key, which one test goes through."""
SCHEMES = {"en": "light", "ar": "dark"}
"""So both schemes of colours are looked at on every page."""
WIDTHS = (640, 320)
"""CSS pixels: a window of 1280 at 200 %, and a telephone (WCAG 2.2, 1.4.4 and 1.4.10)."""

Looked = tuple[dict[str, Visitor], dict[str, dict[str, str]], set[str]]

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


def enter(world: World) -> tuple[dict[str, dict[str, str]], set[str]]:
    """By officer: a page of each kind that is answered, by its route; and routes that are only posted to.

    What several officers reach is looked at once.
    """
    two_members(world)
    own = sweden(world)
    for name, role in PEOPLE.items():
        if name != "sven":
            world.officer(name, role=role, member="SE", unit="ADMIN" if role is Role.NATIONAL_ADMINISTRATOR else "VICTIM-ID")
    with acting_as(world.officer("nils", role=Role.NATIONAL_ADMINISTRATOR, member="SE", unit="ADMIN")) as session:
        scope = Scope(level=Level.OFFICER, member="SE", officer="karin")
        budgeting.give(session, scope, RevealBudget(hourly=9, daily=9), "A trial.")
    world.officer("vera", member="SE")
    officers.set_password("vera", PASSWORD)
    counting.count_up()
    a_month_goes_by(world)
    counting.publish(is_on=True)
    statistics._TOLD.forget()
    with acting_as(admitting.operator_at("SE")) as session:
        exercises.begin(session, uuid4(), "sven", "You are sven.\nA telephone was seized.")
    found: dict[str, dict[str, str]] = {who: {} for who in PEOPLE}
    posted: set[str] = set()
    met: set[str] = set()
    for who in PEOPLE:
        client = signed_in(who)
        for name, pattern in routes().items():
            if name in met | {*NOT_WALKED} | BEHIND_A_STEP:
                continue
            for address in islice(addresses(pattern, own), TRIED_MAX):
                answer = client.get(address)
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    found[who][name] = address
                if answer.status_code == METHOD_NOT_TAKEN:
                    posted.add(name)
                if answer.status_code in {200, METHOD_NOT_TAKEN}:
                    met.add(name)
                    break
    found["sven"]["absent"] = ABSENT
    return found, posted


def routes() -> dict[str, str]:
    """By name: the pattern of each address of the node but those of the API."""
    every = [one for one in get_resolver().url_patterns if isinstance(one, URLPattern)]
    return {str(one.name): str(one.pattern) for one in every if not str(one.name).startswith("api-")}


@pytest.fixture(scope="module")
def looked(node) -> Iterator[Looked]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = World(facts=node)
    found, posted = apart(enter, world)
    with pages() as address, chromium() as browser, ExitStack() as opened:
        visitors = {}
        for name in PEOPLE:
            visitors[name] = opened.enter_context(visitor(browser, address, viewport={"width": 1280, "height": 800}))
            be_in(visitors[name], name)
        visitors["nobody"] = opened.enter_context(visitor(browser, address))
        # The same officer and database, as the pages of an academy show them.
        schooled = opened.enter_context(pages(application="tests.world.schooled:application"))
        visitors["learner"] = opened.enter_context(visitor(browser, schooled))
        be_in(visitors["learner"], "sven")
        yield visitors, found | {"nobody": {"account_login": reverse("account_login")}, "learner": OF_THE_ACADEMY}, posted
    world.empty()
    statistics._TOLD.forget()


def widths(page: Page) -> list[str]:
    """Where the page is wider than a narrow window."""
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate("document.documentElement.scrollWidth")
        wide += [f"{found} px wide in a window of {width} px"] if found > width else []
    page.set_viewport_size({"width": 1280, "height": 800})
    return wide


def wrong_with(visiting: Visitor, language: str) -> list[str]:
    """What is wrong with the page that is shown."""
    page = visiting.page
    said = [*axe(page), *page.evaluate(SANE), *widths(page)]
    if language == "ar":
        said += [f"runs round: {one}" for one in page.evaluate(LOOSE)]
        said += [f"is English: {one}" for one in page.evaluate(ENGLISH)]
        said += [] if page.evaluate("document.documentElement.dir") == "rtl" else ["runs from left to right"]
    return said


def speak(visiting: Visitor, language: str) -> None:
    visiting.page.emulate_media(color_scheme=SCHEMES[language])
    visiting.context.add_cookies([{"name": "language", "value": language, "url": visiting.address}])


@pytest.mark.parametrize("who", [*PEOPLE, "nobody", "learner"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_holds(looked: Looked, who: str, language: str) -> None:
    visitors, found, _ = looked
    visiting, wrong = visitors[who], []
    speak(visiting, language)
    for name, address in found[who].items():
        visiting.go(address)
        said = wrong_with(visiting, language)
        said += [f"the browser complains: {one}" for one in visiting.complaints if address != ABSENT]
        visiting.complaints.clear()
        wrong += [f"{name} ({address}): {one}" for one in said]
    assert not wrong, "\n".join(wrong)


def test_no_page_is_left_out(looked: Looked) -> None:
    # A page that is new has an address in none of these: so this fails until it is walked or somebody has said why not.
    _, found, posted = looked
    walked = {name for pages_of in found.values() for name in pages_of}
    assert set(routes()) - walked - posted - {*NOT_WALKED} - BEHIND_A_STEP == set()
    assert ({*NOT_WALKED} | BEHIND_A_STEP) - set(routes()) == set()
    assert walked & {*NOT_WALKED} == set()


def test_pages_behind_a_step_hold(looked: Looked) -> None:
    visiting = looked[0]["nobody"]
    page, wrong, met = visiting.page, [], set()

    def look(name: str) -> None:
        met.add(name)
        for language in SCHEMES:
            speak(visiting, language)
            page.reload()
            wrong.extend(f"{name}: {one}" for one in wrong_with(visiting, language))

    speak(visiting, "en")
    virtual_key(visiting)
    visiting.sign_in("vera", PASSWORD)
    visiting.go(reverse("mfa_activate_totp"))
    look("mfa_activate_totp")
    visiting.go(reverse("mfa_add_webauthn"))
    page.locator("clew-passkey button").click()
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    look("mfa_view_recovery_codes")
    visiting.go(reverse("mfa_index"))
    page.locator("main a[href$='/remove/']").first.click()
    look("mfa_remove_webauthn")
    visiting.go(reverse("mfa_reauthenticate_webauthn"))
    look("mfa_reauthenticate_webauthn")
    visiting.context.clear_cookies()
    speak(visiting, "en")
    visiting.sign_in("vera", PASSWORD)
    look("mfa_authenticate")
    assert not wrong, "\n".join(wrong)
    assert met == BEHIND_A_STEP
