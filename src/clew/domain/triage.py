"""The four answers for a medium, a fifth word for what cannot be decoded, and which reason counts first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from clew.domain.medium import MediumKind, Verdict
from clew.domain.series import SOLVED, UNSOLVED, SeriesState
from clew.domain.verdict import MatchVerdict


class Answer(StrEnum):
    """What triage says of a medium."""

    SOLVED_ELSEWHERE = "solved_elsewhere"
    PARALLEL_ENQUIRY = "parallel_enquiry"
    KNOWN = "known"
    NEW = "new"
    UNDECODABLE = "undecodable"


SIGNS: Mapping[Answer, str] = {
    Answer.SOLVED_ELSEWHERE: "★",
    Answer.PARALLEL_ENQUIRY: "⇄",
    Answer.KNOWN: "✓",
    Answer.NEW: "●",
    Answer.UNDECODABLE: "△",
}
"""The sign of each answer, on a terminal and on a page; it never stands without its word."""


ASKED = (Answer.SOLVED_ELSEWHERE, Answer.PARALLEL_ENQUIRY, Answer.NEW, Answer.KNOWN, Answer.UNDECODABLE)
"""The answers in the order in which an investigator asks for them: what is known needs nobody."""


class Evidence(IntEnum):
    """What is known of the other medium of a match, best first: the lower number wins."""

    IDENTIFIED_SERIES_OF_ANOTHER_MEMBER = 1
    OPEN_SERIES_OF_ANOTHER_MEMBER = 2
    CASE_OF_ANOTHER_MEMBER = 3
    IDENTIFIED_SERIES_OF_THE_OWN_MEMBER = 4
    OWN_EARLIER_CASE = 5
    HASH_LIST = 6


ANSWER_BY_EVIDENCE: Mapping[Evidence, Answer] = {
    Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER: Answer.SOLVED_ELSEWHERE,
    Evidence.OPEN_SERIES_OF_ANOTHER_MEMBER: Answer.PARALLEL_ENQUIRY,
    Evidence.CASE_OF_ANOTHER_MEMBER: Answer.PARALLEL_ENQUIRY,
    Evidence.IDENTIFIED_SERIES_OF_THE_OWN_MEMBER: Answer.KNOWN,
    Evidence.OWN_EARLIER_CASE: Answer.KNOWN,
    Evidence.HASH_LIST: Answer.KNOWN,
}
"""The whole precedence of triage: evidence in the order of its numbers, and its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What the actor may know of the other medium of a match.

    `is_in_other_case`: it was found in a case other than the one that is triaged;
    `is_earlier`: and that was before the medium in question was. `foreign_series_state`: that of another member's
    series which it is in, or which is merged with one that it is in; `own_series_state`: the same of the own member's.
    """

    is_of_own_member: bool
    is_in_other_case: bool
    is_earlier: bool
    is_listed: bool
    foreign_series_state: SeriesState | None
    own_series_state: SeriesState | None = None


def evidence(other: Other) -> Evidence | None:
    """The best evidence that `other` gives, or None where it says nothing."""
    if other.foreign_series_state in SOLVED:
        return Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER
    if other.foreign_series_state in UNSOLVED:
        return Evidence.OPEN_SERIES_OF_ANOTHER_MEMBER
    if not other.is_of_own_member and other.is_in_other_case:
        return Evidence.CASE_OF_ANOTHER_MEMBER
    if other.own_series_state in SOLVED:
        return Evidence.IDENTIFIED_SERIES_OF_THE_OWN_MEMBER
    if other.is_of_own_member and other.is_in_other_case and other.is_earlier:
        return Evidence.OWN_EARLIER_CASE
    return Evidence.HASH_LIST if other.is_listed else None


class ReasonKind(StrEnum):
    """How two media were found to be the same."""

    DIGEST = "digest"
    PDQ = "pdq"
    VIDEO = "video"
    SOUND = "sound"


def answer(evidence: Evidence | None, *, is_decoded: bool) -> Answer:
    """The answer for a medium whose best evidence is `evidence`.

    A medium that cannot be decoded is still solved, parallel or known by its digest;
    without evidence it is undecodable, never new: nobody has looked at it.
    """
    if evidence is not None:
        return ANSWER_BY_EVIDENCE[evidence]
    return Answer.NEW if is_decoded else Answer.UNDECODABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Which seconds of one moving medium are which seconds of another."""

    seconds_here: tuple[float, float]
    seconds_there: tuple[float, float]
    frames_matched: int
    frames_compared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a medium got its answer: one other medium, and what is known of that.

    `matched` is the other medium's digest in hexadecimal, `owner` the code of its member;
    both are absent where handling hides them. Where a series says it, `owner` and `unit` are those of the series, and
    `holder` is the member that has the other medium, if that is another. `others` counts further media of the same
    group (same evidence, owner and series) that say no more than this one.
    """

    kind: ReasonKind
    evidence: Evidence
    matched: str | None = None
    distance_bits: int | None = None
    radius_bits: int | None = None
    transform: str | None = None
    aligned: Aligned | None = None
    series: str | None = None
    reference: str | None = None
    owner: str | None = None
    unit: str | None = None
    holder: str | None = None
    others: int = 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """Best first: evidence, then bytes before sight before sound, then distance."""
        return (self.evidence, _KIND_ORDER[self.kind], self.distance_bits or 0)


_KIND_ORDER: Mapping[ReasonKind, int] = {kind: order for order, kind in enumerate(ReasonKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A reason that does not count, because a unit of the own member says that the two media are not the same."""

    reason: Reason
    verdict: MatchVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TriagedMedium:
    """One medium of a case with its answer; the best reason stands first.

    `set_aside` are reasons that would count if nobody at home had said otherwise, the best first.

    `name` is its strongest digest in hexadecimal; `sha256` is absent where only other
    fingerprints came. `verdict` is what became of its bytes, and `verdict_reason` says why, where they are not
    whole. A file that could not even be read has neither name nor verdict, and is undecodable.
    """

    name: str | None
    sha256: str | None
    paths: tuple[str, ...]
    kind: MediumKind
    answer: Answer
    reasons: tuple[Reason, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    verdict: Verdict | None = None
    verdict_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many media of a case or exhibit got each answer.

    `undecodable` also counts files that could not even be read, each as one: nobody knows what medium they are.
    """

    solved_elsewhere: int = 0
    parallel_enquiry: int = 0
    known: int = 0
    new: int = 0
    undecodable: int = 0


def first_asked(counts: Counts) -> Answer:
    """The first answer that any medium has, in the order in which they are asked for."""
    return next((answer for answer in ASKED if getattr(counts, answer.value)), ASKED[0])


def grouped(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons best first, one for each (evidence, owner, series).

    `others` of each counts the further media of its group; another reason for the same medium is none.
    """
    groups: dict[tuple[Evidence, str | None, str | None], dict[str | None, Reason]] = {}
    for reason in sorted(reasons, key=lambda reason: reason.rank):
        group = groups.setdefault((reason.evidence, reason.owner, reason.series), {})
        group.setdefault(reason.matched, reason)
    return tuple(replace(next(iter(group.values())), others=len(group) - 1) for group in groups.values())
