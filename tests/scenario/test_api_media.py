"""Facts, live numbers, previews, home, the exposure clock and exercises for programs: told to whom their pages tell them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client

from clew.actions import admitting, schooling, sequencing
from clew.domain.handling import EVERY_USE, Actor, Audience
from clew.domain.verdict import Said, Why
from clew.records import leaves
from clew.records.session import acting_as
from tests.scenario.test_judging import Pair
from tests.scenario.test_proposing import found
from tests.scenario.test_viewing import SHORT, another_sequencer_that_hangs
from tests.world.clients import shown_ago, signed_in
from tests.world.office import Office
from tests.world.world import World, handling

CASE = "CASE-1"
AT = {"latitude": 59.9139, "longitude": 10.7522}


@pytest.fixture(autouse=True)
def asked_rarely() -> None:
    caches["api"].clear()


def post(client: Client, path: str, **body: object) -> HttpResponse:
    return client.post(f"/api{path}", json.dumps(body), content_type="application/json")


def get(client: Client, path: str, **asked: object) -> Any:
    answer = client.get(f"/api{path}", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def acts() -> int:
    with leaves.opened() as cursor:
        cursor.execute("select count(*) from acts")
        return int(cursor.fetchone()[0])


def test_previews_are_those_of_the_page_and_need_the_second_factor_and_a_signed_record(
    office: Office, world: World, ada: Actor, seized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, seized, cover=handling(ada, Audience.ALL, uses=EVERY_USE))
    client = signed_in("ada")
    page = client.get(f"/cases/{CASE}/media/page", {"answer": "all", "undecided": "0"}).json()["items"]
    told = post(client, "/cases/previews", case=CASE).json()["items"]
    assert [(one["id"], one["still"]) for one in told] == [(one["id"], one["preview"]) for one in page]
    assert [(len(one["still"]), one["strip"], one["lacks"]) for one in told] == [(108, [], None)] * 5
    with another_sequencer_that_hangs(world):
        monkeypatch.setattr(sequencing, "receipt", at_once(sequencing.receipt))
        refused = post(client, "/cases/previews", case=CASE)
        assert refused.status_code == 503
        assert b"still" not in refused.content
    shown_ago(client, "ada", 3600)
    assert post(client, "/cases/previews", case=CASE).status_code == 403


def at_once(receipt: Callable[..., object]) -> Callable[..., object]:
    """The same, for somebody who waits no longer than a test."""
    return lambda act, **_: receipt(act, within_seconds=SHORT)


def test_where_an_owner_shows_facts_only_the_place_is_rough_and_what_the_file_says_is_left_out(
    world: World, ada: Actor, sven: Actor
) -> None:
    medium = found(world, sven, "SE-1", facts='{"Software": "A drawing"}', **AT)
    (own, theirs) = (get(signed_in(name), f"/media/{medium}/facts")["medium"] for name in ("sven", "ada"))
    assert (own["point"], own["facts"], own["is_shown"]) == (AT, {"Software": "A drawing"}, True)
    assert (theirs["point"], theirs["facts"], theirs["is_shown"]) == ({"latitude": 59.9, "longitude": 10.8}, {}, False)
    assert get(signed_in("ada"), f"/media/{medium}/facts")["found"] == []
    assert get(signed_in("sven"), f"/media/{medium}/whereabouts")["point"] == {"latitude": 59.9, "longitude": 10.8}


def test_a_match_says_what_units_said_of_it_and_names_officers_at_home_alone(
    world: World, ada: Actor, sven: Actor
) -> None:
    pair = Pair(world, ada, sven)
    pair.judge(ada, Said.NOT_THE_SAME, Why.ONLY_ALIKE)
    (ours,) = get(signed_in("ada"), "/media/facts", medium=pair.here.hex())["others"]
    (theirs,) = get(signed_in("sven"), "/media/facts", medium=pair.there.hex())["others"]
    assert ([one["officer"] for one in ours["verdicts"]], ours["set_aside"]["officer"]) == (["ada"], "ada")
    assert ([one["officer"] for one in theirs["verdicts"]], theirs["set_aside"]) == ([None], None)


def test_who_follows_a_case_is_on_record_and_of_a_hidden_one_hears_what_of_none(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.occurrence(ada, world.medium(ada), CASE)
    client, before = signed_in("ada"), acts()
    assert get(client, "/triage/progress", case=CASE)["tally"]["counts"]["new"] == 1
    assert get(client, "/triage/opened", case=CASE, answer="new")["next"] is None
    assert acts() == before + 2
    of_sweden = signed_in("sven")
    for path in ("/triage/progress", "/triage/opened"):
        answers = {of_sweden.get(f"/api{path}", {"case": case, "unit": "VICTIM-ID"}).content for case in (CASE, "NO-0")}
        assert len(answers) == 1


def test_the_exposure_clock_goes_on_for_an_hour_without_a_record_and_is_nobody_elses(world: World, ada: Actor) -> None:
    world.officer("bo", member="NO")
    client, of_bo = signed_in("ada"), signed_in("bo")
    before = acts()
    shown_ago(client, "ada", 3600)
    assert post(client, "/exposure", seconds=60, warned_seconds=9).json()["warned_seconds"] == 9
    assert post(client, "/exposure", seconds=61).status_code == 422
    assert get(client, "/exposure")["seconds"] == 60
    assert get(of_bo, "/exposure")["seconds"] == 0
    assert acts() == before


def test_home_tells_what_the_home_page_tells(office: Office, ada: Actor, seized: Path) -> None:
    office.intake(ada, seized)
    (intake,) = get(signed_in("ada"), "/home")["intakes"]
    assert (intake["case"], intake["progress"]["files_done"], intake["progress"]["is_running"]) == (CASE, 5, False)


def test_an_exercise_is_of_an_academy_alone(world: World, ada: Actor) -> None:
    """The node keeps that it was begun; it can be neither read nor moved nor handed in there."""
    schooling.begin("ada", uuid4())
    client = signed_in("ada")
    assert len(get(client, "/exercises")["items"]) == 1
    answers = [client.get("/api/exercise"), client.get("/api/exercise/seizure"), post(client, "/exercise/day"), post(client, "/exercise/end")]
    assert {one.status_code for one in answers} == {404}
    with acting_as(admitting.operator_at("NO")) as session:
        assert [one.ended_at for one in schooling.look(session).items] == [None]
