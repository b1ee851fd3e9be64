"""Votes: in which country officers think that a series was made; one that stands for each officer and series."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import StepRefused
from clew.domain.link import Confidence
from clew.records import sealed
from clew.records.session import Session

REASON = b"series_votes.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRow:
    """A vote that stands, as the actor sees it. `voter` tells people apart; it is named to the own member alone."""

    series_id: UUID
    country: str
    certainty: Confidence
    reason: str
    member: str
    unit: str
    voter: str
    is_own: bool
    voted_at: datetime

    def shown_by(self, viewer: str) -> str | None:
        """Who voted, for a viewer of that member."""
        return self.voter if self.member == viewer else None


def take_back(session: Session, series_ids: Iterable[UUID]) -> int:
    """The officer's votes on these series stand no longer; how many did."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "update series_votes set withdrawn_at = now() where series_id = any(%s) and withdrawn_at is null"
            " and member = %s and unit = %s and voted_by = %s",
            [list(series_ids), actor.member, actor.unit, actor.officer],
        )
        return cursor.rowcount


def add(session: Session, series_id: UUID, country: str, certainty: Confidence, reason: str) -> None:
    """Keep what the officer thinks; whatever they thought before of this series was taken back.

    Raises:
        StepRefused: the officer votes elsewhere at the same moment.
    """
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "insert into series_votes (series_id, country, certainty, reason, member, unit, voted_by)"
            " values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            [
                series_id, country, int(certainty), sealed.note(actor.member, REASON, reason), actor.member, actor.unit,
                actor.officer,
            ],
        )  # fmt: skip
        if cursor.rowcount != 1:
            raise StepRefused("You have just voted on this series: look again.")


def of_series(session: Session, series_ids: Iterable[UUID], *, limit: int) -> list[VoteRow]:
    """Votes that stand on these series, the latest first."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            select series_id, country, certainty, reason, member, unit, voted_by, voted_at from series_votes
             where series_id = any(%s) and withdrawn_at is null order by voted_at desc, id limit %s""",
            [list(series_ids), limit],
        )
        return [
            VoteRow(
                series_id=row[0], country=row[1], certainty=Confidence(row[2]),
                reason=sealed.words_of_note(row[4], REASON, row[3]), member=row[4], unit=row[5], voter=row[6],
                is_own=(row[4], row[6]) == (actor.member, actor.officer), voted_at=row[7],
            )
            for row in cursor
        ]  # fmt: skip
