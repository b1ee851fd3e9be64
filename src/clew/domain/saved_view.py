"""Saved views: a filter of media that an officer keeps under a name."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from clew.domain.camera import Camera
from clew.domain.errors import Invalid
from clew.domain.medium import MediumKind
from clew.domain.series import reference_in
from clew.domain.triage import Answer

VIEWS_MAX = 20
"""So many an officer keeps at most: more would be no help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which media are shown: of one answer, or with `is_every` of each, else all but known ones; of one kind.

    The rest as the page asks: with a place, in some series or with a clue, True, or without, False; in one `series` by
    its reference, and by one camera.
    """

    answer: Answer | None = None
    is_every: bool = False
    kind: MediumKind | None = None
    is_undecided: bool = True
    has_place: bool | None = None
    is_in_series: bool | None = None
    has_clue: bool | None = None
    series: str = ""
    camera: Camera | None = None

    def __post_init__(self) -> None:
        if self.is_every and self.answer is not None:
            raise Invalid("Every answer and one of them are two filters.")
        if self.series and self.is_in_series is not None:
            raise Invalid("One series, and any or none, are two filters.")
        if self.series and self.series != reference_in(self.series):
            raise Invalid("A series is named by its reference.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A filter under its name."""

    id: UUID
    name: str
    filter: Filter


def check_new(name: str, kept: Iterable[SavedView]) -> None:
    """Refuse one more view that cannot be.

    Raises:
        Invalid: there is one of this name, or there are too many.
    """
    some = list(kept)
    if any(one.name == name for one in some):
        raise Invalid("You have a view of this name.")
    if len(some) >= VIEWS_MAX:
        raise Invalid("You keep {most} views already: delete one first.", most=VIEWS_MAX)
