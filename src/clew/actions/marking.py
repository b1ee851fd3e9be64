"""Marking: a unit says of media, with one key, whether they matter to its enquiry; undone with another."""

from collections.abc import Sequence
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.mark import Relevance, check_count
from clew.records import audit, marks, observations
from clew.records.session import Session

__all__ = ["Relevance", "mark", "undo"]


def mark(session: Session, names: Sequence[bytes], said: Relevance) -> UUID:
    """Say of media (named by their strongest digests) whether they matter; the act, by which it is undone.

    What the unit said before stays, and holds again once this is undone.

    Raises:
        Invalid: too many are named, or none.
        NotVisible: the actor sees no such medium.
    """
    check_count(len(names))
    media = observations.media_of(session, names)
    if media.keys() != {*names}:
        raise NotVisible("There is no such medium.")
    subject = str(next(iter(media.values()))) if len(media) == 1 else ""
    act = audit.append(session, f"mark.{said}", subject, {"media": len(media)}, owner=session.actor.member)
    marks.add(session, act, list(media.values()), said)
    return act


def undo(session: Session, act: UUID) -> int:
    """Take back what the officer said with that act; of how many media.

    Raises:
        NotVisible: the officer said nothing with it, or has taken it back.
    """
    count = marks.undo(session, act)
    if not count:
        raise NotVisible("There is nothing to undo.")
    audit.append(session, "mark.undo", "", {"media": count}, owner=session.actor.member)
    return count
