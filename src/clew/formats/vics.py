"""Case exports and hash sets of Project VIC: VICS 1.2, 1.3 and 2.0.

Source: the models at github.com/ICMEC/ProjectVic and github.com/VICSDATAMODEL/ProjectVic,
and what importers met in practice: keys in any case, booleans as text, several records
for one file, dates of many kinds. The whole record is given beside what was understood of it, and
is not stored.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from clew.domain.errors import Invalid
from clew.formats.json_stream import JsonStream
from clew.formats.listed import BadRecord, ListedMedium, digest, flag, kind, size, text

SHAPES_MAX = 1024
PATHS_PER_RECORD_MAX = 10_000
CASE_FIELDS_MAX = 1_000
CASE_CHARACTERS_MAX = 4 << 20

TOO_MANY_PATHS = f"This record names more than {PATHS_PER_RECORD_MAX:,} places; the first of them are used."
TOO_LARGE_CASE = "This export says more of a case than Clew reads: too many fields, or too long ones."
CONTEXT_KEYS = frozenset({"odata.metadata", "@odata.context"})
CONTEXT = re.compile(r"/DataModels/(1\.2|1\.3|2\.0)\.xml(?:/[^#]*)?#(Media|Cases)$", re.IGNORECASE)

_ABSENT = "\x00"
"""A key no record has: NUL never passes the reader of JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VicsCase:
    """A case of an export, given before its media.

    It is given again after them where fields followed the media; the later one counts.
    """

    ordinal: int
    number: str | None
    organisation: str | None
    fields: Mapping[str, object]
    """All fields of the case as they were written, but not its media."""


class _Shape(NamedTuple):
    """Under which keys the records of one exporter hold what Clew reads."""

    md5: str
    sha1: str
    sha256: str
    photodna: str
    mediasize: str
    mimetype: str
    category: str
    series: str
    victimidentified: str
    offenderidentified: str
    isdistributed: str
    relativefilepath: str
    alternativehashes: str
    mediafiles: str


def read_cases(blocks: Iterable[bytes]) -> Iterator[VicsCase | ListedMedium | BadRecord]:
    """Cases and media of an export, in its order; of a `#Media` set only media.

    A BadRecord follows a medium that was not read whole.

    Memory is bounded whatever the size of the export.

    Raises:
        Invalid: no VICS, bad JSON or cut short; the sentence says after which record.
            What was given before stands.
    """
    stream = JsonStream(blocks)
    if stream.peek() != "{":
        raise Invalid("This is no VICS export: its root is not an object.")
    root = ""
    done = False
    for key in stream.fields():
        if key.lower() in CONTEXT_KEYS and not root:
            root = _root(stream.value())
        elif key.lower() == "value" and not done:
            if not root:
                raise Invalid("This is no VICS export: it does not begin with its data model.")
            done = True
            yield from _cases(stream) if root == "cases" else _media(stream)
        else:
            stream.value()
    stream.end()
    if not done:
        raise Invalid("This is no VICS export: it holds no list of cases or media.")


def _root(context: object) -> str:
    match = CONTEXT.search(context) if isinstance(context, str) else None
    if match is None:
        raise Invalid("This is no VICS export of version 1.2, 1.3 or 2.0.")
    return match[2].lower()


def _cases(stream: JsonStream) -> Iterator[VicsCase | ListedMedium | BadRecord]:
    for ordinal, _ in enumerate(stream.elements()):
        fields: dict[str, object] = {}
        given: VicsCase | None = None
        characters = 0
        for key in stream.fields():
            if key.lower() == "media" and stream.peek() == "[":
                given = given or _case(ordinal, fields)
                yield given
                yield from _media(stream)
            else:
                fields[key] = stream.value()
                characters += len(str(fields[key]))
                if len(fields) > CASE_FIELDS_MAX or characters > CASE_CHARACTERS_MAX:
                    raise Invalid(TOO_LARGE_CASE)
        if given is None or len(given.fields) != len(fields):
            yield _case(ordinal, fields)


def _case(ordinal: int, fields: Mapping[str, object]) -> VicsCase:
    return VicsCase(
        ordinal=ordinal,
        number=text(_field(fields, "CaseNumber")),
        organisation=text(_field(fields, "ContactOrganization")),
        fields=dict(fields),
    )


def _media(stream: JsonStream) -> Iterator[ListedMedium | BadRecord]:
    shapes: dict[tuple[str, ...], _Shape] = {}
    for record in stream.objects():
        keys = tuple(record)
        shape = shapes.get(keys)
        if shape is None:
            shape = _shape(keys)
            if len(shapes) < SHAPES_MAX:
                shapes[keys] = shape
        medium = _medium(record, shape, stream.records)
        if len(medium.untrusted_paths) > PATHS_PER_RECORD_MAX:
            yield medium._replace(untrusted_paths=medium.untrusted_paths[:PATHS_PER_RECORD_MAX])
            yield BadRecord(stream.records, TOO_MANY_PATHS)
        else:
            yield medium


def _shape(keys: tuple[str, ...]) -> _Shape:
    """The first key of each name, whatever its case and separators."""
    names: dict[str, str] = {}
    for key in keys:
        names.setdefault(key.lower().replace("-", "").replace("_", ""), key)
    return _Shape._make(names.get(field, _ABSENT) for field in _Shape._fields)


def _medium(record: Mapping[str, object], shape: _Shape, number: int) -> ListedMedium:
    get = record.get
    pdq, photodna, sha256 = _alternatives(get(shape.alternativehashes))
    return ListedMedium(
        digest(get(shape.md5), 16),
        digest(get(shape.sha1), 20),
        digest(get(shape.sha256), 32) or sha256,
        pdq,
        text(get(shape.photodna)) or photodna,
        size(get(shape.mediasize)),
        kind(get(shape.mimetype)),
        text(get(shape.category)),
        text(get(shape.series)),
        flag(get(shape.victimidentified)),
        flag(get(shape.offenderidentified)),
        flag(get(shape.isdistributed)),
        text(get(shape.relativefilepath)),
        _paths(get(shape.mediafiles)),
        record,
        number,
    )


def _alternatives(hashes: object) -> tuple[bytes | None, str | None, bytes | None]:
    """PDQ, PhotoDNA and SHA-256 among the alternative hashes."""
    pdq, photodna, sha256 = None, None, None
    for entry in _entries(hashes):
        value = entry.get("HashValue") or _field(entry, "HashValue")
        name = (text(entry.get("HashName") or _field(entry, "HashName")) or "").lower().replace("-", "")
        if name == "pdq":
            pdq = pdq or digest(value, 32)
        elif name == "photodna":
            photodna = photodna or text(value)
        elif name == "sha256":
            sha256 = sha256 or digest(value, 32)
    return pdq, photodna, sha256


def _paths(files: object) -> tuple[str, ...]:
    """Where the medium was found: folder and name, unless the folder already ends in the name."""
    paths = []
    for entry in _entries(files):
        name = text(entry.get("FileName") or _field(entry, "FileName")) or ""
        folder = text(entry.get("FilePath") or _field(entry, "FilePath")) or ""
        if name and not folder.lower().endswith(name.lower()):
            folder = f"{folder}\\{name}" if folder else name
        if folder:
            paths.append(folder)
    return tuple(paths)


def _entries(value: object) -> list[Mapping[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) and value else []


def _field(record: Mapping[str, object], name: str) -> object:
    """A field by its name, whatever its case."""
    if name in record:
        return record[name]
    lower = name.lower()
    return next((value for key, value in record.items() if key.lower() == lower), None)
