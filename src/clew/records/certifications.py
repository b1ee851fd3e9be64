"""Certifications: proposed by one, given by another, closed and never changed otherwise."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from clew.domain.certification import Certification, State, Training
from clew.domain.errors import NotVisible
from clew.domain.officer import Role
from clew.records.session import Session

COLUMNS = "id, officer, role, trainer, trained_on, ends_at, state, proposed_by, given_by, is_founding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A certification with its identifier."""

    id: UUID
    certification: Certification


def propose(session: Session, officer: str, role: Role, training: Training) -> UUID:
    """A certification of an officer of the actor's member, waiting for a second person."""
    return _insert(session, officer, role, training, State.PROPOSED, given_by=None)


def found(session: Session, officer: str, role: Role, training: Training) -> UUID:
    """A founding certification, given by the node's operator alone."""
    return _insert(session, officer, role, training, State.GIVEN, given_by=session.actor.officer)


def _insert(
    session: Session, officer: str, role: Role, training: Training, state: State, *, given_by: str | None
) -> UUID:
    identifier = uuid4()
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into certifications (id, officer, member, role, trainer, trained_on, ends_at, state, proposed_by,
                                        given_by, given_at, is_founding)
            values (%(id)s, %(officer)s, %(member)s, %(role)s, %(trainer)s, %(trained_on)s, %(ends_at)s, %(state)s, %(by)s,
                    %(given_by)s::text, case when %(given_by)s::text is null then null else clock_timestamp() end,
                    %(given_by)s::text is not null)""",
            {
                "id": identifier, "officer": officer, "member": session.actor.member, "role": role,
                "trainer": training.trainer.strip(), "trained_on": training.trained_on, "ends_at": training.ends_at,
                "state": state, "by": session.actor.officer, "given_by": given_by,
            },
        )  # fmt: skip
    return identifier


def get(session: Session, identifier: UUID) -> Line:
    """The certification, held until the transaction ends.

    Raises:
        NotVisible: there is none, or it is not the actor's to close.
    """
    with session.cursor() as cursor:
        cursor.execute(f"select {COLUMNS} from certifications where id = %s for update", [identifier])
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such certification.")
    return _line(row)


def move(session: Session, identifier: UUID, state: State) -> None:
    """Give or close the certification in the name of the actor.

    Raises:
        NotVisible: it is not the actor's to move.
    """
    who, when = ("given_by", "given_at") if state is State.GIVEN else ("closed_by", "closed_at")
    with session.cursor() as cursor:
        cursor.execute(
            f"update certifications set state = %s, {who} = %s, {when} = clock_timestamp() where id = %s",
            [state, session.actor.officer, identifier],
        )
        if cursor.rowcount == 0:
            raise NotVisible("There is no such certification.")


def of_member(session: Session) -> tuple[Line, ...]:
    """Those of the actor's member that wait or are in force or were the last of their officer, newest first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select distinct on (officer, state = 'proposed') {COLUMNS} from certifications
             where member = %s and (state = 'proposed' or given_at is not null)
             order by officer, state = 'proposed', coalesce(given_at, proposed_at) desc, id""",
            [session.actor.member],
        )
        return tuple(_line(row) for row in cursor)


def in_force(session: Session, officer: str) -> Line | None:
    """The latest certification that was given to the officer and not withdrawn; its end may have passed."""
    line = _latest(session, officer, "given_at is not null", "given_at")
    return line if line is not None and line.certification.state is State.GIVEN else None


def ending(session: Session, before: datetime) -> tuple[str, ...]:
    """Officers of the actor's member whose certification in force ends before then."""
    return tuple(
        line.certification.officer
        for line in of_member(session)
        if line.certification.state is State.GIVEN and line.certification.training.ends_at < before
    )


def waiting(session: Session, officer: str) -> Line | None:
    """The latest certification of the officer that waits for a second person."""
    return _latest(session, officer, "state = 'proposed'", "proposed_at")


def _latest(session: Session, officer: str, condition: str, by: str) -> Line | None:
    with session.cursor() as cursor:
        cursor.execute(
            f"select {COLUMNS} from certifications where officer = %s and {condition} order by {by} desc, id limit 1",
            [officer],
        )
        row = cursor.fetchone()
    return None if row is None else _line(row)


def has_administrator(session: Session, *, besides: str | None = None) -> bool:
    """Whether the actor's member has a certified administrator, suspended or not, besides one."""
    with session.cursor() as cursor:
        cursor.execute("select clew_has_administrator(%s, %s)", [session.actor.member, besides])
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def founded(session: Session) -> int:
    """How many officers of the actor's member work by what the operator certified alone."""
    now = datetime.now(UTC)
    return sum(
        line.certification.is_founding and line.certification.state is State.GIVEN
        and line.certification.training.ends_at > now for line in of_member(session)
    )  # fmt: skip


def tell_coordinators(session: Session, act: UUID) -> None:
    """Tell the member's coordinators of what the operator did alone, by its act."""
    with session.cursor() as cursor:
        cursor.execute("select clew_tell_coordinators(%s)", [act])


def administrators(session: Session) -> int:
    """How many certified administrators the actor's member has."""
    with session.cursor() as cursor:
        cursor.execute("select clew_administrators(%s)", [session.actor.member])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _line(row: tuple[object, ...]) -> Line:
    identifier, officer, role, trainer, trained_on, ends_at, state, proposed_by, given_by, is_founding = row
    return Line(
        id=identifier,
        certification=Certification(
            officer=officer, role=Role(role), state=State(state), proposed_by=proposed_by, given_by=given_by,
            is_founding=is_founding, training=Training(trainer=trainer, trained_on=trained_on, ends_at=ends_at),
        ),
    )  # fmt: skip
