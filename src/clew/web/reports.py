"""The annual report of a member: on a page, and as files. Each is an export: on record, behind a fresh sign-in."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import opening, reporting
from clew.domain.annual_report import AS_OF_NOW, ROLES_THAT_REPORT, AnnualReport
from clew.domain.errors import Invalid, NotVisible
from clew.web import request_words
from clew.web.sign_ins import needs_fresh_sign_in


@require_safe
def one(request: HttpRequest) -> HttpResponse:
    """Which year is asked for; with one, its figures."""
    if request.officer_role not in ROLES_THAT_REPORT:
        raise NotVisible("There is no such page.")
    if "year" in request.GET:
        return _figures(request)
    return render(request, "reports/annual.html", {"year": datetime.now(UTC).year})


@needs_fresh_sign_in
def _figures(request: HttpRequest) -> HttpResponse:
    made = _made(request, request.GET.get("year", ""))
    sections = [
        (
            request_words.section(section.name),
            [
                (request_words.figure(section.name, figure.name), figure, (section.name, figure.name) in AS_OF_NOW)
                for figure in section.figures
            ],
        )
        for section in made.sections
    ]
    return render(request, "reports/annual.html", {"year": made.year, "report": made, "sections": sections})


@require_POST
@needs_fresh_sign_in
def as_json(request: HttpRequest) -> HttpResponse:
    """The report as JSON."""
    made = _made(request, request.POST.get("year", ""))
    return _file(reporting.as_json(made).encode(), "application/json", made, "json")


@require_POST
@needs_fresh_sign_in
def as_pdf(request: HttpRequest) -> HttpResponse:
    """The report as PDF."""
    made = _made(request, request.POST.get("year", ""))
    return _file(reporting.as_pdf(made), "application/pdf", made, "pdf")


def _made(request: HttpRequest, year: str) -> AnnualReport:
    """The report, for who answers for the member's data; to everybody else there is no such page."""
    actor = opening.actor_of(request.user.get_username())
    if actor.role not in ROLES_THAT_REPORT:
        raise NotVisible("There is no such page.")
    if not year.isascii() or not year.isdigit() or len(year) > 4:
        raise Invalid(_("A report is of a year, such as 2026."))
    return reporting.annual(actor, int(year))


def _file(content: bytes, kind: str, made: AnnualReport, ending: str) -> HttpResponse:
    name = f"annual-report-{made.member}-{made.year}.{ending}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
