"""Referring: two officers hand over what their unit knows of a series to the country in which it was probably made.

A package holds the own unit's records, and of others' only what whoever gets it may see by itself. It holds no medium
and nobody's identity; objects are in it that two officers let out.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from clew.actions import assembling, cropping
from clew.actions.opening import today
from clew.domain import agreement, referral
from clew.domain.country import country as checked_country
from clew.domain.cover import stated
from clew.domain.errors import ClewError, Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Handling
from clew.domain.message import Kind, SubjectKind, checked_due, checked_text
from clew.domain.referral import (
    CROPS_MAX,
    KNOWN_TO_THE_RECIPIENT,
    PACKAGE_BYTES_MAX,
    READ_BY_THE_RECIPIENT,
    SAID_WHY,
    ZIP_BYTES_MAX,
    Package,
    Section,
    State,
    Step,
)
from clew.formats import referral as packing
from clew.formats.referral_pdf import as_pdf
from clew.keys import certificates
from clew.media.vault import Vault
from clew.records import audit, crops, media, members, messages, officers, referrals, series
from clew.records.referrals import Referral
from clew.records.series import SeriesRow
from clew.records.session import Session, acting_as

REFERRALS_PER_PAGE_MAX = 100
LAPSED_PER_RUN_MAX = 100

__all__ = ["Page", "Referral", "State", "Step", "View", "Wanted", "approve", "build", "look", "look_after", "move",
           "pack", "page"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall be handed over. `to`: member and unit, or None where the country does not take part."""

    series: str
    country: str
    to: tuple[str, str] | None
    due_on: date
    words: str
    sections: frozenset[Section]
    crops: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some referrals; `next` is where the following page begins, or None."""

    items: tuple[Referral, ...]
    next: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A referral with its package, as far as the actor's unit reads that; `is_own`: it is the unit that hands over."""

    referral: Referral
    package: Package | None
    is_own: bool
    steps: tuple[Step, ...]


def build(session: Session, wanted: Wanted) -> str:
    """Build a package about an own series for a country; its reference. A second officer hands it over.

    Raises:
        NotVisible: the unit has no such series or crop.
        StepRefused: the series is under examination, or a crop is not let out.
        Invalid: it is no country, no such unit takes part or it is the own, the member is excluded from the series or
            from the medium of a crop, the day or the words are of no use, or it is more than a package may hold.
    """
    code, due, words = checked_country(wanted.country), checked_due(wanted.due_on, today()), checked_text(wanted.words)
    found = _own_series(session, wanted.series)
    to = _checked_to(session, wanted.to, code, found.handling)
    pieces = _checked_crops(session, wanted.crops, None if to is None else to[0])
    referral_id, reference = referrals.propose(session, found.id, code, to, due, wanted.crops)
    about = assembling.About(
        reference=reference, country=code, to=to, words=words, sections=wanted.sections,
        objects=tuple(one.words for one in pieces),
    )  # fmt: skip
    text = packing.as_json(assembling.package(session, found, about))
    if len(text.encode()) > PACKAGE_BYTES_MAX:
        raise Invalid("This is more than a package may hold: name fewer sections.")
    referrals.keep_package(session, referral_id, text, _named(packing.from_json(text)))
    audit.append(session, "referral.build", str(referral_id), {"crops": len(pieces)}, owner=session.actor.member)
    return reference


def page(
    session: Session, *, limit: int = REFERRALS_PER_PAGE_MAX, after: UUID | None = None, is_waiting: bool = False
) -> Page:
    """Referrals of the actor's unit and those that were handed to it, the latest first."""
    found = referrals.page(session, limit + 1, after, is_waiting=is_waiting)
    audit.append(session, "referral.list", "", owner=session.actor.member, shown={one.member for one in found[:limit]})
    return Page(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)


def look(session: Session, reference: str) -> View:
    """A referral with its package, as far as the actor's unit may read it.

    Raises:
        NotVisible: there is none, or the unit has no part in it.
    """
    found = referrals.find(session, reference)
    audit.append(session, "referral.read", str(found.id), owner=found.member)
    return _view(session, found)


def seen(session: Session, reference: str) -> None:
    """That the unit has a part in the referral.

    Raises:
        NotVisible: there is none, or it has not.
    """
    found = referrals.find(session, reference)
    audit.append(session, "referral.find", str(found.id), owner=found.member)


def approve(session: Session, reference: str) -> None:
    """Agree, as the second officer, to hand it over: the other unit reads it from then on.

    Raises:
        NotVisible: there is none, or the unit has no part in it.
        SecondPersonNeeded: the officer built it.
        StepRefused: it is decided or has lapsed, its series or a medium of its crops is under examination, or what it
            says of a medium is not to be told there any more.
        Invalid: the member is excluded from the series or from a medium of its crops by now.
    """
    found = referrals.find(session, reference)
    referral.check_taken(Step.APPROVE, is_own=_is_own(session, found))
    held = referrals.find(session, reference, holds=True)
    state = referral.approved(
        held.state, proposed_by=held.proposed_by, proposed_at=held.proposed_at, by=session.actor.officer,
        now=datetime.now(UTC),
    )  # fmt: skip
    row = series.of(session, [held.series_id])[held.series_id]
    package = packing.from_json(referrals.package_of(session, held.id))
    _check_open(row.handling)
    _check_not_excluded(held.to_member, row.handling)
    _checked_crops(session, held.crop_ids, held.to_member)
    _check_told(session, package, held.to_member)
    referrals.move(session, held, state, is_decided=True)
    if held.to_member is not None and held.to_unit is not None:
        made = messages.add(session, held.to_member, held.to_unit, SubjectKind.REFERRAL, held.id, held.due_on)
        messages.write(session, made, Kind.REQUEST, package.words)
    audit.append(session, "referral.approve", str(held.id), owner=session.actor.member)


def move(session: Session, reference: str, step: Step, words: str = "") -> None:
    """Withdraw an own referral; accept, decline or hand back one that was handed to the unit.

    Raises:
        NotVisible: there is none, or the unit has no part in it.
        StepRefused: the step is not possible now, or is the other side's.
        Invalid: the words are missing where they are due, or of no use.
    """
    text = checked_text(words, is_demanded=step in SAID_WHY)
    found = referrals.find(session, reference, holds=True)
    referral.check_taken(step, is_own=_is_own(session, found))
    if step in (Step.APPROVE, Step.LAPSE):
        raise StepRefused("A second officer approves a referral; it lapses by itself.")
    state = referral.after(found.state, step)
    referrals.move(session, found, state)
    if step is Step.WITHDRAW:
        referrals.forget_package(session, found.id)
    else:
        for correspondence_id in messages.about(session, SubjectKind.REFERRAL, found.id):
            messages.write(session, correspondence_id, Kind.ANSWER, text or step.value)
    audit.append(session, f"referral.{step.value}", str(found.id), owner=found.member)


def now(_session: Session) -> datetime:
    """This moment."""
    return datetime.now(UTC)


def pack(
    vault: Vault, actor: Actor, reference: str, *, purpose: str, case: str, seed: bytes,
    moment: Callable[[Session], datetime] = now,
) -> bytes:  # fmt: skip
    """The whole of it as one ZIP with a signed manifest, to be handed on by file or on paper; up to `ZIP_BYTES_MAX`.

    Each object in it is on record as shown, for the purpose and the case that are stated. `moment` is asked, in the
    transaction of the act, when it was packed: at one moment it is always the same bytes.

    Raises:
        NotVisible: there is none, or the unit does not read it.
        StepRefused: a second officer has not agreed yet, or the series is under examination.
    """
    statement = stated(purpose, case)
    with acting_as(actor) as session:
        found = referrals.find(session, reference)
        if found.state not in KNOWN_TO_THE_RECIPIENT:
            raise StepRefused("A second officer of the unit agrees before a package leaves the node.")
        if _is_own(session, found):  # whoever it was handed to does not read it then
            _check_open(series.of(session, [found.series_id])[found.series_id].handling)
        text, packed_at = referrals.package_of(session, found.id), moment(session)
        audit.append(
            session, "referral.pack", str(found.id), {"crops": len(found.crop_ids)}, owner=found.member,
            purpose=statement.purpose, case=statement.case_reference,
        )  # fmt: skip
    package, pieces = packing.from_json(text), {}
    for (file, _), crop_id in zip(package.crops, found.crop_ids, strict=True):
        with cropping.revealed(vault, actor, crop_id, purpose=purpose, case=case) as png:
            pieces[file] = png
    files = {packing.PACKAGE: text.encode(), packing.PAPER: as_pdf(package, pieces), **pieces}
    signed = certificates.signed(packing.manifest(found.reference, packed_at, files), seed)
    packed = packing.as_zip(signed, files)
    if len(packed) > ZIP_BYTES_MAX:
        raise Invalid("This is more than a package may hold: name fewer sections.")
    return packed


def look_after() -> None:
    """Let go what nobody agreed to in time; each unit's calendar does. One unit's failure stops no other."""
    for calendar in officers.calendars():
        with suppress(ClewError), acting_as(calendar) as session:
            for reference in referrals.lapsed(session, agreement.PROPOSAL_DAYS_MAX, LAPSED_PER_RUN_MAX):
                found = referrals.find(session, reference, holds=True)
                referrals.move(session, found, referral.after(found.state, Step.LAPSE))
                referrals.forget_package(session, found.id)
                audit.append(session, "referral.lapse", str(found.id), owner=calendar.member)


def _is_own(session: Session, found: Referral) -> bool:
    return (session.actor.member, session.actor.unit) == (found.member, found.unit)


def _own_series(session: Session, name: str) -> SeriesRow:
    found = series.find(session, name)
    if (found.handling.owner_member, found.handling.owner_unit) != (session.actor.member, session.actor.unit):
        raise NotVisible("Your unit has no such series.")
    _check_open(found.handling)
    return found


def _check_open(handling: Handling) -> None:
    if handling.is_blocked:
        raise StepRefused("This series is under examination: nothing of it is handed over.")


def _checked_to(
    session: Session, to: tuple[str, str] | None, country: str, handling: Handling
) -> tuple[str, str] | None:
    if to is None:
        if country in {line.code for line in members.lines(session)}:
            raise Invalid("This country takes part: say which of its units gets it.")
        return None
    if to not in {(one.member, one.code) for one in members.units(session)}:
        raise Invalid("No such unit takes part: say which member and unit gets it.")
    if to[0] == session.actor.member:
        raise Invalid("A referral is to another member than one's own.")
    _check_not_excluded(to[0], handling)
    return to


def _check_not_excluded(to_member: str | None, handling: Handling) -> None:
    if to_member in handling.excluded:
        raise Invalid("This member is excluded from the series: nothing of it is handed over there.")


def _check_told(session: Session, package: Package, to_member: str | None) -> None:
    """A package is made days before it is agreed to: what it says of media may have been hidden meanwhile."""
    named = _named(package)
    if referrals.told_of(session, named, to_member) < len(named):
        raise StepRefused("What this package says of a medium is not to be told there any more: make it anew.")


def _named(package: Package) -> list[bytes]:
    """SHA-256 of the media that it speaks of."""
    named = {str(line["sha256"]) for line in package.sections.get(Section.MEDIA, ())}
    named |= {str(line["medium"]) for line in package.sections.get(Section.CLUES, ())}
    return [bytes.fromhex(one) for one in named]


def _checked_crops(session: Session, crop_ids: Sequence[UUID], to_member: str | None) -> list[crops.Crop]:
    if len(crop_ids) > CROPS_MAX or len(set(crop_ids)) != len(crop_ids):
        raise Invalid("A package holds up to {most} objects, each once.", most=CROPS_MAX)
    found = [crops.get(session, crop_id) for crop_id in crop_ids]
    for one in found:
        if one.state is not agreement.State.IN_FORCE:
            raise StepRefused("A second officer of your unit lets an object out before it goes with a package.")
        if media.held(session, one.medium_id).is_blocked:
            raise StepRefused("A medium of these objects is under examination: nothing of it is handed over.")
        if to_member in media.excluded_from(session, one.medium_id):
            raise Invalid("A member that is excluded from a medium is not shown an object of it.")
    return found


def _view(session: Session, found: Referral) -> View:
    is_own = _is_own(session, found)
    readable = KNOWN_TO_THE_RECIPIENT | {State.PROPOSED} if is_own else READ_BY_THE_RECIPIENT
    package = None
    if found.state in readable:
        with suppress(*[NotVisible] if is_own else []):  # it went with the media that it named
            package = packing.from_json(referrals.package_of(session, found.id))
    steps = tuple(
        step for step in referral.STEPS[found.state]
        if step is not Step.LAPSE and (step in referral.BY_THE_RECIPIENT) is not is_own
    )  # fmt: skip
    return View(referral=found, package=package, is_own=is_own, steps=steps)
