"""What is said of a person without saying who it is: sex, and an age band at a date."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clew.domain.errors import Invalid

AGE_YEARS_MAX = 120
ADULT_YEARS = 18
BIRTHDAYS = "An age band is written 7-9, or 8, with the day on which it held, such as 2023-04-15."


class Sex(StrEnum):
    """As it is seen. The words are stored; never reuse one."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeBand:
    """Between which ages, in completed years, a person may have been on a day."""

    youngest: int
    oldest: int
    on: date

    def __post_init__(self) -> None:
        if not 0 <= self.youngest <= self.oldest <= AGE_YEARS_MAX:
            raise Invalid(
                "An age band goes from the younger to the older, within 0 to {most} years.", most=AGE_YEARS_MAX
            )

    def at(self, day: date) -> tuple[int, int]:
        """Between which ages the person is on another day; of one long before, from 0 on.

        Birthdays are not known: so many have passed as full years between the days, or one more.
        """
        first, last = sorted((self.on, day))
        full = last.year - first.year - ((last.month, last.day) < (first.month, first.day))
        more = full if (last.month, last.day) == (first.month, first.day) else full + 1
        if day >= self.on:
            return self.youngest + full, self.oldest + more
        return max(0, self.youngest - more), max(0, self.oldest - full)

    def is_surely_adult(self, day: date) -> bool:
        """Whether the person has come of age by that day, whatever the birthday was."""
        return self.at(day)[0] >= ADULT_YEARS


def age_band(untrusted_ages: str, on: date | None) -> AgeBand | None:
    """The band that somebody wrote, such as `7-9`; None where nothing was written.

    Raises:
        Invalid: it is no band, or the day is missing, or there is a day and no band.
    """
    words = untrusted_ages.strip()
    if not words and on is None:
        return None
    youngest, dash, oldest = words.partition("-")
    ends = (youngest.strip(), oldest.strip() if dash else youngest.strip())
    if on is None or not all(end.isascii() and end.isdigit() and len(end) <= 3 for end in ends):
        raise Invalid(BIRTHDAYS)
    return AgeBand(youngest=int(ends[0]), oldest=int(ends[1]), on=on)
