"""A reading on its way out of the sandbox: written inside, believed outside only after every check."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Final

import numpy as np

from clew.domain.errors import ClewError
from clew.domain.fingerprint import BYTES, MOVING_KINDS, Kind, Transform
from clew.domain.medium import MediumKind, Verdict
from clew.media import limits
from clew.media.reading import (
    NO_CAMERA,
    NO_PREVIEWS,
    PREVIEW_BYTES,
    PREVIEWS_MAX,
    SIDE_PIXELS,
    Block,
    BlockKind,
    Camera,
    Fact,
    FingerprintSet,
    Previews,
    Reading,
)

LEFT_OUT: Final = "clew:left_out"
"""Key of the number of facts that did not fit."""
_VERDICTS = frozenset((Verdict.DECODED, Verdict.DAMAGED_READ, Verdict.NOT_DECODED, Verdict.REFUSED))
_KEYS = frozenset(("verdict", "reason", "kind", "width", "height", "duration_ms", "stored", "queries",
                   "facts", "camera", "previews", "blocks"))  # fmt: skip
_CAMERA_KEYS = frozenset(one.name for one in fields(Camera))
SHAPES_KEPT_MAX = 64
"""Shapes of sets remembered: those of stills are four. A claim is a few numbers or short words, or else refused."""
WAYS_SEEN_MAX = 2
"""A still picture as stored, and laid on white where it has transparency."""
_INTEGER_MAX = 2**63 - 1
_TIMES = np.dtype("<i4")
_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False)

Untrusted = object


class ProtocolBroken(ClewError):
    """What came out of the sandbox is not a reading; the reader that sent it is ended."""


# ---- inside the sandbox ----------------------------------------------------------------


def pack(reading: Reading) -> tuple[bytes, list[bytes]]:
    """`reading` as a message and the arrays that go beside it, within the limits."""
    message = {
        "verdict": int(reading.verdict),
        "reason": _printable(reading.reason),
        "kind": str(reading.kind),
        "width": reading.width,
        "height": reading.height,
        "duration_ms": reading.duration_ms,
        "stored": [_shape(one) for one in reading.stored],
        "queries": [_shape(one) for one in reading.queries],
        "facts": _bounded(reading.facts),
        "camera": None if reading.camera == NO_CAMERA else _camera_words(reading.camera),
        "previews": len(reading.previews),
        "blocks": [[one.kind.value, len(one.content), one.left_out_bytes] for one in reading.blocks],
    }
    arrays = [array for one in (*reading.stored, *reading.queries) for array in _arrays(one)]
    if len(reading.previews):
        arrays += [reading.previews.rows.tobytes(), reading.previews.times_ms.astype(_TIMES).tobytes()]
    if reading.blocks:
        arrays += [one.content for one in reading.blocks]
    return _ENCODER.encode(message).encode(), arrays


def _shape(one: FingerprintSet) -> list[int]:
    return [int(one.kind), len(one), int(one.times_ms is not None), int(one.transforms is not None)]


def _arrays(one: FingerprintSet) -> Iterable[bytes]:
    yield one.bits.tobytes()
    yield one.qualities.tobytes()
    if one.times_ms is not None:
        yield one.times_ms.astype(_TIMES).tobytes()
    if one.transforms is not None:
        yield one.transforms.tobytes()


def _text(words: str, characters_max: int) -> str:
    """`words` without what a database cannot keep (NUL, lone surrogates), cut to a length."""
    if len(words) <= characters_max and words.isascii() and "\0" not in words:
        return words
    return words[:characters_max].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _printable(words: str) -> str:
    kept = _text(words, limits.REASON_CHARACTERS_MAX)
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in kept)


def _fact(value: object, depth: int) -> Fact:
    if isinstance(value, bool | int) and abs(value) <= _INTEGER_MAX:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple) and depth < limits.FACT_DEPTH_MAX:
        return [_fact(item, depth + 1) for item in value[: limits.FACT_LIST_MAX]]
    # Python refuses to write an integer of thousands of digits in decimals.
    words = hex(value) if isinstance(value, int) else str(value)
    return _text(words, limits.FACT_TEXT_CHARACTERS_MAX)


def _bounded(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """As many facts as fit, in their order, and how many were left out."""
    kept: dict[str, Fact] = {}
    room = limits.FACTS_BYTES_MAX
    cleaned = [(_text(str(key), limits.FACT_KEY_CHARACTERS_MAX), _fact(value, 0)) for key, value in facts.items()]
    fits = sum(_bytes_most([name, fact]) for name, fact in cleaned) <= room
    for name, fact in cleaned:
        size = 0 if fits else len(_ENCODER.encode([name, fact]).encode())
        if len(kept) < limits.FACTS_MAX - 1 and size <= room and name not in kept:
            kept[name] = fact
            room -= size
    left_out = len(facts) - len(kept)
    return kept | {LEFT_OUT: left_out} if left_out else kept


def _bytes_most(fact: Fact) -> int:
    """More bytes than a fact takes as JSON, where a character may take six: writing each only to measure it is dear."""
    if isinstance(fact, str):
        return 6 * len(fact) + 4
    if isinstance(fact, list):
        return 4 + sum(map(_bytes_most, fact))
    return 32


def _camera_words(camera: Camera) -> dict[str, str | int | float | None]:
    words: dict[str, str | int | float | None] = {}
    for one in fields(camera):
        value = getattr(camera, one.name)
        if isinstance(value, datetime):
            value = value.replace(tzinfo=None).isoformat()
        words[one.name] = _text(value, limits.CAMERA_TEXT_CHARACTERS_MAX) if isinstance(value, str) else value
    return words


# ---- on the trusted side ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What a message claims of one set of fingerprints; checked before an array is read."""

    kind: Kind
    rows: int
    has_times: bool
    has_transforms: bool

    @property
    def size_bytes(self) -> int:
        return self.rows * (BYTES + 1 + 4 * self.has_times + self.has_transforms)


def unpack(untrusted_message: bytes, read_arrays: Callable[[int], bytes]) -> Reading:
    """The reading in a message; `read_arrays` gives that many bytes of what lies beside it.

    Raises:
        ProtocolBroken: anything is missing, too much, of another type or out of its range.
    """
    try:
        claims = _DECODER.decode(untrusted_message.decode())
        return _reading(_exactly(claims, _KEYS), read_arrays)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise ProtocolBroken("The reader's answer is not a reading.") from None


def _reading(claims: Mapping[str, Untrusted], read_arrays: Callable[[int], bytes]) -> Reading:
    verdict = Verdict(_whole(claims["verdict"], 0, 255))
    stored = _shapes(claims["stored"], limits.STORED_ROWS_MAX)
    queries = _shapes(claims["queries"], limits.QUERY_ROWS_MAX)
    _claim(verdict in _VERDICTS)
    previews = _whole(claims["previews"], 0, PREVIEWS_MAX)
    _claim(verdict.is_decoded or not (stored or queries or previews))
    blocks = _block_claims(claims["blocks"])
    _claim(verdict.is_decoded or not blocks)
    previews_bytes = previews * (PREVIEW_BYTES + _TIMES.itemsize)
    size = sum(shape.size_bytes for shape in (*stored, *queries)) + previews_bytes + sum(one[1] for one in blocks)
    arrays = read_arrays(size) if size else b""
    _claim(len(arrays) == size)
    sets: list[FingerprintSet] = []
    at = 0
    for shape in (*stored, *queries):
        sets.append(_set(shape, arrays, at))
        at += shape.size_bytes
    return Reading(
        verdict=verdict,
        reason=_sentence(claims["reason"]),
        kind=MediumKind(_words(claims["kind"], 16)),
        width=_whole_or_none(claims["width"], 1, 2**31 - 1),
        height=_whole_or_none(claims["height"], 1, 2**31 - 1),
        duration_ms=_whole_or_none(claims["duration_ms"], 0, 2**31 - 1),
        stored=tuple(sets[: len(stored)]),
        queries=tuple(sets[len(stored) :]),
        facts=_facts(claims["facts"]),
        camera=_camera(claims["camera"]),
        previews=_previews(previews, arrays, at),
        blocks=_blocks(blocks, arrays, at + previews_bytes),
    )


def _block_claims(value: Untrusted) -> list[tuple[BlockKind, int, int]]:
    """Kind, size and bytes left out of each block: every kind once at most, all of them within the limit."""
    claims: list[tuple[BlockKind, int, int]] = []
    if value == []:  # of most media: nothing is asked of it
        return claims
    for one in _list(value, len(BlockKind)):
        untrusted_kind, untrusted_size, untrusted_left_out = _list(one, 3)
        size = _whole(untrusted_size, 0, limits.METADATA_BYTES_MAX)
        claims.append((BlockKind(_words(untrusted_kind, 16)), size, _whole(untrusted_left_out, 0, _INTEGER_MAX)))
    _claim(len({kind for kind, *_ in claims}) == len(claims))
    _claim(sum(size for _, size, _ in claims) <= limits.METADATA_BYTES_MAX)
    return claims


def _blocks(claims: Sequence[tuple[BlockKind, int, int]], arrays: bytes, at: int) -> tuple[Block, ...]:
    """The blocks whose bytes begin at `at`: any bytes are a block, which nobody parses on this side."""
    if not claims:
        return ()
    found = []
    for kind, size, left_out_bytes in claims:
        found.append(Block(kind=kind, content=arrays[at : at + size], left_out_bytes=left_out_bytes))
        at += size
    return tuple(found)


def _previews(count: int, arrays: bytes, at: int) -> Previews:
    """The previews whose bytes begin at `at`: of any bytes there is a picture, of sides that are told."""
    if not count:
        return NO_PREVIEWS
    rows = np.ndarray((count, PREVIEW_BYTES), np.uint8, arrays, at)
    times = at + count * PREVIEW_BYTES
    # Nearly always one: plain numbers are looked at sooner than arrays.
    sides = arrays[at:times:PREVIEW_BYTES] + arrays[at + 1 : times : PREVIEW_BYTES]
    _claim(min(sides) >= 1 and max(sides) <= SIDE_PIXELS)
    times_ms = np.frombuffer(arrays, _TIMES, count, times).astype(np.int32)
    _claim(min(times_ms.tolist()) >= 0)
    return Previews(rows=rows, times_ms=times_ms)


def _claim(holds: bool) -> None:
    if not holds:
        raise ValueError


def _no_constant(_word: str) -> None:
    raise ValueError


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _exactly(value: Untrusted, keys: frozenset[str]) -> Mapping[str, Untrusted]:
    if not isinstance(value, dict) or value.keys() != keys:
        raise ValueError
    return value


def _whole(value: Untrusted, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError
    return value


def _whole_or_none(value: Untrusted, least: int, most: int) -> int | None:
    return None if value is None else _whole(value, least, most)


def _real_or_none(value: Untrusted, least: float, most: float) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError
    return float(value)


def _words(value: Untrusted, characters_max: int) -> str:
    if not isinstance(value, str) or len(value) > characters_max or "\0" in value:
        raise ValueError
    value.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    return value


def _sentence(value: Untrusted) -> str:
    """A reason, which doors show as it is: nothing in it that a terminal or a page would obey."""
    words = _words(value, limits.REASON_CHARACTERS_MAX)
    _claim(words.isprintable())
    return words


def _words_or_none(value: Untrusted) -> str | None:
    return None if value is None else _words(value, limits.CAMERA_TEXT_CHARACTERS_MAX)


def _list(value: Untrusted, items_max: int) -> Sequence[Untrusted]:
    if not isinstance(value, list) or len(value) > items_max:
        raise ValueError
    return value


def _shapes(value: Untrusted, rows_max: int) -> list[_Shape]:
    shapes = [_shape_of(untrusted) for untrusted in _list(value, limits.SETS_MAX)]
    _claim(sum(shape.rows for shape in shapes) <= rows_max)
    return shapes


def _shape_of(value: Untrusted) -> _Shape:
    return _shape_claimed(*_list(value, 4))


@lru_cache(SHAPES_KEPT_MAX, typed=True)  # by type too: true is no number here, and 1.0 none that is whole
def _shape_claimed(
    untrusted_kind: Untrusted, untrusted_rows: Untrusted, untrusted_times: Untrusted, untrusted_transforms: Untrusted
) -> _Shape:
    kind = Kind(_whole(untrusted_kind, 0, 255))
    rows = _whole(untrusted_rows, 0, limits.QUERY_ROWS_MAX)
    has_times = _whole(untrusted_times, 0, 1) == 1
    has_transforms = _whole(untrusted_transforms, 0, 1) == 1
    # What is compared by its times must have them: a set without would fail whoever meets it later.
    _claim(has_times == (kind in MOVING_KINDS))
    _claim(has_times or rows <= WAYS_SEEN_MAX * len(Transform))
    return _Shape(kind=kind, rows=rows, has_times=has_times, has_transforms=has_transforms)


def _set(shape: _Shape, arrays: bytes, at: int) -> FingerprintSet:
    """The set whose bytes begin at `at`; the caller sees that they are there."""
    n = shape.rows
    qualities = at + n * BYTES
    times = qualities + n
    transforms = times + 4 * n * shape.has_times
    _claim(max(arrays[qualities:times], default=0) <= 100)  # most sets have one row or eight
    times_ms = np.frombuffer(arrays, _TIMES, n, times).astype(np.int32) if shape.has_times else None
    _claim(times_ms is None or int(times_ms.min(initial=0)) >= 0)
    _claim(max(arrays[transforms : transforms + n * shape.has_transforms], default=0) <= 7)
    return FingerprintSet(
        kind=shape.kind,
        bits=np.ndarray((n, BYTES), np.uint8, arrays, at),
        qualities=np.ndarray((n,), np.uint8, arrays, qualities),
        times_ms=times_ms,
        transforms=np.ndarray((n,), np.uint8, arrays, transforms) if shape.has_transforms else None,
    )


def _facts(value: Untrusted) -> Mapping[str, Fact]:
    if not isinstance(value, dict) or len(value) > limits.FACTS_MAX:
        raise ValueError
    characters_max = limits.FACT_KEY_CHARACTERS_MAX
    return {_words(key, characters_max): _checked_fact(fact, 0) for key, fact in value.items()}


def _checked_fact(value: Untrusted, depth: int) -> Fact:
    if isinstance(value, str):
        return _words(value, limits.FACT_TEXT_CHARACTERS_MAX)
    if isinstance(value, float):
        _claim(math.isfinite(value))  # 1e999 is read as infinity
        return value
    if isinstance(value, int):
        return _whole(value, -_INTEGER_MAX, _INTEGER_MAX)
    _claim(depth < limits.FACT_DEPTH_MAX)
    return [_checked_fact(item, depth + 1) for item in _list(value, limits.FACT_LIST_MAX)]


def _camera(value: Untrusted) -> Camera:
    if value is None:
        return NO_CAMERA
    claims = _exactly(value, _CAMERA_KEYS)
    untrusted_taken_at = _words_or_none(claims["taken_at"])
    taken_at = None if untrusted_taken_at is None else datetime.fromisoformat(untrusted_taken_at)
    _claim(taken_at is None or taken_at.tzinfo is None)
    return Camera(
        make=_words_or_none(claims["make"]),
        model=_words_or_none(claims["model"]),
        serial=_words_or_none(claims["serial"]),
        lens_serial=_words_or_none(claims["lens_serial"]),
        taken_at=taken_at,
        taken_offset_minutes=_whole_or_none(claims["taken_offset_minutes"], -24 * 60, 24 * 60),
        latitude=_real_or_none(claims["latitude"], -90, 90),
        longitude=_real_or_none(claims["longitude"], -180, 180),
        gps_precision_m=_real_or_none(claims["gps_precision_m"], 0, 1e9),
        software=_words_or_none(claims["software"]),
        document_id=_words_or_none(claims["document_id"]),
    )
