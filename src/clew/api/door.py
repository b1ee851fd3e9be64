"""The door for programs: who comes in, how often, and what every operation has in common.

An operation is a function of a session and of what is asked. `reading` and `writing` make it one that runs in one
transaction as whoever came in, and fails if it puts nothing on record. `is_private` are those about what is the
officer's own and nobody's to know: they put nothing on record, and ask for no second factor once more.
"""

import inspect
from collections.abc import Callable
from functools import cache, partial, wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Status
from ninja.operation import Operation as NinjaOperation
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import AuthRateThrottle

from clew.actions import opening
from clew.api import repeats
from clew.api.problems import PROBLEMS, Problem, install
from clew.domain.errors import NotAdmitted, NotVisible
from clew.domain.token import READS_PER_MINUTE, WRITES_PER_MINUTE
from clew.web.acting import as_officer
from clew.web.headers import BYTES_SECURITY_POLICY
from clew.web.sign_ins import Unfit, is_fresh, sign_in_of, unfit

READING = frozenset({"GET", "HEAD"})


class OfficerSignedIn(APIKeyCookie):
    """An officer who signed in at the pages, with a second factor; what changes something carries the forms' token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, *, only_looks: bool = False) -> None:
        super().__init__()
        self._only_looks = only_looks

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        if key is None or not request.user.is_authenticated:
            return None
        why = unfit(request)
        if why is Unfit.HELD:
            raise NotAdmitted("You may not act now: ask your administrator.")
        if why is Unfit.WITHOUT_SECOND_FACTOR:
            raise NotAdmitted("Add a second factor to your account first.")
        is_look = self._only_looks or request.method in READING
        if why is None and not is_look and not is_fresh(request):
            raise NotAdmitted("Show your second factor again: what changes something needs one shown within minutes.")
        return None if why is Unfit.ENDED else request.user.get_username()


class _Rate(AuthRateThrottle):
    cache = caches["api"]


api = NinjaAPI(
    title="Clew", version="1", description="The actions of Clew for other software.", docs_url=None, openapi_url=None,
    auth=OfficerSignedIn(), urls_namespace="api",
)  # fmt: skip
install(api)
READS, WRITES = _Rate(f"{READS_PER_MINUTE}/m"), _Rate(f"{WRITES_PER_MINUTE}/m")
WRITES.scope = "auth-write"

Operation = Callable[..., Any]

# Ninja makes a model for each answer of each operation. The eight refusals are the same of all of them: made once, they
# leave two fifths of the time in which operations are read, which every start of the pages pays.
_model_of = cache(partial(NinjaOperation._create_response_model, None))
NinjaOperation._create_response_model = lambda _, answer: _model_of(answer)


def described(answer: Any) -> dict[int, Any]:
    """What an operation may answer, by status: its own schema, nothing where there is none, or a problem document."""
    return {**({204: None} if answer is None else {200: answer}), **PROBLEMS}


def reading(
    router: Router, path: str, answer: Any, *, is_private: bool = False
) -> Callable[[Operation], Operation]:
    """An operation that shows something: `answer` is its schema, made from what the function gives.

    `is_private`: of the officer alone, so it goes on no record.
    """

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            with as_officer(request.user.get_username(), is_part=is_private) as session:
                return operation(session, **given)

        return _read(router, path, answer, operation, asking(operation, view))

    return made


def reading_apart(router: Router, path: str, answer: Any) -> Callable[[Operation], Operation]:
    """As `reading`, of an operation that keeps transactions of its own: it is given who acts."""

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            return operation(opening.actor_of(request.user.get_username()), **given)

        return _read(router, path, answer, operation, asking(operation, view))

    return made


def reading_by_sign_in(router: Router, path: str, answer: Any) -> Callable[[Operation], Operation]:
    """As `reading`, of an operation that is given by which sign-in it is asked besides, or None."""

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            with as_officer(request.user.get_username()) as session:
                return operation(session, sign_in_of(request), **given)

        return _read(router, path, answer, operation, asking(operation, view, given=2))

    return made


def _read(router: Router, path: str, answer: Any, operation: Operation, view: Operation) -> Operation:
    router.get(path, response=described(answer), throttle=READS, summary=_summary(operation))(view)
    return operation


def looking(router: Router, path: str, answer: Any) -> Callable[[Operation], Operation]:
    """As `reading`, where what is asked must not stand in an address: it is posted, and changes nothing."""

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            with as_officer(request.user.get_username()) as session:
                return operation(session, **given)

        router.post(
            path, response=described(answer), throttle=READS, summary=_summary(operation),
            auth=OfficerSignedIn(only_looks=True),
        )(asking(operation, view))  # fmt: skip
        return operation

    return made


def writing(
    router: Router, path: str, answer: Any = None, *, goes_on: bool = False, is_private: bool = False
) -> Callable[[Operation], Operation]:
    """An operation that changes something, once for each idempotency key; `goes_on`: part of what is on record."""

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            with as_officer(request.user.get_username(), goes_on=goes_on, is_part=is_private) as session:
                said = repeats.once(session, request, lambda: repeats.plain(answer, operation(session, **given)))
            return Status(HTTPStatus.NO_CONTENT, None) if answer is None else Status(HTTPStatus.OK, said)

        router.post(
            path, response=described(answer), throttle=WRITES, summary=_summary(operation),
            openapi_extra=repeats.HEADER, auth=OfficerSignedIn(only_looks=is_private),
        )(asking(operation, view))  # fmt: skip
        return operation

    return made


def acting(router: Router, path: str, answer: Any = None) -> Callable[[Operation], Operation]:
    """An operation that keeps transactions of its own, because its act is signed before bytes are given; for each
    request it is done again. The operation is given who acts.
    """

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            said = repeats.plain(answer, operation(opening.actor_of(request.user.get_username()), **given))
            return Status(HTTPStatus.NO_CONTENT, None) if answer is None else Status(HTTPStatus.OK, said)

        router.post(path, response=described(answer), throttle=WRITES, summary=_summary(operation))(
            asking(operation, view)
        )
        return operation

    return made


def showing(router: Router, path: str, answer: Any = None) -> Callable[[Operation], Operation]:
    """An operation that opens media to this sign-in and to no other: it is given who acts, and the sign-in."""

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            sign_in = sign_in_of(request)
            if sign_in is None:
                raise NotVisible("There is no such medium to be shown.")
            actor = opening.actor_of(request.user.get_username())
            said = repeats.plain(answer, operation(actor, sign_in, **given))
            return Status(HTTPStatus.NO_CONTENT, None) if answer is None else Status(HTTPStatus.OK, said)

        router.post(path, response=described(answer), throttle=WRITES, summary=_summary(operation))(
            asking(operation, view, given=2)
        )
        return operation

    return made


def giving(
    router: Router, path: str, content_type: str, *, anew: bool = False
) -> Callable[[Operation], Operation]:
    """An operation that gives a file, whole, of at most some megabytes: its act is signed before, as in `acting`.

    The operation is given who acts and what tells the moment of the act; under one idempotency key it is one moment.
    `anew`: what it says holds for the moment in which it is made, each time, and who acts is all that it is given.
    """
    said = _binary(content_type)

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            actor = opening.actor_of(request.user.get_username())
            beside = () if anew else (repeats.moment(request),)
            return _file(operation(actor, *beside, **given), content_type)

        router.post(
            path, response={200: None, **PROBLEMS}, throttle=WRITES, summary=_summary(operation),
            openapi_extra={**({} if anew else repeats.HEADER), "responses": said},
        )(asking(operation, view, given=1 if anew else 2))  # fmt: skip
        return operation

    return made


def fetching(router: Router, path: str, content_type: str) -> Callable[[Operation], Operation]:
    """An operation that shows what is a file: the answer itself, whose bytes may come after what is on record."""

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            with as_officer(request.user.get_username()) as session:
                return operation(session, **given)

        router.get(
            path, response={200: None, **PROBLEMS}, throttle=READS, summary=_summary(operation),
            openapi_extra={"responses": _binary(content_type)},
        )(asking(operation, view))  # fmt: skip
        return operation

    return made


def sending(router: Router, path: str, *content_types: str) -> Callable[[Operation], Operation]:
    """An operation that gives a file of any length, made while it is taken: the answer itself, in one of these types.

    Its act is signed before, as in `acting`; each request is one of its own. The operation is given who acts.
    """
    said = {200: {"description": "OK", "content": dict.fromkeys(content_types, _BINARY)}}

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            return operation(opening.actor_of(request.user.get_username()), **given)

        router.post(
            path, response={200: None, **PROBLEMS}, throttle=WRITES, summary=_summary(operation),
            openapi_extra={"responses": said},
        )(asking(operation, view))  # fmt: skip
        return operation

    return made


def taking(router: Router, path: str, auth: HttpBearer) -> Callable[[Operation], Operation]:
    """An operation that gives a file of any length, or a span of it, to who brings a ticket that `auth` knows.

    Its act is signed before, as in `acting`. The operation is given the request, and what the ticket opens.
    """

    def made(operation: Operation) -> Operation:
        def view(request: HttpRequest, **given: Any) -> Any:
            return operation(request, request.auth, **given)  # type: ignore[attr-defined]

        router.get(
            path, response={200: None, 206: None, 416: Problem, **PROBLEMS}, throttle=READS, auth=auth,
            summary=_summary(operation), openapi_extra={"parameters": [_RANGE], "responses": _SPAN},
        )(asking(operation, view, given=2))  # fmt: skip
        return operation

    return made


_BINARY = {"schema": {"type": "string", "format": "binary"}}
_RANGE = {
    "name": "Range", "in": "header", "required": False, "description": "One span of bytes: bytes=0-1023.",
    "schema": {"type": "string"},
}  # fmt: skip
_SPAN = {
    status: {"description": words, "content": {"application/octet-stream": _BINARY}}
    for status, words in ((200, "OK"), (206, "Partial Content"))
}


def _binary(content_type: str) -> dict[int, Any]:
    return {200: {"description": "OK", "content": {content_type: _BINARY}}}


def _file(content: bytes, content_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = "attachment"
    answer.headers["Content-Length"] = str(len(content))
    answer.headers["Content-Security-Policy"] = BYTES_SECURITY_POLICY
    return answer


def asking(operation: Operation, view: Operation, given: int = 1) -> Operation:
    """`view` with the parameters of `operation`, the request in place of the `given` first: session, or who acts."""
    named = wraps(operation)(view)
    signature = inspect.signature(operation)
    asked = [*signature.parameters.values()][given:]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named.__signature__ = signature.replace(parameters=[request, *asked])  # type: ignore[attr-defined]
    return named


def _summary(operation: Operation) -> str:
    return (operation.__doc__ or "").split("\n")[0].rstrip(".")
