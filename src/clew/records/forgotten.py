"""Forgetting: records leave every table, set-wise; what others hold of the same content stays theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.domain.handling_change import SubjectKind
from clew.records import crops, locks, referrals
from clew.records.handlings import OF_NOUNS, TABLES
from clew.records.releases import ENDED
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
        # In the order of every intake: media before their keys, so that neither waits for the other.
        cursor.execute(
            "select from media where id in (select medium_id from occurrences where case_id = %s) order by id for update",
            [case_id],
        )
        cursor.execute("delete from medium_keys where case_id = %s returning blob", [case_id])
        held = {bytes(row[0]) for row in cursor}
        blobs = _unheld(session, held)
        cursor.execute("select clew_forget_messages(%s)", [case_id])
        packages = referrals.end_packages(session, case_id=case_id)
        pieces = crops.forget(session, "c.case_id = %(case)s", {"case": case_id})
        cursor.execute("select clew_forget_overlaps(%s)", [case_id])
        cursor.execute(
            "select distinct medium_id from occurrences where case_id = %s and medium_id is not null", [case_id]
        )
        lying = [row[0] for row in cursor]
        counts = {"blobs_of_the_case": len(held) + len(pieces), "blobs_removed": len(blobs) + len(pieces)}
        for table, statement in _OF_A_CASE.items():
            cursor.execute(statement, [case_id])
            counts[table] = cursor.rowcount
    more = media(session, lying)
    counts |= more.counts | {"referral_packages": packages + more.counts["referral_packages"]}
    return Forgotten(counts=counts, blobs=[*blobs, *pieces, *more.blobs])


def some_of(session: Session, kind: SubjectKind, subject_id: UUID, limit: int) -> tuple[Forgotten, bool]:
    """At most `limit` places of the own unit's subject, and the media that nothing keeps any more; whether that was all.

    A medium stays as long as another exhibit, hash list or series of the unit has it. What a series keeps when
    its case has gone are fingerprints and facts: the bytes go with the case whose key opened them.
    """
    with session.cursor() as cursor:
        cursor.execute(
            _SOME[kind],
            {"subject": subject_id, "limit": limit, "member": session.actor.member, "unit": session.actor.unit},
        )
        found = cursor.fetchall()
    places = _PLACES[kind]
    lying = sorted({row[0] for row in found if row[0] is not None})
    _hold(session, lying)
    freed = _keys_of_no_place(session, kind, subject_id, lying)
    more = media(session, lying, are_kept_in_series=True)
    counts = {places: len(found), **more.counts, "blobs_removed": len({*freed, *more.blobs})}
    return Forgotten(counts=counts, blobs=[*freed, *more.blobs]), len(found) < limit


def subject(session: Session, kind: SubjectKind, subject_id: UUID) -> Forgotten:
    """The own unit's subject itself, once none of its places is left, and what was said about it in words."""
    if kind is SubjectKind.CASE:
        gone = case(session, subject_id)
    else:
        counts = {}
        with session.cursor() as cursor:
            cursor.execute("select clew_forget_messages(%s)", [subject_id])
            cursor.execute("select clew_forget_overlaps(%s)", [subject_id])
            if kind is SubjectKind.VICTIM:
                locks.close_children(session)
                cursor.execute("select clew_keep_child(%s)", [subject_id])
            if kind is SubjectKind.SERIES:
                cursor.execute("select clew_forget_places_in_series(%s)", [subject_id])
            for table, statement in _ITSELF[kind].items():
                cursor.execute(statement, {"subject": subject_id})
                counts[table] = cursor.rowcount
        gone = Forgotten(counts=counts, blobs=[])
    with session.cursor() as cursor:
        cursor.execute("delete from shreddings where case_id = %s and step = 'proposed'", [subject_id])
        cursor.execute("select clew_forget_words(%s)", [subject_id])
    return gone


def still_held(session: Session, blobs: Sequence[bytes]) -> list[bytes]:
    """Those of the blobs that some case holds, of whatever unit."""
    return sorted(set(blobs) - set(_unheld(session, set(blobs))))


def covers(session: Session, day: date, limit: int) -> int:
    """Covers of the own unit whose retention has ended by `day` and that nothing lies under any more; how many went."""
    with session.cursor() as cursor:
        cursor.execute(
            _COVERS, {"member": session.actor.member, "unit": session.actor.unit, "day": day, "limit": limit}
        )
        return cursor.rowcount


def media(session: Session, lying: Sequence[UUID], *, are_kept_in_series: bool = False) -> Forgotten:
    """Those of the own unit's media `lying` that lie in no exhibit and on no list any more.

    Fingerprints, matches, overlaps, places in series and what was released of them go with them.
    `are_kept_in_series`: a series that has one keeps it.
    """
    _hold(session, lying)
    with session.cursor() as cursor:
        cursor.execute(
            _ALONE + (_IN_NO_SERIES if are_kept_in_series else ""),
            {"media": list(lying), "member": session.actor.member, "unit": session.actor.unit},
        )
        alone = [row[0] for row in cursor]
        cursor.execute("select clew_forget_media(%s::uuid[])", [alone])
        counts = {"referral_packages": referrals.end_packages(session, alone)}
        for table, statement in _OF_MEDIA.items():
            cursor.execute(statement, [alone])
            counts[table] = cursor.rowcount
        cursor.execute("delete from medium_keys where medium_id = any(%s) returning blob", [alone])
        held = {bytes(row[0]) for row in cursor}
        blobs = _unheld(session, held)
        blobs += crops.forget(session, "c.medium_id = any(%(media)s)", {"media": alone})
        cursor.execute("delete from media where id = any(%s)", [alone])
        counts["media"] = cursor.rowcount
    return Forgotten(counts=counts, blobs=blobs)


def _hold(session: Session, media: Sequence[UUID]) -> None:
    """Held before anything is asked of them: an intake that has one in hand has then written where it lies."""
    with session.cursor() as cursor:
        cursor.execute("select from media where id = any(%s) order by id for update", [list(media)])


def _keys_of_no_place(session: Session, kind: SubjectKind, subject_id: UUID, lying: Sequence[UUID]) -> list[bytes]:
    """Keys of media that no longer occur in the case go, those of their copies too; the blobs that no case holds then."""
    if kind not in (SubjectKind.CASE, SubjectKind.EXHIBIT):
        return []
    with session.cursor() as cursor:
        values = {"subject": subject_id, "media": lying}
        cursor.execute(_KEYS.format(case=_CASE_OF[kind]), values)
        freed = _unheld(session, {bytes(row[0]) for row in cursor.fetchall()})
        return freed + crops.forget(session, _CUT_OUT.format(case=_CASE_OF[kind]), values)


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
    "series_proposals": (
        "delete from series_proposals p using unnest(%s::uuid[]) gone (id) where p.medium_id = gone.id or p.near_medium = gone.id"
    ),
    "releases_withdrawn": f"update releases set {ENDED} where medium_id = any(%s) and withdrawn_at is null",
}

_IN_NO_SERIES = """ and not exists (
    select from series_media s join series t on t.id = s.series_id
     where s.medium_id = m.id and t.owner_member = m.owner_member and t.owner_unit = m.owner_unit)
"""
"""No series of its own unit has it. Another unit's keeps nothing here: its end is not this unit's to foresee."""

_PLACES = {
    SubjectKind.CASE: "occurrences", SubjectKind.EXHIBIT: "occurrences", SubjectKind.HASH_LIST: "listings",
    SubjectKind.SERIES: "series_media", **dict.fromkeys(OF_NOUNS, "places_of_it"),
}  # fmt: skip

_SOME = {
    SubjectKind.CASE: """
        delete from occurrences where id = any(array(
            select id from occurrences where case_id = %(subject)s order by medium_id limit %(limit)s)) returning medium_id""",
    SubjectKind.EXHIBIT: """
        delete from occurrences where id = any(array(
            select id from occurrences where exhibit_id = %(subject)s order by path_key limit %(limit)s)) returning medium_id""",
    SubjectKind.HASH_LIST: """
        delete from listings where list_id = %(subject)s and medium_id = any(array(
            select medium_id from listings where list_id = %(subject)s order by medium_id limit %(limit)s))
        returning medium_id""",
    SubjectKind.SERIES: """
        delete from series_media where series_id = %(subject)s and medium_id = any(array(
            select medium_id from series_media where series_id = %(subject)s
               and owner_member = %(member)s and owner_unit = %(unit)s order by medium_id limit %(limit)s))
        returning medium_id""",
    # Nothing lies in a victim, an offender or a place: what is said of it goes with it.
    **dict.fromkeys(OF_NOUNS, "select null::uuid where %(subject)s::uuid is null and %(limit)s::int is null"),
}

_CASE_OF = {
    SubjectKind.CASE: "%(subject)s::uuid",
    SubjectKind.EXHIBIT: "(select case_id from exhibits where id = %(subject)s)",
}
# By content: a copy under another handling, which lies on a list or nowhere, got the keys of what it was copied from.
_KEYS = """
    delete from medium_keys k using media m where m.id = k.medium_id and k.case_id = {case}
       and (m.name, m.owner_member, m.owner_unit) in (
            select l.name, l.owner_member, l.owner_unit from media l where l.id = any(%(media)s))
       and not exists (select from occurrences o where o.case_id = k.case_id and o.medium_id = k.medium_id)
    returning k.blob"""

# What was cut out of a medium in the case goes with the case's key to it.
_CUT_OUT = """
    c.case_id = {case} and c.medium_id in (
        select m.id from media m where (m.name, m.owner_member, m.owner_unit) in (
               select l.name, l.owner_member, l.owner_unit from media l where l.id = any(%(media)s)))
       and not exists (select from medium_keys k where k.case_id = c.case_id and k.medium_id = c.medium_id)"""

_ITSELF = {
    SubjectKind.EXHIBIT: {
        "chunks": "delete from chunks where intake_id in (select id from intakes where exhibit_id = %(subject)s)",
        "intakes": "delete from intakes where exhibit_id = %(subject)s",
        "exhibits": "delete from exhibits where id = %(subject)s",
    },
    SubjectKind.HASH_LIST: {
        "chunks": "delete from chunks where intake_id in (select id from intakes where list_id = %(subject)s)",
        "intakes": "delete from intakes where list_id = %(subject)s",
        "hash_lists": "delete from hash_lists where id = %(subject)s",
    },
    SubjectKind.SERIES: {
        # An intake into an exhibit goes on, without the series that it was for.
        "chunks_without_series": "update chunks set series_id = null where series_id = %(subject)s",
        "intakes_without_series": "update intakes set series_id = null where series_id = %(subject)s",
        "series": "delete from series where id = %(subject)s",
    },
    **{kind: {TABLES[kind]: f"delete from {TABLES[kind]} where id = %(subject)s"} for kind in OF_NOUNS},
}

_COVERS = """
    delete from covers where id = any(array(
        select c.id from covers c
         where c.owner_member = %(member)s and c.owner_unit = %(unit)s and c.retention_end <= %(day)s
           and not exists (select from cases r where r.cover_id = c.id)
           and not exists (select from exhibits r where r.cover_id = c.id)
           and not exists (select from intakes r where r.cover_id = c.id)
           and not exists (select from series r where r.cover_id = c.id)
           and not exists (select from hash_lists r where r.cover_id = c.id)
           and not exists (select from media r where r.cover_id = c.id)
           and not exists (select from victims r where r.cover_id = c.id)
           and not exists (select from offenders r where r.cover_id = c.id)
           and not exists (select from places r where r.cover_id = c.id)
           and not exists (select from media r where r.own_handling_id = c.id)
           and not exists (select from media r where r.own_words_id = c.id)
           and not exists (select from intakes r where c.id in (r.own_handling_id, r.own_words_id))
           and not exists (select from handling_changes r where r.given_cover_id = c.id)
         order by c.id limit %(limit)s))
"""
