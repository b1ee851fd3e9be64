"""Keys: which key does what where, as shipped and as an officer has them; and which no officer can have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from clew.domain.errors import Invalid


class Scope(StrEnum):
    """Where a key acts. The words are stored; never reuse one."""

    EVERYWHERE = "everywhere"
    MEDIA = "media"
    """While a list of media has the focus."""
    MEDIUM = "medium"
    """While the viewer of a medium has the focus."""
    GRAPH = "graph"
    ROWS = "rows"


DEFAULTS: Mapping[Scope, Mapping[str, str]] = {
    Scope.EVERYWHERE: {"palette": "Ctrl+k", "search": "/", "sheet": "?", "cover": "h"},
    Scope.MEDIA: {
        **{f"category-{number}": str(number) for number in range(1, 10)},
        "relevant": "p", "not-relevant": "x", "undo": "u", "reveal": "Space", "look": "d", "open": "Enter",
        "compare": "c", "series": "s", "victim": "v", "clue": "t", "find": "f", "links": "l", "map": "m", "ask": "a",
        "select": "e", "go": "g", "unfold": "k", "camera": "o",
    },
    Scope.MEDIUM: {
        "reveal": "Space", "look": "d", "blink": "b", "difference": "x", "compare": "c", "series": "s", "victim": "v",
        "clue": "t", "find": "f", "links": "l", "map": "m", "ask": "a", "same": "=", "not-the-same": "-",
        "box": "o",
    },
    Scope.GRAPH: {"expand": "Enter", "open": "o", "path": "p"},
    Scope.ROWS: {"next": "j", "previous": "k"},
}  # fmt: skip
"""By scope and act, the key as shipped. Source: what officers know from other tools (X, P, U and digits as in culling,
Ctrl+K, / and ? as on the web)."""

FIXED = frozenset({"palette"})
"""It is found by everybody in the same place, and takes no letter from anybody."""

_LETTER_OR_SIGN = re.compile(r"[^\W_]|[!#$%&*+,\-./:;<=>?@\[\]^{|}~]")
NAMED = frozenset({"Space", "Enter", "Insert", "F2", "F4", "F8", "F9"})
"""Keys with a name that neither the browser nor the system has for itself while a list has the focus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """An officer's own keys: what differs from the shipped ones. `is_off`: letters and signs do nothing everywhere."""

    own: Mapping[Scope, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    is_off: bool = False

    def of(self, scope: Scope) -> dict[str, str]:
        """By act, the key that holds."""
        return {**DEFAULTS[scope], **self.own.get(scope, {})}


def key_of(untrusted_key: str) -> str:
    """A key as it is kept: one letter, digit or sign, or the name of one.

    Raises:
        Invalid: it is none, or the browser or the system has it for itself.
    """
    text = untrusted_key.strip() or ("Space" if untrusted_key == " " else "")
    by_name = {name.lower(): name for name in NAMED}
    if text.lower() in by_name:
        return by_name[text.lower()]
    if len(text) == 1 and _LETTER_OR_SIGN.fullmatch(text):
        return text.lower()
    if "+" in text or len(text) > 1:
        raise Invalid(
            "“{key}” belongs to the browser or the system: choose one letter, digit or sign.", key=text[:20]
        )
    raise Invalid("A key is one letter, digit or sign, or one of Space, Enter, Insert, F2, F4, F8 and F9.")


def changed(keys: Keys, scope: Scope, given: Mapping[str, str]) -> Keys:
    """The officer's keys with those of one scope as they are said; what is said as shipped is no own one.

    Raises:
        Invalid: there is no such act, a key cannot be, or two acts of the scope, or one and one that acts everywhere,
            would have the same.
    """
    unknown = given.keys() - DEFAULTS[scope].keys()
    if unknown or given.keys() & FIXED:
        raise Invalid("There is no such act here whose key can be changed.")
    own = {**keys.own.get(scope, {}), **{act: key_of(key) for act, key in given.items()}}
    own = {act: key for act, key in own.items() if key != DEFAULTS[scope][act]}
    made = Keys(own={**keys.own, scope: own}, is_off=keys.is_off)
    _check_once(made)
    return made


def _check_once(keys: Keys) -> None:
    everywhere = keys.of(Scope.EVERYWHERE)
    for scope in Scope:
        here = keys.of(scope) if scope is Scope.EVERYWHERE else {**everywhere, **keys.of(scope)}
        seen: dict[str, str] = {}
        for act, key in here.items():
            if key in seen:
                raise Invalid(
                    "The key {key} would do two things in one place: {first} and {second}.",
                    key=key, first=seen[key], second=act,
                )  # fmt: skip
            seen[key] = act
