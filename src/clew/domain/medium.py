"""What became of the bytes of a medium when the sandbox looked at them."""

from enum import IntEnum, StrEnum


class MediumKind(StrEnum):
    """Still or moving; UNKNOWN where only fingerprints came, OTHER where it is neither."""

    IMAGE = "image"
    VIDEO = "video"
    UNKNOWN = "unknown"
    OTHER = "other"


class Verdict(IntEnum):
    """One verdict for each medium. The numbers are stored; never reuse one."""

    DECODED = 1
    DAMAGED_READ = 2
    """Part of it was read and fingerprinted; the file is cut or damaged."""
    NOT_DECODED = 3
    """The bytes are of no kind that Clew reads, or hold no picture."""
    REFUSED = 4
    """A named limit was exceeded (pixels, frames, streams, size)."""
    QUARANTINED = 5
    """The sandboxed reader died, hung or broke the protocol twice; the bytes are kept."""
    ABSENT = 6
    """Only fingerprints came; there are no bytes to decode."""
    WAITING = 7
    """Taken in, not yet decoded (the sandbox could not be proved closed)."""

    @property
    def is_decoded(self) -> bool:
        return self in (Verdict.DECODED, Verdict.DAMAGED_READ, Verdict.ABSENT)
