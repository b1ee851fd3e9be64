"""Grounds for leads by sealed facts that say the same, a serial number or a document: in a series and outside of it.

What is equal is looked up by its value, never pair by pair: thousands of pictures of one camera are one value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.records import grounds, lead_rounds, merges, rejections, sealed
from clew.records.lead_grounds import Ground
from clew.records.lead_rounds import Key, Slice, page_of
from clew.records.session import Session

ALIKE_MAX = 200
"""So many contents are given that would speak for one and the same lead, beyond all that the series has and as many more as
the unit rejected for it: what is crowded costs no more than that, and hides nothing."""
WORDS_AT_ONCE = 2_000
"""How many different serial numbers or documents are looked up together."""
SEALS_MAX = 20_000
"""So many words, each as one member has it, are looked up together."""


class SealedAgain:
    """Sealed words of one member as each other member has them. Lives as long as a round: all units look at the same."""

    def __init__(self, members: Sequence[str]) -> None:
        self.members = tuple(members[:grounds.MEMBERS_MAX])
        self._plain: dict[tuple[str, str, bytes], bytes] = {}
        self._again: dict[tuple[str, str, bytes], bytes] = {}

    def at_once(self, words_max: int) -> int:
        """So many words are looked up together, as all members have them."""
        return max(1, min(words_max, SEALS_MAX // max(1, len(self.members))))

    def plain(self, column: str, word: "Word") -> tuple[bytes, bytes]:
        """The words, and those of the make; empty where there is none."""
        make = b"" if word.make is None else self._words("camera_make", word.owner, word.make)
        return self._words(column, word.owner, word.words), make

    def again(self, column: str, word: "Word", member: str) -> tuple[bytes, bytes | None]:
        """The same two as `member` has them."""
        words, make = self.plain(column, word)
        return self._seal(column, member, words), None if word.make is None else self._seal("camera_make", member, make)

    def _words(self, column: str, owner: str, kept: bytes) -> bytes:
        key = (column, owner, kept)
        if key not in self._plain:
            self._plain[key] = sealed.of_member(owner).unseal(kept, _sealed_as(column))
        return self._plain[key]

    def _seal(self, column: str, member: str, words: bytes) -> bytes:
        key = (column, member, words)
        if key not in self._again:
            self._again[key] = sealed.of_member(member).seal(words, _sealed_as(column))
        return self._again[key]


def _sealed_as(column: str) -> bytes:
    """A column of media, or of another table that is named before it."""
    return column.encode() if "." in column else b"media." + column.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A sealed fact as its owner has it, with the camera's make where it is a serial number."""

    owner: str
    words: bytes
    make: bytes | None

    @property
    def key(self) -> Key:
        """Where it stands among others."""
        return self.owner, self.words, self.make or b""


Hit = tuple[Word, UUID]
"""A word of the round, and a series that the unit waits for in which it is said."""


class SaidInSeries:
    """What one column of media says. `column` is one of the sealed columns of media: the caller's own word.

    `of_series`: members who have media in series that the unit waits for; only as they have them are words looked for
    in series.
    """

    def __init__(self, column: str, again: SealedAgain, of_series: Sequence[str]) -> None:
        self._column, self._again, self._of_series = column, again, of_series

    def slice(self, session: Session, behind: Key, upto: Key) -> Slice[Hit]:
        """Some words of the round, with the series in which they are said: as many as there is room for, one at least."""
        at_once = self._again.at_once(WORDS_AT_ONCE)
        words = self._words(session, behind, upto, at_once)
        is_last = len(words) < at_once and not upto
        hits = self._hits(session, words, lead_rounds.PAIRS_MAX + 1)
        if len(hits) > lead_rounds.PAIRS_MAX:
            is_last = False
            words = words[:hits[-1][0]] or words[:1]
            hits = self._hits(session, words, len(words) * lead_rounds.SERIES_MAX)
        return Slice(
            items=[(words[number], series_id) for number, series_id in hits],
            upto=words[-1].key if words else upto, is_last=is_last,
        )  # fmt: skip

    def page(self, session: Session, hits: Sequence[Hit], behind: Key, limit: int) -> list[tuple[Key, Ground]]:
        """Grounds: media that say the word and whose content is not in the series; `said`: the words.

        Those of the round; and of all media, as whoever has them, where it is the series that has something new.
        """
        words = list(dict.fromkeys(word for word, _ in hits))
        number = {word: at for at, word in enumerate(words)}
        own = [(at, word.owner, word.words, word.make) for at, word in enumerate(words)]
        values = {
            **_arrays("own", own, 4), **_arrays("hit", [(number[word], series_id) for word, series_id in hits], 2),
            **_belonging(session, {series_id for _, series_id in hits}),
        }  # fmt: skip
        fresh = self._fresh(session, values)
        everybodys = self._seals(words, sorted({at for at, _ in fresh}), self._again.members)
        values |= {**_arrays("fresh", fresh, 2), **_arrays("all", everybodys, 4)}
        return [
            (key, Ground(
                series_id=row[0], medium_id=row[1], owner=(row[2], row[3]),
                said=(self._again.plain(self._column, words[row[4]]),),
            )) for key, row in page_of(session, self._statement(), values, ("series_id", "medium_id"), behind, limit)
        ]  # fmt: skip

    def _words(self, session: Session, behind: Key, upto: Key, limit: int) -> list[Word]:
        make = "camera_make" if self._is_serial else "null::bytea"
        where = f"(owner_member, {self._column}, coalesce({make}, '\\x'))"
        with session.cursor() as cursor:
            cursor.execute(
                f"""
                select distinct owner_member, {self._column}, {make}, coalesce({make}, '\\x') from pg_temp.lead_candidates
                 where {self._column} is not null {f"and {where} > (%s, %s, %s)" if behind else ""}
                       {f"and {where} <= (%s, %s, %s)" if upto else ""}
                 order by 1, 2, 4 limit {limit:d}""",
                [*behind, *upto],
            )
            return [
                Word(owner=row[0], words=bytes(row[1]), make=None if row[2] is None else bytes(row[2]))
                for row in cursor.fetchall()
            ]

    def _hits(self, session: Session, words: Sequence[Word], limit: int) -> list[tuple[int, UUID]]:
        """(number of a word, a series that the unit waits for in which it is said), in order."""
        seals = self._seals(words, range(len(words)), self._of_series)
        if not seals:
            return []
        with session.cursor() as cursor:
            cursor.execute(
                f"""
                with w (number, member, theirs, make) as materialized ({_SEALS.format("own")})
                select distinct w.number, s.id
                  from w join media n on n.{self._column} = w.theirs and n.owner_member = w.member {self._make("n")}
                  join series_media sm on sm.medium_id = n.id
                  join pg_temp.lead_series s on s.id = sm.series_id and not s.is_solved
                 order by 1, 2 limit {limit:d}""",
                _arrays("own", seals, 4),
            )
            return [(row[0], row[1]) for row in cursor.fetchall()]

    def _fresh(self, session: Session, values: Mapping[str, object]) -> list[tuple[int, UUID]]:
        """Those of the hits by which it is the series that has something new."""
        with session.cursor() as cursor:
            cursor.execute(
                f"""
                with w (number, member, theirs, make) as materialized ({_SEALS.format("own")}), {_HITS}
                select distinct h.number, h.series_id from hits h join w on w.number = h.number
                  join pg_temp.lead_candidates c on c.{self._column} = w.theirs and c.owner_member = w.member {self._make("c")}
                  join series_media x on x.series_id = h.series_id and x.medium_id = c.id
                 order by 1, 2""",
                values,
            )
            return [(row[0], row[1]) for row in cursor.fetchall()]

    def _statement(self) -> str:
        is_inside = "exists (select from series_media x where x.series_id = {}.series_id and x.medium_id = {}.id)"
        return f"""
            with w (number, member, theirs, make) as materialized ({_SEALS.format("own")}), {_HITS},
            everybodys (number, member, theirs, make) as materialized ({_SEALS.format("all")}),
            belonging (series_id, other) as materialized (select * from unnest(%(one)s::uuid[], %(other)s::uuid[])),
            said as (
                select h.number, h.series_id, c.id, c.owner_member, c.owner_unit, c.name
                  from hits h join w on w.number = h.number
                  join pg_temp.lead_candidates c on c.{self._column} = w.theirs and c.owner_member = w.member {self._make("c")}
                 where not {is_inside.format("h", "c")}
                 union all
                select f.number, f.series_id, n.id, n.owner_member, n.owner_unit, n.name
                  from unnest(%(fresh_0)s::int[], %(fresh_1)s::uuid[]) f (number, series_id)
                  join everybodys w on w.number = f.number
                  join media n on n.{self._column} = w.theirs and n.owner_member = w.member {self._make("n")}
                 where not {is_inside.format("f", "n")})
            select distinct on (series_id, id) series_id, id as medium_id, owner_member, owner_unit, number
              from (select p.*, dense_rank() over (partition by number, series_id, owner_member, owner_unit order by name) as nth
                      from said p
                     where not exists (select from media z join series_media sm on sm.medium_id = z.id
                                         join belonging b on b.series_id = p.series_id and b.other = sm.series_id
                                        where z.name = p.name)) few
             where nth <= %(alike)s order by series_id, id, number"""

    @property
    def _is_serial(self) -> bool:
        return self._column == "camera_serial"

    def _make(self, of: str) -> str:
        return f"and {of}.camera_make is not distinct from w.make" if self._is_serial else ""

    def _seals(self, words: Sequence[Word], some: Iterable[int], members: Sequence[str]) -> list["Seal"]:
        """Those of these numbers, as each of the members has them."""
        return [(at, member, *self._again.again(self._column, words[at], member)) for at in some for member in members]


Seal = tuple[int, str, bytes, bytes | None]
"""Number of a word; a member; the word and the make as that member has them."""

_SEALS = "select * from unnest(%({0}_0)s::int[], %({0}_1)s::text[], %({0}_2)s::bytea[], %({0}_3)s::bytea[])"
_HITS = "hits (number, series_id) as materialized (select * from unnest(%(hit_0)s::int[], %(hit_1)s::uuid[]))"


def _arrays(name: str, rows: Sequence[tuple[object, ...]], width: int) -> dict[str, object]:
    """The columns of some rows, by name and number."""
    return {f"{name}_{at}": [row[at] for row in rows] for at in range(width)}


def _belonging(session: Session, series_ids: set[UUID]) -> dict[str, object]:
    """Each of the series with those that are one with it; and how many contents are asked for that speak alike.

    What the unit rejected for a series is known by tokens only: as many more are given as it rejected at most.
    """
    together = merges.together(session, series_ids)
    pairs = [(one, other) for one, whole in together.items() for other in whole]
    rejected = rejections.counts(session, {other for _, other in pairs})
    most = max((sum(rejected.get(other, 0) for other in whole) for whole in together.values()), default=0)
    return {"one": [one for one, _ in pairs], "other": [other for _, other in pairs], "alike": ALIKE_MAX + most}
