"""Mustering: a task force is opened, members let themselves in and name their officers, and it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import NODE
from clew.domain.naming import named
from clew.domain.officer import WITHOUT_CONTENT
from clew.domain.series import checked_words
from clew.domain.task_force import (
    MEMBERS_MAX,
    OFFICERS_PER_MEMBER_MAX,
    PURPOSE_CHARACTERS_MAX,
    SPEAKS,
    Standing,
    Step,
    after,
    check_speaks,
    checked_span,
)
from clew.records import audit, members, officers, stacks, task_forces
from clew.records.session import Session, acting_as
from clew.records.several import several
from clew.records.stacks import BroughtRow, Said, Stack
from clew.records.task_forces import DayRow, FoundRow, MemberRow, OfficerRow, TaskForceRow

__all__ = ["DayRow", "MemberRow", "OfficerRow", "Stack", "Standing", "Step", "TaskForceRow", "View"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A task force with all that the actor may know of it. `speaks`: for the own member.

    `brought`, `held`, `said` and `found` are empty unless the actor works in it now.
    """

    line: TaskForceRow
    members: tuple[MemberRow, ...]
    officers: tuple[OfficerRow, ...]
    days: tuple[DayRow, ...]
    brought: tuple[BroughtRow, ...]
    held: Stack | None
    said: tuple[Said, ...]
    found: tuple[FoundRow, ...]
    speaks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Task forces, the latest first. `has_more`: others are not shown, that are over."""

    items: tuple[TaskForceRow, ...]
    has_more: bool


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def open_one(
    session: Session, name: str, purpose: str, *, starts_at: datetime | None, ends_at: datetime,
    invited: Iterable[str] = (),
) -> TaskForceRow:  # fmt: skip
    """Open a task force that the actor leads; the own member is in it, others are invited. It opens no record.

    Raises:
        StepRefused: the actor speaks for no member.
        Invalid: it has no name or purpose, lasts too long, or a member does not take part here.
    """
    check_speaks(session.actor.role)
    moment = now()
    span = checked_span(starts_at or moment, ends_at, moment)
    words = checked_words(purpose, characters_max=PURPOSE_CHARACTERS_MAX, is_demanded=True)
    made = task_forces.add(session, named(name), words, span)
    task_forces.join(session, made)
    _invite(session, made, invited)
    audit.append(session, "task_force.open", str(made))
    return _of(session, made)


def invite(session: Session, reference: str, codes: Iterable[str]) -> None:
    """Invite more members into a task force that the actor leads.

    Raises:
        NotVisible: there is none, or the actor may not know of it.
        StepRefused: another leads it, or it is over.
        Invalid: a member does not take part here, or they are too many.
    """
    held = task_forces.hold(session, reference)
    _invite(session, held.id, codes)
    audit.append(session, "task_force.invite", str(held.id))


def decide(session: Session, reference: str, step: Step) -> None:
    """Accept or decline for the own member, or withdraw it: its officers and all that it brought are out at once.

    Raises:
        NotVisible: there is none, or the actor may not know of it.
        StepRefused: the actor does not speak for the member, it is over, or that is not possible now.
    """
    found = task_forces.find(session, reference)
    check_speaks(session.actor.role)
    _check_open(found)
    if found.standing is None:
        raise NotVisible(task_forces.NONE_SUCH)
    if step is Step.WITHDRAW and found.member == session.actor.member:
        raise StepRefused("The member that opened a task force closes it instead.")
    task_forces.stand(session, found.id, found.standing, after(found.standing, step))
    audit.append(session, f"task_force.{step}", str(found.id))


def name_officers(session: Session, reference: str, usernames: Iterable[str]) -> None:
    """Name officers of the own member for it; each comes in by their own word.

    Raises:
        NotVisible: there is no such task force or officer.
        StepRefused: the actor does not speak for the member, it is not in, or an officer has no right on content.
        Invalid: they are too many.
    """
    found = _for_own_member(session, reference)
    wanted = sorted(set(usernames))
    known = {one.officer: one for one in officers.of_member(session)}
    there = {one.officer for one in task_forces.officers(session, found.id) if not one.has_left}
    if len(there | set(wanted)) > OFFICERS_PER_MEMBER_MAX:
        raise Invalid("A member has at most {most} officers in a task force.", most=OFFICERS_PER_MEMBER_MAX)
    for username in wanted:
        one = known.get(username)
        if one is None:
            raise NotVisible("Your member has no such officer.")
        if one.role is None or one.role in WITHOUT_CONTENT:
            raise StepRefused("Who is named for a task force is certified for a role that sees records.")
        task_forces.name_officer(session, found.id, username)
    audit.append(session, "task_force.name", str(found.id), {"officers": len(wanted)})


def put_out(session: Session, reference: str, username: str) -> None:
    """Put an officer of the own member out of it, at once. Raises as `name_officers`."""
    found = _for_own_member(session, reference)
    task_forces.put_out(session, found.id, username)
    audit.append(session, "task_force.put_out", str(found.id))


def come_in(session: Session, reference: str) -> None:
    """The actor, who is named for it, comes in.

    Raises:
        NotVisible: there is none, or the actor may not know of it.
        StepRefused: the actor is not named, or it is over.
    """
    found = task_forces.find(session, reference)
    _check_open(found)
    task_forces.come_in(session, found.id)
    audit.append(session, "task_force.come_in", str(found.id))


def leave(session: Session, reference: str) -> None:
    """The actor leaves; a stack that they hold is anybody's again. Raises as `come_in`."""
    found = task_forces.find(session, reference)
    _check_open(found)
    task_forces.put_out(session, found.id, session.actor.officer)
    audit.append(session, "task_force.leave", str(found.id))


def close(session: Session, reference: str) -> None:
    """Close a task force that the actor leads before its end. Raises as `invite`."""
    held = task_forces.hold(session, reference)
    task_forces.close(session, held.id)
    audit.append(session, "task_force.close", str(held.id))


def every_one(session: Session) -> Page:
    """Task forces that the actor may know of, the latest first."""
    audit.append(session, "task_force.list", "")
    found, has_more = task_forces.page(session)
    return Page(items=found, has_more=has_more)


def look(session: Session, reference: str) -> View:
    """A task force with its members, figures and, for who works in it now, what was brought and the queue.

    Raises:
        NotVisible: there is none, or the actor may not know of it.
    """
    found = task_forces.find(session, reference)
    brought = stacks.brought(session, found.id) if found.is_in else ()
    audit.append(session, "task_force.read", str(found.id), shown={one.member for one in brought})
    members, officers, days = several(
        session,
        lambda asking: task_forces.members(asking, found.id),
        lambda asking: task_forces.officers(asking, found.id),
        lambda asking: task_forces.days(asking, found.id),
    )
    return View(
        line=found, members=members, officers=officers, days=days, brought=brought,
        held=stacks.held(session, found.id) if found.is_in else None,
        said=stacks.said(session, found.id) if found.is_in else (),
        found=task_forces.found(session, found.id) if found.is_in else (), speaks=session.actor.role in SPEAKS,
    )  # fmt: skip


def look_after() -> None:
    """What was brought into those that are over goes for good: the node's doing. It opened nothing since the end."""
    with acting_as(NODE) as session:
        task_forces.look_after(session)


def _invite(session: Session, task_force: UUID, codes: Iterable[str]) -> None:
    wanted = {code.strip().upper() for code in codes if code.strip()} - {session.actor.member}
    if not wanted <= members.names(session).keys():
        raise Invalid("A member that does not take part here cannot be invited.")
    there = {one.member for one in task_forces.members(session, task_force)}
    if len(there | wanted) > MEMBERS_MAX:
        raise Invalid("A task force has at most {most} members.", most=MEMBERS_MAX)
    task_forces.invite(session, task_force, wanted)


def _for_own_member(session: Session, reference: str) -> TaskForceRow:
    found = task_forces.find(session, reference)
    check_speaks(session.actor.role)
    _check_open(found)
    if found.standing is not Standing.IN:
        raise StepRefused("Your member is not in this task force: accept first.")
    return found


def _check_open(found: TaskForceRow) -> None:
    if found.is_over:
        raise StepRefused("This task force is over.")


def _of(session: Session, task_force: UUID) -> TaskForceRow:
    return next(one for one in task_forces.page(session)[0] if one.id == task_force)
