"""How a node reaches its database: which roles, over which socket or address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import psycopg
from psycopg.conninfo import conninfo_to_dict

from clew.domain.errors import Invalid
from clew.node.configuration import Configuration
from clew.node.place import place_of
from clew.records.roles import Roles

DATABASE = "clew"
OWNER = "clew_owner"
ACADEMY_DATABASE, ACADEMY_OWNER = "clew_academy", "clew_academy_owner"
SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFacts:
    """How the node reaches its database.

    `owner` owns the tables and migrates; `roles.app` is who everything else connects as.
    `owner_password` is None where the socket itself proves who connects, or the URL
    names none. `is_own` is true for the PostgreSQL that Clew runs itself.
    """

    is_own: bool
    database: str
    host: str
    port: str
    owner: str
    roles: Roles
    owner_password: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def as_owner(self) -> dict[str, str]:
        """Parameters of a connection as the owner, as libpq names them."""
        return self._parameters(self.owner, self.owner_password)

    def as_app(self, password: str) -> dict[str, str]:
        """The same as the application; the password counts only over the network."""
        return self._parameters(self.roles.app, None if self.is_own else password)

    def as_superuser(self) -> dict[str, str]:
        """The same as the superuser of the node's own PostgreSQL, in the database that always exists."""
        return self._parameters(SUPERUSER, None) | {"dbname": "postgres"}

    def _parameters(self, role: str, password: str | None) -> dict[str, str]:
        named = {"host": self.host, "port": self.port, "dbname": self.database, "user": role, "password": password}
        return {**self.options, **{name: value for name, value in named.items() if value}}


def facts(configuration: Configuration) -> ConnectionFacts:
    """How the node reaches its database; nothing is started or asked.

    Raises:
        Invalid: the URL names no database or no role.
    """
    if configuration.database_url is not None:
        return _facts_by_url(configuration.database_url.get_secret_value())
    database, owner = (ACADEMY_DATABASE, ACADEMY_OWNER) if configuration.academy else (DATABASE, OWNER)
    return ConnectionFacts(
        is_own=True,
        database=database,
        host=str(place_of(configuration).socket),
        port="5432",
        owner=owner,
        roles=Roles.of(database),
    )


def _facts_by_url(url: str) -> ConnectionFacts:
    try:
        named = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.Error:
        raise Invalid("CLEW_DATABASE_URL is no address of a database.") from None
    database, owner = named.pop("dbname", ""), named.pop("user", "")
    if not database or not owner:
        raise Invalid("CLEW_DATABASE_URL must name a role and a database: postgresql://role@host/database.")
    return ConnectionFacts(
        is_own=False,
        database=database,
        host=named.pop("host", ""),
        port=named.pop("port", ""),
        owner=owner,
        owner_password=named.pop("password", None),
        roles=Roles.of(database),
        options=MappingProxyType(named),
    )
