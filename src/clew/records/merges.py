"""Merges: assertions that two series, or two victims, are one, and which are therefore seen together.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is merged: the table of its merges and the two columns that name them."""

    table: str
    a: str
    b: str

    @property
    def reason(self) -> bytes:
        """The column under which reasons are sealed."""
        return f"{self.table}.reason".encode()


SERIES = Kind(table="series_merges", a="a_series", b="b_series")
VICTIMS = Kind(table="victim_merges", a="a_victim", b="b_victim")

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


def reach(kind: Kind) -> str:
    """The same of what is merged in the table of that kind."""
    return REACH.replace(SERIES.table, kind.table).replace(SERIES.a, kind.a).replace(SERIES.b, kind.b)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """That `a` and `b` are one, asserted by a unit. `asserted_by` is an officer of the actor's own member, or None."""

    id: UUID
    a: UUID
    b: UUID
    reason: str
    owner: str
    unit: str
    is_own: bool
    asserted_by: str | None
    asserted_at: datetime
    withdrawn_at: datetime | None

    def other(self, one: UUID) -> UUID:
        """What it merges with this one."""
        return self.b if self.a == one else self.a


def together(session: Session, ids: Iterable[UUID], *, kind: Kind = SERIES) -> dict[UUID, tuple[UUID, ...]]:
    """For each of these series, or victims: every one that the actor sees as one with it, itself among them, in order."""
    found: dict[UUID, list[UUID]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            f"with recursive seeds (id) as (select unnest(%s::uuid[])), {reach(kind)} select seed, id from together order by seed, id",
            [list(ids)],
        )
        for seed, one in cursor:
            found.setdefault(seed, []).append(one)
    return {seed: tuple(reached) for seed, reached in found.items()}


def add(session: Session, one: UUID, other: UUID, reason: str, handling: Handling, *, kind: Kind = SERIES) -> UUID:
    """Keep that the two are one, as the actor's own unit says; the same said again is the same assertion."""
    a, b = sorted((one, other))
    values = {
        "a": a, "b": b, "reason": sealed.note(session.actor.member, kind.reason, reason),
        "officer": session.actor.officer, **handling_columns(handling),
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            insert into {kind.table} ({kind.a}, {kind.b}, reason, asserted_by,
                                      owner_member, owner_unit, audience, members, excluded)
            values (%(a)s, %(b)s, %(reason)s, %(officer)s, %(owner_member)s, %(owner_unit)s, %(audience)s, %(members)s,
                    %(excluded)s)
            on conflict (owner_member, owner_unit, {kind.a}, {kind.b}) where withdrawn_at is null do nothing""",
            values,
        )
        cursor.execute(
            f"""
            select id from {kind.table} where {kind.a} = %(a)s and {kind.b} = %(b)s and withdrawn_at is null
               and owner_member = %(owner_member)s and owner_unit = %(owner_unit)s""",
            values,
        )
        return cursor.fetchone()[0]


def withdraw(session: Session, merge_id: UUID, *, kind: Kind = SERIES) -> tuple[UUID, UUID]:
    """Take back an own merge; what it said to be one.

    Raises:
        NotVisible: the unit has no such merge, or one of the two is not seen any more.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            update {kind.table} set withdrawn_by = %s, withdrawn_at = now()
             where id = %s and withdrawn_at is null and owner_member = %s and owner_unit = %s
            returning {kind.a}, {kind.b}""",
            [session.actor.officer, merge_id, session.actor.member, session.actor.unit],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("Your unit has no such assertion.")
    return found[0], found[1]


def own(session: Session, merge_id: UUID, *, kind: Kind = SERIES) -> Merge:
    """The own unit's merge, withdrawn or not.

    Raises:
        NotVisible: the unit has none, or does not see both of what it merges.
    """
    found = _of(
        session, kind, "id = %(id)s and owner_member = %(member)s and owner_unit = %(unit)s",
        {"id": merge_id, "member": session.actor.member, "unit": session.actor.unit}, 1,
    )  # fmt: skip
    if not found:
        raise NotVisible("Your unit has no such assertion.")
    return found[0]


def of(session: Session, ids: Sequence[UUID], limit: int, *, kind: Kind = SERIES) -> tuple[Merge, ...]:
    """Merges of these that the actor may see, those that hold before those that were withdrawn."""
    return _of(session, kind, f"{kind.a} = any(%(ids)s) or {kind.b} = any(%(ids)s)", {"ids": list(ids)}, limit)


def _of(
    session: Session, kind: Kind, condition: str, values: dict[str, object], limit: int
) -> tuple[Merge, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select id, {kind.a}, {kind.b}, reason, owner_member, owner_unit, asserted_by, asserted_at, withdrawn_at
              from {kind.table} where {condition}
             order by withdrawn_at is not null, asserted_at desc, id limit %(limit)s""",
            {**values, "limit": limit},
        )
        return tuple(_merge(session, row, kind) for row in cursor)


def _merge(session: Session, row: Sequence, kind: Kind) -> Merge:
    merge_id, a, b, reason, owner, unit, asserted_by, asserted_at, withdrawn_at = row
    return Merge(
        id=merge_id, a=a, b=b, reason=sealed.words_of_note(owner, kind.reason, reason),
        owner=owner, unit=unit, is_own=(owner, unit) == (session.actor.member, session.actor.unit),
        asserted_by=asserted_by if owner == session.actor.member else None, asserted_at=asserted_at,
        withdrawn_at=withdrawn_at,
    )  # fmt: skip
