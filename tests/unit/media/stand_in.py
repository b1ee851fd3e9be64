"""A program for the sandbox that reads drawn words instead of media, and misbehaves when told to."""

import hashlib
import os
import socket
import sys
import time
from collections.abc import Callable

import numpy as np

from clew.domain.fingerprint import Kind
from clew.domain.medium import MediumKind, Verdict
from clew.media import worker
from clew.media.protocol import ANSWER, CHANNEL_FD, RESULTS_FD
from clew.media.reading import FingerprintSet, Reading, Wants


def fingerprint_of(words: bytes) -> bytes:
    """What the stand-in says is the fingerprint of `words`."""
    return hashlib.sha256(words).digest()


def reading_of(words: bytes, rows: int = 1) -> Reading:
    bits = np.frombuffer(fingerprint_of(words) * rows, np.uint8).reshape(rows, 32)
    qualities = np.full(rows, 77, np.uint8)
    if rows == 1:
        one = FingerprintSet(kind=Kind.PDQ, bits=bits, qualities=qualities)
    else:  # so many only a moving medium may have
        one = FingerprintSet(kind=Kind.FRAME, bits=bits, qualities=qualities, times_ms=np.arange(rows, dtype=np.int32))
    return Reading(verdict=Verdict.DECODED, kind=MediumKind.IMAGE, width=8, height=8, stored=(one,), queries=(one,))


def _spin() -> None:
    while True:
        pass


def _say(message: bytes) -> None:
    os.write(CHANNEL_FD, message)


MISDEEDS: dict[bytes, Callable[[], object]] = {
    b"die": lambda: os._exit(3),
    b"abort": os.abort,
    b"forbidden": os.pipe,
    b"spin": _spin,
    b"sleep": lambda: time.sleep(3600),
    b"slow": lambda: time.sleep(0.4),
    b"garbage": lambda: _say(b"\xff" * 99),
    b"short": lambda: _say(b"x"),
    b"wrong nonce": lambda: _say(bytes(16) + b"{}"),
    b"too long": lambda: _say(b"x" * 140_000),
    b"too much": lambda: os.pwrite(RESULTS_FD, b"x" * 2**20, 200 * 2**20),
}


def read(fd: int, size: int, _wants: Wants) -> Reading:
    words = os.pread(fd, size, 0)
    if words.startswith(b"open "):
        return _opened(words[5:])
    if words == b"environment":
        return Reading(verdict=Verdict.NOT_DECODED, facts={"names": sorted(os.environ)})
    if words in MISDEEDS:
        MISDEEDS[words]()
    return reading_of(words, rows=int(words.split()[1]) if words.startswith(b"rows ") else 1)


def _opened(path: bytes) -> Reading:
    try:
        os.open(path, os.O_RDONLY)
    except PermissionError:
        return Reading(verdict=Verdict.NOT_DECODED, reason="The path is closed.")
    return reading_of(path)


def _changed(words: bytes, nonce: bytes, answer: bytes, along: bytes) -> bytes:
    """What a reader that was told `words` says instead of its answer."""
    if words == b"no frame":
        return nonce + b"xx"
    if words == b"longer than it is":
        return ANSWER.pack(nonce, 2**32 - 1) + answer + along
    if words == b"right nonce":
        answer = b"{}"
    elif words == b"claims":
        answer = answer.replace(b"[1, 1, 0, 0]", b"[1, 9, 0, 0]")
    elif words == b"more along":
        along += b"x"
    elif words == b"less along":
        along = along[:-1]
    return ANSWER.pack(nonce, len(answer)) + answer + along


LIES = (b"no frame", b"longer than it is", b"right nonce", b"claims", b"more along", b"less along", b"answers twice")


class Answers(socket.socket):
    """A channel that changes what a reader says, knowing the nonce, when its medium told it to."""

    def send(self, message: bytes, *_flags: int) -> int:  # type: ignore[override]
        told = next((words for words in LIES if fingerprint_of(words) in message), None)
        if told is None:
            return super().send(message)
        nonce, length = ANSWER.unpack_from(message)
        answer, along = message[ANSWER.size :][:length], message[ANSWER.size + length :]
        changed = _changed(told, nonce, answer, along)
        if told == b"answers twice":
            super().send(changed)
        return super().send(changed)


if __name__ == "__main__":
    worker.socket.socket = Answers  # type: ignore[misc]
    worker.run(socket.socket(fileno=int(sys.argv[1])), worker.Decoders(warm=lambda: None, read=read, cut=lambda *_: (1, 0, 0, b""), render=lambda *_: ((1, *[0] * 17), b"")))
