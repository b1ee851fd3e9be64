"""What row-level security lets an actor know of the media of a case, for triage."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.fingerprint import Transform
from clew.domain.handling import BLOCKED
from clew.domain.medium import MediumKind, Verdict
from clew.domain.series import SOLVED, SeriesState
from clew.domain.triage import Aligned, Other, ReasonKind
from clew.records import sealed
from clew.records.intakes import PATH
from clew.records.merges import REACH
from clew.records.occurrences import IN_ORDER
from clew.records.series import NAME
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedMedium:
    """A medium of the case (or exhibit) that is triaged."""

    id: UUID
    name: str
    sha256: str | None
    kind: MediumKind
    verdict: Verdict
    reason: str
    paths: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A medium of the case, and another (or itself, met elsewhere) that is the same.

    `series` and `reference` are of a series that the other is in, or of another member's, or a solved own one, that is
    merged with one. Where it says the answer, `owner` and `unit` are its own, and `holder` has the other medium if that
    is another.
    """

    medium_id: UUID
    kind: ReasonKind
    matched: str
    owner: str
    unit: str
    holder: str | None
    other: Other
    series: str | None
    reference: str | None
    distance_bits: int | None
    radius_bits: int | None
    transform: str | None
    aligned: Aligned | None


def media_after(
    session: Session, case_id: UUID, exhibit_id: UUID | None, after: UUID | None, limit: int
) -> tuple[ScopedMedium, ...]:
    """The next `limit` media of the case in the order of their identifiers."""
    texts = sealed.of_case(session.actor.member, case_id)
    with session.cursor() as cursor:
        cursor.execute(_MEDIA, {"case": case_id, "exhibit": exhibit_id, "after": after or _BEFORE_ALL, "limit": limit})
        return tuple(
            ScopedMedium(
                id=row[0], name=row[1].hex(), sha256=row[2] and row[2].hex(), kind=MediumKind(row[3]),
                verdict=Verdict(row[4]), reason=row[5],
                paths=tuple(texts.unseal(path, PATH) for path in row[6]),
            )
            for row in cursor
        )  # fmt: skip


def pairs(session: Session, case_id: UUID, exhibit_id: UUID | None, media: Sequence[UUID]) -> Iterator[Pair]:
    """Everything the actor may know that is the same as one of `media`; one row for each series it is in."""
    with session.cursor() as cursor:
        cursor.execute(_PAIRS, {"case": case_id, "exhibit": exhibit_id, "media": list(media), "me": session.actor.member})
        for row in cursor:
            yield _pair(row, session.actor.member)


def pairs_of_digests(session: Session, digests: Sequence[tuple[bytes, bytes, bytes]]) -> Iterator[tuple[int, Pair]]:
    """The same for files that are not taken in: `digests` are (SHA-256, SHA-1, MD5) of each.

    Yields the position in `digests` with each pair.
    """
    columns = list(zip(*digests, strict=True)) or [(), (), ()]
    with session.cursor() as cursor:
        cursor.execute(
            _PAIRS_OF_DIGESTS,
            {"sha256": list(columns[0]), "sha1": list(columns[1]), "md5": list(columns[2]), "me": session.actor.member},
        )
        for row in cursor:
            yield row[0], _pair((_BEFORE_ALL, *row[1:]), session.actor.member)


def pairs_of_fingerprints(
    session: Session, kind: ReasonKind, found: Sequence[tuple[int, int, int, int, int, Aligned | None]]
) -> Iterator[tuple[int, Pair]]:
    """The same for fingerprints found by the index.

    `found` holds (position of the file, fingerprint id, bits of distance, radius, transform, alignment);
    what the actor may not see is left out.
    """
    by_key = {(entry[0], entry[1]): entry for entry in found}
    keys = list(by_key)
    with session.cursor() as cursor:
        cursor.execute(
            _PAIRS_OF_FINGERPRINTS,
            {"files": [key[0] for key in keys], "fingerprints": [key[1] for key in keys], "kind": kind.value,
             "me": session.actor.member},
        )  # fmt: skip
        for row in cursor:
            entry = by_key[row[0], row[1]]
            other = _pair((_BEFORE_ALL, *row[2:]), session.actor.member)
            yield row[0], Pair(
                medium_id=other.medium_id, kind=kind, matched=other.matched, owner=other.owner, unit=other.unit,
                holder=other.holder, other=other.other, series=other.series, reference=other.reference,
                distance_bits=entry[2], radius_bits=entry[3],
                transform=Transform(entry[4]).word, aligned=entry[5],
            )  # fmt: skip


def unreadable_after(
    session: Session, case_id: UUID, exhibit_id: UUID | None, after: int, limit: int
) -> tuple[tuple[int, bytes, str], ...]:
    """(occurrence, path, reason) of files of the case that gave no pixels, frames or samples."""
    texts = sealed.of_case(session.actor.member, case_id)
    with session.cursor() as cursor:
        cursor.execute(_UNREADABLE, {"case": case_id, "exhibit": exhibit_id, "after": after, "limit": limit})
        return tuple((number, texts.unseal(path, PATH), reason) for number, path, reason in cursor)


def count_unreadable(session: Session, case_id: UUID, exhibit_id: UUID | None) -> int:
    """How many files of the case gave no pixels, frames or samples."""
    with session.cursor() as cursor:
        cursor.execute(_COUNT_UNREADABLE, {"case": case_id, "exhibit": exhibit_id})
        return int(cursor.fetchall()[0][0])


def without_medium(
    session: Session, case_id: UUID, exhibit_id: UUID | None, limit: int, *, after: int = 0, skip: int = 0
) -> tuple[tuple[int, bytes, str], ...]:
    """(occurrence, path, reason) of files of the case that could not even be read: behind one, but for the first `skip`.

    A page counts them: the numbers of occurrences run over all members, and on its address they would tell an
    officer how much the others take in.
    """
    texts = sealed.of_case(session.actor.member, case_id)
    with session.cursor() as cursor:
        cursor.execute(
            _FILES_WITHOUT_MEDIUM,
            {"case": case_id, "exhibit": exhibit_id, "after": after, "skip": skip, "limit": limit},
        )
        return tuple((number, texts.unseal(path, PATH), reason) for number, path, reason in cursor)


def count_without_medium(session: Session, case_id: UUID, exhibit_id: UUID | None) -> int:
    """How many files of the case could not even be read."""
    with session.cursor() as cursor:
        cursor.execute(_WITHOUT_MEDIUM, {"case": case_id, "exhibit": exhibit_id})
        return int(cursor.fetchone()[0])


def _pair(row: tuple, me: str) -> Pair:
    (medium_id, kind, distance, radius, transform, here_from, here_to, there_from, there_to, matched, compared,
     name, owner, unit, is_in_other_case, is_earlier, is_listed,
     series, reference, series_owner, series_unit, series_state) = row  # fmt: skip
    is_foreign_series = series_owner is not None and series_owner != me
    # What its owner has withdrawn says nothing any more.
    is_said = series is not None and (not is_foreign_series or SeriesState(series_state) is not SeriesState.WITHDRAWN)
    name_of_series = sealed.words(sealed.of_member(series_owner), NAME, series) if is_said else None
    own_state = SeriesState(series_state) if series_owner == me else None
    is_by_series = is_said and (is_foreign_series or own_state in SOLVED)
    says, of_unit = (series_owner, series_unit) if is_by_series else (owner, unit)
    return Pair(
        medium_id=medium_id, kind=ReasonKind(kind), matched=name.hex(), owner=says, unit=of_unit,
        holder=owner if owner != says else None,
        other=Other(
            is_of_own_member=owner == me, is_in_other_case=is_in_other_case, is_earlier=bool(is_earlier),
            is_listed=is_listed, foreign_series_state=SeriesState(series_state) if is_foreign_series else None,
            own_series_state=own_state,
        ),
        series=name_of_series, reference=reference if is_said else None, distance_bits=distance, radius_bits=radius,
        transform=None if transform is None else Transform(transform).word,
        aligned=None if here_from is None else Aligned(
            seconds_here=(here_from / 1000, here_to / 1000), seconds_there=(there_from / 1000, there_to / 1000),
            frames_matched=matched, frames_compared=compared,
        ),
    )  # fmt: skip


_BEFORE_ALL = UUID(int=0)


def _words(states: Iterable[SeriesState]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


_SCOPE = "o.case_id = %(case)s and (%(exhibit)s::uuid is null or o.exhibit_id = %(exhibit)s)"

_MEDIA = f"""
    with scope as materialized (
        select distinct o.medium_id from occurrences o
        where {_SCOPE} and o.medium_id > %(after)s order by o.medium_id limit %(limit)s)
    select m.id, m.name, m.sha256, m.kind, m.verdict, m.reason,
           (select array_agg(o.path order by o.id) from occurrences o where o.medium_id = m.id and {_SCOPE})
    from scope join media m on m.id = scope.medium_id order by m.id
"""

# Equal bytes: by the strongest digest that both records have, so that two files whose MD5 was
# forged to be equal are not called the same. An empty file is the same as every other empty file,
# which says nothing.
_SAME_BYTES = """
    select m.id as m, n.id as n from {mine} m join media n on n.name = m.name
     where m.size_bytes is distinct from 0
    union
    select m.id, n.id from {mine} m join media n on n.sha1 = m.sha1
     where (m.sha256 is null) <> (n.sha256 is null) and m.size_bytes is distinct from 0
    union
    select m.id, n.id from {mine} m join media n on n.md5 = m.md5
     where not (m.sha256 is not null and n.sha256 is not null)
       and not (m.sha1 is not null and n.sha1 is not null) and m.size_bytes is distinct from 0
"""

_NO_ALIGNMENT = "null::int, null::int, null::int, null::int, null::int, null::int"

# The earliest place is asked for as a sum (`+ 0`): of a bare number PostgreSQL may go through all places there are in
# their order, to the first of this medium, where it does not know yet how many media a fresh table holds.
_FACTS = """
    select n.id, n.name, n.owner_member, n.owner_unit,
           elsewhere.first is not null as is_in_other_case, elsewhere.first,
           exists (select from listings l where l.medium_id = n.id) as is_listed,
           s.name as series, s.reference, s.owner_member as series_owner, s.owner_unit as series_unit,
           s.state as series_state
    from (select distinct n from pairs) p join media n on n.id = p.n and '(blocked)' <> all (n.excluded)
    left join lateral (select min(o.id + 0) as first from occurrences o
                       where o.medium_id = n.id and o.case_id is distinct from %(case)s::uuid) elsewhere on true
    left join lying on lying.medium_id = n.id
    left join named on named.seed = lying.series_id
    left join series s on s.id = named.id
"""

# The series that the other media are in; and for each of them the one series of another member that says most of all
# that are merged with it, and a solved one of the own member: a medium whose series is one with a solved one is solved.
_SERIES = f"""
    lying as materialized (
        select distinct sm.medium_id, sm.series_id from (select distinct n from pairs) p
          join series_media sm on sm.medium_id = p.n),
    seeds (id) as (select distinct series_id from lying),
    {REACH},
    named (seed, id) as materialized (
        select id, id from seeds
        union all
        (select distinct on (t.seed) t.seed, s.id from together t join series s on s.id = t.id
          where t.id <> t.seed and s.owner_member <> %(me)s and '{BLOCKED}' <> all (s.excluded)
            and s.state <> '{SeriesState.WITHDRAWN}'
          order by t.seed, s.state = any (array[{_words(SOLVED)}]) desc, s.entered_at, s.id)
        union all
        (select distinct on (t.seed) t.seed, s.id from together t join series s on s.id = t.id
          where t.id <> t.seed and s.owner_member = %(me)s and '{BLOCKED}' <> all (s.excluded)
            and s.state = any (array[{_words(SOLVED)}])
          order by t.seed, s.entered_at, s.id))
"""

_PAIRS = f"""
    with recursive scope as materialized (
        select o.medium_id as id, min(o.id) as first from occurrences o
        where {_SCOPE} and o.medium_id = any(%(media)s) group by o.medium_id),
    mine as materialized (select m.* from media m join scope on scope.id = m.id),
    pairs as materialized (
        select same.m, same.n, 'digest' as kind, null::int as distance, null::int as radius, null::int as transform,
               null::int as here_from, null::int as here_to, null::int as there_from, null::int as there_to,
               null::int as frames_matched, null::int as frames_compared
        from ({_SAME_BYTES.format(mine="mine")}) same
        union all
        select a_medium, b_medium, {{kind}}, distance_bits, radius_bits, transform,
               a_from_ms, a_to_ms, b_from_ms, b_to_ms, frames_matched, frames_compared
        from matches where a_medium = any(%(media)s)
        union all
        select b_medium, a_medium, {{kind}}, distance_bits, radius_bits, {{inverse}},
               b_from_ms, b_to_ms, a_from_ms, a_to_ms, frames_matched, frames_compared
        from matches where b_medium = any(%(media)s)),
    {_SERIES},
    facts as materialized ({_FACTS})
    select p.m, p.kind, p.distance, p.radius, p.transform, p.here_from, p.here_to, p.there_from, p.there_to,
           p.frames_matched, p.frames_compared, f.name, f.owner_member, f.owner_unit,
           f.is_in_other_case, f.first < scope.first, f.is_listed, f.series, f.reference,
           f.series_owner, f.series_unit, f.series_state
    from pairs p join facts f on f.id = p.n join scope on scope.id = p.m
""".format(
    kind="case kind when 1 then 'pdq' when 2 then 'video' else 'sound' end",
    inverse=f"case transform when {Transform.ROTATE_90} then {Transform.ROTATE_270} "
    f"when {Transform.ROTATE_270} then {Transform.ROTATE_90} else transform end",
)

_PAIRS_OF_DIGESTS = f"""
    with recursive mine as materialized (
        select ordinality as id, sha256 as name, sha256, sha1, md5, null::bigint as size_bytes
        from unnest(%(sha256)s::bytea[], %(sha1)s::bytea[], %(md5)s::bytea[])
             with ordinality as given(sha256, sha1, md5, ordinality)),
    pairs as materialized ({_SAME_BYTES.format(mine="mine")}),
    {_SERIES},
    facts as materialized ({_FACTS.replace("%(case)s::uuid", "null::uuid")})
    select (p.m - 1)::int, 'digest', null::int, null::int, null::int, {_NO_ALIGNMENT}, f.name, f.owner_member,
           f.owner_unit, f.is_in_other_case, true, f.is_listed, f.series, f.reference,
           f.series_owner, f.series_unit, f.series_state
    from pairs p join facts f on f.id = p.n
"""

_PAIRS_OF_FINGERPRINTS = f"""
    with recursive given as materialized (
        select * from unnest(%(files)s::int[], %(fingerprints)s::bigint[]) as given(file, fingerprint)),
    pairs as materialized (
        select g.file, g.fingerprint, f.medium_id as n from given g join fingerprints f on f.id = g.fingerprint),
    {_SERIES},
    facts as materialized ({_FACTS.replace("%(case)s::uuid", "null::uuid")})
    select p.file, p.fingerprint, %(kind)s, null::int, null::int, null::int, {_NO_ALIGNMENT}, f.name, f.owner_member,
           f.owner_unit, f.is_in_other_case, true, f.is_listed, f.series, f.reference,
           f.series_owner, f.series_unit, f.series_state
    from pairs p join facts f on f.id = p.n
"""

_OF_UNREADABLE = f"""
    from occurrences o left join media m on m.id = o.medium_id
    where {_SCOPE}
      and ((m.id is null and o.reason <> '')
           or m.verdict in ({Verdict.NOT_DECODED:d}, {Verdict.REFUSED:d}, {Verdict.QUARANTINED:d}, {Verdict.WAITING:d}))
"""
_UNREADABLE = f"""
    select o.id, o.path, coalesce(m.reason, o.reason) {_OF_UNREADABLE} and {IN_ORDER} and o.id > %(after)s
    order by o.id limit %(limit)s
"""
_COUNT_UNREADABLE = f"select count(*) {_OF_UNREADABLE}"

_WITHOUT_MEDIUM = f"select count(*) from occurrences o where {_SCOPE} and o.medium_id is null and o.reason <> ''"

_FILES_WITHOUT_MEDIUM = f"""
    select o.id, o.path, o.reason from occurrences o
    where {_SCOPE} and {IN_ORDER} and o.id > %(after)s and o.medium_id is null and o.reason <> ''
    order by o.id offset %(skip)s limit %(limit)s
"""
