"""Cataloguing: which hash lists are there, and who loaded them."""

from dataclasses import dataclass
from uuid import UUID

from clew.records import audit, listed_lists
from clew.records.listed_lists import COUNTED_MAX, HashList
from clew.records.session import Session

__all__ = ["COUNTED_MAX", "HashList", "Page", "hash_lists"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some lists; `next` is where the following page begins, or None."""

    items: tuple[HashList, ...]
    next: UUID | None


def hash_lists(session: Session, *, after: UUID | None = None, limit: int = 50) -> Page:
    """Hash lists that the actor sees, the newest first."""
    found = listed_lists.page(session, after, limit + 1)
    shown = {one.member for one in found[:limit]}
    audit.append(session, "hash_list.list", "", {"lists": len(found[:limit])}, owner=session.actor.member, shown=shown)
    return Page(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)
