"""Runs the reading of a medium where it can do nothing else, and believes nothing unchecked."""

import logging
import os
import secrets
import signal
import socket
import struct
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from clew.domain.medium import Verdict
from clew.media import limits
from clew.media.deadline import Budget, Deadline, ReaderDied, ReaderFailed, ReaderKilled, answer_of
from clew.media.lock import Level
from clew.media.nursery import PROGRAM, Locked, Nursery
from clew.media.protocol import ANSWER, NONCE_BYTES, REQUEST, Role
from clew.media.reading import Reading, Wants
from clew.media.reply import ProtocolBroken, unpack

_LOG = logging.getLogger(__name__)


class Sandbox:
    """One locked reader at a time, for the media of one owner; used by one thread.

    A taken-over reader could lie about later media, so it is lent to one owner only and
    is replaced after `media_per_reader` media. `alarms` counts forbidden system calls.
    """

    def __init__(
        self,
        *,
        nursery: Nursery | None = None,
        program: Sequence[str] = PROGRAM,
        cache: Path | None = None,
        budget: Budget | None = None,
        media_per_reader: int = limits.MEDIA_PER_READER_MAX,
    ) -> None:
        self._owned_nursery = Nursery(program=program, cache=cache) if nursery is None else None
        self._nursery = nursery if nursery is not None else self._owned_nursery or Nursery()
        self._budget = budget or Budget()
        self._media_per_reader = media_per_reader
        self._reader: Locked | None = None
        self._media_left = 0
        self.alarms = 0
        self.readers_started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reader, and the nursery if it is this sandbox's own."""
        self._discard()
        if self._owned_nursery is not None:
            self._owned_nursery.close()

    @property
    def reader_pid(self) -> int | None:
        """Process number of the present reader."""
        return None if self._reader is None else self._reader.pid

    def level(self) -> Level:
        """How much closes the sandbox; starts a reader if there is none.

        Raises:
            Unavailable: it cannot be proved closed.
        """
        return self._present_reader().level

    def read(self, fd: int, size: int, wants: Wants) -> Reading:
        """The reading of the `size` bytes behind `fd`: a sealed memfd or a read-only file.

        A reader that fails is replaced and the medium tried once more, because an earlier
        medium may be to blame; then it is quarantined. Kills from outside are forgiven more.

        Raises:
            Unavailable: the sandbox cannot be proved closed; the medium waits.
        """
        reason = ""
        failures = kills = 0
        while failures < limits.FAILURES_PER_MEDIUM_MAX and kills <= limits.KILLS_FORGIVEN_MAX:
            try:
                return self._read_once(fd, size, wants)
            except ReaderKilled as failure:
                kills, reason = kills + 1, str(failure)
            except (ReaderFailed, ProtocolBroken) as failure:
                failures, reason = failures + 1, str(failure)
        return Reading(verdict=Verdict.QUARANTINED, reason=reason)

    def _read_once(self, fd: int, size: int, wants: Wants) -> Reading:
        reader = self._present_reader()
        self._media_left -= 1
        try:
            return _reading(reader, self._deadline(reader, size, wants), fd, size, wants)
        except ReaderDied as death:
            raise self._cause_of(death, reader) from None
        except (ReaderFailed, ProtocolBroken):
            self._discard()
            raise

    def _cause_of(self, death: ReaderDied, reader: Locked) -> ReaderFailed:
        """Why a reader died that was not ended by us."""
        ended_by = self._discard()
        if ended_by == signal.SIGSYS:
            self.alarms += 1
            _LOG.critical("sandbox.forbidden_call", extra={"reader": reader.pid})
            return ReaderFailed("The sandboxed reader made a forbidden system call.")
        return ReaderKilled("The sandboxed reader was killed.") if ended_by == signal.SIGKILL else death

    def _deadline(self, reader: Locked, size: int, wants: Wants) -> Deadline:
        return self._budget.deadline(reader.pid, size, wants)

    def _present_reader(self) -> Locked:
        if self._reader is not None and self._media_left <= 0:
            self._discard()
        if self._reader is None:
            self._reader = self._nursery.locked(Role.READER)
            self._media_left = self._media_per_reader
            self.readers_started += 1
        return self._reader

    def _discard(self) -> int:
        """End the reader; the signal that ended it before we did, or 0."""
        reader, self._reader = self._reader, None
        if reader is None:
            return 0
        status = self._nursery.end(reader)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _reading(reader: Locked, deadline: Deadline, fd: int, size: int, wants: Wants) -> Reading:
    """Ask `reader` and check its answer."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    try:
        _send(reader, REQUEST.pack(nonce, wants, size), fd)
        untrusted_answer = answer_of(reader, deadline)
    except OSError:
        raise ReaderDied("The sandboxed reader died.") from None
    # A fresh random nonce: a taken-over reader cannot answer a medium before it is asked.
    if not secrets.compare_digest(untrusted_answer[:NONCE_BYTES], nonce):
        raise ProtocolBroken("The reader's answer is to no question.")
    untrusted_message, untrusted_along = _parts(untrusted_answer)
    try:
        return unpack(untrusted_message, lambda most: untrusted_along or _arrays(reader, most))
    finally:
        if not untrusted_along:
            os.ftruncate(reader.results_fd, 0)


def _parts(untrusted_answer: bytes) -> tuple[bytes, bytes]:
    """The message of an answer, and the arrays that came along with it, if they did."""
    try:
        _nonce, length = ANSWER.unpack_from(untrusted_answer)
    except struct.error:
        raise ProtocolBroken("The reader's answer is too short.") from None
    behind = ANSWER.size + length
    return untrusted_answer[ANSWER.size : behind], untrusted_answer[behind:]


def _send(reader: Locked, request: bytes, fd: int) -> None:
    socket.send_fds(reader.channel, [request], [fd])


def _arrays(reader: Locked, size: int) -> bytes:
    """The first `size` bytes that the reader left beside its message; shorter if it wrote less."""
    parts: list[bytes] = []
    at = 0
    while at < size and (part := os.pread(reader.results_fd, size - at, at)):
        parts.append(part)
        at += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
