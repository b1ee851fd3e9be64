"""The law of the clock: a request ends at the place of receipt, four or nine calendar months after its day, to the instant."""

import inspect
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from types import ModuleType

import pytest

from clew.domain import clock
from clew.records import rights
from tests.world.kept import connected
from tests.world.world import World

DAYS = [date(1999, 1, 1) + timedelta(days=number) for number in range(40 * 366)]
BY_MONTH: dict[int, list[date]] = {}
for _day in DAYS:
    BY_MONTH.setdefault(_day.year * 12 + _day.month, []).append(_day)
WEST, EAST = -12 * 60, 14 * 60
MOMENT = timedelta(microseconds=1)
PLANTED = [
    date(2025, 10, 31), date(2027, 10, 31), date(2027, 10, 30), date(2027, 10, 29), date(2027, 10, 28),  # into February
    date(2024, 5, 31), date(2027, 5, 31), date(2023, 5, 29), date(2023, 5, 30),  # nine months on: leap and common years
    date(2024, 2, 29), date(2023, 2, 28), date(2026, 1, 31), date(2026, 8, 31), date(2026, 9, 1), date(2026, 12, 31),
    date(2026, 3, 31), date(2026, 4, 1), date(2035, 10, 31), date(2000, 2, 29),
]  # fmt: skip
MONTHS = {"access": 4, "correction": 9, "deletion": 9}


def oracle(day: date, months: int) -> date:
    """The last day of the right month that is no later in it than the day of receipt."""
    return max(one for one in BY_MONTH[day.year * 12 + day.month + months] if one.day <= day.day)


def end_by_seconds(day: date, offset_minutes: int) -> datetime:
    """When the day is over at a place so far from UTC, by seconds of the epoch."""
    seconds = ((day - date(1970, 1, 1)).days + 1) * 86_400 - offset_minutes * 60
    return datetime.fromtimestamp(seconds, UTC)


def receipts(seed: int) -> Iterator[datetime]:
    """Planted days and days at random, in many zones, at both edges of the day and within."""
    chance = random.Random(seed)
    days = [*PLANTED, *(chance.choice(DAYS[: 36 * 365]) for _ in range(300))]
    for day in days:
        for minutes in (WEST, EAST, 0, 60, -180, 345, chance.randint(WEST, EAST)):
            zone = timezone(timedelta(minutes=minutes))
            for hour, minute, second in ((0, 0, 0), (0, 30, 0), (23, 59, 59), (12, 0, 0)):
                yield datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)


def law(of: ModuleType, seed: int = 1) -> None:
    for received_at in receipts(seed):
        for kind in of.RequestKind:
            due = oracle(date(received_at.year, received_at.month, received_at.day), MONTHS[kind.value])
            made = of.Clock(kind=kind, received_at=received_at)
            end = end_by_seconds(due, int(received_at.utcoffset().total_seconds()) // 60)
            assert (made.due_on, made.ends_at) == (due, end)
            check_timing(of, end)


def check_timing(of: ModuleType, end: datetime) -> None:
    soon = end - timedelta(days=30)
    long_before, after = end - timedelta(days=90), end + timedelta(days=400)
    wanted = {
        (soon - MOMENT, None): "in-time", (soon, None): "due-soon", (end - MOMENT, None): "due-soon",
        (end, None): "overdue", (end + MOMENT, None): "overdue",
        (after, end - MOMENT): "in-time", (after, end): "overdue", (after, long_before): "in-time",
        (soon, long_before): "in-time",
    }  # fmt: skip
    for (now, decided_at), said in wanted.items():
        assert of.timing(end, now, decided_at).value == said
    for asked_at, answer in (
        (long_before, long_before + timedelta(days=30)), (soon - MOMENT, end - MOMENT), (soon + MOMENT, end),
        (end - timedelta(days=7), end), (end - timedelta(days=7) + MOMENT, end + MOMENT), (end, end + timedelta(days=7)),
        (after, after + timedelta(days=7)),
    ):  # fmt: skip
        assert of.answer_ends_at(asked_at, end) == answer


def test_every_request_ends_when_its_months_are_over_where_it_was_received() -> None:
    law(clock)


MUTANTS = {
    "five months": ("RequestKind.ACCESS: 4", "RequestKind.ACCESS: 5"),
    "corrections are quick": ("RequestKind.CORRECTION: 9", "RequestKind.CORRECTION: 4"),
    "a month is thirty days": ("return add_months(self.received_on, MONTHS[self.kind])", "return self.received_on + timedelta(days=30 * MONTHS[self.kind])"),
    "no leap days": ("(day.day, 30, 29, 28)", "(day.day, 30, 28)"),
    "no thirtieth": ("(day.day, 30, 29, 28)", "(day.day, 29, 28)"),
    "december stays in its year": ("day.year * 12 + day.month - 1 + months", "day.year * 12 + day.month + months"),
    "days of UTC": ("return self.received_at.date()", "from datetime import UTC\n        return self.received_at.astimezone(UTC).date()"),
    "the end of UTC's day": ("tzinfo=self.received_at.tzinfo", "tzinfo=__import__('datetime').UTC"),
    "the last day is too late": ("self.due_on + timedelta(days=1)", "self.due_on"),
    "a day of grace": ("self.due_on + timedelta(days=1)", "self.due_on + timedelta(days=2)"),
    "the end itself is in time": (">= ends_at:", "> ends_at:"),
    "late for ever": ("(now if decided_at is None else decided_at) >=", "now >="),
    "warned late": ("ends_at - now <= WARNING", "ends_at - now < WARNING"),
    "decided ones are due": ("if decided_at is None and ends_at", "if ends_at"),
    "an answer beyond the clock": ("min(asked_at + ANSWER_TERM, clock_ends_at)", "asked_at + ANSWER_TERM"),
    "no time to answer": ("return max(asked_at + ANSWER_TERM_MIN, ", "return max(asked_at, "),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_clock(mutant: str) -> None:
    source, (whole, broken) = inspect.getsource(clock), MUTANTS[mutant]
    assert source.count(whole) == 1
    made = ModuleType("broken_clock")
    __import__("sys").modules["broken_clock"] = made
    exec(source.replace(whole, broken), made.__dict__)  # noqa: S102 (our own source, broken on purpose)
    with pytest.raises(AssertionError):
        law(made)


def test_the_database_holds_each_request_to_the_same_clock(world: World) -> None:
    chance = random.Random(7)
    rows = [
        (kind, day, clock.Clock(kind=kind, received_at=datetime(day.year, day.month, day.day, tzinfo=zone)))
        for day in (*PLANTED, *chance.choices(DAYS[: 36 * 365], k=400))
        for kind in clock.RequestKind
        for zone in (timezone(timedelta(minutes=WEST)), UTC, timezone(timedelta(minutes=EAST)))
    ]
    with connected(**world.facts.as_owner()) as owner:
        for days, hours, is_held in ((0, 0, True), (1, 0, False), (-1, 0, False), (0, 40, False), (0, -40, False)):
            said = owner.execute(
                f"""
                select bool_and({rights.CLOCK_IS_ITS_KINDS}), bool_or({rights.CLOCK_IS_ITS_KINDS})
                  from unnest(%s::text[], %s::date[], %s::date[], %s::timestamptz[]) as t (kind, received_on, due_on, ends_at)""",
                [
                    [kind.value for kind, _, _ in rows], [day for _, day, _ in rows],
                    [one.due_on + timedelta(days=days) for _, _, one in rows],
                    [one.ends_at + timedelta(days=days, hours=hours) for _, _, one in rows],
                ],
            ).fetchone()
            assert said == (is_held, is_held), (days, hours)
