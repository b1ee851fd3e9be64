"""What a description of a victim, an offender or a place says, in words and in the language of the page."""

import pytest
from django.utils import translation

from clew.web import link_words


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"sex": "female", "youngest": 7, "oldest": 9, "age_on": "2023-04-15"}, ["female", "7–9 on 2023-04-15"]),  # noqa: RUF001
        ({"sex": "male", "youngest": 8, "oldest": 8, "age_on": "2023-04-15"}, ["male", "8 on 2023-04-15"]),
        ({"established": "charged", "sex": "unknown", "youngest": None, "oldest": None, "age_on": None}, ["charged", "not known"]),
        ({"kind": "gps", "country": "NO", "latitude": 59.9, "longitude": 0}, ["a camera wrote it down", "NO", "near 59.9, 0"]),
        ({"kind": "room", "name": None, "country": None, "latitude": None, "longitude": None}, ["room"]),
    ],
    ids=["a band of ages", "one age", "an offender", "a place on the map", "a place nowhere"],
)
def test_a_description_is_told_in_words(said: dict[str, object], told: list[str]) -> None:
    with translation.override("en"):
        assert list(link_words.described(said)) == told
