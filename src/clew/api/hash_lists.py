"""Hash lists for programs: which are there, whose they are, who loaded them; and lists that leave the node."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpResponseBase
from ninja import Router, Schema
from pydantic import Field

from clew.actions import cataloguing, categorising, issuing, opening
from clew.actions.issuing import MEDIA_NAMED_MAX, Counted, Form, Of, Source
from clew.actions.opening import Session
from clew.api.door import acting, reading, sending
from clew.api.given import GivenStatement, Limit, Name, OneOf
from clew.domain.handling import Actor
from clew.web import issued

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


class ListCounted(Schema):
    """Contents that may go, also by the member that lets them, and how many more are seen there and left out.

    `next`: where the following list begins, null where all were looked at.
    """

    media: int
    by_owner: dict[str, int]
    left_out: int
    next: UUID | None


class GivenSource(GivenStatement):
    """What a list is made of: an own case (or an `exhibit` of it, or a case of another own `unit`), a series, an own
    hash list, or media by their SHA-256; `names` has more than one only of media.
    """

    of: OneOf[Of]
    names: Annotated[list[Name], Field(min_length=1, max_length=MEDIA_NAMED_MAX)]
    exhibit: Name | None = None
    unit: Name | None = None
    after: UUID | None = None

    @property
    def source(self) -> Source:
        return Source(of=self.of, names=tuple(self.names), exhibit=self.exhibit or "", unit=self.unit or "")

    @property
    def begins(self) -> str | None:
        return None if self.after is None else str(self.after)


class GivenList(GivenSource):
    """`scheme`: by which categories go along, where they are settled; none goes without."""

    form: OneOf[Form] = Form.CSV
    scheme: Name | None = None


@acting(router, "/hash-lists/count", ListCounted)
def count(actor: Actor, given: GivenSource) -> Counted:
    """How many media a list would hold, and how many would be left out; nothing leaves the node."""
    return issuing.count(actor, given.source, purpose=given.purpose, case=given.case, after=given.begins)


@sending(router, "/hash-lists/export", *issued.CONTENT_TYPES.values())
def export(actor: Actor, given: GivenList) -> HttpResponseBase:
    """Hashes of media as a file, as their owners let them go; on record, with owners told, before the first of them.

    Of more than 100,000 media the header `Clew-Next` says where the following list begins (`after`).
    """
    by = None
    if given.scheme is not None:
        with opening.acting_as(actor) as session:
            by = categorising.chosen(session, given.scheme).scheme
    chosen = issuing.choose(
        actor, given.source, purpose=given.purpose, case=given.case, by=by, after=given.begins
    )
    return issued.file(actor, chosen, given.form)


@reading(router, "/hash-lists", HashListPage)
def every_hash_list(session: Session, after: UUID | None = None, limit: Limit = 50) -> cataloguing.Page:
    """Hash lists that whoever asks may see, the newest first."""
    return cataloguing.hash_lists(session, after=after, limit=limit)
