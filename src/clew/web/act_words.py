"""Words of kinds of acts and of unusual patterns; acts themselves are identifiers, and are not translated."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy, pgettext_lazy

from clew.domain.act_kind import KINDS, ActKind
from clew.domain.pattern import LIMITS, REASONS, Pattern
from clew.web.translated import translated
from clew.web.words import Words, number

NAMES: Mapping[ActKind, Words] = {
    ActKind.SEARCH: pgettext_lazy("kind of act", "Search"),
    ActKind.REVEAL: gettext_lazy("Reveal"),
    ActKind.EXPORT: gettext_lazy("Export"),
    ActKind.RULE_CHANGE: gettext_lazy("Change of a rule"),
    ActKind.SIGN_IN: gettext_lazy("Sign-in"),
    ActKind.READING: gettext_lazy("Reading"),
    ActKind.CASEWORK: gettext_lazy("Casework"),
    ActKind.EXCHANGE: gettext_lazy("Exchange with others"),
    ActKind.INTAKE: gettext_lazy("Intake"),
    ActKind.ADMINISTRATION: gettext_lazy("Administration"),
    ActKind.RETENTION: gettext_lazy("Retention, requests and keys"),
    ActKind.AUDIT: gettext_lazy("Audit"),
}
PATTERNS: Mapping[Pattern, Words] = {
    Pattern.REFUSED_SIGN_INS: gettext_lazy("Refused sign-ins"),
    Pattern.MANY_REVEALS: gettext_lazy("Many more reveals than usual"),
    Pattern.SAME_AGAIN: gettext_lazy("The same revealed again and again"),
    Pattern.MANY_EXPORTS: gettext_lazy("Many exports in a day"),
    Pattern.UNUSUAL_HOUR: gettext_lazy("At an unusual hour"),
    Pattern.AFTER_SILENCE: gettext_lazy("After a long silence"),
}
COUNTED: Mapping[Pattern, Words] = {
    Pattern.REFUSED_SIGN_INS: gettext_lazy("Refusals"),
    Pattern.MANY_REVEALS: gettext_lazy("Reveals"),
    Pattern.SAME_AGAIN: gettext_lazy("Reveals"),
    Pattern.MANY_EXPORTS: gettext_lazy("Exports"),
    Pattern.UNUSUAL_HOUR: gettext_lazy("Reveals and exports"),
    Pattern.AFTER_SILENCE: gettext_lazy("Days of silence"),
}


def choices() -> list[tuple[str, Words, tuple[str, ...]]]:
    """For each kind its word, its name, and the acts of it."""
    return [(kind.value, NAMES[kind], acts) for kind, acts in KINDS.items()]


def reason(pattern: Pattern) -> str:
    """Why the pattern is listed, with its limits, in the language of the page."""
    return translated(REASONS[pattern]).format(**{name: number(most) for name, most in LIMITS[pattern].items()})
