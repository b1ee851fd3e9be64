"""A sequencer that is killed again and again at its work while eight processes write: nothing is lost, doubled or out of place."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymerkle

from clew.actions import sequencing, verifying
from clew.domain.act import words
from clew.records import leaves
from tests.world.forge import Forked, forge_of
from tests.world.world import World

WRITERS = 8
SECONDS_MAX = 300.0
KILLS = 10
KILL_SECONDS_MAX = 0.5


def started(*words_of: str, **more: object) -> Forked:
    return forge_of(os.environ).start("tests.world.sequenced", *words_of, stderr=None, **more)


@contextmanager
def writing(folder: Path) -> Iterator[list[Forked]]:
    """Eight writers; what they committed is in a file each."""
    writers = []
    for seed in range(WRITERS):
        with (folder / f"{seed}.committed").open("w") as told:
            writers.append(started("write", str(seed), stdout=told))
    try:
        yield writers
        for writer in writers:
            writer.stdin.close()
        assert [writer.wait(60) for writer in writers] == [0] * WRITERS
    finally:
        for writer in writers:
            writer.kill()


def kill_again_and_again() -> None:
    """Start a sequencer and kill it at its work, with no chance to tidy up, over and over."""
    chance = random.Random(1)
    for _ in range(KILLS):
        sequencer = started("sequence")
        assert sequencer.stdout.readline() == "ready\n"
        await_growth()
        time.sleep(chance.uniform(0, KILL_SECONDS_MAX))
        sequencer.send_signal(signal.SIGKILL)
        sequencer.wait()
        sequencer.stdin.close()
        sequencer.stdout.close()


def await_growth() -> None:
    """Wait until the sequencer has put more in order."""
    until = time.monotonic() + SECONDS_MAX
    with leaves.opened() as cursor:
        size = leaves.head(cursor).size
    grown = size
    while grown == size:
        assert time.monotonic() < until, "the sequencer does nothing"
        time.sleep(0.02)
        with leaves.opened() as cursor:
            grown = leaves.head(cursor).size


def test_each_committed_act_has_exactly_one_leaf_and_the_root_is_an_independent_librarys(
    world: World, tmp_path: Path
) -> None:
    world.officer("ada", member="NO")
    sequencing.catch_up()
    with leaves.opened() as cursor:
        before = leaves.head(cursor).size
    with writing(tmp_path):
        kill_again_and_again()
    sequencing.catch_up()
    told = [line for path in tmp_path.glob("*.committed") for line in path.read_text().split()]
    tree, order = pymerkle.InmemoryTree(algorithm="sha256"), []
    with leaves.opened() as cursor:
        head = leaves.head(cursor)
        for number, taken in leaves.between(cursor, 0, head.size):
            assert number == len(order)
            tree.append_entry(words(taken.act))
            order.append(str(taken.id))
        cursor.execute("select count(*) from acts")
        acts = cursor.fetchone()[0]
        assert leaves.waiting(cursor)[0] == 0
    assert head.size == len(order) == len(set(order)) == acts
    assert sorted(order[before:]) == sorted(told)
    assert head.root == tree.get_root()
    assert verifying.verify().is_good
    assert len(told) > 1_000
