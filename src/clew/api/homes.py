"""Home for programs: what waits for the officer and the own unit, and what came of their work."""

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema

from clew.actions import arriving
from clew.actions.arriving import SubjectKind, Waiting
from clew.actions.opening import Session
from clew.api.door import reading
from clew.api.given import OneOf
from clew.api.leads import LeadLine, line
from clew.api.messages import Notice
from clew.api.tallies import IntakeProgress

router = Router(tags=["home"])


class WaitingSubject(Schema):
    """`within`: the case of an exhibit."""

    kind: OneOf[SubjectKind]
    name: str
    within: str | None


class WaitingCount(Schema):
    """What waits; counted to 100 and no further. `named`: where it has no list of its own, 5 that wait longest."""

    what: OneOf[Waiting]
    count: int
    named: list[WaitingSubject]


class RecentIntake(Schema):
    """An intake that the officer began."""

    id: UUID
    case: str
    exhibit: str
    started_at: datetime
    progress: IntakeProgress


class Home(Schema):
    """Up to 5 leads, the most urgent first; 6 outcomes, 10 notices of each kind and 5 intakes, the latest first.

    `outcomes`: kept for 60 days, also once they were seen. `notices`: of what `waiting` does not count.
    """

    leads: list[LeadLine]
    outcomes: list[Notice]
    notices: list[Notice]
    waiting: list[WaitingCount]
    intakes: list[RecentIntake]


@reading(router, "/home", Home)
def arrive(session: Session) -> dict[str, object]:
    """What waits for the officer and the own unit, and what came of their work."""
    found = arriving.arrive(session)
    return {
        "leads": [line(one) for one in found.leads], "outcomes": found.outcomes, "notices": found.notices,
        "waiting": [
            {"what": what, "count": found.waiting[what], "named": found.named.get(what, ())}
            for what in Waiting if what in found.waiting
        ],
        "intakes": found.intakes,
    }  # fmt: skip
