"""The operating-system user that runs PostgreSQL where Clew itself is run by root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from clew.domain.errors import Unavailable

NAME = "clew-postgres"
NAME_AS_LAST_RESORT = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of the operating system, by name and numbers."""

    name: str
    uid: int
    gid: int

    @property
    def is_self(self) -> bool:
        return self.uid == os.geteuid()


def own() -> Account:
    """Whoever runs this process.

    Raises:
        Unavailable: the user has a number but no name, so PostgreSQL cannot know it.
    """
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Unavailable("The user who runs Clew has no name in /etc/passwd; PostgreSQL needs one.") from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def for_postgres(say: Callable[[str], None]) -> Account:
    """The user PostgreSQL runs as: oneself, but never root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return own()
    if (account := _named(NAME)) is not None:
        return account
    if _add():
        say(f"PostgreSQL does not run as root: the system user {NAME} was added for it.")
    else:
        say(f"PostgreSQL does not run as root and the user {NAME} cannot be added: it runs as {NAME_AS_LAST_RESORT}.")
    account = _named(NAME) or _named(NAME_AS_LAST_RESORT)
    if account is None:
        raise Unavailable(f"PostgreSQL does not run as root: add a system user {NAME}.")
    return account


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _add() -> bool:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return False
    command = [useradd, "--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", NAME]
    subprocess.run(command, check=False, capture_output=True)  # noqa: S603 (a fixed command)
    return _named(NAME) is not None
