"""Spans: which bytes of a medium somebody asks for, by the words of HTTP."""

import re
from dataclasses import dataclass

from clew.domain.errors import Invalid

RANGE_CHARACTERS_MAX = 100
_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class NoSuchSpan(Invalid):
    """It holds no such bytes, or more than one span was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Bytes `first` to `last` of so many in all (`of`); `is_part`: some were asked for, and not the whole."""

    first: int
    last: int
    of: int
    is_part: bool

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def words(self) -> str:
        """As the header of the answer says it."""
        return f"bytes {self.first}-{self.last}/{self.of}"


def span_of(untrusted_range: str | None, size_bytes: int) -> Span:
    """What is asked for of a medium of `size_bytes`; all of it where nothing is said, or in another unit than bytes.

    Several spans in one request are refused, though they could be answered: no player asks for them, and each
    span of a medium is on record for itself.

    Raises:
        NoSuchSpan: there are no such bytes, or several spans are asked for.
    Source: RFC 9110, section 14.
    """
    if untrusted_range is None or not untrusted_range.strip().lower().startswith("bytes"):
        return Span(first=0, last=size_bytes - 1, of=size_bytes, is_part=False)
    found = _RANGE.fullmatch(untrusted_range) if len(untrusted_range) <= RANGE_CHARACTERS_MAX else None
    if found is None or found[1] == found[2] == "":
        raise NoSuchSpan("Ask for one span of bytes.")
    if found[1] == "":
        first, last = max(0, size_bytes - int(found[2])), size_bytes - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size_bytes), size_bytes - 1)
    if first > last or first >= size_bytes:
        raise NoSuchSpan("It holds no such bytes.")
    return Span(first=first, last=last, of=size_bytes, is_part=True)
