"""Public facts that speak for countries, as the JSON file that comes with Clew; its own words say what it covers."""

import json
from functools import lru_cache
from importlib.resources import files

from clew.domain.clue import COUNTRIES_MAX, ClueKind
from clew.domain.country import CODES
from clew.domain.public_fact import Found, PublicFacts, Section

CLOCK = "clock"


@lru_cache(1)
def public_facts() -> PublicFacts:
    """The facts that come with Clew."""
    claims = json.loads(files("clew.formats").joinpath("public_facts.json").read_text("utf-8"))
    sections = {
        name: Section(
            note=each["note"], weight_most=each["weight_most"],
            found={key: _found(codes) for key, codes in each["found"].items()},
        )
        for name, each in claims["sections"].items()
    }  # fmt: skip
    _check(sections)
    return PublicFacts(version=claims["version"], covers=claims["covers"], sections=sections)


def _found(claims: dict[str, list[str]]) -> Found:
    return Found(**{word: tuple(codes) for word, codes in claims.items()})


def _check(sections: dict[str, Section]) -> None:
    """A slip in the file is found when it is first read, not where an officer is led astray by it."""
    if not sections.keys() <= {CLOCK, *(kind.value for kind in ClueKind)} or CLOCK not in sections:
        raise AssertionError("a section of the public facts is of no kind of clue")
    for section in sections.values():
        for found in section.found.values():
            named = [*found.usual, *found.also, *found.against]
            if not CODES.issuperset(named) or len(named) != len({*named}) or len(named) > COUNTRIES_MAX:
                raise AssertionError("a public fact names a country twice, one that is none, or too many")
