"""The cipher around a medium at rest, and the wrap of its data key under the key of a case.

Source: c2sp.org/chunked-encryption, instantiated as Cobblestone-256 (HKDF-Expand with
SHA-512, AES-256-GCM). Sealing is done by `cryptography`; opening is done here because
only random access needs the steps one by one.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator

from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from clew.domain.errors import Tampered
from clew.keys import wraps

KEY_BYTES = 32
TAG_BYTES = 16
NONCE_BYTES = 12
SALT_BYTES = 24
COMMITMENT_BYTES = 32
PREFIX_BYTES = SALT_BYTES + COMMITMENT_BYTES
CHUNK_BYTES = 16 * 1024
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
CHUNKS_AT_ONCE = 64

ReadAt = Callable[[int, int], bytes]
"""(length, offset) to the bytes there; fewer only at the end."""


def medium_context(owner_member: str, sha256: bytes, head: bytes) -> bytes:
    """What the ciphertext of a medium is bound to: owner, medium and the head before it. It opens nowhere else."""
    return wraps.bound("clew vault medium 2", owner_member, sha256, head)


def wrap(data_key: bytes, *, key: bytes, owner_member: str, case: str, sha256: bytes) -> bytes:
    """The data key under the key of a case, bound to owner, case and medium; 61 bytes."""
    return wraps.wrap(data_key, key=key, to=wraps.bound("clew data key 2", owner_member, case, sha256))


def unwrap(wrapped: bytes, *, key: bytes, owner_member: str, case: str, sha256: bytes) -> bytes:
    """The data key.

    Raises:
        Tampered: it was changed, or belongs to another owner, case or medium.
    """
    return wraps.unwrap(wrapped, key=key, to=wraps.bound("clew data key 2", owner_member, case, sha256))


def sealed_size(size_bytes: int) -> int:
    """How many bytes a medium of `size_bytes` takes once sealed."""
    return PREFIX_BYTES + size_bytes + (size_bytes // CHUNK_BYTES + 1) * TAG_BYTES


def seal(data_key: bytes, context: bytes, blocks: Iterable[bytes | memoryview]) -> Iterator[memoryview]:
    """The sealed bytes of a medium, block by block; each is valid until the next is asked for."""
    encryptor = Cobblestone256Encryptor(data_key, context)
    sealed = bytearray()
    for block in blocks:
        most = len(block) + PREFIX_BYTES + (len(block) // CHUNK_BYTES + 2) * SEALED_CHUNK_BYTES
        if len(sealed) < most:
            sealed = bytearray(most)
        yield memoryview(sealed)[: encryptor.update_into(block, sealed)]
    yield memoryview(encryptor.finalize())


class Opened:
    """A sealed medium that can be read anywhere; only verified bytes come out.

    Opening checks the key commitment and the last chunk, and so the length.

    Raises:
        Tampered: changed, cut, extended, or under another key or context.
    """

    def __init__(self, read_at: ReadAt, sealed_bytes: int, data_key: bytes, context: bytes) -> None:
        self._read_at = read_at
        prefix = read_at(PREFIX_BYTES, 0)
        info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + prefix[:SALT_BYTES] + context
        derived = HKDFExpand(SHA512(), KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES, info).derive(data_key)
        if not hmac.compare_digest(derived[KEY_BYTES + NONCE_BYTES :], prefix[SALT_BYTES:]):
            raise _changed()
        self._aead = AESGCM(derived[:KEY_BYTES])
        self._base_nonce = int.from_bytes(derived[KEY_BYTES : KEY_BYTES + NONCE_BYTES])
        self._last, rest = divmod(sealed_bytes - PREFIX_BYTES, SEALED_CHUNK_BYTES)
        if rest < TAG_BYTES:
            raise _changed()
        self.size_bytes = self._last * CHUNK_BYTES + rest - TAG_BYTES
        self._rest = rest
        self._chunks(self._last, self._last)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end of the medium."""
        end = min(offset + length, self.size_bytes)
        if offset < 0 or length < 0 or offset >= end:
            return b""
        first = offset // CHUNK_BYTES
        clear = self._chunks(first, (end - 1) // CHUNK_BYTES)
        return bytes(clear[offset - first * CHUNK_BYTES : end - first * CHUNK_BYTES])

    def __iter__(self) -> Iterator[memoryview]:
        """The whole medium in blocks of at most 1 MiB."""
        for first in range(0, self._last + 1, CHUNKS_AT_ONCE):
            yield self._chunks(first, min(first + CHUNKS_AT_ONCE - 1, self._last))

    def _chunks(self, first: int, last: int) -> memoryview:
        """Chunks `first` to `last`, verified one by one."""
        sealed_length = (last - first) * SEALED_CHUNK_BYTES
        sealed_length += self._rest if last == self._last else SEALED_CHUNK_BYTES
        sealed = memoryview(self._read_at(sealed_length, PREFIX_BYTES + first * SEALED_CHUNK_BYTES))
        if len(sealed) != sealed_length:
            raise _changed()
        clear = memoryview(bytearray(sealed_length - (last - first + 1) * TAG_BYTES))
        try:
            for number in range(first, last + 1):
                start = (number - first) * CHUNK_BYTES
                chunk = sealed[start + (number - first) * TAG_BYTES :][:SEALED_CHUNK_BYTES]
                nonce = (self._base_nonce ^ number).to_bytes(NONCE_BYTES)
                self._aead.decrypt_into(nonce, chunk, None, clear[start : start + len(chunk) - TAG_BYTES])
        except InvalidTag:
            raise _changed() from None
        return clear


def _changed() -> Tampered:
    return Tampered("The stored bytes of this medium were changed; they are not handed on.")
