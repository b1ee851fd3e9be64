"""Which identity providers sign officers in: a file beside the keys, for it holds secrets."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from clew.domain.errors import Unavailable
from clew.web.identity_providers import Provider

FILE = "single-sign-on.json"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PROVIDERS_MAX = 300


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=re.compile(r"^[a-z0-9-]{1,40}$").pattern)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    member: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")]
    issuer: Annotated[str, Field(max_length=500)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[str, Field(min_length=1)]
    claim: str = "preferred_username"
    acr: tuple[str, ...] = ()


def providers(keys_folder: Path) -> tuple[Provider, ...]:
    """The providers of the file; none where there is no file.

    Raises:
        Unavailable: others can read the file, or it does not say what it must.
    """
    path = keys_folder / FILE
    if not path.exists():
        return ()
    if path.stat().st_mode & 0o077:
        raise Unavailable(f"Others can read {FILE}: set its file mode to 0600 and have its secrets renewed.")
    try:
        written = TypeAdapter(Annotated[list[_Written], Field(max_length=PROVIDERS_MAX)]).validate_json(
            path.read_bytes()
        )
    except ValidationError as refused:
        place = ".".join(str(part) for part in refused.errors(include_input=False)[0]["loc"])
        raise Unavailable(f"{FILE} cannot be used: {place or 'it'} is not as it must be.") from None
    for each in written:
        _check_issuer(each.issuer)
    return tuple(Provider(**each.model_dump()) for each in written)


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not is_safe or issuer.endswith("/") or parts.query or parts.fragment:
        raise Unavailable(f"An issuer in {FILE} must be an address that begins with https and ends without a slash.")
