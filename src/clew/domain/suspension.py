"""The kill-switch: an officer, a unit or a member whose access is stopped from the next request on."""

from dataclasses import dataclass
from enum import StrEnum

from clew.domain.errors import Invalid

REASON_CHARACTERS_MAX = 500


class Level(StrEnum):
    """Who is meant: one officer, every officer of a unit, or everybody of a member."""

    OFFICER = "officer"
    UNIT = "unit"
    MEMBER = "member"


class Standing(StrEnum):
    """Whether an officer may act now. Only ADMITTED may; the words are those of the database."""

    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    NOT_CERTIFIED = "not certified"


REFUSALS = {
    Standing.SUSPENDED: "Access is suspended: the administrator of the member knows why.",
    Standing.NOT_CERTIFIED: "There is no certification in force: two administrators of the member give or renew it.",
}
"""What is said to an officer who may not act now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose access is stopped, or whom a budget is for: `unit` and `officer` are named exactly at their level."""

    level: Level
    member: str
    unit: str | None = None
    officer: str | None = None

    def __post_init__(self) -> None:
        named = (self.unit is not None, self.officer is not None)
        if named != (self.level is Level.UNIT, self.level is Level.OFFICER):
            raise Invalid("Name an officer, a unit or a member, and nothing else.")

    @property
    def name(self) -> str:
        """The officer, the unit or the member."""
        return self.officer or self.unit or self.member

    def covers(self, *, member: str, unit: str, officer: str) -> bool:
        """Whether this officer is within."""
        if member != self.member:
            return False
        if self.level is Level.UNIT:
            return unit == self.unit
        return self.level is Level.MEMBER or officer == self.officer


def check_reason(reason: str) -> str:
    """The reason as it is kept.

    Raises:
        Invalid: there is none, or it is too long.
    """
    kept = reason.strip()
    if not kept or len(kept) > REASON_CHARACTERS_MAX or not kept.isprintable():
        raise Invalid("Say why, in up to {most} characters.", most=REASON_CHARACTERS_MAX)
    return kept
