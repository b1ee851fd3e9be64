"""Judging: an officer says whether two media that a program calls the same are, for the own unit; and undoes it."""

from dataclasses import dataclass
from uuid import UUID

from clew.actions import following
from clew.domain.errors import NotVisible
from clew.domain.lead import OPEN, State, Step
from clew.domain.verdict import SENTENCES, MatchVerdict, Said, Why, check_said, check_two, standing
from clew.records import audit, lead_matches, leads, proposals, verdicts
from clew.records.session import Session

__all__ = ["SENTENCES", "Judged", "MatchVerdict", "Said", "Why", "judge", "undo", "verdicts_on"]

NONE = "There is no such match."
NOT_THE_SAME = "An officer says that the match for which this was raised is not the same."
SAME_AGAIN = "The verdict for which this was set aside was taken back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict, by which it is undone; so many of the unit's proposals wait no longer, and leads are set aside."""

    id: UUID
    proposals: int = 0
    leads: int = 0


def judge(session: Session, here: bytes, there: bytes, said: Said, why: Why | None = None) -> Judged:
    """Say whether two media (named by their strongest digests) that match are the same, for the own unit.

    What is not the same counts no longer in the unit's triage, and is not proposed; the unit's open leads that rest on
    nothing else are set aside, each as a step of the officer. Every other member's view stays as it is. What the unit
    said before stays, and holds again once this is undone.

    Raises:
        Invalid: the bytes of both are equal, or a reason is missing or too much.
        NotVisible: the actor sees no such match.
    """
    check_said(said, why)
    ends = _ends(session, here, there)
    check_two(here, there)
    verdict = verdicts.add(session, ends, said, why)
    audit.append(session, f"match.{said}", str(ends.medium_id), shown={ends.owner, ends.other_owner})
    if said is Said.SAME:
        _reopen(session, here, there)
        return Judged(id=verdict)
    gone = proposals.drop_of_match(session, here, there)
    resting = lead_matches.without_ground(session, here, there, OPEN)
    for lead in resting:
        following.move(session, lead, Step.SET_ASIDE, why=NOT_THE_SAME)
    return Judged(id=verdict, proposals=gone, leads=len(resting))


def undo(session: Session, verdict_id: UUID) -> None:
    """Take back what the officer said of a match; what the unit said before holds again, and leads set aside are open.

    Raises:
        NotVisible: the officer said no such thing, has taken it back, or sees one of the media no longer.
    """
    taken_back = verdicts.withdraw(session, verdict_id)
    if taken_back is None:
        raise NotVisible("There is nothing to undo.")
    audit.append(session, "match.undo", str(taken_back.medium_id))
    _reopen(session, taken_back.here, taken_back.there)


def verdicts_on(session: Session, here: bytes, there: bytes) -> tuple[MatchVerdict, ...]:
    """What units say of a match, the word of each that holds, in the order in which they said it.

    Raises:
        NotVisible: the actor sees no such match.
    """
    ends = _ends(session, here, there)
    found = standing(verdicts.of_media(session, [ends.medium_id], at_home=False).get((ends.medium_id, there.hex()), ()))
    shown = {ends.owner, ends.other_owner, *(one.member for one in found)}
    audit.append(session, "match.read", str(ends.medium_id), shown=shown)
    return found


def _ends(session: Session, here: bytes, there: bytes) -> verdicts.Ends:
    """The two records of the match; asked before anything is said of them."""
    ends = verdicts.ends(session, here, there)
    if ends is None:
        raise NotVisible(NONE)
    return ends


def _reopen(session: Session, here: bytes, there: bytes) -> None:
    """Leads that were set aside for what was said of this match, and for which a medium speaks again."""
    lost = set(lead_matches.without_ground(session, here, there, {State.SET_ASIDE}))
    for lead in lead_matches.resting_on(session, here, there, {State.SET_ASIDE}):
        last = leads.steps(session, lead, 1)
        if lead not in lost and last and last[0].reason == NOT_THE_SAME:
            following.move(session, lead, Step.REOPEN, why=SAME_AGAIN)
