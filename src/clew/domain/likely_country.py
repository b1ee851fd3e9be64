"""In which country a series was probably made: countries ranked by clues and by votes, each with its reasons.

The score is a count of evidence and no probability. It says which country the clues that somebody entered speak for
most, and nothing of clues that nobody looked for; what is entered for one country alone makes no other less likely.
What makes it doubtful (few clues, a near tie, clues against it, specialists who disagree) is said beside it.

A clue counts its weight for the country times how sure its officer is. The same kind and value says little new where
it was seen again: within media that are copies of one another only the strongest counts; of several independent
groups of media the strongest counts whole, the second half, the third a quarter, and more nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clew.domain.errors import StepRefused
from clew.domain.link import Confidence
from clew.domain.officer import Role

SHARES = (4, 2, 1)
"""What the strongest of several that say the same counts, the second, the third; the rest counts nothing."""
LEADS_FROM = 24
"""So much speaks for a country that is said to be likely; a probable clue of a few countries in one medium is 16."""
DISTINCT_MIN = 2
"""So many different things speak for a country that is said to be likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A clue as it is weighed. `what`: its kind and what was read, as compared; `group`: media that are copies of one
    another. `words` is what was read as it stands there; `speaks` gives countries weights, below nothing against them.
    """

    clue: str
    what: tuple[str, str]
    group: str
    words: str
    certainty: Confidence
    speaks: Mapping[str, int]


SPECIALISTS = frozenset({Role.INVESTIGATOR, Role.ANALYST})
"""Roles by which somebody is certified to look at media for what they say: they vote. Who speaks with other members,
administers or protects data may read the votes, and has none."""


def check_specialist(role: Role) -> None:
    """Refuse the vote of whoever is not certified to look at media for what they say.

    Raises:
        StepRefused: the role is another.
    """
    if role not in SPECIALISTS:
        raise StepRefused("Investigators and analysts vote on countries; your role reads what they think.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a specialist of a member thinks. Each person has one."""

    country: str
    certainty: Confidence
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What speaks for a country, or against it, with the clues that say it and the groups of media that show it.

    `points` are below nothing where it speaks against. `certainty` and `weight` are those of the strongest.
    """

    kind: str
    words: str
    points: int
    certainty: Confidence
    weight: int
    groups: frozenset[str]
    clues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A country with what speaks for it and against it. `votes` are how many specialists think so, by their points."""

    country: str
    clue_points: int
    vote_points: int
    votes: int
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        """All that is known, in one number by which countries are put in order."""
        return self.clue_points + self.vote_points

    @property
    def distinct(self) -> int:
        """How many different things speak for it; all votes together are one."""
        return sum(1 for one in self.reasons if one.points > 0) + (self.votes > 0)


class Caution(StrEnum):
    """Why the first of a ranking is to be doubted. The words are those of pages and commands."""

    NOTHING = "nothing"
    FEW = "few"
    CLOSE = "close"
    AGAINST = "against"
    VOTES_DIFFER = "votes-differ"
    ONE_GROUP = "one-group"


CAUTIONS: Mapping[Caution, str] = {
    Caution.NOTHING: "Nothing speaks for any country yet.",
    Caution.FEW: "This rests on little: one kind of thing, or weak clues.",
    Caution.CLOSE: "Another country is close behind: take both as possible.",
    Caution.AGAINST: "Some clues speak against it.",
    Caution.VOTES_DIFFER: "Specialists think of different countries.",
    Caution.ONE_GROUP: "All of it comes from one medium or from copies of it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Countries, the likeliest first, and what makes the first doubtful. Countries with equal points stand together."""

    countries: tuple[Ranked, ...]
    cautions: tuple[Caution, ...]

    @property
    def likely(self) -> str | None:
        """The country that is said to be likely; None while too little is known or another one is close behind."""
        if {Caution.NOTHING, Caution.FEW, Caution.CLOSE} & {*self.cautions}:
            return None
        return self.countries[0].country


def rank(pieces: Iterable[Piece], votes: Iterable[Vote] = ()) -> Ranking:
    """Every country that something speaks for or against, the likeliest first, in whatever order things are given."""
    by_country = _reasons(list(pieces))
    given = list(votes)
    found = []
    for country in {*by_country, *(one.country for one in given)}:
        reasons = tuple(by_country.get(country, ()))
        own = [one for one in given if one.country == country]
        found.append(
            Ranked(
                country=country, clue_points=sum(one.points for one in reasons), vote_points=_vote_points(own),
                votes=len(own), reasons=reasons,
            )
        )  # fmt: skip
    found.sort(key=lambda one: (-one.points, one.country))
    return Ranking(countries=tuple(found), cautions=tuple(_cautions(found)))


def _vote_points(votes: Sequence[Vote]) -> int:
    """Votes of one member count as what says the same: many officers of one country are no majority."""
    by_member: dict[str, list[int]] = {}
    for one in votes:
        by_member.setdefault(one.member, []).append(int(one.certainty))
    return sum(map(_shared, by_member.values()))


def _reasons(pieces: Sequence[Piece]) -> dict[str, list[Reason]]:
    """By country, what speaks for it and against it, the heaviest first."""
    told: dict[tuple[str, bool, tuple[str, str]], list[Piece]] = {}
    for piece in pieces:
        for country, weight in piece.speaks.items():
            told.setdefault((country, weight > 0, piece.what), []).append(piece)
    found: dict[str, list[Reason]] = {}
    for (country, _, what), some in told.items():
        found.setdefault(country, []).append(_reason(country, what[0], some))
    for reasons in found.values():
        reasons.sort(key=lambda one: (-abs(one.points), one.kind, one.words, one.points, one.clues))
    return found


def _reason(country: str, kind: str, some: Sequence[Piece]) -> Reason:
    """Pieces that say the same of a country as one reason."""

    def size(piece: Piece) -> int:
        return abs(piece.speaks[country]) * int(piece.certainty)

    first = min(some, key=lambda piece: (-size(piece), piece.words, piece.clue))
    by_group: dict[str, int] = {}
    for piece in some:
        by_group[piece.group] = max(by_group.get(piece.group, 0), size(piece))
    sign = 1 if first.speaks[country] > 0 else -1
    return Reason(
        kind=kind, words=first.words, points=sign * _shared(by_group.values()), certainty=first.certainty,
        weight=first.speaks[country], groups=frozenset(by_group), clues=tuple(sorted({piece.clue for piece in some})),
    )  # fmt: skip


def _shared(sizes: Iterable[int]) -> int:
    return sum(share * size for share, size in zip(SHARES, sorted(sizes, reverse=True), strict=False))


def _cautions(found: Sequence[Ranked]) -> Iterable[Caution]:
    if not found or found[0].points <= 0:
        yield Caution.NOTHING
        return
    first = found[0]
    if first.points < LEADS_FROM or first.distinct < DISTINCT_MIN:
        yield Caution.FEW
    if len(found) > 1 and 4 * found[1].points > 3 * first.points:
        yield Caution.CLOSE
    if any(one.points < 0 for one in first.reasons):
        yield Caution.AGAINST
    if not first.votes and len(frozenset[str]().union(*(one.groups for one in first.reasons if one.points > 0))) == 1:
        yield Caution.ONE_GROUP
    if any(one.votes for one in found[1:]):
        yield Caution.VOTES_DIFFER


SENTENCE = "{what} speaks {side} {country}: {certainty}, {rarity}{repeats}."
RARITIES: Mapping[int, str] = {
    3: "hardly found elsewhere", 2: "found in a few countries", 1: "found in many countries",
}  # fmt: skip


def sentence(country: str, reason: Reason) -> str:
    """A reason in one sentence, such as “plug-type L speaks for IT: certain, found in a few countries, in 3 media”."""
    return SENTENCE.format(
        what=f"{reason.kind} “{reason.words}”" if reason.words else reason.kind,
        side="for" if reason.points > 0 else "against", country=country,
        certainty=reason.certainty.name.lower(), rarity=RARITIES[abs(reason.weight)],
        repeats=f", in {len(reason.groups)} independent media" if len(reason.groups) > 1 else "",
    )  # fmt: skip
