"""Case exports as other tools write them: drawn from a seed, of any size, nothing real in them."""

import json
import random
from collections.abc import Iterable, Iterator

CONTEXTS = {
    "1.2": ("odata.metadata", "http://github.com/ICMEC/ProjectVic/DataModels/1.2.xml#"),
    "1.3": ("odata.metadata", "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#"),
    "2.0": ("@odata.context", "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#"),
}


def medium(number: int, seed: int = 0, **changes: object) -> dict[str, object]:
    """One record as a forensic tool would write it; `changes` replace or add fields."""
    draw = random.Random(f"{seed} {number}")
    md5 = draw.randbytes(16).hex().upper()
    record: dict[str, object] = {
        "MediaID": number,
        "Category": draw.choice([0, 1, 2, None]),
        "MD5": md5,
        "SHA1": draw.randbytes(20).hex().upper(),
        "VictimIdentified": draw.choice([True, False, "True", None]),
        "OffenderIdentified": False,
        "IsDistributed": draw.choice([True, "false"]),
        "Series": draw.choice(["", "", "Ridge Meadow", "Tower Block"]),
        "Comments": "",
        "Tags": "",
        "DateUpdated": "2026-03-02T10:11:12Z",
        "MediaSize": draw.randrange(10_000, 9_000_000),
        "MimeType": "image/jpeg",
        "RelativeFilePath": f"VIC_Files\\{number // 1000:03}\\{number}.jpg",
        "IsPrecategorized": False,
        "IsSuspected": False,
        "AlternativeHashes": [{"MD5": md5, "HashName": "PDQ", "HashValue": draw.randbytes(32).hex()}],
        "Exifs": [{"MD5": md5, "PropertyName": "Make", "PropertyValue": "Drawn"}],
        "MediaFiles": [
            {
                "MD5": md5,
                "FileName": f"{number}.jpg",
                "FilePath": f"vol1\\pictures\\{number}.jpg",
                "Created": "2024-01-01T00:00:00Z",
                "Unallocated": False,
            }
        ],
    }
    return {**record, **changes}


def write_media(
    media: Iterable[dict[str, object]], version: str = "2.0", *, bom: bool = False, indent: int | None = None
) -> Iterator[bytes]:
    """A `#Media` export, record by record."""
    yield (b"\xef\xbb\xbf" if bom else b"") + _head(version, "Media")
    yield from _joined(media, indent)
    yield b"]}"


def write_cases(
    cases: Iterable[tuple[dict[str, object], Iterable[dict[str, object]]]],
    version: str = "2.0",
    *,
    indent: int | None = None,
) -> Iterator[bytes]:
    """A `#Cases` export: each case by its fields and its media, record by record."""
    yield _head(version, "Cases")
    for number, (fields, media) in enumerate(cases):
        head = json.dumps(fields, ensure_ascii=False)[:-1]
        yield f'{"," if number else ""}{head}{", " if fields else ""}"Media":['.encode()
        yield from _joined(media, indent)
        yield b"]}"
    yield b"]}"


def _head(version: str, kind: str) -> bytes:
    key, context = CONTEXTS[version]
    return f'{{"{key}":"{context}{kind}","value":['.encode()


def _joined(media: Iterable[dict[str, object]], indent: int | None) -> Iterator[bytes]:
    for number, record in enumerate(media):
        text = json.dumps(record, ensure_ascii=False, indent=indent)
        yield (("," if number else "") + text).encode()
