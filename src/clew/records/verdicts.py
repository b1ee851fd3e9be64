"""Verdicts on matches: of two contents, whichever of their records they were said of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.handling import BLOCKED
from clew.domain.verdict import MatchVerdict, Said, Why
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The two records of a match that the actor sees, and who owns them."""

    medium_id: UUID
    other_id: UUID
    owner: str
    other_owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """Of which medium a verdict was, and between which contents."""

    medium_id: UUID
    here: bytes
    there: bytes


def ends(session: Session, here: bytes, there: bytes) -> Ends | None:
    """A match that the actor sees between records of these contents, of own records before others'; None where none is.

    What is under examination takes part in none.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select a.id, b.id, a.owner_member, b.owner_member from ({_BOTH_WAYS}) x (here, there)
              join media a on a.id = x.here join media b on b.id = x.there
             where %(blocked)s <> all (a.excluded) and %(blocked)s <> all (b.excluded)
             order by ((a.owner_member, a.owner_unit) = (%(member)s, %(unit)s))::int
                    + ((b.owner_member, b.owner_unit) = (%(member)s, %(unit)s))::int desc, a.id, b.id limit 1""",
            {"here": here, "there": there, "blocked": BLOCKED, "member": session.actor.member, "unit": session.actor.unit},
        )
        row = cursor.fetchone()
    return None if row is None else Ends(medium_id=row[0], other_id=row[1], owner=row[2], other_owner=row[3])


def add(session: Session, of: Ends, said: Said, why: Why | None) -> UUID:
    """Keep what the officer says of the match; its identifier. What the unit said before stays, and holds no longer."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into match_verdicts (medium_id, other_id, said, why, member, unit, said_by, said_at)
            values (%s, %s, %s, %s, %s, %s, %s, clock_timestamp()) returning id""",
            [of.medium_id, of.other_id, said.value, (why or "") and str(why), actor.member, actor.unit, actor.officer],
        )
        return UUID(str(cursor.fetchone()[0]))


def withdraw(session: Session, verdict_id: UUID) -> TakenBack | None:
    """The officer's word holds no longer, and what the unit said before does again; of which match it was."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            update match_verdicts v set withdrawn_at = now() from media a, media b
             where v.id = %s and v.member = %s and v.unit = %s and v.said_by = %s and v.withdrawn_at is null
               and a.id = v.medium_id and b.id = v.other_id returning a.id, a.name, b.name""",
            [verdict_id, session.actor.member, session.actor.unit, session.actor.officer],
        )
        row = cursor.fetchone()
    return None if row is None else TakenBack(medium_id=row[0], here=bytes(row[1]), there=bytes(row[2]))


def of_media(session: Session, media: Sequence[UUID], *, at_home: bool) -> dict[tuple[UUID, str], tuple[MatchVerdict, ...]]:
    """By a medium and the content of another (in hex) all that is said of their match and not withdrawn, as the actor sees.

    `at_home`: by units of the own member alone.
    """
    found: dict[tuple[UUID, str], list[MatchVerdict]] = defaultdict(list)
    with session.cursor() as cursor:
        cursor.execute(_OF_MEDIA, {"media": list(media), "member": session.actor.member if at_home else None})
        for medium_id, name, *row in cursor:
            found[medium_id, bytes(name).hex()].append(_verdict(row))
    return {pair: tuple(some) for pair, some in found.items()}


def _verdict(row: Sequence) -> MatchVerdict:
    return MatchVerdict(
        id=row[0], said=Said(row[1]), why=Why(row[2]) if row[2] else None, member=row[3], unit=row[4], officer=row[5],
        at=row[6],
    )  # fmt: skip


_BOTH_WAYS = """
    select x.a_medium, x.b_medium from media a join matches x on x.a_medium = a.id join media b on b.id = x.b_medium
     where a.name = %(here)s and b.name = %(there)s
    union
    select x.b_medium, x.a_medium from media b join matches x on x.b_medium = b.id join media a on a.id = x.a_medium
     where b.name = %(here)s and a.name = %(there)s"""

_OF_MEDIA = """
    with asked as materialized (
        select m.id, n.id as alike from media m join media n on n.name = m.name where m.id = any(%(media)s)),
    said as (
        select a.id as medium, v.other_id as other, v.* from asked a join match_verdicts v on v.medium_id = a.alike
        union all
        select a.id, v.medium_id, v.* from asked a join match_verdicts v on v.other_id = a.alike)
    select distinct s.medium, o.name, s.id, s.said, s.why, s.member, s.unit, s.said_by, s.said_at
      from said s join media o on o.id = s.other
     where s.withdrawn_at is null and (%(member)s::text is null or s.member = %(member)s)
     order by s.said_at, s.id
"""

REFUSED = f"""
    refused (here, there) as materialized (
        with latest as (
            select distinct on (least(x.name, y.name), greatest(x.name, y.name)) x.name as one, y.name as other, v.said
              from match_verdicts v join media x on x.id = v.medium_id join media y on y.id = v.other_id
             where v.member = %(member)s and v.unit = %(unit)s and v.withdrawn_at is null
             order by least(x.name, y.name), greatest(x.name, y.name), v.said_at desc, v.id desc),
        pairs as (
            select m.id as one, n.id as other from latest l join media m on m.name = l.one join media n on n.name = l.other
             where l.said = '{Said.NOT_THE_SAME}')
        select one, other from pairs union all select other, one from pairs)"""
"""Pairs of media that the own unit says are not the same, each way round; for a statement of one's own."""
