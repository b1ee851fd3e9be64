"""Stacks of near copies within an own case: what is near to newcomers there, and where each medium lies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.stack import NEAR_MAX, Newcomer, Stacks, placed
from clew.records.occurrences import LIES, LIES_IN_CASE
from clew.records.session import Session

Near = Mapping[UUID, Mapping[int, int]]
"""By newcomer, sets of fingerprints that are near to it, with the distance in bits."""


def stack(session: Session, case_id: UUID, found: Near, until: UUID | None = None) -> int:
    """Put media that came into an own case into its stacks; how many media lie elsewhere now.

    `until`: a case is stacked afterwards, and what lies alone behind that medium has not come yet. The caller holds the
    counters of fingerprints, so nobody else stacks in the meantime.
    """
    return place(session, case_id, _near_in_case(session, case_id, found), until)


def place(
    session: Session, case_id: UUID, near: Mapping[UUID, Mapping[UUID, int]], until: UUID | None = None
) -> int:
    """The same, where it is known what of the own unit's in the case is near to each, and how far in bits."""
    near = {medium: each for medium, each in near.items() if each}
    if not near:
        return 0
    others = {medium for each in near.values() for medium in each}
    centre_of = _centres(session, case_id, others)
    if until is not None:
        here = {medium for medium in others if medium in centre_of or medium <= until}
        near = {medium: {each: bits for each, bits in found.items() if each in here} for medium, found in near.items()}
    worth = _worth(session, {*others, *centre_of.values(), *near})
    newcomers = [
        Newcomer(medium=medium, worth=worth[medium], near=distances) for medium, distances in near.items()
        if medium not in centre_of
    ]  # fmt: skip
    moved = placed(Stacks(centre_of=centre_of, worth=worth), newcomers)
    _write(session, case_id, moved)
    return len(moved)


def _near_in_case(session: Session, case_id: UUID, found: Near) -> dict[UUID, dict[UUID, int]]:
    """Own media in the case that are near to each newcomer, both ways, in the order of `found`."""
    rows = [(medium, each, bits) for medium, near in found.items() for each, bits in near.items()]
    if not rows:
        return {}
    near: dict[UUID, dict[UUID, int]] = {medium: {} for medium in found}
    with session.cursor() as cursor:
        cursor.execute(_NEAR, {
            "case": case_id, "member": session.actor.member, "unit": session.actor.unit,
            "media": [row[0] for row in rows], "sets": [row[1] for row in rows], "bits": [row[2] for row in rows],
        })  # fmt: skip
        for one, other, bits in cursor:
            near[one][other] = min(bits, near[one].get(other, bits))
            if other in near:
                near[other][one] = min(bits, near[other].get(one, bits))
    return near


_NEAR = f"""
    with given as materialized (
        select * from unnest(%(media)s::uuid[], %(sets)s::bigint[], %(bits)s::int[]) as given (medium_id, set_id, bits)),
    sets as materialized (
        select f.id, f.medium_id from fingerprints f
         where f.id in (select set_id from given) and f.owner_member = %(member)s and f.owner_unit = %(unit)s),
    lying as materialized (
        select n.medium_id from (select medium_id from sets union select medium_id from given) n
         where {LIES_IN_CASE.format("n.medium_id")})
    select g.medium_id, s.medium_id, min(g.bits) from given g
      join sets s on s.id = g.set_id and s.medium_id <> g.medium_id
     where s.medium_id in (select medium_id from lying) and g.medium_id in (select medium_id from lying)
     group by 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run in time between a film and another of the case. Units: milliseconds, of here and of there."""

    other: UUID
    run_ms: tuple[int, int]
    duration_ms: tuple[int, int]
    distance_bits: int


def runs_of(session: Session, case_id: UUID, medium_id: UUID) -> tuple[Run, ...]:
    """The nearest films of the own unit in the case that match the film, with how much of both the runs cover."""
    values = {
        "case": case_id, "medium": medium_id, "member": session.actor.member, "unit": session.actor.unit, "limit": NEAR_MAX,
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(_RUNS, values)
        return tuple(
            Run(other=row[0], run_ms=(row[1], row[2]), duration_ms=(row[3], row[4]), distance_bits=row[5]) for row in cursor
        )


_RUNS = f"""
    with runs (other, here_ms, there_ms, bits) as (
        select b_medium, a_to_ms - a_from_ms, b_to_ms - b_from_ms, distance_bits from matches
         where a_medium = %(medium)s and kind = 2 and a_from_ms is not null
         union all
        select a_medium, b_to_ms - b_from_ms, a_to_ms - a_from_ms, distance_bits from matches
         where b_medium = %(medium)s and kind = 2 and a_from_ms is not null)
    select r.other, r.here_ms, r.there_ms, coalesce(h.duration_ms, 0), coalesce(t.duration_ms, 0), r.bits
      from runs r join media h on h.id = %(medium)s join media t on t.id = r.other
     where t.owner_member = %(member)s and t.owner_unit = %(unit)s
       and {LIES_IN_CASE.format("t.id")}
     order by r.bits, r.other limit %(limit)s
"""


def _centres(session: Session, case_id: UUID, media: Collection[UUID]) -> dict[UUID, UUID]:
    """Every member of every stack that one of the media lies in, with its centre."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select k.medium_id, k.centre_id from case_stacks k
             where k.case_id = %(case)s and k.centre_id in (
                   select t.centre_id from case_stacks t where t.case_id = %(case)s and t.medium_id = any(%(media)s))""",
            {"case": case_id, "media": [*media]},
        )
        return dict(cursor.fetchall())


def _worth(session: Session, media: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    with session.cursor() as cursor:
        cursor.execute(
            "select id, coalesce(width::bigint * height, 0), coalesce(size_bytes, 0) from media where id = any(%s)",
            [[*media]],
        )
        return {row[0]: (row[1], row[2]) for row in cursor}


def alone(session: Session, case_id: UUID, after: UUID | None, limit: int) -> list[tuple[UUID, bool]]:
    """The next media of the own unit in the case that lie in no stack, by their identifiers, and whether each moves."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.id, m.kind = 'video' from media m
             where m.owner_member = %(member)s and m.owner_unit = %(unit)s and m.id in (
                   select distinct o.medium_id from occurrences o
                    where o.case_id = %(case)s and o.medium_id > %(after)s and not exists (
                          select from case_stacks k where k.case_id = %(case)s and k.medium_id = o.medium_id offset 0)
                    order by o.medium_id limit %(limit)s)
             order by m.id""",
            {
                "case": case_id, "after": after or UUID(int=0), "limit": limit, "member": session.actor.member,
                "unit": session.actor.unit,
            },
        )  # fmt: skip
        return [(row[0], bool(row[1])) for row in cursor]


def _write(session: Session, case_id: UUID, moved: Mapping[UUID, UUID]) -> None:
    if not moved:
        return
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into case_stacks (case_id, medium_id, centre_id, member, unit)
            select %(case)s, given.medium_id, given.centre_id, %(member)s, %(unit)s
              from unnest(%(media)s::uuid[], %(centres)s::uuid[]) with ordinality as given (medium_id, centre_id, at)
             order by at
            on conflict (case_id, medium_id) do update set centre_id = excluded.centre_id""",
            {
                "case": case_id, "media": [*moved], "centres": [*moved.values()], "member": session.actor.member,
                "unit": session.actor.unit,
            },
        )  # fmt: skip


def members(
    session: Session, case_id: UUID, exhibit_id: UUID | None, media: Sequence[UUID], limit: int
) -> dict[UUID, UUID]:
    """What lies in the stacks of these media, in the case or exhibit, as far as the actor sees it: medium and centre.

    At most `limit`. A medium that is in no stack is not among them.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select k.medium_id, k.centre_id from case_stacks k join media m on m.id = k.medium_id
             where k.case_id = %(case)s and k.centre_id in (
                   select t.centre_id from case_stacks t where t.case_id = %(case)s and t.medium_id = any(%(media)s))
               and {LIES.format("k.medium_id")}
             order by k.centre_id, k.medium_id <> k.centre_id, k.id limit %(limit)s""",
            {"case": case_id, "exhibit": exhibit_id, "media": list(media), "limit": limit},
        )
        return dict(cursor.fetchall())


def lies(session: Session, case_id: UUID, exhibit_id: UUID | None, medium_id: UUID) -> bool:
    """Whether the actor sees the medium, and that it lies in the case or exhibit."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select exists (select from media where id = %(medium)s) and {LIES.format('%(medium)s')}",
            {"case": case_id, "exhibit": exhibit_id, "medium": medium_id},
        )
        return bool(cursor.fetchone()[0])


def named(session: Session, case_id: UUID, names: Sequence[bytes]) -> tuple[UUID, ...]:
    """Media of these contents that the actor sees in stacks of the case."""
    with session.cursor() as cursor:
        cursor.execute(
            "select k.medium_id from case_stacks k join media m on m.id = k.medium_id"
            " where k.case_id = %s and m.name = any(%s)",
            [case_id, list(names)],
        )
        return tuple(row[0] for row in cursor)
