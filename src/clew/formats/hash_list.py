"""Lists of digests and fingerprints: one a line, or CSV with a header such as ICSE's.

Lines: a digest (MD5, SHA-1 or SHA-256 by its length), as md5sum writes it with a name
behind it, or `pdq <hex>` and `video_md5 <hex>` as python-threatexchange's local file
does. A bare line of 64 digits is a SHA-256: only a header or `pdq` makes it a PDQ.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from clew.domain.errors import Invalid
from clew.domain.medium import MediumKind
from clew.formats.listed import BadRecord, ListedMedium, digest, flag, kind, size, text
from clew.formats.text import decoded, storable

LINE_CHARS_MAX = 64 * 1024
COLUMNS_MAX = 512

NOTHING_KNOWN = "This line holds no digest and no fingerprint that Clew knows."
PARTLY_UNDERSTOOD = "A digest of this line is of a wrong length or not hexadecimal; the others are used."

_COMMENT = ("#", "//")
_DIGEST_BY_DIGITS = {32: "md5", 40: "sha1", 64: "sha256"}
_BYTES = {"md5": 16, "sha1": 20, "sha256": 32, "pdq": 32}
_NAMED = {"md5": "md5", "video_md5": "md5", "sha1": "sha1", "sha256": "sha256", "pdq": "pdq"}
_LINE = re.compile(r"(\S+?)(?:[ \t]*[,;\t][ \t]*|[ \t]+\*?|$)(.*)")

_COLUMNS: Mapping[str, str] = {
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "pdq": "pdq",
    "pdqhash": "pdq",
    "photodna": "photodna",
    "size": "size_bytes",
    "filesize": "size_bytes",
    "mediasize": "size_bytes",
    "mediatype": "kind",
    "mimetype": "kind",
    "category": "category",
    "series": "series",
    "seriesname": "series",
    "victimidentified": "victim_identified",
    "identified": "victim_identified",
    "offenderidentified": "offender_identified",
    "isdistributed": "is_distributed",
    "distributed": "is_distributed",
    "path": "untrusted_path",
    "filepath": "untrusted_path",
    "filename": "untrusted_path",
}
"""Column names without case, spaces, - and _, and the field each fills; the first of two counts."""


Row = Callable[[str], tuple[ListedMedium | None, bool]]
"""A line as a medium, None if nothing in it identifies one; and whether all of it was understood."""


def read_hash_list(blocks: Iterable[bytes]) -> Iterator[ListedMedium | BadRecord]:
    """Media of a list, and a BadRecord for every line not used or not used whole.

    Memory is bounded by the longest line. Empty lines and comments are passed over.

    Raises:
        Invalid: a line is longer than LINE_CHARS_MAX: this is no list.
    """
    row: Row | None = None
    for number, line in enumerate(_lines(decoded(blocks)), 1):
        if not line or line.startswith(_COMMENT):
            continue
        if row is None:
            columns = _header(line)
            row = _plain if columns is None else columns.medium
            if columns is not None:
                continue
        medium, whole = row(line)
        if medium is not None:
            yield medium._replace(number=number)
        if not whole:
            yield BadRecord(number, NOTHING_KNOWN if medium is None else PARTLY_UNDERSTOOD)


def is_hash_list(line: str) -> bool:
    """Whether a first line begins a list: a header with digests, or a digest."""
    return _header(line) is not None or _plain(line)[1]


def first_line(head: str) -> str:
    """The first line that is neither empty nor a comment."""
    lines = (line.strip() for line in head.splitlines())
    return next((line for line in lines if line and not line.startswith(_COMMENT)), "")


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + str(storable(piece))).split("\n")
        for line in whole:
            yield _checked(line)
        _checked(rest)
    yield _checked(rest)


def _checked(line: str) -> str:
    if len(line) > LINE_CHARS_MAX:
        raise Invalid("This is no hash list: a line is too long.")
    return line.strip()


def _plain(line: str) -> tuple[ListedMedium | None, bool]:
    match = _LINE.match(line)
    word, rest = (match[1].lower(), match[2].strip()) if match else ("", "")
    name = _NAMED.get(word)
    if name is not None:
        found = digest(rest, _BYTES[name])
        paths: tuple[str, ...] = ()
    else:
        name = _DIGEST_BY_DIGITS.get(len(word), "")
        found = digest(word, len(word) // 2)
        paths = (rest,) if rest else ()
    if found is None or not name:
        return None, False
    medium = ListedMedium(
        md5=found if name == "md5" else None,
        sha1=found if name == "sha1" else None,
        sha256=found if name == "sha256" else None,
        pdq=found if name == "pdq" else None,
        kind=MediumKind.VIDEO if word == "video_md5" else MediumKind.UNKNOWN,
        untrusted_paths=paths,
    )
    return medium, True


class _Columns(NamedTuple):
    """Which column of a CSV file fills which field."""

    delimiter: str
    names: tuple[str, ...]
    places: Mapping[str, int]

    def medium(self, line: str) -> tuple[ListedMedium | None, bool]:
        cells = _cells(line, self.delimiter)
        if cells is None or len(cells) > len(self.names):
            return None, False
        record: dict[str, object] = dict(zip(self.names, cells, strict=False))
        found = {field: cells[place] for field, place in self.places.items() if place < len(cells)}
        get = found.get
        path = text(get("untrusted_path"))
        medium = ListedMedium(
            digest(get("md5"), 16),
            digest(get("sha1"), 20),
            digest(get("sha256"), 32),
            digest(get("pdq"), 32),
            text(get("photodna")),
            size(get("size_bytes")),
            kind(get("kind")),
            text(get("category")),
            text(get("series")),
            flag(get("victim_identified")),
            flag(get("offender_identified")),
            flag(get("is_distributed")),
            None,
            () if path is None else (path,),
            record,
        )
        read = (medium.md5, medium.sha1, medium.sha256, medium.pdq)
        whole = all(value is not None or not get(name) for name, value in zip(_BYTES, read, strict=True))
        return (medium, whole) if medium.is_identified else (None, False)


def _header(line: str) -> _Columns | None:
    """The columns of a CSV header; None if the line is none."""
    delimiter = max(";,\t", key=line.count)
    names = _cells(line, delimiter)
    if names is None or len(names) > COLUMNS_MAX:
        return None
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        field = _COLUMNS.get(re.sub(r"[\s_-]", "", name.lower()))
        if field is not None:
            places.setdefault(field, place)
    holds_digest = any(len(name) in _DIGEST_BY_DIGITS and digest(name, len(name) // 2) for name in names)
    if holds_digest or not any(field in places for field in _BYTES):
        return None
    return _Columns(delimiter=delimiter, names=tuple(names), places=places)


def _cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line; None if a quote is left open."""
    if '"' not in line:
        cells = line.split(delimiter)
    else:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error:
            return None
    return [cell.strip() for cell in cells]
