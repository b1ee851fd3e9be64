"""Progress of an intake as a stream of events: first authorised, then nothing but counts.

Every look asks again whether the officer may act and whether the sign-in lasts: who is stopped or signed out
hears no further count. A stream ends with the intake or after `STREAM_SECONDS_MAX`; the browser then asks again.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from clew.actions import signing_in, tallying
from clew.domain.errors import ClewError, NotAdmitted
from clew.domain.triage import Answer
from clew.web import words
from clew.web.acting import as_officer
from clew.web.sign_ins import sign_in_of

LOOK_SECONDS = 1.0
RESTS = 1.0
"""Between two looks at media that are still to be counted a stream rests for as long as the last one took."""
STREAM_SECONDS_MAX = 300.0
STREAMS_PER_OFFICER_MAX = 8

_streams: Counter[str] = Counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look saw; `cost` in seconds."""

    seen: tallying.Followed
    cost: float


def told(look: Look) -> dict[str, str | int]:
    """What a look says: counts and sentences of them, and nothing else."""
    progress, tally = look.seen.progress, look.seen.tally
    return {
        "done": progress.files_done, "seen": progress.files_seen,
        "words": words.progress(progress), "tally": words.tally(tally),
        **{answer.value: words.number(getattr(tally.counts, answer.value)) for answer in Answer},
    }  # fmt: skip


def event(look: Look) -> str:
    """One event in the format of the HTML standard, section 9.2."""
    return f"event: {'ended' if look.seen.is_last else 'progress'}\ndata: {json.dumps(told(look))}\n\n"


def _look(username: str, case: str, exhibit: str | None, unit: str | None, *, is_first: bool = False) -> Look:
    """Progress and counts as they are now, the counts carried on a little. The first look is on record.

    Raises:
        NotVisible: the officer may not see it, or there is none.
    """
    began = monotonic()
    try:
        with as_officer(username, goes_on=not is_first) as session:
            # The first answer comes soon; the others carry the counts on by more.
            blocks = 1 if is_first else tallying.BLOCKS_A_LOOK
            seen = tallying.follow(session, case, exhibit, unit=unit, blocks=blocks, goes_on=not is_first)
    finally:
        if not is_first:
            connections.close_all()  # a stream outlives requests; it must not hold a connection
    return Look(seen=seen, cost=monotonic() - began)


def _later_look(username: str, sign_in: UUID | None, case: str, exhibit: str | None, unit: str | None) -> Look:
    """As `_look`, for a stream that was let in some time ago.

    Raises:
        NotAdmitted: the sign-in has ended since; to look on is no activity that makes it last.
        NotVisible: the officer may not see it any more.
    """
    _known, signed_in = signing_in.at_the_door(username, sign_in, is_activity=False)
    if signed_in != username:
        connections.close_all()
        raise NotAdmitted("The sign-in has ended.")
    return _look(username, case, exhibit, unit)


async def events(
    username: str,
    case: str,
    exhibit: str | None,
    unit: str | None = None,
    *,
    sign_in: UUID | None,
    first: Look,
    language: str,
) -> AsyncIterator[str]:
    """`first` and what every later look saw, until the intake has ended and all is counted, or the sign-in."""
    look, ends = first, monotonic() + STREAM_SECONDS_MAX
    while True:
        with translation.override(language):
            said = event(look)
        yield said  # a stream that says the same again also keeps proxies from closing it
        if look.seen.is_last or monotonic() > ends:
            return
        await asyncio.sleep(LOOK_SECONDS if look.seen.tally.is_fresh else min(LOOK_SECONDS, RESTS * look.cost))
        try:
            look = await sync_to_async(_later_look)(username, sign_in, case, exhibit, unit)
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
    sign_in = await sync_to_async(sign_in_of)(request)
    # Counted from before the first look: many asked for at once must not all pass.
    _streams[username] += 1
    try:
        first = await sync_to_async(_look)(username, case, exhibit, unit, is_first=True)
    finally:
        _streams[username] -= 1
    stream = events(username, case, exhibit, unit, sign_in=sign_in, first=first, language=language)
    stream = _counted(username, stream)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


@require_safe
async def of_case(request: HttpRequest, case: str, unit: str | None = None) -> HttpResponseBase:
    """Counts of a case while any of its intakes is running, or until all is counted."""
    return await _stream(request, case, None, unit)


@require_safe
async def of_exhibit(request: HttpRequest, case: str, exhibit: str, unit: str | None = None) -> HttpResponseBase:
    """Counts of an exhibit while it is taken in, or until all is counted."""
    return await _stream(request, case, exhibit, unit)


@require_safe
def numbers(request: HttpRequest, case: str, exhibit: str, unit: str | None = None) -> HttpResponse:
    """The counts of an exhibit for a list of many, which asks again as long as not all is counted."""
    look = _look(request.user.get_username(), case, exhibit, unit, is_first=True)
    return JsonResponse({**told(look), "ended": look.seen.is_last})
