"""What comes out of the sandbox is a reading within its limits, or it is refused."""

import json
from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest

from clew.domain.fingerprint import Kind
from clew.domain.medium import MediumKind, Verdict
from clew.media import limits
from clew.media.reading import Camera, FingerprintSet, Reading
from clew.media.reply import LEFT_OUT, ProtocolBroken, pack, unpack

CAMERA = Camera(
    make="Make", model="Model", taken_at=datetime(2024, 2, 29, 23, 59, 59),  # noqa: DTZ001  (local by definition)
    taken_offset_minutes=-210, latitude=-89.5, longitude=179.99, gps_precision_m=4.5,
)  # fmt: skip


def fingerprints(kind: Kind, rows: int, *, times: bool = False, transforms: bool = False) -> FingerprintSet:
    draw = np.random.default_rng(rows)
    return FingerprintSet(
        kind=kind,
        bits=draw.integers(0, 256, (rows, 32), np.uint8),
        qualities=draw.integers(0, 101, rows, np.uint8),
        times_ms=np.arange(rows, dtype=np.int32) * 40 if times else None,
        transforms=np.arange(rows, dtype=np.uint8) % 8 if transforms else None,
    )


READING = Reading(
    verdict=Verdict.DAMAGED_READ,
    reason="Half of it.",
    kind=MediumKind.VIDEO,
    width=1280,
    height=720,
    duration_ms=12_345,
    stored=(fingerprints(Kind.FRAME, 12, times=True), fingerprints(Kind.SOUND, 0, times=True)),
    queries=(fingerprints(Kind.FRAME, 300, times=True, transforms=True),),
    facts={"Make": "Make", "numbers": [1, 2.5, ["deep"]], "note": "naïve 🌳"},
    camera=CAMERA,
)


def through(reading: Reading, change: Callable[[dict], object] = lambda _claims: None, cut: int = 0) -> Reading:
    message, arrays = pack(reading)
    claims = json.loads(message)
    change(claims)
    beside = b"".join(arrays)
    beside = beside[: len(beside) - cut]
    return unpack(json.dumps(claims).encode(), lambda size: beside[:size])


def same(one: FingerprintSet, other: FingerprintSet) -> bool:
    return one.kind == other.kind and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        if getattr(one, name) is not None
        else getattr(other, name) is None
        for name in ("bits", "qualities", "times_ms", "transforms")
    )


def test_a_reading_survives_the_way_out() -> None:
    again = through(READING)
    assert (again.facts, again.camera) == (READING.facts, CAMERA)
    assert (again.verdict, again.kind, again.width, again.height, again.duration_ms, again.reason) == (
        Verdict.DAMAGED_READ, MediumKind.VIDEO, 1280, 720, 12_345, "Half of it.",
    )  # fmt: skip
    pairs = zip((*READING.stored, *READING.queries), (*again.stored, *again.queries), strict=True)
    assert all(same(one, other) for one, other in pairs)


def setting(key: str, value: object, *, inside: str | None = None) -> Callable[[dict], object]:
    return lambda claims: (claims if inside is None else claims[inside]).update({key: value})


REFUSED = {
    "an unknown key": setting("extra", 1),
    "a missing key": lambda claims: claims.pop("kind"),
    "an unknown verdict": setting("verdict", 99),
    "a verdict that is the trusted side's to give": setting("verdict", int(Verdict.QUARANTINED)),
    "a verdict without bytes": setting("verdict", int(Verdict.ABSENT)),
    "fingerprints of what was not decoded": setting("verdict", int(Verdict.NOT_DECODED)),
    "a verdict in words": setting("verdict", "1"),
    "a verdict that is a claim": setting("verdict", True),
    "a kind that is none": setting("kind", "executable"),
    "a reason too long": setting("reason", "x" * (limits.REASON_CHARACTERS_MAX + 1)),
    "a reason with NUL": setting("reason", "a\0b"),
    "a lone surrogate": setting("reason", "\ud800"),
    "a width of zero": setting("width", 0),
    "a width beyond a column": setting("width", 2**31),
    "a width in parts": setting("width", 1.5),
    "a negative duration": setting("duration_ms", -1),
    "more rows than were written": lambda claims: claims["stored"][0].__setitem__(1, 13),
    "more rows than may be": lambda claims: claims["queries"][0].__setitem__(1, limits.QUERY_ROWS_MAX + 1),
    "negative rows": lambda claims: claims["stored"][0].__setitem__(1, -1),
    "more rows in sum than may be": setting("stored", [[3, limits.STORED_ROWS_MAX, 0, 0]] * 2),
    "an unknown kind of fingerprint": lambda claims: claims["stored"][0].__setitem__(0, 9),
    "too many sets": setting("queries", [[1, 0, 0, 0]] * (limits.SETS_MAX + 1)),
    "a set that is short": setting("queries", [[1, 0, 0]]),
    "too many facts": setting("facts", {str(n): 1 for n in range(limits.FACTS_MAX + 1)}),
    "a fact too long": setting("facts", {"a": "x" * (limits.FACT_TEXT_CHARACTERS_MAX + 1)}),
    "a fact that is a mapping": setting("facts", {"a": {"b": 1}}),
    "a fact too deep": setting("facts", {"a": [[[[[1]]]]]}),
    "a fact that is nothing": setting("facts", {"a": None}),
    "a fact beyond 64 bits": setting("facts", {"a": 2**63}),
    "facts that are a list": setting("facts", []),
    "a camera without its keys": setting("camera", {}),
    "a camera elsewhere": setting("latitude", 90.1, inside="camera"),
    "a camera on no meridian": setting("longitude", -180.5, inside="camera"),
    "a time that is none": setting("taken_at", "2024-02-30T00:00:00", inside="camera"),
    "a time with a zone": setting("taken_at", "2024-02-29T00:00:00+01:00", inside="camera"),
    "a maker that is a number": setting("make", 7, inside="camera"),
    "a maker too long": setting("make", "x" * (limits.CAMERA_TEXT_CHARACTERS_MAX + 1), inside="camera"),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_a_reading_is_refused(change: Callable[[dict], object]) -> None:
    with pytest.raises(ProtocolBroken):
        through(READING, change)


def test_arrays_that_end_too_early_are_refused() -> None:
    with pytest.raises(ProtocolBroken):
        through(READING, cut=1)


@pytest.mark.parametrize(
    "message",
    [b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"verdict": NaN}', b"1" * 10_000],
    ids=["empty", "null", "a list", "cut", "no text", "deep", "not a number", "a long number"],
)
def test_messages_that_are_none_are_refused(message: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        unpack(message, bytes)


def test_a_number_without_end_is_refused() -> None:
    message = pack(READING)[0].replace(b"2.5", b"1e999")
    assert b"1e999" in message
    with pytest.raises(ProtocolBroken):
        unpack(message, lambda size: b"".join(pack(READING)[1])[:size])


@pytest.mark.parametrize(("column", "value"), [("qualities", 101), ("transforms", 8), ("times_ms", -1)])
def test_values_out_of_their_range_are_refused(column: str, value: int) -> None:
    one = fingerprints(Kind.FRAME, 3, times=True, transforms=True)
    values = getattr(one, column)
    values[-1] = value - 1 if value > 0 else 0
    through(Reading(verdict=Verdict.DECODED, queries=(one,)))
    values[-1] = value
    with pytest.raises(ProtocolBroken):
        through(Reading(verdict=Verdict.DECODED, queries=(one,)))


def test_hostile_facts_are_cut_to_the_limits_inside() -> None:
    facts = {
        "long": "x" * 100_000,
        "nul\0key": "nul\0text \ud800",
        "k" * 500: 1,
        "number": 10**5000,
        "inf": float("inf"),
        "deep": [[[[[[[1]]]]]]],
        "many": list(range(10_000)),
        **{f"fact {n}": "y" * 300 for n in range(2_000)},
    }
    again = through(Reading(verdict=Verdict.NOT_DECODED, facts=facts))
    assert len(again.facts) <= limits.FACTS_MAX
    assert again.facts[LEFT_OUT] == len(facts) - (len(again.facts) - 1)
    assert again.facts["long"] == "x" * limits.FACT_TEXT_CHARACTERS_MAX
    message, _arrays = pack(Reading(verdict=Verdict.NOT_DECODED, facts=facts))
    assert len(message) < limits.MESSAGE_BYTES_MAX


@pytest.mark.parametrize(
    ("kind", "rows", "times", "is_taken"),
    [
        (Kind.FRAME, 2, True, True), (Kind.FRAME, 2, False, False), (Kind.SOUND, 1, False, False),
        (Kind.PDQ, 16, False, True), (Kind.PDQ, 17, False, False), (Kind.PDQ_CENTRED, 1, True, False),
    ],
)  # fmt: skip
def test_a_set_has_times_exactly_where_it_is_of_a_moving_medium(
    kind: Kind, rows: int, times: bool, is_taken: bool
) -> None:
    reading = Reading(verdict=Verdict.DECODED, stored=(fingerprints(kind, rows, times=times),))
    if is_taken:
        through(reading)
    else:
        with pytest.raises(ProtocolBroken):
            through(reading)


@pytest.mark.parametrize("letter", ["\x1b", "\x9b", "\u202e", "\n", "\x07"])
def test_a_reason_holds_nothing_that_a_terminal_obeys(letter: str) -> None:
    """Doors show reasons as they are: a reader that was taken over would repaint the officer's screen."""
    reason = f"Half{letter}of it."
    assert through(Reading(verdict=Verdict.NOT_DECODED, reason=reason)).reason == "Half\ufffdof it."
    with pytest.raises(ProtocolBroken):
        through(Reading(verdict=Verdict.NOT_DECODED), lambda claims: claims.update(reason=reason))
