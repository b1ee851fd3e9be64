"""Uploads: a small set of files through the browser, in pieces that go on where they stopped, into one exhibit."""

import json
from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clew.actions import uploading
from clew.actions.opening import Session
from clew.actions.uploading import State, Uploads
from clew.actions.walking import AddJob
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible, StepRefused
from clew.domain.upload import FILE_BYTES_MAX, FILES_MAX, PIECE_BYTES_MAX, SET_BYTES_MAX
from clew.web import triages
from clew.web.acting import as_officer
from clew.web.posting import TOLD
from clew.web.translated import refusal

OFFSET = "Upload-Offset"
"""How many bytes of a file have come: said with each piece, and asked by HEAD. Source: as in tus 1.0, no more of it."""
STEPS = frozenset({"end", "cancel"})


def place() -> Uploads:
    """Where what comes lies until it is taken in."""
    return cast("Uploads", settings.CLEW_UPLOADS)


def adder_of(session: Session, intake_id: UUID) -> AddJob:
    """What adds the jobs of an intake on this machine, where the bytes lie."""
    adder = import_string(settings.CLEW_JOB_ADDER)
    return cast("AddJob", adder(session.actor, settings.CLEW_HOST, intake_id, keeps_bytes=True))


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """The officer's uploads, and the form for another."""
    with as_officer(request.user.get_username()) as session:
        found = uploading.own(session)
    limits = {
        "files": FILES_MAX, "file_bytes": FILE_BYTES_MAX, "set_bytes": SET_BYTES_MAX, "piece_bytes": PIECE_BYTES_MAX,
    }  # fmt: skip
    shown = {
        "uploads": [(one, triages.address_of(one.case, one.exhibit, unit=None)) for one in found], "open": State.OPEN,
        "limits": limits, "file_megabytes": FILE_BYTES_MAX // 1024**2, "set_gigabytes": SET_BYTES_MAX // 1024**3,
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "uploads/list.html", shown)


@require_POST
def begin(request: HttpRequest) -> JsonResponse:
    """Say what is to come; the address at which it comes."""
    try:
        case, exhibit, files = _said(request.body)
        with as_officer(request.user.get_username()) as session:
            made = uploading.begin(session, place(), settings.CLEW_HOST, case, exhibit, files)
    except NotAdmitted:
        raise
    except ClewError as refused:
        return JsonResponse({"refused": refusal(refused)}, status=400)
    return JsonResponse({"upload": reverse("upload", args=[made.id])})


@require_safe
def one(request: HttpRequest, upload: UUID) -> JsonResponse:
    """Which files an upload is of, and how many bytes of each have come: so that it goes on where it stopped."""
    with as_officer(request.user.get_username()) as session:
        view = uploading.look(session, place(), upload)
    files = [
        {"path": file.path, "size": file.size_bytes, "come": come}
        for file, come in zip(view.files, view.come, strict=True)
    ]
    return JsonResponse({"case": view.upload.case, "exhibit": view.upload.exhibit, "files": files})


@require_http_methods(["HEAD", "PATCH"])
def file(request: HttpRequest, upload: UUID, number: int) -> HttpResponse:
    """A piece of a file, behind what has come of it; or how much has come."""
    try:
        with as_officer(request.user.get_username(), goes_on=True) as session:
            if request.method == "HEAD":
                come = uploading.come(session, place(), upload, number)
            else:
                come = uploading.append(session, place(), upload, number, _offset(request), request.body)
    except NotAdmitted:
        raise
    except StepRefused as refused:
        return JsonResponse({"refused": refusal(refused)}, status=409)
    except Invalid as refused:
        return JsonResponse({"refused": refusal(refused)}, status=400)
    answer = HttpResponse(status=200 if request.method == "HEAD" else 204)
    answer.headers[OFFSET] = str(come)
    return answer


@require_POST
def move(request: HttpRequest, upload: UUID, step: str) -> HttpResponse:
    """All has come and is taken in; or it is cancelled, and what has come goes."""
    if step not in STEPS:
        raise NotVisible("There is no such step.")
    try:
        with as_officer(request.user.get_username()) as session:
            if step == "cancel":
                uploading.cancel(session, place(), upload)
                request.session[TOLD] = _("The upload is cancelled, and what had come of it is gone.")
                return redirect("uploads")
            found = uploading.take_in(session, place(), upload, lambda intake: adder_of(session, intake))
    except (NotAdmitted, NotVisible):
        raise
    except ClewError as refused:
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"refused": refusal(refused)}, status=409)
        request.session[TOLD] = refusal(refused)
        return redirect("uploads")
    address = triages.address_of(found.case, found.exhibit, unit=None)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"exhibit": address})
    return redirect(address)


def _offset(request: HttpRequest) -> int:
    untrusted = request.headers.get(OFFSET, "")
    if not untrusted.isascii() or not untrusted.isdigit() or len(untrusted) > 12:
        raise Invalid(_("Say behind how many bytes the piece comes."))
    return int(untrusted)


def _said(untrusted_body: bytes) -> tuple[str, str, Sequence[tuple[str, int]]]:
    """Case, exhibit and files as a page says them.

    Raises:
        Invalid: it says something else.
    """
    try:
        said = json.loads(untrusted_body)
        case, exhibit, files = said["case"], said["exhibit"], [(path, size) for path, size in said["files"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Invalid(_("Say a case, an exhibit and files.")) from None
    is_whole = all(isinstance(path, str) and type(size) is int for path, size in files)
    if not isinstance(case, str) or not isinstance(exhibit, str) or not is_whole:
        raise Invalid(_("Say a case, an exhibit and files."))
    return case, exhibit, files
