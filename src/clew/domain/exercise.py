"""Exercises of the academy: what is asked of an officer, and how what was done is scored against the known truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from clew.domain.errors import Invalid, StepRefused

VERSION = "1"
"""Of the story and its points; with another, results cannot be compared."""
POINTS = 100
PASSED_FROM = 70
"""So many points pass, and of each part at least half: nobody makes good by triage what was linked wrong."""
PART_SHARE_MIN = 0.5
COST = 2
"""How many right answers a wrong one costs: what is linked wrong leads two countries astray."""
COUNTS_FOR = timedelta(days=2 * 366)
"""So long an exercise that was passed is ground for a certification."""
SEIZURE = "seizure"
"""Folder of what was seized, within that of an exercise."""
SEIZED_FILES_MAX = 100
SEIZED_BYTES_MAX = 16 * 1024 * 1024
"""So much an officer is given at most, held in memory; a dozen drawings are a twentieth of it."""
CODE_CHARACTERS = 5
NAME_CHARACTERS_MAX = 40
KEPT_YEARS = 3
"""So long the record of an exercise is kept; then it goes by itself."""
DRAWS_MAX = 3
"""So often an exercise that was asked for is begun to be drawn: whose worker is ended each time has failed."""
ASK_WAITS_HOURS_MAX = 2
"""So long an exercise that was asked for waits for a worker; then it has failed, and can be asked for again."""
HOLDS_BACK_DAYS = 30
"""So long an exercise that is not handed in holds back another that is asked for, and is asked after in the academy."""
ASKED_AFTER_MAX = 1000
"""So many exercises are asked after at once, the latest first."""


class AskState(StrEnum):
    """How far an exercise is that an officer asked for. The words are stored; never reuse one."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class Failure(StrEnum):
    """Why an exercise that was asked for could not be drawn. The words are stored; never reuse one."""

    NO_ACADEMY = "no-academy"
    REFUSED = "refused"
    UNFINISHED = "unfinished"


FAILURES: Mapping[Failure, str] = {
    Failure.NO_ACADEMY: (
        "This node has no academy that can be used: its operator makes one, and begins your exercise, with clew academy"
        " open."
    ),
    Failure.REFUSED: (
        "The academy could not draw it. Ask again; if it fails once more, the operator of the node learns why with clew"
        " academy open."
    ),
    Failure.UNFINISHED: (
        "Drawing it was not finished in time. Ask again; if it fails once more, the operator of the node begins it with"
        " clew academy open."
    ),
}
"""What the officer is told, and can do."""


class Part(StrEnum):
    """What an officer must be able to do. The words are stored; never reuse one."""

    TRIAGE = "triage"
    LINKS = "links"
    DECONFLICTION = "deconfliction"
    IDENTIFICATION = "identification"


class Question(StrEnum):
    """What is looked at when an exercise is scored. The words are stored; never reuse one."""

    TAKEN_IN = "taken-in"
    ASKED = "asked"
    GATHERED = "gathered"
    PLACED = "placed"
    CONSENTED = "consented"
    IDENTIFIED = "identified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who takes part in an exercise: invented members by their codes, and the officers by whom each is played.

    `me` is the officer whose exercise it is, under a name of its own; member 0 is the own one, and its played officer
    the colleague; member 1 solved a series, 2 has a parallel enquiry, 3 shows nobody what it has.
    """

    code: str
    me: str

    @classmethod
    def of(cls, exercise: UUID, officer: str) -> Self:
        code = exercise.hex[:CODE_CHARACTERS].upper()
        return cls(code=code, me=f"{officer[:NAME_CHARACTERS_MAX]}.{code.lower()}")

    @classmethod
    def behind(cls, account: str) -> Self:
        """The cast in which somebody has this name."""
        return cls(code=account.rpartition(".")[2].upper(), me=account)

    def member(self, number: int) -> str:
        return f"X{number}{self.code}"

    def played(self, number: int) -> str:
        return f"played-{number}.{self.code.lower()}"

    @property
    def case(self) -> str:
        return f"{self.code}-SEIZED"


SOLVED, PARALLEL, HIDDEN = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: its part, its points, and what is said where something is missing or wrong."""

    part: Part
    points: int
    missed: str
    wrong: str


QUESTIONS: Mapping[Question, Asked] = {
    Question.TAKEN_IN: Asked(
        part=Part.TRIAGE, points=10,
        missed="Files of the seizure were not taken in: what is not taken in is compared with nothing.",
        wrong="Files were taken into the case that are not of the seizure.",
    ),
    Question.ASKED: Asked(
        part=Part.TRIAGE, points=20,
        missed="The unit with the parallel enquiry was not written to about its series: two units work on one child.",
        wrong="A unit was asked about a series that is no parallel enquiry of this seizure.",
    ),
    Question.GATHERED: Asked(
        part=Part.LINKS, points=20,
        missed="New media by the camera of an own series were not put with it.",
        wrong="Media were put with the series that do not belong to it.",
    ),
    Question.PLACED: Asked(
        part=Part.LINKS, points=10,
        missed="The series was not linked with the place where its new media were taken.",
        wrong="The series was linked with a place where none of its media were taken.",
    ),
    Question.CONSENTED: Asked(
        part=Part.DECONFLICTION, points=20,
        missed="The case overlaps with another member's, and nobody consented: neither side learned of the other.",
        wrong="It was consented to an overlap of another case than that of the seizure.",
    ),
    Question.IDENTIFIED: Asked(
        part=Part.IDENTIFICATION, points=20,
        missed="The child in the series was not identified by a step that a second officer confirmed.",
        wrong="Another child was identified than the one in the series.",
    ),
}  # fmt: skip

Answers = Mapping[Question, frozenset[str]]
"""By question: what is right, or what the officer did; digests in hex, and references."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What came of one question."""

    question: Question
    points: int
    points_max: int
    is_missed: bool
    """Something that is right was not done."""
    is_wrong: bool
    """Something was done that is not right."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is kept of it: which sentences are said."""
        said = (("missed", self.is_missed), ("wrong", self.is_wrong))
        return tuple(f"{self.question.value}.{name}" for name, is_so in said if is_so)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What came of an exercise, question by question."""

    lines: tuple[Line, ...]

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)

    def of(self, part: Part) -> tuple[int, int]:
        """Points of a part, and how many there are."""
        lines = [line for line in self.lines if QUESTIONS[line.question].part is part]
        return sum(line.points for line in lines), sum(line.points_max for line in lines)

    @property
    def has_passed(self) -> bool:
        parts = [self.of(part) for part in Part]
        return self.points >= PASSED_FROM and all(got >= PART_SHARE_MIN * most for got, most in parts)

    @property
    def verdict(self) -> str:
        """Passed or not, and by which mark, in one sentence."""
        mark = f"{PASSED_FROM} of {POINTS} points pass, and half of those of each part"
        return f"{'Passed' if self.has_passed else 'Not passed'} with {self.points} points: {mark}."


def score(truth: Answers, given: Answers) -> Score:
    """What came of an exercise; a wrong answer takes away what two right ones give, and no question gives less than 0.

    Raises:
        Invalid: the truth leaves a question out.
    """
    if any(not truth.get(question) for question in Question):
        raise Invalid("The truth of this exercise is not whole: begin another one.")
    return Score(lines=tuple(_line(one, truth[one], given.get(one, frozenset())) for one in Question))


def _line(question: Question, right: frozenset[str], given: frozenset[str]) -> Line:
    most = QUESTIONS[question].points
    counted = max(0, len(right & given) - COST * len(given - right))
    return Line(
        question=question, points=most * counted // len(right), points_max=most,
        is_missed=bool(right - given), is_wrong=bool(given - right),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is kept of an exercise that was handed in: points of each part, and whether it was passed."""

    points: int
    has_passed: bool
    parts: Mapping[Part, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was missed and what was wrong, in words."""
        found = ((QUESTIONS[Question(name)], kind) for name, _, kind in (one.partition(".") for one in self.remarks))
        return tuple(asked.missed if kind == "missed" else asked.wrong for asked, kind in found)

    def __post_init__(self) -> None:
        if not 0 <= self.points <= POINTS or sum(self.parts.values()) != self.points or set(self.parts) != set(Part):
            raise Invalid("The result of an exercise has points for each part, 100 in all at most.")


def result_of(found: Score) -> Result:
    """What is kept of a score."""
    return Result(
        points=found.points, has_passed=found.has_passed, parts={part: found.of(part)[0] for part in Part},
        remarks=tuple(remark for line in found.lines for remark in line.remarks),
    )  # fmt: skip


def counts_until(passed: Iterable[datetime]) -> date | None:
    """The last day on which the latest exercise that was passed is ground for a certification; None: there is none."""
    latest = max(passed, default=None)
    return None if latest is None else (latest + COUNTS_FOR).date()


def check_ground(until: date | None, *, is_needed: bool, today: date) -> None:
    """Refuse a certification that needs an exercise where none was passed, or too long ago.

    Raises:
        StepRefused: it is needed, and there is none that counts.
    """
    if is_needed and (until is None or until < today):
        raise StepRefused(
            "Officers of this member are certified once they have passed an exercise of the academy: this one has not."
        )
