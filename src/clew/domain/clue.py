"""A clue: what somebody saw, heard or read in a medium, where in it, how surely, and which countries it speaks for.

A box lies in the unit square, not in pixels: a medium may be known by its fingerprints alone, its previews are smaller
than it is, and a frame is a box and a second.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clew.domain.country import country
from clew.domain.errors import Invalid
from clew.domain.link import Confidence
from clew.domain.medium import MediumKind

VALUE_CHARACTERS_MAX = 200
COUNTRIES_MAX = 80
"""More countries than that are no clue: a clue that speaks for a third of the world tells nothing."""
WEIGHT_MAX = 3
NO_COUNTRY = "none"
BOX_LEAST = 0.001
"""A side of a box is at least a thousandth of the picture: less was a slip of the hand."""
ROUNDING = 1e-9
"""What adding shares of a picture may be off by."""
MOMENT_MS_MAX = 7 * 24 * 3600 * 1000
"""No clip that is looked at lasts for longer than a week."""


class ClueKind(StrEnum):
    """What it was. The words are stored; never reuse one.

    Beyond what is seen and heard there are words of a closed form that can be compared or looked up in public facts: an
    account, a telephone number, an address on the web, a currency, and on which side traffic goes.
    """

    SIGN = "sign"
    LANGUAGE = "language"
    PLUG_TYPE = "plug-type"
    PRODUCT = "product"
    SCHOOL_WEAR = "school-wear"
    LANDMARK = "landmark"
    SOUND = "sound"
    TEXT = "text"
    GPS = "gps"
    CAMERA = "camera"
    ACCOUNT = "account"
    PHONE = "phone"
    WEB = "web"
    CURRENCY = "currency"
    TRAFFIC = "traffic"


class Field(StrEnum):
    """A field of the metadata that intake keeps. The words are stored; never reuse one."""

    GPS = "gps"
    CAMERA = "camera"
    TAKEN_AT = "taken-at"
    SOFTWARE = "software"
    DOCUMENT = "document"


WITH_VALUE = frozenset({ClueKind.LANGUAGE, ClueKind.PLUG_TYPE, ClueKind.TEXT, ClueKind.ACCOUNT, ClueKind.PHONE,
                        ClueKind.WEB, ClueKind.CURRENCY, ClueKind.TRAFFIC})  # fmt: skip
"""Kinds that say nothing without what was read: the letter of a plug, the name of an account."""
HEARD = frozenset({ClueKind.SOUND, ClueKind.LANGUAGE, ClueKind.TEXT, ClueKind.ACCOUNT, ClueKind.PHONE})
"""Kinds that may be heard over a span of seconds; all others are seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a picture. Units: shares of its width and height, from its left and upper edge, 0 to 1."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        last = 1 + ROUNDING
        # One by one: of what is no number, the least and the greatest may be another.
        inside = self.x >= 0 and self.y >= 0 and self.x + self.width <= last and self.y + self.height <= last
        if not (inside and self.width >= BOX_LEAST and self.height >= BOX_LEAST):
            raise Invalid("A box lies in the picture: x, y, width and height as shares of it, from 0 to 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where in the medium: a box of a still, a moment of a clip with or without a box in that frame, a span of its
    sound, or a field of its metadata; with none of these, the medium as a whole.

    Units: milliseconds from the beginning.
    """

    box: Box | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    field: Field | None = None

    def __post_init__(self) -> None:
        if self.field is not None and (self.box, self.from_ms, self.to_ms) != (None, None, None):
            raise Invalid("A field of the metadata lies in no picture and at no second.")
        if self.to_ms is not None and (self.from_ms is None or self.box is not None):
            raise Invalid("A span of sound has a first and a last second, and no box.")
        if self.to_ms is not None and self.from_ms is not None and self.to_ms <= self.from_ms:
            raise Invalid("A span ends after it began.")
        if any(moment is not None and not 0 <= moment <= MOMENT_MS_MAX for moment in (self.from_ms, self.to_ms)):
            raise Invalid("A moment is seconds from the beginning of the clip.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says by a clue. `value`: what was read or named, as it stands there; `note`: what else they say.

    `speaks` gives each country a weight: 3 where it is hardly found elsewhere, 2 in a few countries, 1 in many; below
    nothing where it speaks against it.
    """

    kind: ClueKind
    where: Where = field(default_factory=Where)
    value: str = ""
    note: str = ""
    certainty: Confidence = Confidence.PROBABLE
    speaks: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind in WITH_VALUE and not self.value:
            raise Invalid("Say what was read, heard or named: the letter of the plug, the language, the words.")
        if len(self.value) > VALUE_CHARACTERS_MAX or not self.value.isprintable():
            raise Invalid(
                "What was read has at most {most} characters, all of which can be seen.", most=VALUE_CHARACTERS_MAX
            )
        if len(self.speaks) > COUNTRIES_MAX:
            raise Invalid("A clue speaks for at most {most} countries.", most=COUNTRIES_MAX)
        for code, weight in self.speaks.items():
            if country(code) != code or not 0 < abs(weight) <= WEIGHT_MAX:
                raise Invalid("A clue speaks for a country with 1 to {most}; below 0, against it.", most=WEIGHT_MAX)


def check_where(said: Said, kind: MediumKind, duration_ms: int | None) -> None:
    """Refuse a place that such a medium does not have. `duration_ms` is None where it is not known.

    Raises:
        Invalid: a still has no seconds, a moment lies past the end, or the kind of clue is not heard.
    """
    where = said.where
    if where.from_ms is not None and kind is MediumKind.IMAGE:
        raise Invalid("A still has no seconds.")
    if where.to_ms is not None and said.kind not in HEARD:
        raise Invalid("Only what is heard lasts for a span of seconds: say the second of a frame.")
    last = where.from_ms if where.to_ms is None else where.to_ms
    if duration_ms is not None and last is not None and last > duration_ms:
        raise Invalid("The clip is shorter than that.")


def compared(kind: ClueKind, value: str) -> str:
    """What was read as it is compared with what is read elsewhere: case, width of letters and spaces do not count."""
    folded = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    if kind is ClueKind.PHONE:
        return "".join(sign for sign in folded if sign.isdigit() or sign == "+")
    if kind is ClueKind.ACCOUNT:
        return folded.replace(" ", "").removeprefix("@")
    return folded


def box_in(untrusted_words: str) -> Box | None:
    """The box that somebody wrote, as `0.1,0.2,0.3,0.3`: x, y, width, height; None where nothing is.

    Raises:
        Invalid: it is not written so, or does not lie in the picture.
    """
    if not untrusted_words.strip():
        return None
    try:
        x, y, width, height = (float(word) for word in untrusted_words.split(","))
    except ValueError:
        raise Invalid("A box is written as x, y, width and height, such as 0.1,0.2,0.3,0.3.") from None
    return Box(x=x, y=y, width=width, height=height)


def moments_in(untrusted_words: str) -> tuple[int | None, int | None]:
    """The moment or span in milliseconds that somebody wrote in seconds, as `12.5` or `12.5-14`; None where nothing is.

    Raises:
        Invalid: it is not written so.
    """
    words = untrusted_words.strip()
    if not words:
        return None, None
    first, dash, last = words.partition("-")
    try:
        begins, ends = float(first), float(last) if dash else None
        return round(begins * 1000), None if ends is None else round(ends * 1000)
    except (ValueError, OverflowError):
        raise Invalid("A moment is written in seconds, such as 12.5, a span as 12.5-14.") from None


def speaks_in(untrusted_words: str) -> dict[str, int]:
    """The countries that somebody wrote, as `IT=3, CL, FR=-1`, or `none`; without a number it is 2.

    Raises:
        Invalid: it is not written so, or one stands there twice.
    """
    found: dict[str, int] = {}
    if untrusted_words.strip().lower() == NO_COUNTRY:
        return found
    for each in filter(None, (word.strip() for word in untrusted_words.split(","))):
        code, _, number = each.partition("=")
        named = country(code)
        try:
            weight = int(number) if number.strip() else 2
        except ValueError:
            raise Invalid("Countries are written as IT=3, CL=1, FR=-1.") from None
        if named in found:
            raise Invalid("A country stands there twice.")
        found[named] = weight
    return found
