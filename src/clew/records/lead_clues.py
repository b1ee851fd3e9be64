"""Grounds for leads by clues: what is read in media of a series that the unit waits for and outside of it, and answers.

Under row security of the unit's calendar, as `lead_grounds`: a clue that the unit may not see is never a ground.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.domain.clue import ClueKind
from clew.domain.handling import BLOCKED
from clew.domain.question import Said
from clew.records.lead_grounds import Ground
from clew.records.lead_rounds import Key, Slice, page_of, unit
from clew.records.lead_words import SealedAgain, Word
from clew.records.session import Session

VALUE = "clues.value"
WORDS_AT_ONCE = 2_000
"""So many different words of one round are looked up together."""
MEDIA_PER_WORD_MAX = 1_000
"""What is read in more media than that is a slogan, and tells nobody from anybody."""
ANSWERS_AT_ONCE = 2_000
"""So many answers to questions of the unit are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer to a question of the unit: about which series, and a medium of it that speaks for the lead."""

    series_id: UUID
    medium_id: UUID
    answer_id: UUID
    said: Said
    country: str


Read = tuple[ClueKind, Word]
"""What a clue reads, as its owner has it."""


class ReadInSeries:
    """What clues of these kinds read on media of the round."""

    def __init__(self, kinds: Sequence[ClueKind], again: SealedAgain) -> None:
        self._kinds, self._again = kinds, again

    def slice(self, session: Session, behind: Key, upto: Key) -> Slice[Read]:
        """Some of these words."""
        at_once = self._again.at_once(WORDS_AT_ONCE)
        where = " and (c.kind, c.owner_member, c.value) {} (%s, %s, %s)"
        with session.cursor() as cursor:
            cursor.execute(
                f"""
                select distinct c.kind, c.owner_member, c.value from pg_temp.lead_candidates l join clues c on c.medium_id = l.id
                 where c.kind = any(%s) and c.value is not null and c.withdrawn_at is null
                       {where.format(">") if behind else ""} {where.format("<=") if upto else ""}
                 order by 1, 2, 3 limit {at_once:d}""",
                [[kind.value for kind in self._kinds], *behind, *upto],
            )
            some = [
                (ClueKind(row[0]), Word(owner=row[1], words=bytes(row[2]), make=None)) for row in cursor.fetchall()
            ]
        last = (some[-1][0].value, some[-1][1].owner, some[-1][1].words) if some else upto
        return Slice(items=some, upto=last, is_last=len(some) < at_once and not upto)

    def page(self, session: Session, some: Sequence[Read], behind: Key, limit: int) -> list[tuple[Key, Ground]]:
        """Grounds by the same words on another medium, whoever's the clue is; `said`: (the kind, the words as compared)."""
        sealed = [
            (number, kind.value, member, self._again.again(VALUE, word, member)[0])
            for number, (kind, word) in enumerate(some) for member in self._again.members
        ]  # fmt: skip
        columns = {
            "kinds": [kind.value for kind, _ in some], "owners": [word.owner for _, word in some],
            "words": [word.words for _, word in some], "many": MEDIA_PER_WORD_MAX,
            **{key: [row[at] for row in sealed] for at, key in enumerate(("number", "kind", "said_by", "theirs"))},
        }  # fmt: skip
        rows = page_of(session, _ALIKE, columns, _OF_ALIKE, behind, limit)
        return [
            (key, Ground(
                series_id=row[0], medium_id=row[1], owner=(row[2], row[3]),
                said=(ClueKind(row[4]), self._again.plain(VALUE, Word(owner=row[5], words=bytes(row[6]), make=None))[0]),
            )) for key, row in rows
        ]  # fmt: skip


_ALIKE = f"""
    with asked as materialized (
        select * from unnest(%(kinds)s::text[], %(owners)s::text[], %(words)s::bytea[])
            with ordinality a (kind, word_of, word, at)),
    w as materialized (
        select * from unnest(%(number)s::int[], %(kind)s::text[], %(said_by)s::text[], %(theirs)s::bytea[])
            w (number, kind, member, theirs)),
    said as (
        select each.number, each.medium_id from (select distinct number from w) asked cross join lateral (
            select distinct w.number, c.medium_id from w
              join clues c on c.value = w.theirs and c.owner_member = w.member and c.kind = w.kind
              join media m on m.id = c.medium_id
             where w.number = asked.number and c.withdrawn_at is null and '{BLOCKED}' <> all (m.excluded)
             limit %(many)s + 1) each),
    -- A slogan tells nobody from anybody.
    few as materialized (
        select number, medium_id from (select *, count(*) over (partition by number) as many from said) counted
         where many <= %(many)s),
    inside as materialized (
        select distinct s.number, w.id from few s join media m on m.id = s.medium_id
          join media x on x.name = m.name join series_media sm on sm.medium_id = x.id
          join pg_temp.lead_series w on w.id = sm.series_id and not w.is_solved)
    select i.id as series_id, o.id as medium_id, o.owner_member, o.owner_unit, a.kind, a.word_of, a.word
      from inside i join few s on s.number = i.number join media o on o.id = s.medium_id
      join asked a on a.at = i.number + 1
     where not exists (select from series_media x where x.series_id = i.id and x.medium_id = o.id)"""
_OF_ALIKE = ("series_id", "medium_id", "kind", "word_of", "word")


def answers(session: Session, behind: Key, upto: Key) -> Slice[UUID]:
    """Some of the answers to questions of the unit."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select a.id from questions q join question_answers a on a.question_id = q.id
             where q.member = %(member)s and q.unit = %(unit)s
               and (%(behind)s::uuid is null or a.id > %(behind)s) and (%(upto)s::uuid is null or a.id <= %(upto)s)
             order by a.id limit %(limit)s""",
            {
                **unit(session), "behind": behind[0] if behind else None, "upto": upto[0] if upto else None,
                "limit": ANSWERS_AT_ONCE,
            },
        )  # fmt: skip
        some = [row[0] for row in cursor.fetchall()]
    return Slice(items=some, upto=tuple(some[-1:]) or upto, is_last=len(some) < ANSWERS_AT_ONCE and not upto)


def answered(session: Session, some: Sequence[UUID], behind: Key, limit: int) -> list[tuple[Key, Answered]]:
    """Those of the answers that are about unsolved series, or about media in them, that the round brings."""
    rows = page_of(session, _ANSWERED, {"answers": list(some)}, ("answer_id", "series_id", "medium_id"), behind, limit)
    return [
        (key, Answered(series_id=row[0], medium_id=row[1], answer_id=row[2], said=Said(row[3]), country=row[4]))
        for key, row in rows
    ]


_ANSWERED = """
    with own as materialized (
        select q.about_kind, q.about_id, a.id, a.said, a.country,
               coalesce(c.medium_id, e.medium_id, case q.about_kind when 'medium' then q.about_id end) as medium_id
          from questions q join question_answers a on a.question_id = q.id left join crops c on c.id = q.crop_id
          left join clues e on q.about_kind = 'clue' and e.id = q.about_id
         where q.member = %(member)s and q.unit = %(unit)s and a.id = any(%(answers)s)),
    touched as materialized (
        select w.id as series_id, l.id as medium_id from pg_temp.lead_candidates l
          join series_media sm on sm.medium_id = l.id
          join pg_temp.lead_series w on w.id = sm.series_id and not w.is_solved
         where exists (select from own)),
    whole as (select series_id, (array_agg(medium_id order by medium_id))[1] as medium_id from touched group by 1)
    select t.series_id, t.medium_id, o.id as answer_id, o.said, o.country from own o
      join touched t on t.medium_id = o.medium_id and (o.about_kind <> 'series' or t.series_id = o.about_id)
    union
    select w.series_id, w.medium_id, o.id, o.said, o.country from own o
      join whole w on w.series_id = o.about_id and o.about_kind = 'series' and o.medium_id is null"""
