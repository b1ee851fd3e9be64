"""Questions: what one unit asks others who may know it, by what they are good at and speak; and what they answer."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from clew.domain import reference
from clew.domain.errors import Invalid, StepRefused
from clew.domain.member import COUNTRY, Speciality

UNITS_ASKED_MAX = 50
"""So many units are asked one question: who asks everybody is answered by nobody."""
LETTER = "Q"
_NAMED = re.compile(r"([A-Za-z0-9]{2,8})(?:/(.+))?")


class Kind(StrEnum):
    """What a question is about. The words are stored; never reuse one."""

    SIGN = "sign"
    LANGUAGE = "language"
    PLUG_TYPE = "plug-type"
    PRODUCT = "product"
    SCHOOL_WEAR = "school-wear"
    LANDMARK = "landmark"
    SOUND = "sound"
    TEXT = "text"
    GPS = "gps"
    CAMERA = "camera"
    ACCOUNT = "account"
    PHONE = "phone"
    WEB = "web"
    CURRENCY = "currency"
    TRAFFIC = "traffic"
    OTHER = "other"


class About(StrEnum):
    """What a question can be attached to. The words are stored; never reuse one."""

    SERIES = "series"
    MEDIUM = "medium"
    PLACE = "place"
    CLUE = "clue"


class Said(StrEnum):
    """What is answered. The words are stored; never reuse one."""

    YES = "yes"
    NO = "no"
    PROBABLY = "probably"
    NOTHING_KNOWN = "nothing-known"
    """Said by one press, and worth it: the asker need not wait."""


SPEAKS_FOR = frozenset({Said.YES, Said.PROBABLY})
"""Answers that may name a country that the object speaks for; `NO` may name one that it speaks against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it is said, and the country that it speaks for: ISO 3166-1 alpha-2, or empty."""

    said: Said
    country: str = ""

    def __post_init__(self) -> None:
        if self.country and not COUNTRY.fullmatch(self.country):
            raise Invalid("A country is the two letters of ISO 3166-1, such as NO.")
        if self.country and self.said is Said.NOTHING_KNOWN:
            raise Invalid("Who knows nothing names no country.")


WEIGHTS: Mapping[Said, int] = {Said.YES: 3, Said.PROBABLY: 2, Said.NO: -2}
"""How heavily an answer speaks for its country, once an officer makes a clue of it."""


class Asked(Protocol):
    """A unit that can be asked: its member, its code and what it is good at."""

    @property
    def member(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def specialities(self) -> frozenset[Speciality]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Who shall be asked: units named as (member, unit), whole members, and whoever is good at it and speaks it.

    `specialities` and `languages` narrow one another; where neither is said only those named are asked.
    """

    units: frozenset[tuple[str, str]] = frozenset()
    members: frozenset[str] = frozenset()
    specialities: frozenset[Speciality] = frozenset()
    languages: frozenset[str] = frozenset()


def whom_from_words(named: Iterable[str], specialities: frozenset[Speciality], languages: frozenset[str]) -> Whom:
    """Who is meant by words such as `SE` and `SE/VICTIM-ID`.

    Raises:
        Invalid: a word names nobody.
    """
    units, members = set(), set()
    for word in named:
        found = _NAMED.fullmatch(word.strip())
        if found is None:
            raise Invalid("Name members or units, such as SE or SE/VICTIM-ID.")
        if found[2] is None:
            members.add(found[1].upper())
        else:
            units.add((found[1].upper(), found[2].strip().upper()))
    return Whom(
        units=frozenset(units), members=frozenset(members), specialities=specialities, languages=languages
    )


def asked(
    whom: Whom, units: Collection[Asked], speaks: Iterable[tuple[str, frozenset[str]]], *, own: tuple[str, str],
    excluded: frozenset[str],
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    """(member, unit) of everybody who is asked, in order; `speaks` gives each member's languages.

    Of a member that is named as a whole, its units of victim identification are asked, or its only unit. Members
    `excluded` from what is shown are not asked for what they are good at, and may not be named.

    Raises:
        Invalid: somebody named does not take part or is excluded, nobody is left, or there are too many.
    """
    others = [one for one in units if (one.member, one.code) != own]
    named = {*whom.units} | {unit for member in whom.members for unit in _of_member(member, others)}
    if not whom.units <= {(one.member, one.code) for one in others}:
        raise Invalid("No such unit takes part: say which members or units are asked.")
    if any(member in excluded for member, _ in named):
        raise Invalid("A member that is excluded from the medium is not shown an object of it: ask without it.")
    languages = dict(speaks)
    fit = {
        (one.member, one.code) for one in others
        if (whom.specialities or whom.languages) and one.member not in excluded
        and whom.specialities <= one.specialities
        and (not whom.languages or whom.languages & languages.get(one.member, frozenset()))
    }  # fmt: skip
    found = tuple(sorted(named | fit))
    if not found:
        raise Invalid("Nobody is asked by this: name members, or what they are good at and speak.")
    if len(found) > UNITS_ASKED_MAX:
        raise Invalid(
            "A question is asked of {most} units at most: say more exactly who may know.", most=UNITS_ASKED_MAX
        )
    return found


def check_open(*, is_closed: bool, has_it: bool) -> None:
    """Refuse an answer where none is wanted from the unit.

    Raises:
        StepRefused: the question is closed, or another unit of the member has it now.
    """
    if is_closed:
        raise StepRefused("This question is closed.")
    if not has_it:
        raise StepRefused("It was passed on: the unit that has it now answers.")


def reference_in(untrusted_text: str) -> str | None:
    """The reference of a question that somebody typed, as it is kept; None where it is none."""
    return reference.reference_in(untrusted_text, LETTER)


def _of_member(member: str, others: Collection[Asked]) -> list[tuple[str, str]]:
    own = [one for one in others if one.member == member]
    fit = [one for one in own if Speciality.VICTIM_IDENTIFICATION in one.specialities] or own
    if not own or (len(fit) > 1 and fit == own):
        raise Invalid("Say which unit of a member is asked, such as SE/VICTIM-ID.")
    return [(one.member, one.code) for one in fit]
