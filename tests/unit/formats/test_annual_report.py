"""The annual report says the same in each of its forms, and the same bytes for the same figures."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import jsonschema
import pytest
from pypdf import PdfReader

from clew.domain import annual_report
from clew.domain.annual_report import FIGURES, TITLES, WORDS, AnnualReport, Counted, LogState, Witnessed, sections
from clew.formats.annual_report import as_json
from clew.formats.annual_report_pdf import as_pdf

SCHEMA = Path(__file__).parents[3] / "docs" / "annual-report.schema.json"
AT = datetime(2026, 11, 27, 12, 30, 15, tzinfo=UTC)


def report(**changes: object) -> AnnualReport:
    numbers = iter(range(11, 10_000, 7))
    counted = [
        Counted(section=section, figure=figure, of=of, number=next(numbers))
        for section, names in FIGURES.items()
        for figure in (("triage.show", "medium.reveal", "something.new") if section == "accesses" else names)
        for of in ("SE", "DK")
    ]
    log = LogState(
        size=4711, root="ab" * 32, at=AT, witnesses=(Witnessed(witness="ccf.example/1", size=4700, at=AT),)
    )
    made = AnnualReport(member="NO", member_name="Norge, Ærlig & <co>", year=2026, made_at=AT, sections=sections(counted), log=log)
    return replace(made, **changes)


def read_back(pdf: bytes) -> dict[str, dict[str, tuple[int, dict[str, int]]]]:
    """The figures as the text of the PDF says them, line by line."""
    lines = [line.strip() for page in PdfReader(BytesIO(pdf)).pages for line in page.extract_text().splitlines()]
    lines = [line for line in lines if line and not line.startswith("NO 2026 · made") and not line.startswith("page ")]
    found: dict[str, dict[str, tuple[int, dict[str, int]]]] = {}
    for section, title in TITLES.items():
        rest = iter(lines[lines.index(title) + 1 :])
        found[section] = {figure: _figure(rest, WORDS[section, figure]) for figure in FIGURES[section]}
    return found


def _figure(lines: Iterator[str], words: str) -> tuple[int, dict[str, int]]:
    assert next(lines) == words
    total = int(next(lines))
    if not total:
        return 0, {}
    parts = dict(part.split(" ") for part in next(lines).split(", "))
    return total, {of: int(number) for of, number in parts.items()}


def test_pdf_and_json_carry_the_same_figures() -> None:
    made = report()
    said = json.loads(as_json(made))["figures"]
    assert {
        section: {name: (figure["total"], figure["by"]) for name, figure in figures.items()}
        for section, figures in said.items()
    } == read_back(as_pdf(made))


def test_the_same_report_is_the_same_bytes_and_another_is_not() -> None:
    first, second = as_pdf(report()), as_pdf(report())
    assert first == second
    assert as_json(report()) == as_json(report())
    assert as_pdf(report(year=2025)) != first


def test_another_process_writes_the_same_bytes() -> None:
    program = (
        "import hashlib\nfrom tests.unit.formats.test_annual_report import as_pdf, report\n"
        "print(hashlib.sha256(as_pdf(report())).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Apia"))
    }  # fmt: skip
    assert said == {hashlib.sha256(as_pdf(report())).hexdigest()}


def test_the_pdf_is_text_with_a_title_a_language_and_the_log() -> None:
    pdf = PdfReader(BytesIO(as_pdf(report())))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert "Norge, Ærlig & <co>" in text
    assert "ab" * 32 in text.replace("\n", "")
    assert "witness ccf.example/1 signed 4700 events" in text
    assert pdf.metadata.title == "Annual report 2026 of NO"
    assert pdf.root_object["/Lang"] == "en"


def test_a_name_that_the_fonts_cannot_write_is_left_to_the_code() -> None:
    pdf = PdfReader(BytesIO(as_pdf(report(member="EG", member_name="\u0645\u0635\u0631"))))
    assert "EG" in pdf.pages[0].extract_text().splitlines()


def test_the_json_is_what_its_schema_says() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(as_json(report())), schema)
    unsigned = report(log=LogState(size=0, root="00" * 32, at=None, witnesses=()))
    jsonschema.validate(json.loads(as_json(unsigned)), schema)


def test_the_schema_demands_every_figure_and_knows_no_other() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    figures = schema["properties"]["figures"]
    assert figures["required"] == [*FIGURES]
    for section, names in FIGURES.items():
        assert figures["properties"][section]["required"] == [*names]
        assert {*figures["properties"][section]["properties"]} == {*names}
    less = json.loads(as_json(report()))
    del less["figures"]["requests"]["overdue"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(less, schema)


def test_accesses_are_counted_by_use_and_what_is_not_known_as_other() -> None:
    by_use = {figure.name: figure for section in report().sections if section.name == "accesses" for figure in section.figures}
    assert [name for name, figure in by_use.items() if figure.total] == ["facts", "original", "other"]


def test_a_number_of_no_figure_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="of no figure"):
        sections([Counted(section="media", figure="lost", of="", number=1)])


def test_every_figure_has_words() -> None:
    assert set(WORDS) == {(section, figure) for section, names in FIGURES.items() for figure in names}
    assert [*TITLES] == [*FIGURES]
    assert set(WORDS) > annual_report.AS_OF_NOW
