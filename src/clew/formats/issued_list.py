"""Hash lists as this node writes them: CSV, and hash sets of Project VIC; `hash_list` and `vics` read both back.

Each is written piece by piece, so that a list of any length needs the memory of one entry.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping

from clew.domain.hash_list import Entry, Form
from clew.domain.medium import MediumKind

COLUMNS = ("md5", "sha1", "sha256", "pdq", "size", "mediatype", "category")
CONTEXT = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media"
FORMULA = ("=", "+", "-", "@")
"""With these begins what a spreadsheet takes for a formula; a code of a category is a word of some administrator."""

_KINDS: Mapping[MediumKind, str] = {MediumKind.IMAGE: "image", MediumKind.VIDEO: "video"}


def written(entries: Iterable[Entry], form: Form) -> Iterator[bytes]:
    """The list in its form, in pieces of one entry."""
    return _csv(entries) if form is Form.CSV else _vics(entries)


def _csv(entries: Iterable[Entry]) -> Iterator[bytes]:
    yield _line(COLUMNS)
    for one in entries:
        category = one.category or ""
        yield _line((
            _hex(one.md5), _hex(one.sha1), _hex(one.sha256), _hex(one.pdq),
            "" if one.size_bytes is None else str(one.size_bytes), _KINDS.get(one.kind, ""),
            f"'{category}" if category.startswith(FORMULA) else category,
        ))  # fmt: skip


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


def _vics(entries: Iterable[Entry]) -> Iterator[bytes]:
    yield f'{{"@odata.context": "{CONTEXT}", "value": ['.encode()
    for number, one in enumerate(entries, 1):
        yield (b"\n" if number == 1 else b",\n") + json.dumps(_record(number, one), ensure_ascii=False).encode()
    yield b"\n]}\n"


def _record(number: int, one: Entry) -> dict[str, object]:
    """A medium in the words of the model. What is not known is left out: an empty value would be a claim."""
    alternative = [
        {"HashName": name, "HashValue": _hex(value)}
        for name, value in (("SHA256", one.sha256), ("PDQ", one.pdq)) if value is not None
    ]  # fmt: skip
    known = {
        "MD5": _hex(one.md5).upper() or None, "SHA1": _hex(one.sha1).upper() or None, "MediaSize": one.size_bytes,
        "Category": _category(one.category), "AlternativeHashes": alternative or None,
    }  # fmt: skip
    return {"MediaID": number, **{name: value for name, value in known.items() if value is not None}}


def _category(code: str | None) -> int | str | None:
    """Categories of the model are numbers; a scheme that names them otherwise is written as it does."""
    return int(code) if code is not None and code.isascii() and code.isdecimal() and len(code) < 10 else code


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex()
