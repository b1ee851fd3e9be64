"""The clock of a request: by when a member has decided on what somebody asks about their own data.

Source: Statute of INTERPOL's Commission for the Control of Files, article 40: four months for access, nine for
correction and deletion. Counted here from the day of receipt, the strictest reading, and never stopped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from clew.domain.errors import Invalid

YEAR_FIRST, YEAR_LAST = 1990, 9000
WARNING = timedelta(days=30)
"""So long before its end a clock is shown as due soon."""
ANSWER_TERM = timedelta(days=30)
"""What the owner of a record has for its answer when it is consulted."""
ANSWER_TERM_MIN = timedelta(days=7)
"""However little is left of the clock: nobody can answer in no time."""
ZONES_DIFFER = timedelta(hours=14)
"""A day begins so much earlier in the east than in UTC."""


class RequestKind(StrEnum):
    """What is asked for. The words are stored; never reuse one."""

    ACCESS = "access"
    CORRECTION = "correction"
    DELETION = "deletion"


MONTHS: Mapping[RequestKind, int] = {
    RequestKind.ACCESS: 4,
    RequestKind.CORRECTION: 9,
    RequestKind.DELETION: 9,
}


class Timing(StrEnum):
    """A request against its clock: what was decided is IN_TIME or OVERDUE for ever."""

    IN_TIME = "in-time"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """By when a request is decided. `received_at` has the time zone of the place that received it."""

    kind: RequestKind
    received_at: datetime

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise Invalid("The receipt of a request is a time with its zone.")
        if not YEAR_FIRST <= self.received_at.year <= YEAR_LAST:
            raise Invalid("The receipt of a request is a day that can have been.")

    @property
    def received_on(self) -> date:
        """The day of receipt where it was received: a letter of half past midnight in Oslo is not of the day before."""
        return self.received_at.date()

    @property
    def due_on(self) -> date:
        """The last day on which it is decided in time."""
        return add_months(self.received_on, MONTHS[self.kind])

    @property
    def ends_at(self) -> datetime:
        """The first moment that is too late: the end of the last day, at the place of receipt."""
        return datetime.combine(self.due_on + timedelta(days=1), time(), tzinfo=self.received_at.tzinfo)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has no such day.

    Source: the habit of terms in law (Regulation (EEC) 1182/71, article 3(2)(c)); PostgreSQL's intervals do the same.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(years, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError("no month is shorter than 28 days")


def timing(ends_at: datetime, now: datetime, decided_at: datetime | None = None) -> Timing:
    """How a request stands: by when it was decided, or by now where it was not."""
    if (now if decided_at is None else decided_at) >= ends_at:
        return Timing.OVERDUE
    if decided_at is None and ends_at - now <= WARNING:
        return Timing.DUE_SOON
    return Timing.IN_TIME


def answer_ends_at(asked_at: datetime, clock_ends_at: datetime) -> datetime:
    """By when an owner that is consulted has answered: 30 days, or what is left of the clock; a week at least."""
    return max(asked_at + ANSWER_TERM_MIN, min(asked_at + ANSWER_TERM, clock_ends_at))


def check_receipt(clock: Clock, now: datetime) -> None:
    """Refuse a receipt that is still to come.

    Raises:
        Invalid: it is.
    """
    if clock.received_at > now + ZONES_DIFFER:
        raise Invalid("The request was not received yet: say the day on which it came.")
