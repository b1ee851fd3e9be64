"""A fingerprint that one process adds is found by another that had its index open before."""

import os
import random
import time
from pathlib import Path

import pytest

from clew.media.nursery import Nursery
from tests.world.forge import forge_of
from tests.world.office import Office, work_in
from tests.world.world import World

ADDED = 5


def test_a_process_whose_index_is_open_finds_what_others_add(
    world: World, nursery: Nursery, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for is 1 s; the test waits longer, for a busy machine, and says how long it took."""
    ada = world.officer("ada", member="NO")
    draw = random.Random(7)
    with work_in(tmp_path, nursery) as workplace:
        office = Office(workplace=workplace)
        (tmp_path / "first.csv").write_text("pdq\n" + draw.randbytes(32).hex())
        office.intake(ada, tmp_path / "first.csv")
        asking = forge_of(os.environ).start("tests.world.asking", str(tmp_path))
        try:
            assert asking.stdout.readline() == "open 0\n"
            seconds = []
            for number in range(ADDED):
                pdq = draw.randbytes(32).hex()
                asking.stdin.write(f"{pdq}\n")
                asking.stdin.flush()
                (tmp_path / f"{number}.csv").write_text(f"pdq\n{pdq}")
                office.intake(ada, tmp_path / f"{number}.csv")
                added = time.time()
                answer = asking.stdout.readline().strip()
                assert answer != "never", f"after {seconds}"
                seconds.append(max(0.0, float(answer) - added))
        finally:
            asking.communicate(timeout=60)
    with capsys.disabled():
        print(f"\nfound by another process after {max(seconds):.3f} s at most")
