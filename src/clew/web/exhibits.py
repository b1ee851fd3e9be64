"""The page of one exhibit: its triage."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clew.web import triages
from clew.web.acting import as_officer


@require_safe
def one(request: HttpRequest, case: str, exhibit: str, unit: str | None = None) -> HttpResponse:
    """The triage of one exhibit of a case."""
    with as_officer(request.user.get_username()) as session:
        shown = triages.shown(session, request, case, exhibit, unit)
    return render(request, "exhibits/one.html", shown)
