"""Sifting: what owners bring into a task force is handed out in stacks, each to one officer at a time."""

from contextlib import suppress
from uuid import UUID

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
from clew.records import audit, covers, series, series_media, stacks, task_forces
from clew.records.session import Session
from clew.records.stacks import Stack
from clew.records.task_forces import TaskForceRow

__all__ = ["BRINGS", "Finding", "Stack"]


def bring(session: Session, reference: str, name: str, uses: Use = BRINGS) -> int:
    """Bring what the actor's unit asserts of a series into a task force; how many media came into stacks.

    Whoever works there sees it then for these uses besides its handling, until the task force ends or it goes out
    again; never against an exclusion or a block. Brought once more, media that came since are put into stacks too.

    Raises:
        NotVisible: there is no such task force or series, or the actor may not see it.
        StepRefused: the actor does not work there now, the series is under H2 or H3, or the unit has nothing in it.
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
    media = stacks.stack(session, stacks.bring(session, found.id, row.id, wanted, conditions))
    audit.append(session, "task_force.bring", str(row.id), {"media": media})
    return media


def take_out(session: Session, reference: str, name: str) -> None:
    """Take out what the actor's unit brought of a series: the task force shows it to nobody. Raises as `bring`.

    `name`: the series, or the identifier of what was brought, for a unit that does not see the series any more.
    """
    found = task_forces.find(session, reference)
    brought_id = _identifier(name)
    series_id = None if brought_id else series.find(session, name).id
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


def _identifier(untrusted_name: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(untrusted_name)
    return None
