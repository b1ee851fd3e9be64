"""`clew request` and `clew report` as officers of two members use them: processes, files and standard input."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from clew.domain.officer import Role
from clew.node import checkup
from tests.world import commands
from tests.world.world import World

SCHEMA = Path(__file__).parents[2] / "docs" / "annual-report.schema.json"
LETTER = "Quillon Marbeck, 12 Harbour Lane\nI ask what is kept about me.\n\nPlease answer by letter."


def clew(*words: str, given: str = "", fails: bool = False) -> str:
    """What the command says; of one that fails its sentence."""
    done = commands.clew(*words, given=given)
    assert (done.code != 0) is fails, done.err
    return done.err if fails else done.out


@pytest.fixture
def officers(world: World) -> None:
    world.officer("dora", member="NO", role=Role.DATA_PROTECTION_OFFICER)
    world.officer("stina", member="SE", role=Role.DATA_PROTECTION_OFFICER)
    ada = world.officer("ada", member="NO")
    world.occurrence(ada, world.medium(ada), "NO-1")


def test_a_request_is_entered_examined_answered_and_closed_from_the_command_line(officers: None, world: World) -> None:
    day = (datetime.now(UTC) - timedelta(days=150)).date()
    said = clew("request", "add", "R-1", "--kind", "access", "--received", f"{day}T00:30+01:00", "--as", "dora", given=LETTER)
    assert "to be decided by" in said
    (listed,) = json.loads(clew("request", "list", "--as", "dora", "--json"))["requests"]
    assert (listed["reference"], listed["received_on"], listed["timing"]) == ("R-1", str(day), "overdue")
    check = checkup._requests()
    assert not check.ok
    assert "1 open, 0 due within 30 days, 1 overdue" in check.sentence
    clew("request", "admit", "R-1", "--as", "dora")
    block = clew("request", "block", "R-1", "case", "NO-1", "--unit", "VICTIM-ID", "--as", "dora").strip()
    asked = clew("request", "consult", "R-1", "--owner", "se", "--as", "dora", given="May it be disclosed?").strip()
    (question,) = json.loads(clew("request", "asked", "--as", "stina", "--json"))["consultations"]
    assert (question["consultation"], question["question"]) == (asked, "May it be disclosed?")
    clew("request", "answer", asked, "--view", "agrees", "--as", "stina", given="Yes.")
    clew("request", "unblock", "R-1", block, "--as", "dora")
    clew("request", "decide", "R-1", "--outcome", "granted", "--as", "dora", given="Nothing stands against it.")
    clew("request", "close", "R-1", "--as", "dora", given="By letter.")
    shown = json.loads(clew("request", "show", "R-1", "--as", "dora", "--json"))
    assert (shown["applicant"], shown["asked"]) == tuple(LETTER.split("\n", 1))
    assert (shown["state"], shown["outcome"], shown["timing"], shown["blocks"]) == ("closed", "granted", "overdue", [])
    assert json.loads(clew("request", "list", "--as", "dora", "--json"))["requests"] == []
    assert "closed" in clew("request", "list", "--decided", "--as", "dora")
    assert "Marbeck" in clew("request", "show", "R-1", "--as", "dora")
    assert checkup._requests().ok


def test_the_report_is_printed_written_as_json_and_as_pdf(officers: None, tmp_path: Path) -> None:
    clew("request", "add", "R-1", "--kind", "correction", "--as", "dora", given=LETTER)
    pdf = tmp_path / "report.pdf"
    said = json.loads(clew("report", "annual", "--as", "dora", "--pdf", str(pdf), "--json"))
    jsonschema.validate(said, json.loads(SCHEMA.read_text()))
    assert said["figures"]["requests"]["received"] == {"total": 1, "by": {"correction": 1}, "counted": "year"}
    assert said["figures"]["media"]["held"]["total"] == 1
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "Requests of people about their data" in clew("report", "annual", "--as", "dora")
    assert "report.annual" in clew("audit", "list", "--as", "dora", "--json")


def test_a_command_that_cannot_be_is_one_sentence(officers: None, tmp_path: Path) -> None:
    for words in (
        ("request", "show", "R-404", "--as", "dora"),
        ("request", "show", "R-404", "--as", "ada"),
        ("request", "add", "R-2", "--kind", "access", "--received", "yesterday", "--as", "dora"),
        ("request", "add", "R-2", "--kind", "access", "--received", "2999-01-01", "--as", "dora"),
        ("request", "add", "R-2", "--kind", "access", "--as", "ada"),
        ("request", "consult", "R-404", "--owner", "SE", "--as", "dora"),
        ("request", "answer", "00000000-0000-0000-0000-000000000000", "--view", "agrees", "--as", "stina"),
        ("request", "block", "R-404", "case", "NO-1", "--unit", "VICTIM-ID", "--as", "dora"),
        ("report", "annual", "--year", "1066", "--as", "dora"),
        ("report", "annual", "--as", "ada"),
        ("report", "annual", "--pdf", str(tmp_path), "--as", "dora"),
    ):
        said = clew(*words, given="Somebody\nasks.", fails=True)
        assert said.count("\n") == 1, (words, said)
        assert "R-404" not in said
