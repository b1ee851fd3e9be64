"""Spotting clues: what an officer saw, heard or read in a medium, said on the record and taken back by nobody else."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.actions import easing
from clew.actions.opening import check_members, handling_beside
from clew.actions.releasing import digest_of
from clew.domain.clue import Said, check_where
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Handling
from clew.domain.handling_change import checked_reason
from clew.domain.series import checked_words
from clew.records import audit, clues
from clew.records.clues import ClueRow, Seen
from clew.records.session import Session

CLUES_SHOWN_MAX = 500
CONTENTS_ASKED_MAX = 1_000
"""Of how many contents clues are asked at once."""

__all__ = ["ClueRow", "View", "add", "end_restriction", "look", "of_media", "restrict", "seen", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A medium with the clues on it, as the actor sees both."""

    medium: Seen
    clues: tuple[ClueRow, ...]


def add(session: Session, sha256: str, said: Said, handling: Handling | None = None) -> ClueRow:
    """Say what was seen, heard or read in a medium that the actor sees.

    Without a `handling` it lies as the medium does where that is the own unit's, and follows it; on a medium of
    another unit whoever sees the medium sees it.

    Raises:
        NotVisible: there is no such medium, or the actor may not see it.
        Invalid: such a medium has no such place, the note is too long, or the handling names a stranger.
        StepRefused: the medium is under examination.
    """
    checked_words(said.note)
    medium = clues.seen(session, digest_of(sha256))
    if medium.handling.is_blocked:
        raise StepRefused("Of what is under examination nothing more is said.")
    check_where(said, medium.kind, medium.duration_ms)
    given = handling or handling_beside(session, [medium.handling])
    check_members(session, given)
    clue_id = clues.add(session, medium.id, said, given, is_own_handling=handling is not None)
    audit.append(session, "clue.add", str(medium.id))
    return clues.get(session, clue_id)


def withdraw(session: Session, clue_id: UUID) -> None:
    """Take an own clue back: it stays on record, and speaks for nothing any more.

    Raises:
        NotVisible: the unit has no such clue that holds, or no longer sees its medium.
    """
    audit.append(session, "clue.withdraw", str(clues.withdraw(session, clue_id)))


def restrict(
    session: Session, clue_id: UUID, handling: Handling, reason: str, until: date | None = None
) -> date | None:
    """Have an own clue lie under a handling of its own: who sees the medium sees it only as far as this says.

    With `until` it is a restriction that ends by itself; what lasted before holds again then, or the clue follows its
    medium again. Gives the day on which the first restriction ends of those that hold now and have an end.

    Raises:
        NotVisible: the unit has no such clue that holds, or no longer sees its medium.
        Invalid: there is no reason, the end cannot be, or the handling names a member who does not take part.
        StepRefused: it widens, and the member's administrator asks for two officers.
    """
    kept = checked_reason(reason)
    check_members(session, handling)
    lying, added = easing.restricted(session, clues.hold_own(session, clue_id), handling, kept, until)
    audit.append(session, "clue.restrict", str(clues.lie(session, clue_id, lying, added)))
    return lying.until


def end_restriction(session: Session, clue_id: UUID, reason: str) -> None:
    """End what restricts an own clue for a time before its time: a widening.

    Raises:
        NotVisible: the unit has no such clue that holds, or no longer sees its medium.
        Invalid: there is no reason.
        StepRefused: nothing with an end restricts it; or the member's administrator asks for two officers.
    """
    lying, added = easing.ended(session, clues.hold_own(session, clue_id), reason)
    audit.append(session, "clue.end_restriction", str(clues.lie(session, clue_id, lying, added)))


def seen(session: Session, sha256: str) -> None:
    """That the actor may see the medium of that SHA-256.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    audit.append(session, "clue.find", str(_seen(session, sha256).id))


def look(session: Session, sha256: str) -> View:
    """A medium with the clues on it, also those that were taken back. Raises as `seen`."""
    medium = _seen(session, sha256)
    return View(medium=medium, clues=tuple(of_media(session, [sha256], is_all=True)))


def _seen(session: Session, sha256: str) -> Seen:
    """The same of what is no SHA-256: no medium has such a name."""
    try:
        return clues.seen(session, digest_of(sha256))
    except Invalid:
        raise NotVisible("There is no such medium.") from None


def of_media(session: Session, names: list[str], *, is_all: bool = False) -> list[ClueRow]:
    """Clues on media named by their SHA-256, whoever put them there, as far as the actor sees them."""
    if not 0 < len(names) <= CONTENTS_ASKED_MAX:
        raise Invalid("Name 1 to {most} media by their SHA-256.", most=CONTENTS_ASKED_MAX)
    found = clues.of_contents(session, [digest_of(one) for one in names], limit=CLUES_SHOWN_MAX, is_all=is_all)
    owners = {row.handling.owner_member for row in found}
    audit.append(session, "clue.list", "", {"clues": len(found)}, shown=owners)
    return found
