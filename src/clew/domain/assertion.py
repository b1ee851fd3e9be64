"""How an assertion (a clue, a link) lies: what lasts, and what restricts it for a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clew.domain.errors import Invalid
from clew.domain.handling import Handling, narrowest


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A handling that it was given. It goes with the row, and is told to the own member alone.

    With `until` it is a restriction beside what else holds, to the day before `until`; without, it lasts, in the place
    of what lasted before. `is_end`: restrictions before it ended with it, before their time, and `given` is what held
    again. Of both `lasting` is what lasted then; None: whatever it is about lies under, and it follows that.
    """

    given: Handling
    reason: str
    by: str
    at: datetime
    until: date | None = None
    is_end: bool = False
    lasting: Handling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """What an assertion lies under from now on; on the day `until` something of it ends.

    `follows`: it lies as what it is about does, and goes on so when that changes.
    """

    handling: Handling
    follows: bool
    until: date | None


def lasting_of(handled: Sequence[Handled], entered: Handling | None) -> Handling | None:
    """What lasts beneath all restrictions with an end; None: whatever it is about lies under.

    `entered` is the same of what was given nothing since.
    """
    if not handled:
        return entered
    last = handled[-1]
    return last.lasting if last.is_end or last.until is not None else last.given


def restrictions(handled: Sequence[Handled], today: date) -> list[Handled]:
    """Those that end and have not: each holds beside the others, to its own end."""
    found: list[Handled] = []
    for one in handled:
        if one.is_end:
            found = []
        elif one.until is not None and one.until > today:
            found.append(one)
    return found


def lying(lasting: Handling, handled: Sequence[Handled], today: date, *, follows: bool) -> Lying:
    """What lasts, narrowed by every restriction that has not ended.

    Raises:
        Invalid: together they name more members than a record can hold.
    """
    held = restrictions(handled, today)
    try:
        handling = narrowest(lasting, *(one.given for one in held))
    except ValueError:
        raise Invalid("Together these restrictions name more members than a record can hold.") from None
    until = min((one.until for one in held if one.until is not None), default=None)
    return Lying(handling=handling, follows=follows and not held, until=until)
