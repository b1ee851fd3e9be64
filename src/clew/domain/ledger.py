"""The victim ledger: each child counted once, and small numbers of other members not shown."""

from dataclasses import dataclass
from enum import StrEnum

SMALL = 5
"""A number below this, and above none, is not shown outside the member that it is about: it could name a child. Larger
ones are told in whole fives, so that small ones follow from no difference of two of them either."""


class By(StrEnum):
    """What children are counted by."""

    MEMBER = "member"
    """That which identified the child first."""
    YEAR = "year"
    """In which the child was first identified."""
    AGE = "age"
    """The age band that was said, at its day."""
    SEX = "sex"


AGES = ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17", "adult", "unknown")
"""Bands in which ages are counted, by the younger end of what is said of the child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Children of one kind: those of the viewer's own member exactly, those of others as `of_others` has them.

    The same of how many of them are safeguarded.
    """

    key: str
    own: int
    others: int | None
    own_safeguarded: int
    others_safeguarded: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Lines, and the total over all."""

    lines: tuple[Line, ...]
    total: Line


def of_others(number: int) -> int | None:
    """A number of other members as it may be shown: in whole fives, None where it is small and not none."""
    return None if 0 < number < SMALL else number - number % SMALL
