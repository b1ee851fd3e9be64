"""Sessions in the database of which the database tells nothing: digests instead of keys, and sealed content.

Whoever reads the table can neither be somebody nor see what waits in a session: the secret of an authenticator
app before it is confirmed, or a form that waits for a fresh sign-in.
"""

import base64
import hashlib
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as Kept
from django.contrib.sessions.models import Session
from django.utils import timezone

NONCE_BYTES = 12
PURPOSE = b"clew session"
DIGEST_CHARACTERS = 40
"""As many as the column has: 160 bits of a SHA-256."""


class SessionStore(Kept):
    """Django's sessions in the database, by the digest of the key that the browser holds."""

    def _get_session_from_db(self) -> Session | None:
        try:
            return self.model.objects.get(session_key=_digest(self.session_key), expire_date__gt=timezone.now())
        except self.model.DoesNotExist:
            self._session_key = None
            return None

    async def _aget_session_from_db(self) -> Session | None:
        try:
            return await self.model.objects.aget(session_key=_digest(self.session_key), expire_date__gt=timezone.now())
        except self.model.DoesNotExist:
            self._session_key = None
            return None

    def exists(self, session_key: str) -> bool:
        return super().exists(_digest(session_key))

    async def aexists(self, session_key: str) -> bool:
        return await super().aexists(_digest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made = super().create_model_instance(data)
        made.session_key = _digest(made.session_key)
        return made

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        made = await super().acreate_model_instance(data)
        made.session_key = _digest(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=_digest(key)).delete()

    async def adelete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            await self.model.objects.filter(session_key=_digest(key)).adelete()

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Source: AES-256-GCM, NIST SP 800-38D."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        words: bytes = self.serializer().dumps(session_dict)
        return base64.b64encode(nonce + _cipher().encrypt(nonce, words, PURPOSE)).decode()

    def decode(self, session_data: str) -> dict[str, Any]:
        """The content; empty where it was not sealed here, as Django has it for a session that was tampered with."""
        try:
            sealed = base64.b64decode(session_data, validate=True)
            words = _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PURPOSE)
        except (ValueError, InvalidTag):
            return {}
        found: dict[str, Any] = self.serializer().loads(words)
        return found


def _digest(session_key: str | None) -> str:
    return hashlib.sha256((session_key or "").encode()).hexdigest()[:DIGEST_CHARACTERS]


def _cipher() -> AESGCM:
    return AESGCM(settings.CLEW_FACTOR_KEY)


