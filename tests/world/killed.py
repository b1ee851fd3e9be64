"""An intake that is killed at a numbered point: `python -m tests.world.killed POINT FOLDER SOURCE`.

A point is before or after the n-th call of a function that writes. The process ends there by
SIGKILL, with no chance to tidy up, as a machine does that loses its power supply's patience.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# (module, owner within it or "", function, which call)
CALLS = (
    ("clew.records.intakes", "", "begin", 1),
    ("clew.records.intakes", "", "add_chunk", 1),
    ("clew.records.intakes", "", "walked", 1),
    ("clew.records.media", "", "known", 1),
    ("clew.media.vault", "Batch", "put", 3),
    ("clew.media.vault", "Batch", "_store", 1),
    ("clew.actions.matching", "", "catch_up", 2),
    ("clew.records.media", "", "add", 1),
    ("clew.records.occurrences", "", "fill", 1),
    ("clew.records.fingerprints", "", "add", 1),
    ("clew.records.matches", "", "write", 1),
    ("clew.records.matches", "", "note_digest_overlaps", 1),
    ("clew.records.intakes", "", "move_chunk", 1),
    ("clew.records.fingerprints", "", "replace", 1),
    ("clew.records.intakes", "", "move_chunk", 2),
)
# After a call is before the next one, but where a transaction or a batch ends with it.
ENDINGS = ("begin", "add_chunk", "walked", "_store", "fill", "move_chunk")
POINTS = tuple((call, "before") for call in CALLS) + tuple((call, "after") for call in CALLS if call[2] in ENDINGS)


def arm(point: tuple[tuple[str, str, str, int], str]) -> None:
    """Have this process kill itself at the point: before or after the call of its number."""
    (module, owner, name, which), moment = point
    home = __import__(module, fromlist=["_"])
    home = getattr(home, owner) if owner else home
    original: Callable[..., Any] = getattr(home, name)
    left = [which]

    def deadly(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if moment == "before" and left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*arguments, **named)
        if moment == "after" and left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(home, name, deadly)


def main(point: int, folder: Path, source: Path) -> None:
    """Take in `source` as ada of Norway, up to the point."""
    import django

    django.setup()
    from clew.media.nursery import Nursery
    from clew.records.officers import actor_of
    from tests.world.office import Office, work_in

    arm(POINTS[point])
    with Nursery(cache=Path(os.environ["NUMBA_CACHE_DIR"])) as nursery, work_in(folder, nursery) as workplace:
        Office(workplace=workplace).intake(actor_of("ada"), source, "NO-1")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
