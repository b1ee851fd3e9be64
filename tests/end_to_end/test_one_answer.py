"""Hidden, absent and malformed are one answer, byte for byte: every route of the node, walked as several people."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Protocol
from uuid import uuid4

import pytest
from django.urls import URLPattern, get_resolver
from playwright.sync_api import Browser

from clew.domain.officer import Role
from clew.web.references import address_of
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.clients import shown_ago, signed_in
from tests.world.door import apart, be_in
from tests.world.foreign import Foreign, sweden, two_members
from tests.world.serving import pages
from tests.world.world import World

PEOPLE = {"ada": Role.INVESTIGATOR, "nina": Role.NATIONAL_ADMINISTRATOR, "otto": Role.AUDITOR, "dora": Role.DATA_PROTECTION_OFFICER}
KEEPERS = {"administration": ("nina",), "requests": ("dora",), "consultations": ("dora",), "retention": ("ada", "nina")}
"""Who may do most by the routes that begin so, and walks them with all of their words; of all others it is ada."""
OTHERS_EVERY = 3
"""Of the names on a route, who may not do most by it tries one in so many, others on each route; so does who may,
with other words than the first."""
SERVED = {("ada", "GET")}
"""Whose walk goes through the server that serves the pages, every so many routes; all others are within this process."""
SERVED_EVERY = 4
KINDS = ("case", "series", "hash-list", "exhibit", "nonsense")
STEPS = (
    "give", "refuse", "withdraw", "approve", "end", "admit", "consult", "look", "accept", "merge", "close", "link",
    "reveal", "come-in", "nonsense",
)  # fmt: skip
MALFORMED = ("~zz", "~41", "%00", "x" * 300, "%F0%9F%92%A9", "'--", "0", "-1", "NULL")
NO_ROUTE = "/there/is/no/such/page/"
NOT_IDENTIFIERS = {"asset"}
"""Routes whose parameter names a file of ours and nothing of anybody's."""
METHOD_NOT_TAKEN = 405
CHANGING = re.compile(r"content-length|date|server|vary|set-cookie", re.IGNORECASE)


def enter(world: World) -> Foreign:
    two_members(world)
    for name, role in PEOPLE.items():
        world.officer(name, role=role, unit="ADMIN" if role is Role.NATIONAL_ADMINISTRATOR else "VICTIM-ID")
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


Answer = tuple[int, tuple[tuple[str, str], ...], bytes]
"""Status, headers and body, less what is of the moment."""


class Asker(Protocol):
    """Somebody who has come in, and asks."""

    def answer(self, address: str, method: str) -> Answer: ...

    def show_again(self) -> None: ...


class Outside:
    """Who has come in with a browser, and asks by one connection: a walk is thousands of requests."""

    def __init__(self, who: Visitor) -> None:
        cookies = who.context.cookies()
        token = next(one["value"] for one in cookies if one["name"].endswith("csrf"))
        self._headers = {
            "Cookie": "; ".join(f"{one['name']}={one['value']}" for one in cookies), "X-CSRFToken": token,
            "Origin": who.address, "Referer": who.address + "/",
        }  # fmt: skip
        self._line = http.client.HTTPConnection(who.address.partition("//")[2], timeout=60)

    def answer(self, address: str, method: str) -> Answer:
        self._line.request(method, address, headers=self._headers)
        with self._line.getresponse() as found:
            headers = tuple(sorted((k, v) for k, v in found.headers.items() if not CHANGING.fullmatch(k)))
            return found.status, headers, found.read()

    def show_again(self) -> None:
        """Nothing: what is read needs no second factor that is fresh."""

    def begin_anew(self) -> None:
        """Ask by another connection: the server has ended one that was idle for five seconds."""
        self._line.close()

    def close(self) -> None:
        self._line.close()


class Inside:
    """Who asks within this process, past the server: a third of the time for the same pages."""

    def __init__(self, name: str) -> None:
        self._client, self._name = signed_in(name), name

    def show_again(self) -> None:
        """Show the second factor once more: a slow machine takes longer than it holds."""
        shown_ago(self._client, self._name, 0)

    def answer(self, address: str, method: str) -> Answer:
        found = self._client.generic(method, address)
        headers = tuple(sorted((k, v) for k, v in found.headers.items() if not CHANGING.fullmatch(k)))
        return found.status_code, headers, b"".join(found) if found.streaming else found.content


@contextmanager
def person(door: tuple[Browser, str], name: str) -> Iterator[Outside]:
    """Somebody who has just come in: some pages ask for a fresh sign-in after a while, and name in it what was asked."""
    with visitor(*door) as who:
        who.go("/account/sign-in/")  # a page with a form gives the token that every POST shows
        be_in(who, name)
        with closing(Outside(who)) as asker:
            yield asker


class Both:
    """Who asks through the server for some routes, and within this process for the others."""

    def __init__(self, served: Outside, name: str) -> None:
        self._served, self._inside, self._routes = served, Inside(name), 0

    def show_again(self) -> None:
        """Another route comes."""
        self._routes += 1
        self._served.begin_anew()
        self._inside.show_again()

    def answer(self, address: str, method: str) -> Answer:
        who = self._inside if self._routes % SERVED_EVERY else self._served
        return who.answer(address, method)


def routes() -> dict[str, URLPattern]:
    """Every route with a parameter, by its pattern."""
    found = [one for one in get_resolver().url_patterns if isinstance(one, URLPattern)]
    assert len(found) == len(get_resolver().url_patterns), "an include hides routes from this test"
    of_pages = [one for one in found if not str(one.pattern).startswith("api/")]  # test_one_answer_of_the_api.py walks these
    return {str(one.pattern): one for one in of_pages if one.pattern.converters and one.name not in NOT_IDENTIFIERS}


def words_of(pattern: str) -> list[dict[str, str]]:
    """What stands at the route's own words: each kind of subject, and with the first of them each step."""
    names = set(re.findall(r"<slug:(\w+)>", pattern))
    kinds = KINDS if "kind" in names else KINDS[:1]
    steps = STEPS if names - {"kind"} else STEPS[:1]
    both = [(KINDS[0], step) for step in steps] + [(kind, STEPS[0]) for kind in kinds[1:]]
    return [{name: kind if name == "kind" else step for name in names} for kind, step in both]


def addresses(pattern: str, given: dict[str, str], words: dict[str, str]) -> str:
    """The route with these values at its parameters, by the type of each, and these words."""

    def value(match: "re.Match[str]") -> str:
        return words[match[2]] if match[1] == "slug" else given[match[1] if match[1] in given else "reference"]

    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", value, pattern)


def given_by(names: str, identifier: str, number: str) -> dict[str, str]:
    return {"reference": names, "str": names, "uuid": identifier, "int": number, "path": names}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", PEOPLE)
def test_every_route_gives_one_answer_to_what_is_hidden_absent_and_malformed(
    foreign: Foreign, door: tuple[Browser, str], name: str, method: str
) -> None:
    if (name, method) in SERVED:
        with person(door, name) as served:
            apart(lambda: walk(foreign, Both(served, name), method, name))
    else:
        apart(lambda: walk(foreign, Inside(name), method, name))


def walk(foreign: Foreign, who: Asker, method: str, name: str) -> None:
    walked = 0
    for route, pattern in enumerate(routes()):
        who.show_again()
        of_no_route = who.answer(NO_ROUTE, method)
        is_keeper = name in KEEPERS.get(pattern.partition("/")[0], ("ada",))
        for number, words in enumerate(words_of(pattern)[: None if is_keeper else 1]):
            absent = addresses(pattern, given_by("NO-NOT-THERE", str(uuid4()), "987654321"), words)
            of_absent = who.answer(absent, method)
            assert of_absent[0] not in {200, 500}, (pattern, words)
            of_sweden = list(dict.fromkeys(hidden(foreign, pattern, words, is_first=number == 0)))
            if not is_keeper or number > 0:
                of_sweden = of_sweden[(route + number) % OTHERS_EVERY :: OTHERS_EVERY] or of_sweden[:1]
            # A route that does not take the method says so before it looks at a name: a few names, open and hidden, show it.
            for asked in of_sweden[: 4 if of_absent[0] == METHOD_NOT_TAKEN else None]:
                # Asked again together where they differ: after a while a page may ask for a fresh sign-in instead.
                assert who.answer(asked, method) == of_absent or are_alike(who, asked, absent, method), (pattern, asked)
                walked += 1
            # What is malformed is told before a step is looked at: with the first words all, with the others one by one.
            for wrong in (MALFORMED if number == 0 else MALFORMED[number % 9 :][:1]) if method == "GET" else ():
                asked = addresses(pattern, given_by(wrong, wrong, wrong), words)
                # What the route takes for a name is absent; what it does not take is no route.
                said = who.answer(asked, method)
                assert said in (of_no_route, of_absent) or any(
                    are_alike(who, asked, one, method) for one in (NO_ROUTE, absent)
                ), asked
    assert walked > 20


def hidden(foreign: Foreign, pattern: str, words: dict[str, str], *, is_first: bool) -> Iterator[str]:
    """Addresses of what Sweden has: every name, or every identifier together with one that is open and one hidden.

    With other words than the first, identifiers of the kind that the route names, and some of others.
    """
    if "<uuid:" in pattern or "<int:" in pattern:
        named = re.findall(r"<uuid:(\w+)>", pattern)[-1:]
        ids = foreign.ids if is_first or not named else foreign.ids_like(named[0])
        for number, identifier in enumerate(ids, start=1):
            name = foreign.names[number % 2]
            yield addresses(pattern, given_by(address_of(name), identifier, str(number)), words)
    else:
        for name in foreign.names:
            yield addresses(pattern, given_by(address_of(name), foreign.ids[0], "1"), words)


def are_alike(who: Asker, asked: str, absent: str, method: str) -> bool:
    """Whether both give one answer at one time."""
    return any(who.answer(asked, method) == who.answer(absent, method) for _ in range(2))


def test_the_walk_notices_an_answer_that_differs(foreign: Foreign, door: tuple[Browser, str]) -> None:
    """The own case is told from an absent one: so the walk compares what can differ."""
    with person(door, "ada") as ada:
        own, absent = (ada.answer(f"/cases/{case}/", "GET") for case in ("NO-1", "NO-NOT-THERE"))
        assert own != absent
        assert absent == ada.answer(NO_ROUTE, "GET")
