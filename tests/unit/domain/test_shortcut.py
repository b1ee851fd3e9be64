"""Keys: what may be one, and that no two acts in one place have the same."""

import pytest

from clew.domain import shortcut
from clew.domain.errors import Invalid
from clew.domain.shortcut import DEFAULTS, Keys, Scope


@pytest.mark.parametrize("key", ["a", "7", "/", "?", "Space", "enter", " ", "F9", "é", "ب"])
def test_a_letter_digit_sign_or_named_key_can_be_chosen(key: str) -> None:
    assert shortcut.key_of(key)


@pytest.mark.parametrize("key", ["Ctrl+W", "Alt+Tab", "F5", "Tab", "Escape", "", "ab", "\t", "\u202e"])
def test_what_the_browser_or_the_system_has_is_refused_with_a_sentence(key: str) -> None:
    with pytest.raises(Invalid):
        shortcut.key_of(key)


def test_no_key_does_two_things_in_one_place() -> None:
    for scope in Scope:
        shortcut.changed(Keys(), scope, {})
    made = shortcut.changed(Keys(), Scope.MEDIA, {"relevant": "x", "not-relevant": "p"})
    assert made.of(Scope.MEDIA)["relevant"] == "x"
    for scope, given in ((Scope.MEDIA, {"relevant": "u"}), (Scope.EVERYWHERE, {"sheet": "p"}), (Scope.MEDIA, {"go": "h"})):
        with pytest.raises(Invalid, match="two things"):
            shortcut.changed(Keys(), scope, given)


def test_what_is_as_shipped_is_no_own_key_and_what_is_unknown_or_fixed_is_refused() -> None:
    made = shortcut.changed(Keys(), Scope.ROWS, {"next": "J", "previous": "w"})
    assert made.own == {Scope.ROWS: {"previous": "w"}}
    assert shortcut.changed(made, Scope.ROWS, {"previous": DEFAULTS[Scope.ROWS]["previous"]}).own == {Scope.ROWS: {}}
    for given in ({"fly": "f"}, {"palette": "q"}):
        with pytest.raises(Invalid):
            shortcut.changed(Keys(), Scope.EVERYWHERE, given)
