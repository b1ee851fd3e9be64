"""Officers: who they are, for whom they act, and how they sign in."""

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, connections, transaction

from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor
from clew.records.outages import reached


def add(username: str, *, member: str, unit: str) -> None:
    """Add an officer of a unit, which is added where it is new. Done as the node's owner.

    The same again changes nothing. Without a password nobody can sign in as the officer.

    Raises:
        Invalid: the name is of no use, the member is not known, or the name is another officer's.
    """
    name, code, team = _name(username), member.strip().upper(), unit.strip().upper()
    if not name or not team:
        raise Invalid("An officer has a name and a unit.")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select from members where code = %s", [code])
        if cursor.fetchone() is None:
            raise Invalid("The member is not known: add it first with clew member add.")
        cursor.execute("insert into units (member, code) values (%s, %s) on conflict do nothing", [code, team])
        cursor.execute(
            """
            insert into officers (username, password, member, unit, is_active) values (%s, %s, %s, %s, true)
            on conflict (username) do nothing""",
            [name, make_password(None), code, team],
        )
        cursor.execute("select member, unit from officers where username = %s", [name])
        if cursor.fetchone() != (code, team):
            raise Invalid("An officer of that name works for another unit.")


def actor_of(username: str) -> Actor:
    """The actor that the officer of this name is.

    Raises:
        NotVisible: there is none, or the officer no longer works here.
        Unavailable: the database is away now.
    """
    with reached(), connection.cursor() as cursor:
        cursor.execute(
            "select username, member, unit from officers where username = %s and is_active", [_name(username)]
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such officer.")
    return Actor(officer=found[0], member=found[1], unit=found[2])


def set_password(username: str, password: str) -> None:
    """The officer signs in with `password` from now on. Done as the node's owner.

    Raises:
        NotVisible: there is no such officer.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "update officers set password = %s where username = %s", [make_password(password), _name(username)]
        )
        if cursor.rowcount == 0:
            raise NotVisible("There is no such officer.")


def check(username: str, password: str) -> bool:
    """Whether `password` is the officer's; as slow for a name that nobody has."""
    with connection.cursor() as cursor:
        cursor.execute("select password from officers where username = %s and is_active", [_name(username)])
        found = cursor.fetchone()
    if found is None:
        make_password(password)
        return False
    return check_password(password, found[0])


def _name(username: str) -> str:
    return username.strip().lower()
