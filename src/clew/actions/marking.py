"""Marking: a unit says of media, with one key, whether they matter to its enquiry; undone with another."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.mark import MEDIA_MARKED_MAX, Relevance, check_count
from clew.records import audit, case_stacks, cases, exhibits, marks, observations
from clew.records.session import Session

__all__ = ["Marked", "Relevance", "mark", "mark_stacks", "undo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The act, by which it is undone, and of how many media something was said."""

    act: UUID
    media: int


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


def mark_stacks(
    session: Session, case: str, names: Sequence[bytes], said: Relevance, exhibit: str | None = None, *,
    unit: str | None = None,
) -> Marked:  # fmt: skip
    """Say the same of media and of everything that lies in their stacks in the case (or exhibit), with one act.

    Of as much of each stack as the actor sees. Undone as `mark` is.

    Raises:
        NotVisible: there is no such case or exhibit, or the actor sees no such medium.
        Invalid: too many are named, or lie in the stacks; or none is named.
    """
    case_id = cases.find(session, case, unit)
    exhibit_id = None if exhibit is None else exhibits.find(session, case_id, exhibit)
    check_count(len(names))
    media = observations.media_of(session, names)
    if media.keys() != {*names}:
        raise NotVisible("There is no such medium.")
    of = case_stacks.named(session, case_id, names)
    lying = case_stacks.members(session, case_id, exhibit_id, of, MEDIA_MARKED_MAX + 1)
    whole = list(dict.fromkeys([*media.values(), *lying]))
    check_count(len(whole))
    counted = {"media": len(whole), "stacks": len({*lying.values()})}
    act = audit.append(session, f"mark.{said}", str(exhibit_id or case_id), counted, owner=session.actor.member)
    marks.add(session, act, whole, said)
    return Marked(act=act, media=len(whole))


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
