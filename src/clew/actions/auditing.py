"""Auditing: reading what was done, which is itself on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from clew.domain.act import Act
from clew.domain.handling import NODE
from clew.records import acts, audit, supervisors
from clew.records.acts import Access, Wanted
from clew.records.session import Session, acting_as

__all__ = ["Access", "Act", "Page", "Wanted", "accesses", "acts_of", "add_supervisor", "note"]

ACTS_PER_PAGE = 100
One = TypeVar("One", Act, Access)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[One]):
    """Some acts, the newest first; `next` is what the following page is older than, or None."""

    items: tuple[One, ...]
    next: UUID | None


def acts_of(session: Session, wanted: Wanted, limit: int = ACTS_PER_PAGE) -> Page[Act]:
    """A page of acts that the actor may read."""
    audit.append(session, "audit.read", wanted.subject or "")
    return _paged(acts.page(session, wanted, limit + 1), limit)


def accesses(session: Session, wanted: Wanted, limit: int = ACTS_PER_PAGE) -> Page[Access]:
    """A page of what other members did with records of the actor's member."""
    audit.append(session, "audit.read_accesses", wanted.subject or "")
    return _paged(acts.accesses(session, wanted, limit + 1), limit)


def add_supervisor(member: str) -> None:
    """Auditors of the member read the acts of all members from now on. Done as the node's owner.

    Raises:
        Invalid: there is no such member.
    """
    supervisors.add(member)
    note("audit.supervisor", "", owner=member.strip().upper())


def note(act: str, subject: str = "", *, owner: str | None = None) -> UUID:
    """Put on record what nobody who is signed in did: a sign-in that failed, or an operator's check."""
    with acting_as(NODE) as session:
        return audit.append(session, act, subject, owner=owner)


def _paged(found: Sequence[One], limit: int) -> Page[One]:
    return Page(items=tuple(found[:limit]), next=found[limit - 1].id if len(found) > limit else None)
