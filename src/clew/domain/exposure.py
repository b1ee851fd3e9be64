"""Exposure: how long an officer has had clear media on the screen today, and when to suggest a break.

It is the officer's own: nobody else reads it, it is in no statistics, and nothing follows from it but a suggestion.

Source: what is known of breaks and of violent material, BMC Psychiatry 2023, doi 10.1186/s12888-023-05445-w.
"""

from dataclasses import dataclass, replace

BREAK_AFTER_SECONDS = 45 * 60
BREAK_AFTER_WARNED_SECONDS = 20 * 60
"""The same of material that somebody marked with a warning."""
POSTPONED_SECONDS = 10 * 60
BEAT_SECONDS_MAX = 60
"""So much a page may add at once: a page that slept has shown nothing meanwhile."""
DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Seconds of a day, and from which on the next break is counted; `warned` of material with a warning."""

    seconds: int = 0
    warned_seconds: int = 0
    break_at: int = BREAK_AFTER_SECONDS
    break_at_warned: int = BREAK_AFTER_WARNED_SECONDS

    @property
    def is_break_due(self) -> bool:
        return self.seconds >= self.break_at or self.warned_seconds >= self.break_at_warned


def beaten(before: Exposure, seconds: int, warned_seconds: int) -> Exposure:
    """With so many seconds more; what a page says beyond what can be is left out."""
    more = min(max(0, seconds), BEAT_SECONDS_MAX, DAY_SECONDS - before.seconds)
    return replace(
        before, seconds=before.seconds + more, warned_seconds=before.warned_seconds + min(max(0, warned_seconds), more)
    )


def postponed(before: Exposure) -> Exposure:
    """The break comes ten minutes of looking later."""
    return replace(
        before, break_at=max(before.break_at, before.seconds + POSTPONED_SECONDS),
        break_at_warned=max(before.break_at_warned, before.warned_seconds + POSTPONED_SECONDS),
    )  # fmt: skip


def rested(before: Exposure) -> Exposure:
    """A break was taken: the next is counted from now."""
    return replace(
        before, break_at=before.seconds + BREAK_AFTER_SECONDS,
        break_at_warned=before.warned_seconds + BREAK_AFTER_WARNED_SECONDS,
    )  # fmt: skip
