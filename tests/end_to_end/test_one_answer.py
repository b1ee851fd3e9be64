"""Hidden, absent and malformed are one answer, byte for byte: every route of the node, walked as several people."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.urls import URLPattern, get_resolver
from playwright.sync_api import Browser

from clew.domain.officer import Role
from clew.records import officers
from clew.web.references import address_of
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import PASSWORD, apart, come_in
from tests.world.foreign import Foreign, sweden
from tests.world.serving import pages
from tests.world.world import World

PEOPLE = {"ada": Role.INVESTIGATOR, "nina": Role.NATIONAL_ADMINISTRATOR, "otto": Role.AUDITOR, "dora": Role.DATA_PROTECTION_OFFICER}
SLUGS = ("case", "series", "hash-list", "exhibit", "give", "refuse", "withdraw", "approve", "end", "admit", "consult", "nonsense")
MALFORMED = ("~zz", "~41", "%00", "x" * 300, "%F0%9F%92%A9", "'--", "0", "-1", "NULL")
NO_ROUTE = "/there/is/no/such/page/"
NOT_IDENTIFIERS = {"asset"}
"""Routes whose parameter names a file of ours and nothing of anybody's."""
CHANGING = re.compile(r"content-length|date|server|vary|set-cookie", re.IGNORECASE)


def enter(world: World) -> Foreign:
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    for name, role in PEOPLE.items():
        world.officer(name, role=role, unit="ADMIN" if role is Role.NATIONAL_ADMINISTRATOR else "VICTIM-ID")
        officers.set_password(name, PASSWORD)
    found = sweden(world)
    world.exhibit(world.officer("ada"), "NO-1", "PHONE-1")
    return found


@pytest.fixture(scope="module")
def foreign(node) -> Iterator[Foreign]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = World(facts=node)
    yield apart(enter, world)
    world.empty()


@pytest.fixture(scope="module")
def door(foreign) -> Iterator[tuple[Browser, str]]:
    with pages() as address, chromium() as browser:
        yield browser, address


@contextmanager
def person(door: tuple[Browser, str], name: str) -> Iterator[Visitor]:
    """Somebody who has just come in: some pages ask for a fresh sign-in after a while, and name in it what was asked."""
    with visitor(*door) as who:
        come_in(who, name)
        yield who


def routes() -> dict[str, URLPattern]:
    """Every route with a parameter, by its pattern."""
    found = [one for one in get_resolver().url_patterns if isinstance(one, URLPattern)]
    assert len(found) == len(get_resolver().url_patterns), "an include hides routes from this test"
    return {str(one.pattern): one for one in found if one.pattern.converters and one.name not in NOT_IDENTIFIERS}


def addresses(pattern: str, given: dict[str, str], slug: str) -> str:
    """The route with these values at its parameters, by the type of each."""

    def value(match: "re.Match[str]") -> str:
        converter = match[1] if match[1] in given else "reference"
        return slug if match[1] == "slug" else given[converter]

    return "/" + re.sub(r"<(?:(\w+):)?\w+>", value, pattern)


def given_by(names: str, identifier: str, number: str) -> dict[str, str]:
    return {"reference": names, "str": names, "uuid": identifier, "int": number, "slug": "", "path": names}


def answer(who: Visitor, address: str, method: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Status, headers and body, less what is of the moment."""
    token = next((one["value"] for one in who.context.cookies() if one["name"].endswith("csrf")), "")
    found = who.context.request.fetch(
        who.address + address, method=method, max_redirects=0,
        headers={"X-CSRFToken": token, "Origin": who.address, "Referer": who.address + "/"},
    )  # fmt: skip
    headers = tuple(sorted((k, v) for k, v in found.headers.items() if not CHANGING.fullmatch(k)))
    return found.status, headers, found.body()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", PEOPLE)
def test_every_route_gives_one_answer_to_what_is_hidden_absent_and_malformed(
    foreign: Foreign, door: tuple[Browser, str], name: str, method: str
) -> None:
    with person(door, name) as who:
        walk(foreign, who, method)


def walk(foreign: Foreign, who: Visitor, method: str) -> None:
    walked = 0
    of_no_route = answer(who, NO_ROUTE, method)
    for pattern in routes():
        for slug in SLUGS if "<slug:" in pattern else ("",):
            absent = addresses(pattern, given_by("NO-NOT-THERE", str(uuid4()), "987654321"), slug)
            of_absent = answer(who, absent, method)
            assert of_absent[0] not in {200, 500}, (pattern, slug)
            for asked in hidden(foreign, pattern, slug):
                # Asked again together where they differ: after a while a page may ask for a fresh sign-in instead.
                assert answer(who, asked, method) == of_absent or are_alike(who, asked, absent, method), (pattern, asked)
                walked += 1
            for wrong in MALFORMED if method == "GET" else ():
                asked = addresses(pattern, given_by(wrong, wrong, wrong), slug)
                # What the route takes for a name is absent; what it does not take is no route.
                said = answer(who, asked, method)
                assert said in (of_no_route, of_absent) or any(
                    are_alike(who, asked, one, method) for one in (NO_ROUTE, absent)
                ), asked
    assert walked > 20


def hidden(foreign: Foreign, pattern: str, slug: str) -> Iterator[str]:
    """Addresses of what Sweden has: every name, or every identifier together with one that is open and one hidden."""
    if "<uuid:" in pattern or "<int:" in pattern:
        for number, identifier in enumerate(foreign.ids, start=1):
            name = foreign.names[number % 2]
            yield addresses(pattern, given_by(address_of(name), identifier, str(number)), slug)
    else:
        for name in foreign.names:
            yield addresses(pattern, given_by(address_of(name), foreign.ids[0], "1"), slug)


def are_alike(who: Visitor, asked: str, absent: str, method: str) -> bool:
    """Whether both give one answer at one time."""
    return any(answer(who, asked, method) == answer(who, absent, method) for _ in range(2))


def absent_page(who: Visitor) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    return answer(who, NO_ROUTE, "GET")


def test_the_walk_notices_an_answer_that_differs(foreign: Foreign, door: tuple[Browser, str]) -> None:
    """The own case is told from an absent one: so the walk compares what can differ."""
    with person(door, "ada") as ada:
        own, absent = (answer(ada, f"/cases/{case}/", "GET") for case in ("NO-1", "NO-NOT-THERE"))
        assert own != absent
        assert absent == absent_page(ada)
