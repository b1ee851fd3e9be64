"""A crop: an object cut out of a picture or a frame. Two officers let it out; the picture never goes with it."""

from dataclasses import dataclass

from clew.domain import agreement, clue
from clew.domain.errors import Invalid

PARTS = 1000
"""A box is told in thousandths of the picture's sides: whoever says where an object is needs no size in pixels."""
PARTS_MIN = 5
AREA_PARTS_MAX = PARTS * PARTS // 4
"""More than a quarter of a picture is the picture, and not an object in it."""
SIDE_PIXELS_MAX = 512
AT_MS_MAX = 24 * 3600 * 1000
WORDS_CHARACTERS_MAX = 500
CROPS_PER_MEDIUM_MAX = 50

STATES = (
    agreement.State.PROPOSED, agreement.State.IN_FORCE, agreement.State.ENDED, agreement.State.WITHDRAWN,
    agreement.State.LAPSED,
)  # fmt: skip
"""Those of an agreement that a crop comes to. Only `IN_FORCE` is shown to anybody outside its unit."""
WITH_BYTES = frozenset({agreement.State.PROPOSED, agreement.State.IN_FORCE})
"""In any other state its bytes are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where an object is in a picture as it is shown, from its upper left. Units: thousandths of its sides."""

    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        sides = (self.left, self.width), (self.top, self.height)
        if any(begins < 0 or length < PARTS_MIN or begins + length > PARTS for begins, length in sides):
            raise Invalid(
                "A box lies within the picture, in thousandths of its sides, {least} or more each way.",
                least=PARTS_MIN
            )
        if self.width * self.height > AREA_PARTS_MAX:
            raise Invalid("A crop shows an object: it is at most a quarter of the picture.")

    def in_pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and lower end in a picture of that size; at least one pixel each way."""
        left, top = self.left * width // PARTS, self.top * height // PARTS
        right = max(left + 1, (self.left + self.width) * width // PARTS)
        return left, top, right, max(top + 1, (self.top + self.height) * height // PARTS)


def box_in(untrusted_words: str) -> Box:
    """The box that somebody wrote as that of a clue is written, `0.12,0.34,0.2,0.18`, to the thousandth.

    Raises:
        Invalid: it is not written so, or no object lies there.
    """
    found = clue.box_in(untrusted_words)
    if found is None:
        raise Invalid("Say where the object is, such as 0.1,0.2,0.3,0.3: x, y, width and height.")
    left, top = round(found.x * PARTS), round(found.y * PARTS)
    return Box(
        left=left, top=top, width=min(round(found.width * PARTS), PARTS - left),
        height=min(round(found.height * PARTS), PARTS - top),
    )  # fmt: skip


def checked_words(words: str) -> str:
    """What an officer says is to be seen, as it is kept.

    Raises:
        Invalid: there is nothing, it is too long, or holds what does not show.
    """
    kept = words.strip()
    if not kept or len(kept) > WORDS_CHARACTERS_MAX or not kept.isprintable():
        raise Invalid("Say in up to {most} characters which object it is.", most=WORDS_CHARACTERS_MAX)
    return kept


def checked_moment(at_ms: int | None) -> int | None:
    """When in a moving medium. Units: milliseconds from its start.

    Raises:
        Invalid: it cannot be.
    """
    if at_ms is not None and not 0 <= at_ms <= AT_MS_MAX:
        raise Invalid("A moment is told in seconds from the start, up to a day.")
    return at_ms
