"""Folders of a node that nobody else may enter."""

import os
import stat
from pathlib import Path

from clew.domain.errors import Unavailable


def make_private(folder: Path, *, owner: tuple[int, int] | None = None) -> Path:
    """Make `folder`, for its owner alone (mode 0700); parents keep the mode they have.

    `owner` is a user and a group by number; absent: whoever runs this.

    Raises:
        Unavailable: it cannot be made, or it is not what this would have made.
    """
    uid, gid = owner or (os.geteuid(), os.getegid())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
            raise Unavailable("A folder of this node is a link or belongs to somebody else: choose another CLEW_HOME.")
        if found.st_uid != uid:
            os.chown(folder, uid, gid)
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError as refused:
        raise Unavailable(f"A folder of this node cannot be made: {refused.strerror}.") from refused
    return folder
