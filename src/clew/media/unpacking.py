"""Inside the sandbox: reads an archive and hands out its entries, one part after another."""

import bz2
import gzip
import io
import json
import lzma
import os
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, cast

from clew.domain.errors import Undecodable
from clew.media.limits import ARCHIVE_NAME_BYTES_MAX, LimitExceeded
from clew.media.protocol import NEXT_ENTRY, RESULTS_FD, UNPACK, received
from clew.media.stored_entry import DAMAGED, PART_BYTES, Damaged, SeizedBytes, StoredEntry
from clew.media.tar_entries import is_tar, tar_entries
from clew.media.zip_entries import zip_entries

_HEAD_BYTES = 512
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError, KeyError, IndexError, OverflowError)
_Compressed = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
_BEYOND = "The archive unfolds to more than an archive of its size may."

_COMPRESSED: tuple[tuple[bytes, Callable[[SeizedBytes], _Compressed]], ...] = (
    (b"\x1f\x8b", lambda archive: gzip.GzipFile(fileobj=archive)),
    (b"BZh", lambda archive: bz2.BZ2File(archive)),  # noqa: PLW0108 (its overloads hide the type)
    (b"\xfd7zXZ\0", lambda archive: lzma.LZMAFile(cast("IO[bytes]", archive))),  # noqa: SIM115
)


class _Unfolded(io.RawIOBase):
    """A compressed stream that is refused where it unfolds beyond `left` bytes.

    Where it is cut or damaged it ends, so that what came before is not lost; `is_whole` tells.
    """

    def __init__(self, stream: _Compressed, left: int) -> None:
        self._stream = stream
        self._left = left
        self.is_whole = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            part = self._stream.read1(min(len(buffer), PART_BYTES)) if self.is_whole else b""
        except _BROKEN:
            self.is_whole, part = False, b""
        self._left -= len(part)
        if self._left < 0:
            raise LimitExceeded(_BEYOND)
        buffer[: len(part)] = part
        return len(part)


def entries_of(archive: SeizedBytes, unfolded_bytes_max: int) -> Iterator[StoredEntry]:
    """The entries of an archive, told by its bytes.

    Raises:
        Undecodable: it is none that is read, or (Damaged) something behind the last entry is missing.
        LimitExceeded: it unfolds beyond `unfolded_bytes_max`.
    """
    head = archive.at(0, _HEAD_BYTES)
    if head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return zip_entries(archive)
    if is_tar(head):
        return tar_entries(io.BufferedReader(archive, PART_BYTES))
    for mark, opened in _COMPRESSED:
        if head.startswith(mark):
            return _compressed_entries(_Unfolded(opened(archive), unfolded_bytes_max))
    raise Undecodable("The bytes are of no archive that is read.")


def _compressed_entries(raw: _Unfolded) -> Iterator[StoredEntry]:
    """Those of a compressed TAR, or the one file that was compressed, whose name is not known."""
    stream = io.BufferedReader(raw, PART_BYTES)
    if is_tar(stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]):
        yield from tar_entries(stream)
    else:
        yield StoredEntry(name=b"", size=None, parts=lambda: _whole(raw, stream))


def _whole(raw: _Unfolded, stream: "io.BufferedReader[_Unfolded]") -> Iterator[bytes]:
    while part := stream.read1(PART_BYTES):
        yield part
    if not raw.is_whole:
        raise Damaged(DAMAGED)


@dataclass(slots=True, kw_only=True)
class _Pump:
    """One archive, asked for its next entry or its next part."""

    entries: Iterator[StoredEntry]
    parts: Iterator[bytes] = field(default_factory=lambda: iter(()))

    def next_entry(self) -> dict[str, str | int | None]:
        try:
            entry = next(self.entries)
        except StopIteration:
            return {"end": ""}
        except (Undecodable, LimitExceeded) as refusal:
            return {"end": str(refusal)}
        except _BROKEN:
            return {"end": "The archive is damaged behind its last readable entry."}
        self.parts = iter(()) if entry.parts is None else entry.parts()
        name = entry.name[:ARCHIVE_NAME_BYTES_MAX].hex()
        return {"name": name, "size": entry.size, "packed": entry.packed, "reason": entry.reason}

    def next_part(self) -> dict[str, str | int | None]:
        try:
            part = next(self.parts, b"")
        except (Damaged, LimitExceeded) as refusal:
            return {"part": 0, "reason": str(refusal)}
        except _BROKEN:
            return {"part": 0, "reason": DAMAGED}
        for at in range(0, len(part), PART_BYTES):
            os.pwrite(RESULTS_FD, part[at : at + PART_BYTES], at)
        return {"part": len(part), "reason": ""}


def unpack_to(channel: socket.socket) -> None:
    """Serve one archive: its request, then one answer to each command."""
    request, fds = received(channel, UNPACK.size, 1)
    if not request:
        return
    nonce, size, start, unfolded_bytes_max = UNPACK.unpack(request)
    pump = _Pump(entries=_from(start, SeizedBytes(fds[0], size), unfolded_bytes_max))
    while command := channel.recv(1):
        answer = pump.next_entry() if command == NEXT_ENTRY else pump.next_part()
        channel.send(nonce + json.dumps(answer).encode())


def _from(start: int, archive: SeizedBytes, unfolded_bytes_max: int) -> Iterator[StoredEntry]:
    for ordinal, entry in enumerate(entries_of(archive, unfolded_bytes_max)):
        if ordinal >= start:
            yield entry
