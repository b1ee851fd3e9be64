"""Which frames of a moving medium are stored and which are looked up, with their times."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from av.video.frame import VideoFrame

from clew.domain.fingerprint import QUALITY_MATCHED_MIN, Kind, Transform
from clew.media import luma
from clew.media.luma import Rectangle
from clew.media.pdq import Bits, Grey
from clew.media.preview import Strip
from clew.media.reading import FingerprintSet

QUERIED_STEP_MS = 100
"""Frames are looked up this far apart. On a grid of one a second 0 to 3 of 12 seconds of fast
content were found: half a second away its fingerprints differ by 38 to 108 bits."""
QUERIED_STEP_LONG_MS = 125
LONG_MS = 60_000
STORED_STEP_MS = 1000
KEY_STEP_MS = 500
"""Key frames are stored at most so often; of MJPEG and DV every frame is one."""
MOVED_STEP_MS = 250
"""A frame that moved far from the one stored before is stored too, at most so often: scene starts."""
MOVED_BITS = 31
STILL_BITS = 4
"""Within so many bits two frames are one picture, noise and compression apart."""
STILL_STORED_STEP_MS = 4000
STILL_QUERIED_STEP_MS = 1000
INSTANTS_STORED_MAX = 24_000
INSTANTS_QUERIED_MAX = 160_000
"""With eight turns and four parts these stay below the rows that a reading may hold."""
FRAMES_AT_ONCE = 64
"""Small frames kept in memory until bars and blurred sides can be told from them."""
GAP_MS_MAX = 600_000
"""A longer jump between two frames is a wrong time, not a pause."""


@dataclass(slots=True, kw_only=True)
class Clock:
    """Times of frames in milliseconds from the start, never backwards, whatever the container says."""

    zero_ms: float | None = None
    step_ms: float = 40.0
    _last_ms: float | None = None
    _shift_ms: float = 0.0

    def time_ms(self, at_ms: float | None) -> int:
        """Time of the next frame, which is `at_ms` by the container; None if it does not say.

        A frame without a time, or with a wild one, follows the last at the usual step.
        """
        expected = 0.0 if self._last_ms is None else self._last_ms + self.step_ms
        stated = expected
        if at_ms is not None:
            self.zero_ms = at_ms if self.zero_ms is None else self.zero_ms
            stated = at_ms - self.zero_ms + self._shift_ms
        if not expected - self.step_ms <= stated <= expected + GAP_MS_MAX:
            self._shift_ms += expected - stated
            stated = expected
        self._last_ms = stated
        return round(stated)


@dataclass(slots=True, kw_only=True)
class Rows:
    """Fingerprints of frames, gathered one by one."""

    bits: list[Bits] = field(default_factory=list)
    qualities: list[int] = field(default_factory=list)
    times_ms: list[int] = field(default_factory=list)
    transforms: list[int] = field(default_factory=list)

    def add(self, bits: Bits, quality: int, time_ms: int, transform: Transform = Transform.NONE) -> None:
        """Keep one row, unless it is of a flat, black or blank picture: it would match them all."""
        if quality < QUALITY_MATCHED_MIN:
            return
        self.bits.append(bits)
        self.qualities.append(quality)
        self.times_ms.append(time_ms)
        self.transforms.append(transform)

    def as_sets(self, *, with_transforms: bool) -> tuple[FingerprintSet, ...]:
        """One set, or none where there is no row."""
        if not self.bits:
            return ()
        return (
            FingerprintSet(
                kind=Kind.FRAME,
                bits=np.stack(self.bits),
                qualities=np.array(self.qualities, np.uint8),
                times_ms=np.array(self.times_ms, np.int32),
                transforms=np.array(self.transforms, np.uint8) if with_transforms else None,
            ),
        )


@dataclass(slots=True, kw_only=True)
class Instant:
    """A frame that was chosen: when, and its fingerprint."""

    time_ms: int
    bits: Bits

    def since_ms(self, time_ms: int) -> int:
        return time_ms - self.time_ms

    def bits_apart(self, bits: Bits) -> int:
        return int(np.bitwise_count(self.bits ^ bits).sum())


@dataclass(slots=True, kw_only=True)
class Watcher:
    """Takes the frames of a medium in their order and chooses which are stored and which looked up."""

    stored: Rows = field(default_factory=Rows)
    queries: Rows = field(default_factory=Rows)
    strip: Strip = field(default_factory=Strip)
    instants_stored: int = 0
    instants_queried: int = 0
    _waiting: list[tuple[int, bool, Grey]] = field(default_factory=list)
    _due_ms: int = 0
    _last_stored: Instant | None = None
    _last_key: Instant | None = None
    _last_queried: Instant | None = None

    @property
    def is_full(self) -> bool:
        return self.instants_stored >= INSTANTS_STORED_MAX or self.instants_queried >= INSTANTS_QUERIED_MAX

    def see(self, frame: VideoFrame, time_ms: int, *, is_key: bool) -> None:
        """Look at one frame, if it is due or a key frame."""
        if time_ms >= self._due_ms:
            step = QUERIED_STEP_MS if time_ms < LONG_MS else QUERIED_STEP_LONG_MS
            self._due_ms = max(self._due_ms + step, time_ms + step // 2)
        elif not is_key:
            return
        grey = luma.thumbnail(frame)
        self.strip.see(grey, time_ms)
        is_of_other_size = bool(self._waiting) and grey.shape != self._waiting[0][2].shape
        if is_of_other_size or len(self._waiting) >= FRAMES_AT_ONCE:
            self.flush()
        self._waiting.append((time_ms, is_key, grey))

    def flush(self) -> None:
        """Fingerprint the frames that wait."""
        if not self._waiting:
            return
        contents = luma.contents_of([grey for _, _, grey in self._waiting])
        for time_ms, is_key, grey in self._waiting:
            if not self.is_full:
                self._choose(grey, time_ms, contents, is_key=is_key)
        self._waiting.clear()

    def _choose(self, grey: Grey, time_ms: int, contents: Sequence[Rectangle], *, is_key: bool) -> None:
        turns, quality = luma.whole_of(grey, contents)
        if quality < QUALITY_MATCHED_MIN:
            return
        is_stored_key = is_key and self._is_stored_key(turns[0], time_ms)
        is_stored = is_stored_key or self._is_stored(turns[0], time_ms)
        is_queried = self._is_queried(turns[0], time_ms)
        if not (is_stored or is_queried):
            return
        parts = luma.parts_of(grey, contents)
        if is_stored_key:
            self._last_key = Instant(time_ms=time_ms, bits=turns[0])
        if is_stored:
            self._last_stored = Instant(time_ms=time_ms, bits=turns[0])
            self.instants_stored += 1
            self.stored.add(turns[0], quality, time_ms)
            for bits, part_quality in parts:
                self.stored.add(bits, part_quality, time_ms)
        if is_queried:
            self._last_queried = Instant(time_ms=time_ms, bits=turns[0])
            self.instants_queried += 1
            for transform in Transform:
                self.queries.add(turns[transform], quality, time_ms, transform)
            for bits, part_quality in parts:
                self.queries.add(bits, part_quality, time_ms)

    def _is_stored_key(self, bits: Bits, time_ms: int) -> bool:
        """Judged by the key frames before it alone: the full pass stores again what the first answer stored."""
        last = self._last_key
        if last is None:
            return True
        step = KEY_STEP_MS if last.bits_apart(bits) > STILL_BITS else STILL_STORED_STEP_MS
        return last.since_ms(time_ms) >= step

    def _is_stored(self, bits: Bits, time_ms: int) -> bool:
        last = self._last_stored
        if last is None:
            return True
        since_ms, apart = last.since_ms(time_ms), last.bits_apart(bits)
        if apart <= STILL_BITS:
            return since_ms >= STILL_STORED_STEP_MS
        return since_ms >= (MOVED_STEP_MS if apart > MOVED_BITS else STORED_STEP_MS)

    def _is_queried(self, bits: Bits, time_ms: int) -> bool:
        last = self._last_queried
        if last is None:
            return True
        return last.bits_apart(bits) > STILL_BITS or last.since_ms(time_ms) >= STILL_QUERIED_STEP_MS
