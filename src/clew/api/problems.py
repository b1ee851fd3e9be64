"""Refusals to programs: problem documents, hidden and absent one answer as on the pages."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, Throttled, ValidationError

from clew.domain.errors import ClewError
from clew.domain.reveal_budget import OverBudget
from clew.formats.problem import CONTENT_TYPE, problem
from clew.web.refusals import NO_RECORD, STATUS_BY_ERROR

WRONG_MAX = 20
"""So many of the fields that are wrong are named."""


class Problem(Schema):
    """A refusal: `detail` is one sentence that says what to do. Source: RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


PROBLEMS = {status.value: Problem for status in (
    HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE,
)}  # fmt: skip
"""What every operation may answer besides."""


def refused(status: HTTPStatus, detail: str) -> HttpResponse:
    """The answer of a refusal. It knows nothing of the request, so that it cannot tell anything."""
    answer = JsonResponse(problem(status, detail), status=status.value, content_type=CONTENT_TYPE)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"  # RFC 6750, section 3
    return answer


def install(api: NinjaAPI) -> None:
    """Have the door answer refusals of actions and of its own so."""
    api.add_exception_handler(ClewError, _of_action)
    api.add_exception_handler(ValidationError, _of_fields)
    api.add_exception_handler(AuthenticationError, lambda _request, _error: refused(
        HTTPStatus.UNAUTHORIZED, "This needs a sign-in, or a token, that is good now.",
    ))  # fmt: skip
    api.add_exception_handler(AuthorizationError, _of_door)
    api.add_exception_handler(Throttled, _of_door)
    api.add_exception_handler(HttpError, _of_door)


def _of_action(_request: HttpRequest, error: ClewError | type[ClewError]) -> HttpResponse:
    status = next(status for family, status in STATUS_BY_ERROR.items() if isinstance(error, family))
    words = NO_RECORD if status == HTTPStatus.NOT_FOUND else str(error)
    answer = refused(HTTPStatus(status), words)
    if isinstance(error, OverBudget):
        answer.headers["Retry-After"] = str(error.wait_seconds)  # RFC 9110, 10.2.3
    return answer


def _of_fields(_request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """Which fields are wrong, and never what was in them."""
    wrong = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in getattr(error, "errors", [])]
    more = f"; {len(wrong) - WRONG_MAX} more" if len(wrong) > WRONG_MAX else ""
    return refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"Say again: {'; '.join(wrong[:WRONG_MAX])}{more}.")


def _of_door(_request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    status = HTTPStatus(getattr(error, "status_code", HTTPStatus.BAD_REQUEST))
    words = {
        HTTPStatus.TOO_MANY_REQUESTS: "That is too often: wait a minute.",
        HTTPStatus.FORBIDDEN: "A request that changes something carries the token of our own pages.",
        HTTPStatus.BAD_REQUEST: "The body is JSON, as the OpenAPI document says.",
    }
    return refused(status, words.get(status, "That cannot be asked so."))
