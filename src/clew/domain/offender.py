"""An offender: a person by a reference, and what is established; the word never implies conviction."""

from dataclasses import dataclass
from enum import StrEnum

from clew.domain import reference
from clew.domain.person import AgeBand, Sex

REFERENCE_LETTER = "O"


class Established(StrEnum):
    """What is established of the person's part. The words are stored; never reuse one."""

    UNKNOWN = "unknown"
    """Somebody was there; nothing more is known."""
    SUSPECTED = "suspected"
    CHARGED = "charged"
    CONVICTED = "convicted"
    CLEARED = "cleared"
    """It was somebody else, or nobody: the person is not to be looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenderFacts:
    """What is known of an offender without knowing who it is."""

    established: Established = Established.UNKNOWN
    sex: Sex = Sex.UNKNOWN
    age: AgeBand | None = None


def reference_in(untrusted_text: str) -> str | None:
    """The reference of an offender that somebody typed, as it is kept; None where it is none."""
    return reference.reference_in(untrusted_text, REFERENCE_LETTER)
