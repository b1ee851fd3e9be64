"""Unusual patterns in what was done: listed with their limits, never scored, and nobody is ranked by them.

Each says that somebody may want to ask, not that anything is wrong. `records/patterns.py` finds them.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from clew.domain.act_kind import KINDS, ActKind
from clew.domain.errors import Invalid
from clew.domain.reveal_budget import COUNTED

PERIOD_DAYS = 30
"""So many days are looked at where no period is said."""
PERIOD_DAYS_MAX = 92
SHOWN_MAX = 100
"""So many of each pattern are shown, the latest first; that there are more is said."""

OPENED = (*COUNTED, "identity.reveal")
"""Reveals, each once: what the ticket of a reveal gives afterwards belongs to it."""
TAKEN_OUT = KINDS[ActKind.EXPORT]
BEFORE_DAYS = 90
"""What is usual is what an officer did in so many days before."""


class Pattern(StrEnum):
    """What is unusual. The words stand in answers to programs."""

    REFUSED_SIGN_INS = "refused-sign-ins"
    MANY_REVEALS = "many-reveals"
    SAME_AGAIN = "same-again"
    MANY_EXPORTS = "many-exports"
    UNUSUAL_HOUR = "unusual-hour"
    AFTER_SILENCE = "after-silence"


LIMITS: Mapping[Pattern, Mapping[str, int]] = MappingProxyType({
    Pattern.REFUSED_SIGN_INS: {"least": 5, "hours": 1},
    Pattern.MANY_REVEALS: {"least": 30, "times": 3, "days": BEFORE_DAYS},
    Pattern.SAME_AGAIN: {"least": 5},
    Pattern.MANY_EXPORTS: {"least": 3},
    Pattern.UNUSUAL_HOUR: {"active": 20, "days": BEFORE_DAYS},
    Pattern.AFTER_SILENCE: {"days": 60, "back": 7},
})  # fmt: skip
"""From where on something is a pattern, each number inclusive but `times`, which is passed."""

REASONS: Mapping[Pattern, str] = MappingProxyType({
    Pattern.REFUSED_SIGN_INS: "Somebody failed to sign in under one name at least {least} times within {hours} h.",
    Pattern.MANY_REVEALS: (
        "An officer revealed at least {least} times in a day, and more than {times} times as often as on the median day"
        " of the {days} days before on which the officer revealed anything."
    ),
    Pattern.SAME_AGAIN: "An officer revealed one and the same medium or object at least {least} times.",
    Pattern.MANY_EXPORTS: "An officer took something out at least {least} times in a day.",
    Pattern.UNUSUAL_HOUR: (
        "An officer revealed or took something out at an hour of the day (UTC) in which the officer did nothing in the"
        " {days} days before, of which at least {active} were active."
    ),
    Pattern.AFTER_SILENCE: (
        "An officer who did nothing for at least {days} days revealed or took something out within {back} days of"
        " coming back; the days of silence are counted."
    ),
})  # fmt: skip
"""Why each is listed, in one sentence."""


def reason(pattern: Pattern) -> str:
    """The sentence of the pattern with its limits."""
    return REASONS[pattern].format(**LIMITS[pattern])


def period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The first and the last day that are looked at, where one or both are not said.

    Raises:
        Invalid: it ends before it begins, or is too long.
    """
    last = min(until or today, today)
    first = since or last - timedelta(days=PERIOD_DAYS - 1)
    if not timedelta(0) <= last - first < timedelta(days=PERIOD_DAYS_MAX):
        raise Invalid("Patterns are looked for in 1 to {most} days, none of them ahead.", most=PERIOD_DAYS_MAX)
    return first, last
