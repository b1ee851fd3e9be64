"""Requests that are sent twice are done once: a program that heard no answer asks again under the same key.

Source: the Idempotency-Key header of draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.http import HttpRequest
from pydantic import TypeAdapter

from clew.actions import repeating
from clew.actions.opening import Session
from clew.domain.errors import Invalid

KEY_CHARACTERS_MAX = 64
HEADER = {
    "parameters": [{
        "name": "Idempotency-Key", "in": "header", "required": False,
        "description": "Sent again within a day under one key, a request is answered as before and not done again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": KEY_CHARACTERS_MAX, "pattern": "^[!-~]+$"},
    }]
}  # fmt: skip


def once(session: Session, request: HttpRequest, done: Callable[[], Any]) -> Any:
    """What `done` gives as plain JSON; or, where the request came before under its key, what it gave then.

    Raises:
        Invalid: the key is none, or another request came under it.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return done()
    if not (0 < len(key) <= KEY_CHARACTERS_MAX and all("!" <= each <= "~" for each in key)):
        raise Invalid(f"An idempotency key has up to {KEY_CHARACTERS_MAX} letters, digits and signs.")
    asked = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).digest()
    with repeating.once(session, key, asked) as kept:
        if kept.answer is None:
            kept.answer = json.dumps(done())
    return json.loads(kept.answer)


def moment(request: HttpRequest) -> Callable[[Session], datetime]:
    """Gives, in the transaction of an act, when it is done: sent again under its key, when it was done first.

    What is made of that moment is then the same again. It is for acts that are done, and on record, each time.
    """

    def asked(session: Session) -> datetime:
        return datetime.fromisoformat(str(once(session, request, lambda: datetime.now(UTC).isoformat())))

    return asked


def plain(schema: Any, made: Any) -> Any:
    """What an operation gave, as the JSON that its schema says; True for one that has no answer."""
    if schema is None:
        return True
    adapter = _adapter(schema)
    return adapter.dump_python(adapter.validate_python(made, from_attributes=True), mode="json")


@cache
def _adapter(schema: Any) -> TypeAdapter[Any]:
    """Made once for each schema: to make one takes longer than to use it."""
    return TypeAdapter(schema)
