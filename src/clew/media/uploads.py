"""Uploads on disk: every piece sealed as it comes, in a folder whose names tell nothing.

A folder of an upload holds its key, what was promised, and a file for each file that comes, under
its number. The key is drawn for the upload and lies wrapped under the key of the case it goes into
(`domain/upload.py`), so it is gone with the case, and with the folder. Pieces lie one behind the
other, all as long as a piece may be but the last of a file, each bound to upload, file, place and
length of the file: none opens anywhere else, and what was written by half opens nowhere.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clew.domain.errors import ClewError, NotVisible, StepRefused, Tampered, Unavailable
from clew.domain.upload import PIECE_BYTES_MAX, Promised
from clew.keys import files as key_files
from clew.keys import wraps
from clew.keys.keyring import Keyring

FREE_BYTES_MIN = 1024**3
"""So much stays free on the disk: what else is on it goes on."""
ORPHAN_SECONDS = 3600.0
"""A folder that no upload names is left alone for so long: its row may be about to be written."""
KEY, PROMISED = "key", "promised"
AROUND_BYTES = wraps.NONCE_BYTES + wraps.TAG_BYTES
SEALED_PIECE_BYTES = PIECE_BYTES_MAX + AROUND_BYTES
NO_ROOM = "This node is short of room for uploads: try later, or use clew intake."
IS_GONE = "This node cannot keep this upload any more."


class Uploads:
    """The folder of all uploads of this machine; what opens them is on `keys`."""

    def __init__(self, folder: Path, keys: Keyring) -> None:
        self.folder = folder
        self._keys = keys

    def of(self, upload: UUID) -> Path:
        """Where it lies."""
        return self.folder / upload.hex

    def begin(self, member: str, scope: str, upload: UUID, files: Sequence[Promised]) -> None:
        """Make its folder, with a key under that of `scope` and nothing in its files; durable when this returns.

        Raises:
            Unavailable: the disk is full, or cannot be written.
            StepRefused: the key of the scope was destroyed.
        """
        key, folder = AESGCM.generate_key(256), self.of(upload)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_room(self.folder)
            folder.mkdir(mode=0o700)
            key_files.make(folder / KEY, self._wrapped(member, scope, upload, key))
            told = json.dumps([[one.path, one.size_bytes] for one in files]).encode()
            key_files.make(folder / PROMISED, _sealed(key, told, _promised_by(upload)))
            for number in range(len(files)):
                (folder / name_of(number)).touch(mode=0o600)
            key_files.sync_folder(folder)
        except OSError:
            raise Unavailable("This node cannot keep uploads now.") from None

    def opened(self, member: str, upload: UUID) -> "Staged":
        """The upload with its key.

        Raises:
            Unavailable: it is gone.
            StepRefused: the key of its case was destroyed, and so is all that has come.
            Tampered: it was changed.
        """
        return Staged(self.of(upload), upload, self._key(member, upload)[1])

    def bind(self, member: str, scope: str, upload: UUID) -> None:
        """Have the key of `scope` open the upload from now on, and no other."""
        before, key = self._key(member, upload)
        if before != scope:
            key_files.replace(self.of(upload) / KEY, self._wrapped(member, scope, upload, key))

    def is_lost(self, member: str, upload: UUID) -> bool:
        """Whether nothing opens it any more."""
        try:
            self._key(member, upload)
        except (StepRefused, Tampered):
            return True
        except Unavailable:  # the keys are away for now
            return not self.of(upload).exists()
        return False

    def remove(self, upload: UUID) -> None:
        """All of it goes, its key first."""
        _remove(self.of(upload))

    def sweep(self, kept: Collection[UUID]) -> int:
        """Remove folders of uploads that are no more; how many."""
        wanted, count = {one.hex for one in kept}, 0
        with suppress(FileNotFoundError):
            for folder in list(os.scandir(self.folder)):
                is_old = time.time() - folder.stat(follow_symlinks=False).st_mtime > ORPHAN_SECONDS
                if folder.name not in wanted and is_old:
                    _remove(Path(folder.path))
                    count += 1
        return count

    def _key(self, member: str, upload: UUID) -> tuple[str, bytes]:
        """By which scope's key the upload is opened, and its own."""
        kept = self.of(upload) / KEY
        if not kept.exists():
            raise Unavailable(IS_GONE)
        scope, _, wrapped = key_files.read(kept).partition(b"\0")
        said = scope.decode("ascii", "replace")
        key = self._keys.key(member, said)
        return said, wraps.unwrap(wrapped, key=key, to=_key_of(member, said, upload))

    def _wrapped(self, member: str, scope: str, upload: UUID, key: bytes) -> bytes:
        outer = self._keys.key(member, scope, make=True)
        return scope.encode() + b"\0" + wraps.wrap(key, key=outer, to=_key_of(member, scope, upload))


class Staged:
    """An upload that is open: what was promised, and what has come of each file."""

    def __init__(self, folder: Path, upload: UUID, key: bytes) -> None:
        self._folder, self._upload, self._key = folder, upload, key
        try:
            told = json.loads(_opened(key, (folder / PROMISED).read_bytes(), _promised_by(upload)))
        except OSError:
            raise Unavailable(IS_GONE) from None
        self.files = tuple(Promised(path=path, size_bytes=size) for path, size in told)

    def file(self, number: int) -> Promised:
        """What was promised under a number.

        Raises:
            NotVisible: nothing was.
        """
        if not 0 <= number < len(self.files):
            raise NotVisible("There is no such upload.")
        return self.files[number]

    def come(self) -> list[int]:
        """How many bytes of each file have come."""
        return [self.size(number) for number in range(len(self.files))]

    def size(self, number: int) -> int:
        """How many bytes of a file have come; a piece that was written by half has not."""
        file = self.file(number)
        with self._held(number, os.O_RDONLY, fcntl.LOCK_SH) as fd:
            return min(self._whole(fd, number) * PIECE_BYTES_MAX, file.size_bytes)

    def append(self, number: int, offset: int, piece: bytes) -> int:
        """Put a piece behind what has come, and have the disk keep it; how many bytes there are then.

        Raises:
            StepRefused: the file has another length now: ask how long it is and go on from there.
            Unavailable: the disk is full, or the upload has ended.
        """
        with self._held(number, os.O_RDWR, fcntl.LOCK_EX) as fd:
            at = self._whole(fd, number)
            if offset != min(at * PIECE_BYTES_MAX, self.file(number).size_bytes):
                raise StepRefused("The file has another length: go on from there.")
            sealed = _sealed(self._key, piece, self._place(number, at))
            try:
                check_room(self._folder)
                os.ftruncate(fd, at * SEALED_PIECE_BYTES)
                _write_at(fd, sealed, at * SEALED_PIECE_BYTES)
                os.fsync(fd)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(fd, at * SEALED_PIECE_BYTES)
                raise Unavailable(NO_ROOM) from None
        return offset + len(piece)

    def stream(self, number: int) -> "PieceStream":
        """A file from its beginning, once."""
        return PieceStream(self, number)

    def piece(self, number: int, at: int) -> bytes:
        """One piece of a file; nothing behind its end. Raises Tampered, Unavailable."""
        if at * PIECE_BYTES_MAX >= self.file(number).size_bytes:
            return b""
        with self._held(number, os.O_RDONLY, fcntl.LOCK_SH) as fd:
            return self._opened_piece(fd, number, at)

    def _whole(self, fd: int, number: int) -> int:
        """How many pieces lie there whole: as long as they must be, and the last of them opens."""
        size_bytes, on_disk = self.file(number).size_bytes, os.fstat(fd).st_size
        count = -(-size_bytes // PIECE_BYTES_MAX)
        whole = min(on_disk // SEALED_PIECE_BYTES, count)
        if whole == count - 1 and on_disk >= count * AROUND_BYTES + size_bytes:
            whole = count
        while whole and not self._is_whole(fd, number, whole - 1):
            whole -= 1
        return whole

    def _is_whole(self, fd: int, number: int, at: int) -> bool:
        try:
            self._opened_piece(fd, number, at)
        except Tampered:
            return False
        return True

    def _opened_piece(self, fd: int, number: int, at: int) -> bytes:
        length = min(PIECE_BYTES_MAX, self.file(number).size_bytes - at * PIECE_BYTES_MAX)
        sealed = os.pread(fd, length + AROUND_BYTES, at * SEALED_PIECE_BYTES)
        clear = _opened(self._key, sealed, self._place(number, at))
        if len(clear) != length:
            raise Tampered(CHANGED)
        return clear

    def _place(self, number: int, at: int) -> bytes:
        """What a piece is bound to."""
        numbers = [one.to_bytes(8) for one in (number, at, self.file(number).size_bytes)]
        return wraps.bound("clew piece of an upload 1", self._upload.bytes, *numbers)

    @contextmanager
    def _held(self, number: int, how: int, lock: int) -> Iterator[int]:
        """The file, open for one writer alone or for those that read."""
        try:
            fd = os.open(self._folder / name_of(number), how | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            raise Unavailable(IS_GONE) from None
        try:
            fcntl.flock(fd, lock)
            yield fd
        finally:
            os.close(fd)


class PieceStream:
    """A file of an upload, unsealed piece by piece as it is read; no more than one of them is in memory."""

    def __init__(self, staged: Staged, number: int) -> None:
        self._staged, self._number = staged, number
        self._next, self._left = 0, memoryview(b"")

    def read(self, most: int, /) -> bytes:
        """Up to `most` bytes; none at the end. Raises Tampered, Unavailable."""
        if not self._left:
            self._left = memoryview(self._staged.piece(self._number, self._next))
            self._next += 1
        part, self._left = self._left[:most], self._left[most:]
        return bytes(part)


CHANGED = "What has come of this upload was changed; it is not handed on."


def check_room(folder: Path) -> None:
    """Refuse before the disk is full.

    Raises:
        Unavailable: it nearly is.
        OSError: nobody can say.
    """
    if shutil.disk_usage(folder).free < FREE_BYTES_MIN:
        raise Unavailable(NO_ROOM)


def name_of(number: int) -> str:
    """What a file is called on disk."""
    return f"{number:06}"


def _key_of(member: str, scope: str, upload: UUID) -> bytes:
    return wraps.bound("clew key of an upload 1", member, scope, upload.bytes)


def _promised_by(upload: UUID) -> bytes:
    return wraps.bound("clew promise of an upload 1", upload.bytes)


def _sealed(key: bytes, clear: bytes, to: bytes) -> bytes:
    """AES-256-GCM with a nonce of chance before it: at most some thousand pieces lie under one key."""
    nonce = os.urandom(wraps.NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, to)


def _opened(key: bytes, sealed: bytes, to: bytes) -> bytes:
    if len(sealed) < AROUND_BYTES:
        raise Tampered(CHANGED)
    try:
        return AESGCM(key).decrypt(sealed[: wraps.NONCE_BYTES], sealed[wraps.NONCE_BYTES :], to)
    except InvalidTag:
        raise Tampered(CHANGED) from None


def _write_at(fd: int, content: bytes, at: int) -> None:
    left = memoryview(content)
    while left:
        written = os.pwrite(fd, left, at)
        left, at = left[written:], at + written


def _remove(folder: Path) -> None:
    with suppress(ClewError):
        key_files.destroy(folder / KEY)
    shutil.rmtree(folder, ignore_errors=True)
