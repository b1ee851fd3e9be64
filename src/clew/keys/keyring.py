"""The keyring: a key for each case, wrapped under its owner's key, one file each; to destroy it is to shred."""

import re
import secrets
import threading
import time
from pathlib import Path

from clew.domain.errors import Invalid, StepRefused, Unavailable
from clew.keys import files, wraps
from clew.keys.key_directory import folder_of
from clew.keys.owner_keys import OwnerKeys, Wrapped

MAGIC = b"clewkey1"
HEAD_BYTES = len(MAGIC) + 4
REMEMBERED_SECONDS = 60.0
DESTROYED = ".destroyed"

NAMES = "names"
"""The scope whose key names a member's blobs."""
OWN = "own"
"""The scope whose key seals what a member wrote that belongs to no single case."""
EXCHANGE = "exchange"
"""The scope whose key is the member's private key for what others release to it."""

_SCOPE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Keyring:
    """Keys by member and scope; shared by threads and by processes.

    `folder` holds, for each member, one file for each scope: magic, version of the owner's key
    (4 bytes, most significant first), and the wrapped key. Keys that were opened are remembered
    for a minute, so another process may go on with a destroyed one for as long.
    """

    def __init__(self, folder: Path, owners: OwnerKeys) -> None:
        self._folder = folder
        self.owners = owners
        self._known: dict[tuple[str, str, str], tuple[float, bytes]] = {}
        self._lock = threading.Lock()

    def key(self, member: str, scope: str, *, make: bool = False) -> bytes:
        """The key of the scope, 32 bytes.

        Raises:
            Unavailable: there is none and `make` is false: losing a key must not go unnoticed.
            StepRefused: it was destroyed, so none is made anew.
            Tampered: its file was changed.
        """
        known = self._remembered(member, scope, "")
        return self._opened(member, scope, make=make) if known is None else known

    def derived(self, member: str, scope: str, purpose: str, *, length: int = 32, make: bool = False) -> bytes:
        """A key for one purpose, derived from the scope's. Raises as `key`."""
        known = self._remembered(member, scope, purpose)
        if known is None:
            known = wraps.derived(self.key(member, scope, make=make), purpose, length=length)
            self._remember(member, scope, purpose, known)
        return known

    def scopes(self, member: str) -> list[str]:
        """Every scope of the member that has a key."""
        return sorted(path.name for path in self._entries(member) if _SCOPE.fullmatch(path.name))

    def destroyed(self, member: str) -> set[str]:
        """Every scope whose key was destroyed here."""
        ends = [path.name for path in self._entries(member) if path.name.endswith(DESTROYED)]
        return {name.removesuffix(DESTROYED) for name in ends}

    def members(self) -> list[str]:
        """Every member that has a key here."""
        return sorted(path.name for path in self._folder.iterdir()) if self._folder.exists() else []

    def destroy(self, member: str, scope: str) -> None:
        """Destroy the key of the scope for good, and leave a mark so that none is made anew."""
        path = self._path(member, scope)
        with files.alone_in(path.parent):
            files.make(path.with_name(scope + DESTROYED), b"")
            files.destroy(path)
        self.owners.destroy(member, scope)
        with self._lock:
            self._known = {name: found for name, found in self._known.items() if name[:2] != (member, scope)}

    def version(self, member: str, scope: str) -> int:
        """The version of the owner's key under which the scope's key lies wrapped."""
        return _parsed(files.read(self._path(member, scope))).version

    def rewrap(self, member: str, scope: str) -> None:
        """Put the scope's key under the newest version of its owner's key; the key itself stays."""
        path = self._path(member, scope)
        with files.alone_in(path.parent):
            key = self.owners.unwrap(member, scope, _parsed(files.read(path)))
            files.replace(path, _written(self.owners.wrap(member, scope, key)))

    def _opened(self, member: str, scope: str, *, make: bool) -> bytes:
        path = self._path(member, scope)
        if make and not path.exists():
            self._make(path, member, scope)
        if not path.exists() and path.with_name(scope + DESTROYED).exists():
            raise StepRefused("The key of this case was destroyed.")
        key = self.owners.unwrap(member, scope, _parsed(files.read(path)))
        self._remember(member, scope, "", key)
        return key

    def _make(self, path: Path, member: str, scope: str) -> None:
        with files.alone_in(path.parent):
            if not path.exists() and not path.with_name(scope + DESTROYED).exists():
                files.make(path, _written(self.owners.wrap(member, scope, secrets.token_bytes(wraps.KEY_BYTES))))

    def _remembered(self, member: str, scope: str, purpose: str) -> bytes | None:
        known = self._known.get((member, scope, purpose))
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def _remember(self, member: str, scope: str, purpose: str, key: bytes) -> None:
        with self._lock:
            self._known[member, scope, purpose] = (time.monotonic() + REMEMBERED_SECONDS, key)

    def _path(self, member: str, scope: str) -> Path:
        if not _SCOPE.fullmatch(scope):
            raise Invalid("A scope of a key is made of small letters, digits and -.")
        return folder_of(self._folder, member) / scope

    def _entries(self, member: str) -> list[Path]:
        folder = folder_of(self._folder, member)
        return list(folder.iterdir()) if folder.exists() else []


def _written(wrapped: Wrapped) -> bytes:
    return MAGIC + wrapped.version.to_bytes(4) + wrapped.sealed


def _parsed(content: bytes) -> Wrapped:
    if len(content) <= HEAD_BYTES or not content.startswith(MAGIC):
        raise Unavailable("A wrapped key is damaged; restore it from its backup.")
    return Wrapped(version=int.from_bytes(content[len(MAGIC) : HEAD_BYTES]), sealed=content[HEAD_BYTES:])
