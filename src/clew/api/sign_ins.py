"""The officer's own sign-ins for programs. They begin at the pages alone, with what only a browser shows."""

from datetime import datetime
from uuid import UUID

from ninja import Router, Schema

from clew.actions import signing_in
from clew.actions.opening import Session
from clew.api.door import reading_by_sign_in, writing
from clew.api.given import OneOf
from clew.domain.sign_in import Way

router = Router(tags=["own sign-ins"])


class SignInLine(Schema):
    """`browser`: as it named itself; `is_this`: by which this is asked."""

    id: UUID
    way: OneOf[Way]
    browser: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


class SignIns(Schema):
    items: list[SignInLine]


@reading_by_sign_in(router, "/sign-ins", SignIns)
def own(session: Session, sign_in: UUID | None) -> dict[str, object]:
    """The officer's own sign-ins that hold, the latest used first; 200 at most."""
    return {
        "items": [
            {"id": one.id, "way": one.way, "browser": one.browser, "began_at": one.began_at, "seen_at": one.seen_at,
             "is_this": one.id == sign_in}
            for one in signing_in.own(session)
        ]
    }  # fmt: skip


@writing(router, "/sign-ins/{uuid:sign_in}/end")
def end(session: Session, sign_in: UUID) -> None:
    """End one of the officer's own sign-ins: its next request is refused, of this one too."""
    signing_in.end(session, sign_in)
