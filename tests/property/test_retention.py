"""The law of retention: what ends on a day, and what is kept, is what an oracle of this file says.

The oracle knows the rules in words of its own, counts days by itself, and keeps a world of plain values beside the
database's. It is held against the statements that list and end subjects, and against what a run leaves.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection

from clew.actions import ending
from clew.domain.agreement import State
from clew.domain.cover import Cover
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import calendar_of
from clew.records import blocks, covers, decisions, hash_lists, retentions
from clew.records.handlings import Subject
from clew.records.session import acting_as
from tests.end_to_end.test_retention_page import NoVault
from tests.world.world import World, handling, insert

CASES, EXHIBITS, LISTS, SERIES, MEDIA = 8, 3, 4, 4, 40
WORLDS = 4
"""In so many the oracle is asked; mutants are looked for in two more."""
TERMS = {
    SubjectKind.CASE: 5, SubjectKind.EXHIBIT: 3, SubjectKind.SERIES: 7, SubjectKind.HASH_LIST: 1,
    SubjectKind.VICTIM: 2, SubjectKind.OFFENDER: 4, SubjectKind.PLACE: 6,
}  # fmt: skip
EDGES = [
    date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 1), date(2023, 12, 31), date(2024, 1, 1), date(2023, 8, 31),
    date(2024, 8, 31), date(2023, 8, 29), date(2024, 8, 30), date(2023, 3, 31), date(2023, 9, 30), date(2022, 2, 28),
]  # fmt: skip
"""Leap days, ends of months that six months before are shorter, ends of years."""


# The oracle --------------------------------------------------------------------------------------


@dataclass
class Thing:
    """A subject as the oracle knows it."""

    kind: SubjectKind
    entered: date
    cover: date | None = None
    longer: date | None = None
    intakes: list[date] = field(default_factory=list)
    blocked: bool = False
    inside: list[UUID] = field(default_factory=list)
    within: UUID | None = None
    media: set[UUID] = field(default_factory=set)


World_ = dict[UUID, Thing]


def days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def moved(day: date, months: int) -> date:
    """A day so many months later or earlier, on the last of its month where there is none of its number."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    return date(year, month, min(day.day, days_in(year, month)))


def alone(thing: Thing) -> date:
    said = thing.longer or thing.cover or moved(thing.entered, 12 * TERMS[thing.kind])
    return max([said, *thing.intakes])


def end_of(things: World_, one: UUID) -> date:
    thing = things[one]
    if thing.kind is SubjectKind.EXHIBIT:
        case = things[thing.within]  # type: ignore[index]
        return max(alone(thing), case.longer) if case.longer else alone(thing)
    return max([alone(thing), *(end_of(things, each) for each in thing.inside)])


def is_blocked(things: World_, one: UUID) -> bool:
    thing = things[one]
    if thing.kind is SubjectKind.EXHIBIT:
        return is_examined(things, one) or things[thing.within].blocked  # type: ignore[index]
    return thing.blocked or any(is_examined(things, each) for each in thing.inside)


def is_examined(things: World_, exhibit: UUID) -> bool:
    """The exhibit is blocked itself, or holds a medium of a series that is."""
    return things[exhibit].blocked or any(
        other.blocked and other.kind is SubjectKind.SERIES and other.media & things[exhibit].media
        for other in things.values()
    )


def ends(things: World_, one: UUID, day: date) -> bool:
    return not is_blocked(things, one) and day >= end_of(things, one)


def asked(things: World_, one: UUID, day: date) -> bool:
    return day >= moved(end_of(things, one), -6)


def left(things: World_, day: date) -> tuple[set[UUID], set[UUID]]:
    """Subjects and media that are there once everything has ended that ends on `day`."""
    gone = {one for one in things if ends(things, one, day)}
    gone |= {each for one in gone for each in things[one].inside}
    stay = set(things) - gone
    held = {medium for one in stay for medium in things[one].media}
    touched = {medium for one in gone for medium in things[one].media}
    every = {medium for thing in things.values() for medium in thing.media}
    return stay, every - (touched - held)


# The world ---------------------------------------------------------------------------------------


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def some_day(chance: random.Random) -> date:
    return chance.choice(EDGES) if chance.random() < 0.7 else date(2022, 1, 1).replace(
        year=chance.choice([2022, 2023, 2024]), month=chance.randint(1, 12), day=chance.randint(1, 28)
    )  # fmt: skip


def end_day(chance: random.Random) -> date:
    day = some_day(chance)
    return moved(day, 12 * chance.randint(3, 6)) if chance.random() < 0.8 else date(day.year + 4, 2, 28)


def made(world: World, officer: Actor, chance: random.Random) -> World_:
    """A unit's cases, exhibits, lists and series with media that lie in several, in the database and for the oracle."""
    things: World_ = {}
    media = [world.medium(officer) for _ in range(MEDIA)]
    for number in range(CASES):
        case_id = None
        for other in range(chance.randint(0, EXHIBITS)):
            exhibit_id = world.exhibit(officer, f"C{number}", f"E{other}")
            with acting_as(officer) as session, session.cursor() as cursor:
                cursor.execute("select case_id from exhibits where id = %s", [exhibit_id])
                case_id = cursor.fetchone()[0]
            things.setdefault(case_id, Thing(kind=SubjectKind.CASE, entered=some_day(chance)))
            things[exhibit_id] = Thing(kind=SubjectKind.EXHIBIT, entered=some_day(chance), within=case_id)
            things[case_id].inside.append(exhibit_id)
            for medium in chance.sample(media, chance.randint(0, 5)):
                world.occurrence(officer, medium, f"C{number}", f"E{other}")
                things[exhibit_id].media.add(medium)
    with acting_as(officer) as session:
        for number in range(LISTS):
            list_id = hash_lists.open_list(session, f"L{number}", handling(officer))
            things[list_id] = Thing(kind=SubjectKind.HASH_LIST, entered=some_day(chance))
            for medium in chance.sample(media, chance.randint(0, 4)):
                row = {"list_id": list_id, "medium_id": medium, **covered(officer)}
                insert(session, "listings", row, returning="medium_id")
                things[list_id].media.add(medium)
    for number in range(SERIES):
        inside = chance.sample(media, chance.randint(0, 6))
        series_id = world.series(officer, f"S{number}", inside)
        things[series_id] = Thing(kind=SubjectKind.SERIES, entered=some_day(chance), media=set(inside))
    for kind in NOUNS:
        table, _ = TABLES[kind]
        with acting_as(officer) as session:
            entered, more = some_day(chance), {"kind": "room"} if kind is SubjectKind.PLACE else {}
            row = {"entered_by": "ada", "entered_at": noon(entered), **covered(officer), **more}
            things[insert(session, table, row)] = Thing(kind=kind, entered=entered)
    for one, thing in things.items():
        decide(officer, one, thing, chance)
    return things


def covered(officer: Actor) -> dict[str, object]:
    from clew.records.session import handling_columns

    return handling_columns(handling(officer))


TABLES = {
    SubjectKind.CASE: ("cases", "opened_at"), SubjectKind.EXHIBIT: ("exhibits", "entered_at"),
    SubjectKind.SERIES: ("series", "entered_at"), SubjectKind.HASH_LIST: ("hash_lists", "entered_at"),
    SubjectKind.VICTIM: ("victims", "entered_at"), SubjectKind.OFFENDER: ("offenders", "entered_at"),
    SubjectKind.PLACE: ("places", "entered_at"),
}  # fmt: skip


NOUNS = (SubjectKind.VICTIM, SubjectKind.OFFENDER, SubjectKind.PLACE)


def decide(officer: Actor, one: UUID, thing: Thing, chance: random.Random) -> None:
    """Covers, intakes, decisions and blocks by chance, for the database and the oracle."""
    table, column = TABLES[thing.kind]
    with acting_as(officer) as session, session.cursor() as cursor:
        if thing.kind not in NOUNS:  # when these were entered nobody changes
            cursor.execute(f"update {table} set {column} = %s where id = %s", [noon(thing.entered), one])
        if chance.random() < 0.6:
            thing.cover = end_day(chance)
            kept = covers.keep(session, handling(officer), Cover(retention_end=thing.cover))
            cursor.execute(f"update {table} set cover_id = %s where id = %s", [kept, one])
        if thing.kind in (SubjectKind.EXHIBIT, SubjectKind.HASH_LIST) and chance.random() < 0.5:
            day, said = some_day(chance), end_day(chance) if chance.random() < 0.7 else None
            kept = None if said is None else covers.keep(session, handling(officer), Cover(retention_end=said))
            place = "exhibit_id" if thing.kind is SubjectKind.EXHIBIT else "list_id"
            row = {
                place: one, "source": b"x", "source_kind": "folder", "started_by": "ada", "started_at": noon(day),
                "host": "here", "keeps_bytes": False, "cover_id": kept, **covered(officer),
            }  # fmt: skip
            insert(session, "intakes", row)
            thing.intakes.append(said or moved(day, 12 * TERMS[thing.kind]))
        if chance.random() < 0.3:
            later = max(alone(thing), end_day(chance))
            decisions.add(session, thing.kind, one, moved(later, -1), "An earlier word.", State.IN_FORCE)
            decisions.add(session, thing.kind, one, later, "An appeal.", State.IN_FORCE)
            decisions.add(session, thing.kind, one, moved(later, 24), "Not agreed to.", State.PROPOSED)
            decisions.add(session, thing.kind, one, None, "It shall end.", State.IN_FORCE)
            thing.longer = later
        if chance.random() < (0.5 if thing.kind is SubjectKind.SERIES else 0.2):
            subject = Subject(kind=thing.kind, id=one, handling=handling(officer), cover_id=None)
            block = blocks.lay(session, subject, "Under examination.", UUID(int=1), "ada")
            if chance.random() < 0.4:
                blocks.lift(session, block, "ada")
            else:
                thing.blocked = True


def days(things: World_) -> list[date]:
    """The days around every end and every review of the world: on it, the day before and the day after."""
    found = set()
    for one in things:
        for day in (end_of(things, one), moved(end_of(things, one), -6)):
            found |= {date.fromordinal(day.toordinal() + step) for step in (-1, 0, 1)}
    return sorted(found)


def foreseen(things: World_, day: date) -> set[UUID]:
    """Subjects that a list of what ends on `day` names: an exhibit that ends with its case goes with it."""
    gone = {one for one in things if ends(things, one, day)}
    return {one for one in gone if things[one].within not in gone or not together(things, one)}


def together(things: World_, one: UUID) -> bool:
    case = things[one].within
    return case is not None and end_of(things, case) <= end_of(things, one)


# The law -----------------------------------------------------------------------------------------


@pytest.fixture
def officer(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Actor]:
    monkeypatch.setattr(retentions, "said_terms", lambda _: retentions.Terms(years=TERMS, first={}))
    ada = world.officer("ada")
    with planned_once():
        yield ada


@contextmanager
def planned_once() -> Iterator[None]:
    """The same statements are asked of hundreds of days: PostgreSQL plans each once, which takes longer than to do it."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = 0
    connection.connection.execute("set plan_cache_mode = force_generic_plan")
    try:
        yield
    finally:
        connection.close()


def listed(officer: Actor, day: date, months: int = 0, is_blocked: bool | None = False) -> set[UUID]:
    with acting_as(officer) as session:
        found = retentions.until(session, day, months=months, limit=1_000, is_blocked=is_blocked)
        assert [(one.ends_on, one.id) for one in found] == sorted((one.ends_on, one.id) for one in found)
        return {one.id for one in found}


def said(officer: Actor, things: World_) -> dict[UUID, tuple[date, bool]]:
    with acting_as(officer) as session:
        return {
            one: ((kept := retentions.of(session, thing.kind, one)).ends_on, kept.is_blocked)
            for one, thing in things.items()
        }


def test_every_end_and_every_block_is_what_the_oracle_says_and_no_other_rule_says_the_same(
    world: World, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """World after world, until each broken rule was noticed in one of them."""
    unnoticed = dict(MUTANTS)
    for seed in range(6):
        things = made(world, officer, random.Random(seed))
        assert seed >= WORLDS or not differs(officer, things), seed
        unnoticed = {
            mutant: broken for mutant, broken in unnoticed.items() if not is_noticed(officer, things, broken, monkeypatch)
        }
        if seed >= WORLDS - 1 and not unnoticed:
            return
        world.empty()
        world.officer("ada")
    pytest.fail(f"no world noticed it: {', '.join(unnoticed)}")


def is_noticed(
    officer: Actor, things: World_, broken: tuple[str, Callable[[str], str]], monkeypatch: pytest.MonkeyPatch
) -> bool:
    name, breaking = broken
    otherwise = breaking(getattr(retentions, name))
    assert otherwise != getattr(retentions, name)
    with monkeypatch.context() as patched:
        patched.setattr(retentions, name, otherwise)
        return differs(officer, things)


def differs(officer: Actor, things: World_) -> bool:
    """Whether any end, block or list of the unit is another one than the oracle's."""
    if said(officer, things) != {one: (end_of(things, one), is_blocked(things, one)) for one in things}:
        return True
    for day in days(things):
        if listed(officer, day) != foreseen(things, day):
            return True
        named = {one for one in listed(officer, day, 6, None) if things[one].kind is not SubjectKind.EXHIBIT}
        if named != {one for one in things if asked(things, one, day) and things[one].kind is not SubjectKind.EXHIBIT}:
            return True
    return False


@pytest.mark.parametrize("seed", range(4))
def test_a_run_leaves_what_the_oracle_says_and_did_what_was_foreseen(
    world: World, officer: Actor, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Day after day, and nobody else's records change."""
    things = made(world, officer, random.Random(100 + seed))
    others = world.officer("sven", member="SE"), world.officer("eva", unit="INTAKE")
    for other in others:
        world.occurrence(other, world.medium(other), "OLD")
        with acting_as(other) as session, session.cursor() as cursor:
            cursor.execute("update cases set opened_at = '2090-01-01' where owner_unit = %s", [other.unit])
            cursor.execute("update exhibits set entered_at = '2090-01-01' where owner_unit = %s", [other.unit])
    monkeypatch.setattr(ending, "PLACES_PER_BATCH", 3)
    for day in days(things)[:: 5 + seed]:
        monkeypatch.setattr(ending, "today", lambda day=day: day)
        before = kept_in(world, officer)
        promised = sum(one.media for one in ending.foresee())
        ending.end_due(NoVault(), calendar_of("NO", "VICTIM-ID"))  # type: ignore[arg-type]
        subjects, media = kept_in(world, officer)
        assert (subjects, media) == left(things, day), day
        assert len(before[1]) - len(media) == promised
        assert sum(one.media for one in ending.foresee()) == 0
    for other in others:
        with acting_as(other) as session, session.cursor() as cursor:
            cursor.execute("select count(*) from media where owner_unit = %s and owner_member = %s", [other.unit, other.member])
            assert cursor.fetchone() == (1,)


def kept_in(world: World, officer: Actor) -> tuple[set[UUID], set[UUID]]:
    """Every subject and every medium of the unit that is there; a medium that never lay anywhere is left out."""
    own = f"owner_member = '{officer.member}' and owner_unit = '{officer.unit}'"
    with acting_as(officer) as session, session.cursor() as cursor:
        subjects = set()
        for table, _ in TABLES.values():
            cursor.execute(f"select id from {table} where {own}")
            subjects |= {row[0] for row in cursor}
        cursor.execute(
            f"select m.id from media m where {own} and (exists (select from occurrences o where o.medium_id = m.id)"
            " or exists (select from listings l where l.medium_id = m.id)"
            " or exists (select from series_media s where s.medium_id = m.id))"
        )
        media = {row[0] for row in cursor}
        cursor.execute(f"select count(*) from media where {own}")
        stray = MEDIA - cursor.fetchone()[0]
    assert stray >= 0
    return subjects, media


# Mutants: a law counts only once it has killed them -----------------------------------------------

MUTANTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "a day late": ("_UNTIL", lambda sql: sql.replace("::date <= %(day)s", "::date < %(day)s")),
    "a day early": ("_UNTIL", lambda sql: sql.replace("::date <= %(day)s", "::date <= %(day)s + 1")),
    "blocked things end": ("_UNTIL", lambda sql: sql.replace("t.is_blocked = %(asked_blocked)s)", "true)", 1)),
    "a lifted block holds": ("_HELD", lambda sql: sql.replace("where lifted_at is null and member", "where member")),
    "a block of an exhibit does not hold its case": (
        "_ENDS", lambda sql: sql.replace("k.is_held or k.holds_held as is_blocked", "k.is_held as is_blocked"),
    ),
    "a block of a case does not hold its exhibits": ("_ENDS", lambda sql: sql.replace("e.is_held or k.is_held", "e.is_held")),
    "a block of a series leaves its bytes to their exhibits": (
        "_HELD", lambda sql: sql.replace("where sm.series_id", "where false and sm.series_id"),
    ),
    "a proposal counts": ("_ENDS", lambda sql: sql.replace("state = 'in-force' and member", "member")),
    "the first decision counts": ("_ENDS", lambda sql: sql.replace("decided_at desc", "decided_at")),
    "the cover counts before the decision": (
        "_ENDS", lambda sql: sql.replace("coalesce(x.until, c.retention_end,", "coalesce(c.retention_end, x.until,"),
    ),
    "intakes are forgotten": ("_ENDS", lambda sql: sql.replace(", i.last, xc.until) as ends_on", ", xc.until) as ends_on")),
    "a case ends before its exhibits": ("_ENDS", lambda sql: sql.replace(", w.last) as ends_on", ") as ends_on")),
    "an extension of a case leaves its exhibits": ("_ENDS", lambda sql: sql.replace(", i.last, xc.until)", ", i.last)")),
    "every type has one term": ("_ENDS", lambda sql: sql.replace("%(series_years)s", "%(case_years)s")),
    "another type's term": ("_ENDS", lambda sql: sql.replace("%(exhibit_years)s", "%(case_years)s")),
    "years have 365 days": (
        "_ENDS", lambda sql: sql.replace("make_interval(years => %(case_years)s)", "make_interval(days => 365 * %(case_years)s)"),
    ),
    "half a year has 182 days": (
        "_UNTIL", lambda sql: sql.replace("make_interval(months => %(months)s)", "make_interval(days => 182 * %(months)s / 6)"),
    ),
    "exhibits are always named apart": ("_UNTIL", lambda sql: sql.replace("k.id = t.case_id", "false")),
}  # fmt: skip


FORGETTING: dict[str, tuple[str, str]] = {
    "what a series keeps goes": ("where s.medium_id = m.id and", "where false and"),
    "what another place keeps goes": ("and not exists (select from occurrences o where o.medium_id = m.id)", ""),
    "what a list keeps goes": ("and not exists (select from listings l where l.medium_id = m.id)", ""),
}


@pytest.mark.parametrize("mutant", FORGETTING)
def test_the_law_notices_media_that_go_too_soon(
    world: World, officer: Actor, mutant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clew.records import forgotten

    old, new = FORGETTING[mutant]
    name = "_IN_NO_SERIES" if old in forgotten._IN_NO_SERIES else "_ALONE"
    for seed in range(4):
        things = made(world, officer, random.Random(100 + seed))
        with broken_forgetting(monkeypatch, name, old, new):
            for day in days(things)[::9]:
                monkeypatch.setattr(ending, "today", lambda day=day: day)
                ending.end_due(NoVault(), calendar_of("NO", "VICTIM-ID"))  # type: ignore[arg-type]
                if kept_in(world, officer) != left(things, day):
                    return
        world.empty()
        world.officer("ada")
    pytest.fail("no world noticed it")


@contextmanager
def broken_forgetting(monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> Iterator[None]:
    from clew.records import forgotten

    with monkeypatch.context() as patched:
        broken = getattr(forgotten, name).replace(old, new)
        assert broken != getattr(forgotten, name)
        patched.setattr(forgotten, name, broken)
        yield
