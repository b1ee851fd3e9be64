"""Shreddings: the ends of cases, which outlive them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from clew.domain.errors import NotVisible
from clew.domain.shredding import Step
from clew.records import sealed
from clew.records.outages import reached
from clew.records.session import Session

REFERENCE = b"cases.reference"
CERTIFICATE = b"shreddings.certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shredding:
    """How far the end of a case has come. `blobs` are still to be removed."""

    id: UUID
    case_id: UUID
    case: str
    step: Step
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    destroyed_at: datetime | None
    counts: Mapping[str, int]
    blobs: Sequence[bytes]
    certificate: str | None


def propose(session: Session, case_id: UUID, case: str) -> UUID:
    """Propose the end of a case of the actor's own unit; one that is proposed stays as it is."""
    actor = session.actor
    reference = sealed.of_member(actor.member).seal(case.encode(), REFERENCE)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into shreddings (case_id, member, unit, reference, proposed_by, counts, blobs)
            values (%s, %s, %s, %s, %s, '{}', '{}') on conflict (case_id) do nothing""",
            [case_id, actor.member, actor.unit, reference, actor.officer],
        )
    return of(session, case).id


def of(session: Session, case: str) -> Shredding:
    """The latest shredding of the own unit's case of that reference, or NotVisible."""
    actor = session.actor
    texts = sealed.of_member(actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from shreddings where reference = %s and member = %s and unit = %s
            order by step = 'done', proposed_at desc limit 1 for update""",
            [texts.seal(case.encode(), REFERENCE), actor.member, actor.unit],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("Nobody proposed to shred a case of this reference.")
    return _shredding(session, row)


def get(session: Session, shredding_id: UUID) -> Shredding:
    """This shredding of the own unit, held until the transaction ends, or NotVisible."""
    with session.cursor() as cursor:
        cursor.execute(f"select {_COLUMNS} from shreddings where id = %s for update", [shredding_id])
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such shredding.")
    return _shredding(session, row)


def unfinished(session: Session, limit: int, after: UUID | None = None) -> tuple[Shredding, ...]:
    """Of the own unit: what was confirmed and is not done, the oldest first, from behind `after` on."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from shreddings
             where step in ('confirmed', 'destroyed') and member = %(member)s and unit = %(unit)s
               and (%(after)s::uuid is null or (confirmed_at, id) > (
                    select a.confirmed_at, a.id from shreddings a where a.id = %(after)s))
             order by confirmed_at, id limit %(limit)s""",
            {"member": session.actor.member, "unit": session.actor.unit, "after": after, "limit": limit},
        )
        return tuple(_shredding(session, row) for row in cursor.fetchall())


_COLUMNS = (
    "id, case_id, step, proposed_by, proposed_at, confirmed_by, confirmed_at, destroyed_at, counts, blobs, certificate,"
    " reference"
)


def _shredding(session: Session, row: Sequence) -> Shredding:
    texts = sealed.of_member(session.actor.member)
    return Shredding(
        id=row[0], case_id=row[1], case=texts.unseal(bytes(row[11]), REFERENCE).decode(), step=Step(row[2]),
        proposed_by=row[3], proposed_at=row[4], confirmed_by=row[5], confirmed_at=row[6], destroyed_at=row[7],
        counts=json.loads(row[8]), blobs=[bytes(blob) for blob in row[9]],
        certificate=None if row[10] is None else texts.unseal(bytes(row[10]), CERTIFICATE, row[0].bytes).decode(),
    )  # fmt: skip


def withdraw(session: Session, shredding_id: UUID) -> None:
    """Take back what is only proposed."""
    with session.cursor() as cursor:
        cursor.execute("delete from shreddings where id = %s and step = 'proposed'", [shredding_id])


def confirm(session: Session, shredding_id: UUID) -> None:
    """The actor confirms; from here it is only gone on with."""
    with session.cursor() as cursor:
        cursor.execute(
            "update shreddings set step = %s, confirmed_by = %s, confirmed_at = now() where id = %s and step = 'proposed'",
            [Step.CONFIRMED.value, session.actor.officer, shredding_id],
        )


def destroyed(session: Session, shredding_id: UUID, counts: Mapping[str, int], blobs: Sequence[bytes]) -> None:
    """Key and records are gone; `blobs` are to be removed."""
    with session.cursor() as cursor:
        cursor.execute(
            "update shreddings set step = %s, destroyed_at = now(), counts = %s::jsonb, blobs = %s::bytea[] where id = %s",
            [Step.DESTROYED.value, json.dumps(dict(counts)), list(blobs), shredding_id],
        )


def done(session: Session, shredding_id: UUID, certificate: str) -> None:
    """It is over, and certified."""
    text = sealed.of_member(session.actor.member).seal(certificate.encode(), CERTIFICATE, shredding_id.bytes)
    with session.cursor() as cursor:
        cursor.execute(
            "update shreddings set step = %s, blobs = '{}', certificate = %s where id = %s",
            [Step.DONE.value, text, shredding_id],
        )


def shredded(cases: Iterable[UUID]) -> set[UUID]:
    """Those of `cases` that were shredded, of whatever member. Needs no actor: it tells nothing else.

    Raises:
        Unavailable: the database is away now, or out of its means.
    """
    with reached(), connection.cursor() as cursor:
        cursor.execute("select clew_shredded(%s::uuid[])", [list(cases)])
        return set(cursor.fetchone()[0])
