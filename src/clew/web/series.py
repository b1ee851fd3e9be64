"""Series: the list of what an officer may see, one with all that is said of it, and the steps about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import gathering, opening, releasing, surveying
from clew.actions.opening import Session
from clew.actions.surveying import SeriesLine
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.handling import Audience, Handling, handled
from clew.domain.series import REASON_CHARACTERS_MAX, STEPS, TEXT_CHARACTERS_MAX, SeriesState
from clew.web import clue_words, proposals, series_words, timelines
from clew.web.acting import as_officer
from clew.web.references import digest_in, identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"
SERIES_PER_PAGE = 50
MEDIA_PER_PAGE = 50
COUNTED_MAX = 1_000
"""So many media of a series the list counts; of more it says so."""
TIMED_MAX = 1_000
"""Of so many media the page tells the days; of more it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A series on a list."""

    line: SeriesLine
    state: series_words.Words


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Series that the officer may see, the newest first; only the unit's, or of one state, if asked."""
    asked = request.GET
    state = asked.get("state") if asked.get("state") in {*SeriesState} else None
    is_own = asked.get("own") == "1"
    with as_officer(request.user.get_username()) as session:
        page = surveying.every_series(
            session, own=is_own, state=state and SeriesState(state), after=asked.get("after"), limit=SERIES_PER_PAGE,
            counted_max=COUNTED_MAX,
        )
    shown = {
        "rows": [_row(line) for line in page.items], "states": series_words.STATES.items(), "state": state,
        "counted_max": COUNTED_MAX, "medium": digest_in(asked.get("medium", "")),
        "is_own": is_own, "after": page.next, "is_first_page": "after" not in asked,
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "series/list.html", shown)


@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """A series: state, narrative, contributors, what is one with it, proposals, and its media as facts."""
    with as_officer(request.user.get_username()) as session:
        rejected_after = identifier_in(request.GET.get("rejected", ""))
        view = surveying.look(session, name, timed_max=TIMED_MAX, rejected_after=rejected_after)
        page = surveying.media_of(session, view, after=request.GET.get("after"), limit=MEDIA_PER_PAGE)
    shown = {
        "name": name, "medium": digest_in(request.GET.get("medium", "")),
        "row": _row(view.line), "view": view, "media": page.items,
        "first_page": reverse("series", args=[name]), "next_page": f"?after={page.next}" if page.next else "",
        "is_first_page": "after" not in request.GET, "proposals": proposals.rows(view.proposals, view.references),
        "rejected": proposals.rows(view.rejected, view.references), "rejected_next": view.rejected_next,
        "is_first_rejected": rejected_after is None,
        "together": [_row(line) for line in view.together], "times": timelines.timeline(view.times),
        "timed": TIMED_MAX if view.media > TIMED_MAX else None,
        "clues": [(clue_words.KINDS[one.kind], one) for one in view.clues],
        "steps": [(series_words.STEPS[one.step], series_words.STATES[one.state], one) for one in view.steps],
        "states": [(state, series_words.STATES[state]) for state in STEPS[view.line.state].values()],
        "merges": [(one, view.references.get(one.other(view.line.id))) for one in view.merges],
        "splits": [(one, view.references.get(one.a_series), view.references.get(one.b_series)) for one in view.splits],
        "characters_max": TEXT_CHARACTERS_MAX, "reason_characters_max": REASON_CHARACTERS_MAX,
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "series/one.html", shown)


@require_POST
@needs_fresh_sign_in
def open_new(request: HttpRequest) -> HttpResponse:
    """Open a series of the own unit."""
    given = request.POST
    try:
        with as_officer(request.user.get_username()) as session:
            made = gathering.open_new(session, given.get("title", ""), _handling(session, given.get("audience", "")))
    except NotAdmitted:
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("series-list")
    request.session[TOLD] = _("The series is open.")
    return redirect("series", name=made.reference)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Take a step about a series."""
    if step not in ACTS:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a series that is there.
        surveying.seen(session, name)
    try:
        with as_officer(request.user.get_username()) as session:
            told = ACTS[step](session, name, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("series", name=name)


def _row(line: SeriesLine) -> Row:
    return Row(line=line, state=series_words.STATES[line.state])


def _handling(session: Session, untrusted_audience: str) -> Handling:
    if untrusted_audience not in {audience.name.lower() for audience in Audience} - {"members"}:
        raise Invalid("Say who may see it: the unit, the member or all.")
    actor = session.actor
    audience = Audience[untrusted_audience.upper()]
    return handled(owner_member=actor.member, owner_unit=actor.unit, audience=audience)


def _mark(session: Session, name: str, given: QueryDict) -> str:
    if given.get("state") not in {*SeriesState}:
        raise Invalid("Say how far the enquiry has come.")
    opening.mark_series(session, name, SeriesState(given["state"]), given.get("words", ""))
    return _("The step is kept.")


def _narrate(session: Session, name: str, given: QueryDict) -> str:
    gathering.narrate(session, name, given.get("words", ""))
    return _("The narrative is kept; earlier versions stay.")


def _merge(session: Session, name: str, given: QueryDict) -> str:
    gathering.merge(session, name, given.get("other", ""), given.get("words", ""))
    return _("The two series are seen as one, until your unit takes it back.")


def _add(session: Session, name: str, given: QueryDict) -> str:
    case, exhibit = given.get("case", "").strip(), given.get("exhibit", "").strip()
    names = [] if case else _digests(given.get("media", "").split())
    count = gathering.add(session, name, media=names, case=case or None, exhibit=exhibit or None)
    return _("Media that are new in the series: {count}.").format(count=count)


def _remove(session: Session, name: str, given: QueryDict) -> str:
    done = gathering.remove(session, name, _digests(given.getlist("medium")), given.get("words", ""))
    return _("Taken out: {out}. Of others, not agreed to: {dissented}.").format(
        out=done.taken_out, dissented=done.dissented
    )


def _split(session: Session, name: str, given: QueryDict) -> str:
    made = gathering.split(
        session, name, _digests(given.getlist("medium")), given.get("title", ""), given.get("words", "")
    )
    return _("What your unit had put there is now in {reference}.").format(reference=made.reference)


def _undo(session: Session, _name: str, given: QueryDict) -> str:
    assertion = identifier_in(given.get("assertion", ""))
    if assertion is None:
        raise NotVisible("Your unit has no such assertion.")
    gathering.undo(session, assertion)
    return _("It is taken back.")


Act = Callable[[Session, str, QueryDict], str]


def _decide(step: str) -> Act:
    """Of the proposals, or of those that were rejected: what was ticked."""
    return lambda session, _name, given: proposals.decided(session, step, given)


def _digests(untrusted_words: list[str]) -> list[bytes]:
    return [releasing.digest_of(word) for word in untrusted_words]


ACTS: Mapping[str, Act] = {
    "mark": _mark, "narrate": _narrate, "merge": _merge, "add": _add, "remove": _remove, "split": _split, "undo": _undo,
    **{step: _decide(step) for step in proposals.DECISIONS},
}  # fmt: skip
