"""A victim: a child whom nobody has named yet, by a reference; who it is lies elsewhere, closed to one unit."""

from dataclasses import dataclass
from enum import StrEnum

from clew.domain import reference
from clew.domain.person import AgeBand, Sex

REFERENCE_LETTER = "V"
VICTIMS_TOGETHER_MAX = 1_000
"""How many victims one officer may see as one: what is worked out of them stays small."""


class VictimState(StrEnum):
    """How near somebody is to the child. The words are stored; never reuse one."""

    UNIDENTIFIED = "unidentified"
    LOCATED = "located"
    """Somebody knows where to look; not yet who it is."""
    IDENTIFIED = "identified"
    SAFEGUARDED = "safeguarded"
    """The child has been reached and is safe."""


class Said(StrEnum):
    """What units assert of a victim, each beside the other and taken back by nobody else. The words are stored."""

    ADULT_NOW = "adult-now"
    """The person has come of age since."""
    NO_REAL_CHILD = "no-real-child"
    """There is nobody to be found: the media show no child that lives."""
    ALTERED = "altered"
    """A real child, in media that were altered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VictimFacts:
    """What is known of a victim without knowing who it is; `age` is absent where nothing is known of it."""

    sex: Sex = Sex.UNKNOWN
    age: AgeBand | None = None


def reference_in(untrusted_text: str) -> str | None:
    """The reference of a victim that somebody typed, as it is kept; None where it is none."""
    return reference.reference_in(untrusted_text, REFERENCE_LETTER)
