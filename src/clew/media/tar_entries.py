"""Inside the sandbox: the entries of a TAR archive, one behind the other.

Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; GNU tar
manual, "Basic Tar Format" (long names, numbers beyond octal).
"""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from clew.media.limits import ARCHIVE_NAME_BYTES_MAX
from clew.media.stored_entry import DAMAGED, NOT_A_FILE, PART_BYTES, Damaged, StoredEntry, exactly

_BLOCK = 512
_REGULAR = (b"0", b"\0", b"7")
_LONG_NAME, _LONG_LINK = b"L", b"K"
_PAX, _PAX_SUN, _PAX_FOR_ALL = b"x", b"X", b"g"
_EXTENSION_BYTES_MAX = 1024 * 1024
_PAX_RECORD = re.compile(rb"(\d{1,7}) ([^=\n]+)=")

Stream = BinaryIO | io.RawIOBase


def is_tar(head: bytes) -> bool:
    """Whether the first block carries the checksum of a TAR header."""
    return len(head) >= _BLOCK and _has_checksum(head[:_BLOCK])


def _has_checksum(block: bytes) -> bool:
    try:
        stored = _number(block[148:156])
    except ValueError:
        return False
    return bool(block[:1].strip(b"\0")) and stored == sum(block[:148]) + 8 * 32 + sum(block[156:])


def _number(field: bytes) -> int:
    """An octal number, or a big-endian one whose first bit is set (GNU)."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    return int(field.split(b"\0")[0].strip() or b"0", 8)


def _pax_records(content: bytes) -> dict[bytes, bytes]:
    records, at = {}, 0
    while match := _PAX_RECORD.match(content, at):
        end = at + int(match[1])
        records[match[2]] = content[match.end() : end - 1]
        at = max(end, match.end())
    return records


def _short_name(block: bytes) -> bytes:
    name = block[:100].split(b"\0")[0]
    prefix = block[345:500].split(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def tar_entries(stream: Stream) -> Iterator[StoredEntry]:
    """Each entry of an (unpacked) TAR stream.

    Raises:
        Damaged: after the last entry that could be read, if the rest is cut or no header.
    """
    said: dict[bytes, bytes] = {}
    while (block := exactly(stream, _BLOCK)).strip(b"\0"):
        if not _has_checksum(block):
            raise Damaged("The archive is damaged behind its last readable entry.")
        size, kind = _size(block, said), block[156:157]
        if kind in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_SUN, _PAX_FOR_ALL):
            said |= _extension(kind, _padded(stream, size))
            continue
        name = said.get(b"path", _short_name(block))
        is_sparse = any(key.startswith(b"GNU.sparse") for key in said)
        said = {}
        rest = _Rest(stream, size)
        if kind not in _REGULAR or is_sparse or name.endswith(b"/"):
            yield StoredEntry(name=name[:ARCHIVE_NAME_BYTES_MAX], size=size, reason=NOT_A_FILE)
        elif len(name) > ARCHIVE_NAME_BYTES_MAX:
            yield StoredEntry(
                name=name[:ARCHIVE_NAME_BYTES_MAX], size=size, reason="Its name is longer than a name may be."
            )
        else:
            yield StoredEntry(name=name, size=size, packed=size, parts=rest.parts)
        # A link or a device has no content, whatever its size field says.
        if kind in _REGULAR or kind not in b"123456":
            rest.skip()


def _size(block: bytes, said: dict[bytes, bytes]) -> int:
    try:
        return int(said[b"size"]) if b"size" in said else _number(block[124:136])
    except ValueError:
        raise Damaged(DAMAGED) from None


def _extension(kind: bytes, content: bytes) -> dict[bytes, bytes]:
    if kind == _LONG_NAME:
        return {b"path": content.split(b"\0")[0]}
    return _pax_records(content) if kind in (_PAX, _PAX_SUN) else {}


def _padded(stream: Stream, size: int) -> bytes:
    if size > _EXTENSION_BYTES_MAX:
        raise Damaged("The archive claims a name longer than a name may be.")
    return exactly(stream, -(-size // _BLOCK) * _BLOCK)[:size]


class _Rest:
    """What is left of the present entry's content and its padding."""

    def __init__(self, stream: Stream, size: int) -> None:
        self._stream = stream
        self._left = size
        self._padding = -size % _BLOCK

    def parts(self) -> Iterator[bytes]:
        while self._left:
            part = self._stream.read(min(PART_BYTES, self._left))
            if not part:
                raise Damaged(DAMAGED)
            self._left -= len(part)
            yield part

    def skip(self) -> None:
        for _ in self.parts():
            pass
        exactly(self._stream, self._padding)
