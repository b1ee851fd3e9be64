"""The officer's own keys of the keyboard, for programs."""

from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from clew.actions import arranging
from clew.actions.arranging import Keys, Scope
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import Given, OneOf

router = Router(tags=["keys"])
Key = Annotated[str, Field(min_length=1, max_length=20)]
ACTS_MAX = 50


class KeysView(Schema):
    """By where they act and by act, the keys that hold; `is_off`: letters that act everywhere do nothing."""

    keys: dict[str, dict[str, str]]
    is_off: bool


class GivenKeys(Given):
    """What is left out stays as it is."""

    scope: OneOf[Scope]
    keys: Annotated[dict[str, Key], Field(max_length=ACTS_MAX)] = {}  # noqa: RUF012 (pydantic copies it)
    is_off: bool | None = None


@reading(router, "/keys", KeysView)
def look(session: Session) -> dict[str, object]:
    """Which key does what, as the officer has them."""
    return _view(arranging.look(session))


@writing(router, "/keys", KeysView)
def arrange(session: Session, given: GivenKeys) -> dict[str, object]:
    """Give acts other keys. A browser that is open goes by them once it shows the page of keys, or signs in."""
    return _view(arranging.arrange(session, given.scope, given.keys, is_off=given.is_off))


@writing(router, "/keys/put-back", KeysView)
def put_back(session: Session) -> dict[str, object]:
    """All keys as shipped."""
    return _view(arranging.put_back(session))


def _view(keys: Keys) -> dict[str, object]:
    return {"keys": {scope.value: keys.of(scope) for scope in Scope}, "is_off": keys.is_off}
