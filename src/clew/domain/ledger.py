"""The victim ledger: each child counted once, and small numbers of other members not shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

SMALL = 5
"""A number below this, and above none, is not shown outside the member that it is about: it could name a child."""


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
    """Children of one kind: those of the viewer's own member exactly, those of others, None where that is small.

    The same of how many of them are safeguarded.
    """

    key: str
    own: int
    others: int | None
    own_safeguarded: int
    others_safeguarded: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Lines that may be shown, and the total over all."""

    lines: tuple[Line, ...]
    total: Line


def hidden(number: int) -> int | None:
    """The number of others as it may be shown: None where it is small and not none."""
    return None if 0 < number < SMALL else number


def shown(lines: Sequence[Line], total: Line) -> Ledger:
    """The lines so that no small number of others follows from the rest and the total.

    Where only one line is hidden, the total less all others would give it: the smallest other one is hidden too.
    """
    others = _covered(lines, [line.others for line in lines])
    safeguarded = _covered(lines, [line.others_safeguarded for line in lines])
    found = (
        replace(line, others=number, others_safeguarded=safe)
        for line, number, safe in zip(lines, others, safeguarded, strict=True)
    )
    return Ledger(lines=tuple(found), total=total)


def _covered(lines: Sequence[Line], numbers: Sequence[int | None]) -> list[int | None]:
    found = list(numbers)
    shown_ones = [(number, lines[at].key, at) for at, number in enumerate(numbers) if number]
    if found.count(None) == 1 and shown_ones:
        found[min(shown_ones)[2]] = None
    return found
