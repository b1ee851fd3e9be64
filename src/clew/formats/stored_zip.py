"""A ZIP of files as they are, entry by entry: no more than one file is held, and its size is known before it begins.

Each header says what follows it, so that whatever reads a ZIP from its beginning can, and the same files give the same
bytes. Source: PKWARE, APPNOTE.TXT 6.3.10, clauses 4.3.7, 4.3.12 and 4.3.16.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence

FILES_MAX = 65_534
BYTES_MAX = 0x7FFFFFFF
"""More would need the headers of ZIP64, which nothing here writes."""

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _IN_UTF_8, _STORED = 20, 0x800, 0
_UNIX_FILE = 0o100600 << 16
_BY_UNIX = 3 << 8
_TIME, _DAY = 0, 1 << 5 | 1
"""The first day that a ZIP can say: when a file was written is nobody's to know."""


def size_bytes(files: Sequence[tuple[str, int]]) -> int:
    """How large the ZIP of these files is: each by its name, and its size in bytes.

    Raises:
        ValueError: there are more of them, or they are larger, than it can hold.
    """
    names = 2 * sum(len(name.encode()) for name, _ in files)
    headers = len(files) * (_LOCAL.size + _CENTRAL.size) + _END.size
    size = names + headers + sum(each for _, each in files)
    if len(files) > FILES_MAX or size > BYTES_MAX:
        raise ValueError("these files need another kind of archive")
    return size


def parts(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The ZIP of these files, part by part: each by its name, and what is in it."""
    directory = bytearray()
    at = count = 0
    for name, content in files:
        named = name.encode()
        facts = (_IN_UTF_8, _STORED, _TIME, _DAY, zlib.crc32(content), len(content), len(content), len(named), 0)
        local = _LOCAL.pack(b"PK\3\4", _VERSION, *facts) + named
        directory += _CENTRAL.pack(b"PK\1\2", _BY_UNIX | _VERSION, _VERSION, *facts, 0, 0, 0, _UNIX_FILE, at) + named
        at, count = at + len(local) + len(content), count + 1
        yield local
        yield content
    yield bytes(directory)
    yield _END.pack(b"PK\5\6", 0, 0, count, count, len(directory), at, 0)
