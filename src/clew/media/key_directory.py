"""The keys of the vault: one folder for each member, outside the database and its backups."""

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from clew.domain.errors import Invalid, Unavailable

KEY_BYTES = 32
VERSIONS_MAX = 10_000
_MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAMING = "names"


class KeyDirectory:
    """Keys of every member, made at first use; two processes agree on the first one made.

    A member's folder holds `names` (names blobs; never changes) and `1`, `2`, … (wrap data
    keys; the highest wraps, all unwrap). Files hold 32 random bytes and are the owner's alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str], bytes] = {}

    def naming_key(self, member: str, *, make: bool = False) -> bytes:
        """The key that names the member's blobs.

        Raises:
            Unavailable: there is none and `make` is false: losing a key must not go unnoticed.
        """
        return self._key(member, _NAMING, make=make)

    def wrapping_key(self, member: str, version: int) -> bytes:
        """The member's key-encryption key of this version.

        Raises:
            Unavailable: it is not in the directory.
        """
        return self._key(member, str(version), make=False)

    def newest(self, member: str) -> tuple[int, bytes]:
        """The version to wrap with and its key; made if the member has none."""
        version = self._newest_version(member) or 1
        return version, self._key(member, str(version), make=True)

    def renew(self, member: str) -> int:
        """Make the next version, which wraps from now on."""
        version = self._newest_version(member) + 1
        if version > VERSIONS_MAX:
            raise Invalid("This member's key was renewed too often.")
        self._key(member, str(version), make=True)
        return version

    def _newest_version(self, member: str) -> int:
        try:
            names = [path.name for path in self._of(member).iterdir()]
        except FileNotFoundError:
            return 0
        return max((int(name) for name in names if name.isdecimal()), default=0)

    def _of(self, member: str) -> Path:
        if not _MEMBER.fullmatch(member):
            raise Invalid("A member's code is made of letters, digits, - and _.")
        return self._folder / member

    def _key(self, member: str, name: str, *, make: bool) -> bytes:
        known = self._known.get((member, name))
        if known is not None:
            return known
        path = self._of(member) / name
        if make and not path.exists():
            _make(path)
        key = _read(path)
        self._known[(member, name)] = key
        return key


def _make(path: Path) -> None:
    """Write a fresh key; whoever links first wins, and everyone reads that one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if os.write(fd, secrets.token_bytes(KEY_BYTES)) != KEY_BYTES:
                raise Unavailable("There is no room to write a key of the vault.")
            os.fsync(fd)
        finally:
            os.close(fd)
        with suppress(FileExistsError):
            os.link(fresh, path)
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            _sync_folder(folder)
    except OSError as error:
        raise Unavailable("The key directory of the vault cannot be written.") from error
    finally:
        fresh.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _read(path: Path) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        raise Unavailable("A key of the vault is not in the key directory.") from None
    try:
        if stat.S_IMODE(os.fstat(fd).st_mode) & 0o077:
            raise Unavailable("A key of the vault may be read by others; make it mode 600.")
        key = os.read(fd, KEY_BYTES + 1)
    finally:
        os.close(fd)
    if len(key) != KEY_BYTES:
        raise Unavailable("A key of the vault is damaged; restore it from its backup.")
    return key
