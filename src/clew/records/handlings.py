"""Handlings of whole subjects: what a case, an exhibit or a victim lies under, and all its rows with it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain import offender, place, victim
from clew.domain.errors import NotVisible
from clew.domain.handling import BLOCKED, Handling, Use, from_circles
from clew.domain.handling_change import SubjectKind
from clew.domain.series import reference_in
from clew.records import cases, hash_lists, sealed, series
from clew.records.releases import ENDED
from clew.records.session import Session, handling_columns
from clew.records.visibility import visible

TABLES: Mapping[SubjectKind, str] = {
    SubjectKind.CASE: "cases",
    SubjectKind.EXHIBIT: "exhibits",
    SubjectKind.SERIES: "series",
    SubjectKind.HASH_LIST: "hash_lists",
    SubjectKind.VICTIM: "victims",
    SubjectKind.OFFENDER: "offenders",
    SubjectKind.PLACE: "places",
}


REFERENCES: Mapping[SubjectKind, Callable[[str], str | None]] = {
    SubjectKind.SERIES: reference_in,
    SubjectKind.VICTIM: victim.reference_in,
    SubjectKind.OFFENDER: offender.reference_in,
    SubjectKind.PLACE: place.reference_in,
}
"""How each type that has a reference of its own reads one."""

OF_NOUNS = {
    SubjectKind.VICTIM: b"victims.reference",
    SubjectKind.OFFENDER: b"offenders.reference",
    SubjectKind.PLACE: b"places.reference",
}
"""What stands for a name where a record has none but its reference, which lies open."""

_COLUMNS = {
    SubjectKind.CASE: cases.REFERENCE,
    SubjectKind.EXHIBIT: cases.EXHIBIT,
    SubjectKind.SERIES: series.NAME,
    SubjectKind.HASH_LIST: hash_lists.NAME,
    **OF_NOUNS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is handled as a whole, with the handling and the cover that it lies under now."""

    kind: SubjectKind
    id: UUID
    handling: Handling
    cover_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """What media or intakes lie under now. `stored` are audience, members and excluded, as they are stored.

    `own_handling_id` names a cover whose handling is their own: narrower than that of what they lie in.
    """

    stored: tuple[int, tuple[str, ...], tuple[str, ...]]
    handling: Handling
    cover_id: UUID | None
    own_handling_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeGroup:
    """Intakes into one subject and the same series that lie under the same."""

    series: UUID | None
    lying: Lying


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Media that lie in one place (an exhibit or a hash list; None: in neither) and in the same series.

    They come under one handling, because nothing else decides it, unless they have one of their own. `media` is how many.
    """

    place: UUID | None
    series: tuple[UUID, ...]
    media: int
    lying: Lying

    @property
    def deciding(self) -> tuple[UUID, ...]:
        """The subjects whose handlings decide."""
        return self.series if self.place is None else (self.place, *self.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a group comes under: the handling, the cover that says the rest, and the cover of its own."""

    group: Group | IntakeGroup
    handling: Handling
    cover_id: UUID | None
    own_handling_id: UUID | None


def find(session: Session, kind: SubjectKind, name: str, within: str | None = None) -> Subject:
    """The own unit's subject of that reference or name, of a series either; an exhibit `within` its case.

    Raises:
        NotVisible: the unit has none.
    """
    table, named = TABLES[kind], _NAMED.get(kind, "t.reference = %(name)s")
    in_case = "and t.case_id = (select id from cases where reference = %(within)s and owner_member = %(member)s and owner_unit = %(unit)s)"
    return _subject(
        session,
        kind,
        f"select {_subject_columns('t')} from {table} t where {named} and t.owner_member = %(member)s"
        f" and t.owner_unit = %(unit)s {in_case if kind is SubjectKind.EXHIBIT else ''}",
        {"name": _sealed(session, kind, name), "typed": _typed(kind, name), "within": within and _sealed(session, SubjectKind.CASE, within), "member": session.actor.member, "unit": session.actor.unit},
    )


_NAMED = {
    SubjectKind.SERIES: "(t.name = %(name)s or t.reference = %(typed)s)",
    SubjectKind.HASH_LIST: "t.name = %(name)s",
    **dict.fromkeys(OF_NOUNS, "t.reference = %(typed)s"),
}


def _typed(kind: SubjectKind, name: str) -> str:
    return REFERENCES[kind](name) or "" if kind in REFERENCES else ""


def _sealed(session: Session, kind: SubjectKind, words: str) -> bytes:
    return sealed.of_member(session.actor.member).seal(words.encode(), _COLUMNS[kind])


def get(session: Session, kind: SubjectKind, subject_id: UUID) -> Subject:
    """The own unit's subject, held against other changes until the transaction ends.

    Raises:
        NotVisible: the unit has none.
    """
    return _subject(
        session,
        kind,
        f"select {_subject_columns('t')} from {TABLES[kind]} t where t.id = %(id)s and t.owner_member = %(member)s"
        " and t.owner_unit = %(unit)s for update",
        {"id": subject_id, "member": session.actor.member, "unit": session.actor.unit},
    )


def exhibits_of(session: Session, case_id: UUID) -> list[Subject]:
    """The own unit's exhibits of a case."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_subject_columns('e')} from exhibits e where e.case_id = %s and e.owner_member = %s and e.owner_unit = %s",
            [case_id, session.actor.member, session.actor.unit],
        )
        return [_of_row(SubjectKind.EXHIBIT, row) for row in cursor]


def hold_exhibits_of(session: Session, case_id: UUID) -> None:
    """Hold the own unit's exhibits of a case against changes and blocks until the transaction ends."""
    with session.cursor() as cursor:
        cursor.execute(
            "select from exhibits where case_id = %s and owner_member = %s and owner_unit = %s order by id for update",
            [case_id, session.actor.member, session.actor.unit],
        )


def groups(session: Session, subject: Subject, limit: int | None = None) -> list[Group]:
    """The own unit's media of the subject, by what decides their handling; those of no more than `limit` places, if asked."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with affected as materialized ({_affected(subject.kind, "limit %(limit)s::bigint")})
            select place, series, count(distinct medium_id), {_LIES} from affected group by place, series, {_LIES}""",
            {**_scope(session, subject), "limit": limit},
        )
        return [
            Group(place=row[0], series=tuple(row[1]), media=row[2], lying=_lying(session, row[3:])) for row in cursor
        ]


def media_under(session: Session, subject: Subject, limit: int | None = None) -> tuple[int, bool]:
    """How many media of the own unit lie under the subject's handling, each once in each place: those of all `groups`.

    Of no more than `limit` places of media that is counted; and whether there are more, so that it is at least so many.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with held as materialized (select * from ({HOLDINGS[subject.kind]}) every limit %(limit)s::bigint + 1)
            select least(count(distinct (held.place, held.medium_id)), %(limit)s::bigint),
                   (select count(*) from held) > %(limit)s::bigint from held
              join media own on own.id = held.medium_id and own.owner_member = %(member)s and own.owner_unit = %(unit)s""",
            {**_scope(session, subject), "limit": limit},
        )
        media, is_more = cursor.fetchone()
        return media, bool(is_more)


def intake_groups(session: Session, subject: Subject) -> list[IntakeGroup]:
    """The intakes into an exhibit or a list, by what they lie under."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select distinct series_id, {_LIES} from intakes where {INTAKES}", {"id": subject.id}
        )
        return [IntakeGroup(series=row[0], lying=_lying(session, row[1:])) for row in cursor]


def _lying(session: Session, row: Sequence) -> Lying:
    actor = session.actor
    return Lying(
        stored=(row[0], tuple(row[1]), tuple(row[2])), cover_id=row[3], own_handling_id=row[4],
        handling=from_circles(row[0], owner_member=actor.member, owner_unit=actor.unit, members=row[1], excluded=row[2]),
    )  # fmt: skip


def handlings_of(session: Session, subjects: Iterable[UUID]) -> dict[UUID, Handling]:
    """Handling of exhibits, hash lists and series of the own unit."""
    with session.cursor() as cursor:
        cursor.execute(
            " union all ".join(
                f"select {_subject_columns('t')} from {table} t where t.id = any(%(ids)s)"
                for table in ("exhibits", "hash_lists", "series")
            ),
            {"ids": list(subjects)},
        )
        return {row[0]: _handling(row) for row in cursor}


def restrictions_on(
    session: Session, *, case: str | None, exhibit: str | None, list_name: str | None, series: str | None
) -> list[Handling]:
    """The handlings of those of the own unit's subjects that are there and whose handling was ever changed."""
    asked = {
        "cases t": ("t.reference = %(case)s", case),
        "exhibits t join cases c on c.id = t.case_id": ("t.reference = %(exhibit)s and c.reference = %(case)s", exhibit),
        "hash_lists t": ("t.name = %(list)s", list_name),
        "series t": ("t.name = %(series)s", series),
    }
    statements = [
        f"select {_subject_columns('t')} from {table} where {condition} and t.owner_member = %(member)s"
        " and t.owner_unit = %(unit)s and exists (select from handling_changes h where h.subject_id = t.id and h.given_cover_id is null)"
        for table, (condition, name) in asked.items()
        if name is not None
    ]
    names = {
        "case": (SubjectKind.CASE, case), "exhibit": (SubjectKind.EXHIBIT, exhibit),
        "list": (SubjectKind.HASH_LIST, list_name), "series": (SubjectKind.SERIES, series),
    }  # fmt: skip
    values = {key: _sealed(session, kind, name) for key, (kind, name) in names.items() if name is not None}
    with session.cursor() as cursor:
        cursor.execute(
            " union all ".join(statements), {**values, "member": session.actor.member, "unit": session.actor.unit}
        )
        return [_handling(row) for row in cursor]


def hold_series(session: Session, series_ids: Iterable[UUID]) -> dict[UUID, Handling]:
    """Hold these series of the own unit as they are until the transaction ends; of those ever changed, the handling."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_subject_columns('t')}, exists (select from handling_changes h where h.subject_id = t.id"
            " and h.given_cover_id is null) from series t where t.id = any(%s) order by t.id for share of t",
            [sorted(series_ids)],
        )
        return {row[0]: _handling(row) for row in cursor if row[7]}


def decided_series(session: Session) -> dict[str, UUID]:
    """The own unit's series whose handling was ever changed, by name."""
    with session.cursor() as cursor:
        cursor.execute(
            "select t.name, t.id from series t where t.owner_member = %s and t.owner_unit = %s"
            " and exists (select from handling_changes h where h.subject_id = t.id and h.given_cover_id is null)",
            [session.actor.member, session.actor.unit],
        )
        texts = sealed.of_member(session.actor.member)
        return {sealed.words(texts, series.NAME, name): series_id for name, series_id in cursor}


def cover_subject(session: Session, subject: Subject, given: Handling, cover_id: UUID | None) -> None:
    """Put the subject itself, and what is of it alone, under `given`; intakes and media follow by `Move`s."""
    values = {**handling_columns(given), "cover": cover_id, "id": subject.id}
    with session.cursor() as cursor:
        for table, condition in _ALONE[subject.kind]:
            described = ", cover_id = %(cover)s" if table in _DESCRIBED else ""
            cursor.execute(f"update {table} set {_SET}{described} where {condition}", values)


def cover_intakes(session: Session, subject: Subject, moves: Iterable[Move]) -> None:
    """Bring the intakes into the subject, and their chunks, under what each group comes under."""
    with session.cursor() as cursor:
        for move in moves:
            audience, members, excluded = move.group.lying.stored
            cursor.execute(
                f"""
                update intakes set {_SET}, cover_id = %(cover)s, own_handling_id = %(own)s
                 where ({INTAKES}) and series_id is not distinct from %(series)s
                   and ({_LIES}) is not distinct from
                       (%(was_audience)s::smallint, %(was_members)s::text[], %(was_excluded)s::text[], %(was_cover)s::uuid,
                        %(was_own)s::uuid)""",
                {
                    **handling_columns(move.handling), "cover": move.cover_id, "own": move.own_handling_id, "id": subject.id,
                    "series": move.group.series, "was_audience": audience, "was_members": list(members),
                    "was_excluded": list(excluded), "was_cover": move.group.lying.cover_id,
                    "was_own": move.group.lying.own_handling_id,
                },
            )  # fmt: skip
        cursor.execute(
            f"""
            update chunks c set audience = i.audience, members = i.members, excluded = i.excluded
              from intakes i where i.id = c.intake_id and ({INTAKES.replace("exhibit_id", "i.exhibit_id").replace("list_id", "i.list_id")})""",
            {"id": subject.id},
        )


def cover_media(session: Session, subject: Subject, moves: Iterable[Move]) -> int:
    """Bring every row about the subject's media under the handling of its group; how many media moved.

    One statement for a kind of row, whatever their number. A medium that is held elsewhere under another
    handling stays there and gets a copy here; one that is already held under the new handling is
    joined with that record. Its fingerprints, listings, places in series, matches and overlaps follow.
    """
    with session.cursor() as cursor:
        for statement in _PREPARE:
            cursor.execute(statement)
        with cursor.copy(
            "copy pg_temp.recover_targets (place, series, was_audience, was_members, was_excluded, was_cover_id, was_own_id,"
            " audience, members, excluded, cover_id, own_id) from stdin"
        ) as copy:
            for move in moves:
                group, columns = move.group, handling_columns(move.handling)
                audience, members, excluded = group.lying.stored
                copy.write_row(
                    (
                        group.place, list(group.series), audience, list(members), list(excluded), group.lying.cover_id,
                        group.lying.own_handling_id, columns["audience"], columns["members"], columns["excluded"],
                        move.cover_id, move.own_handling_id,
                    )
                )  # fmt: skip
        cursor.execute(_PLACES.format(affected=_affected(subject.kind)), _scope(session, subject))
        for statement in _MOVE:
            cursor.execute(statement)
        moved = _count(cursor, "select count(*) from pg_temp.recover_media")
        for statement in _FOLLOW:
            cursor.execute(statement)
        return moved


def uses_of(session: Session, member: str, given: Sequence[Handling]) -> list[Use]:
    """For which uses officers of `member` see records under each of `given`: by the rule of the policies, with another viewer.

    Of the owner's own member: officers of its other units.
    """
    rows = [{"n": n, **handling_columns(one)} for n, one in enumerate(given)]
    rule = visible("g.", viewer_member="%(member)s::text", viewer_unit="''", viewer_use="u.use")
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select bit_or(case when {rule} then u.use else 0 end)
              from jsonb_to_recordset(%(rows)s::jsonb)
                as g (n int, owner_member text, owner_unit text, audience smallint, members text[], excluded text[])
             cross join unnest(%(uses)s::smallint[]) u (use) group by n order by n""",
            {"rows": json.dumps(rows), "member": member, "uses": [int(use) for use in Use]},
        )
        return [Use(row[0]) for row in cursor]


def _count(cursor, statement: str) -> int:
    cursor.execute(statement)
    return int(cursor.fetchone()[0])


def _scope(session: Session, subject: Subject) -> dict[str, object]:
    return {"subject": subject.id, "member": session.actor.member, "unit": session.actor.unit}


def _subject_columns(alias: str) -> str:
    names = ("id", "owner_member", "owner_unit", "audience", "members", "excluded", "cover_id")
    return ", ".join(f"{alias}.{name}" for name in names)


def _subject(session: Session, kind: SubjectKind, statement: str, values: Mapping[str, object]) -> Subject:
    with session.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such subject of your unit.")
    return _of_row(kind, row)


def _of_row(kind: SubjectKind, row: Sequence) -> Subject:
    return Subject(kind=kind, id=row[0], handling=_handling(row), cover_id=row[6])


def _handling(row: Sequence) -> Handling:
    return from_circles(row[3], owner_member=row[1], owner_unit=row[2], members=row[4], excluded=row[5])


_SET = "audience = %(audience)s, members = %(members)s, excluded = %(excluded)s"

_LIES = "audience, members, excluded, cover_id, own_handling_id"
_DESCRIBED = frozenset({"cases", "exhibits", "series", "hash_lists", "victims", "offenders", "places"})
INTAKES = "exhibit_id = %(id)s or list_id = %(id)s"
_ALONE: Mapping[SubjectKind, Sequence[tuple[str, str]]] = {
    SubjectKind.CASE: [("cases", "id = %(id)s")],
    SubjectKind.EXHIBIT: [
        ("exhibits", "id = %(id)s"),
        # What has no medium (yet) has nothing else that decides.
        ("occurrences", "exhibit_id = %(id)s and medium_id is null"),
    ],
    SubjectKind.SERIES: [("series", "id = %(id)s")],
    SubjectKind.HASH_LIST: [
        ("hash_lists", "id = %(id)s"),
    ],
    **{kind: [(TABLES[kind], "id = %(id)s")] for kind in OF_NOUNS},
}

HOLDINGS: Mapping[SubjectKind, str] = {
    SubjectKind.CASE: """
        select o.exhibit_id as place, o.id as occurrence_id, o.medium_id from occurrences o
         where o.case_id = %(subject)s and o.medium_id is not null""",
    SubjectKind.EXHIBIT: """
        select o.exhibit_id as place, o.id as occurrence_id, o.medium_id from occurrences o
         where o.exhibit_id = %(subject)s and o.medium_id is not null""",
    SubjectKind.HASH_LIST: """
        select l.list_id as place, null::bigint as occurrence_id, l.medium_id from listings l
         where l.list_id = %(subject)s""",
    SubjectKind.SERIES: """
        select o.exhibit_id as place, o.id as occurrence_id, o.medium_id
          from series_media sm join occurrences o on o.medium_id = sm.medium_id where sm.series_id = %(subject)s
        union all
        select l.list_id, null, l.medium_id
          from series_media sm join listings l on l.medium_id = sm.medium_id where sm.series_id = %(subject)s
        union all
        select null, null, sm.medium_id from series_media sm
         where sm.series_id = %(subject)s
           and not exists (select from occurrences o where o.medium_id = sm.medium_id)
           and not exists (select from listings l where l.medium_id = sm.medium_id)""",
    **dict.fromkeys(
        OF_NOUNS,
        "select null::uuid as place, null::bigint as occurrence_id, null::uuid as medium_id where %(subject)s::uuid is null",
    ),
}
"""Every place of the subject's media: where each was found or listed; of a series also what lies nowhere."""


def _affected(kind: SubjectKind, limit: str = "") -> str:
    """Each place of an own medium of the subject, with the own series that decide with it; `limit`: of no more places.

    A series decides from the first time that its handling was changed; before, it lies as its media came.
    """
    return f"""
    select held.place, held.occurrence_id, held.medium_id,
           coalesce((select array_agg(distinct sm.series_id order by sm.series_id)
                       from series_media sm join series s on s.id = sm.series_id
                      where sm.medium_id = held.medium_id and s.owner_member = %(member)s and s.owner_unit = %(unit)s
                        and (s.id = %(subject)s or exists (select from handling_changes c
                                                         where c.subject_id = s.id and c.given_cover_id is null))),
                    '{{}}') as series, own.audience, own.members, own.excluded, own.cover_id, own.own_handling_id
      from (select * from ({HOLDINGS[kind]}) every {limit}) held
      join media own on own.id = held.medium_id and own.owner_member = %(member)s and own.owner_unit = %(unit)s"""


_PREPARE = (
    """create temporary table if not exists recover_targets (
        place uuid, series uuid[], was_audience smallint, was_members text[], was_excluded text[], was_cover_id uuid,
        was_own_id uuid, audience smallint, members text[], excluded text[], cover_id uuid, own_id uuid)
        on commit delete rows""",
    """create temporary table if not exists recover_places (
        place uuid, occurrence_id bigint, old uuid, audience smallint, members text[], excluded text[], cover_id uuid,
        own_id uuid)
        on commit delete rows""",
    """create temporary table if not exists recover_media (
        old uuid, new uuid, is_copy boolean, audience smallint, members text[], excluded text[], cover_id uuid, own_id uuid)
        on commit delete rows""",
    "truncate pg_temp.recover_targets, pg_temp.recover_places, pg_temp.recover_media",
)

_SAME = "({0}audience, {0}members, {0}excluded) is not distinct from ({1}audience, {1}members, {1}excluded)"

_UNREAD = "(6, 7)"  # Verdict.ABSENT and Verdict.WAITING

_READ_COLUMNS = (
    "sha256, sha1, md5, size_bytes, kind, verdict, reason, width, height, duration_ms, facts, metadata, camera_make, camera_model,"
    " camera_serial, lens_serial, taken_at, taken_offset_minutes, latitude, longitude, gps_precision_m, software,"
    " document_id, closer"
)
_COPIED_COLUMNS = f"name, {_READ_COLUMNS}, taken_in_at, own_words_id, owner_member, owner_unit"

_PLACES = """
    insert into pg_temp.recover_places
    select a.place, a.occurrence_id, a.medium_id, t.audience, t.members, t.excluded, t.cover_id, t.own_id
      from ({affected}) a
      join pg_temp.recover_targets t on t.place is not distinct from a.place and t.series = a.series
           and (t.was_audience, t.was_members, t.was_excluded) = (a.audience, a.members, a.excluded)
           and t.was_cover_id is not distinct from a.cover_id and t.was_own_id is not distinct from a.own_handling_id
"""

# Which media have to go under another handling. A record moves where it is if nothing holds it as it
# is: no place stays under what it has, none lies outside the subject, no other record joins it. Of several
# with one content and one target one leads, and the others join it.
_MOVE = (
    "analyze pg_temp.recover_places",
    # What may move, and what it may be joined with, is held as it is found now: an intake that has it in hand is over.
    f"""
    select from media m where (m.name, m.owner_member, m.owner_unit) in (
        select n.name, n.owner_member, n.owner_unit from pg_temp.recover_places p join media n on n.id = p.old
         where not ({_SAME.format("p.", "n.")})) order by m.id for update""",
    f"""
    insert into pg_temp.recover_media
    with differing as materialized (
        select distinct on (p.old, p.audience, p.members, p.excluded)
               p.old, m.name, m.owner_member, m.owner_unit, p.audience, p.members, p.excluded, p.cover_id, p.own_id, there.id as there
          from pg_temp.recover_places p join media m on m.id = p.old
          left join media there on there.name = m.name and there.owner_member = m.owner_member
               and there.owner_unit = m.owner_unit and {_SAME.format("there.", "p.")}
         where not ({_SAME.format("p.", "m.")}) order by p.old, p.audience, p.members, p.excluded
    ), held as (
        select p.old from pg_temp.recover_places p join media m on m.id = p.old where {_SAME.format("p.", "m.")}
         union
        select o.medium_id from (select distinct old from differing) d join occurrences o on o.medium_id = d.old
          left join pg_temp.recover_places p on p.occurrence_id = o.id where p.old is null
         union
        select l.medium_id from (select distinct old from differing) d join listings l on l.medium_id = d.old
          left join pg_temp.recover_places p on p.place = l.list_id and p.old = l.medium_id and p.occurrence_id is null
         where p.old is null
         union
        select there from differing where there is not null
    ), judged as (
        select d.*, h.old is null
               and row_number() over (partition by d.old order by d.audience, d.members, d.excluded) = 1 as is_free
          from differing d left join held h on h.old = d.old
    ), led as (
        select distinct on (name, audience, members, excluded) name, audience, members, excluded, old as leader,
               there is null and not is_free as is_copied,
               coalesce(there, case when is_free then old else gen_random_uuid() end) as new
          from judged order by name, audience, members, excluded, is_free desc, old
    )
    select j.old, l.new, l.is_copied and l.leader = j.old, j.audience, j.members, j.excluded, j.cover_id, j.own_id
      from judged j join led l on l.name = j.name and {_SAME.format("l.", "j.")}""",
    "analyze pg_temp.recover_media",
)

_FOLLOW = (
    # In place.
    """
    update media m set audience = r.audience, members = r.members, excluded = r.excluded, cover_id = r.cover_id,
           own_handling_id = r.own_id
      from pg_temp.recover_media r where r.new = r.old and m.id = r.old""",
    # A copy for whoever needs another handling than those who keep it.
    f"""
    insert into media (id, {_COPIED_COLUMNS}, cover_id, own_handling_id, audience, members, excluded)
    select r.new, {", ".join("m." + name.strip() for name in _COPIED_COLUMNS.split(","))}, r.cover_id, r.own_id, r.audience, r.members,
           r.excluded
      from pg_temp.recover_media r join media m on m.id = r.old where r.is_copy""",
    # The record that is there already learns what was read of this one.
    f"""
    update media there set ({_READ_COLUMNS}) = (select {_READ_COLUMNS} from media m where m.id = r.old)
      from pg_temp.recover_media r where r.new <> r.old and not r.is_copy and there.id = r.new
       and there.verdict in {_UNREAD} and (select verdict from media m where m.id = r.old) not in {_UNREAD}""",
    # Joined, both are what the narrower of them is for good.
    """
    update media there set own_handling_id = coalesce(there.own_handling_id, r.own_id),
           own_words_id = coalesce(there.own_words_id, m.own_words_id)
      from pg_temp.recover_media r join media m on m.id = r.old
     where r.new <> r.old and not r.is_copy and there.id = r.new and (r.own_id is not null or m.own_words_id is not null)""",
    # What lies as it should already, and now is known to do so of its own, or no more.
    f"""
    update media m set own_handling_id = p.own_id
      from (select distinct on (old) * from pg_temp.recover_places order by old, own_id) p
     where m.id = p.old and {_SAME.format("p.", "m.")} and m.own_handling_id is distinct from p.own_id""",
    # What opens the bytes of this one opens them for that one: a wrap is bound to owner, case and content.
    """
    insert into medium_keys (medium_id, case_id, member, blob, wrapped)
    select distinct on (r.new, k.case_id) r.new, k.case_id, k.member, k.blob, k.wrapped
      from pg_temp.recover_media r join medium_keys k on k.medium_id = r.old where r.new <> r.old
    on conflict (medium_id, case_id) do nothing""",
    # So does a preview: it is sealed for its case and content.
    """
    insert into previews (medium_id, case_id, member, content, is_waiting)
    select distinct on (r.new, p.case_id) r.new, p.case_id, p.member, p.content, p.is_waiting
      from pg_temp.recover_media r join previews p on p.medium_id = r.old where r.new <> r.old
    on conflict (medium_id, case_id) do nothing""",
    # Every place of the medium names the record that counts there, under its cover.
    """
    update occurrences o set medium_id = coalesce(r.new, o.medium_id), audience = p.audience, members = p.members,
           excluded = p.excluded
      from pg_temp.recover_places p
      left join pg_temp.recover_media r on r.old = p.old
           and (r.audience, r.members, r.excluded) is not distinct from (p.audience, p.members, p.excluded)
     where o.id = p.occurrence_id""",
    """
    with gone as (
        delete from listings l using pg_temp.recover_places p
         where l.list_id = p.place and l.medium_id = p.old and p.occurrence_id is null
        returning l.list_id, l.medium_id, l.owner_member, l.owner_unit)
    insert into listings (list_id, medium_id, owner_member, owner_unit, audience, members, excluded)
    select distinct on (g.list_id, medium) g.list_id, coalesce(r.new, g.medium_id) as medium, g.owner_member, g.owner_unit,
           p.audience, p.members, p.excluded
      from gone g join pg_temp.recover_places p on p.place = g.list_id and p.old = g.medium_id
      left join pg_temp.recover_media r on r.old = p.old
           and (r.audience, r.members, r.excluded) is not distinct from (p.audience, p.members, p.excluded)""",
    # From here on nobody else has a cover in hand (`locks`).
    """
    select clew_recover(
        array(select new from pg_temp.recover_media), array(select old from pg_temp.recover_media where new <> old),
        array(select new from pg_temp.recover_media where new <> old))""",
    # Fingerprints of what is copied or joined are numbered anew, while nobody else can number any.
    """
    with fresh as materialized (
        select r.new, r.audience, r.members, r.excluded, f.kind, f.bits, f.times_ms, f.qualities, f.version, f.engine, f.count,
               sum(f.count) over (partition by f.engine order by r.new, f.id) - f.count as before, f.owner_member, f.owner_unit
          from pg_temp.recover_media r join fingerprints f on f.medium_id = r.old
         where r.new <> r.old
           and not exists (select from fingerprints g where g.medium_id = r.new and g.kind = f.kind)
    ), taken as (
        update fingerprint_counters c set next = c.next + n.count
          from (select engine, sum(count) as count from fresh where engine is not null group by engine) n
         where n.engine = c.engine returning c.engine, c.next - n.count as first
    )
    insert into fingerprints (medium_id, kind, bits, times_ms, qualities, version, engine, first, count,
                              owner_member, owner_unit, audience, members, excluded)
    select f.new, f.kind, f.bits, f.times_ms, f.qualities, f.version, f.engine, t.first + f.before, f.count,
           f.owner_member, f.owner_unit, f.audience, f.members, f.excluded
      from fresh f left join taken t on t.engine = f.engine""",
    """
    update fingerprints f set audience = r.audience, members = r.members, excluded = r.excluded
      from pg_temp.recover_media r where r.new = r.old and f.medium_id = r.old""",
    """
    update series_media s set audience = r.audience, members = r.members, excluded = r.excluded
      from pg_temp.recover_media r where r.new = r.old and s.medium_id = r.old""",
    # Into a series of another unit that is hidden since, nothing more is put.
    """
    insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)
    select distinct on (s.series_id, r.new) s.series_id, r.new, s.owner_member, s.owner_unit, r.audience, r.members, r.excluded
      from pg_temp.recover_media r join series_media s on s.medium_id = r.old join series t on t.id = s.series_id
     where r.new <> r.old
    on conflict (series_id, medium_id) do update
       set audience = excluded.audience, members = excluded.members, excluded = excluded.excluded""",
    # What nobody holds any more goes, with all that was of it alone.
    """
    create temporary table if not exists recover_gone (id uuid) on commit delete rows""",
    "truncate pg_temp.recover_gone",
    """
    insert into pg_temp.recover_gone
    select distinct r.old from pg_temp.recover_media r
     where r.new <> r.old
       and not exists (select from pg_temp.recover_media s where s.new = r.old)
       and not exists (select from occurrences o where o.medium_id = r.old)
       and not exists (select from listings l where l.medium_id = r.old)""",
    # A release is bound to the record that it names: once that is joined with another it would end by nothing.
    f"""
    update releases r set {ENDED}
      from pg_temp.recover_gone g where r.medium_id = g.id and r.withdrawn_at is null""",
    # Denial wins: who is excluded now reads no original that was opened to it before, and nobody one under examination.
    f"""
    update releases r set {ENDED}
      from pg_temp.recover_media n join media m on m.id = n.new
     where r.medium_id = m.id and r.withdrawn_at is null and m.excluded && array[r.recipient, '{BLOCKED}']""",
    "delete from series_media s using pg_temp.recover_gone g where s.medium_id = g.id",
    "delete from series_proposals s using pg_temp.recover_gone g where g.id in (s.medium_id, s.near_medium)",
    "delete from medium_keys k using pg_temp.recover_gone g where k.medium_id = g.id",
    "delete from fingerprints f using pg_temp.recover_gone g where f.medium_id = g.id",
    # What units say of it they say of the record that it is joined with.
    """
    select clew_move_links(array_agg(p.old), array_agg(p.new)) from (
        select distinct on (r.old) r.old, r.new from pg_temp.recover_gone g
          join pg_temp.recover_media r on r.old = g.id and r.new <> r.old order by r.old, r.new) p""",
    # Own clues lie as their medium does, unless their handling is their own.
    """
    update clues c set audience = r.audience, members = r.members, excluded = r.excluded
      from pg_temp.recover_media r join media m on m.id = r.new
     where c.medium_id = r.new and not c.is_own_handling and c.withdrawn_at is null
       and (c.owner_member, c.owner_unit) = (m.owner_member, m.owner_unit)""",
    "delete from media m using pg_temp.recover_gone g where m.id = g.id",
    "select clew_recover('{}', array(select id from pg_temp.recover_gone), '{}')",
)
