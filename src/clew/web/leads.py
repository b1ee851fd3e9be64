"""Leads: the list of what waits for the officer's unit, one with all that speaks for it, and the steps."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import following
from clew.actions.following import OPEN, Outcome, State, Step
from clew.domain.errors import ClewError, NotAdmitted, NotVisible
from clew.domain.lead import BY_OFFICERS, SAID_WHY
from clew.domain.series import REASON_CHARACTERS_MAX
from clew.web import lead_words, triages
from clew.web.acting import as_officer
from clew.web.lead_rows import row
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"
PLACE = ("case", "exhibit", "unit")
SHOWN = {State.RAISED, State.TAKEN, State.FOLLOWED, State.SET_ASIDE, State.CLOSED}


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Leads of the unit, the most urgent first; open or in one state, on one series, or of one case or exhibit."""
    asked = request.GET.get("state", "")
    states = {State(asked)} if asked in SHOWN else OPEN
    name = request.GET.get("series") or None
    place = {} if name else {key: request.GET[key] for key in PLACE if request.GET.get(key)}
    with as_officer(request.user.get_username()) as session:
        after = request.GET.get("after") or None
        found = following.every(session, states=states, of_series=name, after=after, **place)
        is_own = found.series is not None and found.series.handling.is_of_unit_of(session.actor)
    shown = {
        "rows": [row(line) for line in found.lines],
        "next": _address(found.next, asked, name, place) if found.next else "",
        "first": _address("", asked, name, place) if after else "",
        "state": asked if asked in SHOWN else "",
        "states": lead_words.STATES.items(), "is_own": is_own, "place": place,
        "of": triages.address_of(place["case"], place.get("exhibit"), unit=place.get("unit")) if place else "",
        "series": found.series and found.series.reference, "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "leads/list.html", shown)


def _address(after: str, state: str, series: str | None, place: Mapping[str, str]) -> str:
    """Of a page of the same list."""
    asked = {"state": state if state in SHOWN else "", "series": series or "", **place, "after": after}
    words = urlencode({key: value for key, value in asked.items() if value})
    return f"{reverse('leads')}?{words}" if words else reverse("leads")


@require_safe
def one(request: HttpRequest, lead: UUID) -> HttpResponse:
    """A lead: why it was raised, how urgent it is, what speaks for it, what officers did and may do."""
    with as_officer(request.user.get_username()) as session:
        view = following.look(session, lead)
    rule = view.line.lead.rule
    shown = {
        "row": row(view.line),
        "media": [(each, lead_words.reason(rule, each.measured)) for each, _words in view.media],
        "steps": [
            (each, lead_words.STEPS[each.step], lead_words.OUTCOMES[each.outcome] if each.outcome else "")
            for each in view.steps
        ],
        "may": [(step, lead_words.STEPS[step], step in SAID_WHY) for step in view.may],
        "outcomes": lead_words.OUTCOMES.items() if Step.CLOSE in view.may else (), "close": Step.CLOSE,
        "characters_max": REASON_CHARACTERS_MAX, "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "leads/one.html", shown)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, lead: UUID, step: str) -> HttpResponse:
    """Take a step on a lead."""
    if step not in BY_OFFICERS:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a lead that is there.
        following.look(session, lead)
    given = request.POST
    try:
        with as_officer(request.user.get_username()) as session:
            outcome = Outcome(given["outcome"]) if given.get("outcome") in {*Outcome} else None
            following.move(session, lead, Step(step), why=given.get("why", ""), outcome=outcome)
        told = _("The step is kept.")
    except NotAdmitted:
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("lead", lead=lead)
