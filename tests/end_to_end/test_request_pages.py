"""Requests and the annual report in a real browser: entered, examined with another member, decided; and kept as files."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import jsonschema
import pytest
from pypdf import PdfReader

from clew.actions import examining
from clew.domain.handling import Audience
from clew.domain.officer import Role
from clew.records import officers
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling

SCHEMA = Path(__file__).parents[2] / "docs" / "annual-report.schema.json"
PEOPLE = {
    "dora": ("NO", Role.DATA_PROTECTION_OFFICER), "stina": ("SE", Role.DATA_PROTECTION_OFFICER),
    "otto": ("NO", Role.AUDITOR), "ada": ("NO", Role.INVESTIGATOR),
}  # fmt: skip


def enter(world: World) -> None:
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    for name, (member, role) in PEOPLE.items():
        world.officer(name, member=member, role=role)
    ada = officers.actor_of("ada")
    world.exhibit(ada, "NO-2026-17", "PHONE-1", cover=handling(ada, Audience.UNIT))
    world.occurrence(ada, world.medium(ada), "NO-2026-17", "PHONE-1")


@pytest.fixture(scope="module")
def people(node) -> Iterator[dict[str, Visitor]]:
    world = World(facts=node)
    apart(enter, world)
    with come_in_at_once(*PEOPLE) as made:
        yield made
    world.empty()


def test_a_request_goes_its_way_through_the_pages_of_two_members(people: dict[str, Visitor]) -> None:
    dora, stina = people["dora"], people["stina"]
    page = dora.go("/requests/")
    page.get_by_label("Reference", exact=True).fill("DPO 2026/44")
    page.get_by_label("Asks for").select_option("deletion")
    page.get_by_label("Received on").fill("2026-05-31")
    page.get_by_label("Who asks").fill("Q. Marbeck\n12 Harbour Lane")
    page.get_by_label("What is asked").fill("أطلب حذف بياناتي")
    page.get_by_role("button", name="Enter", exact=True).click()
    page.get_by_text("its clock runs").wait_for()
    assert "28 February 2027" in page.locator("main").inner_text()
    assert dora.faults() == []
    page.get_by_role("link", name="DPO 2026/44").click()
    page.get_by_role("button", name="Examine it").click()
    page.get_by_text("Ask the owner of a record").click()
    page.get_by_label("Code of the member").fill("SE")
    page.get_by_label("Question").fill("May what you entered be deleted?")
    assert dora.faults() == []
    page.get_by_role("button", name="Ask the owner").click()
    page.get_by_text("The owner is asked.").wait_for()
    page.get_by_text("Decide", exact=True).click()
    page.get_by_label("Reasons").fill("It is no longer needed.")
    page.get_by_role("button", name="Keep the decision").click()
    page.get_by_text("may still answer").wait_for()

    other = stina.go("/requests/")
    said = other.locator("main").inner_text()
    assert "May what you entered be deleted?" in said
    assert "Marbeck" not in other.content()
    other.locator("main summary").first.click()
    other.get_by_label("Why").fill("We keep nothing of it.")
    assert stina.faults() == []
    other.get_by_role("button", name="Give the answer").click()
    other.get_by_text("The answer is given.").wait_for()
    assert stina.faults() == []

    page.get_by_text("Decide", exact=True).click()
    page.get_by_label("Decision").select_option("granted")
    page.get_by_label("Reasons").fill("It is no longer needed.")
    page.get_by_role("button", name="Keep the decision").click()
    page.get_by_text("The request is decided.").wait_for()
    page.get_by_label("How whoever asked was told").fill("By letter.")
    page.get_by_role("button", name="Close the request").click()
    page.get_by_text("The request is closed.").wait_for()
    assert "We keep nothing of it." in page.locator("main").inner_text()
    assert dora.faults() == []
    page = dora.go("/requests/?decided=1")
    assert "closed: granted" in page.locator("main").inner_text()
    assert dora.complaints == stina.complaints == []


def test_a_record_is_blocked_while_a_request_is_examined_and_freed_again(people: dict[str, Visitor]) -> None:
    dora = people["dora"]
    page = dora.go("/requests/")
    page.get_by_label("Reference", exact=True).fill("DPO 2026/45")
    page.get_by_label("Received on").fill("2026-11-01")
    page.get_by_label("Who asks").fill("Somebody")
    page.get_by_label("What is asked").fill("Is it right?")
    page.get_by_role("button", name="Enter", exact=True).click()
    page.get_by_role("link", name="DPO 2026/45").click()
    page.get_by_role("button", name="Examine it").click()
    page.get_by_text("Block a record of our member").click()
    page.get_by_label("Unit").select_option("VICTIM-ID")
    page.get_by_label("Reference or name").fill("NO-2026-17")
    page.get_by_role("button", name="Block it").click()
    page.get_by_text("It is blocked while").wait_for()
    assert dora.faults() == []
    assert apart(blocked) == 1
    page.get_by_role("button", name="Lift the block").click()
    page.get_by_text("The block is lifted.").wait_for()
    assert apart(blocked) == 0


def blocked() -> int:
    with acting_as(officers.actor_of("dora")) as session:
        return len(examining.look(session, "DPO 2026/45").blocks)


def test_the_report_is_shown_and_kept_as_files_with_the_same_figures(people: dict[str, Visitor], tmp_path: Path) -> None:
    otto = people["otto"]
    page = otto.go("/report/")
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("heading", name="Requests of people about their data").wait_for()
    assert otto.faults() == []
    kept = {}
    for form in ("PDF", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Keep as {form}").click()
        kept[form] = tmp_path / form
        download.value.save_as(kept[form])
    said = json.loads(kept["JSON"].read_text())
    jsonschema.validate(said, json.loads(SCHEMA.read_text()))
    assert said["figures"]["media"]["held"]["total"] == 1
    text = "\n".join(one.extract_text() for one in PdfReader(BytesIO(kept["PDF"].read_bytes())).pages)
    assert "Annual report 2026" in text
    assert otto.complaints == []
    for year in ("1066", "2999", "x", "", "-1", "20260"):
        assert otto.context.request.get(f"{otto.address}/report/?year={year}").status == 400


def test_nothing_of_it_is_there_for_an_investigator_and_the_register_not_for_an_auditor(people: dict[str, Visitor]) -> None:
    for name, addresses in {"ada": ("/requests/", "/report/", "/report/?year=2026"), "otto": ("/requests/",)}.items():
        absent = people[name].context.request.get(people[name].address + "/no/such/page/")
        for address in addresses:
            found = people[name].context.request.get(people[name].address + address)
            assert (found.status, found.body()) == (absent.status, absent.body())
