"""The exposure clock: an officer's own, read and written by the pages that they look at, and by nobody else."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from clew.actions import resting
from clew.domain.exposure import Exposure
from clew.web.acting import as_officer

SECONDS_CHARACTERS_MAX = 6


@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """How long the officer looked today, after what the page adds to it, and whether a break is suggested.

    Nothing of it is on record: what was revealed is, and how long somebody bore it is nobody's to know.
    """
    given = request.POST
    with as_officer(request.user.get_username(), goes_on=True) as session:
        if request.method == "GET":
            found = resting.today(session)
        elif given.get("step") in STEPS:
            found = STEPS[given["step"]](session)
        else:
            found = resting.beat(session, _seconds(given.get("seconds", "")), _seconds(given.get("warned", "")))
    return JsonResponse(_told(found))


STEPS = {"postpone": resting.postpone, "rest": resting.rest}


def _told(found: Exposure) -> dict[str, int | bool]:
    return {"seconds": found.seconds, "warned": found.warned_seconds, "is_break_due": found.is_break_due}


def _seconds(untrusted: str) -> int:
    is_number = untrusted.isascii() and untrusted.isdigit() and len(untrusted) < SECONDS_CHARACTERS_MAX
    return int(untrusted) if is_number else 0
