"""Single sign-on against a real OpenID Connect server that is not ours, in a real browser."""

import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.node.single_sign_on import FILE
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import apart
from tests.world.elsewhere import free_port
from tests.world.serving import pages
from tests.world.world import World

SUBJECTS = {
    "strong": {"preferred_username": "ada", "acr": "urn:police:two-factors"},
    "weak": {"preferred_username": "ada", "acr": "urn:police:password"},
    "foreign": {"preferred_username": "sven", "acr": "urn:police:two-factors"},
    "stranger": {"preferred_username": "nobody-here", "acr": "urn:police:two-factors"},
    "nameless": {"acr": "urn:police:two-factors"},
}


@dataclass(frozen=True, kw_only=True)
class Served:
    address: str
    world: World


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The identity provider of Norway's police network."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--host", "localhost", "--port", str(port), "--require-nonce"]
    serving = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        await_answer(f"{address}/.well-known/openid-configuration")
        for subject, claims in SUBJECTS.items():
            asked = urllib.request.Request(
                f"{address}/users/{subject}", json.dumps(claims).encode(), {"Content-Type": "application/json"}, method="PUT"
            )
            urllib.request.urlopen(asked, timeout=5).close()
        yield address
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def await_answer(address: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


def enter(world: World) -> None:
    world.empty()
    world.officer("ada")
    world.officer("sven", member="SE")


@pytest.fixture(scope="module")
def served(node, configuration, provider) -> Iterator[Served]:
    world = World(facts=node)
    apart(enter, world)
    path: Path = configuration.keys_folder / FILE
    path.touch(mode=0o600)
    path.write_text(
        json.dumps([
            {
                "id": "police-net", "name": "Sign in by the police network", "member": "NO", "issuer": provider,
                "client_id": "clew", "client_secret": "between us", "acr": ["urn:police:two-factors"],
            }
        ])
    )  # fmt: skip
    try:
        with pages() as address:
            yield Served(address=address, world=world)
    finally:
        path.unlink()
        world.empty()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def somebody(browser, served) -> Iterator[Visitor]:
    with visitor(browser, served.address) as somebody:
        yield somebody


def sign_on(somebody: Visitor, subject: str) -> str:
    """Go to the police network and be this subject there; the heading of the page one comes back to."""
    somebody.go("/account/sign-in/").get_by_role("link", name="Sign in by the police network").click()
    page = somebody.page
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{somebody.address}/**")
    return page.locator("h1").inner_text()


def test_an_officer_comes_in_by_the_police_network_and_its_second_factor(somebody):
    assert sign_on(somebody, "strong") == "Home"
    somebody.go("/account/keys/")
    assert "single sign-on · since" in somebody.page.locator("main").inner_text()


def test_without_its_second_factor_one_of_ours_is_asked_for(somebody):
    assert sign_on(somebody, "weak") == "My sign-ins and keys"
    assert somebody.go("/").locator("h1").inner_text() == "My sign-ins and keys"


@pytest.mark.parametrize("subject", ["foreign", "stranger", "nameless"])
def test_officers_of_other_members_and_strangers_are_not_signed_in(somebody, subject):
    assert sign_on(somebody, subject) == "Not signed in"
    assert somebody.go("/").locator("h1").inner_text() == "Sign in"


def test_who_says_no_over_there_is_not_signed_in(somebody):
    somebody.go("/account/sign-in/").get_by_role("link", name="Sign in by the police network").click()
    somebody.page.get_by_role("button", name="Deny").click()
    somebody.page.wait_for_url(f"{somebody.address}/**")
    assert somebody.page.locator("h1").inner_text() == "Not signed in"


def test_the_question_carries_state_nonce_and_a_challenge(somebody, provider):
    somebody.go("/account/sign-in/").get_by_role("link", name="Sign in by the police network").click()
    assert somebody.page.url.startswith(provider)
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(somebody.page.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) >= 22
    assert len(asked["state"][0]) >= 16
    assert asked["acr_values"] == ["urn:police:two-factors"]


def test_an_answer_from_another_browser_is_refused(browser, served, somebody):
    """Someone who makes another's browser take their own answer back would see what the other does."""
    somebody.go("/account/sign-in/").get_by_role("link", name="Sign in by the police network").click()
    answers: list[str] = []
    somebody.page.on("request", lambda request: answers.append(request.url) if "/back/" in request.url else None)
    somebody.page.route("**/back/**", lambda route: route.abort())
    somebody.page.locator("input[name=sub]").fill("strong")
    somebody.page.get_by_role("button", name="Authorize").click()
    somebody.page.wait_for_timeout(1000)
    assert answers
    with visitor(browser, served.address) as other:
        other.page.goto(answers[0])
        assert other.page.locator("h1").inner_text() == "Not signed in"
        assert other.go("/").locator("h1").inner_text() == "Sign in"


def test_a_suspended_officer_does_not_come_in_this_way_either(somebody, served):
    from clew.domain.suspension import Level, Scope
    from tests.end_to_end.test_sign_in import switch

    scope = Scope(level=Level.OFFICER, member="NO", officer="ada")
    apart(switch, scope, True)
    try:
        assert sign_on(somebody, "strong") == "No access now"
    finally:
        apart(switch, scope, False)


def test_a_provider_that_is_not_there_is_no_page(somebody, served):
    answer = somebody.context.request.get(f"{served.address}/account/single-sign-on/another/")
    assert answer.status == 404
