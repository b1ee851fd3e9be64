"""Programs of members: each request carries a token, and a session of an officer counts for nothing here."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from clew.actions import lending, opening
from clew.actions.lending import Program
from clew.domain.errors import NotAdmitted, StepRefused
from clew.domain.token import PREFIX, TokenScope

TOKEN_CHARACTERS_MAX = 200


def of_a_program(view: Callable[[HttpRequest, Program], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A route that answers programs with a good token and nobody else, as problem documents (RFC 9457)."""

    def answer(request: HttpRequest) -> HttpResponse:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        is_token = kind.lower() == "bearer" and token.startswith(PREFIX) and len(token) <= TOKEN_CHARACTERS_MAX
        program = lending.program_of(token) if is_token else None
        if program is None:
            return _problem(HTTPStatus.UNAUTHORIZED, "This needs a token that is good now.")
        try:
            return view(request, program)
        except (StepRefused, NotAdmitted) as refused:
            return _problem(HTTPStatus.FORBIDDEN, str(refused))

    answer.__doc__, answer.__name__ = view.__doc__, view.__name__
    # The token is the whole proof, so that a form of another site can do nothing with a browser's cookies.
    return csrf_exempt(login_not_required(require_safe(answer)))


@of_a_program
def whoami(_request: HttpRequest, program: Program) -> HttpResponse:
    """Which program the token is of, what it may do and until when."""
    if TokenScope.WHOAMI not in program.scopes:
        raise StepRefused("This token was not given the scope whoami.")
    return JsonResponse({
        "member": program.member, "unit": program.unit, "name": program.name, "scopes": sorted(program.scopes),
        "ends_at": program.ends_at.isoformat(),
    })  # fmt: skip


@of_a_program
def directory(_request: HttpRequest, program: Program) -> HttpResponse:
    """All members: whom to ask, in which languages, and which unit does what."""
    with opening.acting_as(lending.actor_of(program)) as session:
        lines = lending.directory(session, program)
    return JsonResponse({
        "members": [
            {
                "code": line.code, "name": line.particulars.name, "kind": line.particulars.kind,
                "languages": line.particulars.languages, "contact_point": line.particulars.contact_point,
                "units": [{"code": unit.code, "specialities": sorted(unit.specialities)} for unit in line.units],
            }
            for line in lines
        ]
    })  # fmt: skip


def _problem(status: HTTPStatus, detail: str) -> HttpResponse:
    """Source: RFC 9457; for 401 RFC 6750, section 3."""
    answer = JsonResponse(
        {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail},
        status=status.value,
        content_type="application/problem+json",
    )
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
