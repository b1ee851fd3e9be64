"""Requests of people about their own data: kept sealed, moved from state to state, ended by the calendar alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

import psycopg

from clew.domain.clock import WARNING, Clock, RequestKind
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.request import Outcome, State
from clew.records import sealed
from clew.records.session import Session

REFERENCE = b"requests.reference"
APPLICANT = b"requests.applicant"
ASKED = b"requests.asked"
REASONS = b"requests.reasons"
TOLD = b"requests.told"

_COLUMNS = (
    "id, member, reference, kind, state, applicant, asked, received_on, due_on, ends_at, entered_by, admitted_at, outcome,"
    " reasons, decided_by, decided_at, told, closed_at"
)
_GONE_ON = "This request has gone on meanwhile: look again."
_ABSENT = "There is no such request."


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request with everything that was written about it; `reasons` and `told` are empty until there are any."""

    id: UUID
    member: str
    reference: str
    kind: RequestKind
    state: State
    applicant: str
    asked: str
    received_on: date
    due_on: date
    ends_at: datetime
    entered_by: str
    admitted_at: datetime | None
    outcome: Outcome | None
    reasons: str
    decided_by: str | None
    decided_at: datetime | None
    told: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many requests of a member are open, due soon and overdue, and how many consultations it has not answered."""

    open: int
    due_soon: int
    overdue: int
    unanswered: int


def add(session: Session, reference: str, clock: Clock, applicant: str, asked: str) -> UUID:
    """Enter a request that the actor's member received.

    Raises:
        Invalid: the member has one of this reference.
    """
    actor, identifier = session.actor, uuid4()
    try:
        with session.cursor() as cursor:
            cursor.execute(
                """
                insert into requests (id, member, reference, kind, applicant, asked, received_on, due_on, ends_at, entered_by)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
                [
                    identifier, actor.member, _sealed(actor.member, reference), clock.kind.value,
                    sealed.note(actor.member, APPLICANT, applicant), sealed.note(actor.member, ASKED, asked),
                    clock.received_on, clock.due_on, clock.ends_at, actor.officer,
                ],
            )  # fmt: skip
    except psycopg.errors.UniqueViolation:
        raise Invalid("Your member has a request of this reference already.") from None
    return identifier


def get(session: Session, reference: str) -> Request:
    """The request of this reference of the actor's member, held until the transaction ends.

    Raises:
        NotVisible: there is none, or it is not the actor's to examine.
    """
    return _one(session, "member = %s and reference = %s", [session.actor.member, _sealed(session.actor.member, reference)])


def by_id(session: Session, request_id: UUID) -> Request:
    """The same by its identifier."""
    return _one(session, "member = %s and id = %s", [session.actor.member, request_id])


def _one(session: Session, condition: str, values: Sequence[object]) -> Request:
    with session.cursor() as cursor:
        # A closed one is nobody's to change, and so not held.
        cursor.execute(f"select from requests where {condition} for update", values)
        cursor.execute(f"select {_COLUMNS} from requests where {condition}", values)
        row = cursor.fetchone()
    if row is None:
        raise NotVisible(_ABSENT)
    return _request(row)


def open_ones(session: Session, after: UUID | None, limit: int) -> list[Request]:
    """Requests that are not decided, those due first first; from the one that follows `after` on."""
    return _page(
        session, "decided_at is null and (%(after)s::uuid is null or (ends_at, id) >"
        " (select ends_at, id from requests where id = %(after)s)) order by ends_at, id", after, limit,
    )  # fmt: skip


def decided_ones(session: Session, after: UUID | None, limit: int) -> list[Request]:
    """Requests that are decided, the latest first; from the one that follows `after` on."""
    return _page(
        session, "decided_at is not null and (%(after)s::uuid is null or (decided_at, id) <"
        " (select decided_at, id from requests where id = %(after)s)) order by decided_at desc, id desc", after, limit,
    )  # fmt: skip


def _page(session: Session, condition: str, after: UUID | None, limit: int) -> list[Request]:
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from requests where member = %(member)s and {condition} limit %(limit)s",
            {"member": session.actor.member, "after": after, "limit": limit},
        )
        return [_request(row) for row in cursor.fetchall()]


def end_old(session: Session, limit: int) -> int:
    """End what the actor's member closed so long ago that it goes (`domain/request.KEPT_YEARS`); how many. The calendar's."""
    with session.cursor() as cursor:
        cursor.execute("select clew_end_requests(%s)", [limit])
        return int(cursor.fetchone()[0])


def due(session: Session) -> Due:
    """Numbers of the actor's member; all naught for who neither protects its data nor looks after it."""
    with session.cursor() as cursor:
        cursor.execute("select open, due_soon, overdue, unanswered from clew_requests_due(%s)", [WARNING])
        row = cursor.fetchone() or (0, 0, 0, 0)
    return Due(open=row[0], due_soon=row[1], overdue=row[2], unanswered=row[3])


def admit(session: Session, request: Request, state: State) -> None:
    """It is admissible from now on."""
    _move(session, request, "admitted_by = %s, admitted_at = clock_timestamp()", state, [session.actor.officer])


def decide(session: Session, request: Request, state: State, outcome: Outcome, reasons: str) -> None:
    """Keep what was decided, and why."""
    _move(
        session, request, "outcome = %s, reasons = %s, decided_by = %s, decided_at = clock_timestamp()", state,
        [outcome.value, sealed.note(request.member, REASONS, reasons), session.actor.officer],
    )  # fmt: skip


def close(session: Session, request: Request, state: State, told: str) -> None:
    """Keep how whoever asked was told."""
    _move(
        session, request, "told = %s, closed_by = %s, closed_at = clock_timestamp()", state,
        [sealed.note(request.member, TOLD, told), session.actor.officer],
    )  # fmt: skip


def _move(session: Session, request: Request, changes: str, state: State, values: Sequence[object]) -> None:
    with session.cursor() as cursor:
        cursor.execute(
            f"update requests set {changes}, state = %s where id = %s and state = %s",
            [*values, state.value, request.id, request.state.value],
        )
        if cursor.rowcount != 1:
            raise StepRefused(_GONE_ON)


def _sealed(member: str, reference: str) -> bytes:
    return sealed.of_member(member).seal(reference.encode(), REFERENCE)


def _request(row: Sequence) -> Request:
    member = row[1]
    return Request(
        id=row[0], member=member, reference=sealed.words(sealed.of_member(member), REFERENCE, row[2]),
        kind=RequestKind(row[3]), state=State(row[4]), applicant=sealed.words_of_note(member, APPLICANT, row[5]),
        asked=sealed.words_of_note(member, ASKED, row[6]), received_on=row[7], due_on=row[8], ends_at=row[9],
        entered_by=row[10], admitted_at=row[11], outcome=None if row[12] is None else Outcome(row[12]),
        reasons=sealed.words_of_note(member, REASONS, row[13]), decided_by=row[14], decided_at=row[15],
        told=sealed.words_of_note(member, TOLD, row[16]), closed_at=row[17],
    )  # fmt: skip
