"""Refusals as pages: hidden and absent are one answer, byte for byte."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware

from clew.domain.errors import (
    ClewError,
    Invalid,
    NotAdmitted,
    NotVisible,
    SecondPersonNeeded,
    StepRefused,
    Unavailable,
)
from clew.domain.reveal_budget import OverBudget
from clew.formats.problem import CONTENT_TYPE, problem

Answering = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]

STATUS_BY_ERROR: dict[type[ClewError], int] = {
    NotVisible: 404,
    Invalid: 400,
    NotAdmitted: 403,
    OverBudget: 429,
    StepRefused: 409,
    SecondPersonNeeded: 409,
    Unavailable: 503,
}
NO_RECORD = "There is no such record."
"""One sentence for all that is not there: actions say which kind of record was looked for."""
PAGES: dict[type[ClewError], str] = {NotAdmitted: "held"}
"""Refusals with words of their own among those of one status."""


def _page(status: int, name: str | None = None) -> HttpResponse:
    """The page of a refusal. It knows nothing of the request, so that it cannot tell anything."""
    return HttpResponse(render_to_string(f"refusals/{name or status}.html"), status=status)


@sync_and_async_middleware
def refusals(get_response: Answering) -> Answering:
    """Translate what an action refused into a page, once for all pages."""

    def process_exception(_request: HttpRequest, error: Exception) -> HttpResponse | None:
        for family, status in STATUS_BY_ERROR.items():
            if isinstance(error, family):
                return _page(status, PAGES.get(family))
        return None

    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return await get_response(request)

        answer_later.process_exception = process_exception  # type: ignore[attr-defined]
        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    answer.process_exception = process_exception  # type: ignore[attr-defined]
    return answer


def wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _is_of_program(request):
        return _to_program(HTTPStatus.BAD_REQUEST, "That is too large, or cannot be read.")
    return _page(400)


def forbidden(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(403)


def held(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An officer who may not act now."""
    return _page(403, "held")


def not_signed_on(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody whom the identity provider of their police network did not bring in."""
    return _page(403, "not-signed-on")


def stale(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not sent from our own page, or from one that is too old."""
    return _page(403)


def absent(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _to_program(HTTPStatus.NOT_FOUND, NO_RECORD) if _is_of_program(request) else _page(404)


def too_many(_request: HttpRequest) -> HttpResponse:
    return _page(429)


def broken(request: HttpRequest) -> HttpResponse:
    if _is_of_program(request):
        return _to_program(HTTPStatus.INTERNAL_SERVER_ERROR, "The node failed: tell its operator.")
    return _page(500)


def _is_of_program(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _to_program(status: HTTPStatus, detail: str) -> HttpResponse:
    """What a program is answered where no operation is reached."""
    return JsonResponse(problem(status, detail), status=status.value, content_type=CONTENT_TYPE)
