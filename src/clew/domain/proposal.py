"""Proposals: why a program suggests that a medium belongs to a series, or that two series are one; a person decides.

Each rule has a name, a threshold and one sentence. The rules look at what was measured of two media, one of which is
in a series; where the other one is in a series too, the two series are proposed to be one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

Measured = Mapping[str, str | float]
"""What a rule found, by the names that its sentence uses."""


class Rule(StrEnum):
    """Why. The words are stored; never reuse one. The order is that of their weight, the strongest first."""

    SAME_BYTES = "same-bytes"
    NEAR_COPY = "near-copy"
    ALIGNED_VIDEO = "aligned-video"
    SAME_DOCUMENT = "same-document"
    SAME_CAMERA = "same-camera"
    BURST = "burst"
    SHARED_PLACE = "shared-place"
    FILE_NAMES = "file-names"


OF_MATCHES = (Rule.NEAR_COPY, Rule.ALIGNED_VIDEO)
"""Rules that look at matches: what they found shows only to whom the match is told."""

SENTENCES: Mapping[Rule, str] = {
    Rule.SAME_BYTES: "Its bytes are those of a medium in the series.",
    Rule.NEAR_COPY: "It is a near copy of a medium in the series, {bits} of {radius} bits away.",
    Rule.ALIGNED_VIDEO: "It runs like a video in the series for {seconds} seconds, in {matched} of {compared} frames.",
    Rule.SAME_DOCUMENT: "It was made from the same edited document as a medium in the series.",
    Rule.SAME_CAMERA: "It was taken with the camera of a medium in the series, whose serial number ends in {ending}.",
    Rule.BURST: "It was taken {seconds} seconds apart from a medium in the series, with a camera of the same model.",
    Rule.SHARED_PLACE: "It was taken {metres} metres from a medium in the series, within what is known of both places.",
    Rule.FILE_NAMES: "Its file is named like files in the series, which begin with “{stem}”.",
}
"""What each rule says, with the names of what it measures."""

BURST_SECONDS_MAX = 30
SERIAL_CHARACTERS_MIN = 4
ENDING_CHARACTERS = 4
PLACE_PRECISION_METRES_MAX = 500.0
"""A place known less well than this says nothing of who was there."""
PLACE_PRECISION_METRES_UNSAID = 25.0
"""What a receiver that does not say its precision is taken to have."""
PLACE_DEGREES = 0.02
"""How far apart in latitude two places are looked at at all; more than two precisions."""
EARTH_METRES = 6_371_000.0
STEM_CHARACTERS_MIN = 5
NAMES_OF_CAMERAS = frozenset({
    "image", "images", "photo", "photos", "picture", "video", "movie", "screenshot", "screen shot", "whatsapp image",
    "whatsapp video", "received", "signal", "thumb", "thumbnail", "untitled", "scan", "document", "file", "download",
    "camera", "frame", "snapshot", "capture", "facetime", "snapchat", "telegram", "output", "export", "unknown",
})  # fmt: skip
"""Stems that every camera or program gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a medium was taken: degrees, and how well that is known in metres, if its receiver said so."""

    latitude: float
    longitude: float
    precision_m: float | None


def sentence(rule: Rule, measured: Measured) -> str:
    """Why, in one sentence."""
    return SENTENCES[rule].format(**measured)


def near_copy(distance_bits: int, radius_bits: int) -> Measured | None:
    """A picture within the radius of its kind of fingerprint."""
    return {"bits": distance_bits, "radius": radius_bits} if distance_bits <= radius_bits else None


def aligned_video(frames_matched: int, frames_compared: int, milliseconds: int) -> Measured | None:
    """A run of frames in time; the alignment has judged it."""
    if not 0 < frames_matched <= frames_compared:
        return None
    return {"matched": frames_matched, "compared": frames_compared, "seconds": round(milliseconds / 1000)}


def same_camera(serial: str) -> Measured | None:
    """One serial number under one make; those that are no numbers of one camera tell nothing."""
    kept = serial.strip()
    if len(kept) < SERIAL_CHARACTERS_MIN or len({*kept} - {"0", " ", "-", "."}) < 2:
        return None
    return {"ending": kept[-ENDING_CHARACTERS:]}


def same_document(identifier: str) -> Measured | None:
    """One identifier of an edited document; an empty template has none of its own."""
    return {} if len({*identifier} - {"0", "-", ":"}) > 4 else None


def burst(seconds_apart: float) -> Measured | None:
    """Taken within moments of one another; the caller compares only cameras of one make and model."""
    return {"seconds": round(abs(seconds_apart))} if abs(seconds_apart) <= BURST_SECONDS_MAX else None


def shared_place(one: Place, other: Place) -> Measured | None:
    """Within what is known of both places."""
    precision = sum(PLACE_PRECISION_METRES_UNSAID if p.precision_m is None else p.precision_m for p in (one, other))
    metres = distance_metres(one, other)
    if precision > 2 * PLACE_PRECISION_METRES_MAX or metres > precision or _is_nowhere(one) or _is_nowhere(other):
        return None
    return {"metres": round(metres)}


def distance_metres(one: Place, other: Place) -> float:
    """Along the ground. Source: the haversine formula, on a sphere."""
    a, b = radians(one.latitude), radians(other.latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(half)))


def _is_nowhere(place: Place) -> bool:
    """A receiver that knew nothing wrote zero and zero."""
    return place.latitude == 0.0 and place.longitude == 0.0


def stem_of(path: bytes) -> str | None:
    """What a file's name begins with, before its numbers: `kitchen set-0012 (2).jpg` is `kitchen set`.

    None where that says nothing: it is short, or what cameras and programs call all their files.
    """
    name = path.rsplit(b"/", 1)[-1].decode("utf-8", "replace")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", name).lower()
    stem = re.sub(r"([\s_.,()\[\]-]|copy|\d)+\Z", "", stem).strip()
    letters = sum(letter.isalpha() for letter in stem)
    is_given = letters >= STEM_CHARACTERS_MIN and letters * 2 >= len(stem) and stem.isprintable()
    if not is_given or re.fullmatch(r"[0-9a-f\s_-]+", stem):
        return None
    return None if re.sub(r"[\s_-]+", " ", stem) in NAMES_OF_CAMERAS else stem


def file_names(stem: str) -> Measured:
    """Files that are called alike, by a name that somebody gave."""
    return {"stem": stem}
