"""Pages of cases: the list of what the officer may see, and the triage of one."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clew.actions import opening, triaging
from clew.actions.opening import CaseLine, Session
from clew.domain.errors import NotVisible
from clew.web import triages, words
from clew.web.acting import as_officer

CASES_PER_PAGE = 20
EXHIBITS_PER_CASE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitCard:
    """One exhibit on the list of cases: its numbers, and its intake where one is running."""

    reference: str
    address: str
    numbers: list[triages.Number]
    progress_words: str
    is_running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """One case on the list of cases; `exhibits_left` are on its own page."""

    line: CaseLine
    address: str
    exhibits: list[ExhibitCard]
    exhibits_left: int


def exhibit_card(session: Session, case: str, exhibit: str) -> ExhibitCard:
    """The exhibit with its numbers as they are now."""
    page = triages.address_of(case, exhibit)
    progress = triaging.progress(session, case, exhibit)
    return ExhibitCard(
        reference=exhibit,
        address=page,
        numbers=triages.numbers(triaging.recent_counts(session, case, exhibit), page),
        progress_words=words.progress(progress),
        is_running=progress.is_running,
    )


def case_card(session: Session, line: CaseLine) -> CaseCard:
    """The case with its first exhibits."""
    return CaseCard(
        line=line,
        address=triages.address_of(line.reference, None),
        exhibits=[exhibit_card(session, line.reference, exhibit) for exhibit in line.exhibits[:EXHIBITS_PER_CASE]],
        exhibits_left=max(0, len(line.exhibits) - EXHIBITS_PER_CASE),
    )


def _from(lines: tuple[CaseLine, ...], after: str | None) -> tuple[CaseLine, ...]:
    """The lines behind the case `after`; all where it is not among them."""
    for position, line in enumerate(lines, start=1):
        if line.reference == after:
            return lines[position:]
    return lines


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """The officer's cases and exhibits, newest first."""
    with as_officer(request.user.get_username()) as session:
        lines = _from(opening.cases(session), request.GET.get("after"))
        cards = [case_card(session, line) for line in lines[:CASES_PER_PAGE]]
    after = cards[-1].line.reference if len(lines) > CASES_PER_PAGE else None
    shown = {"cards": cards, "after": after, "is_first_page": "after" not in request.GET}
    return render(request, "cases/list.html", shown)


@require_safe
def one(request: HttpRequest, case: str) -> HttpResponse:
    """The triage of a case over all its exhibits."""
    with as_officer(request.user.get_username()) as session:
        shown = triages.shown(session, request, case, None)
        line = next((line for line in opening.cases(session) if line.reference == case), None)
        if line is None:
            raise NotVisible("there is no such case, or you may not see it")
    exhibits = [(exhibit, triages.address_of(case, exhibit)) for exhibit in line.exhibits]
    return render(request, "cases/one.html", {**shown, "exhibits": exhibits})
