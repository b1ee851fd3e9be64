"""A medium of gigabytes as the vault would have it, of which no more exists than is read."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from clew.media import envelope
from clew.media.envelope import CHUNK_BYTES, KEY_BYTES, NONCE_BYTES, PREFIX_BYTES, SEALED_CHUNK_BYTES, Opened

CONTEXT = b"a large film"


class Large:
    """Sealed as it is asked for, and opened by what opens every stored medium; each eight bytes are their own number."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes, self.is_closed = size_bytes, False
        key, salt = os.urandom(KEY_BYTES), os.urandom(envelope.SALT_BYTES)
        info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + salt + CONTEXT
        derived = HKDFExpand(SHA512(), KEY_BYTES + NONCE_BYTES + envelope.COMMITMENT_BYTES, info).derive(key)
        self._aead, self._nonce = AESGCM(derived[:KEY_BYTES]), int.from_bytes(derived[KEY_BYTES : KEY_BYTES + NONCE_BYTES])
        self._prefix = salt + derived[KEY_BYTES + NONCE_BYTES :]
        self._opened = Opened(self._sealed, envelope.sealed_size(size_bytes), key, CONTEXT)

    def clear(self, first: int, end: int) -> bytes:
        """The bytes from `first` to before `end`, without any cipher."""
        end = min(end, self.size_bytes)
        words = b"".join(number.to_bytes(8) for number in range(first // 8, end // 8 + 1))
        return words[first % 8 : first % 8 + end - first]

    def read(self, offset: int, length: int) -> bytes:
        return self._opened.read(offset, length)

    def close(self) -> None:
        self.is_closed = True

    def _sealed(self, length: int, at: int) -> bytes:
        if at < PREFIX_BYTES:
            return self._prefix[at : at + length]
        first, found = (at - PREFIX_BYTES) // SEALED_CHUNK_BYTES, bytearray()
        for number in range(first, first + -(-length // SEALED_CHUNK_BYTES)):
            clear = self.clear(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES)
            found += self._aead.encrypt((self._nonce ^ number).to_bytes(NONCE_BYTES), clear, None)
        return bytes(found[:length])


def resident_bytes() -> int:
    """How much memory this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
