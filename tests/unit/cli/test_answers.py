"""Answers as JSON and on a terminal."""

import json
from collections.abc import Iterator

import pytest

from clew.actions.triaging import of_file
from clew.cli import answers, exhibits
from clew.domain.intake import Summary
from clew.domain.medium import MediumKind, Verdict
from clew.domain.triage import Answer, TriagedMedium


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("head", [{}, {"case": "NO-1", "counts": {"new": 2}}])
def test_a_list_written_in_pieces_is_one_json_text(head: dict[str, answers.Json], count: int) -> None:
    items = [{"path": f"caf\u00e9 {number}.jpg"} for number in range(count)]
    assert json.loads("".join(answers.with_list(head, "files", items))) == {**head, "files": items}


def test_one_item_of_a_list_is_held_at_a_time() -> None:
    taken: list[int] = []

    def items() -> Iterator[dict[str, answers.Json]]:
        for number in range(3):
            taken.append(number)
            yield {"number": number}

    pieces = answers.with_list({}, "files", items())
    next(pieces)
    next(pieces)
    assert taken == [0]


def _said(verdict: Verdict | None, reason: str) -> tuple[object, object]:
    medium = TriagedMedium(
        name="ab", sha256="ab", paths=("1.jpg",), kind=MediumKind.IMAGE, answer=Answer.NEW, verdict=verdict,
        verdict_reason=reason,
    )  # fmt: skip
    said = answers.medium_json(medium)
    return said.get("verdict"), said.get("verdict_reason")


def test_a_verdict_is_a_word_and_its_reason_a_sentence() -> None:
    assert _said(Verdict.DAMAGED_READ, "It ends early.") == ("damaged_read", "It ends early.")
    assert _said(Verdict.DECODED, "") == ("decoded", None)
    assert _said(None, "The file cannot be opened.") == (None, "The file cannot be opened.")


def test_a_file_that_could_not_be_read_says_where_it_lies_and_why_and_no_more() -> None:
    assert answers.medium_json(of_file(b"caf\xe9.jpg", "The file cannot be opened.")) == {
        "paths": ["caf\\xe9.jpg"], "answer": "undecodable", "verdict_reason": "The file cannot be opened.", "reasons": [],
    }  # fmt: skip


@pytest.mark.parametrize(("left", "told"), [(-1, []), (0, []), (1, ["  and 1 more: it gives all"])])
def test_what_is_not_shown_is_counted(left: int, told: list[str]) -> None:
    assert exhibits._more(left, "it") == told


def test_a_summary_says_how_many_reasons_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    for count in (exhibits.REASONS_SHOWN_MAX, exhibits.REASONS_SHOWN_MAX + 2):
        reasons = {f"reason {number}": 1 for number in range(count)}
        exhibits._show(Summary(files_seen=count, media_new=0, size_bytes=0, undecodable=reasons), 1.0)
        said = capsys.readouterr().out
        assert said.count("reason ") == exhibits.REASONS_SHOWN_MAX
        assert ("and 2 more: the same command with --json gives all" in said) is (count > exhibits.REASONS_SHOWN_MAX)
