"""A run of retention on a day of one's choice; as a program it is killed: `python -m tests.world.ending POINT FOLDER DAY`.

A point is before or after the n-th call of something that a run does. The process ends there by SIGKILL.
"""

import os
import sys
from datetime import date
from pathlib import Path

from tests.world.killed import arm

CALLS = (
    ("clew.records.tombstones", "", "raise_for", 1),
    ("clew.records.cases", "", "begin_shredding", 1),
    ("clew.actions.ending", "", "_carry_out", 1),
    ("clew.records.forgotten", "", "some_of", 1),
    ("clew.records.forgotten", "", "some_of", 2),
    ("clew.records.forgotten", "", "subject", 1),
    ("clew.records.tombstones", "", "note", 1),
    ("clew.actions.ending", "", "_step", 1),
    ("clew.actions.ending", "", "_step", 2),
    ("clew.media.vault", "Vault", "remove", 1),
    ("clew.media.vault", "Vault", "remove", 2),
    ("clew.keys.keyring", "Keyring", "destroy", 1),
    ("clew.records.tombstones", "", "done", 1),
    ("clew.actions.ending", "", "_carry_out", 2),
    ("clew.records.forgotten", "", "covers", 1),
)
POINTS = tuple((call, moment) for call in CALLS for moment in ("before", "after"))


def main(point: int, folder: Path, day: date) -> None:
    """End what is due on `day`, in batches of two places, up to the point."""
    import django

    django.setup()
    from clew.actions import ending
    from clew.media.nursery import Nursery
    from tests.world.office import work_in

    arm(POINTS[point])
    ending.PLACES_PER_BATCH = 2
    ending.today = lambda: day
    with Nursery(cache=Path(os.environ["NUMBA_CACHE_DIR"])) as nursery, work_in(folder, nursery) as workplace:
        ending.end_all(workplace)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
