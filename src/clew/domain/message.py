"""Messages: what one unit asks another about a record, by when, and what it is answered."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from clew.domain.errors import Invalid, StepRefused
from clew.domain.member import LANGUAGE

TEXT_CHARACTERS_MAX = 4_000
DUE_DAYS_MAX = 365
KEPT_DAYS = 365
"""So long after it was closed a correspondence is kept; then it goes with all its messages."""
UNITS_MAX = 20
"""How often a request is passed on: after so many units somebody should speak with the asker."""


class SubjectKind(StrEnum):
    """What a correspondence can be about. The words are stored; never reuse one."""

    CASE = "case"
    EXHIBIT = "exhibit"
    SERIES = "series"
    VICTIM = "victim"
    OFFENDER = "offender"
    PLACE = "place"
    MEDIUM = "medium"
    OVERLAP = "overlap"
    """A contact: both sides of an overlap consented, and each knows the other."""
    QUESTION = "question"
    """One question goes to several units, and each has a correspondence of its own about it."""
    REFERRAL = "referral"
    """What was handed over to a unit of the country in which a series was probably made."""
    EVENT = "event"
    """One line of the audit: the supervisor of the member whose officer did it is asked."""


class Kind(StrEnum):
    """What a message is. The words are stored; never reuse one."""

    REQUEST = "request"
    REMARK = "remark"
    """More from whoever asked."""
    ANSWER = "answer"
    NOTHING_KNOWN = "nothing-known"
    """Said by one press, and worth it: the asker need not wait."""
    PASSED = "passed"
    """The request was handed over to another unit of the member."""


class Side(StrEnum):
    """Who somebody is in a correspondence."""

    ASKER = "asker"
    ASKED = "asked"


SAYS: Mapping[Side, frozenset[Kind]] = {
    Side.ASKER: frozenset({Kind.REMARK}),
    Side.ASKED: frozenset({Kind.ANSWER, Kind.NOTHING_KNOWN, Kind.PASSED}),
}
"""What either side may say once the request is there."""


class NoticeKind(StrEnum):
    """Why somebody should look. The words are stored; never reuse one."""

    OVERLAP = "overlap"
    OVERLAP_REMINDER = "overlap-reminder"
    CONTACT = "contact"
    MESSAGE = "message"
    MESSAGE_DUE = "message-due"
    LEAD = "lead"
    """There is a reason to look closer at a series."""
    PROPOSALS = "proposals"
    """Programs propose what of a case may belong to series."""
    IDENTIFIED = "identified"
    """The child in a series that the unit had a part in is identified; of an own one, which the unit marks."""
    SAFEGUARDED = "safeguarded"
    TASK_FORCE = "task-force"
    """The member is invited into a task force, or an officer of the unit is named for one."""
    OUTCOME_TAKEN_BACK = "outcome-taken-back"
    """An outcome that the unit was told was a mistake."""
    REVIEW = "review"
    """Records of the unit end within six months, and nobody has said yet whether they are to be kept."""
    DONE_ALONE = "done-alone"
    """The node's operator certified an officer of the member, or set a password, alone."""


def check_says(side: Side, kind: Kind, *, is_closed: bool) -> None:
    """Refuse what the side may not say now.

    Raises:
        StepRefused: the correspondence is closed, or that is the other side's to say.
    """
    if is_closed:
        raise StepRefused("This correspondence is closed.")
    if kind not in SAYS[side]:
        raise StepRefused("Who asked adds remarks and closes; who is asked answers or passes it on.")


def checked_text(words: str, *, is_demanded: bool = True) -> str:
    """The words as they are kept.

    Raises:
        Invalid: there are none where some are demanded, they are too long, or hold what does not show.
    """
    kept = words.strip()
    if (is_demanded and not kept) or len(kept) > TEXT_CHARACTERS_MAX:
        raise Invalid("A message has 1 to {most} characters.", most=TEXT_CHARACTERS_MAX)
    if not all(letter.isprintable() or letter in "\n\t" for letter in kept):
        raise Invalid("A message holds nothing that does not show.")
    return kept


def checked_language(code: str) -> str:
    """The language of a translation, as ISO 639 has it.

    Raises:
        Invalid: it is none.
    """
    kept = code.strip().lower()
    if not LANGUAGE.fullmatch(kept):
        raise Invalid("A language is an ISO 639 code of two or three letters, such as en or fr.")
    return kept


def checked_due(due_on: date, today: date) -> date:
    """The day by which an answer is wanted.

    Raises:
        Invalid: it is past, or too far ahead.
    """
    if not today <= due_on <= today + timedelta(days=DUE_DAYS_MAX):
        raise Invalid("An answer is wanted within {most} days from today.", most=DUE_DAYS_MAX)
    return due_on
