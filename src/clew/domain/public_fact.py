"""Public facts: where a thing such as a mains plug or a currency is found, and so for which countries a clue may speak.

A fact proposes weights and decides nothing: the officer who adds the clue says what it speaks for.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from clew.domain.clue import WEIGHT_MAX, ClueKind

ALONE_MAX = 2
"""What is the rule in so few countries is hardly found elsewhere."""
FEW_MAX = 8
_TYPE = re.compile(r"^(type|typ)\s+", re.IGNORECASE)
CODE_DIGITS_MAX = 3
"""A calling code has one to three digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where something is the rule, where it is met beside something else, and where it is not met."""

    usual: tuple[str, ...]
    also: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    def speaks(self, most: int) -> dict[str, int]:
        """The countries that it speaks for, with weights: the fewer they are the more, and never more than `most`."""
        rarity = 3 if len(self.usual) <= ALONE_MAX else 2 if len(self.usual) <= FEW_MAX else 1
        weights = {code: min(rarity, most, WEIGHT_MAX) for code in self.usual}
        return weights | dict.fromkeys(self.also, 1) | dict.fromkeys(self.against, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Facts of one kind, by what is read. `note` says what they cover; `weight_most` is what one is worth at most."""

    note: str
    weight_most: int
    found: Mapping[str, Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFacts:
    """A version of the facts, by section: kinds of clue, and `clock` for how far a camera's clock is ahead of UTC."""

    version: int
    covers: str
    sections: Mapping[str, Section] = field(repr=False)

    def proposed(self, kind: ClueKind, value: str) -> dict[str, int]:
        """For which countries a clue of that kind speaks, as far as public facts say; empty where they say nothing."""
        keys = _KEYS.get(kind)
        return {} if keys is None else self._looked_up(kind.value, keys(value.strip()))

    def of_clock(self, offset_minutes: int) -> dict[str, int]:
        """The same of a camera's clock that is so many minutes ahead of UTC."""
        return self._looked_up("clock", [str(offset_minutes)])

    def _looked_up(self, name: str, keys: list[str]) -> dict[str, int]:
        section = self.sections[name]
        for key in keys:
            if key in section.found:
                return section.found[key].speaks(section.weight_most)
        return {}


def _plug(value: str) -> list[str]:
    return [_TYPE.sub("", value).strip().upper()]


def _language(value: str) -> list[str]:
    """`pt-BR` is looked up as its language: the region is a program's setting, and an officer may say so."""
    return [re.split(r"[-_]", value.lower())[0]]


def _phone(value: str) -> list[str]:
    """The longest calling code that the number begins with; a number without one says nothing."""
    digits = "".join(sign for sign in value if sign.isdigit())
    if not value.startswith("+"):
        if not digits.startswith("00"):
            return []
        digits = digits[2:]
    return [digits[:length] for length in range(CODE_DIGITS_MAX, 0, -1)]


def _web(value: str) -> list[str]:
    """The top-level domain of an address on the web or of e-mail."""
    host = value.lower().rsplit("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1].split(":", 1)[0]
    return [host.rstrip(".").rsplit(".", 1)[-1]]


def _currency(value: str) -> list[str]:
    return [value.upper()]


def _traffic(value: str) -> list[str]:
    return [value.lower()]


_KEYS: Mapping[ClueKind, Callable[[str], list[str]]] = {
    ClueKind.PLUG_TYPE: _plug,
    ClueKind.LANGUAGE: _language,
    ClueKind.PHONE: _phone,
    ClueKind.WEB: _web,
    ClueKind.CURRENCY: _currency,
    ClueKind.TRAFFIC: _traffic,
}
