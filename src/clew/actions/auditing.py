"""Auditing: reading what was done, which is itself on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from clew.actions.admitting import operator_at
from clew.domain.act import Act, identifier_in
from clew.domain.errors import Invalid
from clew.domain.handling import NODE
from clew.records import acts, audit, cosignatures, leaves, members, supervisors, verifications
from clew.records.acts import Access, Wanted
from clew.records.cosignatures import Cosignature
from clew.records.log import READERS_OF_ACTS
from clew.records.session import Session, acting_as
from clew.records.verifications import Read

__all__ = [
    "Access",
    "Act",
    "Page",
    "Wanted",
    "accesses",
    "acts_of",
    "add_supervisor",
    "beginning_of",
    "log_now",
    "look_at_log",
    "note",
    "wanted",
]

ACTS_PER_PAGE = 100
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)
One = TypeVar("One", Act, Access)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[One]):
    """Some acts, the newest first; `next` is what the following page is older than, or None."""

    items: tuple[One, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNow:
    """How many events are beneath the newest signed checkpoint, since when, and what each witness signed last.

    `read`: how far the log was read again; None where nobody did yet.
    """

    size: int
    at: datetime | None
    cosignatures: tuple[Cosignature, ...]
    read: Read | None


def acts_of(session: Session, wanted: Wanted, limit: int = ACTS_PER_PAGE) -> Page[Act]:
    """A page of acts that the actor may read."""
    _note_reading(session, "audit.read", wanted)
    return _paged(acts.page(session, wanted, limit + 1), limit)


def accesses(session: Session, wanted: Wanted, limit: int = ACTS_PER_PAGE) -> Page[Access]:
    """A page of what other members did with records of the actor's member."""
    _note_reading(session, "audit.read_accesses", wanted)
    return _paged(acts.accesses(session, wanted, limit + 1), limit)


def log_now(session: Session) -> LogNow | None:
    """The log as it is now, for whoever audits; None for others: its size tells how much all members do."""
    if session.actor.role not in READERS_OF_ACTS:
        return None
    with leaves.opened() as cursor:
        head = leaves.head(cursor)
        return LogNow(
            size=head.size, at=head.at, cosignatures=tuple(cosignatures.newest(cursor)), read=verifications.find(cursor)
        )


def look_at_log(session: Session) -> LogNow | None:
    """As `log_now`, asked for by itself: on record."""
    audit.append(session, "audit.read_log", "", owner=session.actor.member)
    return log_now(session)


def add_supervisor(member: str) -> None:
    """Auditors of the member read the acts of all members from now on. Done as the node's owner.

    Raises:
        Invalid: there is no such member.
    """
    actor = operator_at(member)
    with acting_as(actor) as session:
        if members.find(session, actor.member) is None:
            raise Invalid("The member is not known: add it first with clew member add.")
        audit.append(session, "audit.supervisor", actor.member)
    supervisors.add(actor.member)


def beginning_of(day: str, *, days_later: int = 0) -> datetime | None:
    """The beginning, in UTC, of a day written as 2026-11-27, or of one that comes later; None where none is written.

    Raises:
        Invalid: it is not written as a day.
    """
    if not day:
        return None
    try:
        found = date.fromisoformat(day) + timedelta(days=days_later)
    except (ValueError, OverflowError):
        found = date.min
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Invalid("A day is written year-month-day, such as 2026-11-27.")
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def wanted(
    member: str | None, act: str | None, subject: str | None, *, since: str, until: str, before: UUID | None
) -> Wanted:
    """Acts that are asked for by days, each empty where none is; `until` is itself within. Raises as `beginning_of`."""
    return Wanted(
        member=member, act=act, subject=subject, before=before, since=beginning_of(since),
        until=beginning_of(until, days_later=1),
    )  # fmt: skip


def note(act: str, subject: str = "", *, owner: str | None = None) -> UUID:
    """Put on record what nobody who is signed in did: a sign-in that failed, or an operator's check."""
    with acting_as(NODE) as session:
        return audit.append(session, act, subject, owner=owner)


def _note_reading(session: Session, act: str, wanted: Wanted) -> None:
    """Put on record that the audit was read, and of which identifier where one was asked for.

    It is the reader's own act, whosever the identifier is: an owner that was looked up would tell the reader
    whose record it names, hidden or not. What is no identifier is not written down: it may be words of a case.
    """
    audit.append(session, act, identifier_in(wanted.subject or ""), owner=session.actor.member)


def _paged(found: Sequence[One], limit: int) -> Page[One]:
    return Page(items=tuple(found[:limit]), next=found[limit - 1].id if len(found) > limit else None)
