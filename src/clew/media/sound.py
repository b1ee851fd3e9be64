"""Fingerprints of sound: eight Chromaprint sub-fingerprints in a row are one word of 256 bits."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from clew.domain.fingerprint import Kind
from clew.media.reading import FingerprintSet

SUBFINGERPRINTS_PER_WORD = 8
STORED_STEP = 8
"""One stored word after so many sub-fingerprints: each is heard in exactly one stored word."""
WORDS_MAX = 800_000
"""Sub-fingerprints of one medium: about 27 hours."""
SILENCE_LEVEL = 40
"""Root mean square of 16-bit samples below which a moment is silent (-58 dB of full scale)."""
DISTINCT_PER_WORD_MIN = 3
"""A word of fewer different sub-fingerprints is a steady tone or hum: it is in every other video."""
SAMPLES_PER_FEED = 1 << 16
RATE_HZ_MAX = 768_000
ENERGY_STEPS_AHEAD = 4096
SUBFINGERPRINT_S = 1365 / 11025
"""Step between sub-fingerprints. Source: Chromaprint 1.5.1, algorithm 1 (frames of 4096 samples at
11,025 Hz, two thirds overlapping)."""

_ALGORITHM = 1
_LIBRARY = "libchromaprint.so.1"


def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        return None
    context = ctypes.c_void_p
    library.chromaprint_new.argtypes = [ctypes.c_int]
    library.chromaprint_new.restype = context
    library.chromaprint_free.argtypes = [context]
    library.chromaprint_free.restype = None
    library.chromaprint_start.argtypes = [context, ctypes.c_int, ctypes.c_int]
    library.chromaprint_feed.argtypes = [context, ctypes.c_void_p, ctypes.c_int]
    library.chromaprint_finish.argtypes = [context]
    library.chromaprint_get_raw_fingerprint.argtypes = [
        context,
        ctypes.POINTER(ctypes.POINTER(ctypes.c_uint32)),
        ctypes.POINTER(ctypes.c_int),
    ]
    library.chromaprint_dealloc.argtypes = [ctypes.c_void_p]
    library.chromaprint_dealloc.restype = None
    return library


# At import, because the sandbox lets nothing be opened later.
_CHROMAPRINT = _load()


def available() -> bool:
    """Whether sound is compared here: Debian's libchromaprint1 is installed."""
    return _CHROMAPRINT is not None


class Listener:
    """Hears the samples of one medium in order and gives its words.

    Shapes: samples are mono, int16. Without Chromaprint it hears nothing and has no words.
    """

    def __init__(self, rate_hz: int) -> None:
        if not 0 < rate_hz <= RATE_HZ_MAX:
            raise ValueError("no such sample rate")
        self.rate_hz = rate_hz
        self._library = _CHROMAPRINT
        self._context: int | None = None
        self._waiting: list[NDArray[np.int16]] = []
        self._waiting_samples = 0
        self._heard = 0
        self._samples_per_step = rate_hz * SUBFINGERPRINT_S
        self._energy = np.zeros(0, np.float64)
        if self._library is not None:
            self._context = self._library.chromaprint_new(_ALGORITHM)
            self._library.chromaprint_start(self._context, rate_hz, 1)

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Add samples that follow those heard before."""
        self._waiting.append(samples)
        self._waiting_samples += len(samples)
        if self._waiting_samples >= SAMPLES_PER_FEED:
            self._feed()

    def _feed(self) -> None:
        if self._library is None or not self._waiting:
            return
        samples = np.concatenate(self._waiting)
        self._waiting, self._waiting_samples = [], 0
        if len(samples) == 0:
            return
        self._library.chromaprint_feed(self._context, samples.ctypes.data, len(samples))
        # Loudness of each moment: sums between the samples where sub-fingerprints begin.
        first = int(self._heard // self._samples_per_step)
        last = int((self._heard + len(samples) - 1) // self._samples_per_step)
        starts = np.ceil(np.arange(first, last + 1) * self._samples_per_step).astype(np.int64) - self._heard
        starts[0] = 0
        level = np.add.reduceat(np.square(samples, dtype=np.float32), starts, dtype=np.float64)
        if len(self._energy) <= last:
            more = np.zeros(last + ENERGY_STEPS_AHEAD - len(self._energy))
            self._energy = np.concatenate((self._energy, more))
        self._energy[first : last + 1] += level
        self._heard += len(samples)

    def finish(self) -> NDArray[np.uint32]:
        """All sub-fingerprints of what was heard, (n,). The listener ends with it."""
        self._feed()
        if self._library is None or self._context is None:
            return np.zeros(0, np.uint32)
        self._library.chromaprint_finish(self._context)
        pointer, count = ctypes.POINTER(ctypes.c_uint32)(), ctypes.c_int()
        raw_fingerprint = self._library.chromaprint_get_raw_fingerprint
        raw_fingerprint(self._context, ctypes.byref(pointer), ctypes.byref(count))
        found = np.zeros(0, np.uint32)
        if count.value > 0:
            # Not np.ctypeslib: numpy imports it at its first use, which the sandbox forbids.
            heard = ctypes.string_at(pointer, 4 * min(count.value, WORDS_MAX))
            found = np.frombuffer(heard, np.uint32)
            self._library.chromaprint_dealloc(pointer)
        self.close()
        return found

    def close(self) -> None:
        if self._library is not None and self._context is not None:
            self._library.chromaprint_free(self._context)
            self._context = None

    def is_loud(self, subfingerprints: int) -> NDArray[np.bool_]:
        """Whether each moment of `subfingerprints` is louder than silence, (n,)."""
        steps = np.zeros(subfingerprints, np.float64)
        known = self._energy[:subfingerprints]
        steps[: len(known)] = known
        loud: NDArray[np.bool_] = np.sqrt(steps / self._samples_per_step) >= SILENCE_LEVEL
        return loud


def words(
    subfingerprints: NDArray[np.uint32], is_loud: NDArray[np.bool_], start_ms: int
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_]]:
    """Every phase of words: bits (n, 32), times in ms (n,), and which of them can be compared (n,).

    A word of silence, or with too few different sub-fingerprints, is in many recordings.
    Times count from the first frame: Opus and AAC begin some milliseconds before it, which
    counts as 0; what was heard earlier than that has no time and is not compared.
    """
    count = len(subfingerprints) - SUBFINGERPRINTS_PER_WORD + 1
    if count <= 0:
        return np.zeros((0, 32), np.uint8), np.zeros(0, np.int32), np.zeros(0, np.bool_)
    rows = np.lib.stride_tricks.sliding_window_view(subfingerprints, SUBFINGERPRINTS_PER_WORD)
    bits = np.ascontiguousarray(rows.astype(">u4")).view(np.uint8).reshape(count, 32)
    ordered = np.sort(rows, axis=1)
    distinct = 1 + (ordered[:, 1:] != ordered[:, :-1]).sum(axis=1)
    loud = np.lib.stride_tricks.sliding_window_view(is_loud, SUBFINGERPRINTS_PER_WORD).mean(axis=1) >= 0.5
    times = np.round(start_ms + np.arange(count) * SUBFINGERPRINT_S * 1000).astype(np.int32)
    has_time = times > -SUBFINGERPRINT_S * 1000
    return bits, np.maximum(times, 0), (distinct >= DISTINCT_PER_WORD_MIN) & loud & has_time


def fingerprint(
    listener: Listener, start_ms: int
) -> tuple[tuple[FingerprintSet, ...], tuple[FingerprintSet, ...]]:
    """What is stored of a sound (a word a second) and what is looked up (every phase).

    Both are empty if nothing is heard. The listener ends with it.
    """
    subfingerprints = listener.finish()
    bits, times, is_heard = words(subfingerprints, listener.is_loud(len(subfingerprints)), start_ms)
    every = np.flatnonzero(is_heard)
    return _set(bits, times, every[every % STORED_STEP == 0]), _set(bits, times, every)


def _set(
    bits: NDArray[np.uint8], times: NDArray[np.int32], chosen: NDArray[np.int64]
) -> tuple[FingerprintSet, ...]:
    if len(chosen) == 0:
        return ()
    return (
        FingerprintSet(
            kind=Kind.SOUND,
            bits=bits[chosen],
            qualities=np.full(len(chosen), 100, np.uint8),
            times_ms=times[chosen],
        ),
    )


def mono(samples: NDArray[np.generic], *, channels: int, is_planar: bool) -> NDArray[np.int16]:
    """Decoded samples of any format as one channel of int16.

    Shapes: `samples` is (channels, n) if planar, else (1, n * channels).
    """
    lanes = samples if is_planar else samples.reshape(-1, channels).T
    kind = lanes.dtype
    if kind.kind == "f":
        mean = np.nan_to_num(lanes.mean(axis=0, dtype=np.float32), posinf=1.0, neginf=-1.0)
        mixed = np.clip(mean, -1.0, 1.0) * np.float32(32767)
    elif kind == np.uint8:
        mixed = (lanes.mean(axis=0, dtype=np.float32) - np.float32(128)) * np.float32(256)
    else:
        mixed = lanes.mean(axis=0, dtype=np.float32) * np.float32(1.0 / (1 << (8 * kind.itemsize - 16)))
    clipped: NDArray[np.int16] = np.clip(mixed, -32768, 32767).astype(np.int16)
    return clipped


