"""Hash lists that leave the node: in which forms, and what a line of one holds."""

from dataclasses import dataclass
from enum import StrEnum

from clew.domain.medium import MediumKind


class Form(StrEnum):
    """In which form a list is written. The words stand in addresses and commands; never reuse one."""

    CSV = "csv"
    VICS = "vics"
    """A hash set of Project VIC, version 2.0, as JSON."""


class Of(StrEnum):
    """What a list is made of. The words stand in addresses and commands; never reuse one."""

    CASE = "case"
    SERIES = "series"
    HASH_LIST = "hash-list"
    MEDIA = "media"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One content of a list: what is known of it to find it again, and nothing of where it was found.

    Shapes: `md5` is 16 bytes, `sha1` 20, `sha256` 32; `pdq` 32, most significant bit first. `category` is a code of
    the scheme that was asked for, None where none was or no category is settled.
    """

    md5: bytes | None
    sha1: bytes | None
    sha256: bytes | None
    pdq: bytes | None
    size_bytes: int | None
    kind: MediumKind
    category: str | None = None
