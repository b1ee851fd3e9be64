"""What changes or takes out anything asks for the second factor once more: every route of the node, walked.

A route that is new answers in the walk below and is in no list there: so it fails until somebody has said which it is.
"""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from clew.domain.officer import Role
from clew.domain.sign_in import FRESH_MAX
from tests.world.clients import shown_ago, signed_in
from tests.world.world import World

AGAIN = "/account/again/"
READ = {
    "home", "go", "shortcuts", "search", "search-media", "uploads", "upload", "programs", "programs-document", "hash-lists", "hash-list-export", "cases", "case", "exhibit", "case-progress", "exhibit-progress", "exhibit-numbers",
    "unit-case", "unit-exhibit", "unit-case-progress", "unit-exhibit-progress", "unit-exhibit-numbers",
    "audit", "audit-patterns", "accesses", "administration", "budgets", "handling", "exhibit-handling", "mfa_index",
    "mfa_list_webauthn", "asset", "retention", "request", "requests", "report", "case-end", "overlap", "overlaps", "releases",
    "series", "series-list", "case-proposals", "message", "messages", "lead", "leads", "victim", "victims", "offender",
    "offenders", "place", "places", "links", "links-of", "map", "medium-provenance", "categories", "case-categories", "ledger",
    "taskforces", "taskforce", "workbench", "medium-clues",
    "question", "questions", "objects", "referral", "referrals",
    "statistics", "unidentified",
    "academy", "exercise", "readiness-list", "readiness",
    "medium", "medium-of", "exposure",
    "case-grid", "case-grid-page", "exhibit-grid", "exhibit-grid-page", "unit-case-grid", "unit-case-grid-page",
    "unit-exhibit-grid", "unit-exhibit-grid-page", "series-grid", "series-grid-page",
}  # fmt: skip
"""Pages that are read, hold no original and are no file to take away."""
AT_THE_DOOR = {
    "account_login", "account_logout", "account_inactive", "mfa_authenticate", "start-again", "single-sign-on",
    "openid_connect_callback", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "certificate", "language",
}  # fmt: skip
"""How somebody comes in, shows the second factor once more, or leaves."""
BY_A_TICKET = {"look-given"}
"""What gives media, and only by the ticket of a reveal under a statement that asked for the second factor."""
POSTED_AT_ONCE = {
    "look-reveal": "a reveal lies under a statement of purpose and case that asked within the hour; a key press cannot",
    "look-cover": "to cover what is shown only narrows, and is done in a hurry",
    "exposure": "a clock that the page itself moves on, and that nobody but the officer reads",
    "medium-verdict": "a verdict is the own unit's and undone by one press, and an officer goes through many matches",
    "grid-mark": "a mark is the own unit's alone and undone by one key, and a seizure takes thousands of them",
    "grid-view": "a filter of the officer's own shows nothing that its page would not",
    "grid-sort": "it refuses with a sentence of its own, for a script: tests/scenario/test_going_through.py",
    "sign-in-end": "ending one's own sign-in only narrows, and whoever lost a laptop is in a hurry",
    "shortcuts-change": "which key of one's own keyboard does what opens nothing",
    "search": "it reads; what is looked for is posted so that it stands in no address",
    "audit-read-again": "it reads the log again, shows nothing of any record, and is pressed again and again",
    "exhibit-again": "files of an own exhibit are taken in that were to be: it opens nothing",
    "upload-begin": "what is taken in opens nothing, and an upload of an hour does not stop for a second factor",
    "upload-move": "the same; to cancel one's own upload only narrows",
}
"""Routes that change something without asking, each with its reason."""


@pytest.fixture
def officer(world: World) -> Client:
    """An administrator with a second factor, signed in by it."""
    world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    return signed_in("nina")


def addresses() -> dict[str, str]:
    """An address of each route, by its name."""
    given = {"reference": "NO-1", "str": "x", "path": "x", "uuid": str(uuid4()), "int": "1", "slug": "case"}
    found = {}
    for one in get_resolver().url_patterns:
        assert isinstance(one, URLPattern), "an include hides routes from this test"
        if str(one.pattern).startswith("api/"):  # tests/scenario/test_api.py walks these
            continue
        found[str(one.name)] = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda match: given[match[1]], str(one.pattern))
    return found


def answering(client: Client, method: str) -> set[str]:
    """Routes that answer to the method without asking for the second factor."""
    found = set()
    for name, address in addresses().items():
        shown_ago(client, "nina", FRESH_MAX.total_seconds() + 60)
        answer = client.generic(method, address)
        assert answer.status_code != 500, address
        if answer.status_code != 405 and not answer.headers.get("Location", "").startswith(AGAIN):
            found.add(name)
    return found


def test_every_route_that_changes_something_asks_for_the_second_factor_once_more(officer: Client) -> None:
    assert answering(officer, "POST") - AT_THE_DOOR == {*POSTED_AT_ONCE}


def test_no_route_does_what_a_page_elsewhere_has_the_browser_send(officer: Client) -> None:
    elsewhere = Client(enforce_csrf_checks=True, raise_request_exception=False, SERVER_NAME="localhost")
    elsewhere.cookies = officer.cookies
    for address in addresses().values():
        for method in ("POST", "PATCH"):
            assert elsewhere.generic(method, address).status_code in {403, 405}, address


def test_whatever_is_read_without_asking_is_named_as_a_page_that_is_only_read(officer: Client) -> None:
    assert answering(officer, "GET") - AT_THE_DOOR == READ | BY_A_TICKET


def test_who_has_just_shown_it_is_not_asked_again(officer: Client) -> None:
    """So the walk is not of somebody who is sent away from everywhere."""
    asked = []
    for name, address in addresses().items():
        if name not in AT_THE_DOOR | READ | BY_A_TICKET:
            shown_ago(officer, "nina", 0)
            asked.append(officer.post(address).headers.get("Location", "").startswith(AGAIN))
    assert len(asked) > 15
    assert not any(asked)
