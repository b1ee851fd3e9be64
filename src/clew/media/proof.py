"""Proves the sandbox closed: every attempt to break out is made in a process of its own."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass

from clew.media.attempts import ATTEMPTS, REFUSED
from clew.media.lock import Level
from clew.media.nursery import Lost, Nursery
from clew.media.protocol import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What became of the attempts, and how much closes the sandbox on this machine."""

    level: Level
    attempts: int
    ended: int
    """Attempts that ended the process that made them; the others were told no."""
    let_through: tuple[str, ...]

    @property
    def is_closed(self) -> bool:
        return self.level > Level.OPEN and self.attempts > 0 and not self.let_through


def prove(nursery: Nursery) -> Proof:
    """Make every attempt, each in a fresh locked process.

    Raises:
        Unavailable: the sandbox cannot even be started closed.
    """
    reader = nursery.locked(Role.READER)
    nursery.end(reader)
    ended, let_through = 0, []
    for name in ATTEMPTS:
        answer, status = _outcome(nursery, name)
        was_ended = answer == b"" and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS
        ended += was_ended
        if not was_ended and (answer, status) != (REFUSED, 0):
            let_through.append(name)
    return Proof(level=reader.level, attempts=len(ATTEMPTS), ended=ended, let_through=tuple(let_through))


def _outcome(nursery: Nursery, name: str) -> tuple[bytes, int]:
    with suppress(Lost):
        return nursery.outcome(name)
    return b"", 0  # neither refused nor ended: it counts as let through
