"""Pages of leads: where each lead stands, and where the next page begins."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clew.domain.errors import Invalid
from clew.domain.lead import RANK_MAX

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_DIGITS_MAX = 16
"""Until the year 2286."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAt:
    """Where a lead stands among others: the more points the earlier, then the later it was raised."""

    points: int
    raised_at: datetime
    id: UUID

    @property
    def key(self) -> tuple[int, timedelta, UUID]:
        """By which leads are sorted."""
        return -self.points, BEGINNING - self.raised_at, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage:
    """Where the next page of a list of leads begins.

    `now`: when the first page was asked for, of which all ranks are. `block`: behind which the leads come that are
    ranked together; `shown`: behind which of these the page begins.
    """

    now: datetime
    block: LeadAt | None = None
    shown: LeadAt | None = None

    def __str__(self) -> str:
        return ".".join([_written(self.now), *(_place(at) for at in (self.block, self.shown))])

    @classmethod
    def read(cls, untrusted: str) -> "LeadPage":
        """What was written so.

        Raises:
            Invalid: it was not.
        """
        try:
            now, block, shown = untrusted.split(".")
            return cls(now=_moment(now), block=_placed(block), shown=_placed(shown))
        except ValueError:
            raise Invalid("This is no place in a list of leads: begin at its first page.") from None


def _written(moment: datetime) -> str:
    return str((moment - BEGINNING) // MICROSECOND)


def _moment(untrusted: str) -> datetime:
    if not (untrusted.isascii() and untrusted.isdigit() and len(untrusted) <= MICROSECONDS_DIGITS_MAX):
        raise ValueError("no moment")
    return BEGINNING + int(untrusted) * MICROSECOND


def _place(at: LeadAt | None) -> str:
    return "" if at is None else f"{at.points}_{_written(at.raised_at)}_{at.id.hex}"


def _placed(untrusted: str) -> LeadAt | None:
    if not untrusted:
        return None
    points, raised_at, identifier = untrusted.split("_")
    if points not in map(str, range(RANK_MAX + 1)):
        raise ValueError("no points of a rank")
    return LeadAt(points=int(points), raised_at=_moment(raised_at), id=UUID(hex=identifier))
