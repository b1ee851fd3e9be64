"""Readers of the sandbox killed from outside, as a machine does that runs out of memory."""

import os
import random
import signal
import threading
from pathlib import Path
from typing import Self

from clew.media import limits
from clew.media.nursery import Nursery
from clew.media.reading import Reading, Wants
from clew.media.sandbox import Sandbox


class Killer(threading.Thread):
    """Kills the present reader again and again, from outside; never a process that is not one.

    One medium is killed less often than is forgiven it: on a busy machine the same slow medium
    would meet five kills in a row, which is what a medium looks like that exhausts the memory.
    """

    def __init__(self, sandbox: Sandbox, nursery: Nursery) -> None:
        super().__init__(daemon=True)
        self._sandbox, self._nursery, self._draw = sandbox, nursery, random.Random(5)
        self._over = threading.Event()
        self.kills = 0
        self.spared_after = limits.KILLS_FORGIVEN_MAX - 1
        """One less than is forgiven: a kill may fall on the medium after the one it was meant for."""
        self._of_medium = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        self._over.set()
        self.join()

    def next_medium(self) -> None:
        self._of_medium = 0

    def run(self) -> None:
        while not self._over.wait(self._draw.uniform(0.01, 0.12)):
            pid = self._sandbox.reader_pid
            if pid is not None and self._of_medium < self.spared_after and self._kill(pid):
                self._of_medium += 1
                self.kills += 1

    def _kill(self, pid: int) -> bool:
        try:
            held = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            if f"PPid:\t{self._nursery.pid}\n" not in Path(f"/proc/{pid}/status").read_text():
                return False
            signal.pidfd_send_signal(held, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            return False
        finally:
            os.close(held)
        return True


class Beset(Sandbox):
    """A sandbox whose readers are killed again and again while it reads."""

    def __init__(self, nursery: Nursery) -> None:
        super().__init__(nursery=nursery)
        self.killer = Killer(self, nursery)
        self.killer.start()

    def read(self, fd: int, size: int, wants: Wants) -> Reading:
        self.killer.next_medium()
        return super().read(fd, size, wants)

    def close(self) -> None:
        self.killer.end()
        super().close()
