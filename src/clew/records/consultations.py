"""Consultations: questions to the owner of a record about which somebody asked another member, and its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from clew.domain.clock import RequestKind
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.request import CONSULTATIONS_PER_REQUEST_MAX, Consulted, View
from clew.records import sealed
from clew.records.session import Session

QUESTION = b"consultations.question"
ANSWER = b"consultations.answer"
TABLES_OF_RECORDS = ("cases", "exhibits", "series", "hash_lists", "media")
"""What a consultation can be about."""

_COLUMNS = (
    "id, request_id, member, owner, kind, record_id, question, asked_by, asked_at, ends_at, view, answer, answered_by,"
    " answered_at, ended_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """What `member` asks of `owner` about one of its records, or about none by name; `view` is None until it answers."""

    id: UUID
    request_id: UUID
    member: str
    owner: str
    kind: RequestKind
    record_id: UUID | None
    question: str
    asked_by: str
    asked_at: datetime
    ends_at: datetime
    view: View | None
    answer: str
    answered_by: str | None
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def consulted(self) -> Consulted:
        """What the rules ask of it."""
        return Consulted(view=self.view, ends_at=self.ends_at)


def add(
    session: Session, request_id: UUID, kind: RequestKind, owner: str, record_id: UUID | None, question: str,
    ends_at: datetime,
) -> UUID:  # fmt: skip
    """Ask `owner`, whose officers read the question; the request stays the actor's member's."""
    actor, identifier = session.actor, uuid4()
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into consultations (id, request_id, member, owner, kind, record_id, question, asked_by, ends_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                identifier, request_id, actor.member, owner, kind.value, record_id,
                sealed.note(actor.member, QUESTION, question), actor.officer, ends_at,
            ],
        )  # fmt: skip
    return identifier


def of(session: Session, request_id: UUID) -> tuple[Consultation, ...]:
    """Those of a request of the actor's member, in the order in which they were asked."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from consultations where request_id = %s and member = %s order by asked_at, id limit %s",
            [request_id, session.actor.member, CONSULTATIONS_PER_REQUEST_MAX],
        )
        return tuple(map(_consultation, cursor.fetchall()))


def asked_of(session: Session, limit: int) -> tuple[Consultation, ...]:
    """What others ask the actor's member: first what waits for an answer, then the latest of the rest."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from consultations where owner = %s
             order by (answered_at is null and ended_at is null and ends_at > now()) desc,
                      case when answered_at is null and ended_at is null and ends_at > now() then ends_at end,
                      asked_at desc, id limit %s""",
            [session.actor.member, limit],
        )
        return tuple(map(_consultation, cursor.fetchall()))


def get(session: Session, identifier: UUID) -> Consultation:
    """What another member asks the actor's.

    Raises:
        NotVisible: nobody asked, or it is not the actor's to answer.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from consultations where id = %s and owner = %s", [identifier, session.actor.member]
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such consultation.")
    return _consultation(row)


def answer(session: Session, consultation: Consultation, view: View, words: str) -> None:
    """Keep the view of the owner.

    Raises:
        StepRefused: it was answered, ended or ran out meanwhile.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update consultations set view = %s, answer = %s, answered_by = %s, answered_at = clock_timestamp()"
            " where id = %s and answered_at is null and ended_at is null",
            [view.value, sealed.note(consultation.owner, ANSWER, words), session.actor.officer, consultation.id],
        )
        if cursor.rowcount != 1:
            raise StepRefused("This consultation is over: no answer is needed any more.")


def end(session: Session, request_id: UUID) -> int:
    """The request is decided: what was not answered needs no answer any more; how many."""
    with session.cursor() as cursor:
        cursor.execute(
            "update consultations set ended_at = clock_timestamp()"
            " where request_id = %s and member = %s and answered_at is null and ended_at is null",
            [request_id, session.actor.member],
        )
        return cursor.rowcount


def _consultation(row: Sequence) -> Consultation:
    asker, owner = row[2], row[3]
    return Consultation(
        id=row[0], request_id=row[1], member=asker, owner=owner, kind=RequestKind(row[4]), record_id=row[5],
        question=sealed.words_of_note(asker, QUESTION, row[6]), asked_by=row[7], asked_at=row[8], ends_at=row[9],
        view=None if row[10] is None else View(row[10]), answer=sealed.words_of_note(owner, ANSWER, row[11]),
        answered_by=row[12], answered_at=row[13], ended_at=row[14],
    )  # fmt: skip


def owner_of_record(session: Session, record_id: UUID) -> str:
    """The member whose record this is, as far as the actor sees it.

    Raises:
        NotVisible: there is no such record, or the actor may not see it.
    """
    with session.cursor() as cursor:
        cursor.execute(
            " union all ".join(f"select owner_member from {table} where id = %(id)s" for table in TABLES_OF_RECORDS) + " limit 1",
            {"id": record_id},
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such record.")
    return row[0]
