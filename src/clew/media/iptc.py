"""IPTC: the datasets that editors write beside a picture, out of Photoshop's resource blocks.

Source: IPTC-NAA Information Interchange Model 4.2, chapter 6; Adobe Photoshop File Formats
Specification, "Image Resource Blocks".
"""

from collections.abc import Iterator

from clew.media.reading import Fact
from clew.media.words import words_of

RESOURCES_MAX = 200
DATASETS_MAX = 200

_NAMES = {
    5: "ObjectName", 7: "EditStatus", 15: "Category", 25: "Keywords", 40: "SpecialInstructions",
    55: "DateCreated", 60: "TimeCreated", 62: "DigitalCreationDate", 63: "DigitalCreationTime",
    65: "OriginatingProgram", 80: "Byline", 85: "BylineTitle", 90: "City", 92: "SubLocation",
    95: "ProvinceState", 100: "CountryCode", 101: "Country", 103: "OriginalTransmissionReference",
    105: "Headline", 110: "Credit", 115: "Source", 116: "CopyrightNotice", 118: "Contact",
    120: "Caption", 122: "CaptionWriter",
}  # fmt: skip
_IPTC_RESOURCE = 0x0404
_APPLICATION_RECORD = 2


def read_iptc(untrusted: bytes) -> dict[str, Fact]:
    """Datasets by name (`iptc.City`); repeated ones as a list, unknown ones by number."""
    facts: dict[str, Fact] = {}
    for number, value in _datasets(_resource(untrusted)):
        name = f"iptc.{_NAMES.get(number, number)}"
        before = facts.get(name)
        if before is None:
            facts[name] = value
        else:
            facts[name] = [*before, value] if isinstance(before, list) else [before, value]
    return facts


def _resource(untrusted: bytes) -> bytes:
    at = 0
    for _ in range(RESOURCES_MAX):
        if untrusted[at : at + 4] != b"8BIM" or at + 7 > len(untrusted):
            break
        number = int.from_bytes(untrusted[at + 4 : at + 6], "big")
        size_at = at + 6 + (1 + untrusted[at + 6] + 1) // 2 * 2
        size = int.from_bytes(untrusted[size_at : size_at + 4], "big")
        if number == _IPTC_RESOURCE:
            return untrusted[size_at + 4 : size_at + 4 + size]
        at = size_at + 4 + (size + 1) // 2 * 2
    return b""


def _datasets(untrusted: bytes) -> Iterator[tuple[int, str]]:
    at = 0
    for _ in range(DATASETS_MAX):
        if untrusted[at : at + 1] != b"\x1c" or at + 5 > len(untrusted):
            return
        record, number = untrusted[at + 1], untrusted[at + 2]
        size = int.from_bytes(untrusted[at + 3 : at + 5], "big")
        if size & 0x8000:  # an extended dataset holds pictures, not words
            return
        if record == _APPLICATION_RECORD and (value := words_of(untrusted[at + 5 : at + 5 + size])):
            yield number, value
        at += 5 + size
