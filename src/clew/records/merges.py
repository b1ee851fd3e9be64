"""Merges: assertions that two series are one, and which series are therefore seen together.

A merge is one row, however many media its series have. What belongs together is worked out when it is asked for,
over the merges that the actor may see; so two members may see different things together, each what their
handlings allow, and to withdraw an own merge undoes it and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Handling
from clew.records import sealed
from clew.records.session import Session, handling_columns

REASON = b"series_merges.reason"

REACHED_MAX = 200_000
"""How many (series, series with it) one statement works out; a bound for what other members may have merged."""

REACH = f"""
    reach (seed, id) as (
        select id, id from seeds
        union
        select r.seed, n.id from reach r cross join lateral (
            select m.b_series as id from series_merges m where m.a_series = r.id and m.withdrawn_at is null
            union all
            select m.a_series from series_merges m where m.b_series = r.id and m.withdrawn_at is null) n),
    together as materialized (select seed, id from reach limit {REACHED_MAX})
"""
"""For a statement `with recursive seeds (id) as (…), …`: each seed with every series that is one with it, itself too.

Under row security of whoever asks: a merge is seen where both of its series are.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """That two series are one, asserted by a unit. `asserted_by` is an officer of the actor's own member, or None."""

    id: UUID
    a_series: UUID
    b_series: UUID
    reason: str
    owner: str
    unit: str
    is_own: bool
    asserted_by: str | None
    asserted_at: datetime
    withdrawn_at: datetime | None

    def other(self, series_id: UUID) -> UUID:
        """The series that it merges with this one."""
        return self.b_series if self.a_series == series_id else self.a_series


def together(session: Session, series_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """For each of these series: every series that the actor sees as one with it, itself among them, in order."""
    found: dict[UUID, list[UUID]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            f"with recursive seeds (id) as (select unnest(%s::uuid[])), {REACH} select seed, id from together order by seed, id",
            [list(series_ids)],
        )
        for seed, series_id in cursor:
            found.setdefault(seed, []).append(series_id)
    return {seed: tuple(ids) for seed, ids in found.items()}


def add(session: Session, one: UUID, other: UUID, reason: str, handling: Handling) -> UUID:
    """Keep that the two are one, as the actor's own unit says; the same said again is the same assertion."""
    a_series, b_series = sorted((one, other))
    values = {
        "a": a_series, "b": b_series, "reason": sealed.note(session.actor.member, REASON, reason),
        "officer": session.actor.officer, **handling_columns(handling),
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series_merges (a_series, b_series, reason, asserted_by,
                                       owner_member, owner_unit, audience, members, excluded)
            values (%(a)s, %(b)s, %(reason)s, %(officer)s, %(owner_member)s, %(owner_unit)s, %(audience)s, %(members)s,
                    %(excluded)s)
            on conflict (owner_member, owner_unit, a_series, b_series) where withdrawn_at is null do nothing""",
            values,
        )
        cursor.execute(
            """
            select id from series_merges where a_series = %(a)s and b_series = %(b)s and withdrawn_at is null
               and owner_member = %(owner_member)s and owner_unit = %(owner_unit)s""",
            values,
        )
        return cursor.fetchone()[0]


def withdraw(session: Session, merge_id: UUID) -> tuple[UUID, UUID]:
    """Take back an own merge; its two series.

    Raises:
        NotVisible: the unit has no such merge, or one of its series is not seen any more.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            update series_merges set withdrawn_by = %s, withdrawn_at = now()
             where id = %s and withdrawn_at is null and owner_member = %s and owner_unit = %s
            returning a_series, b_series""",
            [session.actor.officer, merge_id, session.actor.member, session.actor.unit],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("Your unit has no such assertion.")
    return found[0], found[1]


def of(session: Session, series_ids: Sequence[UUID], limit: int) -> tuple[Merge, ...]:
    """Merges of these series that the actor may see, those that hold before those that were withdrawn."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id, a_series, b_series, reason, owner_member, owner_unit, asserted_by, asserted_at, withdrawn_at
              from series_merges where a_series = any(%(ids)s) or b_series = any(%(ids)s)
             order by withdrawn_at is not null, asserted_at desc, id limit %(limit)s""",
            {"ids": list(series_ids), "limit": limit},
        )
        return tuple(_merge(session, row) for row in cursor)


def _merge(session: Session, row: Sequence) -> Merge:
    merge_id, a_series, b_series, reason, owner, unit, asserted_by, asserted_at, withdrawn_at = row
    return Merge(
        id=merge_id, a_series=a_series, b_series=b_series, reason=sealed.words_of_note(owner, REASON, reason),
        owner=owner, unit=unit, is_own=(owner, unit) == (session.actor.member, session.actor.unit),
        asserted_by=asserted_by if owner == session.actor.member else None, asserted_at=asserted_at,
        withdrawn_at=withdrawn_at,
    )  # fmt: skip
