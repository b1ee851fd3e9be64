"""The four answers for a medium, and which reason counts first."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum


class Answer(StrEnum):
    """What triage says of a medium."""

    SOLVED_ELSEWHERE = "solved_elsewhere"
    PARALLEL_ENQUIRY = "parallel_enquiry"
    KNOWN = "known"
    NEW = "new"
    UNDECODABLE = "undecodable"


class Evidence(IntEnum):
    """What is known of the other medium of a match, best first: the lower number wins."""

    IDENTIFIED_SERIES_OF_ANOTHER_MEMBER = 1
    OPEN_SERIES_OF_ANOTHER_MEMBER = 2
    CASE_OF_ANOTHER_MEMBER = 3
    OWN_SERIES = 4
    OWN_EARLIER_CASE = 5
    HASH_LIST = 6


ANSWER_BY_EVIDENCE: Mapping[Evidence, Answer] = {
    Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER: Answer.SOLVED_ELSEWHERE,
    Evidence.OPEN_SERIES_OF_ANOTHER_MEMBER: Answer.PARALLEL_ENQUIRY,
    Evidence.CASE_OF_ANOTHER_MEMBER: Answer.PARALLEL_ENQUIRY,
    Evidence.OWN_SERIES: Answer.KNOWN,
    Evidence.OWN_EARLIER_CASE: Answer.KNOWN,
    Evidence.HASH_LIST: Answer.KNOWN,
}
"""The whole precedence of triage: evidence in the order of its numbers, and its answer."""


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
