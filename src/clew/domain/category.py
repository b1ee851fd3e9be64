"""Categories: facts that officers observed, and what each scheme makes of them.

A fact is observed once, by an answer to each question of a short list. A scheme is a member's law or an
organisation's rule as a table: which answers make which category. So one observation serves every scheme, a new
version of one changes no observation, and nothing of any law stands in code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product
from math import prod

from clew.domain.errors import Invalid

TRUSTED_FROM = 3
"""So many officers must have come to one category, each by themselves, before it is trusted.

Source: the grade of trust of the United Kingdom's CAID, Home Office (2014).
"""
QUESTIONS_MAX = 12
ANSWERS_MAX = 20
CATEGORIES_MAX = 50
RULES_MAX = 200
WAYS_MAX = 100_000
"""In so many ways a list of questions may be answered at most: every way is looked at when a scheme is checked."""

Facts = Mapping[str, str]
"""By question the answer, both by their codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and its answers by code, with the words for people."""

    code: str
    words: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactList:
    """The questions that are asked of a medium, in their order."""

    version: int
    questions: tuple[Question, ...]

    @property
    def ways(self) -> int:
        """In how many ways it can be answered."""
        return prod(len(question.answers) for question in self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What must be answered for a category: of each question one of some answers."""

    category: str
    when: Mapping[str, frozenset[str]]

    def holds(self, facts: Facts) -> bool:
        """Whether the facts are such."""
        return all(facts.get(question) in answers for question, answers in self.when.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A version of a scheme: its categories by code, and its rules, of which the first that holds decides.

    `otherwise` is the category where none holds.
    """

    name: str
    version: int
    title: str
    categories: Mapping[str, str]
    rules: tuple[Rule, ...]
    otherwise: str

    def category_of(self, facts: Facts) -> str:
        """The code of the category that these facts make."""
        return next((rule.category for rule in self.rules if rule.holds(facts)), self.otherwise)


class Standing(StrEnum):
    """How far a category of a medium can be relied on."""

    NONE = "none"
    """Nobody has said anything."""
    INDICATIVE = "indicative"
    """Somebody has, and fewer than three by themselves."""
    TRUSTED = "trusted"
    DISPUTED = "disputed"
    """Officers came to different categories, and no reviewer has decided since."""
    REVIEWED = "reviewed"
    """A reviewer of the own member decided, and nobody has contradicted since."""


SETTLED = frozenset({Standing.TRUSTED, Standing.REVIEWED})
"""Nobody needs to look at the medium again to know its category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one officer observed. `officer` tells officers of one member apart; a review is a vote that decides.

    `is_led`: they knew what others had said of it, or may have, and so did not come to it by themselves.
    """

    facts: Facts
    member: str
    officer: str
    at: datetime
    is_review: bool = False
    is_led: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """The category of a medium by one scheme; None where there is none or officers differ. `votes` counts officers."""

    category: str | None
    standing: Standing
    votes: int


def check_facts(facts: Facts, questions: FactList) -> None:
    """Refuse what answers not every question of the list by one of its answers.

    Raises:
        Invalid: the sentence says what is missing or possible.
    """
    for question in questions.questions:
        answer = facts.get(question.code)
        if answer not in question.answers:
            raise Invalid(
                "Answer {question} by one of: {known}.", question=question.code, known=", ".join(question.answers)
            )
    if len(facts) > len(questions.questions):
        raise Invalid(
            "The list asks for {known} and no more.",
            known=", ".join(question.code for question in questions.questions)
        )


def check_scheme(scheme: Scheme, questions: FactList) -> None:
    """Refuse a scheme that speaks of what is not asked, or of which a rule can never decide.

    Raises:
        Invalid: the sentence says which rule.
    """
    for category in (*(rule.category for rule in scheme.rules), scheme.otherwise):
        if category not in scheme.categories:
            raise Invalid("A rule of the scheme names a category that it does not list.")
    answers = {question.code: question.answers.keys() for question in questions.questions}
    for number, rule in enumerate(scheme.rules, 1):
        for question, wanted in rule.when.items():
            if not wanted or not wanted <= answers.get(question, frozenset()):
                raise Invalid("Rule {number} asks for a fact that is not on the list of facts.", number=number)
    idle = [number for number, ways in enumerate(_decided(scheme, questions), 1) if not ways]
    if idle:
        raise Invalid("Rule {number} can never decide: those before it take all that it would.", number=idle[0])


def _decided(scheme: Scheme, questions: FactList) -> list[int]:
    """How many of all ways to answer each rule decides."""
    counts = [0] * len(scheme.rules)
    for facts in every_way(questions):
        for number, rule in enumerate(scheme.rules):
            if rule.holds(facts):
                counts[number] += 1
                break
    return counts


def every_way(questions: FactList) -> Iterator[Facts]:
    """All ways to answer the list."""
    codes = [question.code for question in questions.questions]
    for answers in product(*(question.answers for question in questions.questions)):
        yield dict(zip(codes, answers, strict=True))


def assessed(votes: Sequence[Vote], scheme: Scheme, member: str) -> Assessed:
    """What the votes that a viewer of `member` sees make of a medium, by `scheme`; their order does not matter.

    The latest review of the viewer's own member decides over all votes of before; whoever votes otherwise
    afterwards disputes it. A review of another member is a vote like others: each answers for its own law.
    """
    officers = {(vote.member, vote.officer) for vote in votes}
    review = max(
        (vote for vote in votes if vote.is_review and vote.member == member), key=_by_time, default=None
    )  # fmt: skip
    held = [vote for vote in votes if review is None or vote is review or vote.at > review.at]
    found = {scheme.category_of(vote.facts) for vote in held}
    if not found:
        return Assessed(category=None, standing=Standing.NONE, votes=0)
    if len(found) > 1:
        return Assessed(category=None, standing=Standing.DISPUTED, votes=len(officers))
    (category,) = found
    if review is not None:
        standing = Standing.REVIEWED
    else:
        by_themselves = {(vote.member, vote.officer) for vote in votes if not vote.is_led}
        standing = Standing.TRUSTED if len(by_themselves) >= TRUSTED_FROM else Standing.INDICATIVE
    return Assessed(category=category, standing=standing, votes=len(officers))


def is_told(found: Assessed, votes: Iterable[Vote], member: str, officer: str) -> bool:
    """Whether an officer is told what others observed: once it is settled or disputed, or they have said themselves.

    Before that they would not be independent: whoever knows two votes gives the third.
    """
    if found.standing is not Standing.INDICATIVE:
        return True
    return any(vote.member == member and vote.officer == officer for vote in votes)


def _by_time(vote: Vote) -> tuple[datetime, str]:
    return vote.at, vote.officer
