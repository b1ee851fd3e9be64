"""Answers as JSON and on a terminal."""

import json
from collections.abc import Iterator

import pytest

from clew.cli import answers
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
