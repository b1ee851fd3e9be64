"""Changes of handling: appended, and moved from state to state; what they gave is never overwritten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from psycopg.rows import TupleRow

from clew.domain.agreement import State
from clew.domain.cover import Cover
from clew.domain.errors import NotVisible
from clew.domain.handling import Audience, Handling, from_circles, handled
from clew.domain.handling_change import Change, SubjectKind
from clew.records import covers, sealed
from clew.records.handlings import Subject
from clew.records.session import Session, handling_columns

CHANGES_PER_SUBJECT_MAX = 1_000
REASON = b"handling_changes.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A change with the subject that it is for."""

    subject_kind: SubjectKind
    subject_id: UUID
    change: Change


def of(session: Session, subject_ids: Sequence[UUID]) -> dict[UUID, list[Change]]:
    """The changes of each of the own unit's subjects, in the order in which they were made."""
    return _by_subject(_all_kept(session, _rows(session, subject_ids)))


def of_handling(session: Session, subject_ids: Sequence[UUID]) -> dict[UUID, list[Change]]:
    """The same without changes of words: of subjects for whose handling nothing was decided there are none."""
    return _by_subject([_kept(row, None) for row in _rows(session, subject_ids) if row[13] is None])


def _rows(session: Session, subject_ids: Sequence[UUID]) -> list[TupleRow]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from (
                select h.*, row_number() over (partition by h.subject_id
                                               order by h.state = %s desc, h.proposed_at desc, h.id desc) as nth
                  from handling_changes h where h.subject_id = any(%s) and h.owner_member = %s and h.owner_unit = %s) h
             where nth <= %s order by proposed_at, id""",
            [
                State.IN_FORCE.value, list(subject_ids), session.actor.member, session.actor.unit,
                CHANGES_PER_SUBJECT_MAX,
            ],
        )  # fmt: skip
        return cursor.fetchall()


def _by_subject(every: Iterable[Kept]) -> dict[UUID, list[Change]]:
    found: dict[UUID, list[Change]] = {}
    for kept in every:
        found.setdefault(kept.subject_id, []).append(kept.change)
    return found


def get(session: Session, change_id: UUID) -> Kept:
    """The own unit's change, held until the transaction ends.

    Raises:
        NotVisible: the unit has none.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from handling_changes where id = %s and owner_member = %s and owner_unit = %s for update",
            [change_id, session.actor.member, session.actor.unit],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such change of handling.")
    return _all_kept(session, [row])[0]


def add(
    session: Session, subject: Subject, given: Handling, reason: str, state: State, until: date | None,
    *, cover: Cover | None = None, reaches_own: bool = False,
) -> UUID:  # fmt: skip
    """Append a change of the session's officer: of handling, or with a `cover` of its words."""
    actor = session.actor
    seen = handled(owner_member=actor.member, owner_unit=actor.unit, audience=Audience.MEMBER)
    cover_id = None if cover is None else covers.keep(session, seen, cover)
    columns = handling_columns(given)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into handling_changes (subject_kind, subject_id, state, reason, until, given_audience, given_members,
                                          given_excluded, given_cover_id, reaches_own, proposed_by, proposed_at,
                                          owner_member, owner_unit, audience, members, excluded)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), %s, %s, %s, %s, %s) returning id""",
            [
                subject.kind.value, subject.id, state.value, sealed.note(actor.member, REASON, reason), until, columns["audience"], columns["members"],
                columns["excluded"], cover_id, reaches_own, actor.officer, *handling_columns(seen).values(),
            ],
        )  # fmt: skip
        return cursor.fetchone()[0]


def move(session: Session, change_id: UUID, state: State) -> None:
    """The change has come to `state`, by the session's officer."""
    with session.cursor() as cursor:
        cursor.execute(
            "update handling_changes set state = %s, decided_by = %s, decided_at = now() where id = %s",
            [state.value, session.actor.officer, change_id],
        )


def due(session: Session, today: date, limit: int) -> list[Kept]:
    """The own unit's restrictions whose end has come, the oldest first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from handling_changes where state = %s and until <= %s and owner_member = %s"
            " and owner_unit = %s order by until, id limit %s",
            [State.IN_FORCE.value, today, session.actor.member, session.actor.unit, limit],
        )
        return _all_kept(session, cursor.fetchall())


def widening_needs_second(session: Session) -> bool:
    """Whether the own member's administrator asks for a second officer where a handling is widened."""
    with session.cursor() as cursor:
        cursor.execute("select widening_needs_second from member_rules where member = %s", [session.actor.member])
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def ask_for_second(session: Session, *, is_asked: bool) -> None:
    """Set that rule of the own member."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into member_rules (member, widening_needs_second, changed_by) values (%s, %s, %s)
            on conflict (member) do update set widening_needs_second = excluded.widening_needs_second,
                changed_by = excluded.changed_by, changed_at = now()""",
            [session.actor.member, is_asked, session.actor.officer],
        )


_COLUMNS = (
    "subject_kind, subject_id, id, state, reason, until, given_audience, given_members, given_excluded, proposed_by,"
    " proposed_at, owner_member, owner_unit, given_cover_id, reaches_own"
)


def _all_kept(session: Session, rows: Sequence[Sequence]) -> list[Kept]:
    asked = {row[13] for row in rows if row[13] is not None}
    given = covers.of(session, asked) if asked else {}
    return [_kept(row, given.get(row[13])) for row in rows]


def _kept(row: Sequence, cover: Cover | None) -> Kept:
    return Kept(
        subject_kind=SubjectKind(row[0]),
        subject_id=row[1],
        change=Change(
            id=row[2], state=State(row[3]), reason=sealed.words_of_note(row[11], REASON, row[4]), until=row[5], proposed_by=row[9], proposed_at=row[10],
            given=from_circles(
                row[6], members=row[7], excluded=row[8], owner_member=row[11], owner_unit=row[12]
            ),
            cover=cover, reaches_own=row[14],
        ),
    )  # fmt: skip
