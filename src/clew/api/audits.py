"""The audit for programs: what was done, as references only, and what others did with one's own records."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import auditing
from clew.actions.auditing import Wanted
from clew.actions.opening import Session
from clew.api.door import reading
from clew.api.given import Limit, Name

router = Router(tags=["audit"])
Kind = Annotated[str | None, Field(max_length=200, description="Such as triage.read.")]
Subject = Annotated[str | None, Field(max_length=200, description="The identifier that something was done on.")]
Before = Annotated[UUID | None, Field(description="Where to go on: `next` of the page before.")]


class ActLine(Schema):
    """`owner`: the member whose record `subject` is; `shown`: others whose records were shown besides."""

    id: UUID
    at: datetime
    officer: str
    member: str
    unit: str
    act: str
    subject: str
    owner: str
    shown: list[str]
    purpose: str
    case_reference: str


class ActPage(Schema):
    items: list[ActLine]
    next: UUID | None


class AccessLine(Schema):
    """`subject`: empty where it was about records of the member that did it."""

    id: UUID
    at: datetime
    member: str
    unit: str
    act: str
    subject: str
    purpose: str
    case_reference: str


class AccessPage(Schema):
    items: list[AccessLine]
    next: UUID | None


class WitnessSigned(Schema):
    """`size`: how many events the witness signed last, `at`: when it says that it did."""

    witness: str
    size: int
    at: datetime


class LogState(Schema):
    """`size`: how many events are beneath the newest signed checkpoint; `at`: null where the log is empty."""

    size: int
    at: datetime | None
    cosignatures: list[WitnessSigned]


class LogTold(Schema):
    """`log`: null to who audits nothing; its size tells how much all members do."""

    log: LogState | None


@reading(router, "/audit", ActPage)
def acts(
    session: Session, member: Name | None = None, act: Kind = None, subject: Subject = None,
    since: date | None = None, until: date | None = None, after: Before = None, limit: Limit = 100,
) -> auditing.Page[auditing.Act]:  # fmt: skip
    """Acts that the officer may read, the newest first: own ones, and for who audits the others'.

    Days are UTC's; `until` is itself within. Reading is itself on record.
    """
    wanted = Wanted(
        member=member and member.upper(), act=act, subject=subject, before=after, since=_beginning(since),
        until=_beginning(until, days_later=1),
    )  # fmt: skip
    return auditing.acts_of(session, wanted, limit)


@reading(router, "/audit/accesses", AccessPage)
def accesses(
    session: Session, member: Name | None = None, act: Kind = None, subject: Subject = None, after: Before = None,
    limit: Limit = 100,
) -> auditing.Page[auditing.Access]:  # fmt: skip
    """What officers of other members did with records of the own one, the newest first."""
    wanted = Wanted(member=member and member.upper(), act=act, subject=subject, before=after)
    return auditing.accesses(session, wanted, limit)


@reading(router, "/audit/log", LogTold)
def log(session: Session) -> dict[str, object]:
    """The log over the audit as it is now, and what each witness signed last; of 100 witnesses at most."""
    return {"log": auditing.look_at_log(session)}


def _beginning(day: date | None, *, days_later: int = 0) -> datetime | None:
    return auditing.beginning_of("" if day is None else day.isoformat(), days_later=days_later)
