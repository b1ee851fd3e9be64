"""JSON of any length through a window of bounded size."""

import json
import math
import re
from collections.abc import Iterable, Iterator

import pydantic_core

from clew.domain.errors import Invalid
from clew.formats.text import decoded, storable

WINDOW_CHARS = 1 << 19
VALUE_CHARS_MAX = 1 << 20
"""A record longer than this is refused: the window must hold it whole."""

FIELDS_MAX = 10_000
QUICK_FAILURES_MAX = 3

_SPACE = re.compile(r"[ \t\r\n]*")
_SEPARATOR = re.compile(r'[ \t\r\n]*,()[ \t\r\n]*\{[ \t\r\n]*"[^"\\]{1,64}"[ \t\r\n]*:')


def _number(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _overflows(values: Iterable[object]) -> bool:
    """Whether a number such as 1e999 became infinite: the fast parser lets it."""
    for value in values:
        if isinstance(value, float):
            if not math.isfinite(value):
                return True
        elif isinstance(value, list):
            if value and _overflows(value):
                return True
        elif isinstance(value, dict) and _overflows(value.values()):
            return True
    return False


def _no_number(_: str) -> None:
    """NaN and Infinity are not JSON and fit no table."""


_DECODER = json.JSONDecoder(strict=False, parse_float=_number, parse_constant=_no_number)


class JsonStream:
    """A cursor over JSON text that arrives in blocks.

    Raises:
        Invalid: the text is no JSON, ends too soon or holds a value beyond the limits.
    """

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._source = decoded(blocks)
        self._text = ""
        self._at = 0
        self._ended = False
        self.records = 0
        """How many records of arrays have been read: how far it came."""

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def take(self, character: str) -> None:
        """Step over `character`, which must come next."""
        if self.peek() != character:
            raise self._bad()
        self._at += 1

    def value(self) -> object:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                end = len(self._text)
                value = None
                complete = False
            else:
                # A number that touches the end of the window may go on.
                complete = end < len(self._text) or self._ended
            if complete:
                self._at = end
                try:
                    return storable(value)
                except RecursionError:
                    raise self._bad() from None
            if len(self._text) - self._at > VALUE_CHARS_MAX or not self._fill():
                raise self._bad()

    def fields(self) -> Iterator[str]:
        """The keys of the object that comes next; the caller takes each value."""
        self.take("{")
        for number in range(FIELDS_MAX):
            if self.peek() == "}":
                break
            if number:
                self.take(",")
            key = self.value()
            self.take(":")
            if not isinstance(key, str):
                raise self._bad()
            yield key
        self.take("}")

    def elements(self) -> Iterator[None]:
        """One turn for each element of the array that comes next; the caller takes each value."""
        self.take("[")
        first = True
        while self.peek() != "]":
            if not first:
                self.take(",")
                self.peek()
            first = False
            yield None
        self.take("]")

    def objects(self) -> Iterator[dict[str, object]]:
        """The objects of the array that comes next.

        Most go many at a time through a fast parser. Exporters write all records alike, so
        what stands between the first two is looked for from the end of the window; if what
        lies before it parses as a list, it does end between records, because no proper
        beginning of a record closes as many quotes and brackets as it opens.
        """
        self.take("[")
        separator: re.Match[str] | None = None
        failures = 0
        while self.peek() != "]":
            batch = self._many(separator) if separator and failures < QUICK_FAILURES_MAX else []
            if batch is None:
                failures += 1
            for value in batch or (self.value(),):
                if not isinstance(value, dict):
                    raise self._bad()
                self.records += 1
                yield value
            if batch:
                continue
            separator = _SEPARATOR.match(self._text, self._at) or separator
            if self.peek() == ",":
                self._at += 1
                if self.peek() == "]":
                    raise self._bad()
            elif self.peek() != "]":
                raise self._bad()
        self.take("]")

    def end(self) -> None:
        """Nothing may follow."""
        if self.peek():
            raise self._bad()

    def _many(self, separator: re.Match[str]) -> list[object] | None:
        """Records of the window up to the last separator; none if it holds none, None if they fail."""
        if len(self._text) - self._at < WINDOW_CHARS // 2:
            self._fill()
        last = self._text.rfind(separator[0], self._at)
        if last < 0:
            return []
        text = f"[{self._text[self._at : last]}]"
        if "\\u0000" in text:
            return None
        try:
            values: object = pydantic_core.from_json(text, allow_inf_nan=False, cache_strings="keys")
        except ValueError:
            return None
        if not isinstance(values, list) or _overflows(values):
            return None
        self._at = last + separator.start(1) - separator.start()
        return values

    def _fill(self) -> bool:
        """Let go of what was read and take in more; false if nothing came."""
        wanted = max(WINDOW_CHARS, len(self._text) - self._at)
        pieces = [self._text[self._at :]]
        self._at = 0
        got = 0
        while got < wanted and not self._ended:
            piece = next(self._source, None)
            if piece is None:
                self._ended = True
            else:
                pieces.append(piece)
                got += len(piece)
        self._text = "".join(pieces)
        return got > 0

    def _bad(self) -> Invalid:
        cut = "ends too soon" if self._ended and self._at >= len(self._text) else "is not valid JSON"
        return Invalid(f"The case export {cut} after record {self.records}.")
