"""Answers as JSON and on a terminal."""

import json
from collections.abc import Iterator

import pytest

from clew.cli import answers


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
