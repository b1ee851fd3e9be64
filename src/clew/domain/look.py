"""Looks: in which form an officer is shown a medium, and which bytes a browser may be given as they lie."""

from collections.abc import Mapping
from enum import StrEnum

from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Actor, Handling, Use, may_see
from clew.domain.medium import MediumKind, Verdict


class Look(StrEnum):
    """A form in which a medium is shown. The words are stored and on record."""

    DRAWING = "drawing"
    """Its lines alone, small and grey; of a moving medium those of some frames."""
    FRAMES = "frames"
    """Some frames of a moving medium, small and grey."""
    LENS = "lens"
    """As it is, and only round the pointer."""
    CLEAR = "clear"
    SOUND = "sound"
    """How loud it is from beginning to end, as a curve."""


AS_IT_IS = frozenset({Look.CLEAR, Look.LENS})
"""Looks for which the browser gets the medium itself; for all others it gets what was drawn of it."""

LOOKS: Mapping[MediumKind, tuple[Look, ...]] = {
    MediumKind.IMAGE: (Look.DRAWING, Look.LENS, Look.CLEAR),
    MediumKind.VIDEO: (Look.DRAWING, Look.FRAMES, Look.CLEAR, Look.SOUND),
}
"""By kind the looks that there are, the gentlest first; other kinds are not shown."""

FRAMES_SHOWN_MAX = 12
DRAWN_SIDE_PIXELS_MAX = 640
FRAME_SIDE_PIXELS_MAX = 240
PICTURE_SIDE_PIXELS_MAX = 1600
"""Of a picture that no browser shows, redrawn; a longer side is made smaller."""
MOMENT_MS_MAX = 24 * 3600 * 1000
LEVELS = 400
"""How many points the curve of a sound has."""

HEAD_BYTES = 64
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"),
)  # fmt: skip
_AVIF = frozenset({b"avif", b"avis"})
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_EBML = b"\x1a\x45\xdf\xa3"


def check_shown(look: Look, kind: MediumKind, verdict: Verdict) -> None:
    """Refuse to show what could not be read safely, or in a form that its kind has not.

    Raises:
        StepRefused: nothing of it is shown.
        Invalid: there is no such look of it.
    """
    if verdict is Verdict.ABSENT or kind is MediumKind.UNKNOWN:
        raise StepRefused("Only fingerprints of this medium are known here: there is nothing to show.")
    if verdict is Verdict.WAITING:
        raise StepRefused("This medium was not read yet, so nothing of it is shown.")
    if kind not in LOOKS or not verdict.is_decoded:
        raise StepRefused("This medium could not be read safely, so nothing of it is shown.")
    if look not in LOOKS[kind]:
        raise Invalid("Look at it in one of these forms: {known}.", known=", ".join(LOOKS[kind]))


def may_reveal(actor: Actor, handling: Handling) -> bool:
    """Whether a page offers to reveal what lies under this handling; whether it is, the database says at the reveal."""
    return may_see(actor, handling, Use.ORIGINAL)


def moments_of(untrusted_text: str) -> tuple[int, ...]:
    """Moments in milliseconds as an address says them, with commas between; what is none, or too late, is left out."""
    said = untrusted_text[: FRAMES_SHOWN_MAX * (len(str(MOMENT_MS_MAX)) + 1)].split(",")[:FRAMES_SHOWN_MAX]
    return tuple(int(one) for one in said if one.isascii() and one.isdigit() and int(one) <= MOMENT_MS_MAX)


def content_type_of(untrusted_head: bytes, kind: MediumKind) -> str | None:
    """The type under which a browser is given a medium as it lies, or None where it is not.

    `untrusted_head` are its first 64 bytes. What a medium is, its own bytes say and never its name; and a picture is
    given as a picture only where the sandbox read one.

    Source: WHATWG, "MIME Sniffing Standard", 6.1 and 6.2.
    """
    found = _sniffed(untrusted_head)
    return found if found is not None and found.startswith(f"{kind}/") else None


def _sniffed(head: bytes) -> str | None:
    for beginning, named in _BEGINNINGS:
        if head.startswith(beginning):
            return named
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(_EBML):
        return "video/webm" if b"webm" in head else None
    return _of_boxes(head) if head[4:8] == b"ftyp" else None


def _of_boxes(head: bytes) -> str | None:
    end = min(int.from_bytes(head[:4]), len(head))
    brands = {head[at : at + 4] for at in (8, *range(16, end - 3, 4))}
    if brands & _AVIF:
        return "image/avif"
    return None if brands & _HEIF else "video/mp4"
