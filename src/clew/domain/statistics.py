"""Statistics for coordinators: whether cooperation works, in numbers that name nobody; what the public may be told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from clew.domain.errors import StepRefused
from clew.domain.officer import Role

ROLES_THAT_COUNT = frozenset({Role.COORDINATOR, Role.NATIONAL_ADMINISTRATOR, Role.PROGRAM})
"""Who reads them; of programs those that were lent the scope (actions/lending.py)."""
"""Who reads statistics: who speaks with other members for the own one."""
DAYS_KEPT = 62
"""So long each day is kept; the last of each month stays."""

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

VIEWING_SECONDS: Mapping[str, int] = {"image": 3, "video": 60}
"""How long an officer is assumed to look at a medium of which nothing is known; others count as an image."""
ASSUMPTION = (
    f"Assumed: whoever looks at an unknown image takes {VIEWING_SECONDS['image']} seconds, at a moving one"
    f" {VIEWING_SECONDS['video']}, and does not look at what is known."
)


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
    saved: tuple[Saved, ...]
    over_time: tuple[Number, ...] = ()
    """Stocks of the own member at the end of each month and on the last day that was counted."""

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


def statistics(numbers: Iterable[Number], over_time: Iterable[Number] = ()) -> Statistics:
    """The numbers in the order in which they are read, and what is saved by each whose they are."""
    order = {figure: at for at, figure in enumerate(WORDS)}
    known = sorted(
        (one for one in numbers if one.figure in order),
        key=lambda one: (not one.is_own, one.member, order[one.figure], one.of),
    )
    whose = dict.fromkeys((one.is_own, one.member) for one in known if one.figure == "arrivals.arrived")
    saved = tuple(_saved(known, *each) for each in whose)
    return Statistics(numbers=tuple(known), saved=saved, over_time=tuple(over_time))


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
