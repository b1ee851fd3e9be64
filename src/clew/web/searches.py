"""Search: one field over references, names, words and serial numbers, a bounded part a page; each is on record.

Words stand in no address, where histories, proxies and logs would keep them: they are posted, wait in the sealed
session, and a page of what was found is called by a name of chance that means something to this sign-in alone.
"""

from collections.abc import Mapping
from secrets import token_urlsafe
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clew.actions import searching
from clew.actions.searching import Found, Kind, Place
from clew.domain.errors import Invalid, NotVisible
from clew.domain.search import ASKED_CHARACTERS_MAX
from clew.web import linked, triages
from clew.web.acting import as_officer
from clew.web.grids import EITHER, EVERY
from clew.web.translated import refusal
from clew.web.words import Words

KINDS: Mapping[Kind, Words] = {
    Kind.REFERENCE: gettext_lazy("By reference"), Kind.MEDIUM: gettext_lazy("Medium"),
    Kind.CAMERA: gettext_lazy("Camera or document"), Kind.CAMERA_MODEL: gettext_lazy("Camera"),
    Kind.SOFTWARE: gettext_lazy("Software"),
    Kind.SERIES: gettext_lazy("Series"),
    Kind.CASE: gettext_lazy("Case"), Kind.EXHIBIT: gettext_lazy("Exhibit"),
    Kind.HASH_LIST: gettext_lazy("Hash list"), Kind.PLACE: gettext_lazy("Place"),
    Kind.CLUE: gettext_lazy("Clue"), Kind.NARRATIVE: gettext_lazy("Narrative"), Kind.MESSAGE: gettext_lazy("Message"),
    Kind.FILE: gettext_lazy("File"),
}  # fmt: skip


NAMED: Mapping[Kind, str] = {Kind.MESSAGE: "message", Kind.CLUE: "medium-clues"}
"""Pages that are called by the label of what was found."""
ASKED = "clew.searches"
KEPT_MAX = 20
"""So many searches of a sign-in can be come back to; the oldest goes first."""


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """What was found of what was typed; the empty form where nothing was, or where it is no longer kept."""
    if request.method == "POST":
        return redirect(f"{reverse('search')}?{urlencode({'of': _keep(request)})}")
    of, after = request.GET.get("of", ""), request.GET.get("after") or None
    text, case = request.session.get(ASKED, {}).get(of, ("", None))
    page, told = None, ""
    if text:
        try:
            with as_officer(request.user.get_username()) as session:
                page = searching.search(session, text, case=case, after=after)
        except (Invalid, NotVisible) as refused:
            told = refusal(refused)
    asked = {"of": of}
    unit = getattr(request.user, "unit", None)
    shown = {
        "q": text, "case": case or "", "told": told, "page": page, "is_first_page": after is None,
        "first": f"?{urlencode(asked)}",
        "items": [
            (KINDS[one.kind], one, address_of(one, case, unit), ways_of(one, unit)) for one in page.items
        ] if page else [],
        "next": f"?{urlencode({**asked, 'after': page.next})}" if page and page.next else "",
    }  # fmt: skip
    return render(request, "searches/one.html", shown)


@require_safe
def media(request: HttpRequest, token: str) -> HttpResponse:
    """All media of a camera or software that the officer may see, as facts."""
    after = request.GET.get("after") or None
    with as_officer(request.user.get_username()) as session:
        page = searching.media(session, token, after=after)
    shown = {
        "page": page, "kind": KINDS[page.kind], "is_first_page": after is None, "first_page": request.path,
        "next_page": f"?{urlencode({'after': page.next})}" if page.next else "",
    }  # fmt: skip
    return render(request, "searches/media.html", shown)


def _keep(request: HttpRequest) -> str:
    """Keep what is looked for with the sign-in; what it is called in an address."""
    # One character too many stays one too many, so that it is refused with its sentence.
    text, case = (request.POST.get(name, "")[: ASKED_CHARACTERS_MAX + 1] for name in ("q", "case"))
    name, kept = token_urlsafe(9), list(request.session.get(ASKED, {}).items())
    request.session[ASKED] = dict([*kept, (name, (text, case or None))][-KEPT_MAX:])
    return name


def address_of(found: Found, case: str | None, own_unit: str | None) -> str | None:
    """The page of what was found, or of what it lies in; None where it has none."""
    unit = None if found.unit == own_unit else found.unit
    match found.kind:
        case Kind.CASE:
            return triages.address_of(found.label, None, unit=unit)
        case Kind.EXHIBIT:
            return triages.address_of(found.within, found.label, unit=unit)
        case Kind.FILE:
            return linked.address_of_named(found.label) or triages.address_of(case or "", found.within, unit=unit)
        case Kind.MESSAGE | Kind.CLUE:
            return reverse(NAMED[found.kind], args=[found.label])
        case Kind.HASH_LIST | Kind.CAMERA_MODEL | Kind.SOFTWARE:
            return None if found.carried is None else reverse("search-media", args=[found.carried.token])
    return linked.address_of_named(found.label)


def ways_of(found: Found, own_unit: str | None) -> list[tuple[str, str]]:
    """By reference the media of a case or series that carry the camera, all of them and as the grid has them."""
    carried = found.carried
    if carried is None or found.kind is not Kind.CAMERA_MODEL:
        return []
    # Whatever their answer, and whether they were decided or not: it is the camera that is looked for.
    asked = urlencode({"answer": EVERY, "undecided": EITHER[False], "camera": carried.token})
    return [(place.reference, f"{_grid_of(place, own_unit)}?{asked}") for place in carried.places]


def _grid_of(place: Place, own_unit: str | None) -> str:
    if not place.is_case:
        return reverse("series-grid", args=[place.reference])
    if place.unit == own_unit:
        return reverse("case-grid", args=[place.reference])
    return reverse("unit-case-grid", args=[place.unit, place.reference])
