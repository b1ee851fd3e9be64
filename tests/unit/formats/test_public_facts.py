"""Public facts propose where a thing is found, the fewer countries the more; and say nothing of what is everywhere."""

import json
from importlib.resources import files

import pytest

from clew.domain.clue import WEIGHT_MAX, ClueKind
from clew.domain.country import CODES
from clew.domain.public_fact import Found
from clew.formats import public_facts as tongue
from clew.formats.public_facts import public_facts

FACTS = public_facts()


@pytest.mark.parametrize(
    ("kind", "value", "some"),
    [
        (ClueKind.PLUG_TYPE, "L", {"IT": 2, "CL": 2, "UY": 1}), (ClueKind.PLUG_TYPE, "type j", {"CH": 3, "LI": 3}),
        (ClueKind.PLUG_TYPE, "G", {"GB": 1, "MT": 1}), (ClueKind.TRAFFIC, "left", {"GB": 1, "JP": 1}),
        (ClueKind.TRAFFIC, "Right", {"GB": -1, "JP": -1}), (ClueKind.LANGUAGE, "is", {"IS": 2}),
        (ClueKind.LANGUAGE, "pt-BR", {"BR": 2, "PT": 2}), (ClueKind.PHONE, "+47 22 33 44 55", {"NO": 2}),
        (ClueKind.PHONE, "0039 06", {"IT": 2}), (ClueKind.PHONE, "+35312345", {"IE": 2}),
        (ClueKind.WEB, "https://www.skole.no/week?x=1", {"NO": 2}), (ClueKind.WEB, "kari@example.co.uk", {"GB": 2}),
        (ClueKind.CURRENCY, "sek", {"SE": 2}), (ClueKind.CURRENCY, "EUR", {"FR": 1, "BG": 1}),
    ],
)  # fmt: skip
def test_what_is_well_known_is_proposed(kind: ClueKind, value: str, some: dict[str, int]) -> None:
    assert some.items() <= FACTS.proposed(kind, value).items()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ClueKind.PLUG_TYPE, "C"), (ClueKind.PLUG_TYPE, ""), (ClueKind.LANGUAGE, "en"), (ClueKind.PHONE, "22 33 44 55"),
        (ClueKind.PHONE, "+999"), (ClueKind.WEB, "example.tv"), (ClueKind.WEB, "example.com"), (ClueKind.WEB, "://"),
        (ClueKind.CURRENCY, "kr"), (ClueKind.TRAFFIC, "uphill"), (ClueKind.SIGN, "L"), (ClueKind.GPS, "59.9, 10.8"),
    ],
)  # fmt: skip
def test_what_is_found_everywhere_or_is_nothing_proposes_nothing(kind: ClueKind, value: str) -> None:
    assert FACTS.proposed(kind, value) == {}


def test_only_a_clock_that_few_have_says_where_it_was_set() -> None:
    assert FACTS.of_clock(345) == {"NP": 2}
    assert FACTS.of_clock(60) == FACTS.of_clock(0) == {}


def test_the_fewer_the_countries_the_more_it_speaks_and_never_more_than_its_section_lets_it() -> None:
    few, many = tuple(sorted(CODES)[:2]), tuple(sorted(CODES)[:9])
    assert [{*Found(usual=usual).speaks(WEIGHT_MAX).values()} for usual in (few, many[:3], many[:8], many)] == [{3}, {2}, {2}, {1}]
    assert Found(usual=("IT",), also=("CL",), against=("GB",)).speaks(2) == {"IT": 2, "CL": 1, "GB": -1}


def test_the_file_says_what_it_covers_from_where_and_under_which_licence() -> None:
    claims = json.loads(files("clew.formats").joinpath("public_facts.json").read_text("utf-8"))
    assert all(claims[word] for word in ("title", "licence", "sources", "covers"))
    assert all(section.note for section in FACTS.sections.values())


def test_a_slip_in_the_file_is_found_when_it_is_read() -> None:
    sections = dict(FACTS.sections)
    for wrong in (Found(usual=("XX",)), Found(usual=("IT",), also=("IT",))):
        plugs = FACTS.sections["plug-type"]
        broken = type(plugs)(note="", weight_most=3, found={"L": wrong})
        with pytest.raises(AssertionError):
            tongue._check({**sections, "plug-type": broken})
