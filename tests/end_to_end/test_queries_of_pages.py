"""No page asks the database more than twelve times, however much it shows."""

import hashlib
import re
from collections.abc import Iterator
from itertools import islice, product

import pytest
from django.urls import URLPattern, get_resolver

from clew.domain.officer import Role
from clew.web.references import address_of
from tests.world.clients import signed_in
from tests.world.counting import QUERIES_MAX, counted
from tests.world.foreign import CONTENT, Foreign, sweden, two_members
from tests.world.world import World

PEOPLE = {
    "sven": Role.INVESTIGATOR, "nils": Role.NATIONAL_ADMINISTRATOR, "olle": Role.AUDITOR,
    "disa": Role.DATA_PROTECTION_OFFICER, "karin": Role.COORDINATOR,
}  # fmt: skip
TRIED_MAX = 40
LIKELY = {"victims": "V-", "offenders": "O-", "places": "P-", "questions": "Q-", "taskforces": "T-", "referrals": "R-"}
"""How the names begin that the pages of each kind are most likely to answer."""
TABLES = {"asked": "requests"}
"""Identifiers in addresses that are not called as the tables in which they lie."""
BEGIN = {"case": "SE-open", "exhibit": "PHONE-open", "unit": "VICTIM-ID", "member": "SE", "within": "SE-open"}


@pytest.fixture(scope="module")
def own(node) -> Iterator[Foreign]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = two_members(World(facts=node))
    found = sweden(world)
    for name, role in PEOPLE.items():
        if name != "sven":
            unit = "ADMIN" if role is Role.NATIONAL_ADMINISTRATOR else "VICTIM-ID"
            world.officer(name, role=role, member="SE", unit=unit)
    yield found
    world.empty()


def pages() -> list[str]:
    """The patterns of all pages that may be read; streams, files and what programs ask are no pages."""
    found = [str(one.pattern) for one in get_resolver().url_patterns if isinstance(one, URLPattern)]
    return [one for one in found if not one.startswith(("api/", "static/", "account/")) and "progress" not in one]


def addresses(pattern: str, own: Foreign) -> Iterator[str]:
    """Addresses of the page with what Sweden has, until one is answered."""
    parameters = re.findall(r"<(?:(\w+):)?(\w+)>", pattern)

    def values(kind: str, name: str) -> list[str]:
        if kind == "slug":
            return ["case", "series"]
        if kind == "uuid":
            like = TABLES.get(name, name[:5])
            return [one for one, table in own.tables.items() if like in table] or list(own.ids)
        if name == "token":
            return [own.token]
        if pattern.startswith("media/"):
            return [hashlib.sha256(content).hexdigest() for content in CONTENT.values()]
        begins = LIKELY.get(pattern.partition("/")[0], "series-")
        names = sorted(own.names, key=lambda one: not one.startswith(begins))
        return [address_of(BEGIN[name])] if name in BEGIN else [address_of(one) for one in names]

    for chosen in product(*(values(kind, name) for kind, name in parameters)):
        given = iter(chosen)
        yield "/" + re.sub(r"<(?:\w+:)?\w+>", lambda _, given=given: next(given), pattern)


def asked(own: Foreign, who: str, patterns: list[str]) -> dict[str, list[str]]:
    """By page: the statements of the first that is answered."""
    client, found = signed_in(who), {}
    for pattern in patterns:
        for address in islice(addresses(pattern, own), TRIED_MAX):
            with counted() as sent:
                answer = client.get(address)
            if answer.status_code == 200:
                found[pattern] = sent
                if pattern.startswith("handling/"):
                    with counted() as sent:
                        assert b'id="sight"' in client.get(f"{address}?as=NO").content
                    found[f"{pattern}?as"] = sent
                break
    return found


@pytest.mark.parametrize("who", PEOPLE)
def test_no_page_asks_more_than_twelve_times(own: Foreign, who: str) -> None:
    # What one investigator reaches by a name is the same for the others; lists differ by role.
    patterns = [one for one in pages() if who == "sven" or "<" not in one]
    found = asked(own, who, patterns)
    assert len(found) > (40 if who == "sven" else 5)
    over = {one: len(sent) for one, sent in found.items() if len(sent) > QUERIES_MAX}
    assert not over, "; ".join(f"{one} {number}" for one, number in over.items())


def test_the_count_notices_a_page_that_asks_once_more(own: Foreign) -> None:
    found = asked(own, "sven", ["leads/"])
    assert 4 < len(found["leads/"]) <= QUERIES_MAX
