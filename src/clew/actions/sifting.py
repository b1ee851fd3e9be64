"""Sifting: what owners bring into a task force is handed out in stacks, each to one officer at a time."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from clew.domain.agreement import State, approved
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Use
from clew.domain.series import checked_words
from clew.domain.task_force import (
    BRINGS,
    SERIES_MAX,
    WORDS_CHARACTERS_MAX,
    Finding,
    checked_conditions,
    checked_uses,
)
from clew.records import audit, covers, handling_changes, series, series_media, stacks, task_forces
from clew.records.session import Session
from clew.records.stacks import Stack
from clew.records.task_forces import TaskForceRow

__all__ = ["BRINGS", "Finding", "Stack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of it: how many media came into stacks, or that a second officer has to agree first."""

    media: int
    state: State


def bring(session: Session, reference: str, name: str, uses: Use = BRINGS) -> Brought:
    """Bring what the actor's unit asserts of a series into a task force.

    Where the member's administrator asks for two it is a proposal, to which a second officer of the unit who works
    there agrees. Whoever works there sees it then for these uses besides its handling, until the task force ends or it
    goes out again; never against an exclusion or a block. Brought once more, media that came since come into stacks.

    Raises:
        NotVisible: there is no such task force or series, or the actor may not see it.
        StepRefused: the actor does not work there now, the series is under H2 or H3, the unit has nothing in it, or
            two are asked for and it is there for fewer uses or is proposed already.
        Invalid: it cannot be brought for that, or too much is brought.
    """
    found = _working(session, reference)
    wanted = checked_uses(uses)
    row = series.find(session, name)
    mine = (session.actor.member, session.actor.unit)
    if (row.handling.owner_member, row.handling.owner_unit) == mine:
        series.hold_own(session, row.reference)
        row = series.find(session, row.reference)
    elif mine not in {(one.member, one.unit) for one in series_media.contributors(session, [row.id])}:
        raise StepRefused("Your unit has nothing in this series: each owner brings its own.")
    cover = covers.get(session, row.cover_id)
    conditions = frozenset() if cover is None else cover.conditions
    checked_conditions(conditions)
    if stacks.count_brought(session, found.id) >= SERIES_MAX:
        raise Invalid("A task force has at most {most} series.", most=SERIES_MAX)
    before = stacks.own(session, found.id, series_id=row.id, brought_id=None)
    waits = handling_changes.widening_needs_second(session)
    if before is not None and before.state is State.PROPOSED:
        raise StepRefused("This is proposed already: a second officer of your unit agrees, or takes it out.")
    if before is not None and waits and wanted & ~before.uses:
        raise StepRefused("Two officers widen a handling here: take it out, and bring it anew for more.")
    if before is None and waits:
        stacks.bring(session, found.id, row.id, wanted, conditions, State.PROPOSED)
        audit.append(session, "task_force.propose_bring", str(row.id))
        return Brought(media=0, state=State.PROPOSED)
    if before is None:
        brought_id = stacks.bring(session, found.id, row.id, wanted, conditions, State.IN_FORCE)
    else:
        brought_id = before.id
        stacks.bring_again(session, brought_id, wanted, conditions)
    media = stacks.stack(session, brought_id)
    audit.append(session, "task_force.bring", str(row.id), {"media": media})
    return Brought(media=media, state=State.IN_FORCE)


def agree_to_bring(session: Session, reference: str, name: str) -> int:
    """Agree, as a second officer of the unit who works there, to what was proposed; how many media came into stacks.

    `name`: the series, or the identifier of what was proposed.

    Raises:
        NotVisible: there is no such task force or series, or the actor may not see it.
        SecondPersonNeeded: it is the actor's own proposal.
        StepRefused: the actor does not work there now, or nothing waits, or it has lapsed.
    """
    found = _working(session, reference)
    series_id, brought_id = _named(session, name)
    waiting = stacks.own(session, found.id, series_id=series_id, brought_id=brought_id)
    if waiting is None:
        raise StepRefused("Your unit has not brought this series.")
    approved(waiting, by=session.actor.officer, now=datetime.now(tz=UTC))
    stacks.agree(session, waiting.id)
    media = stacks.stack(session, waiting.id)
    audit.append(session, "task_force.bring", str(waiting.series_id), {"media": media})
    return media


def take_out(session: Session, reference: str, name: str) -> None:
    """Take out what the actor's unit brought of a series: the task force shows it to nobody. Raises as `bring`.

    `name`: the series, or the identifier of what was brought, for a unit that does not see the series any more.
    """
    found = task_forces.find(session, reference)
    series_id, brought_id = _named(session, name)
    if not stacks.take_out(session, found.id, series_id=series_id, brought_id=brought_id):
        raise StepRefused("Your unit has not brought this series.")
    audit.append(session, "task_force.take_out", str(series_id or brought_id))


def take(session: Session, reference: str) -> Stack | None:
    """The next stack, held by the actor for a time; the one that they hold; or None where none is left for them.

    Raises:
        NotVisible: there is no such task force, or the actor may not know of it.
        StepRefused: the actor does not work there now.
    """
    found = _working(session, reference)
    stacks.take(session, found.id)
    held = stacks.held(session, found.id)
    audit.append(session, "task_force.take", str(found.id), shown=() if held is None else (held.member,))
    return held


def give_back(session: Session, reference: str, finding: Finding, words: str = "") -> None:
    """Give the stack back that the actor holds: done, not sure, or set back; the last two with words.

    Raises:
        NotVisible: there is no such task force, or the actor may not know of it.
        StepRefused: the actor does not work there now, or holds no stack any more.
        Invalid: the words are missing or of no use.
    """
    found = _working(session, reference)
    said = checked_words(words, characters_max=WORDS_CHARACTERS_MAX, is_demanded=finding is not Finding.DONE)
    stacks.give_back(session, found.id, finding, said)
    task_forces.count(session, found.id, finding)
    audit.append(session, f"task_force.{finding.replace('-', '_')}", str(found.id))


def _working(session: Session, reference: str) -> TaskForceRow:
    found = task_forces.find(session, reference)
    if not found.is_in:
        raise StepRefused("You do not work in this task force now.")
    task_forces.hold_seat(session, found.id)
    return found


def _named(session: Session, untrusted_name: str) -> tuple[UUID | None, UUID | None]:
    """The series, or the identifier of what was brought or proposed: (series, brought), one of them absent."""
    with suppress(ValueError):
        return None, UUID(untrusted_name)
    return series.find(session, untrusted_name).id, None
