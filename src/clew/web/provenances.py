"""The provenance of a medium: from the device to who looked at it, as a chain."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clew.actions import sourcing
from clew.web.acting import as_officer


@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """Where a medium was found, who has it in which series, to whom it was opened, and who looked at it."""
    with as_officer(request.user.get_username()) as session:
        found = sourcing.source(session, name)
    places = [(one, one.path.decode("utf-8", "backslashreplace")) for one in found.found]
    shown = {"found": found, "places": places, "name": name, "most": sourcing.SHOWN_MAX}
    return render(request, "clues/provenance.html", shown)
