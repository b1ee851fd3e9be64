"""Schemes as files: those that come with Clew hold, and what is wrong with another is said in one sentence."""

import json

import pytest

from clew.domain.category import check_facts, every_way
from clew.domain.errors import Invalid
from clew.formats import scheme

GOOD = {
    "scheme": "national", "version": 1, "title": "Ours", "categories": {"1": "First", "0": "None"},
    "rules": [{"category": "1", "when": {"grade": ["two", "three"]}}], "otherwise": "0",
}  # fmt: skip


def test_every_scheme_that_comes_with_clew_makes_one_of_its_categories_of_every_observation() -> None:
    assert set(scheme.templates()) == {"template-bands", "template-baseline", "template-letters", "template-numbers"}
    for one in scheme.templates().values():
        reached = {one.category_of(facts) for facts in every_way(scheme.fact_list())}
        assert reached == one.categories.keys(), one.name


def test_every_way_to_answer_the_list_is_accepted() -> None:
    for facts in every_way(scheme.fact_list()):
        check_facts(facts, scheme.fact_list())


def test_a_scheme_is_the_same_after_it_was_written_and_read() -> None:
    read = scheme.parse(json.dumps(GOOD).encode())
    assert scheme.parse(scheme.written(read).encode()) == read
    assert scheme.written(read) == scheme.written(scheme.parse(scheme.written(read).encode()))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe{", "JSON file"),
        (b"[" * 100_000, "JSON file"),
        (b'{"scheme": "a", "scheme": "b"}', "no key stands twice"),
        (b"[]", "JSON object"),
        (b" " * (scheme.BYTES_MAX + 1), "1 MiB"),
        (json.dumps({**GOOD, "more": 1}).encode(), "with the keys"),
        (json.dumps({**GOOD, "version": 0}).encode(), "from 1 on"),
        (json.dumps({**GOOD, "version": True}).encode(), "from 1 on"),
        (json.dumps({**GOOD, "scheme": "a\u202eb"}).encode(), "can be seen"),
        (json.dumps({**GOOD, "categories": {}}).encode(), "categories"),
        (json.dumps({**GOOD, "categories": {"": "x"}}).encode(), "code"),
        (json.dumps({**GOOD, "rules": [{"category": "1"}]}).encode(), "Rule 1"),
        (json.dumps({**GOOD, "rules": [{"category": "1", "when": {"grade": "two"}}]}).encode(), "Rule 1"),
        (json.dumps({**GOOD, "rules": [{"category": "1", "when": {"grade": ["seven"]}}]}).encode(), "Rule 1"),
        (json.dumps({**GOOD, "rules": [*GOOD["rules"], *GOOD["rules"]]}).encode(), "Rule 2 can never decide"),
        (json.dumps({**GOOD, "otherwise": "9"}).encode(), "does not list"),
    ],
)  # fmt: skip
def test_what_is_no_scheme_is_refused_by_a_sentence_that_says_why(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        scheme.parse(content)
