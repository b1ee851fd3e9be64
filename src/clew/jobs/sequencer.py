"""The sequencer of a worker: takes the step of `actions/sequencing.py` again and again, beside the jobs."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from clew.actions import sequencing
from clew.domain.errors import ClewError, Tampered

log = logging.getLogger("clew.jobs")

LOOK_SECONDS = 0.1
"""How long an act waits at most where nobody waits for it."""
AWAY_SECONDS = 2.0
BROKEN_SECONDS = 60.0


@contextmanager
def beside() -> Iterator[None]:
    """Acts get their leaves within; several workers may do this, one at a time is at it."""
    is_over = threading.Event()
    thread = threading.Thread(target=sequence, args=(is_over,), name="sequencer")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def sequence(is_over: threading.Event) -> None:
    """Take steps until `is_over`, whatever becomes of the database meanwhile."""
    pause = 0.0
    try:
        while not is_over.wait(pause):
            pause = _step()
    finally:
        connections.close_all()


def _step() -> float:
    """One step; how long to wait until the next, in seconds."""
    try:
        return 0.0 if sequencing.step() == sequencing.ACTS_PER_STEP_MAX else LOOK_SECONDS
    except Tampered:
        log.critical("the log of the audit was changed; nothing is put on it until a person has looked")
        return BROKEN_SECONDS
    except ClewError:
        log.warning("the audit cannot be put in order now; trying again")
        return AWAY_SECONDS
