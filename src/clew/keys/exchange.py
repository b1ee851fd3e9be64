"""Exchange: what opens a medium is sealed to one other member, and nobody else's key opens it.

Source: HPKE, RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, base mode.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from clew.domain.errors import Tampered
from clew.keys import wraps
from clew.keys.keyring import EXCHANGE, Keyring

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
MORE_BYTES = 32 + 16
"""How much longer sealed content is: the sender's passing key and the tag."""


def terms(owner: str, recipient: str, record: bytes, conditions: str) -> bytes:
    """What a release is bound to: change one word and it opens no more."""
    return wraps.bound("clew release 1", owner, recipient, record, conditions)


def sealed_to(keyring: Keyring, member: str, content: bytes, info: bytes) -> bytes:
    """`content` for the member's private key alone, bound to `info`; the key is made here where the member has none."""
    return _SUITE.encrypt(content, _private(keyring, member, make=True).public_key(), info=info)


def opened(keyring: Keyring, member: str, sealed: bytes, info: bytes) -> bytes:
    """What was sealed to the member.

    Raises:
        Tampered: it was changed, sealed to another member, or under other terms.
    """
    try:
        return _SUITE.decrypt(sealed, _private(keyring, member, make=False), info=info)
    except (InvalidTag, ValueError):
        raise Tampered("This release does not open for this member under these terms.") from None


def _private(keyring: Keyring, member: str, *, make: bool) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(keyring.key(member, EXCHANGE, make=make))
