"""Tokens of programs, for software of an administrator: which are good, lent, and ended; all of the own member."""

from datetime import UTC, date, datetime, time
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import admitting, lending, opening
from clew.actions.opening import Session
from clew.api.door import acting, reading, writing
from clew.api.given import Given, Name, OneOf
from clew.domain.handling import Actor
from clew.domain.token import TokenScope

router = Router(tags=["administration"])


class TokenLine(Schema):
    """`name`: what the member calls the program; `unit`: for which it comes."""

    id: UUID
    name: str
    unit: str
    scopes: list[OneOf[TokenScope]]
    ends_at: datetime


class Tokens(Schema):
    items: list[TokenLine]


class TokenLent(Schema):
    token: str


class GivenToken(Given):
    """`until`: the last day of the token, of UTC."""

    name: Name
    unit: Name
    scopes: Annotated[list[OneOf[TokenScope]], Field(min_length=1, max_length=len(TokenScope))]
    until: date


@reading(router, "/tokens", Tokens)
def every_one(session: Session) -> dict[str, object]:
    """Tokens of programs of the own member that are good now."""
    admitting.administer_own(session)
    return {
        "items": [
            {"id": one.id, "name": one.name, "unit": one.unit, "scopes": sorted(one.scopes), "ends_at": one.ends_at}
            for one in lending.look(session)
        ]
    }


@acting(router, "/tokens", TokenLent)
def lend(actor: Actor, given: GivenToken) -> dict[str, str]:
    """A token for a program, told this once, as the page does: nobody can read it again.

    So it takes no idempotency key, under which the answer would be kept; asked again, there is another token.
    """
    ends_at = datetime.combine(given.until, time.max, tzinfo=UTC)
    with opening.acting_as(actor) as session:
        admitting.administer_own(session)
        scopes = frozenset(given.scopes)
        return {"token": lending.lend(session, given.name, unit=given.unit, scopes=scopes, ends_at=ends_at)}


@writing(router, "/tokens/{uuid:token}/end")
def end(session: Session, token: UUID) -> None:
    """End a token: the program's next request is refused."""
    admitting.administer_own(session)
    lending.end(session, token)
