"""Asserting: what a unit says of victims beside their owners, and takes back alone: that two are one, and more."""

from uuid import UUID

from clew.actions import identifying
from clew.actions.describing import check_open
from clew.actions.opening import check_members, handling_beside
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Handling
from clew.domain.series import checked_words
from clew.domain.victim import VICTIMS_TOGETHER_MAX, Said
from clew.records import audit, merges, victims
from clew.records.session import Session


def same(session: Session, one: str, other: str, reason: str, handling: Handling | None = None) -> UUID:
    """Assert that two victims that the actor sees are one child; the assertion, which the actor's unit may withdraw.

    One row, whatever is linked to them: neither victim, nor what anybody else says of it, changes. Once the owners of
    both say so, what one of them has come to counts for the other: own series follow, and whoever it concerns is told.
    Without a `handling` it lies under that of the own ones of the two, or is seen by all who see both.

    Raises:
        NotVisible: there is no such victim, or the actor may not see it.
        Invalid: it is one and the same, or there is no reason.
        StepRefused: one of them is ending or under examination, or too many would be seen as one.
    """
    kept = checked_words(reason, is_demanded=True)
    first, second = victims.find(session, one).kept, victims.find(session, other).kept
    if first.id == second.id:
        raise Invalid("These are one and the same victim.")
    check_open(session, first, second)
    given = handling or handling_beside(session, [first.handling, second.handling])
    check_members(session, given)
    before = identifying.before_same(session, first.id, second.id)
    made = merges.add(session, first.id, second.id, kept, given, kind=merges.VICTIMS)
    together = merges.together(session, [first.id], kind=merges.VICTIMS)[first.id]
    if len(together) > VICTIMS_TOGETHER_MAX:
        raise StepRefused("More than {most} victims would be seen as one.", most=VICTIMS_TOGETHER_MAX)
    identifying.follow_same(session, made, before)
    owners = {first.handling.owner_member, second.handling.owner_member}
    audit.append(session, "victim.merge", str(first.id), {"victims": len(together)}, shown=owners)
    return made


def say(session: Session, reference: str, said: Said, reason: str, handling: Handling | None = None) -> UUID:
    """Assert of a victim that the actor sees that it is adult now, or no real child; the assertion.

    Own series follow where that there is no child in them, but for this, moves them: as with a step about it.

    Raises:
        NotVisible: there is no such victim, or the actor may not see it.
        Invalid: there is no reason.
        StepRefused: it is ending or under examination.
    """
    kept = checked_words(reason, is_demanded=True)
    victim = victims.find(session, reference).kept
    check_open(session, victim)
    given = handling or handling_beside(session, [victim.handling])
    check_members(session, given)
    before = _before_word(session, victim.id, said)
    made = victims.say(session, victim.id, said, kept, given)
    identifying.follow(session, before)
    audit.append(session, "victim.say", str(victim.id))
    return made


def undo(session: Session, assertion_id: UUID) -> None:
    """Take back an own assertion about victims; what had come of two being one goes back with it.

    Raises:
        NotVisible: the actor's unit has no such assertion, or no longer sees the victim.
    """
    word = victims.word_of(session, assertion_id)
    if word is None:
        about = _part(session, assertion_id)
    else:
        before = _before_word(session, *word)
        about = victims.unsay(session, assertion_id)
        identifying.follow(session, before)
    audit.append(session, "victim.undo", str(about))


def _before_word(session: Session, victim_id: UUID, said: Said) -> identifying.Before | None:
    """How far own series with the victim have come, where it is said, or taken back, that there is no child."""
    return identifying.before_same(session, victim_id) if said is Said.NO_REAL_CHILD else None


def _part(session: Session, merge_id: UUID) -> UUID:
    """Take back that two victims are one; the first of them."""
    said = merges.own(session, merge_id, kind=merges.VICTIMS)
    before = identifying.before_same(session, said.a, said.b)
    merges.withdraw(session, merge_id, kind=merges.VICTIMS)
    identifying.follow_same(session, merge_id, before)
    return said.a
