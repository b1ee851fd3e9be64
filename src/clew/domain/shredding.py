"""Shredding: the end of a case, for which it takes two people, and which goes one step at a time."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from clew.domain.errors import StepRefused


class Step(StrEnum):
    """How far the end of a case has come. Each step may be done again, so a killed one is simply gone on with."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """Nothing more is taken into the case."""
    DESTROYED = "destroyed"
    """Its key is destroyed and its records are gone; some blobs may still lie on the disk, unreadable."""
    DONE = "done"


def check_second_person(proposed_by: str, officer: str) -> None:
    """Refuse that one person does both.

    Raises:
        StepRefused: `officer` proposed it.
    """
    if proposed_by == officer:
        raise StepRefused("You proposed this yourself; another officer of your unit must confirm it.")


def backups_until(destroyed_at: datetime, backup_days: int) -> date:
    """The first day on which no backup holds the key any more, if backups are kept as the node says."""
    return (destroyed_at + timedelta(days=backup_days + 1)).date()


def in_words(statement: Mapping[str, object]) -> str:
    """A certificate's statement to be read by people: what is gone, what is not sure before when, what stays."""
    counts = statement["counts"]
    if not isinstance(counts, Mapping):
        raise TypeError("counts are by name")
    kept = int(counts.get("blobs_of_the_case", 0)) - int(counts.get("blobs_removed", 0))
    until, days = statement["backups_may_hold_the_key_until"], statement["backup_days"]
    lines = [
        f"Certificate of destruction: case {statement['case']} of {statement['member']}, unit {statement['unit']}",
        f"  proposed by {statement['proposed_by']}, {statement['proposed_at']}",
        f"  confirmed by {statement['confirmed_by']}, {statement['confirmed_at']}",
        f"  key destroyed {statement['destroyed_at']}",
        f"  media in the vault: {counts.get('blobs_removed', 0)} removed; occurrences: {counts.get('occurrences', 0)}",
        f"  records of media: {counts.get('media', 0)}; sets of fingerprints: {counts.get('fingerprints', 0)}",
        f"Until {until} a backup of the key directory may still hold the key (backups are kept {days} days).",
        "Until then the case is inaccessible, not erased.",
    ]
    if kept:
        lines.append(f"{kept} media lie in other cases of {statement['member']} too, and stay readable there.")
    if counts.get("releases_withdrawn"):
        lines.append(f"{counts['releases_withdrawn']} releases to other members ended; they may keep what they saw.")
    if counts.get("referral_packages"):
        lines.append(
            f"{counts['referral_packages']} packages of referrals went too; who was handed one may keep what they read"
            " or wrote into a file."
        )
    lines.append(
        "Not covered: bits of fingerprints in the index until it is built anew, copies outside this node,"
        " and what a file system that copies on write or a flash disk keeps of an overwritten key."
    )
    return "\n".join(lines)
