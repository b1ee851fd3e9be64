"""Tabs of what has a page: the same order everywhere, each only where the record has such a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy

from clew.web.words import Words

ORDER: Mapping[str, Words] = {
    "overview": gettext_lazy("Overview"), "match": gettext_lazy("Match"),
    "media": gettext_lazy("Go through the media"), "said": gettext_lazy("Clues"),
    "clues": gettext_lazy("Clues and country"), "metadata": gettext_lazy("Metadata"),
    "provenance": gettext_lazy("Provenance"), "links": gettext_lazy("Linked with it"),
    "leads": gettext_lazy("Leads on it"), "overlap": gettext_lazy("Overlap"),
    "proposals": gettext_lazy("Proposals for series"), "categories": gettext_lazy("Categories"),
    "handling": gettext_lazy("Handling"), "end": gettext_lazy("End of the case"),
}  # fmt: skip
"""What stands before what, on every page."""

_REFERENCED = {"links": "links-of", "handling": "handling"}
PAGES: Mapping[str, Mapping[str, str]] = {
    "case": {
        "overview": "case", "media": "case-grid", "links": "links-of", "overlap": "overlap",
        "proposals": "case-proposals", "categories": "case-categories", "handling": "handling", "end": "case-end",
    },
    "unit-case": {"overview": "unit-case", "media": "unit-case-grid", "overlap": "overlap"},
    "exhibit": {"overview": "exhibit", "media": "exhibit-grid", "handling": "exhibit-handling"},
    "unit-exhibit": {"overview": "unit-exhibit", "media": "unit-exhibit-grid"},
    "series": {"overview": "series", "media": "series-grid", "clues": "workbench", "leads": "leads", **_REFERENCED},
    "victim": {"overview": "victim", **_REFERENCED}, "offender": {"overview": "offender", **_REFERENCED},
    "place": {"overview": "place", **_REFERENCED},
    "medium": {
        "match": "medium-of", "said": "medium-clues", "metadata": "medium-of", "provenance": "medium-provenance",
        "links": "links-of",
    },
    "fingerprints": {"match": "medium-of", "metadata": "medium-of"},
    "hash-list": {"overlap": "overlap", "handling": "handling"},
}  # fmt: skip
"""By kind of record: its pages. `unit-…`: of another unit, named before the rest; `fingerprints`: a medium without a
SHA-256, which has no page that is called by one."""
_OWN = frozenset({"handling"})
"""Pages that the own unit alone has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A way to a page of a record; `is_here`: it is the page that is shown."""

    name: str
    words: Words
    address: str
    is_here: bool


def tabs(kind: str, names: tuple[str, ...], here: str, *, is_own: bool = True) -> tuple[Tab, ...]:
    """The pages of a record; `names` are what its address holds: a reference, and of an exhibit its case before it."""
    return tuple(_tabs(kind, names, here, is_own=is_own))


def _tabs(kind: str, names: tuple[str, ...], here: str, *, is_own: bool) -> Iterator[Tab]:
    pages = PAGES[kind]
    for tab, words in ORDER.items():
        if tab in pages and (is_own or tab not in _OWN):
            yield Tab(name=tab, words=words, address=_address(kind, tab, names), is_here=tab == here)


def _address(kind: str, tab: str, names: tuple[str, ...]) -> str:
    route, at = PAGES[kind][tab], len(names) - 1
    match tab:
        case "leads":
            return f"{reverse(route)}?{urlencode({'series': names[at]})}"
        case "overlap" if kind == "unit-case":
            return f"{reverse(route, args=['case', names[at]])}?{urlencode({'unit': names[0]})}"
        case "overlap" | "handling" if kind != "exhibit":
            return reverse(route, args=[kind, names[at]])
        case "metadata":
            return f"{reverse(route, args=names)}#metadata"
    return reverse(route, args=names)
