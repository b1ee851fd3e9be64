"""The audit for programs: what was done, as references only, and what others did with one's own records."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import auditing, exporting, opening, rereading
from clew.actions.auditing import Wanted
from clew.actions.opening import Session
from clew.actions.verifying import Wrong
from clew.api.door import giving, reading, writing
from clew.api.given import GivenStatement, Limit, Name, OneOf
from clew.domain.act_kind import ActKind
from clew.domain.handling import Actor
from clew.domain.pattern import Pattern, reason

router = Router(tags=["audit"])
Kind = Annotated[
    str | None,
    Field(max_length=200, description=f"One act, such as triage.read, or all of a kind: {', '.join(ActKind)}."),
]
By = Annotated[str | None, Field(max_length=60, description="What the officer signs in with.")]
Event = Annotated[UUID | None, Field(description="This event alone.")]
Subject = Annotated[str | None, Field(max_length=200, description="The identifier that something was done on.")]
Before = Annotated[UUID | None, Field(description="Where to go on: `next` of the page before.")]


class ActLine(Schema):
    """`owner`: the member whose record `subject` is; `shown`: others whose records were shown besides.

    `is_by_command`: at the command line of the node, in the officer's name and by no sign-in of theirs.
    """

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
    is_by_command: bool


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


class LogFinding(Schema):
    """`number`: of the event in the log; `act`: null where the officer may not read it."""

    wrong: OneOf[Wrong]
    number: int | None
    act: UUID | None


class LogReread(Schema):
    """`events` were read again now, `wrong` of them are not as they were signed: `findings` are some.

    All numbers from `first` on and below `size` were read again so far, of events since `since`.
    """

    events: int
    wrong: int
    findings: list[LogFinding]
    first: int
    size: int
    since: datetime | None


class PatternCase(Schema):
    """`count`: how many acts, or days of silence. `filter`: what the audit is asked so that it shows the acts."""

    officer: str
    member: str
    first: datetime
    last: datetime
    count: int
    subject: str
    filter: dict[str, str]


class PatternListed(Schema):
    """`reason`: why it is listed, with its limits. `has_more`: there are more cases than are given."""

    pattern: OneOf[Pattern]
    reason: str
    cases: list[PatternCase]
    has_more: bool


class PatternsFound(Schema):
    """What is unusual from day `first` to day `last`, both within; neither scored nor ranked."""

    first: date
    last: date
    patterns: list[PatternListed]


class GivenEvents(GivenStatement):
    """Which events are taken out, and why: all that are not said to be others. Days are UTC's; `until` is within."""

    member: Name | None = None
    officer: By = None
    event: Event = None
    act: Kind = None
    subject: Subject = None
    since: date | None = None
    until: date | None = None


@reading(router, "/audit", ActPage)
def acts(
    session: Session, member: Name | None = None, act: Kind = None, subject: Subject = None,
    since: date | None = None, until: date | None = None, after: Before = None, limit: Limit = 100, officer: By = None,
    event: Event = None,
) -> auditing.Page[auditing.Act]:  # fmt: skip
    """Acts that the officer may read, the newest first: own ones, and for who audits the others'.

    Days are UTC's; `until` is itself within. Reading is itself on record.
    """
    return auditing.acts_of(session, _wanted(member, act, subject, since, until, after, officer, event), limit)


@reading(router, "/audit/accesses", AccessPage)
def accesses(
    session: Session, member: Name | None = None, act: Kind = None, subject: Subject = None, after: Before = None,
    limit: Limit = 100, event: Event = None,
) -> auditing.Page[auditing.Access]:  # fmt: skip
    """What officers of other members did with records of the own one, the newest first."""
    wanted = Wanted(member=member and member.upper(), act=act, subject=subject, before=after, event=event)
    return auditing.accesses(session, wanted, limit)


@reading(router, "/audit/patterns", PatternsFound)
def patterns(session: Session, since: date | None = None, until: date | None = None) -> dict[str, object]:
    """Unusual patterns in what others did, for who audits: listed, neither scored nor ranked. On record."""
    found = auditing.unusual(session, since, until)
    return {"first": found.first, "last": found.last, "patterns": [_listed(one) for one in found.listed]}


@reading(router, "/audit/log", LogTold)
def log(session: Session) -> dict[str, object]:
    """The log over the audit as it is now, and what each witness signed last; of 100 witnesses at most."""
    return {"log": auditing.look_at_log(session)}


@writing(router, "/audit/read-again", LogReread)
def read_again(session: Session) -> dict[str, object]:
    """Read the next part of the log again, 20,000 events at most: the newest first, then older ones, then once more."""
    found = rereading.go_on(session)
    findings = [{"wrong": one.wrong, "number": one.number, "act": one.act_id} for one in found.findings]
    return {
        "events": found.events, "wrong": found.wrong, "findings": findings, "first": found.read.first,
        "size": found.read.size, "since": found.read.since,
    }  # fmt: skip


@giving(router, "/audit/export", "application/jsonl", anew=True)
def export(actor: Actor, given: GivenEvents) -> bytes:
    """Events as references with their proofs, the newest 10,000: `clew audit check` checks them with no node."""
    wanted = _wanted(
        given.member, given.act, given.subject, given.since, given.until, None, given.officer, given.event
    )
    with opening.acting_as(actor) as session:
        chosen = exporting.choose(session, wanted, purpose=given.purpose, case=given.case)
    return str(exporting.prove(chosen)).encode()


def _wanted(
    member: str | None, act: str | None, subject: str | None, since: date | None, until: date | None,
    before: UUID | None, officer: str | None, event: UUID | None,
) -> Wanted:  # fmt: skip
    return auditing.wanted(
        member and member.upper(), act, subject, since=_day(since), until=_day(until), before=before, officer=officer,
        event=event,
    )  # fmt: skip


def _listed(one: auditing.Listed) -> dict[str, object]:
    cases = [
        {
            "officer": case.officer, "member": case.member, "first": case.first, "last": case.last, "count": case.count,
            "subject": case.subject, "filter": auditing.asked_of(case),
        }
        for case in one.found
    ]  # fmt: skip
    return {"pattern": one.pattern, "reason": reason(one.pattern), "cases": cases, "has_more": one.has_more}


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
