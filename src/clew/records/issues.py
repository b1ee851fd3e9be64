"""What leaves the node on hash lists: media of a case, a series or a list in their order, and which may be exported."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.cover import Condition, Confidentiality, Purpose
from clew.domain.fingerprint import QUALITY_MATCHED_MIN, Kind
from clew.domain.handling import BLOCKED, Use
from clew.domain.medium import MediumKind
from clew.records.session import Session

MAY_BE_EXPORTED = f"""
    %(blocked)s <> all (m.excluded) and case when c.id is null then m.owner_member = %(member)s
    else %(purpose)s = any (c.purposes) and c.confidentiality <> {Confidentiality.CONFIDENTIAL:d}
         and (m.owner_member = %(member)s or '{Condition.H2}' <> all (c.conditions)) end"""
"""A condition on a medium `m` and its cover `c`, in a transaction for exports: the cover bears it.

The rule to be obeyed; its twin to be read is `domain/cover.check_use`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where media are looked for: a case or an exhibit of it, series that are one, a hash list, or contents by name."""

    case_id: UUID | None = None
    exhibit_id: UUID | None = None
    series: tuple[UUID, ...] = ()
    list_id: UUID | None = None
    names: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A medium of a scope of which the actor sees the facts."""

    id: UUID
    name: bytes
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A medium that may be exported, with what it is found again by."""

    id: UUID
    name: bytes
    owner: str
    md5: bytes | None
    sha1: bytes | None
    sha256: bytes | None
    pdq: bytes | None
    size_bytes: int | None
    kind: MediumKind


def of_scope(session: Session, scope: Scope, after: UUID, limit: int) -> tuple[tuple[Seen, ...], UUID | None]:
    """Media of the scope behind `after` in the order of their identifiers, of `limit` that are looked at at most.

    And behind which the following begin; None where there are none.
    """
    values = {
        "case": scope.case_id, "exhibit": scope.exhibit_id, "series": list(scope.series), "list": scope.list_id,
        "names": list(scope.names), "after": after, "limit": limit + 1,
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with looked as materialized ({_lying(scope)})
            select looked.id, m.name, m.owner_member from looked left join media m on m.id = looked.id order by 1""",
            values,
        )
        rows = cursor.fetchall()
    seen = tuple(Seen(id=row[0], name=bytes(row[1]), owner=row[2]) for row in rows[:limit] if row[1] is not None)
    return seen, rows[limit - 1][0] if len(rows) > limit else None


def seen(session: Session, media: Sequence[UUID]) -> tuple[Seen, ...]:
    """Those of `media` of which the actor sees the facts."""
    with session.cursor() as cursor:
        cursor.execute("select id, name, owner_member from media where id = any(%s) order by id", [list(media)])
        return tuple(Seen(id=row[0], name=bytes(row[1]), owner=row[2]) for row in cursor)


def seen_names(session: Session, names: Sequence[bytes]) -> set[bytes]:
    """Those of these contents of which the actor sees the facts of a medium."""
    with session.cursor() as cursor:
        cursor.execute("select distinct name from media where name = any(%s)", [list(names)])
        return {bytes(row[0]) for row in cursor}


def _lying(scope: Scope) -> str:
    """Identifiers of a scope; each way goes by an index on (what holds it, medium)."""
    if scope.case_id is not None:
        return """
            select distinct o.medium_id as id from occurrences o
             where o.case_id = %(case)s and (%(exhibit)s::uuid is null or o.exhibit_id = %(exhibit)s)
               and o.medium_id > %(after)s order by 1 limit %(limit)s"""
    if scope.series:
        return """
            select distinct s.id from unnest(%(series)s::uuid[]) given (id) cross join lateral (
                   select s.medium_id as id from series_media s where s.series_id = given.id and s.medium_id > %(after)s
                    order by s.medium_id limit %(limit)s) s
             order by 1 limit %(limit)s"""
    if scope.list_id is not None:
        return """
            select l.medium_id as id from listings l where l.list_id = %(list)s and l.medium_id > %(after)s
             order by 1 limit %(limit)s"""
    return "select m.id from media m where m.name = any(%(names)s) and m.id > %(after)s order by 1 limit %(limit)s"


def exportable(session: Session, media: Sequence[UUID], purpose: Purpose) -> tuple[Exported, ...]:
    """Those of `media` that their owners let be exported to the actor, for this purpose and as their covers bear it.

    A PDQ of no worth (of a flat or black picture) is left out: elsewhere it would be found everywhere.

    Raises:
        ValueError: the transaction is for another use.
    """
    if session.use is not Use.EXPORT:
        raise ValueError("what may be exported is asked in a transaction for exports")
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select m.id, m.name, m.owner_member, m.md5, m.sha1, m.sha256, f.bits, m.size_bytes, m.kind
              from media m left join covers c on c.id = m.cover_id left join lateral (
                   select substring(f.bits for 32) as bits from fingerprints f
                    where f.medium_id = m.id and f.kind = {Kind.PDQ:d} and f.count > 0
                      and (f.qualities is null or get_byte(f.qualities, 0) >= {QUALITY_MATCHED_MIN})
                    order by f.id limit 1) f on true
             where m.id = any(%(media)s) and {MAY_BE_EXPORTED} order by m.id""",
            {"media": list(media), "purpose": purpose, "member": session.actor.member, "blocked": BLOCKED},
        )
        return tuple(
            Exported(
                id=row[0], name=bytes(row[1]), owner=row[2], md5=_bytes(row[3]), sha1=_bytes(row[4]),
                sha256=_bytes(row[5]), pdq=_bytes(row[6]), size_bytes=row[7], kind=MediumKind(row[8]),
            )
            for row in cursor
        )  # fmt: skip


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)
