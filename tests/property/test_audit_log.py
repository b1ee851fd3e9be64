"""The law of the log: each committed act has one leaf, and whatever is changed behind it is found and named."""

import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pymerkle
import pytest

from clew.actions import sequencing, verifying
from clew.actions.verifying import Verification, Wrong
from clew.domain.act import words
from clew.domain.handling import Actor
from clew.domain.merkle import span_root
from clew.domain.tile import WIDTH, grown, perfect_of
from clew.formats import signed_note
from clew.formats.checkpoint import Checkpoint
from clew.records import audit, leaves
from clew.records.leaves import Head
from clew.records.session import acting_as
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.world import World

ACTS = 700
"""Past two full tiles."""
CHANGES = 200


@pytest.fixture
def ada(world: World) -> Actor:
    """An officer, and an audit that begins after her admission."""
    actor = world.officer("ada", member="NO")
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("truncate acts, waiting_acts, accesses")
    return actor


def act(actor: Actor, count: int, *, per_transaction: int = 50) -> list[UUID]:
    """So many acts, some in each transaction."""
    made = []
    for first in range(0, count, per_transaction):
        with acting_as(actor) as session:
            numbers = range(first, min(first + per_transaction, count))
            made += [audit.append(session, "triage.read", f"subject {number}", {"media": number}) for number in numbers]
    return made


def log_as_a_library_sees_it() -> tuple[pymerkle.InmemoryTree, list[UUID]]:
    """The acts in the order of their leaves, in somebody else's tree."""
    tree, order = pymerkle.InmemoryTree(algorithm="sha256"), []
    with leaves.opened() as cursor:
        size = leaves.head(cursor).size
        for number, taken in leaves.between(cursor, 0, size):
            assert number == len(order)
            assert taken.act is not None
            tree.append_entry(words(taken.act))
            order.append(taken.id)
    return tree, order


@contextmanager
def tampering(world: World) -> Iterator[psycopg.Cursor]:
    """What the owner of the database could do behind everybody's back; undone at the end."""
    with connected(**world.facts.as_owner()) as owner, owner.cursor() as cursor:
        cursor.execute("alter table acts no force row level security")
        yield cursor
        owner.rollback()


def verified(cursor: psycopg.Cursor) -> Verification:
    return verifying.verify_with(cursor)


def test_every_act_gets_one_leaf_and_the_root_is_an_independent_librarys(ada: Actor) -> None:
    made = act(ada, ACTS)
    assert sequencing.step(limit=300) == 300
    assert sequencing.catch_up() == ACTS - 300
    tree, order = log_as_a_library_sees_it()
    assert sorted(order) == sorted(made)
    with leaves.opened() as cursor:
        head = leaves.head(cursor)
    assert head.size == ACTS
    assert head.root == tree.get_root()
    note = signed_note.parse(head.note)
    assert Checkpoint.parse(note.text) == Checkpoint(origin=sequencing.log_key().name, size=ACTS, root=head.root)
    assert note.signed_by(sequencing.log_key()) is not None
    assert verifying.verify() == Verification(size=ACTS, root=head.root)


def test_an_act_that_is_rolled_back_has_no_leaf(ada: Actor) -> None:
    def fail() -> None:
        with acting_as(ada) as session:
            audit.append(session, "case.read", "")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert sequencing.catch_up() == 0


def test_an_act_that_commits_late_still_gets_its_leaf(ada: Actor, world: World) -> None:
    """The earlier identifier is committed after the later one has its leaf."""
    values = [ada.officer, ada.member, ada.unit, bytes(16)]
    with app_connection() as late:
        claim(late, true_context(late, ada))
        late.execute(
            "insert into acts (id, officer, member, unit, act, subject, counts, salt) values"
            " ('00000000-0000-7000-8000-000000000001', %s, %s, %s, 'case.read', '', '{}', %s)",
            values,
        )
        act(ada, 3)
        assert sequencing.catch_up() == 3
        late.commit()
    assert sequencing.catch_up() == 1
    assert verifying.verify().is_good


CHANGED = {
    "edited": Wrong.EDITED,
    "deleted": Wrong.DELETED,
    "places swapped": Wrong.SWAPPED,
    "contents swapped": Wrong.EDITED,
}


def change(cursor: psycopg.Cursor, kind: str, order: list[UUID], chance: random.Random) -> set[int]:
    """Change one row, or swap two; gives the numbers of the leaves that are concerned."""
    one, other = chance.sample(range(len(order)), 2)
    if kind == "edited":
        column, value = chance.choice([
            ("subject", "another"), ("officer", "bo"), ("member", "SE"), ("unit", "X"), ("act", "case.read"),
            ("owner", "SE"), ("purpose", "p"), ("case_reference", "c"), ("shown", ["SE"]), ("counts", '{"media": -1}'),
            ("at", "2020-01-01"), ("salt", bytes(16)),
        ])  # fmt: skip
        cursor.execute(f"update acts set {column} = %s where id = %s", [value, order[one]])
        return {one}
    if kind == "deleted":
        cursor.execute("delete from acts where id = %s", [order[one]])
        return {one}
    free = "ffffffff-ffff-ffff-ffff-ffffffffffff"
    table, key = ("leaves", "act_id") if kind == "places swapped" else ("acts", "id")
    for old, new in ((order[one], free), (order[other], order[one]), (free, order[other])):
        cursor.execute(f"update {table} set {key} = %s where {key} = %s", [new, old])
    return {one, other}


def test_two_hundred_random_edits_deletions_and_swaps_are_all_found_and_named(ada: Actor, world: World) -> None:
    act(ada, ACTS)
    sequencing.catch_up()
    _, order = log_as_a_library_sees_it()
    chance, named = random.Random(20261127), 0
    with connected(**world.facts.as_owner()) as owner, owner.cursor() as cursor:
        cursor.execute("alter table acts no force row level security")
        for turn in range(CHANGES):
            kind = [*CHANGED][turn % len(CHANGED)]
            cursor.execute("savepoint whole")
            numbers = change(cursor, kind, order, chance)
            found = verified(cursor)
            assert {each.number for each in found.findings} == numbers, (turn, kind)
            assert {each.wrong for each in found.findings} == {CHANGED[kind]}, (turn, kind)
            named += 1
            cursor.execute("rollback to savepoint whole")
        assert verified(cursor).is_good
        owner.rollback()
    assert named == CHANGES


def test_whatever_is_changed_is_found_by_the_part_that_holds_it_and_by_no_other(ada: Actor, world: World) -> None:
    act(ada, ACTS)
    sequencing.catch_up()
    _, order = log_as_a_library_sees_it()
    chance = random.Random(20261128)
    with tampering(world) as cursor:
        for turn in range(CHANGES // 4):
            kind = [*CHANGED][turn % len(CHANGED)]
            cuts = [0, *sorted(chance.sample(range(1, ACTS), 3)), ACTS]
            parts = [range(first, last) for first, last in itertools.pairwise(cuts)]
            cursor.execute("savepoint whole")
            numbers = change(cursor, kind, order, chance)
            for part in parts:
                found = verifying.verify_parts(cursor, [part])
                assert {each.number for each in found.findings} == {number for number in numbers if number in part}, (turn, kind)
            cursor.execute("rollback to savepoint whole")


def test_an_act_that_was_put_in_behind_the_log_is_found_by_the_part_of_its_time(ada: Actor, world: World) -> None:
    act(ada, ACTS)
    sequencing.catch_up()
    _, order = log_as_a_library_sees_it()
    parts = [range(300), range(300, 500), range(500, ACTS)]
    with tampering(world) as cursor:
        for number in (0, 299, 300, 499, 500, ACTS - 1):
            cursor.execute("savepoint whole")
            put_in = UUID(int=order[number].int + 1)
            cursor.execute("alter table acts disable trigger user")
            cursor.execute("insert into acts (id, officer, member, unit, act, subject, counts, salt) select %s, officer, member,"
                           " unit, act, subject, counts, salt from acts where id = %s", [put_in, order[number]])
            found = [each for part in parts for each in verifying.verify_parts(cursor, [part]).findings]
            assert {(each.wrong, each.act_id) for each in found} == {(Wrong.WITHOUT_LEAF, put_in)}, number
            cursor.execute("rollback to savepoint whole")


def test_a_tile_far_above_a_part_is_compared_up_to_what_was_signed() -> None:
    """A log of more than two tiles of the second level, in memory: of what lies above a part nothing can be changed."""
    size = 2 * WIDTH**2 + 300
    tiles = grown(0, {}, [number.to_bytes(32) for number in range(size)])
    head = Head(size=size, root=span_root(0, size, perfect_of(lambda level, index: tiles.get((level, index), b""))))

    def found(part: range) -> set[Wrong]:
        search = verifying._Search()
        verifying._compare_upwards(head, part, lambda level, index: tiles.get((level, index), b""), search)
        return {each.wrong for each in search.findings}

    parts = [range(10, 20), range(WIDTH**2 - 5, WIDTH**2 + 5), range(size - 10, size)]
    assert [found(part) for part in parts] == [set(), set(), set()]
    second = bytearray(tiles[1, 1])
    second[40] ^= 1
    tiles[1, 1] = bytes(second)
    assert [found(part) for part in parts] == [set(), {Wrong.TILE}, set()]


@pytest.mark.parametrize(
    ("lie", "wrong"),
    [
        ("delete from leaves where number = 5", {Wrong.GAP, Wrong.WITHOUT_LEAF}),
        ("update tiles set hashes = set_byte(hashes, 32, 255 - get_byte(hashes, 32)) where level = 0 and index = 2", {Wrong.EDITED, Wrong.ROOT}),
        ("update tiles set hashes = set_byte(hashes, 32, 255 - get_byte(hashes, 32)) where level = 1 and index = 0", {Wrong.TILE, Wrong.ROOT}),
        ("delete from tiles where level = 0 and index = 2", {Wrong.EDITED, Wrong.ROOT}),
        ("update checkpoints set root = decode(repeat('00', 32), 'hex')", {Wrong.ROOT, Wrong.SIGNATURE}),
        ("update checkpoints set note = replace(note, '7', '8')", {Wrong.SIGNATURE}),
        ("update checkpoints set note = ''", {Wrong.SIGNATURE}),
        ("delete from leaves where number >= 699", {Wrong.GAP, Wrong.WITHOUT_LEAF}),
    ],
)  # fmt: skip
def test_a_change_of_the_log_itself_is_found(ada: Actor, world: World, lie: str, wrong: set[Wrong]) -> None:
    act(ada, ACTS)
    sequencing.catch_up()
    with tampering(world) as cursor:
        assert verified(cursor).is_good
        cursor.execute(lie)
        assert {each.wrong for each in verified(cursor).findings} == wrong
