"""EXIF: the directories of a TIFF structure, walked by our own bounded reader.

Pillow's reader was refused for this: it follows whatever it is told, answers a huge count with
a warning that opens source files, and drops directories it does not know.

Source: CIPA DC-008-2023 (Exif 3.0), clause 4.6; Adobe, "TIFF Revision 6.0" (1992), section 2.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple

from PIL.ExifTags import GPSTAGS, TAGS

from clew.media.limits import METADATA_BYTES_MAX
from clew.media.reading import Fact
from clew.media.words import words_of

DIRECTORIES_MAX = 8
ENTRIES_MAX = 1_000
"""Entries read in all; a camera writes 40 to 120."""
VALUES_KEPT_MAX = 32
"""Values shown of one entry: offsets of strips and tables of colours are shortened. The block itself is kept whole
beside the facts (`media/blocks.py`)."""
TEXT_BYTES_MAX = 16_000
BYTES_SHOWN_MAX = 48
"""Bytes of an entry without known structure (a maker's note) that are shown, as hexadecimal; the block has them all."""


class Rational(NamedTuple):
    """A fraction as stored; its denominator tells how exact it was meant to be."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


Value = str | bytes | tuple[int | float | Rational, ...]
Entries = dict[tuple[str, int], Value]
"""(directory, tag) to value; the directories are `image`, `exif`, `gps`, `interop`, `thumbnail`."""

_HEADER_BYTES = 8
_SUB_DIRECTORIES = {0x8769: "exif", 0x8825: "gps", 0xA005: "interop"}
_BYTE, _ASCII, _UNDEFINED, _UTF8 = 1, 2, 7, 129
_RATIONALS = {5: "II", 10: "ii"}
_NUMBERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}

_USER_COMMENT = 0x9286
_WIDE_TEXTS = frozenset(range(0x9C9B, 0x9CA0))
"""XPTitle to XPSubject, which Windows writes in UTF-16."""


@dataclass(slots=True)
class _Walk:
    """One reading of a TIFF structure: what is still to visit, what was found."""

    untrusted: bytes
    order: str
    entries: Entries
    room: int = ENTRIES_MAX

    def number(self, form: str, at: int) -> int:
        value: int = struct.unpack_from(self.order + form, self.untrusted, at)[0]
        return value


def read_exif(untrusted: bytes) -> Entries:
    """What an EXIF block (from its TIFF header on) says; as much of it as is sound.

    A loop is followed once; an entry whose value lies outside the block is left out.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(untrusted[:4])
    if order is None or len(untrusted) < _HEADER_BYTES:
        return {}
    walk = _Walk(untrusted, order, {})
    waiting = [("image", walk.number("I", 4))]
    seen: set[int] = set()
    while waiting and len(seen) < DIRECTORIES_MAX:
        name, at = waiting.pop(0)
        if at >= _HEADER_BYTES and at not in seen:  # 0 says that there is none
            seen.add(at)
            waiting += _read_directory(walk, name, at)
    return walk.entries


def _read_directory(walk: _Walk, name: str, at: int) -> list[tuple[str, int]]:
    """Read one directory into the walk; answer the directories that it names."""
    if at + 2 > len(walk.untrusted):
        return []
    count = walk.number("H", at)
    named: list[tuple[str, int]] = []
    for entry_at in range(at + 2, at + 2 + 12 * count, 12):
        if walk.room == 0 or entry_at + 12 > len(walk.untrusted):
            return named
        walk.room -= 1
        tag = walk.number("H", entry_at)
        if tag in _SUB_DIRECTORIES:
            named.append((_SUB_DIRECTORIES[tag], walk.number("I", entry_at + 8)))
        elif (value := _value(walk, entry_at)) is not None:
            walk.entries.setdefault((name, tag), value)
    next_at = at + 2 + 12 * count
    if name == "image" and next_at + 4 <= len(walk.untrusted):
        named.append(("thumbnail", walk.number("I", next_at)))
    return named


def _value(walk: _Walk, entry_at: int) -> Value | None:
    """The value of one entry; None if it lies outside the block or is of an unknown type."""
    kind, count = walk.number("H", entry_at + 2), walk.number("I", entry_at + 4)
    size = _SIZES.get(kind, 0) * count
    at = entry_at + 8 if size <= 4 else walk.number("I", entry_at + 8)
    if size == 0 or at + size > len(walk.untrusted):
        return None
    if kind in (_ASCII, _UTF8):
        return words_of(walk.untrusted[at : at + min(size, TEXT_BYTES_MAX)])
    if kind == _UNDEFINED or (kind == _BYTE and count > VALUES_KEPT_MAX):
        return walk.untrusted[at : at + size]
    kept = min(count, VALUES_KEPT_MAX)
    if kind in _RATIONALS:
        parts = struct.unpack_from(f"{walk.order}{_RATIONALS[kind] * kept}", walk.untrusted, at)
        return tuple(Rational(*pair) for pair in zip(parts[::2], parts[1::2], strict=True))
    return struct.unpack_from(f"{walk.order}{kept}{_NUMBERS[kind]}", walk.untrusted, at)


@dataclass(slots=True)
class _Lifted:
    """A directory as it is laid again: entries (tag, type, count, bytes), and where those lay that it names."""

    entries: list[tuple[int, int, int, bytes]]
    parts: dict[int, int]
    next_at: int


def relaid(untrusted: bytes) -> tuple[bytes, int]:
    """The directories of a TIFF file with all their values, laid one behind the other, without the pixels they name.

    Also how many bytes of values had no room. A maker's note that names places of the whole file names others then.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(untrusted[:4])
    if order is None or len(untrusted) < _HEADER_BYTES:
        return b"", 0
    walk = _Walk(untrusted, order, {})
    lifted: dict[int, _Lifted] = {}
    waiting = [walk.number("I", 4)]
    size = beyond = 0
    while waiting and len(lifted) < DIRECTORIES_MAX:
        at = waiting.pop(0)
        if at >= _HEADER_BYTES and at not in lifted and at + 2 <= len(untrusted):
            lifted[at], size, beyond_now = _lift(walk, at, size)
            beyond += beyond_now
            waiting += [*lifted[at].parts.values(), lifted[at].next_at]
    return _laid(order, lifted), beyond


def _lift(walk: _Walk, at: int, size: int) -> tuple[_Lifted, int, int]:
    """The directory at `at`, how many bytes all values have with its own, and how many of its own had no room."""
    one = _Lifted([], {}, 0)
    beyond = 0
    count = walk.number("H", at)
    for entry_at in range(at + 2, at + 2 + 12 * count, 12):
        if walk.room == 0 or entry_at + 12 > len(walk.untrusted):
            return one, size, beyond
        walk.room -= 1
        tag, kind, values = (walk.number(form, entry_at + by) for form, by in (("H", 0), ("H", 2), ("I", 4)))
        long = _SIZES.get(kind, 0) * values
        value_at = entry_at + 8 if long <= 4 else walk.number("I", entry_at + 8)
        if tag in _SUB_DIRECTORIES:
            one.parts[tag] = walk.number("I", entry_at + 8)
            one.entries.append((tag, 4, 1, bytes(4)))
        elif long == 0 or value_at + long > len(walk.untrusted):
            continue
        elif size + long > METADATA_BYTES_MAX:
            beyond += long
        else:
            size += long
            one.entries.append((tag, kind, values, walk.untrusted[value_at : value_at + long]))
    if at + 6 + 12 * count <= len(walk.untrusted):
        one.next_at = walk.number("I", at + 2 + 12 * count)
    return one, size, beyond


def _laid(order: str, lifted: dict[int, _Lifted]) -> bytes:
    places: dict[int, int] = {}
    end = _HEADER_BYTES
    for at, one in lifted.items():
        places[at] = end
        end += 6 + 12 * len(one.entries)
    values: list[bytes] = []
    directories: list[bytes] = []
    for one in lifted.values():
        directories.append(struct.pack(order + "H", len(one.entries)))
        for tag, kind, count, value in one.entries:
            if tag in one.parts:
                kept = struct.pack(order + "I", places.get(one.parts[tag], 0))
            elif len(value) <= 4:
                kept = value.ljust(4, b"\0")
            else:
                kept = struct.pack(order + "I", end)
                values.append(value + bytes(len(value) % 2))  # values begin at even places
                end += len(values[-1])
            directories.append(struct.pack(order + "HHI", tag, kind, count) + kept)
        directories.append(struct.pack(order + "I", places.get(one.next_at, 0)))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", _HEADER_BYTES)
    return head + b"".join(directories) + b"".join(values)


def facts_of(entries: Entries) -> dict[str, Fact]:
    """Every entry by its name (`exif.FNumber`), unknown ones by number (`exif.0xC7B5`)."""
    facts: dict[str, Fact] = {}
    for (directory, tag), value in entries.items():
        names = GPSTAGS if directory == "gps" else TAGS
        facts[f"{directory}.{names.get(tag, f'0x{tag:04X}')}"] = _fact(tag, value)
    return facts


def _fact(tag: int, value: Value) -> Fact:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return _fact_of_bytes(tag, value)
    if tag in _WIDE_TEXTS:
        return words_of(bytes(int(one) & 0xFF for one in value if not isinstance(one, Rational)), "utf-16-le")
    numbers: list[Fact] = [_number(one) for one in value]
    return numbers[0] if len(numbers) == 1 else numbers


def _number(one: float | Rational) -> int | float | str:
    if isinstance(one, Rational):
        return f"{one.numerator}/{one.denominator}" if one.value is None else one.value
    return one if isinstance(one, int) or abs(one) < float("inf") else str(one)


def _fact_of_bytes(tag: int, value: bytes) -> str:
    if tag == _USER_COMMENT:
        return comment_of(value)
    if tag in _WIDE_TEXTS:
        return words_of(value[:TEXT_BYTES_MAX], "utf-16-le")
    text = value[: BYTES_SHOWN_MAX + 1].rstrip(b"\0")
    if len(value) <= BYTES_SHOWN_MAX and text.isascii() and text.decode().isprintable():
        return words_of(value)
    return f"{len(value)} bytes: {value[:BYTES_SHOWN_MAX].hex()}"


def comment_of(value: bytes) -> str:
    """A user comment: eight bytes that name its characters, then the text."""
    if value.startswith(b"UNICODE\0"):
        return words_of(value[8 : 8 + TEXT_BYTES_MAX], "utf-16-be" if value[8:9] == b"\0" else "utf-16-le")
    begins_by_name = value[:8] in (b"ASCII\0\0\0", b"JIS\0\0\0\0\0", bytes(8))
    return words_of(value[8 if begins_by_name else 0 :][:TEXT_BYTES_MAX])
