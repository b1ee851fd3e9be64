"""What a round gives a unit to be proposed: own media that are new, and own media that share something with what is new in a series.

Both are read under row security of the unit's calendar, out of the media of the round that are laid out for leads
(`lead_rounds.lay_out`). What is found is given some at a time, to be laid out as `grounds` wants it (`grounds.lay_out_some`).
"""

from collections.abc import Iterable
from uuid import UUID

from clew.domain import proposal
from clew.domain.handling import BLOCKED
from clew.domain.proposal import BURST_SECONDS_MAX, PLACE_DEGREES
from clew.keys.texts import Texts
from clew.records import sealed
from clew.records.grounds import IS_SAID
from clew.records.intakes import PATH
from clew.records.lead_rounds import Key, Slice, unit
from clew.records.lead_words import SealedAgain, Word
from clew.records.session import Session

FILES_AT_ONCE = 50_000
"""So many files of cases are looked at together for what they are called."""

_FITS = f"m.owner_member = %(member)s and m.owner_unit = %(unit)s and '{BLOCKED}' <> all (m.excluded)"
_PLACED = f"""
    placed as materialized (
        select c.* from pg_temp.lead_candidates c where exists (
            select from series_media sm join series s on s.id = sm.series_id and {IS_SAID} where sm.medium_id = c.id))"""
"""Media of the round that are in some series which the unit sees."""


def lay_out(session: Session, again: SealedAgain, behind: Key, limit: int) -> Slice[UUID]:
    """Some of the own media that the round gives reason to look at; those are the items.

    They lie in a case of the unit, and are new themselves or share bytes, a match, a serial number, a document, a
    moment or a place with what is new in a series. Of the last four more are given than rules will find good.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with {_PLACED},
            serials (own, make) as materialized (select * from unnest(%(serial)s::bytea[], %(make)s::bytea[])),
            near (id) as (
                select id from pg_temp.lead_candidates where owner_member = %(member)s and owner_unit = %(unit)s
                union select n.id from placed p join media n on n.name = p.name and n.size_bytes <> 0
                union select x.b_medium from placed p join matches x on x.a_medium = p.id
                union select x.a_medium from placed p join matches x on x.b_medium = p.id
                union select n.id from serials w join media n on n.camera_serial = w.own and n.camera_make is not distinct from w.make
                union select n.id from media n where n.document_id = any(%(document)s)
                union select n.id from placed p join media t on t.id = p.id
                  join media n on n.taken_at between t.taken_at - interval '{BURST_SECONDS_MAX} seconds'
                                                 and t.taken_at + interval '{BURST_SECONDS_MAX} seconds'
                union select n.id from placed p
                  join media n on n.latitude between p.latitude - {PLACE_DEGREES} and p.latitude + {PLACE_DEGREES}
                       and abs(n.longitude - p.longitude) * cos(radians(p.latitude)) <= {PLACE_DEGREES})
            select m.id from near join media m on m.id = near.id
             where {_FITS} and exists (select from occurrences o where o.medium_id = m.id)
                   {"and m.id > %(behind)s" if behind else ""}
             order by m.id limit %(limit)s""",
            {
                **unit(session), **_words(session, again), "behind": behind[0] if behind else None, "limit": limit,
            },
        )  # fmt: skip
        some = [row[0] for row in cursor.fetchall()]
    return Slice(items=some, upto=tuple(some[-1:]) or behind, is_last=len(some) < limit)


def lay_out_named(session: Session, behind: Key, limit: int) -> Slice[UUID]:
    """Some of the own media whose files are named like files of own media that are new in a series, in the same cases."""
    stems, cases = _stems(session)
    if not stems:
        return Slice(items=(), upto=behind, is_last=True)
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select o.id, m.id, o.case_id, o.path from occurrences o join media m on m.id = o.medium_id and {_FITS}
             where o.case_id = any(%(cases)s) {"and o.id > %(behind)s" if behind else ""} order by o.id limit {FILES_AT_ONCE}""",
            {**unit(session), "cases": list(cases), "behind": behind[0] if behind else None},
        )
        rows = cursor.fetchall()
    found: dict[UUID, int] = {}
    for at, medium_id, stem in _stemmed(session, rows):
        if stem in stems:
            found.setdefault(medium_id, at)
        if len(found) == limit:
            return Slice(items=[*found], upto=(at,), is_last=False)
    return Slice(items=[*found], upto=(rows[-1][0],) if rows else behind, is_last=len(rows) < FILES_AT_ONCE)


def cases_of(session: Session, media: Iterable[UUID]) -> dict[UUID, UUID]:
    """For each of these own media: the case in which it was found last."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (o.medium_id) o.medium_id, o.case_id from occurrences o join cases c on c.id = o.case_id
             where o.medium_id = any(%(media)s) and c.owner_member = %(member)s and c.owner_unit = %(unit)s
             order by o.medium_id, o.id desc""",
            {**unit(session), "media": list(media)},
        )
        return dict(cursor.fetchall())


def _words(session: Session, again: SealedAgain) -> dict[str, object]:
    """What media say that are new in series, as the own member has it."""
    member = session.actor.member
    with session.cursor() as cursor:
        cursor.execute(f"with {_PLACED} select distinct owner_member, camera_serial, camera_make, document_id from placed")
        rows = cursor.fetchall()
    serials = {
        again.again("camera_serial", Word(owner=row[0], words=bytes(row[1]), make=None if row[2] is None else bytes(row[2])), member)
        for row in rows if row[1] is not None
    }  # fmt: skip
    documents = {
        again.again("document_id", Word(owner=row[0], words=bytes(row[3]), make=None), member)[0]
        for row in rows if row[3] is not None
    }  # fmt: skip
    return {
        "serial": [words for words, _ in serials], "make": [make for _, make in serials], "document": list(documents),
    }  # fmt: skip


def _stems(session: Session) -> tuple[set[str], set[UUID]]:
    """What files of own media are called that are new in a series, and the cases in which they lie."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with {_PLACED}
            select o.id, o.medium_id, o.case_id, o.path from placed p join occurrences o on o.medium_id = p.id
             where p.owner_member = %(member)s and p.owner_unit = %(unit)s order by o.id limit {FILES_AT_ONCE}""",
            unit(session),
        )
        rows = cursor.fetchall()
    stems = {stem for _, _, stem in _stemmed(session, rows) if stem is not None}
    return stems, {row[2] for row in rows} if stems else set()


def _stemmed(session: Session, rows: Iterable[tuple]) -> Iterable[tuple[int, UUID, str | None]]:
    texts: dict[UUID, Texts | None] = {}
    with session.cursor() as cursor:
        cursor.execute(
            "select id from cases where owner_member = %(member)s and owner_unit = %(unit)s and shredded_at is null",
            unit(session),
        )
        own = {row[0] for row in cursor.fetchall()}
    for at, medium_id, case_id, path in rows:
        if case_id not in texts:
            texts[case_id] = sealed.of_case(session.actor.member, case_id) if case_id in own else None
        known = texts[case_id]
        yield at, medium_id, None if known is None else proposal.stem_of(known.unseal(bytes(path), PATH))
