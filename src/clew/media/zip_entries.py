"""Inside the sandbox: the entries of a ZIP archive, whole, cut, lying or overlapping.

Python's own `zipfile` gives up on a whole archive for one odd name or a missing
directory, and turns stored names into text; here each entry is read for itself.
Source: PKWARE, APPNOTE.TXT 6.3.10, clauses 4.3 (headers), 4.4 (fields), 5.8 (LZMA).
"""

import bz2
import lzma
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from clew.media.limits import ARCHIVE_NAME_BYTES_MAX
from clew.media.stored_entry import (
    DAMAGED,
    LOCKED,
    NOT_A_FILE,
    PART_BYTES,
    UNKNOWN_METHOD,
    Damaged,
    SeizedBytes,
    StoredEntry,
)

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64_LOCATOR = struct.Struct("<4sIQI")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\3\4", b"PK\1\2", b"PK\5\6"
_END_64_LOCATOR_MARK, _END_64_MARK = b"PK\6\7", b"PK\6\6"
_COMMENT_BYTES_MAX = 65_535
_FULL = 0xFFFFFFFF
_IS_ENCRYPTED, _SIZES_FOLLOW, _STRONG = 0x1, 0x8, 0x40
_UNIX = 3
_FILE_TYPES: Final = (0, 0o100000)
_LZMA_MEMORY_BYTES_MAX = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What an archive says of an entry; every number may be a lie."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int = 0

    @property
    def has_sizes(self) -> bool:
        return not self.flags & _SIZES_FOLLOW


class _Unpacks(Protocol):
    @property
    def unused_data(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    def more(self, packed: bytes) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...


class _Stored:
    unused_data = b""
    eof = False
    needs_input = True

    def more(self, packed: bytes) -> bytes:
        return packed


class _Deflated:
    def __init__(self) -> None:
        self._inside = zlib.decompressobj(-15)

    @property
    def unused_data(self) -> bytes:
        return self._inside.unused_data

    @property
    def eof(self) -> bool:
        return self._inside.eof

    @property
    def needs_input(self) -> bool:
        return not self._inside.unconsumed_tail

    def more(self, packed: bytes) -> bytes:
        return self._inside.decompress(self._inside.unconsumed_tail + packed, PART_BYTES)


class _Bounded:
    """bz2 and lzma, whose objects keep what they could not unpack yet."""

    def __init__(self, inside: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inside = inside

    @property
    def unused_data(self) -> bytes:
        return self._inside.unused_data

    @property
    def eof(self) -> bool:
        return self._inside.eof

    @property
    def needs_input(self) -> bool:
        return self._inside.needs_input

    def more(self, packed: bytes) -> bytes:
        return self._inside.decompress(packed, PART_BYTES)


class _Lzma:
    """LZMA as clause 5.8 stores it: its properties come first."""

    def __init__(self) -> None:
        self._head = b""
        self._inside: _Bounded | None = None

    @property
    def unused_data(self) -> bytes:
        return b"" if self._inside is None else self._inside.unused_data

    @property
    def eof(self) -> bool:
        return self._inside is not None and self._inside.eof

    @property
    def needs_input(self) -> bool:
        return self._inside is None or self._inside.needs_input

    def more(self, packed: bytes) -> bytes:
        if self._inside is None:
            self._head += packed
            if len(self._head) < 9:
                return b""
            self._inside, packed = _Bounded(_lzma_of(self._head[4:9])), self._head[9:]
        return self._inside.more(packed)


def _lzma_of(properties: bytes) -> lzma.LZMADecompressor:
    first, dictionary = struct.unpack("<BI", properties)
    lp, lc = divmod(first % 45 if first < 225 else 0, 9)
    if dictionary > _LZMA_MEMORY_BYTES_MAX:
        raise Damaged(UNKNOWN_METHOD)
    filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": first // 45, "dict_size": dictionary}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)


_METHODS: dict[int, Callable[[], _Unpacks]] = {
    0: _Stored,
    8: _Deflated,
    12: lambda: _Bounded(bz2.BZ2Decompressor()),
    14: _Lzma,
}


def zip_entries(archive: SeizedBytes) -> Iterator[StoredEntry]:
    """Each entry of the directory or, where there is none, each entry met on the way through.

    Raises:
        Damaged: after the last entry that could be read, if something is missing.
    """
    directory = _directory(archive)
    if directory is None:
        yield from _entries_met(archive)
        raise Damaged("The archive has no directory; what was met was read.")
    offset, end, shift = directory
    while offset < end:
        header, offset = _central_header(archive, offset)
        yield _entry(archive, header, shift)


def _directory(archive: SeizedBytes) -> tuple[int, int, int] | None:
    """Where the directory begins and ends, and how far everything is shifted; None if there is none."""
    tail_at = max(0, archive.size - _COMMENT_BYTES_MAX - _END.size)
    tail = archive.at(tail_at, archive.size - tail_at)
    found = tail.rfind(_END_MARK)
    if found < 0 or len(tail) - found < _END.size:
        return None
    end_at = tail_at + found
    _, _, _, _, _, size, offset, _ = _END.unpack_from(tail, found)
    locator = archive.at(end_at - _END_64_LOCATOR.size, _END_64_LOCATOR.size)
    if _FULL in (size, offset) and locator.startswith(_END_64_LOCATOR_MARK):
        end_64_at = _END_64_LOCATOR.unpack(locator)[2]
        end_64 = archive.at(end_64_at, _END_64.size)
        if len(end_64) == _END_64.size and end_64.startswith(_END_64_MARK):
            size, offset = _END_64.unpack(end_64)[8:10]
            end_at = end_64_at
    shift = end_at - size - offset
    begin = offset + shift
    if begin < 0 or shift < 0 or (size and archive.at(begin, 4) != _CENTRAL_MARK):
        return None
    return begin, end_at, shift


def _central_header(archive: SeizedBytes, offset: int) -> tuple[_Header, int]:
    raw = archive.at(offset, _CENTRAL.size)
    if len(raw) < _CENTRAL.size or not raw.startswith(_CENTRAL_MARK):
        raise Damaged("The directory of the archive is damaged.")
    (_, made_by, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes, comment_bytes,
     _, _, outside, local) = _CENTRAL.unpack(raw)  # fmt: skip
    name = archive.at(offset + _CENTRAL.size, name_bytes)
    extra = archive.at(offset + _CENTRAL.size + name_bytes, extra_bytes)
    size, packed, local = _widened(extra, [size, packed, local])
    mode = outside >> 16 if made_by >> 8 == _UNIX else 0
    flags &= ~_SIZES_FOLLOW  # the directory has them
    header = _Header(
        name=name, flags=flags, method=method, crc=crc, packed=packed, size=size, offset=local, mode=mode
    )
    return header, offset + _CENTRAL.size + name_bytes + extra_bytes + comment_bytes


def _widened(extra: bytes, sizes: list[int]) -> list[int]:
    """The sizes that did not fit in 32 bits, from the field 0x0001 of `extra` (clause 4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            field = extra[at + 4 : at + 4 + length]
            wide = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
            return [next(wide, size) if size == _FULL else size for size in sizes]
        at += 4 + length
    return sizes


def _entry(archive: SeizedBytes, header: _Header, shift: int) -> StoredEntry:
    raw = archive.at(header.offset + shift, _LOCAL.size)
    reason = _reason(header)
    if not reason and (len(raw) < _LOCAL.size or not raw.startswith(_LOCAL_MARK)):
        reason = DAMAGED
    if reason or header.name.endswith(b"/"):
        return StoredEntry(name=header.name, size=header.size, reason=reason or NOT_A_FILE)
    begin = header.offset + shift + _LOCAL.size + sum(_LOCAL.unpack(raw)[-2:])
    return StoredEntry(
        name=header.name,
        size=header.size,
        packed=header.packed,
        parts=lambda: _unpacked(archive, header, begin, None),
    )


def _reason(header: _Header) -> str:
    """Why the entry is not unpacked; empty if it is."""
    if header.flags & (_IS_ENCRYPTED | _STRONG):
        return LOCKED
    if header.mode & 0o170000 not in _FILE_TYPES:
        return NOT_A_FILE
    if len(header.name) > ARCHIVE_NAME_BYTES_MAX:
        return "Its name is longer than a name may be."
    return "" if header.method in _METHODS else UNKNOWN_METHOD


def _unpacked(
    archive: SeizedBytes, header: _Header, begin: int, ended: Callable[[int], None] | None
) -> Iterator[bytes]:
    """The content of an entry in parts; `ended` is told where the packed bytes really end."""
    end = begin + header.packed if header.has_sizes else archive.size
    inside, at, crc = _METHODS[header.method](), begin, 0
    try:
        while not inside.eof and (at < end or not inside.needs_input):
            packed = archive.at(at, min(PART_BYTES, end - at)) if inside.needs_input else b""
            if inside.needs_input and not packed:
                break
            at += len(packed)
            part = inside.more(packed)
            crc = zlib.crc32(part, crc)
            if part:
                yield part
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        raise Damaged(DAMAGED) from None
    finally:
        if ended is not None:
            ended(at - len(inside.unused_data))
    stated = (header.crc,) if header.has_sizes else _stated_behind(archive, at - len(inside.unused_data))
    if crc not in stated or not (header.has_sizes or inside.eof):
        raise Damaged(DAMAGED)


def _stated_behind(archive: SeizedBytes, end: int) -> tuple[int, ...]:
    """The checksum of a descriptor, which may or may not begin with a mark (clause 4.3.9.3)."""
    return struct.unpack("<2I", archive.at(end, 8).ljust(8, b"\0"))


def _entries_met(archive: SeizedBytes) -> Iterator[StoredEntry]:
    """Entries by their own headers, one behind the other, for an archive cut before its directory."""
    at = 0
    while (at := _next_mark(archive, at)) >= 0:
        raw = archive.at(at, _LOCAL.size)
        if len(raw) < _LOCAL.size:
            return
        _, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = _LOCAL.unpack(raw)
        name = archive.at(at + _LOCAL.size, name_bytes)
        size, packed = _widened(archive.at(at + _LOCAL.size + name_bytes, extra_bytes), [size, packed])
        header = _Header(name=name, flags=flags, method=method, crc=crc, packed=packed, size=size, offset=at)
        begin = at + _LOCAL.size + name_bytes + extra_bytes
        reason = _reason(header) or ("" if header.has_sizes or method == 8 else UNKNOWN_METHOD)
        ends = [begin + packed if header.has_sizes else begin]
        if reason or name.endswith(b"/"):
            yield StoredEntry(name=name, size=size, reason=reason or NOT_A_FILE)
        else:
            parts = _unpacked(archive, header, begin, ends.append)
            yield StoredEntry(
                name=name,
                size=size if header.has_sizes else None,
                packed=packed if header.has_sizes else None,
                parts=partial(iter, parts),
            )
            if not header.has_sizes:  # only its end tells where the next one may begin
                with suppress(Damaged):
                    deque(parts, maxlen=0)
        at = max(ends[0] if header.has_sizes else ends[-1], at + _LOCAL.size)


def _next_mark(archive: SeizedBytes, at: int) -> int:
    """Where the next local header begins at or after `at`; -1 if there is none."""
    while at < archive.size:
        window = archive.at(at, PART_BYTES)
        found = window.find(_LOCAL_MARK)
        if found >= 0:
            return at + found
        at += max(1, len(window) - len(_LOCAL_MARK) + 1)
    return -1
