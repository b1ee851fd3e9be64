"""Blocking: a subject under examination is kept past its end, and nobody but its owner's unit uses it meanwhile.

What the owner's unit still may: look at it, see its media for supervision, give it a later end, lift the block.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.actions import restricting
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Actor, blocked
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.retention import calendar_of, checked_reason
from clew.records import audit, blocks, handlings, releases, retentions
from clew.records.blocks import Block
from clew.records.session import Session, acting_as

LASTS = date(9999, 12, 31)
"""A block has no end: it is lifted."""
BLOCKS_SHOWN_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A block with the name of what it lies on, or the identifier where that is another unit's."""

    block: Block
    kind: SubjectKind
    unit: str
    name: str
    case: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Blocks, the newest first; `next` is where the following page begins."""

    items: tuple[Blocked, ...]
    next: UUID | None


def block(
    session: Session, kind: SubjectKind, name: str, within: str | None, reason: str, *, laid_by: str | None = None,
    request_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Block the own unit's subject; the identifier of the block.

    From the commit on no other member and no other unit sees it or anything that lies in it, no triage names
    it, no other member learns of an overlap with it, its releases have ended, nothing is taken into it, and
    its end waits. `laid_by` is who asked, where that is not the session's officer, and `request_id` for which request.

    Raises:
        NotVisible: the unit has no such subject.
        Invalid: there is no reason.
        StepRefused: it is blocked already; or its end is being carried out, or that of its case or of something in it.
    """
    kept = checked_reason(reason)
    found = handlings.find(session, kind, name, within)
    blocks.hold_off_end(session, found)
    subject = handlings.get(session, kind, found.id)
    change_id, media = restricting.lay(session, subject, blocked(session.actor.member, session.actor.unit), kept, LASTS)
    block_id = blocks.lay(session, subject, kept, change_id, laid_by or session.actor.officer, request_id)
    ended = releases.ended_now(session)
    audit.append(session, "retention.block", str(subject.id), {"media": media, "releases_ended": ended})
    return block_id


def unblock(session: Session, block_id: UUID, *, lifted_by: str | None = None) -> None:
    """Lift the own unit's block: what held before holds again, and an end that came meanwhile is carried out.

    Releases that it ended do not come back: the owner gives them anew. Where its subject is gone, it is over all the
    same: otherwise whoever asked for it could never be answered.

    Raises:
        NotVisible: the unit has no such block, or it was lifted.
    """
    found = blocks.get(session, block_id)
    media = 0
    with suppress(NotVisible):
        subject = handlings.get(session, found.kind, found.subject_id)
        media = restricting.lift(session, subject, found.change_id)
    blocks.lift(session, block_id, lifted_by or session.actor.officer)
    audit.append(session, "retention.unblock", str(found.subject_id), {"media": media})


def block_on_request(
    actor: Actor, unit: str, kind: SubjectKind, name: str, within: str | None, reason: str,
    request_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """The same for a subject of any unit of the member, on behalf of its data-protection officer.

    The officer's word is on record, and the unit's calendar carries it out: the officer sees nothing of the subject.

    Raises:
        StepRefused: the actor is no data-protection officer.
        NotVisible, Invalid: as `block`.
    """
    _ask(actor, "retention.ask_block")
    with acting_as(calendar_of(actor.member, unit)) as session:
        return block(session, kind, name, within, reason, laid_by=actor.officer, request_id=request_id)


def unblock_on_request(actor: Actor, unit: str, block_id: UUID) -> None:
    """Lift such a block, on behalf of the data-protection officer. Raises as `block_on_request`."""
    _ask(actor, "retention.ask_unblock", str(block_id))
    with acting_as(calendar_of(actor.member, unit)) as session:
        unblock(session, block_id, lifted_by=actor.officer)


def blocked_now(session: Session, *, limit: int = BLOCKS_SHOWN_MAX, after: UUID | None = None) -> Page:
    """What is blocked now, of the actor's unit or, for who answers for the member, of all of it; the newest first.

    With their names, where the actor's own unit has them.
    """
    audit.append(session, "block.list", session.actor.member)
    found = blocks.lasting(session, limit + 1, after)
    few = found[:limit]
    names = retentions.names(session, [one.subject_id for one in few])
    return Page(items=called(few, names), next=few[-1].id if len(few) < len(found) else None)


def called(found: Sequence[Block], names: Mapping[UUID, tuple[str, str | None]]) -> tuple[Blocked, ...]:
    """These blocks with the names of what they lie on."""
    return tuple(
        Blocked(block=one, kind=one.kind, unit=one.unit, name=name, case=case)
        for one in found
        for name, case in [names.get(one.subject_id, (str(one.subject_id), None))]
    )


def _ask(actor: Actor, act: str, subject: str = "") -> None:
    """The officer's own word comes first: on record, and only from somebody who may act now."""
    if actor.role is not Role.DATA_PROTECTION_OFFICER:
        raise StepRefused("Only the member's data-protection officer blocks for a request.")
    with acting_as(actor) as session:
        audit.append(session, act, subject)
