"""Examining: requests of people for access to, correction or deletion of what a member keeps about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from clew.actions import blocking
from clew.domain.clock import Clock, RequestKind, Timing, check_receipt, timing
from clew.domain.cover import Purpose
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.naming import named
from clew.domain.officer import Role
from clew.domain.request import Outcome, State, Step, after, check_decision, text
from clew.records import audit, blocks, consultations, requests
from clew.records.blocks import Block
from clew.records.consultations import Consultation
from clew.records.requests import Due, Request
from clew.records.session import Session, acting_as

__all__ = [
    "Consultation",
    "Due",
    "Outcome",
    "Page",
    "Request",
    "State",
    "View",
    "admit",
    "block",
    "close",
    "count_due",
    "decide",
    "decided_ones",
    "dismiss",
    "due",
    "end_closed",
    "every",
    "examine",
    "held",
    "look",
    "open_ones",
    "receive",
    "timing_of",
    "unblock",
    "withdraw",
]

REQUESTS_PER_PAGE = 100
ENDED_PER_RUN_MAX = 1_000
Which: TypeAlias = str | UUID
"""A request by its reference or by its identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A request with what owners were asked about it, and what of its own member is blocked for it now."""

    request: Request
    consultations: tuple[Consultation, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some requests; `next` is where the following page begins, or None."""

    items: tuple[Request, ...]
    next: UUID | None


def receive(
    session: Session, reference: str, kind: RequestKind, received_at: datetime, applicant: str, asked: str
) -> UUID:
    """Enter a request; its clock runs from the day of `received_at` in its own zone.

    Raises:
        StepRefused: the actor is no data-protection officer.
        Invalid: a word is of no use, the receipt cannot be, or the member has a request of this reference.
    """
    examine(session)
    clock = Clock(kind=kind, received_at=received_at)
    check_receipt(clock, datetime.now(UTC))
    request_id = requests.add(session, named(reference), clock, text(applicant), text(asked))
    _record(session, "request.receive", request_id)
    return request_id


def open_ones(session: Session, after_id: UUID | None = None, limit: int = REQUESTS_PER_PAGE) -> Page:
    """Requests of the actor's member that are not decided, those due first first."""
    examine(session)
    audit.append(session, "request.list", "", purpose=Purpose.SUPERVISION)
    return _page(requests.open_ones(session, after_id, limit + 1), limit)


def decided_ones(session: Session, after_id: UUID | None = None, limit: int = REQUESTS_PER_PAGE) -> Page:
    """Those that are decided, the latest first."""
    examine(session)
    audit.append(session, "request.list", "", purpose=Purpose.SUPERVISION)
    return _page(requests.decided_ones(session, after_id, limit + 1), limit)


def every(actor: Actor, *, is_decided: bool = False) -> Iterator[Request]:
    """All requests of the actor's member that are open, or all that are decided: each page in a transaction of its own.

    A page is on record, and committed, before any of it is given.
    """
    following: UUID | None = None
    while True:
        with acting_as(actor) as session:
            page = (decided_ones if is_decided else open_ones)(session, following)
        yield from page.items
        if page.next is None:
            return
        following = page.next


def end_closed(actor: Actor) -> int:
    """End, as the calendar of a unit, what its member closed long ago; how many. The rest waits for the next run."""
    with acting_as(actor) as session:
        ended = requests.end_old(session, ENDED_PER_RUN_MAX)
        if ended:
            audit.append(session, "request.end", actor.member, {"requests": ended}, purpose=Purpose.SUPERVISION)
    return ended


def look(session: Session, which: Which) -> View:
    """A request with everything that was asked and said about it.

    Raises:
        StepRefused: the actor is no data-protection officer.
        NotVisible: the member has no such request.
    """
    request = held(session, which)
    _record(session, "request.read", request.id)
    asked = consultations.of(session, request.id)
    return View(request=request, consultations=asked, blocks=_blocks(session, request))


def admit(session: Session, which: Which) -> None:
    """Find a request admissible: it is examined from now on. Raises as `decide`."""
    request = held(session, which)
    requests.admit(session, request, after(request.state, Step.ADMIT))
    _record(session, "request.admit", request.id)


def dismiss(session: Session, which: Which, reasons: str) -> None:
    """Find a request inadmissible. Raises as `decide`."""
    _end(session, which, Step.DISMISS, Outcome.INADMISSIBLE, reasons)


def withdraw(session: Session, which: Which, reasons: str) -> None:
    """Keep that whoever asked does so no more, and how that was said. Raises as `decide`."""
    _end(session, which, Step.WITHDRAW, Outcome.WITHDRAWN, reasons)


def decide(session: Session, which: Which, outcome: Outcome, reasons: str) -> None:
    """Decide a request that was examined.

    Raises:
        StepRefused: the actor is no data-protection officer, the request is not examined now, or an owner
            that was consulted may still answer or does not agree.
        NotVisible: the member has no such request.
        Invalid: no reasons are given, or there is no such decision.
    """
    _end(session, which, Step.DECIDE, outcome, reasons)


def close(session: Session, which: Which, told: str) -> None:
    """Keep how and when whoever asked was told of the decision. Raises as `decide`, and:

    Raises:
        StepRefused: something is still blocked for it: nobody would look after that any more.
    """
    request = held(session, which)
    state, kept = after(request.state, Step.CLOSE), text(told)
    if _blocks(session, request):
        raise StepRefused("Something is still blocked for this request: lift the block first.")
    requests.close(session, request, state, kept)
    _record(session, "request.close", request.id)


def block(
    actor: Actor, which: Which, unit: str, kind: SubjectKind, name: str, within: str | None = None
) -> UUID:
    """Block a subject of a unit of the own member while the request is examined; the identifier of the block.

    The officer sees nothing of the subject by it: the unit's calendar carries it out.

    Raises:
        StepRefused: the actor is no data-protection officer, the subject is blocked already, or the request is not
            examined now; where it was decided meanwhile the block is lifted again.
        NotVisible: the member has no such request, or the unit has no such subject.
    """
    with acting_as(actor) as session:
        request = held(session, which)
        after(request.state, Step.CONSULT)
        _record(session, "request.block", request.id)
    block_id = blocking.block_on_request(actor, unit, kind, name, within, _why_blocked(request), request.id)
    try:
        # Whoever closes it from here on finds the block; whoever did before did not.
        with acting_as(actor) as session:
            after(held(session, request.id).state, Step.CONSULT)
    except StepRefused:
        blocking.unblock_on_request(actor, unit, block_id)
        raise
    return block_id


def unblock(actor: Actor, which: Which, block_id: UUID) -> None:
    """Lift a block that was laid for the request.

    Raises:
        StepRefused: the actor is no data-protection officer.
        NotVisible: the member has no such request, or no such block lasts for it.
    """
    with acting_as(actor) as session:
        found = {one.id: one for one in look(session, which).blocks}
        if block_id not in found:
            raise NotVisible("There is no such block.")
        _record(session, "request.unblock", held(session, which).id)
    blocking.unblock_on_request(actor, found[block_id].unit, block_id)


def due(session: Session) -> Due:
    """How many requests are open, due soon and overdue: numbers, for the member's administrators and operator too."""
    return requests.due(session)


def count_due(session: Session) -> Due:
    """The same, on record by itself: what a program asks for alone."""
    audit.append(session, "request.count", "", purpose=Purpose.SUPERVISION)
    return due(session)


def timing_of(request: Request) -> Timing:
    """How the request stands against its clock now."""
    return timing(request.ends_at, datetime.now(UTC), request.decided_at)


def examine(session: Session) -> None:
    """Refuse whoever does not protect the data of a member; the database shows them nothing either.

    Raises:
        StepRefused: the actor is no data-protection officer.
    """
    if session.actor.role is not Role.DATA_PROTECTION_OFFICER:
        raise StepRefused("Only a data-protection officer of the member does this.")


def held(session: Session, which: Which) -> Request:
    """The request for its examination, held until the transaction ends. Raises as `look`."""
    examine(session)
    return requests.get(session, which) if isinstance(which, str) else requests.by_id(session, which)


def _end(session: Session, which: Which, step: Step, outcome: Outcome, reasons: str) -> None:
    request = held(session, which)
    state = after(request.state, step)
    kept = text(reasons)
    if step is Step.DECIDE:
        asked = consultations.of(session, request.id)
        check_decision(outcome, (one.consulted for one in asked), datetime.now(UTC))
    requests.decide(session, request, state, outcome, kept)
    ended = consultations.end(session, request.id)
    audit.append(
        session, f"request.{step}", str(request.id), {"consultations_ended": ended}, purpose=Purpose.SUPERVISION
    )


def _blocks(session: Session, request: Request) -> tuple[Block, ...]:
    return blocks.for_request(session, request.id)


def _why_blocked(request: Request) -> str:
    """What the unit reads of it: neither who asked nor under which reference."""
    return f"Under examination for the request {request.id}."


def _record(session: Session, act: str, request_id: UUID) -> None:
    audit.append(session, act, str(request_id), purpose=Purpose.SUPERVISION)


def _page(found: Sequence[Request], limit: int) -> Page:
    return Page(items=tuple(found[:limit]), next=found[limit - 1].id if len(found) > limit else None)
