"""Victims, offenders and places: a list of each, and one with what is known, said of it and linked with it."""

from collections.abc import Callable, Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import describing, portraying
from clew.actions.opening import Session
from clew.domain.cover import Purpose
from clew.domain.errors import ClewError, Invalid, NotAdmitted
from clew.domain.handling import Audience, Handling, handled
from clew.domain.link import Basis, word_of
from clew.domain.offender import Established, OffenderFacts
from clew.domain.person import AgeBand, Sex, age_band
from clew.domain.place import PlaceFacts, PlaceKind, point_in
from clew.domain.series import REASON_CHARACTERS_MAX
from clew.domain.victim import VictimFacts
from clew.web import cover_words, identifications, link_words
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words

TOLD = "clew.told"
PER_PAGE = 50

TITLES: Mapping[str, tuple[Words, Words]] = {
    "victim": (gettext_lazy("Victims"), gettext_lazy("Enter a victim")),
    "offender": (gettext_lazy("Offenders"), gettext_lazy("Enter an offender")),
    "place": (gettext_lazy("Places"), gettext_lazy("Enter a place")),
}
PAGES: Mapping[str, Callable[..., portraying.Page]] = {
    "victim": portraying.every_victim, "offender": portraying.every_offender, "place": portraying.every_place,
}  # fmt: skip


@require_safe
def all_of_them(request: HttpRequest, kind: str) -> HttpResponse:
    """Victims, offenders or places that the officer may see, the newest first; only the unit's, if asked."""
    asked = request.GET
    is_own = asked.get("own") == "1"
    with as_officer(request.user.get_username()) as session:
        page = PAGES[kind](session, own=is_own, after=asked.get("after"), limit=PER_PAGE)
    more = "own=1&" if is_own else ""
    shown = {
        "kind": kind, "title": TITLES[kind][0], "entering": TITLES[kind][1], "is_own": is_own,
        "rows": [(row.kept, list(link_words.facts(row)), getattr(row, "name", "")) for row in page.items],
        "next_page": f"?{more}after={page.next}" if page.next else "", "first_page": reverse(f"{kind}s"),
        "is_first_page": "after" not in asked, "told": request.session.pop(TOLD, None), **choices(),
    }  # fmt: skip
    return render(request, "people/list.html", shown)


@require_safe
def victim(request: HttpRequest, name: str) -> HttpResponse:
    """A victim: what is known, what units assert of it, and its links; never who it is."""
    with as_officer(request.user.get_username()) as session:
        view = portraying.look_at_victim(session, name, after=request.GET.get("after"))
        found = identifications.section(session, view.row) if view.row.kept.is_own else {}
    more = {
        "together": [(row.kept, list(link_words.facts(row))) for row in view.together],
        "merges": [(one, view.references.get(one.other(view.row.kept.id))) for one in view.merges],
        "words": [(link_words.SAID[one.said], one) for one in view.words], **found,
    }
    return render(request, "people/one.html", _shown(request, "victim", view) | more)


@require_safe
def offender(request: HttpRequest, name: str) -> HttpResponse:
    """An offender: what is established, and its links; never who it is."""
    with as_officer(request.user.get_username()) as session:
        view = portraying.look_at_offender(session, name, after=request.GET.get("after"))
    return render(request, "people/one.html", _shown(request, "offender", view))


@require_safe
def place(request: HttpRequest, name: str) -> HttpResponse:
    """A place: by what it is known, where it is, and its links."""
    with as_officer(request.user.get_username()) as session:
        view = portraying.look_at_place(session, name, after=request.GET.get("after"))
    near = [(row.kept, row.name, list(link_words.facts(row))) for row in view.near]
    return render(request, "people/one.html", _shown(request, "place", view) | {"called": view.row.name, "near": near})


@require_POST
@needs_fresh_sign_in
def enter(request: HttpRequest, kind: str) -> HttpResponse:
    """Enter one of the own unit."""
    try:
        with as_officer(request.user.get_username()) as session:
            reference = ENTERED[kind](session, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect(f"{kind}s")
    request.session[TOLD] = _("It is entered.")
    return redirect(kind, name=reference)


def choices() -> dict[str, object]:
    """What the forms of people, places and links offer."""
    return {
        "sexes": link_words.SEXES.items(), "established": link_words.ESTABLISHED.items(),
        "place_kinds": link_words.PLACE_KINDS.items(), "said": link_words.SAID.items(),
        "types": [(word_of(one), words) for one, words in link_words.TYPES.items()],
        # What a program matched, no officer says by hand.
        "bases": [(word_of(one), words) for one, words in link_words.BASES.items() if one is not Basis.MATCHED],
        "confidences": [(word_of(one), words) for one, words in link_words.SURE.items()],
        "purposes": [(one.value, cover_words.PURPOSES[one]) for one in Purpose],
        "reason_characters_max": REASON_CHARACTERS_MAX,
    }  # fmt: skip


def _shown(
    request: HttpRequest, kind: str, view: portraying.VictimView | portraying.OffenderView | portraying.PlaceView
) -> dict[str, object]:
    kept = view.row.kept
    return {
        "kind": kind, "title": TITLES[kind][0], "kept": kept, "facts": list(link_words.facts(view.row)),
        "row": view.row, "described": [(" · ".join(link_words.described(one.said)), one) for one in view.descriptions],
        "links": [link_words.link(line) for line in view.links.items],
        "next_page": f"?after={view.links.next}" if view.links.next else "",
        "first_page": reverse(kind, args=[kept.reference]), "is_first_page": "after" not in request.GET,
        "told": request.session.pop(TOLD, None), **choices(),
    }  # fmt: skip


def handling_said(session: Session, untrusted_audience: str) -> Handling:
    """The handling that a form says.

    Raises:
        Invalid: it is none of those that the form offers.
    """
    if untrusted_audience not in {audience.name.lower() for audience in Audience} - {"members"}:
        raise Invalid("Say who may see it: the unit, the member or all.")
    actor = session.actor
    return handled(
        owner_member=actor.member, owner_unit=actor.unit, audience=Audience[untrusted_audience.upper()]
    )


def victim_said(given: QueryDict) -> VictimFacts:
    """What a form says of a victim."""
    return VictimFacts(sex=_sex(given), age=_age(given))


def offender_said(given: QueryDict) -> OffenderFacts:
    """What a form says of an offender."""
    if given.get("established") not in {*Established}:
        raise Invalid("Say what is established.")
    return OffenderFacts(established=Established(given["established"]), sex=_sex(given), age=_age(given))


def place_said(given: QueryDict) -> PlaceFacts:
    """What a form says of a place."""
    if given.get("known") not in {*PlaceKind}:
        raise Invalid("Say by what the place is known.")
    return PlaceFacts(
        kind=PlaceKind(given["known"]), country=given.get("country", "").strip().upper(),
        point=point_in(given.get("at", "")),
    )  # fmt: skip


def _sex(given: QueryDict) -> Sex:
    if given.get("sex") not in {*Sex}:
        raise Invalid("Say the sex, or that it is not known.")
    return Sex(given["sex"])


def _age(given: QueryDict) -> AgeBand | None:
    try:
        on = date.fromisoformat(given["on"]) if given.get("on") else None
    except ValueError:
        raise Invalid("A day is written year-month-day, such as 2023-04-15.") from None
    return age_band(given.get("age", ""), on)


def _enter_victim(session: Session, given: QueryDict) -> str:
    handling = handling_said(session, given.get("audience", ""))
    return describing.enter_victim(session, victim_said(given), given.get("words", ""), handling).kept.reference


def _enter_offender(session: Session, given: QueryDict) -> str:
    handling = handling_said(session, given.get("audience", ""))
    return describing.enter_offender(session, offender_said(given), given.get("words", ""), handling).kept.reference


def _enter_place(session: Session, given: QueryDict) -> str:
    handling = handling_said(session, given.get("audience", ""))
    called, basis = given.get("called", ""), given.get("words", "")
    return describing.enter_place(session, place_said(given), called, basis, handling).kept.reference


ENTERED: Mapping[str, Callable[[Session, QueryDict], str]] = {
    "victim": _enter_victim, "offender": _enter_offender, "place": _enter_place,
}  # fmt: skip

