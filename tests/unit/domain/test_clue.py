"""Clues: a box lies in the picture, a span lasts, a kind says what was read; and the same is compared as the same."""

import pytest

from clew.domain import clue
from clew.domain.clue import Box, ClueKind, Field, Said, Where, compared
from clew.domain.errors import Invalid
from clew.domain.medium import MediumKind


@pytest.mark.parametrize("sides", [(0, 0, 1, 1), (0.7, 0.3, 0.3, 0.7), (0.1, 0.2, 0.001, 0.001), (0.999, 0, 0.001, 1)])
def test_a_box_lies_in_the_picture_up_to_its_edge(sides: tuple[float, float, float, float]) -> None:
    x, y, width, height = sides
    assert clue.box_in(",".join(map(str, sides))) == Box(x=x, y=y, width=width, height=height)


@pytest.mark.parametrize(
    "words",
    ["-0.1,0,0.2,0.2", "0.9,0,0.2,0.2", "0,0,0,1", "0,0,0.0005,1", "0,0,1", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,nan,1,1",
     "0,0,inf,1"],
)
def test_a_box_that_lies_nowhere_is_refused(words: str) -> None:
    with pytest.raises(Invalid):
        clue.box_in(words)


@pytest.mark.parametrize(("words", "moments"), [("", (None, None)), ("12.5", (12_500, None)), ("12.5-14", (12_500, 14_000))])
def test_moments_are_written_in_seconds(words: str, moments: tuple[int | None, int | None]) -> None:
    assert clue.moments_in(words) == moments


@pytest.mark.parametrize("words", ["soon", "1-2-3", "inf", "1e400", "nan"])
def test_what_is_no_moment_is_refused(words: str) -> None:
    with pytest.raises(Invalid):
        clue.moments_in(words)


BOX = Box(x=0, y=0, width=1, height=1)


@pytest.mark.parametrize(
    "where",
    [
        {"field": Field.GPS, "box": BOX}, {"field": Field.GPS, "from_ms": 1}, {"to_ms": 5}, {"from_ms": 5, "to_ms": 5},
        {"from_ms": 1, "to_ms": 5, "box": BOX}, {"from_ms": -1}, {"from_ms": clue.MOMENT_MS_MAX + 1},
    ],
)  # fmt: skip
def test_a_place_that_contradicts_itself_is_refused(where: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Where(**where)  # type: ignore[arg-type]


def test_a_moment_lies_in_the_clip_up_to_its_end() -> None:
    at_the_end = Said(kind=ClueKind.SIGN, where=Where(from_ms=9_000))
    clue.check_where(at_the_end, MediumKind.VIDEO, 9_000)
    clue.check_where(at_the_end, MediumKind.UNKNOWN, None)
    with pytest.raises(Invalid):
        clue.check_where(at_the_end, MediumKind.VIDEO, 8_999)


@pytest.mark.parametrize("kind", list(ClueKind))
def test_a_kind_that_is_nothing_without_what_was_read_says_it(kind: ClueKind) -> None:
    if kind in clue.WITH_VALUE:
        with pytest.raises(Invalid):
            Said(kind=kind)
    else:
        assert Said(kind=kind).value == ""


@pytest.mark.parametrize("speaks", [{"XX": 1}, {"no": 1}, {"NO": 0}, {"NO": 4}, {"NO": -4}])
def test_a_weight_is_of_a_country_and_says_something(speaks: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        Said(kind=ClueKind.SIGN, speaks=speaks)


@pytest.mark.parametrize("value", ["x" * 201, "a\u202eb", "a\nb"])
def test_what_was_read_can_be_seen_and_is_short(value: str) -> None:
    with pytest.raises(Invalid):
        Said(kind=ClueKind.TEXT, value=value)


@pytest.mark.parametrize(
    ("words", "found"), [("IT=3, cl,FR=-1", {"IT": 3, "CL": 2, "FR": -1}), ("None", {}), ("", {}), (" NO ", {"NO": 2})]
)
def test_countries_are_written_with_their_weights(words: str, found: dict[str, int]) -> None:
    assert clue.speaks_in(words) == found


@pytest.mark.parametrize("words", ["IT=3,IT", "Italy", "IT=much", "IT=3.5", "=3"])
def test_what_is_written_otherwise_is_refused(words: str) -> None:
    with pytest.raises(Invalid):
        clue.speaks_in(words)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (ClueKind.TEXT, "\uff33kole  ØST", "skole øst"), (ClueKind.ACCOUNT, "@Green Kari_77", "greenkari_77"),
        (ClueKind.PHONE, "+47 22-33 44", "+472233 44"), (ClueKind.SIGN, "STRASSE", "straße"),
    ],
)  # fmt: skip
def test_the_same_is_compared_as_the_same(kind: ClueKind, one: str, other: str) -> None:
    assert compared(kind, one) == compared(kind, other)


def test_what_differs_stays_apart() -> None:
    assert compared(ClueKind.ACCOUNT, "kari_77") != compared(ClueKind.ACCOUNT, "kari77")
    assert compared(ClueKind.TEXT, "skole ost") != compared(ClueKind.TEXT, "skole øst")
