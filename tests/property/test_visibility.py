"""The law of visibility: what PostgreSQL shows is what `may_see` says, for every actor and every handling."""

import itertools
import random
from collections.abc import Callable, Iterable, Sequence

import psycopg
import pytest
from psycopg.rows import TupleRow

from clew.domain.handling import Actor, Audience, Handling, may_see
from clew.records import policies
from clew.records.session import acting_as, handling_columns
from clew.records.visibility import VIEWER_MEMBER, VIEWER_UNIT, _template, render
from tests.world.contexts import app_connection, claim, true_context
from tests.world.world import World, handling

FEW = ("NO", "SE", "DE")
MANY = ("NO", "NOR", "NO1", "SE", "DE", "FR", "ES", "IT", "PL", "NL", "BE", "DK")
UNITS = ("A", "B", "NO")
"""One unit bears the code of a member: the two must not be taken for each other."""

PAIRS_MIN = 20_000

Viewer = Actor | None


def subsets(codes: Iterable[str], *, least: int = 0) -> list[frozenset[str]]:
    codes = tuple(codes)
    return [
        frozenset(chosen)
        for size in range(least, len(codes) + 1)
        for chosen in itertools.combinations(codes, size)
    ]


def every_handling() -> list[Handling]:
    """All handlings of a world of three members with two units each."""
    return [
        Handling(owner_member=owner, owner_unit=unit, audience=audience, members=members, excluded=excluded)
        for owner, unit, audience in itertools.product(FEW, UNITS[:2], Audience)
        for members in (subsets(FEW, least=1) if audience is Audience.MEMBERS else [frozenset()])
        for excluded in subsets(set(FEW) - {owner})
    ]


def some_handlings(count: int) -> list[Handling]:
    """Handlings of a larger world, the same in each run."""
    chance = random.Random(20261122)
    made = []
    for _ in range(count):
        owner, audience = chance.choice(MANY), chance.choice(list(Audience))
        named = frozenset(chance.sample(MANY, chance.randint(1, 5))) if audience is Audience.MEMBERS else frozenset()
        others = [code for code in MANY if code != owner]
        excluded = frozenset(chance.sample(others, chance.choice([0, 0, 1, 3])))
        made.append(
            Handling(
                owner_member=owner, owner_unit=chance.choice(UNITS), audience=audience, members=named, excluded=excluded
            )
        )
    return made


def every_viewer(codes: Iterable[str]) -> list[Viewer]:
    return [None, *(Actor(officer="x", member=code, unit=unit) for code in (*codes, "ZZ") for unit in UNITS)]


def keep(handlings: Sequence[Handling]) -> None:
    """A hash list under each handling, entered by its owner and named by its number."""
    by_owner: dict[tuple[str, str], list[int]] = {}
    for number, given in enumerate(handlings):
        by_owner.setdefault((given.owner_member, given.owner_unit), []).append(number)
    columns = "name, owner_member, owner_unit, audience, members, excluded"
    for (member, unit), numbers in by_owner.items():
        owner = Actor(officer="x", member=member, unit=unit)
        with acting_as(owner) as session, session.copy_into("hash_lists", columns) as copy:
            for number in numbers:
                copy.write_row((str(number), *handling_columns(handlings[number]).values()))


def seen(viewers: Iterable[Viewer], table: str = "hash_lists") -> dict[Viewer, set[int]]:
    """Numbers of the records that PostgreSQL shows to each viewer."""
    shown = {}
    for viewer in viewers:
        with app_connection() as app:
            if viewer is not None:
                claim(app, true_context(app, viewer))
            shown[viewer] = {int(row[0]) for row in app.execute(f"select name from {table}")}
    return shown


def expected(viewers: Iterable[Viewer], handlings: Sequence[Handling]) -> dict[Viewer, set[int]]:
    return {viewer: {n for n, given in enumerate(handlings) if may_see(viewer, given)} for viewer in viewers}


def test_postgresql_shows_what_may_see_says_for_every_handling_of_a_small_world(world: World) -> None:
    handlings, viewers = every_handling(), every_viewer(FEW)
    keep(handlings)
    assert seen(viewers) == expected(viewers, handlings)


def test_postgresql_shows_what_may_see_says_for_many_handlings_of_a_large_world(world: World) -> None:
    handlings, viewers = some_handlings(600), every_viewer(MANY)
    assert len(handlings) * len(viewers) >= PAIRS_MIN
    keep(handlings)
    assert seen(viewers) == expected(viewers, handlings)


def test_a_match_is_seen_by_whoever_may_see_both_media(world: World) -> None:
    sides, viewers = every_handling()[::7], every_viewer(FEW)
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
    for viewer in viewers:
        with app_connection() as app:
            if viewer is not None:
                claim(app, true_context(app, viewer))
            shown = {row[0] for row in app.execute("select frames_matched from matches")}
        assert shown == {
            n for n, (a, b) in enumerate(pairs) if may_see(viewer, sides[a]) and may_see(viewer, sides[b])
        }


def cover_of(given: Handling) -> tuple[object, ...]:
    return tuple(handling_columns(given).values())


def as_blind(world: World) -> psycopg.Connection[TupleRow]:
    """A connection that writes as the blind role, as only its owner may."""
    blind = psycopg.connect(**world.facts.as_owner())
    blind.execute(f"set role {world.facts.roles.blind}")
    return blind


# Mutants: a law counts only once it has killed them -----------------------------

MUTANTS: dict[str, Callable[[str], str]] = {
    "nobody is somebody": lambda rule: rule.replace("{viewer_member} is not null\nand ", ""),
    "denial is forgotten": lambda rule: rule.replace("and {viewer_member} <> all ({prefix}excluded)\n", ""),
    "permission wins over denial": lambda rule: rule.replace(
        "and {viewer_member} <> all ({prefix}excluded)\nand (",
        "and ({prefix}audience <> 4 or {viewer_member} <> all ({prefix}excluded))\nand (",
    ),
    "the unit is ignored": lambda rule: rule.replace(
        " and ({prefix}audience <> 1 or {viewer_unit} = {prefix}owner_unit)", ""
    ),
    "the unit counts for all of a member": lambda rule: rule.replace("{prefix}audience <> 1", "{prefix}audience <> 2"),
    "another member's unit of the same name": lambda rule: rule.replace(
        "({viewer_member} = {prefix}owner_member and (",
        "({viewer_unit} = {prefix}owner_unit or {viewer_member} = {prefix}owner_member and (",
    ),
    "named is all": lambda rule: rule.replace(" and {viewer_member} = any ({prefix}members)", ""),
    "members are not asked": lambda rule: rule.replace(
        "or ({prefix}audience = 3 and {viewer_member} = any ({prefix}members))", ""
    ),
    "all is one step wider": lambda rule: rule.replace("{prefix}audience = 4", "{prefix}audience >= 3"),
    "all is nobody": lambda rule: rule.replace("{prefix}audience = 4", "false"),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_rule(world: World, mutant: str) -> None:
    handlings, viewers = every_handling(), every_viewer(FEW)
    broken = MUTANTS[mutant](_template())
    assert broken != _template()
    with scratch_table(world, handlings, broken):
        assert seen(viewers, "scratch") != expected(viewers, handlings)


def test_the_law_holds_for_the_rule_itself_on_the_same_table(world: World) -> None:
    handlings, viewers = every_handling(), every_viewer(FEW)
    with scratch_table(world, handlings, _template()):
        assert seen(viewers, "scratch") == expected(viewers, handlings)


class scratch_table:  # noqa: N801 (read as a phrase: with scratch_table(…))
    """A table under a rule of one's own, gone afterwards."""

    def __init__(self, world: World, handlings: Sequence[Handling], rule: str) -> None:
        self._world, self._handlings, self._rule = world, handlings, rule

    def __enter__(self) -> None:
        condition = render(self._rule, prefix="", viewer_member=VIEWER_MEMBER, viewer_unit=VIEWER_UNIT)
        app = self._world.facts.roles.app
        with psycopg.connect(**self._world.facts.as_owner()) as owner:
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
        with psycopg.connect(**self._world.facts.as_owner()) as owner:
            owner.execute("drop table scratch")


# Without a true actor there is nothing ------------------------------------------


@pytest.fixture
def filled(world: World) -> Actor:
    """A record for everybody in every covered table; gives their owner."""
    ada = world.officer("ada")
    cover = handling_columns(handling(ada))
    ids = "gen_random_uuid()"
    rows = {
        "exhibits": ("case_id, reference", "(select id from cases limit 1), 'E'"),
        "intakes": ("source, source_kind, started_by, host, keeps_bytes", "'', 'folder', 'ada', 'h', true"),
        "chunks": ("intake_id, ordinal, files, bytes", "(select id from intakes limit 1), 1, 1, 1"),
        "media": ("name, kind, verdict", "'\\x01', 'image', 1"),
        "occurrences": ("exhibit_id, case_id, intake_id, path, path_key", f"{ids}, {ids}, {ids}, '', ''"),
        "fingerprints": ("medium_id, kind, bits, count", f"{ids}, 1, '', 1"),
        "series": ("name", "'S'"),
        "series_media": ("series_id, medium_id", f"{ids}, {ids}"),
        "hash_lists": ("name", "'H'"),
        "listings": ("list_id, medium_id", f"{ids}, {ids}"),
    }
    with acting_as(ada) as session, session.cursor() as cursor:
        values = list(cover.values())
        cursor.execute(
            f"insert into cases (reference, opened_by, {', '.join(cover)}) values ('C', 'ada', %s, %s, %s, %s, %s)",
            values,
        )
        for table, (columns, given) in rows.items():
            cursor.execute(
                f"insert into {table} ({columns}, {', '.join(cover)}) values ({given}, %s, %s, %s, %s, %s)", values
            )
    with as_blind(world) as blind:
        blind.execute(
            f"insert into overlap_sides (overlap_id, medium_id, {', '.join(cover)})"
            f" values ({ids}, {ids}, %s, %s, %s, %s, %s)",
            values,
        )
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
    with psycopg.connect(**world.facts.as_owner()) as owner:
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


# Nobody writes for another --------------------------------------------------------


@pytest.mark.parametrize("column", ["owner_member", "owner_unit"])
def test_a_record_for_another_owner_is_refused(world: World, column: str) -> None:
    ada = world.officer("ada")
    cover = handling_columns(handling(ada)) | {column: "SE"}
    with app_connection() as app:
        claim(app, true_context(app, ada))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                f"insert into hash_lists (name, {', '.join(cover)}) values ('H', %s, %s, %s, %s, %s)",
                list(cover.values()),
            )


def test_what_another_owns_can_be_neither_changed_nor_removed_even_if_seen(filled: Actor) -> None:
    eve = Actor(officer="eve", member="SE", unit="VICTIM-ID")
    with app_connection() as app:
        claim(app, true_context(app, eve))
        for table in set(policies.COVERED) - {"overlap_sides"}:
            assert app.execute(f"update {table} set audience = audience").rowcount == 0
            assert app.execute(f"delete from {table}").rowcount == 0


def test_that_another_holds_the_same_bytes_does_not_show(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    world.medium(ada, Audience.UNIT, content=b"the same")
    world.medium(eve, Audience.UNIT, content=b"the same")
    with acting_as(eve) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media")
        assert cursor.fetchone() == (1,)
