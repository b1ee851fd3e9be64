"""A program for the sandbox that reads drawn words instead of media, and misbehaves when told to."""

import hashlib
import os
import signal
import socket
import sys
import time

import numpy as np

from clew.domain.fingerprint import Kind
from clew.domain.medium import MediumKind, Verdict
from clew.media.protocol import CHANNEL_FD, RESULTS_FD
from clew.media.reading import FingerprintSet, Reading, Wants
from clew.media.worker import Decoders, run


def fingerprint_of(words: bytes) -> bytes:
    """What the stand-in says is the fingerprint of `words`."""
    return hashlib.sha256(words).digest()


def reading_of(words: bytes, rows: int = 1) -> Reading:
    bits = np.frombuffer(fingerprint_of(words) * rows, np.uint8).reshape(rows, 32)
    one = FingerprintSet(kind=Kind.PDQ, bits=bits, qualities=np.full(rows, 77, np.uint8))
    return Reading(verdict=Verdict.DECODED, kind=MediumKind.IMAGE, width=8, height=8, stored=(one,), queries=(one,))


def _spin() -> None:
    while True:
        pass


def _say(message: bytes) -> None:
    os.write(CHANNEL_FD, message)


MISDEEDS = {
    b"die": lambda: os._exit(3),
    b"abort": os.abort,
    b"forbidden": lambda: socket.socket(),
    b"spin": _spin,
    b"sleep": lambda: time.sleep(3600),
    b"stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
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
    if words in MISDEEDS:
        MISDEEDS[words]()
    if words == b"nothing":
        return Reading(verdict=Verdict.NOT_DECODED, reason="There is nothing in it.")
    return reading_of(words, rows=int(words.split()[1]) if words.startswith(b"rows ") else 1)


def _opened(path: bytes) -> Reading:
    try:
        os.open(path, os.O_RDONLY)
    except PermissionError:
        return Reading(verdict=Verdict.NOT_DECODED, reason="The path is closed.")
    return reading_of(path)


if __name__ == "__main__":
    run(socket.socket(fileno=int(sys.argv[1])), Decoders(warm=lambda: None, read=read))
