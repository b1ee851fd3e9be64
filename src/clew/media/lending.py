"""Lending: a sealed medium is read by the sandbox part by part as it asks for it, and is nowhere as a whole.

What is small goes into sealed memory. Of what is larger no copy is made, in memory or on a disk: the sandbox is given
a line instead of a file, on which it says from where on it wants how much, and is answered out of the vault, or out of
what was spilled.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Protocol

from clew.domain.errors import ClewError
from clew.media.digests import Content, content_of
from clew.media.limits import MIB
from clew.media.protocol import LENT_ASKED, LENT_PART, LENT_PART_BYTES_MAX
from clew.media.vault import Reader, Stream

COPIED_BYTES_MAX = 16 * MIB


class Readable(Protocol):
    """Sealed bytes of which any part can be had."""

    def read(self, offset: int, length: int, /) -> bytes: ...


@contextmanager
def lent(reader: Reader) -> Iterator[int]:
    """A descriptor by which the sandbox reads the medium, for as long as the `with` block lasts.

    Raises:
        Tampered, Unavailable: a part of it could not be read; what the sandbox made of the rest is not given on.
    """
    if reader.size_bytes <= COPIED_BYTES_MAX:
        with content_of(Stream(reader)) as content:
            yield content.fd
        return
    with _line(reader) as fd:
        yield fd


@contextmanager
def given(content: Content) -> Iterator[int]:
    """A descriptor by which the sandbox reads the content, for as long as the `with` block lasts.

    Raises:
        Tampered: somebody wrote into what was spilled; what the sandbox made of the rest is not given on.
    """
    if content.spilled is None:
        yield content.fd
        return
    with _line(content.spilled) as fd:
        yield fd


@contextmanager
def _line(reader: Readable) -> Iterator[int]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    failed: list[ClewError] = []
    answering = Thread(target=_answer, args=(reader, ours, failed), name="lending", daemon=True)
    answering.start()
    try:
        yield theirs.fileno()
    finally:
        theirs.close()
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)
        answering.join()
        ours.close()
        if failed:
            raise failed[0]


def _answer(reader: Readable, line: socket.socket, failed: list[ClewError]) -> None:
    """Give what is asked for until the line is closed; whatever is asked, nothing but this medium can be had by it."""
    with suppress(OSError):
        while untrusted := line.recv(LENT_ASKED.size + 1):
            if len(untrusted) != LENT_ASKED.size:
                break
            at, count = LENT_ASKED.unpack(untrusted)
            try:
                part = reader.read(at, min(count, LENT_PART_BYTES_MAX))
            except ClewError as error:
                failed.append(error)
                break
            line.send(LENT_PART.pack(at, count) + part)
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
