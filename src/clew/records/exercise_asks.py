"""What officers asked for of the academy: an exercise each, how far it is, and its password until it is shown once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.exercise import (
    ASK_WAITS_HOURS_MAX,
    DRAWS_MAX,
    FAILURES,
    HOLDS_BACK_DAYS,
    KEPT_YEARS,
    AskState,
    Cast,
    Failure,
)
from clew.domain.officer import Role
from clew.records import sealed
from clew.records.session import Session
from clew.records.visibility import HOME, OFFICER, ROLE

PASSWORD = b"exercise_asks.password"
OLD = f"asked_at < transaction_timestamp() - interval '{KEPT_YEARS} years'"
_WAITS_TOO_LONG = f"state = '{AskState.WAITING}' and asked_at < transaction_timestamp() - interval '{ASK_WAITS_HOURS_MAX} hours'"
_OWN = f"officer = {OFFICER}"
_IS_OPERATOR = f"{ROLE} = '{Role.OPERATOR}'"
_OF_THE_OFFICER = (
    "exercise_id is null or exists (select from public.exercises e where e.id = exercise_asks.exercise_id"
    " and e.officer = exercise_asks.officer)"
)
RULES: Mapping[str, Mapping[str, str]] = {
    "exercise_asks": {
        "select": f"using (member = {HOME} and ({_OWN} or {_IS_OPERATOR} or {ROLE} = '{Role.CALENDAR}' and {OLD}))",
        "insert": (
            f"with check (member = {HOME} and {_OWN} and state = '{AskState.WAITING}' and draws = 0 and exists"
            " (select from public.officers o where o.username = exercise_asks.officer and o.member = exercise_asks.member))"
        ),
        # An officer does nothing but have the own password gone; the operator's process says what came of it.
        "update": (
            f"using (member = {HOME} and ({_IS_OPERATOR} or {_OWN} and state = '{AskState.READY}'))"
            f" with check (member = {HOME} and ({_IS_OPERATOR} or {_OWN} and state = '{AskState.READY}' and password = ''"
            f" and shown_at = transaction_timestamp()) and ({_OF_THE_OFFICER}))"
        ),
        "delete": f"using (member = {HOME} and {ROLE} = '{Role.CALENDAR}' and {OLD})",
    },
}
APP_GRANTS = {
    "exercise_asks": "select, insert, update (state, draws, failure, exercise_id, password, shown_at, ended_at), delete"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an officer asked for last. `account`: by what name the officer comes in, None until it is ready.

    `says_why`: what the officer is told where it has failed, else empty. `has_password`: it waits to be shown.
    """

    id: UUID
    asked_at: datetime
    state: AskState
    says_why: str
    exercise_id: UUID | None
    account: str | None
    has_password: bool


def add(session: Session) -> UUID | None:
    """The session's officer asks for an exercise; None if one waits to be drawn already."""
    with session.cursor() as cursor:
        cursor.execute(
            "insert into exercise_asks (member, officer) values (%s, %s)"
            f" on conflict (member, officer) where state = '{AskState.WAITING}' do nothing returning id",
            [session.actor.member, session.actor.officer],
        )
        row = cursor.fetchone()
    return None if row is None else row[0]


def latest(session: Session) -> Asked | None:
    """What the session's officer asked for last, or None."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id, asked_at, state, failure, exercise_id, password <> '' from exercise_asks where member = %s"
            " and officer = %s order by asked_at desc, id limit 1",
            [session.actor.member, session.actor.officer],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    account = None if row[4] is None else Cast.of(row[4], session.actor.officer).me
    says_why = FAILURES[Failure(row[3])] if row[3] else ""
    return Asked(
        id=row[0], asked_at=row[1], state=AskState(row[2]), says_why=says_why, exercise_id=row[4], account=account,
        has_password=row[5],
    )  # fmt: skip


def take(session: Session, ask: UUID) -> int | None:
    """As the operator, begin to draw what waits: how many times it was begun with this; None if it waits no more.

    What was begun `DRAWS_MAX` times waits no more.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"update exercise_asks set draws = draws + 1 where id = %s and state = '{AskState.WAITING}' and draws < %s"
            " returning draws",
            [ask, DRAWS_MAX],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def is_ready(session: Session, ask: UUID, exercise_id: UUID, password: str) -> None:
    """As the operator, note which exercise was drawn, and keep its password until the officer has it shown.

    The password of an earlier one is kept no longer.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update exercise_asks e set password = '' from exercise_asks a where a.id = %s and e.officer = a.officer"
            " and e.member = a.member and e.password <> ''",
            [ask],
        )
        cursor.execute(
            f"update exercise_asks set state = '{AskState.READY}', exercise_id = %s, password = %s,"
            f" ended_at = transaction_timestamp() where id = %s and state = '{AskState.WAITING}'",
            [exercise_id, sealed.note(session.actor.member, PASSWORD, password), ask],
        )


def has_failed(session: Session, ask: UUID, failure: Failure) -> bool:
    """As the operator, note why it could not be drawn; whether it waited until now."""
    return bool(_fail(session, failure, "id = %s", [ask]))


def fail_old(session: Session) -> tuple[UUID, ...]:
    """As the operator, note of what waits for too long that no worker drew it; which. Passwords that nobody asked for go."""
    with session.cursor() as cursor:
        cursor.execute(
            "update exercise_asks set password = '' where member = %s and password <> ''"
            f" and ended_at < transaction_timestamp() - interval '{HOLDS_BACK_DAYS} days'",
            [session.actor.member],
        )
    return _fail(session, Failure.UNFINISHED, _WAITS_TOO_LONG, [])


def _fail(session: Session, failure: Failure, where: str, values: list[object]) -> tuple[UUID, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            f"update exercise_asks set state = '{AskState.FAILED}', failure = %s, ended_at = transaction_timestamp()"
            f" where {where} and state = '{AskState.WAITING}' and member = %s returning id",
            [failure.value, *values, session.actor.member],
        )
        return tuple(row[0] for row in cursor)


def take_password(session: Session) -> tuple[UUID, str] | None:
    """The exercise and the password of what the session's officer asked for last, and it is kept no longer; or None."""
    member = session.actor.member
    with session.cursor() as cursor:
        cursor.execute(
            "select id, exercise_id, password from exercise_asks where member = %s and officer = %s and password <> ''"
            f" and state = '{AskState.READY}' order by asked_at desc, id limit 1 for update",
            [member, session.actor.officer],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(
            "update exercise_asks set password = '', shown_at = transaction_timestamp() where id = %s", [row[0]]
        )
    return row[1], sealed.words_of_note(member, PASSWORD, row[2])


def forget_password(session: Session, exercise_id: UUID) -> None:
    """As the operator, keep the password of an exercise no longer that is handed in: it opens nothing that is open."""
    with session.cursor() as cursor:
        cursor.execute(
            "update exercise_asks set password = '' where exercise_id = %s and password <> ''", [exercise_id]
        )


def end_old(session: Session) -> int:
    """As the calendar, let go what was asked for long ago; how many."""
    with session.cursor() as cursor:
        cursor.execute(f"delete from exercise_asks where {OLD}")
        return cursor.rowcount
