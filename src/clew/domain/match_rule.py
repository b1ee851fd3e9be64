"""Rules of matches: by what two media are called the same, and how often that was measured to be wrong.

The figures are those of docs/performance.md (edited copies; video and sound), kept here so that a page says them
beside each match.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clew.domain.triage import ReasonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Of so many comparisons of media that are not the same, so many were called the same."""

    wrong: int
    compared: int


MEASURED: Mapping[ReasonKind, Measured] = {
    ReasonKind.DIGEST: Measured(wrong=0, compared=0),
    # 250 pictures with 58 edited copies each, each copy against the 249 other originals.
    ReasonKind.PDQ: Measured(wrong=0, compared=250 * 58 * 249),
    # Of 200 queries among 20,000 media, by the rule of the full reading; the first answer gave none.
    ReasonKind.VIDEO: Measured(wrong=17, compared=200 * 20_000),
    # 19 clips with 22 edited copies each, each copy against the 18 other originals.
    ReasonKind.SOUND: Measured(wrong=0, compared=19 * 22 * 18),
}
"""Two files of one SHA-256 that differ are known nowhere: there is nothing to measure."""
