"""The pages of the audit in a real browser, and the acts that every page leaves behind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.urls import URLPattern, get_resolver

from clew.actions import auditing, checking, sequencing, signing_in
from clew.domain.act_kind import ActKind
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.formats.audit_export import AuditExport
from clew.records import audit
from clew.records.session import acting_as
from tests.scenario.test_api import OF_ONESELF
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.clients import shown_ago, signed_in
from tests.world.door import apart, be_in
from tests.world.serving import pages
from tests.world.world import World

CASE, EXHIBIT = "NO-2026-17", "PHONE-1"
NOT_OF_RECORDS = ("account", "mfa", "asset", "start-again", "programs", "exposure")
"""Pages of the door, of one's own keys and time, and of what programs can ask: they show nothing of any record. Their changes are on record."""
FORMS = {"report", "search"}
"""Pages that ask which year or what for, and show nothing before that is said."""
SHOWN_EVERY = 50
"""After so many pages the second factor is shown once more: a slow machine takes longer than it holds."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """Pages at an address, the world behind them, and a Swedish medium that Norway looked at."""

    address: str
    world: World
    ada: Actor
    medium: UUID


def enter(world: World) -> tuple[Actor, UUID]:
    world.empty()
    ada, sven = world.officer("ada", member="NO"), world.officer("sven", member="SE")
    world.officer("auditor", member="NO", role=Role.AUDITOR)
    world.officer("nora", member="NO", role=Role.NATIONAL_ADMINISTRATOR)
    world.occurrence(ada, world.medium(ada), CASE, EXHIBIT, path=b"holiday/secret name.jpg")
    medium = world.medium(sven)
    with acting_as(ada) as session:
        audit.append(session, "medium.reveal", str(medium), purpose="victim-identification", case=CASE)
        for _ in range(auditing.ACTS_PER_PAGE + 20):
            audit.append(session, "case.read", "")
    for _ in range(5):
        signing_in.refused("ada")
    sequencing.catch_up()
    return ada, medium


@pytest.fixture(scope="module")
def served(node) -> Iterator[Served]:
    world = World(facts=node)
    ada, medium = apart(enter, world)
    with pages() as address:
        yield Served(address=address, world=world, ada=ada, medium=medium)
    apart(world.empty)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def come_in(browser, served: Served, name: str) -> Iterator[Visitor]:
    with visitor(browser, served.address) as one:
        be_in(one, name)
        yield one


@pytest.fixture
def auditor(browser, served: Served) -> Iterator[Visitor]:
    yield from come_in(browser, served, "auditor")


@pytest.fixture
def sven(browser, served: Served) -> Iterator[Visitor]:
    yield from come_in(browser, served, "sven")


@pytest.fixture
def ada(browser, served: Served) -> Iterator[Visitor]:
    yield from come_in(browser, served, "ada")


@pytest.fixture
def nora(browser, served: Served) -> Iterator[Visitor]:
    yield from come_in(browser, served, "nora")


def test_the_auditor_finds_a_reveal_by_its_filter_and_sees_references_only(auditor: Visitor, served: Served) -> None:
    page = auditor.go("/audit/")
    assert page.locator("tbody tr").count() == auditing.ACTS_PER_PAGE
    page.get_by_label("Kind of act").select_option("medium.reveal")
    page.get_by_role("button", name="Show").click()
    (row,) = page.locator("tbody tr").all_inner_texts()
    for words in ("NO", "ada", str(served.medium), "SE", "victim-identification", CASE):
        assert words in row
    assert "secret name" not in page.content()
    assert page.locator("main img, main picture, main video, main canvas").count() == 0
    assert auditor.complaints == []


def test_the_auditor_has_the_chain_verified_and_takes_events_out_that_anybody_can_check(auditor: Visitor) -> None:
    page = auditor.go("/audit/?act=case.read")
    page.get_by_role("button", name="Verify the chain").press("Enter")
    page.get_by_text(re.compile("events were read again, and are as they were signed")).wait_for()
    assert "Chain of hashes unbroken since" in page.locator("main").inner_text()
    assert auditor.faults() == []
    page = auditor.go("/audit/?act=case.read")
    assert page.get_by_label("Purpose").input_value() == "supervision"
    page.get_by_label("Case for which it is needed").fill("DPA-7")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Export these events, signed").press("Enter")
    text = Path(kept.value.path()).read_text("utf-8")
    found = checking.check_export(AuditExport.parse(text), sequencing.log_key(), ())
    assert (found.events, found.asked["act"]) == (auditing.ACTS_PER_PAGE + 20, "case.read")
    assert auditor.complaints == []


def test_the_pages_of_the_audit_lead_to_every_event_once(auditor: Visitor) -> None:
    page = auditor.go("/audit/?act=case.read")
    seen = page.locator("tbody tr td:last-child").all_inner_texts()
    page.get_by_role("link", name="Next").click()
    page.wait_for_load_state()
    seen += page.locator("tbody tr td:last-child").all_inner_texts()
    assert page.get_by_role("link", name="Next").count() == 0
    assert len(seen) == len(set(seen)) == auditing.ACTS_PER_PAGE + 20
    assert seen == sorted(seen, reverse=True)


def test_the_owner_sees_who_looked_at_its_record(sven: Visitor, served: Served) -> None:
    page = sven.go("/audit/accesses/")
    (row,) = page.locator("tbody tr").all_inner_texts()
    for words in ("NO", "medium.reveal", str(served.medium), "victim-identification", CASE):
        assert words in row
    assert not re.search(r"\bada\b", row)  # an identifier may hold the letters
    assert sven.faults() == []


def test_a_kind_of_acts_is_chosen_by_keys_and_stays_chosen(auditor: Visitor, served: Served) -> None:
    page = auditor.go("/audit/")
    kinds = page.get_by_label("Kind of act")
    assert kinds.locator("optgroup").count() == len(ActKind)
    assert kinds.locator("optgroup[label=Reveal] option").all_inner_texts()[0] == "Reveal: all of them"
    kinds.focus()
    page.keyboard.type("Reveal:")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url(re.compile("act=reveal"))
    assert page.get_by_label("Kind of act").input_value() == "reveal"
    assert [row for row in page.locator("tbody tr").all_inner_texts() if "medium.reveal" not in row] == []
    assert page.locator("tbody tr").count() == 1
    assert auditor.faults() == []


def test_the_auditor_finds_what_is_unusual_and_goes_to_its_acts(auditor: Visitor) -> None:
    page = auditor.go("/audit/")
    page.get_by_role("link", name="Unusual patterns").press("Enter")
    page.get_by_role("heading", name="Unusual patterns", level=1).wait_for()
    (row,) = page.get_by_role("region", name="Refused sign-ins").locator("tbody tr").all_inner_texts()
    assert auditor.faults() == []
    assert row.split("\t")[0:2] == ["ada", "NO"]
    assert row.split("\t")[3] == "5"
    page.get_by_role("region", name="Refused sign-ins").get_by_role("link", name="Show these acts").press("Enter")
    page.wait_for_url(re.compile("act=sign_in.refused"))
    assert page.locator("tbody tr").count() == 5
    assert auditor.complaints == []


def test_an_investigator_is_led_to_no_patterns_and_finds_none(ada: Visitor) -> None:
    page = ada.go("/audit/")
    assert page.get_by_role("link", name="Unusual patterns").count() == 0
    assert ada.context.request.get(f"{ada.address}/audit/patterns/").status == 404


def test_the_owner_asks_the_supervisor_and_the_auditor_who_is_asked_goes_to_the_event(
    sven: Visitor, auditor: Visitor, served: Served
) -> None:
    page = sven.go("/audit/accesses/")
    page.get_by_role("link", name="Ask the supervisor").press("Enter")
    page.wait_for_url(re.compile("kind=event"))
    assert page.locator("select[name=kind]").input_value() == "event"
    assert page.locator("select[name=to]").input_value() == f"NO/{served.ada.unit}"
    assert sven.faults() == []
    page.locator("textarea[name=words]").fill("For which enquiry?")
    page.get_by_role("button", name="Send").press("Enter")
    page.get_by_text("The request is sent.").wait_for()
    page = auditor.go("/messages/")
    assert auditor.faults() == []
    page.get_by_role("link", name=re.compile("Event of the audit")).press("Enter")
    page.wait_for_url(re.compile("/messages/.+/"))
    assert "For which enquiry?" in page.locator("main").inner_text()
    assert auditor.faults() == []
    page.locator("h1 a").press("Enter")
    page.wait_for_url(re.compile("/audit/\\?event="))
    (row,) = page.locator("tbody tr").all_inner_texts()
    assert "medium.reveal" in row
    assert auditor.complaints == []


@pytest.mark.parametrize("query", ["since=yesterday", "until=2026-13-01", "before=x", "until=9999-12-31", "since=0001-01-01", "act=medium", "event=x"])
def test_a_filter_that_cannot_be_is_one_sentence(auditor: Visitor, query: str) -> None:
    answer = auditor.context.request.get(f"{auditor.address}/audit/?{query}")
    assert answer.status == 400


def every_page() -> Iterator[tuple[str, str]]:
    """Name and address of every page that can be asked for, as Django knows them."""
    known = {"case": CASE, "exhibit": EXHIBIT, "username": "ada", "officer": "ada", "unit": "VICTIM-ID"}
    for pattern in get_resolver().url_patterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        address = str(pattern.pattern)
        for name, converter in names.items():
            written = address[address.index("<") : address.index(">") + 1]
            value = known.get(name, "00000000-0000-0000-0000-000000000000" if "uuid" in written else "1")
            address = address.replace(written, converter.to_url(value), 1)
        yield pattern.name or "", f"/{address}"


def test_a_good_answer_of_every_page_that_reads_leaves_an_act(served: Served) -> None:
    good = apart(walk, served.world)
    assert {"cases", "case", "exhibit", "case-progress", "exhibit-progress", "audit", "accesses", "mfa_index",
            "administration"} <= good


def walk(world: World) -> set[str]:
    """The names of the pages that answer, asked past the server; an act was left by each."""
    clients = {name: signed_in(name) for name in ("ada", "auditor", "nora")}
    good = set()
    with psycopg.connect(**world.facts.as_superuser() | {"dbname": world.facts.database}, autocommit=True) as reader:
        for number, (name, address) in enumerate(every_page()):
            if number % SHOWN_EVERY == 0:
                for username, client in clients.items():
                    shown_ago(client, username, 0)
            if name in FORMS or address in OF_ONESELF or (name.startswith(NOT_OF_RECORDS) and name != "mfa_index"):
                continue
            for username, client in clients.items():
                before = count(reader, username)
                answer = client.get(address)
                answer.close()  # a stream is left before its first event
                assert answer.status_code < 500, address
                if 200 <= answer.status_code < 300:
                    assert count(reader, username) > before, address
                    good.add(name)
    return good


def count(reader: psycopg.Connection, username: str) -> int:
    return reader.execute("select count(*) from acts where officer = %s", [username]).fetchone()[0]
