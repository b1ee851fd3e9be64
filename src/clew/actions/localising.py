"""Localising: in which country a series was probably made, by clues and by what specialists think; with the reasons."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from clew.domain.clue import ClueKind, Field, compared
from clew.domain.country import country
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.fingerprint import KINDS, Kind
from clew.domain.likely_country import SPECIALISTS, Piece, Ranking, Vote, check_specialist, rank
from clew.domain.link import Confidence
from clew.domain.series import checked_words
from clew.formats.public_facts import public_facts
from clew.records import audit, clues, hints, merges, series, tombstones, votes
from clew.records.clues import ClueRow
from clew.records.hints import Clock, TakenNear
from clew.records.series import SeriesRow
from clew.records.session import Session
from clew.records.several import several
from clew.records.votes import VoteRow

CLUES_MAX = 5_000
"""So many clues of one series are weighed, the oldest; a workbench with more is a wall."""
CLUES_OF_ALL_MAX = 50_000
"""The same where many series are ranked at once."""
COPIES_MAX = 100_000
STILLS_COMPARED_MAX = 400
"""So many stills with clues of one series are compared with one another: 80,000 pairs, some ten milliseconds."""
VOTES_MAX = 2_000
VOTES_OF_ALL_MAX = 20_000
HINTS_MAX = 10
SPOTTED_MAX = 12
SPOTTED_LOOKED_AT_MAX = 500
"""So many clues are looked at for the few words beside a series; its workbench has all."""

__all__ = ["Bench", "ClueRow", "Hint", "Spotted", "VoteRow", "likely", "look", "proposed", "spotted", "unvote", "vote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a program reads in the metadata of media: a suggestion and no clue, until an officer says it as one.

    `medium` is the SHA-256 of one of the `media` that say it; `words` what they say; `known` are places near there.
    `owners` are the members whose media and places these are.
    """

    kind: ClueKind
    field: Field
    words: str
    speaks: Mapping[str, int]
    media: int
    medium: str
    owners: frozenset[str]
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """What clues say, on how many contents of a series, and whose clues they are."""

    kind: ClueKind
    words: str
    media: int
    owners: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The workbench of a series as an officer of the member `viewer` sees it: countries ranked, the clues and votes
    that they rest on, and what a program suggests.

    `is_cut`: there are more clues than are weighed. `may_vote`: the officer is one of the specialists.
    """

    viewer: str
    may_vote: bool
    series: SeriesRow
    ranking: Ranking
    clues: tuple[ClueRow, ...]
    votes: tuple[VoteRow, ...]
    hints: tuple[Hint, ...]
    is_cut: bool


def proposed(kind: ClueKind, value: str) -> dict[str, int]:
    """For which countries a clue speaks by public facts: to be looked at by the officer who says it."""
    return public_facts().proposed(kind, value)


def look(session: Session, name: str) -> Bench:
    """The workbench of a series and of all that the actor sees as one with it.

    Raises:
        NotVisible: there is no such series, or the actor may not see it.
    """
    found = series.find(session, name)
    together = merges.together(session, [found.id])[found.id]
    said, given, near, clocks = several(
        session,
        lambda asking: clues.of_series(asking, together, limit=CLUES_MAX + 1),
        lambda asking: votes.of_series(asking, together, limit=VOTES_MAX),
        lambda asking: hints.taken_near(asking, together, limit=HINTS_MAX),
        lambda asking: hints.clocks(asking, together, limit=HINTS_MAX),
    )
    rows = _once(said)
    shown = rows[:CLUES_MAX]
    suggested = tuple(_hints(near, clocks))
    owners = {row.handling.owner_member for row in shown} | {one.member for one in given}
    audit.append(
        session, "series.localise", str(found.id), {"clues": len(shown)},
        shown=owners.union(*(one.owners for one in suggested)),
    )  # fmt: skip
    pieces = _pieces(shown, _copies(session, shown))
    return Bench(
        viewer=session.actor.member, may_vote=session.actor.role in SPECIALISTS, series=found,
        ranking=rank(pieces, map(_vote, _latest(given))), clues=tuple(shown), votes=tuple(given),
        hints=suggested, is_cut=len(rows) > CLUES_MAX,
    )  # fmt: skip


def spotted(session: Session, series_ids: Iterable[UUID]) -> tuple[tuple[Spotted, ...], bool]:
    """What clues say in these series, which are seen as one: what most media show first; and whether there is more."""
    rows = clues.of_series(session, series_ids, limit=SPOTTED_LOOKED_AT_MAX + 1)
    found: dict[tuple[ClueKind, str], list[ClueRow]] = {}
    for row in _once(rows[:SPOTTED_LOOKED_AT_MAX]):
        found.setdefault((row.said.kind, compared(row.said.kind, row.said.value)), []).append(row)
    told = [
        Spotted(
            kind=kind, words=rows[0].said.value, media=len({row.name for row in rows}),
            owners=frozenset(row.handling.owner_member for row in rows),
        )
        for (kind, _), rows in found.items()
    ]  # fmt: skip
    shown = sorted(told, key=lambda one: (-one.media, one.kind, one.words))[:SPOTTED_MAX]
    return tuple(shown), len(rows) > SPOTTED_LOOKED_AT_MAX or len(told) > SPOTTED_MAX


def likely(session: Session, series_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Those of these series whose country clues and votes make likely, with that country: others count on it."""
    together = merges.together(session, set(series_ids))
    every = {one for whole in together.values() for one in whole}
    if not every:
        return {}
    rows, given = several(
        session, lambda asked: clues.of_series(asked, every, limit=CLUES_OF_ALL_MAX),
        lambda asked: votes.of_series(asked, every, limit=VOTES_OF_ALL_MAX),
    )  # fmt: skip
    copies = _copies(session, [row for _, row in rows])
    found = {}
    for seed, whole in together.items():
        some = _once([(series_id, row) for series_id, row in rows if series_id in whole])
        mine = [one for one in given if one.series_id in whole]
        ranking = rank(_pieces(some, copies), map(_vote, _latest(mine)))
        if ranking.likely is not None:
            found[seed] = ranking.likely
    return found


def vote(session: Session, name: str, untrusted_country: str, certainty: Confidence, reason: str) -> None:
    """Say in which country the officer thinks that a series was made; what they said before stands no longer.

    Raises:
        NotVisible: there is no such series, or the actor may not see it.
        Invalid: it is no country, or there is no reason.
        StepRefused: the officer is no specialist, or the series is ending or under examination.
    """
    found = series.find(session, name)
    check_specialist(session.actor.role)
    kept, code = checked_words(reason, is_demanded=True), country(untrusted_country)
    if found.handling.is_blocked or tombstones.is_one_ending(session, [found.id]):
        raise StepRefused("On what is ending or under examination nobody votes.")
    votes.take_back(session, merges.together(session, [found.id])[found.id])
    votes.add(session, found.id, code, certainty, kept)
    audit.append(session, "series.vote", str(found.id))


def unvote(session: Session, name: str) -> None:
    """Take the own vote on a series back.

    Raises:
        NotVisible: there is no such series, or the officer has no vote on it.
    """
    found = series.find(session, name)
    if not votes.take_back(session, merges.together(session, [found.id])[found.id]):
        raise NotVisible("You have no vote on this series.")
    audit.append(session, "series.unvote", str(found.id))


def _once(rows: Iterable[tuple[UUID, ClueRow]]) -> list[ClueRow]:
    """Each clue once, in however many of the series that are one its medium lies."""
    return list({row.id: row for _, row in rows}.values())


def _latest(given: Sequence[VoteRow]) -> list[VoteRow]:
    """One vote of each person on all series that are one: the latest."""
    by_person: dict[tuple[str, str], VoteRow] = {}
    for one in sorted(given, key=lambda one: (one.voted_at, one.series_id), reverse=True):
        by_person.setdefault((one.member, one.voter), one)
    return list(by_person.values())


def _vote(row: VoteRow) -> Vote:
    return Vote(country=row.country, certainty=row.certainty, member=row.member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What tells which media are copies of one another: pairs that were found near, and stills to compare."""

    pairs: Sequence[tuple[UUID, UUID]]
    stills: Mapping[UUID, int]

    def of(self, media: Collection[UUID]) -> Iterator[tuple[UUID, UUID]]:
        """Pairs of these media that are copies."""
        yield from (pair for pair in self.pairs if pair[0] in media and pair[1] in media)
        radius = KINDS[Kind.PDQ_CENTRED].radius_bits
        some = [(one, self.stills[one]) for one in media if one in self.stills][:STILLS_COMPARED_MAX]
        for (one, bits), (other, more) in combinations(some, 2):
            if (bits ^ more).bit_count() <= radius:
                yield one, other


def _copies(session: Session, rows: Sequence[ClueRow]) -> Copies:
    media = {row.medium_id for row in rows}
    if len(media) < 2:
        return Copies(pairs=(), stills={})
    found = clues.stills(session, media, limit=CLUES_OF_ALL_MAX)
    return Copies(
        pairs=clues.copies(session, media, limit=COPIES_MAX),
        stills={medium: int.from_bytes(bits) for medium, bits in found.items()},
    )


def _pieces(rows: Sequence[ClueRow], copies: Copies) -> list[Piece]:
    groups = _groups(rows, copies)
    return [
        Piece(
            clue=str(row.id), what=(row.said.kind.value, compared(row.said.kind, row.said.value)), words=row.said.value,
            group=groups[row.name], certainty=row.said.certainty, speaks=row.said.speaks,
        )
        for row in rows
    ]  # fmt: skip


def _groups(rows: Sequence[ClueRow], copies: Copies) -> dict[bytes, str]:
    """By content, the name of the group of contents that are copies of one another: the first of it."""
    leader = {row.name: row.name for row in rows}

    def led(name: bytes) -> bytes:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    names = {row.medium_id: row.name for row in rows}
    for one, other in copies.of(names):
        first, second = sorted((led(names[one]), led(names[other])))
        leader[second] = first
    return {name: led(name).hex() for name in leader}


def _hints(taken_near: Iterable[TakenNear], clocks: Iterable[Clock]) -> Iterable[Hint]:
    """What the metadata that intake keeps says by itself."""
    for near in taken_near:
        yield Hint(
            kind=ClueKind.GPS, field=Field.GPS, words=f"{near.latitude:.1f}, {near.longitude:.1f}", media=near.media,
            medium=near.name.hex(), speaks=dict.fromkeys((code for _, code in near.places), 3),
            known=tuple(reference for reference, _ in near.places), owners=near.owners,
        )  # fmt: skip
    for clock in clocks:
        sign, minutes = "-" if clock.offset_minutes < 0 else "+", abs(clock.offset_minutes)
        yield Hint(
            kind=ClueKind.CAMERA, field=Field.TAKEN_AT, words=f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}",
            media=clock.media, medium=clock.name.hex(), owners=clock.owners,
            speaks=public_facts().of_clock(clock.offset_minutes),
        )  # fmt: skip
