"""Certificates: statements of a node that anybody can check with its public key."""

import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clew.domain.errors import Tampered

CERTIFICATE_BYTES_MAX = 64 * 1024
_DOMAIN = b"clew certificate 1\0"


def public_key(seed: bytes) -> str:
    """The public key of a node, as hexadecimal: to be handed on before it is needed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def signed(statement: Mapping[str, object], seed: bytes) -> str:
    """`statement` as JSON with its signature.

    Source: Ed25519, RFC 8032, over the statement as JSON without spaces and with its names in order.
    """
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_DOMAIN + _plain(statement))
    whole = {"statement": statement, "public_key": public_key(seed), "signature": signature.hex()}
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True)


def verified(text: str, public: str | None = None) -> dict[str, object]:
    """The statement of a certificate, by the node's `public` key where it is known, else by the one it names.

    Raises:
        Tampered: it is no certificate, was changed, or is another node's.
    """
    try:
        whole = json.loads(text[:CERTIFICATE_BYTES_MAX])
        named, statement = str(whole["public_key"]), dict(whole["statement"])
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(named))
        key.verify(bytes.fromhex(whole["signature"]), _DOMAIN + _plain(statement))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        raise Tampered("This is no certificate, or it was changed after it was signed.") from None
    if public is not None and public != named:
        raise Tampered("This certificate was signed by another node.")
    return statement


def _plain(statement: Mapping[str, object]) -> bytes:
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
