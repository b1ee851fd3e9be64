"""Releases for programs: originals that a member opened to one other member, given and got, and ended again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.conf import settings
from ninja import Router, Schema
from pydantic import Field

from clew.actions import releasing
from clew.actions.opening import Session
from clew.actions.releasing import CONDITIONS_CHARACTERS_MAX
from clew.api.door import reading, writing
from clew.api.given import Digest, GivenStatement, Limit, Name, OneOf
from clew.domain.agreement import State

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
