"""Messages between units about a record, as the actor's unit sees them; and notices of what waits for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.rows import TupleRow

from clew.domain.errors import NotVisible, StepRefused
from clew.domain.message import Kind, NoticeKind, Side, SubjectKind
from clew.records import sealed
from clew.records.cases import EXHIBIT, REFERENCE
from clew.records.merges import REACH
from clew.records.session import Session
from clew.records.several import several
from clew.records.waiting import ASKED

WORDS = b"messages.words"
TRANSLATED = b"translations.words"
MESSAGES_SHOWN_MAX = 100
"""Of one correspondence at once, the latest; those before them are read on."""
TRANSLATIONS_SHOWN_MAX = 20
"""Of one message, the latest."""
NOTICES_SHOWN_MAX = 100
NOTICES_OF_A_KIND_MAX = 10
"""So many of each kind are told beside other things: many of one kind push none of another out."""
OUTCOMES = frozenset({NoticeKind.IDENTIFIED, NoticeKind.SAFEGUARDED, NoticeKind.OUTCOME_TAKEN_BACK})
"""Kinds of notices that say what came of a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """A request and all that was said about it. `about` names the record where the actor's unit may see it; else it is empty.

    `units` are those of the member asked that had it, `units[-1]` has it now. `is_unread`: something was said that the
    officer has not read. `owner`: whose record `about` names; None where it names none.
    """

    id: UUID
    member: str
    unit: str
    to_member: str
    units: tuple[str, ...]
    subject_kind: SubjectKind
    subject_id: UUID
    about: str
    due_on: date
    asked_by: str
    asked_at: datetime
    closed_at: datetime | None
    is_unread: bool
    is_answered: bool
    owner: str | None

    def side_of(self, member: str, unit: str) -> Side:
        """Who a unit that sees it is."""
        return Side.ASKER if (member, unit) == (self.member, self.unit) else Side.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A message in another language."""

    language: str
    words: str
    by: str
    member: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message with its translations; the name of an officer of another member stays there."""

    id: UUID
    kind: Kind
    member: str
    unit: str
    words: str
    written_by: str
    written_at: datetime
    translations: tuple[Translated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Messages of a correspondence, in the order in which they were written; `has_earlier`: some were before them."""

    items: tuple[Message, ...]
    has_earlier: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That something waits for the actor's unit, and what it is about. `owner`: whose record that is; None where none is named."""

    id: UUID
    kind: NoticeKind
    subject_id: UUID
    about: str
    owner: str | None
    raised_at: datetime
    seen_at: datetime | None
    since: datetime | None
    """Of an outcome: when the unit took in the first medium by which it had a part in it."""
    many: int | None
    """Of proposals: how many came since the unit looked last."""


def add(
    session: Session, to_member: str, to_unit: str, subject_kind: SubjectKind, subject_id: UUID, due_on: date
) -> UUID:  # fmt: skip
    """Open a correspondence of the actor's unit with another."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into correspondences (member, unit, to_member, to_units, subject_kind, subject_id, due_on, asked_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s) returning id""",
            [
                actor.member, actor.unit, to_member, [to_unit], subject_kind.value, subject_id, due_on, actor.officer,
            ],
        )  # fmt: skip
        return cursor.fetchone()[0]


def write(session: Session, correspondence_id: UUID, kind: Kind, words: str) -> UUID:
    """Append a message of the actor's unit; the other side gets a notice that something waits."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into messages (correspondence_id, member, unit, kind, words, written_by, written_at)
            values (%s, %s, %s, %s, %s, %s, clock_timestamp()) returning id""",
            [correspondence_id, actor.member, actor.unit, kind.value, sealed.note(actor.member, WORDS, words), actor.officer],
        )  # fmt: skip
        made = cursor.fetchone()[0]
        cursor.execute("select clew_notify_message(%s)", [correspondence_id])
        return made


def translate(session: Session, asked: Mapping[UUID, UUID], language: str, words: str) -> None:
    """Keep a translation beside each of these messages, given with the correspondence that it is in."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into translations (message_id, correspondence_id, member, unit, language, words, translated_by)
            select given.message, given.correspondence, %s, %s, %s, %s, %s
              from unnest(%s::uuid[], %s::uuid[]) given (message, correspondence)""",
            [
                actor.member, actor.unit, language, sealed.note(actor.member, TRANSLATED, words), actor.officer,
                list(asked), list(asked.values()),
            ],
        )  # fmt: skip


def page(
    session: Session, limit: int, after: UUID | None = None, *, is_waiting: bool = False
) -> tuple[Correspondence, ...]:
    """Correspondences of the actor's unit, the latest request first; if asked those alone that wait for its answer."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            {_CORRESPONDENCES} left join correspondences a on a.id = %(after)s::uuid
             where (a.id is null or (c.asked_at, c.id) < (a.asked_at, a.id))
               {f"and {ASKED} and c.subject_kind <> 'question'" if is_waiting else ""}
             order by c.asked_at desc, c.id desc limit %(limit)s""",
            {
                "after": after, "limit": limit, "me": session.actor.officer,
                "member": session.actor.member, "unit": session.actor.unit,
            },
        )
        return tuple(_correspondence(session, row) for row in cursor.fetchall())


def get(session: Session, correspondence_id: UUID) -> Correspondence:
    """A correspondence of the actor's unit.

    Raises:
        NotVisible: it has none of that identifier.
    """
    with session.cursor() as cursor:
        cursor.execute(f"{_CORRESPONDENCES} where c.id = %(id)s", {"id": correspondence_id, "me": session.actor.officer})
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("Your unit has no such correspondence.")
    return _correspondence(session, row)


def of(session: Session, correspondence_id: UUID, before: UUID | None = None) -> Messages:
    """Its latest messages, or the latest before another of them, each with its translations."""
    one = [correspondence_id]
    return of_several(session, one, limit=MESSAGES_SHOWN_MAX, before=before)[correspondence_id]


def of_several(
    session: Session, correspondences: Sequence[UUID], *, limit: int, before: UUID | None = None
) -> dict[UUID, Messages]:
    """By correspondence: its messages as `of` gives them, up to `limit` of each."""
    asked = {"ids": list(correspondences), "before": before, "limit": limit + 1, "translations": TRANSLATIONS_SHOWN_MAX}
    translated, rows = several(
        session, lambda asking: _translated(asking, asked), lambda asking: _rows(asking, _WRITTEN, asked)
    )
    found: dict[UUID, list[Message]] = {one: [] for one in correspondences}
    for row in rows:
        found[row[7]].append(
            Message(
                id=row[0], kind=Kind(row[1]), member=row[2], unit=row[3],
                words=sealed.words_of_note(row[2], WORDS, row[4]), written_by=_name(session, row[2], row[5]),
                written_at=row[6], translations=tuple(translated.get(row[0], ())),
            )
        )  # fmt: skip
    return {
        one: Messages(items=tuple(written[-limit:]), has_earlier=len(written) > limit) for one, written in found.items()
    }


def first_of(session: Session, correspondences: Sequence[UUID]) -> dict[UUID, UUID]:
    """The first message of each of these, with the correspondence that it is in."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select m.id, m.correspondence_id from unnest(%s::uuid[]) asked (id)
             cross join lateral (select m.id, m.correspondence_id from messages m where m.correspondence_id = asked.id
                                  order by m.written_at, m.id limit 1) m""",
            [list(correspondences)],
        )
        return dict(cursor.fetchall())


def is_in(session: Session, correspondence_id: UUID, message_id: UUID) -> bool:
    """Whether that message is in that correspondence of the actor's unit."""
    with session.cursor() as cursor:
        cursor.execute(
            "select from messages where correspondence_id = %s and id = %s", [correspondence_id, message_id]
        )
        return cursor.rowcount == 1


def _translated(session: Session, asked: Mapping[str, object]) -> dict[UUID, list[Translated]]:
    """By message: its translations."""
    translated: dict[UUID, list[Translated]] = {}
    for row in _rows(session, _TRANSLATED, asked):
        words = sealed.words_of_note(row[4], TRANSLATED, row[2])
        one = Translated(language=row[1], words=words, by=_name(session, row[4], row[3]), member=row[4], at=row[5])
        translated.setdefault(row[0], []).append(one)
    return translated


def _rows(session: Session, statement: str, asked: Mapping[str, object]) -> list[TupleRow]:
    with session.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()


def note_read(session: Session, correspondence_id: UUID) -> None:
    """The officer has read it up to now; what waited of it is seen."""
    note_each_read(session, [correspondence_id])


def note_each_read(session: Session, correspondences: Sequence[UUID]) -> None:
    """The same of several."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "insert into correspondence_reads (correspondence_id, member, unit, officer, read_at)"
            " select one, %s, %s, %s, clock_timestamp() from unnest(%s::uuid[]) given (one)",
            [actor.member, actor.unit, actor.officer, list(correspondences)],
        )
    see(session, correspondences)


def pass_on(session: Session, correspondence: Correspondence, unit: str) -> None:
    """Another unit of the member that was asked has it from now on.

    Raises:
        StepRefused: it was passed on or closed meanwhile.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update correspondences set to_units = to_units || %s::text where id = %s and to_units = %s and closed_at is null",
            [unit, correspondence.id, list(correspondence.units)],
        )
        if cursor.rowcount != 1:
            raise StepRefused("This correspondence has gone on meanwhile: look again.")


def close(session: Session, correspondence_id: UUID) -> None:
    """The asker needs nothing more.

    Raises:
        StepRefused: it is closed already.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update correspondences set closed_by = %s, closed_at = now() where id = %s and closed_at is null",
            [session.actor.officer, correspondence_id],
        )
        if cursor.rowcount != 1:
            raise StepRefused("This correspondence is closed.")


def about(session: Session, kind: SubjectKind, subject_id: UUID) -> tuple[UUID, ...]:
    """Open correspondences of the actor's unit about a record."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id from correspondences where subject_kind = %s and subject_id = %s and closed_at is null order by id",
            [kind.value, subject_id],
        )
        return tuple(row[0] for row in cursor)


def contact(session: Session, contact_id: UUID) -> tuple[str, str]:
    """Member and unit of the other side of an overlap of the own unit, once both consented.

    Raises:
        NotVisible: the unit has no such contact.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "select other_member, other_unit from overlap_contacts where contact_id = %s and member = %s and unit = %s",
            [contact_id, session.actor.member, session.actor.unit],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("Your unit has no such contact.")
    return row[0], row[1]


def notices(session: Session, limit: int) -> tuple[Notice, ...]:
    """What waits for the actor's unit, the latest first, leads and proposals after all else; then what was seen.

    Those have lists of their own, and are many.
    """
    return _notices(
        session, "notices n", "true",
        "n.seen_at is not null, n.kind = any(%(listed)s), n.raised_at desc, n.id limit %(limit)s",
        {"listed": [NoticeKind.LEAD.value, NoticeKind.PROPOSALS.value], "limit": limit},
    )  # fmt: skip


def notices_of(session: Session, kinds: Iterable[NoticeKind]) -> tuple[Notice, ...]:
    """The same of these kinds, of each up to `NOTICES_OF_A_KIND_MAX`."""
    return _notices(
        session,
        """(select o.*, row_number() over (partition by o.kind order by o.seen_at is not null, o.raised_at desc, o.id) as nth
             from notices o where o.kind = any(%(kinds)s)) n""",
        "n.nth <= %(each)s", "n.seen_at is not null, n.raised_at desc, n.id",
        {"kinds": sorted(kind.value for kind in kinds), "each": NOTICES_OF_A_KIND_MAX},
    )


def _notices(
    session: Session, which: str, condition: str, order: str, values: Mapping[str, object]
) -> tuple[Notice, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select n.id, n.kind, n.subject_id, n.raised_at, n.seen_at, c.reference, l.reference,
                   coalesce(c.owner_member, l.owner_member), n.many
              from {which}
              left join overlap_sides s on s.id = n.subject_id
              left join overlap_contacts o on o.contact_id = n.subject_id and o.unit = n.unit and o.member = n.member
              left join cases c on c.id = coalesce(s.subject_id, o.subject_id, case when n.kind = '{NoticeKind.PROPOSALS}' then n.subject_id end)
              left join series l on l.id = n.subject_id
             where {condition} order by {order}""",
            values,
        )
        rows = cursor.fetchall()
    texts = sealed.of_member(session.actor.member)
    since = _took_in(session, [row[2] for row in rows if row[1] in OUTCOMES])
    return tuple(
        Notice(
            id=row[0], kind=NoticeKind(row[1]), subject_id=row[2], raised_at=row[3], seen_at=row[4],
            about=(row[6] or "") if row[5] is None else sealed.words(texts, REFERENCE, row[5]),
            since=since.get(row[2]), owner=row[7], many=row[8],
        )
        for row in rows
    )  # fmt: skip


def _took_in(session: Session, series_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """By series when the own unit took in the first medium that lies in it, is of its content or matches one in it.

    Or so of a series that the actor sees as one with it.
    """
    if not series_ids:
        return {}
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with recursive seeds (id) as (select unnest(%(series)s::uuid[])), {REACH},
            lying as materialized (
                select t.seed as series_id, p.medium_id from together t join series_media p on p.series_id = t.id),
            own as (
                select p.series_id, p.medium_id from lying p
                union
                select p.series_id, o.id from lying p join media m on m.id = p.medium_id join media o on o.name = m.name
                union
                select p.series_id, m.b_medium from lying p join matches m on m.a_medium = p.medium_id
                union
                select p.series_id, m.a_medium from lying p join matches m on m.b_medium = p.medium_id)
            -- Each by itself: the planner takes a unit for small, and would read all its media once for a few.
            select own.series_id, min(m.taken_in_at) from own cross join lateral (
                select * from media m where m.id = own.medium_id
                   and m.owner_member = %(member)s and m.owner_unit = %(unit)s offset 0) m
             group by own.series_id""",
            {"series": list(series_ids), "member": session.actor.member, "unit": session.actor.unit},
        )
        return dict(cursor.fetchall())


def see(session: Session, subjects: Sequence[UUID], kind: NoticeKind | None = None) -> int:
    """What waited for the own unit about these subjects is seen, of one kind if that is said; how many."""
    with session.cursor() as cursor:
        cursor.execute(
            "update notices set seen_by = %(officer)s, seen_at = clock_timestamp()"
            " where subject_id = any(%(subjects)s) and member = %(member)s and unit = %(unit)s and seen_at is null"
            " and (%(kind)s::text is null or kind = %(kind)s)",
            {
                "officer": session.actor.officer, "subjects": list(subjects), "member": session.actor.member,
                "unit": session.actor.unit, "kind": None if kind is None else kind.value,
            },
        )  # fmt: skip
        return cursor.rowcount


def tell_proposals(session: Session, by_case: Mapping[UUID, int]) -> None:
    """The own unit is told, once until it has looked, that proposals wait about these cases, and how many came."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into notices as n (id, member, unit, kind, subject_id, raised_at, many)
            select gen_random_uuid(), %(member)s, %(unit)s, %(kind)s, case_id, transaction_timestamp(), many
              from unnest(%(case)s::uuid[], %(many)s::int[]) given (case_id, many) order by case_id
            on conflict (member, unit, kind, subject_id) where seen_at is null do update set many = n.many + excluded.many""",
            {
                "member": session.actor.member, "unit": session.actor.unit, "kind": NoticeKind.PROPOSALS.value,
                "case": list(by_case), "many": list(by_case.values()),
            },
        )  # fmt: skip


def see_one(session: Session, notice_id: UUID) -> None:
    """One notice of the own unit is seen.

    Raises:
        NotVisible: there is none that waits.
    """
    with session.cursor() as cursor:
        cursor.execute(
            "update notices set seen_by = %s, seen_at = clock_timestamp() where id = %s and seen_at is null",
            [session.actor.officer, notice_id],
        )
        if cursor.rowcount != 1:
            raise NotVisible("No such notice waits for your unit.")


def ask_for_review(session: Session, subject_id: UUID) -> bool:
    """As a unit's calendar, ask the unit to decide on what comes to its end, this first; whether it was not asked lately."""
    with session.cursor() as cursor:
        cursor.execute("select clew_ask_for_review(%s)", [subject_id])
        return bool(cursor.fetchone()[0])


def look_after(session: Session) -> None:
    """Remind whoever is to be reminded, and let go what was closed long ago."""
    with session.cursor() as cursor:
        cursor.execute("select clew_look_after_messages()")


# A message that is in none of them stands before nothing: then the latest are given.
_WRITTEN = """
    select m.id, m.kind, m.member, m.unit, m.words, m.written_by, m.written_at, m.correspondence_id
      from unnest(%(ids)s::uuid[]) asked (id)
     cross join lateral (
        select m.* from messages m
         where m.correspondence_id = asked.id
           and coalesce((m.written_at, m.id) < (select b.written_at, b.id from messages b
                                                 where b.id = %(before)s::uuid and b.correspondence_id = asked.id), true)
         order by m.written_at desc, m.id desc limit %(limit)s) m
     order by m.written_at, m.id
"""

_TRANSLATED = f"""
    select t.message_id, t.language, t.words, t.translated_by, t.member, t.translated_at from (
        select t.*, row_number() over (partition by t.message_id order by t.translated_at desc, t.id desc) as rank
          from translations t
         where t.correspondence_id = any(%(ids)s::uuid[]) and t.message_id in (select w.id from ({_WRITTEN}) w)) t
     where t.rank <= %(translations)s order by t.translated_at, t.id
"""

_CORRESPONDENCES = """
    select c.id, c.member, c.unit, c.to_member, c.to_units, c.subject_kind, c.subject_id, c.due_on, c.asked_by, c.asked_at,
           c.closed_at,
           exists (select from messages m where m.correspondence_id = c.id and m.written_by <> %(me)s
                      and m.written_at > coalesce((select max(r.read_at) from correspondence_reads r
                                                    where r.correspondence_id = c.id and r.officer = %(me)s), '-infinity')),
           exists (select from messages m where m.correspondence_id = c.id and m.kind in ('answer', 'nothing-known')),
           coalesce(k.reference, k2.reference), e.reference,
           coalesce(s.reference, v.reference, f.reference, p.reference, q.reference, h.reference, encode(m.name, 'hex'),
                    t.id::text),
           coalesce(k.owner_member, k2.owner_member, e.owner_member),
           coalesce(s.owner_member, v.owner_member, f.owner_member, p.owner_member, q.member, h.member, m.owner_member)
      from correspondences c
      left join cases k on k.id = c.subject_id
      left join exhibits e on e.id = c.subject_id
      left join series s on s.id = c.subject_id
      left join victims v on v.id = c.subject_id
      left join offenders f on f.id = c.subject_id
      left join places p on p.id = c.subject_id
      left join questions q on q.id = c.subject_id
      left join referrals h on h.id = c.subject_id
      left join media m on m.id = c.subject_id
      left join acts t on t.id = c.subject_id and c.subject_kind = 'event'
      left join overlap_contacts o on o.contact_id = c.subject_id
      left join cases k2 on k2.id = o.subject_id
"""


def _correspondence(session: Session, row: Sequence) -> Correspondence:
    return Correspondence(
        id=row[0], member=row[1], unit=row[2], to_member=row[3], units=tuple(row[4]), subject_kind=SubjectKind(row[5]),
        subject_id=row[6], due_on=row[7], asked_by=_name(session, row[1], row[8]), asked_at=row[9], closed_at=row[10],
        is_unread=row[11], is_answered=row[12], about=_about(row), owner=row[16] or row[17],
    )  # fmt: skip


def _about(row: Sequence) -> str:
    """The reference of the record, as far as row security gave it."""
    case, exhibit, plain, owner = row[13], row[14], row[15], row[16]
    if plain is not None:
        return str(plain)
    for found, column in ((case, REFERENCE), (exhibit, EXHIBIT)):
        if found is not None:
            return sealed.words(sealed.of_member(owner), column, found)
    return ""


def _name(session: Session, member: str, officer: str) -> str:
    return officer if member == session.actor.member else ""


