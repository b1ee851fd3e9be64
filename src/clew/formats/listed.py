"""A medium as someone else's list or case export names it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from clew.domain.medium import MediumKind

NOTHING: Mapping[str, object] = MappingProxyType({})

_FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}
_KINDS: Mapping[str, MediumKind] = {"image": MediumKind.IMAGE, "video": MediumKind.VIDEO}
_HEX_DIGITS_MAX = 128


class ListedMedium(NamedTuple):
    """One record of a list: what identifies the medium, and what is said of it.

    Where nothing is said, None (or no path). A tuple, not a dataclass: exports hold
    millions, and making a frozen dataclass of this size takes as long as parsing its record.
    """

    md5: bytes | None = None
    sha1: bytes | None = None
    sha256: bytes | None = None
    pdq: bytes | None = None
    """32 bytes, most significant bit first."""
    photodna: str | None = None
    """As it was written; never compared, and not stored."""
    size_bytes: int | None = None
    kind: MediumKind = MediumKind.UNKNOWN
    category: str | None = None
    series: str | None = None
    victim_identified: bool | None = None
    offender_identified: bool | None = None
    is_distributed: bool | None = None
    untrusted_file: str | None = None
    """Where the export says the bytes lie, relative to it; may climb, may be absent."""
    untrusted_paths: tuple[str, ...] = ()
    """Where the medium was found, in the words of the export."""
    record: Mapping[str, object] = NOTHING
    """The whole record as it was written, unknown fields too."""
    number: int = 0
    """Which line of its list or record of its export it is, from 1; 0 where it is none."""

    @property
    def is_identified(self) -> bool:
        """Whether it can be compared at all."""
        return not (self.md5 is self.sha1 is self.sha256 is self.pdq is None)


class BadRecord(NamedTuple):
    """A line of a list or a record of an export of which something could not be used.

    `number` counts lines, or records, from 1.
    """

    number: int
    reason: str


def digest(value: object, length: int) -> bytes | None:
    """`length` bytes written in hexadecimal, or None if the value is anything else."""
    if not isinstance(value, str) or len(value) > _HEX_DIGITS_MAX:
        return None
    try:
        found = bytes.fromhex(value)
    except ValueError:
        return None
    return found if len(found) == length else None


def flag(value: object) -> bool | None:
    """A claim as exporters write it: `true`, "True", "yes", 1, …; None for anything else."""
    if value is None or value is False or value is True:
        return value
    return _FLAGS.get(str(value).strip().lower())


def text(value: object) -> str | None:
    """A text or number as text; None where it is empty or of another type."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def kind(value: object) -> MediumKind:
    """Still or moving, by a media type such as `image/jpeg` or a word such as `Image`."""
    return _KINDS.get(value[:5].lower(), MediumKind.UNKNOWN) if isinstance(value, str) else MediumKind.UNKNOWN


def size(value: object) -> int | None:
    """A number of bytes that a file can have, or None."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63:
        return value
    return None
