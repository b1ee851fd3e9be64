"""Two units of one member use the same reference: each finds its own case, and the other's where it may."""

import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from clew.actions import opening, triaging
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor
from clew.domain.triage import Counts
from clew.records.session import acting_as
from clew.web.sessions import SessionStore
from tests.world.office import Office, unit_only
from tests.world.world import World

REFERENCE = "NO-1"


class SignedIn:
    """Whoever is signed in, as a page knows them."""

    is_authenticated = True

    def __init__(self, actor: Actor) -> None:
        self.member, self.unit, self._name = actor.member, actor.unit, actor.officer

    def get_username(self) -> str:
        return self._name


@pytest.fixture
def anna(world: World) -> Actor:
    return world.officer("anna", member="NO", unit="A")


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo", member="NO", unit="B")


@pytest.fixture
def cases_of_two_units(office: Office, anna: Actor, bo: Actor, tmp_path: Path) -> None:
    """Anna's case holds one text and bo's two; the exhibits have other references."""
    for actor, count in ((anna, 1), (bo, 2)):
        folder = tmp_path / actor.unit
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.txt").write_text(f"{actor.unit} {number}")
        office.intake(actor, folder, REFERENCE, f"PHONE-{actor.unit}")


def get(actor: Actor, address: str) -> HttpResponse:
    request: HttpRequest = RequestFactory().get(address)
    request.user = SignedIn(actor)  # type: ignore[assignment]
    request.session = SessionStore()
    found = resolve(address.partition("?")[0])
    return found.func(request, *found.args, **found.kwargs)


def undecodable(page: HttpResponse) -> int:
    (number,) = set(re.findall(r'data-field="undecodable">(\d+)<', page.content.decode()))
    return int(number)


@pytest.mark.usefixtures("cases_of_two_units")
def test_each_officer_reaches_both_cases_from_the_list(anna: Actor, bo: Actor) -> None:
    for actor, own, other, unit in ((anna, 1, 2, "B"), (bo, 2, 1, "A")):
        listed = get(actor, "/cases/").content.decode()
        addresses = set(re.findall(r'href="([^"?#]*/NO-1/)"', listed))
        assert addresses == {f"/cases/{REFERENCE}/", f"/units/{unit}/cases/{REFERENCE}/"}
        assert undecodable(get(actor, f"/cases/{REFERENCE}/")) == own
        assert undecodable(get(actor, f"/units/{unit}/cases/{REFERENCE}/")) == other
        assert undecodable(get(actor, f"/units/{unit}/cases/{REFERENCE}/exhibits/PHONE-{unit}/")) == other
        inner = get(actor, f"/units/{unit}/cases/{REFERENCE}/").content.decode()
        assert f'href="/units/{unit}/cases/{REFERENCE}/exhibits/PHONE-{unit}/"' in inner


@pytest.mark.usefixtures("cases_of_two_units")
def test_a_third_unit_says_whose_case_it_means(world: World) -> None:
    cleo = world.officer("cleo", member="NO", unit="C")
    with acting_as(cleo) as session:
        with pytest.raises(Invalid, match="whose"):
            triaging.counts(session, REFERENCE)
        assert triaging.counts(session, REFERENCE, unit="B") == Counts(undecodable=2)
        with pytest.raises(NotVisible):
            triaging.counts(session, REFERENCE, unit="D")


def test_a_hidden_case_of_another_unit_is_no_case(office: Office, anna: Actor, bo: Actor, tmp_path: Path) -> None:
    (tmp_path / "seized").mkdir()
    office.intake(bo, tmp_path / "seized", REFERENCE, cover=unit_only(bo))
    with acting_as(anna) as session:
        assert opening.cases(session, limit=10, exhibits_max=10).items == ()
        for unit in ("B", "Z", None):
            with pytest.raises(NotVisible, match="no such case"):
                triaging.counts(session, REFERENCE, unit=unit)


def test_cases_come_in_pages_that_hold_each_once(world: World, anna: Actor) -> None:
    for number in range(7):
        world.exhibit(anna, f"NO-{number}", "PHONE-1")
    for exhibit in ("PHONE-2", "PHONE-3"):
        world.exhibit(anna, "NO-6", exhibit)
    seen: list[str] = []
    after = None
    while after is not None or not seen:
        with acting_as(anna) as session:
            page = opening.cases(session, after=after, limit=3, exhibits_max=2)
        assert len(page.items) <= 3
        seen += [line.reference for line in page.items]
        if page.next is None:
            break
        after = page.next
    assert seen == [f"NO-{number}" for number in reversed(range(7))]
    with acting_as(anna) as session:
        newest = opening.cases(session, limit=1, exhibits_max=2).items[0]
        assert (newest.exhibits, newest.exhibits_count, newest.unit) == (("PHONE-1", "PHONE-2"), 3, None)
        assert opening.cases(session, after="nonsense", limit=9, exhibits_max=1).next is None
