"""How long a sandboxed process may work, and how the trusted side waits for its answer."""

import socket
import time
from dataclasses import dataclass

from clew.domain.errors import ClewError
from clew.media import limits
from clew.media.nursery import Locked
from clew.media.reading import Wants
from clew.media.reply import ProtocolBroken

_CPU_CLOCK_OF_PROCESS = 2
_PEEK_SIZE = int(socket.MSG_PEEK | socket.MSG_TRUNC)
"""A number, for to put the two together each time costs more than to receive."""


class ReaderFailed(ClewError):
    """A reader died, hung or broke the protocol; the message is the reason that is kept."""


class ReaderDied(ReaderFailed):
    """A reader is gone."""


class ReaderKilled(ReaderDied):
    """A reader was killed from outside."""


class Deadline:
    """Notices a process that has used its CPU time, or that uses none at all any more.

    CPU time is read from the clock of the process: with wall time alone a busy machine
    would quarantine innocent media. Wall time only ends what is stopped or waits for ever.
    """

    def __init__(self, pid: int, *, cpu_seconds: float, idle_wall_seconds: float, wall_factor: float) -> None:
        self._clock = (~pid << 3) | _CPU_CLOCK_OF_PROCESS  # as clock_getcpuclockid(3) makes it
        self._idle_wall_seconds = idle_wall_seconds
        self._last_cpu, self._last_progress = self._cpu(), time.monotonic()
        self._cpu_end = self._last_cpu + cpu_seconds
        self._wall_end = self._last_progress + cpu_seconds * wall_factor

    def _cpu(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            raise ReaderDied("The sandboxed reader died.") from None

    def look(self) -> None:
        """Raises ReaderFailed if the time is over."""
        cpu, now = self._cpu(), time.monotonic()
        if cpu > self._cpu_end:
            raise ReaderFailed("The sandboxed reader used more CPU time than a medium may.")
        if cpu != self._last_cpu:
            self._last_cpu, self._last_progress = cpu, now
        if now > self._wall_end or now - self._last_progress > self._idle_wall_seconds:
            raise ReaderFailed("The sandboxed reader stood still.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long a reader may work on one medium."""

    cpu_seconds_base: float = limits.CPU_SECONDS_BASE
    cpu_seconds_per_mib: float = limits.CPU_SECONDS_PER_MIB
    cpu_seconds_per_mib_full: float = limits.CPU_SECONDS_PER_MIB_FULL
    cpu_seconds_max: float = limits.CPU_SECONDS_MAX
    idle_wall_seconds: float = limits.IDLE_WALL_SECONDS_MAX
    wall_factor: float = limits.WALL_FACTOR

    def cpu_seconds(self, size_bytes: int, wants: Wants) -> float:
        per_mib = self.cpu_seconds_per_mib_full if wants is Wants.FULL else self.cpu_seconds_per_mib
        return min(self.cpu_seconds_max, self.cpu_seconds_base + per_mib * size_bytes / limits.MIB)

    def deadline(self, pid: int, size_bytes: int, wants: Wants) -> Deadline:
        """The deadline of the process `pid` for a medium of so many bytes, from now on."""
        return Deadline(
            pid,
            cpu_seconds=self.cpu_seconds(size_bytes, wants),
            idle_wall_seconds=self.idle_wall_seconds,
            wall_factor=self.wall_factor,
        )


def answer_of(reader: Locked, deadline: Deadline) -> bytes:
    """One message, by `recv` and never `recvmsg`: descriptors sent along are dropped."""
    size = -1
    while size < 0:
        try:
            # Asked for its size first: room for the longest answer costs more than all the rest of this.
            size = reader.channel.recv_into(bytearray(1), 1, _PEEK_SIZE)
        except BlockingIOError:  # nothing for as long as the channel waits by itself
            deadline.look()
    if not size:
        raise ReaderDied("The sandboxed reader died.")
    if size > limits.MESSAGE_BYTES_MAX:
        raise ProtocolBroken("The reader's answer is too long.")
    return reader.channel.recv(size)
