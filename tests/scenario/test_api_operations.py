"""Every operation of the API, done by officers who may: it answers, and what it answers is as the document says."""

import hashlib
import io
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import jsonschema
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.test import Client

from clew.actions import corresponding, enrolling, exercising
from clew.actions.opening import today
from clew.api import series as api_of_series
from clew.domain.exercise import Question
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.upload import PIECE_BYTES_MAX
from clew.records import intakes
from clew.records.session import acting_as
from tests.scenario.test_judging import near
from tests.scenario.test_proposing import CAMERA
from tests.scenario.test_proposing import found as taken
from tests.world.api_document import DOCUMENT
from tests.world.clients import signed_in
from tests.world.foreign import CONTENT, Foreign, sweden
from tests.world.shown import body
from tests.world.shown import body as file_of
from tests.world.world import World, handling

OF_TOKENS = {("get", "/api/whoami"), ("get", "/api/directory"), ("get", "/api/programs/statistics")}
"""tests/end_to_end/test_programs.py asks them."""
OF_OBJECTS = {
    ("get", "/api/crops/{crop}"), ("post", "/api/crops"),
    *(("post", f"/api/crops/{{crop}}/{step}") for step in ("approve", "refuse", "end", "show")),
}  # fmt: skip
"""tests/scenario/test_asking.py asks them: an object is cut out of a picture that was taken in."""
OF_THE_OWNER = frozenset({
    "handling", "releases", "retention", "requests of people", "ends of cases", "annual report",
})  # fmt: skip
"""tests/scenario/test_api_of_handling.py asks every operation under these."""
BY_TAG = {
    tag: {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods if methods[method]["tags"] == [tag]}
    for tag in ("administration", "audit", "own sign-ins")
}
"""tests/scenario/test_api_administration.py asks them, each of them."""
LEARNER = "ulla.a1b2c"
"""Who does an exercise; the others in it are played."""
QUAY, QUAY_OF_NORWAY = b"a quay", b"a quay of Norway"
MEDIUM = hashlib.sha256(CONTENT["open"]).hexdigest()
SCHEME = {"scheme": "se-made"}
MADE = {
    "scheme": "se-made", "version": 1, "title": "How it was made", "categories": {"G": "By a program", "none": "Otherwise"},
    "rules": [{"category": "G", "when": {"made": ["generated"]}}], "otherwise": "none",
}  # fmt: skip


@pytest.fixture
def found(node) -> Iterator[Foreign]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = World(facts=node)
    world.empty()
    caches["api"].clear()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    made = sweden(world)
    world.officer("siv", member="SE")
    world.officer("alva", member="SE", role=Role.ANALYST)
    sven = world.officer("sven", member="SE")
    world.series(sven, "one camera", [taken(world, sven, "SE-2", **CAMERA)])
    quay, _ = (taken(world, sven, "SE-3", content=content, **CAMERA) for content in (QUAY, b"a tram"))
    ada = world.officer("ada")
    near(world, sven, quay, ada, world.medium(ada, content=QUAY_OF_NORWAY))
    stop_on_the_way(world, sven)
    with acting_as(world.officer("dina", member="DK")) as session:
        about = corresponding.About(kind=corresponding.SubjectKind.CASE, name="DK-1")
        corresponding.ask(session, about, ("SE", "VICTIM-ID"), today(), "Is this quay yours?")
    world.officer("dagny", member="DK", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    world.officer("stina", member="SE", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    for name, code in ((LEARNER, "SE"), ("played-0.a1b2c", "SE"), ("played-2.a1b2c", "DK"), ("played-3.a1b2c", "DK")):
        world.officer(name, member=code)
    yield made
    world.empty()


def stop_on_the_way(world: World, of: Actor) -> None:
    """A part of an intake that was begun and for which no job waits."""
    exhibit = world.exhibit(of, "SE-3", "LAPTOP")
    with acting_as(of) as session:
        begun = intakes.begin(
            session, exhibit_id=exhibit, list_id=None, source=b"/seized", source_kind="folder", host="elsewhere",
            keeps_bytes=False, series_id=None, handling=handling(of),
        )  # fmt: skip
        intakes.add_chunk(session, intakes.get(session, begun), [intakes.Stub(path=b"1.jpg", key=bytes(16), size_bytes=1)])
        intakes.walked(session, begun, 1)


class Caller:
    """An officer who calls operations; each answer is held to the document."""

    def __init__(self, name: str, walked: set[tuple[str, str]]) -> None:
        self._client: Client = signed_in(name)
        self._walked = walked

    def get(self, path: str, **asked: object) -> Any:
        return self._answer("get", path, self._client.get(f"/api{path}", asked))

    def file(self, path: str, ticket: str | None = None) -> bytes:
        """A file that is got, as it is given part by part; by a ticket it is asked for without the sign-in."""
        client = self._client if ticket is None else Client(SERVER_NAME="localhost")
        headers = {} if ticket is None else {"Authorization": f"Bearer {ticket}"}
        answer, template = client.get(f"/api{path}", headers=headers), self._template("get", path)
        assert answer["Content-Type"] in DOCUMENT["paths"][template]["get"]["responses"]["200"]["content"]
        self._walked.add(("get", template))
        return body(answer)

    def post(self, path: str, headers: dict[str, str] | None = None, /, **body: object) -> Any:
        answer = self._client.post(
            f"/api{path}", json.dumps(body), content_type="application/json", headers=headers or {}
        )
        if answer.streaming or answer["Content-Type"] in {"application/zip", "application/pdf", "application/jsonl"}:
            template = self._template("post", path)
            assert answer["Content-Type"] in DOCUMENT["paths"][template]["post"]["responses"]["200"]["content"]
            self._walked.add(("post", template))
            return file_of(answer)
        return self._answer("post", path, answer)

    def refused(self, path: str, **body: object) -> int:
        """The status by which what is posted is refused."""
        return self._refusal(path, self._client.post(f"/api{path}", json.dumps(body), content_type="application/json"))

    def refused_to_get(self, path: str, **asked: object) -> int:
        return self._refusal(path, self._client.get(f"/api{path}", asked))

    def _refusal(self, path: str, answer: Any) -> int:
        assert answer["Content-Type"] == "application/problem+json", (path, answer.content)
        return answer.status_code

    def _template(self, method: str, path: str) -> str:
        return next(
            known for known, methods in sorted(DOCUMENT["paths"].items(), key=lambda one: one[0].count("{"))
            if method in methods and re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), f"/api{path}")
        )  # fmt: skip

    def _answer(self, method: str, path: str, answer: Any) -> Any:
        assert answer.status_code in {200, 204}, (path, answer.content)
        template = self._template(method, path)
        self._walked.add((method, template))
        said = DOCUMENT["paths"][template][method]["responses"][str(answer.status_code)]
        if answer.status_code == 204:
            assert answer.content == b""
            return None
        schema = {**said["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
        jsonschema.validate(answer.json(), schema)
        return answer.json()


def test_every_operation_answers_as_the_document_says(
    found: Foreign, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    walked: set[tuple[str, str]] = set()
    sven, siv = Caller("sven", walked), Caller("siv", walked)
    for told in (facts, live, at_home, clock):
        told(sven)
    administered(Caller("stina", walked))
    for story in (triage, going_through, uploads, keys, series, people, links, leads, overlaps, messages, identification, categories):
        story(sven, siv, found)
    disputed(Caller("alva", walked))
    dina = Caller("dina", walked)
    located(sven, siv, dina)
    task_force(Caller("stina", walked), sven, siv, Caller("dagny", walked))
    connected(Caller("stina", walked))
    exercised(Caller(LEARNER, walked), monkeypatch, tmp_path)
    every = {
        (method, path) for path, methods in DOCUMENT["paths"].items() for method, said in methods.items()
        if said["tags"][0] not in OF_THE_OWNER
    } - set().union(*BY_TAG.values())
    assert every - walked == OF_TOKENS | OF_OBJECTS | {("post", "/api/media/{medium}/reveal")}, "test_revealing.py asks it"


def triage(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    assert {one["reference"] for one in sven.get("/cases")["items"]} == {"SE-open", "SE-hidden", "SE-2", "SE-3"}
    assert sum(sven.get("/triage", case="SE-open").values()) == 1
    assert sven.get("/reveal-budget")
    medium, other = (hashlib.sha256(content).hexdigest() for content in (QUAY, QUAY_OF_NORWAY))
    given = sven.post("/matches/verdicts", medium=medium, other=other, said="not-the-same", why="only-alike")["verdict"]
    assert [one["id"] for one in sven.get("/matches/verdicts", medium=medium, other=other)["items"]] == [given]
    sven.post(f"/matches/verdicts/{given}/undo")
    assert sven.get("/triage/media", case="SE-open")["items"][0]["sha256"] == MEDIUM
    again = sven.post("/triage/again", case="SE-3", exhibit="LAPTOP")
    assert again == {"files": 0, "chunks": 1, "hosts": ["elsewhere"]}


def going_through(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    (one,) = sven.get("/cases/media", case="SE-open")["items"]
    assert (one["name"], one["mark"]) == (MEDIUM, None)
    view = sven.post("/views", title="Not seen", kind="image")["view"]
    assert [kept["name"] for kept in sven.get("/views")["items"]] == ["Not seen"]
    sven.post(f"/views/{view}/delete")
    act = sven.post("/marks", media=[MEDIUM], said="relevant")["act"]
    lines = sven.get("/series", own="true")["items"]
    name = next(line["reference"] for line in lines if line["name"] == "series-open")
    assert [item["mark"] for item in sven.get(f"/series/{name}/grid")["items"]] == ["relevant"]
    assert sven.post(f"/marks/{act}/undo") == {"media": 1}
    assert [item["id"] for item in sven.get(f"/cases/stacks/{one['id']}", case="SE-open")["items"]] == [one["id"]]
    whole = sven.post("/marks/stacks", case="SE-open", media=[MEDIUM], said="relevant")
    assert whole["media"] == 1
    assert sven.post(f"/marks/{whole['act']}/undo") == {"media": 1}
    assert sven.get("/media/provenance", medium=MEDIUM)["found"][0]["case"] == "SE-open"
    quoted = sven.post("/media/metadata", medium=MEDIUM, purpose="investigation", case="SE-open")
    assert (quoted["sha256"], quoted["blocks"]) == (MEDIUM, [])
    sven.post("/media/cover")
    for previews in (
        sven.post("/cases/previews", case="SE-open"), sven.post(f"/series/{name}/previews"),
        sven.post(f"/cases/stacks/{one['id']}/previews", case="SE-open"),
    ):  # fmt: skip
        assert [(item["id"], item["still"], item["lacks"]) for item in previews["items"]] == [(one["id"], None, "fingerprints-only")]


def facts(sven: Caller) -> None:
    """One medium, and another that is called the same."""
    medium, other = (hashlib.sha256(content).hexdigest() for content in (QUAY, QUAY_OF_NORWAY))
    view = sven.get("/media/facts", medium=medium, other=other)
    (same,) = view["others"]
    assert (same["name"], same["owner"], same["kind"], same["distance_bits"]) == (other, "NO", "pdq", 8)
    assert (same["measured"]["compared"], view["chosen"], view["medium"]["is_shown"]) == (3_610_500, same["id"], True)
    assert [(one["case"], one["exhibit"]) for one in view["found"]] == [("SE-3", "PHONE-1")]
    of_record = sven.get(f"/media/{view['medium']['id']}/facts", other=same["id"])
    assert of_record == view
    assert sven.get(f"/media/{view['medium']['id']}/whereabouts") == {"point": None}


def live(sven: Caller) -> None:
    """Numbers as they are now, and the list of an answer."""
    seen = sven.get("/triage/progress", case="SE-3", exhibit="PHONE-1")
    assert (seen["is_last"], seen["tally"]["media"], sum(seen["tally"]["counts"].values())) == (True, 2, 2)
    opened = sven.get("/triage/opened", case="SE-3", limit=1)
    assert (opened["answer"], len(opened["items"]), opened["tally"]["is_whole"]) == ("new", 1, True)


def at_home(sven: Caller) -> None:
    home = sven.get("/home")
    assert {one["what"] for one in home["waiting"]} >= {"messages"}
    assert home["leads"] == []  # it is set aside


def clock(sven: Caller) -> None:
    once = {"Idempotency-Key": "beaten"}
    for _ in "ab":
        assert sven.post("/exposure", once, seconds=40, warned_seconds=60)["seconds"] == 40
    assert sven.post("/exposure/postpone")["is_break_due"] is False
    sven.post("/exposure/rest")
    assert sven.get("/exposure") == {"seconds": 40, "warned_seconds": 40, "is_break_due": False}


def an_exercise_is_asked_for(stina: Caller) -> None:
    """Asked for, drawn, and its password told once."""
    drawn = enrolling.Drawn(exercise=uuid4(), password="drawn-for-a-trial")  # noqa: S106 (of no academy)
    made = enrolling.Academy(is_usable=lambda: True, draw=lambda *_: drawn, results=lambda *_: {})
    with mock.patch("clew.node.academy.of_this_node", return_value=made):
        once = {"Idempotency-Key": "asked"}
        asked = stina.post("/exercises/ask", once)
        assert (asked["state"], asked["says_why"]) == ("waiting", None)
        assert stina.post("/exercises/ask", once) == asked
    with connections["owner"].cursor() as cursor:
        cursor.execute("select args ->> 'ask' from procrastinate_jobs where task_name = 'draw_exercise'")
        ((waiting,),) = cursor.fetchall()
    enrolling.draw(made, "stina", UUID(waiting), lambda: False)
    told = stina.get("/exercises")
    assert (told["asked"]["state"], told["asked"]["has_password"], told["may_ask"]) == ("ready", True, False)
    assert stina.post("/exercises/password") == {"officer": told["asked"]["officer"], "password": drawn.password}
    assert not stina.get("/exercises")["asked"]["has_password"]


def exercised(ulla: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In an academy: what is asked, what was seized, a day that passes, and what came of it."""
    monkeypatch.setattr(settings, "CLEW_IS_ACADEMY", True)
    truth = {one: frozenset({MEDIUM if one is Question.TAKEN_IN else "else"}) for one in Question}
    made = UUID(f"{LEARNER.rpartition('.')[2]}000-0000-4000-8000-000000000000")  # its first characters name all in it
    exercising.lay_out(made, LEARNER, "A telephone was seized.", truth, series="series-open", case="SE-open")
    seized = tmp_path / LEARNER.rpartition(".")[2].upper() / "seizure"
    seized.mkdir(parents=True)
    (seized / "notes.txt").write_text("drawn")
    monkeypatch.setattr(settings, "CLEW_EXERCISES", tmp_path)
    assert ulla.get("/exercise")["result"] is None
    assert zipfile.ZipFile(io.BytesIO(ulla.file("/exercise/seizure"))).namelist() == ["notes.txt"]
    ulla.post("/exercise/day")
    said = ulla.post("/exercise/end")
    assert (said["result"]["points"], said["result"]["has_passed"], said["result"]["parts"]["triage"]) == (10, False, 10)
    assert ulla.post("/exercise/end") == ulla.get("/exercise") == said
    monkeypatch.setattr(settings, "CLEW_IS_ACADEMY", False)


def uploads(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    """Two pieces go one behind the other, and are taken in; another upload is cancelled."""
    content = bytes(PIECE_BYTES_MAX) + b"a quay"
    files = [{"path": "quay.txt", "size_bytes": len(content)}]
    made, other = (sven.post("/uploads", case="SE-9", exhibit="USB", files=files)["upload"] for _ in "ab")
    for offset, piece in ((0, content[:PIECE_BYTES_MAX]), (PIECE_BYTES_MAX, b"a quay")):
        come = sven.post(f"/uploads/{made}/files/0", offset=offset, bytes=b64encode(piece).decode())["come"]
    assert (come, sven.get(f"/uploads/{made}")["files"][0]["come"]) == (len(content), len(content))
    assert sven.post(f"/uploads/{made}/take-in") == {"case": "SE-9", "exhibit": "USB"}
    sven.post(f"/uploads/{other}/cancel")
    assert [one["state"] for one in sven.get("/uploads")["items"]] == ["taken-in"]


def keys(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    assert sven.post("/keys", scope="media", keys={"relevant": "r"})["keys"]["media"]["relevant"] == "r"
    assert sven.get("/keys")["keys"]["media"]["relevant"] == "r"
    assert sven.post("/keys/put-back")["keys"]["media"]["relevant"] == "p"


def series(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    lines = sven.get("/series", own="true")["items"]
    one = next(line["reference"] for line in lines if line["name"] == "series-open")
    assert {day["event"] for day in sven.get(f"/series/{one}/days")["items"]} >= {"taken-in"}
    other = sven.post("/series", title="green room")["reference"]
    assert sven.get(f"/series/{one}/media")["items"]
    assert sven.post(f"/series/{other}/media", media=[MEDIUM]) == {"media": 1}
    made = sven.post("/series-merges", one=one, other=other, reason="One room.")["assertion"]
    assert sven.get(f"/series/{one}")["merges"][0]["id"] == made
    sven.post(f"/series-assertions/{made}/undo")
    sven.post(f"/series/{other}/mark", state="under-enquiry", basis="A tram.")
    sven.post(f"/series/{other}/narrate", words="A green room.")
    apart = sven.post(f"/series/{other}/split", media=[MEDIUM], title="apart", reason="Another room.")["reference"]
    assert sven.post(f"/series/{apart}/remove", media=[MEDIUM], reason="By mistake.") == {"taken_out": 1, "dissented": 0}
    assert sven.post("/series-proposals", case="SE-3")["by_rule"] == {"same-camera": 2}
    first, second = (one["id"] for one in sven.get("/series-proposals", case="SE-3")["items"])
    with mock.patch.object(api_of_series, "PROPOSALS_MAX", 1):
        few = sven.get("/series-proposals", case="SE-3")
        assert ([one["id"] for one in few["items"]], few["has_more"]) == ([first], True)
    assert sven.post("/series-proposals/accept", proposals=[first])["media"] == 1
    assert sven.post("/series-proposals/reject", proposals=[second])["media"] == 1
    assert sven.get("/series-proposals", case="SE-3") == {"items": [], "has_more": False}
    (rejected,) = sven.get("/series-proposals/rejected", case="SE-3")["items"]
    assert (rejected["id"], rejected["rejected_by"]) == (second, "sven")
    assert sven.post("/series-proposals/reconsider", proposals=[second])["media"] == 1
    (waiting,) = sven.get("/series-proposals", case="SE-3")["items"]
    assert (waiting["id"], waiting["rejected_by"]) == (second, None)


def people(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    age = {"youngest": 7, "oldest": 9, "on": "2023-04-15"}
    child = sven.post("/victims", sex="female", age=age, basis="Seen.")["reference"]
    other = sven.post("/victims")["reference"]
    sven.post(f"/victims/{child}/describe", sex="female", basis="Seen again.")
    same = sven.post("/victim-duplicates", one=child, other=other, reason="The same.")["assertion"]
    sven.post(f"/victims/{child}/words", said="altered", reason="By its edges.")
    assert sven.get(f"/victims/{child}")["duplicates"][0]["id"] == same
    sven.post(f"/victim-assertions/{same}/undo")
    man = sven.post("/offenders", established="suspected", basis="Seen.")["reference"]
    sven.post(f"/offenders/{man}/describe", established="charged", basis="A court.")
    assert sven.get(f"/offenders/{man}")["offender"]["established"] == "charged"
    for kind, name in (("victims", child), ("offenders", man)):
        sven.post(f"/{kind}/{name}/identity", words="Somebody of Sweden")
        stated = {"purpose": "investigation", "case": "SE-open"}
        (identity,) = sven.post(f"/{kind}/{name}/identity/reveal", **stated)["items"]
        assert identity["words"] == "Somebody of Sweden"
        sven.post(f"/{kind}/{name}/identity/forget", **stated)
    point = {"latitude": 59.91, "longitude": 10.75, "precision_m": 50}
    room = sven.post("/places", kind="gps", name="a quay", country="NO", point=point)["reference"]
    sven.post(f"/places/{room}/describe", kind="stated", country="NO", basis="A letter.")
    assert sven.get(f"/places/{room}")["place"]["country"] == "NO"
    assert room in {one["reference"] for one in sven.get("/map")["items"]}
    assert sven.get("/map", at="-59.91,10.75", km="5")["items"] == []
    for kind in ("victims", "offenders", "places"):
        assert len(sven.get(f"/{kind}", limit=2)["items"]) == 2


def links(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    child = sven.post("/victims")["reference"]
    room = sven.post("/places", kind="room")["reference"]
    made = sven.post("/links", a=child, type="was-at", b=room, basis="seen", confidence="certain")
    assert made["state"] == "accepted"
    candidates = [
        sven.post("/links", a=child, type="was-at", b=sven.post("/places", kind="room")["reference"], basis="seen",
                  is_candidate=True)["id"]
        for _ in range(2)
    ]  # fmt: skip
    assert len(sven.get("/links/waiting")["items"]) >= 2
    sven.post(f"/links/{candidates[0]}/accept")
    sven.post(f"/links/{candidates[1]}/refuse", reason="No.")
    until = str(today() + timedelta(days=7))
    sven.post(f"/links/{made['id']}/restrict", audience="unit", reason="Ours.", until=until)
    sven.post(f"/links/{made['id']}/end-restriction", reason="Over.")
    handled = sven.get(f"/links/{made['id']}")["handled"]
    assert [(one["reason"], one["until"], one["is_end"]) for one in handled] == [("Ours.", until, False), ("Over.", None, True)]
    sven.post(f"/links/{made['id']}/withdraw", reason="By mistake.")
    assert sven.get(f"/links/{made['id']}")["steps"][0]["step"] == "withdraw"
    assert sven.get("/links", of=child)["items"]
    assert len(sven.get("/links/explore", of=child, hops=1)["nodes"]) == 2
    way = sven.get("/links/path", of=child, to=sven.get("/links", of=child)["items"][0]["b"]["name"])
    assert (len(way["nodes"]), [edge["type"] for edge in way["edges"]]) == (2, ["was-at"])


def leads(sven: Caller, _siv: Caller, found: Foreign) -> None:
    assert sven.post("/search", q="series-open")["items"]
    assert [one["name"] for one in sven.get("/search/media", token=found.token)["items"]] == [MEDIUM]
    assert sven.refused_to_get("/search/media", token=found.token[1:]) == 404
    assert sven.get("/hash-lists")["items"][0]["member"] == "SE"
    asked = {"of": "media", "names": [MEDIUM], "purpose": "detection", "case": "SE-open"}
    assert sven.post("/hash-lists/count", **asked) == {"media": 1, "by_owner": {"SE": 1}, "left_out": 0, "next": None}
    assert MEDIUM in sven.post("/hash-lists/export", **asked).decode()
    (line,) = json.loads(sven.post("/hash-lists/export", **asked, form="vics", scheme="template-letters"))["value"]
    assert {"HashName": "SHA256", "HashValue": MEDIUM} in line["AlternativeHashes"]
    assert sven.refused("/hash-lists/export", **asked | {"names": ["ab" * 32]}) == 404
    assert sven.refused("/hash-lists/export", **asked | {"purpose": "curiosity"}) == 422
    assert sven.refused("/hash-lists/export", **asked | {"names": []}) == 422
    assert sven.refused("/hash-lists/count", **asked | {"exhibit": "PHONE-1"}) == 400
    (one,) = sven.get("/leads", state="set-aside")["items"]
    assert sven.post(f"/leads/{one['id']}", step="reopen", why="It was not sold.")["state"] == "raised"
    assert sven.get(f"/leads/{one['id']}")["may"]


def overlaps(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    (told,) = sven.get("/overlaps")["items"]
    assert (told["state"], len(told["cards"])) == ("consented", 1)
    assert sven.get("/overlaps/one", name="SE-hidden")["told"] == told
    assert sven.post("/overlaps/answer", name="SE-hidden", step="decline", reason="It ended.")["told"]["state"] == "declined"
    assert sven.post("/overlaps/rule", name="SE-open", mode="silent", reason="An operation.")["is_in_force"]
    assert sven.get("/overlaps/rule-of-member")["mode"] == "contact"


def messages(sven: Caller, _siv: Caller, _found: Foreign) -> None:
    asked = sven.post(
        "/messages", kind="case", name="SE-open", to="DK/VICTIM-ID", due_on=str(today() + timedelta(days=7)), words="Yours?"
    )["correspondence"]
    view = sven.post(f"/messages/{asked}/say", kind="remark", words="It has a tram.")
    first = view["messages"][0]["id"]
    sven.post(f"/messages/{asked}/translate", message=first, language="da", words="Jeres?")
    assert sven.get(f"/messages/{asked}")["messages"][0]["translations"]
    sven.post(f"/messages/{asked}/close")
    received = next(one["id"] for one in sven.get("/messages")["items"] if one["to_member"] == "SE")
    assert sven.post(f"/messages/{received}/pass", unit="ADMIN")["has_it"] is False
    waiting = sven.get("/notices")["items"]
    sven.post(f"/notices/{next(one['id'] for one in waiting if one['seen_at'] is None)}/seen")


def identification(sven: Caller, siv: Caller, _found: Foreign) -> None:
    child = sven.post("/victims")["reference"]
    proposal = {"step": "identify", "basis": "A school.", "evidence": "A letter."}
    sven.post(f"/victims/{child}/steps", **proposal, next_step="Visit.", next_on=str(today() + timedelta(days=7)))
    sven.post(f"/victims/{child}/steps/withdraw")
    for decided in ("refuse", "confirm"):
        sven.post(f"/victims/{child}/steps", **proposal)
        siv.post(f"/victims/{child}/steps/{decided}")
    assert [one["status"] for one in sven.get(f"/victims/{child}/steps")["items"]] == ["confirmed", "refused", "withdrawn"]
    assert sven.get("/identification/due")["items"] == []
    assert sven.get("/ledger", by="sex")["total"]["own"] == 1


def categories(sven: Caller, siv: Caller, _found: Foreign) -> None:
    questions = sven.get("/category-facts")["questions"]
    for caller, made in ((sven, "camera"), (siv, "generated")):
        facts = {one["code"]: next(iter(one["answers"])) for one in questions} | {"made": made}
        assert caller.post("/observations", media=[MEDIUM], facts=facts) == {"media": 1}
    assert sven.get("/categories", case="SE-open", **SCHEME)["items"][0]["own"]
    assert sven.get("/categories/count", case="SE-open", **SCHEME)["contents"] == 1
    assert sven.get("/categories/of-medium", medium=MEDIUM, **SCHEME)["sha256"] == MEDIUM
    assert "se-made" in {one["name"] for one in sven.get("/schemes")["items"]}


def disputed(alva: Caller) -> None:
    """What an analyst does."""
    (one,) = alva.get("/categories/disputes", **SCHEME)["items"]
    facts = {each["code"]: next(iter(each["answers"])) for each in alva.get("/category-facts")["questions"]}
    alva.post("/observations/review", medium=one["sha256"], facts=facts, reason="By the law.")
    assert alva.post("/observations/withdraw", media=[one["sha256"]]) == {"media": 1}


def administered(stina: Caller) -> None:
    """What an administrator does."""
    assert stina.post("/overlaps/rule-of-member", mode="contact", reason="As before.")["mode"] == "contact"
    assert stina.post("/schemes", document=json.dumps(MADE)) == {"name": "se-made", "version": 1, "changed": []}


def located(sven: Caller, siv: Caller, dina: Caller) -> None:
    """A clue, votes, a question and a referral about the country of a series."""
    one = next(line["reference"] for line in sven.get("/series", own="true")["items"] if line["name"] == "series-open")
    box = {"x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2}
    made = sven.post("/clues", medium=MEDIUM, kind="plug-type", value="K", where={"box": box})
    assert made["speaks"]["DK"] > 0
    assert made["id"] in {clue["id"] for clue in sven.get("/clues", medium=MEDIUM)["items"]}
    sven.post(f"/series/{one}/vote", country="DK", confidence="probable", reason="The tiles.")
    bench = sven.get(f"/series/{one}/workbench")
    assert bench["countries"][0]["country"] == "DK"
    sven.post(f"/series/{one}/unvote")
    sven.get("/crops")
    due = str(today() + timedelta(days=7))
    asked = sven.post(
        "/questions", kind="text", about="medium", name=MEDIUM, words="Which school?", language="en", due_on=due, to=["DK/VICTIM-ID"]
    )["reference"]
    assert dina.get("/questions")["items"][0]["reference"] == asked
    dina.post(f"/questions/{asked}/translate", language="da", words="Hvilken skole?")
    dina.post(f"/questions/{asked}/answer", said="nothing-known")
    dina.post(f"/questions/{asked}/answer", said="yes", country="DK", words="Skole 4")
    dina.post(f"/questions/{asked}/pass", unit="ADMIN", words="Yours?")
    (party,) = sven.get(f"/questions/{asked}")["asked"]
    assert sven.post(f"/questions/{asked}/conclude", answer=party["answers"][0]["id"])["clue"]
    sven.post(f"/questions/{asked}/close")
    sven.post(f"/clues/{made['id']}/restrict", audience="unit", reason="Ours.", until=due)
    (own,) = [one for one in sven.get("/clues", medium=MEDIUM)["items"] if one["id"] == made["id"]]
    assert [one["until"] for one in own["handled"]] == [due]
    sven.post(f"/clues/{made['id']}/end-restriction", reason="Over.")
    sven.post(f"/clues/{made['id']}/withdraw")
    handed = sven.post(
        "/referrals", series=one, country="DK", to="DK/VICTIM-ID", due_on=due, words="Likely yours.", sections=["clues"]
    )["reference"]
    siv.post(f"/referrals/{handed}/approve")
    assert dina.get("/referrals")["items"][0]["state"] == "handed-over"
    assert dina.get(f"/referrals/{handed}")["package"]["series"]["reference"] == one
    with zipfile.ZipFile(io.BytesIO(dina.post(f"/referrals/{handed}/pack", purpose="investigation", case="DK-1"))) as packed:
        assert set(packed.namelist()) == {"manifest.json", "package.json", "package.pdf"}
    again = {"Idempotency-Key": "packed"}
    assert len({dina.post(f"/referrals/{handed}/pack", again, purpose="investigation", case="DK-1") for _ in "ab"}) == 1
    dina.post(f"/referrals/{handed}/move", step="accept")


def task_force(stina: Caller, sven: Caller, siv: Caller, dagny: Caller) -> None:
    """Opened by an administrator, worked in by an officer, declined by another member."""
    one = next(line["reference"] for line in sven.get("/series", own="true")["items"] if line["name"] == "one camera")
    ends = f"{today() + timedelta(days=7)}T00:00:00Z"
    made = stina.post("/task-forces", name="Harbour", purpose="One quay.", ends_at=ends)["reference"]
    stina.post(f"/task-forces/{made}/invite", members=["DK"])
    dagny.post(f"/task-forces/{made}/decide", step="decline")
    stina.post(f"/task-forces/{made}/officers", officers=["sven", "siv"])
    stina.post(f"/task-forces/{made}/put-out", officer="siv")
    sven.post(f"/task-forces/{made}/come-in")
    assert sven.post(f"/task-forces/{made}/series", series=one)["media"] == 2
    held = sven.post(f"/task-forces/{made}/stack")["stack"]
    assert held["media"]
    sven.post(f"/task-forces/{made}/stack/give-back", finding="done", words="A quay.")
    view = sven.get(f"/task-forces/{made}")
    assert (view["days"][0]["done"], view["held"]) == (1, None)
    sven.post(f"/task-forces/{made}/series/take-out", series=one)
    stina.post(f"/task-forces/{made}/officers", officers=["siv"])
    siv.post(f"/task-forces/{made}/come-in")
    stina.post("/handling/rule", needs_second=True)
    assert sven.post(f"/task-forces/{made}/series", series=one) == {"media": 0, "state": "proposed"}
    assert sven.refused(f"/task-forces/{made}/series/agree", series=one) == 409
    assert siv.post(f"/task-forces/{made}/series/agree", series=one) == {"media": 2}
    stina.post("/handling/rule", needs_second=False)
    sven.post(f"/task-forces/{made}/leave")
    assert made in {line["reference"] for line in stina.get("/task-forces")["items"]}
    stina.post(f"/task-forces/{made}/close")


def connected(stina: Caller) -> None:
    """What an administrator does about the way in of the own member."""
    (own,) = (one for one in stina.get("/readiness")["items"] if one["is_own"])
    assert own["may_edit"]
    said = stina.post("/readiness", step="secure-link", done_on=str(today()), basis="Tested from our side.")
    assert said["is_done"]
    assert stina.get("/exercises") == {"items": [], "is_needed": False, "asked": None, "may_ask": True, "academy_address": None}
    stina.post("/exercises/need", is_needed=True)
    assert stina.get("/exercises")["is_needed"]
    an_exercise_is_asked_for(stina)
    assert {"numbers", "saved"} <= stina.get("/statistics").keys()
