"""Matches: two media whose fingerprints are near; and overlaps, where one side may not see the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from uuid import UUID

from clew.domain.fingerprint import Transform
from clew.domain.triage import Aligned
from clew.records.session import Session

MATCHES_PER_WRITE = 10_000


class MatchKind(IntEnum):
    """What was near. The numbers are stored; never reuse one."""

    PDQ = 1
    VIDEO = 2
    SOUND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A medium of the actor, and the set of fingerprints (of whomever) that it is near to."""

    medium_id: UUID
    fingerprint_id: int
    kind: MatchKind
    distance_bits: int
    radius_bits: int
    transform: Transform = Transform.NONE
    aligned: Aligned | None = None


def write(session: Session, matches: Iterable[Match]) -> None:
    """Keep `matches`, and an overlap with two blind sides wherever one side may not see the other."""
    rows = map(_row, matches)
    with session.cursor() as cursor:
        while some := list(islice(rows, MATCHES_PER_WRITE)):
            cursor.execute(
                """
                select clew_write_matches(%s::uuid[], %s::bigint[], %s::smallint[], %s::smallint[], %s::smallint[],
                    %s::smallint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])""",
                [list(column) for column in zip(*some, strict=True)],
            )


def note_digest_overlaps(session: Session, media: Sequence[UUID]) -> None:
    """Keep an overlap wherever another member holds the same bytes and one side may not see the other."""
    if media:
        with session.cursor() as cursor:
            cursor.execute("select clew_note_equal_bytes(%s::uuid[])", [list(media)])


def _row(match: Match) -> tuple[object, ...]:
    aligned = match.aligned
    return (
        match.medium_id, match.fingerprint_id, int(match.kind), match.distance_bits, match.radius_bits,
        int(match.transform), *(
            (None,) * 6 if aligned is None else (
                round(aligned.seconds_here[0] * 1000), round(aligned.seconds_here[1] * 1000),
                round(aligned.seconds_there[0] * 1000), round(aligned.seconds_there[1] * 1000),
                aligned.frames_matched, aligned.frames_compared,
            )
        ),
    )  # fmt: skip
