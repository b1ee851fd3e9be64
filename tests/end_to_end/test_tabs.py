"""Every page of a record has the way to all its other pages, in one order, whatever the record and whoever looks."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from clew.domain.handling import Audience
from clew.records import officers
from clew.web import tabs
from tests.world.clients import signed_in
from tests.world.foreign import CONTENT, Foreign, sweden, two_members
from tests.world.world import World, handling

ALONE: Mapping[str, str] = {
    **dict.fromkeys(("question", "referral", "taskforce", "lead", "message", "request", "readiness", "upload"), "its only page"),
    "medium-metadata": "a file to take away",
    "medium": "the page of the same medium by its identifier, which has the tabs of its digest",
}  # fmt: skip
"""Routes with a name in them that are in no table of tabs, each with its reason."""
SHARED = b"shared by Sweden"
NO_PAGES = re.compile(r"progress|numbers|grid-page|-move|-say|-act|-ask|-again|^api-|^asset$|look-|-shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The bar of a page: (words, address) of each tab, and which is said to be the page that is shown."""

    tabs: tuple[tuple[str, str], ...]
    here: tuple[str, ...]


def bar(client: Client, address: str) -> Bar | None:
    answer = client.get(address.partition("#")[0])
    assert answer.status_code == 200, address
    found = re.search(r'<nav class="tabs".*?</nav>', answer.content.decode(), re.DOTALL)
    if found is None:
        return None
    every = re.findall(r'<a href="([^"]*)"([^>]*)>([^<>]+)</a>', found[0])
    return Bar(
        tabs=tuple((words, href) for href, _, words in every),
        here=tuple(href for href, more, _ in every if "aria-current" in more),
    )  # fmt: skip


@pytest.fixture(scope="module")
def own(node) -> Iterator[Foreign]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = two_members(World(facts=node))
    found = sweden(world)
    world.officer("ada", member="NO")
    world.officer("stig", member="SE", unit="OTHER")
    sven = officers.actor_of("sven")
    world.exhibit(sven, "SE-shared", "PHONE-shared", cover=handling(sven, Audience.MEMBER))
    shared = world.medium(sven, Audience.ALL, content=SHARED)
    world.occurrence(sven, shared, "SE-shared", "PHONE-shared")
    yield found
    world.empty()


def records(own: Foreign) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A record of each kind of Sweden's that its own officer opens, as its tabs name it."""
    letters = {"V": "victim", "O": "offender", "P": "place", "S": "series"}
    yield "case", ("SE-hidden",)
    yield "exhibit", ("SE-hidden", "PHONE-hidden")
    yield "medium", (hashlib.sha256(CONTENT["hidden"]).hexdigest(),)
    yield "hash-list", ("list-open",)
    for letter, kind in letters.items():
        yield kind, (next(one for one in own.names if one.startswith(f"{letter}-")),)


def test_each_page_of_each_record_has_the_whole_bar_in_one_order_and_says_where_one_is(own: Foreign) -> None:
    client, order = signed_in("sven"), [str(words) for words in tabs.ORDER.values()]
    met = set()
    for kind, names in records(own):
        wanted = tuple((str(one.words), one.address) for one in tabs.tabs(kind, names, ""))
        assert [words for words, _ in wanted] == sorted((words for words, _ in wanted), key=order.index)
        assert len(wanted) > 1
        for one in tabs.tabs(kind, names, ""):
            if one.name == "metadata":  # a part of the first page
                continue
            found = bar(client, one.address)
            assert found is not None, f"no bar on {one.address}"
            assert found.tabs == wanted, one.address
            assert found.here == (one.address,)
        met.add(kind)
    assert met | {"unit-case", "unit-exhibit", "fingerprints"} == {*tabs.PAGES}


def test_of_another_unit_or_member_the_bar_leads_nowhere_that_is_refused(own: Foreign) -> None:
    open_to_all = re.findall(r"S-[0-9]{9}", signed_in("ada").get("/series/").content.decode())[0]
    for who, kind, names in (
        ("ada", "series", (open_to_all,)), ("ada", "medium", (hashlib.sha256(SHARED).hexdigest(),)),
        ("stig", "series", (open_to_all,)),
    ):  # fmt: skip
        client = signed_in(who)
        wanted = tuple((str(one.words), one.address) for one in tabs.tabs(kind, names, "", is_own=False))
        for _, address in wanted:
            found = bar(client, address)
            assert found is not None, address
            assert found.tabs == wanted
    # The page of handling is the owner's alone, and so is the way there.
    assert signed_in("ada").get(f"/handling/series/{open_to_all}/").status_code == 404


def test_a_case_of_another_unit_has_its_pages_too(own: Foreign) -> None:
    client = signed_in("stig")
    for kind, names in (
        ("unit-case", ("VICTIM-ID", "SE-shared")), ("unit-exhibit", ("VICTIM-ID", "SE-shared", "PHONE-shared"))
    ):  # fmt: skip
        wanted = tuple((str(one.words), one.address) for one in tabs.tabs(kind, names, ""))
        for _, address in wanted:
            found = bar(client, address)
            assert found is not None, address
            assert found.tabs == wanted
            assert found.here == (address,)


def test_every_page_that_names_a_record_is_in_the_table_or_stands_alone() -> None:
    # A page that is new is in neither: so this fails until somebody has said of which record it is a page.
    known = {route for pages in tabs.PAGES.values() for route in pages.values()}
    patterns = [one for one in get_resolver().url_patterns if isinstance(one, URLPattern) and "<reference" in str(one.pattern)]
    pages = {str(one.name) for one in patterns if not NO_PAGES.search(str(one.name))}
    steps = {str(one.name) for one in patterns if "<slug:step>" in str(one.pattern) or str(one.pattern).endswith(("change/", "words/", "answer/", "rule/"))}
    assert pages - steps - known - {*ALONE} == set()
