"""Words of the media grid: each state with a sign and a word; the script takes all of them from the page."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clew.actions.browsing import Lack
from clew.domain.mark import Relevance
from clew.domain.medium import MediumKind
from clew.web import words
from clew.web.words import Words

LACKS: Mapping[Lack, Words] = {
    Lack.EXAMINED: gettext_lazy("⚑ under examination"),
    Lack.FINGERPRINTS_ONLY: gettext_lazy("◌ fingerprints only"),
    Lack.NOT_READ: gettext_lazy("△ could not be read"),
    Lack.NOT_MADE_YET: gettext_lazy("… preview being made"),
    Lack.NOT_SHARED: gettext_lazy("⊘ not shared by its owner"),
    Lack.NONE: gettext_lazy("○ no preview"),
}
"""Why there is nothing to see. Sign and word together: never a sign alone."""

MARKS: Mapping[Relevance, Words] = {
    Relevance.RELEVANT: gettext_lazy("◆ relevant"),
    Relevance.NOT_RELEVANT: gettext_lazy("✕ not relevant"),
}

FORMS: Mapping[str, int] = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
"""A number that takes each form of plural. Source: Unicode CLDR, plural rules; browsers know these names."""

EITHER: Mapping[str, tuple[Words, Words, Words]] = {
    "place": (gettext_lazy("Place"), gettext_lazy("names a place"), gettext_lazy("names none")),
    "series": (gettext_lazy("Series"), gettext_lazy("in a series"), gettext_lazy("in none")),
    "clue": (gettext_lazy("Clues"), gettext_lazy("has a clue"), gettext_lazy("has none")),
}
"""What media can be asked to have or to lack: what it is, and both in words."""

AGAIN = gettext_lazy("Show your second factor again first: the link opens a page for that.")


def told() -> dict[str, object]:
    """Everything that the grid's script says."""
    return {
        "answers": {answer.value: f"{one.sign} {one.word}" for answer, one in words.ANSWERS.items()},
        "kinds": {kind.value: words.kind(kind) for kind in MediumKind},
        "lacks": {lack.value: str(said) for lack, said in LACKS.items()},
        "marks": {mark.value: str(said) for mark, said in MARKS.items()},
        "categorised": _("▣ categorised"),
        "seen": _("◉ seen in your unit on {day}"),
        "seen_now": _("◉ seen in your unit just now"),
        "warned": _("⚠ warning"),
        "aside": _("≠ set aside"),
        "selected": _("☑ selected"),
        "foreign": _("of {owner}"),
        "loading": _("Loading more media …"),
        "loaded": _forms(lambda n: ngettext("{count} medium", "{count} media", n)),
        "loaded_open": _forms(lambda n: ngettext(
            "{count} medium so far; more are loaded as you go on.",
            "{count} media so far; more are loaded as you go on.", n,
        )),
        "none": _("No media of this kind wait here."),
        "decided": _forms(lambda n: ngettext("{count} decided since you came", "{count} decided since you came", n)),
        "marked": _("{count}: {said}. Undo with {key}."),
        "marked_stack": _forms(lambda n: ngettext(
            "{media} media of {count} stack: {said}. Undo with {key}.",
            "{media} media of {count} stacks: {said}. Undo with {key}.", n,
        )),
        "stack": _forms(lambda n: ngettext("≡ stack of {count}", "≡ stack of {count}", n)),
        "in_stack": _("≡ in the stack above"),
        "opened": _forms(lambda n: ngettext(
            "The stack is open: {count} near copy. Esc closes it.",
            "The stack is open: {count} near copies. Esc closes it.", n,
        )),
        "folded": _forms(lambda n: ngettext(
            "✓ {count} known is folded away. {key} shows it.", "✓ {count} known are folded away. {key} shows them.", n,
        )),
        "undone": _("Undone."),
        "nothing_to_undo": _("There is nothing to undo."),
        "failed": _("That was not kept: the node could not be reached. Try again."),
        "kept": _("Kept."),
        "put": _("in the series {series}"),
        "repeated": _("{category}: the answers that you gave for it before."),
        "no_digest": _("Of this medium no SHA-256 is known, by which that page would name it."),
        "no_category": _("Your member's scheme has no category on this key."),
        "strip": _("Frames of the video"),
        "size": _("{width} by {height}"),
        "place": _("◎ names a place"),
    }  # fmt: skip


def _forms(said: Callable[[int], str]) -> dict[str, str]:
    """Words about a number in each form of plural: the script counts."""
    return {form: said(number) for form, number in FORMS.items()}
