"""A run of retention that is killed at any point is gone on with by the next one: everything is gone, once."""

import os
import signal
from datetime import date
from pathlib import Path

import pytest

from clew.actions import ending, opening
from clew.cli.drawing import landscape
from clew.domain.cover import default_retention_end
from clew.domain.ending import Step
from clew.domain.handling_change import SubjectKind
from clew.media.nursery import Nursery
from clew.records import tombstones
from clew.records.session import acting_as
from tests.scenario.test_ending import blobs, counts, every_row
from tests.world.ending import POINTS
from tests.world.forge import forge_of
from tests.world.office import Office, work_in
from tests.world.world import World

SECONDS_MAX = 120
END = default_retention_end(opening.today())


TRIED = range(0, len(POINTS), 2)
"""Every second point: each takes in two folders of its own, more than a second of a core."""


@pytest.mark.parametrize("point", TRIED, ids=[f"{POINTS[one][1]} {POINTS[one][0][2]} {POINTS[one][0][3]}" for one in TRIED])
def test_killed_anywhere_the_next_run_ends_it(
    world: World, nursery: Nursery, tmp_path: Path, point: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, later = world.officer("ada", member="NO"), date(END.year + 1, 1, 1)
    ended, kept = tmp_path / "ended", tmp_path / "kept"
    for folder, seeds in ((ended, range(5)), (kept, (3, 4, 9))):
        folder.mkdir()
        for seed in seeds:
            landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    with work_in(tmp_path, nursery) as workplace:
        office = Office(workplace=workplace)
        office.intake(ada, ended, "NO-1", series="harbour")
        office.intake(ada, kept, "NO-2", until=later)
    killed = forge_of(os.environ).start("tests.world.ending", str(point), str(tmp_path), END.isoformat())
    _, said = killed.communicate(timeout=SECONDS_MAX)
    assert killed.returncode == -signal.SIGKILL, said
    monkeypatch.setattr(ending, "today", lambda: END)
    with work_in(tmp_path, nursery) as workplace:
        ending.end_all(workplace)
        left = every_row(world)
        assert sum(ending.end_all(workplace).values()) == 0
        assert every_row(world) == left, "a second run finds nothing to do"
    found = counts(world)
    assert (found["cases"], found["exhibits"], found["series"], found["occurrences"], found["media"]) == (1, 1, 0, 3, 3)
    assert (blobs(tmp_path), found["medium_keys"]) == (3, 3)
    with acting_as(ada) as session:
        stones = {stone.kind: stone for stone in tombstones.page(session, 10)}
    assert set(stones) == {SubjectKind.CASE, SubjectKind.SERIES}
    case, series = stones[SubjectKind.CASE], stones[SubjectKind.SERIES]
    assert case.step is series.step is Step.DONE
    assert (case.counts["occurrences"], case.counts["cases"], case.counts["blobs_removed"]) == (5, 1, 3)
    assert case.counts["media"] + series.counts["media"] == 3
    assert "".join(row[0] for row in left["acts"]).count("retention.end,") == 2
