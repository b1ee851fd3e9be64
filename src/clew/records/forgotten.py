"""Forgetting: records leave every table, set-wise; what others hold of the same content stays theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many rows left, by what they were; and the blobs that no case holds any more."""

    counts: Mapping[str, int]
    blobs: Sequence[bytes]


def case(session: Session, case_id: UUID) -> Forgotten:
    """Everything of a case of the actor's own unit: its exhibits, intakes, occurrences, and what lies nowhere else.

    A medium that another case, or a hash list, has too stays, and stays readable there.
    """
    with session.cursor() as cursor:
        cursor.execute("delete from medium_keys where case_id = %s returning blob", [case_id])
        held = {bytes(row[0]) for row in cursor}
        blobs = _unheld(session, held)
        cursor.execute(
            "select distinct medium_id from occurrences where case_id = %s and medium_id is not null", [case_id]
        )
        lying = [row[0] for row in cursor]
        counts = {"blobs_of_the_case": len(held), "blobs_removed": len(blobs)}
        for table, statement in _OF_A_CASE.items():
            cursor.execute(statement, [case_id])
            counts[table] = cursor.rowcount
    more = media(session, lying)
    return Forgotten(counts=counts | more.counts, blobs=[*blobs, *more.blobs])


def media(session: Session, lying: Sequence[UUID]) -> Forgotten:
    """Those of the own unit's media `lying` that lie in no exhibit and on no list any more.

    Fingerprints, matches, overlaps, places in series and what was released of them go with them.
    """
    with session.cursor() as cursor:
        cursor.execute(_ALONE, {"media": list(lying), "member": session.actor.member, "unit": session.actor.unit})
        alone = [row[0] for row in cursor]
        cursor.execute("select clew_forget_media(%s::uuid[])", [alone])
        counts = {}
        for table, statement in _OF_MEDIA.items():
            cursor.execute(statement, [alone])
            counts[table] = cursor.rowcount
        cursor.execute("delete from medium_keys where medium_id = any(%s) returning blob", [alone])
        held = {bytes(row[0]) for row in cursor}
        blobs = _unheld(session, held)
        cursor.execute("delete from media where id = any(%s)", [alone])
        counts["media"] = cursor.rowcount
    return Forgotten(counts=counts, blobs=blobs)


def _unheld(session: Session, blobs: set[bytes]) -> list[bytes]:
    """Those that no case of any unit holds. Asked after the rows are gone: who carries one waits for that."""
    with session.cursor() as cursor:
        cursor.execute("select clew_blobs_kept(%s::bytea[])", [list(blobs)])
        kept = {bytes(blob) for blob in cursor.fetchone()[0]}
    return sorted(blobs - kept)


_OF_A_CASE = {
    "occurrences": "delete from occurrences where case_id = %s",
    "chunks": """
        delete from chunks where intake_id in (
            select i.id from intakes i join exhibits e on e.id = i.exhibit_id where e.case_id = %s)""",
    "intakes": "delete from intakes where exhibit_id in (select id from exhibits where case_id = %s)",
    "exhibits": "delete from exhibits where case_id = %s",
    "cases": "delete from cases where id = %s",
}

_ALONE = """
    select m.id from media m
    where m.id = any(%(media)s) and m.owner_member = %(member)s and m.owner_unit = %(unit)s
      and not exists (select from occurrences o where o.medium_id = m.id)
      and not exists (select from listings l where l.medium_id = m.id)
"""

_OF_MEDIA = {
    "fingerprints": "delete from fingerprints where medium_id = any(%s)",
    "series_media": "delete from series_media where medium_id = any(%s)",
    "releases_withdrawn": """
        update releases set wrapped = null, withdrawn_at = now() where medium_id = any(%s) and withdrawn_at is null""",
}
