"""Proposals as they are kept until an officer accepts them: a unit's own, and seen by nobody else.

One that was rejected is kept as such, and waits again where the unit thinks better of it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.proposal import OF_MATCHES, Measured, Rule, sentence
from clew.records import sealed
from clew.records.session import Session

MEASURED = b"series_proposals.measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a run found: an own medium for a series, or another series to be one with it.

    `near`: by a match of which own medium with one in which series, where that is why; `spoken_by`: an own medium, by which.
    """

    series_id: UUID
    medium_id: UUID | None
    other_id: UUID | None
    rule: Rule
    measured: Measured
    media: int
    spoken_by: UUID
    near: tuple[UUID, UUID] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposal that waits, or was rejected. `name` is the content of the medium; `media` how many speak for two series being one."""

    id: UUID
    series_id: UUID
    medium_id: UUID | None
    name: str | None
    other_id: UUID | None
    rule: Rule
    measured: Measured
    media: int
    proposed_at: datetime
    rejected_by: str | None
    rejected_at: datetime | None

    @property
    def reason(self) -> str:
        """Why, in one sentence."""
        return sentence(self.rule, self.measured)


def keep(session: Session, drawn: Iterable[Drawn], limit: int) -> tuple[list[Drawn], bool]:
    """Keep at most `limit` of those that do not wait yet, in their order; which, and whether more are left."""
    rows = list(drawn)
    actor, texts = session.actor, sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "series": [row.series_id for row in rows], "medium": [row.medium_id for row in rows],
                "other": [row.other_id for row in rows], "rule": [row.rule.value for row in rows],
                "measured": [texts.seal(json.dumps(dict(row.measured)).encode(), MEASURED) for row in rows],
                "media": [row.media for row in rows], "near_medium": [row.near and row.near[0] for row in rows],
                "near_series": [row.near and row.near[1] for row in rows], "member": actor.member, "unit": actor.unit, "limit": limit,
            },
        )  # fmt: skip
        kept, new = cursor.fetchone()
    return [rows[at - 1] for at in sorted(kept)], int(new) > limit


def held(session: Session, series_ids: Iterable[UUID], media: Iterable[UUID]) -> list[tuple[UUID, UUID | None, UUID | None, Rule]]:
    """(series, medium, other series, rule) of what the own unit has about these series: of these media, or two of the series."""
    ids = list(series_ids)
    with session.cursor() as cursor:
        cursor.execute(
            """
            select series_id, medium_id, other_id, rule from series_proposals
             where series_id = any(%s) and (medium_id = any(%s) or other_id = any(%s)) and member = %s and unit = %s""",
            [ids, list(set(media)), ids, session.actor.member, session.actor.unit],
        )
        return [(row[0], row[1], row[2], Rule(row[3])) for row in cursor]


_KEEP = """
    with given as materialized (
        select * from unnest(%(series)s::uuid[], %(medium)s::uuid[], %(other)s::uuid[], %(rule)s::text[], %(measured)s::bytea[],
                             %(media)s::int[], %(near_medium)s::uuid[], %(near_series)s::uuid[])
               with ordinality as given (series, medium, other, rule, measured, media, near_medium, near_series, at)),
    new as materialized (
        select * from given where not exists (
            select from series_proposals p
             where p.member = %(member)s and p.unit = %(unit)s and p.series_id = given.series and p.rule = given.rule
               and p.medium_id is not distinct from given.medium and p.other_id is not distinct from given.other)),
    kept as (
        insert into series_proposals
               (series_id, medium_id, other_id, rule, measured, media, near_medium, near_series, member, unit)
        select series, medium, other, rule, measured, media, near_medium, near_series, %(member)s, %(unit)s from new order by at limit %(limit)s
        on conflict do nothing returning series_id, medium_id, other_id, rule)
    select coalesce((select array_agg(n.at) from kept k join new n on n.series = k.series_id and n.rule = k.rule
                        and n.medium is not distinct from k.medium_id and n.other is not distinct from k.other_id), '{}'),
           (select count(*) from new)
"""


def get(session: Session, proposal_id: UUID, *, is_rejected: bool = False) -> Proposal:
    """The own unit's proposal that waits, or that was rejected.

    Raises:
        NotVisible: there is none, or what it is about is not seen any more.
    """
    found = _of(session, "p.id = %(id)s", {"id": proposal_id}, 1, is_rejected=is_rejected)
    if not found:
        raise NotVisible("Your unit has no such proposal.")
    return found[0]


def of_series(
    session: Session, series_ids: Sequence[UUID], limit: int, *, is_rejected: bool = False, after: UUID | None = None
) -> tuple[Proposal, ...]:
    """The own unit's proposals for these series, the strongest rules first; or those that it rejected, the latest first.

    `after`: those that were rejected before this one, which the unit rejected too.
    """
    behind = "" if after is None else f" and {_REJECTED_BEFORE}"
    return _of(
        session, f"(p.series_id = any(%(ids)s) or p.other_id = any(%(ids)s)){behind}",
        {"ids": list(series_ids), "after": after}, limit, is_rejected=is_rejected,
    )  # fmt: skip


_REJECTED_BEFORE = """
    (p.rejected_at, p.id) < (select a.rejected_at, a.id from series_proposals a
                              where a.id = %(after)s and a.member = %(member)s and a.unit = %(unit)s)"""


def of_place(
    session: Session, case_id: UUID, exhibit_id: UUID | None, limit: int, *, is_rejected: bool = False
) -> tuple[Proposal, ...]:
    """The own unit's proposals for media of a case or exhibit, and for series that media of it are in."""
    lying = """
        select o.medium_id from occurrences o
         where o.case_id = %(case)s and (%(exhibit)s::uuid is null or o.exhibit_id = %(exhibit)s)"""
    return _of(
        session,
        f"""(p.medium_id in ({lying})
             or p.other_id is not null and exists (
                select from series_media sm where sm.series_id in (p.series_id, p.other_id) and sm.medium_id in ({lying})))""",
        {"case": case_id, "exhibit": exhibit_id},
        limit, is_rejected=is_rejected,
    )  # fmt: skip


_OF_THE_PAIR = """
    member = %(member)s and unit = %(unit)s
    and (series_id = %(series)s and medium_id is not distinct from %(medium)s and other_id is not distinct from %(other)s
         or series_id = %(other)s and other_id = %(series)s)"""


def _pair(session: Session, one: Proposal) -> dict[str, object]:
    return {
        "series": one.series_id, "medium": one.medium_id, "other": one.other_id, "member": session.actor.member,
        "unit": session.actor.unit,
    }  # fmt: skip


def decided(session: Session, one: Proposal) -> None:
    """Nothing about the pair waits any more, by whatever rule it was proposed."""
    with session.cursor() as cursor:
        cursor.execute(f"delete from series_proposals where {_OF_THE_PAIR}", _pair(session, one))


def reject(session: Session, one: Proposal) -> None:
    """Keep it as rejected; what other rules proposed about the pair goes."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with others as (delete from series_proposals where id <> %(id)s and {_OF_THE_PAIR})
            update series_proposals set rejected_by = %(officer)s, rejected_at = now() where id = %(id)s""",
            {**_pair(session, one), "id": one.id, "officer": session.actor.officer},
        )


def take_back(session: Session, one: Proposal) -> None:
    """It waits again."""
    with session.cursor() as cursor:
        cursor.execute("update series_proposals set rejected_by = null, rejected_at = null where id = %s", [one.id])


def drop(session: Session, series_id: UUID, *, names: Sequence[bytes] = (), others: Sequence[UUID] = ()) -> None:
    """What waits for the own unit about contents (their names) in a series, or other series being one with it, is decided."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            delete from series_proposals p where p.member = %(member)s and p.unit = %(unit)s
               and (p.series_id = %(series)s and p.other_id = any(%(others)s)
                    or p.series_id = any(%(others)s) and p.other_id = %(series)s
                    or p.series_id = %(series)s
                       and exists (select from media m where m.id = p.medium_id and m.name = any(%(names)s)))""",
            {
                "series": series_id, "names": list(names), "others": list(others), "member": session.actor.member,
                "unit": session.actor.unit,
            },
        )  # fmt: skip


def drop_of_match(session: Session, here: bytes, there: bytes) -> int:
    """What waits for the own unit because these two contents match waits no longer; how many proposals.

    What another match speaks for too is found again when somebody looks for proposals.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            with sides (one, other) as (values (%(here)s::bytea, %(there)s::bytea), (%(there)s, %(here)s))
            delete from series_proposals p using sides d
             where p.member = %(member)s and p.unit = %(unit)s and p.rule = any(%(rules)s)
               and exists (select from series_media sm join media n on n.id = sm.medium_id
                            where sm.series_id = p.series_id and n.name = d.other)
               and (exists (select from media m where m.id = p.medium_id and m.name = d.one)
                    or p.media = 1 and exists (select from series_media sm join media m on m.id = sm.medium_id
                                                where sm.series_id = p.other_id and m.name = d.one))""",
            {
                "here": here, "there": there, "member": session.actor.member, "unit": session.actor.unit,
                "rules": [rule.value for rule in OF_MATCHES],
            },
        )  # fmt: skip
        return cursor.rowcount


def _of(
    session: Session, condition: str, values: dict[str, object], limit: int, *, is_rejected: bool = False
) -> tuple[Proposal, ...]:
    in_order = "p.rejected_at desc, p.id desc" if is_rejected else (
        "array_position(%(rules)s::text[], p.rule), p.proposed_at desc, p.id"
    )  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select p.id, p.series_id, p.medium_id, (select m.name from media m where m.id = p.medium_id), p.other_id, p.rule,
                   p.measured, p.media, p.proposed_at, p.rejected_by, p.rejected_at
              from series_proposals p where p.member = %(member)s and p.unit = %(unit)s and {condition}
               and p.rejected_at is {"not null" if is_rejected else "null"}
             order by {in_order} limit %(limit)s""",
            {
                **values, "rules": [rule.value for rule in Rule], "limit": limit, "member": session.actor.member,
                "unit": session.actor.unit,
            },
        )  # fmt: skip
        texts = sealed.of_member(session.actor.member)
        return tuple(
            Proposal(
                id=row[0], series_id=row[1], medium_id=row[2], name=None if row[3] is None else bytes(row[3]).hex(),
                other_id=row[4], rule=Rule(row[5]), measured=json.loads(texts.unseal(bytes(row[6]), MEASURED)),
                media=row[7], proposed_at=row[8], rejected_by=row[9], rejected_at=row[10],
            )
            for row in cursor
        )  # fmt: skip
