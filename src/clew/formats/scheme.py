"""Lists of facts and schemes of categories as JSON: those that come with Clew, and those that a member writes.

A scheme's file::

    {"scheme": "national", "version": 1, "title": "…",
     "categories": {"1": "words for people", …},
     "rules": [{"category": "1", "when": {"grade": ["two", "three"]}}, …],
     "otherwise": "0"}
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from clew.domain.category import (
    ANSWERS_MAX,
    CATEGORIES_MAX,
    QUESTIONS_MAX,
    RULES_MAX,
    WAYS_MAX,
    FactList,
    Question,
    Rule,
    Scheme,
    check_scheme,
)
from clew.domain.errors import Invalid
from clew.domain.naming import is_name

BYTES_MAX = 1024 * 1024
VERSION_MAX = 1_000_000
CODE_CHARACTERS_MAX = 40
TEMPLATE_PREFIX = "template-"
"""So begin the names of schemes that come with Clew: no member's own does."""
_FOLDER = files("clew.formats").joinpath("schemes")
_KEYS = {"scheme", "version", "title", "categories", "rules", "otherwise"}

Untrusted = object


@lru_cache(1)
def fact_list() -> FactList:
    """The questions that are asked of every medium."""
    claims = json.loads(_FOLDER.joinpath("facts.json").read_text("utf-8"))
    questions = tuple(
        Question(code=each["code"], words=each["words"], answers=each["answers"]) for each in claims["questions"]
    )
    found = FactList(version=claims["version"], questions=questions)
    if len(questions) > QUESTIONS_MAX or found.ways > WAYS_MAX or any(
        len(question.answers) > ANSWERS_MAX for question in questions
    ):  # fmt: skip
        raise AssertionError("the list of facts is longer than a list may be")
    return found


@lru_cache(1)
def templates() -> Mapping[str, Scheme]:
    """The schemes that come with Clew, by name: neutral, to be tried and to be written anew."""
    names = sorted(each.name for each in _FOLDER.iterdir() if each.name.startswith(TEMPLATE_PREFIX))
    found = [parse(_FOLDER.joinpath(name).read_bytes()) for name in names]
    return {scheme.name: scheme for scheme in found}


def parse(untrusted: bytes) -> Scheme:
    """The scheme in a file, checked against the list of facts.

    Raises:
        Invalid: it is none; the sentence says what to mend.
    """
    if len(untrusted) > BYTES_MAX:
        raise Invalid("A scheme is a file of at most 1 MiB.")
    try:
        claims = json.loads(untrusted.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Invalid("A scheme is a JSON file in UTF-8 in which no key stands twice.") from None
    if not isinstance(claims, dict) or claims.keys() != _KEYS:
        raise Invalid(f"A scheme is a JSON object with the keys {', '.join(sorted(_KEYS))}.")
    scheme = Scheme(
        name=_words(claims["scheme"], "The scheme's name"),
        version=_version(claims["version"]),
        title=_words(claims["title"], "The title"),
        categories=_categories(claims["categories"]),
        rules=_rules(claims["rules"]),
        otherwise=_code(claims["otherwise"]),
    )
    check_scheme(scheme, fact_list())
    return scheme


@lru_cache(256)
def kept(document: str) -> Scheme:
    """The scheme that `written` wrote, which was checked when it was kept. Remembered: every page asks for several."""
    return parse(document.encode())


def written(scheme: Scheme) -> str:
    """The scheme as JSON, always the same for the same scheme."""
    return json.dumps(
        {
            "scheme": scheme.name, "version": scheme.version, "title": scheme.title,
            "categories": dict(scheme.categories),
            "rules": [
                {"category": rule.category, "when": {key: sorted(rule.when[key]) for key in sorted(rule.when)}}
                for rule in scheme.rules
            ],
            "otherwise": scheme.otherwise,
        },
        ensure_ascii=False,
    )  # fmt: skip


def _once(pairs: list[tuple[str, Untrusted]]) -> dict[str, Untrusted]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _words(value: Untrusted, what: str) -> str:
    if not isinstance(value, str) or not is_name(value.strip()):
        raise Invalid(f"{what} has 1 to 200 characters, all of which can be seen.")
    return value.strip()


def _version(value: Untrusted) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= VERSION_MAX:
        raise Invalid("A version is a whole number from 1 on.")
    return value


def _code(value: Untrusted) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= CODE_CHARACTERS_MAX or not value.isprintable():
        raise Invalid(f"A code has 1 to {CODE_CHARACTERS_MAX} characters, all of which can be seen.")
    return value


def _categories(value: Untrusted) -> dict[str, str]:
    if not isinstance(value, dict) or not 0 < len(value) <= CATEGORIES_MAX:
        raise Invalid(f"A scheme has 1 to {CATEGORIES_MAX} categories, each a code with words.")
    return {_code(code): _words(words, "The words of a category") for code, words in value.items()}


def _rules(value: Untrusted) -> tuple[Rule, ...]:
    if not isinstance(value, list) or len(value) > RULES_MAX:
        raise Invalid(f"A scheme has at most {RULES_MAX} rules, in a list.")
    return tuple(_rule(each, number) for number, each in enumerate(value, 1))


def _rule(value: Untrusted, number: int) -> Rule:
    if not isinstance(value, dict) or value.keys() != {"category", "when"} or not isinstance(value["when"], dict):
        raise Invalid(f"Rule {number} has a category and, under when, answers by question.")
    when: dict[str, frozenset[str]] = {}
    for question, answers in value["when"].items():
        if not isinstance(answers, list) or len(answers) > ANSWERS_MAX:
            raise Invalid(f"Rule {number} has a list of answers for each question.")
        when[question] = frozenset(map(_code, answers))
    return Rule(category=_code(value["category"]), when=when)
