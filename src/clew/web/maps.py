"""The map: where places are, how surely, and a list of them by country that says the same.

The list has as many rows as the map has places, and each is put together here: a template takes three times as long.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from html import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clew.actions import inspecting, portraying
from clew.actions.portraying import PlaceRow
from clew.domain.errors import Invalid
from clew.domain.place import RADIUS_KM_MAX, PlaceKind, around_in
from clew.web import link_words, words
from clew.web.acting import as_officer
from clew.web.references import identifier_in
from clew.web.translated import refusal

SIGNS: Mapping[PlaceKind, str] = {
    PlaceKind.GPS: "◎", PlaceKind.LANDMARK: "▲", PlaceKind.ROOM: "■", PlaceKind.LANGUAGE: "≈", PlaceKind.STATED: "○",
}  # fmt: skip
"""By what a place is known, as the map and its list show it beside the word."""
REFERENCE = "P-000000000"
"""A reference that no place has, to be put in another's stead."""


@require_safe
def one(request: HttpRequest) -> HttpResponse:
    """Places as a map and by country; those around a point, or around where a medium was taken, if asked."""
    asked = request.GET
    told, at = "", asked.get("at", "")
    medium = identifier_in(asked.get("medium", ""))
    with as_officer(request.user.get_username()) as session:
        if medium is not None:
            point = inspecting.whereabouts(session, medium)
            at, told = ("", _("This medium names no place.")) if point is None else (f"{point[0]:g},{point[1]:g}", "")
        try:
            around = around_in(at, asked.get("km", ""))
        except Invalid as refused:
            around, told = None, refusal(refused)
        found = portraying.chart_places(session, around)
    shown = {
        "countries": _by_country(found.items), "count": len(found.items), "is_cut": found.is_cut, "told": told,
        "circle": around, "at": at, "km": asked.get("km", "50"), "km_max": RADIUS_KM_MAX,
        "legend": [(sign, link_words.PLACE_KINDS[kind]) for kind, sign in SIGNS.items()],
    }  # fmt: skip
    return render(request, "people/map.html", shown)


def _by_country(rows: Iterable[PlaceRow]) -> list[tuple[str, list[SafeString]]]:
    by_country: dict[str, list[SafeString]] = {}
    row_of = _row_maker()
    for row in rows:
        by_country.setdefault(row.country, []).append(row_of(row))
    return sorted(by_country.items(), key=lambda pair: (not pair[0], pair[0]))


def _row_maker() -> Callable[[PlaceRow], SafeString]:
    """What makes the rows of one list; what many of them say is put into words once."""
    kinds = {kind: (sign, escape(str(link_words.PLACE_KINDS[kind]))) for kind, sign in SIGNS.items()}
    page, rounded, exact = reverse("place", args=[REFERENCE]), escape(_("rounded, within")), escape(_("within"))
    number, name, code = cache(words.number), cache(words.name), cache(words.identifier)

    def made(row: PlaceRow) -> SafeString:
        (sign, word), reference, known = kinds[row.kind], row.kept.reference, row.known
        drawn = where = ""
        if known is not None:
            at, metres = f"{known.latitude:g}, {known.longitude:g}", round(known.precision_m)
            drawn = f' data-at="{at}" data-metres="{metres}"'
            where = f" · {words.identifier(at)} · {rounded if row.point is None else exact} {number(metres)} m"
        called = f" {words.name(row.name)}" if row.name else ""
        owner = f"{code(row.kept.handling.owner_member)} {name(row.kept.handling.owner_unit)}"
        return SafeString(
            f'<li{drawn} data-kind="{row.kind.value}" data-sign="{sign}"><span aria-hidden="true">{sign}</span>'
            f' <a href="{escape(page.replace(REFERENCE, reference))}">{words.identifier(reference)}</a>{called}'
            f' <span class="of">{word}{where} · {owner}</span></li>'
        )

    return made
