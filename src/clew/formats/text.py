"""Bytes of an export as text: any of the encodings tools write, and nothing a record cannot hold."""

import codecs
import re
from collections.abc import Iterable, Iterator

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BOM_BYTES_MAX = 3
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def decoded(blocks: Iterable[bytes]) -> Iterator[str]:
    """The text of `blocks`: UTF-8, or what the byte order mark says; bad bytes become U+FFFD."""
    source = iter(blocks)
    head = b""
    for block in source:
        head += block
        if len(head) >= _BOM_BYTES_MAX:
            break
    encoding, skipped = _encoding(head)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(head[skipped:])
    for block in source:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _encoding(head: bytes) -> tuple[str, int]:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, len(bom)
    return "utf-8", 0


def storable(value: object) -> object:
    """A JSON value in which no text holds NUL or half a surrogate pair: no database takes them."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {str(storable(key)): storable(each) for key, each in value.items()}
    return value
