"""Operations of handling, releases, retention, requests of people, ends of cases and the annual report.

Each is asked by an officer who may, and its answer held to the document; what must not be is refused.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.cache import caches
from django.test.utils import override_settings

from clew.actions import ending, opening, restricting, shredding
from clew.cli.drawing import landscape
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.keys import certificates
from clew.records.session import acting_as
from tests.scenario.test_api_operations import DOCUMENT, OF_THE_OWNER, Caller
from tests.world.office import Office, unit_only
from tests.world.world import World

DPO, ADMINISTRATOR = Role.DATA_PROTECTION_OFFICER, Role.NATIONAL_ADMINISTRATOR
CASE = {"kind": "case", "name": "NO-1"}
PHONE = {"kind": "exhibit", "name": "PHONE-1", "within": "NO-1"}
STATED = {"purpose": "investigation", "case": "NO-1"}
SEED = bytes(range(32))
SOON = opening.today() + timedelta(days=30)
LATER = str(opening.today() + timedelta(days=900))
SHARED: dict[str, Any] = {"uses": {"everyone": ["fingerprints", "facts"]}, "reason": "It is old."}


class People:
    """Officers of two members, each of whom calls operations; `walked`: all that were answered."""

    def __init__(self) -> None:
        self.walked: set[tuple[str, str]] = set()
        self._callers: dict[str, Caller] = {}

    def __getattr__(self, name: str) -> Caller:
        return self._callers.setdefault(name, Caller(name, self.walked))


@pytest.fixture
def content(office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path) -> bytes:
    """Norway's cases NO-1 and NO-2 with one picture each, which the unit keeps for itself and for a month."""
    for number in (1, 2):
        folder = tmp_path / f"seized-{number}"
        folder.mkdir()
        landscape(number, (320, 240)).save(folder / "1.jpg")
        office.intake(ada, folder, f"NO-{number}", cover=unit_only(ada), until=SOON, series=f"harbour-{number}")
    world.officer("bo")
    world.officer("dora", role=DPO)
    world.officer("nora", role=ADMINISTRATOR)
    world.officer("stina", member="SE", role=DPO)
    return (tmp_path / "seized-1" / "1.jpg").read_bytes()


@pytest.fixture
def people() -> Iterator[People]:
    caches["api"].clear()
    yield People()
    caches["api"].clear()


def test_each_of_these_operations_answers_as_the_document_says(
    office: Office, world: World, people: People, content: bytes, day: list[date]
) -> None:
    handled(people)
    agreed(people, world)
    with override_settings(CLEW_VAULT=office.workplace.vault):
        released(people, content)
    kept(people)
    blocked(people)
    requested(people)
    consulted(people)
    reported(people)
    shredded(people, office)
    ended(people, office, day)
    every = {
        (method, path) for path, methods in DOCUMENT["paths"].items() for method, said in methods.items()
        if said["tags"][0] in OF_THE_OWNER
    }  # fmt: skip
    assert every - people.walked == set()


def handled(people: People) -> None:
    """One case is shared with everybody, restricted for a while, and given other words."""
    ada, sven = people.ada, people.sven
    before = ada.get("/handling", **CASE)
    assert (before["uses"]["everyone"], before["media"], before["changes"]) == ([], 1, [])
    sight = ada.post("/handling/preview", **CASE, member="SE")
    assert (sight["sees_subject"], sight["media"]["facts"]) == (False, 0)
    planned = ada.post("/handling/preview", **CASE, member="SE", uses=SHARED["uses"])
    assert (planned["sees_subject"], planned["media"]["facts"], planned["media"]["original"]) == (True, 1, 0)
    assert ada.get("/handling", **CASE)["changes"] == [], "a preview changes nothing"
    for path, more in (("change", SHARED), ("reword", {"reason": "Ours."}), ("preview", {"member": "SE"})):
        assert sven.refused(f"/handling/{path}", **CASE, **more) == 404
    assert sven.refused_to_get("/handling", **CASE) == 404
    assert ada.refused("/handling/preview", **CASE, member="XX") == 400
    assert ada.refused("/handling/change", **CASE, **{**SHARED, "uses": {"excluded": ["NO"]}}) == 400
    assert ada.refused("/handling/change", **CASE, **{**SHARED, "uses": {"everyone": ["everything"]}}) == 422
    again = {"Idempotency-Key": "shared"}
    made = [ada.post("/handling/change", again, **CASE, **SHARED, reaches_own=True) for _ in "ab"]
    assert (made[0]["state"], made[0] == made[1]) == ("in-force", True)
    found = ada.get("/handling", **CASE)
    assert (len(found["changes"]), found["uses"]["everyone"]) == (2, ["fingerprints", "facts"])
    assert ada.post("/handling/preview", **CASE, member="SE") == planned
    for_now = ada.post("/handling/change", **PHONE, uses={}, reason="An operation.", until=LATER)["id"]
    assert ada.post("/handling/preview", **PHONE, member="SE")["sees_subject"] is False
    assert people.sven.refused(f"/handling/changes/{for_now}/end") == 404
    ada.post(f"/handling/changes/{for_now}/end")
    assert ada.post("/handling/preview", **PHONE, member="SE")["sees_subject"] is True
    said = ada.post(
        "/handling/reword", **CASE, purposes=["investigation"], conditions=["H1"], confidentiality="confidential",
        evaluation="B2", reason="A court asks.",
    )["cover"]  # fmt: skip
    cover = ada.get("/handling", **CASE)["cover"]
    assert (cover["purposes"], cover["conditions"], cover["evaluation"]) == (["investigation"], ["H1"], "B2")
    assert cover == said


def agreed(people: People, world: World) -> None:
    """Where two officers must agree, a wider handling waits; the first cannot be the second."""
    assert people.ada.refused("/handling/rule", needs_second=True) == 409
    people.nora.post("/handling/rule", needs_second=True)
    ada, bo = people.ada, people.bo
    wider = {"uses": {"everyone": ["fingerprints", "facts", "preview"]}, "reason": "It was asked for."}
    one, other = (ada.post("/handling/change", **CASE, **wider) for _ in "ab")
    assert (one["state"], ada.get("/handling", **CASE)["needs_second"]) == ("proposed", True)
    assert ada.refused(f"/handling/changes/{one['id']}/approve") == 409
    bo.post(f"/handling/changes/{one['id']}/approve")
    bo.post(f"/handling/changes/{other['id']}/withdraw")
    assert "preview" in ada.get("/handling", **CASE)["uses"]["everyone"]
    ask_for_second(is_asked=False)


def ask_for_second(*, is_asked: bool) -> None:
    with acting_as(opening.actor_of("nora")) as session:
        restricting.ask_for_second(session, is_asked=is_asked)


def released(people: People, content: bytes) -> None:
    """An original is opened to Sweden, once under one key, and closed."""
    ada, sven = people.ada, people.sven
    given = {**STATED, "medium": hashlib.sha256(content).hexdigest(), "to": "SE", "conditions": "For SE-1 only."}
    again = {"Idempotency-Key": "released"}
    (made,) = {ada.post("/releases", again, **given)["release"] for _ in "ab"}
    (got,), (gave,) = (who.get("/releases")["items"] for who in (sven, ada))
    assert (got["by"], gave["by"], got["conditions"]) == (None, "ada", "For SE-1 only.")
    assert ada.refused("/releases", **{**given, "to": "NO"}) == 400
    assert sven.refused("/releases", **{**given, "to": "NO"}) == 404
    assert sven.refused(f"/releases/{made}/withdraw") == 404
    told = sven.post(f"/releases/{made}/open", **STATED)
    assert sven.file(f"/releases/{made}/original", told["ticket"]) == content
    ada.post(f"/releases/{made}/withdraw")
    assert sven.get("/releases")["items"][0]["withdrawn_at"]
    ask_for_second(is_asked=True)
    proposed = ada.post("/releases", **given)
    assert proposed["state"] == "proposed"
    assert len(sven.get("/releases")["items"]) == 1
    assert ada.refused(f"/releases/{proposed['release']}/agree", **STATED) == 409
    people.bo.post(f"/releases/{proposed['release']}/agree", **STATED)
    assert [one["state"] for one in sven.get("/releases")["items"]] == ["in-force", "ended"]
    ask_for_second(is_asked=False)


def kept(people: People) -> None:
    """What comes due is gone through page by page and decided on."""
    ada, bo, nora = people.ada, people.bo, people.nora
    first = ada.get("/retention", limit=1)
    pages = [first["items"][0]["id"]]
    while first["next"]:
        first = ada.get("/retention", limit=1, after=first["next"])
        pages.append(first["items"][0]["id"])
    whole = ada.get("/retention")["items"]
    assert pages == [one["id"] for one in whole]
    assert {one["state"] for one in whole} == {"review"}
    assert people.sven.get("/retention")["items"] == []
    assert people.sven.refused_to_get("/retention/of-subject", **PHONE) == 404
    for path, more in (("extend", {"until": LATER}), ("let-end", {}), ("block", {})):
        assert people.sven.refused(f"/retention/{path}", **PHONE, **more, reason="Ours.") == 404
    ada.post("/retention/let-end", **PHONE, reason="It was sold.")
    assert ada.get("/retention/of-subject", **PHONE)["subject"]["is_decided"]
    ask_for_second(is_asked=True)
    one, other = (ada.post("/retention/extend", **PHONE, until=LATER, reason="A court.") for _ in "ab")
    assert (one["state"], one["until"]) == ("proposed", LATER)
    assert ada.refused(f"/retention/decisions/{one['id']}/approve") == 409
    bo.post(f"/retention/decisions/{other['id']}/withdraw")
    bo.post(f"/retention/decisions/{one['id']}/approve")
    ask_for_second(is_asked=False)
    view = ada.get("/retention/of-subject", **PHONE)
    assert (view["subject"]["ends_on"], view["subject"]["ends_by"], len(view["decisions"])) == (LATER, "extension", 3)
    terms = ada.get("/retention/terms")["terms"]
    assert ada.refused("/retention/terms", kind="series", years=7) == 409
    assert nora.refused("/retention/terms", kind="series", years=100) == 422
    nora.post("/retention/terms", kind="series", years=7)
    assert ada.get("/retention/terms")["terms"] == {**terms, "series": 7}
    (unit,) = (one for one in nora.get("/retention/units")["items"] if one["unit"] == "VICTIM-ID")
    assert unit["by_kind"]["case"] == 1
    assert ada.get("/retention/units")["items"] == []


def blocked(people: People) -> None:
    """Under examination nobody else sees it, until the block is lifted."""
    ada, sven = people.ada, people.sven
    block = ada.post("/retention/block", **CASE, reason="A person asked.")["block"]
    (line,) = ada.get("/retention/blocks")["items"]
    assert (line["id"], line["name"], line["laid_by"]) == (block, "NO-1", "ada")
    assert sven.get("/retention/blocks")["items"] == []
    assert ada.get("/handling", **CASE)["uses"]["is_blocked"]
    assert ada.refused("/retention/block", **CASE, reason="Again.") == 409
    assert sven.refused(f"/retention/blocks/{block}/lift") == 404
    ada.post(f"/retention/blocks/{block}/lift")
    assert not ada.get("/handling", **CASE)["uses"]["is_blocked"]


def requested(people: People) -> None:
    """Requests are entered once, and dismissed or withdrawn; only who protects the data reads of them."""
    dora, ada = people.dora, people.ada
    asked = {"kind": "deletion", "received_at": datetime.now(UTC).isoformat(), "applicant": "A person", "asked": "All."}
    again = {"Idempotency-Key": "received"}
    (first,) = {dora.post("/requests", again, reference="R-1", **asked)["request"] for _ in "ab"}
    other = dora.post("/requests", reference="R-2", **asked)["request"]
    assert dora.refused("/requests", reference="R-1", **asked) == 400
    page = dora.get("/requests", limit=1)
    rest = dora.get("/requests", limit=1, after=page["next"])
    assert {one["reference"] for one in page["items"] + rest["items"]} == {"R-1", "R-2"}
    assert dora.get("/requests/due")["open"] == 2
    assert ada.get("/requests/due") == {"open": 0, "due_soon": 0, "overdue": 0, "unanswered": 0}
    assert ada.refused_to_get("/requests") == 409
    assert ada.refused_to_get(f"/requests/{first}") == 409
    assert ada.refused("/requests", reference="R-3", **asked) == 409
    assert people.stina.refused_to_get(f"/requests/{first}") == 404
    assert people.stina.refused(f"/requests/{first}/admit") == 404
    dora.post(f"/requests/{first}/dismiss", words="It names nobody.")
    dora.post(f"/requests/{other}/withdraw", words="By letter.")
    assert {one["outcome"] for one in dora.get("/requests", decided="true")["items"]} == {"inadmissible", "withdrawn"}


def consulted(people: People) -> None:
    """A request is examined: its subject is blocked, the owner heard; it is decided, and whoever asked is told."""
    dora, stina, nora, ada = people.dora, people.stina, people.nora, people.ada
    one = dora.post(
        "/requests", reference="R-4", kind="access", received_at="2026-01-31T00:30:00+01:00", applicant="A person", asked="What?"
    )["request"]
    assert dora.refused(f"/requests/{one}/decide", outcome="granted", words="It may.") == 409
    dora.post(f"/requests/{one}/admit")
    block = dora.post(f"/requests/{one}/blocks", unit="VICTIM-ID", **CASE)["block"]
    assert ada.refused(f"/requests/{one}/blocks", unit="VICTIM-ID", **CASE) == 409
    for unit, name in (("NO-SUCH", "NO-1"), ("VICTIM-ID", "NO-9")):
        assert dora.refused(f"/requests/{one}/blocks", unit=unit, kind="case", name=name) == 404
    assert stina.refused(f"/requests/{one}/blocks", unit="VICTIM-ID", **CASE) == 404
    assert stina.refused(f"/requests/{one}/blocks/{block}/lift") == 404
    asked = dora.post(f"/requests/{one}/consult", owner="SE", words="May it be told?")["consultation"]
    view = dora.get(f"/requests/{one}")
    assert (view["request"]["received_on"], view["blocks"][0]["id"]) == ("2026-01-31", block)
    assert (view["consultations"][0]["id"], view["consultations"][0]["view"]) == (asked, None)
    (line,) = stina.get("/consultations")["items"]
    assert line == stina.get(f"/consultations/{asked}")
    assert nora.get("/consultations")["items"] == []
    assert ada.refused_to_get("/consultations") == 409
    assert nora.refused_to_get(f"/consultations/{asked}") == 404
    assert nora.refused(f"/consultations/{asked}/answer", view="agrees", words="Yes.") == 404
    stina.post(f"/consultations/{asked}/answer", view="agrees", words="Nothing stands against it.")
    assert stina.refused(f"/consultations/{asked}/answer", view="objects", words="No.") == 409
    dora.post(f"/requests/{one}/decide", outcome="granted", words="It may be told.")
    assert dora.refused(f"/requests/{one}/close", words="By letter.") == 409, "something is still blocked for it"
    dora.post(f"/requests/{one}/blocks/{block}/lift")
    dora.post(f"/requests/{one}/close", words="By letter.")
    assert (dora.get(f"/requests/{one}")["request"]["state"], ada.get("/retention/blocks")["items"]) == ("closed", [])


def reported(people: People) -> None:
    """The report of a year, as the form of its file says, and as PDF."""
    year = datetime.now(UTC).year
    report = people.dora.post("/reports/annual", year=year)["report"]
    jsonschema.validate(report, json.loads(Path("docs/annual-report.schema.json").read_text()))
    assert report["figures"]["requests"]["received"]["total"] == 3
    assert people.dora.post("/reports/annual/pdf", year=year).startswith(b"%PDF-")
    for path in ("/reports/annual", "/reports/annual/pdf"):
        assert people.ada.refused(path, year=year) == 409
        assert people.dora.refused(path, year=year + 1) == 400


def shredded(people: People, office: Office) -> None:
    """How the end of a case stands, and its certificate once it is done."""
    ada, of = people.ada, {"case": "NO-1"}
    assert (ada.get("/cases/end", **of)["is_open"], ada.get("/cases/end", **of)["step"]) == (True, None)
    assert ada.refused_to_get("/cases/end/certificate", **of) == 404
    bo, again = people.bo, {**of, "again": "NO-1"}
    for path, wrong in (("propose", 400), ("confirm", 400), ("withdraw", 422)):
        assert ada.refused(f"/cases/end/{path}", **of, again="NO-2") == wrong
    assert bo.refused("/cases/end/confirm", **again) == 404, "nobody proposed it"
    ada.post("/cases/end/propose", **again)
    assert (ada.get("/cases/end", **of)["step"], ada.get("/cases/end", **of)["proposed_by"]) == ("proposed", "ada")
    assert ada.refused("/cases/end/confirm", **again) == 409, "a second officer confirms"
    ada.post("/cases/end/withdraw", **of)
    assert ada.get("/cases/end", **of)["step"] is None
    ada.post("/cases/end/propose", **again)
    bo.post("/cases/end/confirm", **again)
    assert ada.refused("/cases/end/withdraw", **of) == 409
    assert ada.refused_to_get("/cases/end/certificate", **of) == 409
    assert people.sven.refused("/cases/end/propose", **again) == 404
    shredding.confirm(office.workplace, opening.actor_of("bo"), "NO-1", backup_days=30, seed=SEED)
    view = ada.get("/cases/end", **of)
    assert (view["is_open"], view["step"], view["confirmed_by"]) == (False, "done", "bo")
    said = ada.get("/cases/end/certificate", **of)["certificate"]
    assert certificates.verified(said, certificates.public_key(SEED))["case"] == "NO-1"
    for path in ("/cases/end", "/cases/end/certificate"):
        assert people.sven.refused_to_get(path, **of) == 404


def ended(people: People, office: Office, day: list[date]) -> None:
    """What nobody extended ends on its day, and its tombstone is found by its name."""
    assert people.ada.get("/retention/ended")["items"] == []
    day.append(SOON)
    ending.end_all(office.workplace)
    first = people.ada.get("/retention/ended", limit=1)
    rest = people.ada.get("/retention/ended", after=first["next"])["items"]
    assert sorted(one["kind"] for one in first["items"] + rest) == ["case", "series", "series"]
    (found,) = people.ada.get("/retention/ended/of-name", kind="case", name="NO-2")["items"]
    assert found in first["items"] + rest
    assert people.sven.get("/retention/ended/of-name", kind="case", name="NO-2")["items"] == []
