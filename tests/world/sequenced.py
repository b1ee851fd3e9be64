"""Processes that write acts, and one that puts them in order: `python -m tests.world.sequenced write|sequence`.

A writer tells on standard output which acts are committed, each once it is. It stops when its
standard input ends. The sequencer is there to be killed.
"""

import random
import sys
import threading
import time

import django

PAUSE_SECONDS_MAX = 0.05
"""Between transactions: eight writers leave the machine something to sequence with."""


def write(seed: int) -> None:
    """Commit acts, one to five in a transaction; roll back one transaction in ten."""
    from clew.domain.handling import Actor
    from clew.records import audit
    from clew.records.session import acting_as

    chance, actor = random.Random(seed), Actor(officer="ada", member="NO", unit="VICTIM-ID")
    is_over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()
    while not is_over.is_set():
        time.sleep(chance.uniform(0, PAUSE_SECONDS_MAX))
        made = []
        try:
            with acting_as(actor) as session:
                made = [audit.append(session, "triage.read", f"{seed}") for _ in range(chance.randint(1, 5))]
                _ = 1 / (chance.random() > 0.1)
        except ZeroDivisionError:
            continue
        sys.stdout.write("".join(f"{act_id}\n" for act_id in made))
        sys.stdout.flush()


def sequence() -> None:
    """Put acts in order until somebody ends this."""
    from clew.jobs.sequencer import sequence as sequence_for_ever

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sequence_for_ever(threading.Event())


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "write":
        write(int(sys.argv[2]))
    else:
        sequence()
