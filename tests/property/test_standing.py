"""The law of standing: who may act is decided by the latest certification and every open suspension, and by nothing else."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import psycopg
import pytest
from psycopg.rows import TupleRow

from clew.records import policies
from tests.world.kept import connected
from tests.world.world import World

OFFICERS = 400
MEMBERS, UNITS, ROLES = ("NO", "SE"), ("A", "B", "NO"), ("investigator", "national-administrator")
EDGE = timedelta(minutes=5)
"""Ends lie this near to now on both sides: a rule that is off by a little is caught."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A certification of an officer: which role, its state, when it was given and when it ends."""

    role: str
    state: str
    given_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """An officer with whatever happened to them."""

    name: str
    member: str
    unit: str
    is_active: bool
    certifications: tuple[Given, ...]


def people(chance: random.Random, now: datetime) -> list[Somebody]:
    return [
        Somebody(
            name=f"officer-{number}", member=chance.choice(MEMBERS), unit=chance.choice(UNITS),
            is_active=chance.random() > 0.05, certifications=tuple(some(chance, now) for _ in range(chance.choice((0, 1, 1, 2, 3)))),
        )
        for number in range(OFFICERS)
    ]  # fmt: skip


def some(chance: random.Random, now: datetime) -> Given:
    state = chance.choice(("proposed", "refused", "given", "given", "given", "withdrawn"))
    was_given = state in {"given", "withdrawn"}
    return Given(
        role=chance.choice(ROLES), state=state, ends_at=now + chance.choice((EDGE, -EDGE, 100 * EDGE)),
        given_at=now - timedelta(seconds=chance.randint(1, 10_000)) if was_given else None,
    )  # fmt: skip


def suspensions(chance: random.Random, everybody: list[Somebody]) -> list[tuple[str, str, str | None, str | None, bool]]:
    """Level, member, unit, officer, and whether it was lifted."""
    made = [("unit", "SE", "A", None, False), ("unit", "NO", "NO", None, True), ("member", "SE", None, None, True)]
    for one in chance.sample(everybody, 60):
        made.append(("officer", one.member, None, one.name, chance.random() < 0.5))
        # An officer of that name in another member is somebody else, and there is none.
        made.append(("officer", "NO" if one.member == "SE" else "SE", None, one.name, False))
    return made


def oracle(one: Somebody, stopped: list[tuple[str, str, str | None, str | None, bool]], now: datetime) -> str:
    """Written from the words of the rule, not from its SQL."""
    for level, member, unit, officer, is_lifted in stopped:
        is_meant = {"member": True, "unit": unit == one.unit, "officer": officer == one.name}[level]
        if not is_lifted and member == one.member and is_meant:
            return "suspended"
    if not one.is_active:
        return "suspended"
    counted = sorted((given for given in one.certifications if given.given_at is not None), key=lambda given: given.given_at)
    if not counted or counted[-1].state != "given" or counted[-1].ends_at <= now:
        return "not certified"
    return "admitted"


@pytest.fixture
def owner(world: World) -> Iterator[psycopg.Connection[TupleRow]]:
    """The owner in a transaction that is undone: it may write everywhere, and be the blind role."""
    with connected(**world.facts.as_owner()) as connection:
        for table in ("officers", "certifications", "suspensions"):
            connection.execute(f"alter table {table} disable row level security")
        yield connection
        connection.rollback()


def keep(owner: psycopg.Connection[TupleRow], everybody: list[Somebody], stopped: list[tuple[object, ...]]) -> None:
    with owner.cursor() as cursor:
        cursor.executemany(
            "insert into officers (username, password, member, unit, is_active) values (%s, '', %s, %s, %s)",
            [(one.name, one.member, one.unit, one.is_active) for one in everybody],
        )
        cursor.executemany(
            "insert into certifications (officer, member, role, trainer, trained_on, ends_at, state, proposed_by, given_by,"
            " given_at) values (%s, %s, %s, 't', current_date, %s, %s, 'anna', %s, %s)",
            [
                (one.name, one.member, given.role, given.ends_at, given.state, given.given_at and "bert", given.given_at)
                for one in everybody
                for given in one.certifications
            ],
        )
        cursor.executemany(
            "insert into suspensions (level, member, unit, officer, reason, laid_by, lifted_at)"
            " values (%s, %s, %s, %s, 'x', 'anna', case when %s then now() end)",
            stopped,
        )


def told(owner: psycopg.Connection[TupleRow], world: World) -> dict[str, str]:
    owner.execute(f"set local role {world.facts.roles.blind}")
    found = owner.execute("select o.username, s.standing from officers o, lateral clew_standing(o.username) s").fetchall()
    owner.execute("reset role")
    return dict(found)


@pytest.mark.parametrize("seed", range(5))
def test_the_database_admits_whom_the_rule_admits(world: World, owner: psycopg.Connection[TupleRow], seed: int) -> None:
    chance = random.Random(seed)
    now = datetime.now(UTC)
    everybody = people(chance, now)
    stopped = suspensions(chance, everybody)
    keep(owner, everybody, stopped)
    wanted = {one.name: oracle(one, stopped, now) for one in everybody}
    assert told(owner, world) == wanted
    assert set(wanted.values()) == {"admitted", "suspended", "not certified"}


MUTANTS: dict[str, Callable[[str], str]] = {
    "lifted ones count": lambda rule: rule.replace("where s.lifted_at is null and s.member = o.member", "where s.member = o.member"),
    "another member's too": lambda rule: rule.replace("s.lifted_at is null and s.member = o.member", "s.lifted_at is null"),
    "units are not stopped": lambda rule: rule.replace("s.level = 'unit' and s.unit = o.unit", "false"),
    "members are not stopped": lambda rule: rule.replace("s.level = 'member' or ", ""),
    "officers are not stopped": lambda rule: rule.replace("s.level = 'officer' and s.officer = o.username", "false"),
    "an end is no end": lambda rule: rule.replace(" and c.ends_at > statement_timestamp()", ""),
    "an end is late": lambda rule: rule.replace("c.ends_at > statement_timestamp()", "c.ends_at > statement_timestamp() - interval '1 hour'"),
    "withdrawn is given": lambda rule: rule.replace("c.state = 'given' and", "c.state in ('given', 'withdrawn') and"),
    "an older one comes back": lambda rule: rule.replace("k.given_at is not null", "k.state = 'given'"),
    "the oldest counts": lambda rule: rule.replace("order by k.given_at desc", "order by k.given_at"),
    "a proposal counts": lambda rule: rule.replace("and k.given_at is not null", ""),
    "the inactive may act": lambda rule: rule.replace("not o.is_active or exists", "exists"),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_rule(world: World, owner: psycopg.Connection[TupleRow], mutant: str) -> None:
    rule = files("clew.records").joinpath("standing.sql").read_text("utf-8")
    rule = rule[: rule.index("-- The standing of whoever acts.")]
    broken = MUTANTS[mutant](rule)
    assert broken != rule
    chance = random.Random(1)
    now = datetime.now(UTC)
    everybody = people(chance, now)
    stopped = suspensions(chance, everybody)
    if mutant == "members are not stopped":
        stopped.append(("member", "NO", None, None, False))
    keep(owner, everybody, stopped)
    owner.execute(f"grant create on schema public to {world.facts.roles.blind}")
    owner.execute(f"set local role {world.facts.roles.blind}")
    owner.execute(broken)
    owner.execute("reset role")
    assert told(owner, world) != {one.name: oracle(one, stopped, now) for one in everybody}


def test_the_rule_of_the_mutants_is_the_one_that_is_installed() -> None:
    assert any("clew_standing(who text)" in text for text in policies.functions())
