"""Statistics for coordinators: whether cooperation works, in numbers that name nobody; what the public may be told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clew.domain.errors import Invalid, StepRefused
from clew.domain.officer import Role

ROLES_THAT_COUNT = frozenset({Role.COORDINATOR, Role.NATIONAL_ADMINISTRATOR, Role.PROGRAM})
"""Who reads statistics: who speaks with other members for the own one; of programs those that were lent the scope."""
DAYS_KEPT = 62
"""So long each day is kept; the last of each month stays, and what came by the day."""

DAYS = ("30", "90", "365")
"""Periods of so many days until the last that was counted."""
ALL_TIME = "all"
USUAL = "365"
"""The period where none was said."""
_YEAR = re.compile(r"(?a:[2-9]\d{3})")

WORDS: Mapping[str, str] = {
    "members.connected": "Members with an officer who may work",
    "officers.certified": "Officers who may work",
    "media.held": "Media held",
    "series.held": "Series",
    "overlaps.consented": "Overlaps to which both sides consented",
    "waits.to_lead": "From upload to the first lead on a series",
    "waits.to_consent": "From the notice of an overlap to consent",
    "waits.to_answer": "From a question of another member to its answer",
    "victims.identified": "Children identified",
    "victims.safeguarded": "Children safeguarded",
    "arrivals.arrived": "Media that came in seizures in 365 days",
    "arrivals.known": "Of these known on arrival",
}
"""By figure, in the order in which they are read."""
FLOWS: Mapping[str, str] = {
    "arrivals.arrived": "Media that came in seizures",
    "arrivals.known": WORDS["arrivals.known"],
    "overlaps.consented": WORDS["overlaps.consented"],
    "victims.identified": WORDS["victims.identified"],
    "victims.safeguarded": WORDS["victims.safeguarded"],
    "waits.to_lead": WORDS["waits.to_lead"],
    "waits.to_consent": WORDS["waits.to_consent"],
    "waits.to_answer": WORDS["waits.to_answer"],
}
"""What is counted in a period, by figure: of the own member, exactly."""
LINKED = "overlaps.linked"
"""The same overlaps by the other member, as far as the viewer may see them."""
ARRIVALS = ("arrivals.arrived", "arrivals.known")
"""What came is no stock: it is always of days."""
COUNTED = "counted"
ANSWERS = "answers"
"""What came by what triage would have said of it at the end of the day; of the own member alone."""

VIEWING_SECONDS: Mapping[str, int] = {"image": 3, "video": 60}
"""How long an officer is assumed to look at a medium of which nothing is known; others count as an image."""
ASSUMPTION = (
    f"Assumed: whoever looks at an unknown image takes {VIEWING_SECONDS['image']} seconds, at a moving one"
    f" {VIEWING_SECONDS['video']}, and does not look at what is known."
)


@dataclass(frozen=True, slots=True)
class Period:
    """One of a closed list: so many days until the last that was counted, a whole calendar year, or all time.

    Free days would let somebody subtract one period from another until a small number is left (docs/decisions/0043).
    """

    name: str

    @property
    def is_days(self) -> bool:
        return self.name in DAYS

    @property
    def is_year(self) -> bool:
        return not self.is_days and self.name != ALL_TIME

    @property
    def tells_arrivals_of_others(self) -> bool:
        """Whether of others it is told what came in it: where that was told without a period too."""
        return self.is_year or self.name == USUAL


THE_USUAL = Period(USUAL)


def period(untrusted_name: str) -> Period:
    """The period of that name; the usual one where none was said.

    Raises:
        Invalid: there is no such period.
    """
    name = untrusted_name or USUAL
    if name not in (*DAYS, ALL_TIME) and not _YEAR.fullmatch(name):
        raise Invalid("A period is 30, 90 or 365 days, a whole year such as 2025, or all.")
    return Period(name)


def periods(years: Iterable[str]) -> tuple[Period, ...]:
    """The closed list: days, the years of which there are numbers, the latest first, and all time."""
    return tuple(Period(name) for name in (*DAYS, *sorted(years, reverse=True), ALL_TIME))


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number: of the viewer's own member, of another (`member` is its code), or of all others together (empty).

    `of`: the kind, state or measure; `number` is None where it is too small to be told. Waits are in seconds.
    """

    is_own: bool
    member: str
    figure: str
    of: str
    day: date
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What being known on arrival saves: share of what came, hours of looking under `ASSUMPTION`; None: not told."""

    is_own: bool
    member: str
    share: float | None
    hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The numbers of one viewer, and what follows from them."""

    numbers: tuple[Number, ...]
    """As it stood at the end of the period; what came, of the 365 days until then."""
    saved: tuple[Saved, ...]
    period: Period = THE_USUAL
    periods: tuple[Period, ...] = ()
    """Those that may be asked for."""
    in_period: tuple[Number, ...] = ()
    """What was in the period, of the own member: figures of `FLOWS`."""
    period_day: date | None = None
    """The last day of the period; None where it was not counted yet."""
    has_arrivals: bool = False
    """Whether what came was counted on every day of it."""
    linked: tuple[Number, ...] = ()
    """Overlaps in the period, by the other member (`of`): those to which both consented and that the viewer may see."""
    over_time: tuple[Number, ...] = ()
    """Of the own member, within the period: stocks at the end of each month and on the last day that was counted, and
    what came by month."""

    @property
    def own_day(self) -> date | None:
        """As of when the own numbers are; None where nothing was counted yet."""
        return max((one.day for one in self.numbers if one.is_own and one.member), default=None)

    @property
    def others_day(self) -> date | None:
        """As of when those of others are: the last day of a month that is over."""
        return max((one.day for one in self.numbers if not one.is_own), default=None)


def check_counts(role: Role) -> None:
    """Refuse whoever does not speak with other members.

    Raises:
        StepRefused: the officer is neither a coordinator nor an administrator.
    """
    if role not in ROLES_THAT_COUNT:
        raise StepRefused("Statistics are read by coordinators and administrators.")


def statistics(
    numbers: Iterable[Number],
    over_time: Iterable[Number] = (),
    *,
    of: Period = THE_USUAL,
    offered: Sequence[Period] = (),
    in_period: Iterable[Number] = (),
    linked: Iterable[Number] = (),
) -> Statistics:
    """The numbers in the order in which they are read, and what is saved by each whose they are."""
    order = {figure: at for at, figure in enumerate(WORDS)}
    known = sorted(
        (one for one in numbers if one.figure in order),
        key=lambda one: (not one.is_own, one.member, order[one.figure], one.of),
    )
    given = tuple(in_period)
    counted = {one.of: one.day for one in given if one.figure == COUNTED}
    places = {figure: at for at, figure in enumerate(FLOWS)}
    came = sorted(
        (one for one in given if one.figure in FLOWS), key=lambda one: (places[one.figure], one.of)
    )
    arrivals = [*came, *(one for one in known if not one.is_own and of.tells_arrivals_of_others)]
    whose = dict.fromkeys((one.is_own, one.member) for one in arrivals if one.figure == "arrivals.arrived")
    return Statistics(
        numbers=tuple(known), saved=tuple(_saved(arrivals, *each) for each in whose), period=of,
        periods=tuple(offered), in_period=tuple(came), period_day=counted.get(""), has_arrivals="arrivals" in counted,
        linked=tuple(linked), over_time=tuple(over_time),
    )  # fmt: skip


def _saved(numbers: list[Number], is_own: bool, member: str) -> Saved:
    def counted(figure: str) -> dict[str, int | None]:
        return {
            one.of: one.number for one in numbers if (one.is_own, one.member, one.figure) == (is_own, member, figure)
        }

    arrived, known = counted("arrivals.arrived"), counted("arrivals.known")
    if None in (*arrived.values(), *known.values()):
        return Saved(is_own=is_own, member=member, share=None, hours=None)
    came, met = sum(filter(None, arrived.values())), sum(filter(None, known.values()))
    seconds = sum((number or 0) * VIEWING_SECONDS.get(of, VIEWING_SECONDS["image"]) for of, number in known.items())
    return Saved(is_own=is_own, member=member, share=met / came if came else None, hours=seconds / 3600)
