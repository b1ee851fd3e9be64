"""The times of a series as a strip of dots, drawn as shapes of the page, with a table that says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy

from clew.actions.surveying import Day
from clew.domain.series import Event
from clew.web.words import Words

WIDTH, LEFT, ROW = 900, 150, 34
TICKS_MAX = 12
RADIUS_MAX = 12.0

EVENTS: Mapping[Event, Words] = {
    Event.TAKEN: gettext_lazy("taken"), Event.TAKEN_IN: gettext_lazy("taken in"),
    Event.EXHIBIT_ENTERED: gettext_lazy("exhibit entered"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    x: str
    y: str
    radius: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the strip: what happened, and where its words stand."""

    words: Words
    y: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    words: str
    x: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The strip, and the rows of its table: (what, month, how many)."""

    width: int
    height: int
    left: int
    lines: Sequence[Line]
    dots: Sequence[Dot]
    ticks: Sequence[Tick]
    months: Sequence[tuple[Words, date, int]]


def timeline(days: Sequence[Day]) -> Timeline | None:
    """The strip of these days; None where nothing has a day."""
    if not days:
        return None
    first, last = min(one.day for one in days), max(one.day for one in days)
    events = sorted({one.event for one in days})
    at = {event: ROW * (place + 0.6) for place, event in enumerate(events)}
    most = max(one.count for one in days)
    return Timeline(
        width=WIDTH, height=ROW * len(events) + 24, left=LEFT,
        lines=[Line(words=EVENTS[event], y=_number(y)) for event, y in at.items()],
        dots=[
            Dot(x=_place(one.day, first, last), y=_number(at[one.event]),
                radius=_number(3 + (RADIUS_MAX - 3) * (one.count / most) ** 0.5 if most > 1 else 4))
            for one in days
        ],
        ticks=[Tick(words=words, x=_place(day, first, last)) for words, day in _ticks(first, last)],
        months=_months(days),
    )  # fmt: skip


def _place(day: date, first: date, last: date) -> str:
    share = (day - first).days / max(1, (last - first).days)
    return _number(LEFT + 16 + share * (WIDTH - LEFT - 60))


def _number(value: float) -> str:
    """A number as a drawing has it, whatever the language of the page."""
    return f"{value:.1f}"


def _ticks(first: date, last: date) -> list[tuple[str, date]]:
    """Beginnings of years or, within two years, of months; and the first day where none lies between."""
    by_year = (last - first).days > 730
    found = []
    day = first.replace(day=1)
    while day <= last:
        if day >= first and (not by_year or day.month == 1):
            found.append((f"{day:%Y}" if by_year else f"{day:%Y-%m}", day))
        day = (day + timedelta(days=32)).replace(day=1)
    step = max(1, -(-len(found) // TICKS_MAX))
    return found[::step] or [(first.isoformat(), first)]


def _months(days: Sequence[Day]) -> list[tuple[Words, date, int]]:
    counted: dict[tuple[Event, date], int] = {}
    for one in days:
        key = one.event, one.day.replace(day=1)
        counted[key] = counted.get(key, 0) + one.count
    return [(EVENTS[event], month, count) for (event, month), count in sorted(counted.items())]
