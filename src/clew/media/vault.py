"""The vault: media bytes at rest, encrypted for a case of their owner, durable before they are acknowledged.

A blob is a head (magic, data key wrapped under the key of its case) and the sealed medium.
The head holds the wrap because a medium may be stored again in its case: the blob is made
once and never written over, and whoever stores it later gets a fresh wrap of the same data
key, so every record's wrap opens it. Once the key of the case is destroyed, the head opens
nothing; another case of the owner reads the same blob by a wrap of its own, which lies with
the records. No name on disk holds a digest: it is an HMAC under a key of the owner, over
case and medium, so one medium of two owners, or of two cases, has two names.
"""

import errno
import hmac
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from clew.domain.errors import Invalid, Tampered, Unavailable
from clew.keys import wraps
from clew.keys.keyring import NAMES, Keyring
from clew.media import envelope
from clew.media.disk import Disk
from clew.media.envelope import Opened
from clew.media.limits import DISK_RESERVE_BYTES

MAGIC = b"clewblob"
HEAD_BYTES = len(MAGIC) + wraps.WRAPPED_BYTES
BLOCK_BYTES = 64 * envelope.CHUNK_BYTES
FOLDER_TRIES_MAX = 16
NO_ROOM = "There is no room left for the vault; free some and run again."

BLOB_BYTES = 32

Name = tuple[str, str, bytes]
"""A medium in the vault: its owner, a member, the case for which it was stored, and its SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A stored medium as its record keeps it: name of its blob (32 bytes), and its data key wrapped for a case."""

    blob: bytes
    wrapped: bytes

Source = int | Iterable[bytes | memoryview]
"""A descriptor of a regular file or memfd, read from its start; or the bytes block by block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A blob written under a passing name, or one found in place (`fresh` is None)."""

    data_key: bytes
    path: Path
    fresh: Path | None
    size_bytes: int
    replaces: bool = False


class Vault:
    """Blobs below `folder`, keys on `keys`. May be shared by threads and by processes."""

    def __init__(
        self, folder: Path, keys: Keyring, disk: Disk | None = None, *, reserve_bytes: int = DISK_RESERVE_BYTES
    ) -> None:
        self._blobs = folder / "blobs"
        self.incoming = folder / "incoming"
        self.keys = keys
        self.disk = Disk() if disk is None else disk
        self.reserve_bytes = reserve_bytes

    def put(self, owner_member: str, case: str, sha256: bytes, source: Source, size_bytes: int) -> Kept:
        """Store one medium durably; what its record keeps.

        Raises:
            Unavailable: the disk is full or fails; nothing is stored.
            Invalid: the source does not hold `size_bytes` bytes.
            Tampered: a blob of this medium is there, damaged, and its head too.
            StepRefused: the key of the case was destroyed.
        """
        with self.batch() as batch:
            batch.put(owner_member, case, sha256, source, size_bytes)
        return batch.kept[owner_member, case, sha256]

    def batch(self) -> "Batch":
        """Store many media; leaving the `with` block makes all of them durable at once."""
        return Batch(self)

    def data_key(self, owner_member: str, case: str, sha256: bytes, wrapped: bytes) -> bytes:
        """The data key that was wrapped for the case.

        Raises:
            Unavailable, StepRefused: the key of the case is not there, or was destroyed.
            Tampered: `wrapped` is not what was stored.
        """
        key = self.keys.key(owner_member, case)
        return envelope.unwrap(wrapped, key=key, owner_member=owner_member, case=case, sha256=sha256)

    def wrapped(self, owner_member: str, case: str, sha256: bytes, data_key: bytes) -> bytes:
        """The data key wrapped for a case, which gets its key here if it has none."""
        key = self.keys.key(owner_member, case, make=True)
        return envelope.wrap(data_key, key=key, owner_member=owner_member, case=case, sha256=sha256)

    def open(self, owner_member: str, case: str, sha256: bytes, kept: Kept) -> "Reader":
        """Read a medium by what was kept of it for `case`.

        Raises:
            Unavailable, StepRefused: the blob or a key is not there, or the key was destroyed.
            Tampered: the blob or the wrap is not what was stored.
        """
        return self.open_with(self.data_key(owner_member, case, sha256, kept.wrapped), owner_member, sha256, kept.blob)

    def open_with(self, data_key: bytes, owner_member: str, sha256: bytes, blob: bytes) -> "Reader":
        """Read the medium in `blob` by its data key. Raises as `open`."""
        try:
            reader = Reader(self.disk, self.disk.open(self.path_of(blob)))
        except OSError as error:
            raise Unavailable("The vault does not hold the bytes of this medium.") from error
        try:
            reader.unlock(data_key, owner_member, sha256)
        except BaseException:
            reader.close()
            raise
        return reader

    def holds(self, blob: bytes) -> bool:
        """Whether the blob is there, whole or not."""
        return self.disk.exists(self.path_of(blob))

    def remove(self, blobs: Iterable[bytes]) -> int:
        """Take blobs off the disk, durably; how many were there. Their bytes are ciphertext without a key."""
        removed, folders = 0, set()
        try:
            for path in map(self.path_of, blobs):
                removed += self.disk.exists(path)
                self.disk.remove(path)
                folders.add(path.parent)
            held = self.disk.hold(self._blobs, wait=False) if folders else None
            if held is not None:
                try:
                    self.disk.sync_names(held, [folder for folder in folders if self.disk.exists(folder)])
                finally:
                    self.disk.close(held)
        except OSError as error:
            raise Unavailable("The disk of the vault cannot be written; run the same again.") from error
        return removed

    def sweep(self) -> int:
        """Remove what killed processes left half written; how many batches that were."""
        try:
            folders = self.disk.folders_in(self.incoming)
        except FileNotFoundError:
            return 0
        removed = 0
        for folder in folders:
            held = self.disk.hold(folder, wait=False)
            if held is not None:
                self.disk.remove_folder(folder)
                self.disk.close(held)
                removed += 1
        return removed

    def blob_of(self, name: Name) -> bytes:
        """What a medium's blob is called: 32 bytes that tell nothing to who has not the owner's key of names."""
        owner_member, case, sha256 = name
        if len(sha256) != 32:
            raise Invalid("A medium is named by the 32 bytes of its SHA-256.")
        key = self.keys.derived(owner_member, NAMES, "clew names of blobs 1", make=True)
        return hmac.digest(key, wraps.bound("blob", case, sha256), "sha256")

    def path_of(self, blob: bytes) -> Path:
        if len(blob) != BLOB_BYTES:
            raise Tampered("The name of a stored medium was changed; the medium cannot be opened.")
        name = blob.hex()
        return self._blobs / name[:2] / name[2:4] / name

    def in_place(self, name: Name, path: Path, size_bytes: int) -> tuple[bytes, bool] | None:
        """Data key of the blob in place, and whether the blob is whole; None if there is none.

        Raises:
            Tampered: its head was changed, so its data key is lost.
        """
        try:
            reader = Reader(self.disk, self.disk.open(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable("The disk of the vault cannot be read.") from error
        owner_member, case, sha256 = name
        with reader:
            data_key = self.data_key(owner_member, case, sha256, reader.head()[len(MAGIC) :])
            try:
                reader.unlock(data_key, owner_member, sha256)
            except Tampered:
                return data_key, False
            return data_key, reader.size_bytes == size_bytes

    def folders_of(self, path: Path) -> tuple[Path, ...]:
        """The folders whose entries lead to a blob."""
        return path.parent, path.parent.parent, self._blobs, self._blobs.parent, self._blobs.parent.parent


class Reader:
    """A stored medium, read anywhere; only verified bytes come out. Close it, or use `with`."""

    def __init__(self, disk: Disk, fd: int) -> None:
        self._disk = disk
        self._fd = fd
        self._opened: Opened | None = None

    def head(self) -> bytes:
        """Magic, and the data key as it was wrapped for the case that stored the blob.

        Raises:
            Tampered: it is no head of a blob.
        """
        head = self._read_at(HEAD_BYTES, 0)
        if len(head) != HEAD_BYTES or not head.startswith(MAGIC):
            raise Tampered("The head of a stored medium was changed; the medium cannot be opened.")
        return head

    def unlock(self, data_key: bytes, owner_member: str, sha256: bytes) -> None:
        """Verify head, key commitment and length.

        Raises:
            Tampered: one of them is not what was stored, or the blob is another owner's, medium's or key's.
        """
        head = self.head()
        self._opened = Opened(
            lambda length, offset: self._read_at(length, HEAD_BYTES + offset),
            self._disk.size(self._fd) - HEAD_BYTES,
            data_key,
            envelope.medium_context(owner_member, sha256, head),
        )

    @property
    def size_bytes(self) -> int:
        return self._unlocked.size_bytes

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; fewer only at the end. Raises Tampered."""
        return self._unlocked.read(offset, length)

    def __iter__(self) -> Iterator[memoryview]:
        """The medium from its start, in blocks of at most 1 MiB. Raises Tampered."""
        return iter(self._unlocked)

    def close(self) -> None:
        self._disk.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _unlocked(self) -> Opened:
        if self._opened is None:
            raise ValueError("a reader is unlocked before it is read")
        return self._opened

    def _read_at(self, length: int, offset: int) -> bytes:
        try:
            return self._disk.read_at(self._fd, length, offset)
        except OSError as error:
            raise Unavailable("The disk of the vault cannot be read.") from error


class Stream:
    """A stored medium, read once from its beginning."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._at = 0

    def read(self, most: int) -> bytes:
        part = self._reader.read(self._at, most)
        self._at += len(part)
        return part


class Batch:
    """Media on their way into the vault: none is stored until the `with` block has ended.

    Steps at the end: bytes durable, names given (create-only), names durable. Threads may
    put at the same time. If a step fails nothing is acknowledged, and the bytes are
    written anew from their source next time: a failed sync is never tried again on the
    same file, because the system may have dropped the pages it could not write.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._disk = vault.disk
        self._lock = threading.Lock()
        self._waiting: dict[Name, _Waiting] = {}
        self._count = 0
        self._kept: dict[Name, Kept] = {}

    @property
    def kept(self) -> Mapping[Name, Kept]:
        """What the record of each medium keeps; filled once everything is durable."""
        return self._kept

    def __enter__(self) -> Self:
        for _ in range(FOLDER_TRIES_MAX):
            self._folder = self._vault.incoming / secrets.token_hex(8)
            try:
                self._disk.make_folder(self._folder)
                # A sweep may take the folder between these two lines: then make another.
                held = self._disk.hold(self._folder, wait=True)
            except OSError as error:
                raise _not_written(error) from error
            if held is not None:
                self._held = held
                return self
        raise Unavailable("The vault is being swept; try again.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._store()
        except OSError as failed:
            self._kept.clear()
            raise _not_written(failed) from failed
        finally:
            with suppress(OSError):  # what stays, the sweep takes
                self._disk.remove_folder(self._folder)
            self._disk.close(self._held)

    def put(self, owner_member: str, case: str, sha256: bytes, source: Source, size_bytes: int) -> None:
        """Write one medium under a passing name. Raises as `Vault.put`; the batch goes on."""
        name = (owner_member, case, sha256)
        path = self._vault.path_of(self._vault.blob_of(name))
        with self._lock:
            if name in self._waiting:
                return
            fresh = self._folder / str(self._count)
            self._count += 1
        in_place = self._vault.in_place(name, path, size_bytes)
        data_key, whole = in_place or (os.urandom(wraps.KEY_BYTES), False)
        if not whole:
            self._check_room(size_bytes)
            self._write(fresh, data_key, name, source, size_bytes)
        waiting = _Waiting(
            data_key=data_key,
            path=path,
            fresh=None if whole else fresh,
            size_bytes=size_bytes,
            replaces=in_place is not None,
        )
        with self._lock:
            self._waiting[name] = waiting

    def _check_room(self, size_bytes: int) -> None:
        """Refuse before the disk is full: the database and everybody's intakes may lie on it too.

        A seized file without blocks, or a packed archive, costs its maker nothing and unfolds to terabytes.
        """
        if self._disk.free_bytes(self._folder) - size_bytes < self._vault.reserve_bytes:
            raise Unavailable(NO_ROOM)

    def _write(self, fresh: Path, data_key: bytes, name: Name, source: Source, size_bytes: int) -> None:
        head = MAGIC + self._vault.wrapped(*name, data_key)
        blocks = _read_blocks(source, size_bytes) if isinstance(source, int) else source
        sealed = envelope.seal(data_key, envelope.medium_context(name[0], name[2], head), blocks)
        try:
            written = self._write_all(fresh, head, sealed)
        except OSError as error:
            self._disk.remove(fresh)
            raise _not_written(error) from error
        except BaseException:
            self._disk.remove(fresh)
            raise
        if written != envelope.sealed_size(size_bytes):
            self._disk.remove(fresh)
            raise Invalid("The file changed while it was read; take it in again.")

    def _write_all(self, fresh: Path, head: bytes, sealed: Iterable[memoryview]) -> int:
        written = 0
        fd = self._disk.create(fresh)
        try:
            self._disk.write(fd, memoryview(head))
            for block in sealed:
                self._disk.write(fd, block)
                written += len(block)
        finally:
            self._disk.close(fd)
        return written

    def _store(self) -> None:
        everything = self._waiting.values()
        fresh = [waiting.fresh for waiting in everything if waiting.fresh is not None]
        if fresh:
            self._disk.sync_bytes(self._held, fresh)
        data_keys = {name: self._give_name(name, waiting) for name, waiting in self._waiting.items()}
        # Names found in place are synced too: whoever gave them may not have done so yet.
        folders = {folder for waiting in everything for folder in self._vault.folders_of(waiting.path)}
        if folders:
            self._disk.sync_names(self._held, folders)
        self._kept.update({
            name: Kept(blob=self._vault.blob_of(name), wrapped=self._vault.wrapped(*name, data_key))
            for name, data_key in data_keys.items()
        })

    def _give_name(self, name: Name, waiting: _Waiting) -> bytes:
        """Put a blob in its place; the data key of the blob that is there now."""
        if waiting.fresh is None:
            return waiting.data_key
        if waiting.replaces:
            self._disk.replace(waiting.fresh, waiting.path)
            return waiting.data_key
        self._disk.make_folder(waiting.path.parent)
        try:
            self._disk.link(waiting.fresh, waiting.path)
        except FileExistsError:
            return self._theirs(name, waiting)
        return waiting.data_key

    def _theirs(self, name: Name, waiting: _Waiting) -> bytes:
        """Someone stored the same medium meanwhile: theirs stays."""
        in_place = self._vault.in_place(name, waiting.path, waiting.size_bytes)
        if in_place is None or not in_place[1]:
            raise Tampered("The stored bytes of a medium were changed while it was stored again.")
        return in_place[0]


def _read_blocks(fd: int, size_bytes: int) -> Iterator[memoryview]:
    """A file from its start; one byte more than `size_bytes` is asked for, to notice growth."""
    buffer = memoryview(bytearray(min(BLOCK_BYTES, size_bytes + 1)))
    offset = 0
    while offset <= size_bytes:
        count = os.preadv(fd, [buffer], offset)
        if count == 0:
            return
        yield buffer[:count]
        offset += count


def _not_written(error: OSError) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Unavailable(NO_ROOM)
    return Unavailable("The disk of the vault cannot be written; nothing was stored.")
