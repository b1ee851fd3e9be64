"""Ending: what is past its end and not blocked goes, in batches, and a tombstone with proof stays.

Every step may be done again: a run that was killed anywhere is gone on with by the next one. In each unit it
acts as nobody, its calendar, which has no right but on that unit's own records.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from clew.actions import connecting, examining, keeping, matching, retaining
from clew.actions.opening import today
from clew.actions.workplace import Workplace
from clew.domain import ending as rules
from clew.domain.ending import Step
from clew.domain.errors import ClewError, NotVisible
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import State, state
from clew.records import audit, cases, fingerprints, forgotten, handlings, locks, officers, retentions, tombstones
from clew.records.retentions import Kept, Marker
from clew.records.session import Session, acting_as
from clew.records.tombstones import Tombstone

SUBJECTS_PER_LOOK_MAX = 200
LOOKS_PER_RUN_MAX = 50
"""Of each unit; the next run goes on."""
PLACES_PER_BATCH = 2_000
COVERS_PER_RUN_MAX = 10_000

JOINED_WITHIN = timedelta(days=2)
"""So long after fingerprints were made anew segments that were written since are looked at too."""

log = logging.getLogger("clew.retention")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a run would end now in one unit: the subjects, and how many places of each and media of all would go."""

    member: str
    unit: str
    subjects: tuple[Kept, ...]
    places: Mapping[UUID, int]
    media: int
    blobs: int
    is_more: bool


def foresee() -> tuple[Foreseen, ...]:
    """What the next run would end, by unit. Nothing is changed and nothing put on record but that it was asked."""
    found = []
    for actor in officers.calendars():
        with acting_as(actor) as session:
            due = _due(session, SUBJECTS_PER_LOOK_MAX + 1)
            if due:
                found.append(_foreseen(session, due))
    return tuple(found)


def end_all(workplace: Workplace) -> dict[SubjectKind, int]:
    """End everything whose time has come, of every unit; how many of each type. What fails stops nothing else.

    What comes to its end within months and is undecided is asked of its unit.
    """
    ended = dict.fromkeys(SubjectKind, 0)
    for actor in officers.calendars():
        with _goes_on():
            for kind in end_due(workplace, actor):
                ended[kind] += 1
        for look_after in (examining.end_closed, connecting.end_old, retaining.ask_for_review):
            with _goes_on():
                look_after(actor)
    forget_bits(workplace)
    return ended


@contextmanager
def _goes_on() -> Iterator[None]:
    """What fails within is gone on with by the next run, and stops no other."""
    try:
        yield
    except ClewError as refused:
        log.error("what is past its end could not end: %s", type(refused).__name__)  # noqa: TRY400


def forget_bits(workplace: Workplace) -> int:
    """Take the bits of fingerprints that went out of the index of this machine, where it is older than the latest end.

    So too those in whose place newer ones came; for days after, because segments that are joined meanwhile keep them.
    No answer names them before either: the record of their number is gone. Gives how many segments were built anew.
    """
    renewed = fingerprints.renewed_at()
    latest = 0.0 if renewed is None else min((renewed + JOINED_WITHIN).timestamp(), time.time())
    for actor in officers.calendars():
        with acting_as(actor) as session:
            found = tombstones.page(session, 1)
            latest = max([latest, *(stone.ended_at.timestamp() for stone in found if stone.ended_at)])
    return matching.forget(workplace.indexes, latest) if latest else 0


def end_due(workplace: Workplace, actor: Actor) -> list[SubjectKind]:
    """The same for one unit, as its calendar: first what was begun, then what is due; the type of each that ended."""
    ended: list[SubjectKind] = []
    begun: list[Tombstone] = []
    with _goes_on(), acting_as(actor) as session:
        begun = tombstones.unfinished(session)
    for stone in begun:
        with _goes_on():
            _carry_out(workplace, actor, stone.id)
            ended.append(stone.kind)
    after: Marker | None = None
    for _ in range(LOOKS_PER_RUN_MAX):
        due: list[Kept] = []
        with _goes_on(), acting_as(actor) as session:
            due = _due(session, SUBJECTS_PER_LOOK_MAX, after)
        if not due:
            break
        # Behind these, also where they stay: what cannot end now keeps nothing waiting that comes after it.
        after = Marker(ends_on=due[-1].ends_on, id=due[-1].id)
        for kept in due:
            with _goes_on():
                ended += _end(workplace, actor, kept)
    if ended:
        with _goes_on(), acting_as(actor) as session:
            forgotten.covers(session, today(), COVERS_PER_RUN_MAX)
    return ended


def _end(workplace: Workplace, actor: Actor, kept: Kept) -> list[SubjectKind]:
    """End a subject, if it still is to; its type."""
    raised = _begin(actor, kept.kind, kept.id)
    if raised is None:
        return []
    _carry_out(workplace, actor, raised)
    return [kept.kind]


def _due(session: Session, limit: int, after: Marker | None = None) -> list[Kept]:
    return retentions.until(session, today(), limit=limit, after=after, is_blocked=False)


def _begin(actor: Actor, kind: SubjectKind, subject_id: UUID) -> UUID | None:
    """The tombstone of a subject that is still due; None where it is gone, extended, blocked or filled again."""
    with acting_as(actor) as session:
        kept = _held(session, kind, subject_id)
        if kept is None or state(kept.ends_on, today(), is_blocked=kept.is_blocked) is not State.DUE:
            return None
        stone = tombstones.raise_for(session, kept)
        if kind is SubjectKind.CASE:
            cases.begin_shredding(session, subject_id)
        audit.append(session, "retention.begin", str(stone))
        return stone


def _held(session: Session, kind: SubjectKind, subject_id: UUID) -> Kept | None:
    """The subject as it is, held against decisions, blocks and intakes until the transaction ends."""
    with suppress(NotVisible):
        kept = retentions.of(session, kind, subject_id)
        locks.close_place(session, kept.case_id or subject_id)
        handlings.get(session, kind, subject_id)
        if kind is SubjectKind.CASE:
            handlings.hold_exhibits_of(session, subject_id)
        return None if tombstones.is_ending(session, subject_id) else retentions.of(session, kind, subject_id)
    return None


def _carry_out(workplace: Workplace, actor: Actor, stone_id: UUID) -> None:
    """Batch after batch, then the subject itself, the key of a case, and the event that proves it."""
    is_last = False
    while not is_last:
        _remove_blobs(workplace, actor, stone_id)
        is_last = _step(actor, stone_id)
    _end_itself(actor, stone_id)
    _remove_blobs(workplace, actor, stone_id)
    with acting_as(actor) as session:
        stone = tombstones.hold(session, stone_id)
        if stone.step is Step.DONE:
            return
        if stone.kind is SubjectKind.CASE:
            workplace.vault.keys.destroy(stone.member, str(stone.subject_id))
        act = audit.append(session, "retention.end", str(stone_id), stone.counts)
        tombstones.done(session, stone_id, act)


def _step(actor: Actor, stone_id: UUID) -> bool:
    """The rows of the next batch go, once the blobs of that before have left the disk; whether all are gone."""
    with acting_as(actor) as session:
        stone = tombstones.hold(session, stone_id)
        if stone.step is Step.DONE:
            return True
        locks.close_place(session, stone.case_id or stone.subject_id)
        gone, is_last = forgotten.some_of(session, stone.kind, stone.subject_id, PLACES_PER_BATCH)
        tombstones.note(session, stone_id, rules.added(stone.counts, gone.counts), [*stone.blobs, *gone.blobs])
        return is_last


def _end_itself(actor: Actor, stone_id: UUID) -> None:
    """The subject goes, with its intakes and chunks: in a transaction that holds no media before these (`locks`)."""
    with acting_as(actor) as session:
        stone = tombstones.hold(session, stone_id)
        if stone.step is Step.DONE:
            return
        locks.close_place(session, stone.case_id or stone.subject_id)
        rest = forgotten.subject(session, stone.kind, stone.subject_id)
        tombstones.note(session, stone_id, rules.added(stone.counts, rest.counts), [*stone.blobs, *rest.blobs])


def _remove_blobs(workplace: Workplace, actor: Actor, stone_id: UUID) -> None:
    """Take the blobs of the batch before off the disk, but for those that came to be held meanwhile.

    A transaction of its own: no intake of the member writes keys beside it, and none waits for more than this.
    """
    with acting_as(actor) as session:
        stone = tombstones.hold(session, stone_id)
        if stone.blobs:
            stay = keeping.remove_unheld(session, workplace.vault, stone.blobs)
            tombstones.note(session, stone_id, rules.added(stone.counts, {"blobs_removed": -stay}), ())


def _foreseen(session: Session, due: Sequence[Kept]) -> Foreseen:
    subjects = tuple(due[:SUBJECTS_PER_LOOK_MAX])
    places = retentions.places(session, subjects)
    media, blobs = retentions.doomed(session, subjects)
    return Foreseen(
        member=session.actor.member, unit=session.actor.unit, subjects=subjects, places=places, media=media,
        blobs=blobs, is_more=len(due) > SUBJECTS_PER_LOOK_MAX,
    )  # fmt: skip


def overdue(since: date) -> int:
    """How many subjects of all units are not blocked and were past their end on `since`; of each up to a run's most."""
    count = 0
    for actor in officers.calendars():
        with acting_as(actor) as session:
            count += len(retentions.until(session, since, limit=SUBJECTS_PER_LOOK_MAX, is_blocked=False))
    return count


def unfinished() -> int:
    """How many ends, of all units, were begun and are not done: being at it, or stopped on the way."""
    count = 0
    for actor in officers.calendars():
        with acting_as(actor) as session:
            count += len(tombstones.unfinished(session))
    return count
