"""Rejections: what a unit does not want proposed again for a series, by tokens that nobody else can guess anything by.

A content is remembered and not a record of it: a medium that comes again, under another handling or in another
exhibit, is not proposed anew. The token tells that nothing of the content is left once its media have ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from clew.records import sealed
from clew.records.session import Session


def token_of(session: Session, what: bytes | UUID) -> bytes:
    """The own member's token of a content (its name) or of another series."""
    words = b"series " + what.bytes if isinstance(what, UUID) else b"content " + what
    return sealed.of_member(session.actor.member).token(b"rejected " + words)


def remember(session: Session, series_id: UUID, rejected: Iterable[bytes | UUID]) -> int:
    """Never propose these again for the series; how many are new. Between two series it is remembered of both."""
    rows = [pair for what in rejected for pair in _pairs(session, series_id, what)]
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series_rejections (series_id, member, unit, token, rejected_by)
            select series, %s, %s, token, %s from unnest(%s::uuid[], %s::bytea[]) given (series, token)
            on conflict (member, unit, series_id, token) do nothing""",
            [
                session.actor.member, session.actor.unit, session.actor.officer, [row[0] for row in rows],
                [row[1] for row in rows],
            ],
        )  # fmt: skip
        return cursor.rowcount


def forget(session: Session, series_id: UUID, accepted: Iterable[bytes | UUID]) -> None:
    """An officer has thought better of it."""
    rows = [pair for what in accepted for pair in _pairs(session, series_id, what)]
    with session.cursor() as cursor:
        cursor.execute(
            """
            delete from series_rejections r using unnest(%s::uuid[], %s::bytea[]) given (series, token)
             where r.series_id = given.series and r.token = given.token and r.member = %s and r.unit = %s""",
            [[row[0] for row in rows], [row[1] for row in rows], session.actor.member, session.actor.unit],
        )


def of(session: Session, series_ids: Sequence[UUID]) -> set[tuple[UUID, bytes]]:
    """(series, token) of everything that the own unit rejected for these series."""
    with session.cursor() as cursor:
        cursor.execute(
            "select series_id, token from series_rejections where series_id = any(%s) and member = %s and unit = %s",
            [list(series_ids), session.actor.member, session.actor.unit],
        )
        return {(series_id, bytes(token)) for series_id, token in cursor}


def counts(session: Session, series_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How much the own unit rejected for each of these series, where it did."""
    with session.cursor() as cursor:
        cursor.execute(
            "select series_id, count(*) from series_rejections where series_id = any(%s) and member = %s and unit = %s group by 1",
            [list(series_ids), session.actor.member, session.actor.unit],
        )
        return {row[0]: row[1] for row in cursor}


def _pairs(session: Session, series_id: UUID, what: bytes | UUID) -> list[tuple[UUID, bytes]]:
    pairs = [(series_id, token_of(session, what))]
    if isinstance(what, UUID):
        pairs.append((what, token_of(session, series_id)))
    return pairs


class Refused:
    """What the unit rejected, asked of all series that are one: as one of them it comes back neither.

    `together`: by each series, those that the actor sees as one with it.
    """

    def __init__(self, session: Session, together: Mapping[UUID, Sequence[UUID]]) -> None:
        self._session, self._together = session, together
        self._kept = of(session, list({one for ids in together.values() for one in ids}))
        self._tokens: dict[bytes | UUID, bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._kept)

    def has(self, one: UUID, what: bytes | UUID) -> bool:
        """Whether a content (its name) or another series does not belong to this one, or to one that is one with it."""
        if not self._kept:
            return False
        tokens = [self._token(each) for each in (self._together[what] if isinstance(what, UUID) else (what,))]
        return any((each, token) in self._kept for each in self._together[one] for token in tokens)

    def _token(self, what: bytes | UUID) -> bytes:
        if what not in self._tokens:
            self._tokens[what] = token_of(self._session, what)
        return self._tokens[what]
