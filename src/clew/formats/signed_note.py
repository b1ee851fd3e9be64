"""Signed notes: a text and Ed25519 signatures beneath it, by a log or by its witnesses.

Source: C2SP signed-note (signature type 0x01) and tlog-cosignature (type 0x04). Text and keys
come from outside; what is read here is bounded and believed only once a known key has signed it.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clew.domain.errors import Invalid

NOTE_CHARACTERS_MAX = 64 * 1024
SIGNATURES_MAX = 64
DASH = "\N{EM DASH}"
ID_BYTES = 4
KEY_BYTES = 32
SIGNATURE_BYTES = 64
TIME_BYTES = 8


class SignatureType(IntEnum):
    """What a signature says; the number is part of the key's identifier."""

    LOG = 0x01
    """The note's text, as it stands."""
    WITNESS = 0x04
    """That the note was the newest consistent one at a stated time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key as it is handed to whoever checks: name, type, 32 bytes."""

    name: str
    type: SignatureType
    key: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(each.isspace() or not each.isprintable() for each in self.name):
            raise Invalid("The name of a key has no spaces and no plus.")
        if len(self.key) != KEY_BYTES:
            raise Invalid("An Ed25519 key has 32 bytes.")

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.key).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.type]) + self.key)}"

    @classmethod
    def parse(cls, untrusted_text: str) -> Self:
        """The key that `str` wrote.

        Raises:
            Invalid: it is no such key, or its identifier is another key's.
        """
        name, _, rest = untrusted_text.strip().partition("+")
        key_id, _, material = rest.partition("+")
        raw = decoded(material)
        try:
            found = cls(name=name, type=SignatureType(raw[0]), key=raw[1:])
        except (IndexError, ValueError):
            raise Invalid("This is no Ed25519 key of a log or a witness.") from None
        if found.id.hex() != key_id:
            raise Invalid("This key does not belong to its name: a part of it was lost or changed.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One line beneath a note; whose it is, only a key can tell."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"{DASH} {self.name} {encoded(self.key_id + self.content)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text that ends with its line, and what is signed beneath it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def signed_by(self, key: PublicKey) -> Signature | None:
        """The key's signature; None where it has signed nothing here.

        Raises:
            Invalid: a signature says that it is the key's, and is not.
        """
        for signature in self.signatures:
            if (signature.name, signature.key_id) == (key.name, key.id):
                if not _is_true(self.text, signature, key):
                    raise Invalid("A signature beneath this note is forged, or the note was changed.")
                return signature
        return None


def parse(untrusted_note: str) -> Note:
    """The parts of a note, not yet believed.

    Raises:
        Invalid: it has no such form, or is too large.
    """
    if len(untrusted_note) > NOTE_CHARACTERS_MAX:
        raise Invalid("This is too large for a signed note.")
    text, parted, beneath = untrusted_note.rpartition("\n\n")
    lines = beneath.split("\n")
    if not parted or not text or lines.pop() or not 0 < len(lines) <= SIGNATURES_MAX or not _is_plain(text):
        raise Invalid("This is no signed note.")
    return Note(text=text + "\n", signatures=tuple(map(parse_signature, lines)))


def parse_signature(untrusted_line: str) -> Signature:
    """One line beneath a note, without its end.

    Raises:
        Invalid: it has no such form.
    """
    dash, name, material, *more = [*untrusted_line.split(" "), "", ""][:4]
    raw = decoded(material)
    if dash != DASH or not name or len(raw) <= ID_BYTES or any(more):
        raise Invalid("This is no line of a signature.")
    return Signature(name=name, key_id=raw[:ID_BYTES], content=raw[ID_BYTES:])


def public_key(name: str, signature_type: SignatureType, secret: bytes) -> PublicKey:
    """The public part of a secret of 32 bytes, under a name."""
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return PublicKey(name=name, type=signature_type, key=public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def sign(text: str, name: str, secret: bytes) -> Signature:
    """A log's signature of a text that ends with its line."""
    content = Ed25519PrivateKey.from_private_bytes(secret).sign(text.encode())
    return Signature(name=name, key_id=public_key(name, SignatureType.LOG, secret).id, content=content)


def cosign(text: str, name: str, secret: bytes, *, at: int) -> Signature:
    """A witness's signature: at `at` (seconds since 1970) this was the newest consistent checkpoint."""
    content = Ed25519PrivateKey.from_private_bytes(secret).sign(_witnessed(text, at))
    key_id = public_key(name, SignatureType.WITNESS, secret).id
    return Signature(name=name, key_id=key_id, content=at.to_bytes(TIME_BYTES) + content)


def cosigned_at(signature: Signature) -> int:
    """When a witness signed, in seconds since 1970."""
    return int.from_bytes(signature.content[:TIME_BYTES])


def _witnessed(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _is_true(text: str, signature: Signature, key: PublicKey) -> bool:
    message, content = text.encode(), signature.content
    if key.type is SignatureType.WITNESS:
        message, content = _witnessed(text, cosigned_at(signature)), content[TIME_BYTES:]
    if len(content) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(content, message)
    except InvalidSignature:
        return False
    return True


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def decoded(untrusted_text: str) -> bytes:
    """The bytes of standard base64, in the one way of writing them.

    Raises:
        Invalid: it is written otherwise.
    """
    try:
        raw = base64.b64decode(untrusted_text.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("This is not written in base64.") from None
    if encoded(raw) != untrusted_text:
        raise Invalid("This is not written in base64.")
    return raw


def _is_plain(text: str) -> bool:
    return all(each == "\n" or each >= " " for each in text)
