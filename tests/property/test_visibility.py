"""The law of visibility: what PostgreSQL shows is what `may_see` says, and what an oracle of this file says.

So it is of matches and fingerprints: they are told by `may_be_told`, which asks for more than one use at once.
"""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from clew.domain.fingerprint import BYTES, NAMED_BY
from clew.domain.handling import MATCHED, NOTHING, Actor, Audience, Handling, Use, may_be_told, may_see
from clew.domain.officer import Role
from clew.records import assertions, policies
from clew.records.models.cover import COVER_COLUMNS
from clew.records.session import acting_as, handling_columns
from clew.records.visibility import VIEWER_MEMBER, VIEWER_UNIT, VIEWER_USE, VIEWER_USES, _template, render, visible
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.rows import keep_in_every_table
from tests.world.world import World, handling

FEW = ("NO", "SE", "DE")
MANY = ("NO", "NOR", "NO1", "SE", "DE", "FR", "ES", "IT", "PL", "NL", "BE", "DK")
UNITS = ("A", "B", "NO")
"""One unit bears the code of a member: the two must not be taken for each other."""

GENERATED_MIN = 20_000
HANDLINGS = 420
VIEWERS = 60

Viewer = tuple[Actor | None, Use]
Row = tuple[str, str, int, tuple[str, ...], tuple[str, ...]]
"""The columns of a cover as they are stored."""


# The oracle: the rule once more, from what is stored, in the words of the issue ---------------

PLACES = {Use.EXPORT: 0, Use.ORIGINAL: 1, Use.PREVIEW: 2, Use.FACTS: 3, Use.FINGERPRINTS: 4}


def oracle(viewer: Viewer, row: Row) -> bool:
    """Whether the row may be seen: by walking through everybody whom the owner let in."""
    actor, use = viewer
    owner_member, owner_unit, stored, named, refused = row
    if actor is None or not has_content(actor):
        return False
    for code in refused:
        if code == actor.member:
            return False
    digits = format(stored, "015b")
    of_own_units, of_named, of_all = digits[0:5], digits[5:10], digits[10:15]
    let_in = [of_all[PLACES[use]] == "1"]
    if (actor.member, actor.unit) == (owner_member, owner_unit):
        let_in.append(True)
    elif actor.member == owner_member:
        let_in.append(of_own_units[PLACES[use]] == "1")
    let_in.extend(code == actor.member and of_named[PLACES[use]] == "1" for code in named)
    return True in let_in


def oracle_of_matches(viewer: Viewer, row: Row) -> bool:
    """Whether a match with the row may be told: by asking the oracle for each use by itself."""
    actor, use = viewer
    return all(oracle((actor, one), row) for one in (use, Use.FACTS, Use.FINGERPRINTS))


def has_content(actor: Actor) -> bool:
    """Whoever runs the node or audits, and a program (which has its scopes), reads in no member's records."""
    return actor.role.value not in {"operator", "auditor", "program"}


def row_of(given: Handling) -> Row:
    columns = handling_columns(given)
    return (
        str(columns["owner_member"]), str(columns["owner_unit"]), int(str(columns["audience"])),
        tuple(columns["members"]), tuple(columns["excluded"]),  # type: ignore[arg-type]
    )  # fmt: skip


# What is generated ------------------------------------------------------------------------------


def subsets(codes: Iterable[str], *, least: int = 0) -> list[frozenset[str]]:
    codes = tuple(codes)
    return [
        frozenset(chosen)
        for size in range(least, len(codes) + 1)
        for chosen in itertools.combinations(codes, size)
    ]


FEW_USES = (NOTHING, Use.FACTS, Use.ORIGINAL, Use.FACTS | Use.ORIGINAL)
OF_MATCHES = (NOTHING, Use.FACTS, Use.FINGERPRINTS, MATCHED)


def every_handling(uses: Sequence[Use] = FEW_USES) -> list[Handling]:
    """All handlings of a world of three members with two units each and two kinds of use."""
    made = []
    for owner, unit in itertools.product(FEW, UNITS[:2]):
        for own, named, everyone in itertools.product(uses, repeat=3):
            for members in subsets(FEW, least=1) if named else [frozenset[str]()]:
                if everyone & ~own or (members and everyone & ~named):
                    continue
                made += [
                    Handling(
                        owner_member=owner, owner_unit=unit, member_uses=own, named_uses=named, all_uses=everyone,
                        members=members, excluded=excluded,
                    )
                    for excluded in subsets(set(FEW) - {owner})
                ]  # fmt: skip
    return made


def some_handlings(count: int, chance: random.Random) -> list[Handling]:
    """Different handlings of a larger world with every kind of use, the same in each run."""
    made: dict[Handling, None] = {}
    while len(made) < count:
        owner = chance.choice(MANY)
        everyone = Use(chance.choice([0, 0, 1, 3, chance.randrange(32)]))
        named = Use(chance.choice([0, chance.randrange(32)]) | everyone) if chance.random() < 0.6 else NOTHING
        members = frozenset(chance.sample(MANY, chance.randint(1, 5))) if named else frozenset[str]()
        others = [code for code in MANY if code != owner]
        made[
            Handling(
                owner_member=owner, owner_unit=chance.choice(UNITS), named_uses=named, all_uses=everyone,
                member_uses=Use(chance.choice([0, 31, chance.randrange(32)]) | everyone), members=members,
                excluded=frozenset(chance.sample(others, chance.choice([0, 0, 1, 3]))),
            )
        ] = None  # fmt: skip
    return list(made)


def every_viewer(codes: Iterable[str], uses: Iterable[Use] = (Use.FACTS, Use.ORIGINAL, Use.EXPORT)) -> list[Viewer]:
    actors = [Actor(officer="x", member=code, unit=unit) for code in (*codes, "ZZ") for unit in UNITS]
    auditor = Actor(officer="x", member="NO", unit="A", role=Role.AUDITOR)
    return list(itertools.product([None, auditor, *actors], uses))


def some_viewers(count: int, chance: random.Random) -> list[Viewer]:
    """Actors of every role, each in a transaction for one use."""
    made: list[Viewer] = [(None, use) for use in Use]
    while len(made) < count:
        actor = Actor(
            officer="x", member=chance.choice((*MANY, "ZZ")), unit=chance.choice(UNITS), role=chance.choice(list(Role))
        )
        made.append((actor, chance.choice(list(Use))))
    return made


def keep(world: World, handlings: Sequence[Handling]) -> None:
    """A hash list under each handling, named by its number."""
    keep_in_every_table(world.facts, ["hash_lists"], handlings)


def seen(viewers: Iterable[Viewer], table: str = "hash_lists") -> dict[Viewer, set[int]]:
    """Numbers of the records that PostgreSQL shows to each viewer."""
    shown = {}
    for viewer in viewers:
        with app_connection() as app:
            enter(app, viewer)
            shown[viewer] = {int(row[0]) for row in app.execute(f"select name from {table}")}
    return shown


def enter(app: psycopg.Connection[TupleRow], viewer: Viewer) -> None:
    actor, use = viewer
    if actor is not None:
        claim(app, true_context(app, actor, use=use))


def expected(viewers: Iterable[Viewer], handlings: Sequence[Handling]) -> dict[Viewer, set[int]]:
    """The same by `may_see`."""
    return {
        (actor, use): {n for n, given in enumerate(handlings) if may_see(actor, given, use)} for actor, use in viewers
    }


def foreseen(viewers: Iterable[Viewer], handlings: Sequence[Handling]) -> dict[Viewer, set[int]]:
    """The same by the oracle."""
    rows = [row_of(given) for given in handlings]
    return {viewer: {n for n, row in enumerate(rows) if oracle(viewer, row)} for viewer in viewers}


# The law ------------------------------------------------------------------------------------------


def test_postgresql_shows_what_may_see_says_for_every_handling_of_a_small_world(world: World) -> None:
    handlings, viewers = every_handling(), every_viewer(FEW)
    keep(world, handlings)
    assert seen(viewers) == expected(viewers, handlings) == foreseen(viewers, handlings)


def test_every_covered_table_shows_what_may_see_and_the_oracle_say_to_every_actor_for_every_use(world: World) -> None:
    """Through raw SQL, with none of the application's checks between."""
    chance = random.Random(20261122)
    handlings, viewers = some_handlings(HANDLINGS, chance), some_viewers(VIEWERS, chance)
    assert len(handlings) * len(viewers) >= GENERATED_MIN
    keep_in_every_table(world.facts, policies.COVERED, handlings)
    columns = ", ".join(COVER_COLUMNS)
    for viewer in viewers:
        seen_by, told_to = (
            {row_of(given) for given in handlings if rule(viewer[0], given, viewer[1])} for rule in (may_see, may_be_told)
        )
        assert seen_by == {row for row in map(row_of, handlings) if oracle(viewer, row)}
        assert told_to == {row for row in map(row_of, handlings) if oracle_of_matches(viewer, row)}
        with app_connection() as app:
            enter(app, viewer)
            for table in policies.COVERED:
                wanted = told_to if table == "fingerprints" else seen_by
                shown = app.execute(f"select {columns} from {table}").fetchall()
                assert len(shown) == len(wanted), table
                assert {(*row[:3], tuple(row[3]), tuple(row[4])) for row in shown} == wanted, table


def test_a_medium_that_is_a_fingerprint_alone_is_seen_by_whoever_may_read_that(world: World) -> None:
    """Its name is the fingerprint; one that has bytes is seen by its facts."""
    handlings, viewers = every_handling(OF_MATCHES)[::7], every_viewer(FEW)
    columns = ", ".join(COVER_COLUMNS)
    with (
        connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser, superuser.cursor() as cursor,
        cursor.copy(f"copy media (id, name, kind, verdict, {columns}) from stdin") as copy,
    ):  # fmt: skip
        for number, given in enumerate(handlings):
            for begins in (NAMED_BY, b""):
                copy.write_row((uuid4(), begins + number.to_bytes(BYTES), "unknown", 1, *cover_of(given)))
    for viewer in viewers:
        with app_connection() as app:
            enter(app, viewer)
            shown = {bytes(row[0]) for row in app.execute("select name from media")}
        for rule, begins in ((may_be_told, NAMED_BY), (may_see, b"")):
            wanted = {n for n, given in enumerate(handlings) if rule(viewer[0], given, viewer[1])}
            assert {n for n in range(len(handlings)) if begins + n.to_bytes(BYTES) in shown} == wanted


def test_a_match_is_told_to_whoever_may_be_told_of_both_media(world: World) -> None:
    sides, viewers = every_handling(OF_MATCHES)[::97], every_viewer(FEW)
    pairs = list(itertools.product(range(len(sides)), repeat=2))
    columns = [f"{side}_{column}" for side in "ab" for column in handling_columns(sides[0])]
    columns = ["distance_bits", "a_medium", "b_medium", "kind", "radius_bits", "transform", "frames_matched", *columns]
    with as_blind(world) as blind, blind.cursor() as cursor:
        places = ", ".join(["%s"] * (len(columns) - 3))
        statement = (
            f"insert into matches ({', '.join(columns)})"
            f" values (%s, lpad(to_hex(%s::integer), 32, '0')::uuid, 'ffffffff-0000-0000-0000-000000000000', {places})"
        )
        cursor.executemany(
            statement,
            [
                (0, number, 1, 31, 0, number, *cover_of(sides[a]), *cover_of(sides[b]))
                for number, (a, b) in enumerate(pairs)
            ],
        )
    for actor, use in viewers:
        with app_connection() as app:
            enter(app, (actor, use))
            shown = {row[0] for row in app.execute("select frames_matched from matches")}
        rows = [row_of(given) for given in sides]
        assert (
            shown
            == {n for n, (a, b) in enumerate(pairs) if may_be_told(actor, sides[a], use) and may_be_told(actor, sides[b], use)}
            == {n for n, (a, b) in enumerate(pairs) if all(oracle_of_matches((actor, use), rows[one]) for one in (a, b))}
        )


@pytest.mark.parametrize("careless", [None, "the medium is not asked", "the clue is not asked"])
def test_a_clue_is_seen_by_whoever_may_see_it_and_its_medium(world: World, careless: str | None) -> None:
    """By the oracle, over pairs of handlings; and the law notices a rule that asks for one of the two only."""
    sides, viewers = every_handling()[::97], every_viewer(FEW)
    pairs = list(itertools.product(range(len(sides)), repeat=2))
    keep_clues(world, sides, pairs)
    rules = {"the medium is not asked": visible(), "the clue is not asked": assertions.SEES_MEDIUM}
    wanted = {
        viewer: {n for n, (a, b) in enumerate(pairs) if may_see(viewer[0], sides[a], viewer[1]) and may_see(viewer[0], sides[b], viewer[1])}
        for viewer in viewers
    }
    rows = [row_of(given) for given in sides]
    assert wanted == {
        viewer: {n for n, (a, b) in enumerate(pairs) if oracle(viewer, rows[a]) and oracle(viewer, rows[b])} for viewer in viewers
    }
    with policy_instead(world, "clues", rules[careless]) if careless else nullcontext():
        found = {}
        for viewer in viewers:
            with app_connection() as app:
                enter(app, viewer)
                found[viewer] = {row[0] for row in app.execute("select from_ms from clues")}
    assert (found == wanted) is (careless is None)


def keep_clues(world: World, sides: Sequence[Handling], pairs: Sequence[tuple[int, int]]) -> None:
    """A medium under each handling, and on the first of each pair a clue under the second, told by its second."""
    keep_in_every_table(world.facts, ["media"], sides)
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser, superuser.cursor() as cursor:
        media: dict[Row, object] = {}
        for *cover, medium in cursor.execute(f"select {', '.join(COVER_COLUMNS)}, id from media").fetchall():
            media[(cover[0], cover[1], cover[2], tuple(cover[3]), tuple(cover[4]))] = medium
        names = ", ".join(COVER_COLUMNS)
        with cursor.copy(
            f"copy clues (id, medium_id, kind, certainty, countries, weights, from_ms, asserted_by, {names}) from stdin"
        ) as copy:
            for number, (a, b) in enumerate(pairs):
                copy.write_row((uuid4(), media[row_of(sides[a])], "sign", 1, [], [], number, "x", *cover_of(sides[b])))


@contextmanager
def policy_instead(world: World, table: str, condition: str) -> Iterator[None]:
    """Another rule for reading a table, and the true one again."""
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(f"alter policy app_select on {table} using ({condition})")
        try:
            yield
        finally:
            true = policies.SPECIAL[table]["select"]
            owner.execute(f"alter policy app_select on {table} {true}")


def cover_of(given: Handling) -> tuple[object, ...]:
    return tuple(handling_columns(given).values())


def as_blind(world: World) -> psycopg.Connection[TupleRow]:
    """A connection that writes as the blind role, as only its owner may."""
    blind = psycopg.connect(**world.facts.as_owner())
    blind.execute(f"set role {world.facts.roles.blind}")
    return blind


# Mutants: a law counts only once it has killed them -----------------------------

OWN_UNIT = "({viewer_unit} = {prefix}owner_unit or {prefix}audience & ({viewer_use} << 10) <> 0)"
NAMED = "or ({prefix}audience & ({viewer_use} << 5) <> 0 and {viewer_member} = any ({prefix}members))"
OF_ALL = "{prefix}audience & {viewer_use} <> 0\n"
DENIAL = "{viewer_member} <> all ({prefix}excluded)\n"

MUTANTS: dict[str, Callable[[str], str]] = {
    "nobody is somebody": lambda rule: rule.replace("{viewer_use}", "2::smallint"),
    "denial is forgotten": lambda rule: rule.replace(DENIAL + "and ", ""),
    "permission wins over denial": lambda rule: rule.replace(
        DENIAL + "and (", "({prefix}audience & 31 = 0 or {viewer_member} <> all ({prefix}excluded))\nand ("
    ),
    "denial is for the named only": lambda rule: rule.replace(
        DENIAL + "and (", "(cardinality({prefix}members) = 0 or {viewer_member} <> all ({prefix}excluded))\nand ("
    ),
    "the unit is ignored": lambda rule: rule.replace(OWN_UNIT, "true"),
    "the own unit needs a use too": lambda rule: rule.replace(
        OWN_UNIT, "{prefix}audience & ({viewer_use} << 10) <> 0"
    ),
    "other units of the member have nothing": lambda rule: rule.replace(
        OWN_UNIT, "{viewer_unit} = {prefix}owner_unit"
    ),
    "another member's unit of the same name": lambda rule: rule.replace(
        "({viewer_member} = {prefix}owner_member\n", "({viewer_unit} = {prefix}owner_unit or {viewer_member} = {prefix}owner_member\n"
    ),
    "named is all": lambda rule: rule.replace(" and {viewer_member} = any ({prefix}members)", ""),
    "members are not asked": lambda rule: rule.replace(NAMED, ""),
    "named members have every use": lambda rule: rule.replace("{prefix}audience & ({viewer_use} << 5) <> 0 and ", ""),
    "named members have the uses of the own units": lambda rule: rule.replace("{viewer_use} << 5", "{viewer_use} << 10"),
    "all have what the named have": lambda rule: rule.replace(
        OF_ALL, "({prefix}audience & 31 | {prefix}audience >> 5 & 31) & {viewer_use} <> 0\n"
    ),
    "all is nobody": lambda rule: rule.replace(OF_ALL, "false\n"),
    "any use is every use": lambda rule: rule.replace(OF_ALL, "{prefix}audience & 31 <> 0\n"),
    "a use of one's own for all": lambda rule: rule.replace(
        OF_ALL, "{prefix}audience & {viewer_use} = {prefix}audience & 31\n"
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_rule(world: World, mutant: str) -> None:
    handlings, viewers = every_handling()[::5], every_viewer(FEW)
    broken = MUTANTS[mutant](_template())
    assert broken != _template()
    with scratch_table(world, handlings, broken):
        assert seen(viewers, "scratch") != expected(viewers, handlings)


EACH = " = {viewer_uses}"
MUTANTS_OF_MATCHES: dict[str, Callable[[str], str]] = {
    "one use of them is enough": lambda rule: rule.replace(EACH, " <> 0"),
    "one use is enough for all": lambda rule: rule.replace("{prefix}audience & {viewer_uses}" + EACH, "{prefix}audience & {viewer_uses} <> 0"),
    "one use is enough for the named": lambda rule: rule.replace("{prefix}audience >> 5 & {viewer_uses}" + EACH, "{prefix}audience >> 5 & {viewer_uses} <> 0"),
    "facts are enough": lambda rule: rule.replace("{viewer_uses}", "2::smallint"),
    "fingerprints are enough": lambda rule: rule.replace("{viewer_uses}", "1::smallint"),
    "the use of the transaction is not asked": lambda rule: rule.replace("{viewer_uses}", "3::smallint"),
    "denial is forgotten": lambda rule: rule.replace(DENIAL + "and ", ""),
    "an owner that names itself does not count": lambda rule: rule.replace("case when {viewer_member} = any ({prefix}members) then {prefix}audience >> 5 else 0 end", "0"),
    "other units have what the named have": lambda rule: rule.replace("case when {viewer_member} = any ({prefix}members) then {prefix}audience >> 5 else 0 end", "{prefix}audience >> 5"),
    "the own unit needs the uses too": lambda rule: rule.replace("{viewer_unit} = {prefix}owner_unit", "false"),
    "the unit is ignored": lambda rule: rule.replace("{viewer_unit} = {prefix}owner_unit", "true"),
    "named is all": lambda rule: rule.replace(" and {viewer_member} = any ({prefix}members))\n)", ")\n)"),
    "all is nobody": lambda rule: rule.replace("    {prefix}audience & {viewer_uses} = {viewer_uses}\n", "    false\n"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", [None, *MUTANTS_OF_MATCHES])
def test_the_law_of_matches_notices_a_broken_rule(world: World, mutant: str | None) -> None:
    handlings = [*every_handling(OF_MATCHES)[::5], *every_handling((*FEW_USES, MATCHED, MATCHED | Use.ORIGINAL))[::41]]
    viewers = every_viewer(FEW, (Use.FACTS, Use.ORIGINAL))
    rule = _template("told.sql")
    given = MUTANTS_OF_MATCHES[mutant](rule) if mutant else rule
    assert (given == rule) is (mutant is None)
    with scratch_table(world, handlings, given, viewer_use=VIEWER_USES):
        found = seen(viewers, "scratch")
    wanted = {(actor, use): {n for n, one in enumerate(handlings) if may_be_told(actor, one, use)} for actor, use in viewers}
    assert (found == wanted) is (mutant is None)


def test_the_law_holds_for_the_rule_itself_on_the_same_table(world: World) -> None:
    handlings, viewers = every_handling()[::5], every_viewer(FEW)
    with scratch_table(world, handlings, _template()):
        assert seen(viewers, "scratch") == expected(viewers, handlings)


class scratch_table:  # noqa: N801 (read as a phrase: with scratch_table(…))
    """A table under a rule of one's own, gone afterwards."""

    def __init__(
        self, world: World, handlings: Sequence[Handling], rule: str, *, viewer_use: str = VIEWER_USE
    ) -> None:
        self._world, self._handlings, self._rule, self._use = world, handlings, rule, viewer_use

    def __enter__(self) -> None:
        condition = render(
            self._rule, prefix="", viewer_member=VIEWER_MEMBER, viewer_unit=VIEWER_UNIT, viewer_use=self._use
        )
        app = self._world.facts.roles.app
        with connected(**self._world.facts.as_owner()) as owner:
            owner.execute(
                "create table scratch (name text, owner_member text, owner_unit text, audience smallint,"
                " members text[], excluded text[])"
            )
            with owner.cursor() as cursor, cursor.copy("copy scratch from stdin") as copy:
                for number, given in enumerate(self._handlings):
                    copy.write_row((str(number), *handling_columns(given).values()))
            owner.execute("alter table scratch enable row level security")
            owner.execute(f"grant select on scratch to {app}")
            owner.execute(f"create policy app_select on scratch for select to {app} using ({condition})")

    def __exit__(self, *_: object) -> None:
        with connected(**self._world.facts.as_owner()) as owner:
            owner.execute("drop table scratch")


# Without a true actor there is nothing ------------------------------------------


@pytest.fixture
def filled(world: World) -> Actor:
    """A record for everybody in every covered table; gives their owner."""
    ada = world.officer("ada")
    keep_in_every_table(world.facts, policies.COVERED, [handling(ada)])
    return ada


def visible_rows(app: psycopg.Connection[TupleRow]) -> dict[str, int]:
    return {table: app.execute(f"select count(*) from {table}").fetchone()[0] for table in policies.COVERED}


def test_its_owner_sees_the_record_in_every_covered_table(filled: Actor) -> None:
    with app_connection() as app:
        claim(app, true_context(app, filled))
        assert set(visible_rows(app).values()) == {1}


def test_without_an_actor_every_covered_table_is_empty(filled: Actor) -> None:
    with app_connection() as app:
        assert set(visible_rows(app).values()) == {0}


def test_the_owner_of_the_tables_sees_nothing_either(world: World, filled: Actor) -> None:
    with connected(**world.facts.as_owner()) as owner:
        assert set(visible_rows(owner).values()) == {0}


FORGERIES: dict[str, Callable[[psycopg.Connection[TupleRow], Actor], str]] = {
    "empty": lambda _, __: "",
    "a bare name": lambda _, actor: actor.member,
    "no signature": lambda app, actor: true_context(app, actor).partition(":")[2],
    "a signature of zeros": lambda app, actor: "0" * 64 + true_context(app, actor)[64:],
    "another's words": lambda app, actor: true_context(app, actor).replace("ada", "eve"),
    "words added": lambda app, actor: true_context(app, actor) + " ",
    "one bit of the signature": lambda app, actor: flipped(true_context(app, actor)),
    "expired": lambda app, actor: true_context(app, actor, until=1),
    "another connection's": lambda _, actor: another_connections(actor),
}


def flipped(context: str) -> str:
    return f"{int(context[0], 16) ^ 1:x}{context[1:]}"


def another_connections(actor: Actor) -> str:
    with app_connection() as other:
        return true_context(other, actor)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_actor_is_nobody(filled: Actor, forgery: str) -> None:
    with app_connection() as app:
        claim(app, FORGERIES[forgery](app, filled))
        assert set(visible_rows(app).values()) == {0}


def test_an_actor_does_not_outlive_its_transaction(filled: Actor) -> None:
    with app_connection() as app:
        claim(app, true_context(app, filled))
        app.commit()
        assert set(visible_rows(app).values()) == {0}


# Equal bytes --------------------------------------------------------------------


def test_that_another_holds_the_same_bytes_does_not_show(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    world.medium(ada, Audience.UNIT, content=b"the same")
    world.medium(eve, Audience.UNIT, content=b"the same")
    with acting_as(eve) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media")
        assert cursor.fetchone() == (1,)
