"""Reaching: how far all the children in a series have come, by steps that two officers agreed to."""

from collections.abc import Sequence
from uuid import UUID

from clew.domain.identification import furthest, outcome_of
from clew.domain.victim import VictimState
from clew.records import identifications
from clew.records.session import Session


def reached(session: Session, series_ids: Sequence[UUID]) -> dict[UUID, VictimState]:
    """How far those of these own series have come in which all children are found, as the own unit says and sees.

    A child has come as far as any victim that is one with it by the word of the owners of both.
    """
    found = identifications.states_in(session, series_ids)
    come = {one: outcome_of(furthest(states) for states in children) for one, children in found.items()}
    return {one: state for one, state in come.items() if state is not None}
