"""Retentions: until when the own unit's cases, exhibits, series and hash lists are kept, worked out set-wise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from clew.domain.cover import REVIEW_MONTHS
from clew.domain.errors import NotVisible
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import TERMS, Rule
from clew.keys.texts import Texts
from clew.records import sealed
from clew.records.cases import EXHIBIT, REFERENCE
from clew.records.handlings import OF_NOUNS, TABLES
from clew.records.hash_lists import NAME as LIST_NAME
from clew.records.series import NAME as SERIES_NAME
from clew.records.session import Session
from clew.records.several import several

COLUMNS: Mapping[SubjectKind, bytes] = {
    SubjectKind.CASE: REFERENCE,
    SubjectKind.EXHIBIT: EXHIBIT,
    SubjectKind.SERIES: SERIES_NAME,
    SubjectKind.HASH_LIST: LIST_NAME,
    **OF_NOUNS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A subject with its end: `ends_on` is the first day on which it is no longer kept.

    `case` and `case_id` are those of an exhibit. `is_blocked`: it, its case, or something in it is. `exhibits` are
    how many end with a case; `is_decided`: since it is asked about, somebody said that it shall end.
    """

    kind: SubjectKind
    id: UUID
    name: str
    case: str | None
    case_id: UUID | None
    entered_on: date
    ends_on: date
    rule: Rule
    is_blocked: bool
    exhibits: int
    is_decided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A member's terms in years, and the first day on which one ends anything, of types whose term was changed."""

    years: Mapping[SubjectKind, int]
    first: Mapping[SubjectKind, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What ends are worked out with: the member's terms, and what the unit has under examination."""

    terms: Terms
    held: Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Where a page of subjects begins: after this one."""

    ends_on: date
    id: UUID

    def __str__(self) -> str:
        return f"{self.ends_on.isoformat()}~{self.id}"


def until(
    session: Session, day: date, *, limit: int, months: int = 0, after: Marker | None = None,
    is_blocked: bool | None = None, known: Known | None = None, only: Sequence[UUID] | None = None,
) -> list[Kept]:  # fmt: skip
    """The own unit's subjects whose end, or `months` before it, is on or before `day`; the nearest first.

    An exhibit that ends with its case goes with it and is not named apart. `is_blocked` asks for those that
    are, or are not. `known` is what was asked before of the unit. `only`: these alone, whenever they end.
    """
    values = {
        **_values(session, known), "day": day, "months": months, "limit": limit, "after_day": after and after.ends_on,
        "after_id": after and after.id, "asked_blocked": is_blocked, "only": None if only is None else list(only),
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(f"{_ENDS} {_UNTIL}", values)
        return [_kept(session, row) for row in cursor.fetchall()]


def undecided(session: Session, day: date) -> UUID | None:
    """The own unit's subject that ends first of those that come to their review by `day`, unless all are decided on."""
    with session.cursor() as cursor:
        cursor.execute(f"{_ENDS} {_UNDECIDED}", {**_values(session), "day": day, "months": REVIEW_MONTHS})
        row = cursor.fetchone()
    return None if row is None else row[0]


def counts(session: Session, day: date, *, months: int = 0) -> dict[SubjectKind, int]:
    """How many of the own unit's subjects of each type have their end, or `months` before it, on or before `day`."""
    with session.cursor() as cursor:
        cursor.execute(f"{_ENDS} {_COUNTS}", {**_values(session), "day": day, "months": months})
        return {SubjectKind(kind): int(count) for kind, count in cursor}


def of(session: Session, kind: SubjectKind, subject_id: UUID) -> Kept:
    """The own unit's subject.

    Raises:
        NotVisible: the unit has none.
    """
    with session.cursor() as cursor:
        cursor.execute(f"{_ENDS} {_ONE}", {**_values(session), "kind": kind.value, "subject": subject_id})
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such subject of your unit.")
    return _kept(session, row)


def places(session: Session, subjects: Sequence[Kept]) -> dict[UUID, int]:
    """How many places (files of cases and exhibits, entries of lists, media of series) each subject holds."""
    with session.cursor() as cursor:
        cursor.execute(_PLACES, _scope(subjects))
        return {row[0]: int(row[1]) for row in cursor}


def doomed(session: Session, subjects: Sequence[Kept]) -> tuple[int, int]:
    """How many of the own unit's media, and of blobs, nothing but these subjects keeps, as far as the unit can see."""
    with session.cursor() as cursor:
        cursor.execute(_DOOMED, {**_scope(subjects), "member": session.actor.member, "unit": session.actor.unit})
        media, blobs = cursor.fetchone()
        return int(media), int(blobs)


def _scope(subjects: Sequence[Kept]) -> dict[str, object]:
    of = {kind: [kept.id for kept in subjects if kept.kind is kind] for kind in SubjectKind}
    return {
        "cases": of[SubjectKind.CASE], "exhibits": of[SubjectKind.EXHIBIT], "lists": of[SubjectKind.HASH_LIST],
        "series": of[SubjectKind.SERIES],
    }  # fmt: skip


def names(session: Session, subject_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str | None]]:
    """(name, case of an exhibit) of those of the subjects that are the own unit's."""
    with session.cursor() as cursor:
        cursor.execute(
            _NAMES, {"ids": list(subject_ids), "member": session.actor.member, "unit": session.actor.unit}
        )
        rows = cursor.fetchall()
    texts = sealed.of_member(session.actor.member)
    return {
        row[1]: (
            _name(texts, SubjectKind(row[0]), row[2]),
            None if row[3] is None else sealed.words(texts, REFERENCE, row[3]),
        )
        for row in rows
    }


def terms(session: Session) -> dict[SubjectKind, int]:
    """How many years the own member keeps each type where nothing else is said."""
    return dict(said_terms(session).years)


def set_term(session: Session, kind: SubjectKind, years: int) -> None:
    """Set the own member's term for a type."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into terms (member, kind, years, changed_by) values (%s, %s, %s, %s)
            on conflict (member, kind) do update set years = excluded.years, changed_by = excluded.changed_by,
                changed_at = now() where terms.years <> excluded.years""",
            [session.actor.member, kind.value, years, session.actor.officer],
        )


def said_terms(session: Session) -> Terms:
    """The own member's terms."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select kind, years, ((changed_at at time zone 'UTC')::date + make_interval(months => %s))::date
              from terms where member = %s""",
            [REVIEW_MONTHS, session.actor.member],
        )
        rows = cursor.fetchall()
    said = {SubjectKind(row[0]): int(row[1]) for row in rows}
    return Terms(
        years={kind: said.get(kind, TERMS[kind].years) for kind in SubjectKind},
        first={SubjectKind(row[0]): row[2] for row in rows},
    )


def known_of(session: Session) -> Known:
    """What ends of the own unit's subjects are worked out with."""
    said, held_now = several(session, said_terms, held)
    return Known(terms=said, held=held_now)


def _values(session: Session, known: Known | None = None) -> dict[str, object]:
    known = known or known_of(session)
    said, first = known.terms.years, known.terms.first
    return {
        "case_first": first.get(SubjectKind.CASE), "exhibit_first": first.get(SubjectKind.EXHIBIT),
        "series_first": first.get(SubjectKind.SERIES), "list_first": first.get(SubjectKind.HASH_LIST),
        "held": list(known.held), "member": session.actor.member, "unit": session.actor.unit, "case_years": said[SubjectKind.CASE],
        "exhibit_years": said[SubjectKind.EXHIBIT], "series_years": said[SubjectKind.SERIES],
        "list_years": said[SubjectKind.HASH_LIST],
        **{f"{kind}_years": said[kind] for kind in OF_NOUNS}, **{f"{kind}_first": first.get(kind) for kind in OF_NOUNS},
    }  # fmt: skip


def held(session: Session) -> list[UUID]:
    """What the own unit has under examination; and exhibits in which bytes of a series lie that is: these stay with it."""
    with session.cursor() as cursor:
        cursor.execute(_HELD, {"member": session.actor.member, "unit": session.actor.unit})
        return [row[0] for row in cursor.fetchall()]


# Series after series: where nothing is under examination, no place of a medium is looked at.
_HELD = """
    with own as materialized (
        select subject_id from blocks where lifted_at is null and member = %(member)s and unit = %(unit)s)
    select subject_id from own
    union all
    select lying.exhibit_id from own cross join lateral (
        select distinct o.exhibit_id from series_media sm join occurrences o on o.medium_id = sm.medium_id
         where sm.series_id = own.subject_id offset 0) lying
"""


def _kept(session: Session, row: Sequence) -> Kept:
    kind, texts = SubjectKind(row[0]), sealed.of_member(session.actor.member)
    return Kept(
        kind=kind, id=row[1], name=_name(texts, kind, row[2]), case_id=row[3],
        case=None if row[4] is None else sealed.words(texts, REFERENCE, row[4]), entered_on=row[5], ends_on=row[6],
        rule=Rule(row[7]), is_blocked=row[8], exhibits=row[9], is_decided=row[10],
    )  # fmt: skip


def _name(texts: Texts, kind: SubjectKind, value: object) -> str:
    """The name of a subject; of one that has none, its reference, which lies open."""
    return bytes(cast("bytes", value)).decode() if kind in OF_NOUNS else sealed.words(texts, COLUMNS[kind], value)


# Whoever shortens a term ends nothing by it before its owner was asked for as long as everybody is.
_TERM = """greatest((({entered} at time zone 'UTC')::date + make_interval(years => %({kind}_years)s))::date,
                    %({kind}_first)s::date)"""
_OWN = "{0}.owner_member = %(member)s and {0}.owner_unit = %(unit)s"


def _end(cover: str, entered: str, kind: str) -> str:
    return f"coalesce(x.until, {cover}.retention_end, {_TERM.format(entered=entered, kind=kind)})"


def _rule(cover: str) -> str:
    return f"case when x.until is not null then 'extension' when {cover}.retention_end is not null then 'cover' else 'term' end"


def _noun(kind: SubjectKind) -> str:
    """Victims, offenders or places among what is kept: nothing lies in them, so each ends by itself."""
    return f"""
        union all
        select '{kind}', n.id, convert_to(n.reference, 'UTF8'), null, null, n.entered_at,
               {_end("c", "n.entered_at", kind)}, {_rule("c")}, n.id = any(%(held)s::uuid[]), 0
          from {TABLES[kind]} n left join cover c on c.id = n.cover_id left join extended x on x.subject_id = n.id
         where {_OWN.format("n")}"""


# Each table that row security is on is read once: every further mention of it is planned, and asks who reads, again.
# What the owner decided last counts, else what the cover says, else the term of the type. Nothing goes before an end
# that was stated for something in it: an exhibit is kept as long as any intake into it, a case as its last exhibit.
# What extends a case extends all that lies in it.
_ENDS = f"""
    with decided as materialized (
        select subject_id, until, decided_at, id from retention_decisions
         where state = 'in-force' and member = %(member)s and unit = %(unit)s),
    extended as materialized (
        select distinct on (subject_id) subject_id, until from decided where until is not null
         order by subject_id, decided_at desc, id),
    let as materialized (
        select subject_id, max(decided_at) as at from decided where until is null group by subject_id),
    cover as materialized (select c.id, c.retention_end from covers c where {_OWN.format("c")}),
    intake as materialized (
        select n.exhibit_id, n.list_id, n.started_at, ic.retention_end
          from intakes n left join cover ic on ic.id = n.cover_id where {_OWN.format("n")}),
    exhibit as materialized (
        select e.id, e.reference, e.case_id, e.entered_at,
               greatest({_end("c", "e.entered_at", "exhibit")}, i.last, xc.until) as ends_on,
               case when xc.until > greatest({_end("c", "e.entered_at", "exhibit")}, i.last) then 'extension'
                    when i.last > {_end("c", "e.entered_at", "exhibit")} then 'cover' else {_rule("c")} end as rule,
               e.id = any(%(held)s::uuid[]) as is_held
          from exhibits e
          left join cover c on c.id = e.cover_id
          left join extended x on x.subject_id = e.id
          left join extended xc on xc.subject_id = e.case_id
          left join (
               select n.exhibit_id, max(coalesce(n.retention_end, {_TERM.format(entered="n.started_at", kind="exhibit")})) as last
                 from intake n where n.exhibit_id is not null group by n.exhibit_id) i on i.exhibit_id = e.id
         where {_OWN.format("e")}),
    within as materialized (
        select case_id, max(ends_on) as last, bool_or(is_held) as is_held, count(*) as exhibits from exhibit group by case_id),
    cased as materialized (
        select a.id, a.reference, a.opened_at,
               greatest({_end("c", "a.opened_at", "case")}, w.last) as ends_on,
               case when w.last > {_end("c", "a.opened_at", "case")} then 'content' else {_rule("c")} end as rule,
               a.id = any(%(held)s::uuid[]) as is_held, coalesce(w.is_held, false) as holds_held,
               coalesce(w.exhibits, 0) as exhibits
          from cases a
          left join cover c on c.id = a.cover_id
          left join extended x on x.subject_id = a.id
          left join within w on w.case_id = a.id
         where {_OWN.format("a")} and a.shredded_at is null),
    listed as materialized (
        select l.id, l.name, l.entered_at,
               greatest({_end("c", "l.entered_at", "list")}, i.last) as ends_on,
               case when i.last > {_end("c", "l.entered_at", "list")} then 'cover' else {_rule("c")} end as rule
          from hash_lists l
          left join cover c on c.id = l.cover_id
          left join extended x on x.subject_id = l.id
          left join (
               select n.list_id, max(coalesce(n.retention_end, {_TERM.format(entered="n.started_at", kind="list")})) as last
                 from intake n where n.list_id is not null group by n.list_id) i on i.list_id = l.id
         where {_OWN.format("l")}),
    kept as (
        select 'case' as kind, k.id, k.reference as name, null::uuid as case_id, null::bytea as case_name, k.opened_at as entered_at,
               k.ends_on, k.rule, k.is_held or k.holds_held as is_blocked, k.exhibits::int as exhibits from cased k
        union all
        select 'exhibit', e.id, e.reference, e.case_id, k.reference, e.entered_at, e.ends_on, e.rule, e.is_held or k.is_held, 0
          from exhibit e join cased k on k.id = e.case_id
        union all
        select 'hash-list', l.id, l.name, null, null, l.entered_at, l.ends_on, l.rule, l.id = any(%(held)s::uuid[]), 0
          from listed l
        union all
        select 'series', s.id, s.name, null, null, s.entered_at, {_end("c", "s.entered_at", "series")}, {_rule("c")},
               s.id = any(%(held)s::uuid[]), 0
          from series s left join cover c on c.id = s.cover_id left join extended x on x.subject_id = s.id
         where {_OWN.format("s")}
        {" ".join(_noun(kind) for kind in OF_NOUNS)}),
    told as (
        select k.kind, k.id, k.name, k.case_id, k.case_name, (k.entered_at at time zone 'UTC')::date as entered_on, k.ends_on,
               k.rule, k.is_blocked, k.exhibits,
               coalesce((t.at at time zone 'UTC')::date >= (k.ends_on - interval '{REVIEW_MONTHS} months')::date, false)
                   as is_decided
          from kept k left join let t on t.subject_id = k.id)
"""

_UNTIL = """
    select t.* from told t
     where (t.id = any(%(only)s::uuid[])
            or %(only)s::uuid[] is null and (t.ends_on - make_interval(months => %(months)s))::date <= %(day)s
               -- What ends with its case is not named apart.
               and not (t.kind = 'exhibit' and exists (
                    select from told k where k.kind = 'case' and k.id = t.case_id and k.ends_on <= t.ends_on
                       and k.is_blocked = t.is_blocked)))
       and (%(asked_blocked)s::boolean is null or t.is_blocked = %(asked_blocked)s)
       and (%(after_day)s::date is null or (t.ends_on, t.id) > (%(after_day)s, %(after_id)s::uuid))
     order by t.ends_on, t.id limit %(limit)s
"""

_UNDECIDED = """
    select t.id from told t
     where (t.ends_on - make_interval(months => %(months)s))::date <= %(day)s and not t.is_decided and not t.is_blocked
     order by t.ends_on, t.id limit 1
"""

_COUNTS = """
    select t.kind, count(*) from told t
     where (t.ends_on - make_interval(months => %(months)s))::date <= %(day)s group by t.kind
"""

_ONE = "select t.* from told t where t.kind = %(kind)s and t.id = %(subject)s"

_PLACES = """
    select id, (select count(*) from occurrences o where o.case_id = s.id) from unnest(%(cases)s::uuid[]) s (id)
    union all
    select id, (select count(*) from occurrences o where o.exhibit_id = s.id) from unnest(%(exhibits)s::uuid[]) s (id)
    union all
    select id, (select count(*) from listings l where l.list_id = s.id) from unnest(%(lists)s::uuid[]) s (id)
    union all
    select id, (select count(*) from series_media m join series t on t.id = m.series_id
                  where m.series_id = s.id and (m.owner_member, m.owner_unit) = (t.owner_member, t.owner_unit))
      from unnest(%(series)s::uuid[]) s (id)
"""

_DOOMED = """
    with lying as materialized (
        select medium_id from occurrences where case_id = any(%(cases)s) or exhibit_id = any(%(exhibits)s)
        union
        select medium_id from listings where list_id = any(%(lists)s)
        union
        select medium_id from series_media where series_id = any(%(series)s)),
    gone as materialized (
        select m.id from media m join lying on lying.medium_id = m.id
         where m.owner_member = %(member)s and m.owner_unit = %(unit)s
           and not exists (select from occurrences o where o.medium_id = m.id
                              and o.case_id <> all(%(cases)s) and o.exhibit_id <> all(%(exhibits)s))
           and not exists (select from listings l where l.medium_id = m.id and l.list_id <> all(%(lists)s))
           and not exists (select from series_media s join series t on t.id = s.series_id
                            where s.medium_id = m.id and s.series_id <> all(%(series)s)
                              and t.owner_member = m.owner_member and t.owner_unit = m.owner_unit)),
    locked as materialized (
        select k.medium_id, k.case_id, k.blob from medium_keys k
         where k.case_id = any(%(cases)s) or k.medium_id in (select id from gone)
        union
        select k.medium_id, k.case_id, k.blob from exhibits e
          join occurrences o on o.exhibit_id = e.id join media m on m.id = o.medium_id
          -- Its copies under another handling too.
          join media c on (c.name, c.owner_member, c.owner_unit) = (m.name, m.owner_member, m.owner_unit)
          join medium_keys k on k.case_id = e.case_id and k.medium_id = c.id
         where e.id = any(%(exhibits)s)
           and not exists (select from occurrences n where n.case_id = e.case_id and n.medium_id = k.medium_id
                              and n.exhibit_id <> all(%(exhibits)s)))
    select (select count(*) from gone),
           (select count(distinct d.blob) from locked d
             where not exists (select from medium_keys k left join locked l using (medium_id, case_id)
                                where k.blob = d.blob and l.blob is null))
         + (select count(*) from crops c
             where c.state in ('proposed', 'in-force')
               and (c.case_id = any(%(cases)s) or c.medium_id in (select id from gone)
                    or (c.medium_id, c.case_id) in (select medium_id, case_id from locked)))
"""

_NAMES = f"""
    select 'case', t.id, t.reference, null::bytea from cases t where t.id = any(%(ids)s) and {_OWN.format("t")}
    union all
    select 'exhibit', t.id, t.reference, c.reference from exhibits t join cases c on c.id = t.case_id
     where t.id = any(%(ids)s) and {_OWN.format("t")}
    union all
    select 'series', t.id, t.name, null from series t where t.id = any(%(ids)s) and {_OWN.format("t")}
    union all
    select 'hash-list', t.id, t.name, null from hash_lists t where t.id = any(%(ids)s) and {_OWN.format("t")}
    {" ".join(
        f"union all select '{kind}', t.id, convert_to(t.reference, 'UTF8'), null from {TABLES[kind]} t"
        f" where t.id = any(%(ids)s) and {_OWN.format('t')}"
        for kind in OF_NOUNS
    )}
"""
