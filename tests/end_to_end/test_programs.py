"""Programs come in by tokens and officers by certificates that a proxy checked; each only as far as it was let."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest

from clew.actions import admitting, lending, suspending
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.suspension import Level, Scope
from clew.domain.token import TokenScope
from clew.records.session import acting_as
from tests.world.browsers import chromium, visitor
from tests.world.contexts import app_connection, claim, true_context
from tests.world.door import PASSWORD, apart, await_pages, come_in
from tests.world.elsewhere import free_port
from tests.world.world import World

EVERY = frozenset(TokenScope)
HEADER = "X-Client-Name"


@dataclass(frozen=True, kw_only=True)
class Served:
    address: str
    with_proxy: str
    world: World


def later(**ahead: float) -> datetime:
    return datetime.now(UTC) + timedelta(**ahead)


def serve(**settings: str) -> tuple[str, subprocess.Popen[bytes]]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "clew.node.asgi:application", "--port", str(port), "--lifespan", "off"]
    serving = subprocess.Popen(
        [*command, "--log-level", "warning", "--no-proxy-headers"], env={**os.environ, **settings}
    )
    return f"http://127.0.0.1:{port}", serving


@pytest.fixture(scope="module")
def served(node) -> Iterator[Served]:
    """Two servers: as they are by default, and behind a trusted proxy, which the test plays."""
    address, plain = serve()
    with_proxy, behind = serve(CLEW_TRUSTED_PROXY="127.0.0.1", CLEW_CERTIFICATE_HEADER=HEADER)
    world = World(facts=node)
    try:
        for each in (address, with_proxy):
            await_pages(each, **{"X-Forwarded-For": "10.0.0.1"})
        yield Served(address=address, with_proxy=with_proxy, world=world)
    finally:
        for serving in (plain, behind):
            serving.terminate()
            serving.wait(timeout=30)
        world.empty()


@pytest.fixture
def anna(served) -> Actor:
    """The administrator of Norway in an empty world."""
    served.world.empty()
    served.world.member("SE", "Sweden")
    return served.world.officer("anna", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)


def lend(anna: Actor, scopes: frozenset[TokenScope] = EVERY, ends_at: datetime | None = None) -> str:
    with acting_as(anna) as session:
        return lending.lend(session, "case-system", unit="ADMIN", scopes=scopes, ends_at=ends_at or later(days=30))


def ask(address: str, path: str, token: str | None = None, **headers: str) -> tuple[int, dict, dict]:
    asked = urllib.request.Request(address + path, headers=headers)
    if token is not None:
        asked.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, json.loads(answer.read()), dict(answer.headers)
    except urllib.error.HTTPError as refused:
        body = refused.read()
        is_json = "json" in refused.headers.get("Content-Type", "")
        return refused.code, json.loads(body) if is_json else {}, dict(refused.headers)


def test_a_program_learns_who_it_is_and_reads_the_directory(served, anna):
    token = lend(anna)
    status, told, _ = ask(served.address, "/api/whoami", token)
    assert (status, told["member"], told["unit"], told["name"]) == (200, "NO", "ADMIN", "case-system")
    status, told, _ = ask(served.address, "/api/directory", token)
    assert [member["code"] for member in told["members"]] == ["NO", "SE"]


def test_every_operation_is_asked_by_a_sign_in_or_by_the_one_scope_that_it_names(served, anna):
    """A token that was lent that scope alone is answered; one that was lent every other is refused."""
    paths = json.loads(Path("docs/openapi.json").read_text())["paths"]
    asked = {}
    for path, methods in paths.items():
        for operation in methods.values():
            (who,) = operation["security"]
            assert ("x-clew-scope" in operation) == ("Token" in who), path
            if "x-clew-scope" in operation:
                asked[path] = TokenScope(operation["x-clew-scope"])
    assert set(asked.values()) == {*TokenScope}
    for path, scope in asked.items():
        assert ask(served.address, path, lend(anna, frozenset({scope})))[0] == 200
        status, problem, headers = ask(served.address, path, lend(anna, EVERY - {scope}))
        assert (status, problem["status"], headers["Content-Type"]) == (403, 403, "application/problem+json")
        assert ask(served.address, "/api/series", lend(anna))[0] == 401, "no scope opens records"


def test_without_a_good_token_there_is_one_answer(served, anna):
    token = lend(anna)
    short = lend(anna, ends_at=later(seconds=0.5))
    with acting_as(anna) as session:
        lending.end(session, next(program.id for program in lending.lent(session) if program.ends_at > later(days=29)))
    time.sleep(0.5)
    answers = [
        ask(served.address, "/api/whoami", each)
        for each in (None, token, short, token[:-1], token + "x", "clew_" + "a" * 43, "x" * 500)
    ]
    assert {status for status, _, _ in answers} == {401}
    assert len({json.dumps(problem) for _, problem, _ in answers}) == 1
    assert answers[0][2]["WWW-Authenticate"] == "Bearer"


def test_the_example_of_the_page_for_other_software_runs_as_it_stands(served, anna):
    from clew.web import programs

    token = lend(anna)
    said = subprocess.run(
        [sys.executable, "-"], input=programs.example(), capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "NODE_ADDRESS": served.address, "PROGRAM_TOKEN": token},
    )  # fmt: skip
    assert said.stdout.startswith("case-system of NO, until ")
    assert "\nSE " in said.stdout


def test_a_token_opens_no_page_and_a_session_no_program(served, anna):
    token = lend(anna)
    asked = urllib.request.Request(served.address + "/", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert "/account/sign-in/" in answer.url
    with chromium() as browser, visitor(browser, served.address.replace("127.0.0.1", "localhost")) as visiting:
        from clew.records import officers

        apart(officers.set_password, "anna", PASSWORD)
        come_in(visiting, "anna")
        assert visiting.go("/").locator("h1").inner_text() == "Home"
        assert visiting.context.request.get(visiting.address + "/api/whoami").status == 401


@pytest.mark.parametrize("level", [Level.UNIT, Level.MEMBER])
def test_the_switch_stops_programs_too(served, anna, level):
    token = lend(anna)
    scope = Scope(level=level, member="NO", unit="ADMIN" if level is Level.UNIT else None)
    with acting_as(admitting.operator_at("NO")) as session:
        suspending.suspend(session, scope, "while it is examined")
    assert ask(served.address, "/api/whoami", token)[0] == 401


def test_only_a_digest_of_the_token_is_kept(served, anna):
    token = lend(anna)
    with psycopg.connect(**served.world.facts.as_owner()) as owner:
        owner.execute(f"set role {served.world.facts.roles.blind}")
        kept = owner.execute("select t::text from tokens t").fetchall()
    assert len(kept) == 1
    assert token.removeprefix("clew_") not in kept[0][0]


def test_tokens_are_lent_and_ended_by_administrators_of_the_member_only(served, anna):
    lend(anna)
    ada = served.world.officer("ada")
    sven = served.world.officer("sven", member="SE", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(anna) as session:
        [program] = lending.lent(session)
    with acting_as(ada) as session, pytest.raises(StepRefused):
        lending.lend(session, "other", unit="ADMIN", scopes=EVERY, ends_at=later(days=1))
    with acting_as(sven) as session:
        assert lending.lent(session) == ()
        with pytest.raises(NotVisible):
            lending.end(session, program.id)
    for actor in (ada, lending.actor_of(program)):
        with app_connection() as app:
            claim(app, true_context(app, actor))
            assert app.execute("select count(*) from tokens").fetchone() == (0,)


@pytest.mark.parametrize(
    "wrong",
    [{"name": "Two Words"}, {"name": ""}, {"scopes": frozenset()}, {"ends_at": later(days=367)}, {"ends_at": later(days=-1)}],
)
def test_a_token_has_a_name_a_scope_and_a_near_end(anna, wrong):
    usual = {"name": "case-system", "scopes": EVERY, "ends_at": later(days=1)}
    given = {**usual, **wrong}
    with acting_as(anna) as session, pytest.raises(Invalid):
        lending.lend(session, given["name"], unit="ADMIN", scopes=given["scopes"], ends_at=given["ends_at"])


def test_a_program_sees_no_record_even_with_the_applications_checks_off(served, anna):
    lend(anna)
    served.world.series(anna, "green-room", [served.world.medium(anna)])
    with acting_as(anna) as session:
        [program] = lending.lent(session)
    with app_connection() as app:
        claim(app, true_context(app, lending.actor_of(program)))
        assert app.execute("select (select count(*) from media) + (select count(*) from series)").fetchone() == (0,)


# Client certificates ---------------------------------------------------------------


def come_in_by_certificate(address: str, **headers: str) -> tuple[int, str]:
    """Status and heading of the page that a certificate leads to."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    asked = urllib.request.Request(f"{address}/account/certificate/", headers={"X-Forwarded-For": "10.0.0.1", **headers})
    try:
        with browser.open(asked, timeout=20) as answer:
            return answer.status, answer.read().decode().partition("<h1>")[2].partition("</h1>")[0]
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode().partition("<h1>")[2].partition("</h1>")[0]


def test_certificates_are_off_by_default(served, anna):
    assert come_in_by_certificate(served.address, **{HEADER: "anna"})[0] == 404


def test_an_officer_comes_in_by_the_certificate_that_the_trusted_proxy_checked(served, anna):
    assert come_in_by_certificate(served.with_proxy, **{HEADER: "anna"}) == (200, "Home")


@pytest.mark.parametrize("name", [None, "", "nobody-here", "anna;bert", "ANNA", "operator"])
def test_whoever_the_proxy_does_not_name_does_not_come_in(served, anna, name):
    headers = {} if name is None else {HEADER: name}
    assert come_in_by_certificate(served.with_proxy, **headers) == (403, "Not signed in")


def test_two_headers_of_that_name_are_nobody(served, anna):
    with socket.create_connection(("127.0.0.1", int(served.with_proxy.rpartition(":")[2])), timeout=20) as raw:
        raw.sendall(
            b"GET /account/certificate/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.0.0.1\r\n"
            b"X-Client-Name: anna\r\nX_Client_Name: anna\r\nConnection: close\r\n\r\n"
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 403")


def test_a_certificate_from_another_address_than_the_proxys_is_not_listened_to(served, anna):
    address, serving = serve(CLEW_TRUSTED_PROXY="10.9.9.9", CLEW_CERTIFICATE_HEADER=HEADER)
    try:
        await_pages(address, **{"X-Forwarded-For": "10.9.9.9"})
        for forged in ({}, {"X-Forwarded-For": "10.9.9.9"}, {"X-Real-IP": "10.9.9.9"}, {"Forwarded": "for=10.9.9.9"}):
            assert come_in_by_certificate(address, **{HEADER: "anna", **forged})[0] == 404
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def test_a_suspended_officers_certificate_opens_nothing(served, anna):
    with acting_as(admitting.operator_at("NO")) as session:
        suspending.suspend(session, Scope(level=Level.OFFICER, member="NO", officer="anna"), "while it is examined")
    assert come_in_by_certificate(served.with_proxy, **{HEADER: "anna"}) == (403, "No access now")
