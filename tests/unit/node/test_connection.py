"""How a node reaches a database by URL: the owner as the URL says, the application by its own role."""

import pytest

from clew.domain.errors import Invalid
from clew.node.configuration import Configuration
from clew.node.connection import facts


def by_url(url: str) -> Configuration:
    return Configuration(database_url=url, home="/somewhere")


def test_the_application_goes_the_owners_way_under_its_own_name() -> None:
    found = facts(by_url("postgresql://keeper:secret@host:6543/evidence?sslmode=verify-full"))
    way = {"host": "host", "port": "6543", "dbname": "evidence", "sslmode": "verify-full"}
    assert found.as_owner() == way | {"user": "keeper", "password": "secret"}
    assert found.as_app("its own") == way | {"user": "clew_app_evidence", "password": "its own"}


def test_the_owners_password_does_not_show() -> None:
    assert "secret" not in repr(facts(by_url("postgresql://keeper:secret@host/evidence")))


@pytest.mark.parametrize("url", ["postgresql://host", "postgresql://keeper@host", "mysql://a@b/c", "nonsense"])
def test_an_address_without_role_or_database_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="CLEW_DATABASE_URL"):
        facts(by_url(url))
