"""Overlaps as one side sees them: what it was told, what it said, whose card it got, and the rule it goes by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import BLOCKED
from clew.domain.handling_change import SubjectKind
from clew.domain.overlap import MODE_DEFAULT, STATE_OF, Mode, Rule, State, Step
from clew.domain.series import SeriesState
from clew.records import sealed
from clew.records.cases import REFERENCE
from clew.records.deconfliction import LOOKED_AT_MAX
from clew.records.hash_lists import NAME as LIST_NAME
from clew.records.session import Session
from clew.records.waiting import UNDECIDED

REASON = b"overlap_decisions.reason"
WORDS = b"overlap_decisions.words"
MODE_REASON = b"overlap_modes.reason"
CONTACTS_PER_SIDE_MAX = 200
DECISIONS_SHOWN_MAX = 100
RULES_SHOWN_MAX = 100

_TABLES: Mapping[SubjectKind, tuple[str, str, bytes]] = {
    SubjectKind.CASE: ("cases", "reference", REFERENCE),
    SubjectKind.HASH_LIST: ("hash_lists", "name", LIST_NAME),
}
KINDS = tuple(_TABLES)
"""What an overlap is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A case or hash list of the own member that the actor may see."""

    kind: SubjectKind
    id: UUID
    name: str
    unit: str
    is_blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """That there is an overlap with a case or hash list, and what its side said last."""

    id: UUID
    kind: SubjectKind
    subject_id: UUID
    name: str
    unit: str
    released_at: datetime
    state: State
    decided_at: datetime | None
    again_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One word of the own side, with its reason and what it put on its card."""

    step: Step
    reason: str
    words: str
    again_on: date | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom the own side overlaps with, once both agreed; `words` are those of the other side."""

    id: UUID
    member: str
    unit: str
    words: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Material of a member whose rule is open: whose it is, and the reference of a series that it is in."""

    member: str
    unit: str
    series: str | None
    state: SeriesState | None


def find(session: Session, kind: SubjectKind, name: str, unit: str | None = None) -> Place:
    """The case or hash list of that name of `unit`, or of the actor's own.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    table, column, sealed_as = _TABLES[kind]
    words = sealed.of_member(session.actor.member).seal(name.encode(), sealed_as)
    is_open = "and shredded_at is null" if kind is SubjectKind.CASE else ""
    with session.cursor() as cursor:
        cursor.execute(
            f"select id, owner_unit, %(blocked)s = any (excluded) from {table}"
            f" where {column} = %(words)s and owner_member = %(member)s and owner_unit = %(unit)s {is_open}",
            {"words": words, "member": session.actor.member, "unit": unit or session.actor.unit, "blocked": BLOCKED},
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such case or hash list.")
    return Place(kind=kind, id=row[0], name=name, unit=row[1], is_blocked=row[2])


def sides(
    session: Session, limit: int, after: UUID | None = None, *, is_waiting: bool = False
) -> tuple[Side, ...]:
    """What the actor's member was told of cases and lists that the actor may see, the latest first.

    `is_waiting`: that of the own unit alone of which it said nothing yet.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            {_SIDES} left join overlap_sides a on a.id = %(after)s::uuid
             where (a.id is null or (s.released_at, s.id) < (a.released_at, a.id)) {f"and {UNDECIDED}" if is_waiting else ""}
             order by s.released_at desc, s.id desc limit %(limit)s""",
            {"after": after, "limit": limit, "member": session.actor.member, "unit": session.actor.unit},
        )
        return tuple(_side(session, row) for row in cursor.fetchall())


def side_of(session: Session, subject_id: UUID) -> Side | None:
    """What was told of this case or hash list, or None where nothing was."""
    with session.cursor() as cursor:
        cursor.execute(f"{_SIDES} where s.subject_id = %s", [subject_id])
        row = cursor.fetchone()
    return None if row is None else _side(session, row)


def said(session: Session, side_id: UUID) -> tuple[Said, ...]:
    """What the side said, the latest first."""
    member = session.actor.member
    with session.cursor() as cursor:
        cursor.execute(
            "select step, reason, words, again_on, decided_by, decided_at from overlap_decisions where side_id = %s"
            " order by decided_at desc, id limit %s",
            [side_id, DECISIONS_SHOWN_MAX],
        )
        return tuple(
            Said(
                step=Step(row[0]), reason=sealed.words_of_note(member, REASON, row[1]),
                words=sealed.words_of_note(member, WORDS, row[2]), again_on=row[3], decided_by=row[4], decided_at=row[5],
            )
            for row in cursor
        )  # fmt: skip


def decide(session: Session, side: Side, step: Step, reason: str, words: str, again_on: date | None) -> None:
    """Append what the side says; who agrees too gets its card at once, and it gets theirs."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into overlap_decisions (side_id, subject_id, member, unit, step, reason, words, again_on, decided_by,
                                           decided_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())""",
            [
                side.id, side.subject_id, actor.member, side.unit, step.value,
                sealed.note(actor.member, REASON, reason), sealed.note(actor.member, WORDS, words), again_on, actor.officer,
            ],
        )  # fmt: skip
    if step is Step.CONSENT:
        join(session, side.subject_id)


def join(session: Session, subject_id: UUID) -> None:
    """Bring the own side together with whoever agrees as it does."""
    with session.cursor() as cursor:
        cursor.execute("select clew_join_overlaps(%s)", [subject_id])


def contacts(session: Session, side_ids: Sequence[UUID]) -> dict[UUID, tuple[Contact, ...]]:
    """The cards that each of these sides got, in the order of members and units."""
    found: dict[UUID, list[Contact]] = {}
    with session.cursor() as cursor:
        cursor.execute(
            """
            select side_id, contact_id, other_member, other_unit, other_words, since from overlap_contacts
             where side_id = any(%s) order by other_member, other_unit, contact_id limit %s""",
            [list(side_ids), CONTACTS_PER_SIDE_MAX * max(1, len(side_ids))],
        )
        for row in cursor:
            words = sealed.words_of_note(row[2], WORDS, row[4])
            card = Contact(id=row[1], member=row[2], unit=row[3], words=words, since=row[5])
            found.setdefault(row[0], []).append(card)
    return {side_id: tuple(cards) for side_id, cards in found.items()}


def facts(session: Session, subject_id: UUID, *, whole: bool = True) -> tuple[tuple[Fact, ...], int | None]:
    """What members whose rule is open hold of the same material as a case or list of the actor's own unit.

    Without `whole` so many of its places of media are looked at as somebody waits for; and how many, where it has more.
    """
    with session.cursor() as cursor:
        cursor.execute(_FACTS, {"subject": subject_id, "whole": whole, "most": LOOKED_AT_MAX})
        rows = cursor.fetchall()
    found = tuple(
        Fact(member=row[1], unit=row[2], series=row[3], state=None if row[4] is None else SeriesState(row[4]))
        for row in rows
        if row[1] is not None
    )  # fmt: skip
    return found, LOOKED_AT_MAX if rows[0][0] else None


def release(session: Session) -> None:
    """Tell every side what its clock has come to; nothing where it has not ticked since."""
    with session.cursor() as cursor:
        cursor.execute("select clew_release_overlaps()")


def rules(session: Session, subject_id: UUID | None) -> tuple[Rule, ...]:
    """The rules that a case or list of the own member, or without one the member, was given: the latest first."""
    member = session.actor.member
    with session.cursor() as cursor:
        cursor.execute(
            """
            select mode, reason, changed_by, changed_at, is_in_force from overlap_modes
             where member = %(member)s and subject_id is not distinct from %(subject)s::uuid
             order by changed_at desc, id limit %(limit)s""",
            {"member": member, "subject": subject_id, "limit": RULES_SHOWN_MAX},
        )
        return tuple(
            Rule(
                mode=None if row[0] is None else Mode(row[0]), reason=sealed.words_of_note(member, MODE_REASON, row[1]),
                changed_by=row[2], changed_at=row[3], is_in_force=row[4],
            )
            for row in cursor
        )  # fmt: skip


def mode_of(session: Session, subject_ids: Sequence[UUID]) -> dict[UUID, Mode]:
    """The rule that holds for each of these cases and lists of the own member now."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select given.id, coalesce(
                (select m.mode from overlap_modes m where m.subject_id = given.id and m.is_in_force
                  order by m.changed_at desc, m.id limit 1),
                (select m.mode from overlap_modes m where m.subject_id is null and m.member = %(member)s and m.is_in_force
                  order by m.changed_at desc, m.id limit 1), %(default)s)
              from unnest(%(ids)s::uuid[]) as given (id)""",
            {"ids": list(subject_ids), "member": session.actor.member, "default": MODE_DEFAULT.value},
        )
        return {row[0]: Mode(row[1]) for row in cursor}


def set_rule(session: Session, place: Place | None, mode: Mode | None, reason: str, *, is_in_force: bool) -> None:
    """Append the rule of a case or list of the own unit, or without one of the own member."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into overlap_modes (member, unit, subject_kind, subject_id, mode, reason, is_in_force, changed_by,
                                       changed_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())""",
            [
                actor.member, "" if place is None else place.unit, place and place.kind.value, place and place.id,
                mode and mode.value, sealed.note(actor.member, MODE_REASON, reason), is_in_force, actor.officer,
            ],
        )  # fmt: skip


_FACTS = """
    select not %(whole)s and (
               (select count(*) from (select from occurrences o where o.case_id = %(subject)s and o.medium_id is not null
                                       limit %(most)s + 1) few) > %(most)s
               or (select count(*) from (select from listings l where l.list_id = %(subject)s limit %(most)s + 1) few) > %(most)s),
           f.member, f.unit, f.series, f.series_state
      from (select) one left join clew_open_overlaps(%(subject)s, %(whole)s) f on true
"""

_SIDES = """
    select s.id, s.subject_kind, s.subject_id, coalesce(c.reference, l.name), s.unit, s.released_at, d.step, d.decided_at,
           d.again_on
      from overlap_sides s
      left join cases c on c.id = s.subject_id
      left join hash_lists l on l.id = s.subject_id
      left join lateral (select d.step, d.decided_at, d.again_on from overlap_decisions d
                          where d.side_id = s.id order by d.decided_at desc, d.id limit 1) d on true
"""


def _side(session: Session, row: Sequence) -> Side:
    kind = SubjectKind(row[1])
    step = None if row[6] is None else Step(row[6])
    return Side(
        id=row[0], kind=kind, subject_id=row[2], unit=row[4], released_at=row[5], state=STATE_OF[step],
        name=sealed.words(sealed.of_member(session.actor.member), _TABLES[kind][2], row[3]),
        decided_at=row[7], again_on=row[8],
    )  # fmt: skip
