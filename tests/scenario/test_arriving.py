"""Home, search, keys and the way to whatever is named: what an officer finds, and what nobody else learns by them."""

import hashlib
import html
import json
import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clew.actions import arranging, arriving, corresponding, gathering, opening, raising, searching, spotting
from clew.actions.opening import today
from clew.actions.searching import Kind
from clew.domain import search
from clew.domain.clue import ClueKind, Said
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor, Audience
from clew.domain.series import SeriesState
from clew.domain.shortcut import Keys, Scope
from clew.records import hash_lists, searches, series
from clew.records.session import acting_as
from clew.web import programs, tabs
from clew.web.searches import KEPT_MAX
from tests.scenario.test_proposing import CAMERA, found
from tests.world.api_document import DOCUMENT
from tests.world.clients import signed_in
from tests.world.world import World, handling

QUERIES_MAX = 12


@pytest.fixture
def ada(world: World) -> Actor:
    """An officer with a series, a lead on it from Sweden, and a case that an exhibit lies in."""
    ada, sven = world.officer("ada"), world.officer("sven", member="SE")
    world.series(ada, "Green room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
    return ada


def reference(of: Actor, name: str) -> str:
    with acting_as(of) as session:
        return str(series.find(session, name).reference)


def kinds(actor: Actor, text: str, **more: str) -> list[tuple[Kind, str]]:
    with acting_as(actor) as session:
        return [(one.kind, one.label) for one in searching.search(session, text, **more).items]


def test_home_tells_leads_what_waits_and_what_came_of_the_own_work(world: World, ada: Actor) -> None:
    sven = world.officer("sven", member="SE")
    theirs = world.series(sven, "blue-room", [found(world, sven, "SE-2", content=b"a quay")])
    found(world, ada, "NO-1", content=b"a quay")
    with acting_as(sven) as session:
        opening.mark_series(session, "blue-room", SeriesState.IDENTIFIED, "Found by the school.")
        about = corresponding.About(kind=corresponding.SubjectKind.SERIES, name="blue-room")
        corresponding.ask(session, about, ("NO", "VICTIM-ID"), today(), "Do you know this room?")
    with acting_as(ada) as session:
        home = arriving.arrive(session)
    assert [line.lead.series for line in home.leads] == [reference(ada, "Green room")]
    assert [one.subject_id for one in home.outcomes] == [theirs]
    assert home.waiting[arriving.Waiting.MESSAGES] == 1
    client = signed_in("ada")
    client.get("/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/").content.decode()
    assert len(asked) <= QUERIES_MAX
    for words in ("Because of your work", "is identified", "Messages to answer", "camera of the series"):
        assert words in page
    assert "Do you know this room" not in page


def test_a_name_leads_to_its_page_whether_there_is_one_or_not(ada: Actor) -> None:
    client = signed_in("ada")
    mine = reference(ada, "Green room")
    ways = {
        mine: f"/series/{mine}/", mine.replace("-", " ").lower(): f"/series/{mine}/", "ab" * 32: f"/media/{'ab' * 32}/",
        "NO/1": "/cases/NO~2F1/",
    }  # fmt: skip
    assert {name: client.get("/go/", {"to": name}).headers["Location"] for name in ways} == ways
    assert client.get("/go/").status_code == 404


def test_every_name_and_word_that_one_sees_is_found_and_nothing_else(world: World, ada: Actor) -> None:
    mine = reference(ada, "Green room")
    with acting_as(ada) as session:
        gathering.narrate(session, mine, "The café stands by the harbour.")
    tram = world.medium(ada, Audience.UNIT, content=b"a tram")
    world.occurrence(ada, tram, "NO-1", path=b"DCIM/Tram 12.jpg")
    name = hashlib.sha256(b"a tram").hexdigest()
    with acting_as(ada) as session:
        spotting.add(session, name, Said(kind=ClueKind.SIGN, value="Hotel Aurora", note="Seen twice."))
    hidden = world.series(ada, "Silent harbour")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update series set audience = 0 where id = %s", [hidden])
    assert (Kind.SERIES, mine) in kinds(ada, "ROOM green")
    assert kinds(ada, "cafe HARBOUR") == [(Kind.NARRATIVE, mine)]
    assert (Kind.CASE, "NO-1") in kinds(ada, "no-1")
    assert kinds(ada, mine.replace("-", " ")) == [(Kind.REFERENCE, mine)]
    assert kinds(ada, "0012004471")[0][0] is Kind.CAMERA
    assert kinds(ada, "hotel aurora") == kinds(ada, "seen twice") == [(Kind.CLUE, name)]
    assert kinds(ada, name) == [(Kind.MEDIUM, name)]
    assert kinds(ada, "tram 12") == []
    assert kinds(ada, "tram 12", case="NO-1") == [(Kind.FILE, name)]
    for actor in (world.officer("sven", member="SE"), world.officer("bo", unit="OTHER")):
        for text in ("silent harbour", reference(ada, "Silent harbour"), name, "hotel aurora"):
            assert kinds(actor, text) == [], text
    with pytest.raises(NotVisible), acting_as(world.officer("sven", member="SE")) as session:
        searching.search(session, "tram", case="NO-1")


def test_a_search_goes_further_back_page_by_page_and_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (searching, searches):
        monkeypatch.setattr(module, "LOOKED_AT_PER_PAGE_MAX", 3)
    monkeypatch.setattr(searching, "FOUND_PER_KIND_MAX", 2)
    ada = world.officer("ada")
    for number in range(8):
        world.series(ada, f"room {number}" if number % 3 else f"quay {number}")
    seen, after = [], None
    while True:
        with acting_as(ada) as session:
            page = searching.search(session, "room", after=after)
            assert len(session.acts) == 1
        seen += [one.words for one in page.items]
        after = page.next
        if after is None:
            break
    assert seen == ["room 7", "room 5", "room 4", "room 2", "room 1"]
    sven = world.officer("sven", member="SE")
    with acting_as(ada) as session, session.cursor() as cursor:
        hidden = marker_behind(cursor.execute("update series set audience = 0 returning id").fetchone()[0])
    for marker in (hidden, "s" + "0" * 32):
        with acting_as(sven) as session:
            page = searching.search(session, "room", after=marker)
            assert (page.items, page.looked_at, page.next) == ((), 0, None)
    for wrong in ("s", "x-", "s1", "s-~s-", "f" * 400):
        with pytest.raises(Invalid), acting_as(ada) as session:
            searching.search(session, "room", after=wrong)
    for text in ("", "a", "a" * 201, "a\u202eb", " ".join("abcdefghi")):
        with pytest.raises(Invalid):
            search.asked(text)


def test_the_page_of_a_search_says_what_was_found_and_keeps_within_its_queries(world: World, ada: Actor) -> None:
    client = signed_in("ada")
    assert "Look through" not in client.get("/search/").content.decode()
    place = client.post("/search/", {"q": "green"}).headers["Location"]
    assert "green" not in place
    with CaptureQueriesContext(connection) as asked:
        page = client.get(place).content.decode()
    assert len(asked) <= QUERIES_MAX
    assert f'href="/series/{reference(ada, "Green room")}/"' in page
    hidden, absent = (said(client, name) for name in ("SE-1", "SE-9"))
    assert hidden.replace("SE-1", "SE-9") == absent
    assert 'value="green"' in page
    assert [reference(ada, "Green room") in page_of(other, place) for other in (client, signed_in("sven"))] == [True, False]
    for _ in range(KEPT_MAX):
        client.post("/search/", {"q": "green"})
    assert "green" not in page_of(client, place), "the oldest is no longer kept"
    assert client.get("/api/search", {"q": "green"}).status_code == 405
    told = json.loads(client.post("/api/search", json.dumps({"q": "green"}), content_type="application/json").content)
    assert [one["label"] for one in told["items"]] == [reference(ada, "Green room")]


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def marker_behind(series_id: UUID) -> str:
    """How a marker names a series."""
    return f"s{series_id.hex}"


def said(client: Client, case: str) -> str:
    """What the page says of a search in that case, less the token of its forms and what this search is called."""
    page = page_of(client, client.post("/search/", {"q": "xx", "case": case}).headers["Location"])
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"|(?<=of=)[\w-]+', "", page)


def test_an_officer_has_keys_of_the_own_which_no_other_sees_or_changes(world: World) -> None:
    ada, bo = world.officer("ada"), world.officer("bo")
    with acting_as(ada) as session:
        arranging.arrange(session, Scope.MEDIA, {"relevant": "R", "links": "l"})
        arranging.arrange(session, Scope.EVERYWHERE, {"cover": "F9"}, is_off=True)
    with acting_as(bo) as session, session.cursor() as cursor:
        assert arranging.look(session) == Keys()
        cursor.execute("select count(*) from officer_keys")
        assert cursor.fetchone() == (0,)
    client = signed_in("ada")
    told = script(client)
    assert told["media"]["acts"]["relevant"][0] == "r"
    assert list(told["everywhere"]["acts"]) == ["palette"]
    assert script(signed_in("bo"))["media"]["acts"]["relevant"][0] == "p"
    client.post("/account/shortcuts/change/", {"step": "put-back"})
    assert script(client)["everywhere"]["acts"]["cover"][0] == "h"
    answer = client.post("/account/shortcuts/change/", {"scope": "media", "key-relevant": "Ctrl+W"}, follow=True)
    assert "belongs to the browser or the system" in answer.content.decode()


def script(client: Client) -> dict[str, dict[str, dict[str, list[str]]]]:
    """What a page tells the script of keys."""
    said = re.search(r'data-keys="([^"]*)"', client.get("/").content.decode())
    assert said is not None
    return json.loads(html.unescape(said[1]))


def test_the_page_for_other_software_says_every_operation_and_an_example_that_runs(world: World) -> None:
    world.officer("ada")
    client = signed_in("ada")
    page = client.get("/programs/").content.decode()
    told = json.loads(client.get("/programs/openapi.json").content)
    assert told == DOCUMENT
    for path in told["paths"]:
        assert path in page
    assert html.escape(programs.example()) in page
    assert "600 readings" in page


def test_hash_lists_are_listed_with_who_loaded_them_as_far_as_one_sees(world: World) -> None:
    ada, sven = world.officer("ada"), world.officer("sven", member="SE")
    for of, name, cover in ((ada, "Ours", None), (sven, "Theirs", None), (sven, "Silent", handling(sven, Audience.UNIT))):
        with acting_as(of) as session:
            hash_lists.open_list(session, name, cover or handling(of))
    page = signed_in("ada").get("/lists/").content.decode()
    assert ("Ours" in page, "Theirs" in page, "Silent" in page) == (True, True, False)


def test_a_record_has_the_same_order_of_tabs_everywhere_and_references_in_words_lead_on(ada: Actor) -> None:
    client, mine = signed_in("ada"), reference(ada, "Green room")
    with acting_as(ada) as session:
        gathering.narrate(session, mine, f"See {mine}, <b>S-118</b> and S-482177349.")
    page = client.get(f"/series/{mine}/").content.decode()
    assert f'See <a href="/series/{mine}/"><bdi dir="ltr">{mine}</bdi></a>, &lt;b&gt;S-118&lt;/b&gt; and S-482177349.' in page
    for address in (f"/series/{mine}/", f"/series/{mine}/workbench/", "/cases/NO-1/", "/cases/NO-1/proposals/", "/handling/case/NO-1/"):
        found = re.search(r'<nav class="tabs".*?</nav>', client.get(address).content.decode(), re.DOTALL)
        assert found is not None, address
        words = re.findall(r">([^<>]+)</a>", found[0])
        order = [str(one) for one in tabs.ORDER.values()]
        assert words == sorted(words, key=order.index)
        assert len(re.findall('aria-current="page"', found[0])) == 1
