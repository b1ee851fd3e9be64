"""A place: by what it is known, how precisely, and where it is if that is known."""

import math
from dataclasses import dataclass
from enum import StrEnum

from clew.domain import reference
from clew.domain.errors import Invalid

REFERENCE_LETTER = "P"
COARSE_DECIMALS = 1
"""To a tenth of a degree, about 11 km, whoever sees a place sees where it is; nearer is a use of its own."""
COARSE_METRES = 8_000
"""So far from the middle of such a tenth of a degree its corners lie, at most: 5.6 km each way at the equator."""
RADIUS_KM_MAX = 5_000
PRECISION_METRES_MAX = 2_000_000
NEAR_METRES_MAX = 100_000
"""Places whose circles are wider than this are near to everything, and so near to nothing."""
METRES_PER_DEGREE = 111_195
EARTH_METRES = 6_371_008.8
"""The mean radius. Source: IUGG, GRS 80 (R1)."""


class PlaceKind(StrEnum):
    """By what a place is known. The words are stored; never reuse one."""

    GPS = "gps"
    """A camera wrote down where it was."""
    LANDMARK = "landmark"
    """Somebody recognised it."""
    ROOM = "room"
    """A room that is known when it is seen again, wherever it is."""
    LANGUAGE = "language"
    """What is spoken or written suggests it."""
    STATED = "stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where on earth, and within how far of it. Units: degrees (WGS 84), metres."""

    latitude: float
    longitude: float
    precision_m: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise Invalid("A latitude is -90 to 90 degrees, a longitude -180 to 180.")
        if not 0 < self.precision_m <= PRECISION_METRES_MAX:
            raise Invalid("A precision is more than 0 and at most {most} metres.", most=PRECISION_METRES_MAX)

    @property
    def coarse(self) -> tuple[float, float]:
        """Where it is to a tenth of a degree."""
        return round(self.latitude, COARSE_DECIMALS), round(self.longitude, COARSE_DECIMALS)

    def metres_to(self, other: "Point") -> float:
        """How far the two middles lie apart, on a sphere. Source: the haversine formula."""
        a, b = math.radians(self.latitude), math.radians(other.latitude)
        half = math.sin((b - a) / 2) ** 2
        half += math.cos(a) * math.cos(b) * math.sin(math.radians(other.longitude - self.longitude) / 2) ** 2
        return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(half)))

    def may_be(self, other: "Point") -> bool:
        """Whether both may be one place: their circles meet."""
        return self.metres_to(other) <= self.precision_m + other.precision_m


    @property
    def is_near_something(self) -> bool:
        """Whether it is known well enough for others to be near it."""
        return self.precision_m <= NEAR_METRES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """So many kilometres around a point that somebody asks for."""

    latitude: float
    longitude: float
    km: float

    def __post_init__(self) -> None:
        if not 0 < self.km <= RADIUS_KM_MAX:
            raise Invalid("A radius is more than 0 and at most {most} kilometres.", most=RADIUS_KM_MAX)
        _ = self.middle  # refused where it lies nowhere

    @property
    def middle(self) -> Point:
        return Point(latitude=self.latitude, longitude=self.longitude, precision_m=1)

    def may_hold(self, known: Point) -> bool:
        """Whether what is known to lie within that precision of its point may lie within the radius."""
        return self.middle.metres_to(known) <= self.km * 1_000 + known.precision_m


def around_in(untrusted_words: str, untrusted_km: str) -> Around | None:
    """The point, as `59.91,10.75`, and the radius that somebody wrote; None where nothing is written.

    Raises:
        Invalid: they are not written so, or lie nowhere.
    """
    if not untrusted_words.strip():
        return None
    try:
        latitude, longitude = (float(word) for word in untrusted_words.split(","))
        found = Around(latitude=latitude, longitude=longitude, km=float(untrusted_km or "50"))
    except ValueError:
        raise Invalid("Write latitude and longitude, such as 59.91,10.75, and kilometres.") from None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """What is known of a place. `country` is two letters (ISO 3166-1) or empty; `point` absent where nobody knows."""

    kind: PlaceKind
    country: str = ""
    point: Point | None = None

    def __post_init__(self) -> None:
        if self.country and not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise Invalid("A country is two letters, such as BR.")
        if self.kind is PlaceKind.GPS and self.point is None:
            raise Invalid("A place that a camera wrote down has a latitude, a longitude and a precision.")
        if self.kind is PlaceKind.LANGUAGE and not self.country:
            raise Invalid("A language suggests a country: say which.")


def point_in(untrusted_words: str) -> Point | None:
    """The point that somebody wrote: latitude, longitude and metres, as `59.91,10.75,50`; None where nothing is.

    Raises:
        Invalid: it is not written so, or lies nowhere.
    """
    if not untrusted_words.strip():
        return None
    try:
        latitude, longitude, metres = (float(word) for word in untrusted_words.split(","))
    except ValueError:
        raise Invalid("A point is written as latitude, longitude and metres, such as 59.91,10.75,50.") from None
    return Point(latitude=latitude, longitude=longitude, precision_m=metres)


def reference_in(untrusted_text: str) -> str | None:
    """The reference of a place that somebody typed, as it is kept; None where it is none."""
    return reference.reference_in(untrusted_text, REFERENCE_LETTER)
