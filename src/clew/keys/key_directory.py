"""The key directory: owners' keys as files, outside the database and its backups."""

import re
import secrets
from pathlib import Path

from clew.domain.errors import Invalid, Unavailable
from clew.keys import files, wraps
from clew.keys.owner_keys import Wrapped, what_for

VERSIONS_MAX = 10_000
_MEMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def folder_of(folder: Path, member: str) -> Path:
    """The member's own folder below `folder`.

    Raises:
        Invalid: the code is no name of a folder.
    """
    if not _MEMBER.fullmatch(member):
        raise Invalid("A member's code is made of letters, digits, - and _.")
    return folder / member


class KeyDirectory:
    """Keys of every member, made at first use; two processes agree on the first one made.

    A member's folder holds `1`, `2`, …: the versions of its key, 32 bytes of chance each. The
    highest wraps, all unwrap. They open nothing by themselves: what they wrap lies elsewhere.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, int], bytes] = {}

    def newest(self, member: str) -> int:
        version = self._newest(member) or 1
        self._key(member, version, make=True)
        return version

    def renew(self, member: str) -> int:
        version = self._newest(member) + 1
        if version > VERSIONS_MAX:
            raise Invalid("This member's key was renewed too often.")
        self._key(member, version, make=True)
        return version

    def wrap(self, member: str, scope: str, key: bytes) -> Wrapped:
        version = self.newest(member)
        to = what_for(member, scope) + version.to_bytes(4)
        return Wrapped(version=version, sealed=wraps.wrap(key, key=self._key(member, version), to=to))

    def unwrap(self, member: str, scope: str, wrapped: Wrapped) -> bytes:
        to = what_for(member, scope) + wrapped.version.to_bytes(4)
        return wraps.unwrap(wrapped.sealed, key=self._key(member, wrapped.version), to=to)

    def destroy(self, member: str, scope: str) -> None:
        """Nothing: a directory holds nothing of a scope alone. Its wrapped key is what must be destroyed."""

    def _newest(self, member: str) -> int:
        try:
            names = [path.name for path in folder_of(self._folder, member).iterdir()]
        except FileNotFoundError:
            return 0
        return max((int(name) for name in names if name.isdecimal()), default=0)

    def _key(self, member: str, version: int, *, make: bool = False) -> bytes:
        known = self._known.get((member, version))
        if known is not None:
            return known
        path = folder_of(self._folder, member) / str(version)
        if make and not path.exists():
            files.make(path, secrets.token_bytes(wraps.KEY_BYTES))
        key = files.read(path)
        if len(key) != wraps.KEY_BYTES:
            raise Unavailable("A key is damaged; restore it from its backup.")
        self._known[member, version] = key
        return key
