"""Exercises of officers: when they began and what came of them; and, in the academy, what is right in each."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from clew.domain.errors import NotVisible
from clew.domain.exercise import (
    ASKED_AFTER_MAX,
    HOLDS_BACK_DAYS,
    KEPT_YEARS,
    VERSION,
    Answers,
    Part,
    Question,
    Result,
    counts_until,
)
from clew.domain.officer import Role
from clew.records.roles import Roles
from clew.records.session import Session
from clew.records.visibility import HOME, OFFICER, ROLE

OLD = f"coalesce(ended_at, begun_at) < transaction_timestamp() - interval '{KEPT_YEARS} years'"
RULES: Mapping[str, Mapping[str, str]] = {
    "exercises": {
        "select": (
            f"using (member = {HOME} and (officer = {OFFICER} or {ROLE} in ('{Role.NATIONAL_ADMINISTRATOR}',"
            f" '{Role.OPERATOR}') or {ROLE} = '{Role.CALENDAR}' and {OLD}))"
        ),
        "insert": (
            f"with check (member = {HOME} and {ROLE} = '{Role.OPERATOR}' and begun_by = {OFFICER} and ended_at is null"
            " and exists (select from public.officers o where o.username = exercises.officer and o.member = exercises.member))"
        ),
        "update": (
            f"using (member = {HOME} and {ROLE} = '{Role.OPERATOR}' and ended_at is null)"
            f" with check (member = {HOME} and ended_at = transaction_timestamp())"
        ),
        "delete": f"using (member = {HOME} and {ROLE} = '{Role.CALENDAR}' and {OLD})",
    },
    "exercise_truths": {},
}
APP_GRANTS = {"exercises": "select, insert, update (ended_at, points, has_passed, parts, remarks), delete"}
BLIND_GRANTS = {
    "exercise_truths": "select, insert",
    # What a coordinator of another member is told: that somebody passed, and when.
    "exercises": "select (member, officer, ended_at, has_passed)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An exercise of an officer; `result` is None until it is handed in."""

    id: UUID
    officer: str
    version: str
    briefing: str
    begun_at: datetime
    ended_at: datetime | None
    result: Result | None


def is_academy() -> bool:
    """Whether this is an academy, in whose exercises is worked."""
    return bool(settings.CLEW_IS_ACADEMY)


def begin(session: Session, exercise_id: UUID, officer: str, briefing: str = "") -> None:
    """Note that an officer of the actor's member begins an exercise."""
    with session.cursor() as cursor:
        cursor.execute(
            "insert into exercises (id, member, officer, version, briefing, begun_by) values (%s, %s, %s, %s, %s, %s)",
            [exercise_id, session.actor.member, officer, VERSION, briefing, session.actor.officer],
        )


def end(session: Session, exercise_id: UUID, result: Result) -> None:
    """Note what came of an exercise, once.

    Raises:
        NotVisible: there is none of the actor's member that is not handed in.
    """
    parts = json.dumps({part.value: result.parts[part] for part in Part})
    with session.cursor() as cursor:
        cursor.execute(
            "update exercises set ended_at = transaction_timestamp(), points = %s, has_passed = %s, parts = %s::jsonb,"
            " remarks = %s where id = %s",
            [result.points, result.has_passed, parts, list(result.remarks), exercise_id],
        )
        if cursor.rowcount == 0:
            raise NotVisible("There is no such exercise that is not handed in.")


def get(session: Session, exercise_id: UUID) -> Line:
    """The exercise.

    Raises:
        NotVisible: there is none that the actor may see.
    """
    found = _lines(session, "id = %s", [exercise_id], 1)
    if not found:
        raise NotVisible("There is no such exercise.")
    return found[0]


def of_officer(session: Session, officer: str, limit: int) -> tuple[Line, ...]:
    """The latest exercises of one officer, as far as the actor may see them."""
    return _lines(session, "officer = %s", [officer], limit)


def under_way(session: Session, officer: str | None = None) -> tuple[Line, ...]:
    """Exercises of the actor's member, or of one officer, that were begun of late and are not handed in; latest first."""
    return _lines(
        session,
        "member = %s and (%s::text is null or officer = %s) and ended_at is null"
        f" and begun_at > transaction_timestamp() - interval '{HOLDS_BACK_DAYS} days'",
        [session.actor.member, officer, officer],
        ASKED_AFTER_MAX,
    )


def all_of_them(session: Session, limit: int) -> tuple[Line, ...]:
    """The latest exercises of the actor's member that the actor may see."""
    return _lines(session, "member = %s", [session.actor.member], limit)


def grounds(session: Session, officers: Iterable[str]) -> dict[str, date]:
    """By officer who passed an exercise: the last day on which it is ground for a certification."""
    with session.cursor() as cursor:
        cursor.execute(
            "select officer, max(ended_at) from exercises where has_passed and officer = any(%s) group by officer",
            [list(officers)],
        )
        return {officer: cast("date", counts_until([at])) for officer, at in cursor}


def is_needed(session: Session) -> bool:
    """Whether the node, or the own member, certifies only who has passed an exercise."""
    with session.cursor() as cursor:
        cursor.execute("select exercise_needed from member_rules where member = %s", [session.actor.member])
        row = cursor.fetchone()
    return bool(settings.CLEW_EXERCISE_NEEDED) or (row is not None and bool(row[0]))


def need(session: Session, *, is_needed: bool) -> None:
    """Set that rule of the own member."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into member_rules (member, widening_needs_second, exercise_needed, changed_by)
            values (%s, false, %s, %s)
            on conflict (member) do update set exercise_needed = excluded.exercise_needed,
                changed_by = excluded.changed_by, changed_at = now()""",
            [session.actor.member, is_needed, session.actor.officer],
        )


def end_old(session: Session) -> int:
    """As the calendar, let records of exercises go that are kept no longer; how many."""
    with session.cursor() as cursor:
        cursor.execute(f"delete from exercises where {OLD}")
        return cursor.rowcount


def _lines(session: Session, where: str, values: list[object], limit: int) -> tuple[Line, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            "select id, officer, version, briefing, begun_at, ended_at, points, has_passed, parts, remarks from exercises"
            f" where {where} order by begun_at desc, id limit %s",
            [*values, limit],
        )
        return tuple(
            Line(
                id=row[0], officer=row[1], version=row[2], briefing=row[3], begun_at=row[4], ended_at=row[5],
                result=None if row[5] is None else _result(*row[6:]),
            )
            for row in cursor
        )  # fmt: skip


def _result(points: int, has_passed: bool, parts: object, remarks: Iterable[str]) -> Result:
    kept = json.loads(parts) if isinstance(parts, str) else cast("Mapping[str, int]", parts)
    return Result(
        points=points, has_passed=has_passed, parts={Part(name): int(got) for name, got in kept.items()},
        remarks=tuple(remarks),
    )  # fmt: skip


# What is right, which no officer reads: by the owner of the tables, as the role that looks without eyes -------


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """What is right in an exercise; the own series that new media belong to, and the case of the seizure."""

    truth: Answers
    series: str
    case: str


def lay_out(exercise_id: UUID, laid: LaidOut) -> None:
    """Keep what is right in an exercise; it is never changed."""
    truth = {question.value: sorted(right) for question, right in laid.truth.items()}
    kept = json.dumps({"truth": truth, "series": laid.series, "case": laid.case})
    with transaction.atomic(using="owner"):
        _as_blind().execute("insert into exercise_truths (id, truth) values (%s, %s::jsonb)", [exercise_id, kept])


def laid_out(exercise_id: UUID) -> LaidOut:
    """What is right in an exercise.

    Raises:
        NotVisible: there is no such exercise.
    """
    with transaction.atomic(using="owner"):
        found = _as_blind().execute("select truth::text from exercise_truths where id = %s", [exercise_id]).fetchone()
    if found is None:
        raise NotVisible("There is no such exercise.")
    kept = json.loads(found[0])
    truth = {Question(name): frozenset(right) for name, right in kept["truth"].items()}
    return LaidOut(truth=truth, series=kept["series"], case=kept["case"])


def a_day_passes() -> None:
    """Lay back by a day what was noted and said of overlaps, so that their clock comes to it now.

    Raises:
        RuntimeError: this is no academy: nobody's clock is moved elsewhere.
    """
    if not is_academy():
        raise RuntimeError("time passes by itself where this is no academy")
    with transaction.atomic(using="owner"):
        cursor = _as_owner()
        for table, column in _MOMENTS.items():
            named = sql.Identifier(table), sql.Identifier(column)
            # The owner of the tables is under row security too; for this it is lifted and put back.
            cursor.execute(sql.SQL("alter table {} no force row level security").format(named[0]))
            cursor.execute(sql.SQL("update {} set {} = {} - interval '1 day'").format(named[0], named[1], named[1]))
            cursor.execute(sql.SQL("alter table {} force row level security").format(named[0]))
        cursor.execute("update overlap_clock set released_until = released_until - interval '1 day'")


_MOMENTS = {"overlaps": "noted_at", "overlap_modes": "changed_at", "overlap_grounds": "noted_at"}


def _as_owner() -> "psycopg.Cursor[psycopg.rows.TupleRow]":
    owner = connections["owner"]
    owner.ensure_connection()
    return psycopg.Cursor(cast("psycopg.Connection[psycopg.rows.TupleRow]", owner.connection))


def _as_blind() -> "psycopg.Cursor[psycopg.rows.TupleRow]":
    cursor = _as_owner()
    roles = Roles.of(str(connections["owner"].settings_dict["NAME"]))
    return cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(roles.blind)))
