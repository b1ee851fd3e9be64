"""On the trusted side: starts the warm process that forks locked readers, and ends what it forked.

The nursery is started by exec with a bare environment and never by a fork of the node: a
fork would carry keys, sessions and database sockets in its memory.
"""

import os
import select
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from clew.domain.errors import Unavailable
from clew.media import limits
from clew.media.attempts import CANARIES, LET_THROUGH
from clew.media.lock import Level
from clew.media.protocol import NONCE_BYTES, Role

PROGRAM: Sequence[str] = (sys.executable, "-I", "-m", "clew.media.worker")
_STARTS_MAX = 3
_WAIT = struct.pack("@ll", *divmod(round(limits.LOOK_SECONDS * 1_000_000), 1_000_000))
"""How long one receiving waits: a `struct timeval`, which saves asking whether there is anything."""
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


@dataclass(slots=True, kw_only=True)
class Locked:
    """A forked and locked process, as the trusted side holds it."""

    pid: int
    channel: socket.socket
    results_fd: int
    level: Level

    def close(self) -> None:
        self.channel.close()
        os.close(self.results_fd)


class Lost(Exception):
    """A sandboxed process is gone before it answered."""


class Nursery:
    """One warm process of decoders, shared by all the threads of this process.

    `program` is what is started; the control descriptor is added as its last argument.
    `cache` is where compiled fingerprinting is kept between starts.
    """

    def __init__(self, *, program: Sequence[str] = PROGRAM, cache: Path | None = None) -> None:
        self._program = program
        self._cache = cache
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_proved = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the nursery; what it forked ends with it."""
        with self._turn:
            self._stop()

    @property
    def pid(self) -> int | None:
        """Process number of the nursery, if it runs."""
        return None if self._process is None else self._process.pid

    def locked(self, role: Role) -> Locked:
        """A fresh locked process of `role`, proved closed as far as one start can.

        Raises:
            Unavailable: the sandbox cannot be started or proved closed; nothing may be decoded.
        """
        for _ in range(_STARTS_MAX):
            with suppress(Lost):
                self._prove_canaries()
                return self._started(role)
        raise Unavailable("The sandbox cannot be started; media are taken in but not decoded.")

    def outcome(self, attempt: str) -> tuple[bytes, int]:
        """What a fork that makes `attempt` answered (nothing if it was ended), and its end.

        Raises:
            Lost: the nursery ended.
        """
        locked = self._fork(attempt)
        try:
            answer = _answer(locked.channel, limits.STARTUP_WALL_SECONDS_MAX)[NONCE_BYTES:]
        except Lost:
            answer = b""
        finally:
            locked.close()
        return answer, self._end(locked.pid, is_killed=False)

    def end(self, locked: Locked) -> int:
        """Kill a process; how it ended (see `os.waitpid`), 0 where that is not known."""
        locked.close()
        with suppress(Lost):
            return self._end(locked.pid, is_killed=True)
        return 0

    def _prove_canaries(self) -> None:
        if self._is_proved and self._process is not None:
            return
        for name in CANARIES:
            answer, _end = self.outcome(name)
            if answer == LET_THROUGH:
                raise Unavailable("The sandbox is not closed; media are taken in but not decoded.")
        self._is_proved = True

    def _started(self, role: Role) -> Locked:
        locked = self._fork(role)
        try:
            answer = _answer(locked.channel, limits.STARTUP_WALL_SECONDS_MAX)
            is_closed = len(answer) == 2 and answer[1] == 0 and _threads_are_closed(locked.pid)
            locked.level = Level(answer[0]) if is_closed else Level.OPEN
        except (Lost, ValueError, OSError):
            self.end(locked)
            raise Lost from None
        if locked.level is Level.OPEN:
            self.end(locked)
            raise Unavailable("The sandbox is not closed; media are taken in but not decoded.")
        return locked

    def _fork(self, role: str) -> Locked:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _WAIT)
        results_fd = os.memfd_create("results", os.MFD_CLOEXEC)
        try:
            with theirs:
                pid = int(self._ask(f"fork {role}", [theirs.fileno(), results_fd]))
        except BaseException:
            ours.close()
            os.close(results_fd)
            raise
        return Locked(pid=pid, channel=ours, results_fd=results_fd, level=Level.OPEN)

    def _end(self, pid: int, *, is_killed: bool) -> int:
        return int(self._ask(f"{'kill' if is_killed else 'wait'} {pid}", []))

    def _ask(self, request: str, fds: list[int]) -> bytes:
        with self._turn:
            try:
                if self._control is None:
                    self._start()
                assert self._control is not None  # noqa: S101  (told to the type checker)
                socket.send_fds(self._control, [request.encode()], fds)
                return _answer(self._control, limits.STARTUP_WALL_SECONDS_MAX)
            except (Lost, OSError):
                self._stop()
                raise Lost from None

    def _environment(self) -> Mapping[str, str]:
        cache = {} if self._cache is None else {"NUMBA_CACHE_DIR": str(self._cache)}
        return {"PATH": "", "LANG": "C.UTF-8", "HOME": str(Path.home()), **_ONE_THREAD, **cache}

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  (our own program, fixed arguments)
                [*self._program, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=self._environment(),
                cwd="/",
                start_new_session=True,
            )
        self._control = ours
        self._is_proved = False
        if _answer(ours, limits.STARTUP_WALL_SECONDS_MAX) != b"warm":
            raise Lost

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None


def _answer(channel: socket.socket, wall_seconds: float) -> bytes:
    """One short message, by `recv` and never `recvmsg`: descriptors sent along are dropped."""
    readable, _, _ = select.select([channel], [], [], wall_seconds)
    try:
        answer = channel.recv(64) if readable else b""
    except OSError:
        answer = b""
    if not answer:
        raise Lost
    return answer


def _threads_are_closed(pid: int) -> bool:
    """Whether every thread of `pid` has the filter and can gain no privileges."""
    statuses = [(task / "status").read_text().splitlines() for task in Path(f"/proc/{pid}/task").iterdir()]
    return len(statuses) == 1 and all(
        wanted in lines for lines in statuses for wanted in ("Seccomp:\t2", "NoNewPrivs:\t1")
    )
