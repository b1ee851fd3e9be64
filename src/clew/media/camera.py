"""Which camera took a picture, when and where, out of its EXIF, XMP and IPTC; all of it as facts, and as it lies."""

from collections.abc import Mapping
from datetime import datetime

from clew.media import blocks, exif, iptc, xmp
from clew.media.exif import Entries, Rational
from clew.media.limits import CAMERA_TEXT_CHARACTERS_MAX, FACT_KEY_CHARACTERS_MAX
from clew.media.picture import Picture
from clew.media.reading import NO_CAMERA, Block, Camera, Fact
from clew.media.words import words_of

METRES_A_DEGREE = 111_320.0
"""Of latitude; a position's stated digits are turned into metres by it."""
METRES_A_DOP = 5.0
"""Usual error of a civil receiver at a dilution of precision of 1."""
OFFSET_MINUTES_MAX = 14 * 60
_PARTS = (1.0, 60.0, 3600.0)
"""Of a degree: degrees, minutes, seconds."""

_MAKE, _MODEL, _SOFTWARE = 0x010F, 0x0110, 0x0131
_TAKEN_AT, _DIGITIZED_AT = 0x9003, 0x9004
_OFFSET_TAKEN, _OFFSET_DIGITIZED = 0x9011, 0x9012
_XMP_TAG = 0x02BC
_BODY_SERIAL, _LENS_SERIAL, _CAMERA_SERIAL = 0xA431, 0xA435, 0xC62F
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _DOP, _ERROR_M = 1, 2, 3, 4, 11, 31


def told(picture: Picture) -> tuple[dict[str, Fact], Camera, tuple[Block, ...]]:
    """What a picture says of itself: as facts, as the camera, the time and the place, and as it lies, whole.

    EXIF is believed before XMP, which editors rewrite. Facts are bounded in number and length
    here, and in all where the reading is packed (`media/reply.py`).
    """
    entries = exif.read_exif(picture.untrusted_exif)
    properties = xmp.read_xmp(picture.untrusted_xmp or _packet_in(entries))
    if picture.untrusted_xmp_extended:
        properties = xmp.read_xmp(picture.untrusted_xmp_extended) | properties
    facts = {key[:FACT_KEY_CHARACTERS_MAX]: _clean(fact) for key, fact in picture.facts.items()}
    facts |= exif.facts_of({at: value for at, value in entries.items() if at != ("image", _XMP_TAG)})
    facts |= {f"xmp.{name}"[:FACT_KEY_CHARACTERS_MAX]: text for name, text in properties.items()}
    facts |= iptc.read_iptc(picture.untrusted_iptc)
    kept, left_out = blocks.blocks_of(picture, entries) if _has_metadata(picture) else ((), {})
    return facts | left_out, camera_of(entries, properties), kept


def _has_metadata(picture: Picture) -> bool:
    """Most have none, and are read so fast that a look at each kind of block would be seen."""
    return bool(
        picture.untrusted_exif or picture.untrusted_xmp or picture.untrusted_iptc or picture.untrusted_xmp_extended
        or picture.xmp_left_out_bytes
    )  # fmt: skip


def _packet_in(entries: Entries) -> bytes:
    value = entries.get(("image", _XMP_TAG), b"")
    return value if isinstance(value, bytes) else b""


def _clean(fact: Fact) -> Fact:
    return words_of(fact) if isinstance(fact, str) else fact


def camera_of(entries: Entries, properties: Mapping[str, str]) -> Camera:
    """The useful facts in their columns: cleaned, bounded, None where nothing sound is said."""
    if not entries and not properties:
        return NO_CAMERA
    taken_at, offset = _taken(entries, properties)
    latitude, longitude, precision_m = _place(entries)
    return Camera(
        make=_text(entries, ("image", _MAKE)) or _property(properties, "tiff:Make"),
        model=_text(entries, ("image", _MODEL)) or _property(properties, "tiff:Model"),
        serial=_serial(
            _text(entries, ("exif", _BODY_SERIAL), ("image", _BODY_SERIAL), ("image", _CAMERA_SERIAL)),
            _property(properties, "exifEX:BodySerialNumber", "aux:SerialNumber"),
        ),
        lens_serial=_serial(
            _text(entries, ("exif", _LENS_SERIAL)),
            _property(properties, "exifEX:LensSerialNumber", "aux:LensSerialNumber"),
        ),
        taken_at=taken_at,
        taken_offset_minutes=offset,
        latitude=latitude,
        longitude=longitude,
        gps_precision_m=precision_m,
        software=_text(entries, ("image", _SOFTWARE)) or _property(properties, "xmp:CreatorTool"),
        document_id=_property(properties, "xmpMM:OriginalDocumentID", "xmpMM:DocumentID"),
    )


def _text(entries: Entries, *places: tuple[str, int]) -> str | None:
    for place in places:
        value = entries.get(place)
        text = words_of(value) if isinstance(value, bytes) else value
        if isinstance(text, str) and (kept := " ".join(text.split())):
            return kept[:CAMERA_TEXT_CHARACTERS_MAX]
    return None


def _serial(*texts: str | None) -> str | None:
    """The first serial number that is one: zeros and dashes would join every camera without."""
    return next((text for text in texts if text is not None and text.strip("0- ")), None)


def _property(properties: Mapping[str, str], *names: str) -> str | None:
    found = next((properties[name] for name in names if properties.get(name)), None)
    return None if found is None else found[:CAMERA_TEXT_CHARACTERS_MAX]


def _taken(entries: Entries, properties: Mapping[str, str]) -> tuple[datetime | None, int | None]:
    """Local time at the camera, and minutes east of Greenwich where it says so.

    When the file was written or changed (`DateTime`, `xmp:CreateDate`) is a fact, not this.
    """
    for directory, tag, offset_tag in (
        ("exif", _TAKEN_AT, _OFFSET_TAKEN),
        ("exif", _DIGITIZED_AT, _OFFSET_DIGITIZED),
    ):
        if (moment := _moment(_text(entries, (directory, tag)))) is not None:
            return moment, _minutes(_text(entries, ("exif", offset_tag)))
    for name in ("exif:DateTimeOriginal", "photoshop:DateCreated"):
        if (moment := _moment(_property(properties, name))) is not None:
            return moment, _minutes((_property(properties, name) or "")[19:].lstrip(".0123456789"))
    return None, None


def _moment(text: str | None) -> datetime | None:
    """`2024:05:31 12:00:00`, also as XMP writes it; None for blanks, zeros and nonsense."""
    digits = (text or "")[:19].replace("T", " ").replace("-", ":")
    try:
        # not strptime: it imports a module at its first call, which the sandbox forbids
        year, month, day, hour, minute, second = (int(part) for part in digits.replace(" ", ":").split(":"))
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  local by definition
    except ValueError:
        return None
    return moment if moment.year > 1 else None


def _minutes(text: str | None) -> int | None:
    """`+01:00` in minutes."""
    if text is None or text == "Z":
        return None if text is None else 0
    sign = {"+": 1, "-": -1}.get(text[:1])
    hours, _, minutes = text[1:].partition(":")
    if sign is None or not (hours.isdecimal() and minutes.isdecimal()) or len(hours) + len(minutes) > 4:
        return None
    total = int(hours) * 60 + int(minutes)
    return sign * total if total <= OFFSET_MINUTES_MAX else None


def _place(entries: Entries) -> tuple[float | None, float | None, float | None]:
    """Latitude, longitude in degrees and precision in metres; 0, 0 is a receiver that knew nothing."""
    latitude = _degrees(entries, _LATITUDE, _LATITUDE_REF, "S", 90)
    longitude = _degrees(entries, _LONGITUDE, _LONGITUDE_REF, "W", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None, None
    return latitude, longitude, _precision_m(entries)


def _rationals(entries: Entries, tag: int) -> list[Rational]:
    value = entries.get(("gps", tag), ())
    return [one for one in value if isinstance(one, Rational)] if isinstance(value, tuple) else []


def _degrees(entries: Entries, tag: int, ref_tag: int, negative: str, most: float) -> float | None:
    parts = _rationals(entries, tag)[:3]
    values = [part.value for part in parts]
    if not values or values[0] is None:
        return None
    degrees = sum((value or 0.0) / _PARTS[power] for power, value in enumerate(values))
    if not -most <= degrees <= most:
        return None
    ref = _text(entries, ("gps", ref_tag)) or ""
    return -degrees if ref.upper().startswith(negative) else degrees


def _precision_m(entries: Entries) -> float | None:
    """Stated error; else the coarser of what the digits and the dilution of precision allow."""
    for part in _rationals(entries, _ERROR_M)[:1]:
        if part.value is not None and 0 < part.value < 1e7:
            return part.value
    steps = [_step_m(_rationals(entries, tag)[:3]) for tag in (_LATITUDE, _LONGITUDE)]
    finest = min((step for step in steps if step is not None), default=None)
    dop = next((part.value for part in _rationals(entries, _DOP)[:1] if part.value), 0.0)
    return None if finest is None else max(finest, METRES_A_DOP * dop)


def _step_m(parts: list[Rational]) -> float | None:
    """Metres that the last stated unit of a coordinate is worth: a whole second is 31 m."""
    for power in range(len(parts) - 1, -1, -1):
        if parts[power].numerator and parts[power].denominator > 0:
            return METRES_A_DEGREE / _PARTS[power] / parts[power].denominator
    return None
