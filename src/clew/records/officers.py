"""Officers: who they are, for whom they act, whether they may act now, and how they sign in."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from clew.domain.errors import Invalid, NotAdmitted, NotVisible
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.retention import calendar_of
from clew.domain.suspension import REFUSALS, Standing
from clew.records.outages import reached
from clew.records.session import Session

NUL = "\0"
"""No text of PostgreSQL holds it, so there is no officer of a name with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An officer as sign-in sees one; `role` and `ends_at` are absent before the first certification."""

    officer: str
    member: str
    unit: str
    role: Role | None
    standing: Standing
    ends_at: datetime | None
    has_second_factor: bool | None = None
    """Known on a roster only, as what follows."""
    has_passkey: bool | None = None
    signed_in_at: datetime | None = None
    """When the officer last came through the door; None where never, or where it is not asked."""


def enter(session: Session, username: str, *, member: str, unit: str) -> bool:
    """Enter an officer of a unit; whether the officer is new. Without a password nobody can sign in as one.

    Raises:
        Invalid: the name is another officer's, of whatever unit or member: which is not told.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into officers (username, password, member, unit, is_active) values (%s, %s, %s, %s, true)
            on conflict (username) do nothing""",
            [username, make_password(None), member, unit],
        )
        is_new = cursor.rowcount == 1
        cursor.execute("select member, unit from officers where username = %s", [username])
        if cursor.fetchone() != (member, unit):
            raise Invalid("This name is taken: choose another, such as one that ends in your country's code.")
    return is_new


def known(username: str) -> Known | None:
    """The officer of this name and whether they may act now; asked before anybody acts.

    Raises:
        Unavailable: the database is away now.
    """
    if NUL in username:
        return None
    with reached(), connection.cursor() as cursor:
        cursor.execute(
            "select officer, member, unit, role, standing, ends_at from clew_standing(%s)", [name_of(username)]
        )
        found = cursor.fetchone()
    return None if found is None else known_in(found)


def of_member(
    session: Session, *, after: str | None = None, limit: int | None = None, is_waiting: bool = False
) -> tuple[Known, ...]:
    """The officers of the actor's member by name; with `is_waiting` those who wait for a second person to certify them."""
    with session.cursor() as cursor:
        cursor.execute(
            "select known.officer, known.member, known.unit, known.role, known.standing, known.ends_at,"
            " exists (select from mfa_authenticator a where a.user_id = o.id),"
            " exists (select from mfa_authenticator a where a.user_id = o.id and a.type = 'webauthn'), o.last_login"
            " from officers o cross join lateral clew_standing(o.username) known where o.member = %(member)s"
            " and (%(after)s::text is null or o.username > %(after)s) and (not %(is_waiting)s or exists"
            " (select from certifications c where c.officer = o.username and c.state = 'proposed'))"
            " order by o.username limit %(limit)s",
            {"member": session.actor.member, "after": after, "is_waiting": is_waiting, "limit": limit},
        )
        return tuple(known_in(row) for row in cursor)


def actor_of(username: str) -> Actor:
    """The actor that the officer of this name is.

    Raises:
        NotVisible: there is no such officer.
        NotAdmitted: the officer may not act now.
        Unavailable: the database is away now.
    """
    found = known(username)
    if found is None:
        raise NotVisible("There is no such officer.")
    if found.standing is not Standing.ADMITTED or found.role is None:
        raise NotAdmitted(REFUSALS.get(found.standing, REFUSALS[Standing.NOT_CERTIFIED]))
    return Actor(officer=found.officer, member=found.member, unit=found.unit, role=found.role)


def has_second_factor(session: Session, username: str) -> bool:
    """Whether the officer ever came through the door with a second factor that is still there."""
    with session.cursor() as cursor:
        cursor.execute(
            "select exists (select from mfa_authenticator a join officers o on o.id = a.user_id where o.username = %s)",
            [name_of(username)],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def has_signed_in(session: Session, username: str) -> bool:
    """Whether the officer of the own member ever signed in, by whatever way, since the operator took lost keys away."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select exists (select from sign_ins s join officers o on o.username = s.officer
                            where s.officer = %s and s.began_at > coalesce(o.keys_forgotten_at, '-infinity'))""",
            [name_of(username)],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def forget_keys(session: Session, username: str) -> None:
    """Take the officer's password and second factors away: a lost key opens nothing any more."""
    with session.cursor() as cursor:
        cursor.execute(
            "delete from mfa_authenticator a using officers o where o.id = a.user_id and o.username = %s",
            [name_of(username)],
        )
        cursor.execute(
            "update officers set password = %s, keys_forgotten_at = clock_timestamp() where username = %s",
            [make_password(None), name_of(username)],
        )


def units() -> list[tuple[str, str]]:
    """(member, unit) of every unit that has, or ever had, an officer: whose records there may be."""
    with reached(), connection.cursor() as cursor:
        cursor.execute("select distinct member, unit from officers order by member, unit")
        return [(row[0], row[1]) for row in cursor.fetchall()]


def calendars() -> list[Actor]:
    """Of every one of those units the actor that does what its calendar says: no officer's sight is lent for that."""
    return [calendar_of(member, unit) for member, unit in units()]


def set_password(username: str, password: str) -> None:
    """The officer signs in with `password` from now on, and a second factor.

    Raises:
        Invalid: the node's settings do not allow the password.
        NotVisible: there is no such officer.
    """
    try:
        validate_password(password)
    except ValidationError:
        raise Invalid("A password has at least 12 characters and is none of those that everybody tries.") from None
    with connection.cursor() as cursor:
        cursor.execute(
            "update officers set password = %s where username = %s", [make_password(password), name_of(username)]
        )
        if cursor.rowcount == 0:
            raise NotVisible("There is no such officer.")


def known_in(row: tuple[object, ...]) -> Known:
    """The officer in a row of `clew_standing`."""
    officer, member, unit, role, standing, ends_at, *more = row
    has_second_factor, has_passkey, signed_in_at = more or (None, None, None)
    return Known(
        officer=officer, member=member, unit=unit, role=None if role is None else Role(role),
        standing=Standing(standing), ends_at=ends_at, has_second_factor=has_second_factor,
        has_passkey=has_passkey, signed_in_at=signed_in_at,
    )  # fmt: skip


def name_of(username: str) -> str:
    """The name as it is kept."""
    return username.strip().lower()
