"""Restricting: who may see a case, a series, a victim or whatever is handled as a whole, changed by its owner alone."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

from clew.actions.opening import check_members, today
from clew.actions.recovering import (
    ENTERED,
    described,
    effective_of,
    parts_of,
    recover,
    recover_words,
    remember_narrower,
    targets_of,
)
from clew.domain.agreement import State, Step, after, approved, has_lapsed
from clew.domain.cover import Cover, Words, cover_from_words
from clew.domain.errors import ClewError, Invalid, NotVisible, StepRefused, Unavailable
from clew.domain.handling import MATCHED, Actor, Handling, Use, narrowest, widens
from clew.domain.handling_change import (
    Change,
    SubjectKind,
    check_end,
    checked_reason,
    needs_second,
    words_in_force,
)
from clew.domain.officer import Role
from clew.domain.wording import Reworded, as_said, loosens, reworded, strictest
from clew.records import audit, covers, handling_changes, handlings, members, officers, releases, retentions, tombstones
from clew.records.handlings import Subject
from clew.records.intakes import Intake
from clew.records.retentions import Kept
from clew.records.session import Session, acting_as
from clew.records.several import several

ENDS_PER_RUN_MAX = 200
NARROWER = (
    "This exhibit or list is there for more members or uses than you say: take what fewer may use into one of its own."
)
BLOCKED = "This is under examination; nothing is taken into it until its block is lifted."
log = logging.getLogger("clew.handling")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A subject as its owner sees its handling: what holds, what is said beside it, and what was done about it.

    `has_more`: there are at least so many `media`, and the rest was not counted.
    """

    kind: SubjectKind
    id: UUID
    name: str
    within: str | None
    handling: Handling
    cover: Cover | None
    changes: tuple[Change, ...]
    media: int
    has_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a member sees of a subject: whether it sees the subject itself, and how many media for each use.

    `told`: of how many it is told what they match.
    """

    member: str
    sees_subject: bool
    media: dict[Use, int]
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A subject's handling with what its page says beside it; `sight` is None where nobody's was asked for."""

    view: View
    kept: Kept
    needs_second: bool
    names: dict[str, str]
    sight: Sight | None


def look(
    session: Session, kind: SubjectKind, name: str, within: str | None = None, *, counted_max: int | None = None
) -> View:
    """The own unit's subject with its handling and everything that was done about it.

    With `counted_max` no more places of media are counted than that: somebody waits.

    Raises:
        NotVisible: the unit has no such subject.
    """
    subject = handlings.find(session, kind, name, within)
    audit.append(session, "handling.read", str(subject.id))
    return _view(session, subject, name, within, counted_max)


def preview(
    session: Session, kind: SubjectKind, name: str, within: str | None, member: str, given: Handling | None = None, *,
    counted_max: int | None = None,
) -> Sight:  # fmt: skip
    """The subject as `member` sees it; with `given`, as it would see it then. Decided by the rule the database obeys.

    With `counted_max` no more places of media are counted than that: somebody waits.

    Raises:
        NotVisible: the unit has no such subject.
        Invalid: no such member takes part.
    """
    subject = handlings.find(session, kind, name, within)
    if member not in members.names(session):
        raise Invalid("No member of that code takes part.")
    sight = _sight(session, subject, member, given, counted_max)
    audit.append(session, "handling.preview", str(subject.id))
    return sight


def page(
    session: Session, kind: SubjectKind, name: str, within: str | None, *,
    member: str = "", given: Handling | None = None, counted_max: int,
) -> Page:  # fmt: skip
    """What `look` gives and, of a `member` that takes part, `preview`, with what stands beside them: in few statements.

    Raises:
        NotVisible: the unit has no such subject.
    """
    subject = handlings.find(session, kind, name, within)
    audit.append(session, "handling.read", str(subject.id))
    view, kept, needs_second, names, sight = several(
        session,
        lambda asking: _view(asking, subject, name, within, counted_max),
        lambda asking: retentions.of(asking, kind, subject.id),
        needs_second_officer,
        member_names,
        lambda asking: _sight(asking, subject, member, given, counted_max) if member else None,
    )
    if member not in names:
        sight = None
    else:
        audit.append(session, "handling.preview", str(subject.id))
    return Page(view=view, kept=kept, needs_second=needs_second, names=names, sight=sight)


def _view(session: Session, subject: Subject, name: str, within: str | None, counted_max: int | None) -> View:
    (media, has_more), cover, changes = several(
        session,
        lambda asking: handlings.media_under(asking, subject, counted_max),
        lambda asking: covers.get(asking, subject.cover_id),
        lambda asking: handling_changes.of(asking, [subject.id]),
    )
    return View(
        kind=subject.kind, id=subject.id, name=name, within=within, handling=subject.handling, cover=cover,
        changes=tuple(changes.get(subject.id, ())), media=media, has_more=has_more,
    )  # fmt: skip


def _sight(
    session: Session, subject: Subject, member: str, given: Handling | None, counted_max: int | None
) -> Sight:
    planned = subject.handling if given is None else _planned(session, subject, given)
    parts, groups = several(
        session,
        lambda asking: parts_of(asking, subject, planned, today()),
        lambda asking: handlings.groups(asking, subject, counted_max),
    )
    targets = targets_of(session, subject, parts, groups=groups)
    of_subject, *uses = handlings.uses_of(session, member, [planned, *(target.handling for target in targets)])
    seen = list(zip(targets, uses, strict=True))
    return Sight(
        member=member,
        sees_subject=Use.FACTS in of_subject,
        media={use: sum(target.group.media for target, some in seen if use in some) for use in Use},
        told=sum(target.group.media for target, some in seen if MATCHED in some),
    )


def change(
    session: Session, kind: SubjectKind, name: str, within: str | None, given: Handling, reason: str,
    until: date | None = None, *, reaches_own: bool = False,
) -> Change:  # fmt: skip
    """Give the subject another handling: at once, or as a proposal where a second officer must agree.

    With `until` it is a restriction that ends by itself; what was lasting before holds again then. Media that were
    entered for fewer than the rest stay so, unless it `reaches_own` too: that widens them.

    Raises:
        NotVisible: the unit has no such subject.
        Invalid: there is no reason, the end cannot be, or a member named does not take part.
    """
    subject = _held(session, handlings.find(session, kind, name, within))
    kept = checked_reason(reason)
    check_members(session, given)
    check_end(until, subject.handling, given, today())
    is_asked = handling_changes.widening_needs_second(session)
    waits = needs_second(subject.handling, given, is_asked=is_asked) or (is_asked and reaches_own)
    state = State.PROPOSED if waits else State.IN_FORCE
    if not handling_changes.of_handling(session, [subject.id]):
        handling_changes.add(session, subject, subject.handling, ENTERED, State.IN_FORCE, None)
    change_id = handling_changes.add(session, subject, given, kept, state, until, reaches_own=reaches_own)
    moved = 0
    if state is State.IN_FORCE:
        moved = _put_in_force(session, subject, change_id)
    act = "handling.propose" if state is State.PROPOSED else "handling.change"
    audit.append(session, act, str(subject.id), _counted(session, moved))
    return handling_changes.get(session, change_id).change


def reword(
    session: Session, kind: SubjectKind, name: str, within: str | None, said: Reworded, reason: str,
    *, reaches_own: bool = False,
) -> Change:  # fmt: skip
    """Give the subject other words of its cover: at once, or as a proposal where a second officer must agree.

    Media, and exhibits of a case, that lie under stricter words of their own keep what is stricter, unless it
    `reaches_own` too: then media come under these words.

    Raises:
        NotVisible: the unit has no such subject.
        Invalid: there is no reason, a word is on no closed list, or these words hold already.
    """
    subject = _held(session, handlings.find(session, kind, name, within))
    kept = checked_reason(reason)
    before = covers.get(session, subject.cover_id)
    given = reworded(before or Cover(retention_end=retentions.of(session, kind, subject.id).ends_on), said)
    if given == before and not reaches_own:
        raise Invalid("These words hold already.")
    is_looser = before is None or loosens(before, given) or reaches_own
    waits = is_looser and handling_changes.widening_needs_second(session)
    state = State.PROPOSED if waits else State.IN_FORCE
    if before is not None and words_in_force(handling_changes.of(session, [subject.id]).get(subject.id, ())) is None:
        handling_changes.add(session, subject, subject.handling, ENTERED, State.IN_FORCE, None, cover=before)
    change_id = handling_changes.add(
        session, subject, subject.handling, kept, state, None, cover=given, reaches_own=reaches_own
    )
    moved = 0
    if state is State.IN_FORCE:
        moved = _put_in_force(session, subject, change_id)
    act = "handling.propose" if state is State.PROPOSED else "handling.reword"
    audit.append(session, act, str(subject.id), {"media": moved})
    return handling_changes.get(session, change_id).change


def approve(session: Session, change_id: UUID) -> None:
    """Agree, as a second officer of the unit, to a wider handling or looser words; they are in force at once.

    Raises:
        NotVisible: the unit has no such proposal.
        SecondPersonNeeded: it is the actor's own.
        StepRefused: it has lapsed, or is none any more.
    """
    kept = handling_changes.get(session, change_id)
    state = approved(kept.change, by=session.actor.officer, now=datetime.now(tz=UTC))
    subject = handlings.get(session, kept.subject_kind, kept.subject_id)
    handling_changes.move(session, change_id, state)
    moved = _put_in_force(session, subject, change_id)
    audit.append(session, "handling.approve", str(subject.id), _counted(session, moved))


def withdraw(session: Session, change_id: UUID) -> None:
    """Take a proposal back, or refuse it as the second officer.

    Raises:
        NotVisible: the unit has no such proposal.
        StepRefused: it is none any more.
    """
    kept = handling_changes.get(session, change_id)
    handling_changes.move(session, change_id, after(kept.change, Step.WITHDRAW))
    audit.append(session, "handling.withdraw", str(kept.subject_id))


def end(session: Session, change_id: UUID) -> None:
    """End a restriction before its time: a widening, so where a second officer must agree it is proposed instead.

    Raises:
        NotVisible: the unit has no such restriction.
        StepRefused: it has no end, is not in force, or must be proposed as a wider handling.
    """
    kept = handling_changes.get(session, change_id)
    if kept.change.until is None:
        raise StepRefused("This handling has no end: give another one instead.")
    if kept.change.given.is_blocked:
        raise StepRefused("This is under examination: its block is lifted where retention is decided.")
    if kept.change.until > today() and handling_changes.widening_needs_second(session):
        raise StepRefused("A second officer must agree before the end: propose the wider handling.")
    handling_changes.move(session, change_id, after(kept.change, Step.END))
    subject = handlings.get(session, kept.subject_kind, kept.subject_id)
    moved = recover(session, subject, today())
    audit.append(session, "handling.end", str(subject.id), {"media": moved})


def lay(session: Session, subject: Subject, given: Handling, reason: str, until: date) -> tuple[UUID, int]:
    """Put a restriction of the own unit's subject in force at once; the change, and how many media moved."""
    if not handling_changes.of_handling(session, [subject.id]):
        handling_changes.add(session, subject, subject.handling, ENTERED, State.IN_FORCE, None)
    change_id = handling_changes.add(session, subject, given, reason, State.IN_FORCE, until)
    return change_id, _put_in_force(session, subject, change_id)


def lift(session: Session, subject: Subject, change_id: UUID) -> int:
    """End such a restriction, whatever its end; how many media moved."""
    kept = handling_changes.get(session, change_id)
    handling_changes.move(session, change_id, after(kept.change, Step.END))
    return recover(session, subject, today())


def within(
    session: Session, asked: Handling, *, case: str | None = None, exhibit: str | None = None,
    list_name: str | None = None, series: str | None = None,
) -> Handling:  # fmt: skip
    """`asked` for an intake, never wider than what was decided for the case, exhibit, list or series it goes into.

    Raises:
        StepRefused: one of these is blocked: nothing is taken in; or the exhibit or list is there for more than
            `asked`: what is decided about it later would open this too.
    """
    _check_place(session, asked, case=case, exhibit=exhibit, list_name=list_name)
    names = {"case": case, "exhibit": exhibit, "list_name": list_name, "series": series}
    given = narrowest(asked, *handlings.restrictions_on(session, **names))
    if given.is_blocked:
        raise StepRefused(BLOCKED)
    return given


def words_within(
    session: Session, words: Words, *, case: str | None = None, exhibit: str | None = None,
    list_name: str | None = None, series: str | None = None,
) -> Cover:  # fmt: skip
    """The cover of an intake: what `words` leave out is as the exhibit, the list or else the case has it.

    Never looser than words that were decided for the case, exhibit, list or series it goes into.

    Raises:
        Invalid: a word is not on its closed list, or the purposes are none of those that were decided.
    """
    said = cover_from_words(words, today())
    asked = (
        (SubjectKind.EXHIBIT, exhibit, case), (SubjectKind.HASH_LIST, list_name, None), (SubjectKind.CASE, case, None),
        (SubjectKind.SERIES, series, None),
    )  # fmt: skip
    found = []
    for kind, name, within_case in asked:
        with suppress(NotVisible):
            found += [] if name is None else [handlings.find(session, kind, name, within_case)]
    changes = handling_changes.of(session, [subject.id for subject in found])
    decided = [given for each in changes.values() if (given := words_in_force(each)) is not None]
    places = [subject for subject in found if subject.kind is not SubjectKind.SERIES]
    beside = covers.get(session, places[0].cover_id) if places else None
    given = said if beside is None else reworded(replace(beside, retention_end=said.retention_end), as_said(words))
    return strictest(given, *decided)


def entered(session: Session, case: str, exhibit: str, asked: Handling) -> None:
    """Remember of an exhibit that was opened while its case is restricted that it was asked for fewer anyway."""
    place = handlings.find(session, SubjectKind.EXHIBIT, exhibit, case)
    within_case = handlings.find(session, SubjectKind.CASE, case)
    changes = handling_changes.of_handling(session, [place.id, within_case.id])
    if place.id not in changes and within_case.id in changes and widens(asked, _lasting(session, place, within_case)):
        handling_changes.add(session, place, asked, ENTERED, State.IN_FORCE, None)


def _check_place(
    session: Session, asked: Handling, *, case: str | None, exhibit: str | None, list_name: str | None
) -> None:
    """Refuse to put what fewer may use into an exhibit or list that is there for more: each has one handling.

    It is compared with what lasts, not with a restriction that ends.
    """
    kind, name = (SubjectKind.EXHIBIT, exhibit) if list_name is None else (SubjectKind.HASH_LIST, list_name)
    if name is None:
        return
    with suppress(NotVisible):
        place = handlings.find(session, kind, name, case if list_name is None else None)
        within_case = None if list_name is not None or case is None else handlings.find(session, SubjectKind.CASE, case)
        if widens(asked, _lasting(session, place, within_case)):
            raise StepRefused(NARROWER)


def _lasting(session: Session, place: Subject, within_case: Subject | None) -> Handling:
    """What the exhibit or list lies under once every restriction has ended."""
    subjects = [place] if within_case is None else [place, within_case]
    changes = handling_changes.of_handling(session, [subject.id for subject in subjects])
    decided = [
        effective_of(subject, [change for change in changes[subject.id] if change.until is None], today())
        for subject in subjects
        if subject.id in changes
    ]
    return narrowest(*decided) if decided else place.handling


def into_series(session: Session, intake: Intake, decided: Handling | None) -> Intake:
    """The intake as it goes into a series under what was `decided` for that; None: nothing was.

    Raises:
        StepRefused: the series is blocked.
    """
    if decided is None:
        return intake
    given = narrowest(intake.handling, decided)
    if given.is_blocked:
        raise StepRefused(BLOCKED)
    return replace(
        intake, handling=given, cover_id=described(session, intake.cover_id, given),
        read_under=intake.read_under or intake.handling,
    )  # fmt: skip


def series_decided(session: Session, series: Iterable[UUID]) -> dict[UUID, Handling]:
    """What was decided for these series, of those for which anything was; it holds until the transaction ends."""
    return handlings.hold_series(session, series)


def decided_by_name(session: Session) -> dict[str, UUID]:
    """The own unit's series for which anything was decided, by name."""
    return handlings.decided_series(session)


def check_series(session: Session, series: Iterable[UUID], seen: Mapping[UUID, Handling]) -> None:
    """Hold the series as they were `seen`, until the transaction ends: what is added now lies under that.

    Raises:
        Unavailable: something else was decided meanwhile, or one is ending; the same call goes by it.
    """
    held = list(series)
    if handlings.hold_series(session, held) != seen:
        raise Unavailable("The handling of a series was changed meanwhile; the same call goes on under the new one.")
    if tombstones.is_one_ending(session, held):
        raise Unavailable("A series is ending; the same call goes on without it once it has.")


def bring_under(session: Session, series_id: UUID) -> int:
    """Bring media that were put into the own unit's series under what was decided for it; how many moved."""
    subject = handlings.get(session, SubjectKind.SERIES, series_id)
    changes = handling_changes.of(session, [series_id]).get(series_id, [])
    if (words := words_in_force(changes)) is not None:
        recover_words(session, subject, words, reaches_own=False)
    return recover(session, subject, today()) if any(one.cover is None for one in changes) else 0


def keep_to(session: Session, series_id: UUID, given: Handling) -> None:
    """The own unit's series, which is new, restricts its media as those from which they came did."""
    subject = handlings.get(session, SubjectKind.SERIES, series_id)
    handling_changes.add(session, subject, given, ENTERED, State.IN_FORCE, None)


def end_due(actor: Actor) -> int:
    """Carry out the ends that have come for the actor's unit, each in a transaction of its own (`locks`); how many.

    One that fails stops no other.
    """
    with acting_as(actor) as session:
        found = handling_changes.due(session, today(), ENDS_PER_RUN_MAX)
    ended = 0
    for kept in found:
        try:
            with acting_as(actor) as session:
                end(session, kept.change.id)
        except ClewError as refused:
            log.error("a restriction could not end: %s", type(refused).__name__)  # noqa: TRY400
        else:
            ended += 1
    return ended


def end_all_due() -> int:
    """The same for every unit, by its calendar: nobody does it. How many; one unit's failure stops no other."""
    ended = 0
    for calendar in officers.calendars():
        with suppress(ClewError):
            ended += end_due(calendar)
    return ended


def overdue(since: date) -> int:
    """How many restrictions, of all units, should have ended by `since`; of each up to a run's most."""
    count = 0
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            count += len(handling_changes.due(session, since, ENDS_PER_RUN_MAX))
    return count


def ask_for_second(session: Session, *, is_asked: bool) -> None:
    """Say, as the member's administrator, whether a second officer must agree to a wider handling.

    Raises:
        StepRefused: the actor is no administrator.
    """
    if session.actor.role is not Role.NATIONAL_ADMINISTRATOR:
        raise StepRefused("Only an administrator of the member sets its rules.")
    handling_changes.ask_for_second(session, is_asked=is_asked)
    audit.append(session, "member.rule", session.actor.member, {"widening_needs_second": int(is_asked)})


def needs_second_officer(session: Session) -> bool:
    """Whether a wider handling needs a second officer of the unit."""
    return handling_changes.widening_needs_second(session)


def member_names(session: Session) -> dict[str, str]:
    """Name of each member by its code."""
    return members.names(session)


def _held(session: Session, subject: Subject) -> Subject:
    return handlings.get(session, subject.kind, subject.id)


def _put_in_force(session: Session, subject: Subject, change_id: UUID) -> int:
    """What lasted before is replaced by what lasts now, proposals too old lapse, and all rows follow."""
    changes = handling_changes.of(session, [subject.id])[subject.id]
    new = next(change for change in changes if change.id == change_id)
    now = datetime.now(tz=UTC)
    for old in changes:
        is_alike = (old.cover is None) == (new.cover is None) and old.until is None
        if new.until is None and old.id != new.id and is_alike and old.state is State.IN_FORCE:
            handling_changes.move(session, old.id, after(old, Step.REPLACE))
        elif has_lapsed(old, now):
            handling_changes.move(session, old.id, after(old, Step.LAPSE))
    if new.cover is not None:
        return recover_words(session, subject, new.cover, reaches_own=new.reaches_own)
    remember_narrower(session, subject)
    return recover(session, subject, today(), reaches_own=new.reaches_own)


def _counted(session: Session, moved: int) -> dict[str, int]:
    """What goes on record of a change: who is excluded by it reads no original any more that was opened to them."""
    ended = releases.ended_now(session)
    return {"media": moved, "releases_ended": ended} if ended else {"media": moved}


def _planned(session: Session, subject: Subject, given: Handling) -> Handling:
    """What would hold if `given` came into force now."""
    changes = handling_changes.of_handling(session, [subject.id]).get(subject.id, [])
    restrictions = [c.given for c in changes if c.state is State.IN_FORCE and c.until is not None and c.until > today()]
    return narrowest(given, *restrictions)
