"""Previews: a medium as so few numbers that nothing sharp can be made of them, grey and blurred.

A preview holds the 78 lowest frequencies of a picture's grey, whole levels each, and how long its sides are: 80 bytes
whatever the picture. No decoder of pictures ever reads one: the browser adds the waves up itself
(`web/static/preview.js`), so a reader that a hostile file took over can hand out a wrong picture and no harmful one.
Of 80 bytes any with sides of 1 to 20 is a preview; nothing else needs to be checked.
"""

from dataclasses import dataclass, field

import numpy as np

from clew.media.pdq import LOWEST, Grey, Lowest, lowest_of
from clew.media.reading import NO_PREVIEWS, PREVIEW_BYTES, PREVIEWS_MAX, SIDE_PIXELS, Previews

WAVES = tuple(
    (down, across) for total in range(LOWEST) for down in range(total + 1) for across in (total - down,)
)
"""Row and column of each frequency that is kept, the mean first, each diagonal from its upper right."""
STRIP_MAX = PREVIEWS_MAX - 1
"""Previews in the strip of a moving medium."""
_MIDDLE = 128
_PLACES = np.array([LOWEST * down + across for down, across in WAVES])


def preview(lowest: Lowest, width: int, height: int) -> bytes:
    """The preview of a picture of these sides, of which `lowest` are the lowest frequencies."""
    levels = np.rint(lowest.take(_PLACES))
    levels[1:] += _MIDDLE
    longer = max(width, height)
    across, down = max(1, round(SIDE_PIXELS * width / longer)), max(1, round(SIDE_PIXELS * height / longer))
    waves: bytes = np.minimum(np.maximum(levels, 0), 255).astype(np.uint8).tobytes()
    return bytes((across, down)) + waves


def of_still(lowest: Lowest | None, width: int, height: int) -> Previews:
    """The preview of a still picture; none of one that is too small for frequencies."""
    if lowest is None:
        return NO_PREVIEWS
    return _previews([(0, preview(lowest, width, height))])


@dataclass(slots=True, kw_only=True)
class Strip:
    """Takes frames in their order and keeps a few that lie evenly, however many come.

    Twice as many as a strip has are held; when there are more, every second goes and so do nearer ones from then on.
    """

    _held: list[tuple[int, float, bytes]] = field(default_factory=list)
    _step_ms: int = 0
    _due_ms: int = 0

    def see(self, grey: Grey, time_ms: int) -> None:
        """Take a small frame, if it is due; one of a single grey is never the one that stands for the medium."""
        if time_ms < self._due_ms:
            return
        lowest = lowest_of(grey)
        if lowest is None:
            return
        height, width = grey.shape
        lively = float(np.abs(lowest).sum() - abs(lowest[0, 0]))
        self._held.append((time_ms, lively, preview(lowest, width, height)))
        if len(self._held) > 2 * STRIP_MAX:
            self._held = self._held[::2]
            self._step_ms = max(self._step_ms, self._held[-1][0] // len(self._held))
        self._due_ms = time_ms + self._step_ms

    def previews(self) -> Previews:
        """The strip, and before it the frame with the most to see."""
        if not self._held:
            return NO_PREVIEWS
        at, _, liveliest = max(self._held, key=lambda one: one[1])
        count = min(STRIP_MAX, len(self._held))
        places = sorted({round(number * (len(self._held) - 1) / max(1, count - 1)) for number in range(count)})
        return _previews([(at, liveliest), *((self._held[place][0], self._held[place][2]) for place in places)])


def _previews(some: list[tuple[int, bytes]]) -> Previews:
    rows = np.frombuffer(b"".join(one for _, one in some), np.uint8).reshape(-1, PREVIEW_BYTES)
    return Previews(rows=rows, times_ms=np.array([time_ms for time_ms, _ in some], np.int32))
