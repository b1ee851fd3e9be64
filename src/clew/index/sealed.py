"""Small JSON that carries its own SHA-256 before it, so that half of it or a changed byte is noticed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from clew.domain.errors import Tampered


def seal(said: Mapping[str, object]) -> bytes:
    body = json.dumps(said).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def unseal(sealed: bytes) -> dict[str, Any]:
    """What was sealed, as `json.loads` gives it: callers name the type of each value.

    Raises:
        Tampered: it is not what was sealed.
    """
    digest, _, body = sealed.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise Tampered("a header of the index is not what was written")
    said: dict[str, Any] = json.loads(body)
    return said
