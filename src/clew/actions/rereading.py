"""Rereading: whoever audits has a part of the log read again at each press, and is told since when it is unbroken.

The first press reads the newest events; each that follows reads those that came since and then goes back, until all
were read, and then once more. A log of many years is read whole by `clew audit verify`, which is remembered here too.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from clew.actions import sequencing, verifying
from clew.actions.verifying import Finding, Verification
from clew.domain.errors import StepRefused, Unavailable
from clew.domain.merkle import EMPTY_ROOT
from clew.formats.checkpoint import Checkpoint
from clew.records import acts, audit, leaves, verifications
from clew.records.leaves import Cursor
from clew.records.log import READERS_OF_ACTS
from clew.records.session import Session
from clew.records.verifications import Read

LEAVES_PER_PRESS_MAX = 20_000
"""So many events are read again at a press: some seconds on a slow machine."""
FINDINGS_NAMED_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What a press has read: how many events, what is wrong, and how far the log was read in all.

    Findings name events that the actor may read; of others they say the number alone. At most `FINDINGS_NAMED_MAX` are
    here, of `wrong` in all.
    """

    events: int
    wrong: int
    findings: tuple[Finding, ...]
    read: Read


def check_audits(session: Session) -> None:
    """Refuse whoever does not read what others of the member did.

    Raises:
        StepRefused: the officer's role audits nothing.
    """
    if session.actor.role not in READERS_OF_ACTS:
        raise StepRefused("The log is read again and handed out by those who audit.")


def go_on(session: Session) -> Reread:
    """Read the next part of the log again: every event as it stands now, up to what was signed. On record.

    Raises:
        StepRefused: the actor does not audit.
        Unavailable: the log cannot be read now.
    """
    check_audits(session)
    audit.append(session, "audit.verify", "", owner=session.actor.member)
    with leaves.opened() as cursor:
        leaves.freeze(cursor)
        before, size = verifications.find(cursor), leaves.head(cursor).size
        parts, back = _parts(before, size)
        found = verifying.verify_parts(cursor, parts, since=_seen(before))
        first, last = _reaches(before, parts)
        read = _read(cursor, found, first, last, back, before)
    with leaves.opened() as cursor:  # apart: what was frozen may not be written over by two at once
        verifications.keep(cursor, read)
    if not found.is_good:
        audit.append(session, "audit.verification_failed", "", owner=session.actor.member)
    return Reread(
        events=sum(map(len, parts)), wrong=len(found.findings), findings=_readable(session, found.findings), read=read
    )


def remember(found: Verification) -> None:
    """Keep what `clew audit verify` or the doctor found, for those who audit; where nothing can be written, not.

    A log that is no longer what was read of it before is not said to be whole, though it may agree with itself.
    """
    now, part = datetime.now(UTC), range(found.verified_from, found.size)
    with suppress(Unavailable), leaves.opened() as cursor:
        before = verifications.find(cursor)
        if before is not None and not _is_beginning(cursor, before, found):
            verifications.keep(cursor, replace(before, failed_at=now))
            return
        if before is not None and before.failed_at is None and before.first <= part.start <= before.size:
            first, last = _reaches(before, (part,))
            read = _read(cursor, found, first, last, min(before.back, part.start), before)
        else:
            read = _read(cursor, found, part.start, part.stop, part.start, before)
        verifications.keep(cursor, read)


def _is_beginning(cursor: Cursor, before: Read, found: Verification) -> bool:
    return before.size <= found.size and verifying.root_over(cursor, before.size) == before.root


def _parts(before: Read | None, size: int) -> tuple[Sequence[range], int]:
    """What is read now: what came since, and what is older; and back to where this round has gone then."""
    if before is None or before.count == 0:
        start = max(0, size - LEAVES_PER_PRESS_MAX)
        return (range(start, size),), start
    newer = range(before.size, min(max(size, before.size), before.size + LEAVES_PER_PRESS_MAX))
    behind = before.back or before.size  # at the beginning of the log: once more from the newest
    older = range(max(0, behind - (LEAVES_PER_PRESS_MAX - len(newer))), behind)
    return tuple(part for part in (older, newer) if part), older.start


def _reaches(before: Read | None, parts: Sequence[range]) -> tuple[int, int]:
    """From where to where all was read, these parts included."""
    known = () if before is None or before.count == 0 else (range(before.first, before.size),)
    spans = (*parts, *known)
    return min((span.start for span in spans), default=0), max((span.stop for span in spans), default=0)


def _seen(before: Read | None) -> Checkpoint | None:
    return None if before is None else Checkpoint(origin=sequencing.log_key().name, size=before.size, root=before.root)


def _read(cursor: Cursor, found: Verification, first: int, size: int, back: int, before: Read | None) -> Read:
    """How far the log was read, this included. Over what is not as it was signed nothing moves on."""
    now = datetime.now(UTC)
    if not found.is_good:
        none = Read(first=0, size=0, root=EMPTY_ROOT, back=0, since=None, at=now)
        return replace(before or none, failed_at=now)
    root, since = verifying.root_over(cursor, size), leaves.time_of(cursor, first)
    return Read(first=first, size=size, root=root, back=back, since=since, at=now)


def _readable(session: Session, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Some findings, with the identifiers of events that the actor may read and of no others."""
    few = findings[:FINDINGS_NAMED_MAX]
    known = acts.readable(session, [each.act_id for each in few if each.act_id is not None])
    return tuple(each if each.act_id in known else replace(each, act_id=None) for each in few)
