"""Releases for programs: originals that a member opened to one other member, given and got, fetched and ended again."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from ninja import Router, Schema
from pydantic import Field

from clew.actions import releasing
from clew.actions.opening import Session
from clew.actions.releasing import CONDITIONS_CHARACTERS_MAX
from clew.api.door import reading, showing, taking, writing
from clew.api.given import Digest, GivenStatement, Limit, Name, OneOf
from clew.api.problems import refused
from clew.api.release_tickets import SECONDS_MAX, Bearer, ReleaseTicket, Ticket
from clew.domain.agreement import State
from clew.domain.errors import NotVisible, Unavailable
from clew.domain.handling import Actor
from clew.domain.span import NoSuchSpan, span_of
from clew.web import looks

router = Router(tags=["releases"])


class ReleaseLine(Schema):
    """`by`: an officer of the own member, null of others; `withdrawn_at`: null while it is open or proposed."""

    id: UUID
    owner: str
    recipient: str
    conditions: str
    by: str | None
    at: datetime
    state: OneOf[State]
    withdrawn_at: datetime | None


class ReleaseLines(Schema):
    items: list[ReleaseLine]
    next: UUID | None


class Released(Schema):
    """`state`: in force, or proposed where a second officer of the unit has to agree."""

    release: UUID
    state: OneOf[State]


class ReleaseOpened(Schema):
    """`ticket` goes as `Authorization: Bearer` with each request of `address`; it holds as long as the sign-in does."""

    address: str
    ticket: str
    size_bytes: int
    ends_at: datetime


class GivenRelease(GivenStatement):
    """To which member, and what it may do with it."""

    medium: Digest
    to: Name
    conditions: Annotated[str, Field(max_length=CONDITIONS_CHARACTERS_MAX)] = ""


@reading(router, "/releases", ReleaseLines)
def given_and_got(session: Session, after: UUID | None = None, limit: Limit = 100) -> dict[str, object]:
    """Releases of the own member to others, and of others to it, the latest first."""
    own = session.actor.member
    page = releasing.given_and_got(session, limit=limit, after=after)
    return {
        "items": [
            {"id": one.id, "owner": one.owner, "recipient": one.recipient, "conditions": one.conditions,
             "by": one.released_by if one.owner == own else None, "at": one.released_at,
             "state": one.state, "withdrawn_at": one.withdrawn_at}
            for one in page.items
        ],
        "next": page.next,
    }  # fmt: skip


@writing(router, "/releases", Released)
def release(session: Session, given: GivenRelease) -> dict[str, object]:
    """Open the original of a medium of the own unit to one other member; what opens it is sealed to that member."""
    made = releasing.release(
        settings.CLEW_VAULT, session, bytes.fromhex(given.medium), given.to, given.conditions, purpose=given.purpose,
        case=given.case,
    )  # fmt: skip
    return {"release": made.id, "state": made.state}


@writing(router, "/releases/{uuid:release}/agree")
def agree(session: Session, release: UUID, given: GivenStatement) -> None:
    """Agree, as a second officer of the unit, to a release that was proposed; it is open at once."""
    releasing.agree(settings.CLEW_VAULT, session, release, purpose=given.purpose, case=given.case)


@writing(router, "/releases/{uuid:release}/withdraw")
def withdraw(session: Session, release: UUID) -> None:
    """End a release of the own unit: nothing more is read by it."""
    releasing.withdraw(session, release)


@showing(router, "/releases/{uuid:release}/open", ReleaseOpened)
def open_one(actor: Actor, sign_in: UUID, release: UUID, given: GivenStatement) -> dict[str, object]:
    """Open an original that was released to the own member: a ticket by which it is fetched."""
    ends_at = datetime.now(UTC) + timedelta(seconds=SECONDS_MAX)
    with releasing.opened(
        settings.CLEW_VAULT, actor, release, purpose=given.purpose, case=given.case
    ) as reader:  # fmt: skip
        size = reader.size_bytes
    ticket = ReleaseTicket(
        release=release, sign_in=sign_in, purpose=given.purpose, case=given.case, size_bytes=size
    )  # fmt: skip
    address = f"/api/releases/{release}/original"
    return {"address": address, "ticket": ticket.written(), "size_bytes": size, "ends_at": ends_at}


@taking(router, "/releases/{uuid:release}/original", Ticket())
def original(request: HttpRequest, bearer: Bearer, release: UUID) -> HttpResponseBase:
    """An original by its ticket, whole or one span of it; each request is authorised and on record first."""
    ticket, actor = bearer.ticket, bearer.actor
    if ticket.release != release:
        raise NotVisible("There is no such release.")
    if looks.has_many(actor):
        return refused(HTTPStatus.TOO_MANY_REQUESTS, "That is too much at one time: end a download first.")
    # A validator is never given, so what is asked for under one is whatever is there (RFC 9110, 13.1.5).
    asked = None if "If-Range" in request.headers else request.headers.get("Range")
    try:
        span = span_of(asked, ticket.size_bytes)
    except NoSuchSpan as wrong:
        answer = refused(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, str(wrong))
        answer.headers["Content-Range"] = f"bytes */{ticket.size_bytes}"
        return answer
    reader = releasing.opened(
        settings.CLEW_VAULT, actor, release, purpose=ticket.purpose, case=ticket.case, span=span
    )
    if reader.size_bytes != ticket.size_bytes:
        reader.close()
        raise Unavailable("The original is no longer what the ticket was given for: open the release again.")
    return looks.kept(
        reader, actor, span,
        lambda: releasing.is_open(actor, release, purpose=ticket.purpose, case=ticket.case),
    )  # fmt: skip
