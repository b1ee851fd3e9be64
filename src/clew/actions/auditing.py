"""Auditing: reading what was done, which is itself on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from clew.actions.admitting import operator_at
from clew.actions.opening import today
from clew.domain.act import Act, identifier_in
from clew.domain.act_kind import ActKind
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import NODE
from clew.domain.pattern import Pattern, period
from clew.records import acts, audit, cosignatures, leaves, members, patterns, supervisors, verifications
from clew.records.acts import Access, Wanted
from clew.records.cosignatures import Cosignature
from clew.records.log import READERS_OF_ACTS
from clew.records.patterns import Found, Listed
from clew.records.session import Session, acting_as
from clew.records.verifications import Read

__all__ = [
    "Access",
    "Act",
    "Found",
    "Listed",
    "Page",
    "Unusual",
    "Wanted",
    "accesses",
    "acts_of",
    "add_supervisor",
    "asked_of",
    "beginning_of",
    "log_now",
    "look_at_log",
    "note",
    "unusual",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """Unusual patterns in the acts of a period, from `first` to `last`, both within."""

    first: date
    last: date
    listed: tuple[Listed, ...]


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


def unusual(session: Session, since: date | None = None, until: date | None = None) -> Unusual:
    """Unusual patterns in what the actor reads of others, over the last 30 days or those that are said. On record.

    They are listed, each with its reason and limits; nothing is scored, and nobody is told of them.

    Raises:
        NotVisible: the actor does not audit: to everybody else there is no such page.
        Invalid: the period is none, or too long.
    """
    if session.actor.role not in READERS_OF_ACTS:
        raise NotVisible("There is no such page.")
    first, last = period(since, until, today())
    audit.append(session, "audit.read_patterns", "", owner=session.actor.member)
    begins, ends = _midnight(first), _midnight(last + timedelta(days=1))
    return Unusual(
        first=first, last=last, listed=tuple(patterns.find(session, pattern, begins, ends) for pattern in Pattern)
    )


KINDS_OF: Mapping[Pattern, ActKind] = {
    Pattern.MANY_REVEALS: ActKind.REVEAL, Pattern.SAME_AGAIN: ActKind.REVEAL, Pattern.MANY_EXPORTS: ActKind.EXPORT,
}  # fmt: skip


def asked_of(found: Found) -> dict[str, str]:
    """What the filter of the audit asks so that the acts of a case of a pattern are shown; days, both within."""
    act = found.act or (KINDS_OF[found.pattern].value if found.pattern in KINDS_OF else "")
    asked = {
        "member": found.member, "officer": "" if found.pattern is Pattern.REFUSED_SIGN_INS else found.officer,
        "act": act, "subject": found.subject, "since": _day(found.first), "until": _day(found.last),
    }  # fmt: skip
    return {name: words for name, words in asked.items() if words}


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
    return _midnight(found)


def wanted(
    member: str | None, act: str | None, subject: str | None, *, since: str, until: str, before: UUID | None,
    officer: str | None = None, event: UUID | None = None,
) -> Wanted:  # fmt: skip
    """Acts that are asked for by days, each empty where none is; `until` is itself within.

    Raises:
        Invalid: a day is not written as one, or `act` is neither an act nor a kind of acts.
    """
    return Wanted(
        member=member, officer=officer, act=act, subject=subject, before=before, event=event, since=beginning_of(since),
        until=beginning_of(until, days_later=1),
    )  # fmt: skip


def note(act: str, subject: str = "", *, owner: str | None = None) -> UUID:
    """Put on record what nobody who is signed in did: a sign-in that failed, or an operator's check."""
    with acting_as(NODE) as session:
        return audit.append(session, act, subject, owner=owner)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def _note_reading(session: Session, act: str, wanted: Wanted) -> None:
    """Put on record that the audit was read, and of which identifier where one was asked for.

    It is the reader's own act, whosever the identifier is: an owner that was looked up would tell the reader
    whose record it names, hidden or not. What is no identifier is not written down: it may be words of a case.
    """
    asked = str(wanted.event) if wanted.event is not None else identifier_in(wanted.subject or "")
    audit.append(session, act, asked, owner=session.actor.member)


def _paged(found: Sequence[One], limit: int) -> Page[One]:
    return Page(items=tuple(found[:limit]), next=found[limit - 1].id if len(found) > limit else None)
