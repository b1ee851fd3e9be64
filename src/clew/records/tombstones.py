"""Tombstones: what is left of subjects that ended, and how far those have come that are ending."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clew.domain.ending import Step
from clew.domain.errors import StepRefused
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import Rule
from clew.records import cases, locks, sealed
from clew.records.retentions import COLUMNS, Kept
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What, whose, from when to when, by which rule, how much, and which event proves it. `blobs` are still to go."""

    id: UUID
    kind: SubjectKind
    subject_id: UUID
    case_id: UUID | None
    member: str
    unit: str
    token: bytes
    entered_on: date
    due_on: date
    rule: Rule
    step: Step
    counts: Mapping[str, int]
    blobs: Sequence[bytes]
    ended_at: datetime | None
    act_id: UUID | None


def raise_for(session: Session, kept: Kept) -> UUID:
    """The tombstone of a subject that begins to end."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into tombstones (subject_kind, subject_id, case_id, member, unit, token, entered_on, due_on, rule, counts,
                                    blobs)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, '{}', '{}') returning id""",
            [
                kept.kind.value, kept.id, kept.id if kept.kind is SubjectKind.CASE else kept.case_id, actor.member,
                actor.unit, token(actor.member, kept.kind, kept.name, kept.case), kept.entered_on, kept.ends_on,
                kept.rule.value,
            ],
        )  # fmt: skip
        return UUID(str(cursor.fetchone()[0]))


def token(member: str, kind: SubjectKind, name: str, case: str | None) -> bytes:
    """What stands for the name of a subject: 16 bytes, of which only who has the member's key can tell whose they are."""
    texts = sealed.of_member(member)
    within = b"" if case is None else texts.seal(case.encode(), COLUMNS[SubjectKind.CASE])
    named = texts.seal(name.encode(), COLUMNS[kind])
    return texts.token(b"tombstone %s %d %s %s" % (kind.value.encode(), len(within), within, named))


def unfinished(session: Session) -> list[Tombstone]:
    """Those of the own unit's that are not done, the oldest first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from tombstones where step <> 'done' and member = %s and unit = %s order by begun_at, id",
            [session.actor.member, session.actor.unit],
        )
        return [_tombstone(row) for row in cursor]


def hold(session: Session, tombstone_id: UUID) -> Tombstone:
    """The own unit's tombstone as it is now, held until the transaction ends: one run at a time goes on with it."""
    with session.cursor() as cursor:
        cursor.execute(f"select {_COLUMNS} from tombstones where id = %s for update", [tombstone_id])
        return _tombstone(cursor.fetchone())


def is_ending(session: Session, subject_id: UUID) -> bool:
    """Whether the end of the subject has begun: nothing is decided about it any more."""
    with session.cursor() as cursor:
        cursor.execute("select exists (select from tombstones where subject_id = %s)", [subject_id])
        return bool(cursor.fetchone()[0])


def is_one_ending(session: Session, subject_ids: Iterable[UUID]) -> bool:
    """Whether the end of one of the own unit's subjects, which are there still, has begun."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select exists (select from tombstones
                            where subject_id = any(%s) and step <> 'done' and member = %s and unit = %s)""",
            [list(subject_ids), session.actor.member, session.actor.unit],
        )
        return bool(cursor.fetchone()[0])


def hold_off(
    session: Session, *, case_id: UUID | None = None, exhibit_id: UUID | None = None, list_id: UUID | None = None
) -> None:
    """Hold off the end of what media are taken into until the transaction ends, and that of its case.

    Raises:
        StepRefused: it is ending, or being shredded: what came now would be destroyed with it.
    """
    place_id = list_id if case_id is None else case_id
    if place_id is None:
        raise ValueError("media are taken into an exhibit of a case, or into a hash list")
    locks.share_place(session, place_id)
    if case_id is not None and cases.is_being_shredded(session, [case_id]):
        raise StepRefused("This case is being shredded; nothing more is taken into it.")
    if is_one_ending(session, [one for one in (case_id, exhibit_id, list_id) if one is not None]):
        raise StepRefused("Its end has come and is being carried out; nothing more is taken into it.")


def note(session: Session, tombstone_id: UUID, counts: Mapping[str, int], blobs: Sequence[bytes]) -> None:
    """So much is gone, and these blobs are to go still."""
    with session.cursor() as cursor:
        cursor.execute(
            "update tombstones set counts = %s::jsonb, blobs = %s::bytea[] where id = %s",
            [json.dumps(dict(counts)), list(blobs), tombstone_id],
        )


def done(session: Session, tombstone_id: UUID, act_id: UUID) -> None:
    """Nothing of the subject is left; the event says so."""
    with session.cursor() as cursor:
        cursor.execute(
            "update tombstones set step = 'done', ended_at = now(), act_id = %s where id = %s", [act_id, tombstone_id]
        )


def page(session: Session, limit: int, after: UUID | None = None) -> list[Tombstone]:
    """The own member's, the latest first; those after a marker where one is given."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from tombstones t
             where t.member = %(member)s and t.step = 'done'
               and (%(after)s::uuid is null or (t.ended_at, t.id) < (
                    select m.ended_at, m.id from tombstones m where m.id = %(after)s))
             order by t.ended_at desc, t.id desc limit %(limit)s""",
            {"member": session.actor.member, "after": after, "limit": limit},
        )
        return [_tombstone(row) for row in cursor]


def find(session: Session, kind: SubjectKind, name: str, case: str | None) -> list[Tombstone]:
    """The own member's of this name: proof that it ended. Several where it was entered anew meanwhile."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from tombstones where token = %s and member = %s order by begun_at desc limit 100",
            [token(session.actor.member, kind, name, case), session.actor.member],
        )
        return [_tombstone(row) for row in cursor]


_COLUMNS = (
    "id, subject_kind, subject_id, case_id, member, unit, token, entered_on, due_on, rule, step, counts, blobs, ended_at, act_id"
)


def _tombstone(row: Sequence) -> Tombstone:
    return Tombstone(
        id=row[0], kind=SubjectKind(row[1]), subject_id=row[2], case_id=row[3], member=row[4], unit=row[5],
        token=bytes(row[6]), entered_on=row[7], due_on=row[8], rule=Rule(row[9]), step=Step(row[10]),
        counts=json.loads(row[11]), blobs=[bytes(blob) for blob in row[12]], ended_at=row[13], act_id=row[14],
    )  # fmt: skip
