"""A key wrapped under another: nothing but the outer key opens it, and only for what it was wrapped for."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from clew.domain.errors import Tampered

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
FORMAT = 2
WRAPPED_BYTES = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES


def bound(label: str, *parts: str | bytes) -> bytes:
    """What a wrap is bound to: `parts`, each with its length, so that no two lists of parts are one text."""
    contents = [part.encode() if isinstance(part, str) else part for part in parts]
    return label.encode() + b"\0" + b"".join(len(content).to_bytes(4) + content for content in contents)


def wrap(inner: bytes, *, key: bytes, to: bytes) -> bytes:
    """`inner` (32 bytes) under `key`, bound to `to`; 61 bytes. AES-256-GCM with a nonce of chance."""
    nonce = os.urandom(NONCE_BYTES)
    return bytes([FORMAT]) + nonce + AESGCM(key).encrypt(nonce, inner, bytes([FORMAT]) + to)


def unwrap(wrapped: bytes, *, key: bytes, to: bytes) -> bytes:
    """The inner key.

    Raises:
        Tampered: it was changed, or was wrapped under another key or for something else.
    """
    if len(wrapped) != WRAPPED_BYTES or wrapped[0] != FORMAT:
        raise Tampered("A stored key was changed; what it opens cannot be opened.")
    nonce, sealed = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, wrapped[:1] + to)
    except InvalidTag:
        raise Tampered("A stored key does not belong to what it lies with; it opens nothing.") from None


def derived(key: bytes, purpose: str, *, length: int = KEY_BYTES) -> bytes:
    """A key for one purpose, from a key of chance.

    Source: HKDF-Expand, RFC 5869; the expanded key is random already, so it is not extracted first.
    """
    return HKDFExpand(SHA256(), length, purpose.encode()).derive(key)
