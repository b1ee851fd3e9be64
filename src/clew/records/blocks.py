"""Blocks: what a unit put under examination, appended and lifted, never removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling_change import SubjectKind
from clew.records import cases, locks, sealed, tombstones
from clew.records.handlings import Subject
from clew.records.session import Session

REASON = b"blocks.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One examination of a subject; `lifted_at` is absent while it lasts."""

    id: UUID
    kind: SubjectKind
    subject_id: UUID
    unit: str
    reason: str
    change_id: UUID
    laid_by: str
    laid_at: datetime
    lifted_at: datetime | None


def lay(
    session: Session, subject: Subject, reason: str, change_id: UUID, laid_by: str, request_id: UUID | None = None
) -> UUID:
    """Keep that the own unit's subject is blocked, and for which request if it is for one.

    Raises:
        StepRefused: it is already.
    """
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into blocks (subject_kind, subject_id, member, unit, reason, change_id, laid_by, request_id)
            values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (subject_id) where lifted_at is null do nothing returning id""",
            [
                subject.kind.value, subject.id, actor.member, actor.unit, sealed.note(actor.member, REASON, reason),
                change_id, laid_by, request_id,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    if row is None:
        raise StepRefused("This is blocked already.")
    return UUID(str(row[0]))


def hold_off_end(session: Session, subject: Subject) -> None:
    """Hold off, until the transaction ends, that the own unit's subject, its case, or what it lies in goes for good.

    Raises:
        StepRefused: one of these is going already: a block that came now would keep nothing.
    """
    if subject.kind is SubjectKind.SERIES:
        lies_in = _hold_places(session, subject.id)
    else:
        lies_in = _places(session, subject)
        locks.close_place(session, next(iter(lies_in[0]), subject.id))
    in_cases, in_exhibits = lies_in
    if tombstones.is_one_ending(session, [subject.id, *in_cases, *in_exhibits]):
        raise StepRefused("Its end, that of its case, or that of something in it has come and is being carried out.")
    if cases.is_being_shredded(session, in_cases):
        raise StepRefused("Two officers decided to shred its case, and that is being carried out.")


def _places(session: Session, subject: Subject) -> tuple[list[UUID], list[UUID]]:
    """The case and the exhibits that belong to the subject: (cases, exhibits)."""
    with session.cursor() as cursor:
        cursor.execute(
            "select case_id, id from exhibits where case_id = %(id)s or id = %(id)s order by id", {"id": subject.id}
        )
        found = cursor.fetchall()
    own = [subject.id] if subject.kind is SubjectKind.CASE else []
    return sorted({*own, *(row[0] for row in found)}), [row[1] for row in found]


def _hold_places(session: Session, series_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """The series, and the cases and exhibits in which its media lie, held against their end: (cases, exhibits).

    Their rows and not their places: they may be more than the database has room for locks that lie on no row.
    """
    lying = """
        select o.{0} from series_media sm join occurrences o on o.medium_id = sm.medium_id where sm.series_id = %(id)s"""
    found = []
    with session.cursor() as cursor:
        cursor.execute("select from series where id = %(id)s for update", {"id": series_id})
        for table, column in (("cases", "case_id"), ("exhibits", "exhibit_id")):
            cursor.execute(
                f"""
                select id from {table} where id in ({lying.format(column)})
                   and owner_member = %(member)s and owner_unit = %(unit)s order by id for share""",
                {"id": series_id, "member": session.actor.member, "unit": session.actor.unit},
            )
            found.append([row[0] for row in cursor])
    return found[0], found[1]


def lift(session: Session, block_id: UUID, lifted_by: str) -> None:
    """The examination of the own unit's subject is over."""
    with session.cursor() as cursor:
        cursor.execute(
            "update blocks set lifted_by = %s, lifted_at = now() where id = %s and lifted_at is null", [lifted_by, block_id]
        )


def get(session: Session, block_id: UUID) -> Block:
    """The own unit's block that lasts, held until the transaction ends.

    Raises:
        NotVisible: there is none, or it was lifted.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from blocks where id = %s and member = %s and unit = %s and lifted_at is null for update",
            [block_id, session.actor.member, session.actor.unit],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such block.")
    return _block(row)


def on(session: Session, subject_id: UUID) -> Block | None:
    """The block that lasts on this subject of the own unit."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from blocks where subject_id = %s and unit = %s and lifted_at is null",
            [subject_id, session.actor.unit],
        )
        row = cursor.fetchone()
    return None if row is None else _block(row)


def is_within(session: Session, case_id: UUID) -> bool:
    """Whether the own unit's case, an exhibit of it, or a series that has media of it is blocked."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select exists (
                select from blocks b where b.lifted_at is null and b.member = %(member)s and b.unit = %(unit)s
                   and (b.subject_id = %(case)s
                        or exists (select from exhibits e where e.id = b.subject_id and e.case_id = %(case)s)
                        or exists (select from series_media sm join occurrences o on o.medium_id = sm.medium_id
                                    where sm.series_id = b.subject_id and o.case_id = %(case)s)))""",
            {"case": case_id, "member": session.actor.member, "unit": session.actor.unit},
        )
        return bool(cursor.fetchone()[0])


def lasting(session: Session, limit: int, after: UUID | None = None) -> tuple[Block, ...]:
    """Blocks of the actor's unit that last, or of its member for who answers for all of it; the newest first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from blocks
             where lifted_at is null and (%(after)s::uuid is null
                   or (laid_at, id) < (select a.laid_at, a.id from blocks a where a.id = %(after)s))
             order by laid_at desc, id desc limit %(limit)s""",
            {"after": after, "limit": limit},
        )
        return tuple(_block(row) for row in cursor)


def for_request(session: Session, request_id: UUID) -> tuple[Block, ...]:
    """All blocks of the actor's member that last and were laid for this request."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from blocks where request_id = %s and member = %s and lifted_at is null order by laid_at, id",
            [request_id, session.actor.member],
        )
        return tuple(_block(row) for row in cursor)


_COLUMNS = "id, subject_kind, subject_id, unit, reason, change_id, laid_by, laid_at, lifted_at, member"


def _block(row: Sequence) -> Block:
    return Block(
        id=row[0], kind=SubjectKind(row[1]), subject_id=row[2], unit=row[3],
        reason=sealed.words_of_note(row[9], REASON, row[4]), change_id=row[5], laid_by=row[6], laid_at=row[7],
        lifted_at=row[8],
    )  # fmt: skip
