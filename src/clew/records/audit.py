"""The audit: every action appends what was done, by whom, on what."""

import json
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

import psycopg

from clew.domain.act import BY_COMMAND, SALT_BYTES
from clew.domain.errors import Unavailable
from clew.records import sealed
from clew.records.session import Session

CASE = b"acts.case_reference"

_by_command: ContextVar[bool] = ContextVar("by_command", default=False)

_APPEND = """
    insert into acts (id, officer, member, unit, act, subject, counts, owner, shown, purpose, case_reference, salt)
    values """
_VALUES = "(%s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s::text[], %s, %s, %s)"


@contextmanager
def by_command() -> Iterator[None]:
    """Say of each act within, by whomever, that it came from the command line of the node and by no sign-in."""
    before = _by_command.set(True)
    try:
        yield
    finally:
        _by_command.reset(before)


def append(
    session: Session, act: str, subject: str, counts: Mapping[str, int] | None = None, *,
    purpose: str | None = None, case: str | None = None, owner: str | None = None, shown: Iterable[str] = (),
) -> UUID:  # fmt: skip
    """Record an act of the session's actor in the same transaction as the act itself; its identifier.

    `subject` is an identifier; names, paths and digests do not belong here. `owner` is the member
    whose record it is; absent: whose record the database finds under `subject`, or else the
    actor's own. `shown` are members whose records were shown besides. `purpose` and `case` are
    what the officer stated; the case is sealed, and the log of acts is over the sealed words.

    The database sets the time and has the act wait for the sequencer (`audit.sql`).

    Raises:
        Unavailable: it cannot be written; the transaction is lost with it.
    """
    return _write(session, [_row(session, act, subject, counts, purpose=purpose, case=case, owner=owner, shown=shown)])[0]


def append_each(session: Session, *acts: tuple[str, str]) -> None:
    """Record several acts on one page, each (act, subject), in their order and in one statement. Raises as `append`."""
    _write(session, [_row(session, act, subject) for act, subject in acts])


def _row(
    session: Session, act: str, subject: str, counts: Mapping[str, int] | None = None, *,
    purpose: str | None = None, case: str | None = None, owner: str | None = None, shown: Iterable[str] = (),
) -> list[object]:  # fmt: skip
    actor = session.actor
    others = sorted({member for member in shown if member != actor.member})
    counted = {**(counts or {}), BY_COMMAND: 1} if _by_command.get() else dict(counts or {})
    return [
        _new_id(), actor.officer, actor.member, actor.unit, act, subject, json.dumps(counted),
        owner or "", others, str(purpose or ""), sealed.note(actor.member, CASE, case or ""), secrets.token_bytes(SALT_BYTES),
    ]  # fmt: skip


def _write(session: Session, rows: Sequence[list[object]]) -> list[UUID]:
    try:
        with session.cursor() as cursor:
            cursor.execute(_APPEND + ", ".join([_VALUES] * len(rows)), [value for row in rows for value in row])
    except psycopg.Error as refused:
        raise Unavailable("The audit cannot be written now, so nothing is done and nothing is shown.") from refused
    written = [UUID(str(row[0])) for row in rows]
    session.acts.extend(written)
    return written


def _new_id() -> UUID:
    """A UUID that begins with the time, to a quarter of a microsecond, and tells nothing else.

    So acts of one transaction lie in the order in which they were done: the log and every list are in that of
    identifiers. Source: RFC 9562, sections 5.7 (version 7) and 6.2 (method 3).
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))
