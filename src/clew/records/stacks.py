"""What was brought into a task force, and the stacks of it: handed out one at a time, and given back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from clew.domain.agreement import State
from clew.domain.cover import Condition
from clew.domain.errors import StepRefused
from clew.domain.handling import Use
from clew.domain.medium import MediumKind
from clew.domain.task_force import (
    LEADS_TO,
    LEASE,
    SERIES_MAX,
    STACK_MEDIA_MAX,
    STACKED_AT_ONCE_MAX,
    Finding,
    StackState,
)
from clew.records import sealed
from clew.records.session import Session

WORDS = b"task_force_stacks.words"
SAID_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtRow:
    """A series that a unit brought: `reference` where the actor sees the series itself. `left` of `stacks` wait.

    `state`: whether it is there, or a second officer of the unit has to agree first to what `brought_by` proposed.
    """

    id: UUID
    series_id: UUID
    reference: str
    member: str
    unit: str
    uses: Use
    conditions: frozenset[Condition]
    stacks: int
    left: int
    is_own: bool
    state: State
    brought_by: str
    brought_at: datetime

    @property
    def proposed_by(self) -> str:
        return self.brought_by

    @property
    def proposed_at(self) -> datetime:
        return self.brought_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMedium:
    """A medium of a stack: facts, and no picture."""

    name: str
    kind: MediumKind
    width: int | None
    height: int | None
    seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack that the actor holds, until when, and what it is made of as far as the actor sees it now."""

    id: UUID
    series: str
    member: str
    held_until: datetime
    said: str
    """What the last said who was not sure or set it back."""
    media: tuple[StackMedium, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said of a stack; officers of other members are not named."""

    series: str
    state: StackState
    member: str
    officer: str
    at: datetime
    words: str
    media: int


def bring(
    session: Session, task_force: UUID, series_id: UUID, uses: Use, conditions: frozenset[Condition], state: State
) -> UUID:  # fmt: skip
    """Keep that the actor's unit brings, or proposes to, what it asserts of the series."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into task_force_series (task_force_id, series_id, member, unit, uses, conditions, state, brought_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (task_force_id, series_id, member, unit)
                do update set uses = excluded.uses, conditions = excluded.conditions returning id""",
            [
                task_force, series_id, session.actor.member, session.actor.unit, int(uses), sorted(conditions),
                state.value, session.actor.officer,
            ],
        )  # fmt: skip
        return cursor.fetchone()[0]


def bring_again(session: Session, brought_id: UUID, uses: Use, conditions: frozenset[Condition]) -> None:
    """The same once more, for the uses that are said now."""
    with session.cursor() as cursor:
        cursor.execute(
            "update task_force_series set uses = %s, conditions = %s where id = %s",
            [int(uses), sorted(conditions), brought_id],
        )


def agree(session: Session, brought_id: UUID) -> None:
    """What the actor's unit proposed to bring is brought, by the session's officer."""
    with session.cursor() as cursor:
        cursor.execute(
            f"update task_force_series set state = '{State.IN_FORCE}', decided_by = %s, brought_at = now() where id = %s",
            [session.actor.officer, brought_id],
        )


def own(session: Session, task_force: UUID, *, series_id: UUID | None, brought_id: UUID | None) -> BroughtRow | None:
    """What the actor's unit brought or proposed to bring of the series, or under that identifier; None where nothing."""
    rows = brought(session, task_force, series_id=series_id, brought_id=brought_id)
    return next((row for row in rows if row.is_own), None)


def count_brought(session: Session, task_force: UUID) -> int:
    """How many are brought."""
    with session.cursor() as cursor:
        cursor.execute("select count(*) from task_force_series where task_force_id = %s", [task_force])
        return int(cursor.fetchone()[0])


def take_out(session: Session, task_force: UUID, *, series_id: UUID | None, brought_id: UUID | None) -> int:
    """Take out what the actor's unit brought of the series, or under that identifier, with its stacks; one or none."""
    with session.cursor() as cursor:
        cursor.execute(
            "delete from task_force_series where task_force_id = %s and (series_id = %s or id = %s) and member = %s and unit = %s",
            [task_force, series_id, brought_id, session.actor.member, session.actor.unit],
        )
        return cursor.rowcount


def stack(session: Session, brought_id: UUID) -> int:
    """Put own media of a brought series that are in no stack yet into stacks; how many media.

    Near copies of the same medium are one stack: those that are matched with it, or have its fingerprint.
    """
    values = {
        "brought": brought_id, "salt": uuid4().hex, "limit": STACKED_AT_ONCE_MAX, "most": STACK_MEDIA_MAX,
        "member": session.actor.member, "unit": session.actor.unit,
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute("create temporary table if not exists stacked (stack_id uuid, medium_id uuid) on commit delete rows")
        cursor.execute("truncate pg_temp.stacked")
        cursor.execute(_STACKED, values)
        found = cursor.rowcount
        cursor.execute("analyze pg_temp.stacked")
        cursor.execute(
            """
            insert into task_force_stacks (id, task_force_id, brought_id, media)
            select s.stack_id, b.task_force_id, b.id, count(*) from pg_temp.stacked s
              join task_force_series b on b.id = %(brought)s group by s.stack_id, b.task_force_id, b.id""",
            values,
        )
        cursor.execute(
            """
            insert into task_force_stack_media (stack_id, medium_id, member, unit)
            select stack_id, medium_id, %(member)s, %(unit)s from pg_temp.stacked""",
            values,
        )
    return found


_STACKED = """
    insert into pg_temp.stacked (stack_id, medium_id)
    with own as materialized (
        select p.medium_id from series_media p join task_force_series b on b.id = %(brought)s and p.series_id = b.series_id
         where p.owner_member = %(member)s and p.owner_unit = %(unit)s
           and not exists (select from task_force_stack_media k join task_force_stacks s on s.id = k.stack_id
                            where k.medium_id = p.medium_id and s.brought_id = %(brought)s)
         order by p.medium_id limit %(limit)s
    ), printed as materialized (
        select o.medium_id, f.kind, f.bits from own o join fingerprints f on f.medium_id = o.medium_id
         where octet_length(f.bits) = 32
    ), near (one, other) as (
        select m.a_medium, m.b_medium from matches m join own a on a.medium_id = m.a_medium join own b on b.medium_id = m.b_medium
        union all
        select m.b_medium, m.a_medium from matches m join own a on a.medium_id = m.a_medium join own b on b.medium_id = m.b_medium
        union all
        select medium_id, first_value(medium_id) over (partition by kind, bits order by medium_id) from printed
        union all
        select medium_id, medium_id from own
    ), headed as (
        select distinct on (one) one as medium_id, other as head from near order by one, other
    ), parted as (
        select medium_id, head, (row_number() over (partition by head order by medium_id) - 1) / %(most)s as part from headed
    )
    select md5(%(salt)s || head::text || part::text)::uuid, medium_id from parted"""


def brought(
    session: Session, task_force: UUID, *, series_id: UUID | None = None, brought_id: UUID | None = None
) -> tuple[BroughtRow, ...]:  # fmt: skip
    """What was brought, as whoever works in the task force sees it, and how far its stacks have come; or that alone."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select b.id, b.series_id, coalesce(s.reference, ''), b.member, b.unit, b.uses, b.conditions,
                   count(k.id), count(k.id) filter (where k.state <> 'done'
                       and exists (select from task_force_stack_media l where l.stack_id = k.id)),
                   b.state, b.brought_by, b.brought_at
              from task_force_series b left join series s on s.id = b.series_id
              left join task_force_stacks k on k.brought_id = b.id
             where b.task_force_id = %(force)s and (%(series)s::uuid is null or b.series_id = %(series)s)
               and (%(id)s::uuid is null or b.id = %(id)s)
             group by b.id, s.reference order by b.brought_at, b.id limit %(limit)s""",
            {"force": task_force, "series": series_id, "id": brought_id, "limit": SERIES_MAX},
        )
        mine = (session.actor.member, session.actor.unit)
        return tuple(
            BroughtRow(
                id=row[0], series_id=row[1], reference=row[2], member=row[3], unit=row[4], uses=Use(row[5]),
                conditions=frozenset(map(Condition, row[6])), stacks=row[7], left=row[8], is_own=(row[3], row[4]) == mine,
                state=State(row[9]), brought_by=row[10], brought_at=row[11],
            )
            for row in cursor
        )  # fmt: skip


def take(session: Session, task_force: UUID) -> UUID | None:
    """Hand the actor the next stack, or the one that they hold; None where none is left for them. It is held for a time.

    Nobody waits for anybody: what another is being handed is passed over. What the actor was not sure of goes to
    others; what was set back comes last.
    """
    with session.cursor() as cursor:
        values = {
            "id": task_force, "officer": session.actor.officer, "member": session.actor.member, "lease": LEASE,
        }  # fmt: skip
        cursor.execute(_HELD_STILL, values)
        found = cursor.fetchone()
        if found is None:
            cursor.execute(_LET_GO, values)
            cursor.execute(_NEXT, values)
            found = cursor.fetchone()
    return None if found is None else found[0]


_HELD_STILL = """
    update task_force_stacks set held_until = transaction_timestamp() + %(lease)s
     where task_force_id = %(id)s and held_by = %(officer)s and held_until > transaction_timestamp() returning id"""
_LET_GO = """
    update task_force_stacks set held_by = null, held_member = null, held_until = null
     where task_force_id = %(id)s and held_by = %(officer)s"""
_NEXT = """
    with next as materialized (
        select id from task_force_stacks
         where task_force_id = %(id)s and state <> 'done' and (held_by is null or held_until <= transaction_timestamp())
           and (state <> 'unsure' or said_by <> %(officer)s or said_member <> %(member)s)
           -- Of a stack whose media are all gone, or were taken out of the series, there is nothing to look at.
           and exists (select from task_force_stack_media k join media m on m.id = k.medium_id
                        where k.stack_id = task_force_stacks.id)
         order by state desc, set_back_at nulls first, id limit 1 for update skip locked
    )
    update task_force_stacks k set held_by = %(officer)s, held_member = %(member)s,
           held_until = transaction_timestamp() + %(lease)s
      from next where k.id = next.id returning k.id"""


def held(session: Session, task_force: UUID) -> Stack | None:
    """The stack that the actor holds now, with its media."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select k.id, coalesce(s.reference, ''), b.member, k.held_until, k.said_member, k.words
              from task_force_stacks k join task_force_series b on b.id = k.brought_id left join series s on s.id = b.series_id
             where k.task_force_id = %s and k.held_by = %s and k.held_until > transaction_timestamp()""",
            [task_force, session.actor.officer],
        )
        found = cursor.fetchone()
        if found is None:
            return None
        cursor.execute(
            """
            select encode(m.name, 'hex'), m.kind, m.width, m.height, m.duration_ms from task_force_stack_media k
              join media m on m.id = k.medium_id where k.stack_id = %s order by m.id limit %s""",
            [found[0], STACK_MEDIA_MAX],
        )
        media = tuple(
            StackMedium(
                name=row[0], kind=MediumKind(row[1]), width=row[2], height=row[3],
                seconds=None if row[4] is None else round(row[4] / 1000),
            )
            for row in cursor
        )  # fmt: skip
    words = sealed.words_of_note(found[4], WORDS, found[5]) if found[4] else ""
    return Stack(id=found[0], series=found[1], member=found[2], held_until=found[3], said=words, media=media)


def give_back(session: Session, task_force: UUID, finding: Finding, words: str) -> None:
    """Give back the stack that the actor holds, with what was found.

    Raises:
        StepRefused: the actor holds none any more.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            update task_force_stacks set state = %(state)s, held_by = null, held_member = null, held_until = null,
                   said_by = %(officer)s, said_member = %(member)s, said_at = transaction_timestamp(), words = %(words)s,
                   set_back_at = case when %(is_back)s then transaction_timestamp() else set_back_at end
             where task_force_id = %(id)s and held_by = %(officer)s and held_until > transaction_timestamp()""",
            {
                "id": task_force, "state": LEADS_TO[finding].value, "is_back": finding is Finding.SET_BACK,
                "words": sealed.note(session.actor.member, WORDS, words), "officer": session.actor.officer,
                "member": session.actor.member,
            },
        )  # fmt: skip
        if cursor.rowcount != 1:
            raise StepRefused("You hold no stack now: its time was over, or it went out. Take the next.")


def said(session: Session, task_force: UUID) -> tuple[Said, ...]:
    """What was said of stacks, the latest first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select coalesce(s.reference, ''), k.state, k.said_member, k.said_by, k.said_at, k.words, k.media
              from task_force_stacks k join task_force_series b on b.id = k.brought_id left join series s on s.id = b.series_id
             where k.task_force_id = %s and k.said_at is not null order by k.said_at desc, k.id limit %s""",
            [task_force, SAID_SHOWN_MAX],
        )
        return tuple(
            Said(
                series=row[0], state=StackState(row[1]), member=row[2],
                officer=row[3] if row[2] == session.actor.member else "", at=row[4],
                words=sealed.words_of_note(row[2], WORDS, row[5]), media=row[6],
            )
            for row in cursor
        )  # fmt: skip
