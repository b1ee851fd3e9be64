"""Questions of the own unit and those that were put to it, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.rows import TupleRow

from clew.domain.errors import NotVisible, StepRefused
from clew.domain.question import About, Answer, Kind, Said, reference_in
from clew.records.session import Session
from clew.records.several import several
from clew.records.waiting import ASKED

PARTIES_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the actor's unit sees it. `about` names the record where the unit may see it; else it is empty.

    `about_owner`: whose record that is, None where it is not seen. `is_unread`: something was said in it that the officer has not read.
    """

    id: UUID
    reference: str
    member: str
    unit: str
    kind: Kind
    about_kind: About
    about_id: UUID
    about: str
    about_owner: str | None
    crop_id: UUID | None
    language: str
    due_on: date
    asked_by: str
    asked_at: datetime
    closed_at: datetime | None
    is_unread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a unit answered, and when; `by` is an officer of the actor's own member, or empty."""

    id: UUID
    message_id: UUID
    answer: Answer
    member: str
    unit: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who was asked, by the correspondence with them; `answers` are theirs, the latest first."""

    correspondence_id: UUID
    member: str
    units: tuple[str, ...]
    is_closed: bool
    answers: tuple[Given, ...]


def add(
    session: Session, kind: Kind, about: tuple[About, UUID], crop_id: UUID | None, language: str, due_on: date
) -> tuple[UUID, str]:
    """Keep a question of the actor's unit; its identifier and reference."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into questions (member, unit, kind, about_kind, about_id, crop_id, language, due_on, asked_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning id, reference""",
            [
                actor.member, actor.unit, kind.value, about[0].value, about[1], crop_id, language, due_on, actor.officer,
            ],
        )  # fmt: skip
        made = cursor.fetchone()
        return made[0], str(made[1])


def find(session: Session, reference: str) -> Question:
    """The question of that reference that the unit asked or was asked.

    Raises:
        NotVisible: there is none, or the unit has no part in it.
    """
    kept = reference_in(reference)
    rows = _rows(session, "q.reference = %(reference)s", {"reference": kept}) if kept else ()
    if not rows:
        raise NotVisible("There is no such question.")
    return rows[0]


def page(
    session: Session, limit: int, after: UUID | None = None, *, is_own: bool, is_waiting: bool = False
) -> tuple[Question, ...]:
    """Questions that the unit asked, or that it was asked, or of these those that wait for its answer; the latest first."""
    whose = "(q.member, q.unit) = (%(member)s, %(unit)s)"
    return _rows(
        session,
        f"""{whose if is_own else f"not {whose}"} {f"and {_WAITS}" if is_waiting else ""}
            and (%(after)s::uuid is null or (q.asked_at, q.id) < (select a.asked_at, a.id from questions a where a.id = %(after)s))
          order by q.asked_at desc, q.id desc limit %(limit)s""",
        {"member": session.actor.member, "unit": session.actor.unit, "after": after, "limit": limit},
    )


def open_about(session: Session, record_ids: Sequence[UUID], limit: int) -> tuple[Question, ...]:
    """Own questions about these records that are open, the latest first."""
    return _rows(
        session,
        """q.about_id = any(%(ids)s) and q.closed_at is null and (q.member, q.unit) = (%(member)s, %(unit)s)
           order by q.asked_at desc, q.id limit %(limit)s""",
        {
            "ids": list(record_ids), "member": session.actor.member, "unit": session.actor.unit, "limit": limit,
        },
    )  # fmt: skip


def parties(session: Session, question_id: UUID) -> tuple[Party, ...]:
    """Those who were asked, as far as the unit sees them: all of its own question, itself of another's."""
    given, asked = several(session, lambda one: _given(one, question_id), lambda one: _asked(one, question_id))
    return tuple(
        Party(
            correspondence_id=row[0], member=row[1], units=tuple(row[2]), is_closed=row[3],
            answers=tuple(given.get(row[0], ())),
        )
        for row in asked
    )  # fmt: skip


def _given(session: Session, question_id: UUID) -> dict[UUID, list[Given]]:
    """By correspondence: what was answered, the latest first."""
    given: dict[UUID, list[Given]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            """
            select correspondence_id, id, said, country, member, unit, answered_by, answered_at, message_id
              from question_answers
             where question_id = %s order by answered_at desc, id limit %s""",
            [question_id, PARTIES_SHOWN_MAX * 5],
        )
        for row in cursor:
            by = row[6] if row[4] == session.actor.member else ""
            answer = Answer(said=Said(row[2]), country=row[3])
            given.setdefault(row[0], []).append(
                Given(id=row[1], message_id=row[8], answer=answer, member=row[4], unit=row[5], by=by, at=row[7])
            )
    return given


def _asked(session: Session, question_id: UUID) -> list[TupleRow]:
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id, to_member, to_units, closed_at is not null from correspondences
             where subject_kind = 'question' and subject_id = %s order by to_member, to_units, id limit %s""",
            [question_id, PARTIES_SHOWN_MAX],
        )
        return cursor.fetchall()


def answer(session: Session, question_id: UUID, correspondence_id: UUID, message_id: UUID, given: Answer) -> UUID:
    """Keep what the actor's unit answers; what it said before stays, and counts no more."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into question_answers (question_id, correspondence_id, message_id, member, unit, said, country, answered_by,
                                          answered_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp()) returning id""",
            [
                question_id, correspondence_id, message_id, actor.member, actor.unit, given.said.value, given.country,
                actor.officer,
            ],
        )  # fmt: skip
        return UUID(str(cursor.fetchone()[0]))


def close(session: Session, question_id: UUID) -> None:
    """The asker needs nothing more, of nobody.

    Raises:
        StepRefused: it is closed already.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update questions set closed_by = %s, closed_at = now() where id = %s and closed_at is null",
            [session.actor.officer, question_id],
        )
        if cursor.rowcount != 1:
            raise StepRefused("This question is closed.")
        cursor.execute(
            "update correspondences set closed_by = %s, closed_at = now()"
            " where subject_kind = 'question' and subject_id = %s and closed_at is null",
            [session.actor.officer, question_id],
        )


def _rows(session: Session, condition: str, values: dict[str, object]) -> tuple[Question, ...]:
    with session.cursor() as cursor:
        cursor.execute(f"{_QUESTIONS} where {condition}", {**values, "me": session.actor.officer})
        return tuple(_question(session, row) for row in cursor)


_WAITS = f"exists (select from correspondences c where c.subject_kind = 'question' and c.subject_id = q.id and {ASKED})"
_QUESTIONS = """
    select q.id, q.reference, q.member, q.unit, q.kind, q.about_kind, q.about_id,
           coalesce(s.reference, p.reference, encode(m.name, 'hex'), e.id::text, ''), q.crop_id, q.language, q.due_on, q.asked_by,
           q.asked_at, q.closed_at,
           exists (select from correspondences c join messages w on w.correspondence_id = c.id
                    where c.subject_kind = 'question' and c.subject_id = q.id and w.written_by <> %(me)s
                      and not exists (select from correspondence_reads r where r.correspondence_id = c.id
                                         and r.officer = %(me)s and r.read_at >= w.written_at)),
           coalesce(s.owner_member, p.owner_member, m.owner_member, e.owner_member)
      from questions q
      left join series s on q.about_kind = 'series' and s.id = q.about_id
      left join places p on q.about_kind = 'place' and p.id = q.about_id
      left join media m on q.about_kind = 'medium' and m.id = q.about_id
      left join clues e on q.about_kind = 'clue' and e.id = q.about_id
"""


def _question(session: Session, row: Sequence) -> Question:
    return Question(
        id=row[0], reference=row[1], member=row[2], unit=row[3], kind=Kind(row[4]), about_kind=About(row[5]),
        about_id=row[6], about=row[7], crop_id=row[8], language=row[9], due_on=row[10],
        asked_by=row[11] if row[2] == session.actor.member else "", asked_at=row[12], closed_at=row[13],
        is_unread=row[14], about_owner=row[15],
    )  # fmt: skip
