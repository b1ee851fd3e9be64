"""Uploads for programs: small sets of files in pieces that go on where they stopped, into one exhibit."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.conf import settings
from ninja import Router, Schema
from pydantic import Base64Bytes, Field, WithJsonSchema

from clew.actions import uploading
from clew.actions.opening import Session
from clew.actions.uploading import State, View
from clew.api.door import reading, writing
from clew.api.given import Given, Name, OneOf
from clew.domain.upload import FILE_BYTES_MAX, FILES_MAX, PIECE_BYTES_MAX
from clew.web.uploads import adder_of, place

router = Router(tags=["uploads"])
PIECE_CHARACTERS_MAX = -(-PIECE_BYTES_MAX // 3) * 4


class UploadLine(Schema):
    """`ends_at`: what was not taken in by then goes."""

    id: UUID
    case: str
    exhibit: str
    state: OneOf[State]
    begun_at: datetime
    ends_at: datetime


class UploadLines(Schema):
    items: list[UploadLine]


class UploadedFile(Schema):
    """`come`: behind so many bytes the next piece goes."""

    path: str
    size_bytes: int
    come: int


class UploadView(Schema):
    upload: UploadLine
    files: list[UploadedFile]


class UploadBegun(Schema):
    upload: UUID


class PieceCome(Schema):
    come: int


class UploadTaken(Schema):
    """Where its files are taken in now: triage of the exhibit tells how far that is."""

    case: str
    exhibit: str


class GivenFile(Given):
    path: Annotated[str, Field(min_length=1, max_length=1_000)]
    size_bytes: Annotated[int, Field(ge=0, le=FILE_BYTES_MAX)]


class GivenUpload(Given):
    """Files are numbered in this order, from 0 on."""

    case: Name
    exhibit: Name
    files: Annotated[list[GivenFile], Field(min_length=1, max_length=FILES_MAX)]


class GivenPiece(Given):
    """`bytes`: in base64, half a megabyte (524,288 bytes) of the file, or the rest of it."""

    offset: Annotated[int, Field(ge=0, le=FILE_BYTES_MAX)]
    bytes: Annotated[
        Base64Bytes,
        WithJsonSchema({
            "type": "string", "format": "byte", "pattern": "^[A-Za-z0-9+/]*={0,2}$", "maxLength": PIECE_CHARACTERS_MAX
        }),
    ]  # fmt: skip


@reading(router, "/uploads", UploadLines)
def own(session: Session) -> dict[str, object]:
    """The officer's own uploads, the latest first."""
    return {"items": uploading.own(session)}


@reading(router, "/uploads/{uuid:upload}", UploadView)
def look(session: Session, upload: UUID) -> dict[str, object]:
    """An own upload, and how far each of its files has come."""
    return _view(uploading.look(session, place(), upload))


@writing(router, "/uploads", UploadBegun)
def begin(session: Session, given: GivenUpload) -> dict[str, UUID]:
    """Say which files are to come, and into which exhibit; both may be new."""
    files = [(one.path, one.size_bytes) for one in given.files]
    made = uploading.begin(session, place(), settings.CLEW_HOST, given.case, given.exhibit, files)
    return {"upload": made.id}


@writing(router, "/uploads/{uuid:upload}/files/{int:number}", PieceCome, goes_on=True)
def append(session: Session, upload: UUID, number: int, given: GivenPiece) -> dict[str, int]:
    """Put a piece behind what has come of a file: part of the upload that is on record."""
    return {"come": uploading.append(session, place(), upload, number, given.offset, given.bytes)}


@writing(router, "/uploads/{uuid:upload}/take-in", UploadTaken)
def take_in(session: Session, upload: UUID) -> dict[str, str]:
    """All has come: its files go the way of every intake."""
    found = uploading.take_in(session, place(), upload, lambda intake: adder_of(session, intake))
    return {"case": found.case, "exhibit": found.exhibit}


@writing(router, "/uploads/{uuid:upload}/cancel")
def cancel(session: Session, upload: UUID) -> None:
    """It is no more, and what has come of it goes at once."""
    uploading.cancel(session, place(), upload)


def _view(view: View) -> dict[str, object]:
    files = [
        {"path": file.path, "size_bytes": file.size_bytes, "come": come}
        for file, come in zip(view.files, view.come, strict=True)
    ]
    return {"upload": view.upload, "files": files}
