"""Steps by which victims of the own unit are found, and what is told and counted of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from clew.domain.identification import Outcome, Status, Step
from clew.domain.ledger import By, Line
from clew.domain.victim import VictimState
from clew.records import sealed
from clew.records.merges import REACHED_MAX
from clew.records.session import Session
from clew.records.waiting import DUE

BASIS = b"victim_steps.basis"
EVIDENCE = b"victim_steps.evidence"
NEXT = b"victim_steps.next_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step about an own victim, as it was proposed and decided."""

    id: UUID
    victim_id: UUID
    step: Step
    state: VictimState
    status: Status
    basis: str
    evidence: str
    next_step: str
    next_on: date | None
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Medians over `children` of `whose` (own or others); None where nothing is known, or may be shown.

    Of others the children are counted in whole fives, and each median is over whole fives of them, in whole days.
    """

    whose: str
    children: int
    to_lead: timedelta | None
    from_lead: timedelta | None
    to_identified: timedelta | None


def propose(
    session: Session, victim_id: UUID, step: Step, state: VictimState, *,
    basis: str, evidence: str, next_step: str, next_on: date | None,
) -> UUID:  # fmt: skip
    """Keep a step that waits for another officer."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into victim_steps (victim_id, step, state, basis, evidence, next_step, next_on, member, unit, proposed_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id""",
            [
                victim_id, step.value, state.value, sealed.note(actor.member, BASIS, basis),
                sealed.note(actor.member, EVIDENCE, evidence), sealed.note(actor.member, NEXT, next_step), next_on,
                actor.member, actor.unit, actor.officer,
            ],
        )  # fmt: skip
        return UUID(str(cursor.fetchone()[0]))


def waiting(session: Session, victim_id: UUID) -> StepRow | None:
    """The step that waits about an own victim, held until the transaction ends."""
    rows = _rows(session, "victim_id = %s and status = 'proposed' for update", [victim_id])
    return next(iter(rows), None)


def of(session: Session, victim_id: UUID, limit: int) -> tuple[StepRow, ...]:
    """The steps about an own victim, the latest first."""
    return _rows(session, "victim_id = %s order by proposed_at desc, id limit %s", [victim_id, limit])


def due(session: Session, until: date, limit: int) -> tuple[StepRow, ...]:
    """The latest confirmed step of each own victim whose next step is planned up to that day, the earliest first."""
    return _rows(session, f"{DUE} order by next_on, id limit %(limit)s", {"today": until, "limit": limit})


def decide(session: Session, step_id: UUID, status: Status) -> None:
    """The step that waits is decided by the actor."""
    with session.cursor() as cursor:
        cursor.execute(
            "update victim_steps set status = %s, decided_by = %s, decided_at = now() where id = %s",
            [status.value, session.actor.officer, step_id],
        )


OWN_REACH = """
    one (seed, id) as (
        select id, id from seeds
        union
        select o.seed, n.id from one o cross join lateral (
            select m.b_series as id from series_merges m where m.a_series = o.id and m.withdrawn_at is null
               and m.owner_member = %(member)s and m.owner_unit = %(unit)s
            union all
            select m.a_series from series_merges m where m.b_series = o.id and m.withdrawn_at is null
               and m.owner_member = %(member)s and m.owner_unit = %(unit)s) n)
"""
"""For a statement `with recursive seeds (id) as (…), …`: each seed with every series that the own unit says is one with it."""


_SAYS_SO = """
    exists (select from victim_merges m
             where m.a_victim = least(c.id, v.id) and m.b_victim = greatest(c.id, v.id) and m.withdrawn_at is null
               and (m.owner_member, m.owner_unit) = ({0}.owner_member, {0}.owner_unit))"""
ONE_CHILD = f"""
    child (first, id) as (
        select id, id from firsts
        union
        select c.first, v.id from child c join victims w on w.id = c.id
         cross join lateral (
            select m.b_victim as id from victim_merges m where m.a_victim = c.id and m.withdrawn_at is null
            union
            select m.a_victim from victim_merges m where m.b_victim = c.id and m.withdrawn_at is null) n
          join victims v on v.id = n.id
         where {_SAYS_SO.format("w")} and {_SAYS_SO.format("v")}),
    one_child as materialized (select first, id from child limit {REACHED_MAX})
"""
"""For a statement `with recursive firsts (id) as (…), …`: each victim with every one that is the same child, itself too.

Two are one child once the owners of both say so, as in the ledger; here under row security of whoever asks, so that
neither a victim nor a merge that is hidden from them moves anything of theirs.
"""
_IS_REAL = """
    not exists (select from victim_words w where w.victim_id = v.id and w.said = 'no-real-child' and w.withdrawn_at is null
                   and (w.owner_member, w.owner_unit) = (v.owner_member, v.owner_unit))"""


def hold_series_of(session: Session, victim_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Own series in which these victims or such as are one child with them appear, as the own unit says; held.

    Be it themselves or in one of the series' media. Those that the own unit says are one with such series too; by each,
    whether a victim appears in that one itself.
    """
    return _held(
        session,
        """
        select l.b_id from links l
         where l.a_id in (select id from one_child) and l.type = 1 and l.state = 2 and l.b_kind = 1
           and l.owner_member = %(member)s and l.owner_unit = %(unit)s
        union
        select p.series_id from links l join series_media p on p.medium_id = l.b_id
         where l.a_id in (select id from one_child) and l.type = 1 and l.state = 2 and l.b_kind = 2
           and l.owner_member = %(member)s and l.owner_unit = %(unit)s""",
        {"victims": list(victim_ids)},
        f"firsts (id) as (select unnest(%(victims)s::uuid[])), {ONE_CHILD}, ",
    )


def hold_series_with(session: Session, ends: Sequence[UUID]) -> dict[UUID, bool]:
    """Own series that are these records, have one of them as a medium, or are said by the own unit to be one with such; held.

    By each, whether it is one of the first two.
    """
    return _held(
        session, "select unnest(%(ids)s::uuid[]) union select p.series_id from series_media p where p.medium_id = any(%(ids)s)",
        {"ids": list(ends)},
    )  # fmt: skip


def hold_one_with(session: Session, series_ids: Sequence[UUID]) -> list[UUID]:
    """Own series that are these, or that the own unit says are one with them; held."""
    return [*_held(session, "select unnest(%(ids)s::uuid[])", {"ids": list(series_ids)})]


def _held(session: Session, seeds: str, values: dict[str, object], before: str = "") -> dict[UUID, bool]:
    """Held until nothing more comes to them: what was said to be one while it waited for one of them is seen then."""
    held: dict[UUID, bool] = {}
    while (found := _hold(session, seeds, values, before)).keys() - held.keys():
        held = found
    return found


def _hold(session: Session, seeds: str, values: dict[str, object], before: str) -> dict[UUID, bool]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with recursive {before} seeds (id) as materialized ({seeds}), {OWN_REACH}
            select s.id, s.id in (select id from seeds) from series s
             where s.owner_member = %(member)s and s.owner_unit = %(unit)s and s.id in (select id from one)
             order by s.id for update of s""",
            {**values, "member": session.actor.member, "unit": session.actor.unit},
        )
        return {row[0]: row[1] for row in cursor}


def states_in(session: Session, series_ids: Sequence[UUID]) -> dict[UUID, list[list[VictimState]]]:
    """By each of these series: of each child that appears in it, or in one that is one with it, what it has come to.

    All as the own unit says; a child has the states of all victims that are one with it. Not counted are those of whom
    it is said that there is nobody.
    """
    found: dict[UUID, list[list[VictimState]]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with recursive seeds (id) as (select unnest(%(series)s::uuid[])), {OWN_REACH},
            appears as materialized (
                select o.seed, l.a_id from one o join links l on l.b_id = o.id
                 where l.type = 1 and l.state = 2 and l.a_kind = 3
                   and l.owner_member = %(member)s and l.owner_unit = %(unit)s
                union
                select o.seed, l.a_id from one o join series_media p on p.series_id = o.id join links l on l.b_id = p.medium_id
                 where l.type = 1 and l.state = 2 and l.a_kind = 3
                   and l.owner_member = %(member)s and l.owner_unit = %(unit)s),
            firsts (id) as (select distinct v.id from appears a join victims v on v.id = a.a_id where {_IS_REAL}), {ONE_CHILD}
            select a.seed, a.a_id, array_agg(distinct v.state)
              from appears a join one_child c on c.first = a.a_id join victims v on v.id = c.id
             where {_IS_REAL} group by a.seed, a.a_id order by a.seed, a.a_id""",
            {"series": list(series_ids), "member": session.actor.member, "unit": session.actor.unit},
        )
        for seed, _, states in cursor:
            found.setdefault(seed, []).append([VictimState(state) for state in states])
    return found


def tell(session: Session, series_ids: Sequence[UUID], outcome: Outcome) -> None:
    """Tell every unit that had a part in these own series, or whose triage named them, what came of it.

    How many they are nobody learns: some may have their part by media that are hidden from the actor.
    """
    with session.cursor() as cursor:
        cursor.execute("select clew_tell_outcome(%s, %s)", [list(series_ids), outcome.value])


def tell_of_merge(session: Session, merge_id: UUID) -> None:
    """Tell every unit that comes to have a part in a solved series by this own merge, or had it by nothing else.

    The second where the merge is withdrawn. How many they are nobody learns.
    """
    with session.cursor() as cursor:
        cursor.execute("select clew_tell_of_merge(%s)", [merge_id])


def tell_owners_of_step(session: Session, victim_id: UUID) -> None:
    """Tell other units what comes of a step of an own victim, confirmed just now, for their series with the same child.

    Each by what it may see itself; how many they are nobody learns.
    """
    with session.cursor() as cursor:
        cursor.execute("select clew_tell_owners_of_step(%s)", [victim_id])


def tell_owners_of_same(session: Session, merge_id: UUID) -> None:
    """The same of an own assertion that two victims are one, said or taken back just now."""
    with session.cursor() as cursor:
        cursor.execute("select clew_tell_owners_of_same(%s)", [merge_id])


def ledger(session: Session, by: By, year: int | None) -> tuple[list[Line], Line]:
    """Lines of the ledger as the database gives them, and the total."""
    with session.cursor() as cursor:
        cursor.execute("select key, own, others, own_safeguarded, others_safeguarded from clew_ledger(%s, %s)", [by.value, year])
        rows = [
            Line(key=key, own=own, others=others, own_safeguarded=own_safe, others_safeguarded=others_safe)
            for key, own, others, own_safe, others_safe in cursor
        ]
    total = next(line for line in rows if not line.key)
    return [line for line in rows if line.key], total


def times(session: Session, year: int | None) -> tuple[Times, ...]:
    """How long it took, over the own member's children and over those of others."""
    with session.cursor() as cursor:
        cursor.execute("select whose, children, to_lead, from_lead, to_identified from clew_ledger_times(%s)", [year])
        return tuple(
            Times(whose=whose, children=children, to_lead=_span(to_lead), from_lead=_span(from_lead), to_identified=_span(whole))
            for whose, children, to_lead, from_lead, whole in cursor
        )


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _rows(session: Session, condition: str, values: list[object] | dict[str, object]) -> tuple[StepRow, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select id, victim_id, step, state, status, basis, evidence, next_step, next_on, proposed_by, proposed_at,
                   decided_by, decided_at
              from victim_steps s where {condition}""",
            values,
        )
        return tuple(_row(session.actor.member, row) for row in cursor)


def _row(member: str, row: Sequence) -> StepRow:
    step_id, victim_id, step, state, status, basis, evidence, next_step, next_on, *decided = row
    proposed_by, proposed_at, decided_by, decided_at = decided
    return StepRow(
        id=step_id, victim_id=victim_id, step=Step(step), state=VictimState(state), status=Status(status),
        basis=sealed.words_of_note(member, BASIS, basis), evidence=sealed.words_of_note(member, EVIDENCE, evidence),
        next_step=sealed.words_of_note(member, NEXT, next_step), next_on=next_on, proposed_by=proposed_by,
        proposed_at=proposed_at, decided_by=decided_by, decided_at=decided_at,
    )  # fmt: skip
