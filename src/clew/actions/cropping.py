"""Cropping: an officer cuts an object out of a medium, a second lets it out, and whoever was asked is shown it alone.

The bytes of the medium go from the vault into the sandbox and nowhere else; what comes back are pixels.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from clew.actions import budgeting, sequencing, viewing
from clew.actions.cutter import Cutter
from clew.actions.viewing import RECEIPT_SECONDS_MAX
from clew.domain import agreement, crop
from clew.domain.agreement import State, Step
from clew.domain.cover import check_use, stated
from clew.domain.crop import CROPS_PER_MEDIUM_MAX, Box
from clew.domain.errors import ClewError, NotVisible, StepRefused, Unavailable
from clew.domain.handling import Actor, Use
from clew.domain.reveal_budget import OverBudget
from clew.media import cropping, lending
from clew.media.vault import Kept, Vault
from clew.records import audit, cases, covers, crops, media, medium_keys, officers
from clew.records.crops import Crop
from clew.records.session import Session, acting_as

CROPS_PER_PAGE_MAX = 100
ARRIVES_WITHIN_HOURS = 1
"""Bytes that are not there by then will not come: whoever cut the object out was stopped on the way."""
LAPSED_PER_RUN_MAX = 200
HOURS_OF_A_DAY = 24
CROP_BYTES_MAX = 2 * 1024 * 1024
SHOWN = "crop.show"

__all__ = ["Box", "Crop", "Piece", "State", "approve", "end", "look_after", "make", "page", "refuse", "revealed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is to be cut out: of the medium with that SHA-256, where, when in a moving one, and which object it is."""

    sha256: bytes
    box: Box
    words: str
    at_ms: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", crop.checked_words(self.words))
        crop.checked_moment(self.at_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some crops; `next` is where the following page begins, or None."""

    items: tuple[Crop, ...]
    next: UUID | None


def make(cutter: Cutter, actor: Actor, piece: Piece, *, purpose: str, case: str) -> UUID:
    """Cut an object out of an own unit's medium; nobody outside the unit sees it until a second officer agrees.

    `purpose` and `case` are what the officer states, as whenever a medium is shown. The crop belongs to that case
    where it is an own one that holds the medium, and goes with it.

    Raises:
        Invalid: no purpose or case is stated.
        NotVisible: the unit has no such medium.
        StepRefused: the medium is not kept for that purpose, or has as many crops as it may.
        Undecodable: nothing can be read there.
        Unavailable: the audit, the sandbox or the bytes are not to be had.
    """
    with acting_as(actor) as session:
        medium_id = media.own(session, piece.sha256)
        if crops.count_of(session, medium_id) >= CROPS_PER_MEDIUM_MAX:
            raise StepRefused(
                "There are {most} crops of this medium already: end some first.", most=CROPS_PER_MEDIUM_MAX
            )
        of_case = medium_keys.of(session, [medium_id], first=_case(session, case)).get(medium_id)
    with (
        viewing.revealed(cutter.vault, actor, medium_id, purpose=purpose, case=case) as reader,
        lending.lent(reader) as fd,
    ):
        png = cropping.cropped(cutter.nursery, fd, reader.size_bytes, piece.box, piece.at_ms)
    if of_case is None:
        raise Unavailable("The bytes of this medium are not kept here.")
    return _keep(cutter.vault, actor, (medium_id, of_case.case_id), piece, png)


def page(
    session: Session, *, limit: int = CROPS_PER_PAGE_MAX, after: UUID | None = None, is_waiting: bool = False
) -> Page:
    """Crops of the actor's unit, the newest first; if asked those alone that wait for the actor to let them out."""
    audit.append(session, "crop.list", "", owner=session.actor.member)
    found = crops.page(session, limit + 1, after, is_waiting=is_waiting)
    return Page(items=found[:limit], next=found[limit - 1].id if len(found) > limit else None)


def let_out(session: Session, limit: int) -> tuple[Crop, ...]:
    """The latest crops of the actor's unit that may go with a question."""
    audit.append(session, "crop.list", "", owner=session.actor.member)
    return crops.page(session, limit, state=State.IN_FORCE)


def look(session: Session, crop_id: UUID) -> Crop:
    """What is known of a crop of the actor's unit; not what it shows.

    Raises:
        NotVisible: the unit has none of that identifier.
    """
    found = crops.get(session, crop_id)
    audit.append(session, "crop.read", str(found.id), owner=session.actor.member)
    return found


def approve(session: Session, crop_id: UUID) -> None:
    """Agree, as the second officer, that the object is shown to units that are asked about it.

    Raises:
        NotVisible: the unit has none of that identifier.
        SecondPersonNeeded: the officer cut it out.
        StepRefused: it is decided already, has lapsed, its bytes are not there, or its medium is under examination.
    """
    # The medium first, as whoever has it go takes them.
    medium = media.held(session, crops.get(session, crop_id).medium_id, stays=True)
    found = crops.get(session, crop_id, holds=True)
    state = agreement.approved(found, by=session.actor.officer, now=datetime.now(UTC))
    if not found.is_there:
        raise StepRefused("This crop is not there yet: try again in a moment.")
    if medium.is_blocked:
        raise StepRefused("This medium is under examination: nothing of it is let out.")
    crops.move(session, found.id, state)
    audit.append(session, "crop.approve", str(found.id), owner=session.actor.member)


def refuse(vault: Vault, session: Session, crop_id: UUID) -> None:
    """Refuse or take back what was proposed; its bytes go. Any officer of the unit may.

    Raises:
        NotVisible: the unit has none of that identifier.
        StepRefused: it is decided already.
    """
    _leave(vault, session, crop_id, Step.WITHDRAW, "crop.refuse")


def end(vault: Vault, session: Session, crop_id: UUID) -> None:
    """End a crop that was let out: nobody is shown it any more, and its bytes go. Raises as `refuse`."""
    _leave(vault, session, crop_id, Step.END, "crop.end")


def check_shown(session: Session, crop_id: UUID) -> None:
    """That the actor's unit can be shown the object now; nothing of it is shown by that.

    Raises:
        NotVisible: there is none, or it is not shown to the unit.
    """
    if not crops.is_shown(session, crop_id):
        raise NotVisible("There is no such object to be shown.")
    audit.append(session, "crop.find", str(crop_id))


def refusal(actor: Actor, crop_id: UUID, *, purpose: str, case: str) -> OverBudget | None:
    """Why the reveal budget lets the object not be shown now: asked where a page shows it and could not say so.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: there is none, or it is not shown to the actor's unit.
    """
    statement = stated(purpose, case)
    with acting_as(actor, Use.ORIGINAL) as session:
        return budgeting.refusal(
            session, SHOWN, str(crop_id), purpose=statement.purpose, case=statement.case_reference,
            owner=crops.bytes_of(session, crop_id).member,
        )  # fmt: skip


@contextmanager
def revealed(
    vault: Vault, actor: Actor, crop_id: UUID, *, purpose: str, case: str,
    within_seconds: float = RECEIPT_SECONDS_MAX,
) -> Iterator[bytes]:  # fmt: skip
    """The object, as a PNG, for as long as the `with` block lasts: of the own unit, or shown to it with a question.

    The act is in the signed log before the key is unwrapped, as in `viewing.revealed`; the owner sees who looked.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is stated.
        NotVisible: there is none, or it is not shown to the actor's unit.
        StepRefused: its medium is not kept for that purpose; OverBudget: the reveal budget is used up (on record).
        Unavailable: the audit cannot be written or put in order, or the bytes are not here.
    """
    statement = stated(purpose, case)
    with acting_as(actor, Use.ORIGINAL) as session:
        found = crops.bytes_of(session, crop_id)
        if found.purposes is not None and statement.purpose not in found.purposes:
            raise StepRefused("This object is not kept for that purpose: ask its owner.")
        with suppress(NotVisible):  # of another's medium nothing more is known here
            medium = media.held(session, crops.get(session, crop_id).medium_id)
            cover = covers.get(session, medium.cover_id)
            check_use(cover, Use.ORIGINAL, statement, is_own=True, is_blocked=medium.is_blocked)
        spent = budgeting.spend(
            session, SHOWN, str(crop_id), purpose=statement.purpose, case=statement.case_reference, owner=found.member
        )
    sequencing.receipt(spent.granted(), within_seconds=within_seconds)
    kept = Kept(blob=found.blob, wrapped=found.wrapped)
    with vault.open(found.member, str(found.case_id), found.name, kept) as reader:
        yield reader.read(0, CROP_BYTES_MAX)


def look_after(vault: Vault) -> None:
    """Let go what nobody agreed to in time, and what was stopped on its way into the vault, of every unit.

    What fails is tried again by the next run, and stops no other.
    """
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            lapsed = crops.lapsed(session, agreement.PROPOSAL_DAYS_MAX, ARRIVES_WITHIN_HOURS, LAPSED_PER_RUN_MAX)
        for crop_id in lapsed:
            with suppress(ClewError), acting_as(calendar) as session:
                _leave(vault, session, crop_id, Step.LAPSE, "crop.lapse")


def overdue() -> int:
    """How many objects, of all units, should have gone a day ago."""
    count = 0
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            days, hours = agreement.PROPOSAL_DAYS_MAX + 1, ARRIVES_WITHIN_HOURS + HOURS_OF_A_DAY
            count += len(crops.lapsed(session, days, hours, LAPSED_PER_RUN_MAX))
    return count


def _case(session: Session, reference: str) -> UUID | None:
    with suppress(NotVisible):
        return cases.find_own(session, reference.strip())
    return None


def _keep(vault: Vault, actor: Actor, of: tuple[UUID, UUID], piece: Piece, png: bytes) -> UUID:
    """The row first, which names the blob; then the bytes: what is stopped between is found and let go.

    `of`: the medium, and the case that the piece belongs to.
    """
    medium_id, case_id = of
    # Its name in the vault is one of chance: two equal pieces are two blobs, and each goes by itself.
    name = secrets.token_bytes(crops.NAME_BYTES)
    blob = vault.blob_of((actor.member, str(case_id), name))
    with acting_as(actor) as session:
        crop_id = crops.propose(
            session, medium_id, case_id, piece.box, piece.at_ms, piece.words, name=name, blob=blob
        )
        audit.append(session, "crop.make", str(crop_id), owner=actor.member)
    kept = vault.put(actor.member, str(case_id), name, [png], len(png))
    try:
        with acting_as(actor) as session:
            crops.arrive(session, crop_id, kept.wrapped)
            audit.append(session, "crop.keep", str(crop_id), owner=actor.member)
    except NotVisible:
        vault.remove([blob])
        raise
    return crop_id


def _leave(vault: Vault, session: Session, crop_id: UUID, step: Step, act: str) -> None:
    """The bytes leave within the transaction: whoever is stopped finds the crop as it was and does it again.

    Nobody else has a blob of this name, so none has to be asked.
    """
    found = crops.get(session, crop_id, holds=True)
    blob = crops.move(session, found.id, agreement.after(found, step))
    if blob is not None:
        vault.remove([blob])
    audit.append(session, act, str(found.id), owner=session.actor.member)
