"""Pages of cases: the list of what the officer may see, and the triage of one."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clew.actions import opening, triaging
from clew.actions.opening import CaseLine
from clew.web import triages
from clew.web.acting import as_officer

CASES_PER_PAGE = 20
EXHIBITS_PER_CASE = 10
EXHIBITS_ON_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitCard:
    """One exhibit on the list of cases; its numbers come later, one exhibit after the other."""

    reference: str
    address: str
    source: str
    numbers: list[triages.Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """One case on the list of cases; `exhibits_left` are on its own page."""

    line: CaseLine
    address: str
    exhibits: list[ExhibitCard]
    exhibits_left: int


def exhibit_card(line: CaseLine, exhibit: str) -> ExhibitCard:
    """The exhibit, and where its numbers are asked for."""
    page = triages.address_of(line.reference, exhibit, unit=line.unit)
    source = triages.address_of(line.reference, exhibit, "-numbers", unit=line.unit)
    return ExhibitCard(reference=exhibit, address=page, source=source, numbers=triages.numbers(None, page))


def case_card(line: CaseLine) -> CaseCard:
    """The case with its first exhibits."""
    return CaseCard(
        line=line,
        address=triages.address_of(line.reference, None, unit=line.unit),
        exhibits=[exhibit_card(line, exhibit) for exhibit in line.exhibits],
        exhibits_left=line.exhibits_count - len(line.exhibits),
    )


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """The officer's cases and exhibits, newest first."""
    with as_officer(request.user.get_username()) as session:
        page = opening.cases(
            session, after=request.GET.get("after"), limit=CASES_PER_PAGE, exhibits_max=EXHIBITS_PER_CASE
        )
        cards = [case_card(line) for line in page.items]
    shown = {"cards": cards, "after": page.next, "is_first_page": "after" not in request.GET}
    return render(request, "cases/list.html", shown)


@require_safe
def one(request: HttpRequest, case: str, unit: str | None = None) -> HttpResponse:
    """The triage of a case over all its exhibits."""
    with as_officer(request.user.get_username()) as session:
        scope = triaging.scope(session, case, None, unit)
        shown = triages.shown(session, request, case, None, unit, scope=scope)
        line = opening.case(session, scope.case, exhibits_max=EXHIBITS_ON_PAGE)
    exhibits = [(exhibit, triages.address_of(case, exhibit, unit=unit)) for exhibit in line.exhibits]
    left = line.exhibits_count - len(exhibits)
    return render(request, "cases/one.html", {**shown, "exhibits": exhibits, "exhibits_left": left})
