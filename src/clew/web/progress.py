"""Progress of an intake as a stream of events: first authorised, then nothing but counts.

A stream ends with the intake or after `STREAM_SECONDS_MAX`; the browser then asks again and
is authorised again, so a closed account stops seeing numbers within that time.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from clew.actions import triaging
from clew.domain.errors import ClewError
from clew.domain.intake import Progress
from clew.domain.triage import Answer, Counts
from clew.web import words
from clew.web.acting import as_officer

LOOK_SECONDS = 1.0
COUNTING_SHARE_MAX = 0.1
"""Counting all media of a case may take seconds: a stream spends at most this share of its time on it."""
STREAM_SECONDS_MAX = 300.0
STREAMS_PER_OFFICER_MAX = 8

_streams: Counter[str] = Counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look saw: `counts` is absent where only progress was asked for; `cost` in seconds."""

    progress: Progress
    counts: Counts | None
    cost: float


def event(look: Look) -> str:
    """One event in the format of the HTML standard, section 9.2; it holds counts and nothing else."""
    fields: dict[str, str | int] = {"done": look.progress.files_done, "seen": look.progress.files_seen}
    fields["words"] = words.progress(look.progress)
    if look.counts is not None:
        fields |= {answer.value: words.number(getattr(look.counts, answer.value)) for answer in Answer}
    name = "progress" if look.progress.is_running else "ended"
    return f"event: {name}\ndata: {json.dumps(fields)}\n\n"


def _look(
    username: str, case: str, exhibit: str | None, unit: str | None, *, is_counting: bool, is_first: bool = False
) -> Look:
    """Progress as it is now, with the counts if asked or if this look is the last. The first look is on record.

    Raises:
        NotVisible: the officer may not see it, or there is none.
    """
    began = monotonic()
    try:
        with as_officer(username, goes_on=not is_first) as session:
            look = triaging.follow if is_first else triaging.progress
            progress = look(session, case, exhibit, unit=unit)
            is_counted = is_counting or not progress.is_running
            counts = triaging.counts(session, case, exhibit, unit=unit) if is_counted else None
    finally:
        connections.close_all()  # a stream outlives requests; it must not hold a connection
    return Look(progress=progress, counts=counts, cost=monotonic() - began)


async def events(
    username: str, case: str, exhibit: str | None, unit: str | None = None, *, first: Look, language: str
) -> AsyncIterator[str]:
    """`first` and what every later look saw, until the intake has ended."""
    look, ends, counts_due = first, monotonic() + STREAM_SECONDS_MAX, 0.0
    while True:
        with translation.override(language):
            told = event(look)
        yield told  # a stream that says the same again also keeps proxies from closing it
        if not look.progress.is_running or monotonic() > ends:
            return
        await asyncio.sleep(LOOK_SECONDS)
        if look.counts is not None:
            counts_due = monotonic() + look.cost / COUNTING_SHARE_MAX
        try:
            look = await sync_to_async(_look)(username, case, exhibit, unit, is_counting=monotonic() >= counts_due)
        except ClewError:
            return  # the browser asks again and hears the reason


async def _counted(username: str, stream: AsyncIterator[str]) -> AsyncIterator[str]:
    """`stream`, counted among the officer's open ones for as long as it is open."""
    _streams[username] += 1
    try:
        async for part in stream:
            yield part
    finally:
        _streams[username] -= 1
        if not _streams[username]:
            del _streams[username]


async def _stream(request: HttpRequest, case: str, exhibit: str | None, unit: str | None) -> HttpResponseBase:
    username = (await request.auser()).get_username()
    if _streams[username] >= STREAMS_PER_OFFICER_MAX:
        return HttpResponse(status=429)
    language = translation.get_language() or "en"
    # Counted from before the first look: many asked for at once must not all pass.
    _streams[username] += 1
    try:
        first = await sync_to_async(_look)(username, case, exhibit, unit, is_counting=True, is_first=True)
    finally:
        _streams[username] -= 1
    stream = _counted(username, events(username, case, exhibit, unit, first=first, language=language))
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


@require_safe
async def of_case(request: HttpRequest, case: str, unit: str | None = None) -> HttpResponseBase:
    """Counts of a case while any of its intakes is running."""
    return await _stream(request, case, None, unit)


@require_safe
async def of_exhibit(request: HttpRequest, case: str, exhibit: str, unit: str | None = None) -> HttpResponseBase:
    """Counts of an exhibit while it is taken in."""
    return await _stream(request, case, exhibit, unit)
