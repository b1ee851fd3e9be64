"""Task forces as the actor may know of them: who takes part, who works in them, and how much was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from psycopg import errors

from clew.domain.errors import NotVisible, StepRefused
from clew.domain.task_force import Finding, Span, Standing, reference_in
from clew.records import sealed
from clew.records.session import Session

NAME = b"task_forces.name"
PURPOSE = b"task_forces.purpose"
LISTED_MAX = 200
DAYS_SHOWN_MAX = 5_000
NONE_SUCH = "There is no such task force."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskForceRow:
    """A task force that the actor may know of. `standing`: how the actor's member stands to it, None where it left.

    `is_in`: the actor works in it now; `is_named`: the actor was named and has not said whether to come in.
    """

    id: UUID
    reference: str
    name: str
    purpose: str
    member: str
    span: Span
    is_over: bool
    is_led: bool
    standing: Standing | None
    is_named: bool
    is_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """A member that takes part or was invited, and how many of its officers work in it."""

    member: str
    standing: Standing
    officers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerRow:
    """An officer of the actor's own member in a task force."""

    officer: str
    has_accepted: bool
    has_left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """How many leads, links, clues or identifications came of what was brought: of others as `ledger.of_others` has them."""

    kind: str
    own: int
    others: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """What was given back on a day: by an officer of the own member, or by all of another's (`officer` is empty then)."""

    day: date
    member: str
    officer: str
    done: int
    not_sure: int
    set_back: int


_SELECT = """
    select t.id, t.reference, t.name, t.purpose, t.member, t.starts_at, t.ends_at, t.closed_at,
           t.closed_at is not null or t.ends_at <= transaction_timestamp() as is_over, t.opened_by,
           (select m.standing from task_force_members m
             where m.task_force_id = t.id and m.member = %(member)s order by m.invited_at desc, m.id limit 1),
           exists (select from task_force_officers o where o.task_force_id = t.id and o.officer = %(officer)s
                      and o.member = %(member)s and o.left_at is null and o.accepted_at is null),
           t.id = any ((select clew_task_forces())::uuid[]), t.opened_at
      from task_forces t"""


def add(session: Session, name: str, purpose: str, span: Span) -> UUID:
    """Open one that the actor leads; gives its identifier."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into task_forces (name, purpose, member, unit, opened_by, starts_at, ends_at)
            values (%s, %s, %s, %s, %s, %s, %s) returning id""",
            [
                sealed.note(actor.member, NAME, name), sealed.note(actor.member, PURPOSE, purpose), actor.member,
                actor.unit, actor.officer, span.starts_at, span.ends_at,
            ],
        )  # fmt: skip
        return cursor.fetchone()[0]


def page(session: Session) -> tuple[tuple[TaskForceRow, ...], bool]:
    """Those that the actor may know of, the latest first; and whether others are left out, that are over."""
    with session.cursor() as cursor:
        cursor.execute(f"{_SELECT} order by is_over, t.opened_at desc, t.id limit {LISTED_MAX + 1}", _who(session))
        rows = cursor.fetchall()
    shown = sorted(rows[:LISTED_MAX], key=lambda row: row[-1], reverse=True)
    return tuple(_row(session, row) for row in shown), len(rows) > LISTED_MAX


def find(session: Session, reference: str) -> TaskForceRow:
    """The task force of that reference.

    Raises:
        NotVisible: there is none, or the actor may not know of it.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"{_SELECT} where t.reference = %(reference)s", {**_who(session), "reference": reference_in(reference) or ""}
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible(NONE_SUCH)
    return _row(session, found)


def hold(session: Session, reference: str) -> TaskForceRow:
    """One that the actor leads, held until the transaction ends. Raises as `find`, and if another leads it."""
    found = find(session, reference)
    if not found.is_led:
        raise StepRefused("Who opened the task force does this.")
    with session.cursor() as cursor:
        cursor.execute("select closed_at from task_forces where id = %s for update", [found.id])
        row = cursor.fetchone()
    if row is None or row[0] is not None or found.is_over:
        raise StepRefused("This task force is over.")
    return found


def close(session: Session, task_force: UUID) -> None:
    """Close it before its end: it opens nothing from the next transaction on."""
    with session.cursor() as cursor:
        cursor.execute(
            "update task_forces set closed_at = transaction_timestamp(), closed_by = %s where id = %s",
            [session.actor.officer, task_force],
        )


def members(session: Session, task_force: UUID) -> tuple[MemberRow, ...]:
    """Members that take part or were asked to, each as it stands now."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (m.member) m.member, m.standing,
                   (select count(*) from task_force_officers o where o.task_force_id = m.task_force_id
                       and o.member = m.member and o.accepted_at is not null and o.left_at is null)
              from task_force_members m where m.task_force_id = %s order by m.member, m.invited_at desc, m.id""",
            [task_force],
        )
        return tuple(MemberRow(member=row[0], standing=Standing(row[1]), officers=row[2]) for row in cursor)


def invite(session: Session, task_force: UUID, codes: Iterable[str]) -> None:
    """Invite members; one that is invited or in stays as it is."""
    _add_members(session, task_force, codes, Standing.INVITED)


def join(session: Session, task_force: UUID) -> None:
    """Put the own member of a task force that the actor opened in it."""
    _add_members(session, task_force, [session.actor.member], Standing.IN)


def _add_members(session: Session, task_force: UUID, codes: Iterable[str], standing: Standing) -> None:
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into task_force_members (task_force_id, member, standing, accepted_at)
            select %(id)s, code, %(standing)s, case when %(standing)s = 'in' then transaction_timestamp() end
              from unnest(%(codes)s::text[]) code
            on conflict (task_force_id, member) where standing in ('invited', 'in') do nothing""",
            {"id": task_force, "standing": standing.value, "codes": sorted(set(codes))},
        )


def stand(session: Session, task_force: UUID, before: Standing, after: Standing) -> None:
    """Keep how the own member stands from now on.

    Raises:
        StepRefused: it has changed meanwhile.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            update task_force_members set standing = %(after)s, decided_by = %(officer)s, decided_at = transaction_timestamp(),
                   accepted_at = case when %(after)s = 'in' then transaction_timestamp() else accepted_at end
             where task_force_id = %(id)s and member = %(member)s and standing = %(before)s""",
            {**_who(session), "id": task_force, "before": before.value, "after": after.value},
        )
        if cursor.rowcount != 1:
            raise StepRefused("This has gone on meanwhile: look again.")


def officers(session: Session, task_force: UUID) -> tuple[OfficerRow, ...]:
    """Officers of the own member that are named for it: names of others stay with their members."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (o.officer) o.officer, o.accepted_at is not null, o.left_at is not null
              from task_force_officers o where o.task_force_id = %(id)s and o.member = %(member)s
             order by o.officer, o.left_at is not null, o.named_at desc""",
            {**_who(session), "id": task_force},
        )
        return tuple(OfficerRow(officer=row[0], has_accepted=row[1], has_left=row[2]) for row in cursor)


def name_officer(session: Session, task_force: UUID, officer: str) -> None:
    """Name an officer of the own member, who comes in by their own word.

    Raises:
        NotVisible: the member has no such officer, or is not in it.
    """
    try:
        with session.cursor() as cursor:
            cursor.execute(
                """
                insert into task_force_officers (task_force_id, officer, member, named_by) values (%s, %s, %s, %s)
                on conflict (task_force_id, officer, member) where left_at is null do nothing""",
                [task_force, officer, session.actor.member, session.actor.officer],
            )
    except errors.InsufficientPrivilege:
        raise NotVisible("Your member has no such officer.") from None


def come_in(session: Session, task_force: UUID) -> None:
    """The actor, who is named for it, comes in.

    Raises:
        StepRefused: the actor is not named, or is in already.
    """
    _changed(
        session, task_force, session.actor.officer, "accepted_at = transaction_timestamp()", "accepted_at is null",
        "You are not named for this task force, or are in it already.",
    )  # fmt: skip


def hold_seat(session: Session, task_force: UUID) -> None:
    """Hold the actor's own place in it until the transaction ends: nobody goes while they bring or take.

    Raises:
        StepRefused: the actor does not work in it now.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select from task_force_officers where task_force_id = %(id)s and officer = %(officer)s and member = %(member)s
               and accepted_at is not null and left_at is null and task_force_id = any ((select clew_task_forces())::uuid[])
               for update""",
            {**_who(session), "id": task_force},
        )
        if cursor.fetchone() is None:
            raise StepRefused("You do not work in this task force now.")


def put_out(session: Session, task_force: UUID, officer: str) -> None:
    """The actor leaves, or an officer of the own member is put out; what they held is anybody's again.

    Raises:
        NotVisible: the member has no such officer in it.
    """
    try:
        _changed(session, task_force, officer, "left_at = transaction_timestamp()", "true", "")
    except StepRefused:
        raise NotVisible("Your member has no such officer in this task force.") from None


def _changed(session: Session, task_force: UUID, officer: str, change: str, condition: str, refusal: str) -> None:
    with session.cursor() as cursor:
        cursor.execute(
            f"update task_force_officers set {change} where task_force_id = %s and officer = %s and member = %s"
            f" and left_at is null and {condition}",
            [task_force, officer, session.actor.member],
        )
        if cursor.rowcount != 1:
            raise StepRefused(refusal)


_COLUMN = {Finding.DONE: "done", Finding.NOT_SURE: "not_sure", Finding.SET_BACK: "set_back"}


def count(session: Session, task_force: UUID, finding: Finding) -> None:
    """One more stack was given back by the actor today."""
    column = _COLUMN[finding]
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            insert into task_force_days (task_force_id, day, member, officer, done, not_sure, set_back)
            values (%s, (transaction_timestamp() at time zone 'UTC')::date, %s, %s, %s, %s, %s)
            on conflict (task_force_id, day, member, officer)
                do update set {column} = task_force_days.{column} + 1""",
            [
                task_force, session.actor.member, session.actor.officer,
                *(int(finding is one) for one in (Finding.DONE, Finding.NOT_SURE, Finding.SET_BACK)),
            ],
        )  # fmt: skip


def days(session: Session, task_force: UUID) -> tuple[DayRow, ...]:
    """What was done by day: of each officer of the own member, and of each other member as a whole."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select day, member, case when member = %(member)s then officer else '' end as who,
                   sum(done)::int, sum(not_sure)::int, sum(set_back)::int
              from task_force_days where task_force_id = %(id)s group by day, member, who
             order by day desc, member, who limit %(limit)s""",
            {**_who(session), "id": task_force, "limit": DAYS_SHOWN_MAX},
        )
        return tuple(
            DayRow(day=row[0], member=row[1], officer=row[2], done=row[3], not_sure=row[4], set_back=row[5])
            for row in cursor
        )


def found(session: Session, task_force: UUID) -> tuple[FoundRow, ...]:
    """What came of what was brought since the task force began, for who works in it now."""
    with session.cursor() as cursor:
        cursor.execute("select kind, own, others from clew_task_force_found(%s)", [task_force])
        return tuple(FoundRow(kind=row[0], own=row[1], others=row[2]) for row in cursor)


def look_after(session: Session) -> None:
    """What was brought into those that are over goes, and what is left of them once their figures have been kept long enough."""
    with session.cursor() as cursor:
        cursor.execute("select clew_look_after_task_forces()")


def _who(session: Session) -> dict[str, object]:
    return {"member": session.actor.member, "officer": session.actor.officer}


def _row(session: Session, row: tuple) -> TaskForceRow:
    identifier, reference, name, purpose, member, starts_at, ends_at, closed_at, is_over, opened_by, standing, is_named, is_in, _ = row
    return TaskForceRow(
        id=identifier, reference=reference, name=sealed.words_of_note(member, NAME, name),
        purpose=sealed.words_of_note(member, PURPOSE, purpose), member=member,
        span=Span(starts_at=starts_at, ends_at=ends_at, closed_at=closed_at), is_over=is_over,
        is_led=(member, opened_by) == (session.actor.member, session.actor.officer),
        standing=None if standing is None else Standing(standing), is_named=is_named, is_in=is_in,
    )  # fmt: skip
