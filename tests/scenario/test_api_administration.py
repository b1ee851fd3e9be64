"""Administration, audit and own sign-ins by the API: done by who may, refused to all others, and on record."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.test import Client

from clew.actions import admitting, auditing, sequencing
from clew.domain.officer import Role
from clew.records import audit, officers
from clew.records.session import acting_as
from tests.scenario.test_api_operations import BY_TAG, Caller
from tests.world.clients import signed_in
from tests.world.kept import connected
from tests.world.world import World

WHY = {"purpose": "supervision", "case": "DPA-7"}

ONE, TWO = "medium.warn", "medium.source"
"""Two acts, neither of which is counted as a reveal."""
TODAY = datetime.now(UTC).date()
TRAINED = {"trainer": "the national school", "trained_on": str(TODAY), "until": str(TODAY + timedelta(days=365))}
ADMINISTRATORS = ("anna", "bert", "cora")
NOBODY = "0f9d1b52-6c1e-4a43-9d0e-2f7a54c1b8e3"


@pytest.fixture
def walked() -> set[tuple[str, str]]:
    return set()


@pytest.fixture
def world(node) -> Iterator[World]:
    made = World(facts=node)
    made.empty()
    caches["api"].clear()
    made.member("NO", "Norway")
    made.officer("ada")
    made.officer("otto", role=Role.AUDITOR)
    made.officer("olga", unit="ADMIN", role=Role.OPERATOR)
    for name in ADMINISTRATORS:
        made.officer(name, unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    made.officer("sven", member="SE")
    yield made
    made.empty()


@pytest.fixture
def anna(world: World, walked: set[tuple[str, str]]) -> Caller:
    return Caller("anna", walked)


@pytest.fixture
def bert(world: World, walked: set[tuple[str, str]]) -> Caller:
    return Caller("bert", walked)


def post(client: Client, path: str, body: object = None, **headers: Any) -> Any:
    return client.post(f"/api{path}", json.dumps(body or {}), content_type="application/json", **headers)


def admitted(anna: Caller, name: str = "dan") -> str:
    """An officer of the unit VICTIM-ID whose certification waits; which."""
    assert anna.post("/officers", name=name, unit="victim-id") == {"officer": name.lower()}
    return anna.post("/certifications", officer=name, role="analyst", **TRAINED)["certification"]


def acts(actor: str = "anna") -> list[tuple[str, str]]:
    with acting_as(officers.actor_of(actor)) as session:
        return [(one.act, one.subject) for one in auditing.acts_of(session, auditing.Wanted()).items]


def test_an_officer_is_admitted_by_one_certified_by_another_and_withdrawn(anna: Caller, bert: Caller) -> None:
    proposed = admitted(anna, "Dan")
    (one,) = anna.get("/officers", is_waiting="true")["items"]
    assert (one["officer"], one["role"], one["standing"], one["last"]) == ("dan", None, "not certified", None)
    assert (one["waiting"]["id"], one["waiting"]["proposed_by"], one["waiting"]["given_by"]) == (proposed, "anna", None)
    assert one["waiting"]["ends_at"].startswith(f"{TRAINED['until']}T23:59:59")
    assert post(signed_in("anna"), f"/certifications/{proposed}/move", {"step": "give"}).status_code == 409
    assert bert.post(f"/certifications/{proposed}/move", step="give") == {"state": "given"}
    assert officers.actor_of("dan").role is Role.ANALYST
    assert bert.post(f"/certifications/{proposed}/move", step="withdraw") == {"state": "withdrawn"}
    other = anna.post("/certifications", officer="dan", role="investigator", **TRAINED)["certification"]
    assert anna.post(f"/certifications/{other}/move", step="refuse") == {"state": "refused"}
    assert anna.get("/officers", is_waiting="true") == {"items": [], "next": None}
    (dan,) = (one for one in anna.get("/officers")["items"] if one["officer"] == "dan")
    assert (dan["standing"], dan["waiting"], dan["last"]["state"]) == ("not certified", None, "withdrawn")
    assert {("officer.admit", "dan"), ("certification.propose", proposed), ("certification.refuse", other)} <= {*acts()}
    assert {("certification.give", proposed), ("certification.withdraw", proposed)} <= {*acts("bert")}


def test_officers_are_paged_by_name_without_gaps_and_none_is_of_another_member(anna: Caller) -> None:
    whole = [one["officer"] for one in anna.get("/officers")["items"]]
    assert whole == ["ada", "anna", "bert", "cora", "olga", "otto"]
    found, after = [], {}
    while True:
        page = anna.get("/officers", limit=2, **after)
        found += [one["officer"] for one in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == whole


def test_what_was_admitted_twice_or_cannot_be_is_refused_and_leaves_nothing(world: World) -> None:
    client, before = signed_in("anna"), {*acts()}
    given = {"officer": "ada", "role": "analyst", **TRAINED}
    for path, body, status in (
        ("/officers", {"name": "sven", "unit": "VICTIM-ID"}, 400), ("/officers", {"name": "dan", "unit": "NOT-THERE"}, 404),
        ("/certifications", {**given, "officer": "anna"}, 409), ("/certifications", {**given, "officer": "sven"}, 404),
        ("/certifications", {**given, "role": "program"}, 400), ("/certifications", {**given, "until": "9999-12-31"}, 400),
        ("/certifications", {**given, "trained_on": "tomorrow"}, 422),
        ("/suspensions", {"level": "officer", "name": "anna", "reason": "why"}, 409),
        ("/suspensions", {"level": "officer", "name": "ada", "reason": " "}, 400),
    ):  # fmt: skip
        answer = post(client, path, body)
        assert answer.status_code == status, (path, body, answer.content)
        if status == 422:
            assert b"tomorrow" not in answer.content
    assert {*acts()} - before == set()


def test_what_no_database_keeps_names_nothing(world: World) -> None:
    """A NUL was an error of the node, on the pages of the audit too."""
    client, word = signed_in("anna"), "ada\0"
    given = {"officer": word, "role": "analyst", **TRAINED}
    for path, body, status in (
        ("/certifications", given, 404), ("/officers/first-password", {"officer": word}, 404),
        ("/suspensions", {"level": "officer", "name": word, "reason": "why"}, 404),
        ("/suspensions/lift", {"level": "member", "name": word}, 404), ("/suspensions/lift", {"level": "officer", "name": word}, 404),
        ("/member", {"name": "X", "languages": [], "contact_point": word, "legal_basis": ""}, 400),
    ):  # fmt: skip
        assert post(client, path, body).status_code == status, path
    assert client.get("/api/officers", {"after": word}).status_code == 400
    for path in ("/api/audit", "/api/audit/accesses", "/audit/", "/audit/accesses/"):
        for field, status in (("member", 200), ("subject", 200), ("act", 400)):
            assert client.get(path, {field: word}).status_code == status, (path, field)


def test_a_first_password_is_told_once_and_kept_under_no_key(world: World, anna: Caller) -> None:
    admitted(anna)
    told = [anna.post("/officers/first-password", {"Idempotency-Key": "one"}, officer="dan")["password"] for _ in "ab"]
    user = get_user_model().objects.get(username="dan")
    assert [user.check_password(each) for each in told] == [False, True]
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        assert superuser.execute("select count(*) from api_answers").fetchone() == (0,)
    assert acts().count(("officer.invite", "dan")) == 2
    client = signed_in("anna")
    absent = post(client, "/officers/first-password", {"officer": "nobody"})
    assert (absent.status_code, absent.content) == (404, post(client, "/officers/first-password", {"officer": "sven"}).content)
    signed_in("ada")
    assert post(client, "/officers/first-password", {"officer": "ada"}).status_code == 409


def test_access_stops_and_comes_back_from_one_request_to_the_next(world: World, anna: Caller) -> None:
    ada = signed_in("ada")
    assert ada.get("/api/series").status_code == 200
    laid = anna.post("/suspensions", level="officer", name="Ada", reason="A lost laptop.")["suspension"]
    assert ada.get("/api/series").status_code in {401, 403}
    (line,) = anna.get("/suspensions")["items"]
    assert (line["id"], line["level"], line["name"], line["laid_by"]) == (laid, "officer", "ada", "anna")
    assert line["reason"] == "A lost laptop."
    assert post(signed_in("anna"), "/suspensions/lift", {"level": "unit", "name": "VICTIM-ID"}).status_code == 404
    assert anna.post("/suspensions/lift", level="officer", name="ada") == {"suspensions": [laid]}
    assert anna.get("/suspensions")["items"] == []
    assert signed_in("ada").get("/api/series").status_code == 200
    assert {("suspension.officer", laid), ("suspension.lift", laid)} <= {*acts()}
    anna.post("/suspensions", level="unit", name="victim-id", reason="While it is examined.")
    assert officers.known("ada").standing == "suspended"
    assert officers.known("anna").standing == "admitted"


def test_the_whole_member_is_stopped_by_its_own_code_and_by_no_other(world: World, anna: Caller) -> None:
    client = signed_in("anna")
    answers = {
        (one.status_code, one.content)
        for name in ("SE", "QQ") for one in [post(client, "/suspensions", {"level": "member", "name": name, "reason": "why"})]
    }  # fmt: skip
    assert [status for status, _ in answers] == [404]
    assert client.get("/api/officers").status_code == 200
    anna.post("/suspensions", level="member", name="no", reason="While it is examined.")
    assert client.get("/api/officers").status_code in {401, 403}
    assert officers.known("bert").standing == "suspended"
    assert officers.known("sven").standing == "admitted"


def test_what_others_know_of_the_member_is_changed_and_its_units_entered(anna: Caller) -> None:
    was = anna.get("/member")
    assert (was["code"], was["name"], was["kind"]) == ("NO", "Member NO", "country")
    anna.post("/member", name="Noreg", languages=["nn", "en"], contact_point="duty desk", legal_basis="Police Act")
    anna.post("/member/units", code="liaison-1", specialities=["liaison"])
    anna.post("/member/units", code="VICTIM-ID", specialities=["victim-identification", "intake"])
    found = anna.get("/member")
    assert (found["name"], found["kind"], found["languages"]) == ("Noreg", "country", ["nn", "en"])
    assert (found["contact_point"], found["legal_basis"]) == ("duty desk", "Police Act")
    units = {one["code"]: one["specialities"] for one in found["units"]}
    assert (units["LIAISON-1"], units["VICTIM-ID"]) == (["liaison"], ["intake", "victim-identification"])
    assert {("member.read", "NO"), ("member.change", "NO"), ("unit.enter", "NO/LIAISON-1")} <= {*acts()}


ADMINISTERED = {
    "/member": {"name": "X", "languages": [], "contact_point": "", "legal_basis": ""}, "/member/units": {"code": "X"},
    "/officers": {"name": "eve", "unit": "VICTIM-ID"}, "/officers/first-password": {"officer": "ada"},
    "/certifications": {"officer": "ada", "role": "analyst", **TRAINED},
    f"/certifications/{NOBODY}/move": {"step": "give"},
    "/suspensions": {"level": "officer", "name": "ada", "reason": "why"},
    "/suspensions/lift": {"level": "officer", "name": "ada"},
    "/tokens": {"name": "viewer", "unit": "VICTIM-ID", "scopes": ["whoami"], "until": str(TODAY + timedelta(days=9))},
    f"/tokens/{NOBODY}/end": {},
    "/reveal-budgets": {"level": "officer", "name": "ada", "reason": "why", "hourly": 5, "daily": 9},
    "/reveal-budgets/end": {"level": "officer", "name": "ada", "reason": "why"},
}  # fmt: skip
READ = ("/officers", "/member", "/suspensions", "/tokens", "/reveal-budgets")


@pytest.mark.parametrize("name", ["ada", "otto", "olga"])
def test_who_is_no_administrator_administers_nothing_not_even_who_runs_the_node(world: World, name: str) -> None:
    client = signed_in(name)
    before = {*acts()}
    said = [client.get(f"/api{path}") for path in READ] + [post(client, path, body) for path, body in ADMINISTERED.items()]
    assert {one.status_code for one in said} == {409}
    assert {one.json()["detail"] for one in said} == {admitting.NO_ADMINISTRATOR}
    assert officers.known("eve") is None
    assert {*acts()} - before == set()


def test_every_operation_of_administration_is_refused_to_others_above() -> None:
    paths = {(method, path) for method, path in BY_TAG["administration"]}
    asked = {("get", f"/api{path}") for path in READ}
    named = {f"/certifications/{NOBODY}/move": "certification", f"/tokens/{NOBODY}/end": "token"}
    asked |= {("post", f"/api{path}".replace(NOBODY, f"{{{named.get(path)}}}")) for path in ADMINISTERED}
    assert paths == asked


def test_a_token_is_told_once_opens_what_it_says_and_is_ended(anna: Caller, bert: Caller) -> None:
    token = anna.post("/tokens", **ADMINISTERED["/tokens"])["token"]
    (line,) = bert.get("/tokens")["items"]
    assert (line["name"], line["unit"], line["scopes"]) == ("viewer", "VICTIM-ID", ["whoami"])
    assert line["ends_at"].startswith(f"{TODAY + timedelta(days=9)}T23:59:59")
    assert token not in json.dumps(line)
    program = {"HTTP_AUTHORIZATION": f"Bearer {token}", "SERVER_NAME": "localhost"}
    assert Client().get("/api/whoami", **program).status_code == 200
    sven = signed_in("sven")
    assert post(sven, f"/tokens/{line['id']}/end").status_code == 409
    bert.post(f"/tokens/{line['id']}/end")
    assert anna.get("/tokens") == {"items": []}
    assert Client().get("/api/whoami", **program).status_code == 401
    for wrong in ({"scopes": []}, {"scopes": ["records"]}, {"until": "never"}):
        assert anna.refused("/tokens", **{**ADMINISTERED["/tokens"], **wrong}) == 422
    for wrong, status in (({"until": str(TODAY)[:4] + "-01-01"}, 400), ({"unit": "NO-SUCH"}, 404), ({"name": "A b"}, 400)):
        assert anna.refused("/tokens", **{**ADMINISTERED["/tokens"], **wrong}) == status
    assert {("token.lend", line["id"]), ("token.list", "NO")} <= {*acts()}
    assert ("token.end", line["id"]) in acts("bert")


def test_a_reveal_budget_is_given_holds_and_is_ended(world: World, anna: Caller, walked: set[tuple[str, str]]) -> None:
    ada = Caller("ada", walked)
    shipped = ada.get("/reveal-budget")
    made = anna.post("/reveal-budgets", **ADMINISTERED["/reveal-budgets"])["budget"]
    assert [ada.get("/reveal-budget")[each] for each in ("hourly", "daily")] == [5, 9]
    found = anna.get("/reveal-budgets")
    (line,) = found["items"]
    assert (line["id"], line["level"], line["name"], line["reason"], line["given_by"]) == (made, "officer", "ada", "why", "anna")
    assert found["refused"] == []
    whole = {**ADMINISTERED["/reveal-budgets"], "level": "member", "name": "NO"}
    assert anna.refused("/reveal-budgets", **{**whole, "hourly": 1_900, "daily": 19_000}) == 409, "it would widen the giver's"
    for wrong, status in (({"hourly": 10}, 400), ({"daily": 0}, 422), ({"name": "sven"}, 404), ({"name": "nobody"}, 404)):
        assert anna.refused("/reveal-budgets", **{**ADMINISTERED["/reveal-budgets"], **wrong}) == status
    ended = {key: whole[key] for key in ("level", "name", "reason")}
    assert anna.refused("/reveal-budgets/end", **ended) in {404, 409}
    assert anna.post("/reveal-budgets/end", **ADMINISTERED["/reveal-budgets/end"]) == {"budget": made}
    assert ada.get("/reveal-budget") == shipped
    assert {("reveal_budget.officer", made), ("reveal_budget.end", made), ("reveal_budget.list", "")} <= {*acts()}


def test_who_audits_reads_what_others_did_and_all_others_what_they_did_themselves(
    world: World, walked: set[tuple[str, str]]
) -> None:
    otto, ada, sven = (Caller(name, walked) for name in ("otto", "ada", "sven"))
    subject = str(world.medium(officers.actor_of("sven")))
    for act in (ONE, TWO, TWO):
        with acting_as(officers.actor_of("ada")) as session:
            audit.append(session, act, subject, purpose="investigation", case="NO-1")
    page = otto.get("/audit", act=TWO, limit=1)
    (first,) = page["items"]
    assert (first["officer"], first["member"], first["owner"], first["subject"]) == ("ada", "NO", "SE", subject)
    assert (first["purpose"], first["case_reference"]) == ("investigation", "NO-1")
    rest = otto.get("/audit", act=TWO, limit=1, after=page["next"])
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert rest["items"][0]["id"] != first["id"]
    day = str(datetime.now(UTC).date())
    assert len(otto.get("/audit", subject=subject, member="no", since=day, until=day)["items"]) >= 3
    assert otto.get("/audit", until=str(TODAY - timedelta(days=3)))["items"] == []
    assert {one["officer"] for one in ada.get("/audit")["items"]} == {"ada"}
    assert "ada" not in {one["officer"] for one in sven.get("/audit")["items"]}
    told = sven.get("/audit/accesses", act=ONE)["items"]
    assert [(one["member"], one["subject"]) for one in told] == [("NO", subject)]
    assert ada.get("/audit/accesses")["items"] == []
    assert signed_in("otto").get("/api/audit", {"since": "0001-01-01"}).status_code == 400
    assert ("audit.read", subject) in acts("otto")


def test_the_state_of_the_log_is_told_to_who_audits(world: World, walked: set[tuple[str, str]]) -> None:
    otto, ada = Caller("otto", walked), Caller("ada", walked)
    sequencing.catch_up()
    log = otto.get("/audit/log")["log"]
    assert log["size"] > 0
    assert log["cosignatures"] == []
    assert ada.get("/audit/log") == {"log": None}
    assert ("audit.read_log", "") in acts("otto")


def test_the_log_is_read_again_and_events_are_taken_out_by_who_audits(world: World, walked: set[tuple[str, str]]) -> None:
    otto, ada = Caller("otto", walked), Caller("ada", walked)
    with acting_as(officers.actor_of("ada")) as session:
        audit.append(session, ONE, "a", purpose="investigation", case="NO-1")
    sequencing.catch_up()
    found = otto.post("/audit/read-again")
    assert (found["events"], found["wrong"], found["findings"], found["first"]) == (found["size"], 0, [], 0)
    lines = [json.loads(line) for line in otto.post("/audit/export", act=ONE, **WHY).decode().splitlines()]
    assert sum(ONE in json.dumps(line) for line in lines) >= 1
    assert (ada.refused("/audit/read-again"), ada.refused("/audit/export", **WHY)) == (409, 409)
    assert otto.refused("/audit/export", act=ONE) == 422
    assert otto.refused("/audit/export", act=ONE, words="x", **WHY) == 422
    assert {"audit.verify", "audit.export"} <= {act for act, _ in acts("otto")}


def test_what_the_audit_is_asked_for_tells_nothing_of_what_is_hidden(world: World) -> None:
    """What is read of a hidden identifier and of an absent one are the reader's own acts of asking."""
    hidden = str(world.medium(officers.actor_of("sven")))
    client = signed_in("ada")
    for path in ("/audit", "/audit/accesses"):
        answers = []
        for subject in (hidden, str(uuid4())):
            found = client.get(f"/api{path}", {"subject": subject, "act": "medium.read"})
            answers.append((found.status_code, found.content))
        assert answers[0] == answers[1]


def test_own_sign_ins_are_told_and_ended_and_none_of_another(world: World, walked: set[tuple[str, str]]) -> None:
    here, there, sven = Caller("ada", walked), signed_in("ada"), signed_in("sven")
    lines = here.get("/sign-ins")["items"]
    assert [one["is_this"] for one in lines].count(True) == 1
    assert len(lines) == 2
    (foreign,) = sven.get("/api/sign-ins").json()["items"]
    answers = {(one.status_code, one.content) for each in (foreign["id"], NOBODY) for one in [post(there, f"/sign-ins/{each}/end")]}
    assert [status for status, _ in answers] == [404]
    assert sven.get("/api/sign-ins").status_code == 200
    (other,) = (one["id"] for one in lines if not one["is_this"])
    here.post(f"/sign-ins/{other}/end")
    assert there.get("/api/sign-ins").status_code == 401
    assert [one["is_this"] for one in here.get("/sign-ins")["items"]] == [True]
    (this,) = (one["id"] for one in lines if one["is_this"])
    here.post(f"/sign-ins/{this}/end")
    assert {("sign_in.end", other), ("sign_in.end", this)} <= {*acts("ada")}


def test_every_operation_answers_as_the_document_says(world: World, walked: set[tuple[str, str]]) -> None:
    """Each of these by itself is asked above for what it does; here none may be forgotten."""
    anna, bert = Caller("anna", walked), Caller("bert", walked)
    bert.post(f"/certifications/{admitted(anna)}/move", step="give")
    assert anna.post("/officers/first-password", officer="dan")["password"]
    anna.post("/suspensions", level="officer", name="dan", reason="why")
    for path in READ:
        assert anna.get(path)
    anna.post("/suspensions/lift", level="officer", name="dan")
    for path in ("/member", "/member/units", "/tokens", "/reveal-budgets", "/reveal-budgets/end"):
        anna.post(path, **ADMINISTERED[path])
    anna.post(f"/tokens/{anna.get('/tokens')['items'][0]['id']}/end")
    for path in ("/audit", "/audit/accesses", "/audit/log"):
        assert anna.get(path)
    otto = Caller("otto", walked)
    assert otto.get("/audit/patterns")["patterns"]
    otto.post("/audit/read-again")
    otto.post("/audit/export", **WHY)
    anna.post(f"/sign-ins/{anna.get('/sign-ins')['items'][0]['id']}/end")
    assert set().union(*BY_TAG.values()) == walked
