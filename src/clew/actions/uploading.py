"""Uploading: a small set of files comes through a browser, and then goes the way of every intake."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
from clew.media.uploads import Uploads, name_of
from clew.records import audit, intakes, officers, uploads
from clew.records.intakes import Stub
from clew.records.session import Session, acting_as

__all__ = [
    "State", "Upload", "Uploads", "View", "append", "begin", "cancel", "come", "look", "look_after", "own", "take_in",
]  # fmt: skip
ADDER = Callable[[UUID], AddJob]
"""Gives, for an intake, what adds its jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An upload, and how many bytes of each file have come."""

    upload: Upload
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
    place.begin(made.id, len(kept))
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
    return View(upload=found, come=tuple(place.sizes(found.id, len(found.files))))


def come(session: Session, place: Uploads, upload_id: UUID, number: int) -> int:
    """How many bytes of a file have come; part of the upload that is on record.

    Raises:
        NotVisible: the actor has no such upload, or it has no such file.
    """
    found = uploads.get(session, upload_id)
    _file(found, number)
    return place.size(found.id, number)


def append(session: Session, place: Uploads, upload_id: UUID, number: int, offset: int, piece: bytes) -> int:
    """Put a piece behind what has come of a file; how many bytes there are then. Part of the upload that is on record.

    Raises:
        NotVisible: the actor has no such upload, or it has no such file.
        Invalid: it is no part of that file.
        StepRefused: the upload has ended, or the file has another length now.
        Unavailable: there is no room.
    """
    found = uploads.get(session, upload_id)
    file = _file(found, number)
    check_piece(file, offset, len(piece))
    if found.state is not State.OPEN:
        raise StepRefused("This upload has ended.")
    return place.append(found.id, number, offset, piece)


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
    if place.sizes(found.id, len(found.files)) != [one.size_bytes for one in found.files]:
        raise StepRefused("Some of it has still to come: choose the same files again.")
    intake_id = _begin_intake(session, place, found)
    _add_chunks(session, found, intake_id, adder(intake_id))
    uploads.taken_in(session, found.id, intake_id)
    audit.append(session, "upload.take_in", str(found.id), {"files": len(found.files)}, owner=session.actor.member)
    return uploads.get(session, found.id)


def _begin_intake(session: Session, place: Uploads, found: Upload) -> UUID:
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
        session, source=place.of(found.id), source_kind="folder", host=found.host, handling=handling, keeps_bytes=True,
        exhibit_id=exhibit_id, cover_id=cover_id,
    )  # fmt: skip
    restating.restate(session, intake_id, Words())
    return intake_id


def _add_chunks(session: Session, found: Upload, intake_id: UUID, add_job: AddJob) -> None:
    intake = intakes.get(session, intake_id)
    walking.hold_off_end(session, intake)
    stubs = (
        Stub(
            path=os.fsencode(file.path), location=name_of(number).encode(), size_bytes=file.size_bytes,
            key=walking.occurrence_key(b"upload", found.id.bytes, os.fsencode(file.path)),
        )
        for number, file in enumerate(found.files)
    )  # fmt: skip
    for some in walking.in_chunks(stubs):
        chunk_id = intakes.add_chunk(session, intake, some)
        if chunk_id is not None:
            add_job(chunk_id, ChunkState.WAITING)
    intakes.walked(session, intake_id, len(found.files))


def look_after(place: Uploads, host: str) -> int:
    """Uploads whose intake has ended or whose time is over go, of all units, with their bytes here; how many."""
    kept: set[UUID] = set()
    gone: list[UUID] = []
    for member, unit in officers.units():
        with acting_as(calendar_of(member, unit)) as session:
            lapsed = uploads.forget_lapsed(session)
            here = uploads.under_way(session, host)
            done = [one for one in here if _has_ended(session, one)]
            for one in done:
                if one.intake_id is not None:
                    intakes.finish(session, one.intake_id)
                uploads.forget(session, one.id)
            if lapsed or done:
                audit.append(session, "upload.end", "", {"uploads": lapsed + len(done)}, owner=member)
            gone += [one.id for one in done]
            kept |= {one.id for one in here} - {*gone}
    for ended in gone:
        place.remove(ended)
    return len(gone) + place.sweep(kept)


def _has_ended(session: Session, one: Upload) -> bool:
    return one.intake_id is not None and not intakes.progress(session, intake_id=one.intake_id).is_running


def _file(found: Upload, number: int) -> Promised:
    if not 0 <= number < len(found.files):
        raise NotVisible("There is no such upload.")
    return found.files[number]
