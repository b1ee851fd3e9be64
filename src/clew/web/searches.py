"""Search: one field over references, names, words and serial numbers, a bounded part a page; each is on record."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clew.actions import searching
from clew.actions.searching import Found, Kind
from clew.domain.errors import Invalid, NotVisible
from clew.web import linked, triages
from clew.web.acting import as_officer
from clew.web.translated import refusal
from clew.web.words import Words

KINDS: Mapping[Kind, Words] = {
    Kind.REFERENCE: gettext_lazy("By reference"), Kind.MEDIUM: gettext_lazy("Medium"),
    Kind.CAMERA: gettext_lazy("Camera or document"), Kind.SERIES: gettext_lazy("Series"),
    Kind.CASE: gettext_lazy("Case"), Kind.EXHIBIT: gettext_lazy("Exhibit"),
    Kind.HASH_LIST: gettext_lazy("Hash list"), Kind.PLACE: gettext_lazy("Place"),
    Kind.CLUE: gettext_lazy("Clue"), Kind.NARRATIVE: gettext_lazy("Narrative"), Kind.MESSAGE: gettext_lazy("Message"),
    Kind.FILE: gettext_lazy("File"),
}  # fmt: skip


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was found of what was typed; the empty form where nothing was."""
    given = request.GET
    text, case, after = given.get("q", ""), given.get("case") or None, given.get("after") or None
    page, told = None, ""
    if text:
        try:
            with as_officer(request.user.get_username()) as session:
                page = searching.search(session, text, case=case, after=after)
        except (Invalid, NotVisible) as refused:
            told = refusal(refused)
    asked = {"q": text, **({"case": case} if case else {})}
    unit = getattr(request.user, "unit", None)
    shown = {
        "q": text, "case": case or "", "told": told, "page": page, "is_first_page": after is None,
        "first": f"?{urlencode(asked)}",
        "items": [(KINDS[one.kind], one, address_of(one, case, unit)) for one in page.items] if page else [],
        "next": f"?{urlencode({**asked, 'after': page.next})}" if page and page.next else "",
    }  # fmt: skip
    return render(request, "searches/one.html", shown)


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
        case Kind.MESSAGE:
            return reverse("message", args=[found.label])
        case Kind.HASH_LIST:
            return None
    return linked.address_of_named(found.label)
