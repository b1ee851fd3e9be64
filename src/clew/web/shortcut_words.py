"""Words of keys: what each does, where it acts, and the whole of it as the pages' script reads it."""

import json
from collections.abc import Mapping

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from clew.domain.shortcut import DEFAULTS, Keys, Scope
from clew.web.words import Words

SCOPES: Mapping[Scope, Words] = {
    Scope.EVERYWHERE: gettext_lazy("On every page"), Scope.MEDIA: gettext_lazy("In a list of media"),
    Scope.MEDIUM: gettext_lazy("On one medium"), Scope.GRAPH: gettext_lazy("In the graph of links"),
    Scope.ROWS: gettext_lazy("In other lists"),
}  # fmt: skip

ACTS: Mapping[str, Words] = {
    "palette": gettext_lazy("Go to a page or a reference"), "search": gettext_lazy("Search"),
    "sheet": gettext_lazy("Show the keys of this page"), "cover": gettext_lazy("Cover everything"),
    "relevant": gettext_lazy("Relevant"), "not-relevant": gettext_lazy("Not relevant"), "undo": gettext_lazy("Undo"),
    "reveal": gettext_lazy("Reveal while held"), "look": gettext_lazy("Blurred, drawing or clear"),
    "open": gettext_lazy("Open"), "compare": gettext_lazy("Compare with what matches"),
    "series": gettext_lazy("Put into a series"), "victim": gettext_lazy("Link with a victim"),
    "clue": gettext_lazy("Add a clue"), "find": gettext_lazy("Cut an object out"),
    "links": gettext_lazy("Links"), "map": gettext_lazy("Map"),
    "ask": gettext_lazy("Ask a country"), "select": gettext_lazy("Select"),
    "unfold": gettext_lazy("Show known ones too"), "go": gettext_lazy("Go to a number"),
    "camera": gettext_lazy("Only media of this camera"),
    "blink": gettext_lazy("Blink between the two"), "difference": gettext_lazy("Show the difference"),
    "box": gettext_lazy("Draw a box in it"), "same": gettext_lazy("Say that the two are the same"),
    "not-the-same": gettext_lazy("Say that the two are not the same"),
    "expand": gettext_lazy("Show what is linked with it"), "path": gettext_lazy("Shortest way between two"),
    "next": gettext_lazy("Next"), "previous": gettext_lazy("Previous"),
}  # fmt: skip


def act(name: str) -> Words:
    """What an act is called."""
    if name.startswith("category-"):
        return format_lazy(gettext_lazy("Category {number}, and on"), number=name.removeprefix("category-"))
    return ACTS[name]


NAMES: Mapping[str, Words] = {
    "Space": gettext_lazy("Space"), "Enter": pgettext_lazy("key", "Enter"), "Insert": gettext_lazy("Insert"),
}  # fmt: skip
"""What keys with a name are called, where that is not the same in all languages."""


def shown(key: str) -> str:
    """A key as it stands on the keyboard: a letter as a capital one."""
    before, plus, last = key.rpartition("+") if len(key) > 1 else ("", "", key)
    return str(NAMES.get(key, "")) or f"{before}{plus}{last.upper() if len(last.upper()) == 1 else last}"


def of(keys: Keys, scope: Scope, name: str) -> str:
    """The officer's key for the act, as it stands on the keyboard; empty where it is switched off."""
    return "" if _is_off(keys, scope, name) else shown(keys.of(scope)[name])


def for_script(keys: Keys) -> str:
    """By scope and act the key, what it does and how it is shown, as JSON for `static/keys.js`; without what is off."""
    told: dict[str, object] = {
        scope.value: {
            "words": str(SCOPES[scope]),
            "acts": {
                name: [key, str(act(name)), shown(key)]
                for name, key in keys.of(scope).items() if not _is_off(keys, scope, name)
            },
        }
        for scope in DEFAULTS
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _is_off(keys: Keys, scope: Scope, name: str) -> bool:
    """Keys that act everywhere can be switched off; all others act only while something has the focus.

    Source: WCAG 2.2, success criterion 2.1.4.
    """
    return keys.is_off and scope is Scope.EVERYWHERE and name != "palette"
