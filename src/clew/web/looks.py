"""Looks: an officer says for which purpose and case media are looked at; each is then revealed by a press of its own.

What is given by the ticket of a reveal is streamed in parts, authorised anew for each request and while it goes on.
"""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from threading import Lock
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import opening, revealing
from clew.actions.revealing import Opened, Reader, Warned
from clew.domain.cover import stated
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible, StepRefused, Unavailable
from clew.domain.handling import Actor
from clew.domain.look import Look, moments_of
from clew.domain.span import NoSuchSpan, Span, span_of
from clew.web import budget_words
from clew.web.headers import BYTES_SECURITY_POLICY
from clew.web.posting import TOLD, way_back
from clew.web.sign_ins import needs_fresh_sign_in, sign_in_of
from clew.web.translated import refusal

STATEMENT = "clew.statement"
STATED_SECONDS_MAX = 3600
"""So long media are revealed under one statement; then purpose and case, and the second factor, are asked again."""
BLOCK_BYTES = 512 * 1024
RENEWED_SECONDS = 10.0
"""While a film is given, so often it is asked whether it still may be."""
STREAMS_PER_OFFICER_MAX = 8
SENT_FOR_A_PAGE = {"", "empty", "image", "video", "audio"}
"""For what a browser asks by a ticket (Fetch Metadata); never for a page of its own, a frame or a file to keep."""

_streams: Counter[str] = Counter()


def statement_of(request: HttpRequest) -> tuple[str, str] | None:
    """Purpose and case that the officer stated in this sign-in, while they hold."""
    kept = request.session.get(STATEMENT)
    return (kept[0], kept[1]) if kept is not None and time.time() < kept[2] else None


def has_stated(request: HttpRequest) -> bool:
    """Whether the officer ever stated purpose and case in this sign-in: before that nothing was looked at in it."""
    return STATEMENT in request.session


@require_POST
@needs_fresh_sign_in
def state(request: HttpRequest) -> HttpResponse:
    """Say for which purpose and case media are looked at from now on, for an hour."""
    given = request.POST
    try:
        said = stated(given.get("purpose", ""), given.get("case", ""))
    except Invalid as refused:
        request.session[TOLD] = refusal(refused)
    else:
        request.session[STATEMENT] = [said.purpose.value, said.case_reference, time.time() + STATED_SECONDS_MAX]
    return redirect(way_back(given.get("back", ""), reverse("cases")))


@require_POST
def reveal(request: HttpRequest, medium: UUID) -> HttpResponse:
    """Open a medium to this sign-in in one form: where it is given, or why it is not."""
    said, look = statement_of(request), request.POST.get("look", "")
    if said is None:
        return _refused(_("Say first for which purpose and case you look."), needs_statement=True)
    if look not in {*Look}:
        return _refused(_("There is no such form."))
    try:
        found = revealing.reveal(
            settings.CLEW_VAULT, _actor(request), medium, Look(look), sign_in=_sign_in(request), purpose=said[0],
            case=said[1], was_warned=request.POST.get("warned") == "yes",
        )  # fmt: skip
    except Warned as warned:
        return _refused(refusal(warned), is_warning=True)
    except (Invalid, StepRefused, Unavailable) as refused:
        return _refused(refusal(refused))
    address = reverse("look-given", args=[medium, found.ticket])
    return JsonResponse({
        "address": address, "kind": found.kind.value, "type": found.content_type, "warned": found.is_warned,
        "left": budget_words.left(found.left),
    })  # fmt: skip


@require_POST
def cover(request: HttpRequest) -> HttpResponse:
    """Everything that was opened to this sign-in is covered."""
    revealing.cover(_actor(request), sign_in=_sign_in(request))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_safe
async def given(request: HttpRequest, medium: UUID, ticket: str) -> HttpResponseBase:
    """What a ticket opens: a part of a film, a picture, or what is drawn of either."""
    return await sync_to_async(_given)(request, medium, ticket)


def _given(request: HttpRequest, medium: UUID, ticket: str) -> HttpResponseBase:
    if request.headers.get("Sec-Fetch-Dest", "") not in SENT_FOR_A_PAGE:
        raise NotVisible("There is no such medium to be shown.")
    actor, sign_in, is_asking = _actor(request), _sign_in(request), request.method == "HEAD"
    if has_many(actor):
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    opened = revealing.granted(actor, medium, ticket, sign_in=sign_in, is_asking=is_asking)
    if not opened.content_type:
        return _of_bytes(HttpResponse(b""), "image/png") if is_asking else _drawn(request, actor, opened)
    # A validator is never given, so what is asked for under one is whatever is there (RFC 9110, 13.1.5).
    asked = None if "If-Range" in request.headers else request.headers.get("Range")
    try:
        span = span_of(asked, opened.size_bytes)
    except NoSuchSpan:
        refused = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refused.headers["Content-Range"] = f"bytes */{opened.size_bytes}"
        return _of_bytes(refused, opened.content_type)
    if is_asking:
        return _span_headers(HttpResponse(b""), span, opened.content_type)
    reader = revealing.part(settings.CLEW_VAULT, actor, opened, span, purpose=opened.purpose, case=opened.case)
    is_granted = _asked(lambda: revealing.is_granted(actor, opened, sign_in=sign_in))
    parts = Parts(reader, span, actor.officer, is_granted)
    return _span_headers(StreamingHttpResponse(parts), span, opened.content_type)


def has_many(actor: Actor) -> bool:
    """Whether as much is being given to the officer at one time as may be."""
    return _streams[actor.officer] >= STREAMS_PER_OFFICER_MAX


def kept(reader: Reader, actor: Actor, span: Span, is_granted: Callable[[], bool]) -> HttpResponseBase:
    """What of an original is asked for as a file to keep, in parts, while they may be given."""
    if has_many(actor):
        reader.close()
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    parts = Parts(reader, span, actor.officer, _asked(is_granted))
    answer = _span_headers(StreamingHttpResponse(parts), span, "application/octet-stream")
    answer.headers["Content-Disposition"] = "attachment"  # a browser keeps it and never shows it
    return answer


def _asked(is_granted: Callable[[], bool]) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            return is_granted()
        except ClewError:
            return False
        finally:
            connections.close_all()  # an answer may go on for long; it must not hold a connection

    return ask


def _drawn(request: HttpRequest, actor: Actor, opened: Opened) -> HttpResponse:
    at_ms = moments_of(request.GET.get("at", ""))
    try:
        drawn = revealing.drawn(
            settings.CLEW_CUTTER, actor, opened.medium_id, opened.look, at_ms=at_ms, purpose=opened.purpose,
            case=opened.case,
        )  # fmt: skip
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        return _refused(refusal(refused))
    if opened.look is Look.SOUND:
        return JsonResponse({"levels": list(drawn.levels), "seconds": drawn.duration_ms / 1000})
    response = HttpResponse(drawn.png)
    response.headers["Clew-Times"] = ",".join(map(str, drawn.times_ms))
    return _of_bytes(response, "image/png")


class Parts:
    """A span of a medium, block by block, while it may be given; counted among the officer's open ones."""

    def __init__(self, reader: Reader, span: Span, officer: str, is_granted: Callable[[], bool]) -> None:
        self._reader, self._span, self._officer, self._is_granted = reader, span, officer, is_granted
        self._turn, self._is_open = Lock(), True

    async def __aiter__(self) -> AsyncIterator[bytes]:
        at, renewed = self._span.first, time.monotonic()
        _streams[self._officer] += 1
        try:
            while at <= self._span.last:
                if time.monotonic() - renewed > RENEWED_SECONDS:
                    if not await sync_to_async(self._is_granted)():
                        raise Unavailable("What was shown is covered.")
                    renewed = time.monotonic()
                block = await sync_to_async(self._read, thread_sensitive=False)(at)
                at += len(block)
                yield block
        finally:
            _streams[self._officer] -= 1
            if not _streams[self._officer]:
                del _streams[self._officer]
            self.close()

    def _read(self, at: int) -> bytes:
        with self._turn:  # whoever leaves closes the reader, and not while it reads
            if not self._is_open:
                raise Unavailable("What was shown is covered.")
            return self._reader.read(at, min(BLOCK_BYTES, self._span.last - at + 1))

    def close(self) -> None:
        """Close the medium; Django calls it however the answer ends."""
        with self._turn:
            if self._is_open:
                self._is_open = False
                self._reader.close()


def _span_headers(response: HttpResponseBase, span: Span, content_type: str) -> HttpResponseBase:
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Length"] = str(span.length)
    if span.is_part:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.headers["Content-Range"] = span.words
    return _of_bytes(response, content_type)


def _of_bytes(response: HttpResponseBase, content_type: str) -> HttpResponseBase:
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = BYTES_SECURITY_POLICY
    return response


def _refused(words: str, **more: bool) -> JsonResponse:
    return JsonResponse({"refused": words, **more}, status=HTTPStatus.CONFLICT)


def _actor(request: HttpRequest) -> Actor:
    return opening.actor_of(request.user.get_username())


def _sign_in(request: HttpRequest) -> UUID:
    found = sign_in_of(request)
    if found is None:
        raise NotVisible("There is no such medium to be shown.")
    return found
