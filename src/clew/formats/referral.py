"""A referral's package as JSON, and the ZIP in which it is handed on: one manifest names all that is in it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

from clew.domain.errors import Tampered
from clew.domain.referral import FORMAT, Contact, Package, Section

MANIFEST = "manifest.json"
PACKAGE = "package.json"
PAPER = "package.pdf"
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Every file of the ZIP bears the same time: when it was packed is on record, and two packings are the same bytes."""


def as_json(package: Package) -> str:
    """The whole package as one JSON text; the same package is the same text."""
    said = {
        "format": FORMAT,
        "reference": package.reference,
        "country": package.country,
        "series": {"reference": package.series, "state": package.series_state},
        "made_at": package.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": {
            "member": package.by.member, "name": package.by.name, "unit": package.by.unit,
            "contact_point": package.by.contact_point,
        },
        "words": package.words,
        "sections": {section.value: [dict(line) for line in lines] for section, lines in package.sections.items()},
        "crops": [{"file": file, "words": words} for file, words in package.crops],
        "left_out": dict(package.left_out),
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def from_json(text: str) -> Package:
    """The package that `as_json` wrote.

    Raises:
        Tampered: it is none.
    """
    try:
        said = {FORMAT: json.loads(text)}[json.loads(text)["format"]]
        return Package(
            reference=str(said["reference"]), country=str(said["country"]), series=str(said["series"]["reference"]),
            series_state=str(said["series"]["state"]), made_at=datetime.fromisoformat(said["made_at"]),
            by=Contact(**{name: str(value) for name, value in said["by"].items()}), words=str(said["words"]),
            sections={Section(name): tuple(lines) for name, lines in said["sections"].items()},
            crops=tuple((str(one["file"]), str(one["words"])) for one in said["crops"]),
            left_out={str(name): int(more) for name, more in said["left_out"].items()},
        )
    except (ValueError, KeyError, TypeError):
        raise Tampered("This package is not what was kept.") from None


def manifest(reference: str, made_at: datetime, files: Mapping[str, bytes]) -> dict[str, object]:
    """What a ZIP holds: each file with its size and SHA-256. It is what is signed."""
    return {
        "what": "package of a referral",
        "reference": reference,
        "packed_at": made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        },
    }


def as_zip(signed_manifest: str, files: Mapping[str, bytes]) -> bytes:
    """The manifest and the files, stored as they are."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, content in ((MANIFEST, signed_manifest.encode()), *sorted(files.items())):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return written.getvalue()
