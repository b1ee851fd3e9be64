"""The law of writing: a record is changed and removed by the unit that owns it and by nobody else, however well it is seen.

By raw SQL in every covered table, over actors of every role and every kind of use, against an oracle that is written
from the words of the rule. Then each part of the rule is broken once, and the law must notice.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.rows import TupleRow

from clew.domain.handling import NOTHING, Actor, Handling, Use
from clew.domain.officer import Role
from clew.records import policies
from clew.records.models.cover import COVER_COLUMNS
from tests.property.test_visibility import MANY, UNITS, Viewer, enter, row_of, some_handlings, some_viewers
from tests.world.contexts import app_connection
from tests.world.kept import connected
from tests.world.rows import keep_in_every_table, statement_to_fill
from tests.world.world import World

Connection = psycopg.Connection[TupleRow]
HANDLINGS, VIEWERS, GENERATED_MIN = 280, 60, 20_000
COLUMNS = ", ".join(COVER_COLUMNS)
REFUSED = psycopg.errors.InsufficientPrivilege
NOT_REMOVED = {"handling_changes"}
"""Covered tables from which the application removes nothing: not even an owner may."""


def owns(viewer: Viewer, row: Sequence[object]) -> bool:
    """The oracle: who may change and remove it. Whoever runs the node, audits or is a program owns no record."""
    actor, _ = viewer
    if actor is None or actor.role.value in ("operator", "auditor", "program"):
        return False
    return row[0] == actor.member and row[1] == actor.unit


def owned(viewer: Viewer, handlings: Sequence[Handling]) -> list[object]:
    return sorted(row for row in map(row_of, handlings) if owns(viewer, row))


def changed(app: Connection, table: str) -> list[object]:
    """The covers of the rows that this connection can write anew, as they are."""
    column = _column(app, table)
    return _rows(app, f"update {table} set {column} = {column} returning {COLUMNS}")


def removed(app: Connection, table: str) -> list[object]:
    """The covers of the rows that it can remove; they come back."""
    app.execute("savepoint whole")
    try:
        return _rows(app, f"delete from {table} returning {COLUMNS}")
    finally:
        app.execute("rollback to savepoint whole")


def _rows(app: Connection, statement: str) -> list[object]:
    return sorted((*row[:3], tuple(row[3]), tuple(row[4])) for row in app.execute(statement))


def _column(app: Connection, table: str) -> str:
    """One that the application is granted to change."""
    found = app.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
        "   and has_column_privilege(attrelid, attnum, 'update') order by attname <> 'audience', attnum limit 1", [table],
    ).fetchone()  # fmt: skip
    assert found is not None, table
    return str(found[0])


def differing(handlings: Sequence[Handling], viewers: Sequence[Viewer], tables: Sequence[str] = policies.COVERED) -> set[str]:
    """Tables that somebody can change or empty otherwise than the oracle says."""
    found = set()
    for viewer in viewers:
        wanted = owned(viewer, handlings)
        with app_connection() as app:
            enter(app, viewer)
            for table in tables:
                is_emptied = table in NOT_REMOVED or removed(app, table) == wanted
                if changed(app, table) != wanted or not is_emptied:
                    found.add(table)
    return found


def lay_into_own(world: World) -> None:
    """Every row lies in a parent of its own unit, as the application has it."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        for table, (column, parent) in policies.PARENTS.items():
            superuser.execute(
                f"update {table} t set {column} = p.id"
                f"  from (select distinct on (owner_member, owner_unit) * from {parent}) p"
                "  where (p.owner_member, p.owner_unit) = (t.owner_member, t.owner_unit)"
            )


def own_viewers(handlings: Sequence[Handling]) -> list[Viewer]:
    """The owners of the first few, for every use: what is drawn by chance would meet few of them."""
    return [
        (Actor(officer="x", member=one.owner_member, unit=one.owner_unit, role=role), use)
        for one, use, role in zip(handlings, [*Use] * 3, [*Role] * 2, strict=False)
    ]


def test_every_covered_table_is_changed_and_emptied_by_its_owners_and_by_nobody_else(world: World) -> None:
    chance = random.Random(20261128)
    handlings = some_handlings(HANDLINGS, chance)
    viewers = [*some_viewers(VIEWERS, chance), *own_viewers(handlings)]
    assert len(handlings) * len(viewers) >= GENERATED_MIN
    assert sum(bool(owned(viewer, handlings)) for viewer in viewers) > len(viewers) // 3
    keep_in_every_table(world.facts, policies.COVERED, handlings)
    lay_into_own(world)
    assert differing(handlings, viewers) == set()


def test_no_record_is_given_to_another_or_entered_for_another(world: World) -> None:
    """Neither an own one that is there nor one that comes; an own one does come, so nothing else was amiss."""
    ada = Actor(officer="ada", member="NO", unit="A")
    keep_in_every_table(world.facts, policies.COVERED, [closed("NO")])
    for table, (column, other) in itertools.product(policies.COVERED, (("owner_member", "SE"), ("owner_unit", "B"))):
        statement, values = statement_to_fill(world.facts, table, closed("NO"), number=7)
        with app_connection() as app:
            enter(app, (ada, Use.FACTS))
            with app.transaction():
                assert app.execute(statement, values).rowcount == 1, table
            with pytest.raises(REFUSED), app.transaction():
                app.execute(statement, {**values, "number": 8, column: other})
            with pytest.raises(REFUSED), app.transaction():
                app.execute(f"update {table} set {column} = %s", [other])


def closed(member: str) -> Handling:
    """Of one unit, for nobody else."""
    return Handling(owner_member=member, owner_unit="A", member_uses=NOTHING, named_uses=NOTHING, all_uses=NOTHING)


# Mutants: a law counts only once it has killed them -----------------------------

MUTANTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "whoever sees it changes it": ("app_update", lambda _: policies.visible()),
    "whoever sees it removes it": ("app_delete", lambda _: policies.visible()),
    "the unit is not asked of a change": ("app_update", lambda rule: rule.partition(" and ")[0]),
    "the unit is not asked of a removal": ("app_delete", lambda rule: rule.partition(" and ")[0]),
    "any unit of that code changes it": ("app_update", lambda rule: rule.partition(" and ")[2]),
    "any unit of that code removes it": ("app_delete", lambda rule: rule.partition(" and ")[2]),
    "nobody removes it": ("app_delete", lambda _: "false"),
    "nobody changes it": ("app_update", lambda _: "false"),
}


@contextmanager
def rule_instead(world: World, table: str, policy: str, rule: str) -> Iterator[None]:
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        checked = " with check (%s)" if policy == "app_update" else ""
        owner.execute(f"alter policy {policy} on {table} using ({rule})" + checked.replace("%s", "true"))
        try:
            yield
        finally:
            owner.execute(f"alter policy {policy} on {table} using ({policies.OWN})" + checked.replace("%s", policies.OWN))


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_rule(world: World, mutant: str) -> None:
    policy, broken = MUTANTS[mutant]
    chance = random.Random(20261129)
    handlings = some_handlings(120, chance)
    viewers = [
        (Actor(officer="x", member=code, unit=unit), use) for code in MANY[:6] for unit in UNITS for use in (Use.FACTS, Use.ORIGINAL)
    ]
    keep_in_every_table(world.facts, ["hash_lists"], handlings)
    assert differing(handlings, viewers, ["hash_lists"]) == set()
    with rule_instead(world, "hash_lists", policy, broken(policies.OWN)):
        assert differing(handlings, viewers, ["hash_lists"]) == {"hash_lists"}


def test_a_record_entered_for_another_is_noticed_where_the_rule_is_broken(world: World) -> None:
    """The twin of the refusals above: without the rule the record does come."""
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute("alter policy app_insert on hash_lists with check (true)")
        try:
            statement, values = statement_to_fill(world.facts, "hash_lists", closed("SE"), number=1)
            with app_connection() as app:
                enter(app, (Actor(officer="ada", member="NO", unit="A"), Use.FACTS))
                assert app.execute(statement, values).rowcount == 1
        finally:
            owner.execute(f"alter policy app_insert on hash_lists with check ({policies.OWN})")
