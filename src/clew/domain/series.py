"""States of a series, as far as triage needs them."""

from enum import StrEnum


class SeriesState(StrEnum):
    """OPEN: the victim is not yet known. IDENTIFIED: the victim is."""

    OPEN = "open"
    IDENTIFIED = "identified"
