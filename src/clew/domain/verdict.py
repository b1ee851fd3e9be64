"""Verdicts: what officers say of a match, and whose word sets one aside for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from clew.domain.errors import Invalid


class Said(StrEnum):
    """What a person says of two media that a program calls the same. The words are stored; never reuse one."""

    SAME = "same"
    NOT_THE_SAME = "not-the-same"


class Why(StrEnum):
    """Why two media are not the same. Another picture of one scene is no such reason: it belongs to what it matches."""

    ONLY_ALIKE = "only-alike"
    SHARED_PART = "shared-part"
    SAYS_NOTHING = "says-nothing"
    OTHER = "other"


SENTENCES: dict[Why, str] = {
    Why.ONLY_ALIKE: "They are only alike: what they show differs.",
    Why.SHARED_PART: "They only share a part, such as a title, a logo or a frame around.",
    Why.SAYS_NOTHING: "They hold nothing that could tell, such as a blank or a pattern.",
    Why.OTHER: "For another reason.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchVerdict:
    """An officer's word on a match, of their unit. `why` is given where the two are not the same, and there alone."""

    id: UUID
    said: Said
    why: Why | None
    member: str
    unit: str
    officer: str
    at: datetime

    def shown_by(self, viewer: str) -> str | None:
        """Who said it, for a viewer of that member: officers are named at home only."""
        return self.officer if self.member == viewer else None


def check_said(said: Said, why: Why | None) -> None:
    """Refuse a verdict that is not whole.

    Raises:
        Invalid: a reason is missing or too much.
    """
    if said is Said.NOT_THE_SAME and why is None:
        raise Invalid("Say why the two are not the same.")
    if said is Said.SAME and why is not None:
        raise Invalid("A reason is given only where the two are not the same.")


def check_two(here: bytes, there: bytes) -> None:
    """Refuse a verdict on two media of one content.

    Raises:
        Invalid: the bytes of both are equal.
    """
    if here == there:
        raise Invalid("Their bytes are equal, so they are the same: nobody has to say so.")


def standing(verdicts: Iterable[MatchVerdict]) -> tuple[MatchVerdict, ...]:
    """The word of each unit that holds: its latest. In the order in which they were said."""
    latest: dict[tuple[str, str], MatchVerdict] = {}
    for one in sorted(verdicts, key=lambda one: (one.at, one.id)):
        latest.pop((one.member, one.unit), None)
        latest[one.member, one.unit] = one
    return tuple(latest.values())


def setting_aside(verdicts: Iterable[MatchVerdict], *, member: str, unit: str) -> MatchVerdict | None:
    """By which word a match is set aside in what a unit is answered; None where it counts.

    The own unit's word decides. While it has said nothing, another unit of its member does, unless one of them says
    that the two are the same. What other members say sets nothing aside here.
    """
    at_home = [one for one in standing(verdicts) if one.member == member]
    own = [one for one in at_home if one.unit == unit]
    heard = own or at_home
    if any(one.said is Said.SAME for one in heard):
        return None
    return heard[-1] if heard else None
