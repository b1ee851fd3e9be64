"""Gathering: what belongs to a series and which series are one, asserted by a unit and taken back by nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clew.actions import identifying, restricting, retaining, withdrawing
from clew.actions.opening import check_members, handling_beside, keep_cover
from clew.domain.cover import Cover
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Handling
from clew.domain.handling_change import SubjectKind
from clew.domain.naming import named
from clew.domain.series import SERIES_TOGETHER_MAX, TEXT_CHARACTERS_MAX, checked_words
from clew.records import (
    audit,
    case_stacks,
    cases,
    exhibits,
    handlings,
    merges,
    narratives,
    proposals,
    rejections,
    series,
    series_media,
    splits,
    tombstones,
)
from clew.records.series import SeriesRow
from clew.records.session import Session

MEDIA_NAMED_MAX = 10_000
"""How many media one act names; a whole exhibit needs no names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """How many own media were taken out of a series, and of how many of others the unit says that they are not in it.
    """

    taken_out: int
    dissented: int


def open_new(session: Session, title: str, handling: Handling) -> SeriesRow:
    """Open a series of the own unit, kept for the term of its type.

    Raises:
        Invalid: the title is taken or none, or the handling names a member who does not take part.
    """
    titled = named(title)
    if series.is_own(session, titled):
        raise Invalid("Your unit has a series of this title.")
    said = Cover(retention_end=retaining.default_end(session, SubjectKind.SERIES))
    cover_id = keep_cover(session, handling, said)
    made = series.open_all(session, [titled], handling, cover_id, opened_by=None)[titled]
    audit.append(session, "series.open", str(made))
    return series.of(session, [made])[made]


def merge(session: Session, one: str, other: str, reason: str, handling: Handling | None = None) -> UUID:
    """Assert that two series that the actor sees are one; the assertion, which the actor's unit may withdraw.

    One row, however many media they have; neither series, nor what anybody else says of it, changes. Whoever may see
    the assertion and both series sees them as one. Without a `handling` it lies under that of the own ones of
    the two, or is seen by all who see both.

    Raises:
        NotVisible: there is no such series, or the actor may not see it.
        Invalid: it is one and the same, or there is no reason.
        StepRefused: one of them is ending or under examination, or too many would be seen as one.
    """
    kept = checked_words(reason, is_demanded=True)
    first, second = series.find(session, one), series.find(session, other)
    if first.id == second.id:
        raise Invalid("These are one and the same series.")
    _hold(session, first, second)
    merge_id, count = _merge(session, first, second, kept, handling)
    audit.append(session, "series.merge", str(first.id), {"series": count}, shown=_owners(first, second))
    return merge_id


def add(
    session: Session, name: str, *, media: Sequence[bytes] = (), case: str | None = None, exhibit: str | None = None
) -> int:
    """Put own media (named by their SHA-256, or all of an own case or exhibit) into a series; how many are new.

    The series may be another member's that the actor sees: what is asserted lies under each medium's own cover.

    Raises:
        NotVisible: there is no such series, case or exhibit, or the unit has no such medium.
        Invalid: too many are named.
        StepRefused: the series is ending or under examination.
    """
    found = series.find(session, name)
    _hold(session, found)
    if case is None:
        _check_held(session, media)
        put = series_media.put_named(session, found.id, media)
        rejections.forget(session, found.id, media)
        withdrawing.of_contents(session, found.id)
        proposals.drop(session, found.id, names=media)
        series_media.withdraw_dissents(session, of_series=found.id, names=media)
    else:
        case_id = cases.find_own(session, case)
        exhibit_id = None if exhibit is None else exhibits.find(session, case_id, exhibit)
        put = series_media.put_found(session, found.id, case_id, exhibit_id)
    if _is_own(session, found):
        restricting.bring_under(session, found.id)
    audit.append(session, "series.add", str(found.id), {"media": len(put)})
    return len(put)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacked:
    """How many media of how many stacks were meant, and the contents of those that are new in the series."""

    media: int
    stacks: int
    new: tuple[bytes, ...]


def add_stacks(
    session: Session, name: str, case: str, media: Sequence[bytes], exhibit: str | None = None, *,
    unit: str | None = None,
) -> Stacked:  # fmt: skip
    """Put own media (named by their SHA-256) with all that the actor sees in their stacks in a case into a series.

    Of an exhibit, if one is named; `unit`: whose case it is, where that is not the own.

    Raises:
        NotVisible: there is no such series, case or exhibit, or the own unit has no such medium.
        Invalid: too many are named, or lie in the stacks; or none is named.
        StepRefused: the series is ending or under examination.
    """
    case_id = cases.find(session, case, unit)
    exhibit_id = None if exhibit is None else exhibits.find(session, case_id, exhibit)
    _check_held(session, media)
    of = case_stacks.named(session, case_id, media)
    lying = case_stacks.members(session, case_id, exhibit_id, of, MEDIA_NAMED_MAX + 1)
    whole = list(dict.fromkeys([*media, *series_media.own_contents(session, list(lying)).values()]))
    before = series_media.contents_in(session, series.find(session, name).id, whole)
    add(session, name, media=whole)
    new = tuple(content for content in whole if content not in before)
    return Stacked(media=len(whole), stacks=len({*lying.values()}), new=new)


def remove(
    session: Session, name: str, media: Sequence[bytes], reason: str, handling: Handling | None = None
) -> Removed:
    """Say that media (named by their SHA-256) are not in a series, and never propose them for it again.

    What the own unit put there is taken out; what others put there stays theirs, and the own unit dissents.

    Raises:
        NotVisible: there is no such series, or it has none of these media as far as the actor sees.
        Invalid: there is no reason, or too many are named.
        StepRefused: the series is ending or under examination.
    """
    kept = checked_words(reason, is_demanded=True)
    found = series.find(session, name)
    _hold(session, found)
    _check_count(media)
    foreign = series_media.foreign_in(session, found.id, media)
    taken_out = series_media.take_out(session, found.id, media)
    if not taken_out and not foreign:
        raise NotVisible("There is no such medium in this series.")
    given = handling or _handling_for(session, found)
    check_members(session, given)
    said = series_media.dissent(session, found.id, foreign, kept, given)
    rejections.remember(session, found.id, media)
    withdrawing.of_contents(session, found.id)
    proposals.drop(session, found.id, names=media)
    audit.append(session, "series.remove", str(found.id), {"media": taken_out, "dissents": len(said)})
    return Removed(taken_out=taken_out, dissented=len(foreign))


def split(session: Session, name: str, media: Sequence[bytes], title: str, reason: str) -> SeriesRow:
    """Move what the own unit put into a series, or into one seen as one with it, to a new own series of that title.

    What others put there stays, and that the two are one is not proposed again. The new series lies under the handling
    of the old one, where that is the own unit's.

    Raises:
        NotVisible: there is no such series, or the unit put none of these media (named by SHA-256) into it.
        Invalid: the title is taken or none, there is no reason, or too many media are named.
        StepRefused: a series from which something would move is ending or under examination.
    """
    kept, titled = checked_words(reason, is_demanded=True), named(title)
    found = series.find(session, name)
    _check_count(media)
    sources = list(series.of(session, merges.together(session, [found.id])[found.id]).values())
    _hold(session, *sources)
    if series.is_own(session, titled):
        raise Invalid("Your unit has a series of this title.")
    given = _handling_for(session, *sources)
    decided = handlings.hold_series(session, [one.id for one in sources if _is_own(session, one)])
    cover_id = found.cover_id if _is_own(session, found) else None
    into = series.open_all(session, [titled], given, cover_id, opened_by=None)[titled]
    moved = series_media.move(session, [one.id for one in sources], into, media)
    if not moved:
        raise NotVisible("Your unit put no such medium into this series.")
    if decided:
        restricting.keep_to(session, into, given)
    splits.add(session, found.id, into, moved, kept)
    _refuse(session, into, [one.id for one in sources])
    audit.append(session, "series.split", str(found.id), {"media": moved})
    return series.of(session, [into])[into]


def undo(session: Session, assertion_id: UUID) -> None:
    """Take back an own assertion: a merge, a dissent, or a split, whose two series are said to be one again.

    That two series are one is not proposed again once that was taken back.

    Raises:
        NotVisible: the actor's unit has no such assertion.
        StepRefused: a series that was split is ending or under examination.
    """
    parted = splits.own(session, assertion_id)
    if parted is not None:
        about = _join_again(session, parted)
    else:
        dissents = series_media.withdraw_dissents(session, one=assertion_id)
        about = dissents[0] if dissents else _part(session, assertion_id)
    audit.append(session, "series.undo", str(about))


def narrate(session: Session, name: str, words: str) -> None:
    """Tell what is known of an own series; earlier versions stay.

    Raises:
        NotVisible: the unit has no such series.
        Invalid: there are no words, or too many.
    """
    kept = checked_words(words, characters_max=TEXT_CHARACTERS_MAX, is_demanded=True)
    series_id, _ = series.hold_own(session, name)
    narratives.add(session, series_id, kept)
    audit.append(session, "series.narrate", str(series_id))


def _merge(
    session: Session, one: SeriesRow, other: SeriesRow, reason: str, handling: Handling | None
) -> tuple[UUID, int]:
    """Keep that the two are one, and what follows from it; the assertion, and how many the actor sees as one now."""
    given = handling or _handling_for(session, one, other)
    check_members(session, given)
    merge_id = merges.add(session, one.id, other.id, reason, given)
    together = merges.together(session, [one.id])[one.id]
    if len(together) > SERIES_TOGETHER_MAX:
        raise StepRefused("More than {most} series would be seen as one.", most=SERIES_TOGETHER_MAX)
    _accepted(session, one.id, other.id)
    identifying.follow_merge(session, merges.own(session, merge_id))
    return merge_id, len(together)


def _refuse(session: Session, one: UUID, others: Sequence[UUID]) -> None:
    """That these series are one with it is not proposed again, and what waits of that waits no longer."""
    rejections.remember(session, one, others)
    proposals.drop(session, one, others=others)


def _accepted(session: Session, one: UUID, other: UUID) -> None:
    """The two are one: whoever said otherwise before has thought better of it, and nothing of it waits."""
    rejections.forget(session, one, [other])
    proposals.drop(session, one, others=[other])


def _part(session: Session, merge_id: UUID) -> UUID:
    """Take back that two series are one; the first of them."""
    one, other = merges.withdraw(session, merge_id)
    _refuse(session, one, [other])
    identifying.follow_merge(session, merges.own(session, merge_id))
    return one


def _join_again(session: Session, parted: splits.Split) -> UUID:
    rows = series.of(session, [parted.a_series, parted.b_series])
    one, other = rows[parted.a_series], rows[parted.b_series]
    _hold(session, one, other)
    _merge(session, one, other, "The split is undone.", None)
    return one.id


def _hold(session: Session, *some: SeriesRow) -> None:
    """Hold those of the series that are the own unit's; nothing is said of what is ending or under examination."""
    handlings.hold_series(session, [one.id for one in some if _is_own(session, one)])
    if any(one.handling.is_blocked for one in some) or tombstones.is_one_ending(session, [one.id for one in some]):
        raise StepRefused("A series that is ending or under examination stays as it is.")


def _check_held(session: Session, media: Sequence[bytes]) -> None:
    _check_count(media)
    if series_media.held_of(session, media) != {*media}:
        raise NotVisible("Your unit has no such medium.")


def _check_count(media: Sequence[bytes]) -> None:
    if not 0 < len(media) <= MEDIA_NAMED_MAX:
        raise Invalid("Name 1 to {most} media by their SHA-256.", most=MEDIA_NAMED_MAX)


def _is_own(session: Session, one: SeriesRow) -> bool:
    return one.handling.is_of_unit_of(session.actor)


def _owners(*some: SeriesRow) -> set[str]:
    return {one.handling.owner_member for one in some}


def _handling_for(session: Session, *some: SeriesRow) -> Handling:
    """That of the own ones of the series; else for all, of whom only those who see the series will see it."""
    return handling_beside(session, [one.handling for one in some])
