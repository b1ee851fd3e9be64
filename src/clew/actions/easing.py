"""Easing: what restricts a clue or a link for a time goes at its end, and what lasted before holds again.

Several hold beside one another, each to its own end, as restrictions of whole records do (`restricting`). No end opens
more than lasts, so none needs a second officer; before its time it is a widening.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

from clew.actions.opening import handling_beside, today
from clew.domain.assertion import Handled, Lying, lasting_of, lying, restrictions
from clew.domain.errors import ClewError, NotVisible, StepRefused
from clew.domain.handling import Actor, Handling
from clew.domain.handling_change import check_alone, check_end, checked_reason
from clew.domain.link import LinkState
from clew.records import audit, clues, handling_changes, links, media, officers
from clew.records.clues import ClueRow
from clew.records.links import LinkRow
from clew.records.session import Session, acting_as

ENDS_PER_RUN_MAX = 200
"""Of each unit, clues and links apart; the next run goes on."""
NONE = "Nothing with an end restricts this."

log = logging.getLogger("clew.handling")


def restricted(
    session: Session, row: ClueRow | LinkRow, given: Handling, reason: str, until: date | None
) -> tuple[Lying, Handled]:
    """How the own unit's row, which is held, lies once it is given this handling, and what is kept of that.

    Raises:
        Invalid: the end has come, or the handling gives somebody more than before and has one; or too many are named.
        StepRefused: it widens, and the member's administrator asks for two officers.
    """
    check_end(until, row.handling, given, today())
    check_alone(row.handling, given, is_asked=handling_changes.widening_needs_second(session))
    added = _said(session, given, reason, until=until, lasting=None if until is None else _lasting_of(row))
    return _lying(session, row, (*row.handled, added)), added


def ended(session: Session, row: ClueRow | LinkRow, reason: str) -> tuple[Lying, Handled]:
    """The same once all that restricts it for a time is ended before its time.

    Raises:
        Invalid: there is no reason.
        StepRefused: nothing does; or the member's administrator asks for two officers.
    """
    kept = checked_reason(reason)
    if row.restricted_until is None:
        raise StepRefused(NONE)
    lasting = _lasting_of(row)
    given = _beside(session, row) if lasting is None else lasting
    if restrictions(row.handled, today()):
        check_alone(row.handling, given, is_asked=handling_changes.widening_needs_second(session))
    added = _said(session, given, kept, is_end=True, lasting=lasting)
    return _lying(session, row, (*row.handled, added)), added


def end_due(actor: Actor) -> int:
    """Carry out the ends that have come for the actor's unit, each in a transaction of its own; how many.

    What is under examination waits for the end of that. One that fails stops no other.
    """
    with acting_as(actor) as session:
        found = _due(session, today())
    count = 0
    for end_one, row_id in found:
        try:
            with acting_as(actor) as session:
                count += end_one(session, row_id)
        except ClewError as refused:
            log.error("a restriction could not end: %s", type(refused).__name__)  # noqa: TRY400
    return count


def end_all_due() -> int:
    """The same for every unit, by its calendar: nobody does it. How many; one unit's failure stops no other."""
    count = 0
    for calendar in officers.calendars():
        try:
            count += end_due(calendar)
        except ClewError as refused:
            log.error("restrictions of a unit could not end: %s", type(refused).__name__)  # noqa: TRY400
    return count


def overdue(since: date) -> int:
    """How many clues and links of all units lie under what should have ended by `since`; of each up to a run's most."""
    count = 0
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            count += len(_due(session, since))
    return count


End = Callable[[Session, UUID], bool]


def _due(session: Session, day: date) -> list[tuple[End, UUID]]:
    return [
        *((_end_of_clue, one) for one in clues.due(session, day, ENDS_PER_RUN_MAX)),
        *((_end_of_link, one) for one in links.due(session, day, ENDS_PER_RUN_MAX)),
    ]


def _end_of_clue(session: Session, clue_id: UUID) -> bool:
    try:
        row = clues.hold_own(session, clue_id)
    except NotVisible:
        return False  # It was taken back meanwhile, or its medium was hidden or went.
    if not _is_due(row):
        return False
    medium = clues.lie(session, clue_id, _lying(session, row, row.handled))
    audit.append(session, "clue.end_restriction", str(medium))
    return True


def _end_of_link(session: Session, link_id: UUID) -> bool:
    try:
        row = links.hold_own(session, link_id)
    except NotVisible:
        return False
    if row.state is LinkState.WITHDRAWN or not _is_due(row):
        return False
    links.lie(session, link_id, _lying(session, row, row.handled))
    audit.append(session, "link.end_restriction", str(row.claim.a.id))
    return True


def _is_due(row: ClueRow | LinkRow) -> bool:
    return row.restricted_until is not None and row.restricted_until <= today()


def _said(
    session: Session, given: Handling, reason: str, *, until: date | None = None, is_end: bool = False,
    lasting: Handling | None = None,
) -> Handled:  # fmt: skip
    return Handled(
        given=given, reason=reason, by=session.actor.officer, at=datetime.now(UTC), until=until, is_end=is_end,
        lasting=lasting,
    )  # fmt: skip


def _lasting_of(row: ClueRow | LinkRow) -> Handling | None:
    return lasting_of(row.handled, None if row.follows else row.handling)


def _lying(session: Session, row: ClueRow | LinkRow, handled: tuple[Handled, ...]) -> Lying:
    lasting = lasting_of(handled, None if row.follows else row.handling)
    given = _beside(session, row) if lasting is None else lasting
    return lying(given, handled, today(), follows=lasting is None)


def _beside(session: Session, row: ClueRow | LinkRow) -> Handling:
    """What a clue that follows its medium lies under now: never more than that does. A link follows nothing."""
    about = media.handlings_of(session, [row.medium_id]).values() if isinstance(row, ClueRow) else ()
    return handling_beside(session, about)
