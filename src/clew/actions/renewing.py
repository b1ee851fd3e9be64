"""Renewing: what lies in the vault gets the fingerprints that this release makes, and is compared anew.

As in a closer look, bytes go into the sandbox and what it reads of them takes the place of what was read before. It is
done for each unit as its calendar, some media at a time, each time in a transaction: the next run goes on with what one
that was killed left. What cannot be read now, and what only fingerprints came of, keeps what it has. Matches stay.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from clew.actions import matching
from clew.actions.receiving import Comparing, stored, write_all_near
from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError, StepRefused, Tampered, Unavailable
from clew.domain.fingerprint import Kind
from clew.domain.handling import Actor, Handling
from clew.domain.medium import MediumKind, Verdict
from clew.media import lending
from clew.media.reading import FingerprintSet, Reading, Wants
from clew.media.vault import Kept as KeptBytes
from clew.records import audit, fingerprints, leads, media, medium_keys, officers
from clew.records.media import Lying
from clew.records.medium_keys import MediumKey
from clew.records.session import acting_as

log = logging.getLogger("clew.actions")

MEDIA_AT_ONCE = 50
"""So many pictures are read between two transactions; a film is read alone."""
LOOKED_AT_MAX = 1_000
"""Of so many media with older fingerprints it is asked at once whether their bytes are to be had."""
MEDIA_PER_RUN_MAX = 2_000
TURNS_PER_RUN_MAX = 200
"""Units take turns; the next run goes on."""
RUN_SECONDS_MAX = 300
FIRST = UUID(int=0)
TAMPERED = Reading(verdict=Verdict.NOT_DECODED, reason="The stored bytes are not what was stored.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How far a run has come in one unit: behind `after`, and in the second round up to `start`.

    It starts at a place of chance: what cannot be read now never keeps what lies behind it waiting for ever.
    """

    actor: Actor
    start: UUID
    after: UUID
    is_second_round: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A medium with older fingerprints, whose bytes are in the vault."""

    lying: Lying
    key: MediumKey


def renew_all(workplace: Workplace, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Make fingerprints of older versions anew, of every unit; of how many media. One unit's failure stops no other."""
    due = time.monotonic() + RUN_SECONDS_MAX
    starts = sorted(((uuid4(), calendar) for calendar in officers.calendars()), key=lambda one: one[0])
    turns = deque(Turn(actor=actor, start=start, after=start) for start, actor in starts)
    read = renewed = 0
    for _ in range(TURNS_PER_RUN_MAX):
        if not turns or read >= MEDIA_PER_RUN_MAX or time.monotonic() >= due or is_stopping():
            break
        turn = turns.popleft()
        try:
            some, following = _look(turn, MEDIA_PER_RUN_MAX - read)
            renewed += _renew(workplace, turn.actor, some)
        except ClewError as refused:
            log.error("fingerprints of a unit could not be made anew: %s", type(refused).__name__)  # noqa: TRY400
            continue
        read += len(some)
        if following is not None:
            turns.append(following)
    return renewed


def _look(turn: Turn, limit: int) -> tuple[list[Waiting], Turn | None]:
    """The next media of the unit that wait, and its next turn; None where there is nothing more."""
    with acting_as(turn.actor) as session:
        seen = fingerprints.older_media(session, turn.after, LOOKED_AT_MAX)
        if turn.is_second_round:
            seen = [medium_id for medium_id in seen if medium_id <= turn.start]
        keys = medium_keys.of(session, seen)
        lying = media.lying(session, list(keys))
    if not seen:
        return [], None if turn.is_second_round else replace(turn, after=FIRST, is_second_round=True)
    some: list[Waiting] = []
    last = seen[-1]
    for medium_id in seen:
        if medium_id in lying:
            some.append(Waiting(lying=lying[medium_id], key=keys[medium_id]))
            if len(some) == min(MEDIA_AT_ONCE, limit) or lying[medium_id].kind is not MediumKind.IMAGE:
                last = medium_id
                break
    return some, replace(turn, after=last)


def _renew(workplace: Workplace, actor: Actor, some: Sequence[Waiting]) -> int:
    """Read the media and keep what was read; of how many."""
    groups: dict[Handling, dict[UUID, Reading]] = defaultdict(dict)
    readings = workplace.readers.each(lambda one: _read(workplace, actor, one), some)
    for one, reading in zip(some, readings, strict=True):
        if reading is not None:
            groups[one.lying.handling][one.lying.medium.id] = reading
    renewed = sum(_store_apart(workplace, actor, handling, read) for handling, read in groups.items())
    if renewed:
        matching.consolidate(workplace.indexes)
    return renewed


def _read(workplace: Workplace, actor: Actor, one: Waiting) -> Reading | None:
    """The full reading of the medium; None where its bytes, or a closed sandbox, are not to be had now."""
    medium, kept = one.lying.medium, KeptBytes(blob=one.key.blob, wrapped=one.key.wrapped)
    try:
        with (
            workplace.vault.open(actor.member, str(one.key.case_id), medium.sha256, kept) as bytes_,
            lending.lent(bytes_) as fd, workplace.readers.lend(f"{actor.member}/{actor.unit}/renewed") as reader,
        ):  # fmt: skip
            return reader.read(fd, medium.size_bytes, Wants.FULL)
    except Tampered:
        log.exception("the stored bytes of medium %s are not what was stored", medium.id)
        return TAMPERED
    except (Unavailable, StepRefused):
        return None


def _store_apart(workplace: Workplace, actor: Actor, handling: Handling, read: Mapping[UUID, Reading]) -> int:
    """Keep what was read of media that lie under one handling, all at once; or one by one, where that cannot be."""
    try:
        return _store(workplace, actor, handling, read)
    except (ClewError, ValueError) as refused:
        if len(read) == 1:
            log.error("a medium could not be made anew: %s", type(refused).__name__)  # noqa: TRY400
            return 0
    return sum(_store_apart(workplace, actor, handling, {each: reading}) for each, reading in read.items())


def _store(workplace: Workplace, actor: Actor, handling: Handling, read: Mapping[UUID, Reading]) -> int:
    """Put new fingerprints in the place of the older ones, and compare them as those of new media; of how many."""
    before = matching.catch_up(workplace.indexes)
    with acting_as(actor) as session:
        lying = media.lying(session, list(medium_keys.of(session, list(read))), stays=True)
        older = fingerprints.older_kinds(
            session, [medium_id for medium_id, each in lying.items() if each.handling == handling]
        )
        ids = [medium_id for medium_id in older if _made(read[medium_id].stored, read[medium_id], older[medium_id])]
        if ids:
            asked = [
                matching.Asked(position=at, sets=_made(read[each].queries, read[each], _sought(older[each])))
                for at, each in enumerate(ids)
            ]
            numbered = [
                stored(each, one) for each in ids for one in _made(read[each].stored, read[each], older[each])
            ]
            comparing = Comparing(asked=asked, before=before, wants=Wants.FULL)
            write_all_near(session, workplace, handling, comparing, numbered, ids)
            fingerprints.note_renewed(session)
            leads.note_renewed(session, ids)
        fingerprints.note_tried(session, list(older))
        audit.append(session, "fingerprint.renew", "", {"media": len(ids), "unread": len(older) - len(ids)})
    return len(ids)


def _made(sets: Sequence[FingerprintSet], reading: Reading, kinds: frozenset[Kind]) -> list[FingerprintSet]:
    """Those of the kinds that the reading gave, if it read the medium."""
    return [one for one in sets if one.kind in kinds and len(one)] if reading.verdict.is_decoded else []


STILLS = frozenset({Kind.PDQ, Kind.PDQ_CENTRED})


def _sought(kinds: frozenset[Kind]) -> frozenset[Kind]:
    """What is asked where these are new: a picture is looked up by both of its kinds, as either may be near."""
    return kinds | STILLS if kinds & STILLS else kinds
