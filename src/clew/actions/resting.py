"""Resting: how long an officer has looked today, kept for the officer alone, and the break that is suggested.

These are no acts and stand in no audit: an auditor, an administrator or a wellbeing contact who could read them would
make them a measure of people, and nobody would let them be true.
"""

from clew.domain import exposure
from clew.domain.exposure import Exposure
from clew.records import exposures
from clew.records.session import Session

__all__ = ["beat", "postpone", "rest", "today"]


def today(session: Session) -> Exposure:
    """The actor's own of today."""
    return exposures.today(session)


def beat(session: Session, seconds: int, warned_seconds: int) -> Exposure:
    """So many seconds more with clear media on the screen, some of them of material with a warning."""
    return _kept(session, exposure.beaten(exposures.today(session), seconds, warned_seconds))


def postpone(session: Session) -> Exposure:
    """The break comes later."""
    return _kept(session, exposure.postponed(exposures.today(session)))


def rest(session: Session) -> Exposure:
    """The actor takes a break."""
    return _kept(session, exposure.rested(exposures.today(session)))


def _kept(session: Session, found: Exposure) -> Exposure:
    exposures.keep(session, found)
    return found
