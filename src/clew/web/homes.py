"""Home: leads with why, what came of the own work, what waits, and own intakes; and the way to whatever is named."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import arriving
from clew.actions.arriving import Home, Named, Notice, Recent, Waiting
from clew.web import handlings, lead_rows, lead_words, linked, messages, triages, words
from clew.web.acting import as_officer
from clew.web.posting import way_back
from clew.web.references import address_of
from clew.web.words import Words

WAITING: Mapping[Waiting, tuple[Words, str]] = {
    Waiting.REQUESTS: (gettext_lazy("Requests of people, late or due within 30 days"), "requests"),
    Waiting.CONSULTATIONS: (gettext_lazy("Consultations to answer"), "requests"),
    Waiting.QUESTIONS: (gettext_lazy("Questions to answer"), "questions"),
    Waiting.MESSAGES: (gettext_lazy("Messages to answer"), "messages"),
    Waiting.OVERLAPS: (gettext_lazy("Overlaps to consent to or decline"), "overlaps"),
    Waiting.NEXT_STEPS: (gettext_lazy("Next steps about victims whose day has come"), "ledger"),
    Waiting.VICTIM_STEPS: (gettext_lazy("Steps about victims to confirm"), "victims"),
    Waiting.OBJECTS: (gettext_lazy("Objects to let out"), "objects"),
    Waiting.REFERRALS: (gettext_lazy("Referrals to agree to"), "referrals"),
    Waiting.RELEASES: (gettext_lazy("Releases to agree to"), "releases"),
    Waiting.BROUGHT: (gettext_lazy("Series to bring into a task force, to agree to"), "taskforces"),
    Waiting.HANDLINGS: (gettext_lazy("Changes of handling to agree to"), "cases"),
    Waiting.RETENTIONS: (gettext_lazy("Decisions on retention to agree to"), "retention"),
    Waiting.ENDS: (gettext_lazy("Ends of cases to confirm"), "cases"),
    Waiting.CERTIFICATIONS: (gettext_lazy("Certifications to give"), "administration"),
    Waiting.EXPIRING: (gettext_lazy("Certifications that end within 30 days"), "administration"),
    Waiting.PROPOSALS: (gettext_lazy("Proposals for series"), "series-list"),
    Waiting.CANDIDATES: (gettext_lazy("Links to accept or refuse"), "links"),
}
"""In words, and the page on which it is done; in the order in which it should be looked at."""


LISTED_APART = dict.fromkeys(
    (
        Waiting.QUESTIONS, Waiting.OVERLAPS, Waiting.OBJECTS, Waiting.REFERRALS, Waiting.RETENTIONS,
    ),
    "?waiting=1",
) | {Waiting.MESSAGES: "?waiting=1#correspondences", Waiting.NEXT_STEPS: "#due"}  # fmt: skip
"""Of these the page has a list of what waits alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """An intake of the officer's own: its exhibit, and how far it has come."""

    recent: Recent
    address: str
    progress_words: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Who holds a piece that I miss, and what waits for me?"""
    with as_officer(request.user.get_username()) as session:
        found = arriving.arrive(session)
    return render(request, "home/one.html", _shown(found))


def _shown(found: Home) -> dict[str, object]:
    return {
        "leads": [(lead_rows.row(line), lead_words.act(line.lead.rule)) for line in found.leads],
        "outcomes": [_told(one) for one in found.outcomes], "notices": [_told(one) for one in found.notices],
        "waiting": [
            (found.waiting[kind], told, reverse(page) + LISTED_APART.get(kind, ""), _named(found, kind))
            for kind, (told, page) in WAITING.items()
            if kind in found.waiting
        ],
        "bars": [_bar(one) for one in found.intakes],
    }  # fmt: skip


def _told(notice: Notice) -> tuple[Notice, Words, str]:
    return notice, messages.NOTICES[notice.kind], messages.address_of_notice(notice)


def _named(found: Home, kind: Waiting) -> list[tuple[Named, str]]:
    """Which these are, and where each is decided."""
    return [(one, _address(kind, one)) for one in found.named.get(kind, ())]


def _address(kind: Waiting, one: Named) -> str:
    if kind is Waiting.ENDS:
        return reverse("case-end", args=[one.name])
    if kind is Waiting.VICTIM_STEPS:
        return f"{reverse('victim', args=[one.name])}#steps"
    return f"{handlings.address_of(one.kind, one.name, one.within)}#changes"


def _bar(recent: Recent) -> Bar:
    address = triages.address_of(recent.case, recent.exhibit, unit=None)
    return Bar(recent=recent, address=address, progress_words=words.progress(recent.progress))


@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """To the page of what was named: a reference, a digest, or a case. Whether it is there, that page says."""
    named = request.GET.get("to", "").strip()
    address = linked.address_of_named(named) if request.GET.get("as") != "case" else None
    if address is not None:
        return redirect(address)
    try:
        return redirect(f"/cases/{address_of(named)}/")
    except ValueError:
        raise Http404 from None


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language whose catalogue is complete, in this browser from now on."""
    chosen = request.POST.get("language", "")
    answer = redirect(way_back(request.POST.get("next", ""), "/"))
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, secure=settings.SESSION_COOKIE_SECURE,
            httponly=True, samesite="Lax",
        )  # fmt: skip
    return answer
