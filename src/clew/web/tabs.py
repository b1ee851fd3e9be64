"""Tabs of what has a page: the same order everywhere, each only where the record has such a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy

from clew.web.words import Words

ORDER: Mapping[str, Words] = {
    "overview": gettext_lazy("Overview"), "media": gettext_lazy("Go through the media"),
    "clues": gettext_lazy("Clues and country"),
    "links": gettext_lazy("Linked with it"), "leads": gettext_lazy("Leads on it"), "overlap": gettext_lazy("Overlap"),
    "proposals": gettext_lazy("Proposals for series"), "categories": gettext_lazy("Categories"),
    "handling": gettext_lazy("Handling"), "end": gettext_lazy("End of the case"),
}  # fmt: skip
"""What stands before what, on every page."""

_REFERENCED = {"links": "links-of"}
PAGES: Mapping[str, Mapping[str, str]] = {
    "case": {
        "overview": "case", "media": "case-grid", "overlap": "overlap", "proposals": "case-proposals",
        "categories": "case-categories",
        "handling": "handling", "end": "case-end",
    },
    "exhibit": {"overview": "exhibit", "media": "exhibit-grid", "handling": "exhibit-handling"},
    "series": {"overview": "series", "media": "series-grid", "clues": "workbench", "leads": "leads", **_REFERENCED},
    "victim": {"overview": "victim", **_REFERENCED}, "offender": {"overview": "offender", **_REFERENCED},
    "place": {"overview": "place", **_REFERENCED}, "medium": {"clues": "medium-clues", **_REFERENCED},
}  # fmt: skip
"""By kind of record: its pages."""
WITH_KIND = frozenset({"handling", "overlap"})
"""Pages that are addressed by the kind of a record too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A way to a page of a record; `is_here`: it is the page that is shown."""

    words: Words
    address: str
    is_here: bool


def tabs(kind: str, names: tuple[str, ...], here: str) -> tuple[Tab, ...]:
    """The pages of a record; `names` are what its address holds: a reference, and of an exhibit its case before it."""
    return tuple(_tabs(kind, names, here))


def _tabs(kind: str, names: tuple[str, ...], here: str) -> Iterator[Tab]:
    pages = PAGES[kind]
    for tab, words in ORDER.items():
        if tab not in pages:
            continue
        if tab == "leads":
            address = f"{reverse('leads')}?series={names[0]}"
        else:
            address = reverse(pages[tab], args=[kind, *names] if tab in WITH_KIND and kind != "exhibit" else names)
        yield Tab(words=words, address=address, is_here=tab == here)
