"""The map: where places are, how surely, and a list of them by country that says the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clew.actions import portraying
from clew.actions.portraying import PlaceRow
from clew.domain.errors import Invalid
from clew.domain.place import RADIUS_KM_MAX, PlaceKind, around_in
from clew.web import link_words
from clew.web.acting import as_officer
from clew.web.translated import refusal
from clew.web.words import Words

SIGNS: Mapping[PlaceKind, str] = {
    PlaceKind.GPS: "◎", PlaceKind.LANDMARK: "▲", PlaceKind.ROOM: "■", PlaceKind.LANGUAGE: "≈", PlaceKind.STATED: "○",
}  # fmt: skip
"""By what a place is known, as the map and its list show it beside the word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """A place on the map; `where` is empty where only a country is known. `is_rounded`: the owner tells no more."""

    row: PlaceRow
    sign: str
    word: Words
    where: str
    metres: int
    is_rounded: bool


@require_safe
def one(request: HttpRequest) -> HttpResponse:
    """Places as a map and by country; those around a point, if asked."""
    asked = request.GET
    told = ""
    try:
        around = around_in(asked.get("at", ""), asked.get("km", ""))
    except Invalid as refused:
        around, told = None, refusal(refused)
    with as_officer(request.user.get_username()) as session:
        found = portraying.chart_places(session, around)
    shown = {
        "countries": _by_country(found.items), "count": len(found.items), "is_cut": found.is_cut, "told": told,
        "circle": around, "at": asked.get("at", ""), "km": asked.get("km", "50"), "km_max": RADIUS_KM_MAX,
        "legend": [(sign, link_words.PLACE_KINDS[kind]) for kind, sign in SIGNS.items()],
    }  # fmt: skip
    return render(request, "people/map.html", shown)


def _by_country(rows: Iterable[PlaceRow]) -> list[tuple[str, list[Charted]]]:
    by_country: dict[str, list[Charted]] = {}
    for row in rows:
        by_country.setdefault(row.country, []).append(_charted(row))
    return sorted(by_country.items(), key=lambda pair: (not pair[0], pair[0]))


def _charted(row: PlaceRow) -> Charted:
    known = row.known
    return Charted(
        row=row, sign=SIGNS[row.kind], word=link_words.PLACE_KINDS[row.kind], is_rounded=row.point is None,
        where="" if known is None else f"{known.latitude:g}, {known.longitude:g}",
        metres=0 if known is None else round(known.precision_m),
    )  # fmt: skip
