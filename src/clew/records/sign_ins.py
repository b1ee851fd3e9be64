"""Sign-ins: begun, looked at on every request, ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from clew.domain.sign_in import BROWSER_CHARACTERS_MAX, IDLE_MAX, LENGTH_MAX, Way
from clew.domain.suspension import Scope
from clew.records.officers import Known, known_in, name_of
from clew.records.outages import reached
from clew.records.session import Session

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sign-in that still holds."""

    id: UUID
    way: Way
    browser: str
    began_at: datetime
    seen_at: datetime


def begin(session: Session, way: Way, browser: str) -> UUID:
    """A new sign-in of the actor."""
    identifier, actor = uuid4(), session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "insert into sign_ins (id, officer, member, unit, way, browser) values (%s, %s, %s, %s, %s, %s)",
            [identifier, actor.officer, actor.member, actor.unit, way, browser[:BROWSER_CHARACTERS_MAX]],
        )
    return identifier


def at_the_door(username: str, sign_in: UUID | None, *, is_activity: bool) -> tuple[Known | None, str | None]:
    """The officer of this name, and whose sign-in it is if it still holds; one question for each request.

    With `is_activity` the sign-in then holds on.

    Raises:
        Unavailable: the database is away now.
    """
    with reached(), connection.cursor() as cursor:
        cursor.execute(
            "select known.officer, known.member, known.unit, known.role, known.standing, known.ends_at,"
            " clew_sign_in(%s, %s, %s, %s) from clew_standing(%s) known",
            [sign_in, is_activity, IDLE_MAX, LENGTH_MAX, name_of(username)],
        )
        found = cursor.fetchone()
    return (None, None) if found is None else (known_in(found[:6]), found[6])


def officer_of(sign_in: UUID, *, is_activity: bool) -> str | None:
    """Whose sign-in it is, if it still holds. With `is_activity` it then holds on."""
    with connection.cursor() as cursor:
        cursor.execute("select clew_sign_in(%s, %s, %s, %s)", [sign_in, is_activity, IDLE_MAX, LENGTH_MAX])
        row = cursor.fetchone()
    return None if row is None or row[0] is None else str(row[0])


def own(session: Session) -> tuple[Line, ...]:
    """The actor's sign-ins that hold, the latest used first; `SHOWN_MAX` at most."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id, way, browser, began_at, seen_at from sign_ins where officer = %s and ended_at is null"
            " and seen_at > now() - %s and began_at > now() - %s order by seen_at desc, id limit %s",
            [session.actor.officer, IDLE_MAX, LENGTH_MAX, SHOWN_MAX],
        )
        return tuple(
            Line(id=row[0], way=Way(row[1]), browser=row[2], began_at=row[3], seen_at=row[4]) for row in cursor
        )


def end(session: Session, sign_in: UUID) -> bool:
    """End one of the actor's own; whether there was one to end."""
    with session.cursor() as cursor:
        cursor.execute(
            "update sign_ins set ended_by = %s, ended_at = clock_timestamp()"
            " where id = %s and officer = %s and ended_at is null",
            [session.actor.officer, sign_in, session.actor.officer],
        )
        return cursor.rowcount == 1


def end_all(session: Session, scope: Scope) -> int:
    """End every sign-in of officers in `scope`; how many."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            update sign_ins set ended_by = %s, ended_at = clock_timestamp()
             where ended_at is null and member = %s and (%s::text is null or unit = %s::text)
               and (%s::text is null or officer = %s::text)""",
            [session.actor.officer, scope.member, scope.unit, scope.unit, scope.officer, scope.officer],
        )
        return cursor.rowcount
