"""Deconflicting: what the own side of an overlap is told, says and sees; blind to the other until both agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clew.actions.opening import today
from clew.domain.errors import Invalid, NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import NODE
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.overlap import (
    MODE_DEFAULT,
    Mode,
    Rule,
    State,
    Step,
    after,
    check_who,
    checked_reason,
    checked_wait,
    checked_words,
    needs_second,
    next_reminder,
)
from clew.records import audit, handling_changes, members, overlaps
from clew.records.overlaps import Contact, Fact, Place, Said, Side
from clew.records.session import Session, acting_as

SIDES_PER_PAGE_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """How to reach another member: what its members' directory says, and what its side said to ours."""

    contact: Contact
    name: str
    contact_point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An overlap of the own member as a list shows it; `remind_on` is None where its side is not asked again."""

    side: Side
    mode: Mode
    remind_on: date | None
    is_due: bool
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some overlaps; `next` is where the following page begins, or None."""

    items: tuple[Line, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A case or hash list of the own member, by which rule it meets others, and what it was told; None: nothing.

    `looked_at`: so many places of its media were looked at for open sides, and not all; None: all.
    """

    place: Place
    mode: Mode
    rules: tuple[Rule, ...]
    line: Line | None
    said: tuple[Said, ...]
    facts: tuple[Fact, ...]
    looked_at: int | None


def sides(
    session: Session, *, limit: int = SIDES_PER_PAGE_MAX, after_side: UUID | None = None, is_waiting: bool = False
) -> Page:
    """What the actor's member was told of cases and lists that the actor may see, the latest first.

    `is_waiting`: that of the own unit alone of which it said nothing yet.
    """
    audit.append(session, "overlap.list", "", owner=session.actor.member)
    found = overlaps.sides(session, limit + 1, after_side, is_waiting=is_waiting)
    lines = _lines(session, found[:limit])
    return Page(items=lines, next=found[limit - 1].id if len(found) > limit else None)


def look(session: Session, kind: SubjectKind, name: str, unit: str | None = None, *, whole: bool = True) -> View:
    """A case or hash list with the rule by which it meets others, what it was told, and what its side said.

    Without `whole` not all media of a large one are looked at for open sides: somebody waits.

    Raises:
        NotVisible: there is no such case or list, or the actor may not see it.
    """
    place = overlaps.find(session, kind, name, unit)
    audit.append(session, "overlap.read", str(place.id), owner=session.actor.member)
    side = overlaps.side_of(session, place.id)
    is_own = place.unit == session.actor.unit
    facts, looked_at = overlaps.facts(session, place.id, whole=whole) if is_own else ((), None)
    return View(
        place=place, mode=overlaps.mode_of(session, [place.id])[place.id], rules=overlaps.rules(session, place.id),
        line=None if side is None else _lines(session, [side])[0],
        said=() if side is None else overlaps.said(session, side.id),
        facts=facts, looked_at=looked_at,
    )  # fmt: skip


def say(
    session: Session, kind: SubjectKind, name: str, step: Step, *, reason: str = "", words: str = "",
    again_on: date | None = None, unit: str | None = None,
) -> View:  # fmt: skip
    """Consent, decline or wait, for the own side; `words` go on the card that the other gets if it consents too.

    Consent holds for members that the case or list met before, and is said again for those that it met since.
    Nothing of it reaches the other side before that, and to decline never does.

    Raises:
        NotVisible: there is no such case or list, or nothing was told of it.
        StepRefused: the actor does not answer for it, it is silent or under examination, or this was said already.
        Invalid: a reason is missing, a text is too long, or the day cannot be.
    """
    place = overlaps.find(session, kind, name, unit)
    kept = checked_reason(step, reason), checked_words(step, words), checked_wait(step, again_on, today())
    side = overlaps.side_of(session, place.id)
    if side is None:
        raise NotVisible("No overlap was told of this case or list.")
    check_who(session.actor, session.actor.member, place.unit)
    if place.is_blocked:
        raise StepRefused("This is under examination: nothing is said of it to others.")
    after(side.state, step, overlaps.mode_of(session, [place.id])[place.id])
    overlaps.decide(session, side, step, *kept)
    audit.append(session, f"overlap.{step}", str(side.id), owner=session.actor.member)
    return look(session, kind, name, unit)


def set_mode(session: Session, kind: SubjectKind, name: str, mode: Mode | None, reason: str) -> Rule:
    """Give a case or list of the own unit a rule of its own, or (None) that of its member again.

    A rule that shows more waits for a second officer, who says the same, where the member asks for one.

    Raises:
        NotVisible: the unit has no such case or list.
        Invalid: there is no reason.
        SecondPersonNeeded: the actor proposed it and would agree to it too.
    """
    place = overlaps.find(session, kind, name)
    now = overlaps.mode_of(session, [place.id])[place.id]
    wanted = mode if mode is not None else _mode_of_member(session)
    return _set(session, place, mode, reason, is_wider=needs_second(now, wanted, is_asked=_asks_for_second(session)))


def set_mode_of_member(session: Session, mode: Mode, reason: str) -> Rule:
    """The rule of the own member's cases and lists that have none of their own, set by its administrator.

    Raises:
        StepRefused: the actor is no administrator.
        Invalid: there is no reason.
        SecondPersonNeeded: the actor proposed it and would agree to it too.
    """
    if session.actor.role is not Role.NATIONAL_ADMINISTRATOR:
        raise StepRefused("Only an administrator of the member sets its rule.")
    is_wider = needs_second(_mode_of_member(session), mode, is_asked=_asks_for_second(session))
    return _set(session, None, mode, reason, is_wider=is_wider)


def mode_of_member(session: Session) -> tuple[Mode, tuple[Rule, ...]]:
    """The rule of the own member, and those that it had."""
    audit.append(session, "overlap.read_mode", session.actor.member)
    rules = overlaps.rules(session, None)
    return _mode_in(rules), rules


def release_all() -> None:
    """Tell every side what its clock has come to. It is the node's doing, of nobody's records in particular."""
    with acting_as(NODE) as session:
        overlaps.release(session)


def _set(session: Session, place: Place | None, mode: Mode | None, reason: str, *, is_wider: bool) -> Rule:
    kept = checked_reason(Step.WAIT, reason)
    subject = None if place is None else place.id
    waiting = next(iter(overlaps.rules(session, subject)), None)
    is_agreed = waiting is not None and not waiting.is_in_force and waiting.mode is mode
    if is_wider and is_agreed and waiting is not None and waiting.changed_by == session.actor.officer:
        raise SecondPersonNeeded("A second officer must agree: by setting the same rule.")
    is_in_force = is_agreed or not is_wider
    overlaps.set_rule(session, place, mode, kept, is_in_force=is_in_force)
    act = "overlap.mode" if is_in_force else "overlap.propose_mode"
    audit.append(session, act, session.actor.member if place is None else str(place.id), owner=session.actor.member)
    if place is not None and is_in_force:
        overlaps.join(session, place.id)
    return overlaps.rules(session, subject)[0]


def _mode_of_member(session: Session) -> Mode:
    return _mode_in(overlaps.rules(session, None))


def _mode_in(rules: Sequence[Rule]) -> Mode:
    return next((rule.mode for rule in rules if rule.is_in_force and rule.mode is not None), MODE_DEFAULT)


def _asks_for_second(session: Session) -> bool:
    return handling_changes.widening_needs_second(session)


def _lines(session: Session, found: "tuple[Side, ...] | list[Side]") -> tuple[Line, ...]:
    modes = overlaps.mode_of(session, [side.subject_id for side in found])
    cards = overlaps.contacts(session, [side.id for side in found])
    directory = {line.code: line.particulars for line in members.lines(session)} if cards else {}
    lines = []
    for side in found:
        remind_on = next_reminder(side.state, side.decided_at or side.released_at, side.again_on)
        mode = modes[side.subject_id]
        if mode is Mode.SILENT or (mode is Mode.OPEN and side.state is State.CONSENTED):
            remind_on = None
        lines.append(
            Line(
                side=side, mode=modes[side.subject_id], remind_on=remind_on,
                is_due=remind_on is not None and remind_on <= today(),
                cards=tuple(
                    Card(
                        contact=contact, name=directory[contact.member].name,
                        contact_point=directory[contact.member].contact_point,
                    )
                    for contact in cards.get(side.id, ())
                ),
            )
        )  # fmt: skip
    return tuple(lines)


def checked_kind(word: str) -> SubjectKind:
    """What an overlap can be told of, by its word.

    Raises:
        Invalid: it is something else.
    """
    for kind in overlaps.KINDS:
        if kind.value == word:
            return kind
    raise Invalid("Overlaps are of a case or a hash-list.")
