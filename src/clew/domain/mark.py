"""Marks: what a unit says of a medium while it goes through a seizure, said with one key and taken back with one."""

from enum import StrEnum

from clew.domain.errors import Invalid

MEDIA_MARKED_MAX = 1_000
"""How many media one act names."""


class Relevance(StrEnum):
    """Whether a medium matters to the unit's enquiry. It is no category and no verdict, and nobody else sees it."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not-relevant"


def check_count(count: int) -> None:
    """Refuse an act that names no medium, or too many.

    Raises:
        Invalid: it does.
    """
    if not 0 < count <= MEDIA_MARKED_MAX:
        raise Invalid("Name 1 to {most} media.", most=MEDIA_MARKED_MAX)
