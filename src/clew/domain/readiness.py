"""Readiness: the steps by which a member gets connected, what shows that each is done, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clew.domain.errors import Invalid, StepRefused

TEXT_CHARACTERS_MAX = 1_000
KEPT_YEARS = 3
"""So long what was said of a step is kept once something else was said; the latest stays."""


class Step(StrEnum):
    """A step, in the order in which they come. The words are stored; never reuse one."""

    LEGAL_BASIS = "legal-basis"
    UNIT = "unit"
    ADMINISTRATOR = "administrator"
    SECURE_LINK = "secure-link"
    TRAINING = "training"
    FIRST_UPLOAD = "first-upload"
    FIRST_MATCH = "first-match"
    FIRST_IDENTIFICATION = "first-identification"


class Known(StrEnum):
    """How it is known that a step is done."""

    RECORDS = "records"
    """The records show it; nobody says so."""
    STATED = "stated"
    """A person states it, with a day and on what basis, unless the records show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A step: how it is known, whether its owner alone may know, and what is to be done about it."""

    known: Known
    is_own: bool
    next: str


STEPS: Mapping[Step, About] = {
    Step.LEGAL_BASIS: About(
        known=Known.RECORDS, is_own=False,
        next="Enter the legal basis of taking part among the particulars of the member.",
    ),
    Step.UNIT: About(
        known=Known.RECORDS, is_own=False, next="Name the unit that does the work.",
    ),
    Step.ADMINISTRATOR: About(
        known=Known.RECORDS, is_own=False,
        next="Have a national administrator certified, by the operator of the node while the member has too few.",
    ),
    Step.SECURE_LINK: About(
        known=Known.STATED, is_own=False,
        next="Set the secure link up with the operator of the node, and state when it was tested, and by whom.",
    ),
    Step.TRAINING: About(
        known=Known.RECORDS, is_own=False, next="Have an officer pass an exercise of the academy.",
    ),
    Step.FIRST_UPLOAD: About(
        known=Known.RECORDS, is_own=True, next="Take in a first exhibit, of drawn or stock pictures.",
    ),
    Step.FIRST_MATCH: About(
        known=Known.RECORDS, is_own=True, next="Take in what has matches: the checklist shows the first.",
    ),
    Step.FIRST_IDENTIFICATION: About(
        known=Known.RECORDS, is_own=True, next="Find a first child, by two officers.",
    ),
}  # fmt: skip
"""`is_own`: the first intake, match and identification of a member are its own. Told to others, a match would tell
whoever has just taken something in that the member holds the same, and when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What an administrator says of a step: who sees to it, by when, and, of what only people know, since when."""

    kept_by: str = ""
    due_on: date | None = None
    done_on: date | None = None
    basis: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A step on the checklist. Of one that is not told nothing is known here, not even whether it is done.

    `done_on` is None too where the records keep no day. `is_shown`: the records show that it is done.
    """

    step: Step
    is_told: bool
    is_done: bool
    is_shown: bool
    done_on: date | None
    word: Word
    is_overdue: bool


def checked(step: Step, said: Word, today: date) -> Word:
    """What an administrator says of a step, as it is kept.

    Raises:
        StepRefused: what the records show is stated.
        Invalid: a text is too long, a day lies ahead, or a statement has no basis.
    """
    texts = {name: getattr(said, name).strip() for name in ("kept_by", "basis", "words")}
    if any(len(text) > TEXT_CHARACTERS_MAX for text in texts.values()):
        raise Invalid("A text has up to {most} characters.", most=TEXT_CHARACTERS_MAX)
    if said.done_on is not None:
        if STEPS[step].known is Known.RECORDS:
            raise StepRefused("Whether this step is done is worked out from the records; nobody states it.")
        if said.done_on > today:
            raise Invalid("A step was done today at the latest.")
        if not texts["basis"]:
            raise Invalid("Say on what basis you state it: who tested it, or which paper says so.")
    return Word(due_on=said.due_on, done_on=said.done_on, **texts)


def checklist(
    shown: Mapping[Step, date | None], words: Mapping[Step, Word], today: date, *, is_own: bool
) -> tuple[Line, ...]:
    """The steps of a member in their order: `shown` by the records, since a day where one is known, and as was said.

    `is_own`: it is read within the member. Others are not told what is the member's own.
    """
    return tuple(_line(step, shown, words.get(step, Word()), today, is_own=is_own) for step in Step)


def _line(step: Step, shown: Mapping[Step, date | None], word: Word, today: date, *, is_own: bool) -> Line:
    about, is_shown = STEPS[step], step in shown
    if about.is_own and not is_own:
        return Line(
            step=step, is_told=False, is_done=False, is_shown=False, done_on=None, word=Word(), is_overdue=False
        )
    stated = word.done_on if about.known is Known.STATED else None
    is_done = is_shown or stated is not None
    return Line(
        step=step, is_told=True, is_done=is_done, is_shown=is_shown, done_on=shown[step] if is_shown else stated,
        word=word, is_overdue=not is_done and word.due_on is not None and word.due_on < today,
    )  # fmt: skip


def comes_next(lines: tuple[Line, ...]) -> str:
    """What comes next, in one sentence."""
    for line in lines:
        if line.is_told and not line.is_done:
            return STEPS[line.step].next
    if all(line.is_told for line in lines):
        return "This member is connected."
    return "All that others are told of is done; the member itself knows of the rest."
