"""On the trusted side: the entries of a seized archive, which is parsed inside the sandbox only.

A stored name is bytes to be kept and shown, never a path on a disk; a stated size is
never believed; nothing an archive says makes a file, a link or a device.
"""

import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from clew.media import limits
from clew.media.deadline import Budget, ReaderFailed, answer_of
from clew.media.nursery import Locked, Nursery
from clew.media.protocol import NEXT_ENTRY, NEXT_PART, NONCE_BYTES, UNPACK, Role
from clew.media.reading import Wants
from clew.media.reply import ProtocolBroken
from clew.media.stored_entry import PART_BYTES

FAILED_TWICE = "The sandboxed unpacker failed on it twice."
BEYOND_ENTRY = "It unfolds to more than an entry may."
BEYOND_ARCHIVE = "The archive unfolds to more than an archive of its size may."
TOO_MANY = "The archive has more entries than an archive may."

_STATED_BYTES_MAX = 2**63 - 1
_MARKS = (b"PK\3\4", b"PK\5\6", b"PK\7\x08", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")


def looks_like_archive(head: bytes) -> bool:
    """Whether a content that begins with `head` (512 bytes or more) may be an archive."""
    return head.startswith(_MARKS) or head[257:262] == b"ustar"


class Allowance:
    """What an archive, with all archives inside it, may still unfold to."""

    def __init__(self, archive_bytes: int) -> None:
        by_size = limits.ARCHIVE_UNPACKED_FREE_BYTES + limits.ARCHIVE_RATIO_MAX * archive_bytes
        self.bytes_left = min(limits.ARCHIVE_UNPACKED_BYTES_MAX, by_size)
        self.entries_left = limits.ARCHIVE_ENTRIES_MAX


class Entry:
    """One entry: its `ordinal`, stored `name`, stated `size` and its content as a stream.

    `reason` says why there is no content, or why it ends early; it is final only when
    `read` has given its last byte.
    """

    def __init__(self, unpacker: "Unpacker", ordinal: int, said: "_EntryFields") -> None:
        self.ordinal = ordinal
        self.name = said.name
        self.size = said.size
        self.reason = said.reason
        self.has_content = not said.reason
        self.bytes_read = 0
        self.bytes_max = min(
            limits.ARCHIVE_ENTRY_BYTES_MAX,
            limits.ARCHIVE_RATIO_FREE_BYTES + limits.ARCHIVE_RATIO_MAX * said.packed,
        )
        self._unpacker = unpacker
        self._part = b""
        self._is_over = bool(said.reason)

    def read(self, most: int) -> bytes:
        """The next bytes, at most `most`; empty at the end."""
        if not self._part and not self._is_over:
            self._part, self.reason = self._unpacker.part_of(self)
            self.bytes_read += len(self._part)
            self._is_over = not self._part
        part, self._part = self._part[:most], self._part[most:]
        return part


class Unpacker:
    """Gives the entries of one archive, in their stored order, from a locked process.

    A process that fails is replaced once for each entry and goes on where it was; then
    that entry is reported and the next one read. `ending` says why entries end early.
    """

    def __init__(
        self,
        fd: int,
        size: int,
        *,
        nursery: Nursery,
        allowance: Allowance | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._fd = fd
        self._size = size
        self._nursery = nursery
        self.allowance = allowance or Allowance(size)
        self._budget = budget or Budget()
        self._process: Locked | None = None
        self._nonce = b""
        self._ordinal = -1
        self.ending = ""
        self.failures = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            self._nursery.end(process)

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Each entry from the ordinal `start` on; read one before asking for the next.

        Raises:
            Unavailable: the sandbox cannot be proved closed.
        """
        self.close()
        self._ordinal = start
        while True:
            entry = self._next_entry()
            if entry is None:
                return
            yield entry
            self._ordinal += 1

    def _next_entry(self) -> Entry | None:
        if self.allowance.entries_left <= 0:
            self.ending = TOO_MANY
            return None
        try:
            untrusted = self._tried_twice(NEXT_ENTRY, 0)
            if untrusted.keys() == {"end"}:
                self.ending = _sentence(untrusted["end"])
                return None
            said = _entry_fields(untrusted, self._size)
        except (ReaderFailed, ProtocolBroken):
            self.close()
            self.ending = FAILED_TWICE
            return None
        self.allowance.entries_left -= 1
        return Entry(self, self._ordinal, said)

    def part_of(self, entry: Entry) -> tuple[bytes, str]:
        """The next part of `entry`, which must be the last one given; empty with its reason at the end."""
        if entry.ordinal != self._ordinal:
            return b"", "It was not read before the next entry was asked for."
        try:
            part, reason = self._next_part(entry.bytes_read)
        except (ReaderFailed, ProtocolBroken):
            self.close()  # a fresh process begins with the next entry
            return b"", FAILED_TWICE
        self.allowance.bytes_left -= len(part)
        if self.allowance.bytes_left < 0:
            return b"", BEYOND_ARCHIVE
        if entry.bytes_read + len(part) > entry.bytes_max:
            return b"", BEYOND_ENTRY
        return part, reason

    def _next_part(self, bytes_read: int) -> tuple[bytes, str]:
        length, reason = _part_fields(self._tried_twice(NEXT_PART, bytes_read))
        part = b"" if self._process is None else os.pread(self._process.results_fd, length, 0)
        if len(part) != length:
            raise ProtocolBroken("The unpacker's answer is not a part.")
        return part, reason

    def _start(self, ordinal: int) -> None:
        self._process = self._nursery.locked(Role.UNPACKER)
        self._nonce = secrets.token_bytes(NONCE_BYTES)
        allowed = max(0, self.allowance.bytes_left) + PART_BYTES
        request = UNPACK.pack(self._nonce, self._size, ordinal, allowed)
        socket.send_fds(self._process.channel, [request], [self._fd])

    def _tried_twice(self, command: bytes, bytes_read: int) -> Mapping[str, object]:
        try:
            return self._asked(command)
        except (ReaderFailed, ProtocolBroken):
            self.failures += 1
            self.close()
        if command == NEXT_PART:
            self._back_to(bytes_read)
        return self._asked(command)

    def _back_to(self, bytes_read: int) -> None:
        """Bring a fresh process to where the last one was: in the present entry, behind `bytes_read`."""
        self._asked(NEXT_ENTRY)
        while bytes_read > 0:
            length, _reason = _part_fields(self._asked(NEXT_PART))
            if not 0 < length <= bytes_read:
                raise ProtocolBroken("The unpacker's parts are not what they were.")
            bytes_read -= length

    def _asked(self, command: bytes) -> Mapping[str, object]:
        try:
            if self._process is None:
                self._start(self._ordinal)
            assert self._process is not None  # noqa: S101  (told to the type checker)
            deadline = self._budget.deadline(self._process.pid, self._size, Wants.PICTURE_OR_KEY_FRAMES)
            self._process.channel.send(command)
            untrusted = answer_of(self._process, deadline)
        except OSError:
            raise ReaderFailed("The sandboxed unpacker died.") from None
        if not secrets.compare_digest(untrusted[:NONCE_BYTES], self._nonce):
            raise ProtocolBroken("The unpacker's answer is to no question.")
        try:
            answer = json.loads(untrusted[NONCE_BYTES:])
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise ProtocolBroken("The unpacker's answer is none.")
        return answer


def _sentence(untrusted: object) -> str:
    if not isinstance(untrusted, str) or len(untrusted) > limits.REASON_CHARACTERS_MAX or not untrusted.isprintable():
        raise ProtocolBroken("The unpacker's answer is not a sentence.")
    return untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class _EntryFields:
    """What was said of an entry, checked for its form; sizes are claims."""

    name: bytes
    size: int | None
    packed: int
    reason: str


def _entry_fields(untrusted: Mapping[str, object], archive_bytes: int) -> _EntryFields:
    """The fields of an entry; what is packed is never more than the whole archive."""
    if untrusted.keys() != {"name", "size", "packed", "reason"}:
        raise ProtocolBroken("The unpacker's answer is not an entry.")
    name, packed = untrusted["name"], _size_or_none(untrusted["packed"])
    if not isinstance(name, str) or len(name) > 2 * limits.ARCHIVE_NAME_BYTES_MAX:
        raise ProtocolBroken("The unpacker's answer is not an entry.")
    try:
        stored_name = bytes.fromhex(name)
    except ValueError:
        raise ProtocolBroken("The unpacker's answer is not an entry.") from None
    return _EntryFields(
        name=stored_name,
        size=_size_or_none(untrusted["size"]),
        packed=archive_bytes if packed is None else min(packed, archive_bytes),
        reason=_sentence(untrusted["reason"]),
    )


def _size_or_none(untrusted: object) -> int | None:
    if untrusted is None:
        return None
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or untrusted < 0:
        raise ProtocolBroken("The unpacker's answer is not a size.")
    return min(untrusted, _STATED_BYTES_MAX)


def _part_fields(untrusted: Mapping[str, object]) -> tuple[int, str]:
    length = untrusted.get("part")
    if untrusted.keys() != {"part", "reason"} or not isinstance(length, int) or not 0 <= length <= PART_BYTES:
        raise ProtocolBroken("The unpacker's answer is not a part.")
    return int(length), _sentence(untrusted["reason"])
