"""Uploading: a small set of files comes through a browser, and then goes the way of every intake."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from clew.actions import opening, restating, restricting, retaining, walking
from clew.actions.walking import AddJob
from clew.domain.cover import Words
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Audience, handled
from clew.domain.handling_change import SubjectKind
from clew.domain.intake import ChunkState
from clew.domain.retention import calendar_of
from clew.domain.upload import OPEN_PER_OFFICER_MAX, Promised, State, Upload, check_piece, promised
from clew.keys.keyring import OWN
from clew.media.uploads import Uploads, name_of
from clew.records import audit, cases, intakes, officers, uploads
from clew.records.intakes import Intake, Stub
from clew.records.session import Session, acting_as

__all__ = [
    "State", "Upload", "Uploads", "View", "append", "begin", "cancel", "come", "look", "look_after", "own", "take_in",
]  # fmt: skip
ADDER = Callable[[UUID], AddJob]
"""Gives, for an intake, what adds its jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An upload, its files as they were promised, and how many bytes of each have come."""

    upload: Upload
    files: tuple[Promised, ...]
    come: tuple[int, ...]


def begin(
    session: Session, place: Uploads, host: str, case: str, exhibit: str, files: Sequence[tuple[str, int]]
) -> Upload:
    """Say what is to come, and into which exhibit; both may be new.

    Raises:
        Invalid: it cannot be, or is more than a browser is for.
        StepRefused: the role enters no records, or too many uploads are open.
        Unavailable: there is no room.
    """
    kept_case, kept_exhibit, kept = promised(case, exhibit, files)
    opening.check_enters(session)
    if uploads.count_open(session) >= OPEN_PER_OFFICER_MAX:
        raise StepRefused("You have {most} uploads open: end or cancel one first.", most=OPEN_PER_OFFICER_MAX)
    made = uploads.begin(session, kept_case, kept_exhibit, kept, host)
    place.begin(session.actor.member, _scope(session, kept_case), made.id, kept)
    audit.append(session, "upload.begin", str(made.id), {"files": len(kept)}, owner=session.actor.member)
    return made


def own(session: Session) -> tuple[Upload, ...]:
    """The actor's own uploads, the latest first."""
    audit.append(session, "upload.list", "", owner=session.actor.member)
    return uploads.own(session)


def look(session: Session, place: Uploads, upload_id: UUID) -> View:
    """The actor's own upload, and how far each file has come.

    Raises:
        NotVisible: the actor has none of that identifier.
    """
    found = uploads.get(session, upload_id)
    audit.append(session, "upload.read", str(found.id), owner=session.actor.member)
    staged = place.opened(session.actor.member, found.id)
    return View(upload=found, files=staged.files, come=tuple(staged.come()))


def come(session: Session, place: Uploads, upload_id: UUID, number: int) -> int:
    """How many bytes of a file have come; part of the upload that is on record.

    Raises:
        NotVisible: the actor has no such upload, or it has no such file.
    """
    found = uploads.get(session, upload_id)
    return place.opened(session.actor.member, found.id).size(number)


def append(session: Session, place: Uploads, upload_id: UUID, number: int, offset: int, piece: bytes) -> int:
    """Put a piece behind what has come of a file; how many bytes there are then. Part of the upload that is on record.

    Raises:
        NotVisible: the actor has no such upload, or it has no such file.
        Invalid: it is no part of that file.
        StepRefused: the upload has ended, or the file has another length now.
        Unavailable: there is no room.
    """
    found = uploads.get(session, upload_id)
    staged = place.opened(session.actor.member, found.id)
    check_piece(staged.file(number), offset, len(piece))
    if found.state is not State.OPEN:
        raise StepRefused("This upload has ended.")
    return staged.append(number, offset, piece)


def cancel(session: Session, place: Uploads, upload_id: UUID) -> None:
    """It is no more, and what has come goes at once.

    Raises:
        NotVisible: the actor has none of that identifier.
        StepRefused: it is being taken in.
    """
    found = uploads.get(session, upload_id, holds=True)
    if found.state is not State.OPEN:
        raise StepRefused("This upload is being taken in.")
    uploads.forget(session, found.id)
    place.remove(found.id)
    audit.append(session, "upload.cancel", str(found.id), owner=session.actor.member)


def take_in(session: Session, place: Uploads, upload_id: UUID, adder: ADDER) -> Upload:
    """All has come: the exhibit is opened where it is new, and the files go the way of every intake.

    Raises:
        NotVisible: the actor has none of that identifier.
        StepRefused: some has still to come, it has ended before, or what it goes into is ending or blocked.
    """
    found = uploads.get(session, upload_id, holds=True)
    if found.state is not State.OPEN:
        return found
    files, come = (staged := place.opened(session.actor.member, found.id)).files, staged.come()
    if come != [one.size_bytes for one in files]:
        raise StepRefused("Some of it has still to come: choose the same files again.")
    intake = intakes.get(session, _begin_intake(session, found))
    place.bind(session.actor.member, str(intake.case_id), found.id)
    _add_chunks(session, found, files, intake, adder(intake.id))
    uploads.taken_in(session, found.id, intake.id)
    audit.append(session, "upload.take_in", str(found.id), {"files": found.files}, owner=session.actor.member)
    return uploads.get(session, found.id)


def _begin_intake(session: Session, found: Upload) -> UUID:
    """As an intake from the command line without a word more: fingerprints and facts for all, the unit's own terms."""
    actor, case, exhibit = session.actor, found.case, found.exhibit
    wanted = handled(owner_member=actor.member, owner_unit=actor.unit, audience=Audience.ALL)
    handling = restricting.within(session, wanted, case=case, exhibit=exhibit)
    cover = restricting.words_within(session, Words(), case=case, exhibit=exhibit)
    cover = replace(cover, retention_end=retaining.default_end(session, SubjectKind.EXHIBIT))
    cover_id = opening.keep_cover(session, handling, cover)
    exhibit_id = opening.open_exhibit(session, case, exhibit, handling, cover_id)
    restricting.entered(session, case, exhibit, wanted)
    intake_id = walking.begin(
        session, source=Path(found.id.hex), source_kind=intakes.UPLOADED, host=found.host, handling=handling,
        keeps_bytes=True, exhibit_id=exhibit_id, cover_id=cover_id,
    )  # fmt: skip
    restating.restate(session, intake_id, Words())
    return intake_id


def _add_chunks(
    session: Session, found: Upload, files: Sequence[Promised], intake: Intake, add_job: AddJob
) -> None:
    walking.hold_off_end(session, intake)
    stubs = (
        Stub(
            path=os.fsencode(file.path), location=name_of(number).encode(), size_bytes=file.size_bytes,
            key=walking.occurrence_key(b"upload", found.id.bytes, os.fsencode(file.path)),
        )
        for number, file in enumerate(files)
    )  # fmt: skip
    for some in walking.in_chunks(stubs):
        chunk_id = intakes.add_chunk(session, intake, some)
        if chunk_id is not None:
            add_job(chunk_id, ChunkState.WAITING)
    intakes.walked(session, intake.id, found.files)


def look_after(place: Uploads, host: str) -> int:
    """Uploads whose intake has ended or whose time is over go, of all units, with their bytes here; how many."""
    kept: set[UUID] = set()
    gone: list[UUID] = []
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            lapsed = uploads.forget_lapsed(session)
            here = uploads.under_way(session, host)
            done = [one for one in here if _has_ended(session, place, one)]
            for one in done:
                if one.intake_id is not None:
                    intakes.finish(session, one.intake_id)
                uploads.forget(session, one.id)
            if lapsed or done:
                audit.append(session, "upload.end", "", {"uploads": lapsed + len(done)}, owner=calendar.member)
            gone += [one.id for one in done]
            kept |= {one.id for one in here} - {*gone}
    for ended in gone:
        place.remove(ended)
    return len(gone) + place.sweep(kept)


def end_of_case(place: Uploads, member: str, unit: str, case: str) -> None:
    """A case of the unit is shredded: what is on its way into it goes with it, whoever began it."""
    with acting_as(calendar_of(member, unit)) as session:
        gone = [one for one in uploads.of_unit(session) if one.case == case]
        for one in gone:
            place.remove(one.id)
            uploads.forget(session, one.id)
        if gone:
            audit.append(session, "upload.end", "", {"uploads": len(gone)}, owner=member)


def _has_ended(session: Session, place: Uploads, one: Upload) -> bool:
    """Its intake is done, or nothing opens it any more: its case was shredded or has ended."""
    if one.intake_id is not None and not intakes.progress(session, intake_id=one.intake_id).is_running:
        return True
    return place.is_lost(session.actor.member, one.id)


def _scope(session: Session, case: str) -> str:
    """Whose key opens what comes: that of the case, or the member's own as long as there is none."""
    try:
        return str(cases.find_own(session, case))
    except NotVisible:
        return OWN
