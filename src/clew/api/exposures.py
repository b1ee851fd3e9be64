"""The exposure clock for programs: an officer's own, moved on by what the officer looks at, and read by nobody else."""

from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from clew.actions import resting
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given
from clew.domain.exposure import BEAT_SECONDS_MAX, Exposure

router = Router(tags=["exposure"])
Seconds = Annotated[int, Field(ge=0, le=BEAT_SECONDS_MAX)]


class ExposureToday(Schema):
    """Seconds of today with clear media on the screen; `warned_seconds` of them of material with a warning."""

    seconds: int
    warned_seconds: int
    is_break_due: bool


class GivenBeat(Given):
    """So many seconds more; what is warned beyond them is left out."""

    seconds: Seconds
    warned_seconds: Seconds = 0


@reading(router, "/exposure", ExposureToday, is_private=True)
def today(session: Session) -> Exposure:
    """How long the officer looked today, and whether a break is suggested. It is on no record."""
    return resting.today(session)


@writing(router, "/exposure", ExposureToday, is_private=True)
def beat(session: Session, given: GivenBeat) -> Exposure:
    """Add the seconds since the last time with clear media on the screen. It is on no record."""
    return resting.beat(session, given.seconds, given.warned_seconds)


@writing(router, "/exposure/postpone", ExposureToday, is_private=True)
def postpone(session: Session) -> Exposure:
    """Have the break suggested ten minutes of looking later."""
    return resting.postpone(session)


@writing(router, "/exposure/rest", ExposureToday, is_private=True)
def rest(session: Session) -> Exposure:
    """Say that a break was taken: the next is counted from now."""
    return resting.rest(session)
