"""A process that has its index open: `python -m tests.world.asking FOLDER` and, on standard input, what it waits for.

For each fingerprint (64 hexadecimal digits, one a line) it asks as every action does, again and again, until one that
is equal is found, and says when that was, in seconds of the epoch; or `never`.
"""

import os
import sys
import time
from pathlib import Path

ASKED_SECONDS_MAX = 30.0
PAUSE_SECONDS = 0.02


def main(folder: Path) -> None:
    import django
    import numpy as np

    django.setup()
    from clew.actions import matching
    from clew.domain.fingerprint import Engine
    from clew.media.nursery import Nursery
    from tests.world.office import work_in

    with Nursery(cache=Path(os.environ["NUMBA_CACHE_DIR"])) as nursery, work_in(folder, nursery) as workplace:
        matching.catch_up(workplace.indexes)
        index = workplace.indexes[Engine.STILL]
        print(f"open {index.last}", flush=True)
        for line in sys.stdin:
            bits = np.frombuffer(bytes.fromhex(line.strip()), np.uint8)[None]
            end = time.monotonic() + ASKED_SECONDS_MAX
            answer = "never"
            while answer == "never" and time.monotonic() < end:
                matching.catch_up(workplace.indexes)
                if 0 in index.search(bits).distance:
                    answer = repr(time.time())
                else:
                    time.sleep(PAUSE_SECONDS)
            print(answer, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
