"""Which of the formats a file is, by its first bytes, never by its name."""

import re
from enum import StrEnum

from clew.formats.hash_list import first_line, is_hash_list
from clew.formats.text import decoded


class ListFormat(StrEnum):
    """Formats that name media without being media."""

    VICS = "vics"
    HASH_LIST = "hash_list"


_VICS = re.compile(
    r'\s*\{.{0,4096}?"@?odata\.(?:metadata|context)"\s*:\s*"[^"]{0,500}#(?:Media|Cases)"',
    re.DOTALL | re.IGNORECASE,
)


def recognise(first_block: bytes) -> ListFormat | None:
    """The format that `first_block`, some KiB from the start of a file, begins; None if neither.

    An unknown version of VICS is still VICS: its reader then refuses it with a sentence.
    """
    head = "".join(decoded([first_block]))
    if "\x00" in head:
        return None
    if _VICS.match(head):
        return ListFormat.VICS
    return ListFormat.HASH_LIST if is_hash_list(first_line(head)) else None
