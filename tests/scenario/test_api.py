"""The API: what the pages do, for programs; refused as problem documents, done once, and described as it is."""

import hashlib
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import caches
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from ninja import Schema

from clew.actions import corresponding
from clew.api import door
from clew.api.operations import described
from clew.domain.handling import Actor, Audience
from clew.domain.officer import Role
from clew.records.session import acting_as
from tests.world.api_document import DOCUMENT
from tests.world.clients import shown_ago, signed_in
from tests.world.kept import connected
from tests.world.world import World

NOBODY = Client(SERVER_NAME="localhost")
POSTED_AND_READ = {"/api/search", "/api/handling/preview"}
"""What is asked there must not stand in an address; it changes nothing."""
OF_ONESELF = {"/api/exposure", "/api/exposure/postpone", "/api/exposure/rest"}
"""The exposure clock, which nobody but the officer reads: it goes on while media are looked at, also for an hour."""
KEY = {"HTTP_IDEMPOTENCY_KEY": "4f2c"}


@pytest.fixture
def world(node) -> Iterator[World]:
    made = World(facts=node)
    made.empty()
    caches["api"].clear()
    made.member("NO", "Norway")
    made.member("SE", "Sweden")
    yield made
    made.empty()


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada")


@pytest.fixture
def program(ada: Actor) -> Client:
    return signed_in("ada")


def post(client: Client, path: str, body: object = None, **headers: Any) -> HttpResponse:
    return client.post(f"/api{path}", json.dumps(body or {}), content_type="application/json", **headers)


def detail(answer: HttpResponse, status: int) -> str:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    found = answer.json()
    assert set(found) == {"type", "title", "status", "detail"}
    return found["detail"]


def test_a_program_opens_a_series_puts_media_in_and_reads_it_back(world: World, ada: Actor, program: Client) -> None:
    medium = world.medium(ada, content=b"a harbour")
    world.occurrence(ada, medium, "NO-1")
    made = post(program, "/series", {"title": "green room"})
    reference = made.json()["reference"]
    assert post(program, f"/series/{reference}/media", {"case": "NO-1"}).json() == {"media": 1}
    assert post(program, f"/series/{reference}/mark", {"state": "under-enquiry", "basis": "seen"}).status_code == 204
    found = program.get(f"/api/series/{reference}").json()
    assert (found["line"]["state"], found["line"]["media"], found["steps"][0]["basis"]) == ("under-enquiry", 1, "seen")
    page = program.get(f"/api/series/{reference}/media?limit=1").json()
    assert [one["kind"] for one in page["items"]] == ["image"]


def test_a_request_that_is_sent_twice_under_one_key_is_done_once(world: World, program: Client) -> None:
    made = [post(program, "/series", {"title": "green room"}, **KEY) for _ in range(3)]
    assert len({one.json()["reference"] for one in made}) == 1
    assert len(program.get("/api/series").json()["items"]) == 1
    assert "took" not in detail(post(program, "/series", {"title": "other room"}, **KEY), 400)
    assert len(program.get("/api/series").json()["items"]) == 1


def test_two_that_are_sent_at_the_same_moment_under_one_key_are_done_once(world: World, ada: Actor) -> None:
    clients = [signed_in("ada") for _ in range(4)]

    def ask(client: Client) -> str:
        try:
            return post(client, "/series", {"title": "green room"}, **KEY).json()["reference"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(ask, clients))) == 1


def test_what_was_refused_under_a_key_may_be_asked_again_under_it(world: World, program: Client) -> None:
    post(program, "/series", {"title": "green room"})
    assert detail(post(program, "/series", {"title": "green room"}, **KEY), 400)
    assert post(program, "/series", {"title": "red room"}, **KEY).status_code == 200


def test_what_was_answered_goes_after_a_day_though_nobody_asks_again(world: World, program: Client) -> None:
    post(program, "/series", {"title": "green room"}, **KEY)
    post(program, "/series", {"title": "blue room"}, HTTP_IDEMPOTENCY_KEY="young")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(
            "update api_answers set asked_at = asked_at - interval '25 hours' where key = %s",
            [hashlib.sha256(KEY["HTTP_IDEMPOTENCY_KEY"].encode()).digest()],
        )
        superuser.commit()
        corresponding.look_after()
        assert superuser.execute("select count(*) from api_answers").fetchone() == (1,)


def test_a_key_of_another_officer_tells_nothing(world: World, program: Client) -> None:
    world.officer("bea")
    first = post(program, "/series", {"title": "green room"}, **KEY).json()
    second = post(signed_in("bea"), "/series", {"title": "blue room"}, **KEY).json()
    assert first["reference"] != second["reference"]


def test_who_is_not_signed_in_has_no_token_or_may_not_act_is_refused(world: World, program: Client, ada: Actor) -> None:
    assert "sign-in" in detail(NOBODY.get("/api/series"), 401)
    assert "token" in detail(program.get("/api/whoami"), 401)
    assert "token" in detail(NOBODY.get("/api/whoami", HTTP_AUTHORIZATION="Bearer clew_nothing"), 401)
    shown_ago(program, "ada", 3600)
    assert "second factor" in detail(post(program, "/series", {"title": "green room"}), 403)


def test_a_form_of_another_site_changes_nothing(world: World, ada: Actor) -> None:
    signed = signed_in("ada")
    elsewhere = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    elsewhere.cookies = signed.cookies
    assert "token of our own pages" in detail(post(elsewhere, "/series", {"title": "green room"}), 403)
    assert signed.get("/api/series").json()["items"] == []


def test_what_is_wrong_with_a_request_is_said_without_its_words(program: Client) -> None:
    said = detail(post(program, "/series", {"title": "x" * 500, "secret": "said"}), 422)
    assert "title" in said
    assert "secret" in said
    assert "said" not in said.replace("Say again", "")
    assert detail(program.post("/api/series", "{", content_type="application/json"), 400)
    assert detail(program.get("/api/series?limit=0"), 422)
    assert "too large" in detail(post(program, "/series", {"title": "x" * 2**21}), 400)


def test_whoever_asks_too_often_is_told_to_wait(program: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door.READS, "num_requests", 2)
    assert [program.get("/api/series").status_code for _ in range(2)] == [200, 200]
    assert "wait" in detail(program.get("/api/series"), 429)


def test_hidden_and_absent_are_one_answer(world: World, program: Client) -> None:
    sven = world.officer("sven", member="SE")
    hidden = world.series(sven, "harbour", [world.medium(sven, Audience.UNIT)])
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update series set audience = 0, members = '{}' where id = %s returning reference", [hidden])
        reference = cursor.fetchone()[0]
    for path, body in (
        ("", None), ("/media", None), ("/mark", {"state": "open"}), ("/narrate", {"words": "seen"}),
        ("/media", {"media": ["00" * 32]}), ("/remove", {"media": ["00" * 32], "reason": "why"}),
    ):  # fmt: skip
        answers = {
            (one.status_code, one.content)
            for name in (reference, "S-100000017")
            for one in [
                program.get(f"/api/series/{name}{path}") if body is None else post(program, f"/series/{name}{path}", body)
            ]
        }
        assert len(answers) == 1, (path, answers)
        assert next(iter(answers))[0] == 404


def test_an_auditor_reads_no_series(world: World) -> None:
    world.officer("otto", role=Role.AUDITOR)
    assert signed_in("otto").get("/api/series").json()["items"] == []


def test_the_document_that_is_kept_describes_the_operations_as_they_are() -> None:
    """A change of the API shows as a change of this file: `clew openapi > docs/openapi.json`."""
    assert Path("docs/openapi.json").read_text() == described()


def test_every_operation_that_changes_something_asks_for_the_second_factor_once_more(program: Client) -> None:
    """And none is there for who is not signed in: before what was asked is looked at."""
    paths = DOCUMENT["paths"]
    walked = 0
    for path, methods in paths.items():
        for method, operation in methods.items():
            address = re.sub(r"{\w+}", str(UUID(int=0)), path.replace("{number}", "0"))
            assert detail(NOBODY.generic(method.upper(), address), 401)
            if operation["tags"] != ["programs"]:
                shown_ago(program, "ada", 3600)
                answer = program.generic(method.upper(), address)
                assert method == "get" or path in POSTED_AND_READ | OF_ONESELF or "second factor" in detail(answer, 403)
                walked += 1
    assert walked >= 15


def test_no_two_schemas_of_the_document_have_one_name() -> None:
    """One would stand in the document for both."""
    found = {one for one in _schemas(Schema) if one.__module__.startswith("clew.api.")}
    names = [one.__name__ for one in found]
    assert sorted(names) == sorted(set(names))
    assert len(names) > 60
    components = DOCUMENT["components"]["schemas"]
    assert [name for name, schema in components.items() if "enum" in schema] == [], "say OneOf[...]"


def _schemas(of: type) -> Iterator[type]:
    for one in of.__subclasses__():
        yield one
        yield from _schemas(one)


def test_what_is_no_operation_or_no_identifier_is_answered_as_what_is_absent(program: Client) -> None:
    answers = {program.get(f"/api{path}").content for path in ("/nothing", "/leads/x", f"/leads/{UUID(int=0)}")}
    assert len(answers) == 1
