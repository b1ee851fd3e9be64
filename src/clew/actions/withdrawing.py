"""Withdrawing grounds: leads that rest on what an officer took back are set aside and say so, and come back with it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from clew.actions import following
from clew.domain.lead import OPEN, State, Step
from clew.domain.proposal import Place, shared_place
from clew.records import lead_places, lead_withdrawals, leads, merges, rejections
from clew.records.lead_grounds import Ground
from clew.records.lead_rounds import Key, Stage
from clew.records.lead_withdrawals import Resting
from clew.records.session import Session

REJECTED = "An officer says that what spoke for this does not belong to the series."
NOT_REJECTED = "What an officer said of it was taken back: it may belong to the series."
NO_PLACE = "An officer took back where the series was: nothing that spoke for this lies near where it is known to be."
A_PLACE = "An officer says again where the series was: what spoke for this lies near it."


def of_contents(session: Session, series_id: UUID) -> int:
    """The unit said, or took back, that contents do not belong to the series; how many leads moved.

    A lead on it, or on one that is one with it, holds while something speaks for it that was not rejected.
    """
    together = merges.together(session, [series_id])
    refused = rejections.Refused(session, together)
    resting = lead_withdrawals.on(session, together[series_id])
    holding = {one.id for one in resting if not all(refused.has(series_id, name) for name in one.names)}
    return _moved(session, resting, holding, REJECTED, NOT_REJECTED)


def of_places(session: Session, series_id: UUID) -> int:
    """The unit said, or took back, where the series was; how many leads moved, of those that rest on a known place.

    A lead holds while a medium that speaks for it lies near where the series, or what is one with it, is known to be.
    """
    whole = merges.together(session, [series_id])[series_id]
    resting = lead_withdrawals.on(session, whole, is_of_place=True)
    if not resting:
        return 0
    lead_withdrawals.lay_out(session, whole, {medium for one in resting for medium in one.media})
    near = _near(session)
    return _moved(session, resting, {one.id for one in resting if near & {*one.media}}, NO_PLACE, A_PLACE)


def _near(session: Session) -> set[UUID]:
    """Media that are laid out and lie near where the series are known to be, as the rule of leads judges it."""
    found: set[UUID] = set()
    stages: tuple[Stage[Any, Ground], ...] = (
        Stage(name="spots", slice=lead_places.spots, page=lead_places.around_spots),
        Stage(name="places", slice=lead_places.known, page=lead_places.around_known),
    )
    for stage in stages:
        behind: Key = ()
        is_last = False
        while not is_last:
            part = stage.slice(session, behind, ())
            grounds = stage.page(session, part.items, (), lead_withdrawals.PAIRS_MAX) if part.items else []
            found |= {one.medium_id for _, one in grounds if _is_good(*one.said)}
            behind, is_last = part.upto, part.is_last
    return found


def _is_good(here: object, there: object) -> bool:
    return isinstance(here, Place) and isinstance(there, Place) and shared_place(here, there) is not None


def _moved(session: Session, resting: Sequence[Resting], holding: Collection[UUID], gone: str, back: str) -> int:
    """Set aside what holds no longer, and have again what was set aside for that and holds."""
    moved = 0
    for one in resting:
        if one.id not in holding and one.state in OPEN:
            following.move(session, one.id, Step.SET_ASIDE, why=gone)
            moved += 1
        elif one.id in holding and one.state is State.SET_ASIDE:
            last = leads.steps(session, one.id, 1)
            if last and last[0].reason == gone:
                following.move(session, one.id, Step.REOPEN, why=back)
                moved += 1
    return moved
