"""Hash lists for programs: which are there, whose they are, and who loaded them."""

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema

from clew.actions import cataloguing
from clew.actions.opening import Session
from clew.api.door import reading
from clew.api.given import Limit

router = Router(tags=["hash lists"])


class HashListLine(Schema):
    """`entries` counts what whoever asks sees of it, up to 2,000; `loaded_by` is an officer of the own member."""

    name: str
    member: str
    unit: str
    entered_at: datetime
    loaded_by: str | None
    loaded_at: datetime | None
    entries: int


class HashListPage(Schema):
    items: list[HashListLine]
    next: UUID | None


@reading(router, "/hash-lists", HashListPage)
def every_hash_list(session: Session, after: UUID | None = None, limit: Limit = 50) -> cataloguing.Page:
    """Hash lists that whoever asks may see, the newest first."""
    return cataloguing.hash_lists(session, after=after, limit=limit)
