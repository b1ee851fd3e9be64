"""Grounds for leads by clues: what is read in media of a series that the unit waits for and outside of it, and answers.

Under row security of the unit's calendar, as `lead_grounds`: a clue that the unit may not see is never a ground.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from clew.domain.clue import ClueKind
from clew.domain.handling import BLOCKED
from clew.domain.question import Said
from clew.records.lead_grounds import PAIRS_MAX, WORDS_PER_STATEMENT, Ground, SealedAgain, Word
from clew.records.session import Session

VALUE = "clues.value"
WORDS_AT_ONCE = 2_000
"""So many different words of one round are looked up together."""
MEDIA_PER_WORD_MAX = 1_000
"""What is read in more media than that is a slogan, and tells nobody from anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer to a question of the unit: about which series, and a medium of it that speaks for the lead."""

    series_id: UUID
    medium_id: UUID
    answer_id: UUID
    said: Said
    country: str


def same_words(session: Session, kinds: Sequence[ClueKind], again: SealedAgain) -> Iterator[Ground]:
    """Grounds by clues of these kinds that read the same; `said`: (the kind, the words as they are compared)."""
    after: tuple[str, str, bytes] = ("", "", b"")
    while words := _words(session, kinds, after):
        after = (words[-1][0].value, words[-1][1].owner, words[-1][1].words)
        media = _media(session, words, again)
        for number, series_id, medium_id, owner, unit in _outside(session, media):
            kind, word = words[number]
            said = (kind, again.plain(VALUE, word)[0])
            yield Ground(series_id=series_id, medium_id=medium_id, owner=(owner, unit), said=said)


def _words(session: Session, kinds: Sequence[ClueKind], after: tuple[str, str, bytes]) -> list[tuple[ClueKind, Word]]:
    """The next words of clues on media of the round, behind this kind, owner and word."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct c.kind, c.owner_member, c.value from pg_temp.lead_candidates l join clues c on c.medium_id = l.id
             where c.kind = any(%s) and c.value is not null and c.withdrawn_at is null
               and (c.kind, c.owner_member, c.value) > (%s, %s, %s) order by 1, 2, 3 limit %s""",
            [[kind.value for kind in kinds], *after, WORDS_AT_ONCE],
        )
        return [(ClueKind(row[0]), Word(owner=row[1], words=bytes(row[2]), make=None)) for row in cursor.fetchall()]


def _media(
    session: Session, words: Sequence[tuple[ClueKind, Word]], again: SealedAgain
) -> list[tuple[int, UUID]]:
    """(number of a word, a medium on which a clue reads it), whoever's the clue is."""
    sealed = (
        (number, kind.value, member, again.again(VALUE, word, member)[0])
        for number, (kind, word) in enumerate(words)
        for member in again.members
    )
    found: list[tuple[int, UUID]] = []
    while some := list(islice(sealed, WORDS_PER_STATEMENT)):
        with session.cursor() as cursor:
            cursor.execute(
                f"""
                with w as materialized (
                    select * from unnest(%s::int[], %s::text[], %s::text[], %s::bytea[]) w (number, kind, member, theirs)),
                said as (
                    select each.number, each.medium_id from (select distinct number from w) asked cross join lateral (
                        select distinct w.number, c.medium_id from w
                          join clues c on c.value = w.theirs and c.owner_member = w.member and c.kind = w.kind
                          join media m on m.id = c.medium_id
                         where w.number = asked.number and c.withdrawn_at is null and '{BLOCKED}' <> all (m.excluded)
                         limit {MEDIA_PER_WORD_MAX + 1}) each)
                -- What few media show comes first: a slogan leaves room for all else.
                select number, medium_id from (select *, count(*) over (partition by number) as many from said) counted
                 where many <= {MEDIA_PER_WORD_MAX} order by many, number, medium_id limit {PAIRS_MAX}""",
                [[row[at] for row in some] for at in range(4)],
            )
            found += [(row[0], row[1]) for row in cursor.fetchall()]
    return found


def _outside(session: Session, media: Sequence[tuple[int, UUID]]) -> Iterator[tuple[int, UUID, UUID, str, str]]:
    """(number of a word, series, medium outside of it, its owner and unit) where another medium inside reads the same."""
    if not media:
        return
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with said as materialized (select * from unnest(%s::int[], %s::uuid[]) s (number, medium_id)),
            inside as materialized (
                select distinct s.number, w.id from said s join media m on m.id = s.medium_id
                  join media x on x.name = m.name join series_media sm on sm.medium_id = x.id
                  join pg_temp.lead_series w on w.id = sm.series_id and not w.is_solved limit {PAIRS_MAX})
            select i.number, i.id, o.id, o.owner_member, o.owner_unit
              from inside i join said s on s.number = i.number join media o on o.id = s.medium_id
             where not exists (select from series_media x where x.series_id = i.id and x.medium_id = o.id)
             order by 1, 2, 3 limit {PAIRS_MAX}""",
            [[number for number, _ in media], [medium for _, medium in media]],
        )
        yield from cursor.fetchall()


def answered(session: Session) -> list[Answered]:
    """Answers to questions of the unit about its unsolved series, or about media in them, that the round brings."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            with own as materialized (
                select q.about_kind, q.about_id, a.id, a.said, a.country,
                       coalesce(c.medium_id, e.medium_id, case q.about_kind when 'medium' then q.about_id end) as medium_id
                  from questions q join question_answers a on a.question_id = q.id left join crops c on c.id = q.crop_id
                  left join clues e on q.about_kind = 'clue' and e.id = q.about_id
                 where q.member = %(member)s and q.unit = %(unit)s),
            touched as materialized (
                select w.id as series_id, l.id as medium_id from pg_temp.lead_candidates l
                  join series_media sm on sm.medium_id = l.id
                  join pg_temp.lead_series w on w.id = sm.series_id and not w.is_solved
                 where exists (select from own)),
            whole as (select series_id, (array_agg(medium_id order by medium_id))[1] as medium_id from touched group by 1)
            select series_id, medium_id, id, said, country from (
                select t.series_id, t.medium_id, o.id, o.said, o.country from own o
                  join touched t on t.medium_id = o.medium_id and (o.about_kind <> 'series' or t.series_id = o.about_id)
                union all
                select w.series_id, w.medium_id, o.id, o.said, o.country from own o
                  join whole w on w.series_id = o.about_id and o.about_kind = 'series' and o.medium_id is null) found
             order by id, series_id, medium_id limit {PAIRS_MAX}""",
            {"member": session.actor.member, "unit": session.actor.unit},
        )
        return [
            Answered(series_id=row[0], medium_id=row[1], answer_id=row[2], said=Said(row[3]), country=row[4])
            for row in cursor.fetchall()
        ]
