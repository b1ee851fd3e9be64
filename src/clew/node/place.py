"""Where a node's own PostgreSQL lies: its files, its socket, its locks."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from clew.node.account import Account
from clew.node.configuration import Configuration
from clew.node.folders import make_private

SHARED = Path("/var/lib/clew")
"""Where PostgreSQL lies if Clew is run by root: the user it runs as cannot enter root's home."""

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES_MAX = 107
"""What fits into `sockaddr_un` of Linux, less the closing zero byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Folders of one PostgreSQL. The locks stay with the node, the rest belongs to PostgreSQL's user."""

    locks: Path
    root: Path
    socket: Path

    @property
    def cluster(self) -> Path:
        return self.root / "cluster"

    @property
    def log(self) -> Path:
        return self.root / "postgresql.log"

    def make(self, account: Account) -> None:
        """Make the folders, each for its user alone."""
        make_private(self.locks)
        if not account.is_self:
            SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        for folder in (self.root, self.socket):
            make_private(folder, owner=(account.uid, account.gid))


def place_of(configuration: Configuration) -> Place:
    """The place of the node's PostgreSQL; nothing is made yet."""
    locks = configuration.postgres_folder
    root = SHARED / _short(configuration.node_home) if os.geteuid() == 0 else locks
    return Place(locks=locks, root=root, socket=_socket_folder(root))


def _socket_folder(root: Path) -> Path:
    folder = root / "socket"
    if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX:
        return folder
    # Not below XDG_RUNTIME_DIR or TMPDIR: every process of the node must come to the same folder.
    return Path("/tmp") / f"clew-{os.geteuid()}-{_short(root)}"  # noqa: S108 (made for one user, or refused)


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
