"""A link: what joins two records, on what basis and how surely; a candidate until an officer accepts it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TypeVar

from clew.domain import offender, place, reference, series, victim
from clew.domain.errors import Invalid, StepRefused

Number = TypeVar("Number", bound=IntEnum)
NODES_MAX = 300
"""How many records one exploration shows: more than that is no picture and no list any more."""
HOPS_MAX = 2
PATH_LINKS_MAX = 4
"""How long the shortest path between two records may be that is looked for: two links from each side."""
LINKS_PER_NODE_MAX = 100
"""How many links of one record are followed each way; whoever has more is said to have more."""


class EndKind(IntEnum):
    """What a link may join. The numbers are stored; never reuse one."""

    SERIES = 1
    MEDIUM = 2
    VICTIM = 3
    OFFENDER = 4
    PLACE = 5
    CASE = 6


LETTERS: Mapping[str, EndKind] = {
    series.REFERENCE_LETTER: EndKind.SERIES,
    victim.REFERENCE_LETTER: EndKind.VICTIM,
    offender.REFERENCE_LETTER: EndKind.OFFENDER,
    place.REFERENCE_LETTER: EndKind.PLACE,
}
_DIGEST = re.compile(r"[0-9a-fA-F]{64}\Z")
_MATERIAL = frozenset({EndKind.SERIES, EndKind.MEDIUM})
_PEOPLE = frozenset({EndKind.VICTIM, EndKind.OFFENDER})


class LinkType(IntEnum):
    """What a link says of its first end to its second. The numbers are stored; never reuse one."""

    APPEARS_IN = 1
    TAKEN_AT = 2
    MADE_BY = 3
    WAS_AT = 4
    CONNECTED_WITH = 5
    PART_OF = 6
    ENQUIRED_IN = 7


SYMMETRIC = frozenset({LinkType.CONNECTED_WITH})
"""It says the same of both its ends, so it is kept in one order only."""

ENDS: Mapping[LinkType, tuple[frozenset[EndKind], frozenset[EndKind]]] = {
    LinkType.APPEARS_IN: (_PEOPLE | {EndKind.PLACE}, _MATERIAL),
    LinkType.TAKEN_AT: (_MATERIAL, frozenset({EndKind.PLACE})),
    LinkType.MADE_BY: (_MATERIAL, frozenset({EndKind.OFFENDER})),
    LinkType.WAS_AT: (_PEOPLE, frozenset({EndKind.PLACE})),
    LinkType.CONNECTED_WITH: (_PEOPLE, _PEOPLE),
    LinkType.PART_OF: (frozenset({EndKind.PLACE}), frozenset({EndKind.PLACE})),
    LinkType.ENQUIRED_IN: (frozenset(EndKind) - {EndKind.CASE}, frozenset({EndKind.CASE})),
}
"""By type: what may be its first end, and what its second."""


class Basis(IntEnum):
    """What a link rests on. The numbers are stored; never reuse one."""

    SEEN = 1
    """Seen or heard in a medium."""
    STATED = 2
    """Somebody said so."""
    DOCUMENT = 3
    MATCHED = 4
    """A program found it."""
    INFERRED = 5
    """An officer concludes it from other links."""


class Confidence(IntEnum):
    """How sure whoever says it is. The numbers are stored, and grow; never reuse one."""

    POSSIBLE = 1
    PROBABLE = 2
    CERTAIN = 3


class LinkState(IntEnum):
    """Whether it is a fact. The numbers are stored; never reuse one."""

    CANDIDATE = 1
    """Proposed by a program, or by an officer who is not sure: kept apart from facts."""
    ACCEPTED = 2
    """An officer says that it is so."""
    REFUSED = 3
    """An officer says that it is not: remembered, so that nobody proposes it to the unit again."""
    WITHDRAWN = 4
    """Its unit takes it back; it may be said anew."""


SHOWN = frozenset({LinkState.CANDIDATE, LinkState.ACCEPTED})


class Step(StrEnum):
    """What its unit does about a link. The words are stored; never reuse one."""

    PROPOSE = "propose"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


STEPS: Mapping[LinkState, Mapping[Step, LinkState]] = {
    LinkState.CANDIDATE: {
        Step.ACCEPT: LinkState.ACCEPTED, Step.REFUSE: LinkState.REFUSED, Step.WITHDRAW: LinkState.WITHDRAWN,
    },
    LinkState.ACCEPTED: {Step.REFUSE: LinkState.REFUSED, Step.WITHDRAW: LinkState.WITHDRAWN},
    LinkState.REFUSED: {Step.ACCEPT: LinkState.ACCEPTED},
    LinkState.WITHDRAWN: {},
}  # fmt: skip
"""Whoever refused may think better of it; what was withdrawn is said anew."""


def after(state: LinkState, step: Step) -> LinkState:
    """The state that `step` leads to.

    Raises:
        StepRefused: the step is not possible now.
    """
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepRefused("This step is not possible in the present state of the link: look again.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An end as somebody typed it: a reference of its kind, or the SHA-256 of a medium in hexadecimal."""

    kind: EndKind
    words: str


def named(untrusted_text: str) -> Named:
    """What was typed: `S-482177348`, `V-…`, `O-…`, `P-…`, 64 hexadecimal digits, or else the reference of a case."""
    text = untrusted_text.strip()
    for letter, kind in LETTERS.items():
        found = reference.reference_in(text, letter, is_letter_demanded=True)
        if found is not None:
            return Named(kind=kind, words=found)
    if _DIGEST.match(text):
        return Named(kind=EndKind.MEDIUM, words=text.lower())
    return Named(kind=EndKind.CASE, words=text)


def check_ends(link_type: LinkType, a: EndKind, b: EndKind) -> None:
    """Refuse a link between what such links do not join.

    Raises:
        Invalid: they do not.
    """
    firsts, seconds = ENDS[link_type]
    if a not in firsts or b not in seconds:
        wanted = " to ".join(" or ".join(sorted(kind.name.lower() for kind in side)) for side in (firsts, seconds))
        raise Invalid("A link {what} goes from {wanted}.", what=word_of(link_type), wanted=wanted)


def hops(count: int) -> int:
    """So many hops may be gone.

    Raises:
        Invalid: none, or more than one look shows.
    """
    if not 1 <= count <= HOPS_MAX:
        raise Invalid("Go 1 to {most} hops at once; go on from what is found.", most=HOPS_MAX)
    return count


def word_of(value: IntEnum) -> str:
    """A number of a closed list as people write it: `no-basis`."""
    return value.name.lower().replace("_", "-")


def from_word(numbers: type[Number], untrusted_word: str) -> Number:
    """The number that a word of a closed list stands for.

    Raises:
        Invalid: it is not on the list.
    """
    by_word = {word_of(one): one for one in numbers}
    try:
        return by_word[untrusted_word.strip().lower()]
    except KeyError:
        raise Invalid("This is one of {known}.", known=", ".join(by_word)) from None
