"""Decisions about retention: a longer end or none, appended, moved from state to state, never overwritten."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from clew.domain.agreement import State
from clew.domain.errors import NotVisible
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import Decision
from clew.records import sealed
from clew.records.session import Session
from clew.records.waiting import TO_KEEP_LONGER

REASON = b"retention_decisions.reason"
DECISIONS_PER_SUBJECT_MAX = 200


def add(
    session: Session, kind: SubjectKind, subject_id: UUID, until: date | None, reason: str, state: State
) -> UUID:
    """Append a decision of the session's officer about a subject of the own unit."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into retention_decisions (subject_kind, subject_id, member, unit, until, reason, state, proposed_by,
                                             proposed_at, decided_by, decided_at)
            values (%(kind)s, %(subject)s, %(member)s, %(unit)s, %(until)s, %(reason)s, %(state)s, %(officer)s,
                    clock_timestamp(), case when %(state)s = 'in-force' then %(officer)s end,
                    case when %(state)s = 'in-force' then clock_timestamp() end) returning id""",
            {
                "kind": kind.value, "subject": subject_id, "member": actor.member, "unit": actor.unit, "until": until,
                "reason": sealed.note(actor.member, REASON, reason), "state": state.value, "officer": actor.officer,
            },
        )  # fmt: skip
        return UUID(str(cursor.fetchone()[0]))


def get(session: Session, decision_id: UUID) -> Decision:
    """The own unit's decision, held until the transaction ends.

    Raises:
        NotVisible: the unit has none.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from retention_decisions where id = %s and member = %s and unit = %s",
            [decision_id, session.actor.member, session.actor.unit],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such decision.")
    return _decision(row)


def move(session: Session, decision_id: UUID, state: State) -> bool:
    """What was proposed has come to `state`, by the session's officer; whether it was still proposed."""
    with session.cursor() as cursor:
        cursor.execute(
            "update retention_decisions set state = %s, decided_by = %s, decided_at = clock_timestamp()"
            " where id = %s and state = 'proposed'",
            [state.value, session.actor.officer, decision_id],
        )
        return cursor.rowcount == 1


def proposed(session: Session, subject_ids: Sequence[UUID]) -> list[Decision]:
    """What was last proposed of each of these of the own unit, and nobody decided on; it may have lapsed meanwhile."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select distinct on (subject_id) {_COLUMNS} from retention_decisions"
            " where state = 'proposed' and subject_id = any(%s) and member = %s and unit = %s"
            " order by subject_id, proposed_at desc, id",
            [list(subject_ids), session.actor.member, session.actor.unit],
        )
        return [_decision(row) for row in cursor]


def waiting(session: Session, limit: int) -> list[UUID]:
    """Subjects of the own unit of which a longer end waits for the actor, those first that wait longest: they lapse first."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            f"select subject_id from retention_decisions where {TO_KEEP_LONGER}"
            " group by 1 order by min(proposed_at), 1 limit %(limit)s",
            {"member": actor.member, "unit": actor.unit, "officer": actor.officer, "limit": limit},
        )
        return [row[0] for row in cursor]


def of(session: Session, subject_id: UUID) -> list[Decision]:
    """What was decided about a subject of the own unit, the oldest first: the latest of it, where it is very much."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from retention_decisions where subject_id = %s and member = %s and unit = %s"
            " order by proposed_at desc, id desc limit %s",
            [subject_id, session.actor.member, session.actor.unit, DECISIONS_PER_SUBJECT_MAX],
        )
        return [_decision(row) for row in reversed(cursor.fetchall())]


_COLUMNS = "id, subject_kind, subject_id, until, reason, state, proposed_by, proposed_at, member"


def _decision(row: Sequence) -> Decision:
    return Decision(
        id=row[0], kind=SubjectKind(row[1]), subject_id=row[2], until=row[3],
        reason=sealed.words_of_note(row[8], REASON, row[4]), state=State(row[5]), proposed_by=row[6],
        proposed_at=row[7],
    )  # fmt: skip
